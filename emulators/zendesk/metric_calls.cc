// How long things took: metrics of tickets, worked out of their history (contract A5). No schedule is set up, so business minutes are
// calendar minutes. What was loaded has no history, and metrics of what it is now.
#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "emulators/zendesk/rendering.h"
#include "emulators/zendesk/service.h"

namespace lockstep::emulators::zendesk {
namespace {

constexpr std::int64_t kFirstMetric = 3'100'000'000'000;  // a metric's id is this and its ticket's
constexpr std::int64_t kMostEvents = 10'000;              // of a ticket: ids of events are its own

struct Step {
  WallTime at;
  std::string status;
};

struct History {
  WallTime created;
  std::vector<Step> statuses;  // the first at its creation
  std::int64_t reopens = 0, replies = 0, groups = 0, assignees = 0;
  std::optional<WallTime> first_assigned, last_assigned, first_reply, last_comment, by_assignee, by_requester;
};

bool is_agent(Account& account, std::int64_t user) {
  RowNumber row = account.find_live(account.users(), user);
  return row != kNoRow && account.is_agent(row);
}

void take_event(Account& account, const Audit& audit, const json::object& event, History& history) {
  if (event.contains("comment_id")) {
    Table& comments = account.comments();
    RowNumber row = comments.find(std::to_string(event.at("comment_id").as_int64()));
    bool shown = row != kNoRow && comments.get(row, *comments.find_field(comment::kPublic)) == ValueView(true);
    bool first = !history.last_comment;
    history.last_comment = audit.at;
    if (first || !shown || !is_agent(account, audit.author)) return;
    ++history.replies;
    if (!history.first_reply) history.first_reply = audit.at;
    return;
  }
  std::string_view field = text_member(event, "field_name");
  const json::value& value = event.at("value");
  if (field == "group_id" && !value.is_null()) ++history.groups;
  if (field == "assignee_id" && !value.is_null()) {
    ++history.assignees;
    if (!history.first_assigned) history.first_assigned = audit.at;
    history.last_assigned = audit.at;
  }
  if (field != "status") return;
  std::string status = scalar_text(value);
  if (!history.statuses.empty() && history.statuses.back().status == "solved" && status != "closed") ++history.reopens;
  history.statuses.push_back({audit.at, std::move(status)});
}

History history_of(Account& account, RowNumber row) {
  const ObjectType& tickets = account.tickets();
  History history;
  history.created = tickets.table->record(row).created;
  auto person = [&](const char* who) {
    ValueView held = tickets.get(row, who);
    return is_null(held) ? 0 : std::get<std::int64_t>(held);
  };
  for (std::size_t place : account.audits().of_ticket(account.id_of(tickets, row))) {
    const Audit& audit = account.audits().all()[place];
    for (const json::value& event : audit.events) take_event(account, audit, event.get_object(), history);
    if (audit.author == person("assignee_id")) history.by_assignee = audit.at;
    if (audit.author == person("requester_id")) history.by_requester = audit.at;
  }
  if (history.statuses.empty()) history.statuses.push_back({history.created, std::string(text_of(tickets.get(row, "status")))});
  return history;
}

std::int64_t minutes(Duration time) { return time.count() / 60'000; }

json::object both(const json::value& minutes) { return {{"calendar", minutes}, {"business", minutes}}; }

/// Minutes with one of the statuses.
std::int64_t spent(const History& history, std::initializer_list<std::string_view> statuses, WallTime now) {
  Duration sum{0};
  for (std::size_t i = 0; i < history.statuses.size(); ++i) {
    bool counts = std::find(statuses.begin(), statuses.end(), history.statuses[i].status) != statuses.end();
    if (counts) sum += (i + 1 < history.statuses.size() ? history.statuses[i + 1].at : whole_seconds(now)) - history.statuses[i].at;
  }
  return minutes(sum);
}

struct MetricEvent {
  std::int64_t id;
  WallTime at;
  std::int64_t ticket;
  const char* metric;
  const char* type;
  bool operator<(const MetricEvent& other) const { return std::tuple(at.ms, ticket, id) < std::tuple(other.at.ms, other.ticket, other.id); }
};

void add_events(Account& account, RowNumber row, std::vector<MetricEvent>& events) {
  History history = history_of(account, row);
  std::int64_t ticket = account.id_of(account.tickets(), row), id = ticket * kMostEvents;
  auto add = [&](WallTime at, const char* metric, const char* type) { events.push_back({id++, at, ticket, metric, type}); };
  add(history.created, "reply_time", "activate");
  for (const Step& step : history.statuses) {
    bool ended = step.status == "solved" || step.status == "closed";
    add(step.at, "requester_wait_time", ended ? "fulfill" : step.status == "pending" ? "pause" : "activate");
  }
  if (history.first_reply)
    events.push_back({(ticket + 1) * kMostEvents - 1, *history.first_reply, ticket, "reply_time", "fulfill"});  // it comes at any time: its id is its own
}

json::object render_event(const MetricEvent& event) {
  return json::object{{"id", event.id},   {"ticket_id", event.ticket}, {"metric", event.metric},
                      {"instance_id", 1}, {"type", event.type},        {"time", format_time(event.at)}};
}

}  // namespace

json::object render_metric_events(Account& account, RowNumber ticket) {
  std::vector<MetricEvent> events;
  add_events(account, ticket, events);
  std::stable_sort(events.begin(), events.end());
  json::object by_metric{{"reply_time", json::array()}, {"requester_wait_time", json::array()}};
  for (const MetricEvent& event : events) by_metric[event.metric].get_array().push_back(render_event(event));
  return by_metric;
}

json::object render_metric(Account& account, RowNumber row, WallTime now, const std::string& base_url) {
  History history = history_of(account, row);
  std::optional<WallTime> first_solved, solved;
  for (const Step& step : history.statuses) {
    if (step.status != "solved") continue;
    if (!first_solved) first_solved = step.at;
    solved = step.at;
  }
  bool open = history.statuses.back().status != "solved" && history.statuses.back().status != "closed";
  auto time = [](const std::optional<WallTime>& at) { return at ? json::value(format_time(*at)) : json::value(nullptr); };
  auto since = [&](const std::optional<WallTime>& at) { return both(at ? json::value(minutes(*at - history.created)) : json::value(nullptr)); };
  std::int64_t ticket = account.id_of(account.tickets(), row), id = kFirstMetric + ticket;
  return json::object{{"url", base_url + "/api/v2/ticket_metrics/" + std::to_string(id) + ".json"},
                      {"id", id},
                      {"ticket_id", ticket},
                      {"created_at", format_time(history.created)},
                      {"updated_at", format_time(account.tickets().table->record(row).modified)},
                      {"group_stations", history.groups},
                      {"assignee_stations", history.assignees},
                      {"reopens", history.reopens},
                      {"replies", history.replies},
                      {"assignee_updated_at", time(history.by_assignee)},
                      {"requester_updated_at", time(history.by_requester)},
                      {"status_updated_at", format_time(history.statuses.back().at)},
                      {"custom_status_updated_at", format_time(history.statuses.back().at)},
                      {"initially_assigned_at", time(history.first_assigned)},
                      {"assigned_at", time(history.last_assigned)},
                      {"solved_at", time(open ? std::nullopt : solved)},
                      {"latest_comment_added_at", time(history.last_comment)},
                      {"reply_time_in_minutes", since(history.first_reply)},
                      {"first_resolution_time_in_minutes", since(first_solved)},
                      {"full_resolution_time_in_minutes", since(open ? std::nullopt : solved)},
                      {"agent_wait_time_in_minutes", both(spent(history, {"pending"}, now))},
                      {"requester_wait_time_in_minutes", both(spent(history, {"new", "open", "hold"}, now))},
                      {"on_hold_time_in_minutes", both(spent(history, {"hold"}, now))}};
}

/// Of the ticket that a path names, or by the metric's own id.
Zendesk::Answer Zendesk::ticket_metric(Call& call) {
  bool by_ticket = call.request.target.starts_with("/api/v2/tickets/");
  std::int64_t id = number_in(id_in(call)) - (by_ticket ? 0 : kFirstMetric);
  RowNumber row = account_.find_live(account_.tickets(), id);
  if (row == kNoRow) return record_not_found();
  return json_answer(200, json::object{{"ticket_metric", render_metric(account_, row, call.now, call.base_url)}});
}

Zendesk::Answer Zendesk::ticket_metrics(Call& call) {
  const Table& table = *account_.tickets().table;
  std::vector<Place> places;
  for (RowNumber row = 0; row < table.row_count(); ++row) {
    if (!table.record(row).deleted) places.push_back({0, row});
  }
  auto page = page_of(call, places);
  if (!page) return tl::unexpected(std::move(page.error()));
  json::object body = std::move(page->around);
  json::array rows;
  for (RowNumber row : page->rows) rows.push_back(render_metric(account_, row, call.now, call.base_url));
  body["ticket_metrics"] = std::move(rows);
  return json_answer(200, body);
}

Zendesk::Answer Zendesk::export_metric_events(Call& call) {
  auto start = start_time(call);
  if (!start) return tl::unexpected(std::move(start.error()));
  const Table& table = *account_.tickets().table;
  std::vector<MetricEvent> events;
  for (RowNumber row = 0; row < table.row_count(); ++row) {
    if (!table.record(row).deleted) add_events(account_, row, events);
  }
  WallTime from{*start * 1000}, settled = settled_until(call.now);
  std::erase_if(events, [&](const MetricEvent& event) { return event.at < from || event.at >= settled; });
  std::stable_sort(events.begin(), events.end());
  bool end = events.size() <= static_cast<std::size_t>(kMostExported);
  if (!end) events.resize(kMostExported);
  json::array rows;
  for (const MetricEvent& event : events) rows.push_back(render_event(event));
  return export_page(call, "ticket_metric_events", std::move(rows), events.empty() ? *start : events.back().at.ms / 1000, end);
}

}  // namespace lockstep::emulators::zendesk

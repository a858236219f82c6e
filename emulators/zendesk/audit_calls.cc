// The history of tickets: audits of one, and the events of all (contract A5).
#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "emulators/zendesk/rendering.h"
#include "emulators/zendesk/service.h"

namespace lockstep::emulators::zendesk {
namespace {

/// A comment of a history is shown as it is now: it may have been made private since.
json::value shown_event(Account& account, const json::object& event, const std::string& base_url) {
  const json::value* comment = event.if_contains("comment_id");
  if (!comment) return event;
  RowNumber row = account.comments().find(std::to_string(comment->as_int64()));
  json::object shown = render_comment(account, row, base_url);
  shown["id"] = event.at("id");
  return shown;
}

/// Of an export: the field's name is the member, and a comment tells its text only when it is asked for.
json::object render_ticket_event(Account& account, const Audit& audit, bool with_comments, const std::string& base_url) {
  json::array children;
  for (const json::value& each : audit.events) {
    const json::object& event = each.get_object();
    json::object child{{"id", event.at("id")}, {"via", "Web service"}, {"via_reference_id", nullptr}, {"event_type", event.at("type")}};
    if (event.contains("comment_id")) {
      json::value comment = shown_event(account, event, base_url);
      child["comment_present"] = true;
      child["comment_public"] = comment.at("public");
      for (const char* name : {"body", "html_body", "plain_body", "public", "author_id", "attachments"}) {
        if (with_comments) child[name] = comment.at(name);
      }
    } else {
      child[event.at("field_name").get_string()] = event.at("value");
      if (const json::value* previous = event.if_contains("previous_value")) child["previous_value"] = *previous;
    }
    children.push_back(std::move(child));
  }
  return json::object{{"id", audit.id},
                      {"ticket_id", audit.ticket},
                      {"timestamp", audit.at.ms / 1000},
                      {"created_at", format_time(audit.at)},
                      {"updater_id", audit.author},
                      {"via", "Web service"},
                      {"system", json::object()},
                      {"event_type", "Audit"},
                      {"child_events", std::move(children)}};
}

}  // namespace

json::object render_audit(Account& account, const Audit& audit, const std::string& base_url) {
  json::array events;
  for (const json::value& event : audit.events) events.push_back(shown_event(account, event.get_object(), base_url));
  return json::object{{"id", audit.id},
                      {"ticket_id", audit.ticket},
                      {"created_at", format_time(audit.at)},
                      {"author_id", audit.author},
                      {"via", render_via()},
                      {"metadata", json::object{{"system", json::object()}, {"custom", audit.custom}}},
                      {"events", std::move(events)}};
}

json::object Zendesk::audits_page(const Call& call, const std::vector<RowNumber>& places, json::object around) {
  json::array rows;
  Linked linked;
  for (RowNumber place : places) {
    const Audit& audit = account_.audits().all()[place];
    rows.push_back(render_audit(account_, audit, call.base_url));
    link_user(audit.author, linked);
    if (RowNumber ticket = account_.find_live(account_.tickets(), audit.ticket); ticket != kNoRow) linked.tickets.insert(ticket);
  }
  around["audits"] = std::move(rows);
  side_load(call.query_value("include").value_or(""), linked, call.base_url, around);
  return around;
}

/// Of all tickets, as `limit` and `cursor` have it: the latest first, older ones before them.
Zendesk::Answer Zendesk::audits_by_limit(Call& call) {
  auto most = query_number(call, "limit", kMostOnPage);
  if (!most || *most < 1 || *most > kMostExported)
    return refuse_titled(400, "Invalid attribute", "You passed an invalid value for the limit attribute. Invalid parameter: limit must be 1 to 1000");
  std::size_t all = account_.audits().noted(), size = static_cast<std::size_t>(*most), last = all, first = last - std::min(last, size);
  bool oldest_first = account_.readings().audits_oldest_first;
  if (oldest_first) first = 0, last = std::min(all, size);
  const std::string cursor = call.query_value("cursor").value_or("");
  if (!cursor.empty()) {
    auto place = decode_cursor(cursor);
    if (!place) return tl::unexpected(std::move(place.error()));
    std::size_t at = std::min<std::size_t>(all, place->row);
    if (place->key < 0) {  // older than these
      last = at;
      first = last - std::min(last, size);
    } else {
      first = at;
      last = std::min(all, first + size);
    }
  }
  std::vector<RowNumber> places;
  for (std::size_t place = last; place-- > first;) places.push_back(static_cast<RowNumber>(place));
  if (oldest_first) std::reverse(places.begin(), places.end());
  json::object around;
  for (auto [name, key, row] : {std::tuple("after", 0, last), std::tuple("before", -1, first)}) {
    bool none = key < 0 && row == 0;  // of later ones there may be some, one day
    std::string to = encode_cursor({key, static_cast<RowNumber>(row)});
    around[std::string(name) + "_cursor"] = none ? json::value(nullptr) : json::value(to);
    around[std::string(name) + "_url"] = none ? json::value(nullptr) : json::value(address_with(call, {{"cursor", to}}));
  }
  return json_answer(200, audits_page(call, places, std::move(around)));
}

Zendesk::Answer Zendesk::audits(Call& call) {
  bool of_one = call.request.target.starts_with("/api/v2/tickets/");
  std::vector<Place> places;
  if (of_one) {
    auto ticket = row_of(call, account_.tickets());
    if (!ticket) return tl::unexpected(std::move(ticket.error()));
    for (std::size_t place : account_.audits().of_ticket(account_.id_of(account_.tickets(), *ticket))) places.push_back({0, static_cast<RowNumber>(place)});
  } else {
    for (const char* paging : {"page", "per_page"}) {
      if (call.query_value(paging)) return refuse_titled(400, "Invalid attribute", std::string("Audits of all tickets come by cursors, not by ") + paging);
    }
    if (!by_cursor(call)) return audits_by_limit(call);
    for (std::size_t place = 0; place < account_.audits().noted(); ++place) places.push_back({0, static_cast<RowNumber>(place)});
  }
  auto page = of_one ? page_of(call, places) : page_by_cursor(call, places);
  if (!page) return tl::unexpected(std::move(page.error()));
  return json_answer(200, audits_page(call, page->rows, std::move(page->around)));
}

Zendesk::Answer Zendesk::audit(Call& call) {
  auto ticket = row_of(call, account_.tickets());
  if (!ticket) return tl::unexpected(std::move(ticket.error()));
  std::string wanted = id_in(call, "audit");
  auto places = account_.audits().of_ticket(account_.id_of(account_.tickets(), *ticket));
  if (wanted == "count") return counted(call, places.size());
  for (std::size_t place : places) {
    const Audit& audit = account_.audits().all()[place];
    if (audit.id != number_in(wanted)) continue;
    json::object body = audits_page(call, {static_cast<RowNumber>(place)}, {});
    body["audit"] = json::value(body.at("audits").at(0));
    body.erase("audits");
    return json_answer(200, body);
  }
  return record_not_found();
}

/// The comment of the save that the path names.
Zendesk::Answer Zendesk::make_audit_private(Call& call) {
  auto ticket = row_of(call, account_.tickets());
  if (!ticket) return tl::unexpected(std::move(ticket.error()));
  Table& comments = account_.comments();
  ValueView wanted = number_in(id_in(call, "audit"));
  for (RowNumber row : comments.find_equal(comments.field(comment::kTicket), account_.id_of(account_.tickets(), *ticket))) {
    if (comments.get(row, comments.field(comment::kAudit)) == wanted) return hide_comment(call, row);
  }
  return record_not_found();
}

Zendesk::Answer Zendesk::export_ticket_events(Call& call) {
  auto start = start_time(call);
  if (!start) return tl::unexpected(std::move(start.error()));
  const std::vector<Audit>& all = account_.audits().all();
  bool with_comments = call.query_value("include") == "comment_events";
  WallTime from{*start * 1000}, settled = settled_until(call.now);
  auto at = std::lower_bound(all.begin(), all.end(), from, [](const Audit& audit, WallTime time) { return audit.at < time; });
  json::array rows;
  std::int64_t end_time = *start;
  for (; at != all.end() && at->at < settled && rows.size() < static_cast<std::size_t>(kMostExported); ++at) {
    rows.push_back(render_ticket_event(account_, *at, with_comments, call.base_url));
    end_time = at->at.ms / 1000;
  }
  bool end = at == all.end() || at->at >= settled;
  return export_page(call, "ticket_events", std::move(rows), end_time, end);
}

/// The body of an export by time. Pages begin with the second the last one ended in.
http::Response Zendesk::export_page(const Call& call, const std::string& name, json::array rows, std::int64_t end_time, bool end, json::object beside) {
  json::object body = std::move(beside);
  body["count"] = rows.size();
  body["end_time"] = rows.empty() ? json::value(nullptr) : json::value(end_time);
  body["next_page"] = rows.empty() ? json::value(nullptr) : json::value(address_with(call, {{"start_time", std::to_string(end_time)}}));
  body["end_of_stream"] = end;
  body[name] = std::move(rows);
  return json_answer(200, body);
}

}  // namespace lockstep::emulators::zendesk

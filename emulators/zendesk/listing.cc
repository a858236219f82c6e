// Lists of records (contract A6).
#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "emulators/zendesk/rendering.h"
#include "emulators/zendesk/service.h"

namespace lockstep::emulators::zendesk {
namespace {

constexpr std::size_t kMostAtOnce = 100;

struct Order {
  std::string by = "id";
  bool descending = false;
};

Outcome<Order> order_of(const Call& call, const ObjectType& type, const Readings& readings) {
  Order order;
  if (by_cursor(call)) {  // sort_by is passed over here, as the API does
    std::string sort = call.query_value("sort").value_or("id");
    order.descending = sort.starts_with('-');
    order.by = order.descending ? sort.substr(1) : sort;
    bool known = order.by == "id" || order.by == "updated_at" || (order.by == "status" && type.name == "ticket");
    if (!known) return bad_sort(sort);
  } else {
    order.by = call.query_value("sort_by").value_or("id");
    for (std::string_view known : {"assignee", "assignee.name", "group", "requester", "requester.name", "subject"}) {
      if (order.by == known && type.name == "ticket")
        return refuse(501, "NotImplemented", "Tickets in order of " + order.by + " are not served by this stand-in");
    }
    order.descending = call.query_value("sort_order") == "desc";
    bool known = order.by == "id" || order.by == "updated_at" || order.by == "created_at" || (order.by == "status" && type.name == "ticket");
    if (!known && !readings.unknown_orders) return refuse(501, "NotImplemented", "An order by " + order.by + " is not served by this stand-in");
    if (!known) order.by = "id";
  }
  return order;
}

std::int64_t key_of(const ObjectType& type, RowNumber row, const std::string& by) {
  if (by == "created_at") return type.table->record(row).created.ms;
  if (by == "updated_at") return std::get<std::int64_t>(type.get(row, "updated_at"));
  if (by != "status") return 0;
  const auto& options = type.at("status").options;
  return std::find(options.begin(), options.end(), text_of(type.get(row, "status"))) - options.begin();
}

void put_in_order(std::vector<Place>& places, const Order& order) {
  if (order.by != "id") std::sort(places.begin(), places.end());
  if (order.descending) std::reverse(places.begin(), places.end());
}

}  // namespace

/// The record, with what `include=` adds to a ticket itself.
json::object Zendesk::shown(const Call& call, const ObjectType& type, RowNumber row) {
  json::object body = render_record(account_, type, row, call.base_url);
  if (type.name == "ticket") add_to_ticket(call, row, body);
  return body;
}

Zendesk::Answer Zendesk::listing(Call& call, ObjectType& type, std::vector<Place> places, bool descending) {
  auto page = page_of(call, places, descending);
  if (!page) return tl::unexpected(std::move(page.error()));
  json::object body = std::move(page->around);
  json::array rows;
  for (RowNumber row : page->rows) rows.push_back(shown(call, type, row));
  body[type.plural] = std::move(rows);
  side_load(call, type, page->rows, body);
  return json_answer(200, body);
}

Zendesk::Answer Zendesk::list(Call& call, ObjectType& type) {
  auto order = order_of(call, type, account_.readings());
  if (!order) return tl::unexpected(std::move(order.error()));
  auto external = call.query_value("external_id");
  std::vector<Place> places;
  auto take = [&](RowNumber row) {
    if (has_role(call, type, row)) places.push_back({key_of(type, row, order->by), row});
  };
  if (external && type.name != "organization") {
    for (RowNumber row : account_.find_by(type, "external_id", std::string_view(*external))) take(row);
  } else {
    for (RowNumber row = 0; row < type.table->row_count(); ++row) {
      if (!type.table->record(row).deleted) take(row);
    }
  }
  put_in_order(places, *order);
  return listing(call, type, std::move(places), order->descending);
}

bool Zendesk::has_role(const Call& call, const ObjectType& type, RowNumber row) const {
  if (type.name != "user") return true;
  bool asked = false, has = false;
  for (const auto& [name, value] : call.query) {  // role=agent, or role[]=agent&role[]=admin
    if (name == "permission_set") return false;   // a custom role, of which there are none
    if (name != "role" && name != "role[]") continue;
    asked = true;
    has = has || value == text_of(type.get(row, "role"));
  }
  return !asked || has;
}

Outcome<Zendesk::Owner> Zendesk::owner_of(const Call& call) {
  std::string_view target = call.request.target;
  ObjectType& type = target.starts_with("/api/v2/users/")           ? account_.users()
                     : target.starts_with("/api/v2/organizations/") ? account_.organizations()
                                                                    : account_.tickets();
  auto row = row_of(call, type);
  if (!row) return tl::unexpected(std::move(row.error()));
  return Owner{&type, *row};
}

std::vector<RowNumber> Zendesk::rows_by(const Owner& owner, ObjectType& type, std::string_view property) {
  const std::string& id = owner.type->table->record(owner.row).id;
  bool in_list = type.at(property).kind == Kind::ids;
  return account_.find_by(type, property, in_list ? ValueView(std::string_view(id)) : ValueView(account_.id_of(*owner.type, owner.row)));
}

Zendesk::Answer Zendesk::list_by(Call& call, ObjectType& type, std::string_view property) {
  auto owner = owner_of(call);
  if (!owner) return tl::unexpected(std::move(owner.error()));
  auto order = order_of(call, type, account_.readings());
  if (!order) return tl::unexpected(std::move(order.error()));
  std::vector<Place> places;
  for (RowNumber row : rows_by(*owner, type, property)) {
    if (has_role(call, type, row)) places.push_back({key_of(type, row, order->by), row});
  }
  put_in_order(places, *order);
  return listing(call, type, std::move(places), order->descending);
}

Zendesk::Answer Zendesk::count_by(Call& call, ObjectType& type, std::string_view property) {
  auto owner = owner_of(call);
  if (!owner) return tl::unexpected(std::move(owner.error()));
  return counted(call, rows_by(*owner, type, property).size());
}

/// Tickets that incidents may hang on, the last changed first.
Zendesk::Answer Zendesk::problems(Call& call) {
  ObjectType& tickets = account_.tickets();
  std::vector<Place> places;
  for (RowNumber row = 0; row < tickets.table->row_count(); ++row) {
    if (!tickets.table->record(row).deleted && text_of(tickets.get(row, "type")) == "problem") places.push_back({key_of(tickets, row, "updated_at"), row});
  }
  std::sort(places.rbegin(), places.rend());
  return listing(call, tickets, std::move(places), true);
}

Zendesk::Answer Zendesk::ticket_related(Call& call) {
  auto row = row_of(call, account_.tickets());
  if (!row) return tl::unexpected(std::move(row.error()));
  json::array followed;
  ValueView source = account_.tickets().get(*row, "followup_source_id");
  if (!is_null(source)) followed.push_back(json::value(std::to_string(std::get<std::int64_t>(source))));
  std::size_t incidents = account_.find_by(account_.tickets(), "problem_id", account_.id_of(account_.tickets(), *row)).size();
  return json_answer(200, json::object{{"ticket_related", json::object{{"topic_id", nullptr},
                                                                       {"from_archive", false},
                                                                       {"jira_issue_ids", json::array()},
                                                                       {"followup_source_ids", std::move(followed)},
                                                                       {"incidents", incidents}}}});
}

Zendesk::Answer Zendesk::show_many(Call& call, ObjectType& type) {
  bool external = call.query_value("external_ids").has_value();
  std::string wanted = call.query_value(external ? "external_ids" : "ids").value_or("");
  if (wanted.empty()) return refuse_titled(400, "Invalid attribute", "You passed an invalid value for the ids attribute. Invalid parameter: ids is required");
  std::vector<Place> places;
  for (std::string_view id : split(wanted, ',')) {
    std::vector<RowNumber> rows;
    if (external) rows = account_.find_by(type, "external_id", trim(id));
    else if (RowNumber row = account_.find_live(type, trim(id)); row != kNoRow) rows.push_back(row);
    for (RowNumber row : rows) places.push_back({0, row});
    if (places.size() > kMostAtOnce) return refuse_titled(400, "Invalid attribute", "Too many ids: at most 100 may be asked for");
  }
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return listing(call, type, std::move(places));
}

Zendesk::Answer Zendesk::count(Call& call, ObjectType& type) {
  if (type.name != "user") return counted(call, type.table->live_count());
  std::size_t count = 0;
  for (const auto& [id, row] : type.table->by_id()) count += has_role(call, type, row) ? 1 : 0;
  return counted(call, count);
}

/// What the caller looked at, the last one first.
Zendesk::Answer Zendesk::recent_tickets(Call& call) {
  std::vector<Place> places;
  for (const std::string& id : recent_[caller_user_]) {
    if (RowNumber row = account_.find_live(account_.tickets(), id); row != kNoRow) places.push_back({static_cast<std::int64_t>(places.size()), row});
  }
  return listing(call, account_.tickets(), std::move(places));
}

Zendesk::Answer Zendesk::deleted_tickets(Call& call) {
  ObjectType& type = account_.tickets();
  std::vector<Place> places;
  for (const auto& [id, row] : type.table->deleted_by_id()) {
    if (!type.table->record(row).fields.empty()) places.push_back({0, row});  // those without are gone for good
  }
  std::string by = call.query_value("sort_by").value_or("id");
  if (by != "id" && by != "subject" && by != "deleted_at")
    return refuse(501, "NotImplemented", "Deleted tickets in order of " + by + " are not served by this stand-in");
  std::stable_sort(places.begin(), places.end(), [&](const Place& a, const Place& b) {
    if (by == "subject") return text_of(type.get(a.row, "subject")) < text_of(type.get(b.row, "subject"));
    return by == "deleted_at" ? type.table->record(a.row).modified < type.table->record(b.row).modified : a < b;
  });
  if (call.query_value("sort_order") == "desc") std::reverse(places.begin(), places.end());
  if (by_cursor(call)) std::sort(places.begin(), places.end());  // in order of their ids alone
  auto page = page_of(call, places);
  if (!page) return tl::unexpected(std::move(page.error()));
  json::array rows;
  for (RowNumber row : page->rows) {
    const Record& record = type.table->record(row);
    rows.push_back(json::object{{"id", account_.id_of(type, row)},
                                {"subject", to_json(type.get(row, "subject"))},
                                {"description", to_json(type.get(row, "description"))},
                                {"deleted_at", format_time(record.modified)},
                                {"previous_state", to_json(type.get(row, "status"))},
                                {"actor", json::object{{"name", database().actor(record.modified_by).name}}}});
  }
  json::object body = std::move(page->around);
  body["deleted_tickets"] = std::move(rows);
  return json_answer(200, body);
}

}  // namespace lockstep::emulators::zendesk

// Single records and what hangs on them.
#include "base/text.h"
#include "emulators/zendesk/rendering.h"
#include "emulators/zendesk/service.h"

namespace lockstep::emulators::zendesk {

Zendesk::Answer Zendesk::me(Call& call) {
  if (caller_user_ != 0) return one(call, account_.users(), account_.find_live(account_.users(), caller_user_), 200);
  json::object nobody{{"id", nullptr}, {"name", "Anonymous user"}, {"email", "invalid@example.com"}, {"role", "end-user"}, {"active", true}};
  return json_answer(200, json::object{{"user", std::move(nobody)}});
}

Zendesk::Answer Zendesk::read(Call& call, ObjectType& type) {
  RowNumber row = type.table->find(id_in(call));
  bool shown = row != kNoRow && (!type.table->record(row).deleted || (type.name == "user" && type.table->record(row).merged_into == kNoRow));
  if (!shown) return record_not_found();  // a deleted user is still read, inactive
  if (type.name == "ticket") {
    constexpr std::size_t kRemembered = 5;
    std::vector<std::string>& seen = recent_[caller_user_];
    std::erase(seen, id_in(call));
    seen.insert(seen.begin(), id_in(call));
    if (seen.size() > kRemembered) seen.resize(kRemembered);
  }
  return one(call, type, row, 200);
}

Zendesk::Answer Zendesk::comments(Call& call) {
  auto ticket = row_of(call, account_.tickets());
  if (!ticket) return tl::unexpected(std::move(ticket.error()));
  Table& table = account_.comments();
  std::vector<Place> places;
  for (RowNumber row : table.find_equal(*table.find_field(comment::kTicket), account_.id_of(account_.tickets(), *ticket))) places.push_back({0, row});
  std::string sort = call.query_value("sort").value_or("created_at");
  if (call.query_value("page[size]") && sort != "created_at" && sort != "-created_at") return bad_sort(sort);
  bool newest_first = call.query_value("sort") == "-created_at" || call.query_value("sort_order") == "desc";
  if (newest_first) std::reverse(places.begin(), places.end());
  auto page = page_of(call, places, newest_first);
  if (!page) return tl::unexpected(std::move(page.error()));
  json::object body = std::move(page->around);
  json::array rows;
  Linked authors;
  for (RowNumber row : page->rows) {
    rows.push_back(render_comment(account_, row, call.base_url));
    link_user(std::get<std::int64_t>(table.get(row, *table.find_field(comment::kAuthor))), authors);
  }
  body["comments"] = std::move(rows);
  side_load(call.query_value("include").value_or(""), authors, call.base_url, body);
  return json_answer(200, body);
}

Zendesk::Answer Zendesk::comment_count(Call& call) {
  auto ticket = row_of(call, account_.tickets());
  if (!ticket) return tl::unexpected(std::move(ticket.error()));
  Table& table = account_.comments();
  return counted(call, table.find_equal(*table.find_field(comment::kTicket), account_.id_of(account_.tickets(), *ticket)).size());
}

Zendesk::Answer Zendesk::tags(Call& call, ObjectType& type) {
  auto row = row_of(call, type);
  if (!row) return tl::unexpected(std::move(row.error()));
  return json_answer(200, json::object{{"tags", render_value(type.at("tags"), type.get(*row, "tags"))}});
}

Zendesk::Answer Zendesk::identities(Call& call) {
  auto user = row_of(call, account_.users());
  if (!user) return tl::unexpected(std::move(user.error()));
  Table& table = account_.identities();
  std::vector<Place> places;
  for (RowNumber row : table.find_equal(*table.find_field(identity::kUser), account_.id_of(account_.users(), *user))) {
    if (!table.record(row).deleted) places.push_back({0, row});
  }
  auto page = page_of(call, places);
  if (!page) return tl::unexpected(std::move(page.error()));
  json::array rows;
  for (RowNumber row : page->rows) rows.push_back(render_identity(account_, row, call.base_url));
  json::object body = std::move(page->around);
  body["identities"] = std::move(rows);
  return json_answer(200, body);
}

Zendesk::Answer Zendesk::related(Call& call) {
  auto row = row_of(call, account_.organizations());
  if (!row) return tl::unexpected(std::move(row.error()));
  std::int64_t id = account_.id_of(account_.organizations(), *row);
  return json_answer(200,
                     json::object{{"organization_related", json::object{{"tickets_count", account_.find_by(account_.tickets(), "organization_id", id).size()},
                                                                        {"users_count", account_.find_by(account_.users(), "organization_id", id).size()}}}});
}

/// A user's organization, or who is copied on a ticket, in one way or any.
Zendesk::Answer Zendesk::people_of(Call& call) {
  bool of_ticket = call.request.target.starts_with("/api/v2/tickets/");
  auto names = [&](const char* what) { return call.request.path().find(what) != std::string::npos; };
  std::string_view copied = names("/email_ccs") ? "email_cc_ids" : names("/followers") ? "follower_ids" : "collaborator_ids";
  ObjectType &from = of_ticket ? account_.tickets() : account_.users(), &to = of_ticket ? account_.users() : account_.organizations();
  auto row = row_of(call, from);
  if (!row) return tl::unexpected(std::move(row.error()));
  std::vector<std::string> ids;
  if (of_ticket) ids = parts_of(from.get(*row, copied));
  ValueView organization = of_ticket ? ValueView{} : from.get(*row, "organization_id");
  if (!is_null(organization)) ids.push_back(std::to_string(std::get<std::int64_t>(organization)));
  std::vector<Place> places;
  for (const std::string& id : ids) {
    if (RowNumber found = account_.find_live(to, id); found != kNoRow) places.push_back({0, found});
  }
  std::sort(places.begin(), places.end());
  return listing(call, to, std::move(places));
}

}  // namespace lockstep::emulators::zendesk

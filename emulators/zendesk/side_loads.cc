// What `include=` adds to an answer: the records that its rows point to, and what else is known of the rows themselves (contract A5). What is not
// served of it is refused before anything is done.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/zendesk/rendering.h"
#include "emulators/zendesk/service.h"

namespace lockstep::emulators::zendesk {
namespace {

using Words = std::vector<std::string_view>;

/// Where a path ends, and what its rows may bring along.
const std::map<std::string_view, Words>& words_by_segment() {
  static const Words tickets{"users",         "groups",          "organizations", "last_audits",   "metric_sets", "dates", "sharing_agreements",
                             "comment_count", "incident_counts", "ticket_forms",  "metric_events", "slas"};
  static const Words users{"organizations", "groups", "identities", "roles", "abilities", "open_ticket_count"};
  static const std::map<std::string_view, Words> words{{"tickets", tickets},
                                                       {"incidents", tickets},
                                                       {"problems", tickets},
                                                       {"users", users},
                                                       {"collaborators", users},
                                                       {"email_ccs", users},
                                                       {"followers", users},
                                                       {"organizations", {"users"}},
                                                       {"comments", {"users"}},
                                                       {"audits", {"users", "tickets"}},
                                                       {"ticket_audits", {"users", "tickets"}},
                                                       {"groups", {"users"}},
                                                       {"memberships", {"users", "groups"}},
                                                       {"group_memberships", {"users", "groups"}},
                                                       {"organization_memberships", {"users", "organizations"}},
                                                       {"ticket_events", {"comment_events"}}};
  return words;
}

/// Segments that say which rows, not what rows.
bool chooses(std::string_view segment) {
  static constexpr std::string_view kChoosing[] = {"show_many", "recent", "requested",    "assigned",         "ccd",       "me", "cursor",
                                                   "sample",    "search", "autocomplete", "create_or_update", "assignable"};
  return segment.starts_with('{') || std::find(std::begin(kChoosing), std::end(kChoosing), segment) != std::end(kChoosing);
}

/// Of a route's path; none: nothing is brought along there.
Words served_at(std::string_view path) {
  if (path.ends_with(".json")) path.remove_suffix(5);
  while (!path.empty()) {
    std::size_t slash = path.rfind('/');
    std::string_view segment = path.substr(slash + 1);
    auto known = words_by_segment().find(segment);
    if (known != words_by_segment().end()) return known->second;
    if (!chooses(segment) || slash == std::string_view::npos) return {};
    path = path.substr(0, slash);
  }
  return {};
}

/// Of a search, "tickets(users,groups)" and the like: the plural and its words.
std::vector<std::pair<std::string, std::string>> side_loads_by_type(std::string_view include) {
  std::vector<std::pair<std::string, std::string>> found;
  while (!include.empty()) {
    std::size_t open = std::min(include.find('('), include.size()), close = std::min(include.find(')', open), include.size());
    found.emplace_back(include.substr(0, open), open == include.size() ? "" : include.substr(open + 1, close - open - 1));
    include.remove_prefix(std::min(include.size(), close + 1));
    if (include.starts_with(',')) include.remove_prefix(1);
  }
  return found;
}

Outcome<void> check_words(std::string_view include, const Words& served) {
  for (std::string_view word : split(include, ',')) {
    if (word.empty() || std::find(served.begin(), served.end(), word) != served.end()) continue;
    return refuse(501, "NotImplemented", fmt::format("The side-load {} is not served here", word));
  }
  return {};
}

bool names(std::string_view include, std::string_view word) {
  auto words = split(include, ',');
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// What the caller may do with each user.
json::array abilities(const Account& account, const ObjectType& users, const std::vector<RowNumber>& rows, std::int64_t caller, const std::string& base_url) {
  json::array list;
  for (RowNumber row : rows) {
    std::int64_t id = account.id_of(users, row);
    list.push_back(json::object{{"url", fmt::format("{}/api/v2/users/{}.json", base_url, id)},
                                {"user_id", id},
                                {"can_edit", true},
                                {"can_edit_password", id == caller},
                                {"can_manage_identities_of", true},
                                {"can_verify_identities", id != caller}});
  }
  return list;
}

std::size_t open_tickets(Account& account, std::int64_t user) {
  auto rows = account.find_by(account.tickets(), "assignee_id", user);
  return static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), [&](RowNumber row) {
    std::string_view status = text_of(account.tickets().get(row, "status"));
    return status != "solved" && status != "closed";
  }));
}

}  // namespace

Outcome<void> Zendesk::check_side_loads(const Call& call, const Route& route) const {
  const std::string include = call.query_value("include").value_or("");
  if (include.empty() || account_.readings().unknown_side_loads) return {};
  if (route.path == "/api/v2/search" || route.path == "/api/v2/search.json") {
    for (const auto& [plural, words] : side_loads_by_type(include)) {
      bool known = !words.empty() && (plural == "tickets" || plural == "users" || plural == "organizations");
      if (!known) return check_words(plural, {});
      if (auto served = check_words(words, served_at(plural)); !served) return served;
    }
    return {};
  }
  Words served = served_at(route.path);
  if (route.path.starts_with("/api/v2/incremental/")) std::erase(served, "last_audits");  // too much work, as the API says
  return check_words(include, served);
}

void Zendesk::link(const ObjectType& type, RowNumber row, Linked& linked) {
  auto add = [&](std::set<RowNumber>& rows, const ObjectType& target, std::int64_t id) {
    if (RowNumber found = account_.find_live(target, id); found != kNoRow) rows.insert(found);
  };
  if (type.name == "user") {
    for (const GroupMembership& each : account_.memberships_of(row)) linked.groups.insert(each.group);
  }
  if (type.name == "organization") {
    for (RowNumber user : account_.find_by(account_.users(), "organization_id", account_.id_of(type, row))) linked.users.insert(user);
  }
  for (const Property& property : type.properties) {
    ValueView value = type.table->get(row, property.field);
    const std::int64_t* id = std::get_if<std::int64_t>(&value);
    if (!id) continue;
    if (property.kind == Kind::group) linked.groups.insert(*id);
    if (property.kind == Kind::user) add(linked.users, account_.users(), *id);
    if (property.kind == Kind::organization) add(linked.organizations, account_.organizations(), *id);
  }
}

void Zendesk::link(std::string_view plural, const json::object& row, Linked& linked) {
  if (plural == "groups") {
    for (const GroupMembership& each : account_.memberships()) {
      if (each.group == id_member(row, "id")) link_user(each.user, linked);
    }
  }
  if (row.contains("user_id")) link_user(id_member(row, "user_id"), linked);
  if (row.contains("group_id")) linked.groups.insert(id_member(row, "group_id"));
  RowNumber organization = account_.find_live(account_.organizations(), id_member(row, "organization_id"));
  if (organization != kNoRow) linked.organizations.insert(organization);
}

void Zendesk::link_user(std::int64_t id, Linked& linked) {
  if (RowNumber row = account_.find_live(account_.users(), id); row != kNoRow) linked.users.insert(row);
}

void Zendesk::side_load(const std::string& include, const Linked& linked, const std::string& base_url, json::object& body) {
  auto add = [&](const ObjectType& type, const std::set<RowNumber>& rows) {
    if (!names(include, type.plural) || body.contains(type.plural)) return;
    json::array list;
    for (RowNumber row : rows) list.push_back(render_record(account_, type, row, base_url));
    body[type.plural] = std::move(list);
  };
  add(account_.tickets(), linked.tickets);
  add(account_.users(), linked.users);
  add(account_.organizations(), linked.organizations);
  if (!names(include, "groups") || body.contains("groups")) return;
  json::array list;
  for (const Group& group : account_.groups().all()) {
    if (linked.groups.contains(group.id)) list.push_back(render_group(account_.groups(), group, base_url));
  }
  body["groups"] = std::move(list);
}

void Zendesk::side_load(const Call& call, const ObjectType& type, const std::vector<RowNumber>& rows, json::object& body) {
  side_load_words(call.query_value("include").value_or(""), call, type, rows, body);
}

void Zendesk::side_load_found(const Call& call, const std::map<std::string, std::vector<RowNumber>>& rows, json::object& body) {
  for (const auto& [plural, words] : side_loads_by_type(call.query_value("include").value_or(""))) {
    const ObjectType* type = account_.type(plural);
    auto found = type ? rows.find(type->name) : rows.end();
    if (type) side_load_words(words, call, *type, found == rows.end() ? std::vector<RowNumber>() : found->second, body);
  }
}

void Zendesk::side_load_words(const std::string& include, const Call& call, const ObjectType& type, const std::vector<RowNumber>& rows, json::object& body) {
  Linked linked;
  for (RowNumber row : rows) link(type, row, linked);
  side_load(include, linked, call.base_url, body);
  if (type.name == "ticket" && names(include, "sharing_agreements")) body["sharing_agreements"] = json::array();  // there are none
  if (type.name == "ticket" && names(include, "ticket_forms")) body["ticket_forms"] = render_catalogue(account_, "ticket_forms", call.base_url);
  if (type.name == "ticket" && names(include, "last_audits")) {
    json::array last;
    for (RowNumber row : rows) {
      auto places = account_.audits().of_ticket(account_.id_of(type, row));
      if (!places.empty()) last.push_back(render_audit(account_, account_.audits().all()[places.back()], call.base_url));
    }
    body["last_audits"] = std::move(last);
  }
  if (type.name != "user") return;
  if (names(include, "roles")) body["roles"] = json::array();  // custom ones, of which there are none
  if (names(include, "abilities")) body["abilities"] = abilities(account_, type, rows, caller_user_, call.base_url);
  if (names(include, "open_ticket_count")) {
    json::object counts;
    for (RowNumber row : rows) counts[type.table->record(row).id] = open_tickets(account_, account_.id_of(type, row));
    body["open_ticket_count"] = std::move(counts);
  }
  if (!names(include, "identities")) return;
  json::array identities;
  const Table& table = account_.identities();
  for (RowNumber row : rows) {
    for (RowNumber each : table.find_equal(*table.find_field(identity::kUser), account_.id_of(type, row))) {
      if (!table.record(each).deleted) identities.push_back(render_identity(account_, each, call.base_url));
    }
  }
  body["identities"] = std::move(identities);
}

void Zendesk::add_to_ticket(const Call& call, RowNumber row, json::object& ticket) {
  const std::string include = call.query_value("include").value_or("");
  std::int64_t id = account_.id_of(account_.tickets(), row);
  if (names(include, "comment_count")) ticket["comment_count"] = account_.comments().find_equal(account_.comments().field(comment::kTicket), id).size();
  if (names(include, "incident_counts")) ticket["incident_count"] = account_.find_by(account_.tickets(), "problem_id", id).size();
  if (names(include, "metric_events")) ticket["metric_events"] = render_metric_events(account_, row);
  if (names(include, "slas")) ticket["slas"] = json::object{{"policy_metrics", json::array()}};  // the account has no policies
  if (!names(include, "metric_sets") && !names(include, "dates")) return;
  json::object metric = render_metric(account_, row, call.now, call.base_url);
  if (names(include, "dates")) {
    json::object dates;
    for (const char* name :
         {"assignee_updated_at", "requester_updated_at", "status_updated_at", "initially_assigned_at", "assigned_at", "solved_at", "latest_comment_added_at"})
      dates[name] = metric[name];
    ticket["dates"] = std::move(dates);
  }
  if (names(include, "metric_sets")) ticket["metric_set"] = std::move(metric);
}

}  // namespace lockstep::emulators::zendesk

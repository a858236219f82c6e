// Groups of agents and their memberships (contract A2).
#include <algorithm>

#include "base/text.h"
#include "emulators/zendesk/rendering.h"
#include "emulators/zendesk/service.h"

namespace lockstep::emulators::zendesk {
namespace {

json::object render_membership(const GroupMembership& membership, const std::string& base_url) {
  return json::object{{"url", base_url + "/api/v2/group_memberships/" + std::to_string(membership.id) + ".json"},
                      {"id", membership.id},
                      {"user_id", membership.user},
                      {"group_id", membership.group},
                      {"default", membership.is_default},
                      {"created_at", format_time(membership.created)},
                      {"updated_at", format_time(membership.updated)}};
}

Outcome<void> read_group(const json::object& given, Account& account, Group& group) {
  if (given.contains("name")) group.name = std::string(trim(text_member(given, "name")));
  if (given.contains("description")) group.description = std::string(text_member(given, "description"));
  if (const json::value* shown = given.if_contains("is_public"); shown && shown->is_bool()) group.is_public = shown->get_bool();
  Problems problems;
  if (group.name.empty()) problems.add("name", "BlankValue", "Name: cannot be blank");
  if (account.groups().is_taken(group.name, group.id) && !account.readings().shared_group_names)
    problems.add("name", "DuplicateValue", "Name: " + group.name + " has already been taken");
  if (!problems.empty()) return problems.refusal();
  return {};
}

}  // namespace

Zendesk::Answer Zendesk::rows_page(const Call& call, const std::string& name, json::array all) {
  std::vector<Place> places;
  for (RowNumber place = 0; place < all.size(); ++place) places.push_back({0, place});
  auto page = page_of(call, places);
  if (!page) return tl::unexpected(std::move(page.error()));
  json::array rows;
  Linked linked;
  for (RowNumber place : page->rows) {
    link(name, all[place].get_object(), linked);
    rows.push_back(std::move(all[place]));
  }
  json::object body = std::move(page->around);
  body[name] = std::move(rows);
  side_load(call.query_value("include").value_or(""), linked, call.base_url, body);
  return json_answer(200, body);
}

http::Response Zendesk::row_answer(const Call& call, int status, const std::string& name, json::object row) {
  Linked linked;
  link(name + "s", row, linked);
  json::object body{{name, std::move(row)}};
  side_load(call.query_value("include").value_or(""), linked, call.base_url, body);
  return json_answer(status, body);
}

/// Deleted groups stand among them, marked, unless they are not wanted; new tickets go to none of these.
Zendesk::Answer Zendesk::group_list(Call& call, bool assignable) {
  bool living = assignable || account_.readings().deleted_groups_left_out || call.query_value("exclude_deleted") == "true";
  json::array rows;
  for (const Group& group : account_.groups().all()) {
    if (!living || !group.deleted) rows.push_back(render_group(account_.groups(), group, call.base_url));
  }
  return rows_page(call, "groups", std::move(rows));
}

Zendesk::Answer Zendesk::group_count(Call& call) {
  const std::vector<Group>& groups = account_.groups().all();
  return counted(call, static_cast<std::size_t>(std::count_if(groups.begin(), groups.end(), [](const Group& each) { return !each.deleted; })));
}

Zendesk::Answer Zendesk::group_create(Call& call) {
  JsonDocument document;
  auto given = read_member(call, document, "group");
  if (!given) return tl::unexpected(std::move(given.error()));
  Group group;
  group.created = group.updated = whole_seconds(call.now);
  if (auto read = read_group(**given, account_, group); !read) return tl::unexpected(std::move(read.error()));
  json::object shown = render_group(account_.groups(), account_.groups().add(std::move(group)), call.base_url);
  std::string location(text_member(shown, "url"));
  http::Response response = row_answer(call, 201, "group", std::move(shown));
  response.headers.add("Location", std::move(location));
  return response;
}

/// GET shows it, deleted or not; PUT changes it, DELETE deletes it.
Zendesk::Answer Zendesk::group_one(Call& call) {
  const std::string& method = call.request.method;
  std::int64_t id = number_in(id_in(call));
  if (method == "GET") {
    const Group* group = account_.groups().find(id);
    if (!group) return record_not_found();
    return row_answer(call, 200, "group", render_group(account_.groups(), *group, call.base_url));
  }
  Group* group = account_.groups().find_live(id);
  if (!group) return record_not_found();
  if (method == "DELETE") {
    if (auto done = account_.remove_group(*group, writer(call)); !done) return tl::unexpected(std::move(done.error()));
    return http::Response(204, "");
  }
  JsonDocument document;
  auto given = read_member(call, document, "group");
  if (!given) return tl::unexpected(std::move(given.error()));
  Group next = *group;
  if (auto read = read_group(**given, account_, next); !read) return tl::unexpected(std::move(read.error()));
  next.updated = whole_seconds(call.now);
  *group = std::move(next);
  return row_answer(call, 200, "group", render_group(account_.groups(), *group, call.base_url));
}

Zendesk::Answer Zendesk::groups_of_user(Call& call, bool counts) {
  auto user = row_of(call, account_.users());
  if (!user) return tl::unexpected(std::move(user.error()));
  std::vector<GroupMembership> theirs = account_.memberships_of(*user);
  if (counts) return counted(call, theirs.size());
  json::array rows;
  for (const GroupMembership& each : theirs) rows.push_back(render_group(account_.groups(), *account_.groups().find(each.group), call.base_url));
  return rows_page(call, "groups", std::move(rows));
}

Zendesk::Answer Zendesk::users_of_group(Call& call) {
  const Group* group = account_.groups().find_live(number_in(id_in(call)));
  if (!group) return record_not_found();
  std::vector<Place> places;
  for (const GroupMembership& each : account_.memberships()) {
    RowNumber user = account_.find_live(account_.users(), each.user);
    if (each.group == group->id && has_role(call, account_.users(), user)) places.push_back({0, user});
  }
  if (call.request.path().find("/count") != std::string::npos) return counted(call, places.size());
  return listing(call, account_.users(), std::move(places));
}

/// Of the user or the group that the path names, or of all.
Zendesk::Answer Zendesk::group_memberships(Call& call) {
  std::vector<GroupMembership> found;
  if (call.request.target.starts_with("/api/v2/users/")) {
    auto user = row_of(call, account_.users());
    if (!user) return tl::unexpected(std::move(user.error()));
    found = account_.memberships_of(*user);
  } else {
    found = account_.memberships();
  }
  if (call.request.target.starts_with("/api/v2/groups/")) {
    const Group* group = account_.groups().find_live(number_in(id_in(call)));
    if (!group) return record_not_found();
    std::erase_if(found, [&](const GroupMembership& each) { return each.group != group->id; });
  }
  json::array rows;
  for (const GroupMembership& each : found) rows.push_back(render_membership(each, call.base_url));
  return rows_page(call, "group_memberships", std::move(rows));
}

Outcome<GroupMembership> Zendesk::group_membership_of(std::int64_t id, std::string_view user) const {
  for (const GroupMembership& each : account_.memberships()) {
    if (each.id == id && (user.empty() || user == std::to_string(each.user))) return each;
  }
  return record_not_found();
}

/// GET shows it, DELETE takes it away, PUT makes it the default.
Zendesk::Answer Zendesk::group_membership(Call& call) {
  bool of_user = call.request.target.starts_with("/api/v2/users/");
  auto membership = group_membership_of(number_in(id_in(call, of_user ? "membership" : "id")), of_user ? id_in(call) : "");
  if (!membership) return tl::unexpected(std::move(membership.error()));
  if (call.request.method == "DELETE") {
    if (auto done = account_.leave_group(*membership, writer(call)); !done) return tl::unexpected(std::move(done.error()));
    return http::Response(204, "");
  }
  if (call.request.method == "GET") return row_answer(call, 200, "group_membership", render_membership(*membership, call.base_url));
  RowNumber user = account_.find_live(account_.users(), membership->user);
  account_.groups().make_default(*membership, account_.users().table->record(user).created, whole_seconds(call.now));
  return group_memberships(call);
}

Zendesk::Answer Zendesk::group_membership_create(Call& call) {
  JsonDocument document;
  auto given = read_member(call, document, "group_membership");
  if (!given) return tl::unexpected(std::move(given.error()));
  bool of_user = call.request.target.starts_with("/api/v2/users/");
  auto made = account_.join_group(of_user ? number_in(id_in(call)) : id_member(**given, "user_id"), id_member(**given, "group_id"), writer(call));
  if (!made) return tl::unexpected(std::move(made.error()));
  if (const json::value* chosen = (*given)->if_contains("default"); chosen && *chosen == json::value(true)) {
    RowNumber user = account_.find_live(account_.users(), made->user);
    account_.groups().make_default(*made, account_.users().table->record(user).created, whole_seconds(call.now));
    made->is_default = true;
  }
  return row_answer(call, 201, "group_membership", render_membership(*made, call.base_url));
}

Zendesk::Answer Zendesk::group_membership_create_many(Call& call) {
  return make_memberships(call, "Group", [this](const json::object& given, const Writer& by) -> Outcome<std::int64_t> {
    auto made = account_.join_group(id_member(given, "user_id"), id_member(given, "group_id"), by);
    if (!made) return tl::unexpected(std::move(made.error()));
    return made->id;
  });
}

Zendesk::Answer Zendesk::group_membership_remove_many(Call& call) {
  return remove_memberships(call, "Group", [this](std::int64_t id, const Writer& by) -> Outcome<void> {
    auto membership = group_membership_of(id, "");
    if (!membership) return tl::unexpected(std::move(membership.error()));
    return account_.leave_group(*membership, by);
  });
}

}  // namespace lockstep::emulators::zendesk

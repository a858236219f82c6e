// Who belongs where: memberships as rows of their own, and users who were deleted (contract A2).
#include <algorithm>

#include "base/text.h"
#include "emulators/zendesk/rendering.h"
#include "emulators/zendesk/service.h"

namespace lockstep::emulators::zendesk {
namespace {

// A user is in one organization: the membership's id follows from the user's.
constexpr std::int64_t kOrganizationMemberships = 3'000'000'000'000;

}  // namespace

std::int64_t id_member(const json::object& given, const char* name) { return given.contains(name) ? number_in(scalar_text(given.at(name))) : 0; }

json::object Zendesk::organization_membership(RowNumber user, const std::string& base_url) {
  const ObjectType& users = account_.users();
  std::int64_t user_id = account_.id_of(users, user), id = kOrganizationMemberships + user_id;
  std::int64_t organization = std::get<std::int64_t>(users.get(user, "organization_id"));
  RowNumber row = account_.find_live(account_.organizations(), organization);
  const Record& record = users.table->record(user);
  return json::object{{"url", base_url + "/api/v2/organization_memberships/" + std::to_string(id) + ".json"},
                      {"id", id},
                      {"user_id", user_id},
                      {"organization_id", organization},
                      {"organization_name", row == kNoRow ? json::value(nullptr) : to_json(account_.organizations().get(row, "name"))},
                      {"default", true},
                      {"view_tickets", true},
                      {"created_at", format_time(record.created)},
                      {"updated_at", format_time(record.modified)}};
}

/// Of the user or the organization that the path names, or of all.
Zendesk::Answer Zendesk::membership_list(Call& call) {
  const ObjectType& users = account_.users();
  std::string_view target = call.request.target;
  std::vector<RowNumber> members;
  if (target.starts_with("/api/v2/users/")) {
    auto row = row_of(call, users);
    if (!row) return tl::unexpected(std::move(row.error()));
    members.push_back(*row);
  } else if (target.starts_with("/api/v2/organizations/")) {
    auto row = row_of(call, account_.organizations());
    if (!row) return tl::unexpected(std::move(row.error()));
    members = account_.find_by(users, "organization_id", account_.id_of(account_.organizations(), *row));
  } else {
    for (const auto& [id, row] : users.table->by_id()) members.push_back(row);
  }
  std::erase_if(members, [&](RowNumber row) { return is_null(users.get(row, "organization_id")); });
  std::sort(members.begin(), members.end());
  json::array rows;
  for (RowNumber row : members) rows.push_back(organization_membership(row, call.base_url));
  return rows_page(call, "organization_memberships", std::move(rows));
}

Outcome<RowNumber> Zendesk::member_of(const Call& call) {
  bool of_user = call.request.target.starts_with("/api/v2/users/");
  std::int64_t id = number_in(id_in(call, of_user ? "membership" : "id")) - kOrganizationMemberships;
  if (of_user && id_in(call) != std::to_string(id)) return record_not_found();
  RowNumber user = account_.find_live(account_.users(), id);
  if (user == kNoRow || is_null(account_.users().get(user, "organization_id"))) return record_not_found();
  return user;
}

Zendesk::Answer Zendesk::membership_read(Call& call) {
  auto user = member_of(call);
  if (!user) return tl::unexpected(std::move(user.error()));
  return row_answer(call, 200, "organization_membership", organization_membership(*user, call.base_url));
}

Outcome<RowNumber> Zendesk::make_member(std::int64_t user_id, std::int64_t organization_id, const Writer& by) {
  RowNumber user = account_.find_live(account_.users(), user_id), organization = account_.find_live(account_.organizations(), organization_id);
  Problems problems;
  if (user == kNoRow) problems.add("user", "BlankValue", "User: cannot be blank");
  if (organization == kNoRow) problems.add("organization", "BlankValue", "Organization: cannot be blank");
  if (user != kNoRow && !is_null(account_.users().get(user, "organization_id")))
    problems.add("user_id", "DuplicateValue", "User: is in an organization already, and the account has no multiple organizations");
  if (!problems.empty()) return problems.refusal();
  json::object change{{"organization_id", organization_id}};
  if (auto done = account_.update(account_.users(), user, change, by); !done) return tl::unexpected(std::move(done.error()));
  return user;
}

Outcome<void> Zendesk::unmake_member(RowNumber user, const Writer& by) {
  return account_.update(account_.users(), user, json::object{{"organization_id", nullptr}}, by);
}

Zendesk::Answer Zendesk::membership_create(Call& call) {
  JsonDocument document;
  auto given = read_member(call, document, "organization_membership");
  if (!given) return tl::unexpected(std::move(given.error()));
  bool of_user = call.request.target.starts_with("/api/v2/users/");
  auto user = make_member(of_user ? number_in(id_in(call)) : id_member(**given, "user_id"), id_member(**given, "organization_id"), writer(call));
  if (!user) return tl::unexpected(std::move(user.error()));
  return row_answer(call, 201, "organization_membership", organization_membership(*user, call.base_url));
}

Zendesk::Answer Zendesk::make_memberships(Call& call, const std::string& of, MakeMembership make) {
  auto rows = read_rows(call, to_lower_ascii(of) + "_memberships");
  if (!rows) return tl::unexpected(std::move(rows.error()));
  Writer by = writer(call);
  std::size_t total = rows->size();
  return start(call, "Bulk Create " + of + " Membership", total,
               [of, by, make = std::move(make), rows = std::move(*rows)](std::size_t index, WallTime at) mutable {
                 by.at = at;
                 auto id = make(rows[index], by);
                 if (id) return json::object{{"index", index}, {"id", *id}};
                 return json::object{{"index", index}, {"error", of + "MembershipCreateFailed"}, {"details", sentence(id.error())}};
               });
}

Zendesk::Answer Zendesk::membership_create_many(Call& call) {
  return make_memberships(call, "Organization", [this](const json::object& given, const Writer& by) -> Outcome<std::int64_t> {
    auto user = make_member(id_member(given, "user_id"), id_member(given, "organization_id"), by);
    if (!user) return tl::unexpected(std::move(user.error()));
    return kOrganizationMemberships + account_.id_of(account_.users(), *user);
  });
}

Zendesk::Answer Zendesk::membership_remove(Call& call) {
  auto user = member_of(call);
  if (!user) return tl::unexpected(std::move(user.error()));
  if (auto done = unmake_member(*user, writer(call)); !done) return tl::unexpected(std::move(done.error()));
  return http::Response(204, "");
}

Zendesk::Answer Zendesk::remove_memberships(Call& call, const std::string& of, RemoveMembership remove) {
  std::vector<std::int64_t> ids;
  const std::string given = call.query_value("ids").value_or("");
  for (std::string_view id : split(given, ',')) ids.push_back(number_in(trim(id)));
  if (given.empty() || ids.size() > kMostInBulk)
    return refuse_titled(400, "Invalid attribute", "You passed an invalid value for the ids attribute. Invalid parameter: ids must be 1 to 100 ids");
  Writer by = writer(call);
  std::size_t total = ids.size();
  return start(
      call, "Bulk Delete " + of + " Membership", total, [by, remove = std::move(remove), ids = std::move(ids)](std::size_t index, WallTime at) mutable {
        by.at = at;
        Outcome<void> done = remove(ids[index], by);
        json::object result{{"index", index}, {"id", ids[index]}, {"action", "delete"}, {"success", done.has_value()}, {"status", done ? "Deleted" : "Failed"}};
        if (!done) result["errors"] = sentence(done.error());
        return result;
      });
}

Zendesk::Answer Zendesk::membership_remove_many(Call& call) {
  return remove_memberships(call, "Organization", [this](std::int64_t id, const Writer& by) -> Outcome<void> {
    RowNumber user = account_.find_live(account_.users(), id - kOrganizationMemberships);
    if (user == kNoRow || is_null(account_.users().get(user, "organization_id"))) return record_not_found();
    return unmake_member(user, by);
  });
}

/// Of the organizations that a user is in.
Zendesk::Answer Zendesk::count_of_user(Call& call) {
  auto row = row_of(call, account_.users());
  if (!row) return tl::unexpected(std::move(row.error()));
  return counted(call, is_null(account_.users().get(*row, "organization_id")) ? 0 : 1);
}

Zendesk::Answer Zendesk::user_related(Call& call) {
  auto row = row_of(call, account_.users());
  if (!row) return tl::unexpected(std::move(row.error()));
  auto count = [&](const char* property) { return rows_by({&account_.users(), *row}, account_.tickets(), property).size(); };
  return json_answer(200, json::object{{"user_related", json::object{{"assigned_tickets", count("assignee_id")},
                                                                     {"requested_tickets", count("requester_id")},
                                                                     {"ccd_tickets", count("collaborator_ids")},
                                                                     {"organization_subscriptions", 0}}}});
}

Zendesk::Answer Zendesk::deleted_users(Call& call) {
  std::vector<Place> places;
  for (const auto& [id, row] : account_.users().table->deleted_by_id()) {
    if (!account_.users().table->record(row).fields.empty()) places.push_back({0, row});  // those without are gone for good
  }
  std::sort(places.begin(), places.end());
  auto page = page_of(call, places);
  if (!page) return tl::unexpected(std::move(page.error()));
  json::array rows;
  for (RowNumber row : page->rows) rows.push_back(render_record(account_, account_.users(), row, call.base_url));
  json::object body = std::move(page->around);
  body["deleted_users"] = std::move(rows);
  return json_answer(200, body);
}

/// GET shows it, DELETE makes it go for good.
Zendesk::Answer Zendesk::deleted_user(Call& call) {
  ObjectType& users = account_.users();
  RowNumber row = users.table->find(id_in(call));
  if (row == kNoRow || !users.table->record(row).deleted || users.table->record(row).fields.empty()) return record_not_found();
  json::object shown = render_record(account_, users, row, call.base_url);
  if (call.request.method == "DELETE") {
    for (const char* personal : {"email", "phone", "external_id", "notes", "details"}) shown[personal] = nullptr;
    shown["name"] = "Permanently Deleted User";
    Writer by = writer(call);
    database().purge(*users.table, row, {whole_seconds(by.at), by.actor, "", true});
  }
  return json_answer(200, json::object{{"deleted_user", std::move(shown)}});
}

}  // namespace lockstep::emulators::zendesk

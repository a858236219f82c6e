// Users and their identities (contract A2, A3).
#include <algorithm>

#include "base/text.h"
#include "emulators/zendesk/account.h"

namespace lockstep::emulators::zendesk {

RowNumber Account::user_with_email(std::string_view email) const {
  if (email.empty()) return kNoRow;
  FieldId value = *identities_.find_field(identity::kValue), user = *identities_.find_field(identity::kUser);
  for (RowNumber row : identities_.find_equal(value, email)) {
    if (!identities_.record(row).deleted) return find_live(users_, std::get<std::int64_t>(identities_.get(row, user)));
  }
  return kNoRow;
}

void Account::check_email(RowNumber self, std::string_view email, Draft& draft) {
  std::size_t at = email.find('@');
  bool plausible = at != std::string_view::npos && at > 0 && email.find('.', at) != std::string_view::npos && email.find(' ') == std::string_view::npos;
  if (!plausible) draft.problems.add("email", "InvalidValue", "Email:  " + std::string(email) + " is not properly formatted");
  RowNumber other = user_with_email(email);
  if (other != kNoRow && other != self)
    draft.problems.add("email", "DuplicateValue", "Email: " + std::string(email) + " is already being used by another user");
}

Value Account::organization_of(std::string_view email) const {
  std::size_t at = email.rfind('@');
  if (at == std::string_view::npos || readings_.domains_assign_nobody) return {};
  std::string domain = to_lower_ascii(email.substr(at + 1));
  auto found = find_by(organizations_, "domain_names", std::string_view(domain));
  if (found.empty()) return {};
  auto by_name = [&](RowNumber a, RowNumber b) { return text_of(organizations_.get(a, "name")) < text_of(organizations_.get(b, "name")); };
  return id_of(organizations_, *std::min_element(found.begin(), found.end(), by_name));
}

Outcome<void> Account::take_default_group(RowNumber row, const json::object& given, const Writer& writer) {
  const json::value* group = given.if_contains("default_group_id");
  if (!group || group->is_null()) return {};
  for (const GroupMembership& each : memberships_of(row)) {
    if (std::to_string(each.group) != scalar_text(*group)) continue;
    if (!each.is_default) groups_.make_default(each, users_.table->record(row).created, whole_seconds(writer.at));
    return {};
  }
  Problems problems;
  problems.add("default_group_id", "InvalidValue", "Default group: " + json::serialize(*group) + " is none of the user's");
  return problems.refusal();
}

void Account::take_user_members(const json::object& given, const Writer& writer, Draft& draft) {
  auto said = [&](const char* name) {
    const json::value* value = given.if_contains(name);
    return value && !value->is_null() ? value : nullptr;
  };
  auto invalid = [&](const char* name, const std::string& title, const std::string& why) {
    draft.problems.add(name, "InvalidValue", title + ": " + json::serialize(given.at(name)) + " " + why);
  };
  if (const json::value* locale = said("locale")) {  // where there are both, locale_id is passed over
    if (scalar_text(*locale) != kLocaleTag) invalid("locale", "Locale", "is invalid");
  } else if (const json::value* id = said("locale_id"); id && scalar_text(*id) != std::to_string(kLocale)) {
    invalid("locale_id", "Locale", "is invalid");
  }
  refuse_unserved(given, {"agent_brand_ids", "organization_ids", "password", "photo", "remote_photo_url", "shared_phone_number"}, draft);
  refuse_other_than_lists(given, {"identities"}, draft);
  if (said("custom_role_id")) invalid("custom_role_id", "Custom role", "is invalid");
  if (!given.contains("organization")) return;
  const json::object* organization = given.at("organization").if_object();
  std::string_view name = organization ? text_member(*organization, "name") : "";
  if (name.empty() || organization->size() != 1 || said("organization_id"))
    return invalid("organization", "Organization", "is no name of an organization, or not the only one said");
  std::vector<RowNumber> found = find_by(organizations_, "name", name);
  if (found.empty() && readings_.organizations_made_by_name && draft.problems.empty()) {
    if (auto made = create_organization(json::object{{"name", name}}, writer)) found.push_back(*made);
  }
  if (found.empty()) invalid("organization", "Organization", "is invalid");
  else draft.set(users_.field("organization_id"), id_of(organizations_, found.front()));
}

Outcome<RowNumber> Account::create_user(const json::object& given, const Writer& writer) {
  Draft draft;
  read(users_, given, writer, draft);
  take_user_members(given, writer, draft);
  for (const Property& property : users_.properties) {
    const Value* value = draft.find(property.field);
    if (property.required && (!value || is_null(view(*value))))
      draft.problems.add(property.name, "BlankValue", capitalised(property.name) + ":  is too short (minimum is 1 character)");
  }
  const Value* email = draft.find(users_.field("email"));
  std::string address = email ? std::string(text_of(view(*email))) : "";
  if (!address.empty()) check_email(kNoRow, address, draft);
  check_unique(users_, "external_id", kNoRow, "has already been taken", draft);
  if (!draft.problems.empty()) return draft.problems.refusal();
  if (!draft.find(users_.field("role"))) draft.set(users_.field("role"), std::string("end-user"));
  draft.set(users_.field("active"), true);
  if (!draft.find(users_.field("organization_id"))) draft.set(users_.field("organization_id"), organization_of(address));
  RowNumber row = insert(users_, draft, writer);
  if (!address.empty()) {
    if (auto added = add_identity(row, address, true, writer); !added) return added;
  }
  const json::value* more = given.if_contains("identities");
  for (const json::value& each : more && more->is_array() ? more->get_array() : json::array()) {
    const json::object* one = each.if_object();
    if (!one || text_member(*one, "type") != "email")
      return refuse(501, "NotImplemented", "Identities of other types than email are not served by this stand-in");
    if (to_lower_ascii(text_member(*one, "value")) == to_lower_ascii(address)) continue;
    auto added = add_identity(row, text_member(*one, "value"), false, writer);
    if (!added) return added;
    if (!address.empty()) continue;
    make_primary(row, *added, writer);
    address = std::string(text_member(*one, "value"));
  }
  if (auto taken = take_default_group(row, given, writer); !taken) return tl::unexpected(std::move(taken.error()));
  return row;
}

Outcome<void> Account::update_user(RowNumber row, const json::object& given, const Writer& writer) {
  Draft draft;
  read(users_, given, writer, draft);
  take_user_members(given, writer, draft);
  refuse_unserved(given, {"identities"}, draft);
  const Value* name = draft.find(users_.field("name"));
  if (name && is_null(view(*name))) draft.problems.add("name", "BlankValue", "Name:  is too short (minimum is 1 character)");
  const Value* email = draft.find(users_.field("email"));
  std::string address = email ? std::string(text_of(view(*email))) : "";
  if (!address.empty()) check_email(row, address, draft);
  check_unique(users_, "external_id", row, "has already been taken", draft);
  if (!draft.problems.empty()) return draft.problems.refusal();
  bool another = !address.empty() && user_with_email(address) == kNoRow;
  bool has_primary = !is_null(users_.get(row, "email"));
  // A new address is one more identity: the primary one stays (A2).
  if (another && has_primary && readings_.email_replaces) {
    for (RowNumber each : identities_.find_equal(identities_.field(identity::kUser), id_of(users_, row))) {
      if (identities_.get(each, identities_.field(identity::kPrimary)) != ValueView(true)) continue;
      database_.update(identities_, each, {{identities_.field(identity::kValue), address}}, context(writer));
    }
    change(users_, row, draft, writer);
    return take_default_group(row, given, writer);
  }
  if (email && (has_primary || address.empty())) std::erase_if(draft.changes, [&](const auto& change) { return change.first == users_.field("email"); });
  if (another) {
    if (auto added = add_identity(row, address, !has_primary, writer); !added) return tl::unexpected(std::move(added.error()));
  }
  change(users_, row, draft, writer);
  return take_default_group(row, given, writer);
}

Outcome<void> Account::remove_user(RowNumber row, const Writer& writer) {
  std::int64_t id = id_of(users_, row);
  for (RowNumber ticket : find_by(tickets_, "requester_id", id)) {
    if (readings_.requesters_deleted) break;
    std::string_view status = text_of(tickets_.get(ticket, "status"));
    if (status == "solved" || status == "closed") continue;
    Problems problems;
    problems.add("base", "InvalidValue", "User is requester on one or more tickets that are not closed.");
    return problems.refusal();
  }
  if (auto free = check_unreferenced(find_by(tickets_, "assignee_id", id)); !free) return free;
  Transaction all_or_nothing(database_);
  Draft draft;
  draft.set(users_.field("active"), false);
  draft.set(users_.field("updated_at"), whole_seconds(writer.at).ms);
  Writer unjournaled = writer;
  unjournaled.journaled = false;  // the deletion is what counts
  database_.update(*users_.table, row, draft.changes, context(unjournaled));
  for (RowNumber identity : identities_.find_equal(identities_.field(identity::kUser), id)) {
    if (!identities_.record(identity).deleted) database_.remove(identities_, identity, context(unjournaled));
  }
  database_.remove(*users_.table, row, context(writer));
  repoint(tickets_, "assignee_id", id, Value{}, writer);
  forget_copied(id, writer);
  events_.removed(users_, row, writer.at);
  all_or_nothing.commit();
  return {};
}

Outcome<RowNumber> Account::add_identity(RowNumber user, std::string_view value, bool primary, const Writer& writer) {
  Draft draft;
  check_email(kNoRow, value, draft);
  if (!draft.problems.empty()) return draft.problems.refusal();
  FieldChanges fields{{identities_.field(identity::kUser), id_of(users_, user)},
                      {identities_.field(identity::kValue), std::string(value)},
                      {identities_.field(identity::kPrimary), primary},
                      {identities_.field(identity::kVerified), false}};
  Writer unjournaled = writer;
  unjournaled.journaled = false;  // the user's own write tells of it
  return database_.create(identities_, std::to_string(next_identity_++), fields, context(unjournaled));
}

void Account::make_primary(RowNumber user, RowNumber chosen, const Writer& writer) {
  Writer unjournaled = writer;
  unjournaled.journaled = false;
  for (RowNumber row : identities_.find_equal(identities_.field(identity::kUser), id_of(users_, user)))
    database_.update(identities_, row, {{identities_.field(identity::kPrimary), row == chosen}}, context(unjournaled), true);
  Draft draft;
  draft.set(users_.field("email"), own(identities_.get(chosen, identities_.field(identity::kValue))));
  change(users_, user, draft, writer);
}

}  // namespace lockstep::emulators::zendesk

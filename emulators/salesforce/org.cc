#include "emulators/salesforce/org.h"

#include <fmt/format.h>

#include "base/text.h"
#include "emulators/salesforce/ids.h"

namespace lockstep::emulators::salesforce {
namespace {

const Actor kAutomation{ActorKind::automation, "Automated Process"};

}  // namespace

WallTime whole_seconds(WallTime time) { return {time.ms - time.ms % 1000}; }

const Value* changed_value(const std::vector<std::pair<const Field*, Value>>& changes, std::string_view field) {
  for (const auto& [changed, value] : changes) {
    if (changed->name == field) return &value;
  }
  return nullptr;
}

Org::Org(Database& database, std::function<WallTime()> now, const Settings& settings)
    : database_(database), now_(std::move(now)), settings_(settings), schema_(database) {
  const ObjectType& profiles = schema_.object("Profile");
  profile_ = next_id(profiles);
  FieldChanges fields{{profiles.field("Name").column, Value(std::string("System Administrator"))},
                      {profiles.field("UserType").column, Value(std::string("Standard"))}};
  database_.create(*profiles.table, profile_, fields, {whole_seconds(now_()), kAutomation, "", false});
  ensure_user(kAutomation, now_());
}

void Org::found(const std::string& organization_id) {
  WriteContext context{whole_seconds(now_()), kAutomation, "", false};
  auto add = [&](const char* name, const std::string& id, std::initializer_list<std::pair<const char*, Value>> values) {
    const ObjectType& object = schema_.object(name);
    FieldChanges fields;
    for (const auto& [field, value] : values) fields.emplace_back(object.field(field).column, value);
    database_.create(*object.table, id, fields, context);
  };
  add("Organization", organization_id,
      {{"Name", Value(std::string("Lockstep"))},
       {"OrganizationType", Value(std::string("Developer Edition"))},
       {"InstanceName", Value(std::string("LS1"))},
       {"IsSandbox", Value(false)},
       {"LanguageLocaleKey", Value(std::string("en_US"))},
       {"TimeZoneSidKey", Value(std::string("Europe/London"))}});
  add("Group", next_id(schema_.object("Group")),
      {{"Name", Value(std::string("Support"))}, {"DeveloperName", Value(std::string("Support"))}, {"Type", Value(std::string("Queue"))}});
  describe_itself(context);
}

std::string Org::user_named(std::string_view user) const {
  std::string id;
  const ObjectType& users = schema_.object("User");
  for (RowNumber row = 0; !user.empty() && row < users.table->row_count(); ++row) {
    const std::string& each = users.table->record(row).id;
    if (each == user || equal_no_case(text_of(users.table->get(row, users.field("Username").column)), user)) id = each;
  }
  return id;
}

Result<void> Org::set_access(std::string_view object, std::string_view field, Access access, std::string_view user) {
  std::string id = user_named(user);
  if (!user.empty() && id.empty()) return fail(ErrorCode::invalid_input, fmt::format("no user {}", user));
  return schema_.set_access(object, field, access, id, now_());
}

bool Org::can_own(std::string_view id) const {
  const ObjectType* object = schema_.by_prefix(id);
  return object && (object->name == "User" || object->name == "Group") && object->table->find(id) != kNoRow;
}

bool Org::is_gone(const Record& record) const { return record.deleted && (record.fields.empty() || record.modified + kRecycleBin <= now_()); }

std::string Org::next_id(const ObjectType& object) { return make_id(object.key_prefix, ++sequences_[object.key_prefix]); }

const std::string& Org::ensure_user(const Actor& actor, WallTime now) {
  auto known = users_.find(actor);
  if (known != users_.end()) return known->second;
  const ObjectType& user = schema_.object("User");
  std::string id = next_id(user);
  auto named = usernames_.find(actor);
  std::string mailbox = named == usernames_.end() ? fmt::format("user{}@org.example", users_.size() + 1) : named->second;
  FieldChanges fields;
  auto set = [&](std::string_view name, Value value) { fields.emplace_back(user.field(name).column, std::move(value)); };
  set("Username", mailbox);
  set("Email", mailbox);
  set("LastName", actor.name);
  set("Name", actor.name);
  set("Alias", fmt::format("user{}", users_.size() + 1));
  set("IsActive", true);
  set("UserType", std::string("Standard"));
  set("CommunityNickname", fmt::format("user{}", users_.size() + 1));
  for (const auto& [name, value] : {std::pair{"TimeZoneSidKey", "Europe/London"}, std::pair{"LocaleSidKey", "en_GB"}, std::pair{"EmailEncodingKey", "UTF-8"},
                                    std::pair{"LanguageLocaleKey", "en_US"}})
    set(name, std::string(value));
  set("ProfileId", profile_);
  WriteContext context{whole_seconds(now), kAutomation, "", false};
  database_.create(*user.table, id, fields, context);
  return users_.emplace(actor, std::move(id)).first->second;
}

Outcome<RowNumber> Org::find_live(const ObjectType& object, std::string_view id, const std::string& missing_code) const {
  auto full = normalise_id(id);
  if (!full) return refuse("MALFORMED_ID", fmt::format("malformed id {}", id));
  RowNumber row = object.table->find(*full);
  if (row == kNoRow || is_gone(object.table->record(row))) {
    return refuse(missing_code, missing_code == "NOT_FOUND" ? "The requested resource does not exist" : "invalid cross reference id");
  }
  if (object.table->record(row).deleted) return refuse("ENTITY_IS_DELETED", "entity is deleted");
  return row;
}

std::vector<RowNumber> Org::find_by_key(const ObjectType& object, const Field& field, std::string_view key) const {
  std::vector<RowNumber> live;
  if (field.source == Source::id) {
    auto id = normalise_id(key);
    RowNumber row = id ? object.table->find(*id) : kNoRow;
    if (row != kNoRow && !object.table->record(row).deleted) live.push_back(row);
    return live;
  }
  for (RowNumber row : object.table->find_equal(field.column, trim(key))) {
    bool other = settings_.keys_keep_case && field.external_id && text_of(object.table->get(row, field.column)) != trim(key);
    if (!object.table->record(row).deleted && !other) live.push_back(row);
  }
  return live;
}

ValueView Org::value_of(const ObjectType& object, RowNumber row, const Field& field) const {
  const Record& record = object.table->record(row);
  auto user = [&](ActorId actor) -> ValueView {
    auto known = users_.find(database_.actor(actor));
    return known == users_.end() ? std::string_view(users_.at(kAutomation)) : std::string_view(known->second);
  };
  const AuditFields* given = audit_fields_of(record);
  bool unchanged = given && given->version == record.version;
  switch (field.source) {
    case Source::stored: return record.fields.get(field.column);
    case Source::id: return std::string_view(record.id);
    case Source::is_deleted: return record.deleted;
    case Source::created_date: return record.created.ms;
    case Source::created_by: return given && given->created_by ? std::string_view(*given->created_by) : user(record.created_by);
    case Source::modified_date: return unchanged && given->modified ? given->modified->ms : record.modified.ms;
    case Source::modified_by: return unchanged && given->modified_by ? std::string_view(*given->modified_by) : user(record.modified_by);
    case Source::system_modstamp: return record.modified.ms;
    case Source::master_record:
      if (record.merged_into == kNoRow) return std::monostate{};
      return std::string_view(object.table->record(record.merged_into).id);
    case Source::address: return std::monostate{};
    case Source::contact_part: break;
  }
  const ObjectType& contact = schema_.object("Contact");
  RowNumber of = contact.table->find(text_of(record.fields.get(object.field("ContactId").column)));
  return of == kNoRow ? ValueView{} : value_of(contact, of, contact.field(field.source_field));
}

}  // namespace lockstep::emulators::salesforce

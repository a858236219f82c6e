// What writes of all three objects share.
#include "emulators/zendesk/account.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace lockstep::emulators::zendesk {

Account::Account(Database& database, Rng rng, WallTime founded)
    : database_(database),
      tickets_(ticket_type(database)),
      users_(user_type(database)),
      organizations_(organization_type(database)),
      comments_(database.table("comment")),
      identities_(database.table("identity")),
      groups_(founded),
      events_(rng.split("events"), readings_),
      attachments_(rng.split("attachments"), readings_) {
  comments_.add_index(comments_.field(comment::kTicket));
  for (std::string_view name : {comment::kAttachments, comment::kAudit}) comments_.field(name);  // none may ever have been written
  identities_.add_index(identities_.field(identity::kUser));
  identities_.add_index(identities_.field(identity::kValue), true);
}

ObjectType* Account::type(std::string_view name) {
  for (ObjectType* type : {&tickets_, &users_, &organizations_}) {
    if (type->name == name || type->plural == name) return type;
  }
  return nullptr;
}

RowNumber Account::find_live(const ObjectType& type, std::string_view id) const {
  RowNumber row = type.table->find(id);
  return row == kNoRow || type.table->record(row).deleted ? kNoRow : row;
}

std::int64_t Account::id_of(const ObjectType& type, RowNumber row) const { return std::stoll(type.table->record(row).id); }

std::vector<RowNumber> Account::find_by(const ObjectType& type, std::string_view property, ValueView value) const {
  std::vector<RowNumber> rows = type.table->find_equal(type.field(property), value);
  std::erase_if(rows, [&](RowNumber row) { return type.table->record(row).deleted; });
  return rows;
}

Outcome<RowNumber> Account::create(ObjectType& type, const json::object& given, const Writer& writer) {
  Transaction all_or_nothing(database_);
  std::size_t told = events_.noted(), audited = audits_.noted();
  audits_.begin();
  Outcome<RowNumber> row = &type == &tickets_ ? create_ticket(given, writer)
                           : &type == &users_ ? create_user(given, writer)
                                              : create_organization(given, writer);
  if (row) all_or_nothing.commit();
  else forget_after(told, audited);
  return row;
}

Outcome<void> Account::update(ObjectType& type, RowNumber row, const json::object& given, const Writer& writer) {
  Transaction all_or_nothing(database_);
  std::size_t told = events_.noted(), audited = audits_.noted();
  audits_.begin();
  Outcome<void> done = &type == &tickets_ ? update_ticket(row, given, writer)
                       : &type == &users_ ? update_user(row, given, writer)
                                          : update_organization(row, given, writer);
  if (done) all_or_nothing.commit();
  else forget_after(told, audited);
  return done;
}

void Account::forget_after(std::size_t told, std::size_t audited) {
  events_.forget_after(told);
  audits_.forget_after(audited);
}

Outcome<void> Account::remove(ObjectType& type, RowNumber row, const Writer& writer) {
  if (&type == &users_) return remove_user(row, writer);
  if (&type == &organizations_) return remove_organization(row, writer);
  database_.remove(*type.table, row, context(writer));
  events_.removed(type, row, writer.at);
  return {};
}

Outcome<void> Account::restore(ObjectType& type, RowNumber row, const Writer& writer) {
  if (&type != &tickets_) return refuse(422, "RecordInvalid", "Only tickets are restored");
  database_.restore(*type.table, row, context(writer));
  return {};
}

RowNumber Account::find_known(const ObjectType& type, const json::object& given) const {
  std::vector<RowNumber> found;
  auto look = [&](std::string_view property) {
    const json::value* value = given.if_contains(json::string_view(property.data(), property.size()));
    if (!value || scalar_text(*value).empty() || !found.empty()) return;
    std::string text = scalar_text(*value);
    if (property == "id") {
      if (RowNumber row = find_live(type, text); row != kNoRow) found.push_back(row);
    } else {
      found = find_by(type, property, std::string_view(text));
    }
  };
  look(&type == &users_ ? "external_id" : "id");
  if (&type == &users_) {
    const json::value* email = given.if_contains("email");
    RowNumber row = found.empty() && email ? user_with_email(scalar_text(*email)) : kNoRow;
    if (row != kNoRow) found.push_back(row);
  } else {
    look("external_id");
  }
  return found.empty() ? kNoRow : found.front();
}

Outcome<std::pair<RowNumber, bool>> Account::create_or_update(ObjectType& type, const json::object& given, const Writer& writer) {
  RowNumber known = find_known(type, given);
  if (known == kNoRow) {
    auto created = create(type, given, writer);
    if (!created) return tl::unexpected(std::move(created.error()));
    return std::pair(*created, true);
  }
  auto done = update(type, known, given, writer);
  if (!done) return tl::unexpected(std::move(done.error()));
  return std::pair(known, false);
}

const Value* Account::Draft::find(FieldId field) const {
  for (const auto& [known, value] : changes) {
    if (known == field) return &value;
  }
  return nullptr;
}

void Account::Draft::set(FieldId field, Value value) {
  std::erase_if(changes, [&](const auto& change) { return change.first == field; });
  changes.emplace_back(field, std::move(value));
}

WriteContext Account::context(const Writer& writer) const { return {whole_seconds(writer.at), writer.actor, writer.key, writer.journaled}; }

void Account::read_one(ObjectType& type, std::string_view name, const json::value& value, const Writer& writer, Draft& draft) {
  Property* property = type.find(name);
  if (!property && !readings_.unknown_members) draft.problems.add("base", "InvalidValue", fmt::format("{} is no field of a {}", name, type.name));
  if (!property || !property->writable) return;  // what is shown alone is passed over
  auto read = read_value(*property, value, writer.text_values);
  std::string title = capitalised(property->custom() ? property->title : property->name);
  if (!read) {
    draft.problems.add(property->custom() ? "base" : property->name, "InvalidValue", fmt::format("{}: {} is not valid", title, json::serialize(value)));
    return;
  }
  check_reference(*property, *read, draft);
  draft.set(property->field, std::move(*read));
}

void Account::read_custom(ObjectType& type, std::string_view member, const json::object& given, const Writer& writer, Draft& draft) {
  const json::value* fields = given.if_contains(json::string_view(member.data(), member.size()));
  if (!fields || fields->is_null()) return;
  auto refused = [&] { draft.problems.add(member, "InvalidValue", fmt::format("{}: {} is not valid", capitalised(member), json::serialize(*fields))); };
  auto read_pair = [&](const json::value& pair) {
    const json::object* field = pair.if_object();
    if (!field || !field->contains("id") || !field->contains("value")) return refused();
    read_one(type, scalar_text(field->at("id")), field->at("value"), writer, draft);
  };
  const json::object* by_key = fields->if_object();
  if (by_key && type.name == "ticket" && by_key->contains("id") && by_key->contains("value")) return read_pair(*fields);
  if (by_key) {
    for (const auto& each : *by_key) read_one(type, std::string_view(each.key()), each.value(), writer, draft);
  } else if (const json::array* pairs = fields->if_array()) {
    for (const json::value& each : *pairs) read_pair(each);
  } else {
    refused();
  }
}

void Account::read(ObjectType& type, const json::object& given, const Writer& writer, Draft& draft) {
  check_members(type, given, writer, draft);
  if (type.name == "ticket") read_custom(type, "fields", given, writer, draft);  // the other name of custom_fields, which comes after and counts
  read_custom(type, type.custom_group, given, writer, draft);
  for (const auto& member : given) {
    std::string_view name(member.key());
    const json::value& value = member.value();
    if (const Property* property = type.find(name); property && property->name == name) {
      read_one(type, name, value, writer, draft);
    }
  }
}

void Account::refuse_unserved(const json::object& given, std::initializer_list<const char*> names, Draft& draft) {
  for (const char* name : names) {
    const json::value* value = given.if_contains(name);
    bool empty = !value || value->is_null() || *value == json::value(false) || *value == json::value("") || *value == json::value(json::array()) ||
                 *value == json::value(json::object());
    if (!empty) draft.problems.add(name, "InvalidValue", capitalised(name) + ": is not served by this stand-in");
  }
}

void Account::refuse_other_than_lists(const json::object& given, std::initializer_list<const char*> names, Draft& draft) {
  for (const char* name : names) {
    const json::value* value = given.if_contains(name);
    if (value && !value->is_null() && !value->is_array()) draft.problems.add(name, "InvalidValue", capitalised(name) + ": is no list");
  }
}

void Account::check_reference(const Property& property, const Value& value, Draft& draft) {
  const std::int64_t* id = std::get_if<std::int64_t>(&value);
  if (!id) return;
  bool known = true;
  if (property.kind == Kind::user) known = find_live(users_, *id) != kNoRow;
  if (property.kind == Kind::organization) known = find_live(organizations_, *id) != kNoRow;
  if (property.kind == Kind::ticket) known = find_live(tickets_, *id) != kNoRow;
  if (property.kind == Kind::group) known = groups_.find_live(*id) != nullptr;
  if (!known) {
    std::string word = property.name.substr(0, property.name.size() - 3);  // without _id
    draft.problems.add(word, "InvalidValue", fmt::format("{}: {} is invalid", capitalised(word), *id));
  }
}

void Account::check_unique(const ObjectType& type, std::string_view property, RowNumber self, std::string_view told, Draft& draft) {
  const Value* value = draft.find(type.field(property));
  if (!value || is_null(view(*value)) || (property == "external_id" && readings_.shared_external_ids)) return;
  for (RowNumber row : find_by(type, property, view(*value))) {
    if (row == self) continue;
    draft.problems.add(property, "DuplicateValue", fmt::format("{}: {} {}", capitalised(property), text_of(view(*value)), told));
    return;
  }
}

RowNumber Account::insert(ObjectType& type, Draft& draft, const Writer& writer) {
  draft.set(type.field("updated_at"), whole_seconds(writer.at).ms);
  RowNumber row = database_.create(*type.table, std::to_string(type.next_id++), draft.changes, context(writer));
  if (!writer.import && writer.journaled) events_.created(type, row, writer.at);
  if (&type == &tickets_ && writer.journaled) audits_.created(type, row, writer.user, whole_seconds(writer.at));
  return row;
}

void Account::change(ObjectType& type, RowNumber row, Draft& draft, const Writer& writer) {
  PackedFields before = type.table->record(row).fields;
  draft.set(type.field("updated_at"), whole_seconds(writer.at).ms);
  database_.update(*type.table, row, draft.changes, context(writer));
  events_.changed(type, row, before, writer.at);
  if (&type == &tickets_) audits_.changed(type, row, before, writer.user, whole_seconds(writer.at));
}

void Account::repoint(ObjectType& type, std::string_view property, std::int64_t from, Value to, const Writer& writer) {
  if (is_null(view(to)) && readings_.deleted_references != "nulled") return;
  Writer system = writer;
  system.actor = {ActorKind::automation, "Zendesk"};
  for (RowNumber row : find_by(type, property, from)) database_.update(*type.table, row, {{type.field(property), to}}, context(system));
}

std::int64_t Account::user_of(const Actor& actor, WallTime at) {
  auto [known, fresh] = users_of_actors_.emplace(actor, 0);
  if (!fresh) return known->second;
  Writer system{at, {ActorKind::automation, "Zendesk"}, 0, "", false, false, true};
  Draft draft;
  draft.set(users_.field("name"), actor.name);
  draft.set(users_.field("role"), std::string(actor.kind == ActorKind::integration ? "admin" : "agent"));
  draft.set(users_.field("active"), true);
  return known->second = id_of(users_, insert(users_, draft, system));
}

}  // namespace lockstep::emulators::zendesk

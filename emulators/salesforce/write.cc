// Create and update: what comes in, what is refused, in the words of the contract.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/salesforce/ids.h"
#include "emulators/salesforce/input.h"
#include "emulators/salesforce/org.h"

namespace lockstep::emulators::salesforce {
namespace {

bool may_reference(const Field& field, const ObjectType* target) {
  return target && std::find(field.references.begin(), field.references.end(), target->name) != field.references.end();
}

std::string short_id(const std::string& id) { return id.substr(0, 15); }

/// Case.Comments is written through to a comment of its own and reads back null (§6.4).
std::string take_comment(std::vector<std::pair<const Field*, Value>>& changes) {
  std::string comment;
  std::erase_if(changes, [&](const auto& change) {
    if (change.first->name != "Comments") return false;
    comment = std::string(text_of(view(change.second)));
    return true;
  });
  return comment;
}

}  // namespace

Outcome<Value> Org::resolve_parent(const Field& field, const json::object& parent) const {
  bool ambiguous = settings_.parent_type_needed && field.references.size() > 1;
  const ObjectType* target = ambiguous ? nullptr : schema_.find(field.references.front());
  std::vector<std::pair<std::string, const json::value*>> keys;
  for (const auto& member : parent) {
    std::string name(member.key());
    if (name == "attributes") {
      const json::object* attributes = member.value().if_object();
      if (attributes && attributes->contains("type")) target = schema_.find(text_member(*attributes, "type"));
    } else {
      keys.emplace_back(std::move(name), &member.value());
    }
  }
  if (!may_reference(field, target) || keys.size() != 1) {
    return refuse("INVALID_FIELD",
                  fmt::format("{}: name exactly one external id field of the parent{}", field.relationship, ambiguous ? ", and its type in attributes" : ""));
  }
  const Field* key = target->find(keys[0].first);
  if (!key || !(key->external_id || key->id_lookup)) {
    return refuse("INVALID_FIELD", fmt::format("{} is not an External ID or indexed field for {}", keys[0].first, target->name));
  }
  std::string wanted = scalar_text(*keys[0].second);
  std::vector<RowNumber> rows = find_by_key(*target, *key, wanted);
  if (rows.empty()) {
    return refuse("INVALID_FIELD", fmt::format("Foreign key external ID: {} not found for field {} in entity {}", wanted, key->name, target->name));
  }
  if (rows.size() > 1) {
    return refuse("DUPLICATE_EXTERNAL_ID", fmt::format("{}: more than one record found for external id field", key->name));
  }
  return Value(target->table->record(rows.front()).id);
}

Outcome<void> Org::read_member(const ObjectType& object, std::string_view name, const json::value& given, const Writer& writer, Changes& changes) const {
  const Field* field = object.find(name);
  Outcome<Value> value{Value{}};
  if (const Field* by_parent = field ? nullptr : object.find_relationship(name); by_parent && given.is_object()) {
    field = by_parent;
    value = resolve_parent(*field, given.get_object());
  } else if (!field) {
    return refuse("INVALID_FIELD", fmt::format("No such column '{}' on sobject of type {}", name, object.name));
  } else if (field->source == Source::id) {
    return refuse("INVALID_FIELD", "The Id field should not be specified in the sobject data.", {"Id"});
  } else {
    const json::value* meant = &given;
    json::value changed;
    if (field->type == FieldType::textarea) meant = &(changed = with_line_ends(given, settings_.text_line_ends));
    if (field->type == FieldType::date && settings_.times_in_dates) meant = &(changed = without_time(given));
    if (field->type == FieldType::boolean && given.is_null() && settings_.null_booleans_false) meant = &(changed = false);
    value = read_value(*field, *meant, {writer.text_values, settings_.texts_trimmed, writer.truncates, settings_.latin_1_texts});
  }
  if (!value) return tl::unexpected(value.error());
  if (changed_value(changes, field->name)) {
    return refuse("INVALID_FIELD", fmt::format("Duplicate field {} in record", field->name), {field->name});
  }
  changes.emplace_back(field, std::move(*value));
  return {};
}

Outcome<Org::Changes> Org::read_body(const ObjectType& object, const json::object& body, const Writer& writer, bool creating) {
  Changes changes;
  std::vector<std::string> not_writable;
  for (const auto& member : body) {
    std::string_view name(member.key().data(), member.key().size());
    if (name == "attributes") continue;
    auto read = read_member(object, name, member.value(), writer, changes);
    if (!read) return tl::unexpected(std::move(read.error()));
    const Field& field = *changes.back().first;
    if (!(creating ? field.may_create() : field.may_update())) not_writable.push_back(field.name);
  }
  if (!not_writable.empty()) {
    return refuse("INVALID_FIELD_FOR_INSERT_UPDATE",
                  fmt::format("Unable to create/update fields: {}. Please check the security settings of this field and "
                              "verify that it is read/write for your profile or permission set.",
                              join(not_writable, ", ")),
                  not_writable);
  }
  return changes;
}

Outcome<void> Org::check_required(const ObjectType& object, const Changes& changes, bool creating) const {
  std::vector<std::string> missing;
  for (const Field& field : object.fields) {
    if (field.nillable || field.source != Source::stored || !(field.createable || field.updateable)) continue;
    const Value* given = changed_value(changes, field.name);
    bool null = given && is_null(view(*given));
    if (null || (creating && !given && !field.defaulted)) missing.push_back(field.name);
  }
  if (missing.empty()) return {};
  return refuse("REQUIRED_FIELD_MISSING", fmt::format("Required fields are missing: [{}]", join(missing, ", ")), missing);
}

Outcome<void> Org::check_references(const Changes& changes) const {
  for (const auto& [field, value] : changes) {
    if ((field->type != FieldType::reference && field->type != FieldType::id_list) || is_null(view(value))) continue;
    for (std::string_view id : split(text_of(view(value)), ';')) {
      if (auto checked = check_reference(*field, id); !checked) return checked;
    }
  }
  return {};
}

Outcome<void> Org::check_reference(const Field& field, std::string_view id) const {
  const ObjectType* target = schema_.by_prefix(id);
  if (target && !may_reference(field, target))
    return refuse("FIELD_INTEGRITY_EXCEPTION", fmt::format("{}: id value of incorrect type: {}", field.label, id), {field.name});
  RowNumber row = target ? target->table->find(id) : kNoRow;
  if (row == kNoRow || is_gone(target->table->record(row))) return refuse("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", {field.name});
  if (target->table->record(row).deleted) return refuse("ENTITY_IS_DELETED", "entity is deleted", {field.name});
  if (field.name == "OwnerId" && target->name == "User" && value_of(*target, row, target->field("IsActive")) != ValueView(true))
    return refuse(settings_.inactive_owner_is_wrong_type ? "OP_WITH_INVALID_USER_TYPE_EXCEPTION" : "INACTIVE_OWNER_OR_USER",
                  fmt::format("operation performed with inactive user [{}] as owner of record", id), {field.name});
  return {};
}

Outcome<void> Org::check_unique(const ObjectType& object, const Changes& changes, RowNumber self) const {
  for (const auto& [field, value] : changes) {
    if (!field->unique || is_null(view(value))) continue;
    for (RowNumber row : find_by_key(object, *field, text_of(view(value)))) {
      if (row == self) continue;
      return refuse("DUPLICATE_VALUE",
                    fmt::format("duplicate value found: {} duplicates value on record with id: {}", field->name, short_id(object.table->record(row).id)));
    }
  }
  return {};
}

RowNumber Org::insert(const ObjectType& object, const Changes& changes, const Writer& writer) {
  FieldChanges fields;
  for (const auto& [field, value] : changes) fields.emplace_back(field->column, value);
  return database_.create(*object.table, next_id(object), fields, writer.context());
}

Outcome<RowNumber> Org::create(const ObjectType& object, const json::object& body, const Writer& writer) {
  if (!object.deletable) return refuse("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id");
  if (auto refused = take_refusal(object); !refused) return tl::unexpected(refused.error());
  auto changes = read_body(object, body, writer, true);
  if (!changes) return tl::unexpected(std::move(changes.error()));
  if (auto checked = check_required(object, *changes, true); !checked) return tl::unexpected(checked.error());
  if (auto checked = check_references(*changes); !checked) return tl::unexpected(checked.error());
  if (auto checked = check_access(object, kNoRow, *changes, writer); !checked) return tl::unexpected(checked.error());
  if (auto checked = check_unique(object, *changes, kNoRow); !checked) return tl::unexpected(checked.error());
  if (auto checked = check_object_rules(object, kNoRow, *changes); !checked) return tl::unexpected(checked.error());
  if (auto checked = check_validations(object, kNoRow, *changes); !checked) return tl::unexpected(checked.error());
  if (auto checked = check_duplicates(object, kNoRow, *changes, writer); !checked) return tl::unexpected(checked.error());
  if (auto locked = take_locks(object, kNoRow, *changes, writer); !locked) return tl::unexpected(locked.error());
  auto audit = take_audit_fields(*changes, writer);
  if (!audit) return tl::unexpected(audit.error());
  assign(object, *changes, writer);
  Transaction transaction(database_);
  std::string comment = settings_.case_comments_written_through ? take_comment(*changes) : "";
  run_workflows(object, *changes);
  derive_on_create(object, *changes, writer);
  derive(object, kNoRow, *changes, writer);
  RowNumber row = insert(object, *changes, writer);
  if (!comment.empty()) write_comment(row, comment, writer);
  if (object.name == "EmailMessage") write_email_task(object, row, writer);
  keep_audit_fields(object, row, std::move(*audit), writer);
  transaction.commit();
  return row;
}

Outcome<void> Org::update(const ObjectType& object, RowNumber row, const json::object& body, const Writer& writer) {
  bool managed = writer.actor.kind == ActorKind::person || (object.name == "User" && settings_.manage_users);
  if (!object.deletable && !managed) return refuse("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id");
  if (auto refused = take_refusal(object); !refused) return refused;
  auto changes = read_body(object, body, writer, false);
  if (!changes) return tl::unexpected(std::move(changes.error()));
  if (auto checked = check_required(object, *changes, false); !checked) return checked;
  if (auto checked = check_references(*changes); !checked) return checked;
  if (auto checked = check_access(object, row, *changes, writer); !checked) return checked;
  if (auto checked = check_unique(object, *changes, row); !checked) return checked;
  if (auto checked = check_object_rules(object, row, *changes); !checked) return checked;
  if (auto checked = check_validations(object, row, *changes); !checked) return checked;
  if (auto checked = check_duplicates(object, row, *changes, writer); !checked) return checked;
  if (auto locked = take_locks(object, row, *changes, writer); !locked) return locked;
  Transaction transaction(database_);
  std::string comment = settings_.case_comments_written_through ? take_comment(*changes) : "";
  run_workflows(object, *changes);
  put_back(object, *changes, writer);
  derive(object, row, *changes, writer);
  FieldChanges fields;
  for (const auto& [field, value] : *changes) fields.emplace_back(field->column, value);
  database_.update(*object.table, row, fields, writer.context());
  if (!comment.empty()) write_comment(row, comment, writer);
  transaction.commit();
  return {};
}

Outcome<Org::Upserted> Org::upsert(const ObjectType& object, std::string_view key_field, const json::object& body, const Writer& given_writer) {
  const Field* field = object.find(key_field);
  if (!field || !(field->external_id || field->id_lookup || field->source == Source::id))
    return refuse("INVALID_FIELD", fmt::format("{} is not an External ID or indexed field for {}", key_field, object.name));
  std::string key;
  json::object rest(body.storage());
  for (const auto& member : body) {
    bool is_key = equal_no_case(std::string_view(member.key().data(), member.key().size()), field->name);
    if (is_key) key = std::string(trim(scalar_text(member.value())));
    if (!is_key) rest.insert(member);
  }
  Writer writer = given_writer;
  writer.key = key;
  bool by_id = field->source == Source::id;
  if (key.empty() && !by_id) return refuse("MISSING_ARGUMENT", field->name + " not specified");
  std::vector<RowNumber> rows;
  if (by_id && !key.empty()) {
    auto row = find_live(object, key, "INVALID_CROSS_REFERENCE_KEY");
    if (!row) return tl::unexpected(row.error());
    rows.push_back(*row);
  } else if (!key.empty()) {
    rows = find_by_key(object, *field, key);
  }
  if (rows.size() > 1) return refuse("DUPLICATE_EXTERNAL_ID", fmt::format("{}: more than one record found for external id field: [{}]", field->name, key));
  if (rows.size() == 1) {
    auto updated = update(object, rows.front(), rest, writer);
    if (!updated) return tl::unexpected(updated.error());
    return Upserted{rows.front(), false};
  }
  if (!by_id) rest[field->name] = key;
  auto row = create(object, rest, writer);
  if (!row) return tl::unexpected(row.error());
  return Upserted{*row, true};
}

}  // namespace lockstep::emulators::salesforce

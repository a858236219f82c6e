// What an administrator sets up through the control plane: rules, messages, permissions.
#include <fmt/format.h>

#include "base/text.h"
#include "emulators/salesforce/dialect.h"
#include "emulators/salesforce/ids.h"
#include "emulators/salesforce/input.h"

namespace lockstep::emulators::salesforce {
namespace {

http::Response rule_refused(const std::string& problem) { return json_response(400, json::object{{"error", problem}}); }
http::Response rule_taken() { return json_response(200, json::object{{"ok", true}}); }

/// The value as the field stores it.
Result<Value> value_for(const Field& field, const json::value* given) {
  auto value = read_value(field, given ? *given : json::value(nullptr), {.text_values = true});
  if (!value) return fail(ErrorCode::invalid_input, value.error().front().message);
  return std::move(*value);
}

}  // namespace

std::optional<http::Response> Salesforce::change_rule(const json::object& given, std::string_view path) {
  using Change = http::Response (Salesforce::*)(const ObjectType&, const json::object&);
  static constexpr std::pair<std::string_view, Change> kChanges[] = {{"assignment_rule", &Salesforce::set_assignment_rule},
                                                                     {"duplicate_rule", &Salesforce::set_duplicate_rule},
                                                                     {"outbound_message", &Salesforce::add_outbound_message},
                                                                     {"workflow_rule", &Salesforce::add_workflow_rule},
                                                                     {"kept_field", &Salesforce::set_kept_field},
                                                                     {"validation_rule", &Salesforce::add_validation_rule},
                                                                     {"trigger", &Salesforce::add_trigger},
                                                                     {"lookup_filter", &Salesforce::add_lookup_filter},
                                                                     {"record_access", &Salesforce::set_record_access},
                                                                     {"owner_access", &Salesforce::set_owner_access},
                                                                     {"refuse_writes", &Salesforce::refuse_writes},
                                                                     {"field_access", &Salesforce::set_field_access}};
  for (const auto& [name, change] : kChanges) {
    if (name != path) continue;
    const ObjectType* object = org_.schema().find(text_member(given, "object"));
    return object ? (this->*change)(*object, given) : rule_refused("object is missing or not known");
  }
  return std::nullopt;
}

http::Response Salesforce::set_assignment_rule(const ObjectType& object, const json::object& given) {
  auto owner = normalise_id(text_member(given, "owner"));
  if (!owner || !org_.can_own(*owner)) return rule_refused("owner must be the id of a user or a queue");
  org_.set_assignment(object, *owner);
  return rule_taken();
}

Result<std::vector<const Field*>> Salesforce::fields_named(const ObjectType& object, const json::object& given) const {
  std::vector<const Field*> fields;
  const json::value* list = given.if_contains("fields");
  for (const json::value& name : list && list->is_array() ? list->get_array() : json::array()) {
    fields.push_back(object.find(scalar_text(name)));
    if (!fields.back()) return fail(ErrorCode::invalid_input, "no field " + scalar_text(name));
  }
  if (fields.empty()) return fail(ErrorCode::invalid_input, "fields is missing: an array of names");
  return fields;
}

http::Response Salesforce::set_duplicate_rule(const ObjectType& object, const json::object& given) {
  auto fields = fields_named(object, given);
  if (!fields) return rule_refused(fields.error().message);
  Org::DuplicateRule rule;
  for (const Field* field : *fields) rule.fields.push_back(field->name);
  const json::value* allow = given.if_contains("allow_save");
  rule.allow_save = !allow || !allow->is_bool() || allow->get_bool();
  org_.set_duplicate_rule(object, std::move(rule));
  return rule_taken();
}

http::Response Salesforce::add_outbound_message(const ObjectType& object, const json::object& given) {
  auto fields = fields_named(object, given);
  if (!fields) return rule_refused(fields.error().message);
  std::string url(text_member(given, "url"));
  if (url.empty()) return rule_refused("url is missing: where the listener is");
  note_changes({});
  outbound_.add_rule({&object, std::move(url), std::move(*fields)});
  return rule_taken();
}

/// {"object":"Contact","when":"Title","set":"Department","to":"Board"}: in the same transaction.
http::Response Salesforce::add_workflow_rule(const ObjectType& object, const json::object& given) {
  const Field* when = object.find(text_member(given, "when"));
  const Field* set = object.find(text_member(given, "set"));
  if (!when || !set || set->source != Source::stored) return rule_refused("when and set must name fields of the object");
  auto to = value_for(*set, given.if_contains("to"));
  if (!to) return rule_refused(to.error().message);
  org_.add_workflow(object, {when->name, set->name, std::move(*to)});
  return rule_taken();
}

/// {"object":"Contact","field":"Title","kept":true}: until it says false.
http::Response Salesforce::set_kept_field(const ObjectType& object, const json::object& given) {
  const Field* field = object.find(text_member(given, "field"));
  const json::value* kept = given.if_contains("kept");
  if (!field || !kept || !kept->is_bool()) return rule_refused("field must name one of the object, kept is true or false");
  org_.set_kept(object, field->name, kept->get_bool());
  return rule_taken();
}

/// {"object":"Contact","field":"Title","equals":"Boss","message":"…"}; without `equals`: the field may not be empty.
http::Response Salesforce::add_validation_rule(const ObjectType& object, const json::object& given) {
  const Field* field = object.find(text_member(given, "field"));
  std::string message(text_member(given, "message"));
  if (!field || message.empty()) return rule_refused("field must name one of the object, message says what is wrong");
  auto equals = value_for(*field, given.if_contains("equals"));
  if (!equals) return rule_refused(equals.error().message);
  org_.add_validation(object, {field->name, std::move(*equals), std::move(message)});
  return rule_taken();
}

/// {"object":"Contact","field":"Title","equals":"Boss","message":"…"}: code that throws on such a record, with a `code` of the platform's.
http::Response Salesforce::add_trigger(const ObjectType& object, const json::object& given) {
  const Field* field = object.find(text_member(given, "field"));
  std::string message(text_member(given, "message")), code(text_member(given, "code"));
  if (!field || message.empty()) return rule_refused("field must name one of the object, message says what is thrown");
  auto equals = value_for(*field, given.if_contains("equals"));
  if (!equals) return rule_refused(equals.error().message);
  org_.add_validation(object, {field->name, std::move(*equals), std::move(message), code.empty() ? "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY" : code, true});
  return rule_taken();
}

/// {"object":"Case","field":"ContactId","parent_field":"Title","equals":"Buyer"}: the contact of a case is a buyer.
http::Response Salesforce::add_lookup_filter(const ObjectType& object, const json::object& given) {
  const Field* field = object.find(text_member(given, "field"));
  if (!field || field->type != FieldType::reference) return rule_refused("field must name a reference of the object");
  const ObjectType* target = org_.schema().find(field->references.front());
  const Field* wanted = target ? target->find(text_member(given, "parent_field")) : nullptr;
  auto equals =
      wanted ? value_for(*wanted, given.if_contains("equals")) : Result<Value>(fail(ErrorCode::invalid_input, "parent_field must name one of the parent"));
  if (!equals) return rule_refused(equals.error().message);
  std::string message(text_member(given, "message"));
  if (message.empty()) message = "Value does not exist or does not match filter criteria.";
  org_.add_lookup_filter(object, {field->name, wanted->name, std::move(*equals), std::move(message)});
  return rule_taken();
}

/// {"object":"Account","id":"001…","access":"read"} or "edit": what a sharing rule lets programs do with the record.
http::Response Salesforce::set_record_access(const ObjectType& object, const json::object& given) {
  auto row = org_.find_live(object, text_member(given, "id"));
  std::string_view access = text_member(given, "access");
  if (!row || (access != "read" && access != "edit")) return rule_refused("id must name a record of the object, access is read or edit");
  org_.share_to_read(object.table->record(*row).id, access == "read");
  return rule_taken();
}

/// {"object":"Case","user":"ann@…","read":false}: whether a user may see such records, and so own them.
http::Response Salesforce::set_owner_access(const ObjectType& object, const json::object& given) {
  const json::value* reads = given.if_contains("read");
  if (!reads || !reads->is_bool()) return rule_refused("read is true or false");
  auto set = org_.set_owner_access(object, text_member(given, "user"), reads->get_bool());
  return set ? rule_taken() : rule_refused(set.error().message);
}

/// {"object":"Contact","code":"STORAGE_LIMIT_EXCEEDED","message":"…","count":1}: the next writes fail like this.
http::Response Salesforce::refuse_writes(const ObjectType& object, const json::object& given) {
  std::string code(text_member(given, "code")), message(text_member(given, "message"));
  const json::value* count = given.if_contains("count");
  bool countable = !count || (count->is_int64() && count->get_int64() >= 0);
  if (code.empty() || !countable) return rule_refused("code is missing: an error code of the platform; count is a whole number");
  org_.refuse_writes(object, {code, message, count ? count->get_int64() : 1});
  return rule_taken();
}

/// {"object":"Contact","field":"Email","access":"none"}, "read" or "edit": what the profiles let the API do; with "user" for that one alone.
http::Response Salesforce::set_field_access(const ObjectType& object, const json::object& given) {
  std::string_view word = text_member(given, "access");
  if (word != "none" && word != "read" && word != "edit") return rule_refused("access must be none, read or edit");
  Access access = word == "none" ? Access::none : word == "read" ? Access::read : Access::edit;
  auto set = org_.set_access(object.name, text_member(given, "field"), access, text_member(given, "user"));
  return set ? rule_taken() : rule_refused(set.error().message);
}

}  // namespace lockstep::emulators::salesforce

// §2.12: which ways of belonging together there are, and the account's own rules and labels for them.
#include <fmt/format.h>

#include "emulators/hubspot/association_calls.h"
#include "emulators/hubspot/values.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::size_t kMaxRules = 100;  // in one call

json::object render_type(const AssociationType& type) {
  json::value label = type.label.empty() ? json::value(nullptr) : json::value(type.label);
  return json::object{{"category", type.category()}, {"typeId", type.id}, {"label", std::move(label)}};
}

json::object render_rule(const AssociationType& type, bool labelled) {
  json::object row{{"category", type.category()}, {"typeId", type.id}, {"userEnforcedMaxToObjectIds", type.most}};
  if (labelled) row["label"] = type.label.empty() ? json::value(nullptr) : json::value(type.label);
  return row;
}

/// {typeId, category} of an input.
Outcome<const AssociationType*> named_type(const Associations& associations, const TypePair& pair, const json::object& input) {
  const json::value* id = input.if_contains("typeId");
  std::string_view category = text_member(input, "category");
  const AssociationType* type = id && id->is_int64() ? associations.find_type(*pair.from, *pair.to, scalar_text(*id)) : nullptr;
  if (type && type->category() == category) return type;
  return invalid(fmt::format("There is no association type {} between {} and {}", id ? scalar_text(*id) : "(none)", pair.from->type_id, pair.to->type_id));
}

}  // namespace

HubSpot::Answer HubSpot::labels(Call& call) {
  TRY(TiePath path, tie_path(call));
  json::array results;
  for (const AssociationType& type : portal_.associations().types(*path.pair.from, *path.pair.to)) {
    if (!type.removed) results.push_back(render_type(type));
  }
  return json_answer(200, json::object{{"results", std::move(results)}});
}

HubSpot::Answer HubSpot::label_create(Call& call) {
  TRY(TiePath path, tie_path(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  std::string name(text_member(*body, "name")), label(text_member(*body, "label")), inverse(text_member(*body, "inverseLabel"));
  if (name.empty() || label.empty()) return bad_json("line 1, column 1: name and label are required");
  if (name.find('-') != std::string::npos || (name.front() >= '0' && name.front() <= '9')) return invalid("name cannot include hyphens or begin with a number");
  Associations& known = portal_.associations();
  for (const AssociationType& type : known.types(*path.pair.from, *path.pair.to)) {
    if (!type.removed && (type.name == name || type.label == label))
      return refuse(409, "CONFLICT", fmt::format("There is an association label {} already", label));
  }
  const AssociationType* added = known.add_label(*path.pair.from, *path.pair.to, name, label, inverse);
  if (!added) return invalid("The limit of association labels between these objects is reached");
  json::array results{render_type(*added)};
  if (added->inverse != added->id) results.push_back(render_type(*known.find_type(*path.pair.to, *path.pair.from, added->inverse)));
  return json_answer(200, json::object{{"results", std::move(results)}});
}

HubSpot::Answer HubSpot::label_update(Call& call) {
  TRY(TiePath path, tie_path(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  Associations& known = portal_.associations();
  auto id = known.type_id_of(*body);
  std::string label(text_member(*body, "label"));
  if (!id || label.empty()) return bad_json("line 1, column 1: associationTypeId and label are required");
  const AssociationType* type = known.find_type(*path.pair.from, *path.pair.to, *id);
  if (!type || !type->own_label()) return hubspot::not_found();
  known.rename_label(*path.pair.from, *path.pair.to, *type, label, std::string(text_member(*body, "inverseLabel")));
  return http::Response(204, "");
}

HubSpot::Answer HubSpot::label_delete(Call& call) {
  TRY(TiePath path, tie_path(call));
  Associations& known = portal_.associations();
  const AssociationType* type = known.find_type(*path.pair.from, *path.pair.to, call.parameter("label"));
  if (!type || !type->own_label()) return hubspot::not_found();
  if (known.in_use(*path.pair.from, *path.pair.to, *type)) return invalid(fmt::format("The association label {} is in use", type->label));
  known.remove_label(*path.pair.from, *path.pair.to, *type);
  return http::Response(204, "");
}

HubSpot::Answer HubSpot::rules_all(Call&) {
  json::array results;
  for (const ObjectType& from : portal_.catalogue().objects()) {
    for (const ObjectType& to : portal_.catalogue().objects()) {
      for (const AssociationType& type : portal_.associations().types(from, to)) {
        if (type.most > 0 && !type.removed) results.push_back(render_rule(type, true));
      }
    }
  }
  return json_answer(200, json::object{{"results", std::move(results)}});
}

HubSpot::Answer HubSpot::rules_between(Call& call) {
  TRY(TiePath path, tie_path(call));
  json::array results;
  for (const AssociationType& type : portal_.associations().types(*path.pair.from, *path.pair.to)) {
    if (type.most > 0 && !type.removed) results.push_back(render_rule(type, true));
  }
  return json_answer(200, json::object{{"results", std::move(results)}});
}

HubSpot::Answer HubSpot::set_rules(Call& call, int status) {
  TRY(TiePath path, tie_path(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(auto inputs, read_inputs(*body, kMaxRules));
  std::vector<std::pair<const AssociationType*, std::int64_t>> rules;
  for (const json::object* input : inputs) {
    TRY(const AssociationType* type, named_type(portal_.associations(), path.pair, *input));
    const json::value* most = input->if_contains("maxToObjectIds");
    if (!most || !most->is_int64() || most->get_int64() < 1) return invalid("maxToObjectIds must be a number from 1");
    rules.emplace_back(type, most->get_int64());
  }
  json::array results;
  for (const auto& [type, most] : rules) {
    portal_.associations().set_most(*path.pair.from, *path.pair.to, *type, most);
    results.push_back(render_rule(*type, status == 201));
  }
  return batch_answer(status, std::move(results), {}, call.now);
}

HubSpot::Answer HubSpot::rules_create(Call& call) { return set_rules(call, 201); }

HubSpot::Answer HubSpot::rules_update(Call& call) { return set_rules(call, 200); }

HubSpot::Answer HubSpot::rules_purge(Call& call) {
  TRY(TiePath path, tie_path(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(auto inputs, read_inputs(*body, kMaxRules));
  for (const json::object* input : inputs) {
    TRY(const AssociationType* type, named_type(portal_.associations(), path.pair, *input));
    portal_.associations().set_most(*path.pair.from, *path.pair.to, *type, 0);
  }
  return http::Response(204, "");
}

/// A report that the platform mails to the person; here it only says so.
HubSpot::Answer HubSpot::usage_report(Call& call) {
  for (const Owner& owner : portal_.owners()) {
    if (owner.user_id != call.parameter("user")) continue;
    return json_answer(200, json::object{{"userId", std::stoll(owner.user_id)}, {"userEmail", owner.email}, {"enqueueTime", format_instant(call.now)}});
  }
  return hubspot::not_found();
}

HubSpot::Answer HubSpot::type_names(Call& call) {
  TRY(TiePath path, tie_path(call));
  json::array results;
  for (const AssociationType& type : portal_.associations().types(*path.pair.from, *path.pair.to)) {
    if (!type.removed) results.push_back(json::object{{"id", std::to_string(type.id)}, {"name", type.name}});
  }
  return json_answer(200, json::object{{"results", std::move(results)}});
}

}  // namespace lockstep::emulators::hubspot

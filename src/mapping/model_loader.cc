#include <algorithm>

#include "base/text.h"
#include "grammar/build.h"
#include "mapping/mapping.h"

namespace lockstep::mapping {

using grammar::Finding;
using grammar::Findings;
using grammar::Node;

namespace {

std::vector<std::string> type_names() {
  std::vector<std::string> names;
  for (int i = 0; i <= static_cast<int>(FieldType::group); ++i) names.emplace_back(lockstep::to_string(static_cast<FieldType>(i)));
  return names;
}

grammar::SchemaRef field_schema() {
  using namespace grammar;
  return any_of({choice(type_names()), record("field", {{"type", choice(type_names()), true, "What it holds."},
                                                        {"label", text(), false, "For people."},
                                                        {"options", list_of(text()), false, "enum and set: the allowed values."},
                                                        {"to", list_of(text()), false, "reference: entity types it may point to."},
                                                        {"members", map_of(lazily("member", field_schema)), false, "group: fields that change together."},
                                                        {"required", boolean(), false, "Never blank at the built-in API."},
                                                        {"scale", integer(0, 20), false, "decimal: digits behind the point."}})});
}

std::vector<std::string> texts(const Node* node) {
  std::vector<std::string> values;
  if (!node) return values;
  if (node->kind == Node::Kind::scalar) values.push_back(node->scalar);
  for (const Node& item : node->items) values.push_back(item.scalar);
  return values;
}

void report(Findings& findings, const Node& node, std::string message, std::string suggestion = "") {
  findings.push_back(Finding{Finding::Severity::error, node.mark, std::move(message), std::move(suggestion)});
}

/// Words that mean something for some types only would silently do nothing elsewhere.
void check_words(const FieldDefinition& field, const Node& node, Findings& findings) {
  const bool choices = field.type == FieldType::enumeration || field.type == FieldType::set;
  const auto only_for = [&](const char* word, const char* whose, bool fits) {
    if (const Node* found = node.find(word); found && !fits)
      report(findings, *found, "'" + std::string(word) + "' " + whose + "; '" + field.name + "' is " + std::string(lockstep::to_string(field.type)));
  };
  only_for("options", "are for enum and set", choices);
  only_for("scale", "is for decimal", field.type == FieldType::decimal);
  only_for("to", "is for reference", field.type == FieldType::reference);
  only_for("members", "are for group", field.type == FieldType::group);
  if (field.type == FieldType::enumeration && field.options.empty()) report(findings, node, "enum '" + field.name + "' has no options");
  for (auto option = field.options.begin(); option != field.options.end(); ++option)
    if (std::find(field.options.begin(), option, *option) != option)
      report(findings, *node.find("options"), "option '" + *option + "' of '" + field.name + "' is there twice");
}

FieldDefinition load_field(const std::string& name, const Node& node, Findings& findings) {
  FieldDefinition field;
  field.name = name;
  field.label = name;
  const Node* type = node.kind == Node::Kind::scalar ? &node : node.find("type");
  if (type)
    if (const auto parsed = parse_field_type(type->scalar)) field.type = *parsed;
  if (node.kind != Node::Kind::map) {
    if (field.type == FieldType::enumeration) report(findings, node, "enum '" + name + "' has no options");
    if (field.type == FieldType::group) report(findings, node, "group '" + name + "' has no members");
    if (field.type == FieldType::reference) report(findings, node, "reference '" + name + "' needs 'to: <entity type>'");
    return field;
  }
  if (const Node* label = node.find("label")) field.label = label->scalar;
  field.options = texts(node.find("options"));
  field.targets = texts(node.find("to"));
  if (const Node* required = node.find("required")) field.required = required->as_bool().value_or(false);
  if (const Node* scale = node.find("scale")) field.scale = static_cast<int>(scale->as_int().value_or(-1));
  if (const Node* members = node.find("members"))
    for (const auto& [member, of] : members->members) field.members.push_back(load_field(member, of, findings));
  check_words(field, node, findings);
  if (field.type == FieldType::group && field.members.empty()) report(findings, node, "group '" + name + "' has no members");
  if (field.type == FieldType::reference && field.targets.empty()) report(findings, node, "reference '" + name + "' needs 'to: <entity type>'");
  for (const FieldDefinition& member : field.members)
    if (member.type == FieldType::group || member.type == FieldType::reference)
      report(findings, node, "member '" + member.name + "' of a group can be neither group nor reference");
  return field;
}

void check_targets(const Model& model, const std::vector<Node>& files, Findings& findings) {
  std::vector<std::string> names;
  for (const EntityType& type : model.types) names.push_back(type.name);
  for (const EntityType& type : model.types)
    for (const FieldDefinition& field : type.fields)
      for (const std::string& target : field.targets)
        if (!model.find(target) && !files.empty())
          report(findings, files.front(), "reference '" + type.name + "." + field.name + "' points to unknown type '" + target + "'",
                 nearest_name(target, names));
}

}  // namespace

grammar::SchemaRef model_schema() {
  using namespace grammar;
  return record("model", {{"types",
                           map_of(record("entity_type", {{"label", text(), false, "For people."},
                                                         {"append_only", boolean(), false, "Records are added, never merged field by field."},
                                                         {"fields", map_of(field_schema()), true, "Its fields."}})),
                           true, "Entity types; a later file adds fields to a type or new types."}});
}

Model load_model(const std::vector<Node>& files, Findings& findings) {
  Model model;
  for (const Node& file : files) {
    grammar::validate(file, *model_schema(), findings);
    const Node* types = file.find("types");
    if (!types) continue;
    for (const auto& [name, node] : types->members) {
      auto found = model.find(name);
      if (!found) {
        EntityType type;
        type.name = type.label = name;
        model.types.push_back(std::move(type));
        found = model.find(name);
      }
      EntityType& type = model.types[found->value()];
      if (const Node* label = node.find("label")) type.label = label->scalar;
      if (const Node* append_only = node.find("append_only")) type.append_only = append_only->as_bool().value_or(false);
      const Node* fields = node.find("fields");
      if (!fields) continue;
      for (const auto& [field, of] : fields->members) {
        FieldDefinition definition = load_field(field, of, findings);
        if (const auto known = type.find(field)) type.fields[known->value()] = std::move(definition);
        else type.fields.push_back(std::move(definition));
      }
    }
  }
  check_targets(model, files, findings);
  return model;
}

}  // namespace lockstep::mapping

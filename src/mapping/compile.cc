// mappings/*.yaml to compiled mappings: every mistake is a finding with its place.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "mapping/compile_binding.h"
#include "mapping/compiled_mapping.h"
#include "mapping/mapping_schema.h"

namespace lockstep::mapping {

using grammar::Finding;
using grammar::Findings;
using grammar::Node;

namespace {

/// The words of an `is` expression that are no function, keyword or literal: wire fields it looks at.
std::vector<std::string> names_in(std::string_view text) {
  static const std::set<std::string, std::less<>> kKeywords = {"and", "or", "not", "in", "is", "null", "absent", "true", "false", "if"};
  std::vector<std::string> names;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quote) {
      if (text[i] == quote) quote = 0;
      continue;
    }
    if (text[i] == '"' || text[i] == '\'') {
      quote = text[i];
      continue;
    }
    const auto is_name = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
    if (!is_name(text[i])) continue;
    std::size_t end = i;
    while (end < text.size() && is_name(text[end])) ++end;
    const std::string_view word = text.substr(i, end - i);
    const bool call = end < text.size() && text[end] == '(';
    if (!call && !std::isdigit(static_cast<unsigned char>(word[0])) && !kKeywords.contains(word) && std::ranges::find(names, word) == names.end())
      names.emplace_back(word);
    i = end - 1;
  }
  return names;
}

/// One entity type towards one connector.
class SystemCompiler {
 public:
  SystemCompiler(const Node& file, const Model& model, TypeIndex type, const ConnectorInfo& connector,
                 const std::map<std::string, std::map<std::string, std::vector<std::string>>>& objects_of_types, Findings& findings)
      : file_(file), model_(model), type_(model.at(type)), connector_(connector), objects_of_types_(objects_of_types), findings_(findings) {
    out_ = std::make_shared<CompiledMapping>();
    out_->definition = std::make_shared<const EntityType>(type_);
    out_->entity = out_->definition.get();
    out_->type_index = type;
    out_->system_name = connector.name;
    out_->policies.resize(type_.fields.size());
  }

  std::shared_ptr<const CompiledMapping> compile(const Node& system);

 private:
  void add_variant(const std::string& name, const Node& node);
  void add_constants(Variant& variant, const Node& node);
  void add_field(FieldIndex index, const Node& field);
  void add_whole_or_members(Variant& variant, FieldIndex index, const Node& node);
  void bind(Variant& variant, FieldIndex index, const std::string& member, const FieldDefinition& definition, const Node& node);
  std::size_t place_slot(Variant& variant, SlotSpec slot);
  void warn_of_second_writer(const Variant& variant, const Binding& binding, const grammar::Mark& mark);
  std::vector<std::string> target_objects(const FieldDefinition& definition) const;
  /// The part of a field's binding that is for one variant; null: it is not mapped there.
  const Node* part_for(const Variant& variant, const Node& written) const;
  bool is_by_variant(const Node& written) const;
  void check_variant_names(const Node& written);

  const Node& file_;
  const Model& model_;
  const EntityType& type_;
  const ConnectorInfo& connector_;
  const std::map<std::string, std::map<std::string, std::vector<std::string>>>& objects_of_types_;
  Findings& findings_;
  std::shared_ptr<CompiledMapping> out_;
  bool by_variant_ = false;  // fields may say where they stand per variant
};

std::size_t SystemCompiler::place_slot(Variant& variant, SlotSpec slot) {
  Selection& selection = out_->selections[variant.selection];
  for (std::size_t i = 0; i < selection.slots.size(); ++i) {
    SlotSpec& known = selection.slots[i];
    if (known.form != slot.form || known.arguments != slot.arguments || known.type != slot.type) continue;
    known.readable = known.readable || slot.readable;
    known.writable = known.writable || slot.writable;
    return i;
  }
  selection.slots.push_back(std::move(slot));
  return selection.slots.size() - 1;
}

void SystemCompiler::add_constants(Variant& variant, const Node& node) {
  for (const auto& [name, value] : node.members) {
    SlotSpec slot;
    slot.arguments = Map{{"name", Value(name)}};
    slot.readable = false;
    const Value constant = literal(value);
    if (constant.get<bool>()) slot.type = WireType::boolean;
    if (constant.get<std::int64_t>()) slot.type = WireType::number;
    variant.constants.emplace_back(place_slot(variant, std::move(slot)), constant);
  }
}

void SystemCompiler::add_variant(const std::string& name, const Node& node) {
  Variant variant;
  variant.name = name;
  const Node* object = node.kind == Node::Kind::scalar ? &node : node.find("object");
  if (!object) {
    report(findings_, node.mark, name == "record" ? connector_.name + " needs 'object' or 'variants'" : "variant '" + name + "' needs 'object'");
    return;
  }
  if (std::ranges::find(connector_.objects, object->scalar) == connector_.objects.end()) {
    report(findings_, object->mark, "connector '" + connector_.name + "' has no object '" + object->scalar + "'; it has " + join(connector_.objects, ", "),
           nearest_name(object->scalar, connector_.objects));
    return;
  }
  const auto known = std::ranges::find(out_->selections, object->scalar, &Selection::object);
  variant.selection = static_cast<std::size_t>(known - out_->selections.begin());
  if (known == out_->selections.end()) out_->selections.push_back(Selection{object->scalar, {}});
  if (const Node* when = node.find("when")) {
    auto program = expression::compile(when->scalar, field_roots(type_));
    if (program) variant.when = std::move(*program);
    else report(findings_, when->mark, "when: " + program.error().message);
  }
  if (const Node* is = node.find("is")) {
    expression::Roots roots;
    for (const std::string& word : names_in(is->scalar)) {
      roots.add(word);
      SlotSpec slot;
      slot.arguments = Map{{"name", Value(word)}};
      slot.writable = false;
      variant.is_slots.push_back(place_slot(variant, std::move(slot)));
    }
    auto program = expression::compile(is->scalar, roots);
    if (program) variant.is = std::move(*program);
    else report(findings_, is->mark, "is: " + program.error().message);
  }
  if (const Node* constants = node.find("create")) add_constants(variant, *constants);
  out_->variants.push_back(std::move(variant));
}

bool SystemCompiler::is_by_variant(const Node& written) const {
  if (!by_variant_ || written.kind != Node::Kind::map || written.members.empty()) return false;
  const auto names_variant = [&](const auto& member) {
    return member.first == "else" || std::ranges::find(out_->variants, member.first, &Variant::name) != out_->variants.end();
  };
  const bool binding = std::ranges::any_of(out_->selections, [&](const Selection& one) { return begins_binding(written, connector_, one.object); });
  return !binding || std::ranges::all_of(written.members, names_variant);
}

void SystemCompiler::check_variant_names(const Node& written) {
  std::vector<std::string> names{"else"};
  for (const Variant& variant : out_->variants) names.push_back(variant.name);
  for (const auto& [name, node] : written.members)
    if (std::ranges::find(names, name) == names.end())
      report(findings_, node.key_mark, "'" + name + "' is no variant of " + connector_.name + "; allowed: " + join(names, ", "), nearest_name(name, names));
}

const Node* SystemCompiler::part_for(const Variant& variant, const Node& written) const {
  if (!is_by_variant(written)) return &written;
  const Node* node = written.find(variant.name);
  return node ? node : written.find("else");
}

std::vector<std::string> SystemCompiler::target_objects(const FieldDefinition& definition) const {
  std::vector<std::string> all;
  for (const std::string& target : definition.targets) {
    const auto of_type = objects_of_types_.find(target);
    if (of_type == objects_of_types_.end()) continue;
    const auto objects = of_type->second.find(connector_.name);
    if (objects != of_type->second.end()) all.insert(all.end(), objects->second.begin(), objects->second.end());
  }
  return all;
}

void SystemCompiler::bind(Variant& variant, FieldIndex index, const std::string& member, const FieldDefinition& definition, const Node& node) {
  const std::vector<std::string> targets = target_objects(definition);
  const BindingPlace place{type_, connector_, out_->selections[variant.selection].object, targets, out_->policies[index.value()].direction};
  auto bound = compile_binding(place, index, member, definition, node, findings_);
  if (!bound) return;
  const FieldDefinition& owned = out_->entity->fields[index.value()];
  bound->binding.definition = member.empty() ? &owned : &*std::ranges::find(owned.members, member, &FieldDefinition::name);
  if (bound->slot) bound->binding.slot = place_slot(variant, std::move(*bound->slot));
  if (!member.empty() && node.find("when"))
    report(findings_, node.find("when")->mark, "a group is written whole or not at all: 'when' cannot stand at a member");
  if (!member.empty() && node.find("direction"))
    report(findings_, node.find("direction")->mark, "a group is read and written whole: its direction stands at the field, not at a member");
  warn_of_second_writer(variant, bound->binding, node.mark);
  variant.bindings.push_back(std::move(bound->binding));
}

/// Two that write one place overwrite each other, unless conditions or the order of parents choose between them.
void SystemCompiler::warn_of_second_writer(const Variant& variant, const Binding& binding, const grammar::Mark& mark) {
  if (!binding.slot || !binding.writes || binding.one_of || binding.when) return;
  const std::vector<SlotSpec>& slots = out_->selections[variant.selection].slots;
  for (const Binding& other : variant.bindings) {
    if (!other.slot || !other.writes || other.one_of || other.when) continue;
    const SlotSpec &mine = slots[*binding.slot], &its = slots[*other.slot];
    if (mine.form != its.form || mine.arguments != its.arguments) continue;
    const auto name_of = [&](const Binding& one) { return "'" + type_.fields[one.field.value()].name + (one.member.empty() ? "" : "." + one.member) + "'"; };
    findings_.push_back(Finding{Finding::Severity::warning, mark,
                                name_of(binding) + " is written to the same place in " + connector_.name + " as " + name_of(other),
                                "give one of them 'direction: in'"});
    return;
  }
}

void SystemCompiler::add_whole_or_members(Variant& variant, FieldIndex index, const Node& node) {
  const FieldDefinition& definition = type_.fields[index.value()];
  const bool whole =
      definition.type != FieldType::group || node.kind != Node::Kind::map || begins_binding(node, connector_, out_->selections[variant.selection].object);
  if (whole) return bind(variant, index, "", definition, node);
  std::vector<std::string> names;
  for (const FieldDefinition& member : definition.members) {
    names.push_back(member.name);
    if (const Node* of = node.find(member.name)) bind(variant, index, member.name, member, *of);
    else report(findings_, node.mark, "group '" + definition.name + "' lacks member '" + member.name + "': a group is mapped whole or not at all");
  }
  for (const auto& [name, of] : node.members)
    if (std::ranges::find(names, name) == names.end())
      report(findings_, of.key_mark, "group '" + definition.name + "' has no member '" + name + "'; members: " + join(names, ", "), nearest_name(name, names));
}

void SystemCompiler::add_field(FieldIndex index, const Node& field) {
  const Node* in = field.find("in");
  const Node* written = in ? in->find(connector_.name) : nullptr;
  if (!written) return;
  if (is_by_variant(*written)) check_variant_names(*written);
  for (Variant& variant : out_->variants) {
    const Node* node = part_for(variant, *written);
    if (!node || node->is_null()) continue;
    if (node->kind == Node::Kind::list)
      for (const Node& one : node->items) bind(variant, index, "", type_.fields[index.value()], one);
    else add_whole_or_members(variant, index, *node);
  }
}

std::shared_ptr<const CompiledMapping> SystemCompiler::compile(const Node& system) {
  const Node* variants = system.find("variants");
  by_variant_ = variants != nullptr;
  if (variants)
    for (const auto& [name, node] : variants->members) add_variant(name, node);
  else add_variant("record", system);
  if (out_->variants.empty()) return nullptr;
  if (const Node* parents = file_.find("parents"))
    for (const Node& parent : parents->items)
      if (const auto index = type_.find(parent.scalar)) out_->parent_order.push_back(*index);
  const Node* fields = file_.find("fields");
  for (const auto& [name, field] : fields->members) {
    const auto index = type_.find(name);
    if (!index) continue;  // told once per file
    FieldPolicy& policy = out_->policies[index->value()];
    read_field_policy(field, connector_.name, policy);
    add_field(*index, field);
  }
  const std::uint64_t hash = stable_hash(std::string_view(canonical_text_of(file_, connector_.name)));
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(hash >> shift & 0xff);
  out_->version_text = to_hex(bytes);
  return out_;
}

}  // namespace

std::vector<Mapping> load_mappings(const std::vector<Node>& files, const Model& model, const std::vector<ConnectorInfo>& connectors, Findings& findings) {
  std::vector<std::string> type_names, connector_names;
  for (const EntityType& type : model.types) type_names.push_back(type.name);
  for (const ConnectorInfo& connector : connectors) connector_names.push_back(connector.name);
  std::map<std::string, Node> merged;
  for (const Node& file : files) {
    grammar::validate(file, *mapping_schema(), findings);
    const Node* entity = file.find("mapping");
    if (!entity) continue;
    if (!model.find(entity->scalar)) {
      report(findings, entity->mark, "mapping for unknown entity type '" + entity->scalar + "'; the model has " + join(type_names, ", "),
             nearest_name(entity->scalar, type_names));
      continue;
    }
    const auto known = merged.find(entity->scalar);
    if (known == merged.end()) merged.emplace(entity->scalar, file);
    else known->second = grammar::merge_deep(known->second, file, {});
  }
  const auto objects = objects_by_type(merged);
  std::vector<Mapping> mappings(model.types.size());
  for (std::size_t i = 0; i < model.types.size(); ++i) mappings[i].type = TypeIndex{static_cast<std::uint16_t>(i)};
  for (const auto& [name, file] : merged) {
    const TypeIndex type = *model.find(name);
    Mapping& mapping = mappings[type.value()];
    read_match_keys(file, model.at(type), mapping, findings);
    check_field_names(file, model.at(type), connector_names, findings);
    read_orders(file, mapping);
    const Node* systems = file.find("systems");
    if (!systems || !file.find("fields")) continue;
    for (const auto& [system, node] : systems->members) {
      const auto connector = std::ranges::find(connectors, system, &ConnectorInfo::name);
      if (connector == connectors.end()) {
        report(findings, node.key_mark, "unknown connector '" + system + "'; known: " + join(connector_names, ", "), nearest_name(system, connector_names));
        continue;
      }
      if (auto compiled = SystemCompiler(file, model, type, *connector, objects, findings).compile(node)) mapping.systems[system] = std::move(compiled);
    }
  }
  return mappings;
}

}  // namespace lockstep::mapping

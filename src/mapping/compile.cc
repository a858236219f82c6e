// mappings/*.yaml to compiled mappings: every mistake is a finding with its place.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "mapping/compiled_mapping.h"
#include "mapping/mapping_schema.h"

namespace lockstep::mapping {

using grammar::Finding;
using grammar::Findings;
using grammar::Node;

namespace {

void report(Findings& findings, const grammar::Mark& mark, std::string message, std::string suggestion = "") {
  findings.push_back(Finding{Finding::Severity::error, mark, std::move(message), std::move(suggestion)});
}

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
    if (!call && !std::isdigit(static_cast<unsigned char>(word[0])) && !kKeywords.contains(word) &&
        std::ranges::find(names, word) == names.end())
      names.emplace_back(word);
    i = end - 1;
  }
  return names;
}

Value literal(const Node& node) {
  if (node.is_null()) return Value{};
  if (!node.quoted) {
    if (const auto flag = node.as_bool()) return Value(*flag);
    if (const auto number = node.as_int()) return Value(*number);
  }
  if (node.kind == Node::Kind::list) {
    List list;
    for (const Node& item : node.items) list.push_back(literal(item));
    return Value(std::move(list));
  }
  if (node.kind == Node::Kind::map) {
    Map map;
    for (const auto& [key, value] : node.members) map.emplace_back(key, literal(value));
    make_map(map);
    return Value(std::move(map));
  }
  return Value(node.scalar);
}

/// One entity type towards one connector.
class SystemCompiler {
 public:
  SystemCompiler(const Node& file, const Model& model, TypeIndex type, const ConnectorInfo& connector, const std::map<std::string, std::map<std::string, std::vector<std::string>>>& objects_of_types, Findings& findings)
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
  void bind(Variant& variant, FieldIndex index, const std::string& member, const FieldDefinition& definition, const Node& node);
  void bind_steps(Binding& binding, SlotSpec& slot, const FieldDefinition& definition, const Node& node);
  std::optional<SlotSpec> slot_of(const Variant& variant, const Node& node);
  std::size_t place_slot(Variant& variant, SlotSpec slot);
  std::optional<EnumTable> enum_table(const Node& node, const FieldDefinition& definition);
  bool is_variant_map(const Node& node) const;
  const ConnectorInfo::Form* form(const std::string& object, std::string_view name) const;

  const Node& file_;
  const Model& model_;
  const EntityType& type_;
  const ConnectorInfo& connector_;
  const std::map<std::string, std::map<std::string, std::vector<std::string>>>& objects_of_types_;
  Findings& findings_;
  std::shared_ptr<CompiledMapping> out_;
};

const ConnectorInfo::Form* SystemCompiler::form(const std::string& object, std::string_view name) const {
  const auto forms = connector_.forms.find(object);
  if (forms == connector_.forms.end()) return nullptr;
  for (const auto& one : forms->second)
    if (one.name == name) return &one;
  return nullptr;
}

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
    report(findings_, node.mark, "variant '" + name + "' needs 'object'");
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

bool SystemCompiler::is_variant_map(const Node& node) const {
  if (node.kind != Node::Kind::map || node.members.empty()) return false;
  return std::ranges::all_of(node.members, [&](const auto& member) {
    return member.first == "else" || std::ranges::find(out_->variants, member.first, &Variant::name) != out_->variants.end();
  });
}

std::optional<SlotSpec> SystemCompiler::slot_of(const Variant& variant, const Node& node) {
  SlotSpec slot;
  const std::string& object = out_->selections[variant.selection].object;
  if (node.kind == Node::Kind::scalar) {
    slot.arguments = Map{{"name", Value(node.scalar)}};
    return slot;
  }
  if (const Node* field = node.find("field")) {
    slot.arguments = Map{{"name", Value(field->scalar)}};
    return slot;
  }
  std::vector<std::string> names{"field", "constant"};
  const auto forms = connector_.forms.find(object);
  if (forms != connector_.forms.end())
    for (const ConnectorInfo::Form& candidate : forms->second) {
      names.push_back(candidate.name);
      const Node* primary = node.find(candidate.name);
      if (!primary) continue;
      slot.form = candidate.name;
      for (std::size_t i = 0; i < candidate.arguments.size(); ++i)
        if (const Node* argument = i == 0 ? primary : node.find(candidate.arguments[i]))
          slot.arguments.emplace_back(candidate.arguments[i], literal(*argument));
      make_map(slot.arguments);
      return slot;
    }
  report(findings_, node.mark, "a binding needs a field name or one of " + join(names, ", "));
  return std::nullopt;
}

std::optional<EnumTable> SystemCompiler::enum_table(const Node& node, const FieldDefinition& definition) {
  EnumTable table;
  std::map<std::string, std::string> first_of;
  const Node* entries = &node;
  if (const Node* map = node.find("map")) {
    entries = map;
    if (const Node* unknown = node.find("unknown"); unknown && unknown->scalar == "keep") table.unknown = EnumTable::Unknown::keep;
    if (const Node* read = node.find("read"))
      for (const auto& [wire, canonical] : read->members) table.representatives.emplace_back(wire, canonical.scalar);
  }
  for (const auto& [canonical, wire] : entries->members) {
    if (!definition.options.empty() && std::ranges::find(definition.options, canonical) == definition.options.end())
      report(findings_, wire.key_mark, "'" + canonical + "' is no option of field '" + definition.name + "': " + join(definition.options, ", "),
             nearest_name(canonical, definition.options));
    const auto [known, fresh] = first_of.emplace(wire.scalar, canonical);
    const bool named = std::ranges::any_of(table.representatives, [&](const auto& pair) { return pair.first == wire.scalar; });
    if (!fresh && !named)
      report(findings_, wire.mark, "'" + wire.scalar + "' stands for both '" + known->second + "' and '" + canonical + "'",
             "name the one it is read as: {map: {…}, read: {\"" + wire.scalar + "\": " + known->second + "}}");
    table.pairs.emplace_back(canonical, wire.scalar);
  }
  return table;
}

void SystemCompiler::bind_steps(Binding& binding, SlotSpec& slot, const FieldDefinition& definition, const Node& node) {
  slot.type = usual_wire_type(definition.type);
  if (const Node* type = node.find("type")) {
    for (int i = 0; i <= static_cast<int>(WireType::json); ++i)
      if (to_string(static_cast<WireType>(i)) == type->scalar) slot.type = static_cast<WireType>(i);
  }
  if (const Node* table = node.find("enum"))
    if (auto entries = enum_table(*table, definition))
      binding.steps.push_back(definition.type == FieldType::set ? make_element_enum_lens(std::move(*entries)) : make_enum_lens(std::move(*entries)));
  if (node.find("enum") && slot.type == WireType::number) binding.steps.push_back(make_number_text_lens());
  const Node* lens = node.find("lens");
  if (!lens) return;
  std::vector<const Node*> steps;
  if (lens->kind == Node::Kind::scalar) steps.push_back(lens);
  for (const Node& item : lens->items) steps.push_back(&item);
  for (const Node* step : steps) {
    const auto parsed = parse_step(step->scalar);
    if (!parsed) {
      report(findings_, step->mark, parsed.error().message);
      continue;
    }
    auto made = make_step(*parsed, definition);
    if (!made) {
      report(findings_, step->mark, made.error().message);
      continue;
    }
    if (const auto wire = (*made)->wire_type()) slot.type = *wire;
    binding.steps.push_back(std::move(*made));
  }
}

void SystemCompiler::bind(Variant& variant, FieldIndex index, const std::string& member, const FieldDefinition& definition, const Node& written) {
  Binding binding;
  binding.field = index;
  binding.member = member;
  binding.type = make_type_lens(definition);
  const Node* inner = written.find("one_of");
  const Node& node = inner ? *inner : written;
  binding.one_of = inner != nullptr;
  if (const Node* constant = node.find("constant")) {
    binding.constant = literal(*constant);
    binding.writes = false;
    variant.bindings.push_back(std::move(binding));
    return;
  }
  auto slot = slot_of(variant, node);
  if (!slot) return;
  bind_steps(binding, *slot, definition, node);
  if (const Node* fallback = node.find("default")) binding.on_create = literal(*fallback);
  if (const Node* when = node.find("when")) {
    auto program = expression::compile(when->scalar, field_roots(type_));
    if (program) binding.when = std::move(*program);
    else report(findings_, when->mark, "when: " + program.error().message);
  }
  const Direction direction = out_->policies[index.value()].direction;
  const Node* own = node.find("direction");
  const std::string word = own ? own->scalar : "";
  binding.reads = word.empty() || word != "out";
  binding.writes = word.empty() ? direction != Direction::in : word != "in";
  slot->readable = binding.reads;
  slot->writable = binding.writes;
  for (const std::string& target : definition.targets) {
    const auto of_type = objects_of_types_.find(target);
    if (of_type == objects_of_types_.end()) continue;
    const auto objects = of_type->second.find(connector_.name);
    if (objects == of_type->second.end()) continue;
    binding.target_objects.insert(binding.target_objects.end(), objects->second.begin(), objects->second.end());
  }
  if (definition.type == FieldType::reference && binding.target_objects.empty())
    report(findings_, node.mark, "field '" + definition.name + "' points to a type that is not mapped to " + connector_.name);
  binding.slot = place_slot(variant, std::move(*slot));
  variant.bindings.push_back(std::move(binding));
}

void SystemCompiler::add_field(FieldIndex index, const Node& field) {
  const FieldDefinition& definition = type_.fields[index.value()];
  const Node* in = field.find("in");
  const Node* written = in ? in->find(connector_.name) : nullptr;
  if (!written) return;
  for (Variant& variant : out_->variants) {
    const Node* node = written;
    if (is_variant_map(*written)) {
      node = written->find(variant.name);
      if (!node) node = written->find("else");
      if (!node) continue;
    }
    if (node->is_null()) continue;
    if (node->kind == Node::Kind::list) {
      for (const Node& one : node->items) bind(variant, index, "", definition, one);
      continue;
    }
    const bool by_member = definition.type == FieldType::group && node->kind == Node::Kind::map && !node->find("field") && !node->find("lens");
    if (!by_member) {
      bind(variant, index, "", definition, *node);
      continue;
    }
    for (const FieldDefinition& member : definition.members) {
      const Node* of = node->find(member.name);
      if (of) bind(variant, index, member.name, member, *of);
      else report(findings_, node->mark, "group '" + definition.name + "' lacks member '" + member.name + "': a group is mapped whole or not at all");
    }
    std::vector<std::string> names;
    for (const FieldDefinition& member : definition.members) names.push_back(member.name);
    for (const auto& [name, of] : node->members)
      if (std::ranges::find(names, name) == names.end())
        report(findings_, of.key_mark, "group '" + definition.name + "' has no member '" + name + "'", nearest_name(name, names));
  }
}

std::shared_ptr<const CompiledMapping> SystemCompiler::compile(const Node& system) {
  if (const Node* variants = system.find("variants"))
    for (const auto& [name, node] : variants->members) add_variant(name, node);
  else
    add_variant("record", system);
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
  out_->version_text = to_hex(std::to_string(stable_hash(std::string_view(canonical_text_of(file_, connector_.name))))).substr(0, 16);
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
      report(findings, entity->mark, "mapping for unknown entity type '" + entity->scalar + "'; the model has " + join(type_names, ", "), nearest_name(entity->scalar, type_names));
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

#include "mapping/compile_binding.h"

#include <algorithm>
#include <map>

#include "base/text.h"

namespace lockstep::mapping {

using grammar::Finding;
using grammar::Findings;
using grammar::Node;

void report(Findings& findings, const grammar::Mark& mark, std::string message, std::string suggestion) {
  findings.push_back(Finding{Finding::Severity::error, mark, std::move(message), std::move(suggestion)});
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

namespace {

const std::vector<std::string>& binding_words() {
  static const std::vector<std::string> words = {"lens", "enum", "type", "default", "blank", "when", "direction"};
  return words;
}

const std::vector<ConnectorInfo::Form>& forms_of(const ConnectorInfo& connector, const std::string& object) {
  static const std::vector<ConnectorInfo::Form> none;
  const auto found = connector.forms.find(object);
  return found == connector.forms.end() ? none : found->second;
}

const ConnectorInfo::Form* form_of(const Node& node, const ConnectorInfo& connector, const std::string& object) {
  for (const ConnectorInfo::Form& form : forms_of(connector, object))
    if (node.find(form.name)) return &form;
  return nullptr;
}

class BindingCompiler {
 public:
  BindingCompiler(const BindingPlace& place, const FieldDefinition& definition, Findings& findings)
      : place_(place), definition_(definition), findings_(findings) {}

  std::optional<BoundField> compile(const Node& written);

 private:
  bool constant(const Node& node);
  std::optional<SlotSpec> slot_of(const Node& node);
  bool fill_arguments(const ConnectorInfo::Form& form, const Node& node, SlotSpec& slot);
  void check_objects(const Node& argument);
  void check_words(const Node& node, const std::vector<std::string>& allowed);
  void read_direction(const Node& node);
  void steps(const Node& node, SlotSpec& slot);
  void enum_step(const Node& node, ValueKind& kind);
  EnumTable enum_table(const Node& node);
  void read_representatives(const Node& node, EnumTable& table);
  void check_option(const Node& written);
  void wire_type(const Node& node, ValueKind kind, SlotSpec& slot);
  void fallbacks(const Node& node);
  std::optional<Value> fallback(const Node& node);
  void complain(const grammar::Mark& mark, std::string message, std::string suggestion = "") {
    report(findings_, mark, std::move(message), std::move(suggestion));
  }

  const BindingPlace& place_;
  const FieldDefinition& definition_;
  Findings& findings_;
  BoundField out_;
};

std::optional<BoundField> BindingCompiler::compile(const Node& written) {
  Binding& binding = out_.binding;
  const Node* inner = written.find("one_of");
  const Node& node = inner ? *inner : written;
  if (inner) check_words(written, {"one_of"});
  binding.one_of = inner != nullptr;
  if (binding.one_of && definition_.type != FieldType::reference) complain(written.mark, "one_of is for references; field '" + definition_.name + "' is none");
  if (node.find("constant")) return constant(node) ? std::optional(std::move(out_)) : std::nullopt;
  auto slot = slot_of(node);
  if (!slot) return std::nullopt;
  read_direction(node);
  steps(node, *slot);
  fallbacks(node);
  if (const Node* when = node.find("when")) {
    auto program = expression::compile(when->scalar, field_roots(place_.type));
    if (program) binding.when = std::move(*program);
    else complain(when->mark, "when: " + program.error().message);
  }
  if (definition_.type == FieldType::reference) {
    binding.target_objects = place_.target_objects;
    if (binding.target_objects.empty()) complain(node.mark, "field '" + definition_.name + "' points to a type that is not mapped to " + place_.connector.name);
  }
  binding.wire_type = slot->type;
  slot->readable = binding.reads;
  slot->writable = binding.writes;
  out_.slot = std::move(*slot);
  return std::move(out_);
}

bool BindingCompiler::constant(const Node& node) {
  check_words(node, {"constant"});
  const Node& written = *node.find("constant");
  auto value = canonical(definition_, literal(written));
  if (!value) {
    complain(written.mark, value.error().message);
    return false;
  }
  out_.binding.constant = std::move(*value);
  out_.binding.writes = false;
  return true;
}

void BindingCompiler::check_words(const Node& node, const std::vector<std::string>& allowed) {
  for (const auto& [key, value] : node.members)
    if (std::ranges::find(allowed, key) == allowed.end())
      complain(value.key_mark, "unknown key '" + key + "' in a binding; allowed: " + join(allowed, ", "), nearest_name(key, allowed));
}

std::optional<SlotSpec> BindingCompiler::slot_of(const Node& node) {
  SlotSpec slot;
  if (node.kind == Node::Kind::scalar) {
    slot.arguments = Map{{"name", Value(node.scalar)}};
    return slot;
  }
  std::vector<std::string> allowed = binding_words();
  if (const Node* field = node.find("field")) {
    allowed.push_back("field");
    check_words(node, allowed);
    if (field->kind != Node::Kind::scalar || field->scalar.empty()) {
      complain(field->mark, "'field' takes the name of a field there");
      return std::nullopt;
    }
    slot.arguments = Map{{"name", Value(field->scalar)}};
    return slot;
  }
  if (const ConnectorInfo::Form* form = form_of(node, place_.connector, place_.object)) {
    allowed.push_back(form->name);
    for (const std::string& argument : form->arguments) allowed.push_back(argument);
    check_words(node, allowed);
    return fill_arguments(*form, node, slot) ? std::optional(std::move(slot)) : std::nullopt;
  }
  std::vector<std::string> heads{"field", "constant"};
  for (const ConnectorInfo::Form& form : forms_of(place_.connector, place_.object)) heads.push_back(form.name);
  std::string found, nearest;
  for (const auto& [key, value] : node.members) {
    found += (found.empty() ? "" : ", ") + key;
    if (nearest.empty()) nearest = nearest_name(key, heads);
  }
  complain(node.mark,
           "a binding of " + place_.object + " needs a field name, or one of " + join(heads, ", ") + "; found " + (found.empty() ? "nothing" : found), nearest);
  return std::nullopt;
}

bool BindingCompiler::fill_arguments(const ConnectorInfo::Form& form, const Node& node, SlotSpec& slot) {
  slot.form = form.name;
  for (std::size_t i = 0; i < form.arguments.size(); ++i) {
    const Node* argument = i == 0 ? node.find(form.name) : node.find(form.arguments[i]);
    if (!argument) {
      complain(node.mark, "form '" + form.name + "' of " + place_.object + " needs '" + form.arguments[i] + "'");
      return false;
    }
    if (argument->kind == Node::Kind::map) check_objects(*argument);
    slot.arguments.emplace_back(form.arguments[i], literal(*argument));
  }
  make_map(slot.arguments);
  return true;
}

/// An argument that is a map says something per object the reference may point to.
void BindingCompiler::check_objects(const Node& argument) {
  const auto& objects = place_.connector.objects;
  for (const auto& [object, value] : argument.members)
    if (std::ranges::find(objects, object) == objects.end())
      complain(value.key_mark, "connector '" + place_.connector.name + "' has no object '" + object + "'; it has " + join(objects, ", "),
               nearest_name(object, objects));
  for (const std::string& target : place_.target_objects)
    if (!argument.find(target)) complain(argument.mark, "field '" + definition_.name + "' may point to " + target + ", which is not named here");
}

void BindingCompiler::read_direction(const Node& node) {
  Binding& binding = out_.binding;
  binding.writes = place_.direction != Direction::in;
  const Node* direction = node.find("direction");
  if (!direction) return;
  static const std::vector<std::string> kWords = {"both", "in", "out"};
  if (std::ranges::find(kWords, direction->scalar) == kWords.end()) {
    complain(direction->mark, "direction is one of " + join(kWords, ", ") + ", found '" + direction->scalar + "'", nearest_name(direction->scalar, kWords));
    return;
  }
  binding.reads = direction->scalar != "out";
  binding.writes = binding.writes && direction->scalar != "in";
}

void BindingCompiler::steps(const Node& node, SlotSpec& slot) {
  ValueKind kind = kind_of(definition_.type);
  if (const Node* table = node.find("enum")) enum_step(*table, kind);
  if (const Node* lens = node.find("lens")) {
    std::vector<const Node*> written;
    if (lens->kind == Node::Kind::scalar) written.push_back(lens);
    for (const Node& item : lens->items) written.push_back(&item);
    if (written.empty()) complain(lens->mark, "'lens' takes a step or a list of steps");
    for (const Node* step : written) {
      const auto parsed =
          step->kind == Node::Kind::scalar ? parse_step(step->scalar) : Result<StepText>(fail(ErrorCode::invalid_input, "a step is a text as truncate(255)"));
      auto made = parsed ? make_step(*parsed, definition_, kind) : Result<LensRef>(tl::unexpected(parsed.error()));
      if (made && !(*made)->reads_as_is()) out_.binding.read_by += step->scalar + "; ";
      if (made) out_.binding.steps.push_back(std::move(*made));
      else complain(step->mark, made.error().message);
    }
  }
  wire_type(node, kind, slot);
}

void BindingCompiler::enum_step(const Node& node, ValueKind& kind) {
  const bool elements = kind == ValueKind::set;
  if (!elements && kind != ValueKind::text) {
    complain(node.mark, "enum is for options, texts and sets; field '" + definition_.name + "' is " + std::string(to_string(kind)));
    return;
  }
  if (node.kind != Node::Kind::map) {
    complain(node.mark, "enum takes a map: {canonical: there, …}");
    return;
  }
  EnumTable table = enum_table(node);
  out_.binding.steps.push_back(elements ? make_element_enum_lens(std::move(table)) : make_enum_lens(std::move(table)));
}

EnumTable BindingCompiler::enum_table(const Node& node) {
  EnumTable table;
  const Node* entries = &node;
  if (const Node* map = node.find("map")) {
    entries = map;
    const std::vector<std::string> allowed = {"map", "read", "otherwise", "unknown"};
    for (const auto& [key, value] : node.members)
      if (std::ranges::find(allowed, key) == allowed.end())
        complain(value.key_mark, "unknown key '" + key + "' in enum; allowed: " + join(allowed, ", "), nearest_name(key, allowed));
    if (const Node* unknown = node.find("unknown")) {
      table.keep_unknown = unknown->scalar == "keep";
      if (!table.keep_unknown && unknown->scalar != "park") complain(unknown->mark, "unknown is one of park, keep, found '" + unknown->scalar + "'");
    }
    read_representatives(node, table);
  }
  std::map<std::string, std::string> first_of;
  const auto& options = definition_.options;
  for (const auto& [canonical, wire] : entries->members) {
    if (!options.empty() && std::ranges::find(options, canonical) == options.end())
      complain(wire.key_mark, "'" + canonical + "' is no option of field '" + definition_.name + "': " + join(options, ", "), nearest_name(canonical, options));
    if (wire.kind != Node::Kind::scalar) complain(wire.mark, "'" + canonical + "' needs a word that stands for it there");
    const auto [known, fresh] = first_of.emplace(wire.scalar, canonical);
    const bool named = std::ranges::any_of(table.representatives, [&](const auto& pair) { return pair.first == wire.scalar; });
    if (!fresh && !named)
      complain(wire.mark, "'" + wire.scalar + "' stands for both '" + known->second + "' and '" + canonical + "'",
               "name the one it is read as: {map: {…}, read: {\"" + wire.scalar + "\": " + known->second + "}}");
    table.pairs.emplace_back(canonical, wire.scalar);
  }
  return table;
}

void BindingCompiler::check_option(const Node& written) {
  const auto& options = definition_.options;
  if (!options.empty() && std::ranges::find(options, written.scalar) == options.end())
    complain(written.mark, "'" + written.scalar + "' is no option of field '" + definition_.name + "': " + join(options, ", "),
             nearest_name(written.scalar, options));
}

void BindingCompiler::read_representatives(const Node& node, EnumTable& table) {
  if (const Node* read = node.find("read"))
    for (const auto& [wire, canonical] : read->members) {
      check_option(canonical);
      table.representatives.emplace_back(wire, canonical.scalar);
    }
  if (const Node* otherwise = node.find("otherwise")) {
    check_option(*otherwise);
    table.otherwise = otherwise->scalar;
  }
}

void BindingCompiler::wire_type(const Node& node, ValueKind kind, SlotSpec& slot) {
  slot.type = usual_wire_type(kind);
  const Node* written = node.find("type");
  if (!written) return;
  std::vector<std::string> words;
  std::optional<WireType> type;
  for (int i = 0; i <= static_cast<int>(WireType::json); ++i) {
    words.emplace_back(to_string(static_cast<WireType>(i)));
    if (words.back() == written->scalar) type = static_cast<WireType>(i);
  }
  if (!type) {
    complain(written->mark, "type is one of " + join(words, ", ") + ", found '" + written->scalar + "'", nearest_name(written->scalar, words));
    return;
  }
  const bool as_text = *type == WireType::text && (kind == ValueKind::number || kind == ValueKind::instant || kind == ValueKind::date);
  const bool codes = *type == WireType::number && kind == ValueKind::text;
  const bool as_json = *type == WireType::json && kind == ValueKind::set;
  if (*type != slot.type && !as_text && !codes && !as_json) {
    complain(written->mark, "field '" + definition_.name + "' is " + std::string(to_string(kind)) + " here and cannot travel as " + written->scalar);
    return;
  }
  if (codes) out_.binding.steps.push_back(make_number_text_lens());
  slot.type = *type;
}

std::optional<Value> BindingCompiler::fallback(const Node& node) {
  auto value = canonical(definition_, literal(node));
  if (value && value->is_blank()) value = fail(ErrorCode::invalid_input, "blank cannot stand for blank");
  Value wire = value.value_or(Value{});
  Result<void> written = value ? Result<void>{} : tl::unexpected(value.error());
  for (const LensRef& step : out_.binding.steps)
    if (written) written = step->put(wire);
  if (written) return std::move(*value);
  complain(node.mark, written.error().message);
  return std::nullopt;
}

void BindingCompiler::fallbacks(const Node& node) {
  if (const Node* written = node.find("default")) out_.binding.on_create = fallback(*written);
  if (const Node* written = node.find("blank")) out_.binding.blank = fallback(*written);
  if (node.find("default") && node.find("blank")) complain(node.find("default")->mark, "'blank' already says what stands there instead of blank");
}

}  // namespace

bool begins_binding(const Node& node, const ConnectorInfo& connector, const std::string& object) {
  return node.find("field") || node.find("constant") || node.find("one_of") || form_of(node, connector, object);
}

std::optional<BoundField> compile_binding(const BindingPlace& place, FieldIndex index, const std::string& member, const FieldDefinition& definition,
                                          const Node& node, Findings& findings) {
  auto bound = BindingCompiler(place, definition, findings).compile(node);
  if (!bound) return bound;
  bound->binding.field = index;
  bound->binding.member = member;
  return bound;
}

}  // namespace lockstep::mapping

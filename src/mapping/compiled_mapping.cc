#include "mapping/compiled_mapping.h"

#include <algorithm>

namespace lockstep::mapping {

expression::Roots field_roots(const EntityType& type) {
  expression::Roots roots;
  for (const FieldDefinition& field : type.fields) roots.add(field.name);
  return roots;
}

bool CompiledMapping::holds(const expression::ProgramRef& program, const Fields& fields) const {
  if (!program) return true;
  std::vector<expression::Operand> scope;
  scope.reserve(fields.size());
  for (const auto& field : fields) scope.push_back(field ? expression::Operand(*field) : expression::Operand(expression::Absent{}));
  const auto truth = expression::evaluate_truth(*program, scope);
  return truth && *truth;
}

std::optional<std::size_t> CompiledMapping::variant_of(std::string_view object, const Slots& slots) const {
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const Variant& variant = variants[i];
    if (selections[variant.selection].object != object) continue;
    if (!variant.is) return i;
    std::vector<expression::Operand> scope;
    for (const std::size_t slot : variant.is_slots)
      scope.push_back(slot < slots.size() && slots[slot] ? expression::Operand(*slots[slot]) : expression::Operand(expression::Absent{}));
    const auto truth = expression::evaluate_truth(*variant.is, scope);
    if (truth && *truth) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> CompiledMapping::variant_for(const Fields& golden) const {
  for (std::size_t i = 0; i < variants.size(); ++i)
    if (holds(variants[i].when, golden)) return i;
  return std::nullopt;
}

std::optional<std::size_t> CompiledMapping::variant_of_link(std::string_view object, const Fields& golden) const {
  std::optional<std::size_t> any;
  for (std::size_t i = 0; i < variants.size(); ++i) {
    if (selections[variants[i].selection].object != object) continue;
    if (holds(variants[i].when, golden)) return i;
    if (!any) any = i;
  }
  return any;
}

Result<void> CompiledMapping::read(const Binding& binding, Value& value) const {
  for (auto step = binding.steps.rbegin(); step != binding.steps.rend() && !value.is_blank(); ++step) {
    TRY_VOID((*step)->get(value));
  }
  if (value.is_null()) return {};
  TRY_VOID(make_canonical(*binding.definition, value));
  if (binding.blank && binding.blank->get<std::string>() && binding.definition->options.empty() && value == *binding.blank) value = Value{};
  return {};
}

Result<void> CompiledMapping::write(const Binding& binding, Value& value) const {
  if (value.is_blank()) {
    if (binding.blank) {
      value = *binding.blank;
    } else {
      // Blank passes by: an empty text stays one only where texts go, and no step makes something of it.
      if (!value.get<std::string>() || binding.wire_type != WireType::text) value = Value{};
      return {};
    }
  }
  for (const LensRef& step : binding.steps) {
    TRY_VOID(step->put(value));
  }
  return {};
}

namespace {

/// A member goes into the group's map under construction; a whole field straight into its slot. Of several bindings that
/// read one field the first that is not blank counts.
void place(std::optional<Value>& slot, const Binding& binding, const FieldDefinition& field, Value value) {
  if (binding.member.empty()) {
    if (!slot || slot->is_blank()) slot = std::move(value);
    return;
  }
  if (!slot) {
    slot.emplace(Map{});
    slot->get<Map>()->reserve(field.members.size());
  }
  slot->get<Map>()->emplace_back(binding.member, std::move(value));
}

/// A reference as the binding sees it: its object named, null where it points to what the field cannot hold. Nothing:
/// the row does not tell.
std::optional<Value> narrow_reference(const Binding& binding, const RemoteId& remote) {
  if (remote.empty()) return Value{};
  const auto& objects = binding.target_objects;
  if (remote.object.empty()) {
    if (objects.size() != 1) return std::nullopt;
    return Value(RemoteId{objects.front(), remote.id});
  }
  if (std::ranges::find(objects, remote.object) != objects.end()) return Value(remote);
  // The slot holds another parent: of a shared one nothing is known of this field.
  if (binding.one_of) return std::nullopt;
  return Value{};
}

}  // namespace

Fields CompiledMapping::get(std::size_t variant, const Slots& row, std::vector<GetProblem>& problems) const {
  Fields fields(entity->fields.size());
  for (const Binding& binding : variants[variant].bindings) {
    if (!binding.reads) continue;
    auto& field = fields[binding.field.value()];
    if (!binding.slot) {
      place(field, binding, entity->fields[binding.field.value()], binding.constant);
      continue;
    }
    if (*binding.slot >= row.size() || !row[*binding.slot]) continue;
    Value value;
    if (const RemoteId* remote = row[*binding.slot]->get<RemoteId>()) {
      auto narrowed = narrow_reference(binding, *remote);
      if (!narrowed) continue;
      value = std::move(*narrowed);
    } else {
      value = *row[*binding.slot];
    }
    if (auto done = read(binding, value)) place(field, binding, entity->fields[binding.field.value()], std::move(value));
    else problems.push_back(GetProblem{binding.field, std::move(done.error().message)});
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    Map* map = fields[i] && entity->fields[i].type == FieldType::group ? fields[i]->get<Map>() : nullptr;
    if (!map) continue;
    // A group is known whole or not at all: a partial row never makes an address that nobody entered.
    if (map->size() < entity->fields[i].members.size()) {
      fields[i].reset();
      continue;
    }
    make_map(*map);
    if (fields[i]->is_blank()) fields[i] = Value{};
  }
  return fields;
}

bool CompiledMapping::is_preferred(const Binding& binding, const Variant& variant, const Fields& fields) const {
  for (const FieldIndex parent : parent_order) {
    if (parent == binding.field) return true;
    const auto& value = fields[parent.value()];
    if (!value || value->is_null()) continue;
    for (const Binding& other : variant.bindings)
      if (other.field == parent && other.one_of && other.slot == binding.slot && other.writes) return false;
  }
  return true;
}

std::optional<Value> CompiledMapping::value_to_write(const Binding& binding, const Fields& fields, bool creating) const {
  const auto& field = fields[binding.field.value()];
  if (!field || !holds(binding.when, fields)) return std::nullopt;
  static const Value kNull;
  const Value* value = binding.member.empty() ? &*field : field->member(binding.member);
  if (!value) value = &kNull;
  // A new record has nothing to be cleared.
  if (creating && !binding.blank && value->is_blank()) return binding.on_create;
  return *value;
}

Slots CompiledMapping::put(std::size_t variant, const Fields& fields, const std::vector<FieldIndex>& which, bool creating,
                           std::vector<GetProblem>& problems) const {
  const Variant& chosen = variants[variant];
  Slots slots(selections[chosen.selection].slots.size());
  std::vector<FieldIndex> failed;
  std::vector<bool> wanted(fields.size());
  for (const FieldIndex field : which) wanted[field.value()] = true;
  for (const Binding& binding : chosen.bindings) {
    if (!binding.writes || !binding.slot || !wanted[binding.field.value()]) continue;
    auto value = value_to_write(binding, fields, creating);
    if (!value) continue;
    if (binding.one_of && (!is_preferred(binding, chosen, fields) || (value->is_null() && slots[*binding.slot]))) continue;
    if (auto done = write(binding, *value)) {
      slots[*binding.slot] = std::move(value);
      continue;
    } else {
      problems.push_back(GetProblem{binding.field, std::move(done.error().message)});
    }
    failed.push_back(binding.field);
  }
  // What one slot cannot express goes nowhere: no address is half written, no state without its reason.
  if (!failed.empty())
    for (const Binding& binding : chosen.bindings)
      if (binding.slot && std::ranges::find(failed, binding.field) != failed.end()) slots[*binding.slot].reset();
  if (creating) add_defaults(chosen, slots);
  return slots;
}

void CompiledMapping::add_defaults(const Variant& variant, Slots& slots) const {
  for (const auto& [slot, value] : variant.constants)
    if (!slots[slot]) slots[slot] = value;
  for (const Binding& binding : variant.bindings) {
    const auto& fallback = binding.blank ? binding.blank : binding.on_create;
    if (!fallback || !binding.slot || !binding.writes || slots[*binding.slot]) continue;
    Value value = *fallback;
    if (write(binding, value)) slots[*binding.slot] = std::move(value);
  }
}

bool CompiledMapping::reads(std::size_t variant, FieldIndex field) const {
  return std::ranges::any_of(variants[variant].bindings, [&](const Binding& b) { return b.field == field && b.reads; });
}
bool CompiledMapping::writes(std::size_t variant, FieldIndex field) const {
  return std::ranges::any_of(variants[variant].bindings, [&](const Binding& b) { return b.field == field && b.writes && b.slot; });
}

Value CompiledMapping::seen_through(const Binding& binding, const Value& value) const {
  Value seen = value;
  if (!seen.is_blank())
    for (const LensRef& step : binding.steps) seen = step->normal(std::move(seen));
  Value trip = seen;
  if (write(binding, trip) && read(binding, trip)) seen = std::move(trip);
  if (!seen.is_blank())
    for (const LensRef& step : binding.steps) seen = step->normal(std::move(seen));
  seen = normal_form(*binding.definition, seen);
  return seen.is_blank() ? Value{} : seen;
}

bool CompiledMapping::equal_by_constant(const Binding& binding, const Value& a, const Value& b) const {
  const Value& other = a == binding.constant ? b : a;
  if (a != binding.constant && b != binding.constant) return false;
  // A chat that stands there as a note is one; an e-mail is none, since another variant stands for it.
  for (const Variant& variant : variants)
    for (const Binding& one : variant.bindings)
      if (one.field == binding.field && !one.slot && one.constant == other) return false;
  return true;
}

std::optional<bool> CompiledMapping::equal_in(const Variant& variant, FieldIndex field, const Value& a, const Value& b) const {
  static const Value kNull;
  bool bound = false, written = false;
  for (const Binding& binding : variant.bindings) {
    if (binding.field != field) continue;
    if (!binding.slot) return equal_by_constant(binding, a, b);
    bound = true;
    if (!binding.writes) continue;
    written = true;
    const Value *left = &a, *right = &b;
    if (!binding.member.empty()) {
      left = a.member(binding.member) ? a.member(binding.member) : &kNull;
      right = b.member(binding.member) ? b.member(binding.member) : &kNull;
    }
    if (*left != *right && seen_through(binding, *left) != seen_through(binding, *right)) return false;
  }
  if (!bound) return std::nullopt;
  if (written) return true;
  const FieldDefinition& of = entity->fields[field.value()];
  return normal_form(of, a) == normal_form(of, b);
}

bool CompiledMapping::equivalent(FieldIndex field, const Value& a, const Value& b) const {
  if (a == b || (a.is_blank() && b.is_blank())) return true;
  const FieldDefinition& definition_here = entity->fields[field.value()];
  if (definition_here.type == FieldType::reference) return false;
  bool bound = false;
  for (const Variant& variant : variants) {
    const auto equal = equal_in(variant, field, a, b);
    if (equal && *equal) return true;
    bound = bound || equal;
  }
  return !bound && normal_form(definition_here, a) == normal_form(definition_here, b);
}

std::optional<std::size_t> CompiledMapping::key_slot(std::size_t variant, FieldIndex field) const {
  for (const Binding& binding : variants[variant].bindings)
    if (binding.field == field && binding.member.empty() && binding.slot && std::ranges::none_of(binding.steps, &Lens::rewrites)) return binding.slot;
  return std::nullopt;
}

}  // namespace lockstep::mapping

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

const FieldDefinition& CompiledMapping::definition_of(const Binding& binding) const {
  const FieldDefinition& field = entity->fields[binding.field.value()];
  if (binding.member.empty()) return field;
  return *std::ranges::find(field.members, binding.member, &FieldDefinition::name);
}

namespace {

Result<Value> read(const Binding& binding, Value wire) {
  for (auto step = binding.steps.rbegin(); step != binding.steps.rend(); ++step) {
    if (wire.is_null() && !(*step)->takes_null()) continue;
    auto next = (*step)->get(std::move(wire));
    if (!next) return next;
    wire = std::move(*next);
  }
  if (wire.is_null()) return wire;
  return binding.type->get(std::move(wire));
}

Result<Value> write(const Binding& binding, Value canonical) {
  for (const LensRef& step : binding.steps) {
    if (canonical.is_null() && !step->takes_null()) continue;
    auto next = step->put(std::move(canonical));
    if (!next) return next;
    canonical = std::move(*next);
  }
  return canonical;
}

/// A member goes into the group's map under construction; a whole field straight into its slot.
void place(std::optional<Value>& slot, const std::string& member, Value value) {
  if (member.empty()) {
    slot = std::move(value);
    return;
  }
  if (!slot) slot = Value(Map{});
  slot->get<Map>()->emplace_back(member, std::move(value));
}

}  // namespace

Fields CompiledMapping::get(std::size_t variant, const Slots& row, std::vector<GetProblem>& problems) const {
  Fields fields(entity->fields.size());
  for (const Binding& binding : variants[variant].bindings) {
    if (!binding.reads) continue;
    if (!binding.slot) {
      place(fields[binding.field.value()], binding.member, binding.constant);
      continue;
    }
    if (*binding.slot >= row.size() || !row[*binding.slot]) continue;
    Value wire = *row[*binding.slot];
    if (const RemoteId* remote = wire.get<RemoteId>()) {
      if (remote->empty()) {
        wire = Value{};
      } else if (remote->object.empty()) {
        if (binding.target_objects.size() != 1) continue;  // the row does not tell where it points to
        wire = Value(RemoteId{binding.target_objects.front(), remote->id});
      } else if (std::ranges::find(binding.target_objects, remote->object) == binding.target_objects.end()) {
        if (binding.one_of) continue;  // the slot holds another parent: nothing is known of this one
        wire = Value{};
      }
    } else if (wire.is_null() && binding.one_of) {
      wire = Value{};
    }
    auto value = read(binding, std::move(wire));
    if (!value) {
      problems.push_back(GetProblem{binding.field, std::move(value.error().message)});
      continue;
    }
    place(fields[binding.field.value()], binding.member, std::move(*value));
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (entity->fields[i].type != FieldType::group || !fields[i]) continue;
    Map* map = fields[i]->get<Map>();
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

Slots CompiledMapping::put(std::size_t variant, const Fields& fields, const std::vector<FieldIndex>& which, bool creating,
                           std::vector<GetProblem>& problems) const {
  const Variant& chosen = variants[variant];
  Slots slots(selections[chosen.selection].slots.size());
  for (const Binding& binding : chosen.bindings) {
    if (!binding.writes || !binding.slot || std::ranges::find(which, binding.field) == which.end()) continue;
    const auto& field = fields[binding.field.value()];
    if (!field || !holds(binding.when, fields)) continue;
    Value value = *field;
    if (!binding.member.empty()) {
      const Value* member = value.member(binding.member);
      value = member ? *member : Value{};
    }
    if (value.is_null() && creating) {
      if (binding.on_create) value = *binding.on_create;
      else continue;
    }
    if (binding.one_of && (!is_preferred(binding, chosen, fields) || (value.is_null() && slots[*binding.slot]))) continue;
    auto wire = write(binding, std::move(value));
    if (!wire) {
      problems.push_back(GetProblem{binding.field, std::move(wire.error().message)});
      continue;
    }
    slots[*binding.slot] = std::move(*wire);
  }
  if (creating) {
    for (const auto& [slot, value] : chosen.constants)
      if (!slots[slot]) slots[slot] = value;
    for (const Binding& binding : chosen.bindings)
      if (binding.slot && binding.writes && binding.on_create && !slots[*binding.slot])
        if (auto wire = write(binding, *binding.on_create)) slots[*binding.slot] = std::move(*wire);
  }
  return slots;
}

bool CompiledMapping::reads(std::size_t variant, FieldIndex field) const {
  return std::ranges::any_of(variants[variant].bindings, [&](const Binding& b) { return b.field == field && b.reads; });
}
bool CompiledMapping::writes(std::size_t variant, FieldIndex field) const {
  return std::ranges::any_of(variants[variant].bindings, [&](const Binding& b) { return b.field == field && b.writes && b.slot; });
}

Value CompiledMapping::seen_through(const Binding& binding, const Value& value) const {
  const FieldDefinition& field = definition_of(binding);
  if (value.is_blank()) return Value{};
  Value seen = value;
  for (const LensRef& step : binding.steps) seen = step->normal(std::move(seen));
  if (auto wire = write(binding, seen))
    if (auto back = read(binding, std::move(*wire))) seen = std::move(*back);
  for (const LensRef& step : binding.steps) seen = step->normal(std::move(seen));
  seen = normal_form(field, seen);
  return seen.is_blank() ? Value{} : seen;
}

bool CompiledMapping::equivalent(FieldIndex field, const Value& a, const Value& b) const {
  if (a == b || (a.is_blank() && b.is_blank())) return true;
  if (entity->fields[field.value()].type == FieldType::reference) return false;
  for (const Variant& variant : variants) {
    bool bound = false, equal = true;
    for (const Binding& binding : variant.bindings) {
      if (binding.field != field || !binding.slot) continue;
      bound = true;
      const Value *left = &a, *right = &b;
      static const Value kNull;
      if (!binding.member.empty()) {
        left = a.member(binding.member) ? a.member(binding.member) : &kNull;
        right = b.member(binding.member) ? b.member(binding.member) : &kNull;
      }
      equal = equal && (*left == *right || seen_through(binding, *left) == seen_through(binding, *right));
    }
    if (bound) return equal;
  }
  const FieldDefinition& definition_here = entity->fields[field.value()];
  return normal_form(definition_here, a) == normal_form(definition_here, b);
}

std::optional<std::size_t> CompiledMapping::key_slot(std::size_t variant, FieldIndex field) const {
  for (const Binding& binding : variants[variant].bindings)
    if (binding.field == field && binding.member.empty() && binding.slot && binding.steps.empty()) return binding.slot;
  return std::nullopt;
}

std::vector<FieldExplanation> CompiledMapping::explain() const {
  std::vector<FieldExplanation> rows;
  for (const Variant& variant : variants)
    for (const Binding& binding : variant.bindings) {
      FieldExplanation row;
      row.field = entity->fields[binding.field.value()].name + (binding.member.empty() ? "" : "." + binding.member);
      row.system = system_name;
      row.variant = variants.size() > 1 ? variant.name : "";
      row.direction = policies[binding.field.value()].direction;
      for (const LensRef& step : binding.steps) {
        row.lens_class = std::max(row.lens_class, step->lens_class(), [](LensClass x, LensClass y) {
          const auto rank = [](LensClass c) { return c == LensClass::iso ? 0 : c == LensClass::lens ? 1 : c == LensClass::one_way ? 2 : 3; };
          return rank(x) < rank(y);
        });
        if (!step->loss().empty()) row.loss += (row.loss.empty() ? "" : "; ") + step->loss();
      }
      if (!binding.reads || !binding.writes || !binding.slot) row.lens_class = LensClass::one_way;
      if (binding.one_of) {
        row.lens_class = LensClass::lossy;
        row.loss = "one slot for several references: the others stay in the hub";
      }
      const Selection& of = selections[variant.selection];
      if (binding.slot) {
        const SlotSpec& slot = of.slots[*binding.slot];
        const Value* name = slot.arguments.empty() ? nullptr : &slot.arguments.front().second;
        for (const auto& [key, value] : slot.arguments)
          if (key == "name" || key == "to") name = &value;
        row.wire = of.object + "." + (name ? to_display(*name) : slot.form) + (slot.form == "plain" ? "" : " via " + slot.form);
      } else {
        row.wire = of.object + ": always " + to_display(binding.constant);
      }
      row.fixed_point = row.lens_class != LensClass::lossy || binding.one_of;
      rows.push_back(std::move(row));
    }
  return rows;
}

}  // namespace lockstep::mapping

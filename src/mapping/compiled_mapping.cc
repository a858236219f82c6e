#include "mapping/compiled_mapping.h"

#include <algorithm>
#include <set>

namespace lockstep::mapping {

expression::Roots field_roots(const EntityType& type) {
  expression::Roots roots;
  for (const FieldDefinition& field : type.fields) roots.add(field.name);
  return roots;
}

namespace {

/// Conditions over canonical fields. What one looks at is gathered when it asks: most mappings have none.
class Conditions {
 public:
  explicit Conditions(const Fields& fields) : fields_(fields) {}
  bool hold(const expression::ProgramRef& program) {
    if (!program) return true;
    // Fields that share a place mostly share its condition.
    const std::string& source = expression::source_of(*program);
    if (last_ && *last_ == source) return last_holds_;
    scope_.resize(fields_.size());
    for (const std::size_t slot : expression::roots_used(*program))
      if (slot < fields_.size() && fields_[slot]) scope_[slot] = expression::Operand::borrow(*fields_[slot]);
    const auto truth = expression::evaluate_truth(*program, scope_);
    last_ = &source;
    last_holds_ = truth && *truth;
    return last_holds_;
  }

 private:
  const Fields& fields_;
  std::vector<expression::Operand> scope_;
  const std::string* last_ = nullptr;  // the source of the program asked for last
  bool last_holds_ = false;
};

}  // namespace

std::optional<std::size_t> CompiledMapping::variant_of(std::string_view object, const Slots& slots) const {
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const Variant& variant = variants[i];
    if (selections[variant.selection].object != object) continue;
    if (!variant.is) return i;
    std::vector<expression::Operand> scope;
    for (const std::size_t slot : variant.is_slots)
      scope.push_back(slot < slots.size() && slots[slot] ? expression::Operand::borrow(*slots[slot]) : expression::Operand(expression::Absent{}));
    const auto truth = expression::evaluate_truth(*variant.is, scope);
    if (truth && *truth) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> CompiledMapping::variant_for(const Fields& golden) const {
  Conditions conditions(golden);
  for (std::size_t i = 0; i < variants.size(); ++i)
    if (conditions.hold(variants[i].when)) return i;
  return std::nullopt;
}

std::optional<std::size_t> CompiledMapping::variant_of_link(std::string_view object, const Fields& golden) const {
  Conditions conditions(golden);
  std::optional<std::size_t> any;
  for (std::size_t i = 0; i < variants.size(); ++i) {
    if (selections[variants[i].selection].object != object) continue;
    if (conditions.hold(variants[i].when)) return i;
    if (!any) any = i;
  }
  return any;
}

bool CompiledMapping::is_stand_in(const Binding& binding, const Value& value) const {
  const std::string* blank = binding.blank && binding.definition->options.empty() ? binding.blank->get<std::string>() : nullptr;
  const std::string* text = blank ? value.get<std::string>() : nullptr;
  // Systems trim: a text that is the stand-in but for white space comes back as the stand-in.
  return text && text->find(*blank) != std::string::npos &&
         (*text == *blank || normal_form(*binding.definition, value) == normal_form(*binding.definition, *binding.blank));
}

Result<void> CompiledMapping::read(const Binding& binding, Value& value) const {
  for (auto step = binding.steps.rbegin(); step != binding.steps.rend() && !value.is_blank(); ++step) {
    TRY_VOID((*step)->get(value));
  }
  if (value.is_null()) return {};
  TRY_VOID(make_canonical(*binding.definition, value));
  if (is_stand_in(binding, value)) value = Value{};
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

/// Puts a copy where the binding reads to, to be worked on there: at the end of the group's map under construction, or into
/// its field.
Value& place(std::optional<Value>& field, const Binding& binding, const FieldDefinition& definition, const Value& wire) {
  if (binding.member.empty()) return field.emplace(wire);
  if (!field) field.emplace(Map{}).get<Map>()->reserve(definition.members.size());
  return field->get<Map>()->emplace_back(binding.member, wire).second;
}
void take_back(std::optional<Value>& field, const Binding& binding) {
  if (binding.member.empty()) field.reset();
  else field->get<Map>()->pop_back();
}

bool may_point_to(const Binding& binding, const std::string& object) {
  return std::ranges::find(binding.target_objects, object) != binding.target_objects.end();
}

/// Whether the row tells of this binding's reference: not when it names no object where there may be several, and not when
/// a shared slot holds another parent.
bool tells(const Binding& binding, const RemoteId& remote) {
  if (remote.empty()) return true;
  if (remote.object.empty()) return binding.target_objects.size() == 1;
  return !binding.one_of || may_point_to(binding, remote.object);
}

/// The reference as the binding sees it: its object named, null where it points to what the field cannot hold.
void narrow(const Binding& binding, Value& value) {
  RemoteId& remote = *value.get<RemoteId>();
  if (!remote.empty() && remote.object.empty()) remote.object = binding.target_objects.front();
  else if (remote.empty() || !may_point_to(binding, remote.object)) value = Value{};
}

}  // namespace

Fields CompiledMapping::get(std::size_t variant, const Slots& row, std::vector<GetProblem>& problems) const {
  Fields fields(entity->fields.size());
  for (const Binding& binding : variants[variant].bindings) {
    if (!binding.reads) continue;
    std::optional<Value>& field = fields[binding.field.value()];
    // Of several bindings that read one field the first that is not blank counts.
    if (binding.member.empty() && field && !field->is_blank()) continue;
    const Value* wire = &binding.constant;
    if (binding.slot) wire = *binding.slot < row.size() && row[*binding.slot] ? &*row[*binding.slot] : nullptr;
    if (!wire) continue;
    const RemoteId* remote = wire->get<RemoteId>();
    if (remote && !tells(binding, *remote)) {
      if (!field && makes_way(binding, variants[variant], *remote)) field = Value{};
      continue;
    }
    Value& value = place(field, binding, entity->fields[binding.field.value()], *wire);
    if (remote) narrow(binding, value);
    auto done = read(binding, value);
    if (done) continue;
    problems.push_back(GetProblem{binding.field, std::move(done.error().message)});
    take_back(field, binding);
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

/// Of several parents that share a place, one that would have gone first is not there when another one is.
bool CompiledMapping::makes_way(const Binding& binding, const Variant& variant, const RemoteId& remote) const {
  if (!binding.one_of || !binding.writes) return false;
  const auto rank = [&](FieldIndex field) { return std::ranges::find(parent_order, field) - parent_order.begin(); };
  return std::ranges::any_of(variant.bindings, [&](const Binding& other) {
    return other.one_of && other.slot == binding.slot && other.field != binding.field && may_point_to(other, remote.object) &&
           rank(binding.field) < rank(other.field);
  });
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

const Binding* CompiledMapping::next_in_slot(const Binding& binding, const Variant& variant, const Fields& fields) const {
  for (const FieldIndex parent : parent_order)
    for (const Binding& other : variant.bindings) {
      if (other.field != parent || other.slot != binding.slot || !other.one_of || !other.writes) continue;
      const auto& value = fields[parent.value()];
      if (value && !value->is_null()) return &other;
    }
  return nullptr;
}

const Value* CompiledMapping::value_to_write(const Binding& binding, const Fields& fields, bool creating) const {
  const auto& field = fields[binding.field.value()];
  if (!field) return nullptr;
  static const Value kNull;
  const Value* value = binding.member.empty() ? &*field : field->member(binding.member);
  if (!value) value = &kNull;
  // A new record has nothing to be cleared.
  if (creating && !binding.blank && value->is_blank()) return binding.on_create ? &*binding.on_create : nullptr;
  return value;
}

Slots CompiledMapping::put(std::size_t variant, const Fields& fields, const std::vector<FieldIndex>& which, bool creating,
                           std::vector<GetProblem>& problems) const {
  const Variant& chosen = variants[variant];
  Slots slots(selections[chosen.selection].slots.size());
  Conditions conditions(fields);
  std::vector<FieldIndex> failed;
  std::vector<bool> wanted(fields.size());
  for (const FieldIndex field : which) wanted[field.value()] = true;
  for (const Binding& binding : chosen.bindings) {
    if (!binding.writes || !binding.slot || !wanted[binding.field.value()] || !conditions.hold(binding.when)) continue;
    const Value* value = value_to_write(binding, fields, creating);
    if (!value) continue;
    std::optional<Value>& slot = slots[*binding.slot];
    if (binding.one_of && !is_preferred(binding, chosen, fields)) continue;
    if (const Binding* next = binding.one_of && value->is_null() ? next_in_slot(binding, chosen, fields) : nullptr) {
      // What the slot held is exchanged for the next parent, not cleared.
      if (!write(*next, slot.emplace(*fields[next->field.value()]))) slot.reset();
      continue;
    }
    auto done = write(binding, slot.emplace(*value));
    if (done) continue;
    problems.push_back(GetProblem{binding.field, std::move(done.error().message)});
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

std::string CompiledMapping::read_from(FieldIndex field) const {
  std::set<std::string> places;
  for (const Variant& variant : variants)
    for (const Binding& binding : variant.bindings) {
      if (binding.field != field || !binding.reads || !binding.slot) continue;
      const Selection& selection = selections[variant.selection];
      const SlotSpec& slot = selection.slots[*binding.slot];
      places.insert(selection.object + " " + binding.member + " " + slot.form + to_json(Value(slot.arguments)) + " " + binding.read_by);
    }
  std::string text;
  for (const std::string& place : places) text += place + "\n";
  return text;
}

bool CompiledMapping::reads(std::size_t variant, FieldIndex field) const {
  return std::ranges::any_of(variants[variant].bindings, [&](const Binding& b) { return b.field == field && b.reads; });
}
bool CompiledMapping::writes(std::size_t variant, FieldIndex field) const {
  return std::ranges::any_of(variants[variant].bindings, [&](const Binding& b) { return b.field == field && b.writes && b.slot; });
}

bool CompiledMapping::expresses(std::size_t variant, const Fields& fields, FieldIndex field) const {
  Conditions conditions(fields);
  return std::ranges::any_of(variants[variant].bindings, [&](const Binding& b) { return b.field == field && b.writes && b.slot && conditions.hold(b.when); });
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

// What `lockstep check --explain` says of each field. Class and fixed point are found out, not declared: probe values go
// through the compiled lens and come back.
#include <algorithm>

#include "base/text.h"
#include "mapping/compiled_mapping.h"
#include "mapping/probe_values.h"

namespace lockstep::mapping {

namespace {

struct Trip {
  bool exact = true;                 // every probe came back as it was, up to the canonical normal form
  bool fixed = true;                 // what came back counts as equal to what was sent
  std::vector<std::string> refused;  // options that have no word there
};

LensClass worse(LensClass a, LensClass b) {
  const auto rank = [](LensClass one) { return one == LensClass::iso ? 0 : one == LensClass::lens ? 1 : one == LensClass::one_way ? 2 : 3; };
  return rank(a) < rank(b) ? b : a;
}

void add(std::string& losses, const std::string& loss) {
  if (!loss.empty()) losses += (losses.empty() ? "" : "; ") + loss;
}

std::string wire_name(const Selection& selection, const Binding& binding) {
  if (!binding.slot) return selection.object + ": always " + to_display(binding.constant);
  const SlotSpec& slot = selection.slots[*binding.slot];
  std::string name = slot.form;
  for (const auto& [key, value] : slot.arguments)
    if (const std::string* text = value.get<std::string>(); text && (key == "name" || key == "to")) name = *text;
  return selection.object + "." + name + (slot.form == "plain" ? "" : " (" + slot.form + ")");
}

}  // namespace

class Explainer {
 public:
  explicit Explainer(const CompiledMapping& mapping) : mapping_(mapping) {}

  FieldExplanation explain(const Variant& variant, const Binding& binding) const {
    FieldExplanation row;
    row.field = mapping_.entity->fields[binding.field.value()].name + (binding.member.empty() ? "" : "." + binding.member);
    row.system = mapping_.system_name;
    row.variant = mapping_.variants.size() > 1 ? variant.name : "";
    row.wire = wire_name(mapping_.selections[variant.selection], binding);
    row.direction = direction_of(binding);
    for (const LensRef& step : binding.steps) {
      row.lens_class = worse(row.lens_class, step->lens_class());
      add(row.loss, step->loss());
    }
    const Trip trip = try_out(binding);
    row.fixed_point = trip.fixed;
    if (!trip.exact) row.lens_class = worse(row.lens_class, LensClass::lens);
    if (!trip.fixed) row.lens_class = LensClass::lossy;
    if (!trip.refused.empty()) add(row.loss, "no word there for " + join(trip.refused, ", ") + ": not sent");
    if (!trip.refused.empty() || binding.blank || binding.when) row.lens_class = worse(row.lens_class, LensClass::lens);
    if (binding.blank) add(row.loss, "blank stands there as " + to_display(*binding.blank));
    if (binding.when) add(row.loss, "written only when " + expression::source_of(*binding.when));
    if (binding.one_of) {
      row.lens_class = LensClass::lossy;
      add(row.loss, "one place for several references: the others stay in the hub");
    }
    if (!binding.slot || row.direction == Direction::in || row.direction == Direction::out) row.lens_class = worse(row.lens_class, LensClass::one_way);
    return row;
  }

 private:
  Direction direction_of(const Binding& binding) const {
    const Direction policy = mapping_.policies[binding.field.value()].direction;
    if (!binding.writes || !binding.slot) return Direction::in;
    if (!binding.reads && policy == Direction::both) return Direction::out;
    return policy;
  }

  Trip try_out(const Binding& binding) const {
    Trip trip;
    if (!binding.slot || !binding.reads || !binding.writes) return trip;
    const FieldDefinition& field = *binding.definition;
    for (const Value& probe : probe_values(field)) {
      const auto sent = canonical(field, probe);
      if (!sent) continue;
      Value back = *sent;
      if (!mapping_.write(binding, back)) {
        if (const std::string* option = field.options.empty() ? nullptr : sent->get<std::string>()) trip.refused.push_back(*option);
        continue;
      }
      if (!mapping_.read(binding, back)) {
        trip.exact = trip.fixed = false;
        continue;
      }
      trip.exact = trip.exact && normal_form(field, back) == normal_form(field, *sent);
      trip.fixed = trip.fixed && mapping_.seen_through(binding, back) == mapping_.seen_through(binding, *sent);
    }
    return trip;
  }

  const CompiledMapping& mapping_;
};

std::vector<FieldExplanation> CompiledMapping::explain() const {
  std::vector<FieldExplanation> rows;
  const Explainer explainer(*this);
  for (const Variant& variant : variants)
    for (const Binding& binding : variant.bindings) rows.push_back(explainer.explain(variant, binding));
  return rows;
}

}  // namespace lockstep::mapping

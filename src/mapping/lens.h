#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mapping/mapping.h"
#include "mapping/slots.h"
#include "model/entity_type.h"

namespace lockstep::mapping {

/// One step between a wire-side value and a canonical one. `get` reads, `put` writes; neither sees Null (it passes through
/// untouched unless `takes_null`). Laws, tested for every shipped mapping: get(put(x)) = x up to the normal form, and
/// put(get(w)) = w up to the server's.
class Lens {
 public:
  virtual ~Lens() = default;
  virtual Result<Value> get(Value wire) const = 0;
  virtual Result<Value> put(Value canonical) const = 0;
  virtual bool takes_null() const { return false; }
  /// What a system keeps of a canonical value beside get∘put: case and trim as normal forms.
  virtual Value normal(Value canonical) const { return canonical; }
  virtual LensClass lens_class() const { return LensClass::iso; }
  virtual std::string loss() const { return ""; }
  /// The wire type this step needs, if it is not the field's usual one.
  virtual std::optional<WireType> wire_type() const { return std::nullopt; }
};
using LensRef = std::shared_ptr<const Lens>;

/// A table of canonical ↔ wire words.
struct EnumTable {
  std::vector<std::pair<std::string, std::string>> pairs;  // canonical, wire
  std::vector<std::pair<std::string, std::string>> representatives;  // wire → canonical where several share it
  enum class Unknown { park, keep } unknown = Unknown::park;
};

LensRef make_enum_lens(EnumTable table);
LensRef make_element_enum_lens(EnumTable table);  // over the elements of a set
/// Words that are numbers there: option codes.
LensRef make_number_text_lens();
/// What every field of this type gets without being asked: the canonical form on reading.
LensRef make_type_lens(const FieldDefinition& field);
WireType usual_wire_type(FieldType type);

/// A step as written: "truncate(255)", "scale(100)", "phone(DE)". The error names the step and the known ones.
struct StepText {
  std::string name;
  std::vector<std::string> arguments;
};
Result<StepText> parse_step(std::string_view text);
Result<LensRef> make_step(const StepText& step, const FieldDefinition& field);
std::vector<std::string> step_names();

}  // namespace lockstep::mapping

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mapping/mapping.h"
#include "mapping/slots.h"
#include "model/entity_type.h"

namespace lockstep::mapping {

/// What a value is between two steps of a lens; text stands for e-mails, phones, options and HTML too.
enum class ValueKind : std::uint8_t { text, boolean, number, instant, date, set, group, reference, json };
std::string_view to_string(ValueKind kind);
ValueKind kind_of(FieldType type);
WireType usual_wire_type(ValueKind kind);

/// One step between a wire-side value and a canonical one. `get` reads, `put` writes, both in place, since most values pass
/// most steps unchanged; after an error the value is of no use. Neither ever sees Null or an empty text: blank passes by
/// untouched. Laws, tested for every shipped mapping: get(put(x)) = x up to the normal form, and put(get(w)) = w up to the
/// server's.
class Lens {
 public:
  virtual ~Lens() = default;
  virtual Result<void> get(Value& /*value*/) const { return {}; }
  virtual Result<void> put(Value& /*value*/) const { return {}; }
  /// Case and trim as normal forms: what is compared, while what was entered is what is written.
  virtual Value normal(Value canonical) const { return canonical; }
  /// False: what is put is the canonical value itself or an error, so that one can be looked for by the other.
  virtual bool rewrites() const { return true; }
  /// True: it limits what is written, and takes what it reads as it stands.
  virtual bool reads_as_is() const { return false; }
  virtual LensClass lens_class() const { return LensClass::iso; }
  /// The worst case in words; empty: nothing is lost.
  virtual std::string loss() const { return ""; }
};
using LensRef = std::shared_ptr<const Lens>;

/// A table of canonical ↔ wire words.
struct EnumTable {
  std::vector<std::pair<std::string, std::string>> pairs;            // canonical, wire
  std::vector<std::pair<std::string, std::string>> representatives;  // wire → canonical where several share it
  std::optional<std::string> otherwise;                              // canonical: what any other word there is read as; none: it is a problem
  bool keep_unknown = false;                                         // words that are in no table stand for themselves
};
LensRef make_enum_lens(EnumTable table);
LensRef make_element_enum_lens(EnumTable table);  // over the elements of a set
/// Words that are numbers there: option codes.
LensRef make_number_text_lens();
/// canonical() in place: what every field gets without being asked when it is read.
Result<void> make_canonical(const FieldDefinition& field, Value& value);

/// A step as written: "truncate(255)", "scale(100)", "phone(DE)".
struct StepText {
  std::string name;
  std::vector<std::string> arguments;
};
Result<StepText> parse_step(std::string_view text);
/// `kind`: what the value is before this step (seen from the canonical side), and after it. The error names the step,
/// what it takes, and the known ones.
Result<LensRef> make_step(const StepText& step, const FieldDefinition& field, ValueKind& kind);
std::vector<std::string> step_names();

}  // namespace lockstep::mapping

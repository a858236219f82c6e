#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/node.h"
#include "grammar/schema.h"
#include "mapping/slots.h"
#include "model/entity_type.h"
#include "model/policy.h"

/// The declarative mapping layer: pure. One lens (get and put) per field and system, compiled from `mappings/*.yaml`.
namespace lockstep::mapping {

/// `models/*.yaml` to the canonical model. Later files may add fields to a type and new types.
Model load_model(const std::vector<grammar::Node>& files, grammar::Findings& findings);
grammar::SchemaRef model_schema();

/// How faithful a field's trip is (`lockstep check --explain`).
enum class LensClass : std::uint8_t {
  iso,      // nothing is lost either way
  lens,     // get(put(x)) = x up to the normal form; the part that does not travel is kept by the hub
  one_way,  // read only or written only there
  lossy     // a value written and read back may differ: needs an owner or out
};
std::string_view to_string(LensClass lens_class);

struct FieldExplanation {
  std::string field, system, variant;
  LensClass lens_class = LensClass::iso;
  Direction direction = Direction::both;
  bool fixed_point = true;  // written by us and read back is a fixed point
  std::string wire;         // "Contact.Email via plain"
  std::string loss;         // worst case in words; empty: none
};

/// What `get` makes of a row. Reference fields hold RemoteId values; the caller resolves them to entities.
struct GetProblem {
  FieldIndex field;
  std::string message;  // "unknown option 'Hot' of Contact.Rating"; the field is absent in the result
};

/// One entity type towards one connector: compiled, immutable.
class EntityMapping {
 public:
  virtual ~EntityMapping() = default;
  virtual TypeIndex type() const = 0;
  virtual const std::string& system() const = 0;  // connector name
  /// Hash of everything that gives values their meaning: audit rows carry it; another one means shadows are re-read.
  virtual const std::string& version() const = 0;
  /// A variant is one object (with a condition); plain mappings have exactly one.
  virtual std::size_t variant_count() const = 0;
  virtual const std::string& variant_name(std::size_t variant) const = 0;
  /// Variants of one object share one selection (the union of their slots), so a row is read once whatever it becomes.
  virtual const Selection& selection(std::size_t variant) const = 0;
  /// Which variant a row of `object` belongs to; none: the row is not ours (a twin, or filtered out).
  virtual std::optional<std::size_t> variant_of(std::string_view object, const Slots& slots) const = 0;
  /// Which variant a new record becomes; none: it is not created there.
  virtual std::optional<std::size_t> variant_for(const Fields& golden) const = 0;
  /// The variant of a linked record's object.
  virtual std::optional<std::size_t> variant_of_link(std::string_view object, const Fields& golden) const = 0;

  /// Row to canonical fields. Absent slots give absent fields. References are RemoteId, object filled in where known.
  virtual Fields get(std::size_t variant, const Slots& row, std::vector<GetProblem>& problems) const = 0;
  /// Canonical `fields` (all known ones; references as RemoteId of this system) to the slots that `which` fields touch.
  /// `creating` adds constants and defaults. Values that a lens cannot express are left out and reported.
  virtual Slots put(std::size_t variant, const Fields& fields, const std::vector<FieldIndex>& which, bool creating,
                    std::vector<GetProblem>& problems) const = 0;
  /// Where the field is read, and by which steps, options apart: under another place, what a record was seen to hold says nothing. Empty:
  /// it is not read.
  virtual std::string read_from(FieldIndex field) const = 0;
  /// Whether `field` can be read / written in this variant.
  virtual bool reads(std::size_t variant, FieldIndex field) const = 0;
  virtual bool writes(std::size_t variant, FieldIndex field) const = 0;
  /// Whether put of an existing record would write the field, with the others as they are: a condition may say that it stays
  /// as it is there.
  virtual bool expresses(std::size_t variant, const Fields& fields, FieldIndex field) const = 0;
  /// Equal in canonical normal form and after a trip through this system (get∘put).
  virtual bool equivalent(FieldIndex field, const Value& a, const Value& b) const = 0;
  /// Slot whose wire value is the match key `field` (for probes), if the mapping has a plain one.
  virtual std::optional<std::size_t> key_slot(std::size_t variant, FieldIndex field) const = 0;
  /// Strategy, direction and blank rule as the mapping file says them (the configuration may override).
  virtual const FieldPolicy& policy(FieldIndex field) const = 0;
  virtual std::vector<FieldExplanation> explain() const = 0;
};

/// Exact match keys of a type: each is one field or a combination.
struct MatchKeys {
  std::vector<std::vector<FieldIndex>> keys;
};

struct Mapping {
  TypeIndex type;
  MatchKeys match;
  std::map<std::string, std::shared_ptr<const EntityMapping>> systems;  // by connector name
  /// Survivorship orders name connections; kept as text until the configuration is known: field → names.
  std::map<std::string, std::vector<std::string>> orders;
};

/// What the loader needs to know of a connector to check a mapping.
struct ConnectorInfo {
  struct Form {
    std::string name;
    std::vector<std::string> arguments;
  };
  std::string name;
  std::vector<std::string> objects;
  std::map<std::string, std::vector<Form>> forms;  // by object
};

/// `mappings/*.yaml` (one entity type a file; later files override fields and systems deeply).
std::vector<Mapping> load_mappings(const std::vector<grammar::Node>& files, const Model& model, const std::vector<ConnectorInfo>& connectors,
                                   grammar::Findings& findings);
grammar::SchemaRef mapping_schema();

/// A value of `type` in canonical normal form (trimmed, e-mail lower-cased, phone E.164, country ISO 3166-1 alpha-2, set
/// sorted, …), or why it is none. What people entered is kept where it is no better known: a phone that cannot be
/// parsed stays as text.
Result<Value> canonical(const FieldDefinition& field, Value value);
/// For comparing: case-folded, white space collapsed, Unicode NFC, per type.
Value normal_form(const FieldDefinition& field, const Value& value);

}  // namespace lockstep::mapping

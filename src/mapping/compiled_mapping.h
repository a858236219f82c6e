#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "expression/expression.h"
#include "mapping/lens.h"
#include "mapping/mapping.h"

namespace lockstep::mapping {

/// One canonical field (or one member of a group) in one slot of one variant.
struct Binding {
  FieldIndex field;
  std::string member;               // of a group; empty: the whole field
  std::optional<std::size_t> slot;  // none: a constant
  WireType wire_type = WireType::text;
  std::vector<LensRef> steps;                   // in put order: canonical → wire
  std::string read_by;                          // those that make something else of what is read, as written
  const FieldDefinition* definition = nullptr;  // of the member, or of the field
  Value constant;                               // without slot: what reading gives
  bool reads = true;
  bool writes = true;
  expression::ProgramRef when;              // over canonical fields: written only when it holds; null: always
  std::vector<std::string> target_objects;  // reference: remote objects that this field may point to
  bool one_of = false;                      // shares its slot with other references: the first of the parents' order is written
  std::optional<Value> on_create;           // canonical: written when the field is blank at creation
  /// Canonical: what stands there for blank, in fields that may not be blank there. A text that is read back as this is
  /// blank again; a boolean, number or option stays what it is, and counts as equal to blank.
  std::optional<Value> blank;
};

struct Variant {
  std::string name;
  std::size_t selection = 0;
  expression::ProgramRef when;  // over canonical fields; null: always
  expression::ProgramRef is;    // over `is_slots`; null: always
  std::vector<std::size_t> is_slots;
  std::vector<Binding> bindings;
  std::vector<std::pair<std::size_t, Value>> constants;  // slot, value: written at creation
};

/// A mapping of one entity type to one connector, compiled by compile.cc.
class CompiledMapping final : public EntityMapping {
 public:
  TypeIndex type() const override { return type_index; }
  const std::string& system() const override { return system_name; }
  const std::string& version() const override { return version_text; }
  std::size_t variant_count() const override { return variants.size(); }
  const std::string& variant_name(std::size_t variant) const override { return variants[variant].name; }
  const Selection& selection(std::size_t variant) const override { return selections[variants[variant].selection]; }
  std::optional<std::size_t> variant_of(std::string_view object, const Slots& slots) const override;
  std::optional<std::size_t> variant_for(const Fields& golden) const override;
  std::optional<std::size_t> variant_of_link(std::string_view object, const Fields& golden) const override;
  Fields get(std::size_t variant, const Slots& row, std::vector<GetProblem>& problems) const override;
  Slots put(std::size_t variant, const Fields& fields, const std::vector<FieldIndex>& which, bool creating, std::vector<GetProblem>& problems) const override;
  std::string read_from(FieldIndex field) const override;
  bool reads(std::size_t variant, FieldIndex field) const override;
  bool writes(std::size_t variant, FieldIndex field) const override;
  bool expresses(std::size_t variant, const Fields& fields, FieldIndex field) const override;
  bool equivalent(FieldIndex field, const Value& a, const Value& b) const override;
  std::optional<std::size_t> key_slot(std::size_t variant, FieldIndex field) const override;
  const FieldPolicy& policy(FieldIndex field) const override { return policies[field.value()]; }
  std::vector<FieldExplanation> explain() const override;

  const EntityType* entity = nullptr;  // owned by `definition`
  std::shared_ptr<const EntityType> definition;
  TypeIndex type_index;
  std::string system_name, version_text;
  std::vector<Selection> selections;
  std::vector<Variant> variants;
  std::vector<FieldPolicy> policies;
  std::vector<FieldIndex> parent_order;  // one_of slots: which reference is preferred

 private:
  friend class Explainer;
  /// In place: from the wire's value to the canonical one, and back.
  /// A text that stands there for blank.
  bool is_stand_in(const Binding& binding, const Value& value) const;
  Result<void> read(const Binding& binding, Value& value) const;
  Result<void> write(const Binding& binding, Value& value) const;
  /// A value after a trip through the binding, in normal form: what equality is about.
  Value seen_through(const Binding& binding, const Value& value) const;
  /// Whether they are equal under one variant's bindings; nothing when it has none for the field.
  std::optional<bool> equal_in(const Variant& variant, FieldIndex field, const Value& a, const Value& b) const;
  bool equal_by_constant(const Binding& binding, const Value& a, const Value& b) const;
  bool makes_way(const Binding& binding, const Variant& variant, const RemoteId& remote) const;
  bool is_preferred(const Binding& binding, const Variant& variant, const Fields& fields) const;
  /// Of a slot that several references share: the one that is set and comes first; null: none is.
  const Binding* next_in_slot(const Binding& binding, const Variant& variant, const Fields& fields) const;
  /// The value that goes into the binding's slot; null: the slot is left alone.
  const Value* value_to_write(const Binding& binding, const Fields& fields, bool creating) const;
  /// Constants, defaults and stand-ins for blank that a new record needs.
  void add_defaults(const Variant& variant, Slots& slots) const;
};

/// The roots of `when`: the names of the canonical fields, in field order.
expression::Roots field_roots(const EntityType& type);

}  // namespace lockstep::mapping

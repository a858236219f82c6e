#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <vector>

#include "connector/definition.h"
#include "connector/wire.h"

namespace lockstep::connector {

/// One slot of a mapping, bound to its form in this system.
struct SlotPlan {
  const FormSpec* form = nullptr;
  mapping::WireType type = mapping::WireType::text;
  std::vector<Value> arguments;  // by the form's argument roots
  std::string name;              // the first argument: the wire field, for messages and transitions
  std::string select;            // what to ask for; empty: nothing
  const AssociationSpec* association = nullptr;
  bool readable = true;
};

/// An object with what the mappings want of it: reads rows into slots, writes slots into bodies.
class SelectedObject {
 public:
  static Result<SelectedObject> make(const Definition& definition, const ObjectSpec& spec, const mapping::Selection& selection, Scope scope);

  const ObjectSpec& spec() const { return *spec_; }
  const std::vector<SlotPlan>& slots() const { return slots_; }
  /// Those that have names, in order of them; of one name, in their own order.
  const std::vector<std::size_t>& slots_by_name() const { return slots_by_name_; }
  const std::vector<std::string>& select() const { return select_; }
  const std::string& key_field() const { return key_field_; }
  const Value& about() const { return about_; }  // root `object`
  const Value& select_value() const { return select_value_; }
  const Value& system_fields_value() const;  // of the root `object`
  /// Characters of all names that are asked for, each with quotes and a comma.
  std::size_t select_size() const;
  const Value& key_value() const { return key_value_; }  // root `key`
  bool has_associations() const { return has_associations_; }

  /// Sets the roots `object`, `select` and `key`. This must outlive the scope's use.
  void enter(Scope& scope) const;
  /// Association slots stay absent. Error: shape, with the field.
  Result<Row> read_row(const expression::Operand& json, Scope& scope) const;
  /// Whether the row carries its own stamp and key; for rows that may be ids only.
  Result<std::string> read_id(const expression::Operand& json, Scope& scope) const;
  /// Empty where it does not say.
  Result<std::string> read_version(const expression::Operand& json, Scope& scope) const;
  /// `"name":value` for one slot. `held`: what is set there now, for references that are cleared.
  Result<void> write_slot(std::size_t slot, const Value& value, const Value* held, const std::function<void()>& comma, Scope& scope,
                          const Definition& definition, std::string& out) const;
  /// Root values of one slot's arguments.
  void enter_arguments(const SlotPlan& slot, Scope& scope) const;
  const Wire& wire() const { return wire_; }
  bool same_id(std::string_view a, std::string_view b) const;

 private:
  const ObjectSpec* spec_ = nullptr;
  std::vector<SlotPlan> slots_;
  std::vector<std::size_t> slots_by_name_;
  std::vector<std::string> select_;
  std::string key_field_;
  Value about_, select_value_, key_value_;
  const FormSpec* plain_ = nullptr;
  bool has_associations_ = false;
  Wire wire_;
};

}  // namespace lockstep::connector

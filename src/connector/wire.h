#pragma once

#include <optional>

#include "connector/definition.h"

namespace lockstep::connector {

/// An object's wire rules with their patterns compiled.
class Wire {
 public:
  static Result<Wire> make(const WireSpec& spec);
  /// What a row holds, as the slot's type. Absent stays absent; null, and texts that mean null, are Null. Error: shape.
  Result<std::optional<Value>> read(const expression::Operand& operand, mapping::WireType type) const;
  /// The value as it goes into a JSON body: Null is left to `clear()`.
  Value write(const Value& value, mapping::WireType type) const;
  /// JSON text for Null.
  const std::string& clear() const { return spec_.clear; }

 private:
  Result<Value> read_time(const expression::Operand& operand) const;
  Result<Value> read_date(const expression::Operand& operand) const;

  WireSpec spec_;
  expression::DatePattern instant_, date_;
};

}  // namespace lockstep::connector

#pragma once

#include <boost/json.hpp>
#include <string>

#include "emulators/core/value.h"
#include "mapping/slots.h"

namespace lockstep::mapping {

/// A slot's value as JSON, as a connector would write it with numbers and booleans as such and sets joined by ';'.
boost::json::value wire_json(const Value& value);
/// A stand-in's value as a connector would read it into a slot of this type.
Value read_back(const emulators::Value& held, WireType type);

/// Texts of every kind that people type, up to `units_max` UTF-16 units; some exactly that long.
std::string typed_text(std::size_t units_max);
std::string typed_email(std::size_t units_max);

}  // namespace lockstep::mapping

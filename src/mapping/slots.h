#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/value.h"

namespace lockstep::mapping {

/// How a value travels between mapping and connector. The connector turns it into its wire form (`wire` in its YAML:
/// booleans as text, sets joined by ';', …); lenses only ever see these.
enum class WireType : std::uint8_t { text, boolean, number, instant, date, set, reference, json };
std::string_view to_string(WireType type);

/// One place in a remote object that a mapping reads or writes, named through one of the connector's field forms.
struct SlotSpec {
  std::string form = "plain";
  Map arguments;  // of the form: {name: "Email"}; {name: "x", nav: {account: "x_account"}}
  WireType type = WireType::text;
  bool readable = true;
  bool writable = true;
  bool operator==(const SlotSpec&) const = default;
};

/// What a mapping (variant) wants of one object. A slot's index addresses it in `Slots`.
struct Selection {
  std::string object;  // the connector's name of it
  std::vector<SlotSpec> slots;
};

/// Wire-side values by slot. Empty: absent (not carried, or not to be sent). Null: cleared. References are RemoteId
/// (an empty `object` where the row does not tell).
using Slots = std::vector<std::optional<Value>>;

}  // namespace lockstep::mapping

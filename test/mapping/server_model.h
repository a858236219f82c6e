#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "mapping/slots.h"

namespace lockstep::mapping {

/// What one system does with a single field's value: the stand-ins' own field tables and checks, without HTTP.
class ServerModel {
 public:
  virtual ~ServerModel() = default;
  /// What is held, and read back, after `sent` was written; an error is a refusal.
  virtual Result<Value> store(const std::string& object, const SlotSpec& slot, const Value& sent) const = 0;
  /// Empty when the field is there and may be read / written as the slot wants; else what is wrong.
  virtual std::string objection(const std::string& object, const SlotSpec& slot, bool append_only) const = 0;
  /// Any value that the system itself may hold in the field (people type what they like); drawn.
  virtual Value held(const std::string& object, const SlotSpec& slot) const = 0;
  /// The options it lists for the field; empty: it is no list.
  virtual std::vector<Value> options(const std::string& object, const SlotSpec& slot) const = 0;
  /// A field that shows what was written to another; empty: none.
  virtual std::string shows(const std::string& /*field*/) const { return ""; }
  /// Fields without which a record is refused at creation.
  virtual std::vector<std::string> required(const std::string& object) const = 0;
};

std::unique_ptr<ServerModel> make_server_model(const std::string& system);

/// The argument that names the field: "Email" of {name: Email}.
std::string field_name(const SlotSpec& slot);

}  // namespace lockstep::mapping

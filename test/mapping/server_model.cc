#include "test/mapping/server_model.h"

#include "base/check.h"

namespace lockstep::mapping {

std::unique_ptr<ServerModel> make_salesforce_model();
std::unique_ptr<ServerModel> make_dynamics365_model();
std::unique_ptr<ServerModel> make_hubspot_model();

std::unique_ptr<ServerModel> make_server_model(const std::string& system) {
  if (system == "salesforce") return make_salesforce_model();
  if (system == "dynamics365") return make_dynamics365_model();
  CHECK(system == "hubspot", "no model of " + system);
  return make_hubspot_model();
}

std::string field_name(const SlotSpec& slot) {
  for (const auto& [key, value] : slot.arguments)
    if (key == "name" || key == "to") return *value.get<std::string>();
  return "";
}

}  // namespace lockstep::mapping

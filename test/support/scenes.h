#pragma once

#include "test/support/world.h"

namespace lockstep::support {

inline FieldValues contact(const std::string& name, const std::string& email) { return {{"name", text(name)}, {"email", text(email)}}; }
inline FieldValues account(const std::string& name, const std::string& domain) { return {{"name", text(name)}, {"domain", text(domain)}}; }
inline Value reference(const std::string& object, const std::string& id) { return Value(RemoteId{object, id}); }

/// The one live record of `object` in which `field` is `words`; its id, or "" when there is none or more than one.
inline std::string id_of(const FakeSystem& system, const std::string& object, const std::string& field, const std::string& words) {
  const FakeRecord* record = system.find(object, field, words);
  return record ? record->id : "";
}

/// Ada stands in every system, in step; ids by system.
inline std::vector<std::string> load_ada(World& world) {
  world.systems[0]->add("contact", contact("Ada", "ada@example.com"));
  world.start();
  EXPECT_TRUE(world.settle());
  std::vector<std::string> ids;
  for (const auto& system : world.systems) {
    ids.push_back(id_of(*system, "contact", "email", "ada@example.com"));
    EXPECT_NE(ids.back(), "") << system->name();
  }
  return ids;
}

}  // namespace lockstep::support

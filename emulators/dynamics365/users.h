#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/dynamics365/metadata.h"

namespace lockstep::emulators::dynamics365 {

/// Who writes appears as a row of systemuser: people by name, integrations as application users.
class Users {
 public:
  Users(Database& database, const TableSpec& table) : database_(database), table_(table) {}
  /// The systemuser's id; the row is made when the actor is new.
  const std::string& id_of(const Actor& actor, WallTime now);
  /// Precondition: the actor has written before, and through id_of.
  std::string_view id_of(ActorId actor) const;

  std::string business_unit;  // the one that everybody belongs to

  /// Whether an administrator has switched the user off.
  bool is_disabled(const Actor& actor) const;
  /// Who has this systemuserid, or this id in the directory; nothing when nobody has.
  std::optional<Actor> by_id(std::string_view system_user) const;
  std::optional<Actor> by_directory_id(std::string_view object) const;

 private:
  Database& database_;
  const TableSpec& table_;
  std::map<Actor, std::string> ids_;
  mutable std::vector<std::string> by_actor_;  // filled as actors are first asked for
};

}  // namespace lockstep::emulators::dynamics365

#include "emulators/dynamics365/users.h"

#include "emulators/dynamics365/guid.h"

namespace lockstep::emulators::dynamics365 {
namespace {

std::string user_id(const Actor& actor) { return guid_of_name("systemuser " + std::string(name_of(actor.kind)) + " " + actor.name); }

std::string directory_id(const Actor& actor) { return guid_of_name("directory " + user_id(actor)); }

}  // namespace

std::optional<Actor> Users::by_id(std::string_view system_user) const {
  for (const auto& [actor, id] : ids_) {
    if (id == system_user) return actor;
  }
  return std::nullopt;
}

std::optional<Actor> Users::by_directory_id(std::string_view object) const {
  for (const auto& [actor, id] : ids_) {
    if (directory_id(actor) == object) return actor;
  }
  return std::nullopt;
}

bool Users::is_disabled(const Actor& actor) const {
  RowNumber row = table_.rows->find(user_id(actor));
  return row != kNoRow && table_.rows->get(row, table_.require("isdisabled").field) == ValueView(true);
}

const std::string& Users::id_of(const Actor& actor, WallTime now) {
  if (auto known = ids_.find(actor); known != ids_.end()) return known->second;
  std::string id = user_id(actor);
  FieldChanges fields{{table_.require("fullname").field, actor.name},
                      {table_.require("azureactivedirectoryobjectid").field, directory_id(actor)},
                      {table_.require("isdisabled").field, false},
                      {table_.require("_businessunitid_value").field, business_unit}};
  if (actor.kind == ActorKind::integration) {
    fields.emplace_back(table_.require("applicationid").field, guid_of_name("application " + actor.name));
  }
  WriteContext context{WallTime{now.ms - now.ms % 1000}, {ActorKind::automation, "SYSTEM"}, "", false};
  if (table_.rows->find(id) == kNoRow) database_.create(*table_.rows, id, fields, context);
  return ids_.emplace(actor, std::move(id)).first->second;
}

std::string_view Users::id_of(ActorId actor) const {
  if (actor >= by_actor_.size()) by_actor_.resize(actor + 1u);
  std::string& id = by_actor_[actor];
  if (id.empty()) id = user_id(database_.actor(actor));
  return id;
}

}  // namespace lockstep::emulators::dynamics365

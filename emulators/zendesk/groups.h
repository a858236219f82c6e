#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/time.h"

namespace lockstep::emulators::zendesk {

struct Group {
  std::int64_t id = 0;
  std::string name, description;
  bool is_public = true;
  bool deleted = false;
  WallTime created, updated;
};

struct GroupMembership {
  std::int64_t id = 0, user = 0, group = 0;
  bool is_default = false;
  WallTime created, updated;
};

/// Groups of agents (contract A2). The first one that lives is the account's default: an agent that nobody put anywhere is in it.
class Groups {
 public:
  explicit Groups(WallTime founded);
  /// Deleted ones, too: they are shown as such.
  const std::vector<Group>& all() const { return groups_; }
  const Group* find(std::int64_t id) const;
  /// Nothing: there is none, or it is deleted.
  Group* find_live(std::int64_t id);
  /// Whether a living group other than `self` has that name, without case.
  bool is_taken(std::string_view name, std::int64_t self) const;
  Group& add(Group group);
  bool is_default(const Group& group) const { return group.id == first_living(0)->id; }
  /// The one besides `left_out` that agents are in whom nobody put anywhere: the account's default. Null: there is no other.
  const Group* first_living(std::int64_t left_out) const;

  /// In the order in which they were made; of an agent, there since `since`.
  std::vector<GroupMembership> of(std::int64_t agent, WallTime since) const;
  bool holds(std::int64_t agent, std::int64_t group) const;
  const GroupMembership& join(std::int64_t agent, WallTime since, std::int64_t group, WallTime at);
  /// Precondition: an agent's. Another one becomes the default where it was that.
  void leave(const GroupMembership& membership, WallTime since);
  void make_default(const GroupMembership& membership, WallTime since, WallTime at);

 private:
  std::vector<GroupMembership>& own(std::int64_t agent, WallTime since);
  std::vector<Group> groups_;
  std::map<std::int64_t, std::vector<GroupMembership>> memberships_;  // of agents who were put somewhere
  std::int64_t next_group_ = 360'000'000'903;
  std::int64_t next_membership_ = 4'500'000'000'001;
};

}  // namespace lockstep::emulators::zendesk

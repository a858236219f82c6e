#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/time.h"

namespace lockstep::emulators::hubspot {

struct ListFolder {
  std::string id;
  std::string parent;  // empty: it is the root, which has the id 0
  std::string name;
  std::string user;  // who made it, where a person did
  WallTime created, updated;
};

/// The tree that an account's lists are put away in.
class ListFolders {
 public:
  ListFolders();
  /// The root for an empty id; null when there is none.
  ListFolder* find(std::string_view id);
  ListFolder& add(std::string parent, std::string name, std::string user, WallTime now);
  void remove(const std::string& id) { folders_.erase(id); }
  /// Whether the folder is, or is somewhere above, the one of that id. Precondition: there is one.
  bool holds(const ListFolder& folder, std::string_view id) const;
  bool has_children(const ListFolder& folder) const;
  const std::map<std::string, ListFolder>& all() const { return folders_; }

 private:
  std::map<std::string, ListFolder> folders_;  // by id
  std::int64_t next_id_ = 101;
};

}  // namespace lockstep::emulators::hubspot

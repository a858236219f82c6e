#pragma once

#include <yaml-cpp/yaml.h>

#include <map>
#include <string>
#include <vector>

#include "merge/merge.h"

namespace lockstep::merge {

/// What a case file sets up: systems, fields, policies and one entity that is in step everywhere.
class CaseWorld final : public Equivalence {
 public:
  explicit CaseWorld(const YAML::Node& file);

  EntityType type;
  TypePolicy policy;
  EntityState state;
  WallTime now{1'800'000'000'000};
  std::uint64_t fence = 1;

  bool equivalent(ConnectionId system, FieldIndex field, const Value& a, const Value& b) const override;
  std::string name_of(ConnectionId system) const override;

  Context context();
  ConnectionId system(const std::string& name) const;
  FieldIndex field(const std::string& name) const;
  Value value(FieldIndex field, const YAML::Node& node) const;
  Fields fields(const YAML::Node& node) const;
  RemoteId remote(const std::string& system_name) const { return RemoteId{"record", system_name + "-1"}; }
  /// "90s", "-5m": from the case's beginning.
  WallTime time(const std::string& text) const;

 private:
  void add_field(const std::string& name, const YAML::Node& node);
  void add_system(const std::string& name, const YAML::Node& node);
  void put_in_step(const std::string& name, const YAML::Node& holds);

  WallTime start_ = now;
  std::vector<std::string> systems_;
  std::map<std::pair<ConnectionId, FieldIndex>, std::string> normal_forms_;
};

}  // namespace lockstep::merge

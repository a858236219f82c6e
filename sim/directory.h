#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "emulators/core/stand_in.h"
#include "sim/crm_world.h"
#include "sim/customers.h"

namespace lockstep::sim {

/// One record of a CRM as its stand-in holds it, in the model's words. References are numbers of customer records.
struct Held {
  std::string id;
  std::map<std::string, std::string> fields;       // blanks are left out
  std::map<std::string, std::int64_t> references;  // -1: to a record that is not live
};

/// Reads the stand-ins' tables beside their APIs: which customer record stands where. Follows their journals, so that asking
/// is cheap.
class Directory {
 public:
  explicit Directory(CrmWorld& world) : world_(world) {}

  static emulators::StandIn& stand_in(CrmWorld& world, std::string_view crm);
  static emulators::Table* table(CrmWorld& world, std::string_view crm, const TypeNames& type);
  /// A record that was loaded, which no journal tells.
  void add(std::string_view crm, std::string_view type, std::int64_t number, std::string id);
  /// Ids of its live records there, first to last. An archived one is none.
  std::vector<std::string> live_ids(std::string_view crm, std::string_view type, std::int64_t number);
  std::vector<Held> live_records(std::string_view crm, std::string_view type, std::int64_t number);
  /// Every number that was ever seen anywhere.
  std::set<std::int64_t> numbers(std::string_view type);
  /// The number of a record, dead ones too.
  std::optional<std::int64_t> number_at(std::string_view crm, const TypeNames& type, std::string_view id);

 private:
  using Key = std::tuple<std::size_t, std::string, std::int64_t>;
  void follow();
  Held read(std::string_view crm, const TypeNames& type, emulators::Table& table, emulators::RowNumber row);

  CrmWorld& world_;
  std::map<Key, std::vector<std::string>> ids_;
  std::size_t followed_[3] = {0, 0, 0};
};

}  // namespace lockstep::sim

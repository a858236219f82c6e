#pragma once

#include <boost/json/object.hpp>

#include "base/time.h"
#include "sim/directory.h"
#include "sim/plan.h"

namespace lockstep::sim {

/// What somebody really wrote: the system took it.
struct Written {
  WallTime at;
  std::string system, what, type;
  std::int64_t number = -1, other = -1;
  std::string field, value;  // of an edit; of a create there is one row per field
  std::string id;            // of the record there
};

/// The people and programs of a plan at work, in CRMs by their control planes and in the support system by the built-in API.
class People {
 public:
  People(CrmWorld& world, Directory& directory) : world_(world), directory_(directory) {}

  /// False when the system refused it, or the record is not there (any more).
  bool perform(const Event& event);
  /// In order of time.
  const std::vector<Written>& ledger() const { return ledger_; }
  std::uint64_t refused() const { return refused_; }

 private:
  bool create(const Event& event);
  bool edit(const Event& event);
  bool remove(const Event& event);
  bool merge(const Event& event);
  bool import(const Event& event);
  /// The fields of a new record as `system` spells them; nothing when what it refers to is not there.
  std::optional<boost::json::object> new_record(const Event& event);
  std::optional<boost::json::object> new_record_of_crm(const Event& event, boost::json::object& fields);
  /// Precondition: a CRM. The record's id, or nothing.
  std::optional<std::string> write(const Event& event, boost::json::object fields, const std::string& id, const std::string& into = "");
  std::optional<std::string> support_id(std::string_view type, std::int64_t number);
  void note(const Event& event, const std::string& id);
  static std::map<std::string, std::string> values_of_new(const Event& event);

  CrmWorld& world_;
  Directory& directory_;
  std::vector<Written> ledger_;
  std::map<std::pair<std::string, std::int64_t>, std::string> support_ids_;
  std::uint64_t refused_ = 0;
};

}  // namespace lockstep::sim

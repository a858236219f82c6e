#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "emulators/zendesk/schema.h"

namespace lockstep::emulators::zendesk {

/// Who changed what of a ticket in one save.
struct Audit {
  std::int64_t id = 0;
  std::int64_t ticket = 0;
  std::int64_t author = 0;
  WallTime at;
  json::array events;
  json::object custom = {};  // what its writer said of it
};

/// The history of tickets. What was loaded as a fixture has none: a million tickets must fit into memory.
class Audits {
 public:
  /// What is noted from here on of one ticket is one save.
  void begin() { first_open_ = all_.size(); }
  /// The audit's id. `event`: as the API shows it, without its id.
  std::int64_t note(std::int64_t ticket, std::int64_t author, json::object event, WallTime at);
  /// Of the save under way, where it has an audit of the ticket.
  void describe(std::int64_t ticket, json::object custom);
  void created(const ObjectType& tickets, RowNumber row, std::int64_t author, WallTime at);
  void changed(const ObjectType& tickets, RowNumber row, const PackedFields& before, std::int64_t author, WallTime at);

  std::size_t noted() const { return all_.size(); }
  /// Precondition: since begin() of the save that is undone.
  void forget_after(std::size_t count);
  /// Oldest first.
  const std::vector<Audit>& all() const { return all_; }
  /// Null when there is none.
  const Audit* find(std::int64_t id) const;
  std::vector<std::size_t> of_ticket(std::int64_t ticket) const;

 private:
  std::vector<Audit> all_;
  std::size_t first_open_ = 0;
  std::map<std::int64_t, std::vector<std::size_t>> of_ticket_;
  std::int64_t next_id_ = 2'800'000'000'001;
  std::int64_t next_event_ = 2'900'000'000'001;
};

}  // namespace lockstep::emulators::zendesk

#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/time.h"
#include "model/ids.h"

namespace lockstep {

/// Up to when (hub time) every record of an object is known: its complete listing was read, and since then its feed to
/// its end. Whatever was there by then need not be looked up. Thread-safe: readers are in store transactions.
class Coverage {
 public:
  /// What the read of a feed may take: for so long its word may be older than the time between two reads.
  static constexpr Duration kReadTakes{15'000};
  struct Known {
    WallTime until;
    Duration late{0};  // how old that was when the feed told it: an index shows late, pages take their time
  };
  /// The hub's clock was set back: what was known until then is not known until a time that lies ahead.
  void forget();
  void reached(const std::string& object, WallTime until, Duration late = Duration{0});
  std::optional<Known> of(const std::string& object) const;
  /// Creates of the type rest on it just now, instead of a look each: worth reading the feed before it is too old for that.
  void rest_on(TypeIndex type, WallTime now);
  bool is_rested_on(TypeIndex type, WallTime since) const;
  /// How far apart the polls of the type are just now: as configured, or longer while a quota of a day is spared.
  void is_polled_every(TypeIndex type, Duration apart);
  /// Zero: it was not polled yet.
  Duration polled_every(TypeIndex type) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Known> known_;
  std::map<TypeIndex, WallTime> rested_on_;
  std::map<TypeIndex, Duration> polled_every_;
};

/// Bulk work under way, which will soon owe more writes of its type: worth waiting a moment for full batches.
/// Thread-safe, as above.
class BulkWork {
 public:
  /// Counts while it lives. A listing of a system makes writes owed to every system, deliveries to the others.
  class Mark {
   public:
    Mark(BulkWork& work, TypeIndex type, std::optional<ConnectionId> not_for);
    ~Mark();
    Mark(const Mark&) = delete;
    Mark& operator=(const Mark&) = delete;

   private:
    BulkWork& work_;
    std::pair<TypeIndex, std::optional<ConnectionId>> key_;
  };
  bool will_owe(TypeIndex type, ConnectionId connection) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<TypeIndex, std::optional<ConnectionId>>, int> marks_;
};

}  // namespace lockstep

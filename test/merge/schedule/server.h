#pragma once

#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "merge/merge.h"

/// Random schedules of one entity in several systems: model servers. Time is in milliseconds of the true clock.
namespace lockstep::merge::schedule {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  double real(double low, double high) { return low + (high - low) * (static_cast<double>(engine_() >> 11) / 9007199254740992.0); }
  std::int64_t ms(double low_s, double high_s) { return static_cast<std::int64_t>(real(low_s, high_s) * 1000); }
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(engine_() % count); }
  int between(int low, int high) { return low + static_cast<int>(below(static_cast<std::size_t>(high - low + 1))); }
  bool chance(double p) { return real(0, 1) < p; }
  template <class T>
  T pick(std::initializer_list<T> list) {
    return *(list.begin() + static_cast<std::ptrdiff_t>(below(list.size())));
  }

 private:
  std::mt19937_64 engine_;
};

/// Model time 0 as wall time, so that no stamp of a model is near the beginning of time.
inline constexpr std::int64_t kEpochMs = 1'000'000'000;
inline constexpr std::size_t kName = 0, kAddress = 1, kTags = 2, kMemo = 3, kFields = 4;

/// Every text written carries the number of the edit it came from ("n7Ab#12"), so that oracles can follow it through the
/// hub; the mapping of the model does not see it. Blank values and sets carry none.
Value text_value(const std::string& visible, int edit);
int edit_of(const Value& value);
Value visible_part(const Value& value);

struct Options {
  bool deletes = true, automations = true, rewrites = true, change_logs = true, outward = true, new_mappings = true, late = true;
  bool prefer = true, review = true;
};

enum class VersionKind { none, etag, row_number, modified };
enum class AnswerShows { body, version, nothing };
enum class Cleaning { none, upper, trim, rewrite_upper, rewrite_lower };

struct LogEntry {
  std::int64_t revision = 0;
  std::map<std::size_t, Value> changed;
  std::string version;
  std::int64_t modified_s = 0;
  bool exists = true;
};

/// What of a server's record travels to the hub.
struct Snapshot {
  bool exists = true, complete = true;
  std::int64_t revision = 0;
  std::string version;
  std::map<std::size_t, Value> fields;
  std::map<std::size_t, std::int64_t> times_ms;  // hub time as estimated
  std::int64_t modified_ms = 0;
};

struct Server {
  std::size_t number = 0;
  VersionKind version_kind = VersionKind::none;
  bool has_lock = false, delete_has_lock = false, has_history = false, has_automation = false, has_change_log = false, memo_is_outward = false;
  AnswerShows shows = AnswerShows::body;
  Cleaning cleaning = Cleaning::none;
  std::int64_t offset_ms = 0;  // its clock is ahead by so much
  std::int64_t error_ms = 0;   // of the hub's estimate of it

  bool exists = true;
  std::vector<Value> fields = std::vector<Value>(kFields);
  std::vector<std::int64_t> field_modified_s = std::vector<std::int64_t>(kFields, 0);
  std::int64_t modified_s = 0, revision = 0;
  std::vector<LogEntry> log;

  Server(std::size_t number, VersionKind kind, Random& random, const Options& options);
  ConnectionId id() const { return ConnectionId{static_cast<std::uint16_t>(number + 1)}; }
  std::string version() const;
  /// What the server makes of a value that is written to it.
  Value clean(std::size_t field, const Value& value) const;
  /// Equal under the mapping of this system.
  bool same(std::size_t field, const Value& a, const Value& b) const;
  void write(std::int64_t now_ms, const std::map<std::size_t, Value>& changed);
  Snapshot snapshot() const;
  Snapshot snapshot_of(const std::map<std::size_t, Value>& only) const;
  Snapshot snapshot_of(const LogEntry& entry) const;

 private:
  std::int64_t own_clock_s(std::int64_t now_ms) const;
  std::int64_t to_hub_ms(std::int64_t own_s) const { return own_s * 1000 - offset_ms - error_ms; }
};

}  // namespace lockstep::merge::schedule

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "runtime/rng.h"
#include "sim/plan.h"

namespace lockstep::sim {

inline constexpr std::int64_t kSecond = 1'000, kMinute = 60 * kSecond;  // milliseconds

std::string any_crm(Rng& rng);
/// A CRM or the support system.
std::string any_system(Rng& rng);

/// Writes the working day of the simulated company.
class Day {
 public:
  Day(Rng rng, std::int64_t length_ms, const std::map<std::string, double>& weights) : rng_(rng), length_ms_(length_ms), weights_(weights) {}

  std::vector<Event> take();
  /// What is there before the first person comes in.
  void opening(std::int64_t accounts, std::int64_t contacts);
  void work(std::int64_t count);
  /// With a text that nobody wrote before.
  void edit(std::int64_t when, std::string system, const std::string& type, std::int64_t number, const std::string& field);

 private:
  Event at(std::int64_t when, std::string system, std::string what, std::string type, std::int64_t number);
  std::int64_t add_new(const std::string& type, std::int64_t when, std::int64_t other);
  /// Few are edited often, so that edits meet: half of all picks fall on a handful.
  std::int64_t pick(const std::string& type);
  std::string text(const std::string& field);
  double weight(const std::string& what) const;
  void one(std::int64_t when);
  void one(const std::string& what, std::int64_t when);

  Rng rng_;
  std::int64_t length_ms_;
  std::map<std::string, double> weights_;
  std::map<std::string, std::int64_t> made_;
  std::int64_t texts_ = 0;
  std::vector<Event> events_;
};

}  // namespace lockstep::sim

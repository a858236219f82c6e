#include "sim/busy_day.h"

#include <algorithm>
#include <utility>

#include "runtime/rng.h"
#include "sim/customers.h"
#include "sim/day.h"

namespace lockstep::sim {

namespace {

constexpr std::int64_t kHour = 60 * kMinute, kDay = 24 * kHour;
constexpr std::int64_t kAtOnce = 500;  // by a program

Event import_of(std::int64_t first, std::int64_t count) {
  Event event;
  event.at_ms = kMinute + first * 2;
  event.who = "import";
  event.system = kCrms[0];
  event.what = "import";
  event.type = "contact";
  event.number = first;
  event.count = count;
  return event;
}

}  // namespace

Plan busy_day(std::int64_t edits) {
  const std::int64_t customers = std::max<std::int64_t>(edits / 5, 1);
  Plan plan;
  plan.seed = 1;
  plan.profile = "calm";
  plan.config = {{"safety_ms", static_cast<double>(kDay)}, {"poll_s", 60}, {"daily_calls", 1e6}};
  Rng rng = Rng(plan.seed).split("busy day");
  for (std::int64_t first = 1; first <= customers; first += kAtOnce) plan.events.push_back(import_of(first, std::min(kAtOnce, customers - first + 1)));
  const auto& fields = names_of("contact").edited;
  Day day(rng.split("edits"), kDay, {});
  std::int64_t rush_ms = 0;
  for (std::int64_t i = 0; i < edits; ++i) {
    if (i % (2 * kAtOnce) == 0) rush_ms = rng.between(kHour, kDay - kHour);
    const std::int64_t when = i % 2 == 0 ? rng.between(kHour, kDay - kHour) : rush_ms;
    std::string system = any_system(rng);
    const std::int64_t number = rng.between(1, customers);
    day.edit(when, std::move(system), "contact", number, std::string(fields[rng.below(fields.size())]));
  }
  for (Event& edit : day.take()) plan.events.push_back(std::move(edit));
  return plan;
}

}  // namespace lockstep::sim

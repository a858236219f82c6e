#include "sim/shrink.h"

#include <algorithm>

namespace lockstep::sim {

namespace {

/// Leaves out parts of `items` of ever smaller size as long as `still_fails` says so.
template <class Item, class Fails>
std::vector<Item> minimal(std::vector<Item> items, const Fails& still_fails) {
  for (std::size_t part = std::max<std::size_t>(items.size() / 2, 1); !items.empty();) {
    bool shorter = false;
    for (std::size_t from = 0; from < items.size();) {
      std::vector<Item> rest(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(from));
      rest.insert(rest.end(), items.begin() + static_cast<std::ptrdiff_t>(std::min(from + part, items.size())), items.end());
      if (still_fails(rest)) {
        items = std::move(rest);
        shorter = true;
      } else {
        from += part;
      }
    }
    if (part == 1 && !shorter) break;
    part = std::max<std::size_t>(part / 2, 1);
  }
  return items;
}

}  // namespace

Plan shrink(Plan plan, const std::string& rule, const std::function<Outcome(const Plan&)>& run_one, std::size_t runs_max) {
  std::size_t runs = 0;
  const auto fails = [&](const Plan& candidate) { return runs++ < runs_max && run_one(candidate).rule == rule; };
  using Setting = std::pair<std::string, double>;
  std::vector<Setting> settings(plan.config.begin(), plan.config.end());
  const auto with_settings = [&](const std::vector<Setting>& left) {
    Plan candidate = plan;
    candidate.config = {left.begin(), left.end()};
    candidate.config["safety_ms"] = plan.setting("safety_ms", 0);
    return candidate;
  };
  plan = with_settings(minimal(settings, [&](const auto& left) { return fails(with_settings(left)); }));
  plan.events = minimal(plan.events, [&](const auto& left) {
    Plan candidate = plan;
    candidate.events = left;
    return fails(candidate);
  });
  // Without events there may be settings that no longer matter.
  settings.assign(plan.config.begin(), plan.config.end());
  return with_settings(minimal(settings, [&](const auto& left) { return fails(with_settings(left)); }));
}

}  // namespace lockstep::sim

#include "batch.h"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>

#include "sim/probes.h"
#include "sim/shrink.h"

namespace lockstep::sim {

void Tally::add(const Outcome& outcome) {
  ++runs;
  virtual_ms += outcome.virtual_ms;
  steps += outcome.steps;
  requests += outcome.requests;
  for (const auto& [name, n] : outcome.count) count[name] += n;
  for (const auto& [name, n] : outcome.visits) visits[name] += n;
}

void Tally::print() const {
  constexpr double kDay = 24 * 3'600'000.0;
  fmt::print("{} runs, {} of them twice: {:.1f} simulated days, {} requests, {} steps\n", runs, twice, static_cast<double>(virtual_ms) / kDay, requests, steps);
  for (const auto& [name, n] : count) fmt::print("  {:<32}{:>10}\n", name, n);
  for (const auto& [name, n] : visits) fmt::print("  reached {:<24}{:>10}\n", name, n);
}

Outcome play(const Plan& plan, bool twice) {
  Outcome outcome = run_isolated(plan);
  if (!twice || outcome.finding == Finding::crash) return outcome;
  const Outcome again = run_isolated(plan);
  if (again.draw == outcome.draw && again.digest == outcome.digest && again.steps == outcome.steps) return outcome;
  outcome.finding = Finding::oracle;
  outcome.rule = "unseed";
  outcome.message = fmt::format("the same plan went two ways: {} and {} steps, {} and {} requests", outcome.steps, again.steps, outcome.requests, again.requests);
  return outcome;
}

std::optional<Failure> run_batch(const BatchOptions& options, Tally& tally) {
  const auto start = std::chrono::steady_clock::now();
  probes().planted = options.planted;
  for (std::uint64_t i = 0; options.seeds == 0 || i < options.seeds; ++i) {
    if (options.time && std::chrono::steady_clock::now() - start >= *options.time) break;
    Failure one;
    one.plan = generate(options.first_seed + i, options.profile);
    const bool twice = options.twice_each > 0 && i % options.twice_each == 0;
    one.outcome = play(one.plan, twice);
    tally.add(one.outcome);
    tally.twice += twice ? 1 : 0;
    if (one.outcome.finding != Finding::none) return one;
  }
  return std::nullopt;
}

int report(Failure failure, bool shrinks) {
  const int code = static_cast<int>(failure.outcome.finding);
  fmt::print("{}\nFOUND {} ({}) by seed {} of profile {}: {}\n", failure.outcome.log, to_string(failure.outcome.finding), failure.outcome.rule, failure.plan.seed,
             failure.plan.profile, failure.outcome.message);
  std::string planted = probes().planted.empty() ? "" : " --plant " + probes().planted;
  fmt::print("  ./dev sim --profile {} --seed {}{}\n", failure.plan.profile, failure.plan.seed, planted);
  if (!shrinks) return code;
  constexpr std::size_t kRunsMax = 400;
  const Plan small = shrink(failure.plan, failure.outcome.rule, run_isolated, kRunsMax);
  const std::string path = fmt::format("plan-{}-{}.json", small.profile, small.seed);
  std::ofstream(path) << to_json(small);
  fmt::print("{} of {} events are enough, in {}:\n{}  ./dev sim --plan {}{}\n", small.events.size(), failure.plan.events.size(), path, to_json(small), path, planted);
  return code;
}

}  // namespace lockstep::sim

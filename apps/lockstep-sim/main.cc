#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iterator>

#include "base/text.h"
#include "base/time.h"
#include "batch.h"
#include "sim/full_refresh.h"
#include "sim/probes.h"

namespace {

using namespace lockstep;
using namespace lockstep::sim;

constexpr const char* kFooter =
    R"(One seed is one plan: who does what when, which faults there are, how the tunables stand. The same seed gives the same run.
Exit codes: 0 nothing found, 127 the program crashed, 128 it does not get on, 129 a rule of the oracles is broken.

Examples:
  lockstep-sim --seeds 200                       seeds 1 to 200 of profile swarm
  lockstep-sim --profile calm --seed 7           one seed
  lockstep-sim --for 10m                         as many as fit
  lockstep-sim --plan plan-swarm-7.json          a plan that was saved
  lockstep-sim --seed 7 --print                  the plan alone
  lockstep-sim --full-refresh 1000000            hours, calls and shares of the limits
  lockstep-sim --busy-day 50000                  seconds of a processor)";

int play_file(const std::string& path, bool shrinks) {
  std::ifstream file(path);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  auto plan = parse_plan(text);
  if (!file.is_open() || !plan) {
    fmt::print(stderr, "cannot use '{}': {}\n", path, file.is_open() ? plan.error().message : "it cannot be read");
    return 2;
  }
  Failure one{std::move(*plan), {}};
  one.outcome = play(one.plan, true);
  Tally tally;
  tally.add(one.outcome);
  if (one.outcome.finding != Finding::none) return report(std::move(one), shrinks);
  tally.print();
  return 0;
}

void print_loads(const char* what, const std::vector<SystemLoad>& loads, double hours) {
  fmt::print("\n{}: {:.2f} hours of virtual time\n", what, hours);
  fmt::print("  {:<14}{:>12}{:>12}{:>16}{:>10}{:>24}{:>20}\n", "system", "records", "calls", "records a call", "hours", "least at its limits",
             "share of the day");
  for (const SystemLoad& load : loads)
    fmt::print("  {:<14}{:>12}{:>12}{:>16.1f}{:>10.2f}{:>24}{:>20}\n", load.system, load.records, load.calls,
               static_cast<double>(load.records) / static_cast<double>(std::max<std::uint64_t>(load.calls, 1)), load.hours,
               load.least_hours > 0 ? fmt::format("{:.2f} h, {:.0f} %", load.least_hours, 100 * load.least_hours / std::max(load.hours, 1e-9))
                                    : "no limit of that kind",
               load.share_of_day > 0 ? fmt::format("{:.1f} %", 100 * load.share_of_day) : "no such limit");
}

/// Objective: two hours for a full refresh across all systems, at their published limits.
int print_full_refresh(std::int64_t contacts) {
  constexpr double kMostHours = 2;
  const FullRefresh result = play_full_refresh(contacts);
  fmt::print("{} contacts, three systems, limits as published\n", contacts);
  print_loads("First load, out of one system into two others", result.load, result.load_hours);
  print_loads("Full refresh of all three", result.refresh, result.refresh_hours);
  const bool good = result.in_step && result.refresh_hours <= kMostHours;
  fmt::print("\n{}; a full refresh within {} hours: {}\n", result.in_step ? "everything arrived once, and the refresh wrote nothing" : "NOT IN STEP",
             kMostHours, good ? "yes" : "NO");
  return good ? 0 : static_cast<int>(Finding::oracle);
}

/// Enough runs must have taken every recovery path; where there are no faults there is nothing to recover from.
int check_places(const BatchOptions& options, const Tally& tally) {
  constexpr std::uint64_t kEnough = 100;
  if (tally.runs < kEnough || options.profile == "calm" || options.profile == "quota") return 0;
  const std::string missed = places_missed(tally);
  fmt::print("{}", missed);
  return missed.empty() ? 0 : static_cast<int>(Finding::oracle);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Plays simulated days on virtual time against stand-ins, with faults, and judges what comes out."};
  app.footer(kFooter);
  BatchOptions options;
  std::string plan, time, planted, list, salt;
  std::optional<std::uint64_t> seed;
  std::int64_t refresh = 0, busy = 0;
  std::uint64_t equivalence = 0;
  bool prints = false, keeps = false, goes_on = false;
  app.add_option("--profile", options.profile, "calm, swarm, liveness, quota, or all in turn: mixed")
      ->check(CLI::IsMember({"calm", "swarm", "liveness", "quota", kMixed}))
      ->capture_default_str();
  app.add_option("--seeds", options.seeds, "How many seeds");
  app.add_option("--from", options.first_seed, "The first of them")->capture_default_str();
  app.add_option("--seed", seed, "One seed, run twice");
  app.add_option("--plan", plan, "A plan as JSON");
  app.add_option("--for", time, "How long, of a processor's time: 90s, 10m");
  app.add_option("--plant", options.planted, "Make a known mistake, to see whether it is found");
  app.add_option("--planted", planted, "Plant each known mistake ('all', or one by name) and look for it in up to --seeds seeds (2000)");
  app.add_option("--list", list, "Play the seeds of a file: profile and seed a line");
  app.add_option("--salt", salt, "Start at a seed made from this text: a commit, so that each has seeds of its own");
  app.add_option("--full-refresh", refresh, "How long a first load and a full refresh of so many contacts take at the systems' published limits")
      ->check(CLI::PositiveNumber);
  app.add_option("--busy-day", busy, "What a day of so many edits takes of a processor, in a company with a fifth as many customers")
      ->check(CLI::PositiveNumber);
  app.add_option("--equivalence", equivalence, "Play so many calm seeds from --from on with and without power cuts");
  app.add_flag("--print", prints, "Print the plan of --seed and do not run it");
  app.add_flag("--go-on", goes_on, "Play all seeds, whatever is found: one line a finding, nothing is shrunk");
  app.add_flag("--no-shrink", keeps, "Do not shrink what fails");
  CLI11_PARSE(app, argc, argv);
  options.shrinks = !keeps;
  sim::probes().planted = options.planted;
  if (refresh > 0) return print_full_refresh(refresh);
  if (busy > 0) return play_busy_day(busy);
  if (!plan.empty()) return play_file(plan, options.shrinks);
  if (!list.empty()) return play_list(list, options.shrinks);
  if (!planted.empty()) return find_planted(planted, options.seeds == 0 ? 2'000 : options.seeds);
  if (equivalence > 0) return play_equivalence(options.first_seed, equivalence);
  if (!salt.empty()) options.first_seed = stable_hash(std::string_view(salt)) >> 16;
  options.crashes_each = 20;
  if (seed) {
    options.crashes_each = 0;
    options.first_seed = *seed;
    options.seeds = options.twice_each = 1;
  }
  if (prints) {
    fmt::print("{}", to_json(generate(options.first_seed, options.profile)));
    return 0;
  }
  if (!time.empty()) {
    const auto parsed = parse_duration(time);
    if (!parsed) {
      fmt::print(stderr, "--for: {}\n", parsed.error().message);
      return 2;
    }
    options.time = std::chrono::milliseconds(parsed->count());
  } else if (options.seeds == 0) {
    options.seeds = 20;
  }
  Tally tally;
  if (goes_on) {
    const int code = play_all(options, tally);
    tally.print();
    return code;
  }
  auto failure = run_batch(options, tally);
  tally.print();
  if (failure) return report(std::move(*failure), options.shrinks);
  return check_places(options, tally);
}

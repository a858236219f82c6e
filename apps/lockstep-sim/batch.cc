#include "batch.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <tuple>

#include "runtime/rng.h"
#include "sim/busy_day.h"
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
  outcome.message =
      fmt::format("the same plan went two ways: {} and {} steps, {} and {} requests", outcome.steps, again.steps, outcome.requests, again.requests);
  return outcome;
}

std::string places_missed(const Tally& tally) {
  std::string missed;
  const auto look_for = [&](const char* place) {
    if (!tally.visits.contains(place)) missed += fmt::format("no run of {} reached {}: these seeds say nothing about it\n", tally.runs, place);
  };
  std::ranges::for_each(kPlaces, look_for);
  std::ranges::for_each(kRecoveries, look_for);
  constexpr std::uint64_t kEnoughForRareOnes = 1'000;
  if (tally.runs >= kEnoughForRareOnes) std::ranges::for_each(kRareRecoveries, look_for);
  return missed;
}

namespace {

std::string profile_of(const BatchOptions& options, std::uint64_t seed) {
  constexpr const char* kTurns[] = {"swarm", "calm", "swarm", "liveness", "swarm", "quota"};
  return options.profile == kMixed ? kTurns[seed % std::size(kTurns)] : options.profile;
}

/// What this process and the runs that have ended took of a processor.
std::chrono::milliseconds processor_time() {
  std::chrono::microseconds taken{0};
  for (const auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    ::getrusage(who, &usage);
    for (const timeval& part : {usage.ru_utime, usage.ru_stime}) taken += std::chrono::seconds(part.tv_sec) + std::chrono::microseconds(part.tv_usec);
  }
  return std::chrono::duration_cast<std::chrono::milliseconds>(taken);
}

}  // namespace

std::optional<Failure> run_batch(const BatchOptions& options, Tally& tally) {
  probes().planted = options.planted;
  for (std::uint64_t i = 0; options.seeds == 0 || i < options.seeds; ++i) {
    if (options.time && processor_time() >= *options.time) break;
    Failure one;
    one.plan = generate(options.first_seed + i, profile_of(options, options.first_seed + i));
    const bool twice = options.twice_each > 0 && i % options.twice_each == 0;
    one.outcome = play(one.plan, twice);
    tally.add(one.outcome);
    tally.twice += twice ? 1 : 0;
    if (one.outcome.finding != Finding::none) return one;
    if (options.crashes_each > 0 && i % options.crashes_each == options.crashes_each - 1) {
      one = play_with_and_without_crashes(options.first_seed + i);
      tally.add(one.outcome);
      if (one.outcome.finding != Finding::none) return one;
    }
  }
  return std::nullopt;
}

namespace {

/// Who waits for a person's answer may stand anywhere.
void leave_out(const std::vector<std::string>& explained, std::vector<std::string>& golden) {
  std::erase_if(golden, [&](const std::string& record) { return std::ranges::find(explained, record.substr(0, record.find(','))) != explained.end(); });
}

std::string first_difference(const std::vector<std::string>& without, const std::vector<std::string>& with) {
  std::vector<std::string> lost, gained;
  std::ranges::set_difference(without, with, std::back_inserter(lost));
  std::ranges::set_difference(with, without, std::back_inserter(gained));
  return fmt::format("without '{}', with '{}'", lost.empty() ? "nothing" : lost.front(), gained.empty() ? "nothing" : gained.front());
}

}  // namespace

Failure play_with_and_without_crashes(std::uint64_t seed) {
  Plan plan = generate(seed, "calm");
  std::set<std::tuple<std::string, std::int64_t, std::string>> edited;
  std::erase_if(plan.events, [&](const Event& event) {
    if (event.what == "edit") return !edited.emplace(event.type, event.number, event.field).second;
    return event.what == "delete" || event.what == "merge";
  });
  Outcome undisturbed = run_isolated(plan);
  if (undisturbed.finding != Finding::none) return {std::move(plan), std::move(undisturbed)};
  Rng rng = Rng(seed).split("crashes");
  for (int crashes = 0; crashes < 4; ++crashes) {
    Event crash;
    crash.at_ms = rng.between(0, static_cast<std::int64_t>(plan.setting("safety_ms", 0)));
    crash.what = "crash";
    crash.for_ms = 1'000;
    plan.events.push_back(std::move(crash));
  }
  std::ranges::stable_sort(plan.events, {}, &Event::at_ms);
  plan.profile = "swarm";  // a crash may be warned of
  plan.config["support_waits"] = 1;
  Failure with_crashes{plan, run_isolated(plan)};
  Outcome& crashed = with_crashes.outcome;
  // While the hub is down it refuses what the support system does, and knows later who stands where: then the work was not the same.
  if (crashed.finding != Finding::none || crashed.refused != undisturbed.refused) return with_crashes;
  ++crashed.count["compared with an undisturbed run"];
  for (Outcome* one : {&undisturbed, &crashed})
    for (const Outcome* other : {&undisturbed, &crashed}) leave_out(other->explained, one->golden);
  if (crashed.golden == undisturbed.golden) return with_crashes;
  crashed.finding = Finding::oracle;
  crashed.rule = "crash equivalence";
  crashed.message = "the same edits end elsewhere when the power is cut in between: " + first_difference(undisturbed.golden, crashed.golden);
  return with_crashes;
}

int play_all(BatchOptions options, Tally& tally) {
  const std::uint64_t end = options.first_seed + options.seeds;
  int code = 0;
  while (const auto found = run_batch(options, tally)) {
    code = static_cast<int>(found->outcome.finding);
    fmt::print("{} {}: {}: {}\n", found->plan.profile, found->plan.seed, found->outcome.rule, found->outcome.message);
    std::fflush(stdout);
    options.first_seed = found->plan.seed + 1;
    if (options.seeds > 0 && options.first_seed >= end) break;
    if (options.seeds > 0) options.seeds = end - options.first_seed;
  }
  return code;
}

int play_equivalence(std::uint64_t first_seed, std::uint64_t seeds) {
  int code = 0;
  std::uint64_t sound = 0, compared = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + seeds; ++seed) {
    auto [plan, outcome] = play_with_and_without_crashes(seed);
    if (outcome.finding == Finding::none) {
      ++sound;
      compared += outcome.count["compared with an undisturbed run"];
      continue;
    }
    code = static_cast<int>(outcome.finding);
    const std::string path = fmt::format("plan-equivalence-{}.json", seed);
    std::ofstream(path) << to_json(plan);
    fmt::print("seed {}: {}: {}\n  the plan with power cuts is in {}\n", seed, outcome.rule, outcome.message, path);
    std::fflush(stdout);
  }
  fmt::print("{} of {} seeds without a finding; {} of these did the same work with and without power cuts, and ended the same\n", sound, seeds, compared);
  return code;
}

int find_planted(const std::string& name, std::uint64_t seeds) {
  int missed = 0;
  for (const PlantedMistake& mistake : kPlantedMistakes) {
    if (name != "all" && name != mistake.name) continue;
    BatchOptions options;
    options.planted = mistake.name;
    options.profile = mistake.profile;
    options.seeds = seeds;
    options.twice_each = 0;
    Tally tally;
    std::map<std::string, int> other;  // findings by rules that are not about this mistake
    std::optional<Failure> found;
    while (options.seeds > 0 && (found = run_batch(options, tally))) {
      // A seed that fails anyway says nothing about the mistake; neither does a rule that is about something else.
      probes().planted.clear();
      const bool by_its_rule = std::string_view(mistake.rules).find(found->outcome.rule) != std::string_view::npos;
      if (by_its_rule && run_isolated(found->plan).finding == Finding::none) break;
      if (!by_its_rule) ++other[found->outcome.rule];
      const std::uint64_t used = found->plan.seed - options.first_seed + 1;
      options.first_seed += used;
      options.seeds -= used;
      found.reset();
    }
    if (found)
      fmt::print("{:<22}{:>6} runs, seed {:>5} of {:<8} {}: {}\n", mistake.name, tally.runs, found->plan.seed, mistake.profile, found->outcome.rule,
                 found->outcome.message);
    else fmt::print("{:<22} NOT FOUND in {} seeds of {}: {}\n", mistake.name, tally.runs, mistake.profile, mistake.meaning);
    for (const auto& [rule, n] : other) fmt::print("{:<22}{:>6} before it by '{}'\n", "", n, rule);
    std::fflush(stdout);
    missed += found ? 0 : 1;
  }
  probes().planted.clear();
  return missed == 0 ? 0 : static_cast<int>(Finding::oracle);
}

int play_list(const std::string& path, bool shrinks) {
  std::ifstream file(path);
  if (!file.is_open()) {
    fmt::print(stderr, "cannot read '{}'\n", path);
    return 2;
  }
  Tally tally;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    Failure one;
    std::string profile;
    std::uint64_t seed = 0;
    if (!(words >> profile >> seed)) continue;
    one.plan = generate(seed, profile);
    one.outcome = play(one.plan, false);
    tally.add(one.outcome);
    if (one.outcome.finding != Finding::none) return report(std::move(one), shrinks);
  }
  tally.print();
  return 0;
}

int play_busy_day(std::int64_t edits) {
  Failure day{busy_day(edits), {}};
  const std::chrono::milliseconds before = processor_time();
  day.outcome = run_isolated(day.plan, std::chrono::minutes(10));
  const std::chrono::milliseconds taken = processor_time() - before;
  if (day.outcome.finding != Finding::none) return report(std::move(day), false);
  fmt::print("{} edits in {:.1f} simulated hours, {} requests: {:.1f} s of a processor\n", day.outcome.count["edit"],
             static_cast<double>(day.outcome.virtual_ms) / 3'600'000, day.outcome.requests, static_cast<double>(taken.count()) / 1'000);
  return 0;
}

int report(Failure failure, bool shrinks) {
  const int code = static_cast<int>(failure.outcome.finding);
  fmt::print("{}\nFOUND {} ({}) by seed {} of profile {}: {}\n", failure.outcome.log, to_string(failure.outcome.finding), failure.outcome.rule,
             failure.plan.seed, failure.plan.profile, failure.outcome.message);
  std::string planted = probes().planted.empty() ? "" : " --plant " + probes().planted;
  fmt::print("  ./dev sim --profile {} --seed {}{}\n", failure.plan.profile, failure.plan.seed, planted);
  if (!shrinks) return code;
  constexpr std::size_t kRunsMax = 400;
  const Plan small = shrink(
      failure.plan, failure.outcome.rule, [](const Plan& one) { return run_isolated(one); }, kRunsMax);
  const std::string path = fmt::format("plan-{}-{}.json", small.profile, small.seed);
  std::ofstream(path) << to_json(small);
  fmt::print("{} of {} events are enough, in {}:\n{}  ./dev sim --plan {}{}\n", small.events.size(), failure.plan.events.size(), path, to_json(small), path,
             planted);
  return code;
}

}  // namespace lockstep::sim

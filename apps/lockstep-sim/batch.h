#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "sim/runner.h"

namespace lockstep::sim {

/// Seeds of all profiles in turn.
inline constexpr const char* kMixed = "mixed";

struct BatchOptions {
  std::string profile = "swarm";  // one of kProfiles, or kMixed
  std::uint64_t first_seed = 1;
  std::uint64_t seeds = 0;                        // 0: until the time is up
  std::optional<std::chrono::milliseconds> time;  // of a processor, not of the clock: how busy the machine is decides nothing
  std::uint64_t twice_each = 20;                  // of so many seeds one runs twice and must come out the same
  std::uint64_t crashes_each = 0;                 // of so many seeds one is played with and without power cuts
  bool shrinks = true;
  std::string planted;
};

/// What a batch went through, for the closing lines.
struct Tally {
  std::uint64_t runs = 0, twice = 0;
  std::int64_t virtual_ms = 0;
  std::uint64_t steps = 0, requests = 0;
  std::map<std::string, std::uint64_t> count, visits;
  void add(const Outcome& outcome);
  void print() const;
};

struct Failure {
  Plan plan;
  Outcome outcome;
};

/// Runs seeds one after the other until one fails, the seeds are used up or the time is.
std::optional<Failure> run_batch(const BatchOptions& options, Tally& tally);
/// Plays a plan, twice when asked; the second run must draw and send the same.
Outcome play(const Plan& plan, bool twice);
/// The same edits with and without power cuts: both must end with the same golden records. Takes the calm plan of the seed and leaves
/// out what depends on who is first. The plan is the one with power cuts.
Failure play_with_and_without_crashes(std::uint64_t seed);
/// Runs the whole batch whatever is found, and prints a line for each finding. The last one's exit code. Precondition: `seeds` or `time`.
int play_all(BatchOptions options, Tally& tally);
/// That for so many seeds; the exit code. All are played, whatever is found; plans of findings are saved.
int play_equivalence(std::uint64_t first_seed, std::uint64_t seeds);
/// The places of kPlaces and kRecoveries that no run reached, and of the rare ones where there were enough of them, one line each. A batch of fewer
/// than 100 runs says nothing about them.
std::string places_missed(const Tally& tally);
/// Makes each known mistake in turn (or the one named) and looks for it; the exit code says whether all were found.
int find_planted(const std::string& name, std::uint64_t seeds);
/// Plays the seeds of a file: "profile seed  # why" a line.
int play_list(const std::string& path, bool shrinks);
/// Plays a busy company's day of so many edits and prints what it took of a processor.
int play_busy_day(std::int64_t edits);
/// Says what was found, shrinks it when wanted, and prints the line to paste. The exit code.
int report(Failure failure, bool shrinks);

}  // namespace lockstep::sim

#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "sim/runner.h"

namespace lockstep::sim {

struct BatchOptions {
  std::string profile = "swarm";
  std::uint64_t first_seed = 1;
  std::uint64_t seeds = 0;                         // 0: until the time is up
  std::optional<std::chrono::seconds> time;        // of this machine
  std::uint64_t twice_each = 20;                   // of so many seeds one runs twice and must come out the same
  std::uint64_t crashes_each = 0;                  // of so many seeds one is played with and without power cuts
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
/// out what depends on who is first.
Outcome play_with_and_without_crashes(std::uint64_t seed);
/// Makes each known mistake in turn (or the one named) and looks for it; the exit code says whether all were found.
int find_planted(const std::string& name, std::uint64_t seeds);
/// Plays the seeds of a file: "profile seed  # why" a line.
int play_list(const std::string& path, bool shrinks);
/// Says what was found, shrinks it when wanted, and prints the line to paste. The exit code.
int report(Failure failure, bool shrinks);

}  // namespace lockstep::sim

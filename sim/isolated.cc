// One run in a process of its own. The outcome comes back as JSON through a pipe.
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <csignal>

#include "base/check.h"
#include "sim/probes.h"
#include "sim/runner.h"

namespace lockstep::sim {

namespace json = boost::json;

namespace {

json::object counts_of(const std::map<std::string, std::uint64_t>& counts) {
  json::object object;
  for (const auto& [name, count] : counts) object[name] = count;
  return object;
}
void take_counts(const json::value& from, std::map<std::string, std::uint64_t>& into) {
  for (const auto& member : from.as_object()) into[std::string(member.key())] = member.value().to_number<std::uint64_t>();
}

std::string serialize(const Outcome& outcome) {
  return json::serialize(json::object{{"finding", static_cast<int>(outcome.finding)},
                                      {"rule", outcome.rule},
                                      {"message", outcome.message},
                                      {"virtual_ms", outcome.virtual_ms},
                                      {"healed_after_ms", outcome.healed_after_ms},
                                      {"steps", outcome.steps},
                                      {"requests", outcome.requests},
                                      {"draw", outcome.draw},
                                      {"digest", outcome.digest},
                                      {"golden", json::value_from(outcome.golden)},
                                      {"refused", json::value_from(outcome.refused)},
                                      {"explained", json::value_from(outcome.explained)},
                                      {"count", counts_of(outcome.count)},
                                      {"visits", counts_of(outcome.visits)},
                                      {"log", outcome.log}});
}

Outcome parse(const std::string& text) {
  const json::value value = json::parse(text);
  Outcome outcome;
  outcome.finding = static_cast<Finding>(value.at("finding").to_number<int>());
  outcome.rule = std::string(value.at("rule").as_string());
  outcome.message = std::string(value.at("message").as_string());
  outcome.log = std::string(value.at("log").as_string());
  outcome.virtual_ms = value.at("virtual_ms").to_number<std::int64_t>();
  outcome.healed_after_ms = value.at("healed_after_ms").to_number<std::int64_t>();
  for (auto [name, into] : {std::pair("steps", &outcome.steps), {"requests", &outcome.requests}, {"draw", &outcome.draw}, {"digest", &outcome.digest}})
    *into = value.at(name).to_number<std::uint64_t>();
  for (auto [name, into] : {std::pair("golden", &outcome.golden), {"explained", &outcome.explained}, {"refused", &outcome.refused}})
    for (const json::value& item : value.at(name).as_array()) into->emplace_back(item.as_string());
  take_counts(value.at("count"), outcome.count);
  take_counts(value.at("visits"), outcome.visits);
  return outcome;
}

[[noreturn]] void run_as_child(const Plan& plan, std::chrono::seconds processor_time_max, int answer, int complaints) {
  ::dup2(complaints, STDERR_FILENO);
  itimerval limit{};
  limit.it_value.tv_sec = processor_time_max.count();
  ::setitimer(ITIMER_PROF, &limit, nullptr);
  const std::string text = serialize(run(plan));
  std::size_t written = 0;
  while (written < text.size()) {
    const auto count = ::write(answer, text.data() + written, text.size() - written);
    if (count <= 0) ::_exit(3);
    written += static_cast<std::size_t>(count);
  }
  ::_exit(0);
}

std::string read_all(int from) {
  std::string text;
  char buffer[4096];
  for (ssize_t count = 0; (count = ::read(from, buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(count));
  ::close(from);
  return text;
}

}  // namespace

Outcome run_isolated(const Plan& plan, std::chrono::seconds processor_time_max) {
  int answer[2], complaints[2];
  CHECK(::pipe(answer) == 0 && ::pipe(complaints) == 0, "no pipes left");
  const pid_t child = ::fork();
  CHECK(child >= 0, "no processes left");
  if (child == 0) {
    ::close(answer[0]);
    ::close(complaints[0]);
    run_as_child(plan, processor_time_max, answer[1], complaints[1]);
  }
  ::close(answer[1]);
  ::close(complaints[1]);
  // What is written to standard error is short: it fits into a pipe while the answer is read.
  const std::string text = read_all(answer[0]);
  const std::string said = read_all(complaints[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return parse(text);
  Outcome outcome;
  const bool endless = WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF;
  outcome.finding = endless ? Finding::liveness : Finding::crash;
  outcome.rule = endless ? "liveness" : "crash";
  outcome.message =
      endless ? "no end within " + std::to_string(processor_time_max.count()) + " s of a processor" : "the process ended: " + said.substr(0, 2'000);
  return outcome;
}

}  // namespace lockstep::sim

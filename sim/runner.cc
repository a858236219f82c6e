#include "sim/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "sim/healing.h"
#include "sim/oracle.h"
#include "sim/plan_faults.h"
#include "sim/probes.h"
#include "sim/torn_vfs.h"

namespace lockstep::sim {

namespace {

constexpr Duration kWeek{7 * 24 * 3'600'000};
constexpr Duration kRefreshShipped{24 * 3'600'000};

WorldOptions options_of(const Plan& plan) {
  WorldOptions options(plan.seed);
  const auto whole = [&](const char* name, std::int64_t otherwise) { return static_cast<std::int64_t>(plan.setting(name, static_cast<double>(otherwise))); };
  options.poll_s = whole("poll_s", 0);
  options.full_refresh_s = whole("full_refresh_s", 0);
  options.read_before_write_s = whole("read_before_write_s", -1);
  options.concurrency = whole("concurrency", 0);
  options.attempts = whole("attempts", 0);
  options.backoff_base_ms = whole("backoff_base_ms", 0);
  options.backoff_cap_s = whole("backoff_cap_s", 0);
  options.request_life_s = whole("request_life_s", 0);
  options.delete_guard = whole("delete_guard", -1);
  options.batch_every_s = whole("batch_every_s", 0);
  options.disk_ms = whole("disk_ms", 0);
  if (whole("close_calls_reviewed", 0) != 0) options.policy += ", close_calls: review";
  if (whole("conflicts_reviewed", 0) != 0) options.policy = "manual_review";
  if (const auto number = whole("strategy", -1); number >= 0 && number < std::ssize(kStrategies)) options.policy = kStrategies[number];
  if (const auto number = whole("deletes", -1); number >= 0 && number < std::ssize(kDeletePolicies)) options.deletes = kDeletePolicies[number];
  options.rotates_tokens = whole("rotates_tokens", 0) != 0;
  return options;
}

class Run {
 public:
  explicit Run(const Plan& plan)
      : plan_(plan),
        world_(options_of(plan)),
        directory_(world_),
        people_(world_, directory_),
        faults_(plan, world_),
        healing_(world_, outcome_.count),
        rng_(Rng(plan.seed).split("run")) {}

  Outcome play() {
    begin();
    safety();
    heal();
    if (outcome_.finding == Finding::none) judge();
    finish();
    return std::move(outcome_);
  }

 private:
  struct Later {
    std::int64_t at_ms;
    std::function<void()> action;
  };
  std::int64_t now_ms() { return world_.executor.clock().now().ms - start_.ms; }
  void advance_to(std::int64_t at_ms) {
    const Instant when = start_ + Duration{at_ms};
    if (world_.executor.clock().now() < when) world_.executor.run_until(when);
  }
  void count(const std::string& what) { ++outcome_.count[what]; }

  void begin() {
    probes().visits.clear();
    probes().awaited.clear();
    if (plan_.setting("webhooks", 1) != 0) world_.subscribe();
    world_.network.weather.latency_most = Duration{static_cast<std::int64_t>(plan_.setting("latency_most_ms", 120))};
    world_.network.weather.loses_requests = plan_.setting("lose_requests", 0);
    world_.network.weather.loses_answers = plan_.setting("lose_answers", 0);
    if (const auto calls = static_cast<std::int64_t>(plan_.setting("daily_calls", 0)); calls > 0)
      world_.control("salesforce", "POST", "settings", fmt::format(R"({{"daily_api_requests": {}}})", calls));
    start_ = world_.executor.clock().now();
    world_.start();  // before the faults: a hub that cannot even open is not what is looked for
    faults_.begin();
  }

  void later(std::int64_t after_ms, std::function<void()> action) { later_.push_back({now_ms() + after_ms, std::move(action)}); }
  /// Runs what falls due until `at_ms`, in order.
  void pass_until(std::int64_t at_ms) {
    for (;;) {
      const auto next = std::ranges::min_element(later_, {}, &Later::at_ms);
      if (next == later_.end() || next->at_ms > at_ms) break;
      const Later due = std::move(*next);
      later_.erase(next);
      advance_to(due.at_ms);
      due.action();
    }
    advance_to(at_ms);
  }

  void safety() {
    for (const Event& event : plan_.events) {
      pass_until(event.at_ms);
      happen(event);
    }
    pass_until(static_cast<std::int64_t>(plan_.setting("safety_ms", 0)));
  }

  void happen(const Event& event) {
    if (event.what == "crash") return crash(event);
    if (event.what == "options" && !world_.engine) return;
    if (event.system == kSupport && !world_.engine && plan_.setting("support_waits", 0) > 0) return later(1'000, [this, event] { happen(event); });
    if (event.what == "outage") {
      world_.network.down.insert(world_.origin(event.system));
      later(event.for_ms, [this, system = event.system] { world_.network.down.erase(world_.origin(system)); });
    } else if (event.what == "full") {
      if (!world_.engine) return;
      TornDisk::fill(true);
      later(event.for_ms, [] { TornDisk::fill(false); });
    } else if (event.what == "options") {
      TornDisk::fill(false);
      world_.reconfigure();
    } else if (event.what == "backup") {
      if (!world_.engine) return;
      if (world_.back_up()) backup_taken_ = world_.executor.clock().wall();
    } else if (event.what == "restore") {
      restore();
    } else if (event.what == "deaf") {
      world_.network.deaf = true;
      later(event.for_ms, [this] { world_.network.deaf = false; });
    } else if (event.what == "forget") {
      faults_.set_memory(event.system, Duration{1});
      later(event.for_ms, [this, system = event.system] { faults_.set_memory(system, kWeek); });
    } else if (event.what == "kept") {
      faults_.set_kept(event, true);
      later(event.for_ms, [this, event] { faults_.set_kept(event, false); });
    } else if (event.what == "unreadable") {
      faults_.refuse_reads(event);
      later(event.for_ms, [this, event] { faults_.end_refused_reads(event); });
    } else if (event.what == "skew") {
      world_.control(event.system, "POST", "clock", R"({"advance": ")" + std::to_string(event.for_ms) + R"(ms"})");
    } else if (event.what == "fault") {
      faults_.set(event.system, event.value, event.rate);
      later(event.for_ms, [this, event] { faults_.end(event.system, event.value); });
    } else {
      const bool done = people_.perform(event);
      count(done ? event.what : "refused " + event.what);
      if (!done) outcome_.refused.push_back(fmt::format("{} of {} {} in {} at {} ms", event.what, event.type, event.number, event.system, event.at_ms));
      return;
    }
    count(event.what);
  }

  static constexpr const char* kAtStart = "start.recovered";
  /// Cuts the power some steps later, wherever that is; or at the named place, if it is reached within a minute.
  void crash(const Event& event) {
    constexpr std::int64_t kSoon = 100;
    if (!world_.engine) {  // a place is waited for as soon as it runs again
      if (!event.value.empty()) later(kSoon, [this, event] { crash(event); });
      return;
    }
    count("crash");
    if (!event.value.empty() && event.value != kAtStart) {
      probes().awaited = event.value;
      probes().arrived = false;
      world_.executor.run_until([] { return probes().arrived; }, Duration{60'000});
      probes().awaited.clear();
      if (probes().arrived) count("cut at " + event.value);
    } else {
      for (std::uint64_t steps = rng_.below(400); steps > 0 && world_.executor.step(); --steps) {}
    }
    world_.crash();
    later(event.for_ms, [this, event] {
      if (!world_.engine && event.value == kAtStart && starts_into_a_cut()) return later(event.for_ms, [this] { start_again(); });
      start_again();
      Event again = event;
      if (--again.count > 0) crash(again);
    });
  }

  /// A start that finds what the last one left under way is cut as soon as it has.
  bool starts_into_a_cut() {
    probes().awaited = kAtStart;
    probes().arrived = false;
    start_again();
    probes().awaited.clear();
    if (!probes().arrived) return false;
    count("cut at " + std::string(kAtStart));
    world_.crash();
    return true;
  }

  void start_again() {
    TornDisk::fill(false);  // a hub that cannot even open its store is not what is looked for
    if (!world_.engine) world_.start();
  }

  void restore() {
    if (world_.engine) world_.crash();
    TornDisk::fill(false);  // nobody restores onto a full disk
    if (world_.restore()) forgotten_ = Window{backup_taken_, world_.executor.clock().wall()};
    start_again();
  }

  void heal() {
    for (Later& one : std::exchange(later_, {})) one.action();
    later_.clear();  // power cuts that were to follow each other
    start_again();
    for (const std::string_view crm : kCrms)
      for (const auto& [name, fault] : Directory::stand_in(world_, crm).faults().all()) outcome_.count["fault " + name] += fault.fired;
    for (const std::string_view crm : kCrms) Directory::stand_in(world_, crm).faults().clear_all();
    world_.network.weather = Weather{};
    world_.sign_in_anew();
    const Instant healed = world_.executor.clock().now();
    if (!settles()) return;
    healing_.hear_out();
    healing_.replay_letters();
    // A webhook that never came is made up for by the next complete listing.
    if (loses_webhooks()) world_.run_for(Duration{static_cast<std::int64_t>(plan_.setting("full_refresh_s", kRefreshShipped.count() / 1000)) * 1100});
    if (!settles()) return;
    outcome_.healed_after_ms = (world_.executor.clock().now() - healed).count();
  }

  bool settles() {
    if (healing_.settles()) return true;
    outcome_.finding = Finding::liveness;
    outcome_.rule = "liveness";
    outcome_.message = "an hour after the last fault something is still owed:" + healing_.owed();
    return false;
  }

  bool loses_webhooks() const {
    const bool dropped = std::ranges::any_of(plan_.config, [](const auto& setting) { return setting.first.ends_with("/webhook_lost"); });
    return dropped || plan_.setting("webhooks", 1) == 0 || std::ranges::any_of(plan_.events, [](const Event& event) { return event.what == "deaf"; });
  }

  static std::string name_of(const std::string& type, std::int64_t number) { return type + " " + std::to_string(number); }

  void judge() {
    const std::size_t before = hub_writes(world_);
    world_.run_for(Duration{static_cast<std::int64_t>(plan_.setting("rest_ms", 1'800'000))});
    Evidence evidence(world_, directory_, plan_, people_.ledger());
    evidence.forgotten = forgotten_;
    evidence.writes_at_rest = hub_writes(world_) - before;
    const auto read = evidence.read();
    if (!read) return found("evidence", read.error().message);
    outcome_.count["explained"] = evidence.explained.size();
    for (const auto& [type, number] : evidence.explained) outcome_.explained.push_back(name_of(type, number));
    outcome_.count["review"] = evidence.reviews.size();
    outcome_.count["letter left"] = evidence.letters.size();
    for (const auto& [type, records] : evidence.golden)
      for (const GoldenRecord& record : records) {
        if (record.presence != EntityPresence::present) continue;
        std::string text = name_of(type, record.number);
        for (const auto& [field, value] : record.fields) text += ", " + field + " '" + value + "'";
        for (const auto& [field, target] : record.references) text += ", " + field + " " + std::to_string(target);
        outcome_.golden.push_back(std::move(text));
      }
    std::ranges::sort(outcome_.golden);
    if (const char* wanted = std::getenv("LOCKSTEP_SIM_TRAIL")) {  // "contact/3"
      const auto parts = split(wanted, '/');
      if (parts.size() == 2) outcome_.log = evidence.trail(std::string(parts[0]), std::atoll(std::string(parts[1]).c_str()));
    }
    for (const auto& oracle : oracles())
      if (auto wrong = oracle->judge(evidence)) return found(oracle->name(), std::move(*wrong));
  }
  void found(std::string_view rule, std::string message) {
    outcome_.finding = Finding::oracle;
    outcome_.rule = std::string(rule);
    outcome_.message = std::move(message);
  }

  void finish() {
    outcome_.virtual_ms = now_ms();
    outcome_.steps = world_.executor.steps();
    outcome_.requests = world_.network.requests;
    outcome_.count["disk writes lost"] = world_.lost_disk_writes;
    outcome_.digest = world_.network.digest;
    outcome_.draw = world_.network.draw();
    outcome_.visits.insert(probes().visits.begin(), probes().visits.end());
    constexpr std::size_t kLinesMax = 20;
    for (const auto* lines : {&world_.errors, &world_.warnings})
      for (std::size_t i = lines->size() - std::min(lines->size(), kLinesMax); i < lines->size(); ++i) outcome_.log += (*lines)[i] + "\n";
  }

  const Plan& plan_;
  CrmWorld world_;
  Directory directory_;
  People people_;
  PlanFaults faults_;
  Outcome outcome_;
  Healing healing_;  // counts in the outcome
  Rng rng_;
  Instant start_;
  std::vector<Later> later_;
  WallTime backup_taken_;
  std::optional<Window> forgotten_;
};

}  // namespace

std::string_view to_string(Finding finding) {
  switch (finding) {
    case Finding::none: return "nothing";
    case Finding::crash: return "crash";
    case Finding::liveness: return "liveness";
    case Finding::oracle: return "oracle";
  }
  return "";
}

Outcome run(const Plan& plan) { return Run(plan).play(); }

}  // namespace lockstep::sim

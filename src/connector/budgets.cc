#include "connector/budgets.h"

#include <algorithm>

#include "expression/operand.h"

namespace lockstep::connector {

namespace {

constexpr std::int64_t kSlices = 100;
constexpr Duration kPatience{120'000};
constexpr Duration kLook{1'000};  // a free place among the requests in flight is also told by a signal
constexpr double kLeastPace = 0.1, kPaceGain = 0.02;
constexpr std::int64_t kRestBaseMs = 1'000, kRestCapMs = 60'000;

constexpr Duration kRisesAfter{5'000};
constexpr Duration kLateReset{180'000};  // the vendor's clock may be behind ours, and what it still tells of the old day must not count in the new one
constexpr Duration kSameDay{60'000};     // clocks may be set
constexpr Duration kUnknownReset{3'600'000};
/// A vendor's figures are bounded: sums of them, and shares of them as a double, stay exact.
constexpr std::int64_t kFigureMax = 1'000'000'000'000'000;

constexpr Duration kLongWindow{3'600'000};  // shorter ones fill again before anybody minds
constexpr std::int64_t kSparingFrom = 2, kSparingShare = 4;

/// What the less urgent leave free of a limit; of a small one nothing.
std::int64_t left_free(Priority priority, std::int64_t max) {
  constexpr double kEach = 0.04;
  return static_cast<std::int64_t>(static_cast<double>(max) * kEach * static_cast<double>(priority));
}

Failure stopped() {
  Failure failure = make_failure(FailureClass::transient, FailureScope::connection, "stopping");
  failure.unsent = true;
  return failure;
}

Failure used_up(Duration wait) {
  Failure failure = make_failure(FailureClass::quota, FailureScope::limit, "the budget of requests is used up for " + format_duration(wait));
  failure.wait = wait;
  failure.unsent = true;
  return failure;
}

}  // namespace

Budgets::Budgets(const Definition& definition, const ConnectionConfig& config, Executor& executor, Rng rng)
    : executor_(executor), rng_(rng), changed_(executor) {
  for (const LimitSpec& spec : definition.limits) {
    Budget budget;
    budget.spec = &spec;
    budget.max = spec.max;
    budget.concurrent = spec.concurrent;
    budget.keep_share = spec.keep_share;
    if (spec.resets && !spec.reset_zone) budget.zone = mapping::Zone::parse("UTC").value();
    if (const auto own = config.limits.find(spec.name); own != config.limits.end()) {
      if (own->second.max && spec.max > 0) budget.max = *own->second.max;
      if (own->second.max && spec.max == 0) budget.concurrent = static_cast<std::size_t>(*own->second.max);
      budget.keep_share = own->second.keep_share.value_or(spec.keep_share);
    }
    budgets_.push_back(std::move(budget));
  }
}

std::vector<Budgets::Budget*> Budgets::named(const std::vector<std::string>& charge) {
  std::vector<Budget*> out;
  for (Budget& budget : budgets_) {
    const bool by_default = charge.empty() || std::ranges::find(charge, "default") != charge.end();
    if ((by_default && budget.spec->by_default) || std::ranges::find(charge, budget.spec->name) != charge.end()) out.push_back(&budget);
  }
  return out;
}

/// When a request arrives nobody here knows: it counts from its sending until a window after its end.
std::int64_t Budgets::counted(const Budget& budget) { return budget.used + (budget.spec->charge_elapsed_ms ? 0 : static_cast<std::int64_t>(budget.in_flight)); }

std::optional<Budgets::Day> Budgets::day_of(Budget& budget, Instant now) const {
  if (!budget.zone) return std::nullopt;
  if (budget.day && now < budget.day->ends && now - budget.day->known_at < kSameDay) return budget.day;
  const WallTime wall = executor_.clock().wall();
  const Duration late = budget.spec->reset_at + kLateReset;
  const Date today = budget.zone->day_of(wall - late);
  const auto start_of = [&](Date day) { return now + (budget.zone->start_of_day(day) + late - wall); };
  budget.day = Day{start_of(today), start_of(Date{today.days + 1}), now};
  return budget.day;
}

void Budgets::learn_zone(Budget& budget, Scope& scope) {
  if (!budget.spec->reset_zone) return;
  const auto operand = expression::evaluate(*budget.spec->reset_zone, scope);
  if (!operand || operand->is_absent() || operand->is_null()) return;
  const std::string name = operand->text().value_or("");
  if (budget.zone && budget.zone->name() == name) return;
  if (auto zone = mapping::Zone::parse(name)) {
    budget.zone = std::move(*zone);
    budget.day.reset();
  }
}

void Budgets::expire(Budget& budget, Instant now) const {
  const auto day = day_of(budget, now);
  const auto is_over = [&](const Slice& slice) { return day ? slice.last < day->began : now - slice.last >= budget.spec->window; };
  while (!budget.slices.empty() && is_over(budget.slices.front())) {
    budget.used -= budget.slices.front().amount;
    budget.slices.pop_front();
  }
}

void Budgets::take(Budget& budget, std::int64_t amount, Instant now) const {
  if (budget.max == 0 || amount <= 0) return;
  expire(budget, now);  // no slice reaches from one day into the next
  // Slices keep the books small.
  const Duration width{std::max<std::int64_t>(1, budget.spec->window.count() / kSlices)};
  if (budget.slices.empty() || now - budget.slices.back().first >= width) budget.slices.push_back(Slice{now, now, 0});
  budget.slices.back().last = now;
  budget.slices.back().amount += amount;
  budget.used += amount;
}

void Budgets::forget(Budget& budget, std::int64_t amount) {
  budget.used -= amount;
  while (amount > 0) {
    Slice& oldest = budget.slices.front();
    const std::int64_t part = std::min(amount, oldest.amount);
    oldest.amount -= part;
    amount -= part;
    if (oldest.amount == 0) budget.slices.pop_front();
  }
}

Duration Budgets::wait_for(Budget& budget, Priority priority, Instant now) const {
  const Duration rest = std::max(Duration{0}, budget.rests_until - now);
  if (budget.concurrent > 0) {
    const auto all = static_cast<std::int64_t>(static_cast<double>(budget.concurrent) * budget.pace);
    const std::int64_t kept = priority == Priority::real_time || all < 3 ? 0 : std::max<std::int64_t>(1, left_free(priority, all));
    if (static_cast<std::int64_t>(budget.in_flight) >= std::max<std::int64_t>(1, all - kept)) return std::max(rest, kLook);
  }
  if (budget.max == 0) return rest;
  expire(budget, now);
  const auto ours = static_cast<std::int64_t>(static_cast<double>(budget.max) * (1 - budget.keep_share) * budget.pace);
  const std::int64_t usable = std::max<std::int64_t>(1, ours - left_free(priority, ours));
  if (counted(budget) < usable) return rest;
  if (budget.slices.empty()) return std::max(rest, kLook);  // told by a signal when the first of them is over
  const auto day = day_of(budget, now);
  return std::max({Duration{1}, rest, day ? day->ends - now : budget.spec->window - (now - budget.slices.front().last)});
}

void Budgets::let_rise(Instant now) {
  for (Waiting& one : waiting_) {
    if (one.priority == Priority::real_time || now - one.since < kRisesAfter) continue;
    one.priority = static_cast<Priority>(static_cast<int>(one.priority) - 1);
    one.since = now;
  }
}

bool Budgets::yields(std::list<Waiting>::const_iterator mine) const {
  bool before = true;
  for (auto other = waiting_.begin(); other != waiting_.end(); ++other) {
    if (other == mine) {
      before = false;
      continue;
    }
    const bool goes_first = other->priority < mine->priority || (before && other->priority == mine->priority);
    if (goes_first && std::ranges::any_of(mine->wants, [&](const Budget* budget) { return other->wants.contains(budget); })) return true;
  }
  return false;
}

Task<Outcome<void>> Budgets::admit(std::vector<std::string> charge, Priority priority) {
  const std::vector<Budget*> wanted = named(charge);
  Waiting waiting{priority, executor_.clock().now(), {wanted.begin(), wanted.end()}};
  const auto mine = waiting_.insert(waiting_.end(), std::move(waiting));
  Outcome<void> outcome;
  for (;;) {
    const Instant now = executor_.clock().now();
    let_rise(now);
    Duration wait = yields(mine) ? kLook : Duration{0};
    for (Budget* budget : wanted) wait = std::max(wait, wait_for(*budget, mine->priority, now));
    if (stopping_) outcome = tl::unexpected(stopped());
    else if (wait > kPatience) outcome = tl::unexpected(used_up(wait));
    if (!outcome || wait.count() == 0) break;
    const Instant look_again = now + std::min(wait, kRisesAfter);
    co_await changed_.wait_until(look_again);
  }
  waiting_.erase(mine);
  if (outcome) {
    for (Budget* budget : wanted) ++budget->in_flight;
  }
  if (!waiting_.empty()) changed_.notify();  // who yielded may go now
  co_return outcome;
}

void Budgets::release(const std::vector<std::string>& charge, Duration elapsed) {
  const Instant now = executor_.clock().now();
  for (Budget* budget : named(charge)) {
    if (budget->in_flight > 0) --budget->in_flight;
    take(*budget, budget->spec->charge_elapsed_ms ? elapsed.count() : 1, now);
  }
  changed_.notify();
}

void Budgets::learn(const std::vector<std::string>& charge, Scope& scope) {
  const Instant now = executor_.clock().now();
  const auto number = [&](const ProgramRef& program) -> std::optional<std::int64_t> {
    if (!program) return std::nullopt;
    const auto operand = expression::evaluate(*program, scope);
    if (!operand || operand->is_absent() || operand->is_null()) return std::nullopt;
    const auto value = operand->integer();
    return value ? std::optional(std::clamp(*value, -kFigureMax, kFigureMax)) : std::nullopt;
  };
  for (Budget* budget : named(charge)) {
    learn_zone(*budget, scope);
    if (const auto max = number(budget->spec->learn_max); max && *max > 0) {
      if (budget->spec->max > 0) budget->max = *max;
      else budget->concurrent = std::min(budget->concurrent, static_cast<std::size_t>(*max));
    }
    auto used = number(budget->spec->learn_used);
    if (const auto left = number(budget->spec->learn_left)) used = budget->max - *left;
    expire(*budget, now);
    // What others of the same account have used counts here too, until it leaves the window.
    if (used && budget->zone && *used < budget->used) forget(*budget, budget->used - *used);  // one count for all, and the vendor keeps it
    if (used && *used > counted(*budget)) take(*budget, *used - counted(*budget), now);
  }
}

void Budgets::refused(const std::vector<std::string>& charge, const Failure& failure) {
  const Instant now = executor_.clock().now();
  const std::vector<Budget*> charged = named(charge);
  Budget* limit = nullptr;
  for (Budget* budget : charged) {
    if (!failure.limit.empty() && budget->spec->name == failure.limit) {
      limit = budget;
      break;
    }
    // The vendor does not say which: the narrowest is the one that a burst meets, and fewer at once are slower, too.
    if (!limit || budget->spec->window < limit->spec->window) limit = budget;
  }
  if (!limit) return;
  const bool known = now < limit->rests_until;  // requests that ran beside each other met the same refusal
  const std::int64_t ceiling = std::min(kRestCapMs, kRestBaseMs << std::min<std::uint32_t>(limit->refusals, 16));
  const Duration rest = failure.wait.value_or(Duration{rng_.between(0, ceiling)});
  limit->rests_until = std::max(limit->rests_until, now + rest);
  if (known) return;
  ++limit->refusals;
  limit->pace = std::max(kLeastPace, limit->pace / 2);
}

Duration Budgets::rest_until_reset(const std::string& limit) {
  const Instant now = executor_.clock().now();
  Duration rest = kUnknownReset;
  for (Budget& budget : budgets_) {
    if (budget.spec->name != limit) continue;
    if (const auto day = day_of(budget, now)) rest = day->ends - now;
    budget.rests_until = std::max(budget.rests_until, now + rest);
  }
  return rest;
}

void Budgets::accepted(const std::vector<std::string>& charge) {
  for (Budget* budget : named(charge)) {
    budget->refusals = 0;
    budget->pace = std::min(1.0, budget->pace + kPaceGain);
  }
}

std::map<std::string, Connector::LimitUse> Budgets::use() const {
  const Instant now = executor_.clock().now();
  std::map<std::string, Connector::LimitUse> out;
  for (const Budget& budget : budgets_) {
    Connector::LimitUse use;
    if (now < budget.rests_until) use.rests = budget.rests_until - now;
    if (budget.max == 0 && !use.rests) continue;
    use.max = budget.max;
    use.left = std::max<std::int64_t>(0, budget.max - counted(budget));
    use.kept = static_cast<std::int64_t>(static_cast<double>(budget.max) * budget.keep_share);
    const std::int64_t part = use.max - use.kept;
    if (budget.spec->by_default && !budget.spec->charge_elapsed_ms && budget.spec->window >= kLongWindow && part > 0 &&
        use.max - use.left >= part / kSparingFrom)
      use.sparing = Duration{budget.spec->window.count() * kSparingShare / part};
    // As it went since the oldest request that still counts.
    if (!budget.slices.empty() && budget.used > 0) {
      const Duration span = std::max(Duration{1}, now - (budget.day ? budget.day->began : budget.slices.front().first));
      const Duration to_come = budget.day ? budget.day->ends - now : budget.spec->window - span;
      const std::int64_t ours = std::max<std::int64_t>(0, use.left - use.kept);
      const double milliseconds = static_cast<double>(ours) * static_cast<double>(span.count()) / static_cast<double>(budget.used);
      if (milliseconds < static_cast<double>(to_come.count())) use.ends_in = Duration{static_cast<std::int64_t>(milliseconds)};
    }
    out[budget.spec->name] = use;
  }
  return out;
}

void Budgets::stop() {
  stopping_ = true;
  changed_.notify();
}

Task<bool> Budgets::pause(Duration duration) {
  const Instant until = executor_.clock().now() + duration;
  while (!stopping_ && executor_.clock().now() < until) co_await changed_.wait_until(until);
  co_return !stopping_;
}

}  // namespace lockstep::connector

#include "connector/budgets.h"

#include <algorithm>

#include "expression/operand.h"

namespace lockstep::connector {

namespace {
constexpr std::int64_t kSlices = 100;
constexpr Duration kPatience{120'000};
}  // namespace

Budgets::Budgets(const Definition& definition, Executor& executor) : executor_(executor), released_(executor) {
  for (const LimitSpec& spec : definition.limits) {
    Budget budget;
    budget.spec = &spec;
    budget.max = spec.max;
    budget.concurrent = spec.concurrent;
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

void Budgets::expire(Budget& budget, Instant now) const {
  while (!budget.slices.empty() && now - budget.slices.front().first >= budget.spec->window) {
    budget.used -= budget.slices.front().second;
    budget.slices.pop_front();
  }
}

void Budgets::take(Budget& budget, std::int64_t amount, Instant now) const {
  if (budget.max == 0 || amount <= 0) return;
  // Slices keep the books small; a slice counts until the youngest request in it may have left the window.
  const Duration width{std::max<std::int64_t>(1, budget.spec->window.count() / kSlices)};
  if (!budget.slices.empty() && now - budget.slices.back().first < width) budget.slices.back().second += amount;
  else budget.slices.emplace_back(now, amount);
  budget.slices.back().first = now;
  budget.used += amount;
}

Duration Budgets::wait_for(Budget& budget, Instant now) const {
  if (budget.concurrent > 0 && budget.in_flight >= budget.concurrent) return Duration{50};
  if (budget.max == 0) return Duration{0};
  expire(budget, now);
  const auto usable = std::max<std::int64_t>(1, static_cast<std::int64_t>(static_cast<double>(budget.max) * (1 - budget.spec->keep_share)));
  if (budget.used < usable) return Duration{0};
  return std::max(Duration{1}, budget.spec->window - (now - budget.slices.front().first));
}

Task<Outcome<void>> Budgets::admit(std::vector<std::string> charge) {
  const std::vector<Budget*> wanted = named(charge);
  for (;;) {
    const Instant now = executor_.clock().now();
    Duration wait{0};
    bool full = false;
    for (Budget* budget : wanted) {
      const Duration one = wait_for(*budget, now);
      if (one > wait) wait = one;
      full = full || (budget->concurrent > 0 && budget->in_flight >= budget->concurrent);
    }
    if (wait.count() == 0) {
      for (Budget* budget : wanted) {
        ++budget->in_flight;
        if (!budget->spec->charge_elapsed_ms) take(*budget, 1, now);
      }
      co_return Outcome<void>{};
    }
    if (wait > kPatience) {
      Failure failure;
      failure.failure_class = FailureClass::quota;
      failure.scope = FailureScope::limit;
      failure.message = "the budget of requests is used up for " + format_duration(wait);
      failure.wait = wait;
      co_return tl::unexpected(failure);
    }
    const Instant until = now + wait;
    if (full) {
      co_await released_.wait_until(now + Duration{1000});
    } else {
      co_await executor_.clock().sleep_until(until);
      if (executor_.clock().now() < until) {
        Failure stopped;
        stopped.failure_class = FailureClass::transient;
        stopped.scope = FailureScope::connection;
        stopped.message = "stopping";
        co_return tl::unexpected(stopped);
      }
    }
  }
}

void Budgets::release(const std::vector<std::string>& charge, Duration elapsed) {
  const Instant now = executor_.clock().now();
  for (Budget* budget : named(charge)) {
    if (budget->in_flight > 0) --budget->in_flight;
    if (budget->spec->charge_elapsed_ms) take(*budget, elapsed.count(), now);
  }
  released_.notify();
}

void Budgets::learn(const std::vector<std::string>& charge, Scope& scope) {
  const Instant now = executor_.clock().now();
  const auto number = [&](const ProgramRef& program) -> std::optional<std::int64_t> {
    if (!program) return std::nullopt;
    const auto operand = expression::evaluate(*program, scope);
    if (!operand || operand->is_absent() || operand->is_null()) return std::nullopt;
    const auto value = operand->integer();
    return value ? std::optional(*value) : std::nullopt;
  };
  for (Budget* budget : named(charge)) {
    if (const auto max = number(budget->spec->learn_max); max && *max > 0) {
      if (budget->spec->max > 0) budget->max = *max;
      else budget->concurrent = std::min(budget->spec->concurrent, static_cast<std::size_t>(*max));
    }
    auto used = number(budget->spec->learn_used);
    if (const auto left = number(budget->spec->learn_left)) used = budget->max - *left;
    // What others of the same account have used counts here too, until it leaves the window.
    expire(*budget, now);
    if (used && *used > budget->used) take(*budget, *used - budget->used, now);
  }
}

std::map<std::string, std::pair<std::int64_t, std::int64_t>> Budgets::left() const {
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> out;
  for (const Budget& budget : budgets_)
    if (budget.max > 0) out[budget.spec->name] = {std::max<std::int64_t>(0, budget.max - budget.used), budget.max};
  return out;
}

}  // namespace lockstep::connector

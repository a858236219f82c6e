// Rule 4: both sides changed to different values, and the policy of the field decides.
#include <algorithm>

#include "merge/order.h"
#include "merge/work.h"

namespace lockstep::merge {

namespace {

/// The owner of a field, if it holds the record at all: an owner that is not there owns nothing.
std::optional<ConnectionId> owner_of(const Work& work, const FieldPolicy& policy) {
  if (policy.strategy != Strategy::owner || policy.order.empty()) return std::nullopt;
  const ConnectionId owner = policy.order.front();
  if (owner == kHub) return owner;
  const Link* link = work.state.find(owner);
  if (!link || link->presence != LinkPresence::present) return std::nullopt;
  return owner;
}

std::size_t extent(const Value& value) {
  if (const std::string* text = value.get<std::string>()) return text->size();
  if (const List* list = value.get<List>()) return list->size();
  if (const Map* map = value.get<Map>()) {
    std::size_t sum = 0;
    for (const auto& [name, member] : *map) sum += extent(member);
    return sum;
  }
  return value.is_blank() ? 0 : 1;
}

bool contains(const List& list, const Value& element) { return std::ranges::find(list, element) != list.end(); }

/// Additions and removals of both sides: what the system added to its shadow is added, what it removed is removed.
Value united(const Value& golden, const Value& shadow, const Value& observed) {
  static const List kNone;
  const auto list_of = [](const Value& value) -> const List& { return value.get<List>() ? *value.get<List>() : kNone; };
  const List &before = list_of(shadow), &after = list_of(observed);
  List result;
  for (const Value& element : list_of(golden))
    if (!contains(before, element) || contains(after, element)) result.push_back(element);
  for (const Value& element : after)
    if (!contains(before, element)) result.push_back(element);
  make_set(result);
  return result.empty() && golden.is_null() && observed.is_null() ? Value{} : Value(std::move(result));
}

/// Survivorship rules that ask for a property of the values: positive when the observed one has more of it. A blank never
/// beats a value.
int by_value(Strategy strategy, const Value& observed, const Value& golden) {
  if (observed.is_blank() != golden.is_blank()) return observed.is_blank() ? -1 : 1;
  if (strategy == Strategy::longest) {
    const std::size_t a = extent(observed), b = extent(golden);
    if (a != b) return a > b ? 1 : -1;
  }
  const int order = lockstep::compare(observed, golden);
  return strategy == Strategy::minimum ? -order : order;
}

bool is_set(const Value& value) { return value.is_null() || value.get<List>(); }

}  // namespace

bool owned_elsewhere(const Work& work, const Link& link, FieldIndex field) {
  const auto owner = owner_of(work, work.policy_of(link.connection, field));
  return owner && *owner != link.connection;
}

bool outranks(const Work& work, FieldIndex field, const FieldPolicy& policy, const StampedValue& observed) {
  const GoldenField& golden = work.state.golden.fields[field.value()];
  if (policy.strategy == Strategy::prefer) {
    const std::size_t a = rank(observed.stamp.system, policy.order), b = rank(golden.stamp.system, policy.order);
    if (a != b) return a < b;
  }
  return compare(observed, StampedValue{golden.stamp, golden.value}, work.context.policy) > 0;
}

Verdict judge(const Work& work, const Link& link, FieldIndex field, const Value& observed, const Stamp& stamp) {
  const FieldPolicy& policy = work.policy_of(link.connection, field);
  const GoldenField& golden = work.state.golden.fields[field.value()];
  const StampedValue theirs{stamp, observed};
  Verdict verdict;
  const auto decided = [&](bool observed_wins) {
    verdict.kind = observed_wins ? Verdict::Kind::observed_wins : Verdict::Kind::golden_stands;
    return verdict;
  };
  switch (policy.strategy) {
    case Strategy::manual_review: verdict.kind = Verdict::Kind::review; return verdict;
    case Strategy::owner:
      if (const auto owner = owner_of(work, policy)) return decided(*owner == link.connection);
      break;
    case Strategy::union_of:
      if (!is_set(golden.value) || !is_set(observed)) break;
      verdict.kind = Verdict::Kind::merged;
      verdict.merged = united(golden.value, link.fields[field.value()].shadow.value_or(Value{}), observed);
      return verdict;
    case Strategy::maximum:
    case Strategy::minimum:
    case Strategy::longest: return decided(by_value(policy.strategy, observed, golden.value) > 0);
    case Strategy::newest_nonblank:
      if (observed.is_blank() != golden.value.is_blank()) return decided(golden.value.is_blank());
      break;
    case Strategy::prefer: return decided(outranks(work, field, policy, theirs));
    case Strategy::last_write_wins: break;
  }
  verdict.close_call = is_close_call(stamp, golden.stamp);
  if (verdict.close_call && policy.review_close_calls) {
    verdict.kind = Verdict::Kind::review;
    return verdict;
  }
  return decided(compare(theirs, StampedValue{golden.stamp, golden.value}, work.context.policy) > 0);
}

bool initial_winner(const Work& work, const Link& link, FieldIndex field, const Value& observed, const Stamp& stamp) {
  const GoldenField& golden = work.state.golden.fields[field.value()];
  if (const auto owner = owner_of(work, work.policy_of(link.connection, field))) return *owner == link.connection;
  const auto& order = work.context.policy.initial_order;
  if (!order.empty()) {
    const std::size_t a = rank(stamp.system, order), b = rank(golden.stamp.system, order);
    if (a != b) return a < b;
  }
  return compare(StampedValue{stamp, observed}, StampedValue{golden.stamp, golden.value}, work.context.policy) > 0;
}

}  // namespace lockstep::merge

// What queries do beyond finding rows: groups, semi-joins, children.
#include <algorithm>
#include <map>
#include <set>

#include "emulators/salesforce/evaluate.h"

namespace lockstep::emulators::salesforce {
namespace {

/// One aggregate over the rows of a group.
class Tally {
 public:
  void add(const Aggregate& aggregate, ValueView value) {
    if (is_null(value)) return;
    ++count_;
    if (aggregate.function == Function::count_distinct) distinct_.insert(own(value));
    if (const std::int64_t* integer = std::get_if<std::int64_t>(&value)) sum_ += static_cast<double>(*integer);
    if (const double* real = std::get_if<double>(&value)) sum_ += *real;
    const Field& field = *aggregate.path.field;
    if (is_null(view(least_)) || compare(field, value, view(least_)) < 0) least_ = own(value);
    if (is_null(view(most_)) || compare(field, value, view(most_)) > 0) most_ = own(value);
  }

  Value result(const Aggregate& aggregate) const {
    switch (aggregate.function) {
      case Function::count: return Value(count_);
      case Function::count_distinct: return Value(static_cast<std::int64_t>(distinct_.size()));
      case Function::min: return least_;
      case Function::max: return most_;
      case Function::sum: return count_ == 0 ? Value{} : Value(sum_);
      case Function::avg: return count_ == 0 ? Value{} : Value(sum_ / static_cast<double>(count_));
      case Function::grouping: break;  // of the group, not of its rows
    }
    return {};
  }

 private:
  std::int64_t count_ = 0;
  double sum_ = 0;
  Value least_, most_;
  std::set<Value> distinct_;
};

struct Group {
  std::vector<Value> key;
  std::vector<Value> results;  // of the aggregates
};

/// Which of the grouped fields that is. Precondition: it is one.
std::size_t group_of(const Query& query, const FieldPath& path) {
  auto known = std::find_if(query.group.begin(), query.group.end(), [&](const FieldPath& each) { return each.same(path); });
  return static_cast<std::size_t>(known - query.group.begin());
}

double number(ValueView value) {
  if (const std::int64_t* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  const double* real = std::get_if<double>(&value);
  return real ? *real : 0;
}

bool before(const Query& query, const Group& a, const Group& b) {
  for (const OrderItem& item : query.order) {
    std::size_t place = item.aggregate ? *item.aggregate : group_of(query, item.path);
    ValueView left = view((item.aggregate ? a.results : a.key)[place]), right = view((item.aggregate ? b.results : b.key)[place]);
    if (is_null(left) != is_null(right)) return is_null(left) != item.nulls_last;
    bool least_or_most = item.aggregate && (query.aggregates[place].function == Function::min || query.aggregates[place].function == Function::max);
    const Field* field = !item.aggregate ? item.path.field : least_or_most ? query.aggregates[place].path.field : nullptr;
    double order = field ? compare(*field, left, right) : number(left) - number(right);
    if (order != 0) return item.descending ? order > 0 : order < 0;
  }
  return false;
}

using Mask = unsigned;  // bit i: the i-th grouped field is one that its group does not tell apart

/// The groups that each row belongs to: its own, and those of the subtotals.
std::vector<Mask> masks_of(const Query& query) {
  std::vector<Mask> masks{0};
  std::size_t fields = query.group.size();
  Mask all = (Mask{1} << fields) - 1;
  if (query.subtotals == Query::Subtotals::rollup) {
    for (std::size_t told = fields; told-- > 0;) masks.push_back(all & ~((Mask{1} << told) - 1));
  } else if (query.subtotals == Query::Subtotals::cube) {
    for (Mask mask = 1; mask <= all; ++mask) masks.push_back(mask);
  }
  return masks;
}

void bind(const Org& org, Condition& condition) {
  for (Condition& part : condition.parts) bind(org, part);
  if (!condition.subquery) return;
  bind_subqueries(org, *condition.subquery);
  std::set<Value> values;
  for (RowNumber row : find_rows(org, *condition.subquery, false)) {
    Value value = own(value_at(org, *condition.subquery->object, row, condition.subquery->select.front()));
    if (!is_null(view(value))) values.insert(std::move(value));
  }
  condition.values.assign(values.begin(), values.end());
}

}  // namespace

void bind_subqueries(const Org& org, Query& query) {
  if (query.where) bind(org, *query.where);
  for (const auto& child : query.children) bind_subqueries(org, *child);
}

std::vector<RowNumber> find_children(const Org& org, const Query& child, std::string_view parent_id, bool all) {
  Condition hangs;
  hangs.path = {{}, child.object, &child.object->field(child.relation->field), false};
  hangs.values = {Value(std::string(parent_id))};
  Query bound = child;
  if (bound.where) {
    Condition both;
    both.kind = Condition::Kind::all_of;
    both.parts = {std::move(hangs), std::move(*bound.where)};
    bound.where = std::move(both);
  } else {
    bound.where = std::move(hangs);
  }
  std::vector<RowNumber> rows = find_rows(org, bound, all);
  rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(std::min(bound.offset, rows.size())));
  return rows;
}

std::vector<std::vector<Value>> aggregate_rows(const Org& org, const Query& query, const std::vector<RowNumber>& rows) {
  std::map<std::pair<std::vector<Value>, Mask>, std::vector<Tally>> groups;
  if (query.group.empty()) groups[{}].resize(query.aggregates.size());
  const std::vector<Mask> masks = masks_of(query);
  for (RowNumber row : rows) {
    std::vector<Value> key;
    for (const FieldPath& path : query.group) key.push_back(own(value_at(org, *query.object, row, path)));
    for (Mask mask : masks) {
      std::vector<Value> told = key;
      for (std::size_t i = 0; i < told.size(); ++i) {
        if (mask & (Mask{1} << i)) told[i] = Value{};
      }
      std::vector<Tally>& tallies = groups[{std::move(told), mask}];
      tallies.resize(query.aggregates.size());
      for (std::size_t i = 0; i < tallies.size(); ++i) tallies[i].add(query.aggregates[i], value_at(org, *query.object, row, query.aggregates[i].path));
    }
  }
  std::vector<Group> answer;
  for (const auto& [key, tallies] : groups) {
    Group group{key.first, {}};
    for (std::size_t i = 0; i < tallies.size(); ++i) {
      const Aggregate& aggregate = query.aggregates[i];
      bool grouping = aggregate.function == Function::grouping;
      group.results.push_back(grouping ? Value(std::int64_t{(key.second >> group_of(query, aggregate.path)) & 1u}) : tallies[i].result(aggregate));
    }
    auto compares_group = [&](const Condition& each) {
      return compares(each, view(each.aggregate ? group.results[*each.aggregate] : group.key[group_of(query, each.path)]));
    };
    if (!query.having || holds(*query.having, compares_group)) answer.push_back(std::move(group));
  }
  std::stable_sort(answer.begin(), answer.end(), [&](const Group& a, const Group& b) { return before(query, a, b); });
  if (query.limit && answer.size() > *query.limit) answer.resize(*query.limit);
  std::vector<std::vector<Value>> values;
  for (Group& group : answer) {
    std::vector<Value>& line = values.emplace_back();
    for (const FieldPath& path : query.select) line.push_back(group.key[group_of(query, path)]);
    line.insert(line.end(), group.results.begin(), group.results.end());
  }
  return values;
}

}  // namespace lockstep::emulators::salesforce

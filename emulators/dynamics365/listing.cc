#include "emulators/dynamics365/listing.h"

#include <algorithm>
#include <limits>

#include "emulators/dynamics365/values.h"

namespace lockstep::emulators::dynamics365 {
namespace {

/// Where the previous page ended: the order's values and the id of its last row.
struct Position {
  std::vector<Value> values;
  std::string id;
};

std::optional<Position> position_of(const json::object& state) {
  const json::value* id = state.if_contains("id");
  if (!id) return std::nullopt;
  Position position;
  position.id = std::string(text_of(scalar_of(*id)));
  if (const json::value* values = state.if_contains("values"); values && values->is_array()) {
    for (const json::value& each : values->get_array()) position.values.push_back(own(scalar_of(each)));
  }
  return position;
}

class Walk {
 public:
  Walk(const TableSpec& table, const Users& users, const QueryOptions& options) : table_(table), users_(users), options_(options) {
    if (options.filter) conjuncts_ = options.filter->conjuncts();
  }

  /// Visits fitting rows in order, behind `after`, until `visit` returns false.
  template <class Visit>
  void run(const std::optional<Position>& after, Visit visit) {
    if (auto candidates = by_index()) return gathered(std::move(*candidates), after, visit);
    const Column* first = options_.order.empty() ? nullptr : options_.order.front().column;
    bool ascending = options_.order.empty() || !options_.order.front().descending;
    if (!first || (first->source == Source::key && ascending)) return by_id(after, visit);
    bool key_next = options_.order.size() == 1 || (options_.order[1].column->source == Source::key && !options_.order[1].descending);
    if (first->source == Source::modified_on && ascending && key_next) return by_modified(after, visit);
    if (first->source == Source::version && ascending && !table_.rows->out_of_order()) return by_version(after, visit);
    std::vector<RowNumber> all(table_.rows->row_count());
    for (RowNumber row = 0; row < all.size(); ++row) all[row] = row;
    gathered(std::move(all), after, visit);
  }

  Position position(RowNumber row) const {
    Position position;
    for (const Ordering& each : options_.order) position.values.push_back(own(ordered_by(row, each)));
    position.id = table_.rows->record(row).id;
    return position;
  }

 private:
  bool fits(RowNumber row) const {
    if (table_.rows->record(row).deleted) return false;
    return !options_.filter || options_.filter->matches(table_, users_, row);
  }

  /// What a row has its place by: of a lookup the name of the row that it leads to.
  ValueView ordered_by(RowNumber row, const Ordering& each) const {
    ValueView held = value_of(table_, users_, row, *each.column);
    if (each.targets.empty() || is_null(held)) return held;
    std::string_view target = target_of(table_, row, *each.column);
    for (const TableSpec* table : each.targets) {
      RowNumber found = table->name == target ? table->rows->find(text_of(held)) : kNoRow;
      const Column* name = found == kNoRow ? nullptr : table->column(table->name_column);
      if (name) return value_of(*table, users_, found, *name);
    }
    return ValueView();
  }

  /// Few rows by a condition on the key or an indexed column; nothing when no condition helps.
  std::optional<std::vector<RowNumber>> by_index() const {
    for (const Filter* each : conjuncts_) {
      bool one = each->kind == Filter::Kind::equal && !is_null(view(each->value));
      if (!one && each->kind != Filter::Kind::any_value) continue;
      std::vector<Value> wanted = one ? std::vector<Value>{each->value} : each->values;
      bool key = each->column->source == Source::key;
      if (!key && (each->column->source != Source::stored || !table_.rows->has_index(each->column->field))) continue;
      std::vector<RowNumber> rows;
      for (const Value& value : wanted) {
        if (key) {
          RowNumber row = table_.rows->find(text_of(view(value)));
          if (row != kNoRow) rows.push_back(row);
        } else {
          for (RowNumber row : table_.rows->find_equal(each->column->field, view(value))) rows.push_back(row);
        }
      }
      std::sort(rows.begin(), rows.end());
      rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
      return rows;
    }
    return std::nullopt;
  }

  int compare(RowNumber row, const Position& position) const {
    for (std::size_t i = 0; i < options_.order.size() && i < position.values.size(); ++i) {
      const Ordering& each = options_.order[i];
      int order = compare_values(ordered_by(row, each), view(position.values[i]));
      if (order != 0) return each.descending ? -order : order;
    }
    return table_.rows->record(row).id.compare(position.id);
  }

  bool before(RowNumber a, RowNumber b) const {
    for (const Ordering& each : options_.order) {
      int order = compare_values(ordered_by(a, each), ordered_by(b, each));
      if (order != 0) return each.descending ? order > 0 : order < 0;
    }
    return table_.rows->record(a).id < table_.rows->record(b).id;
  }

  template <class Visit>
  void gathered(std::vector<RowNumber> rows, const std::optional<Position>& after, Visit visit) const {
    std::erase_if(rows, [&](RowNumber row) { return !fits(row) || (after && compare(row, *after) <= 0); });
    std::sort(rows.begin(), rows.end(), [&](RowNumber a, RowNumber b) { return before(a, b); });
    for (RowNumber row : rows) {
      if (!visit(row)) return;
    }
  }

  template <class Visit>
  void by_id(const std::optional<Position>& after, Visit visit) const {
    const auto& index = table_.rows->by_id();
    auto at = after ? index.upper_bound(after->id) : index.begin();
    for (; at != index.end(); ++at) {
      if (fits(at->second) && !visit(at->second)) return;
    }
  }

  /// The bounds that the filter sets on `source`.
  std::pair<std::int64_t, std::int64_t> bounds(Source source) const {
    std::int64_t low = std::numeric_limits<std::int64_t>::min(), high = std::numeric_limits<std::int64_t>::max();
    for (const Filter* each : conjuncts_) {
      const std::int64_t* value = std::get_if<std::int64_t>(&each->value);
      if (!each->column || each->column->source != source || !value) continue;
      if (each->kind == Filter::Kind::at_least || each->kind == Filter::Kind::greater) low = std::max(low, *value);
      if (each->kind == Filter::Kind::at_most || each->kind == Filter::Kind::less) high = std::min(high, *value);
    }
    return {low, high};
  }

  template <class Visit>
  void by_modified(const std::optional<Position>& after, Visit visit) const {
    auto [low, high] = bounds(Source::modified_on);
    const auto& index = table_.rows->by_modified();
    auto at = index.lower_bound({WallTime{low}, "", 0});
    if (after && !after->values.empty()) {
      const std::int64_t* modified = std::get_if<std::int64_t>(&after->values.front());
      if (modified) at = index.upper_bound({WallTime{*modified}, after->id, 0});
    }
    for (; at != index.end() && at->modified.ms <= high; ++at) {
      if (fits(at->row) && !visit(at->row)) return;
    }
  }

  template <class Visit>
  void by_version(const std::optional<Position>& after, Visit visit) const {
    auto [low, high] = bounds(Source::version);
    if (after && !after->values.empty()) {
      const std::int64_t* version = std::get_if<std::int64_t>(&after->values.front());
      if (version) low = std::max(low, *version + 1);
    }
    const auto& index = table_.rows->by_version();
    for (auto at = index.lower_bound(static_cast<std::uint64_t>(std::max<std::int64_t>(low, 0))); at != index.end(); ++at) {
      if (static_cast<std::int64_t>(at->first) > high) return;
      if (fits(at->second) && !visit(at->second)) return;
    }
  }

  const TableSpec& table_;
  const Users& users_;
  const QueryOptions& options_;
  std::vector<const Filter*> conjuncts_;
};

std::int64_t next_page_number(const json::object& state) {
  const json::value* page = state.if_contains("page");
  return (page && page->is_int64() ? page->get_int64() : 1) + 1;
}

}  // namespace

Filter rows_of(const Collection& collection, std::string_view id, const std::optional<Filter>& filter) {
  Filter both;
  Filter& belongs = both.parts.emplace_back();
  belongs.kind = Filter::Kind::equal;
  belongs.column = collection.column;
  belongs.value = Value(std::string(id));
  if (collection.through) {
    Filter tied;
    tied.kind = Filter::Kind::any_related;
    tied.column = collection.far;
    tied.from = collection.through;
    tied.parts.push_back(std::move(belongs));
    both.parts.front() = std::move(tied);
  }
  if (filter) both.parts.push_back(*filter);
  return both;
}

Page list_rows(const TableSpec& table, const Users& users, const QueryOptions& options, std::size_t page_size, const json::object& state) {
  Page page;
  bool more = false;
  Walk walk(table, users, options);
  walk.run(position_of(state), [&](RowNumber row) {
    more = page.rows.size() == page_size;
    if (!more) page.rows.push_back(row);
    return !more;
  });
  if (more) page.next = state_behind(table, users, options, page.rows.back(), state);
  return page;
}

json::object state_behind(const TableSpec& table, const Users& users, const QueryOptions& options, RowNumber row, const json::object& state) {
  Position end = Walk(table, users, options).position(row);
  json::array values;
  for (const Value& value : end.values) values.push_back(to_json(view(value)));
  return json::object{{"page", next_page_number(state)}, {"id", end.id}, {"values", std::move(values)}};
}

std::size_t count_rows(const TableSpec& table, const Users& users, const QueryOptions& options, std::size_t cap) {
  std::size_t count = 0;
  QueryOptions unordered;
  unordered.filter = options.filter;
  Walk(table, users, unordered).run(std::nullopt, [&](RowNumber) { return ++count < cap; });
  return count;
}

Page list_changes(const TableSpec& table, std::uint64_t from, std::uint64_t to, std::size_t page_size, const json::object& state) {
  Page page;
  const auto& index = table.rows->by_version();
  const json::value* at = state.if_contains("at");
  const json::value* dead = state.if_contains("dead");
  bool start_dead = dead && dead->is_bool() && dead->get_bool();
  for (bool deleted : {false, true}) {
    if (start_dead && !deleted) continue;
    std::uint64_t begin = from;
    if (at && at->is_int64() && deleted == start_dead) begin = static_cast<std::uint64_t>(at->get_int64());
    std::uint64_t last = begin;
    for (auto each = index.upper_bound(begin); each != index.end() && each->first <= to; ++each) {
      if (table.rows->record(each->second).deleted != deleted) continue;
      if (page.rows.size() + page.deleted.size() == page_size) {
        page.next = json::object{{"page", next_page_number(state)}, {"dead", deleted}, {"at", last}};
        return page;
      }
      (deleted ? page.deleted : page.rows).push_back(each->second);
      last = each->first;
    }
  }
  return page;
}

}  // namespace lockstep::emulators::dynamics365

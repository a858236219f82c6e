// How rows are found without looking at all of them: by id, by an indexed field, or along (stamp, id) from a
// bound.
#include <algorithm>
#include <functional>
#include <limits>
#include <optional>

#include "emulators/salesforce/evaluate.h"

namespace lockstep::emulators::salesforce {
namespace {

using Bound = std::optional<std::int64_t>;

bool is_stamp(const FieldPath& path) { return path.hops.empty() && path.field->source == Source::system_modstamp; }
bool is_id(const FieldPath& path) { return path.hops.empty() && path.field->source == Source::id; }

/// Every matching row has a stamp of at least (most) this; nothing when the condition does not say.
Bound stamp_bound(const Condition& condition, bool lower) {
  if (condition.kind == Condition::Kind::comparison) {
    const std::int64_t* stamp = is_stamp(condition.path) ? std::get_if<std::int64_t>(&condition.values.front()) : nullptr;
    if (!stamp) return std::nullopt;
    switch (condition.comparator) {
      case Comparator::equal: return *stamp;
      case Comparator::greater:
      case Comparator::greater_or_equal: return lower ? Bound(*stamp) : std::nullopt;
      case Comparator::less:
      case Comparator::less_or_equal: return lower ? std::nullopt : Bound(*stamp);
      default: return std::nullopt;
    }
  }
  if (condition.kind == Condition::Kind::negation) return std::nullopt;
  bool all = condition.kind == Condition::Kind::all_of;
  Bound best;
  for (const Condition& part : condition.parts) {
    Bound bound = stamp_bound(part, lower);
    if (!bound && !all) return std::nullopt;
    if (!bound) continue;
    bool tighter = best && (all == lower ? *bound > *best : *bound < *best);
    if (!best || tighter) best = bound;
  }
  return best;
}

/// What the condition says about ids under the assumption that the stamp is `stamp` (nothing: no assumption).
struct IdBound {
  bool possible = true;  // false: no row with that stamp can match
  std::string above;     // ids are not below this; empty: no bound
};

IdBound id_bound_of_comparison(const Condition& condition, Bound stamp) {
  IdBound bound;
  if (is_stamp(condition.path) && stamp) {
    const std::int64_t* given = std::get_if<std::int64_t>(&condition.values.front());
    if (!given) return bound;
    if (condition.comparator == Comparator::greater) bound.possible = *stamp > *given;
    if (condition.comparator == Comparator::greater_or_equal) bound.possible = *stamp >= *given;
    if (condition.comparator == Comparator::equal) bound.possible = *stamp == *given;
  }
  bool from_below = condition.comparator == Comparator::greater || condition.comparator == Comparator::greater_or_equal;
  if (is_id(condition.path) && from_below) bound.above = std::string(text_of(view(condition.values.front())));
  return bound;
}

IdBound id_bound(const Condition& condition, Bound stamp) {
  if (condition.kind == Condition::Kind::comparison) return id_bound_of_comparison(condition, stamp);
  IdBound joined;
  if (condition.kind == Condition::Kind::negation) return joined;
  bool all = condition.kind == Condition::Kind::all_of;
  joined.possible = all;
  bool first = true;
  for (const Condition& part : condition.parts) {
    IdBound bound = id_bound(part, stamp);
    if (all) {
      joined.possible = joined.possible && bound.possible;
      joined.above = std::max(joined.above, bound.above);
    } else if (bound.possible) {
      joined.possible = true;
      joined.above = first ? bound.above : std::min(joined.above, bound.above);
      first = false;
    }
  }
  return joined;
}

/// Rows named by an equality on the id or on an indexed field that every match must satisfy.
std::optional<std::vector<RowNumber>> named_rows(const ObjectType& object, const Condition& condition) {
  if (condition.kind == Condition::Kind::all_of) {
    for (const Condition& part : condition.parts) {
      if (auto rows = named_rows(object, part)) return rows;
    }
    return std::nullopt;
  }
  bool equality = condition.comparator == Comparator::equal || condition.comparator == Comparator::in;
  if (condition.kind != Condition::Kind::comparison || !equality || !condition.path.hops.empty()) return std::nullopt;
  const Field& field = *condition.path.field;
  bool by_id = field.source == Source::id;
  if (!by_id && !(field.source == Source::stored && object.table->has_index(field.column))) return std::nullopt;
  std::vector<RowNumber> rows;
  for (const Value& value : condition.values) {
    if (is_null(view(value))) return std::nullopt;
    if (by_id) {
      RowNumber row = object.table->find(text_of(view(value)));
      if (row != kNoRow) rows.push_back(row);
    } else {
      std::vector<RowNumber> more = object.table->find_equal(field.column, view(value));
      rows.insert(rows.end(), more.begin(), more.end());
    }
  }
  std::sort(rows.begin(), rows.end(), [&](RowNumber a, RowNumber b) { return object.table->record(a).id < object.table->record(b).id; });
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

bool ascending(const Query& query, std::size_t item) { return !query.order[item].descending; }

/// Whether walking along (stamp, id) meets the rows in the wanted order.
bool stamp_order(const Query& query) {
  const auto& order = query.order;
  if (order.empty() || !is_stamp(order[0].path) || !ascending(query, 0)) return false;
  return order.size() == 1 || (is_id(order[1].path) && ascending(query, 1));
}

bool id_order(const Query& query) { return query.order.empty() || (is_id(query.order[0].path) && ascending(query, 0)); }

class Finder {
 public:
  Finder(const Org& org, const Query& query, bool all) : org_(org), query_(query), object_(*query.object), all_(all) {}

  std::vector<RowNumber> rows() {
    std::optional<std::vector<RowNumber>> named;
    if (query_.where) named = named_rows(object_, *query_.where);
    Bound from = query_.where ? stamp_bound(*query_.where, true) : std::nullopt;
    if (named) {
      in_order_ = id_order(query_);
      for (RowNumber row : *named) {
        if (!offer(row)) break;
      }
    } else if (stamp_order(query_) || (from && !id_order(query_)) || (from && !query_.limit)) {
      in_order_ = stamp_order(query_);
      walk_stamps(from);
    } else {
      in_order_ = id_order(query_);
      walk_ids();
    }
    if (!in_order_) sort();
    if (query_.limit && found_.size() > wanted()) found_.resize(wanted());
    return std::move(found_);
  }

 private:
  std::size_t wanted() const { return query_.limit ? *query_.limit + query_.offset : std::numeric_limits<std::size_t>::max(); }

  /// False when enough has been found.
  bool offer(RowNumber row) {
    if (in_order_ && found_.size() >= wanted()) return false;
    const Record& record = object_.table->record(row);
    bool visible = all_ ? !org_.is_gone(record) : !record.deleted && !record.archived;
    if (visible && (!query_.where || holds(org_, object_, row, *query_.where))) found_.push_back(row);
    return true;
  }

  void walk_stamps(Bound from) {
    Bound to = query_.where ? stamp_bound(*query_.where, false) : std::nullopt;
    IdBound ids = query_.where && from ? id_bound(*query_.where, from) : IdBound{};
    ModifiedKey start{WallTime{from.value_or(std::numeric_limits<std::int64_t>::min())}, ids.above, kNoRow};
    if (from && !ids.possible) start = {WallTime{*from + 1}, "", kNoRow};
    const auto& rows = object_.table->by_modified();
    for (auto at = rows.lower_bound(start); at != rows.end(); ++at) {
      if (to && at->modified.ms > *to) break;
      if (!offer(at->row)) break;
    }
  }

  void walk_ids() {
    IdBound ids = query_.where ? id_bound(*query_.where, std::nullopt) : IdBound{};
    const auto& rows = object_.table->by_id();
    for (auto at = rows.lower_bound(ids.above); at != rows.end(); ++at) {
      if (!offer(at->second)) break;
    }
  }

  void sort() {
    std::stable_sort(found_.begin(), found_.end(), [&](RowNumber a, RowNumber b) {
      for (const OrderItem& item : query_.order) {
        ValueView left = value_at(org_, object_, a, item.path), right = value_at(org_, object_, b, item.path);
        if (is_null(left) != is_null(right)) return is_null(left) != item.nulls_last;
        int order = compare(*item.path.field, left, right);
        if (order != 0) return item.descending ? order > 0 : order < 0;
      }
      return object_.table->record(a).id < object_.table->record(b).id;
    });
  }

  const Org& org_;
  const Query& query_;
  const ObjectType& object_;
  bool all_;
  bool in_order_ = false;
  std::vector<RowNumber> found_;
};

}  // namespace

std::vector<RowNumber> find_rows(const Org& org, const Query& query, bool all) { return Finder(org, query, all).rows(); }

}  // namespace lockstep::emulators::salesforce

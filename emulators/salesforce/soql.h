#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/salesforce/errors.h"
#include "emulators/salesforce/relations.h"
#include "emulators/salesforce/schema.h"

namespace lockstep::emulators::salesforce {

/// A field, possibly of a parent: Account.Name is the hop AccountId and then Name.
struct FieldPath {
  std::vector<const Field*> hops;
  const ObjectType* owner = nullptr;  // the object that `field` belongs to
  const Field* field = nullptr;
  bool polymorphic = false;     // the last hop may lead to several objects: the field is meant by its name
  const Field* date = nullptr;  // of CALENDAR_YEAR(CreatedDate): the date, of which `field` is a part
  std::string alias;            // what a selected one is called in the answer; empty: by its field
  bool same(const FieldPath& other) const { return field == other.field && date == other.date && hops == other.hops; }
};

enum class Comparator { equal, not_equal, less, less_or_equal, greater, greater_or_equal, like, in, not_in };

struct Query;

struct Condition {
  enum class Kind { comparison, all_of, any_of, negation };
  Kind kind = Kind::comparison;
  std::vector<Condition> parts;          // all but comparison
  FieldPath path;                        // comparison
  std::optional<std::size_t> aggregate;  // of HAVING, instead of the path: which of the query's; `path` says how its values compare
  Comparator comparator = Comparator::equal;
  std::vector<Value> values;        // typed as the field stores them; several for in
  std::shared_ptr<Query> subquery;  // in, not_in: whose first selected field gives the values
};

struct OrderItem {
  FieldPath path;
  bool descending = false;
  bool nulls_last = false;
  std::optional<std::size_t> aggregate;  // instead of the path: which of the query's
};

enum class Function { count, count_distinct, min, max, sum, avg, grouping };

struct Aggregate {
  Function function = Function::count;
  FieldPath path;
  std::string name;  // in the answer; empty: groups are ordered by it alone
};

struct TypeOf {
  const Field* reference = nullptr;
  std::vector<std::pair<const ObjectType*, std::vector<const Field*>>> when;
  std::vector<std::string> otherwise;  // fields by name, of whatever it is
};

struct Query {
  const ObjectType* object = nullptr;
  std::string alias;                        // FROM Contact c: what its fields may be prefixed with
  const ChildRelation* relation = nullptr;  // child queries: how its rows hang on the parent
  bool count = false;                       // SELECT COUNT()
  bool all_custom = false;                  // FIELDS(ALL) or FIELDS(CUSTOM)
  int unnamed = 0;                          // aggregates without a name
  std::vector<FieldPath> select;
  std::vector<Aggregate> aggregates;
  std::vector<FieldPath> group;
  enum class Subtotals { none, rollup, cube } subtotals = Subtotals::none;
  std::optional<Condition> having;
  std::vector<std::shared_ptr<Query>> children;
  std::vector<TypeOf> type_ofs;
  std::optional<Condition> scope;  // USING SCOPE, until it is part of `where`
  std::optional<Condition> where;
  std::vector<OrderItem> order;
  std::optional<std::size_t> limit;
  std::size_t offset = 0;
};

/// §9.4: SELECT with parent paths, child queries, TYPEOF, FIELDS, aggregates; WHERE with semi-joins and ranges of days; GROUP BY, HAVING,
/// ORDER BY, LIMIT, OFFSET. `now`: what TODAY is. Refusals: MALFORMED_QUERY, INVALID_FIELD, INVALID_TYPE, INVALID_QUERY_FILTER_OPERATOR with the place in the text.
Outcome<Query> parse_soql(const Schema& schema, std::string_view text, WallTime now);

}  // namespace lockstep::emulators::salesforce

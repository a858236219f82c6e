#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/salesforce/errors.h"
#include "emulators/salesforce/schema.h"

namespace lockstep::emulators::salesforce {

/// A field, possibly of a parent: Account.Name is the hop AccountId and then Name.
struct FieldPath {
  std::vector<const Field*> hops;
  const ObjectType* owner = nullptr;  // the object that `field` belongs to
  const Field* field = nullptr;
};

enum class Comparator { equal, not_equal, less, less_or_equal, greater, greater_or_equal, like, in, not_in };

struct Condition {
  enum class Kind { comparison, all_of, any_of, negation };
  Kind kind = Kind::comparison;
  std::vector<Condition> parts;  // all but comparison
  FieldPath path;                // comparison
  Comparator comparator = Comparator::equal;
  std::vector<Value> values;  // typed as the field stores them; several for in
};

struct OrderItem {
  FieldPath path;
  bool descending = false;
  bool nulls_last = false;
};

struct Query {
  const ObjectType* object = nullptr;
  bool count = false;  // SELECT COUNT()
  std::vector<FieldPath> select;
  std::optional<Condition> where;
  std::vector<OrderItem> order;
  std::optional<std::size_t> limit;
  std::size_t offset = 0;
};

/// The subset of §9.4: SELECT with parent paths, COUNT(), WHERE, ORDER BY, LIMIT, OFFSET. Refusals:
/// MALFORMED_QUERY, INVALID_FIELD, INVALID_TYPE, INVALID_QUERY_FILTER_OPERATOR with the place in the text.
Outcome<Query> parse_soql(const Schema& schema, std::string_view text);

}  // namespace lockstep::emulators::salesforce

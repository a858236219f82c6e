#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.h"
#include "base/ulid.h"

namespace lockstep {

/// A decimal number as canonical text ("-12.5", "0", no exponent, no leading or trailing zeros): CRM numbers are
/// decimals, and a binary float would drift from system to system.
struct Decimal {
  std::string text;
  bool operator==(const Decimal&) const = default;
};
/// Any JSON number or plain decimal text to its canonical form. Error: invalid_input (also beyond 40 digits).
Result<Decimal> parse_decimal(std::string_view text);
int compare(const Decimal& a, const Decimal& b);

/// A record in one system. `object` is the connector's name of the object ("Contact"), since ids are unique per
/// object only.
struct RemoteId {
  std::string object;
  std::string id;
  auto operator<=>(const RemoteId&) const = default;
  bool empty() const { return id.empty(); }
};

/// A reference to another entity (canonical) or, on the wire side of a lens, to a remote record.
struct EntityRef {
  Ulid entity;
  auto operator<=>(const EntityRef&) const = default;
};

struct Null {
  auto operator<=>(const Null&) const = default;
};

/// Kept beside the value that holds it: it is rare and the largest by far, and every value is as large as the largest.
class BoxedRemoteId {
 public:
  explicit BoxedRemoteId(RemoteId id) : id_(std::make_unique<RemoteId>(std::move(id))) {}
  BoxedRemoteId(const BoxedRemoteId& other) : id_(other.id_ ? std::make_unique<RemoteId>(*other.id_) : nullptr) {}
  BoxedRemoteId(BoxedRemoteId&&) noexcept = default;
  BoxedRemoteId& operator=(const BoxedRemoteId& other) { return *this = BoxedRemoteId(other); }
  BoxedRemoteId& operator=(BoxedRemoteId&&) noexcept = default;
  bool operator==(const BoxedRemoteId& other) const { return id_ && other.id_ ? *id_ == *other.id_ : id_ == other.id_; }
  RemoteId* get() const { return id_.get(); }

 private:
  std::unique_ptr<RemoteId> id_;  // null: it was moved away
};

class Value;
/// A set (sorted, unique) or a list; which one is told by the field's type.
using List = std::vector<Value>;
/// Members sorted by name: a field group, or a map of an expression.
using Map = std::vector<std::pair<std::string, Value>>;

/// A canonical value: what the hub compares, merges and stores. Absent is not a Value: it is a slot without one.
class Value {
 public:
  enum class Kind { null, boolean, integer, decimal, text, instant, date, entity, remote, list, map };

  Value() = default;
  Value(Null) {}
  explicit Value(bool v) : storage_(v) {}
  explicit Value(std::int64_t v) : storage_(v) {}
  explicit Value(Decimal v) : storage_(std::move(v)) {}
  explicit Value(std::string v) : storage_(std::move(v)) {}
  explicit Value(std::string_view v) : storage_(std::string(v)) {}
  explicit Value(const char* v) : storage_(std::string(v)) {}
  explicit Value(WallTime v) : storage_(v) {}
  explicit Value(Date v) : storage_(v) {}
  explicit Value(EntityRef v) : storage_(v) {}
  explicit Value(RemoteId v) : storage_(BoxedRemoteId(std::move(v))) {}
  explicit Value(List v) : storage_(std::move(v)) {}
  explicit Value(Map v) : storage_(std::move(v)) {}
  /// Makes it a text, list, … and gives that back, to be filled where it is.
  template <class T>
  T& emplace() {
    return storage_.emplace<T>();
  }

  Kind kind() const { return static_cast<Kind>(storage_.index()); }
  bool is_null() const { return storage_.index() == 0; }
  template <class T>
  const T* get() const {
    return const_cast<Value*>(this)->get<T>();
  }
  template <class T>
  T* get() {
    if constexpr (std::is_same_v<T, RemoteId>) {
      const BoxedRemoteId* boxed = std::get_if<BoxedRemoteId>(&storage_);
      return boxed ? boxed->get() : nullptr;
    } else {
      return std::get_if<T>(&storage_);
    }
  }

  /// Null, empty text, empty list, or a map whose members are all blank.
  bool is_blank() const;
  /// A member of a map, or nullptr.
  const Value* member(std::string_view name) const;
  bool operator==(const Value&) const = default;

 private:
  std::variant<Null, bool, std::int64_t, Decimal, std::string, WallTime, Date, EntityRef, BoxedRemoteId, List, Map> storage_;  // in the order of Kind
};

/// A total order (kind first) that is stable over builds: for sets, tie-breaks and canonical encodings.
int compare(const Value& a, const Value& b);
/// Sorts and drops repetitions: the canonical form of a set.
void make_set(List& list);
/// Sorts members by name. Precondition: names are unique.
void make_map(Map& map);
std::uint64_t stable_hash(const Value& value);

/// For people: "Ada", 12.5, 2026-11-24, {city: Paris}. Not for parsing.
std::string to_display(const Value& value);

/// Compact and stable binary form, for the store. decode checks everything: a damaged row is an error, not a crash.
void encode(const Value& value, std::string& out);
Result<Value> decode_value(std::string_view& in);
/// The same into a Null that stands where it shall stay.
Result<void> decode_value(std::string_view& in, Value& into);

/// JSON as the support-system API, the audit trail and the command line show it: instants and dates as RFC 3339 text,
/// decimals as numbers, references as {"entity": "…"}.
std::string to_json(const Value& value);

}  // namespace lockstep

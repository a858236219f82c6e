#pragma once

#include <boost/json/fwd.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "model/value.h"

namespace lockstep::expression {

/// A path into nothing. Flows through functions and compares as false; never the same as Null.
struct Absent {
  bool operator==(const Absent&) const = default;
};

/// What an expression works on: nothing, a value, or a place in a parsed answer that is narrowed when a slot
/// asks. Whatever it points to (parsed JSON, a borrowed value) must outlive it and every result computed from
/// it.
class Operand {
 public:
  enum class Kind { absent, null, boolean, integer, decimal, text, instant, date, entity, remote, list, map };

  Operand() = default;
  Operand(Absent) {}
  Operand(Value value) : storage_(std::move(value)) {}
  /// Null pointer: absent.
  Operand(const boost::json::value* json) {
    if (json) storage_ = json;
  }
  /// Points instead of copying. `value` must outlive the results.
  static Operand borrow(const Value& value) {
    Operand operand;
    operand.storage_ = Borrowed{&value, true};
    return operand;
  }
  /// A list whose elements may be places in JSON.
  static Operand list(std::vector<Operand> elements) {
    Operand operand;
    operand.storage_ = std::make_shared<const std::vector<Operand>>(std::move(elements));
    return operand;
  }

  bool is_absent() const { return storage_.index() == 0; }
  bool is_null() const;
  Kind kind() const;
  const Value* value() const {
    if (const auto* borrowed = std::get_if<Borrowed>(&storage_)) return borrowed->value;
    return std::get_if<Value>(&storage_);
  }
  const boost::json::value* json() const {
    const auto* place = std::get_if<const boost::json::value*>(&storage_);
    return place ? *place : nullptr;
  }
  /// The elements of a list made by `[*]`, a filter or `[a, b]`; nullptr for lists held in other ways (see
  /// elements()).
  const std::vector<Operand>* items() const {
    const auto* items = std::get_if<std::shared_ptr<const std::vector<Operand>>>(&storage_);
    return items ? items->get() : nullptr;
  }

  /// Narrowing. Errors say what was expected and what was found (failure class `shape`); absent is an error
  /// too.
  Result<std::string> text() const;      // text, or number, truth value, time as text; ids are text, always
  Result<bool> truth() const;            // absent and null are false; other kinds than boolean are an error
  Result<std::int64_t> integer() const;  // also a decimal without fraction and a text of digits
  Result<Value> to_value() const;        // json → Value: object → Map, array → List, numbers → integer or Decimal
  /// A list's elements; a lone value is a list of one. Absent is an error, null an empty list.
  Result<std::vector<Operand>> elements() const;
  /// A text without copying; nothing for other kinds.
  std::optional<std::string_view> text_view() const;
  /// A member of a map; absent when there is none.
  Operand member(std::string_view name) const;
  /// Names and values of a map, in order of the names' appearance; empty for other kinds.
  std::vector<std::pair<std::string_view, Operand>> members() const;

 private:
  friend class Internals;
  struct Borrowed {
    const Value* value;
    bool stable;  // false: belongs to a scope or a program, to be copied before it leaves an evaluation
  };
  std::variant<Absent, Value, const boost::json::value*, Borrowed, std::shared_ptr<const std::vector<Operand>>> storage_;
};

/// "absent", "null", "a text", "a list" …: for messages.
std::string_view article_of(Operand::Kind kind);

/// For the evaluator only.
class Internals {
 public:
  static Operand lend(const Value& value) {
    Operand operand;
    operand.storage_ = Operand::Borrowed{&value, false};
    return operand;
  }
  static bool is_lent(const Operand& operand) {
    const auto* borrowed = std::get_if<Operand::Borrowed>(&operand.storage_);
    return borrowed && !borrowed->stable;
  }
  static bool owns(const Operand& operand) { return std::holds_alternative<Value>(operand.storage_); }
  /// `value` is a part of what `parent` shows: it lives as long as that.
  static Operand part(const Operand& parent, const Value& value) {
    Operand operand;
    const auto* borrowed = std::get_if<Operand::Borrowed>(&parent.storage_);
    operand.storage_ = Operand::Borrowed{&value, borrowed && borrowed->stable};
    return operand;
  }
};

}  // namespace lockstep::expression

#pragma once

#include <string>
#include <vector>

#include "expression/expression.h"

/// The names that a connector's expressions may start a path with (docs/connectors.md, "Roots").
namespace lockstep::connector {

/// Slots of the fixed roots; names bound by `let` and the arguments of forms stand behind them.
enum Root : std::size_t {
  kParams,
  kFacts,
  kApi,
  kTables,
  kObject,
  kSelect,
  kNow,
  kSecrets,  // everywhere
  kIds,
  kId,
  kField,
  kValues,
  kByKey,
  kFeed,
  kPage,
  kLast,  // reading
  kRows,
  kRow,
  kKey,
  kLink,
  kParts,  // writing
  kValue,
  kTarget,
  kHeld,  // forms
  kStatus,
  kHeader,
  kBody,
  kItem,
  kError,  // answers
  kCode,
  kMessage,
  kOperation,
  kWhere,
  kTransport,  // error rules
  kEvent,
  kMethod,
  kUri,
  kRawBody,  // doors
  kRootCount
};

/// All fixed roots, in the order of `Root`.
expression::Roots fixed_roots();

/// Root values by slot while one request is built or one answer is read. Whatever is set must outlive its use.
class Scope {
 public:
  explicit Scope(std::size_t size) : values_(size) {}
  void set(std::size_t root, expression::Operand value) { values_[root] = std::move(value); }
  void clear(std::size_t root) { values_[root] = expression::Operand(); }
  const expression::Operand& at(std::size_t root) const { return values_[root]; }
  operator expression::Scope() const { return values_; }

 private:
  std::vector<expression::Operand> values_;
};

/// What a program finds, as text; nothing where it finds nothing, null, or what has no text. A null program finds nothing.
std::vector<std::string> texts_of(const expression::ProgramRef& program, const Scope& scope);
std::string text_of(const expression::ProgramRef& program, const Scope& scope);

}  // namespace lockstep::connector

#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <deque>
#include <string>
#include <vector>

#include "expression/expression.h"

namespace lockstep::expression {

/// Roots named in a JSON object, each a place in it, as answers are; more can be added as values.
class World {
 public:
  explicit World(const std::string& json = "{}") : document_(boost::json::parse(json)) {
    for (const auto& [name, value] : document_.as_object()) {
      roots.add(std::string(name));
      scope.emplace_back(&value);
    }
  }
  void add(const std::string& name, Operand operand, bool secret = false) {
    roots.add(name, secret);
    scope.push_back(std::move(operand));
  }

  Result<Operand> run(std::string_view text) const {
    const auto program = compile(text, roots);
    if (!program) return tl::unexpected<Error>(program.error());
    return evaluate(**program, scope);
  }
  /// The result as JSON, "absent", or "error: …".
  std::string show(std::string_view text) const {
    const auto result = run(text);
    return result ? show_operand(*result) : "error: " + result.error().message;
  }
  static std::string show_operand(const Operand& operand) {
    if (operand.is_absent()) return "absent";
    const auto value = operand.to_value();
    return value ? to_json(*value) : "error: " + value.error().message;
  }

  Roots roots;
  std::vector<Operand> scope;

 private:
  boost::json::value document_;
};

struct Case {
  std::string expression;
  std::string result;
};
inline void expect_all(const World& world, const std::vector<Case>& cases) {
  for (const Case& one : cases) EXPECT_EQ(world.show(one.expression), one.result) << one.expression;
}
inline void expect_errors(const World& world, const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    const std::string shown = world.show(one.expression);
    EXPECT_NE(shown.find(one.result), std::string::npos) << one.expression << "\n  " << shown;
    EXPECT_EQ(shown.rfind("error: ", 0), 0u) << one.expression << "\n  " << shown;
  }
}

}  // namespace lockstep::expression

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "expression/operand.h"

namespace re2 {
class RE2;
}

namespace lockstep::expression {

class DatePattern;

/// No text and no list that an expression makes may grow beyond these.
inline constexpr std::size_t kTextBytesMax = 16u << 20;
inline constexpr std::size_t kElementsMax = 1'000'000;

/// Arguments as they arrive: none is absent; the first is not null unless the function says so.
struct Call {
  std::span<const Operand> arguments;
  const re2::RE2* regex = nullptr;       // the compiled regex argument
  const DatePattern* pattern = nullptr;  // the compiled pattern argument
  std::size_t count() const { return arguments.size(); }
  const Operand& operator[](std::size_t index) const { return arguments[index]; }
};

struct Parameter {
  enum class Type : std::uint8_t { any, text, number, integer, duration, list, regex, pattern };
  const char* name;
  Type type = Type::any;
  bool optional = false;
};

struct Function {
  const char* name;
  std::vector<Parameter> parameters;
  Result<Operand> (*run)(const Call&);
  const char* doc;
  bool maps = false;        // over a list: once per element
  bool takes_null = false;  // otherwise null in the first argument gives null
  bool variadic = false;    // the last parameter may be repeated
};

struct FunctionGroup {
  const char* title;
  std::vector<Function> functions;
};
const std::vector<FunctionGroup>& function_groups();
const Function* find_function(std::string_view name);
std::vector<std::string> function_names();

// The groups, each in a file of its own.
FunctionGroup text_functions();
FunctionGroup number_functions();
FunctionGroup time_functions();
FunctionGroup encoding_functions();
FunctionGroup list_functions();

// Shared by them.
inline Operand text_operand(std::string text) { return Operand(Value(std::move(text))); }
inline Operand truth_operand(bool truth) { return Operand(Value(truth)); }
inline Operand integer_operand(std::int64_t number) { return Operand(Value(number)); }
tl::unexpected<Error> too_large();
/// An instant inside the calendar. Error: outside.
Result<Operand> instant_operand(WallTime time);
/// Milliseconds from a whole number or a text ("5m").
Result<std::int64_t> duration_of(const Operand& operand);
/// An instant, a date (its start, UTC) or an RFC 3339 text.
Result<WallTime> time_of(const Operand& operand);
/// HTML to plain text: tags dropped, entities decoded, blocks on lines of their own.
std::string html_to_text(std::string_view html);

}  // namespace lockstep::expression

#include "expression/functions.h"

#include <fmt/format.h>

#include "expression/date_pattern.h"
#include "expression/expression.h"

namespace lockstep::expression {

const std::vector<FunctionGroup>& function_groups() {
  static const std::vector<FunctionGroup> groups = {text_functions(), number_functions(), time_functions(), encoding_functions(), list_functions()};
  return groups;
}

const Function* find_function(std::string_view name) {
  for (const FunctionGroup& group : function_groups())
    for (const Function& function : group.functions)
      if (function.name == name) return &function;
  return nullptr;
}

std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (const FunctionGroup& group : function_groups())
    for (const Function& function : group.functions) names.emplace_back(function.name);
  return names;
}

tl::unexpected<Error> too_large() { return fail(ErrorCode::invalid_input, "the result would be larger than 16 MiB or a million elements"); }

Result<Operand> instant_operand(WallTime time) {
  if (!is_in_calendar(time)) return fail(ErrorCode::invalid_input, "an instant outside the years 1 to 9999");
  return Operand(Value(time));
}

Result<std::int64_t> duration_of(const Operand& operand) {
  if (const auto text = operand.text_view()) {
    TRY(const Duration duration, parse_duration(text->starts_with('-') ? text->substr(1) : *text));
    return text->starts_with('-') ? -duration.count() : duration.count();
  }
  return operand.integer();
}

Result<WallTime> time_of(const Operand& operand) {
  if (const auto* value = operand.value()) {
    if (const auto* time = value->get<WallTime>()) return *time;
    if (const auto* date = value->get<Date>()) return start_of(*date);
  }
  const auto text = operand.text_view();
  if (!text) return fail(ErrorCode::invalid_input, "expected an instant, found " + std::string(article_of(operand.kind())));
  if (const auto date = parse_iso_date(*text)) return start_of(*date);
  const auto time = parse_iso_time(*text);
  return time ? time : fail(ErrorCode::invalid_input, "expected an instant, found a text that is no RFC 3339 time");
}

std::string function_reference() {
  std::string out;
  for (const FunctionGroup& group : function_groups()) {
    out += fmt::format("### {}\n\n| function | meaning |\n| --- | --- |\n", group.title);
    for (const Function& function : group.functions) {
      std::string parameters;
      for (const Parameter& parameter : function.parameters)
        parameters += (parameters.empty() ? "" : ", ") + std::string(parameter.name) + (parameter.optional ? "?" : "");
      std::string doc = function.doc;
      for (std::size_t at = 0; (at = doc.find('|', at)) != std::string::npos; at += 2) doc.insert(at, "\\");
      out += fmt::format("| `{}({}{})` | {}{} |\n", function.name, parameters, function.variadic ? ", …" : "", doc, function.maps ? " Maps over lists." : "");
    }
    out += "\n";
  }
  return out;
}

}  // namespace lockstep::expression

#include "mapping/steps.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace lockstep::mapping {

namespace {

const StepTable& steps() {
  static const StepTable table = [] {
    StepTable all;
    add_text_steps(all);
    add_value_steps(all);
    add_time_steps(all);
    add_shape_steps(all);
    return all;
  }();
  return table;
}

}  // namespace

tl::unexpected<Error> unexpected_value(std::string_view wanted, const Value& found) {
  return fail(ErrorCode::invalid_input, "expected " + std::string(wanted) + ", found " + to_display(found));
}

Result<int> number_argument(const std::string& text, int minimum, int maximum) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < minimum || number > maximum)
    return fail(ErrorCode::invalid_input,
                "expected a whole number from " + std::to_string(minimum) + " to " + std::to_string(maximum) + ", found '" + text + "'");
  return number;
}

std::string_view to_string(ValueKind kind) {
  static constexpr std::string_view kNames[] = {"text", "a boolean", "a number", "an instant", "a date", "a set", "a group", "a reference", "JSON"};
  return kNames[static_cast<std::size_t>(kind)];
}

ValueKind kind_of(FieldType type) {
  switch (type) {
    case FieldType::date: return ValueKind::date;
    case FieldType::instant: return ValueKind::instant;
    case FieldType::decimal: return ValueKind::number;
    case FieldType::boolean: return ValueKind::boolean;
    case FieldType::set: return ValueKind::set;
    case FieldType::reference: return ValueKind::reference;
    case FieldType::group: return ValueKind::group;
    default: return ValueKind::text;
  }
}

WireType usual_wire_type(ValueKind kind) {
  switch (kind) {
    case ValueKind::boolean: return WireType::boolean;
    case ValueKind::number: return WireType::number;
    case ValueKind::instant: return WireType::instant;
    case ValueKind::date: return WireType::date;
    case ValueKind::set: return WireType::set;
    case ValueKind::reference: return WireType::reference;
    case ValueKind::group:
    case ValueKind::json: return WireType::json;
    case ValueKind::text: break;
  }
  return WireType::text;
}

std::vector<std::string> step_names() {
  std::vector<std::string> names;
  for (const auto& [name, entry] : steps()) names.push_back(name);
  return names;
}

Result<StepText> parse_step(std::string_view text) {
  text = trim(text);
  StepText step;
  const std::size_t open = text.find('(');
  step.name = std::string(trim(text.substr(0, open)));
  if (open == std::string_view::npos) return step;
  const auto broken = [&](const char* what) { return fail(ErrorCode::invalid_input, "'" + std::string(text) + "' lacks its closing " + what); };
  if (text.back() != ')') return broken("bracket");
  std::string argument;
  char quote = 0;
  bool was_quoted = false;
  const auto finish = [&] {
    step.arguments.push_back(was_quoted ? argument : std::string(trim(argument)));
    argument.clear();
    was_quoted = false;
  };
  for (const char c : text.substr(open + 1, text.size() - open - 2)) {
    if (quote) {
      if (c == quote) quote = 0;
      else argument += c;
    } else if (c == '"' || c == '\'') {
      quote = c;
      was_quoted = true;
      argument.clear();
    } else if (c == ',') {
      finish();
    } else if (!was_quoted) {
      argument += c;
    }
  }
  if (quote) return broken("quote");
  const bool nothing = step.arguments.empty() && !was_quoted && trim(argument).empty();
  if (!nothing) finish();
  return step;
}

Result<LensRef> make_step(const StepText& step, const FieldDefinition& field, ValueKind& kind) {
  const auto found = steps().find(step.name);
  if (found == steps().end()) {
    const std::string nearest = nearest_name(step.name, step_names());
    return fail(ErrorCode::invalid_input,
                "unknown lens '" + step.name + "'; known: " + join(step_names(), ", ") + (nearest.empty() ? "" : "; did you mean '" + nearest + "'?"));
  }
  const StepEntry& entry = found->second;
  const auto complain = [&](const std::string& what) { return fail(ErrorCode::invalid_input, "lens '" + step.name + "': " + what + "; write " + entry.usage); };
  const std::size_t count = step.arguments.size();
  if (count < entry.arguments_min || count > entry.arguments_max) {
    const std::string wanted = entry.arguments_min == entry.arguments_max ? std::to_string(entry.arguments_min)
                                                                          : std::to_string(entry.arguments_min) + " to " + std::to_string(entry.arguments_max);
    return complain("takes " + wanted + (wanted == "1" ? " argument" : " arguments") + ", found " + std::to_string(count));
  }
  if (std::ranges::find(entry.takes, kind) == entry.takes.end()) {
    std::string kinds;
    for (const ValueKind one : entry.takes) kinds += (kinds.empty() ? "" : " or ") + std::string(to_string(one));
    return complain("takes " + kinds + ", but field '" + field.name + "' is " + std::string(to_string(kind)) + " here");
  }
  auto made = entry.make(step.arguments, field);
  if (!made) return complain(made.error().message);
  kind = entry.gives.value_or(kind);
  return made;
}

}  // namespace lockstep::mapping

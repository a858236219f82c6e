#include "grammar/schema_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/time.h"

namespace lockstep::grammar {

namespace {

std::string range(const Schema& schema, auto&& show) {
  if (schema.minimum && schema.maximum) return fmt::format(" from {} to {}", show(*schema.minimum), show(*schema.maximum));
  if (schema.minimum) return fmt::format(" of at least {}", show(*schema.minimum));
  if (schema.maximum) return fmt::format(" of at most {}", show(*schema.maximum));
  return "";
}

std::string describe_choice(const Schema& schema) {
  return schema.options.size() == 1 ? "'" + schema.options[0] + "'" : "one of " + short_list(schema.options);
}

std::string describe_alternatives(const Schema& schema) {
  std::vector<std::string> parts;
  for (const SchemaRef& alternative : schema.alternatives) {
    const std::string part = describe(*resolve(alternative));
    if (std::ranges::find(parts, part) == parts.end()) parts.push_back(part);
  }
  return fmt::format("{}", fmt::join(parts, " or "));
}

}  // namespace

SchemaRef resolve(const SchemaRef& schema) {
  SchemaRef resolved = schema;
  // A lazy schema that gives another one is fine; a ring of them would be a fault of the grammar's author.
  for (int i = 0; i < 8 && resolved && resolved->lazy; ++i) resolved = resolved->lazy();
  return resolved;
}

std::string describe(const Schema& schema) {
  const auto plain = [](std::int64_t number) { return std::to_string(number); };
  const auto time = [](std::int64_t ms) { return format_duration(Duration{ms}); };
  switch (schema.kind) {
    case Schema::Kind::text: return "text";
    case Schema::Kind::name: return "a name (letters, digits, _ and ., not starting with a digit)";
    case Schema::Kind::integer: return "a whole number" + range(schema, plain);
    case Schema::Kind::boolean: return "true or false";
    case Schema::Kind::duration: return "a duration (250ms, 90s, 5m, 24h, 7d)" + range(schema, time);
    case Schema::Kind::size: return "a size (512, 10KB, 3MB, 64KiB)" + range(schema, plain);
    case Schema::Kind::url: return "an http(s) URL";
    case Schema::Kind::regex: return "a regular expression (RE2)";
    case Schema::Kind::template_text: return "text with ${expression} holes";
    case Schema::Kind::expression: return "an expression";
    case Schema::Kind::choice: return describe_choice(schema);
    case Schema::Kind::list:
      return (schema.single_ok ? "one or more: " : "a list: ") + (schema.element ? describe(*resolve(schema.element)) : "anything") + range(schema, plain);
    case Schema::Kind::map: return "a map" + (schema.name.empty() ? "" : " (" + schema.name + ")");
    case Schema::Kind::record: return schema.name.empty() ? "a map" : "a map (" + schema.name + ")";
    case Schema::Kind::alternatives: return describe_alternatives(schema);
    case Schema::Kind::json_body: return "JSON with ${expression} holes";
    case Schema::Kind::any: return "anything";
  }
  return "";
}

std::string found(const Node& node) {
  constexpr std::size_t kShownMax = 60;
  switch (node.kind) {
    case Node::Kind::null: return "nothing";
    case Node::Kind::list: return "a list";
    case Node::Kind::map: return "a map";
    case Node::Kind::scalar: break;
  }
  std::size_t cut = std::min(node.scalar.size(), kShownMax);
  while (cut < node.scalar.size() && cut > 0 && (static_cast<unsigned char>(node.scalar[cut]) & 0xc0) == 0x80) --cut;
  return (node.quoted ? "the text '" : "'") + node.scalar.substr(0, cut) + (cut < node.scalar.size() ? "…'" : "'");
}

std::string quoted_list(const std::vector<std::string>& names) { return fmt::format("'{}'", fmt::join(names, "', '")); }

std::string short_list(const std::vector<std::string>& names) {
  constexpr std::size_t kNamesMax = 24;
  if (names.empty()) return "nothing";
  const auto end = names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kNamesMax));
  return fmt::format("{}", fmt::join(names.begin(), end, ", ")) + (names.size() > kNamesMax ? ", …" : "");
}

std::string of_record(const Schema& schema) { return schema.name.empty() ? "" : " in " + schema.name; }

}  // namespace lockstep::grammar

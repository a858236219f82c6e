#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "base/text.h"
#include "base/time.h"
#include "grammar/literal.h"
#include "grammar/schema.h"
#include "grammar/schema_text.h"

namespace lockstep::grammar {

namespace {

using Kind = Schema::Kind;

void report(Findings& findings, const Mark& mark, std::string message, std::string suggestion = "") {
  findings.push_back(Finding{Finding::Severity::error, mark, std::move(message), std::move(suggestion)});
}

void expected(Findings& findings, const Node& node, const Schema& schema, std::string suggestion = "") {
  report(findings, node.mark, "expected " + describe(schema) + ", found " + found(node), std::move(suggestion));
}

bool matches(std::string_view text, const std::string& pattern) {
  const RE2 expression(pattern, RE2::Quiet);
  return !expression.ok() || RE2::FullMatch(re2::StringPiece(text.data(), text.size()), expression);
}

void check_boolean(const Node& node, const Schema& schema, Findings& findings) {
  if (node.as_bool()) return;
  const std::string word = to_lower_ascii(node.scalar);
  const bool yes = word == "yes" || word == "on" || word == "true", no = word == "no" || word == "off" || word == "false";
  expected(findings, node, schema, yes ? "true" : no ? "false" : "");
}

void check_range(const Node& node, const Schema& schema, std::optional<std::int64_t> number, Findings& findings) {
  if (!number || (schema.minimum && *number < *schema.minimum) || (schema.maximum && *number > *schema.maximum)) expected(findings, node, schema);
}

void check_regex(const Node& node, Findings& findings) {
  const RE2 expression(node.scalar, RE2::Quiet);
  if (!expression.ok()) report(findings, node.mark, "the regular expression does not compile: " + expression.error());
}

void check_url(const Node& node, const Schema& schema, Findings& findings) {
  if (!matches(node.scalar, "https?://[^\\s/?#]+[^\\s]*")) expected(findings, node, schema);
}

void check_scalar(const Node& node, const Schema& schema, Findings& findings) {
  if (node.kind != Node::Kind::scalar) return expected(findings, node, schema);
  switch (schema.kind) {
    case Kind::name:
      if (!matches(node.scalar, "[A-Za-z_][A-Za-z0-9_.]*")) expected(findings, node, schema);
      break;
    case Kind::integer: check_range(node, schema, node.as_int(), findings); break;
    case Kind::boolean: check_boolean(node, schema, findings); break;
    case Kind::duration: {
      const auto duration = parse_duration(node.scalar);
      check_range(node, schema, duration ? std::optional(duration->count()) : std::nullopt, findings);
      break;
    }
    case Kind::size: {
      const auto size = parse_size(node.scalar);
      check_range(node, schema, size ? std::optional(*size) : std::nullopt, findings);
      break;
    }
    case Kind::url: check_url(node, schema, findings); break;
    case Kind::regex: check_regex(node, findings); break;
    case Kind::choice:
      if (std::ranges::find(schema.options, node.scalar) == schema.options.end()) expected(findings, node, schema, nearest_name(node.scalar, schema.options));
      break;
    default: break;  // text, template_text, expression: their own compilers look inside
  }
}

void check_list(const Node& node, const Schema& schema, Findings& findings) {
  const bool lone = node.kind != Node::Kind::list;
  if (lone && (!schema.single_ok || node.is_null())) return expected(findings, node, schema);
  const auto count = static_cast<std::int64_t>(lone ? 1 : node.items.size());
  if ((schema.minimum && count < *schema.minimum) || (schema.maximum && count > *schema.maximum))
    report(findings, node.mark, fmt::format("expected {}, found {} of them", describe(schema), count));
  if (!schema.element) return;
  if (lone) return validate(node, *schema.element, findings);
  for (const Node& item : node.items) validate(item, *schema.element, findings);
}

void check_map(const Node& node, const Schema& schema, Findings& findings) {
  if (node.kind != Node::Kind::map) return expected(findings, node, schema);
  for (const auto& [key, value] : node.members) {
    if (!schema.key_pattern.empty() && !matches(key, schema.key_pattern))
      report(findings, value.key_mark, fmt::format("key '{}' must match {}", key, schema.key_pattern));
    if (schema.element) validate(value, *schema.element, findings);
  }
}

void check_exactly_one(const Node& node, const Schema& schema, Findings& findings) {
  for (const auto& names : schema.exactly_one) {
    std::vector<std::string> present;
    for (const std::string& name : names)
      if (node.find(name)) present.push_back(name);
    if (present.size() == 1) continue;
    report(findings, node.mark,
           fmt::format("exactly one of {} must be here{}, found {}", quoted_list(names), of_record(schema), present.empty() ? "none" : quoted_list(present)));
  }
}

void check_record(const Node& node, const Schema& schema, Findings& findings) {
  if (node.kind != Node::Kind::map) return expected(findings, node, schema);
  std::vector<std::string> names;
  for (const Member& member : schema.members) names.push_back(member.name);
  for (const auto& [key, value] : node.members) {
    const auto member = std::ranges::find(schema.members, key, &Member::name);
    if (member != schema.members.end()) {
      if (member->schema) validate(value, *member->schema, findings);
      continue;
    }
    report(findings, value.key_mark, fmt::format("unknown key '{}'{}; allowed: {}", key, of_record(schema), short_list(names)), nearest_name(key, names));
  }
  for (const Member& member : schema.members)
    if (member.required && !node.find(member.name))
      report(findings, node.mark,
             fmt::format("'{}' is missing{}: {}", member.name, of_record(schema), member.schema ? describe(*resolve(member.schema)) : "anything"));
  check_exactly_one(node, schema, findings);
}

/// How well the outer shape fits, to tell which alternative the author meant: 0 not at all.
int fit(const Node& node, const Schema& schema) {
  switch (schema.kind) {
    case Kind::list:
      return node.kind == Node::Kind::list ? 3 : schema.single_ok && schema.element && !node.is_null() ? std::min(2, fit(node, *resolve(schema.element))) : 0;
    case Kind::map: return node.kind == Node::Kind::map ? 2 : 0;
    case Kind::any:
    case Kind::json_body: return 1;
    case Kind::record: {
      if (node.kind != Node::Kind::map) return 0;
      int known = 0;
      for (const Member& member : schema.members)
        if (node.find(member.name)) known += member.required ? 3 : 2;
      return 1 + known;
    }
    case Kind::alternatives: {
      int best = 0;
      for (const SchemaRef& alternative : schema.alternatives) best = std::max(best, fit(node, *resolve(alternative)));
      return best;
    }
    default: return node.kind == Node::Kind::scalar ? 2 : 0;
  }
}

void check_alternatives(const Node& node, const Schema& schema, Findings& findings) {
  const Findings* nearest = nullptr;
  std::vector<Findings> tried;
  tried.reserve(schema.alternatives.size());
  int best = 0;
  for (const SchemaRef& reference : schema.alternatives) {
    const SchemaRef alternative = resolve(reference);
    const int how_well = fit(node, *alternative);
    if (how_well == 0) continue;
    Findings& own = tried.emplace_back();
    validate(node, *alternative, own);
    if (own.empty()) return;
    if (how_well > best) {
      best = how_well;
      nearest = &own;
    }
  }
  // A scalar of a wrong sort is best answered with all alternatives; a structure with the nearest one's
  // findings.
  const bool wrong_sort = !nearest || (node.kind == Node::Kind::scalar && nearest->front().message.starts_with("expected "));
  if (wrong_sort) return expected(findings, node, schema, nearest ? nearest->front().suggestion : "");
  findings.insert(findings.end(), nearest->begin(), nearest->end());
}

}  // namespace

void validate(const Node& node, const Schema& given, Findings& findings) {
  if (given.lazy) return validate(node, *given.lazy(), findings);
  switch (given.kind) {
    case Kind::list: return check_list(node, given, findings);
    case Kind::map: return check_map(node, given, findings);
    case Kind::record: return check_record(node, given, findings);
    case Kind::alternatives: return check_alternatives(node, given, findings);
    case Kind::json_body:
    case Kind::any: return;
    default: return check_scalar(node, given, findings);
  }
}

}  // namespace lockstep::grammar

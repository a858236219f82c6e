#include "grammar/node.h"

#include <algorithm>

#include "grammar/literal.h"

namespace lockstep::grammar {

std::string Mark::text() const {
  const std::string name = file ? *file : std::string("(built in)");
  return line > 0 ? name + ":" + std::to_string(line) + ":" + std::to_string(column) : name;
}

const Node* Node::find(std::string_view key) const {
  const auto at = std::ranges::find(members, key, [](const auto& member) { return std::string_view(member.first); });
  return at == members.end() ? nullptr : &at->second;
}

std::optional<bool> Node::as_bool() const {
  if (kind != Kind::scalar || quoted) return std::nullopt;
  return core_bool(scalar);
}

std::optional<std::int64_t> Node::as_int() const {
  if (kind != Kind::scalar || quoted) return std::nullopt;
  return core_int(scalar);
}

Node merge_deep(const Node& base, const Node& overlay, const std::vector<std::string>& prepend_lists) {
  if (base.kind != Node::Kind::map || overlay.kind != Node::Kind::map) return overlay;
  Node merged = base;
  merged.mark = overlay.mark;
  merged.key_mark = overlay.key_mark;
  for (const auto& [key, value] : overlay.members) {
    const auto known = std::ranges::find(merged.members, key, [](const auto& member) -> const std::string& { return member.first; });
    if (known == merged.members.end()) {
      merged.members.emplace_back(key, value);
      continue;
    }
    const bool both_lists = known->second.kind == Node::Kind::list && value.kind == Node::Kind::list;
    if (both_lists && std::ranges::find(prepend_lists, key) != prepend_lists.end()) {
      Node joined = value;
      joined.items.insert(joined.items.end(), known->second.items.begin(), known->second.items.end());
      known->second = std::move(joined);
    } else {
      known->second = merge_deep(known->second, value, prepend_lists);
    }
  }
  return merged;
}

std::string Finding::text() const {
  std::string out = mark.text() + ": " + (severity == Severity::error ? "error: " : "warning: ") + message;
  if (suggestion.empty()) return out;
  // One word is a name to take instead; anything longer is a sentence of its own.
  const bool is_name = suggestion.find(' ') == std::string::npos;
  return out + "; " + (is_name ? "did you mean '" + suggestion + "'?" : suggestion);
}

bool has_errors(const Findings& findings) {
  return std::ranges::any_of(findings, [](const Finding& finding) { return finding.severity == Finding::Severity::error; });
}

}  // namespace lockstep::grammar

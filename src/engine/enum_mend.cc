#include "engine/enum_mend.h"

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "model/value.h"

namespace lockstep {

namespace {

using grammar::Node;

bool is_plain(std::string_view text) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  static constexpr std::string_view kWords[] = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
  return !text.empty() && std::ranges::all_of(text, plain) && std::ranges::find(kWords, to_lower_ascii(text)) == std::end(kWords);
}

std::string yaml_text(std::string_view text) { return is_plain(text) ? std::string(text) : to_json(Value(text)); }

bool is_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// What to lay over one binding so that its table knows the pair; nothing when it is not a table's place.
std::optional<std::string> overlay(const Node& binding, const std::string& option, const std::string& word) {
  const Node* type = binding.find("type");
  const std::string there = type && type->scalar == "number" && is_number(word) ? word : yaml_text(word);
  const std::string pair = "map: {" + yaml_text(option) + ": " + there + "}";
  if (binding.kind == Node::Kind::scalar) return "{field: " + yaml_text(binding.scalar) + ", enum: {" + pair + ", unknown: keep}}";
  if (binding.kind != Node::Kind::map || binding.find("constant") || binding.find("one_of")) return std::nullopt;
  return "{enum: {" + pair + (binding.find("enum") ? "" : ", unknown: keep") + "}}";
}

/// The type's mapping as it stands, and the last file of the user's own that says something of it.
Node mapping_of(const Configuration& configuration, const std::string& type, std::string& own_file) {
  Node merged;
  const auto shipped = std::filesystem::path(share_directory()) / "mappings";
  for (const std::string& path : configuration.mapping_paths) {
    auto file = grammar::parse_file(path);
    const Node* of = file ? file->find("mapping") : nullptr;
    if (!of || of->scalar != type) continue;
    if (std::filesystem::path(path).parent_path() != shipped) own_file = path;
    merged = merged.is_null() ? std::move(*file) : grammar::merge_deep(merged, *file, {});
  }
  return merged;
}

const Node* find_path(const Node& node, std::initializer_list<std::string_view> path) {
  const Node* at = &node;
  for (const std::string_view key : path) at = at ? at->find(key) : nullptr;
  return at;
}

Result<std::string> binding_line(const Node& mapping, const std::string& connector, const std::string& field, const std::string& option,
                                 const std::string& word) {
  const Node* binding = find_path(mapping, {"fields", field, "in", connector});
  if (!binding || binding->is_null()) return fail(ErrorCode::not_found, "field '" + field + "' is not mapped in " + connector);
  const auto refuse = [&] {
    return fail(ErrorCode::invalid_input, "the binding of '" + field + "' in " + connector + " (" + binding->mark.text() +
                                              ") cannot be changed by one line: write it anew in a mapping file of your own");
  };
  const Node* variants = find_path(mapping, {"systems", connector, "variants"});
  const auto is_variant = [&](const std::string& name) { return variants && (name == "else" || variants->find(name)); };
  const bool by_variant = binding->kind == Node::Kind::map && !binding->members.empty() &&
                          std::ranges::all_of(binding->members, [&](const auto& member) { return is_variant(member.first); });
  if (!by_variant) {
    const auto line = overlay(*binding, option, word);
    if (!line) return refuse();
    return *line;
  }
  std::string lines;
  for (const auto& [name, of] : binding->members) {
    if (of.is_null()) continue;
    const auto line = overlay(of, option, word);
    if (!line) return refuse();
    lines += (lines.empty() ? "" : ", ") + yaml_text(name) + ": " + *line;
  }
  return "{" + lines + "}";
}

}  // namespace

Result<EnumLine> enum_line(const Configuration& configuration, const std::string& connector, const std::string& type, const std::string& field,
                           const std::string& option, const std::string& word, grammar::Findings& findings) {
  EnumLine line;
  const Node mapping = mapping_of(configuration, type, line.put_into);
  TRY(const std::string binding, binding_line(mapping, connector, field, option, word));
  line.yaml = "mapping: " + type + "\nsystems: {}\nfields:\n  " + field + ":\n    in:\n      " + connector + ": " + binding + "\n";
  if (line.put_into.empty()) line.propose = type + "_mapping.yaml";
  LoadOptions options;
  options.resolve_secrets = false;
  options.mapping_on_trial = line.yaml;
  load_configuration(configuration.path, options, findings);
  return line;
}

}  // namespace lockstep

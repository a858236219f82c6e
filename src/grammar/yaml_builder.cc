#include "grammar/yaml_builder.h"

#include <algorithm>

#include "grammar/literal.h"

namespace lockstep::grammar {

namespace {

/// yaml-cpp marks a plain scalar "?" and a quoted or block scalar "!".
constexpr std::string_view kPlainTag = "?", kQuotedTag = "!", kTextTag = "tag:yaml.org,2002:str";

/// yaml-cpp takes the end of the file for the end of a quoted text; what follows a forgotten quote would be
/// swallowed.
bool is_closed(std::string_view rest) {
  while (rest.starts_with('&') || rest.starts_with('!')) {  // anchor and tag stand before the quote
    rest.remove_prefix(std::min(rest.find_first_of(" \t\r\n"), rest.size()));
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n"), rest.size()));
  }
  const char quote = rest.empty() ? ' ' : rest[0];
  if (quote != '\'' && quote != '"') return true;
  for (std::size_t at = 1; at < rest.size(); ++at) {
    if (quote == '"' && rest[at] == '\\') ++at;
    else if (rest[at] == quote && quote == '\'' && at + 1 < rest.size() && rest[at + 1] == quote) ++at;
    else if (rest[at] == quote) return true;
  }
  return false;
}

}  // namespace

Mark YamlBuilder::place(const YAML::Mark& mark) const {
  Mark out{file_, mark.line + 1, mark.column + 1};
  // yaml-cpp counts bytes; people and editors count characters. Very long lines keep the byte count: counting
  // again for each of their nodes would take quadratic time.
  constexpr int kRecountedMax = 4096;
  const auto end = static_cast<std::size_t>(mark.pos);
  if (mark.column > 0 && mark.column <= kRecountedMax && mark.pos >= mark.column && end <= text_.size()) {
    const std::string_view before = text_.substr(end - static_cast<std::size_t>(mark.column), static_cast<std::size_t>(mark.column));
    const auto inner = std::ranges::count_if(before, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; });
    out.column -= static_cast<int>(inner);
  }
  return out;
}

void YamlBuilder::refuse_tag(const YAML::Mark& mark, const std::string& tag) {
  if (tag.empty() || tag == kPlainTag || tag == kQuotedTag || tag == kTextTag) return;
  throw RefusedYaml(mark, "tag '" + tag + "' means nothing here; quote a text instead of tagging it");
}

void YamlBuilder::count(Size size, const YAML::Mark& mark) {
  total_.nodes += size.nodes;
  total_.bytes += size.bytes;
  if (total_.nodes > kNodesMax) throw RefusedYaml(mark, "more than " + std::to_string(kNodesMax) + " nodes, aliases counted");
  if (total_.bytes > kTextBytesMax) throw RefusedYaml(mark, "more than " + std::to_string(kTextBytesMax >> 20) + " MiB of text, aliases counted");
  if (frames_.size() + size.depth > kDepthMax) throw RefusedYaml(mark, "nested deeper than " + std::to_string(kDepthMax) + " levels");
}

void YamlBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  Node node;
  node.mark = place(mark);
  count({1, 0, 1}, mark);
  add(std::move(node), mark, anchor, {1, 0, 1});
}

void YamlBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) {
  refuse_tag(mark, tag);
  if (!is_closed(text_.substr(std::min(static_cast<std::size_t>(std::max(mark.pos, 0)), text_.size())))) throw RefusedYaml(mark, "a quote is not closed");
  Node node;
  node.kind = Node::Kind::scalar;
  node.scalar = value;
  node.quoted = tag != kPlainTag;
  node.mark = place(mark);
  if (!node.quoted && is_core_null(value)) node.kind = Node::Kind::null;
  const Size size{1, value.size(), 1};
  count(size, mark);
  add(std::move(node), mark, anchor, size);
}

void YamlBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const auto known = anchors_.find(anchor);
  if (known == anchors_.end()) throw RefusedYaml(mark, "an alias stands inside the node it names");
  count(known->second.size, mark);
  add(known->second.node, mark, 0, known->second.size);
}

void YamlBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) {
  refuse_tag(mark, tag);
  open(Node::Kind::list, mark, anchor);
}

void YamlBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) {
  refuse_tag(mark, tag);
  open(Node::Kind::map, mark, anchor);
}

void YamlBuilder::OnMapEnd() {
  Frame& frame = frames_.back();
  for (const Node& merged : frame.merged) merge_into(frame, merged);
  close();
}

void YamlBuilder::open(Node::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (!frames_.empty() && frames_.back().node.kind == Node::Kind::map && !frames_.back().key)
    throw RefusedYaml(mark, "a key must be a text, not a list or a map");
  count({1, 0, 1}, mark);
  Frame frame;
  frame.node.kind = kind;
  frame.node.mark = place(mark);
  frame.anchor = anchor;
  frame.size = {1, 0, 1};
  frames_.push_back(std::move(frame));
  starts_.push_back(mark);
}

void YamlBuilder::close() {
  Frame frame = std::move(frames_.back());
  const YAML::Mark start = starts_.back();
  frames_.pop_back();
  starts_.pop_back();
  add(std::move(frame.node), start, frame.anchor, frame.size);
}

void YamlBuilder::add(Node node, const YAML::Mark& mark, YAML::anchor_t anchor, Size size) {
  if (anchor != 0) anchors_[anchor] = Anchored{node, size};
  if (frames_.empty()) {
    document_ = std::move(node);
    return;
  }
  Frame& frame = frames_.back();
  frame.size.nodes += size.nodes;
  frame.size.bytes += size.bytes;
  frame.size.depth = std::max(frame.size.depth, size.depth + 1);
  if (frame.node.kind == Node::Kind::list) {
    frame.node.items.push_back(std::move(node));
  } else if (!frame.key) {
    add_key(node, mark);
  } else if (frame.key->merges) {
    if (node.kind == Node::Kind::list) frame.merged.insert(frame.merged.end(), node.items.begin(), node.items.end());
    else frame.merged.push_back(std::move(node));
    for (const Node& merged : frame.merged)
      if (merged.kind != Node::Kind::map) throw RefusedYaml(mark, "'<<' takes a map or a list of maps");
    frame.key.reset();
  } else {
    node.key_mark = frame.key->mark;
    if (node.is_null()) node.mark = frame.key->mark;  // yaml-cpp gives missing values no place
    frame.node.members.emplace_back(std::move(frame.key->text), std::move(node));
    frame.key.reset();
  }
}

void YamlBuilder::add_key(const Node& node, const YAML::Mark& mark) {
  if (node.kind == Node::Kind::null) throw RefusedYaml(mark, "a key is missing or null; quote it if it is the text null");
  if (node.kind != Node::Kind::scalar) throw RefusedYaml(mark, "a key must be a text, not a list or a map");
  Frame& frame = frames_.back();
  Key key{node.scalar, node.mark, node.scalar == "<<" && !node.quoted};
  if (!key.merges && !frame.own_keys.insert(key.text).second) {
    const auto first = std::ranges::find(frame.node.members, key.text, [](const auto& member) -> const std::string& { return member.first; });
    throw RefusedYaml(mark, "key '" + key.text + "' stands twice in this map; the first is in line " +
                                std::to_string(first == frame.node.members.end() ? 0 : first->second.key_mark.line));
  }
  frame.key = std::move(key);
}

void YamlBuilder::merge_into(Frame& frame, const Node& from) const {
  for (const auto& [key, value] : from.members)
    if (frame.own_keys.insert(key).second) frame.node.members.emplace_back(key, value);
}

}  // namespace lockstep::grammar

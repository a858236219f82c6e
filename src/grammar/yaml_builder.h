#pragma once

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "grammar/node.h"

namespace lockstep::grammar {

/// Limits of one file, counted after aliases are expanded: a file of a few lines could otherwise name its
/// anchors in each other until memory ends.
inline constexpr std::size_t kFileBytesMax = 4u << 20;
inline constexpr std::size_t kNodesMax = 200'000;
inline constexpr std::size_t kTextBytesMax = 16u << 20;
inline constexpr std::size_t kDepthMax = 64;

/// Leaves the parser from inside an event; caught in yaml_reader.cc.
struct RefusedYaml : std::runtime_error {
  RefusedYaml(const YAML::Mark& at, const std::string& message) : std::runtime_error(message), mark(at) {}
  YAML::Mark mark;
};

/// Turns the events of yaml-cpp into a Node. yaml-cpp's own tree is not used: it drops repeated keys, keeps
/// no places of keys and knows no limits.
class YamlBuilder final : public YAML::EventHandler {
 public:
  YamlBuilder(std::string_view text, std::shared_ptr<const std::string> file) : text_(text), file_(std::move(file)) {}
  /// The document; null when there was none.
  Node take() { return std::move(document_); }
  Mark place(const YAML::Mark& mark) const;

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override;
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override;
  void OnMapEnd() override;

 private:
  struct Size {
    std::size_t nodes = 0, bytes = 0, depth = 0;
  };
  struct Key {
    std::string text;
    Mark mark;
    bool merges = false;
  };
  struct Frame {
    Node node;
    YAML::anchor_t anchor = 0;
    std::optional<Key> key;          // map: read, its value still to come
    std::set<std::string> own_keys;  // map: written out, not merged in
    std::vector<Node> merged;        // map: values of "<<", in order
    Size size;
  };
  struct Anchored {
    Node node;
    Size size;
  };

  void open(Node::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor);
  void close();
  void add(Node node, const YAML::Mark& mark, YAML::anchor_t anchor, Size size);
  void add_key(const Node& node, const YAML::Mark& mark);
  void merge_into(Frame& frame, const Node& from) const;
  void count(Size size, const YAML::Mark& mark);
  static void refuse_tag(const YAML::Mark& mark, const std::string& tag);

  std::string_view text_;
  std::shared_ptr<const std::string> file_;
  std::vector<Frame> frames_;
  std::vector<YAML::Mark> starts_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  Size total_;
  Node document_;
};

}  // namespace lockstep::grammar

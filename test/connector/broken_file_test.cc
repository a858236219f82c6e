// Whatever stands anywhere in a connector file: findings, never a crash.
#include <functional>

#include "load_support.h"
#include "runtime/rng.h"

namespace lockstep::connector {
namespace {

using grammar::Node;

void visit(Node& node, const std::function<void(Node&)>& at) {
  at(node);
  for (Node& item : node.items) visit(item, at);
  for (auto& [name, member] : node.members) visit(member, at);
}

std::size_t count_nodes(Node& root) {
  std::size_t count = 0;
  visit(root, [&](Node&) { ++count; });
  return count;
}

Node scalar(std::string text) {
  Node node;
  node.kind = Node::Kind::scalar;
  node.scalar = std::move(text);
  return node;
}

std::vector<Node> wrong_nodes() {
  std::vector<Node> wrong = {Node{},           scalar(""),       scalar("${"), scalar("row["), scalar("-1"), scalar("99999999999999999999"), scalar("\xff\xfe"),
                             scalar("$words"), scalar("${a} [[")};
  Node list, map, word;
  list.kind = Node::Kind::list;
  list.items = {scalar("x"), Node{}};
  map.kind = Node::Kind::map;
  map.members = {{"$each", scalar("rows")}, {"", Node{}}};
  word.kind = Node::Kind::map;
  word.members = {{"$nonsense", list}};
  wrong.insert(wrong.end(), {list, map, word, Node{.kind = Node::Kind::list}, Node{.kind = Node::Kind::map}});
  return wrong;
}

/// Loads `root` with node number `target` replaced; the loader must refuse or accept, and say so consistently.
void load_with(Node root, std::size_t target, const Node& replacement) {
  std::size_t number = 0;
  visit(root, [&](Node& node) {
    if (number++ != target) return;
    const grammar::Mark mark = node.mark, key_mark = node.key_mark;
    node = replacement;
    node.mark = mark;
    node.key_mark = key_mark;
  });
  const Loaded loaded = load(root);
  EXPECT_EQ(loaded.definition == nullptr, grammar::has_errors(loaded.findings)) << loaded.text();
}

TEST(BrokenConnectorFile, AnyNodeReplacedByAnythingIsAnsweredWithFindings) {
  Node root = *grammar::parse_text(kSmall, "small.yaml");
  const std::size_t count = count_nodes(root);
  ASSERT_GT(count, 150u);
  for (std::size_t target = 0; target < count; ++target)
    for (const Node& wrong : wrong_nodes()) load_with(root, target, wrong);
}

TEST(BrokenConnectorFile, NodesOfTheShippedOnesToo) {
  Rng rng(7);
  const auto wrong = wrong_nodes();
  for (const char* name : {"salesforce", "hubspot", "dynamics365"}) {
    Node root = *grammar::parse_file(source_path(std::string("connectors/") + name + ".yaml"));
    const std::size_t count = count_nodes(root);
    for (int i = 0; i < 40; ++i) load_with(root, rng.below(count), wrong[rng.below(wrong.size())]);
  }
}

TEST(BrokenConnectorFile, AMissingMemberAnywhereIsAnsweredWithFindings) {
  Node root = *grammar::parse_text(kSmall, "small.yaml");
  std::vector<std::pair<std::size_t, std::size_t>> members;  // map node, member
  std::size_t number = 0;
  visit(root, [&](Node& node) {
    for (std::size_t i = 0; i < node.members.size(); ++i) members.emplace_back(number, i);
    ++number;
  });
  for (const auto& [map, member] : members) {
    Node copy = root;
    std::size_t at = 0;
    visit(copy, [&, map = map, member = member](Node& node) {
      if (at++ == map) node.members.erase(node.members.begin() + static_cast<std::ptrdiff_t>(member));
    });
    const Loaded loaded = load(copy);
    EXPECT_EQ(loaded.definition == nullptr, grammar::has_errors(loaded.findings));
  }
}

}  // namespace
}  // namespace lockstep::connector

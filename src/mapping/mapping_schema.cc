#include "mapping/mapping_schema.h"

#include <algorithm>

#include "base/text.h"
#include "grammar/build.h"

namespace lockstep::mapping {

using grammar::Finding;
using grammar::Findings;
using grammar::Node;

grammar::SchemaRef mapping_schema() {
  using namespace grammar;
  const SchemaRef constants = map_of(anything());
  const SchemaRef variant =
      record("variant", {{"object", text(), true, "The connector's object."},
                         {"when", expression_text(), false, "A new record becomes this variant when it holds (over canonical fields)."},
                         {"is", expression_text(), false, "A row that was read belongs to this variant when it holds (over wire fields)."},
                         {"create", constants, false, "Wire fields with fixed values at creation."}});
  const SchemaRef system = record("system", {{"object", text(), false, "The connector's object."},
                                             {"when", expression_text(), false, "A record is created there when it holds (over canonical fields)."},
                                             {"create", constants, false, "Wire fields with fixed values at creation."},
                                             {"variants", map_of(variant), false, "Several objects, tried in order."},
                                             {"otherwise", choice({"skip"}), false, "What happens to records that fit no variant."}});
  const SchemaRef order = list_of(text());
  const SchemaRef merge =
      any_of({choice({"last_write_wins", "union", "max", "min", "longest", "newest_nonblank", "review"}),
              record("merge_rule", {{"owner", order, false, "Only this system sets it."}, {"prefer", order, false, "Systems, best first."}})});
  // Bindings name forms of a connector, which are data: compile.cc checks them with their places.
  const SchemaRef field = record("mapped_field", {{"merge", merge, false, "How conflicts are decided."},
                                                  {"blank", choice({"value", "never_overwrites"}), false, "Whether blank overwrites."},
                                                  {"direction", map_of(choice({"both", "in", "out", "out_leave"})), false, "By system."},
                                                  {"in", map_of(anything()), true, "Where it stands in each system."}});
  return record("mapping", {{"mapping", text(), true, "The entity type."},
                            {"match", list_of(any_of({text(), list_of(text())})), false, "Exact keys; a list inside is a combination."},
                            {"systems", map_of(system), true, "By connector."},
                            {"parents", list_of(text()), false, "one_of slots: which reference goes first."},
                            {"fields", map_of(field), true, "By canonical field."}});
}

void read_field_policy(const Node& field, const std::string& system, FieldPolicy& policy) {
  if (const Node* merge = field.find("merge")) {
    static const std::vector<std::pair<std::string, Strategy>> kWords = {{"last_write_wins", Strategy::last_write_wins},
                                                                         {"union", Strategy::union_of},
                                                                         {"max", Strategy::maximum},
                                                                         {"min", Strategy::minimum},
                                                                         {"longest", Strategy::longest},
                                                                         {"newest_nonblank", Strategy::newest_nonblank},
                                                                         {"review", Strategy::manual_review}};
    for (const auto& [word, strategy] : kWords)
      if (merge->scalar == word) policy.strategy = strategy;
    if (merge->find("owner")) policy.strategy = Strategy::owner;
    if (merge->find("prefer")) policy.strategy = Strategy::prefer;
  }
  if (const Node* blank = field.find("blank")) policy.blank_never_overwrites = blank->scalar == "never_overwrites";
  const Node* directions = field.find("direction");
  const Node* direction = directions ? directions->find(system) : nullptr;
  if (!direction) return;
  if (direction->scalar == "in") policy.direction = Direction::in;
  if (direction->scalar == "out") policy.direction = Direction::out;
  if (direction->scalar == "out_leave") policy.direction = Direction::out_leave;
}

void read_orders(const Node& file, Mapping& mapping) {
  const Node* fields = file.find("fields");
  if (!fields) return;
  for (const auto& [name, field] : fields->members) {
    const Node* merge = field.find("merge");
    if (!merge) continue;
    for (const char* word : {"owner", "prefer"}) {
      const Node* order = merge->find(word);
      if (!order) continue;
      auto& names = mapping.orders[name];
      if (order->kind == Node::Kind::scalar) names.push_back(order->scalar);
      for (const Node& item : order->items) names.push_back(item.scalar);
    }
  }
}

std::map<std::string, std::map<std::string, std::vector<std::string>>> objects_by_type(const std::map<std::string, Node>& files) {
  std::map<std::string, std::map<std::string, std::vector<std::string>>> objects;
  for (const auto& [type, file] : files) {
    const Node* systems = file.find("systems");
    if (!systems) continue;
    for (const auto& [system, node] : systems->members) {
      auto& list = objects[type][system];
      if (const Node* object = node.find("object")) list.push_back(object->scalar);
      if (const Node* variants = node.find("variants"))
        for (const auto& [name, variant] : variants->members)
          if (const Node* object = variant.find("object"); object && std::ranges::find(list, object->scalar) == list.end()) list.push_back(object->scalar);
    }
  }
  return objects;
}

void read_match_keys(const Node& file, const EntityType& type, Mapping& mapping, Findings& findings) {
  const Node* match = file.find("match");
  if (!match) return;
  std::vector<std::string> names;
  for (const FieldDefinition& field : type.fields) names.push_back(field.name);
  const auto resolve = [&](const Node& node, std::vector<FieldIndex>& key) {
    if (const auto index = type.find(node.scalar)) {
      key.push_back(*index);
      return;
    }
    findings.push_back(Finding{Finding::Severity::error, node.mark, "match key names unknown field '" + node.scalar + "'", nearest_name(node.scalar, names)});
  };
  std::vector<const Node*> keys;
  if (match->kind == Node::Kind::scalar) keys.push_back(match);
  for (const Node& item : match->items) keys.push_back(&item);
  for (const Node* node : keys) {
    std::vector<FieldIndex> key;
    if (node->kind == Node::Kind::scalar) resolve(*node, key);
    for (const Node& part : node->items) resolve(part, key);
    if (!key.empty()) mapping.match.keys.push_back(std::move(key));
  }
}

void check_field_names(const Node& file, const EntityType& type, const std::vector<std::string>& connectors, Findings& findings) {
  std::vector<std::string> names;
  for (const FieldDefinition& field : type.fields) names.push_back(field.name);
  const Node* fields = file.find("fields");
  const Node* systems = file.find("systems");
  if (!fields || !systems) return;
  if (const Node* parents = file.find("parents"))
    for (const Node& parent : parents->items)
      if (!type.find(parent.scalar))
        findings.push_back(
            Finding{Finding::Severity::error, parent.mark, "'parents' names unknown field '" + parent.scalar + "'", nearest_name(parent.scalar, names)});
  for (const auto& [name, field] : fields->members) {
    if (std::ranges::find(names, name) == names.end())
      findings.push_back(
          Finding{Finding::Severity::error, field.key_mark, "entity type '" + type.name + "' has no field '" + name + "'", nearest_name(name, names)});
    for (const char* word : {"in", "direction"}) {
      const Node* by_system = field.find(word);
      if (!by_system) continue;
      for (const auto& [system, of] : by_system->members)
        if (!systems->find(system))
          findings.push_back(
              Finding{Finding::Severity::error, of.key_mark, "'" + system + "' is not among this mapping's systems", nearest_name(system, connectors)});
    }
  }
}

namespace {

void append(const Node& node, std::string& out) {
  switch (node.kind) {
    case Node::Kind::null: out += '~'; break;
    case Node::Kind::scalar: out += node.scalar; break;
    case Node::Kind::list:
      out += '[';
      for (const Node& item : node.items) append(item, out), out += ',';
      out += ']';
      break;
    case Node::Kind::map:
      out += '{';
      for (const auto& [key, value] : node.members) out += key + ":", append(value, out), out += ',';
      out += '}';
      break;
  }
}

}  // namespace

std::string canonical_text_of(const Node& file, const std::string& system) {
  std::string text;
  if (const Node* systems = file.find("systems"))
    if (const Node* own = systems->find(system)) append(*own, text);
  if (const Node* fields = file.find("fields"))
    for (const auto& [name, field] : fields->members)
      if (const Node* in = field.find("in"))
        if (const Node* own = in->find(system)) text += name + "=", append(*own, text), text += ';';
  return text;
}

}  // namespace lockstep::mapping

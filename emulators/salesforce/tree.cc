// §2.6: nested creates, all or none.
#include "emulators/salesforce/dialect.h"
#include "emulators/salesforce/relations.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr std::size_t kMaxTreeRecords = 200;
constexpr int kMaxTreeDepth = 5;

/// The nested records of a tree, each in front of its children.
struct TreeNode {
  const ObjectType* object = nullptr;
  std::string reference;
  json::object fields;
  const Field* parent_field = nullptr;  // that takes the id of the node it hangs on
  std::size_t parent = 0;
};

Outcome<void> read_tree(const Schema& schema, const json::array& records, const ObjectType* expected, const Field* parent_field, std::size_t parent, int depth,
                        std::vector<TreeNode>& nodes) {
  if (depth > kMaxTreeDepth) return refuse("LIMIT_EXCEEDED", "the tree is deeper than 5 levels");
  for (const json::value& record : records) {
    const json::object* object = record.if_object();
    const json::value* attributes = object ? object->if_contains("attributes") : nullptr;
    const json::object* named = attributes ? attributes->if_object() : nullptr;
    TreeNode node;
    if (named) node.object = schema.find(text_member(*named, "type"));
    if (named) node.reference = std::string(text_member(*named, "referenceId"));
    if (!node.object || node.object != expected || node.reference.empty())
      return refuse("INVALID_INPUT", "every record of a tree needs attributes with type and referenceId");
    node.parent_field = parent_field;
    node.parent = parent;
    std::vector<std::pair<const ChildRelation*, const json::array*>> below;
    for (const auto& member : *object) {
      std::string_view name(member.key().data(), member.key().size());
      const ChildRelation* relation = member.value().is_object() ? find_child_relation(node.object->name, name) : nullptr;
      const json::value* list = relation ? member.value().get_object().if_contains("records") : nullptr;
      if (list && list->is_array()) {
        below.emplace_back(relation, &list->get_array());
      } else {
        node.fields.insert(member);
      }
    }
    nodes.push_back(std::move(node));
    if (nodes.size() > kMaxTreeRecords) return refuse("LIMIT_EXCEEDED", "a tree has at most 200 records");
    std::size_t self = nodes.size() - 1;
    for (const auto& [relation, list] : below) {
      const ObjectType& child = schema.object(relation->child);
      auto read = read_tree(schema, *list, &child, &child.field(relation->field), self, depth + 1, nodes);
      if (!read) return read;
    }
  }
  return {};
}

}  // namespace

http::Response Salesforce::composite_tree(Call& call) {
  const ObjectType* object = object_of(call);
  if (!object) return not_found(call);
  JsonDocument document;
  if (auto refused = read_json(call, document, json::kind::object)) return std::move(*refused);
  const json::value* records = document.root().get_object().if_contains("records");
  if (!records || !records->is_array() || records->get_array().empty())
    return error_response("JSON_PARSER_ERROR", "records must be an array of at least one record");
  std::vector<TreeNode> nodes;
  auto read = read_tree(org_.schema(), records->get_array(), object, nullptr, 0, 1, nodes);
  if (!read) return error_response(read.error());
  Transaction transaction(database());
  Writer writer = this->writer(call);
  std::vector<std::string> ids;
  json::array good, bad;
  for (TreeNode& node : nodes) {
    if (node.parent_field) node.fields[node.parent_field->name] = ids[node.parent];
    auto row = org_.create(*node.object, node.fields, writer);
    ids.push_back(row ? node.object->table->record(*row).id : "");
    if (row) good.push_back(json::object{{"referenceId", node.reference}, {"id", ids.back()}});
    if (!row) bad.push_back(json::object{{"referenceId", node.reference}, {"errors", item_errors(row.error(), {})}});
    if (!row) break;  // what hangs on it cannot be made
  }
  if (!bad.empty()) return json_response(400, json::object{{"hasErrors", true}, {"results", std::move(bad)}});
  transaction.commit();
  return json_response(201, json::object{{"hasErrors", false}, {"results", std::move(good)}});
}

}  // namespace lockstep::emulators::salesforce

#include "api/record_json.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/text.h"

namespace lockstep::api {

namespace json = boost::json;

std::optional<TypeIndex> type_of_path(const Model& model, std::string_view segment) {
  if (const auto type = model.find(segment)) return type;
  if (segment.ends_with('s')) return model.find(segment.substr(0, segment.size() - 1));
  return std::nullopt;
}

namespace {

constexpr int kDepthMax = 8;

Result<Value> to_value(const json::value& node, int depth) {
  if (depth > kDepthMax) return fail(ErrorCode::invalid_input, "nested too deeply");
  switch (node.kind()) {
    case json::kind::null: return Value{};
    case json::kind::bool_: return Value(node.get_bool());
    case json::kind::int64: return Value(node.get_int64());
    case json::kind::uint64: return Value(Decimal{std::to_string(node.get_uint64())});
    case json::kind::double_: {
      TRY(Decimal decimal, parse_decimal(json::serialize(node)));
      return Value(std::move(decimal));
    }
    case json::kind::string: return Value(std::string(node.get_string()));
    case json::kind::array: {
      List list;
      for (const json::value& item : node.get_array()) {
        TRY(Value value, to_value(item, depth + 1));
        list.push_back(std::move(value));
      }
      return Value(std::move(list));
    }
    case json::kind::object: {
      Map map;
      for (const auto& [key, member] : node.get_object()) {
        TRY(Value value, to_value(member, depth + 1));
        map.emplace_back(std::string(key), std::move(value));
      }
      make_map(map);
      return Value(std::move(map));
    }
  }
  return Value{};
}

Result<Value> reference_of(const FieldDefinition& field, const json::value& node) {
  if (node.is_null()) return Value{};
  RemoteId remote;
  if (node.is_string()) remote.id = std::string(node.get_string());
  if (const json::object* object = node.if_object()) {
    if (const json::value* id = object->if_contains("id"); id && id->is_string()) remote.id = std::string(id->get_string());
    if (const json::value* type = object->if_contains("type"); type && type->is_string()) remote.object = std::string(type->get_string());
  }
  if (remote.object.empty() && field.targets.size() == 1) remote.object = field.targets.front();
  if (remote.id.empty() || std::ranges::find(field.targets, remote.object) == field.targets.end())
    return fail(ErrorCode::invalid_input, "a reference is the id of a " + join(field.targets, " or ") + ", as text or {\"type\": …, \"id\": …}");
  return Value(std::move(remote));
}

}  // namespace

Fields fields_of_json(const Model& model, TypeIndex type, const json::object& object, const std::string& pointer, std::vector<ProblemDetail>& problems) {
  const EntityType& entity = model.at(type);
  Fields fields(entity.fields.size());
  for (const auto& [key, node] : object) {
    const std::string name(key);
    const auto index = entity.find(name);
    if (!index) {
      std::vector<std::string> names;
      for (const FieldDefinition& field : entity.fields) names.push_back(field.name);
      const std::string nearest = nearest_name(name, names);
      problems.push_back({pointer + "/" + name, "a " + entity.name + " has no field '" + name + "'" +
                                                    (nearest.empty() ? "; it has " + join(names, ", ") : ", did you mean '" + nearest + "'?")});
      continue;
    }
    const FieldDefinition& field = entity.fields[index->value()];
    Result<Value> value = field.type == FieldType::reference ? reference_of(field, node) : to_value(node, 0);
    if (value && field.type != FieldType::reference) value = mapping::canonical(field, std::move(*value));
    if (!value) {
      problems.push_back({pointer + "/" + name, value.error().message});
      continue;
    }
    if (field.required && value->is_blank()) problems.push_back({pointer + "/" + name, "must not be blank"});
    fields[index->value()] = std::move(*value);
  }
  return fields;
}

Result<std::optional<RemoteId>> shown_reference(Transaction& transaction, ConnectionId connection, EntityRef reference) {
  TRY(const auto resolved, transaction.resolve(EntityId{reference.entity}));
  TRY(const auto links, transaction.find_links(resolved.value_or(EntityId{reference.entity})));
  const auto own = std::ranges::find_if(links, [&](const Link& one) { return one.connection == connection && one.presence == LinkPresence::present; });
  return own == links.end() ? std::optional<RemoteId>{} : std::optional(own->remote);
}

Result<std::string> record_json(const Hub& hub, Transaction& transaction, const Golden& golden, const Link& link) {
  const EntityType& entity = hub.model.at(golden.type);
  std::string body = "{\"type\": " + to_json(Value(entity.name)) + ", \"id\": " + to_json(Value(link.remote.id)) + ", \"entity\": \"" +
                     golden.id.value().text() + "\", \"version\": " + std::to_string(golden.version);
  if (link.presence != LinkPresence::present) return body + ", \"deleted\": true}";
  body += ", \"fields\": {";
  bool first = true;
  for (std::size_t i = 0; i < entity.fields.size(); ++i) {
    // Who was made there by others was given what is not blank.
    const Value value = i < link.fields.size() && link.fields[i].shadow ? *link.fields[i].shadow : Value{};
    if (!first) body += ", ";
    first = false;
    body += to_json(Value(entity.fields[i].name)) + ": ";
    const EntityRef* reference = value.get<EntityRef>();
    if (!reference) {
      body += to_json(value);
      continue;
    }
    TRY(const auto shown, shown_reference(transaction, link.connection, *reference));
    if (!shown) body += "null";
    else body += "{\"type\": " + to_json(Value(shown->object)) + ", \"id\": " + to_json(Value(shown->id)) + "}";
  }
  return body + "}}";
}

}  // namespace lockstep::api

#include <boost/json.hpp>
#include <map>
#include <set>

#include "grammar/schema.h"
#include "grammar/schema_text.h"

namespace lockstep::grammar {

namespace {

namespace json = boost::json;
using Kind = Schema::Kind;

/// Writes two-space indented JSON: the files in schemas/ are read in reviews.
void print(const json::value& value, std::string& out, std::size_t depth) {
  const std::string inner(2 * depth + 2, ' '), outer(2 * depth, ' ');
  if (const auto* object = value.if_object(); object && !object->empty()) {
    const char* before = "{\n";
    for (const auto& [key, member] : *object) {
      out += before + inner + json::serialize(key) + ": ";
      print(member, out, depth + 1);
      before = ",\n";
    }
    out += "\n" + outer + "}";
  } else if (const auto* array = value.if_array(); array && !array->empty()) {
    const char* before = "[\n";
    for (const json::value& element : *array) {
      out += before + inner;
      print(element, out, depth + 1);
      before = ",\n";
    }
    out += "\n" + outer + "]";
  } else {
    out += json::serialize(value);
  }
}

class Writer {
 public:
  json::value write(const SchemaRef& reference) {
    if (!reference) return json::object{};
    if (reference->lazy) return write_lazy(reference);
    if (reference->name.empty() || reference->kind != Kind::record) return content(*reference);
    if (const auto known = names_.find(reference.get()); known != names_.end()) return pointer(known->second);
    if (open_.contains(reference->name)) return pointer(reference->name);
    return define(reference, reference->name);
  }
  json::object content(const Schema& schema);
  json::object record(const Schema& schema);
  json::object definitions;

 private:
  static json::value pointer(const std::string& name) { return {{"$ref", "#/$defs/" + name}}; }

  json::value write_lazy(const SchemaRef& reference) {
    if (reference->name.empty()) return write(resolve(reference));
    if (open_.contains(reference->name) || lazies_.contains(reference->name)) return pointer(reference->name);
    lazies_.insert(reference->name);
    const SchemaRef resolved = resolve(reference);
    if (resolved->name == reference->name) return write(resolved);
    return define(resolved, reference->name);
  }

  /// Two records may share a name and differ; the second then gets a number.
  json::value define(const SchemaRef& schema, const std::string& wanted) {
    const bool opened = open_.insert(wanted).second;
    kept_.push_back(schema);
    json::object described = content(*schema);
    if (opened) open_.erase(wanted);
    std::string name = wanted;
    for (int i = 2; definitions.contains(name) && definitions.at(name) != described; ++i) name = wanted + "_" + std::to_string(i);
    names_[schema.get()] = name;
    definitions[name] = std::move(described);
    return pointer(name);
  }

  std::map<const Schema*, std::string> names_;
  std::vector<SchemaRef> kept_;  // so that an address in names_ is never used again
  std::set<std::string> open_, lazies_;
};

json::object typed(const char* type) { return {{"type", type}}; }

json::object with_range(json::object out, const Schema& schema, const char* minimum, const char* maximum) {
  if (schema.minimum) out[minimum] = *schema.minimum;
  if (schema.maximum) out[maximum] = *schema.maximum;
  return out;
}

/// A YAML scalar that is read as text may look like a number or a truth value.
json::object any_scalar() { return {{"type", {"string", "number", "boolean"}}}; }

json::object Writer::record(const Schema& schema) {
  json::object properties;
  json::array required, all_of;
  for (const Member& member : schema.members) {
    json::value described = write(member.schema);
    if (!member.doc.empty()) described.as_object()["description"] = member.doc;
    properties[member.name] = std::move(described);
    if (member.required) required.emplace_back(member.name);
  }
  json::object out{{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) out["required"] = std::move(required);
  for (const auto& names : schema.exactly_one) {
    json::array one_of;
    for (const std::string& name : names) one_of.push_back(json::object{{"required", json::array{name}}});
    all_of.push_back(json::object{{"oneOf", std::move(one_of)}});
  }
  if (!all_of.empty()) out["allOf"] = std::move(all_of);
  return out;
}

json::object Writer::content(const Schema& schema) {
  json::object out;
  switch (schema.kind) {
    case Kind::text:
    case Kind::template_text:
    case Kind::expression: out = any_scalar(); break;
    case Kind::name: out = {{"type", "string"}, {"pattern", "^[A-Za-z_][A-Za-z0-9_.]*$"}}; break;
    case Kind::integer: out = with_range(typed("integer"), schema, "minimum", "maximum"); break;
    case Kind::boolean: out = typed("boolean"); break;
    case Kind::duration: out = {{"type", "string"}, {"pattern", "^[0-9]+(ms|s|m|h|d)$"}}; break;
    case Kind::size: out = {{"type", {"string", "integer"}}, {"pattern", "^[0-9]+(B|[KMG]i?B)?$"}}; break;
    case Kind::url: out = {{"type", "string"}, {"pattern", "^https?://"}}; break;
    case Kind::regex: out = {{"type", "string"}, {"format", "regex"}}; break;
    case Kind::choice: {
      json::array options;
      for (const std::string& option : schema.options) options.emplace_back(option);
      out["enum"] = std::move(options);
      break;
    }
    case Kind::list: {
      const json::value element = write(schema.element);
      json::object list = with_range(json::object{{"type", "array"}, {"items", element}}, schema, "minItems", "maxItems");
      if (schema.single_ok) out["anyOf"] = json::array{element, std::move(list)};
      else out = std::move(list);
      break;
    }
    case Kind::map:
      out = {{"type", "object"}, {"additionalProperties", write(schema.element)}};
      if (!schema.key_pattern.empty()) out["propertyNames"] = {{"pattern", "^(?:" + schema.key_pattern + ")$"}};
      break;
    case Kind::record: out = record(schema); break;
    case Kind::alternatives: {
      json::array any;
      for (const SchemaRef& alternative : schema.alternatives) any.push_back(write(alternative));
      out["anyOf"] = std::move(any);
      break;
    }
    case Kind::json_body:
    case Kind::any: break;
  }
  if (!schema.doc.empty()) out["description"] = schema.doc;
  return out;
}

}  // namespace

std::string to_json_schema(const Schema& schema, const std::string& title) {
  Writer writer;
  json::object root{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", title}};
  const SchemaRef lazy = schema.lazy ? schema.lazy() : nullptr;
  for (auto& [key, value] : writer.content(lazy ? *resolve(lazy) : schema)) root[key] = value;
  if (!writer.definitions.empty()) root["$defs"] = writer.definitions;
  std::string out;
  print(root, out, 0);
  return out + "\n";
}

}  // namespace lockstep::grammar

#include "connector/compiler.h"

#include <array>

#include "base/text.h"

namespace lockstep::connector {

using expression::Place;
using grammar::Finding;

std::string text_at(const Node& node, std::string_view key, std::string fallback) {
  const Node* found = node.find(key);
  return found && found->kind == Node::Kind::scalar ? found->scalar : fallback;
}

bool flag_at(const Node& node, std::string_view key, bool fallback) {
  const Node* found = node.find(key);
  return found ? found->as_bool().value_or(fallback) : fallback;
}

std::int64_t number_at(const Node& node, std::string_view key, std::int64_t fallback) {
  const Node* found = node.find(key);
  return found ? found->as_int().value_or(fallback) : fallback;
}

Duration duration_at(const Node& node, std::string_view key, Duration fallback) {
  const Node* found = node.find(key);
  return found ? parse_duration(found->scalar).value_or(fallback) : fallback;
}

std::vector<std::string> texts_at(const Node& node, std::string_view key) {
  std::vector<std::string> texts;
  const Node* found = node.find(key);
  if (!found) return texts;
  if (found->kind == Node::Kind::scalar) texts.push_back(found->scalar);
  for (const Node& item : found->items) texts.push_back(item.scalar);
  return texts;
}

std::vector<int> statuses_at(const Node& node, std::string_view key) {
  std::vector<int> statuses;
  const Node* found = node.find(key);
  if (!found) return statuses;
  if (const auto one = found->as_int()) statuses.push_back(static_cast<int>(*one));
  for (const Node& item : found->items) statuses.push_back(static_cast<int>(item.as_int().value_or(0)));
  return statuses;
}

Value value_of_node(const Node& node) {
  if (node.kind == Node::Kind::map) {
    Map map;
    for (const auto& [key, value] : node.members) map.emplace_back(key, value_of_node(value));
    make_map(map);
    return Value(std::move(map));
  }
  if (node.kind == Node::Kind::list) {
    List list;
    for (const Node& item : node.items) list.push_back(value_of_node(item));
    return Value(std::move(list));
  }
  if (node.is_null()) return Value{};
  if (const auto flag = node.quoted ? std::nullopt : node.as_bool()) return Value(*flag);
  if (const auto number = node.quoted ? std::nullopt : node.as_int()) return Value(*number);
  return Value(node.scalar);
}

void Compiler::error(const Node& node, std::string message, std::string suggestion) {
  findings_.push_back(Finding{Finding::Severity::error, node.mark, std::move(message), std::move(suggestion)});
}

void Compiler::warning(const Node& node, std::string message) { findings_.push_back(Finding{Finding::Severity::warning, node.mark, std::move(message), ""}); }

ProgramRef Compiler::program(const Node* node, bool secrets) {
  if (!node || node->is_null()) return nullptr;
  expression::CompileOptions options;
  options.allow_secrets = secrets;
  auto compiled = expression::compile(node->scalar, definition_.roots, options);
  if (compiled) return std::move(*compiled);
  error(*node, compiled.error().message);
  return nullptr;
}

TemplateRef Compiler::text(const Node* node, Place place, bool secrets) {
  return node && !node->is_null() ? text_of(node->scalar, *node, place, secrets) : nullptr;
}

TemplateRef Compiler::text_of(std::string_view source, const Node& node, Place place, bool secrets) {
  expression::CompileOptions options;
  options.allow_secrets = secrets;
  auto compiled = expression::compile_template(source, definition_.roots, place, nullptr, options);
  if (!compiled) {
    error(node, compiled.error().message);
    return nullptr;
  }
  for (const std::string& raw : expression::raw_holes(**compiled)) warning(node, "'" + raw + "' is written unescaped");
  return std::move(*compiled);
}

TemplateRef Compiler::dialect_text(const Node& node) {
  const auto& [word, source] = node.members.front();
  const auto dialect = definition_.dialects.find(word.substr(1));
  if (dialect == definition_.dialects.end()) {
    error(source, "unknown word '" + word + "': neither a body word nor a dialect of this connector");
    return nullptr;
  }
  auto compiled = expression::compile_template(source.scalar, definition_.roots, Place::dialect, &dialect->second);
  if (compiled) return std::move(*compiled);
  error(source, compiled.error().message);
  return nullptr;
}

std::vector<std::pair<std::string, TemplateRef>> Compiler::templates(const Node* node, Place place, bool secrets) {
  std::vector<std::pair<std::string, TemplateRef>> out;
  if (!node) return out;
  for (const auto& [name, value] : node->members) {
    const bool in_dialect = value.kind == Node::Kind::map && value.members.size() == 1 && value.members.front().first.starts_with('$');
    out.emplace_back(name, in_dialect ? dialect_text(value) : text(&value, place, secrets));
  }
  return out;
}

std::vector<std::pair<std::string, ProgramRef>> Compiler::programs(const Node* node) {
  std::vector<std::pair<std::string, ProgramRef>> out;
  if (!node) return out;
  for (const auto& [name, value] : node->members) out.emplace_back(name, program(&value));
  return out;
}

RequestSpec Compiler::request(const Node* node, bool secrets) {
  RequestSpec spec;
  if (!node) return spec;
  static constexpr std::array<const char*, 5> kMethods = {"GET", "POST", "PUT", "PATCH", "DELETE"};
  for (const char* method : kMethods)
    if (const Node* url = node->find(method)) {
      if (spec) error(*url, "a request has one method; this one has " + spec.method + " and " + method);
      spec.method = method;
      spec.url = text(url, Place::path_segment);
    }
  if (!spec) error(*node, "a request needs one of GET, POST, PUT, PATCH, DELETE");
  // Values are escaped when the query is put together, so that a dialect's text is too.
  spec.query = templates(node->find("query"), Place::plain);
  spec.headers = templates(node->find("headers"), Place::header, true);
  spec.form = templates(node->find("form"), Place::plain, secrets);
  if (const Node* json = node->find("json")) spec.json = body(*json, secrets);
  spec.expect = statuses_at(*node, "expect");
  spec.empty = statuses_at(*node, "empty");
  spec.ok = program(node->find("ok"));
  spec.charge = texts_at(*node, "charge");
  for (const std::string& name : spec.charge) {
    std::vector<std::string> known;
    bool found = name == "default";
    for (const LimitSpec& limit : definition_.limits) {
      known.push_back(limit.name);
      found = found || limit.name == name;
    }
    if (!found) error(*node->find("charge"), "unknown limit '" + name + "'", nearest_name(name, known));
  }
  spec.timeout = duration_at(*node, "timeout", Duration{30'000});
  return spec;
}

BodyRef Compiler::body(const Node& node, bool secrets) {
  auto out = std::make_shared<Body>();
  if (node.kind == Node::Kind::map) {
    const bool is_word = !node.members.empty() && node.members.front().first.starts_with('$') && !node.members.front().first.starts_with("$$") &&
                         !node.members.front().first.starts_with("${");
    if (is_word) return body_word(node, secrets);
    out->kind = Body::Kind::object;
    for (const auto& [name, value] : node.members)
      out->members.emplace_back(text_of(name.starts_with("$$") ? std::string_view(name).substr(1) : std::string_view(name), value, Place::plain),
                                body(value, secrets));
    return out;
  }
  if (node.kind == Node::Kind::list) {
    out->kind = Body::Kind::list;
    for (const Node& item : node.items) out->items.push_back(body(item, secrets));
    return out;
  }
  const Value constant = value_of_node(node);
  if (!constant.get<std::string>() || node.scalar.find("${") == std::string::npos) {
    out->kind = Body::Kind::literal;
    Result<void> written = append_json(expression::Operand(constant), out->literal);
    if (!written) error(node, written.error().message);
    return out;
  }
  out->kind = Body::Kind::text;
  out->text = text(&node, Place::plain, secrets);
  return out;
}

BodyRef Compiler::body_word(const Node& node, bool secrets) {
  auto out = std::make_shared<Body>();
  const auto& [word, value] = node.members.front();
  if (word == "$each") {
    out->kind = Body::Kind::each;
    out->over_rows = value.scalar == "rows";
    if (const Node* as = node.find("as")) out->as = definition_.roots.add(as->scalar);
    else if (!out->over_rows) error(node, "$each over anything but rows needs 'as: name'");
    if (!out->over_rows) out->program = program(&value);
    const Node* element = node.find("do");
    if (element) out->items.push_back(body(*element, secrets));
    else error(node, "$each needs 'do'");
  } else if (word == "$fields") {
    out->kind = Body::Kind::fields;
    if (value.scalar != "row.set") error(value, "$fields writes 'row.set'");
    if (const Node* except = node.find("except"))
      for (const Node& item : except->items) out->except.push_back(text(&item, Place::plain));
  } else if (word == "$merge") {
    out->kind = Body::Kind::merge;
    for (const Node& item : value.items) out->items.push_back(body(item, secrets));
  } else if (word == "$if") {
    out->kind = Body::Kind::condition;
    out->program = program(&value);
    if (const Node* then = node.find("then")) out->items.push_back(body(*then, secrets));
    else error(node, "$if needs 'then'");
    if (const Node* otherwise = node.find("else")) out->items.push_back(body(*otherwise, secrets));
  } else if (word == "$json") {
    out->kind = Body::Kind::json_text;
    out->items.push_back(body(value, secrets));
  } else if (word == "$node") {
    out->kind = Body::Kind::node;
    out->program = program(&value);
  } else {
    out->kind = Body::Kind::text;
    out->text = dialect_text(node);
  }
  return out;
}

PageSpec Compiler::page(const Node* node) {
  PageSpec spec;
  if (!node) return spec;
  if (const Node* link = node->find("link")) spec.next_link = program(link->find("next"));
  if (const Node* cursor = node->find("cursor")) spec.next_cursor = program(cursor->find("next"));
  return spec;
}

const ObjectSpec* Definition::find_object(std::string_view object) const {
  for (const ObjectSpec& spec : objects)
    if (spec.name == object) return &spec;
  return nullptr;
}

const AssociationSpec* Definition::find_association(std::string_view association) const {
  for (const AssociationSpec& spec : associations)
    if (spec.name == association) return &spec;
  return nullptr;
}

const BundleSpec* Definition::find_bundle(std::string_view bundle) const {
  for (const BundleSpec& spec : bundles)
    if (spec.name == bundle) return &spec;
  return nullptr;
}

const FormSpec* ObjectSpec::find_form(std::string_view form) const {
  for (const FormSpec& spec : forms)
    if (spec.name == form) return &spec;
  return nullptr;
}

}  // namespace lockstep::connector

// A connector file as a whole, in the order in which its parts need each other.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "connector/compiler.h"

namespace lockstep::connector {

using expression::Place;

namespace {

void load_dialects(const Node& file, Definition& definition) {
  const Node* dialects = file.find("dialects");
  if (!dialects) return;
  for (const auto& [name, node] : dialects->members) {
    expression::Dialect dialect;
    if (const Node* text = node.find("text")) {
      dialect.text_around = text_at(*text, "around", "'");
      if (const Node* escape = text->find("escape"))
        for (const auto& [from, to] : escape->members) dialect.text_escapes.emplace_back(from, to.scalar);
    }
    dialect.instant_pattern = text_at(node, "instant", dialect.instant_pattern);
    if (const Node* list = node.find("list")) {
      const std::string around = text_at(*list, "around", "()");
      dialect.list_open = around.substr(0, around.size() / 2);
      dialect.list_close = around.substr(around.size() / 2);
      dialect.list_between = text_at(*list, "between", ", ");
    }
    dialect.null_word = text_at(node, "null", "null");
    definition.dialects[name] = std::move(dialect);
  }
}

void load_params(const Node& file, Compiler& compiler, Definition& definition) {
  const Node* params = file.find("params");
  if (!params) return;
  for (const auto& [name, node] : params->members) {
    ParamSpec param;
    param.name = name;
    param.type = text_at(node, "type", "text");
    param.optional = flag_at(node, "optional");
    param.options = texts_at(node, "enum");
    if (const Node* fallback = node.find("default")) param.fallback = compiler.text(fallback, Place::plain);
    definition.params.push_back(std::move(param));
    if (definition.params.back().type == "name") definition.roots.mark_names("params." + name);
  }
}

/// Names bound by forms' arguments and doors' `let` must be roots before any expression is compiled.
void bind_names(const Node& node, Definition& definition) {
  for (const auto& [key, value] : node.members) {
    if (key == "args" || key == "let")
      for (const auto& [name, type] : value.members) definition.roots.add(name);
    if (key == "as" && value.kind == Node::Kind::scalar) definition.roots.add(value.scalar);
    bind_names(value, definition);
  }
  for (const Node& item : node.items) bind_names(item, definition);
}

std::string text_of_node(const Node& node) {
  std::string text = node.scalar + "\x1f";
  for (const auto& [key, value] : node.members) text += key + "\x1e" + text_of_node(value);
  for (const Node& item : node.items) text += "\x1d" + text_of_node(item);
  return text;
}

/// Both a 404 and an unreadable answer must end in a class (docs/connectors.md, "What the loader proves").
void check_coverage(const Node& file, const Definition& definition, Compiler& compiler) {
  for (const int status : {401, 403, 404, 409, 413, 429, 500, 503}) {
    bool covered = false;
    for (const ErrorRule& rule : definition.rules)
      covered = covered || (rule.equals.empty() && !rule.message && !rule.condition && rule.wheres.empty() && rule.operations.empty() &&
                            std::find(rule.status.begin(), rule.status.end(), status) != rule.status.end());
    if (!covered) compiler.warning(*file.find("errors"), "no rule of 'errors' classes a plain status " + std::to_string(status));
  }
}

/// Objects may leave to `object_defaults` what they do not change, so they are checked only when both are one.
Node with_defaults(Node file) {
  const auto defaults = std::ranges::find(file.members, "object_defaults", &std::pair<std::string, Node>::first);
  const auto objects = std::ranges::find(file.members, "objects", &std::pair<std::string, Node>::first);
  if (defaults == file.members.end() || objects == file.members.end() || objects->second.members.empty()) return file;
  for (auto& [name, object] : objects->second.members) object = grammar::merge_deep(defaults->second, object, {});
  file.members.erase(defaults);
  return file;
}

/// What is wrong with the defaults is wrong with each object: told once.
void move_once(grammar::Findings from, grammar::Findings& to) {
  std::set<std::string> told;
  for (grammar::Finding& finding : from)
    if (told.insert(finding.text()).second) to.push_back(std::move(finding));
}

}  // namespace

DefinitionRef load_definition(const grammar::Node& written, grammar::Findings& findings) {
  grammar::Findings own;
  const Node file = with_defaults(written);
  grammar::validate(file, *connector_schema(), own);
  auto definition = std::make_shared<Definition>();
  if (!grammar::has_errors(own)) {
    definition->roots = fixed_roots();
    bind_names(file, *definition);
    definition->name = text_at(file, "connector");
    definition->version = to_hex(std::to_string(stable_hash(text_of_node(file))));
    load_dialects(file, *definition);
    Compiler compiler(*definition, own);
    load_params(file, compiler, *definition);
    const Node* api = file.find("api");
    const Node* tables = file.find("tables");
    definition->api = api ? value_of_node(*api) : Value(Map{});
    definition->tables = tables ? value_of_node(*tables) : Value(Map{});
    for (const Node& host : file.find("hosts")->items) definition->hosts.push_back(compiler.text(&host, Place::plain));
    if (file.find("hosts")->kind == Node::Kind::scalar) definition->hosts.push_back(compiler.text(file.find("hosts"), Place::plain));
    definition->base_url = compiler.text(file.find("base_url"), Place::plain);
    definition->prefix = compiler.text(file.find("prefix"), Place::plain);
    if (const Node* limits = file.find("limits"))
      for (const auto& [name, node] : limits->members) definition->limits.push_back(compiler.limit(name, node));
    for (const auto& [name, node] : file.find("auth")->members) definition->auth.push_back(compiler.auth(name, node));
    const Node& whoami = *file.find("whoami");
    definition->whoami = compiler.request(whoami.find("request"));
    definition->whoami_facts = compiler.programs(whoami.find("facts"));
    definition->account_facts = texts_at(whoami, "account");
    for (const Node& shape : file.find("error_shapes")->items) definition->shapes.push_back(compiler.error_shape(shape));
    for (const Node& rule : file.find("errors")->items) definition->rules.push_back(compiler.error_rule(rule));
    if (const Node* bundles = file.find("bundles"))
      for (const auto& [name, node] : bundles->members) definition->bundles.push_back(compiler.bundle(name, node));
    if (const Node* doors = file.find("doors"))
      for (const auto& [name, node] : doors->members) definition->doors.push_back(compiler.door(name, node));
    for (const auto& [name, node] : file.find("objects")->members) definition->objects.push_back(compiler.object(name, node));
    if (const Node* associations = file.find("associations"))
      for (const auto& [name, node] : associations->members) definition->associations.push_back(compiler.association(name, node));
    if (const Node* samples = file.find("samples"))
      for (const Node& sample : samples->items) definition->samples.push_back(Sample{sample});
    check_coverage(file, *definition, compiler);
  }
  const bool failed = grammar::has_errors(own);
  move_once(std::move(own), findings);
  return failed ? nullptr : definition;
}

std::vector<FormInfo> forms_of(const Definition& definition, std::string_view object) {
  std::vector<FormInfo> forms;
  if (const ObjectSpec* spec = definition.find_object(object))
    for (const FormSpec& form : spec->forms) forms.push_back(FormInfo{form.name, form.arguments});
  return forms;
}

std::vector<std::string> objects_of(const Definition& definition) {
  std::vector<std::string> names;
  for (const ObjectSpec& object : definition.objects) names.push_back(object.name);
  return names;
}

bool can_archive(const Definition& definition, std::string_view object) {
  const ObjectSpec* spec = definition.find_object(object);
  return spec && (spec->write.archive.has() || spec->write.delete_can_be_undone);
}

const std::string& name_of(const Definition& definition) { return definition.name; }

}  // namespace lockstep::connector

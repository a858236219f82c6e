// Objects and associations: how their rows look, how they are read and written.
#include "base/text.h"
#include "connector/compiler.h"

namespace lockstep::connector {

using expression::Place;

RowSpec Compiler::row(const Node* node) {
  RowSpec spec;
  if (!node) return spec;
  if (const Node* id = node->find("id")) {
    spec.id = program(id->find("read"));
    spec.id_without_case = text_at(*id, "compare") == "no_case";
  }
  if (const Node* version = node->find("version")) {
    spec.version = program(version->find("read"));
    spec.version_is_ordered = text_at(*version, "kind", "opaque") != "opaque";
    spec.version_is_exact = flag_at(*version, "exact");
  }
  spec.modified = program(node->find("modified"));
  spec.deleted = program(node->find("deleted"));
  spec.archived = program(node->find("archived"));
  spec.merged_into = program(node->find("merged_into"));
  spec.absorbed = program(node->find("absorbed"));
  return spec;
}

WireSpec Compiler::wire(const Node* node) {
  WireSpec spec;
  spec.clear = "null";
  if (!node) return spec;
  spec.boolean_as_text = text_at(*node, "bool", "json") == "text";
  spec.number_as_text = text_at(*node, "number", "json") == "text";
  spec.instant_pattern = text_at(*node, "instant", spec.instant_pattern);
  spec.date_pattern = text_at(*node, "date", spec.date_pattern);
  for (const char* word : {"instant", "date"})
    if (const Node* pattern = node->find(word))
      if (const auto compiled = expression::DatePattern::compile(pattern->scalar); !compiled) error(*pattern, compiled.error().message);
  if (const Node* set = node->find("set")) {
    spec.set_join = text_at(*set, "join", spec.set_join);
    if (spec.set_join.empty()) error(*set, "'join' is empty: it stands between the elements of a set");
  }
  if (const Node* clear = node->find("clear"); clear && !clear->is_null()) {
    spec.clear.clear();
    append_quoted(clear->scalar, spec.clear);
  }
  spec.null_reads = texts_at(*node, "null_reads");
  return spec;
}

FormSpec Compiler::form(const std::string& name, const Node& node) {
  FormSpec spec;
  spec.name = name;
  if (const Node* arguments = node.find("args"))
    for (const auto& [argument, type] : arguments->members) {
      spec.arguments.push_back(argument);
      spec.argument_roots.push_back(definition_.roots.add(argument));
    }
  if (spec.arguments.empty()) error(node, "form '" + name + "' needs 'args': the first is the one that mappings name it by");
  spec.select = text(node.find("select"), Place::plain);
  if (const Node* read = node.find("read")) {
    spec.read = program(read->kind == Node::Kind::map ? read->find("id") : read);
    if (read->kind == Node::Kind::map) spec.read_object = program(read->find("object"));
  }
  const auto pairs = [&](const Node* from) {
    std::vector<std::pair<TemplateRef, TemplateRef>> out;
    if (from)
      for (const auto& [key, value] : from->members)
        out.emplace_back(text_of(key, value, Place::plain), value.is_null() ? nullptr : text(&value, Place::plain));
    return out;
  };
  spec.write = pairs(node.find("write"));
  spec.clear = pairs(node.find("clear"));
  spec.association = text(node.find("association"), Place::plain);
  return spec;
}

ChangesSpec Compiler::changes(const Node& node) {
  ChangesSpec spec;
  const bool token = text_at(node, "kind") == "token";
  spec.kind = token ? ChangesSpec::Kind::token : ChangesSpec::Kind::watermark;
  spec.every = duration_at(node, "every", Duration{60'000});
  spec.refetch = text_at(node, "then", "apply") == "refetch";
  spec.select_max = static_cast<std::size_t>(number_at(node, "select_max", 0));
  if (spec.select_max > 0 && !spec.refetch) error(node, "'select_max' is for feeds that are read by id again (then: refetch)");
  spec.request = request(token ? node.find("start") : node.find("request"));
  spec.rows = program(node.find("rows"));
  spec.page = page(node.find("page"));
  spec.stamp = program(node.find("stamp"));
  spec.tie = program(node.find("tie"));
  spec.tie_in_window = text_at(node, "order") == "tie_in_window";
  spec.settle = duration_at(node, "settle", Duration{0});
  spec.overlap = duration_at(node, "overlap", Duration{60'000});
  spec.next = program(node.find("next"));
  if (const Node* deleted = node.find("deleted")) {
    spec.deleted_when = program(deleted->find("when"));
    spec.deleted_id = program(deleted->find("id"));
  }
  spec.start_is_scan = text_at(node, "start_is") == "scan";
  if (token && !spec.next) error(node, "a token feed needs 'next': where the next token stands");
  if (!token && (!spec.stamp || !spec.tie)) error(node, "a watermark feed needs 'stamp' and 'tie'");
  return spec;
}

ResultSpec Compiler::result(const Node& node) {
  ResultSpec spec;
  spec.at = program(node.find("at"));
  if (const Node* match = node.find("match")) {
    spec.by_index = match->kind == Node::Kind::scalar;
    spec.match_item = program(match->find("item"));
    spec.match_row = program(match->find("row"));
  }
  spec.ok = program(node.find("ok"));
  spec.id = program(node.find("id"));
  spec.version = program(node.find("version"));
  spec.created = program(node.find("created"));
  spec.record = program(node.find("record"));
  spec.errors = program(node.find("errors"));
  return spec;
}

ShapeSpec Compiler::shape(const Node& node, ShapeSpec::Kind kind) {
  ShapeSpec spec;
  spec.kind = kind;
  spec.request = request(node.find("request"));
  spec.max = static_cast<std::size_t>(number_at(node, "max", 1));
  if (kind == ShapeSpec::Kind::array && !node.find("max")) error(node, "one request for many rows needs 'max': how many");
  spec.max_bytes = static_cast<std::size_t>(number_at(node, "max_bytes", 0));
  spec.distinct_by = program(node.find("distinct_by"));
  spec.use_when = program(node.find("use_when"));
  if (const Node* results = node.find("results"); results && results->kind == Node::Kind::list)
    for (const Node& one : results->items) spec.results.push_back(result(one));
  else spec.results_kind = ResultsKind::none;
  if (const Node* one = node.find("result")) {
    spec.results_kind = ResultsKind::listed;
    spec.results.push_back(result(*one));
  }
  for (const std::string& lost : texts_at(node, "loses")) spec.loses_guard = spec.loses_guard || lost == "guard";
  if (const Node* guard = node.find("guard")) spec.guard_headers = templates(guard->find("headers"), Place::header);
  return spec;
}

OperationSpec Compiler::operation(const Node* node) {
  OperationSpec spec;
  if (!node || node->kind != Node::Kind::map) return spec;
  if (const Node* by = node->find("by")) {
    if (by->find("key")) spec.by = CreateBy::key;
    if (by->find("client_id")) spec.by = CreateBy::client_id;
    if (by->scalar == "lookup") spec.by = CreateBy::lookup;
  }
  if (const Node* array = node->find("array")) spec.shapes.push_back(shape(*array, ShapeSpec::Kind::array));
  if (const Node* one = node->find("one")) {
    ShapeSpec shape_of_one = shape(*one, ShapeSpec::Kind::one);
    if (const Node* bundle = node->find("bundle")) {
      shape_of_one.bundle = bundle->scalar;
      const BundleSpec* known = definition_.find_bundle(bundle->scalar);
      if (known) shape_of_one.max = known->max;
      else error(*bundle, "unknown bundle '" + bundle->scalar + "'");
    }
    spec.shapes.push_back(std::move(shape_of_one));
  }
  return spec;
}

TransitionSpec Compiler::transition(const Node& node) {
  TransitionSpec spec;
  spec.name = text_at(node, "name");
  spec.when = program(node.find("when"));
  spec.takes = texts_at(node, "takes");
  spec.before = text_at(node, "order", "after") == "before";
  if (const Node* steps = node.find("steps"))
    for (const Node& step : steps->items) spec.steps.push_back(request(&step));
  return spec;
}

namespace {

/// What expressions see as `object`: its name, its system fields and the file's own `vars`.
Map about_object(const std::string& name, const std::vector<std::string>& system_fields, const Node* vars) {
  Map about{{"name", Value(name)}};
  List fields;
  for (const std::string& field : system_fields) fields.emplace_back(field);
  about.emplace_back("system_fields", Value(std::move(fields)));
  if (vars)
    for (const auto& [key, value] : vars->members) about.emplace_back(key, value_of_node(value));
  make_map(about);
  return about;
}

}  // namespace

ReadManySpec Compiler::read_many(const Node& node) {
  ReadManySpec spec;
  spec.request = request(node.find("request"));
  spec.max = static_cast<std::size_t>(number_at(node, "max", 1));
  spec.rows = program(node.find("rows"));
  spec.page = page(node.find("page"));
  if (const Node* match = node.find("match")) {
    spec.by_index = match->scalar == "index";
    spec.match_item = program(match->find("item"));
  }
  spec.maybe_gone = text_at(node, "missing", "gone") == "maybe_gone";
  return spec;
}

GoneSpec Compiler::gone(const Node& node) {
  GoneSpec spec;
  spec.request = request(node.find("request"));
  spec.max = static_cast<std::size_t>(number_at(node, "max", 1));
  spec.rows = program(node.find("rows"));
  spec.merged_into = program(node.find("merged_into"));
  return spec;
}

ScanSpec Compiler::scan(const Node& node) {
  ScanSpec spec;
  spec.request = request(node.find("request"));
  spec.rows = program(node.find("rows"));
  spec.tie = program(node.find("tie"));
  spec.total = program(node.find("total"));
  spec.page = page(node.find("page"));
  return spec;
}

void Compiler::rung(const Node& node, ObjectSpec& into) {
  const std::string kind = text_at(node, "kind");
  if (kind == "hint") {
    const std::string door = text_at(node, "door");
    for (const DoorSpec& known : definition_.doors)
      if (known.name == door) into.has_webhook = true;
    if (!into.has_webhook) error(node, "a hint needs 'door': the name of one of 'doors'");
  }
  if (node.find("select_max") && !into.row.version_is_exact)
    error(node, "'select_max' needs an exact version in 'row': only it tells how old the fields are that a row shows");
  const bool pulled = kind == "watermark" || kind == "token";
  if (pulled && into.changes && kind == "token") error(node, "a token feed cannot stand below another feed: only a watermark can begin where that one died");
  else if (pulled && into.changes) into.lower_changes.push_back(changes(node));
  else if (pulled) into.changes = changes(node);
}

FindSpec Compiler::find(const Node& node) {
  FindSpec spec;
  spec.when = program(node.find("when"));
  spec.request = request(node.find("request"));
  spec.max = static_cast<std::size_t>(number_at(node, "max", 100));
  spec.rows = program(node.find("rows"));
  spec.page = page(node.find("page"));
  return spec;
}

WriteSpec Compiler::write(const Node& node) {
  WriteSpec spec;
  const std::string shadow = text_at(node, "shadow", "response");
  spec.shadow = shadow == "feed" ? ShadowSource::feed : shadow == "read_back" ? ShadowSource::read_back : ShadowSource::response;
  spec.headers = templates(node.find("headers"), Place::header);
  spec.query = templates(node.find("query"), Place::plain);
  spec.create = operation(node.find("create"));
  spec.update = operation(node.find("update"));
  spec.remove = operation(node.find("delete"));
  spec.archive = operation(node.find("archive"));
  spec.restore = operation(node.find("restore"));
  spec.delete_can_be_undone = flag_at(node, "delete_can_be_undone");
  spec.not_on_create = texts_at(node, "not_on_create");
  spec.lock_group = program(node.find("lock_group"));
  if (const Node* transitions = node.find("transitions"))
    for (const Node& one : transitions->items) spec.transitions.push_back(transition(one));
  return spec;
}

ObjectSpec Compiler::object(const std::string& name, const Node& node) {
  ObjectSpec spec;
  spec.name = name;
  spec.system_fields = texts_at(node, "system_fields");
  spec.value = about_object(name, spec.system_fields, node.find("vars"));
  spec.row = row(node.find("row"));
  if (!spec.row.id) error(node, "object '" + name + "' needs 'row: {id: {read: …}}'");
  if (const Node* key = node.find("key")) {
    spec.key_field = text(key->find("field"), Place::plain);
    spec.key_unique = flag_at(*key, "unique");
    spec.key_exists = request(key->find("exists"));
    spec.key_ensure = request(key->find("ensure"));
  }
  spec.wire = wire(node.find("wire"));
  if (const Node* forms = node.find("field_forms"))
    for (const auto& [form_name, form_node] : forms->members) spec.forms.push_back(form(form_name, form_node));
  if (!spec.find_form("plain")) error(node, "object '" + name + "' needs a form 'plain'");
  if (const Node* read = node.find("read_many")) spec.read_many = read_many(*read);
  else error(node, "object '" + name + "' needs 'read_many': what changed, and what seems gone, is read by id");
  if (const Node* steps = node.find("read_gone"))
    for (const Node& step : steps->items) spec.read_gone.push_back(gone(step));
  if (const Node* listing = node.find("scan")) spec.scan = scan(*listing);
  else error(node, "object '" + name + "' needs 'scan': a complete listing");
  if (const Node* rungs = node.find("changes"))
    for (const Node& one : rungs->items) rung(one, spec);
  spec.lists_deletes = flag_at(node, "feed_lists_deletes");
  spec.visible_after = duration_at(node, "visible_after", Duration{0});
  if (const Node* sources = node.find("find"))
    for (const Node& one : sources->items) spec.find.push_back(find(one));
  if (const Node* writes = node.find("write")) {
    spec.write = write(*writes);
    if (spec.write.create.has() && spec.write.create.by == CreateBy::nothing)
      error(*writes, "create of '" + name + "' needs 'by': how a create is repeated safely (key, client_id or lookup)");
    if (spec.write.create.by == CreateBy::lookup && spec.find.empty())
      error(*writes, "create by lookup of '" + name + "' needs 'find': an unknown outcome is looked up before anything is sent again");
  }
  if (spec.write.archive.has() && (!spec.write.restore.has() || !spec.row.archived))
    error(node, "'archive' of '" + name + "' needs 'restore', and 'archived' in 'row': what was taken out of use has to be seen, and taken back");
  return spec;
}

AssociationSpec Compiler::association(const std::string& name, const Node& node) {
  AssociationSpec spec;
  spec.name = name;
  spec.from = text_at(node, "from");
  spec.to = text_at(node, "to");
  for (const char* end : {"from", "to"})
    if (!definition_.find_object(text_at(node, end))) error(node, "association '" + name + "': " + end + " names no object: '" + text_at(node, end) + "'");
  spec.one = text_at(node, "cardinality", "one") == "one";
  spec.at_create = flag_at(node, "at_create");
  spec.inline_read = program(node.find("inline_read"));
  if (const Node* read = node.find("read")) {
    spec.read = request(read->find("request"));
    spec.read_max = static_cast<std::size_t>(number_at(*read, "max", 100));
    spec.rows = program(read->find("rows"));
    spec.row_from = program(read->find("from"));
    spec.row_to = program(read->find("to"));
  }
  if (const Node* add = node.find("add")) spec.add = shape(*add, ShapeSpec::Kind::array);
  if (const Node* remove = node.find("remove")) spec.remove = shape(*remove, ShapeSpec::Kind::array);
  if (const Node* vars = node.find("vars"))
    for (const auto& [key, value] : vars->members) spec.vars[key] = value.scalar;
  return spec;
}

}  // namespace lockstep::connector

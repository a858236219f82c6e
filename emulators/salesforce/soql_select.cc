// SELECT and FROM.
#include <fmt/format.h>

#include "emulators/salesforce/soql_dates.h"
#include "emulators/salesforce/soql_parser.h"

namespace lockstep::emulators::salesforce {
Outcome<void> SoqlParser::skip_select_list() {
  int open = 0;
  while (peek().kind != Token::Kind::end && (open > 0 || !is_word("FROM"))) {
    if (is_symbol("(")) ++open;
    if (is_symbol(")") && --open < 0) return unexpected_token();
    take();
  }
  return {};
}

Outcome<void> SoqlParser::from(Query& query, const ObjectType* parent) {
  if (!take_word("FROM") || peek().kind != Token::Kind::word) return unexpected_token();
  const Token& name = take();
  if (parent) {
    query.relation = find_child_relation(parent->name, name.value);
    if (!query.relation) {
      return error("INVALID_TYPE", name,
                   fmt::format("Didn't understand relationship '{}' in FROM part of query call. If you are attempting to use a custom "
                               "relationship, be sure to append the '__r' after the custom relationship name.",
                               name.value));
    }
    query.object = &schema_.object(query.relation->child);
    return alias_and_scope(query);
  }
  query.object = schema_.find(name.value);
  if (query.object) return alias_and_scope(query);
  return error("INVALID_TYPE", name,
               fmt::format("sObject type '{}' is not supported. If you are attempting to use a custom object, be "
                           "sure to append the '__c' after the entity name. Please reference your WSDL or the "
                           "describe call for the appropriate names.",
                           name.value));
}

/// "c", "AS c", "USING SCOPE mine".
Outcome<void> SoqlParser::alias_and_scope(Query& query) {
  static constexpr std::string_view kClauses[] = {"WHERE", "GROUP", "ORDER", "LIMIT", "OFFSET", "USING", "WITH", "FOR", "ALL", "HAVING"};
  bool clause = std::any_of(std::begin(kClauses), std::end(kClauses), [this](std::string_view word) { return is_word(word); });
  if (take_word("AS") || (peek().kind == Token::Kind::word && !clause)) {
    if (peek().kind != Token::Kind::word) return unexpected_token();
    query.alias = take().value;
  }
  if (!take_word("USING")) return {};
  if (!take_word("SCOPE")) return unexpected_token();
  const Field* owner = query.object->find("OwnerId");
  if (!owner || !take_word("MINE")) return take_word("EVERYTHING") ? Outcome<void>{} : unexpected_token();
  query.scope.emplace();
  query.scope->path = {{}, query.object, owner, false};
  query.scope->comparator = Comparator::equal;
  query.scope->values = {Value(schema_.seen_as())};
  return {};
}

Outcome<void> SoqlParser::select_list(Query& query, int depth) {
  do {
    if (auto done = select_item(query, depth); !done) return done;
  } while (take_symbol(","));
  return is_word("FROM") ? Outcome<void>{} : unexpected_token();
}

Outcome<void> SoqlParser::select_item(Query& query, int depth) {
  if (is_symbol("(")) return child_query(query, depth);
  if (peek().kind != Token::Kind::word || is_word("FROM")) return unexpected_token();
  const Token& name = take();
  if (is_symbol("(")) return function(query, name);
  if (equal_no_case(name.value, "TYPEOF") && peek().kind == Token::Kind::word) return type_of(query);
  auto path = this->path(query, name);
  if (!path) return tl::unexpected(path.error());
  for (const FieldPath& known : query.select) {
    if (known.same(*path)) return error("INVALID_FIELD", name, "duplicate field selected: " + name.value);
  }
  query.select.push_back(std::move(*path));
  return {};
}

/// COUNT(), an aggregate of a field with or without a name of its own, FIELDS(…).
Outcome<void> SoqlParser::function(Query& query, const Token& name) {
  take();  // (
  if (equal_no_case(name.value, "FIELDS")) return all_fields(query, take());
  if (equal_no_case(name.value, "COUNT") && take_symbol(")")) {
    bool alone = query.select.empty() && query.aggregates.empty() && !query.count && is_word("FROM");
    if (!alone) return unexpected_token();
    query.count = true;
    return {};
  }
  if (equal_no_case(name.value, "toLabel")) return label(query);
  if (const Field* part = date_function(name.value)) {
    auto path = part_of_date(query, *part);
    if (!path) return tl::unexpected(path.error());
    path->alias = peek().kind == Token::Kind::word && !is_word("FROM") ? take().value : fmt::format("expr{}", query.unnamed++);
    query.select.push_back(std::move(*path));
    return {};
  }
  auto aggregate = aggregate_of(query, name);
  if (!aggregate) return tl::unexpected(aggregate.error());
  aggregate->name = fmt::format("expr{}", query.unnamed);
  if (peek().kind == Token::Kind::word && !is_word("FROM")) {
    aggregate->name = take().value;
  } else {
    ++query.unnamed;
  }
  query.aggregates.push_back(std::move(*aggregate));
  return {};
}

/// CALENDAR_YEAR(CreatedDate), from behind its parenthesis on.
Outcome<FieldPath> SoqlParser::part_of_date(const Query& query, const Field& part) {
  const Token& name = take();
  auto path = this->path(query, name);
  if (!path) return path;
  if (path->field->type != FieldType::date && path->field->type != FieldType::datetime)
    return error("INVALID_FIELD", name, fmt::format("{} is for dates, which {} is not", part.name, path->field->name));
  if (!take_symbol(")")) return unexpected_token();
  path->date = std::exchange(path->field, &part);
  return path;
}

/// toLabel(Status): the label of an option, which is its value here, under the field's own name.
Outcome<void> SoqlParser::label(Query& query) {
  const Token& name = take();
  auto path = this->path(query, name);
  if (!path) return tl::unexpected(path.error());
  if (path->field->type != FieldType::picklist)
    return error("INVALID_FIELD", name, fmt::format("toLabel is for picklists, which {} is not", path->field->name));
  if (!take_symbol(")")) return unexpected_token();
  query.select.push_back(std::move(*path));
  return {};
}

Outcome<void> SoqlParser::all_fields(Query& query, const Token& which) {
  bool all = equal_no_case(which.value, "ALL"), custom = equal_no_case(which.value, "CUSTOM");
  if (!(all || custom || equal_no_case(which.value, "STANDARD")) || !take_symbol(")")) return unexpected_token();
  query.all_custom = query.all_custom || all || custom;
  for (const Field* field : query.object->visible()) {
    if (all || field->name.ends_with("__c") == custom) query.select.push_back({{}, query.object, field, false});
  }
  return {};
}

Outcome<void> SoqlParser::child_query(Query& query, int depth) {
  take();  // (
  auto child = nested(query.object, depth + 1);
  if (!child) return tl::unexpected(child.error());
  if (!take_symbol(")")) return unexpected_token();
  query.children.push_back(std::make_shared<Query>(std::move(*child)));
  return {};
}

Outcome<std::vector<const Field*>> SoqlParser::fields_of(const ObjectType& object) {
  std::vector<const Field*> fields;
  do {
    if (peek().kind != Token::Kind::word) return unexpected_token();
    const Token& name = take();
    const Field* field = object.find(name.value);
    if (!field) return error("INVALID_FIELD", name, fmt::format("No such column '{}' on entity '{}'", name.value, object.name));
    fields.push_back(field);
  } while (take_symbol(","));
  return fields;
}

/// TYPEOF What WHEN Account THEN Phone ELSE Name END
Outcome<void> SoqlParser::type_of(Query& query) {
  const Token& name = take();
  TypeOf type_of;
  type_of.reference = query.object->find_relationship(name.value);
  if (!type_of.reference || type_of.reference->references.size() < 2)
    return error("INVALID_FIELD", name, fmt::format("'{}' is no polymorphic relationship", name.value));
  while (take_word("WHEN")) {
    const Token& type = take();
    const ObjectType* object = schema_.find(type.value);
    if (!object) return error("INVALID_TYPE", type, fmt::format("sObject type '{}' is not supported.", type.value));
    if (!take_word("THEN")) return unexpected_token();
    auto fields = fields_of(*object);
    if (!fields) return tl::unexpected(fields.error());
    type_of.when.emplace_back(object, std::move(*fields));
  }
  if (take_word("ELSE")) {
    do {
      if (peek().kind != Token::Kind::word) return unexpected_token();
      type_of.otherwise.push_back(take().value);
    } while (take_symbol(","));
  }
  if (type_of.when.empty() || !take_word("END")) return unexpected_token();
  query.type_ofs.push_back(std::move(type_of));
  return {};
}

/// A field that the parents of several types share: of whichever one it is.
Outcome<FieldPath> SoqlParser::polymorphic(FieldPath path, const Field& hop, const Token& token, std::string_view name) const {
  static const Field kType = text("Type", 40);
  // What every record has that could be meant, whatever it is; null where it has not.
  static const Field kNames[] = {
      text("FirstName", 40), text("LastName", 80), text("Title", 128), text("Email", 128, FieldType::email), text("Phone", 40, FieldType::phone),
      text("Alias", 8),      text("Username", 80)};
  path.hops.push_back(&hop);
  path.polymorphic = true;
  if (equal_no_case(name, "Type")) path.field = &kType;
  for (const std::string& reference : hop.references) {
    const ObjectType* target = schema_.find(reference);
    if (!path.field && target && equal_no_case(name, "Name")) path.field = target->find("Name");
    if (!path.field && target && equal_no_case(name, "Id")) path.field = target->find("Id");
    if (!path.field && target && target->name == "User") path.field = target->find(name);  // a queue has none of it
    if (!path.owner || path.owner == target) path.owner = target;
  }
  for (const Field& each : kNames) {
    if (!path.field && equal_no_case(name, each.name)) path.field = &each;
  }
  if (path.field) return path;
  return error("INVALID_FIELD", token, fmt::format("No such column '{}' on entity 'Name'", name));
}

Outcome<FieldPath> SoqlParser::path(const Query& query, const Token& token) const {
  FieldPath path;
  path.owner = query.object;
  std::vector<std::string_view> names = split(token.value, '.');
  bool own = names.size() > 1 && (equal_no_case(names.front(), query.alias) ||
                                  (equal_no_case(names.front(), query.object->name) && !query.object->find_relationship(names.front())));
  if (own) names.erase(names.begin());  // Contact.Name or c.Name in a query from Contact c
  for (std::size_t i = 0; i + 1 < names.size(); ++i) {
    const Field* hop = path.owner->find_relationship(names[i]);
    const ObjectType* target = hop && hop->references.size() == 1 ? schema_.find(hop->references.front()) : nullptr;
    if (hop && hop->name == "OwnerId" && i + 2 < names.size()) target = schema_.find("User");
    if (hop && !target && i + 2 == names.size()) return polymorphic(std::move(path), *hop, token, names.back());
    if (!target) {
      return soql_error("INVALID_FIELD", text_, token.position,
                        fmt::format("Didn't understand relationship '{}' in field path. If you are attempting to use a "
                                    "custom relationship, be sure to append the '__r' after the custom relationship name.",
                                    names[i]));
    }
    path.hops.push_back(hop);
    path.owner = target;
  }
  path.field = path.owner->find(names.back());
  if (!path.field) {
    return soql_error("INVALID_FIELD", text_, token.position,
                      fmt::format("No such column '{}' on entity '{}'. If you are attempting to use a custom field, be sure "
                                  "to append the '__c' after the custom field name. Please reference your WSDL or the "
                                  "describe call for the appropriate names.",
                                  names.back(), path.owner->name));
  }
  return path;
}

}  // namespace lockstep::emulators::salesforce

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "grammar/schema.h"

/// Short words for describing a grammar.
namespace lockstep::grammar {

inline SchemaRef of_kind(Schema::Kind kind) {
  auto schema = std::make_shared<Schema>();
  schema->kind = kind;
  return schema;
}
inline SchemaRef text() { return of_kind(Schema::Kind::text); }
inline SchemaRef boolean() { return of_kind(Schema::Kind::boolean); }
inline SchemaRef expression_text() { return of_kind(Schema::Kind::expression); }
inline SchemaRef anything() { return of_kind(Schema::Kind::any); }

inline SchemaRef choice(std::vector<std::string> options) {
  auto schema = std::make_shared<Schema>();
  schema->kind = Schema::Kind::choice;
  schema->options = std::move(options);
  return schema;
}
inline SchemaRef integer(std::int64_t minimum, std::int64_t maximum) {
  auto schema = std::make_shared<Schema>();
  schema->kind = Schema::Kind::integer;
  schema->minimum = minimum;
  schema->maximum = maximum;
  return schema;
}
inline SchemaRef duration(Duration minimum, Duration maximum) {
  auto schema = std::make_shared<Schema>();
  schema->kind = Schema::Kind::duration;
  schema->minimum = minimum.count();
  schema->maximum = maximum.count();
  return schema;
}
/// A lone element counts as a list of one.
inline SchemaRef list_of(SchemaRef element) {
  auto schema = std::make_shared<Schema>();
  schema->kind = Schema::Kind::list;
  schema->element = std::move(element);
  schema->single_ok = true;
  return schema;
}
inline SchemaRef map_of(SchemaRef element) {
  auto schema = std::make_shared<Schema>();
  schema->kind = Schema::Kind::map;
  schema->element = std::move(element);
  return schema;
}
inline SchemaRef record(std::string name, std::vector<Member> members) {
  auto schema = std::make_shared<Schema>();
  schema->kind = Schema::Kind::record;
  schema->name = std::move(name);
  schema->members = std::move(members);
  return schema;
}
inline SchemaRef any_of(std::vector<SchemaRef> alternatives) {
  auto schema = std::make_shared<Schema>();
  schema->kind = Schema::Kind::alternatives;
  schema->alternatives = std::move(alternatives);
  return schema;
}
inline SchemaRef lazily(std::string name, std::function<SchemaRef()> make) {
  auto schema = std::make_shared<Schema>();
  schema->name = std::move(name);
  schema->lazy = std::move(make);
  return schema;
}

}  // namespace lockstep::grammar

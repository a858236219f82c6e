#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "connector/connector.h"
#include "grammar/node.h"

namespace lockstep::connector {

inline std::string source_path(const std::string& path) { return std::string(LOCKSTEP_SOURCE_DIR) + "/" + path; }

struct Loaded {
  DefinitionRef definition;
  grammar::Findings findings;

  std::string text() const {
    std::string all;
    for (const auto& finding : findings) all += finding.text() + "\n";
    return all;
  }
  bool says(std::string_view words) const { return text().find(words) != std::string::npos; }
};

inline Loaded load(const grammar::Node& node) {
  Loaded loaded;
  loaded.definition = load_definition(node, loaded.findings);
  return loaded;
}

inline Loaded load_text(std::string_view text) {
  auto node = grammar::parse_text(text, "small.yaml");
  if (!node) {
    ADD_FAILURE() << node.error().message;
    return {};
  }
  return load(*node);
}

inline Loaded load_shipped(const std::string& name) {
  auto node = grammar::parse_file(source_path("connectors/" + name + ".yaml"));
  if (!node) {
    ADD_FAILURE() << node.error().message;
    return {};
  }
  return load(*node);
}

/// The least that a connector file needs; `replace` changes one place of it.
inline constexpr std::string_view kSmall = R"yaml(connector: small
grammar: 1
params: {url: {type: url}}
hosts: ["${params.url | host}"]
base_url: "${params.url}"
auth: {bearer: {token: "${secrets.token}"}}
whoami: {request: {GET: /me, ok: body.id is not null}}
limits: {calls: {default: true, max: 10, window: 1s}}
dialects: {words: {text: {around: "'", escape: {"'": "''"}}, instant: "yyyy-MM-dd"}}
bundles: {many: {framing: json, max: 5, request: {POST: /many, json: {$each: parts, as: p, do: "${p.path}"}}, parts: "body[*]", part: {status: item.status, body: item.body}}}
error_shapes: [{when: body.error is not absent, at: body, code: e.error, message: e.text}]
errors:
  - {status: [401, 403, 404, 409, 413, 429, 500, 503], class: transient, wait: ['header("Retry-After")', "jitter(1s, 2s)"]}
objects:
  thing:
    row: {id: {read: row.id}, version: {read: row.version, kind: int}}
    key: {field: our_id, unique: true}
    field_forms: {plain: {args: {name: name}, select: "${name}", read: "row[name]", write: {"${name}": "${value}"}}}
    read_many: {request: {POST: /things/read, json: {ids: {$each: ids, as: one, do: "${one}"}}}, max: 10, rows: "body[*]", match: {item: item.id}}
    scan: {request: {GET: /things, query: {after: "${feed.after}", where: {$words: "x = ${feed.from}"}}}, rows: "body[*]", tie: row.id}
    changes: [{kind: watermark, stamp: row.at, tie: row.id, request: {GET: /changed}, rows: "body[*]"}]
    find: [{request: {GET: /find, query: {q: "${values}"}}, rows: "body[*]"}]
    write:
      create: {by: lookup, array: {request: {POST: /things, json: {rows: {$each: rows, do: {$fields: row.set}}}}, max: 5, results: [{at: "body[*]", match: index, ok: item.ok}]}}
      update: {one: {request: {PATCH: "/things/${row.id}", json: {$fields: row.set}}, guard: {headers: {If-Match: "${row.version}"}}, result: {id: row.id}}, bundle: many}
      transitions: [{name: close, when: row.to.open == false, takes: [open], steps: [{POST: "/things/${row.id}/close"}]}]
associations:
  thing_thing: {from: thing, to: thing, read: {request: {GET: /links}, rows: "body[*]", from: row.a, to: row.b}, add: {request: {POST: /links}, max: 10, results: none}}
doors:
  hook: {verify: [{shared: {header: X-Key, equals: secrets.key}}], events: "body[*]", event: {object: event.type, id: event.id, kind: upsert}}
)yaml";

inline std::string small_with(std::string_view from, std::string_view to) {
  std::string text(kSmall);
  const std::size_t at = text.find(from);
  if (at == std::string::npos) {
    ADD_FAILURE() << "the small connector has no '" << from << "'";
    return text;
  }
  return text.replace(at, from.size(), to);
}

}  // namespace lockstep::connector

// §3.1 and §3.3: query, queryAll and their pages.
#include <fmt/format.h>

#include <charconv>
#include <set>

#include "base/text.h"
#include "emulators/salesforce/columns.h"
#include "emulators/salesforce/dialect.h"
#include "emulators/salesforce/evaluate.h"
#include "emulators/salesforce/ids.h"
#include "emulators/salesforce/render.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr std::size_t kMaxPage = 2'000, kMinPage = 200;

/// batchSize of Sforce-Query-Options, a hint; the most where there is none.
std::size_t page_asked(const Call& call) {
  std::string options = call.header("Sforce-Query-Options").value_or("");
  std::size_t at = options.find("batchSize=");
  std::size_t size = kMaxPage;
  if (at != std::string::npos) {
    const char* begin = options.data() + at + 10;
    std::from_chars(begin, options.data() + options.size(), size);
  }
  return size;
}

}  // namespace

Outcome<void> Salesforce::check_activity_names(const Query& query, const std::vector<RowNumber>& rows) const {
  bool names = std::any_of(query.select.begin(), query.select.end(),
                           [](const FieldPath& path) { return !path.hops.empty() && path.hops.front()->references.size() > 1; });
  if (!names || (query.object->name != "Task" && query.object->name != "Event")) return {};
  std::set<std::string, std::less<>> named;
  for (RowNumber row : rows) {
    for (const char* field : {"WhoId", "WhatId"}) {
      std::string_view id = text_of(org_.value_of(*query.object, row, query.object->field(field)));
      if (!id.empty()) named.emplace(id);
    }
  }
  if (named.size() <= static_cast<std::size_t>(settings_.activity_names)) return {};
  return refuse("OPERATION_TOO_LARGE", fmt::format("exceeded {} distinct who/what's", settings_.activity_names));
}

std::size_t Salesforce::page_size(const Call& call) {
  // Fewer rows than asked for are always allowed.
  if (faults().fires(kShortPage, "GET query")) return static_cast<std::size_t>(std::max<std::int64_t>(settings_.short_page_rows, 1));
  return std::clamp(page_asked(call), kMinPage, kMaxPage);
}

std::optional<http::Response> Salesforce::page_refused(const Call& call) const {
  bool within = page_asked(call) >= kMinPage && page_asked(call) <= kMaxPage;
  if (!settings_.small_pages_refused || within) return std::nullopt;
  return error_response("INVALID_BATCH_SIZE", fmt::format("batchSize must be {} to {}", kMinPage, kMaxPage));
}

http::Response Salesforce::query(Call& call) { return run_query(call, false); }
http::Response Salesforce::query_all(Call& call) { return run_query(call, true); }

http::Response Salesforce::tooling_query(Call& call) {
  auto query = parse_soql(org_.schema(), call.query_value("q").value_or(""), call.now);
  if (query && !query->object->reified) return error_response("INVALID_TYPE", fmt::format("sObject type '{}' is not supported.", query->object->name));
  return run_query(call, false);
}

http::Response Salesforce::run_query(Call& call, bool all) {
  if (auto explained = call.query_value("explain")) return explain(call, *explained);
  auto text = call.query_value("q");
  if (!text) return error_response("MALFORMED_QUERY", "A query string has to be specified");
  return answer_query(call, *text, all);
}

http::Response Salesforce::answer_query(Call& call, const std::string& text, bool all) {
  if (auto refused = page_refused(call)) return std::move(*refused);
  auto query = parse_soql(org_.schema(), text, call.now);
  if (!query) return error_response(query.error());
  if (call.query_value("columns") == "true") return json_response(200, columns_of(*query));
  if (faults().fires(kQueryTimeout, "GET query")) return error_response("QUERY_TIMEOUT", "Your query request was running for too long.");
  bind_subqueries(org_, *query);
  if (!query->aggregates.empty() || !query->group.empty()) return aggregate_answer(call, *query, all);
  Cursor cursor;
  cursor.all = all;
  cursor.rows = find_rows(org_, *query, all);
  if (auto fits = check_activity_names(*query, cursor.rows); !fits) return error_response(fits.error());
  std::size_t skip = std::min(query->offset, cursor.rows.size());
  cursor.rows.erase(cursor.rows.begin(), cursor.rows.begin() + static_cast<std::ptrdiff_t>(skip));
  if (query->count) {
    return json_response(200, json::object{{"totalSize", cursor.rows.size()}, {"done", true}, {"records", json::array()}});
  }
  cursor.query = std::move(*query);
  cursor.used = call.now;
  std::size_t size = page_size(call);
  if (cursor.rows.size() <= size) return page(call, "", cursor, 0, size);
  forget_cursors(call.now);
  std::string id = new_cursor(std::move(cursor));
  return page(call, id, cursors_.at(id), 0, size);
}

std::string Salesforce::new_cursor(Cursor cursor) {
  std::string id = make_id("01g", ++last_cursor_);
  cursors_.emplace(id, std::move(cursor));
  return id;
}

/// How it would be gone about, without doing it.
http::Response Salesforce::explain(Call& call, const std::string& text) {
  const ObjectType* view = object_of_list_view(text);
  auto query = parse_soql(org_.schema(), view ? list_view_query(*view) : text, call.now);
  if (!query) return error_response(query.error());
  std::size_t all = query->object->table->live_count();
  json::object plan{{"cardinality", std::min(all, query->limit.value_or(all))},
                    {"fields", json::array()},
                    {"leadingOperationType", query->where ? "Index" : "TableScan"},
                    {"notes", json::array()},
                    {"relativeCost", query->where ? 0.5 : 1.0},
                    {"sobjectCardinality", all},
                    {"sobjectType", query->object->name}};
  return json_response(200, json::object{{"plans", json::array{std::move(plan)}}, {"sourceQuery", text}});
}

http::Response Salesforce::aggregate_answer(Call& call, Query& query, bool all) {
  Query plain = query;
  plain.limit.reset();  // both are the groups'
  plain.order.clear();
  auto groups = aggregate_rows(org_, query, find_rows(org_, plain, all));
  JsonDocument document;
  Renderer renderer(org_, call.parameter("version"), document.storage());
  json::array records = document.array();
  for (const std::vector<Value>& values : groups) {
    json::object record = document.object();
    record["attributes"] = json::object{{"type", "AggregateResult"}};
    std::size_t next = 0;
    for (const FieldPath& path : query.select) record[path.alias.empty() ? path.field->name : path.alias] = renderer.value(*path.field, view(values[next++]));
    for (const Aggregate& aggregate : query.aggregates) {
      bool counts = aggregate.function == Function::count || aggregate.function == Function::count_distinct || aggregate.function == Function::grouping;
      const Value& value = values[next++];
      if (aggregate.name.empty()) continue;
      record[aggregate.name] = counts ? to_json(view(value)) : renderer.value(*aggregate.path.field, view(value));
    }
    records.push_back(std::move(record));
  }
  json::object body = document.object();
  body["totalSize"] = records.size();
  body["done"] = true;
  body["records"] = std::move(records);
  return json_response(200, std::move(body));
}

void Salesforce::forget_cursors(WallTime now) {
  std::erase_if(cursors_, [&](const auto& entry) { return entry.second.used + cursor_life() <= now; });
  auto counts = [](const auto& entry) { return !entry.second.of_children; };
  while (std::count_if(cursors_.begin(), cursors_.end(), counts) >= settings_.open_cursors)
    cursors_.erase(std::find_if(cursors_.begin(), cursors_.end(), counts));  // ids ascend: the oldest goes
}

http::Response Salesforce::query_more(Call& call) {
  const std::string& locator = call.parameter("locator");
  auto invalid = [] { return error_response("INVALID_QUERY_LOCATOR", "invalid query locator"); };
  std::size_t dash = locator.rfind('-');
  auto id = normalise_id(locator.substr(0, dash));
  if (dash == std::string::npos || !id) return invalid();
  std::size_t from = 0;
  const char* end = locator.data() + locator.size();
  auto [at, error] = std::from_chars(locator.data() + dash + 1, end, from);
  auto known = cursors_.find(*id);
  if (error != std::errc() || at != end || known == cursors_.end()) return invalid();
  Cursor& cursor = known->second;
  if (cursor.used + cursor_life() <= call.now || from >= cursor.rows.size()) return invalid();
  cursor.used = call.now;
  return page(call, *id, cursor, from, page_size(call));
}

http::Response Salesforce::page(Call& call, const std::string& id, const Cursor& cursor, std::size_t from, std::size_t size) {
  JsonDocument document;
  const std::string& version = call.parameter("version");
  Renderer renderer(org_, version, document.storage());
  renderer.page_children(size, [&](const Query& child, std::vector<RowNumber> rows) {
    Cursor rest;
    rest.query = child;
    rest.all = cursor.all;
    rest.rows = std::move(rows);
    rest.used = call.now;
    rest.of_children = true;
    return fmt::format("/services/data/{}/query/{}-{}", version, new_cursor(std::move(rest)), size);
  });
  std::size_t end = std::min(from + size, cursor.rows.size());
  json::object body = document.object();
  body["totalSize"] = cursor.rows.size();
  body["done"] = end == cursor.rows.size();
  if (end < cursor.rows.size()) body["nextRecordsUrl"] = fmt::format("/services/data/{}/query/{}-{}", version, id, end);
  json::array records = document.array();
  records.reserve(end - from);
  for (std::size_t i = from; i < end; ++i) {
    records.push_back(renderer.selected(cursor.query, cursor.rows[i], cursor.all));
  }
  body["records"] = std::move(records);
  return json_response(200, std::move(body));
}

}  // namespace lockstep::emulators::salesforce

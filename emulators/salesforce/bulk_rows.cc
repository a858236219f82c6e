// The rows of bulk loads and bulk queries (§4), apart from how jobs are made and asked about.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "emulators/salesforce/bulk.h"
#include "emulators/salesforce/evaluate.h"
#include "emulators/salesforce/input.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr std::string_view kClear = "#N/A";
constexpr std::size_t kMaxCell = 32'000, kMaxColumns = 5'000, kMaxRow = 400'000;  // characters, but for the columns

/// "Account.Key__c" names the parent by its key, "Account:What.Key__c" with its type.
void put_cell(json::object& body, const std::string& column, const std::string& cell) {
  json::value value = cell == kClear ? json::value(nullptr) : json::value(cell);
  std::size_t dot = column.find('.');
  if (dot == std::string::npos) {
    body[column] = std::move(value);
    return;
  }
  std::string relation = column.substr(0, dot);
  json::object parent;
  if (std::size_t colon = relation.find(':'); colon != std::string::npos) {
    parent["attributes"] = json::object{{"type", relation.substr(0, colon)}};
    relation = relation.substr(colon + 1);
  }
  parent[column.substr(dot + 1)] = std::move(value);
  body[relation] = std::move(parent);
}

Outcome<void> check_columns(const BulkLoad& load, const BulkInput& input) {
  for (const std::string& column : input.columns) {
    std::string name = column.substr(0, column.find('.'));
    if (std::size_t colon = name.find(':'); colon != std::string::npos) name = name.substr(colon + 1);
    bool known = column.find('.') == std::string::npos ? load.object->find(name) != nullptr : load.object->find_relationship(name) != nullptr;
    if (!known) return refuse("InvalidBatch", "Field name not found : " + column);
  }
  return {};
}

RowResult failed_row(ApiErrors errors, std::string id = "") { return {std::move(id), false, std::move(errors)}; }

RowResult load_one(Org& org, const BulkLoad& load, json::object body, const Writer& writer) {
  const ObjectType& object = *load.object;
  if (load.operation == "insert") {
    auto row = org.create(object, body, writer);
    return row ? RowResult{object.table->record(*row).id, true, {}} : failed_row(row.error());
  }
  if (load.operation == "upsert") {
    bool by_id = equal_no_case(load.external_id, "Id");
    if (!by_id) body.erase("Id");  // clients send an empty column
    auto upserted = org.upsert(object, load.external_id, body, writer);
    return upserted ? RowResult{object.table->record(upserted->row).id, upserted->created, {}} : failed_row(upserted.error());
  }
  const json::value* given = body.if_contains("Id");
  std::string id = given ? scalar_text(*given) : "";
  if (id.empty()) return failed_row({{"MISSING_ARGUMENT", "Id not specified in an " + load.operation + " call", {}}});
  auto row = org.find_live(object, id, "INVALID_CROSS_REFERENCE_KEY");
  if (!row) return failed_row(row.error(), id);
  body.erase("Id");
  Outcome<void> done = load.operation == "update" ? org.update(object, *row, body, writer) : org.remove(object, *row, writer);
  if (done && load.operation == "hardDelete") org.database().purge(*object.table, *row, writer.context());
  return done ? RowResult{object.table->record(*row).id, false, {}} : failed_row(done.error(), object.table->record(*row).id);
}

/// What an upsert goes by; empty in other loads.
std::string key_of(const BulkLoad& load, const json::object& body) {
  for (const auto& member : body) {
    if (equal_no_case(std::string_view(member.key().data(), member.key().size()), load.external_id)) return std::string(trim(scalar_text(member.value())));
  }
  return "";
}

/// Keys that several rows of one chunk share fail in all of them.
std::set<std::string> repeated_keys(const BulkLoad& load, const std::vector<json::object>& bodies) {
  std::set<std::string> seen, twice;
  for (const json::object& body : bodies) {
    std::string key = to_lower_ascii(key_of(load, body));
    if (!key.empty() && !seen.insert(key).second) twice.insert(key);
  }
  return twice;
}

/// Rows that are written together, from `from` on.
std::vector<RowResult> load_chunk(Org& org, Faults& faults, const BulkLoad& load, const BulkInput& input, std::size_t from, std::size_t to,
                                  const Writer& writer) {
  std::vector<json::object> bodies;
  for (std::size_t i = from; i < to; ++i) bodies.push_back(input.row(i));
  std::set<std::string> twice = load.operation == "upsert" ? repeated_keys(load, bodies) : std::set<std::string>();
  return write_chunk(org.database(), bodies.size(), [&](std::size_t i) {
    std::string key = key_of(load, bodies[i]);
    if (faults.fires(kFaultBatchItem, "bulk row")) return failed_row({{"UNABLE_TO_LOCK_ROW", std::string(kUnableToLock), {}}});
    if (twice.contains(to_lower_ascii(key))) return failed_row({{"DUPLICATE_VALUE", "Duplicate external id specified: " + key, {}}});
    return load_one(org, load, std::move(bodies[i]), writer);
  });
}

}  // namespace

std::optional<std::string> too_large(const CsvTable& table) {
  if (table.header.size() > kMaxColumns) return fmt::format("more than {} fields in a record", kMaxColumns);
  for (const std::vector<std::string>& row : table.rows) {
    std::size_t characters = 0;
    for (const std::string& cell : row) {
      std::size_t here = cell.size() > kMaxCell ? utf16_length(cell) : cell.size();
      if (here > kMaxCell) return fmt::format("more than {} characters in a field", kMaxCell);
      characters += here;
    }
    if (characters > kMaxRow) return fmt::format("more than {} characters in a record", kMaxRow);
  }
  return std::nullopt;
}

BulkInput csv_input(const CsvTable& table) {
  auto row = [&table](std::size_t number) {
    json::object body;
    for (std::size_t column = 0; column < table.header.size(); ++column) {
      const std::string& cell = table.rows[number][column];
      if (!cell.empty()) put_cell(body, table.header[column], cell);
    }
    return body;
  };
  return {table.header, table.rows.size(), row};
}

Outcome<std::vector<RowResult>> load_rows(Org& org, Faults& faults, const BulkLoad& load, const BulkInput& input, const Writer& writer) {
  if (auto known = check_columns(load, input); !known) return tl::unexpected(known.error());
  std::vector<RowResult> results(input.rows);
  std::size_t batch = load.batch_rows == 0 ? input.rows : load.batch_rows;
  Writer text_writer = writer;
  text_writer.text_values = true;
  text_writer.holds_locks = batch < input.rows;
  for (std::size_t step = 0; step < std::min(batch, input.rows); step += kChunk) {  // at any moment each batch is at the same chunk of its own
    for (std::size_t first = 0; first + step < input.rows; first += batch) {
      std::size_t from = first + step, to = std::min({from + kChunk, first + batch, input.rows});
      text_writer.batch = first / batch;
      std::vector<RowResult> done = load_chunk(org, faults, load, input, from, to, text_writer);
      std::move(done.begin(), done.end(), results.begin() + static_cast<std::ptrdiff_t>(from));
    }
    org.release_locks();
  }
  return results;
}

bool is_upsert_key(const ObjectType& object, std::string_view field) {
  const Field* key = object.find(field);
  return key && (key->external_id || key->id_lookup || key->source == Source::id);
}

std::string bulk_error_text(const ApiErrors& errors) {
  const ApiError& error = errors.front();
  return fmt::format("{}:{}:{}--", error.code, error.message, error.fields.empty() ? "" : join(error.fields, ",") + " ");
}

std::string csv_line(const std::vector<std::string>& cells, char separator, std::string_view line_ending) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += separator;
    line += '"';
    for (char c : cells[i]) line += c == '"' ? "\"\"" : std::string(1, c);
    line += '"';
  }
  return line + std::string(line_ending);
}

Outcome<void> check_bulk_query(const Query& query) {
  bool plain = query.aggregates.empty() && query.group.empty() && query.children.empty() && query.type_ofs.empty() && !query.count && query.offset == 0;
  if (!plain) return refuse("API_ERROR", "Aggregate Relationships, TYPEOF, GROUP BY, OFFSET and COUNT() are not supported in Bulk Query");
  for (const FieldPath& path : query.select) {
    if (path.field->type == FieldType::address) return refuse("FUNCTIONALITY_NOT_ENABLED", "Selecting compound data not supported in Bulk Query");
  }
  return {};
}

std::vector<std::string> column_names(const Query& query) {
  std::vector<std::string> names;
  for (const FieldPath& path : query.select) {
    std::string name;
    for (const Field* hop : path.hops) name += hop->relationship + ".";
    names.push_back(name + path.field->name);
  }
  return names;
}

std::vector<std::string> row_cells(const Org& org, const Query& query, RowNumber row) {
  std::vector<std::string> cells;
  for (const FieldPath& path : query.select) {
    ValueView value = value_at(org, *query.object, row, path);
    const std::int64_t* instant = path.field->type == FieldType::datetime ? std::get_if<std::int64_t>(&value) : nullptr;
    cells.push_back(instant ? format_iso(WallTime{*instant}) : scalar_text(to_json(value)));
  }
  return cells;
}

char separator_of(std::string_view column_delimiter) {
  static constexpr std::pair<std::string_view, char> kDelimiters[] = {{"COMMA", ','},     {"TAB", '\t'},  {"PIPE", '|'},
                                                                      {"SEMICOLON", ';'}, {"CARET", '^'}, {"BACKQUOTE", '`'}};
  for (const auto& [name, separator] : kDelimiters) {
    if (name == column_delimiter) return separator;
  }
  return 0;
}

bool is_over(const BulkJob& job) { return job.state == "JobComplete" || job.state == "Failed" || job.state == "Aborted"; }

}  // namespace lockstep::emulators::salesforce

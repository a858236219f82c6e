#include "emulators/dynamics365/resource.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/dynamics365/convert.h"
#include "emulators/dynamics365/filter.h"
#include "emulators/dynamics365/guid.h"
#include "emulators/dynamics365/values.h"

namespace lockstep::emulators::dynamics365 {
namespace {

// Microsoft's page on alternate keys: GET and PATCH fail for values that hold one of these, encoded or not.
constexpr std::string_view kForbiddenInKeys = "/<>*%&:\\?+#";

tl::unexpected<ApiError> bad_syntax() { return refuse(400, code::kBadRequestUrl, "Error in query syntax."); }

tl::unexpected<ApiError> bad_key(const TableSpec& table) {
  return refuse(400, code::kBadRequestUrl,
                fmt::format("The key in the request URI is not valid for resource 'Microsoft.Dynamics.CRM.{}'. Ensure "
                            "that the names and number of key properties match the declared or alternate key "
                            "properties for the resource 'Microsoft.Dynamics.CRM.{}'.",
                            table.name, table.name));
}

/// 'it''s' to it's.
std::optional<std::string> unquote(std::string_view text) {
  if (text.size() < 2 || text.front() != '\'' || text.back() != '\'') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\'' && (++i >= text.size() || text[i] != '\'')) return std::nullopt;
    plain.push_back(text[i]);
  }
  return plain;
}

Outcome<Value> key_value(const TableSpec& table, const Column& column, std::string_view text) {
  bool quoted = column.type == ColumnType::text || column.type == ColumnType::memo;
  if (!quoted) {
    Outcome<Value> value = convert_text(table, column, text);
    if (value && !is_null(view(*value))) return value;
    return bad_syntax();
  }
  auto plain = unquote(text);
  if (!plain || plain->empty() || plain->find_first_of(kForbiddenInKeys) != std::string::npos) return bad_syntax();
  return Value(std::move(*plain));
}

/// "a='1',b=2" at its commas outside quotes.
std::vector<std::string_view> key_parts(std::string_view key) {
  std::vector<std::string_view> parts;
  bool quoted = false;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= key.size(); ++i) {
    if (i < key.size() && key[i] == '\'') quoted = !quoted;
    if (i < key.size() && (key[i] != ',' || quoted)) continue;
    parts.push_back(trim(key.substr(start, i - start)));
    start = i + 1;
  }
  return parts;
}

/// A key whose index was never built may fit several rows.
bool fits_several(const Resource& resource) {
  const Table& rows = *resource.table->rows;
  const auto& columns = resource.alternate_key->columns;
  std::size_t count = 0;
  for (RowNumber row : rows.find_equal(columns.front()->field, view(resource.key_values.front()))) {
    bool same = !rows.record(row).deleted;
    for (std::size_t i = 1; i < columns.size(); ++i) same = same && compare_values(rows.get(row, columns[i]->field), view(resource.key_values[i])) == 0;
    count += same ? 1 : 0;
  }
  return count > 1;
}

Outcome<void> read_key(std::string_view key, Resource& resource) {
  const TableSpec& table = *resource.table;
  if (auto id = parse_guid(key)) {
    resource.id = *id;
    return {};
  }
  std::vector<std::string> names;
  std::vector<std::string_view> texts;
  for (std::string_view part : key_parts(key)) {
    std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) return bad_syntax();
    names.emplace_back(trim(part.substr(0, equals)));
    texts.push_back(trim(part.substr(equals + 1)));
  }
  if (names.size() == 1 && names.front() == table.key && table.name != "systemuser" && table.name != "team") {
    auto id = parse_guid(texts.front());
    if (!id) return bad_syntax();
    resource.id = *id;
    return {};
  }
  resource.alternate_key = table.alternate_key(names);
  if (!resource.alternate_key) return bad_key(table);
  for (const Column* column : resource.alternate_key->columns) {
    std::size_t at = static_cast<std::size_t>(std::find(names.begin(), names.end(), column->name) - names.begin());
    TRY(Value value, key_value(table, *column, texts[at]));
    resource.key_values.push_back(std::move(value));
  }
  if (fits_several(resource))
    return refuse(400, code::kSeveralByKey,
                  fmt::format("More than one record exists for entity {} with entity key {}.", table.name, resource.alternate_key->name));
  return {};
}

}  // namespace

std::string Resource::row_path() const {
  if (!id.empty()) return fmt::format("{}({})", table->set, id);
  std::string key;
  for (std::size_t i = 0; i < key_values.size(); ++i) {
    const Column& column = *alternate_key->columns[i];
    std::string text;
    if (column.type == ColumnType::text || column.type == ColumnType::memo) {
      for (char c : text_of(view(key_values[i]))) text += c == '\'' ? "''" : std::string(1, c);
      text = "'" + text + "'";
    } else {
      append_json(text, column, view(key_values[i]));
      std::erase(text, '"');
    }
    key += fmt::format("{}{}={}", i == 0 ? "" : ",", column.name, text);
  }
  return fmt::format("{}({})", table->set, key);
}

Outcome<Resource> parse_resource(const Metadata& metadata, std::string_view path) {
  Resource resource;
  std::vector<std::string_view> segments = split(path, '/');
  std::string first = percent_decode(segments.front(), false);
  std::size_t open = first.find('(');
  std::string set = first.substr(0, open);
  resource.table = metadata.by_set(set);
  if (!resource.table) return tl::unexpected<ApiError>(segment_missing(set));
  if (open != std::string::npos) {
    if (first.back() != ')') return bad_syntax();
    TRY_VOID(read_key(std::string_view(first).substr(open + 1, first.size() - open - 2), resource));
  }
  for (std::size_t i = 1; i < segments.size(); ++i) resource.rest.push_back(percent_decode(segments[i], false));
  return resource;
}

}  // namespace lockstep::emulators::dynamics365

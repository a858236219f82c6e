// §5.1: files of records, written some seconds after they came.
#include "emulators/hubspot/imports.h"

#include <fmt/format.h>

#include <algorithm>

#include "emulators/hubspot/values.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::size_t kMaxRunning = 3;  // more are deferred
constexpr Duration kTakes{2'000};
constexpr std::size_t kMaxRows = 1'048'576;

ApiError too_large(std::string message) {
  ApiError error;
  error.status = 429;  // though trying again does not help (§4.3)
  error.category = "RATE_LIMITS";
  error.message = std::move(message);
  return error;
}

/// A day of the file in the order that the import names, as ISO; other texts as they are.
std::string iso_day(const std::string& text, std::string_view format) {
  std::vector<std::string> parts(1);
  for (char c : text) {
    if (c == '/' || c == '-' || c == '.') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  if (parts.size() != 3) return text;
  bool year_first = format == "YEAR_MONTH_DAY", day_first = format == "DAY_MONTH_YEAR";
  const std::string &year = parts[year_first ? 0 : 2], &month = parts[day_first || year_first ? 1 : 0], &day = parts[year_first ? 2 : day_first ? 0 : 1];
  return fmt::format("{:0>4}-{:0>2}-{:0>2}", year, month, day);
}

/// What kept a row out, in the words that errors of imports have of their own.
std::string error_type(const Portal& portal, const ApiError& error, const json::object& properties) {
  static constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"INVALID_EMAIL", "INVALID_EMAIL"},         {"INVALID_OPTION", "INVALID_ENUMERATION_OPTION"},
      {"INVALID_DATE", "COULD_NOT_PARSE_DATE"},   {"INVALID_NUMBER", "COULD_NOT_PARSE_NUMBER"},
      {"INVALID_LONG", "COULD_NOT_PARSE_NUMBER"}, {"MISSING_REQUIRED_PROPERTY", "MISSING_REQUIRED_PROPERTY"}};
  for (const auto& [code, word] : kWords) {
    if (!error.problems.empty() && error.problems.front().code == code) return std::string(word);
  }
  if (!error.problems.empty()) return "FAILED_VALIDATION";
  if (portal.is_blocked(text_member(properties, "email"))) return "GDPR_BLACKLISTED_EMAIL";
  if (error.category == "LIMIT_EXCEEDED") return "LIMIT_EXCEEDED";
  if (error.message.ends_with("already has that value.")) return "DUPLICATE_UNIQUE_PROPERTY_VALUE";
  return error.category == "CONFLICT" ? "DUPLICATE_ALTERNATE_ID" : "UNKNOWN_BAD_REQUEST";
}

/// Whether rows are told apart by it: a unique property, or the domain of companies, which several may have.
bool is_import_key(const ObjectType& type, const Property& property) {
  return Portal::is_key(type, property) || (type.name == "companies" && property.name == "domain");
}

std::vector<RowNumber> holders_of(const Portal& portal, const ObjectType& type, const Property& property, const std::string& key) {
  std::vector<RowNumber> rows;
  if (Portal::is_key(type, property)) {
    RowNumber row = portal.find_by_key(type, property, key);
    if (row != kNoRow) rows.push_back(row);
    return rows;
  }
  for (RowNumber row : type.table->find_equal(property.column, std::string_view(key))) {
    if (!type.table->record(row).deleted) rows.push_back(row);
  }
  return rows;
}

/// One row: created or updated, or a problem of the import.
void write_row(Portal& portal, Import& import, std::size_t index) {
  const std::vector<std::string>& cells = import.table.rows[index];
  json::object properties;
  RowNumber row = kNoRow;
  std::string key;
  bool ambiguous = false;
  for (std::size_t i = 0; i < import.columns.size(); ++i) {
    const Import::Column& column = import.columns[i];
    if (!column.property || cells[i].empty()) continue;
    if (column.key) {
      key = cells[i];
      std::vector<RowNumber> holders = holders_of(portal, *import.type, *column.property, key);
      ambiguous = holders.size() > 1;
      row = holders.empty() ? kNoRow : holders.front();
    }
    if (column.property->source == Source::object_id) continue;
    bool day = column.property->type == PropertyType::date;
    properties[column.property->name] = day ? iso_day(cells[i], import.date_format) : cells[i];
  }
  auto problem = [&](std::string type, std::string message, std::string value, std::string_view property) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < import.columns.size(); ++i) {
      if (import.columns[i].property && import.columns[i].property->name == property) at = i + 1;
    }
    import.problems.push_back({std::move(type), std::move(message), std::move(value), index + 2, at});
  };
  if (ambiguous) return problem("MULTIPLE_COMPANIES_WITH_THIS_DOMAIN", "Several companies have this domain", key, "domain");
  if (row == kNoRow && import.operation == Import::Operation::update) return problem("UPDATE_ONLY_IMPORT", "There is no such record", key, "");
  if (row != kNoRow && import.operation == Import::Operation::create) return problem("CREATE_ONLY_IMPORT", "There is such a record already", key, "");
  Outcome<void> done;
  bool fresh = row == kNoRow;
  if (fresh) {
    auto created = portal.create(*import.type, properties, nullptr, import.writer);
    if (!created) done = tl::unexpected(std::move(created.error()));
  } else {
    done = portal.update(*import.type, row, properties, import.writer);
  }
  if (done) {
    ++import.counters[fresh ? "CREATED_OBJECTS" : "UPDATED_OBJECTS"];
    return;
  }
  std::string property = done.error().problems.empty() ? "" : done.error().problems.front().property;
  const json::value* value = properties.if_contains(property);
  problem(error_type(portal, done.error(), properties), done.error().message, value ? scalar_text(*value) : "", property);
}

/// By its present name or by the one before, which the documentation's own examples still have: "contact", "CONTACT".
ObjectType* type_of(Portal& portal, const json::object& mapping) {
  std::string_view name = text_member(mapping, "columnObjectTypeId");
  return name.empty() ? portal.catalogue().find(text_member(mapping, "columnObjectType"), kUpperName) : portal.catalogue().find(name, kFullName);
}

Outcome<std::string_view> column_kind(const json::object& mapping) {
  static constexpr std::string_view kColumnKinds[] = {
      "", "STANDARD", "HUBSPOT_OBJECT_ID", "HUBSPOT_ALTERNATE_ID", "FLEXIBLE_ASSOCIATION_LABEL", "ASSOCIATION_KEYS"};
  std::string_view kind = text_member(mapping, "columnType");
  if (kind.empty()) kind = text_member(mapping, "idColumnType");
  if (std::find(std::begin(kColumnKinds), std::end(kColumnKinds), kind) == std::end(kColumnKinds))
    return invalid(fmt::format("There is no columnType {}", kind));
  return kind;
}

Outcome<Import::Column> read_column(Portal& portal, Import& import, const json::object& mapping, const std::string& header) {
  if (text_member(mapping, "columnName") != header) return invalid(fmt::format("The column {} of the file is not mapped in its place", header));
  ObjectType* type = type_of(portal, mapping);
  if (!type) return invalid(fmt::format("The column {} needs a columnObjectTypeId", header));
  if (import.type && import.type != type) return not_served("imports of several object types");
  import.type = type;
  Import::Column column;
  TRY(std::string_view kind, column_kind(mapping));
  std::string_view name = text_member(mapping, "propertyName");
  const json::value* ties = mapping.if_contains("foreignKeyType");
  if (kind == "FLEXIBLE_ASSOCIATION_LABEL" || kind == "ASSOCIATION_KEYS" || (ties && !ties->is_null())) return not_served("imports of associations");
  if (kind == "HUBSPOT_OBJECT_ID") name = "hs_object_id";
  if (name.empty()) return column;  // read past
  column.property = type->find(name);
  if (!column.property) return invalid(fmt::format("There is no property {} in {}", name, type->name));
  column.key = kind == "HUBSPOT_OBJECT_ID" || kind == "HUBSPOT_ALTERNATE_ID";
  if (column.key && !is_import_key(*type, *column.property)) return invalid(fmt::format("{} is no key of {}", name, type->name));
  return column;
}

Outcome<void> read_file(Portal& portal, const json::object& file, const std::vector<FormPart>& parts, Import& import) {
  std::string_view name = text_member(file, "fileName");
  auto part = std::find_if(parts.begin(), parts.end(), [&](const FormPart& each) { return each.file_name == name; });
  if (part == parts.end() || name.empty()) return invalid(fmt::format("There is no file {}", name));
  std::string_view format = text_member(file, "fileFormat");
  if (format == "SPREADSHEET") return not_served("imports of spreadsheets");
  if (file.contains("fileFormat") && format != "CSV") return invalid("fileFormat must be CSV or SPREADSHEET");
  const json::value* page = file.if_contains("fileImportPage");
  const json::value* mappings = page && page->is_object() ? page->get_object().if_contains("columnMappings") : nullptr;
  const json::value* header = page && page->is_object() ? page->get_object().if_contains("hasHeader") : nullptr;
  if (!mappings || !mappings->is_array() || !header || !header->is_bool() || !header->get_bool())
    return invalid("fileImportPage needs hasHeader and columnMappings");
  std::int64_t most = portal.settings().import_file_bytes;
  if (static_cast<std::int64_t>(part->content.size()) > most) return tl::unexpected(too_large(fmt::format("A file has at most {} bytes", most)));
  Result<CsvTable> table = parse_csv(part->content);
  if (!table) return invalid(table.error().message);
  if (table->rows.size() > kMaxRows) return tl::unexpected(too_large(fmt::format("A file has at most {} rows", kMaxRows)));
  const json::array& columns = mappings->get_array();
  if (columns.size() != table->header.size()) return invalid("Every column of the file must be mapped, in its order");
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!columns[i].is_object()) return bad_json("line 1, column 1: a columnMapping is not an object");
    TRY(Import::Column column, read_column(portal, import, columns[i].get_object(), table->header[i]));
    import.columns.push_back(column);
  }
  import.table = std::move(*table);
  return {};
}

}  // namespace

Outcome<Import> read_import(Portal& portal, const std::vector<FormPart>& parts) {
  Import import;
  for (const FormPart& part : parts) {
    if (part.name == "importRequest") import.request = part.content;
  }
  JsonDocument document;
  if (import.request.empty() || !document.parse(import.request) || !document.root().is_object())
    return bad_json("line 1, column 1: importRequest is missing or not an object");
  const json::object& request = document.root().get_object();
  import.name = std::string(text_member(request, "name"));
  import.date_format = std::string(text_member(request, "dateFormat"));
  static constexpr std::string_view kDateFormats[] = {"", "MONTH_DAY_YEAR", "DAY_MONTH_YEAR", "YEAR_MONTH_DAY"};
  if (std::find(std::begin(kDateFormats), std::end(kDateFormats), import.date_format) == std::end(kDateFormats))
    return invalid(fmt::format("There is no dateFormat {}", import.date_format));
  if (const json::value* list = request.if_contains("createContactListFromImport"); list && list->is_bool() && list->get_bool())
    return not_served("imports that make a list");
  const json::value* files = request.if_contains("files");
  if (!files || !files->is_array() || files->get_array().empty()) return invalid("files must not be empty");
  if (files->get_array().size() > 1) return not_served("imports of several files");
  if (!files->get_array().front().is_object()) return bad_json("line 1, column 1: a file is not an object");
  TRY_VOID(read_file(portal, files->get_array().front().get_object(), parts, import));
  if (!import.type) return invalid("A file needs columns");
  const json::value* operations = request.if_contains("importOperations");
  std::string wanted(operations && operations->is_object() ? text_member(operations->get_object(), import.type->type_id) : std::string_view());
  if (!wanted.empty() && wanted != "CREATE" && wanted != "UPDATE" && wanted != "UPSERT") return invalid(fmt::format("There is no operation {}", wanted));
  if (wanted == "CREATE") import.operation = Import::Operation::create;
  if (wanted == "UPDATE") import.operation = Import::Operation::update;
  return import;
}

Outcome<void> Imports::check_day(const Import& next, std::int64_t most, WallTime now) const {
  constexpr Duration kDay{24LL * 3'600'000};
  auto rows = static_cast<std::int64_t>(next.table.rows.size());
  for (const Import& each : imports_) rows += now - each.created < kDay ? static_cast<std::int64_t>(each.table.rows.size()) : 0;
  if (rows > most) return tl::unexpected(too_large(fmt::format("At most {} rows can be imported in a day", most)));
  return {};
}

std::size_t Imports::running() const {
  return static_cast<std::size_t>(std::count_if(imports_.begin(), imports_.end(), [](const Import& each) { return each.state == Import::State::started; }));
}

const Import& Imports::add(Import import, WallTime now) {
  import.id = std::to_string(++last_id_);
  import.writer.change_source = "IMPORT";  // and not the app's own id: echoes are not told by it (§5.3)
  import.writer.source_id = import.id;
  import.created = import.updated = now;
  import.due = now + kTakes;
  import.state = running() < kMaxRunning ? Import::State::started : Import::State::deferred;
  import.counters = {{ "TOTAL_ROWS", static_cast<std::int64_t>(import.table.rows.size()) }};
  imports_.push_back(std::move(import));
  return imports_.back();
}

void Imports::settle(Portal& portal, WallTime now) {
  for (Import& import : imports_) {
    if (import.state != Import::State::started || now < import.due) continue;
    import.writer.at = import.due;  // and not when somebody next looked
    for (std::size_t i = 0; i < import.table.rows.size(); ++i) write_row(portal, import, i);
    import.counters["ERRORS"] = static_cast<std::int64_t>(import.problems.size());
    import.state = Import::State::done;
    import.updated = import.due;
  }
  std::size_t free = kMaxRunning - running();
  for (Import& import : imports_) {
    if (free == 0) break;
    if (import.state != Import::State::deferred) continue;
    import.state = Import::State::started;
    import.due = now + kTakes;
    --free;
  }
}

std::optional<std::vector<FormPart>> parse_form_data(std::string_view content_type, std::string_view body) {
  std::size_t at = content_type.find("boundary=");
  if (!content_type.starts_with("multipart/form-data") || at == std::string_view::npos) return std::nullopt;
  std::string_view boundary = content_type.substr(at + 9);
  boundary = boundary.substr(0, boundary.find(';'));
  if (boundary.size() > 1 && boundary.front() == '"') boundary = boundary.substr(1, boundary.size() - 2);
  if (boundary.empty()) return std::nullopt;
  const std::string mark = "--" + std::string(boundary);
  auto parameter = [](std::string_view head, std::string_view name) {
    std::string wanted = fmt::format(" {}=\"", name);
    std::size_t from = head.find(wanted);
    if (from == std::string_view::npos) return std::string();
    from += wanted.size();
    return std::string(head.substr(from, head.find('"', from) - from));
  };
  std::vector<FormPart> parts;
  std::size_t from = body.find(mark);
  while (from != std::string_view::npos) {
    from += mark.size();
    if (body.substr(from, 2) == "--") return parts;
    std::size_t head_end = body.find("\r\n\r\n", from), end = body.find("\r\n" + mark, from);
    if (head_end == std::string_view::npos || end == std::string_view::npos || head_end + 4 > end) return std::nullopt;
    std::string_view head = body.substr(from, head_end - from);
    parts.push_back({parameter(head, "name"), parameter(head, "filename"), std::string(body.substr(head_end + 4, end - head_end - 4))});
    from = end + 2;
  }
  return std::nullopt;
}

}  // namespace lockstep::emulators::hubspot

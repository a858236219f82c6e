// What jobs and batches of the first Bulk API look like in XML, JSON and CSV.
#include "emulators/salesforce/bulk1_contents.h"

#include <fmt/format.h>

#include <set>

#include "base/text.h"
#include "emulators/core/xml.h"
#include "emulators/salesforce/evaluate.h"
#include "emulators/salesforce/render.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr std::string_view kDeclaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
constexpr std::string_view kNamespace = "http://www.force.com/2009/06/asyncapi/dataload";
constexpr std::string_view kInstances = " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";

std::string xml_document(std::string_view root, std::string_view more, std::string_view content) {
  return fmt::format("{0}<{1} xmlns=\"{2}\"{3}>{4}</{1}>", kDeclaration, root, kNamespace, more, content);
}

/// Arrays repeat their name, null is left out.
std::string xml_members(const json::object& object) {
  std::string text;
  auto put = [&](std::string_view name, const json::value& value) {
    if (const json::object* nested = value.if_object()) {
      text += fmt::format("<{0}>{1}</{0}>", name, xml_members(*nested));
    } else if (!value.is_null()) {
      text += xml_tag(name, scalar_text(value));
    }
  };
  for (const auto& member : object) {
    std::string_view name(member.key().data(), member.key().size());
    if (const json::array* list = member.value().if_array()) {
      for (const json::value& each : *list) put(name, each);
    } else {
      put(name, member.value());
    }
  }
  return text;
}

tl::unexpected<ApiErrors> bad_batch(std::string message) { return refuse("InvalidBatch", std::move(message)); }

void note_columns(const json::object& row, std::set<std::string>& columns) {
  for (const auto& member : row) {
    std::string name(member.key());
    if (const json::object* parent = member.value().if_object()) {
      for (const auto& key : *parent) {
        if (key.key() != "attributes") columns.insert(name + "." + std::string(key.key()));
      }
    } else {
      columns.insert(name);
    }
  }
}

BulkInput input_of(std::vector<json::object> rows) {
  std::set<std::string> columns;
  for (const json::object& row : rows) note_columns(row, columns);
  std::size_t count = rows.size();
  auto row = [rows = std::move(rows)](std::size_t number) { return rows[number]; };
  return {{columns.begin(), columns.end()}, count, row};
}

/// <Name>x</Name>, <Email xsi:nil="true"/>, <Account><sObject><Key__c>x</Key__c></sObject></Account>
json::object xml_row(const XmlElement& element) {
  json::object row;
  for (const XmlElement& field : element.children) {
    if (const XmlElement* parent = field.find("sObject")) {
      row[field.name] = xml_row(*parent);
    } else if (field.name == "type") {
      row["attributes"] = json::object{{"type", field.text}};
    } else if (field.is_nil()) {
      row[field.name] = nullptr;
    } else if (!field.text.empty()) {
      row[field.name] = field.text;
    }
  }
  return row;
}

Outcome<std::vector<json::object>> read_xml_rows(const std::string& content) {
  auto root = parse_xml(content);
  if (!root || root->name != "sObjects") return bad_batch("Failed to parse XML. The root must be sObjects");
  std::vector<json::object> rows;
  for (const XmlElement& element : root->children) {
    if (element.name != "sObject") return bad_batch("Failed to parse XML. Unexpected element: " + element.name);
    rows.push_back(xml_row(element));
    rows.back().erase("attributes");  // of the row itself: the job says what it is
  }
  return rows;
}

Outcome<std::vector<json::object>> read_json_rows(const std::string& content) {
  JsonDocument document;
  if (auto parsed = document.parse(content); !parsed) return bad_batch("Failed to parse JSON. " + parsed.error().message);
  const json::array* items = document.root().if_array();
  if (!items) return bad_batch("Failed to parse JSON. The batch must be an array of records");
  std::vector<json::object> rows;
  for (const json::value& item : *items) {
    if (!item.is_object()) return bad_batch("Failed to parse JSON. A record must be an object");
    rows.emplace_back(item.get_object(), json::storage_ptr());
    rows.back().erase("attributes");
  }
  return rows;
}

/// Parents are nested records, as in queries of REST; instants are milliseconds in JSON.
json::object record_of(const Org& org, const Query& query, RowNumber row, std::string_view version, BulkFormat format) {
  json::object record = Renderer(org, version, {}).selected(query, row, true);
  for (const FieldPath& path : query.select) {
    json::object* at = &record;
    for (const Field* hop : path.hops) at = at ? (*at)[hop->relationship].if_object() : nullptr;
    ValueView value = value_at(org, *query.object, row, path);
    const std::int64_t* instant = path.field->type == FieldType::datetime ? std::get_if<std::int64_t>(&value) : nullptr;
    if (!at || !instant) continue;
    (*at)[path.field->name] = format == BulkFormat::json ? json::value(*instant) : json::value(format_iso(WallTime{*instant}));
  }
  return record;
}

std::string xml_record(const json::object& record) {
  std::string text;
  for (const auto& member : record) {
    std::string_view name(member.key().data(), member.key().size());
    if (name == "attributes") {
      text += xml_tag("type", text_member(member.value().get_object(), "type"));
    } else if (const json::object* parent = member.value().if_object()) {
      text += fmt::format("<{0} xsi:type=\"sObject\">{1}</{0}>", name, xml_record(*parent));
    } else {
      text += member.value().is_null() ? fmt::format("<{} xsi:nil=\"true\"/>", name) : xml_tag(name, scalar_text(member.value()));
    }
  }
  return text;
}

}  // namespace

std::optional<BulkFormat> format_of_type(std::string_view content_type) {
  std::string type = to_lower_ascii(trim(content_type.substr(0, content_type.find(';'))));
  if (type == "application/json") return BulkFormat::json;
  if (type == "application/xml" || type == "text/xml") return BulkFormat::xml;
  if (type == "text/csv") return BulkFormat::csv;
  return std::nullopt;
}

std::string_view name_of(BulkFormat format) { return format == BulkFormat::json ? "JSON" : format == BulkFormat::csv ? "CSV" : "XML"; }

BulkFormat answer_format(const Call& call) {
  auto accepted = format_of_type(call.header("Accept").value_or(""));
  if (!accepted) accepted = format_of_type(call.header("Content-Type").value_or(""));
  return accepted == BulkFormat::json ? BulkFormat::json : BulkFormat::xml;
}

http::Response bulk1_response(int status, BulkFormat format, std::string_view name, const json::object& body) {
  if (format == BulkFormat::json) return json_response(status, body);
  http::Response response = bulk1_text(BulkFormat::xml, xml_document(name, "", xml_members(body)));
  response.status = status;
  return response;
}

http::Response bulk1_text(BulkFormat format, std::string body) {
  http::Response response(200, std::move(body));
  response.headers.add("Content-Type", format == BulkFormat::json  ? "application/json;charset=UTF-8"
                                       : format == BulkFormat::csv ? "text/csv"
                                                                   : "application/xml");
  return response;
}

std::string bulk1_instant(BulkFormat format, WallTime time) { return format == BulkFormat::json ? format_instant(time) : format_iso(time); }

std::optional<std::map<std::string, std::string>> read_job_info(BulkFormat format, const std::string& body) {
  std::map<std::string, std::string> info;
  if (format == BulkFormat::json) {
    JsonDocument document;
    if (!document.parse(body) || !document.root().is_object()) return std::nullopt;
    for (const auto& member : document.root().get_object()) info[std::string(member.key())] = scalar_text(member.value());
    return info;
  }
  auto root = parse_xml(body);
  if (!root || root->name != "jobInfo") return std::nullopt;
  for (const XmlElement& member : root->children) info[member.name] = trim(member.text);
  return info;
}

Outcome<BulkInput> read_batch(BulkFormat format, const std::string& content, CsvTable& table) {
  BulkInput input;
  if (format == BulkFormat::csv) {
    auto parsed = parse_csv(content);
    if (!parsed) return bad_batch("Failed to parse CSV. " + parsed.error().message);
    table = std::move(*parsed);
    input = csv_input(table);
  } else {
    auto rows = format == BulkFormat::json ? read_json_rows(content) : read_xml_rows(content);
    if (!rows) return tl::unexpected(rows.error());
    input = input_of(std::move(*rows));
  }
  if (input.rows == 0) return bad_batch("Records not found");
  return input;
}

std::string write_results(BulkFormat format, const std::vector<RowResult>& rows) {
  if (format == BulkFormat::csv) {
    std::string text = csv_line({"Id", "Success", "Created", "Error"}, ',', "\n");
    for (const RowResult& row : rows) {
      bool good = row.errors.empty();
      text += csv_line({row.id, good ? "true" : "false", row.created ? "true" : "false", good ? "" : bulk_error_text(row.errors)}, ',', "\n");
    }
    return text;
  }
  json::array results;
  for (const RowResult& row : rows) {
    json::object result;
    if (format == BulkFormat::json || !row.errors.empty()) result["errors"] = item_errors(row.errors, {});
    result["id"] = row.id.empty() ? json::value(nullptr) : json::value(row.id);
    result["success"] = row.errors.empty();
    result["created"] = row.created;
    results.push_back(std::move(result));
  }
  if (format == BulkFormat::json) return json::serialize(results);
  return xml_document("results", "", xml_members({{"result", std::move(results)}}));
}

std::string write_rows(BulkFormat format, const Org& org, const Query& query, const std::vector<RowNumber>& rows, std::string_view version) {
  if (format == BulkFormat::csv) {
    if (rows.empty()) return "Records not found for this query\n";
    std::string text = csv_line(column_names(query), ',', "\n");
    for (RowNumber row : rows) text += csv_line(row_cells(org, query, row), ',', "\n");
    return text;
  }
  json::array records;
  std::string text, named = fmt::format("v{}", version);
  for (RowNumber row : rows) {
    json::object record = record_of(org, query, row, named, format);
    if (format == BulkFormat::xml) text += fmt::format("<records xsi:type=\"sObject\">{}</records>", xml_record(record));
    else records.push_back(std::move(record));
  }
  return format == BulkFormat::json ? json::serialize(records) : xml_document("queryResult", kInstances, text);
}

std::string write_result_list(BulkFormat format, const std::string& id) {
  if (format == BulkFormat::json) return json::serialize(json::array{json::value(id)});
  return xml_document("result-list", "", xml_tag("result", id));
}

}  // namespace lockstep::emulators::salesforce

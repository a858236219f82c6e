// Dataverse search (§4.4): query, suggest and autocomplete over the texts of rows, in the shapes of its versions 1.0 and 2.0.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/dynamics365/api_call.h"
#include "emulators/dynamics365/service.h"
#include "emulators/dynamics365/values.h"

namespace lockstep::emulators::dynamics365 {
namespace {

constexpr std::size_t kMostHits = 100, kUsualHits = 50, kSuggestions = 5, kLongestTerm = 100;

struct SearchTerm {
  std::vector<std::string> words;  // lower case
  bool all = false;                // every word must stand there, not just one
  bool prefix = false;             // the last word may go on
};

struct SearchHit {
  const TableSpec* table = nullptr;
  RowNumber row = kNoRow;
  const Column* column = nullptr;  // where a word stands
  std::string text;                // of that column
  std::size_t at = 0, length = 0;  // of the word
};

bool is_word_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 0x80 || c == '@' || c == '.' || c == '-'; }

/// Where `word` stands in `text` as a word of its own; npos: nowhere.
std::size_t word_at(const std::string& lower, const std::string& word, bool prefix) {
  for (std::size_t at = lower.find(word); at != std::string::npos; at = lower.find(word, at + 1)) {
    std::size_t end = at + word.size();
    if ((at == 0 || !is_word_char(lower[at - 1])) && (prefix || end == lower.size() || !is_word_char(lower[end]))) return at;
  }
  return std::string::npos;
}

std::optional<SearchHit> hit_in(const TableSpec& table, RowNumber row, const SearchTerm& term) {
  std::optional<SearchHit> hit;
  std::size_t found = 0;
  for (std::size_t i = 0; i < term.words.size(); ++i) {
    bool here = false;
    for (const Column& column : table.columns) {
      if (here || column.write_only || column.source != Source::stored || (column.type != ColumnType::text && column.type != ColumnType::memo)) continue;
      std::string text(text_of(table.rows->get(row, column.field)));
      std::size_t at = text.empty() ? std::string::npos : word_at(to_lower_ascii(text), term.words[i], term.prefix && i + 1 == term.words.size());
      here = at != std::string::npos;
      if (here && !hit) hit = SearchHit{&table, row, &column, text, at, term.words[i].size()};
    }
    found += here ? 1 : 0;
  }
  if (found == 0 || (term.all && found < term.words.size())) return std::nullopt;
  return hit;
}

std::string highlighted(const SearchHit& hit) {
  return hit.text.substr(0, hit.at) + "{crmhit}" + hit.text.substr(hit.at, hit.length) + "{/crmhit}" + hit.text.substr(hit.at + hit.length);
}

SearchTerm read_term(const json::object& body, bool prefix) {
  SearchTerm term{{}, false, prefix};
  std::string_view given = text_member(body, "search");
  for (std::string_view word : split(given, ' ')) {
    bool open = word.ends_with('*');
    while (word.ends_with('*')) word.remove_suffix(1);
    if (!word.empty()) term.words.push_back(to_lower_ascii(word));
    term.prefix = term.prefix || open;
  }
  const json::value* options = body.if_contains("options");
  term.all = text_member(body, "searchmode") == "all" || text_member(body, "searchMode") == "all" ||
             (options && options->is_string() && std::string_view(options->get_string()).find("\"searchmode\":\"all\"") != std::string_view::npos);
  return term;
}

/// ["account"] or [{"name":"account"}], in version 2.0 as a text; those that are searched unless told otherwise.
Outcome<std::vector<const TableSpec*>> read_tables(const Metadata& metadata, const json::object& body) {
  std::vector<std::string> names;
  JsonDocument inner;
  const json::value* entities = body.if_contains("entities");
  if (entities && entities->is_string() && inner.parse(entities->get_string())) entities = &inner.root();
  for (const json::value& each : entities && entities->is_array() ? entities->get_array() : json::array())
    names.push_back(each.is_object() ? std::string(text_member(each.get_object(), "name")) : scalar_text(each));
  if (names.empty()) names = {"account", "contact", "incident"};
  std::vector<const TableSpec*> tables;
  for (const std::string& name : names) {
    tables.push_back(metadata.by_name(name));
    if (!tables.back()) return refuse(400, "0x80048d0b", fmt::format("Entity {} does not exist or is not enabled for search.", name));
  }
  return tables;
}

std::size_t number_member(const json::object& body, const char* name, std::size_t otherwise, std::size_t most) {
  const json::value* given = body.if_contains(name);
  return given && given->is_int64() && given->get_int64() >= 0 ? std::min(static_cast<std::size_t>(given->get_int64()), most) : otherwise;
}

/// A row as version 1.0 shows it; version 2.0 keeps its columns in "Attributes".
json::object row_of_hit(const Users& users, const SearchHit& hit, bool newer) {
  const TableSpec& table = *hit.table;
  const std::string& id = table.rows->record(hit.row).id;
  json::object columns{{table.key, id}};
  for (const char* name : {table.name_column.c_str(), hit.column->name.c_str()}) {
    if (const Column* column = table.column(name)) columns[column->logical_name] = to_json(value_of(table, users, hit.row, *column));
  }
  json::object highlights{{hit.column->logical_name, json::array{json::value(highlighted(hit))}}};
  if (newer) return {{"Id", id}, {"EntityName", table.name}, {"Score", 1.0}, {"Highlights", std::move(highlights)}, {"Attributes", std::move(columns)}};
  json::object row{{"@search.score", 1.0}, {"@search.highlights", std::move(highlights)}, {"@search.entityname", table.name}, {"@search.objectid", id}};
  for (auto& member : columns) row[member.key()] = std::move(member.value());
  return row;
}

/// The first hit's word, written out to its end.
std::string completed(const std::vector<SearchHit>& hits) {
  if (hits.empty()) return "";
  const SearchHit& hit = hits.front();
  std::size_t end = hit.at + hit.length;
  while (end < hit.text.size() && is_word_char(hit.text[end])) ++end;
  return "{crmhit}" + to_lower_ascii(hit.text.substr(hit.at, end - hit.at)) + "{/crmhit}";
}

/// `more`: members beside the value, under the names of version 1.0.
http::Response search_answer(bool newer, json::value value, const std::vector<std::pair<std::string, json::value>>& more) {
  static constexpr std::pair<std::string_view, std::string_view> kNewer[] = {
      {"facets", "Facets"}, {"totalrecordcount", "Count"}, {"querycontext", "QueryContext"}};
  json::object body{{newer ? "Value" : "value", std::move(value)}};
  for (const auto& [name, member] : more) {
    auto renamed = std::find_if(std::begin(kNewer), std::end(kNewer), [&, wanted = std::string_view(name)](const auto& each) { return each.first == wanted; });
    body[newer && renamed != std::end(kNewer) ? std::string(renamed->second) : name] = member;
  }
  if (!newer) return api_json(200, json::serialize(body));
  body["Error"] = nullptr;
  return api_json(200, json::serialize(json::object{{"response", json::serialize(body)}}));
}

}  // namespace

http::Response Service::search(Call& call) {
  if (call.parameter("version") != "v1.0" && call.parameter("version") != "v2.0") return not_found(call);
  if (limits_.on && !searches_.try_emplace(call.caller.name, 1, Duration(1'000)).first->second.admit(call.now))
    return too_many({{429, std::string(code::kRequestsExceeded), "The number of search requests exceeded the limit of 1 per second."}, 1});
  ApiCall api(call, organisation_, call.parameter("version"));
  Outcome<http::Response> outcome = answer_search(api);
  return outcome ? std::move(*outcome) : error_response(outcome.error(), false);
}

Outcome<http::Response> Service::answer_search(ApiCall& api) {
  bool newer = api.call.parameter("version") == "v2.0";
  const std::string& kind = api.call.parameter("kind");
  if (kind != "query" && kind != "suggest" && kind != "autocomplete") return tl::unexpected<ApiError>(segment_missing(kind));
  JsonDocument document;
  TRY_VOID(api.parse_body(document));
  const json::object& body = document.root().get_object();
  SearchTerm term = read_term(body, kind != "query");
  std::size_t length = text_member(body, "search").size();
  if (term.words.empty() || length > kLongestTerm || (kind != "query" && length < 3))
    return refuse(400, "0x80048d0b", "The search term is missing, too short or longer than 100 characters.");
  TRY(std::vector<const TableSpec*> tables, read_tables(organisation_.metadata, body));
  std::string_view condition = text_member(body, "filter");
  std::vector<SearchHit> hits;
  for (const TableSpec* table : tables) {
    TRY_VOID(api.allowed(*table, "Read"));
    std::optional<Filter> filter;
    if (!condition.empty()) {
      TRY(filter, parse_filter(*table, api.scope(), condition));
    }
    for (RowNumber row = 0; row < table->rows->row_count(); ++row) {
      if (table->rows->record(row).deleted || (filter && !filter->matches(*table, organisation_.users, row))) continue;
      if (auto hit = hit_in(*table, row, term)) hits.push_back(std::move(*hit));
    }
  }
  organisation_.work_ms += 20;
  if (kind == "autocomplete") return search_answer(newer, json::value(completed(hits)), {{"querycontext", nullptr}});
  bool counted = body.contains("returntotalrecordcount") || body.contains("returnTotalRecordCount") || body.contains("count");
  std::size_t skip = number_member(body, "skip", 0, hits.size()), top = number_member(body, "top", kind == "query" ? kUsualHits : kSuggestions, kMostHits);
  json::array rows;
  for (std::size_t i = skip; i < std::min(hits.size(), skip + top); ++i) {
    json::object row = row_of_hit(organisation_.users, hits[i], newer && kind == "query");
    if (kind == "suggest") row = {{newer ? "Text" : "text", highlighted(hits[i])}, {newer ? "Document" : "document", std::move(row)}};
    rows.push_back(std::move(row));
  }
  if (kind == "suggest") return search_answer(newer, std::move(rows), {{"querycontext", nullptr}});
  std::int64_t count = counted ? static_cast<std::int64_t>(hits.size()) : -1;
  return search_answer(newer, std::move(rows), {{"facets", json::object()}, {"totalrecordcount", count}, {"querycontext", nullptr}});
}

}  // namespace lockstep::emulators::dynamics365

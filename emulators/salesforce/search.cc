// Search: FIND {words} [IN … FIELDS] [RETURNING Object(fields …), …] [LIMIT n], and the same in parameters.
#include <fmt/format.h>

#include "base/text.h"
#include "emulators/salesforce/dialect.h"
#include "emulators/salesforce/evaluate.h"
#include "emulators/salesforce/render.h"

namespace lockstep::emulators::salesforce {

constexpr std::size_t kMostFound = 2'000;

struct Search {
  std::vector<std::string> words;      // lower case; each must stand somewhere in the record, * for the rest of a word
  std::string fields = "all";          // all, name, email, phone
  std::vector<std::string> returning;  // "Account(Id, Name)"
  std::size_t limit = kMostFound;      // over all objects
};

namespace {

std::size_t find_word_after(std::string_view text, std::string_view word, std::size_t from) { return to_lower_ascii(text).find(word, from); }
std::size_t find_word(std::string_view text, std::string_view word) { return find_word_after(text, word, 0); }

/// A number of a search; `otherwise` when there is none. Too large ones are cut to kMostFound.
Outcome<std::size_t> read_count(std::string_view text, std::size_t otherwise) {
  if (text.empty()) return otherwise;
  bool digits = text.size() < 10 && text.find_first_not_of("0123456789") == std::string_view::npos;
  if (!digits) return refuse("MALFORMED_SEARCH", fmt::format("not a number of records: {}", text));
  return std::min<std::size_t>(std::stoul(std::string(text)), kMostFound);
}

Outcome<void> read_words(std::string_view text, Search& search) {
  for (std::string_view word : split(text, ' ')) {
    while (word.ends_with('*')) word.remove_suffix(1);
    if (!word.empty()) search.words.push_back(to_lower_ascii(word));
  }
  if (search.words.empty() || search.words.front().size() < 2)
    return refuse("MALFORMED_SEARCH", fmt::format("search term must be longer than one character: {}", text));
  return {};
}

Outcome<Search> read_search(const std::string& text) {
  Search search;
  std::size_t open = text.find('{'), close = text.find('}');
  bool finds = equal_no_case(trim(text.substr(0, std::min(open, text.size()))), "FIND");
  if (!finds || open == std::string::npos || close == std::string::npos || close < open)
    return refuse("MALFORMED_SEARCH", "a search is FIND {words} RETURNING Object(fields)");
  TRY_VOID(read_words(text.substr(open + 1, close - open - 1), search));
  std::string rest = text.substr(close + 1);
  std::size_t limit = find_word(rest, " limit ");
  while (limit != std::string::npos && rest.find(')', limit) != std::string::npos) limit = find_word_after(rest, " limit ", limit + 1);  // of one object
  if (limit != std::string::npos) {
    TRY(search.limit, read_count(trim(rest.substr(limit + 7)), kMostFound));
    rest.resize(limit);
  }
  for (const char* group : {"name", "email", "phone", "all"}) {
    if (find_word(rest, fmt::format("in {} fields", group)) != std::string::npos) search.fields = group;
  }
  std::size_t returning = find_word(rest, "returning");
  if (returning == std::string::npos) return search;
  int depth = 0;
  std::string item;
  for (char c : rest.substr(returning + 9)) {
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (c == ',' && depth == 0) {
      search.returning.emplace_back(trim(item));
      item.clear();
    } else {
      item += c;
    }
  }
  search.returning.emplace_back(trim(item));
  return search;
}

bool searched(const Field& field, const std::string& group) {
  if (field.source != Source::stored || field.access == Access::none || !is_text(field.type)) return false;
  if (group == "name") return field.name == "Name" || field.name == "FirstName" || field.name == "LastName" || field.name == "Subject";
  if (group == "email") return field.type == FieldType::email;
  return group == "all" || field.type == FieldType::phone;
}

bool found_in(const ObjectType& object, RowNumber row, const Search& search) {
  for (const std::string& word : search.words) {
    bool found = false;
    for (const Field& field : object.fields) {
      if (!found && searched(field, search.fields)) found = find_word(text_of(object.table->get(row, field.column)), word) != std::string::npos;
    }
    if (!found) return false;
  }
  return true;
}

/// "Contact(Id, Name WHERE … LIMIT 5)" as the query it stands for.
std::string query_of(std::string_view returning) {
  std::size_t open = returning.find('(');
  std::string object(trim(returning.substr(0, open)));
  std::string inside = open == std::string_view::npos ? "Id" : std::string(returning.substr(open + 1));
  if (inside.ends_with(')')) inside.pop_back();
  std::string lower = to_lower_ascii(inside);
  std::size_t end = inside.size();
  for (const char* clause : {" where ", " order by ", " limit "}) end = std::min(end, lower.find(clause));
  return fmt::format("SELECT {} FROM {}{}", inside.substr(0, end), object, inside.substr(end));
}

/// What one object of a parameterized search is asked for, as RETURNING has it.
std::string returning_of(const std::string& object, const std::string& fields, const std::string& where, const std::string& order, std::size_t limit) {
  std::string text = fmt::format("{}({}", object, fields.empty() ? "Id" : fields);
  if (!where.empty()) text += " WHERE " + where;
  if (!order.empty()) text += " ORDER BY " + order;
  return fmt::format("{} LIMIT {})", text, limit);
}

Outcome<void> read_group(std::string_view given, Search& search) {
  search.fields = to_lower_ascii(given);
  if (search.fields.empty() || search.fields == "sidebar") search.fields = "all";
  for (const char* known : {"all", "name", "email", "phone"}) {
    if (search.fields == known) return {};
  }
  return refuse("MALFORMED_SEARCH", fmt::format("in is one of ALL, NAME, EMAIL, PHONE, SIDEBAR, not {}", given));
}

/// ?q=word&in=NAME&sobject=Contact&Contact.fields=Id,Name&Contact.where=…&Contact.limit=5&fields=…&overallLimit=10
Outcome<Search> read_search_query(const Call& call) {
  Search search;
  auto value = [&](const std::string& name) { return call.query_value(name).value_or(""); };
  TRY_VOID(read_words(value("q"), search));
  TRY_VOID(read_group(value("in"), search));
  TRY(search.limit, read_count(value("overallLimit"), kMostFound));
  TRY(std::size_t each, read_count(value("defaultLimit"), kMostFound));
  for (const auto& [name, object] : call.query) {
    if (name != "sobject") continue;
    TRY(std::size_t limit, read_count(value(object + ".limit"), each));
    std::string fields = value(object + ".fields");
    search.returning.push_back(returning_of(object, fields.empty() ? value("fields") : fields, value(object + ".where"), value(object + ".orderBy"), limit));
  }
  return search;
}

std::string field_list(const json::object& given) {
  std::string names;
  const json::value* fields = given.if_contains("fields");
  if (!fields || !fields->is_array()) return names;
  for (const json::value& name : fields->get_array()) names += (names.empty() ? "" : ", ") + scalar_text(name);
  return names;
}

/// The same as a body: {"q","in","fields":[…],"sobjects":[{"name","fields":[…],"where","orderBy","limit"}],"overallLimit","defaultLimit"}
Outcome<Search> read_search_body(const json::object& body) {
  Search search;
  auto number = [](const json::object& given, const char* name) { return given.contains(name) ? scalar_text(given.at(name)) : std::string(); };
  TRY_VOID(read_words(text_member(body, "q"), search));
  TRY_VOID(read_group(text_member(body, "in"), search));
  TRY(search.limit, read_count(number(body, "overallLimit"), kMostFound));
  TRY(std::size_t each, read_count(number(body, "defaultLimit"), kMostFound));
  const json::value* objects = body.if_contains("sobjects");
  if (!objects) return search;
  if (!objects->is_array()) return refuse("JSON_PARSER_ERROR", "sobjects must be an array");
  for (const json::value& item : objects->get_array()) {
    if (!item.is_object()) return refuse("JSON_PARSER_ERROR", "an item of sobjects must be an object");
    const json::object& object = item.get_object();
    TRY(std::size_t limit, read_count(number(object, "limit"), each));
    std::string fields = field_list(object);
    search.returning.push_back(returning_of(std::string(text_member(object, "name")), fields.empty() ? field_list(body) : fields,
                                            std::string(text_member(object, "where")), std::string(text_member(object, "orderBy")), limit));
  }
  return search;
}

}  // namespace

http::Response Salesforce::search(Call& call) { return found(call, read_search(call.query_value("q").value_or(""))); }

http::Response Salesforce::parameterized_search(Call& call) {
  if (call.request.method == "GET") return found(call, read_search_query(call));
  JsonDocument document;
  if (auto refused = read_json(call, document, json::kind::object)) return std::move(*refused);
  return found(call, read_search_body(document.root().get_object()));
}

http::Response Salesforce::found(Call& call, Outcome<Search> search) {
  if (!search) return error_response(search.error());
  if (search->returning.empty()) {
    for (const ObjectType& object : org_.schema().objects()) {
      if (!object.setup) search->returning.push_back(object.name);
    }
  }
  JsonDocument document;
  Renderer renderer(org_, call.parameter("version"), document.storage());
  json::array records = document.array();
  for (const std::string& returning : search->returning) {
    auto query = parse_soql(org_.schema(), query_of(returning), call.now);
    if (!query) return error_response(query.error());
    std::optional<std::size_t> limit = query->limit;
    query->limit.reset();
    std::size_t taken = 0;
    for (RowNumber row : find_rows(org_, *query, false)) {
      if (records.size() >= search->limit || (limit && taken >= *limit)) break;
      if (!found_in(*query->object, row, *search)) continue;
      ++taken;
      records.push_back(renderer.selected(*query, row, false));
    }
  }
  json::object body = document.object();
  body["searchRecords"] = std::move(records);
  return json_response(200, std::move(body));
}

}  // namespace lockstep::emulators::salesforce

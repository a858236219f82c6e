// Search: FIND {words} [IN … FIELDS] [RETURNING Object(fields …), …] [LIMIT n].
#include <fmt/format.h>

#include "base/text.h"
#include "emulators/salesforce/dialect.h"
#include "emulators/salesforce/evaluate.h"
#include "emulators/salesforce/render.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr std::size_t kMostFound = 2'000;

struct Search {
  std::vector<std::string> words;  // lower case; each must stand somewhere in the record, * for the rest of a word
  std::string fields = "all";      // all, name, email, phone
  std::vector<std::string> returning;  // "Account(Id, Name)"
};

std::size_t find_word(std::string_view text, std::string_view word) { return to_lower_ascii(text).find(word); }

Outcome<Search> read_search(const std::string& text) {
  Search search;
  std::size_t open = text.find('{'), close = text.find('}');
  bool finds = equal_no_case(trim(text.substr(0, std::min(open, text.size()))), "FIND");
  if (!finds || open == std::string::npos || close == std::string::npos || close < open)
    return refuse("MALFORMED_SEARCH", "a search is FIND {words} RETURNING Object(fields)");
  for (std::string_view word : split(text.substr(open + 1, close - open - 1), ' ')) {
    while (word.ends_with('*')) word.remove_suffix(1);
    if (!word.empty()) search.words.push_back(to_lower_ascii(word));
  }
  if (search.words.empty() || search.words.front().size() < 2)
    return refuse("MALFORMED_SEARCH", "search term must be longer than one character: " + text.substr(open + 1, close - open - 1));
  std::string rest = text.substr(close + 1);
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
      if (!found && searched(field, search.fields))
        found = find_word(text_of(object.table->get(row, field.column)), word) != std::string::npos;
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

}  // namespace

http::Response Salesforce::search(Call& call) {
  auto search = read_search(call.query_value("q").value_or(""));
  if (!search) return error_response(search.error());
  if (search->returning.empty()) {
    for (const ObjectType& object : org_.schema().objects()) search->returning.push_back(object.name);
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
      if (records.size() >= kMostFound || (limit && taken >= *limit)) break;
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

// The search: late, shallow, never for synchronising (contract A6).
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/zendesk/rendering.h"
#include "emulators/zendesk/service.h"

namespace lockstep::emulators::zendesk {
namespace {

constexpr std::size_t kMostResults = 1'000;

struct Term {
  std::string property;  // empty: a word anywhere
  char comparison = ':';
  bool or_equal = false;  // of < and >
  std::string value;
  bool negated = false;
  std::optional<std::vector<std::string>> ids = {};  // of those whom the value names
};

/// Words apart by blanks; a quoted part is one word.
std::vector<std::string> words_of(const std::string& query) {
  std::vector<std::string> words(1);
  bool quoted = false;
  for (char c : query) {
    if (c == '"') quoted = !quoted;
    else if (c == ' ' && !quoted) words.emplace_back();
    else words.back() += c;
  }
  std::erase(words, "");
  return words;
}

Term term_of(std::string word) {
  Term term;
  term.negated = word.starts_with('-');
  if (term.negated) word.erase(0, 1);
  std::size_t mark = word.find_first_of(":<>");
  if (mark == std::string::npos || mark == 0) {
    term.value = to_lower_ascii(word);
    return term;
  }
  term.property = to_lower_ascii(word.substr(0, mark));
  term.comparison = word[mark];
  std::size_t value = mark + 1;
  term.or_equal = value < word.size() && word[value] == '=';
  if (term.or_equal) ++value;
  term.value = to_lower_ascii(word.substr(value));
  return term;
}

std::string property_of(const std::string& word) {
  if (word == "updated" || word == "created") return word;
  if (word == "requester" || word == "assignee" || word == "submitter" || word == "organization" || word == "group") return word + "_id";
  if (word == "cc") return "collaborator_ids";
  if (word == "due_date") return "due_at";
  if (word == "ticket_type") return "type";
  return word;
}

bool compare(std::int64_t left, const Term& term, std::int64_t right) {
  if (left == right) return term.or_equal || term.comparison == ':';
  return term.comparison == '<' ? left < right : term.comparison == '>' && left > right;
}

bool time_fits(WallTime held, const Term& term) {
  if (auto day = parse_iso_date(term.value)) {
    std::int64_t start = start_of(*day).ms, end = start + 86'400'000;
    if (held.ms >= start && held.ms < end) return term.or_equal || term.comparison == ':';
    return term.comparison == '<' ? held.ms < start : term.comparison == '>' && held.ms >= end;
  }
  std::string text = term.value;
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c == 't' ? 'T' : c == 'z' ? 'Z' : c; });
  auto time = parse_iso_time(text);
  return time && compare(held.ms, term, time->ms);
}

bool value_fits(const Property& property, ValueView value, const Term& term) {
  if (term.value == "none") return is_null(value);
  if (is_null(value)) return false;
  if (term.ids) {
    std::vector<std::string> held = parts_of(value);
    if (const std::int64_t* id = std::get_if<std::int64_t>(&value)) held = {std::to_string(*id)};
    return std::find_first_of(held.begin(), held.end(), term.ids->begin(), term.ids->end()) != held.end();
  }
  if (property.kind == Kind::time) return time_fits(WallTime{std::get<std::int64_t>(value)}, term);
  if (property.kind == Kind::choice && term.comparison != ':') {
    auto place = [&](std::string_view word) { return std::find(property.options.begin(), property.options.end(), word) - property.options.begin(); };
    std::int64_t held = place(text_of(value)), wanted = place(term.value);
    if (property.name == "priority") std::swap(held, wanted);  // listed from the most urgent
    return compare(held, term, wanted);
  }
  if (property.kind == Kind::words || property.kind == Kind::ids) {
    auto parts = parts_of(value);
    auto wanted = split(term.value, ',');  // any of these
    return std::find_first_of(parts.begin(), parts.end(), wanted.begin(), wanted.end()) != parts.end();
  }
  if (property.kind == Kind::integer && term.comparison != ':') return compare(std::get<std::int64_t>(value), term, number_in(term.value));
  std::string held = to_lower_ascii(scalar_text(to_json(value)));
  if (!term.value.empty() && term.value.back() == '*') return held.starts_with(term.value.substr(0, term.value.size() - 1));
  bool phrase = property.name == "name" || property.name == "subject" || property.name == "description";
  return phrase ? held.find(term.value) != std::string::npos : held == term.value;
}

bool fits(ObjectType& type, RowNumber row, const Term& term) {
  const Record& record = type.table->record(row);
  std::string name = property_of(term.property);
  if (type.name == "user" && term.ids && (name.empty() || name == "email")) return record.id == term.ids->front();  // by any address
  if (name.empty()) {
    std::string word = term.value.ends_with('*') ? term.value.substr(0, term.value.size() - 1) : term.value;  // words are found by any part of theirs
    if (word.empty()) return true;
    for (const Property& property : type.properties) {
      if (property.kind == Kind::text && to_lower_ascii(text_of(record.fields.get(property.field))).find(word) != std::string::npos) return true;
    }
    return record.id == term.value;
  }
  if (name == "type" && (type.name == term.value || type.plural == term.value)) return true;
  if (name == "updated") return time_fits(WallTime{std::get<std::int64_t>(type.get(row, "updated_at"))}, term);
  if (name == "created") return time_fits(record.created, term);
  if (name == "id") return record.id == term.value;
  const Property* property = type.find(name.starts_with("custom_field_") ? name.substr(13) : name);
  return property && value_fits(*property, record.fields.get(property->field), term);
}

/// "4hours", "2days": so long ago.
std::optional<Duration> ago(std::string_view value) {
  static const std::map<std::string_view, std::int64_t> kHours{{"hour", 1}, {"day", 24}, {"week", 168}, {"month", 720}, {"year", 8'760}};
  std::size_t digits = value.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos || digits > 6) return std::nullopt;
  std::int64_t count = number_in(value.substr(0, digits));
  std::string_view unit = value.substr(digits);
  if (unit.ends_with('s')) unit.remove_suffix(1);
  if (unit == "minute") return Duration{count * 60'000};
  auto known = kHours.find(unit);
  return known == kHours.end() ? std::nullopt : std::optional(Duration{count * known->second * 3'600'000});
}

/// Of what a word may speak beside the properties of records.
bool is_searched(Account& account, const std::string& word) {
  constexpr std::string_view kOthers[] = {"type", "created", "updated", "id", "order_by", "sort"};
  std::string name = property_of(word);
  if (name.starts_with("custom_field_")) name.erase(0, 13);
  if (std::find(std::begin(kOthers), std::end(kOthers), name) != std::end(kOthers)) return true;
  return account.tickets().find(name) || account.users().find(name) || account.organizations().find(name);
}

bool is_date(const std::string& value) {
  std::string text = value;
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c == 't' ? 'T' : c == 'z' ? 'Z' : c; });
  return value == "none" || parse_iso_date(value) || parse_iso_time(text);
}

/// What is found is put in this order; none: as it comes.
struct SearchOrder {
  std::string by;
  bool ascending = false;
};

SearchOrder order_in(const Call& call, const std::string& query) {
  SearchOrder order{call.query_value("sort_by").value_or(""), call.query_value("sort_order") == "asc"};
  for (const std::string& word : words_of(query)) {
    Term term = term_of(word);
    if (term.property == "order_by") order.by = term.value;
    if (term.property == "sort") order.ascending = term.value == "asc";
  }
  if (order.by == "created" || order.by == "updated") order.by += "_at";
  return order;
}

std::int64_t place_in(const ObjectType& type, RowNumber row, const std::string& by) {
  if (by == "created_at") return type.table->record(row).created.ms;
  if (by == "updated_at") return std::get<std::int64_t>(type.get(row, "updated_at"));
  const Property* property = type.name == "ticket" ? type.find(property_of(by)) : nullptr;
  if (!property) return -1;
  auto at = std::find(property->options.begin(), property->options.end(), text_of(type.get(row, property->name)));
  if (at == property->options.end()) return -1;
  return by == "priority" ? property->options.end() - at : at - property->options.begin();  // listed from the most urgent
}

/// A place within what was found, good for an hour.
std::string search_cursor(std::string_view place, WallTime now) { return to_base64url(fmt::format("{} {}", now.ms, place)); }

std::optional<std::string> read_search_cursor(std::string_view cursor, WallTime now) {
  constexpr Duration kLife{3'600'000};
  std::string text;
  std::size_t blank = from_base64(cursor, text) ? text.find(' ') : std::string::npos;
  if (blank == std::string::npos) return std::nullopt;
  WallTime made{number_in(text.substr(0, blank))};
  return made <= now && now < made + kLife ? std::optional(text.substr(blank + 1)) : std::nullopt;
}

}  // namespace

/// Whom a word of a query names: "me", an id, an address, a part of a name.
std::vector<std::string> Zendesk::named_by(std::string_view property, const std::string& word) {
  std::vector<std::string> ids{word == "me" ? std::to_string(caller_user_) : word};
  auto names = [&](std::string_view name) { return to_lower_ascii(name).find(word) != std::string::npos; };
  if (property == "group") {
    for (const Group& group : account_.groups().all()) {
      if (!group.deleted && names(group.name)) ids.push_back(std::to_string(group.id));
    }
    return ids;
  }
  ObjectType& type = property == "organization" ? account_.organizations() : account_.users();
  RowNumber addressed = &type == &account_.users() ? account_.user_with_email(word) : kNoRow;
  if (addressed != kNoRow) ids.push_back(type.table->record(addressed).id);
  for (const auto& [id, row] : type.table->by_id()) {
    if (type.table->record(row).deleted) continue;
    if (names(text_of(type.get(row, "name")))) ids.emplace_back(id);
  }
  return ids;
}

Outcome<std::vector<Zendesk::Found>> Zendesk::look_for(const std::string& query, std::string_view only_type, WallTime now) {
  std::vector<Term> terms;
  for (std::string& word : words_of(query)) {
    Term term = term_of(std::move(word));
    bool lenient = account_.readings().search_passes_over;
    if (!term.property.empty() && !is_searched(account_, term.property)) {
      if (lenient) continue;
      return refuse(501, "NotImplemented", "A search by " + term.property + " is not served by this stand-in");
    }
    if (term.property == "order_by" || term.property == "sort") continue;
    bool again = std::any_of(terms.begin(), terms.end(), [&](const Term& each) {
      return each.property == term.property && !term.property.empty() && each.comparison == ':' && term.comparison == ':' && !each.negated && !term.negated;
    });
    if (again && !lenient) return refuse(501, "NotImplemented", "Several values of " + term.property + " are not served by this stand-in");
    bool about_time = term.property == "created" || term.property == "updated" || property_of(term.property) == "due_at";
    if (auto length = about_time ? ago(term.value) : std::nullopt) term.value = to_lower_ascii(format_time(now - *length));
    if (about_time && !lenient && !is_date(term.value))
      return refuse(422, "invalid", "Invalid search: " + term.property + " is compared with a date or a time, not with " + term.value);
    bool names = term.property == "requester" || term.property == "assignee" || term.property == "submitter" || term.property == "organization" ||
                 term.property == "group" || term.property == "cc";
    if (names && term.value != "none") term.ids = named_by(term.property, term.value);
    RowNumber addressed = term.property.empty() || term.property == "email" ? account_.user_with_email(term.value) : kNoRow;
    if (addressed != kNoRow) term.ids = std::vector{account_.users().table->record(addressed).id};
    terms.push_back(std::move(term));
  }
  std::vector<Found> found;
  for (const char* name : {"ticket", "user", "organization"}) {
    if (!only_type.empty() && only_type != name) continue;
    ObjectType& type = *account_.type(name);
    for (RowNumber row = type.table->row_count(); row-- > 0;) {
      const Record& record = type.table->record(row);
      if (record.deleted || now < record.modified + options_.index_lag) continue;  // not in the index yet
      bool all = std::all_of(terms.begin(), terms.end(), [&](const Term& term) { return fits(type, row, term) != term.negated; });
      if (all) found.push_back({&type, row});
    }
  }
  return found;
}

Zendesk::Answer Zendesk::found_page(Call& call, const std::vector<Found>& found, bool cursor) {
  std::vector<Place> places;
  for (std::size_t i = 0; i < found.size(); ++i) places.push_back({0, static_cast<RowNumber>(i)});
  auto page = cursor ? page_by_cursor(call, places, false, kMostExported) : page_of(call, places);
  if (!page) return tl::unexpected(std::move(page.error()));
  json::object body = std::move(page->around);
  json::array rows;
  std::map<std::string, std::vector<RowNumber>> by_type;
  for (RowNumber place : page->rows) {
    json::object row = render_record(account_, *found[place].type, found[place].row, call.base_url);
    by_type[found[place].type->name].push_back(found[place].row);
    row["result_type"] = found[place].type->name;
    rows.push_back(std::move(row));
  }
  body["results"] = std::move(rows);
  if (!cursor) body["facets"] = nullptr;
  if (!cursor) side_load_found(call, by_type, body);
  return json_answer(200, body);
}

Zendesk::Answer Zendesk::search(Call& call) {
  if (call.query_value("page[size]") || call.query_value("page[after]"))
    return refuse_titled(400, "Invalid attribute", "You passed an invalid value for the page attribute. Invalid parameter: page must be an integer");
  auto query = call.query_value("query");
  if (!query) return refuse_titled(400, "Invalid attribute", "You passed an invalid value for the query attribute. Invalid parameter: query is required");
  auto number = query_number(call, "page", 1), size = query_number(call, "per_page", 100);
  if (!number || !size) return tl::unexpected((number ? size : number).error());
  if (static_cast<std::size_t>(*number * std::clamp<std::int64_t>(*size, 1, 100)) > kMostResults)
    return refuse(422, "invalid", "Invalid search: Requested response size was greater than Search Response Limits");
  auto found = look_for(*query, "", call.now);
  if (!found) return tl::unexpected(std::move(found.error()));
  SearchOrder order = order_in(call, *query);
  constexpr std::string_view kOrders[] = {"", "relevance", "created_at", "updated_at", "priority", "status", "ticket_type"};
  if (std::find(std::begin(kOrders), std::end(kOrders), order.by) == std::end(kOrders) && account_.readings().search_passes_over) order.by.clear();
  if (std::find(std::begin(kOrders), std::end(kOrders), order.by) == std::end(kOrders))
    return refuse(422, "invalid", "Invalid search: results are not ordered by " + order.by);
  if (!order.by.empty() && order.by != "relevance") {
    auto place = [&](const Found& each) { return place_in(*each.type, each.row, order.by); };
    std::stable_sort(found->begin(), found->end(), [&](const Found& a, const Found& b) { return order.ascending ? place(a) < place(b) : place(b) < place(a); });
  }
  std::size_t all = found->size();
  if (all > kMostResults) found->resize(kMostResults);
  // The count is of all there are; the thousandth row has a next page all the same, which is refused.
  auto answer = found_page(call, *found, false);
  if (!answer || all <= kMostResults) return answer;
  json::object body = json::parse(answer->body).as_object();
  body["count"] = all;
  std::int64_t next = *number + 1;
  if (body.at("next_page").is_null()) body["next_page"] = address_with(call, {{"page", std::to_string(next)}});
  return json_answer(200, body);
}

Zendesk::Answer Zendesk::search_count(Call& call) {
  auto found = look_for(call.query_value("query").value_or(""), "", call.now);
  if (!found) return tl::unexpected(std::move(found.error()));
  return json_answer(200, json::object{{"count", found->size()}});
}

Zendesk::Answer Zendesk::search_export(Call& call) {
  auto type = call.query_value("filter[type]");
  if (!type || !account_.type(*type))
    return refuse_titled(400, "Invalid attribute", "You passed an invalid value for the filter[type] attribute. Invalid parameter: filter[type] is required");
  for (auto& [name, value] : call.query) {
    if (name != "page[after]") continue;
    auto place = read_search_cursor(value, call.now);
    if (!place) return refuse_listed(400, "InvalidPaginationParameter", "Invalid pagination parameter", "The cursor is not valid or has expired", "page");
    value = std::move(*place);
  }
  auto found = look_for(call.query_value("query").value_or(""), *type, call.now);
  if (!found) return tl::unexpected(std::move(found.error()));
  auto answer = found_page(call, *found, true);
  if (!answer) return answer;
  json::object body = json::parse(answer->body).as_object();
  json::value& after = body["meta"].as_object()["after_cursor"];
  if (after.is_string()) {
    std::string cursor = search_cursor(after.get_string(), call.now);
    if (body["links"].as_object()["next"].is_string()) body["links"].as_object()["next"] = address_with(call, {{"page[after]", cursor}});
    after = cursor;
  }
  return json_answer(200, body);
}

Zendesk::Answer Zendesk::search_type(Call& call, ObjectType& type) {
  std::vector<Place> places;
  auto external = call.query_value("external_id");
  std::string query = call.query_value(call.request.target.find("/autocomplete") != std::string::npos ? "name" : "query").value_or("");
  auto name = type.name == "organization" && query.empty() ? call.query_value("name") : std::nullopt;
  if (external || name) {
    for (RowNumber row : account_.find_by(type, external ? "external_id" : "name", std::string_view(external ? *external : *name))) places.push_back({0, row});
  } else if (query.empty()) {
    return refuse_titled(400, "Invalid attribute", "You passed an invalid value for the query attribute. Invalid parameter: query is required");
  } else {
    auto found = look_for(query, type.name, call.now);
    if (!found) return tl::unexpected(std::move(found.error()));
    for (const Found& each : *found) places.push_back({0, each.row});
  }
  std::sort(places.begin(), places.end());
  return listing(call, type, std::move(places));
}

}  // namespace lockstep::emulators::zendesk

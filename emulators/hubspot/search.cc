// Searches run on indexes where they can, and on what the search index knows already (SearchLag).
#include "emulators/hubspot/search.h"

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "emulators/hubspot/values.h"

namespace lockstep::emulators::hubspot {
namespace {

using Filter = SearchQuery::Filter;

/// Numbers, dates and instants as a number; nothing for null.
std::optional<double> number_of(const Portal& portal, const RecordView& record, const Property& property) {
  if (property.source == Source::modified) return static_cast<double>(record.state->modified.ms);
  if (property.source == Source::stored) {
    ValueView value = record.state->fields.get(property.column);
    if (is_null(value)) return std::nullopt;
    if (const std::int64_t* ms = std::get_if<std::int64_t>(&value)) return static_cast<double>(*ms);
    if (property.type == PropertyType::number) return parse_number(text_of(value));
    Result<Date> date = parse_iso_date(text_of(value));
    return date ? std::optional(static_cast<double>(start_of(*date).ms)) : std::nullopt;
  }
  auto text = value_of(portal, record, property);
  if (!text) return std::nullopt;
  if (property.type == PropertyType::number) return parse_number(*text);
  auto time = parse_instant(*text);
  return time ? std::optional(static_cast<double>(time->ms)) : std::nullopt;
}

bool compare(const std::string& op, auto&& held, auto&& wanted) {
  if (op == "EQ") return held == wanted;
  if (op == "NEQ") return held != wanted;
  if (op == "LT") return held < wanted;
  if (op == "LTE") return held <= wanted;
  if (op == "GT") return held > wanted;
  return held >= wanted;  // GTE
}

/// Words of letters and digits; '*' stands for any run.
bool token_fits(std::string_view pattern, std::string_view token) {
  if (pattern.empty()) return token.empty();
  if (pattern.front() == '*') {
    for (std::size_t skip = 0; skip <= token.size(); ++skip) {
      if (token_fits(pattern.substr(1), token.substr(skip))) return true;
    }
    return false;
  }
  return !token.empty() && pattern.front() == token.front() && token_fits(pattern.substr(1), token.substr(1));
}

bool contains_token(const std::string& text, const std::string& pattern) {
  std::string wanted = to_lower_ascii(pattern), held = to_lower_ascii(text);
  if (token_fits(wanted, held)) return true;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= held.size(); ++i) {
    bool inside = i < held.size() && (std::isalnum(static_cast<unsigned char>(held[i])) || (held[i] & 0x80) != 0);
    if (inside) continue;
    if (i > start && token_fits(wanted, std::string_view(held).substr(start, i - start))) return true;
    start = i + 1;
  }
  return false;
}

bool text_fits(const Filter& filter, const Property& property, const std::string& held) {
  bool exact = property.type == PropertyType::enumeration || property.type == PropertyType::boolean;
  auto folded = [&](const std::string& text) { return exact ? text : to_lower_ascii(text); };
  if (filter.op == "IN" || filter.op == "NOT_IN") {  // texts: values must be written in lower case
    bool found = std::find(filter.values.begin(), filter.values.end(), folded(held)) != filter.values.end();
    return found == (filter.op == "IN");
  }
  if (filter.op == "CONTAINS_TOKEN") return contains_token(held, filter.values[0]);
  if (filter.op == "NOT_CONTAINS_TOKEN") return !contains_token(held, filter.values[0]);
  if (filter.op == "BETWEEN") {
    return folded(held) >= folded(filter.values[0]) && folded(held) <= folded(filter.values[1]);
  }
  return compare(filter.op, folded(held), folded(filter.values[0]));
}

bool number_fits(const Filter& filter, double held) {
  if (filter.op == "BETWEEN") return held >= filter.numbers[0] && held <= filter.numbers[1];
  if (filter.op == "IN" || filter.op == "NOT_IN") {
    bool found = std::find(filter.numbers.begin(), filter.numbers.end(), held) != filter.numbers.end();
    return found == (filter.op == "IN");
  }
  return compare(filter.op, held, filter.numbers[0]);
}

bool fits(const Portal& portal, const Filter& filter, const RecordView& record) {
  if (filter.associated) {
    for (const Associations::Tie& tie : portal.live_ties(*record.type, record.row, *filter.associated)) {
      const std::string& id = filter.associated->table->record(tie.to).id;
      if (std::find(filter.values.begin(), filter.values.end(), id) != filter.values.end()) return true;
    }
    return false;
  }
  bool tokens = filter.op.ends_with("CONTAINS_TOKEN");
  bool finds_empty = portal.settings().unequal_finds_empty && (filter.op == "NEQ" || filter.op == "NOT_IN");
  if (!filter.numbers.empty() && !tokens) {
    auto held = number_of(portal, record, *filter.property);
    return held ? number_fits(filter, *held) : finds_empty;
  }
  auto held = value_of(portal, record, *filter.property);
  if (filter.op == "HAS_PROPERTY") return held.has_value();
  if (filter.op == "NOT_HAS_PROPERTY") return !held;
  return held ? text_fits(filter, *filter.property, *held) : finds_empty;
}

bool fits(const Portal& portal, const SearchQuery& query, const RecordView& record) {
  auto all = [&](const SearchQuery::Group& group) {
    return std::all_of(group.begin(), group.end(), [&](const Filter& filter) { return fits(portal, filter, record); });
  };
  if (!query.groups.empty() && std::none_of(query.groups.begin(), query.groups.end(), all)) return false;
  if (query.words.empty()) return true;
  std::string digits;  // a number that is written with other signs is the same number
  std::copy_if(query.words.begin(), query.words.end(), std::back_inserter(digits), [](char c) { return c >= '0' && c <= '9'; });
  const ObjectType& type = *record.type;
  for (const std::string& name : type.custom ? type.custom->searchable : type.searchable) {
    const Property* property = type.find(name);
    auto value = property ? value_of(portal, record, *property) : std::nullopt;
    if (!value) continue;
    bool phone = property->field_type == "phonenumber" && !digits.empty();
    if (phone ? phone_digits(*value).find(digits) != std::string::npos : to_lower_ascii(*value).find(query.words) != std::string::npos) return true;
  }
  return false;
}

struct Range {
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
  bool bounded() const { return low > -std::numeric_limits<double>::infinity() || high < std::numeric_limits<double>::infinity(); }
};

/// What the filters of a group leave of an ordered property; bounds are taken as inclusive.
Range range_of(const SearchQuery::Group& group, Source source) {
  Range range;
  for (const Filter& filter : group) {
    if (!filter.property || filter.property->source != source || filter.numbers.empty()) continue;
    bool low = filter.op == "EQ" || filter.op == "GT" || filter.op == "GTE" || filter.op == "BETWEEN";
    bool high = filter.op == "EQ" || filter.op == "LT" || filter.op == "LTE" || filter.op == "BETWEEN";
    if (low) range.low = std::max(range.low, filter.numbers.front());
    if (high) range.high = std::min(range.high, filter.numbers.back());
  }
  return range;
}

std::int64_t to_integer(double number) { return static_cast<std::int64_t>(std::clamp(number, -9.0e15, 9.0e15)); }

/// Rows that can fit the group, through the narrowest index there is; `visit` sees more than fit.
template <class Visitor>
void walk(const Portal& portal, const ObjectType& type, const SearchQuery::Group& group, Visitor&& visit) {
  const Table& table = *type.table;
  for (const Filter& filter : group) {
    if (filter.associated) {
      for (const std::string& id : filter.values) {
        RowNumber row = portal.find_live(*filter.associated, id);
        if (row == kNoRow) continue;
        for (const Associations::Tie& tie : portal.live_ties(*filter.associated, row, type)) visit(tie.to);
      }
      return;
    }
    if (!filter.property || (filter.op != "EQ" && filter.op != "IN")) continue;
    const Property& property = *filter.property;
    bool by_id = property.source == Source::object_id;
    if (!by_id && (property.source != Source::stored || !table.has_index(property.column) || property.multiple())) continue;
    for (std::size_t i = 0; i < filter.values.size(); ++i) {
      if (by_id) {
        if (RowNumber row = table.find(filter.values[i]); row != kNoRow) visit(row);
        continue;
      }
      Value wanted = property.type == PropertyType::date_time ? Value(to_integer(filter.numbers[i])) : Value(filter.values[i]);
      for (RowNumber row : table.find_equal(property.column, view(wanted))) visit(row);
    }
    return;
  }
  if (Range modified = range_of(group, Source::modified); modified.bounded()) {
    const auto& ordered = table.by_modified();
    WallTime last{to_integer(modified.high)};
    for (auto at = ordered.lower_bound({WallTime{to_integer(modified.low)}, "", 0}); at != ordered.end() && at->modified <= last; ++at) visit(at->row);
    return;
  }
  Range ids = range_of(group, Source::object_id);
  const auto& ordered = table.by_id();
  std::string first = ids.low > 0 ? std::to_string(to_integer(ids.low)) : "";
  bool same_width = first.size() == (ordered.empty() ? 0 : ordered.begin()->first.size());
  for (auto at = same_width ? ordered.lower_bound(first) : ordered.begin(); at != ordered.end(); ++at) visit(at->second);
}

struct Hit {
  double number = 0;
  std::string text;
  RecordView record;
};

Hit hit_of(const Portal& portal, const SearchQuery& query, const RecordView& record) {
  Hit hit{0, "", record};
  const Property* sort = query.sort;
  if (!sort || sort->source == Source::object_id) return hit;
  bool numeric = sort->type == PropertyType::number || sort->type == PropertyType::date || sort->type == PropertyType::date_time;
  if (numeric) {
    hit.number = number_of(portal, record, *sort).value_or(-std::numeric_limits<double>::infinity());
  } else {
    hit.text = to_lower_ascii(value_of(portal, record, *sort).value_or(""));
  }
  return hit;
}

bool before(const Hit& a, const Hit& b) {
  if (a.number != b.number) return a.number < b.number;
  if (a.text != b.text) return a.text < b.text;
  return a.record.id() < b.record.id();
}

}  // namespace

SearchResult run_search(Portal& portal, const ObjectType& type, const SearchQuery& query, WallTime now) {
  SearchLag& lag = portal.search_lag();
  lag.settle(now);
  const Table& table = *type.table;
  std::vector<Hit> hits;
  std::vector<RowNumber> seen;  // an index may lead to a row twice
  auto consider = [&](RowNumber row) {
    const Record& record = table.record(row);
    if (record.deleted || lag.stale(type, row)) return;
    RecordView view = view_of(type, row);
    if (fits(portal, query, view)) hits.push_back(hit_of(portal, query, view));
  };
  std::vector<SearchQuery::Group> groups = query.groups;
  if (groups.empty()) groups.emplace_back();
  for (const SearchQuery::Group& group : groups) walk(portal, type, group, [&](RowNumber row) { seen.push_back(row); });
  std::sort(seen.begin(), seen.end());
  seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
  for (RowNumber row : seen) consider(row);
  lag.for_each(type, [&](RowNumber row, const std::optional<RecordState>& was) {
    if (!was || was->deleted || row >= table.row_count() || table.record(row).deleted) return;
    RecordView view{&type, row, &*was};
    if (fits(portal, query, view)) hits.push_back(hit_of(portal, query, view));
  });
  std::size_t first = std::min(query.after, hits.size()), last = std::min(first + query.limit, hits.size());
  auto order = [&](const Hit& a, const Hit& b) { return query.descending ? before(b, a) : before(a, b); };
  std::partial_sort(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(last), hits.end(), order);
  SearchResult result;
  result.total = hits.size();
  for (std::size_t i = first; i < last; ++i) result.page.push_back(hits[i].record);
  return result;
}

}  // namespace lockstep::emulators::hubspot

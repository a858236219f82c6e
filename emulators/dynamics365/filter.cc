#include "emulators/dynamics365/filter.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "emulators/dynamics365/values.h"

namespace lockstep::emulators::dynamics365 {
namespace {

unsigned char lower(char c) { return static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c + 32 : c); }

int compare_text(std::string_view a, std::string_view b) {
  std::size_t shared = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < shared; ++i) {
    if (int difference = lower(a[i]) - lower(b[i])) return difference;
  }
  return a.size() < b.size() ? -1 : a.size() > b.size() ? 1 : 0;
}

bool contains_no_case(std::string_view text, std::string_view part) {
  auto same = [](char a, char b) { return lower(a) == lower(b); };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end() || part.empty();
}

std::size_t character_size(std::string_view text, std::size_t at) {
  std::size_t size = 1;
  while (at + size < text.size() && (static_cast<unsigned char>(text[at + size]) & 0xC0) == 0x80) ++size;
  return size;
}

/// Whether one character is in "abc-f" or, with ^ before it, is not.
bool in_set(std::string_view character, std::string_view set) {
  bool wanted = !set.starts_with('^');
  if (!wanted) set.remove_prefix(1);
  bool found = false;
  unsigned char c = lower(character.front());
  for (std::size_t i = 0; i < set.size() && character.size() == 1; ++i) {
    bool range = i + 2 < set.size() && set[i + 1] == '-';
    found = found || (range ? lower(set[i]) <= c && c <= lower(set[i + 2]) : lower(set[i]) == c);
    if (range) i += 2;
  }
  return found == wanted;
}

/// Whether the character at `at` fits what the pattern has at `in`; both move behind it.
bool fits_character(std::string_view text, std::size_t& at, std::string_view pattern, std::size_t& in) {
  std::size_t size = character_size(text, at), close = pattern[in] == '[' ? pattern.find(']', in + 1) : std::string_view::npos;
  bool fits = close != std::string_view::npos ? in_set(text.substr(at, size), pattern.substr(in + 1, close - in - 1)) : pattern[in] == '_';
  if (close == std::string_view::npos && pattern[in] != '_') {
    fits = lower(text[at]) == lower(pattern[in]);
    size = 1;
  }
  at += size;
  in = close == std::string_view::npos ? in + 1 : close + 1;
  return fits;
}

bool fits_pattern(std::string_view text, std::string_view pattern) {
  std::size_t at = 0, in = 0, behind_any = std::string_view::npos, tried = 0;
  while (at < text.size()) {
    std::size_t next_at = at, next_in = in;
    if (in < pattern.size() && pattern[in] == '%') {
      behind_any = ++in;
      tried = at;
    } else if (in < pattern.size() && fits_character(text, next_at, pattern, next_in)) {
      at = next_at;
      in = next_in;
    } else if (behind_any == std::string_view::npos) {
      return false;
    } else {  // the last % takes one character more
      in = behind_any;
      at = tried += character_size(text, tried);
    }
  }
  return pattern.find_first_not_of('%', in) == std::string_view::npos;
}

bool is_text(ValueView value) { return std::holds_alternative<std::string_view>(value); }

}  // namespace

bool has_wildcards(std::string_view text) { return text.find_first_of("%_[") != std::string_view::npos; }

int compare_values(ValueView a, ValueView b) {
  if (is_null(a) || is_null(b)) return is_null(a) && is_null(b) ? 0 : is_null(a) ? -1 : 1;
  if (is_text(a) && is_text(b)) return compare_text(text_of(a), text_of(b));
  const bool* left_flag = std::get_if<bool>(&a);
  const bool* right_flag = std::get_if<bool>(&b);
  if (left_flag && right_flag) return static_cast<int>(*left_flag) - static_cast<int>(*right_flag);
  const std::int64_t* left = std::get_if<std::int64_t>(&a);
  const std::int64_t* right = std::get_if<std::int64_t>(&b);
  if (left && right) return *left < *right ? -1 : *left > *right ? 1 : 0;
  return 0;
}

bool Filter::related_matches(const TableSpec& table, const Users& users, RowNumber row) const {
  const Filter* inner = parts.empty() ? nullptr : &parts.front();
  if (kind == Kind::related) {
    std::string_view id = text_of(value_of(table, users, row, *column));
    RowNumber found = id.empty() || target_of(table, row, *column) != from->name ? kNoRow : from->rows->find(id);
    bool there = found != kNoRow && !from->rows->record(found).deleted;
    if (there) return inner->matches(*from, users, found);
    // A row that is not there has nothing but nulls.
    return (inner->kind == Kind::equal && is_null(view(inner->value))) || (inner->kind == Kind::unequal && !is_null(view(inner->value)));
  }
  for (RowNumber child : from->rows->find_equal(column->field, std::string_view(table.rows->record(row).id))) {
    if (from->rows->record(child).deleted || target_of(*from, child, *column) != table.name) continue;
    bool fits = !inner || inner->matches(*from, users, child);
    if (kind == Kind::any_related && fits) return true;
    if (kind == Kind::all_related && !fits) return false;
  }
  return kind == Kind::all_related;
}

bool Filter::matches(const TableSpec& table, const Users& users, RowNumber row) const {
  auto part_matches = [&](const Filter& part) { return part.matches(table, users, row); };
  if (kind == Kind::all_of) return std::all_of(parts.begin(), parts.end(), part_matches);
  if (kind == Kind::any_of) return std::any_of(parts.begin(), parts.end(), part_matches);
  if (kind == Kind::negation) return !part_matches(parts.front());
  if (kind == Kind::related || kind == Kind::any_related || kind == Kind::all_related) return related_matches(table, users, row);
  ValueView held = value_of(table, users, row, *column);
  ValueView wanted = other ? value_of(table, users, row, *other) : view(value);
  if (other && (is_null(held) || is_null(wanted))) return false;
  if (kind == Kind::any_value) {
    return std::any_of(values.begin(), values.end(), [&](const Value& each) { return !is_null(held) && compare_values(held, view(each)) == 0; });
  }
  if (kind == Kind::equal) return compare_values(held, wanted) == 0;
  if (kind == Kind::unequal) return compare_values(held, wanted) != 0;  // null differs from every value
  if (is_null(held) || is_null(wanted)) return false;
  switch (kind) {
    case Kind::greater: return compare_values(held, wanted) > 0;
    case Kind::at_least: return compare_values(held, wanted) >= 0;
    case Kind::less: return compare_values(held, wanted) < 0;
    case Kind::at_most: return compare_values(held, wanted) <= 0;
    case Kind::contains: return contains_no_case(text_of(held), text_of(wanted));
    case Kind::like: return fits_pattern(text_of(held), text_of(wanted));
    case Kind::starts_with:
      return text_of(held).size() >= text_of(wanted).size() && compare_text(text_of(held).substr(0, text_of(wanted).size()), text_of(wanted)) == 0;
    case Kind::ends_with:
      return text_of(held).size() >= text_of(wanted).size() &&
             compare_text(text_of(held).substr(text_of(held).size() - text_of(wanted).size()), text_of(wanted)) == 0;
    default: return false;
  }
}

std::vector<const Filter*> Filter::conjuncts() const {
  if (kind != Kind::all_of) return {this};
  std::vector<const Filter*> all;
  for (const Filter& part : parts) {
    for (const Filter* each : part.conjuncts()) all.push_back(each);
  }
  return all;
}

}  // namespace lockstep::emulators::dynamics365

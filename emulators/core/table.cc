#include "emulators/core/table.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/text.h"

namespace lockstep::emulators {

FieldId Table::field(std::string_view name) {
  if (auto known = field_ids_.find(name); known != field_ids_.end()) return known->second;
  CHECK(field_names_.size() < 0xffff, "too many field names in one table");
  FieldId id = static_cast<FieldId>(field_names_.size());
  field_names_.emplace_back(name);
  field_ids_.emplace(std::string(name), id);
  return id;
}

std::optional<FieldId> Table::find_field(std::string_view name) const {
  auto known = field_ids_.find(name);
  if (known == field_ids_.end()) return std::nullopt;
  return known->second;
}

RowNumber Table::find(std::string_view id) const {
  auto found = by_id_.find(id);
  return found == by_id_.end() ? kNoRow : found->second;
}

std::optional<std::uint64_t> Table::key_of(const Index& index, ValueView value) {
  if (is_null(value)) return std::nullopt;
  if (const std::string_view* text = std::get_if<std::string_view>(&value)) {
    return index.ignore_case ? stable_hash(to_lower_ascii(*text)) : stable_hash(*text);
  }
  char bytes[9] = {static_cast<char>(value.index())};
  if (const std::int64_t* integer = std::get_if<std::int64_t>(&value)) std::memcpy(bytes + 1, integer, 8);
  if (const double* real = std::get_if<double>(&value)) std::memcpy(bytes + 1, real, 8);
  if (const bool* boolean = std::get_if<bool>(&value)) bytes[1] = *boolean ? 1 : 0;
  return stable_hash(std::string_view(bytes, sizeof bytes));
}

template <class Visitor>
void Table::for_each_key(const Index& index, ValueView value, Visitor&& visit) {
  if (index.separator == 0) {
    if (auto key = key_of(index, value)) visit(*key);
    return;
  }
  for (std::string_view part : split(text_of(value), index.separator)) {
    if (!part.empty()) visit(*key_of(index, part));
  }
}

bool Table::same(const Index& index, ValueView held, ValueView wanted) {
  const std::string_view* left = std::get_if<std::string_view>(&held);
  const std::string_view* right = std::get_if<std::string_view>(&wanted);
  if (!left || !right) return held == wanted;
  auto equal = [&](std::string_view text) {
    return index.ignore_case ? equal_no_case(text, *right) : text == *right;
  };
  if (index.separator == 0) return equal(*left);
  std::vector<std::string_view> parts = split(*left, index.separator);
  return std::any_of(parts.begin(), parts.end(), equal);
}

void Table::add_index(FieldId field, bool ignore_case, char separator) {
  if (indexes_.contains(field)) return;
  Index& index = indexes_[field];
  index.ignore_case = ignore_case;
  index.separator = separator;
  for (RowNumber row = 0; row < row_count(); ++row) {
    for_each_key(index, get(row, field), [&](std::uint64_t key) { index.rows.emplace(key, row); });
  }
}

std::vector<RowNumber> Table::find_equal(FieldId field, ValueView value) const {
  auto known = indexes_.find(field);
  CHECK(known != indexes_.end(), "find_equal needs an index on the field");
  const Index& index = known->second;
  std::vector<RowNumber> rows;
  auto key = key_of(index, value);
  if (!key) return rows;
  for (auto at = index.rows.lower_bound({*key, 0}); at != index.rows.end() && at->first == *key; ++at) {
    if (same(index, get(at->second, field), value)) rows.push_back(at->second);
  }
  return rows;
}

RowNumber Table::append(Record record) {
  RowNumber row = row_count();
  CHECK(row != kNoRow, "a table is full");
  record.fields.shrink();
  records_.push_back(std::move(record));
  bool fresh = by_id_.emplace(records_.back().id, row).second;
  CHECK(fresh, "an id was given twice");
  enter(row);
  return row;
}

void Table::replace(RowNumber row, RecordState next) {
  leave(row);
  next.fields.shrink();
  static_cast<RecordState&>(records_[row]) = std::move(next);
  enter(row);
}

void Table::remove_last() {
  RowNumber row = row_count() - 1;
  leave(row);
  by_id_.erase(records_[row].id);
  records_.pop_back();
}

void Table::enter(RowNumber row) {
  const Record& record = records_[row];
  if (record.deleted) {
    deleted_by_id_.emplace(record.id, row);
  } else {
    ++live_count_;
  }
  by_modified_.insert({record.modified, record.id, row});
  by_version_.emplace(record.version, row);
  for (auto& [field, index] : indexes_) {
    for_each_key(index, record.fields.get(field), [&](std::uint64_t key) { index.rows.emplace(key, row); });
  }
}

void Table::leave(RowNumber row) {
  const Record& record = records_[row];
  if (record.deleted) {
    deleted_by_id_.erase(record.id);
  } else {
    --live_count_;
  }
  by_modified_.erase({record.modified, record.id, row});
  by_version_.erase(record.version);
  for (auto& [field, index] : indexes_) {
    for_each_key(index, record.fields.get(field), [&](std::uint64_t key) { index.rows.erase({key, row}); });
  }
}

}  // namespace lockstep::emulators

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
  auto found = row_of_id_.find(id);
  return found == row_of_id_.end() ? kNoRow : found->second;
}

const std::map<std::string_view, RowNumber>& Table::by_id() const {
  if (!by_id_) by_id_.emplace(row_of_id_.begin(), row_of_id_.end());
  return *by_id_;
}

const std::set<ModifiedKey>& Table::by_modified() const {
  if (!by_modified_) {
    std::vector<ModifiedKey> keys(row_count());
    for (RowNumber row = 0; row < row_count(); ++row) keys[row] = {records_[row].modified, records_[row].id, row};
    std::sort(keys.begin(), keys.end());
    by_modified_.emplace(keys.begin(), keys.end());
  }
  return *by_modified_;
}

void Table::RowList::insert(RowNumber row) {
  if (empty()) {
    only_ = row;
    return;
  }
  if (!more_) more_ = std::make_unique<std::vector<RowNumber>>(1, std::exchange(only_, kNoRow));
  auto place = more_->empty() || more_->back() < row ? more_->end() : std::lower_bound(more_->begin(), more_->end(), row);
  if (place == more_->end() || *place != row) more_->insert(place, row);
}

void Table::RowList::erase(RowNumber row) {
  if (only_ == row) only_ = kNoRow;
  if (!more_) return;
  auto place = std::lower_bound(more_->begin(), more_->end(), row);
  if (place != more_->end() && *place == row) more_->erase(place);
  if (more_->empty()) more_.reset();
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
  auto equal = [&](std::string_view text) { return index.ignore_case ? equal_no_case(text, *right) : text == *right; };
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
    for_each_key(index, get(row, field), [&](std::uint64_t key) { index.rows[key].insert(row); });
  }
}

std::vector<RowNumber> Table::find_equal(FieldId field, ValueView value) const {
  std::vector<RowNumber> rows;
  auto known = indexes_.find(field);
  if (known == indexes_.end()) {
    for (RowNumber row = 0; row < row_count() && !is_null(value); ++row) {
      if (get(row, field) == value) rows.push_back(row);
    }
    return rows;
  }
  const Index& index = known->second;
  auto key = key_of(index, value);
  if (!key) return rows;
  auto held = index.rows.find(*key);
  if (held == index.rows.end()) return rows;
  held->second.for_each([&](RowNumber row) {
    if (same(index, get(row, field), value)) rows.push_back(row);
  });
  return rows;
}

RowNumber Table::append(Record record) {
  RowNumber row = row_count();
  CHECK(row != kNoRow, "a table is full");
  record.fields.shrink();
  records_.push_back(std::move(record));
  bool fresh = row_of_id_.emplace(records_.back().id, row).second;
  CHECK(fresh, "an id was given twice");
  if (by_id_) by_id_->emplace(records_.back().id, row);
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
  row_of_id_.erase(records_[row].id);
  if (by_id_) by_id_->erase(records_[row].id);
  records_.pop_back();
}

void Table::enter(RowNumber row) {
  const Record& record = records_[row];
  if (record.deleted) {
    deleted_by_id_.emplace(record.id, row);
  } else {
    ++live_count_;
  }
  if (by_modified_) by_modified_->insert(by_modified_->end(), {record.modified, record.id, row});  // mostly the latest
  by_version_.emplace_hint(by_version_.end(), record.version, row);
  out_of_order_ = out_of_order_ || record.begun != 0;
  for (auto& [field, index] : indexes_) {
    for_each_key(index, record.fields.get(field), [&](std::uint64_t key) { index.rows[key].insert(row); });
  }
}

void Table::leave(RowNumber row) {
  const Record& record = records_[row];
  if (record.deleted) {
    deleted_by_id_.erase(record.id);
  } else {
    --live_count_;
  }
  if (by_modified_) by_modified_->erase({record.modified, record.id, row});
  by_version_.erase(record.version);
  for (auto& [field, index] : indexes_) {
    for_each_key(index, record.fields.get(field), [&](std::uint64_t key) {
      auto held = index.rows.find(key);
      if (held == index.rows.end()) return;  // a list may name a value twice
      held->second.erase(row);
      if (held->second.empty()) index.rows.erase(held);
    });
  }
}

}  // namespace lockstep::emulators

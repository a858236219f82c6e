#include "emulators/dynamics365/draft.h"

namespace lockstep::emulators::dynamics365 {
namespace {

const Value* find(const FieldChanges& changes, FieldId field) {
  for (const auto& [known, value] : changes) {
    if (known == field) return &value;
  }
  return nullptr;
}

void put(FieldChanges& changes, FieldId field, Value value) {
  for (auto& [known, held] : changes) {
    if (known == field) {
      held = std::move(value);
      return;
    }
  }
  changes.emplace_back(field, std::move(value));
}

}  // namespace

ValueView Draft::get(const Column& column) const {
  if (const Value* changed = find(changes_, column.field)) return view(*changed);
  return creating() ? ValueView() : table_.rows->get(row_, column.field);
}

std::int64_t Draft::integer(const Column& column, std::int64_t otherwise) const {
  ValueView value = get(column);
  const std::int64_t* number = std::get_if<std::int64_t>(&value);
  return number ? *number : otherwise;
}

std::string_view Draft::target(const Column& column) const {
  if (!column.target_field) return column.targets.front();
  if (const Value* changed = find(changes_, *column.target_field)) return text_of(view(*changed));
  return creating() ? std::string_view{} : text_of(table_.rows->get(row_, *column.target_field));
}

bool Draft::touches(const Column& column) const { return find(changes_, column.field) != nullptr; }

void Draft::set(const Column& column, Value value, std::string_view target) {
  if (column.target_field) {
    bool cleared = is_null(view(value));
    put(changes_, *column.target_field, cleared ? Value() : Value(std::string(target)));
  }
  put(changes_, column.field, std::move(value));
}

}  // namespace lockstep::emulators::dynamics365

#include "store/sqlite/transaction.h"

namespace lockstep::sqlite {

Result<void> Names::load(Database& database, const Model& model) {
  numbers_.clear();
  names_.clear();
  {
    TRY(Statement rows, database.prepare("SELECT kind, name, number FROM name"));
    for (;;) {
      TRY(const bool row, rows.step());
      if (!row) break;
      numbers_[rows.text(0)][rows.text(1)] = rows.integer(2);
      names_[rows.text(0)][rows.integer(2)] = rows.text(1);
    }
  }
  model_ = {};
  for (const EntityType& type : model.types) {
    TRY(const std::int64_t type_number, number(database, "type", type.name));
    model_.types.push_back(type_number);
    codec::FieldNumbers fields;
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
      TRY(const std::int64_t field, number(database, "field/" + type.name, type.fields[i].name));
      fields.by_index.push_back(static_cast<std::uint32_t>(field));
      if (static_cast<std::size_t>(field) >= fields.index_of.size()) fields.index_of.resize(static_cast<std::size_t>(field) + 1, -1);
      fields.index_of[static_cast<std::size_t>(field)] = static_cast<std::int32_t>(i);
    }
    model_.fields.push_back(std::move(fields));
  }
  return {};
}

Result<std::int64_t> Names::number(Database& database, const std::string& kind, const std::string& name) {
  auto& of_kind = numbers_[kind];
  if (const auto found = of_kind.find(name); found != of_kind.end()) return found->second;
  const std::int64_t number = names_[kind].empty() ? 1 : names_[kind].rbegin()->first + 1;
  TRY(Statement row, database.prepare("INSERT INTO name(kind, name, number) VALUES(?, ?, ?)"));
  TRY_VOID(row.bind_text(kind).bind_text(name).bind(number).run());
  of_kind[name] = number;
  names_[kind][number] = name;
  return number;
}

std::optional<std::int64_t> Names::find(const std::string& kind, const std::string& name) const {
  const auto of_kind = numbers_.find(kind);
  if (of_kind == numbers_.end()) return std::nullopt;
  const auto found = of_kind->second.find(name);
  return found == of_kind->second.end() ? std::nullopt : std::optional(found->second);
}

std::string Names::name(const std::string& kind, std::int64_t number) const {
  const auto of_kind = names_.find(kind);
  if (of_kind == names_.end()) return "";
  const auto found = of_kind->second.find(number);
  return found == of_kind->second.end() ? "" : found->second;
}

Result<TypeIndex> Names::type_of(std::int64_t number) const {
  for (std::size_t i = 0; i < model_.types.size(); ++i)
    if (model_.types[i] == number) return TypeIndex{static_cast<std::uint16_t>(i)};
  return fail(ErrorCode::storage,
              "the store holds records of type '" + name("type", number) + "', which the model does not have any more; put it back into the model");
}

std::vector<std::pair<std::int64_t, std::string>> Names::all(const std::string& kind) const {
  const auto found = names_.find(kind);
  if (found == names_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

}  // namespace lockstep::sqlite

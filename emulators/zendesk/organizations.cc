// Organizations (contract A2, A3).
#include "emulators/zendesk/account.h"

namespace lockstep::emulators::zendesk {

Outcome<RowNumber> Account::create_organization(const json::object& given, const Writer& writer) {
  Draft draft;
  read(organizations_, given, writer, draft);
  for (const Property& property : organizations_.properties) {
    const Value* value = draft.find(property.field);
    if (property.required && (!value || is_null(view(*value))))
      draft.problems.add(property.name, "BlankValue", capitalised(property.name) + ": cannot be blank");
  }
  for (const char* unique : {"name", "external_id"}) check_unique(organizations_, unique, kNoRow, "has already been taken", draft);
  if (!draft.problems.empty()) return draft.problems.refusal();
  return insert(organizations_, draft, writer);
}

Outcome<void> Account::update_organization(RowNumber row, const json::object& given, const Writer& writer) {
  Draft draft;
  read(organizations_, given, writer, draft);
  const Value* name = draft.find(organizations_.field("name"));
  if (name && is_null(view(*name))) draft.problems.add("name", "BlankValue", "Name: cannot be blank");
  for (const char* unique : {"name", "external_id"}) check_unique(organizations_, unique, row, "has already been taken", draft);
  if (!draft.problems.empty()) return draft.problems.refusal();
  change(organizations_, row, draft, writer);
  return {};
}

Outcome<void> Account::remove_organization(RowNumber row, const Writer& writer) {
  std::int64_t id = id_of(organizations_, row);
  for (const ObjectType* type : {&users_, &tickets_}) {
    if (auto free = check_unreferenced(find_by(*type, "organization_id", id)); !free) return free;
  }
  Transaction all_or_nothing(database_);
  database_.remove(*organizations_.table, row, context(writer));
  repoint(users_, "organization_id", id, Value{}, writer);
  repoint(tickets_, "organization_id", id, Value{}, writer);
  events_.removed(organizations_, row, writer.at);
  all_or_nothing.commit();
  return {};
}

}  // namespace lockstep::emulators::zendesk

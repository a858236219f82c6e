// Who a ticket is assigned to by address, and who is copied on it: end users by mail, agents as followers (contract A2).
#include <algorithm>

#include "base/text.h"
#include "emulators/zendesk/account.h"

namespace lockstep::emulators::zendesk {
namespace {

using Ids = std::vector<std::string>;

void put(Ids& list, const std::string& id) {
  if (std::find(list.begin(), list.end(), id) == list.end()) list.push_back(id);
}

Value list_of(const Ids& ids) { return ids.empty() ? Value{} : Value(join(ids, " ")); }

json::array rows_of(const json::object& given, const char* name) {
  const json::value* list = given.if_contains(name);
  return list && list->is_array() ? list->get_array() : json::array();
}

/// An entry of email_ccs or followers as one of collaborators.
json::value person_in(const json::object& entry) {
  if (const json::value* id = entry.if_contains("user_id")) return *id;
  json::object person{{"email", text_member(entry, "user_email")}};
  if (entry.contains("user_name")) person["name"] = text_member(entry, "user_name");
  return person;
}

}  // namespace

/// An id, an address, or a name with an address; who is not known yet is made, named after the address where no name is told.
Outcome<std::string> Account::person_of(const json::value& said, const Writer& writer) {
  const json::object* person = said.if_object();
  std::string text = person ? std::string(text_member(*person, "email")) : scalar_text(said);
  if (find_live(users_, text) != kNoRow) return text;
  if (RowNumber known = user_with_email(text); known != kNoRow) return users_.table->record(known).id;
  std::string name(person ? text_member(*person, "name") : "");
  if (name.empty()) name = capitalised(text.substr(0, text.find('@')));
  auto created = create_user(json::object{{"name", name}, {"email", text}}, writer);
  if (!created) return tl::unexpected(std::move(created.error()));
  return users_.table->record(*created).id;
}

void Account::take_assignee_address(const json::object& given, Draft& draft) {
  const json::value* address = given.if_contains("assignee_email");
  if (!address || address->is_null()) return;
  RowNumber agent = user_with_email(scalar_text(*address));
  if (readings_.unknown_assignees_passed_over && (agent == kNoRow || !is_agent(agent))) return;
  if (agent == kNoRow) draft.problems.add("assignee", "InvalidValue", "Assignee: " + scalar_text(*address) + " is invalid");
  else draft.set(tickets_.field("assignee_id"), id_of(users_, agent));
}

Outcome<void> Account::take_copied(RowNumber ticket, const json::object& given, const Writer& writer, Draft& draft) {
  constexpr const char* kMembers[] = {"collaborator_ids", "collaborators", "additional_collaborators", "email_cc_ids", "email_ccs",
                                      "follower_ids",     "followers"};
  if (std::none_of(std::begin(kMembers), std::end(kMembers), [&](const char* name) { return given.contains(name); })) return {};
  auto held = [&](const char* name) {
    const Value* next = draft.find(tickets_.field(name));
    return next ? parts_of(view(*next)) : ticket == kNoRow ? Ids() : parts_of(tickets_.get(ticket, name));
  };
  Ids copied = held("email_cc_ids"), followers = held("follower_ids");
  auto add = [&](const json::value& said) -> Outcome<void> {
    auto id = person_of(said, writer);
    if (!id) return tl::unexpected(std::move(id.error()));
    put(is_agent(find_live(users_, *id)) ? followers : copied, *id);
    return {};
  };
  if (given.contains("collaborators") || given.contains("collaborator_ids")) copied = followers = {};
  json::array all = rows_of(given, "collaborators");
  for (json::value& said : rows_of(given, "additional_collaborators")) all.push_back(std::move(said));
  if (given.contains("collaborator_ids")) {
    for (const std::string& id : held("collaborator_ids")) all.emplace_back(id);
  }
  for (const json::value& said : all) {
    if (auto added = add(said); !added) return added;
  }
  for (auto [name, list] : {std::pair("email_ccs", &copied), std::pair("followers", &followers)}) {
    for (const json::value& entry : rows_of(given, name)) {
      auto id = person_of(entry.is_object() ? person_in(entry.get_object()) : entry, writer);
      if (!id) return tl::unexpected(std::move(id.error()));
      if (entry.is_object() && text_member(entry.get_object(), "action") == "delete") std::erase(*list, *id);
      else put(*list, *id);
    }
  }
  if (readings_.unknown_followers_passed_over)
    std::erase_if(followers, [&](const std::string& id) { return find_live(users_, id) == kNoRow || !is_agent(find_live(users_, id)); });
  for (const std::string& id : followers) {
    if (RowNumber row = find_live(users_, id); row == kNoRow || !is_agent(row))
      draft.problems.add("followers", "InvalidValue", "Follower: " + id + " is not an agent");
  }
  draft.set(tickets_.field("email_cc_ids"), list_of(copied));
  draft.set(tickets_.field("follower_ids"), list_of(followers));
  for (const std::string& id : followers) put(copied, id);
  draft.set(tickets_.field("collaborator_ids"), list_of(copied));
  return {};
}

void Account::forget_copied(std::int64_t user, const Writer& writer) {
  if (readings_.deleted_references != "nulled") return;
  Writer system = writer;
  system.actor = {ActorKind::automation, "Zendesk"};
  std::string gone = std::to_string(user);
  for (RowNumber ticket : find_by(tickets_, "collaborator_ids", std::string_view(gone))) {
    FieldChanges left;
    for (const char* list : {"collaborator_ids", "email_cc_ids", "follower_ids"}) {
      Ids ids = parts_of(tickets_.get(ticket, list));
      std::erase(ids, gone);
      left.emplace_back(tickets_.field(list), list_of(ids));
    }
    database_.update(*tickets_.table, ticket, left, context(system));
  }
}

}  // namespace lockstep::emulators::zendesk

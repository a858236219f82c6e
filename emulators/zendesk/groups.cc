// Groups and who is in them (contract A2): their bookkeeping, and what follows for tickets.
#include "emulators/zendesk/groups.h"

#include <algorithm>

#include "base/text.h"
#include "emulators/zendesk/account.h"

namespace lockstep::emulators::zendesk {

// The membership that an agent begins with: its id follows from the agent's.
constexpr std::int64_t kFirstMemberships = 4'000'000'000'000;

Groups::Groups(WallTime founded)
    : groups_{{360'000'000'901, "Support", "", true, false, founded, founded}, {360'000'000'902, "Billing", "", true, false, founded, founded}} {}

const Group* Groups::find(std::int64_t id) const {
  auto group = std::find_if(groups_.begin(), groups_.end(), [&](const Group& each) { return each.id == id; });
  return group == groups_.end() ? nullptr : &*group;
}

const Group* Groups::first_living(std::int64_t left_out) const {
  auto group = std::find_if(groups_.begin(), groups_.end(), [&](const Group& each) { return !each.deleted && each.id != left_out; });
  return group == groups_.end() ? nullptr : &*group;
}

Group* Groups::find_live(std::int64_t id) {
  auto group = std::find_if(groups_.begin(), groups_.end(), [&](const Group& each) { return each.id == id && !each.deleted; });
  return group == groups_.end() ? nullptr : &*group;
}

bool Groups::is_taken(std::string_view name, std::int64_t self) const {
  return std::any_of(groups_.begin(), groups_.end(), [&](const Group& each) { return !each.deleted && each.id != self && equal_no_case(each.name, name); });
}

Group& Groups::add(Group group) {
  group.id = next_group_++;
  return groups_.emplace_back(std::move(group));
}

std::vector<GroupMembership> Groups::of(std::int64_t agent, WallTime since) const {
  auto known = memberships_.find(agent);
  if (known != memberships_.end()) return known->second;
  return {{kFirstMemberships + agent, agent, first_living(0)->id, true, since, since}};
}

std::vector<GroupMembership>& Groups::own(std::int64_t agent, WallTime since) { return memberships_.try_emplace(agent, of(agent, since)).first->second; }

bool Groups::holds(std::int64_t agent, std::int64_t group) const {
  std::vector<GroupMembership> theirs = of(agent, {});
  return std::any_of(theirs.begin(), theirs.end(), [&](const GroupMembership& each) { return each.group == group; });
}

const GroupMembership& Groups::join(std::int64_t agent, WallTime since, std::int64_t group, WallTime at) {
  return own(agent, since).emplace_back(GroupMembership{next_membership_++, agent, group, false, at, at});
}

void Groups::leave(const GroupMembership& membership, WallTime since) {
  std::vector<GroupMembership>& theirs = own(membership.user, since);
  std::erase_if(theirs, [id = membership.id](const GroupMembership& each) { return each.id == id; });
  bool has_default = std::any_of(theirs.begin(), theirs.end(), [](const GroupMembership& each) { return each.is_default; });
  if (!has_default && !theirs.empty()) theirs.front().is_default = true;
}

void Groups::make_default(const GroupMembership& membership, WallTime since, WallTime at) {
  for (GroupMembership& each : own(membership.user, since)) {
    if (each.is_default == (each.id == membership.id)) continue;
    each.is_default = each.id == membership.id;
    each.updated = at;
  }
}

bool Account::is_agent(RowNumber user) const { return text_of(users_.get(user, "role")) != "end-user"; }

std::vector<GroupMembership> Account::memberships_of(RowNumber user) const {
  if (!is_agent(user)) return {};
  return groups_.of(id_of(users_, user), users_.table->record(user).created);
}

std::vector<GroupMembership> Account::memberships() const {
  std::vector<GroupMembership> all;
  for (RowNumber row = 0; row < users_.table->row_count(); ++row) {
    if (users_.table->record(row).deleted) continue;
    for (GroupMembership& each : memberships_of(row)) all.push_back(each);
  }
  return all;
}

Outcome<GroupMembership> Account::join_group(std::int64_t user_id, std::int64_t group, const Writer& writer) {
  RowNumber user = find_live(users_, user_id);
  Problems problems;
  if (user == kNoRow) problems.add("user", "BlankValue", "User: cannot be blank");
  if (!groups_.find_live(group)) problems.add("group", "BlankValue", "Group: cannot be blank");
  if (user != kNoRow && !is_agent(user)) problems.add("user", "InvalidValue", "User: must be an agent");
  else if (user != kNoRow && groups_.holds(user_id, group)) problems.add("user_id", "DuplicateValue", "User: has already been taken");
  if (!problems.empty()) return problems.refusal();
  return groups_.join(user_id, users_.table->record(user).created, group, whole_seconds(writer.at));
}

Outcome<void> Account::leave_group(const GroupMembership& membership, const Writer& writer) {
  RowNumber user = find_live(users_, membership.user);
  if (memberships_of(user).size() == 1 && !readings_.agents_without_group) return refuse(422, "RecordInvalid", "An agent is in at least one group");
  auto of_group = [&](RowNumber ticket) { return tickets_.get(ticket, "group_id") == ValueView(membership.group); };
  if (auto free = check_unreferenced(open_tickets("assignee_id", membership.user, of_group)); !free) return free;
  groups_.leave(membership, users_.table->record(user).created);
  let_go(open_tickets("assignee_id", membership.user, of_group), "assignee_id", writer);
  return {};
}

Outcome<void> Account::remove_group(Group& group, const Writer& writer) {
  const Group* other = groups_.first_living(group.id);
  if (!other || (groups_.is_default(group) && !readings_.default_group_deleted)) return refuse(422, "RecordInvalid", "The default group cannot be deleted");
  auto all = [](RowNumber) { return true; };
  std::vector<RowNumber> organizations = find_by(organizations_, "group_id", group.id), tickets = open_tickets("group_id", group.id, all);
  for (const auto& held : {tickets, organizations}) {
    if (auto free = check_unreferenced(held); !free) return free;
  }
  std::vector<GroupMembership> members = memberships();
  std::erase_if(members, [&](const GroupMembership& each) { return each.group != group.id; });
  for (const GroupMembership& each : members) {
    RowNumber user = find_live(users_, each.user);
    WallTime since = users_.table->record(user).created, at = whole_seconds(writer.at);
    if (memberships_of(user).size() == 1 && !readings_.agents_without_group) groups_.join(each.user, since, other->id, at);
    groups_.leave(each, since);
  }
  group.deleted = true;
  group.updated = whole_seconds(writer.at);
  let_go(tickets, "group_id", writer);
  repoint(organizations_, "group_id", group.id, Value{}, writer);
  return {};
}

std::vector<RowNumber> Account::open_tickets(std::string_view property, std::int64_t held, const std::function<bool(RowNumber)>& of) const {
  std::vector<RowNumber> tickets = find_by(tickets_, property, held);
  std::erase_if(tickets, [&](RowNumber ticket) {
    std::string_view status = text_of(tickets_.get(ticket, "status"));
    return status == "solved" || status == "closed" || !of(ticket);
  });
  return tickets;
}

void Account::let_go(const std::vector<RowNumber>& tickets, std::string_view property, const Writer& writer) {
  if (readings_.deleted_references != "nulled") return;
  Writer system = writer;
  system.actor = {ActorKind::automation, "Zendesk"};
  for (RowNumber ticket : tickets) database_.update(*tickets_.table, ticket, {{tickets_.field(property), Value{}}}, context(system));
}

Outcome<void> Account::check_unreferenced(const std::vector<RowNumber>& rows) const {
  if (rows.empty() || readings_.deleted_references != "blocked") return {};
  Problems problems;
  problems.add("base", "InvalidValue", "Other records still refer to it.");
  return problems.refusal();
}

void Account::settle_group(RowNumber ticket, Draft& draft) {
  auto held = [&](std::string_view property, bool& given) -> std::optional<std::int64_t> {
    const Value* value = draft.find(tickets_.field(property));
    given = value != nullptr;
    ValueView now = value ? view(*value) : ticket == kNoRow ? ValueView{} : tickets_.get(ticket, property);
    const std::int64_t* id = std::get_if<std::int64_t>(&now);
    return id ? std::optional(*id) : std::nullopt;
  };
  bool assigns = false, regroups = false;
  auto assignee = held("assignee_id", assigns), group = held("group_id", regroups);
  RowNumber agent = assignee ? find_live(users_, *assignee) : kNoRow;
  if (agent == kNoRow || !is_agent(agent) || (group && groups_.holds(*assignee, *group)) || readings_.assignees_of_any_group) return;
  if (assigns && regroups && group) {
    draft.problems.add("assignee", "InvalidValue", "Assignee: " + std::to_string(*assignee) + " is not in the group");
  } else if (assigns) {
    for (const GroupMembership& each : memberships_of(agent)) {
      if (each.is_default) draft.set(tickets_.field("group_id"), each.group);
    }
  } else if (regroups) {
    draft.set(tickets_.field("assignee_id"), Value{});
  }
}

}  // namespace lockstep::emulators::zendesk

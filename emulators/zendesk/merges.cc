// Two become one (contract A5).
#include <algorithm>

#include "base/text.h"
#include "emulators/zendesk/account.h"

namespace lockstep::emulators::zendesk {

Outcome<void> Account::merge_users(RowNumber winner, RowNumber loser, const Writer& writer) {
  if (winner == loser || is_agent(loser)) {
    Problems problems;
    problems.add("base", "InvalidValue", "Only another end user can be merged");
    return problems.refusal();
  }
  Transaction all_or_nothing(database_);
  std::int64_t from = id_of(users_, loser), to = id_of(users_, winner);
  repoint(tickets_, "requester_id", from, to, writer);
  Writer unjournaled = writer;
  unjournaled.journaled = false;
  for (RowNumber identity : identities_.find_equal(identities_.field(identity::kUser), from)) {
    if (identities_.record(identity).deleted) continue;
    FieldChanges moved{{identities_.field(identity::kUser), to}, {identities_.field(identity::kPrimary), false}};
    database_.update(identities_, identity, moved, context(unjournaled));
  }
  database_.update(*users_.table, loser, {{users_.field("active"), false}}, context(unjournaled));
  database_.merge(*users_.table, winner, loser, context(writer));
  events_.merged(users_, loser, users_.table->record(winner).id, writer.at);
  all_or_nothing.commit();
  return {};
}

Outcome<void> Account::merge_tickets(RowNumber target, const std::vector<RowNumber>& sources, const json::object& how, const Writer& writer) {
  for (RowNumber source : sources) {
    if (source == target || text_of(tickets_.get(source, "status")) == "closed") return closed_ticket();
  }
  if (text_of(tickets_.get(target, "status")) == "closed") return closed_ticket();
  Transaction all_or_nothing(database_);
  audits_.begin();
  auto shown = [&](std::string_view name) {
    const json::value* given = how.if_contains(json::string_view(name.data(), name.size()));
    return given && given->is_bool() && given->get_bool();
  };
  std::string into = tickets_.table->record(target).id;
  for (RowNumber source : sources) {
    std::string told(text_member(how, "source_comment"));
    if (told.empty()) told = "This request was closed and merged into request #" + into;
    NewComment note{told, told, shown("source_comment_is_public"), writer.user};
    add_comment(source, note, writer);
    std::vector<std::string> tags = parts_of(tickets_.get(source, "tags"));
    tags.emplace_back("closed_by_merge");
    std::sort(tags.begin(), tags.end());
    Draft draft;
    draft.set(tickets_.field("status"), std::string("closed"));
    draft.set(tickets_.field("tags"), join(tags, " "));
    change(tickets_, source, draft, writer);
    events_.merged(tickets_, source, into, writer.at);
  }
  std::string told(text_member(how, "target_comment"));
  if (told.empty()) told = "Request was merged into this request.";
  NewComment note{told, told, shown("target_comment_is_public"), writer.user};
  Draft draft;
  change(tickets_, target, draft, writer);
  add_comment(target, note, writer);
  all_or_nothing.commit();
  return {};
}

}  // namespace lockstep::emulators::zendesk

#include "hub/decisions.h"

#include <cstdlib>

#include "base/text.h"

namespace lockstep {

namespace {

std::string match_name(ConnectionId connection, const RemoteId& remote) {
  return "match/" + std::to_string(connection.value()) + "/" + remote.object + "/" + remote.id;
}
std::string withheld_name(ConnectionId connection, TypeIndex type) {
  return "withheld_deletes/" + std::to_string(connection.value()) + "/" + std::to_string(type.value());
}

}  // namespace

Result<void> put_match_decision(Transaction& transaction, ConnectionId connection, const RemoteId& remote, const MatchDecision& decision) {
  std::string text = decision.entity.value().text();
  for (const EntityId other : decision.not_same) text += " " + other.value().text();
  return transaction.put_setting(match_name(connection, remote), text);
}

Result<std::optional<MatchDecision>> find_match_decision(Transaction& transaction, ConnectionId connection, const RemoteId& remote) {
  TRY(const auto text, transaction.find_setting(match_name(connection, remote)));
  if (!text || text->empty()) return std::optional<MatchDecision>{};
  MatchDecision decision;
  bool first = true;
  for (const std::string_view word : split(*text, ' ')) {
    TRY(const Ulid id, parse_ulid(word));
    if (first) decision.entity = EntityId{id};
    else decision.not_same.emplace_back(id);
    first = false;
  }
  return std::optional(std::move(decision));
}

Result<void> put_withheld_deletes(Transaction& transaction, ConnectionId connection, TypeIndex type, std::optional<WithheldDeletes> withheld) {
  const std::string text = withheld ? std::to_string(withheld->count) + (withheld->approved ? " approved" : "") : "";
  return transaction.put_setting(withheld_name(connection, type), text);
}

Result<std::optional<WithheldDeletes>> find_withheld_deletes(Transaction& transaction, ConnectionId connection, TypeIndex type) {
  TRY(const auto text, transaction.find_setting(withheld_name(connection, type)));
  if (!text || text->empty()) return std::optional<WithheldDeletes>{};
  WithheldDeletes withheld;
  withheld.count = std::strtoull(text->c_str(), nullptr, 10);
  withheld.approved = text->ends_with(" approved");
  return std::optional(withheld);
}

}  // namespace lockstep

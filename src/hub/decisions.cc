#include "hub/decisions.h"

#include <cstdlib>

#include "base/text.h"

namespace lockstep {

namespace {

std::string match_name(ConnectionId connection, const RemoteId& remote) {
  return "match/" + std::to_string(connection.value()) + "/" + remote.object + "/" + remote.id;
}
std::string withheld_name(const Model& model, ConnectionId connection, TypeIndex type) {
  return "withheld_deletes/" + std::to_string(connection.value()) + "/" + model.at(type).name;
}

std::string since_name(const Model& model, ConnectionId connection, TypeIndex type) {
  return "deletes_since/" + std::to_string(connection.value()) + "/" + model.at(type).name;
}

}  // namespace

Result<void> put_match_decision(Transaction& transaction, ConnectionId connection, const RemoteId& remote, const MatchDecision& decision) {
  std::string text = decision.entity.value().text();
  for (const EntityId other : decision.not_same) text += " " + other.value().text();
  return transaction.put_setting(match_name(connection, remote), text);
}

Result<void> forget_match_decision(Transaction& transaction, ConnectionId connection, const RemoteId& remote) {
  return transaction.put_setting(match_name(connection, remote), "");
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

Result<void> put_withheld_deletes(Transaction& transaction, const Model& model, ConnectionId connection, TypeIndex type,
                                  std::optional<WithheldDeletes> withheld) {
  const std::string text =
      withheld ? std::to_string(withheld->count) + " " + std::to_string(withheld->listed.ms) + (withheld->approved ? " approved" : "") : "";
  return transaction.put_setting(withheld_name(model, connection, type), text);
}

Result<std::optional<WithheldDeletes>> find_withheld_deletes(Transaction& transaction, const Model& model, ConnectionId connection, TypeIndex type) {
  TRY(const auto text, transaction.find_setting(withheld_name(model, connection, type)));
  if (!text || text->empty()) return std::optional<WithheldDeletes>{};
  WithheldDeletes withheld;
  char* rest = nullptr;
  withheld.count = std::strtoull(text->c_str(), &rest, 10);
  withheld.listed.ms = std::strtoll(rest, nullptr, 10);
  withheld.approved = text->ends_with(" approved");
  return std::optional(withheld);
}

Result<void> put_deletes_since(Transaction& transaction, const Model& model, ConnectionId connection, TypeIndex type, WallTime since) {
  return transaction.put_setting(since_name(model, connection, type), std::to_string(since.ms));
}

Result<WallTime> find_deletes_since(Transaction& transaction, const Model& model, ConnectionId connection, TypeIndex type) {
  TRY(const auto text, transaction.find_setting(since_name(model, connection, type)));
  return WallTime{text ? std::strtoll(text->c_str(), nullptr, 10) : 0};
}

Result<void> approve_withheld_deletes(Transaction& transaction, const Model& model, ConnectionId connection, TypeIndex type) {
  TRY(auto withheld, find_withheld_deletes(transaction, model, connection, type));
  if (!withheld) return {};
  withheld->approved = true;
  TRY_VOID(put_withheld_deletes(transaction, model, connection, type, withheld));
  if (withheld->listed.ms == 0) return {};
  TRY(auto unseen, transaction.links_unseen(connection, type, withheld->listed, withheld->count));
  for (Link& link : unseen) {
    if (link.secondary || link.needs_read) continue;
    link.needs_read = true;
    TRY_VOID(transaction.put(link));
  }
  return {};
}

Result<void> decide_told_deletes(Transaction& transaction, const Model& model, const ReviewItem& item, bool approved, WallTime now) {
  TRY(const auto events, transaction.take_inbox(item.connection, item.remote.object, kUntilDecided, SIZE_MAX / 2));
  for (const InboxEvent& event : events) {
    if (event.kind != EventKind::deleted) continue;
    if (approved) TRY_VOID(transaction.postpone_inbox(event.id, now, 0, ""));
    else TRY_VOID(transaction.finish_inbox(event.id, InboxState::superseded));
  }
  return put_withheld_deletes(transaction, model, item.connection, item.type, std::nullopt);
}

}  // namespace lockstep

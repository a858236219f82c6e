#include "hub/recovery.h"

#include <algorithm>

#include "store/epoch.h"

namespace lockstep {

namespace {

constexpr const char* kRecovered = "epoch/recovered";

std::string lost_name(ConnectionId connection, const RemoteId& remote) {
  return "lost/" + std::to_string(connection.value()) + "/" + remote.object + "/" + remote.id;
}

/// The values of the write that was under way: those sent last.
std::vector<AuditChange> changes_sent(const Hub& hub, const Link& link) {
  WallTime last;
  for (const LinkField& field : link.fields)
    if (!field.unanswered.empty()) last = std::max(last, field.unanswered.back().sent);
  std::vector<AuditChange> changes;
  const EntityType& type = hub.model.at(link.type);
  for (std::size_t i = 0; i < link.fields.size() && i < type.fields.size(); ++i) {
    const LinkField& field = link.fields[i];
    if (!field.unanswered.empty() && field.unanswered.back().sent == last)
      changes.push_back(AuditChange{type.fields[i].name, field.shadow, field.unanswered.back().value, ""});
  }
  return changes;
}

}  // namespace

AuditRow unanswered_write(const Hub& hub, const Obligation& owed, const Link& link, std::string why) {
  AuditRow row;
  row.at = hub.now();
  row.connection = owed.connection;
  row.source = kHub;
  row.entity = owed.entity;
  row.type = hub.model.at(link.type).name;
  row.remote = link.presence == LinkPresence::present || !link.intent ? link.remote : RemoteId{link.intent->object, ""};
  row.operation = owed.is_delete ? "delete" : link.presence == LinkPresence::present ? "update" : "create";
  row.success = false;
  row.failure_class = "outcome_unknown";
  row.error = std::move(why);
  row.attempt = owed.attempts + 1;
  row.changes = owed.is_delete ? std::vector<AuditChange>{} : changes_sent(hub, link);
  return row;
}

namespace {

/// The clock was set back while nobody ran: work would wait for a time that lies ahead.
Result<void> bring_forward_what_lies_ahead(const Hub& hub, Transaction& transaction) {
  constexpr Duration kSlewed{2'000};
  AuditFilter newest;
  newest.limit = 1;
  TRY(const auto rows, transaction.list_audit(newest));
  const bool lies_ahead = !rows.empty() && rows.front().at > hub.now() + kSlewed;
  return lies_ahead ? transaction.bring_forward(hub.now()) : Result<void>{};
}

}  // namespace

Result<std::size_t> recover_in_flight(Hub& hub, Transaction& transaction) {
  TRY_VOID(bring_forward_what_lies_ahead(hub, transaction));
  TRY(const auto in_flight, transaction.recover_in_flight(hub.now()));
  for (const Obligation& owed : in_flight) {
    TRY(const auto links, transaction.find_links(owed.entity));
    for (const Link& link : links)
      if (link.connection == owed.connection && !link.secondary)
        TRY_VOID(transaction.append(unanswered_write(hub, owed, link, "the program stopped before the answer came")));
  }
  return in_flight.size();
}

Result<void> load_recovery(Hub& hub, Transaction& transaction) {
  TRY(const auto text, transaction.find_setting(kEpochSetting));
  if (!text) return {};
  const Epoch epoch = parse_epoch(*text);
  TRY(const auto recovered, transaction.find_setting(kRecovered));
  hub.restored_at = std::min(epoch.restored_at, hub.now());  // what is read again from now on is read after it, whatever the clock said then
  hub.recovering = recovered != *text;
  return {};
}

Result<void> end_recovery(Transaction& transaction) {
  TRY(const auto text, transaction.find_setting(kEpochSetting));
  return transaction.put_setting(kRecovered, text.value_or(""));
}

Result<void> put_lost_name(Transaction& transaction, ConnectionId connection, const RemoteId& remote, std::optional<EntityId> entity) {
  return transaction.put_setting(lost_name(connection, remote), entity ? entity->value().text() : "");
}

Result<std::optional<EntityId>> find_lost_name(Transaction& transaction, ConnectionId connection, const RemoteId& remote) {
  TRY(const auto text, transaction.find_setting(lost_name(connection, remote)));
  if (!text || text->empty()) return std::optional<EntityId>{};
  TRY(const Ulid id, parse_ulid(*text));
  return std::optional(EntityId{id});
}

}  // namespace lockstep

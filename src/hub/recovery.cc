#include "hub/recovery.h"

#include "store/epoch.h"

namespace lockstep {

namespace {

constexpr const char* kRecovered = "epoch/recovered";

std::string lost_name(ConnectionId connection, const RemoteId& remote) {
  return "lost/" + std::to_string(connection.value()) + "/" + remote.object + "/" + remote.id;
}

}  // namespace

Result<void> load_recovery(Hub& hub, Transaction& transaction) {
  TRY(const auto text, transaction.find_setting(kEpochSetting));
  if (!text) return {};
  const Epoch epoch = parse_epoch(*text);
  TRY(const auto recovered, transaction.find_setting(kRecovered));
  hub.restored_at = epoch.restored_at;
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

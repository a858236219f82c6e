#include "discover/mass_delete.h"

#include <algorithm>

namespace lockstep::discover {

bool is_beyond_guard(const DeleteGuard& guard, std::size_t count, std::int64_t links) {
  return count > guard.count && static_cast<double>(count) > guard.share * static_cast<double>(links);
}

namespace {

/// The item that is open; one without an id where there is none.
Result<ReviewItem> open_item(Transaction& transaction, ConnectionId connection, TypeIndex type) {
  ReviewFilter open;
  open.connection = connection;
  open.kind = ReviewKind::mass_delete;
  open.state = ReviewState::open;
  TRY(auto items, transaction.list_reviews(open));
  const auto told = std::ranges::find(items, type, &ReviewItem::type);
  return told == items.end() ? ReviewItem{} : std::move(*told);
}

}  // namespace

Result<void> withhold_deletes(Hub& hub, Transaction& transaction, ConnectionId connection, TypeIndex type, const std::string& object,
                              const WithheldDeletes& withheld, std::int64_t links) {
  TRY_VOID(put_withheld_deletes(transaction, hub.model, connection, type, withheld));
  TRY(ReviewItem item, open_item(transaction, connection, type));
  if (item.id.is_nil()) {
    item.id = hub.ids.next(hub.now());
    item.kind = ReviewKind::mass_delete;
    item.type = type;
    item.connection = connection;
    item.remote = RemoteId{object, ""};
    item.opened = hub.now();
  }
  item.summary = std::to_string(withheld.count) + " of " + std::to_string(links) + " records of " + hub.model.at(type).name + " are gone from " +
                 hub.system_name(connection) + "; their deletes wait for approval";
  return transaction.put(item);
}

Result<void> end_withholding(Hub& hub, Transaction& transaction, ConnectionId connection, TypeIndex type) {
  TRY_VOID(put_withheld_deletes(transaction, hub.model, connection, type, std::nullopt));
  TRY(ReviewItem item, open_item(transaction, connection, type));
  if (item.id.is_nil()) return {};
  item.state = ReviewState::closed_by_itself;
  item.closed = hub.now();
  item.closed_by = "the records are there again";
  return transaction.put(item);
}

}  // namespace lockstep::discover

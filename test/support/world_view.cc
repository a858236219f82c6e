// What a test asks of the hub and tells it.
#include <algorithm>

#include "base/check.h"
#include "test/support/world.h"

namespace lockstep::support {

namespace {

Task<void> transact_into(Store& store, Store::Work work, Result<void>& into) { into = co_await store.transact(std::move(work)); }

}  // namespace

Result<void> World::transact(Store::Work work) {
  Result<void> outcome;
  executor.complete(transact_into(*store, std::move(work), outcome));
  return outcome;
}

StoreCounts World::counts() {
  StoreCounts counts;
  const auto read = transact([&](Transaction& transaction) -> Result<void> {
    TRY(counts, transaction.counts());
    return {};
  });
  CHECK(read, read.error().message);
  return counts;
}

bool World::settle(Duration limit) {
  const Instant end = executor.clock().now() + limit;
  // Quiet for longer than any poll interval: whatever anybody changed has been seen.
  constexpr Duration kQuiet{150'000};
  Instant quiet_since = executor.clock().now();
  std::size_t last_writes = writes();
  while (executor.clock().now() < end) {
    executor.run_for(Duration{1'000});
    const StoreCounts now = counts();
    const bool busy = std::ranges::any_of(now.connections, [](const auto& one) { return one.ready + one.in_flight + one.to_read + one.inbox > 0; });
    if (busy || writes() != last_writes) quiet_since = executor.clock().now();
    last_writes = writes();
    if (executor.clock().now() - quiet_since >= kQuiet) return true;
  }
  return false;
}

std::size_t World::writes() const {
  std::size_t count = 0;
  for (const auto& system : systems) count += system->writes.size();
  return count;
}

std::vector<Golden> World::golden(const std::string& type_name) {
  std::vector<Golden> all;
  const auto read = transact([&](Transaction& transaction) -> Result<void> {
    TRY(all, transaction.list_golden(type(type_name), EntityId{}, 10'000));
    return {};
  });
  CHECK(read, read.error().message);
  return all;
}

std::vector<ReviewItem> World::open_reviews() {
  std::vector<ReviewItem> all;
  const auto read = transact([&](Transaction& transaction) -> Result<void> {
    ReviewFilter filter;
    filter.state = ReviewState::open;
    TRY(all, transaction.list_reviews(filter));
    return {};
  });
  CHECK(read, read.error().message);
  return all;
}

std::vector<DeadLetter> World::dead_letters(DeadLetterState state) {
  std::vector<DeadLetter> all;
  const auto read = transact([&](Transaction& transaction) -> Result<void> {
    DeadLetterFilter filter;
    filter.state = state;
    TRY(all, transaction.list_dead_letters(filter));
    return {};
  });
  CHECK(read, read.error().message);
  return all;
}

std::vector<AuditRow> World::audit(AuditFilter filter) {
  std::vector<AuditRow> all;
  filter.limit = 10'000;
  const auto read = transact([&](Transaction& transaction) -> Result<void> {
    TRY(all, transaction.list_audit(filter));
    return {};
  });
  CHECK(read, read.error().message);
  return all;
}

Result<ReviewItem> World::resolve(const ReviewItem& item, std::string choice) {
  Result<ReviewItem> outcome = fail(ErrorCode::internal, "never asked");
  Workbench workbench(*hub);
  executor.complete([](Workbench& bench, Ulid id, std::string chosen, Result<ReviewItem>& into) -> Task<void> {
    into = co_await bench.resolve(id, std::move(chosen), "ada");
  }(workbench, item.id, std::move(choice), outcome));
  return outcome;
}

namespace {

std::vector<Ulid> ids_of(const std::vector<DeadLetter>& letters) {
  std::vector<Ulid> ids;
  for (const DeadLetter& letter : letters) ids.push_back(letter.id);
  return ids;
}

template <class T>
Task<void> put_into(Task<T> task, T& into) {
  into = co_await std::move(task);
}

}  // namespace

Result<std::size_t> World::replay(std::vector<DeadLetter> letters) {
  Result<std::size_t> outcome;
  Workbench workbench(*hub);
  executor.complete(put_into(workbench.replay(ids_of(letters), "ada"), outcome));
  return outcome;
}

Result<std::size_t> World::discard(std::vector<DeadLetter> letters) {
  Result<std::size_t> outcome;
  Workbench workbench(*hub);
  executor.complete(put_into(workbench.discard(ids_of(letters), "ada"), outcome));
  return outcome;
}

Result<std::size_t> World::edit(std::vector<DeadLetter> letters, std::vector<std::pair<std::string, std::string>> values) {
  Result<std::size_t> outcome;
  Workbench workbench(*hub);
  executor.complete(put_into(workbench.edit(ids_of(letters), std::move(values), "ada"), outcome));
  return outcome;
}

Result<void> World::choose_link(const DeadLetter& letter, std::string remote_id) {
  Result<void> outcome;
  Workbench workbench(*hub);
  executor.complete(put_into(workbench.choose_link(letter.id, std::move(remote_id), "ada"), outcome));
  return outcome;
}

void World::push(const std::string& system, const std::string& object, const std::string& id) {
  receive(system, object, id);
  engine->wake_reader(system_of(system).id);
}

void World::receive(const std::string& system, const std::string& object, const std::string& id, const std::string& merged_into) {
  const ConnectionId connection = system_of(system).id;
  const auto stored = transact([&](Transaction& transaction) -> Result<void> {
    InboxEvent event;
    event.connection = connection;
    event.remote = RemoteId{object, merged_into.empty() ? id : merged_into};
    event.received = event.occurred = event.due = hub->now();
    event.dedupe = object + "/" + id + "/" + std::to_string(hub->now().ms);
    if (!merged_into.empty()) {
      event.kind = EventKind::merged;
      event.merged_into = merged_into;
      event.merged_from = {id};
    }
    TRY([[maybe_unused]] const bool fresh, transaction.put(event));
    return {};
  });
  CHECK(stored, stored.error().message);
}

}  // namespace lockstep::support

// Records that webhooks, merges and doubts asked for: read by id.
#include <algorithm>

#include "discover/discoverer.h"
#include "hub/decisions.h"

namespace lockstep::discover {

namespace {

constexpr std::size_t kWantedMax = 1000;
/// An event that failed so often is read on its own: it may be what spoils the batch.
constexpr std::uint32_t kAloneAfter = 2;
constexpr std::uint32_t kAttemptsMax = 8;

Duration patience(std::uint32_t attempts) { return Duration{std::min<std::int64_t>(300'000, 1'000LL << std::min<std::uint32_t>(attempts, 10))}; }

}  // namespace

struct Discoverer::Wanted {
  std::string object;
  std::vector<std::string> ids;
  std::vector<InboxEvent> events;
};

Result<void> Discoverer::collect_wanted(Transaction& transaction, TypeIndex type, std::vector<Wanted>& wanted) {
  wanted.clear();
  const std::vector<std::string> objects = objects_of(type);
  for (const std::string& object : objects) wanted.push_back(Wanted{object, {}, {}});
  const auto of = [&](const std::string& object) { return std::ranges::find(objects, object) - objects.begin(); };
  TRY(const auto withheld, find_withheld_deletes(transaction, system_.id, type));
  if (!withheld || withheld->approved) withheld_[type].clear();
  TRY(const auto links, transaction.links_to_read(system_.id, type, kWantedMax + withheld_[type].size()));
  for (const Link& link : links) {
    const auto at = of(link.remote.object);
    if (at < std::ssize(objects) && !link.remote.empty() && !withheld_[type].contains(link.remote))
      wanted[static_cast<std::size_t>(at)].ids.push_back(link.remote.id);
  }
  TRY(auto events, transaction.take_inbox(system_.id, hub_.now(), kWantedMax));
  for (InboxEvent& event : events) {
    const auto at = of(event.remote.object);
    if (at == std::ssize(objects)) continue;
    const bool alone = event.attempts >= kAloneAfter;
    if (alone) wanted.push_back(Wanted{event.remote.object, {}, {}});
    Wanted& want = alone ? wanted.back() : wanted[static_cast<std::size_t>(at)];
    if (!event.remote.id.empty()) want.ids.push_back(event.remote.id);
    for (const std::string& loser : event.merged_from) want.ids.push_back(loser);
    if (!event.merged_into.empty()) want.ids.push_back(event.merged_into);
    want.events.push_back(std::move(event));
  }
  std::erase_if(wanted, [](const Wanted& want) { return want.ids.empty() && want.events.empty(); });
  return {};
}

Task<RunReport> Discoverer::read_wanted(TypeIndex type) {
  RunReport report;
  const RunId run = new_run();
  const WallTime started = hub_.now();
  std::vector<Wanted> wanted;
  Store::Work work = [&](Transaction& transaction) { return collect_wanted(transaction, type, wanted); };
  const Result<void> read = co_await hub_.store.read(std::move(work));
  if (!read) report.error = read.error().message;
  for (Wanted& want : wanted) {
    std::vector<std::uint64_t> events;
    for (const InboxEvent& event : want.events) events.push_back(event.id);
    const bool taken = co_await read_ids(type, want.object, run, want.ids, std::nullopt, std::move(events), report);
    if (taken) continue;
    const bool spoilt = report.failure && report.failure->scope == connector::FailureScope::record;
    if (!want.events.empty() && report.failure) co_await postpone(type, want.events, *report.failure, report);
    if (!spoilt || !report.error.empty()) break;
    if (want.events.empty()) break;
    report.failure.reset();  // these wait; the others are read
  }
  if (!wanted.empty()) co_await record_run(run, "read", type, started, report);
  co_return report;
}

Task<void> Discoverer::postpone(TypeIndex type, std::vector<InboxEvent> events, connector::Failure failure, RunReport& report) {
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    for (const InboxEvent& event : events) {
      const bool own_fault = failure.scope == connector::FailureScope::record;
      const std::uint32_t attempts = own_fault ? event.attempts + 1 : event.attempts;
      if (attempts < kAttemptsMax) {
        TRY_VOID(transaction.postpone_inbox(event.id, hub_.now() + patience(attempts), attempts, failure.message));
        continue;
      }
      DeadLetter letter;
      letter.id = hub_.ids.next(hub_.now());
      letter.from_inbox = true;
      letter.connection = system_.id;
      letter.type = type;
      letter.remote = event.remote;
      letter.operation = "read";
      letter.failure_class = std::string(to_string(failure.failure_class));
      letter.error = failure.message;
      letter.context = "{\"event\": " + to_json(Value(event.dedupe)) + "}";
      letter.attempts = attempts;
      letter.first_failed = event.received;
      letter.last_failed = hub_.now();
      TRY_VOID(transaction.put(letter));
      TRY_VOID(transaction.finish_inbox(event.id, InboxState::dead));
    }
    return {};
  };
  const Result<void> stored = co_await hub_.store.transact(std::move(work));
  if (!stored) report.error = stored.error().message;
}

}  // namespace lockstep::discover

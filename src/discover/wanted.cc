// Records that webhooks, merges and doubts asked for: read by id.
#include <algorithm>
#include <iterator>

#include "base/cut_text.h"
#include "base/probe.h"
#include "base/text.h"
#include "discover/discoverer.h"
#include "hub/decisions.h"

namespace lockstep::discover {

namespace {

constexpr std::size_t kWantedMax = 1000;
/// An event that failed so often is read on its own: it may be what spoils the batch.
constexpr std::uint32_t kAloneAfter = 2;
constexpr std::uint32_t kAttemptsMax = 8;

Duration patience(std::uint32_t attempts) { return Duration{std::min<std::int64_t>(300'000, 1'000LL << std::min<std::uint32_t>(attempts, 10))}; }

/// Why an event is a dead letter: itself as it came, and what was answered when its record was read.
std::string context_of(const InboxEvent& event, const connector::Failure& failure) {
  static constexpr std::string_view kKinds[] = {"upsert", "deleted", "undeleted", "merged", "erased", "association", "reread", "rescan"};
  constexpr std::size_t kBodyMax = 8192;
  const auto text = [](std::string_view words) { return to_json(Value(words)); };
  return "{\"status\": " + std::to_string(failure.status) + ", \"code\": " + text(failure.code) + ", \"event\": " + text(event.dedupe) +
         ", \"kind\": " + text(kKinds[static_cast<std::size_t>(event.kind)]) + ", \"received\": " + text(format_iso(event.received)) +
         ", \"occurred\": " + text(format_iso(event.occurred)) + ", \"body\": " + text(cut_text(event.body, kBodyMax)) + "}";
}

}  // namespace

struct Discoverer::Wanted {
  std::string object;
  std::vector<std::string> ids;
  std::vector<InboxEvent> events;
  std::vector<std::string> linked = {};  // of `ids`, those whose links are to be read, events or not
};

struct Discoverer::Collected {
  std::vector<Wanted> wanted;
  std::vector<InboxEvent> unmapped;
  bool released = false;  // a person has decided on the deletes that were withheld
};

Result<void> Discoverer::collect_wanted(Transaction& transaction, TypeIndex type, const std::set<RemoteId>& withheld, Collected& into) const {
  into = Collected{};
  std::vector<Wanted>& wanted = into.wanted;
  const std::vector<std::string> objects = system_.find(type)->objects();
  TRY(const auto deletes, find_withheld_deletes(transaction, hub_.model, system_.id, type));
  into.released = !deletes || deletes->approved;
  // Object by object: one that nothing maps any more, and that nobody can read, would take the place of the others.
  for (const std::string& object : objects) {
    Wanted& want = wanted.emplace_back(Wanted{object, {}, {}});
    TRY(const auto links, transaction.links_to_read(system_.id, type, object, kWantedMax + (into.released ? 0 : withheld.size())));
    for (const Link& link : links)
      if (into.released || !withheld.contains(link.remote)) want.linked.push_back(link.remote.id);
    want.ids = want.linked;
  }
  TRY(const auto unread, transaction.unread_objects(system_.id));
  std::vector<InboxEvent> events;
  for (const std::string& object : unread) {
    const bool own = std::ranges::find(objects, object) != objects.end();
    // Stored under an older configuration: whichever type is read first tells that nobody takes them any more.
    const bool unmapped = !own && type == system_.types.front().type && !system_.maps(object);
    if (!own && !unmapped) continue;
    TRY(auto some, transaction.take_inbox(system_.id, object, hub_.now(), kWantedMax));
    std::ranges::move(some, std::back_inserter(unmapped ? into.unmapped : events));
  }
  for (InboxEvent& event : events) {
    const auto at = std::ranges::find(objects, event.remote.object) - objects.begin();
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

/// One record spoils the read of all. Its event waits; the links that have to be read are read apart from the events, then in ever smaller parts.
void Discoverer::set_apart(Wanted spoilt, std::vector<Wanted>& wanted) {
  std::vector<std::string>& ids = spoilt.linked;
  if (spoilt.ids.size() < 2 || ids.empty()) return;
  const auto middle = ids.begin() + static_cast<std::ptrdiff_t>(spoilt.events.empty() ? ids.size() / 2 : ids.size());
  for (std::vector<std::string> part : {std::vector<std::string>(ids.begin(), middle), std::vector<std::string>(middle, ids.end())})
    if (!part.empty()) wanted.push_back(Wanted{spoilt.object, part, {}, part});
}

Task<RunReport> Discoverer::read_wanted(TypeIndex type) {
  RunReport report;
  const RunId run = new_run();
  const WallTime started = hub_.now();
  Collected collected;
  const std::set<RemoteId> withheld = withheld_[type];
  Store::Work work = [&](Transaction& transaction) { return collect_wanted(transaction, type, withheld, collected); };
  const bool looked = co_await look(std::move(work), report);
  if (looked && collected.released)
    for (const RemoteId& one : withheld) withheld_[type].erase(one);
  if (!collected.unmapped.empty()) co_await give_up_unmapped(type, std::move(collected.unmapped), report);
  std::vector<Wanted>& wanted = collected.wanted;
  const bool any = !wanted.empty();
  std::optional<connector::Failure> unreadable;
  for (std::size_t next = 0; next < wanted.size(); ++next) {
    Wanted want = std::move(wanted[next]);
    std::vector<std::uint64_t> events;
    for (const InboxEvent& event : want.events) events.push_back(event.id);
    const Reading reading(type, want.object, run);
    const bool taken = co_await read_ids(reading, want.ids, std::nullopt, std::move(events), report);
    if (taken) {
      co_await supersede_letters(std::move(want.ids), want.object, report);
      continue;
    }
    const bool spoilt = report.failure && report.failure->scope == connector::FailureScope::record;
    if (!want.events.empty() && report.failure) co_await postpone(type, want.events, *report.failure, report);
    if (!spoilt || !report.error.empty()) break;
    if (want.events.empty() && want.ids.size() == 1) unreadable = report.failure;
    set_apart(std::move(want), wanted);
    report.failure.reset();  // these wait; the others are read
  }
  if (unreadable && !report.failure) report.failure = std::move(unreadable);
  if (any) co_await record_run(run, "read", type, started, report);
  co_return report;
}

/// One letter a record: more events of it that fail are told by the same one.
Result<void> Discoverer::give_up(Transaction& transaction, TypeIndex type, const InboxEvent& event, std::uint32_t attempts, const connector::Failure& failure) {
  reached("read.dead_letter");
  TRY(auto letters, open_inbox_letters(transaction));
  const auto known = std::ranges::find(letters, event.remote, &DeadLetter::remote);
  DeadLetter letter = known == letters.end() ? DeadLetter{} : *known;
  if (known == letters.end()) {
    letter.id = hub_.ids.next(hub_.now());
    letter.first_failed = event.received;
  }
  letter.from_inbox = true;
  letter.connection = system_.id;
  letter.type = type;
  letter.remote = event.remote;
  letter.operation = "read";
  letter.failure_class = std::string(to_string(failure.failure_class));
  letter.error = failure.message;
  letter.fingerprint = fingerprint(failure);
  letter.context = context_of(event, failure);
  letter.attempts = attempts;
  letter.last_failed = hub_.now();
  TRY_VOID(transaction.put(letter));
  return transaction.finish_inbox(event.id, InboxState::dead);
}

Result<std::vector<DeadLetter>> Discoverer::open_inbox_letters(Transaction& transaction) const {
  DeadLetterFilter open;
  open.entity = EntityId{};  // they are of records, not of entities
  open.connection = system_.id;
  open.state = DeadLetterState::open;
  open.limit = 10'000;
  return transaction.list_dead_letters(open);
}

Task<void> Discoverer::give_up_unmapped(TypeIndex type, std::vector<InboxEvent> events, RunReport& report) {
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    for (const InboxEvent& event : events) {
      connector::Failure failure;
      failure.failure_class = connector::FailureClass::config;
      failure.message = "no mapping takes the object '" + event.remote.object + "' of " + system_.name + " any more";
      TRY_VOID(give_up(transaction, type, event, event.attempts, failure));
    }
    return {};
  };
  co_await transact(std::move(work), report);
}

/// Records that could be read now: what was given up of them before is settled by that.
Task<void> Discoverer::supersede_letters(std::vector<std::string> ids, std::string object, RunReport& report) {
  std::vector<DeadLetter> settled;
  Store::Work find = [&](Transaction& transaction) -> Result<void> {
    TRY(settled, open_inbox_letters(transaction));
    return {};
  };
  const bool looked = co_await look(std::move(find), report);
  const auto still_open = [&](const DeadLetter& letter) { return letter.remote.object != object || std::ranges::find(ids, letter.remote.id) == ids.end(); };
  std::erase_if(settled, still_open);
  if (!looked || settled.empty()) co_return;
  Store::Work close = [&](Transaction& transaction) -> Result<void> {
    for (DeadLetter& letter : settled) {
      letter.state = DeadLetterState::superseded;
      letter.closed = hub_.now();
      TRY_VOID(transaction.put(letter));
    }
    return {};
  };
  co_await transact(std::move(close), report);
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
      TRY_VOID(give_up(transaction, type, event, attempts, failure));
    }
    return {};
  };
  co_await transact(std::move(work), report);
}

}  // namespace lockstep::discover

// The round: take what is due, look for twins before creating, send in batches.
#include <algorithm>
#include <map>
#include <utility>

#include "base/probe.h"
#include "deliver/dispatcher.h"
#include "runtime/executor.h"

namespace lockstep::deliver {

void DeliverReport::add(const DeliverReport& part) {
  sent += part.sent;
  written += part.written;
  failed += part.failed;
  parked += part.parked;
  dead_letters += part.dead_letters;
  calls += part.calls;
  lags.insert(lags.end(), part.lags.begin(), part.lags.end());
  reads_wanted = reads_wanted || part.reads_wanted;
}

Duration Dispatcher::backoff(std::uint32_t attempts) {
  const std::int64_t ceiling = std::min(system_.backoff_cap.count(), system_.backoff_base.count() << std::min<std::uint32_t>(attempts, 16));
  return Duration{rng_.between(0, ceiling)};
}

void Dispatcher::clock_was_set_back() {
  system_rest_ = Rest{};
  type_rests_.clear();
  probed_.clear();
}

bool Dispatcher::rests(TypeIndex type) const {
  const auto found = type_rests_.find(type);
  return found != type_rests_.end() && hub_.now() < found->second.until;
}

Duration Dispatcher::next_rest(Rest& rest, const connector::Failure& failure) {
  constexpr std::int64_t kFirstMs = 500, kCapMs = 60'000;
  constexpr Duration kStopped{3'600'000};  // going on would do harm: a person looks first
  const std::int64_t ceiling = std::min(kCapMs, kFirstMs << std::min<std::uint32_t>(rest.in_a_row, 16));
  ++rest.in_a_row;
  const Duration least = failure.act == "stop" ? kStopped : failure.wait.value_or(Duration{0});
  return std::max(Duration{rng_.between(0, ceiling)}, least);
}

void Dispatcher::rest_after(TypeIndex type, const DeliverReport& batch, DeliverReport& report) {
  if (batch.written > 0) {
    system_rest_.in_a_row = 0;
    type_rests_.erase(type);
  }
  // Batches that ran beside each other met the same failure: it counts once.
  if (batch.type_failed && !rests(type)) {
    Rest& rest = type_rests_[type];
    rest.until = hub_.now() + next_rest(rest, *batch.type_failed);
    rest.why = batch.type_failed->message;
  }
  if (batch.paused_by && !report.paused_by) {
    report.paused_by = batch.paused_by;
    report.resume_at = hub_.now() + next_rest(system_rest_, *batch.paused_by);
  }
}

/// Edits never wait for a batch of a full refresh: one place among the requests in flight is theirs.
struct Dispatcher::Sending {
  Sending(Executor& executor, std::size_t concurrency)
      : permits(executor, concurrency), permits_of_others(executor, std::max<std::size_t>(concurrency, 2) - 1) {
    for (std::size_t i = 0; i < kPriorities; ++i) groups.push_back(std::make_unique<TaskGroup>(executor));
  }
  TaskGroup& group(Priority priority) { return *groups[static_cast<std::size_t>(priority)]; }
  Semaphore permits, permits_of_others;
  std::vector<std::unique_ptr<TaskGroup>> groups;  // by priority
};

Task<DeliverReport> Dispatcher::deliver(std::vector<TypeIndex> types) {
  DeliverReport report;
  std::vector<Answered> unfinished = std::exchange(unfinished_, {});
  for (Answered& late : unfinished) co_await finish(std::move(late), report);
  if (!report.error.empty()) co_return report;
  Sending sending(hub_.executor, system_.concurrency);
  Due due = co_await look_for_due(types, report);
  for (std::size_t at = 0; at < kPriorities;) {
    const Drained drained = co_await drain_priority(static_cast<Priority>(at), due[at], types, sending, report);
    at = drained == Drained::gives_way ? 0 : at + 1;
    if (drained == Drained::gives_way) due = co_await look_for_due(types, report);
  }
  for (const auto& group : sending.groups) co_await group->join();
  for (const TypeIndex type : types)
    if (rests(type)) report.resting = type_rests_.at(type).why;
  co_return report;
}

Task<Dispatcher::Due> Dispatcher::look_for_due(std::vector<TypeIndex> types, DeliverReport& report) {
  Due due;
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    due = Due{};
    TRY(const auto queues, transaction.ready_queues(system_.id));
    for (const TypeIndex type : types)  // in their order
      for (const ReadyQueue& queue : queues)
        if (queue.type == type && queue.due <= hub_.now()) due[static_cast<std::size_t>(queue.priority)].push_back(type);
    return {};
  };
  const Result<void> looked = co_await hub_.store.read(std::move(work));
  if (!looked) report.error = looked.error().message;
  co_return due;
}

Task<Dispatcher::Drained> Dispatcher::drain_priority(Priority priority, const std::vector<TypeIndex>& due, const std::vector<TypeIndex>& types,
                                                     Sending& sending, DeliverReport& report) {
  std::vector<Queue> queues;
  for (const TypeIndex type : due) queues.push_back(Queue{priority, type, false});
  for (auto type = due.rbegin(); type != due.rend(); ++type) queues.push_back(Queue{priority, *type, true});
  for (const Queue& queue : queues) {
    const Drained drained = co_await drain(queue, types, sending, report);
    if (drained == Drained::gives_way) co_return drained;
  }
  co_return Drained::all;
}

Task<Dispatcher::Drained> Dispatcher::drain(Queue queue, const std::vector<TypeIndex>& types, Sending& sending, DeliverReport& report) {
  // What was sent may have become due again by its answer: another walk, until one finds nothing.
  const auto may_go_on = [&] { return !rests(queue.type) && !report.paused_by && report.error.empty(); };
  for (bool again = true; again;) {
    again = false;
    while (may_go_on()) {
      Round next;
      const bool more = co_await round(queue, types, sending, next, report);
      if (next.gives_way) co_return Drained::gives_way;
      if (!more) break;
      again = true;
    }
    co_await sending.group(queue.priority).join();
    again = again && may_go_on();
  }
  co_return Drained::all;
}

Task<bool> Dispatcher::round(Queue queue, const std::vector<TypeIndex>& types, Sending& sending, Round& round, DeliverReport& report) {
  const Result<void> begun = co_await begin(queue, types, round, report);
  if (!begun) {
    report.error = begun.error().message;
    co_return false;
  }
  if (std::exchange(report.reads_wanted, false)) hub_.on_reads_wanted(system_.id);
  if (round.looked_at == 0) co_return false;
  if (!round.to_probe.empty()) co_await probe(queue, std::move(round.to_probe), report);
  if (!round.prepared.empty()) co_await send_all(queue, std::move(round.prepared), sending, report);
  co_return true;
}

Task<void> Dispatcher::send_all(Queue queue, std::vector<Prepared> prepared, Sending& sending, DeliverReport& report) {
  std::map<std::pair<connector::Operation, std::string>, std::vector<Prepared>> groups;
  for (Prepared& one : prepared) {
    auto& group = groups[{one.operation, one.object}];
    group.push_back(std::move(one));
  }
  for (auto& [key, rows] : groups) {
    // Children of one parent in one batch: systems lock the parent.
    std::ranges::stable_sort(rows, {}, [](const Prepared& one) { return one.row.parents.empty() ? std::string() : one.row.parents.front().id; });
    const connector::ObjectTraits* traits = system_.connector->find_object(key.second);
    std::size_t batch_max = traits->update_batch_max;
    if (key.first == connector::Operation::create) batch_max = traits->create_batch_max;
    if (key.first == connector::Operation::remove) batch_max = traits->delete_batch_max;
    if (key.first == connector::Operation::archive || key.first == connector::Operation::restore) batch_max = traits->archive_batch_max;
    batch_max = std::max<std::size_t>(batch_max, 1);
    for (std::size_t from = 0; from < rows.size(); from += batch_max) {
      const std::size_t to = std::min(rows.size(), from + batch_max);
      std::vector<Prepared> batch(std::make_move_iterator(rows.begin() + static_cast<std::ptrdiff_t>(from)),
                                  std::make_move_iterator(rows.begin() + static_cast<std::ptrdiff_t>(to)));
      const bool urgent = queue.priority == Priority::real_time;
      if (!urgent) co_await sending.permits_of_others.acquire();
      co_await sending.permits.acquire();
      sending.group(queue.priority).spawn([](Dispatcher& self, Queue of, std::vector<Prepared> part, DeliverReport& into, Sending& places) -> Task<void> {
        co_await self.send(of.type, std::move(part), into);
        places.permits.release();
        if (of.priority != Priority::real_time) places.permits_of_others.release();
      }(*this, queue, std::move(batch), report, sending));
    }
  }
}

namespace {

/// The row with its values, which go with the request: what is asked of `row` afterwards is whom it was about.
connector::WriteRow hand_over(connector::WriteRow& row) {
  mapping::Slots set = std::exchange(row.set, {}), from = std::exchange(row.from, {}), to = std::exchange(row.to, {});
  connector::WriteRow whole = row;
  whole.set = std::move(set);
  whole.from = std::move(from);
  whole.to = std::move(to);
  return whole;
}

}  // namespace

Task<void> Dispatcher::send(TypeIndex type, std::vector<Prepared> batch, DeliverReport& report) {
  constexpr std::size_t kPartOfBulk = 50;  // for an edit or two nobody else waits
  const RunId run{hub_.ids.next(hub_.now())};
  std::optional<BulkWork::Mark> mark;
  if (batch.size() >= kPartOfBulk) mark.emplace(hub_.bulk_work, type, system_.id);
  std::vector<connector::WriteRow> rows;
  rows.reserve(batch.size());
  for (Prepared& one : batch) rows.push_back(planted("stale_send") ? one.row : hand_over(one.row));
  reached("send.intent_committed");
  connector::WriteBatch written;
  // A failure wider than a record in a batch that ran beside this one: nothing more is sent for now.
  if (report.paused_by) {
    connector::WriteResult unsent;
    unsent.failure = report.paused_by;
    written.results.assign(batch.size(), unsent);
  } else {
    written = co_await system_.connector->write(batch.front().object, batch.front().operation, std::move(rows), batch.front().priority);
    if (planted("stale_send")) co_await send_again_as_it_was(batch, written);
  }
  reached("send.answered");
  report.sent += static_cast<std::int64_t>(batch.size());
  report.calls += written.calls;
  if (written.clock && system_.clock) system_.clock->add(written.clock->offset_ms, written.clock->error_ms, hub_.now());
  Answered answered;
  answered.type = type;
  answered.run = run;
  for (const Prepared& one : batch) answered.delays.push_back(backoff(one.attempts));
  answered.batch = std::move(batch);
  answered.results = std::move(written.results);
  co_await finish(std::move(answered), report);
  mark.reset();
}

Task<void> Dispatcher::finish(Answered answered, DeliverReport& report) {
  DeliverReport local;
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    local = DeliverReport{};
    for (std::size_t i = 0; i < answered.batch.size(); ++i) TRY_VOID(finish_one(transaction, answered, i, local));
    return {};
  };
  const Result<void> done = co_await hub_.store.transact(std::move(work));
  if (!done) {
    report.error = done.error().message;
    unfinished_.push_back(std::move(answered));
    co_return;
  }
  if (std::exchange(local.reads_wanted, false)) hub_.on_reads_wanted(system_.id);
  report.add(local);
  rest_after(answered.type, local, report);
  // An id that stands here now may be what a create elsewhere waited for.
  if (local.written > 0) hub_.on_change();
}

/// What this program never does: the same request again, whatever golden is by now. For planted("stale_send").
Task<void> Dispatcher::send_again_as_it_was(const std::vector<Prepared>& batch, connector::WriteBatch& written) {
  const bool unknown = std::ranges::any_of(written.results, [](const connector::WriteResult& result) {
    return result.failure && result.failure->failure_class == connector::FailureClass::outcome_unknown;
  });
  if (!unknown) co_return;
  constexpr Duration kLater{5 * 60'000};
  co_await hub_.executor.clock().sleep(kLater);
  std::vector<connector::WriteRow> rows;
  for (const Prepared& one : batch) rows.push_back(one.row);
  written = co_await system_.connector->write(batch.front().object, batch.front().operation, std::move(rows), batch.front().priority);
}

}  // namespace lockstep::deliver

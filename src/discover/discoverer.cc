#include "discover/discoverer.h"

#include <algorithm>
#include <set>

namespace lockstep::discover {

namespace {

/// Finished events are kept for so long: whoever sends one again within it is known. Later it costs a read.
constexpr Duration kEventsKept{7 * 24 * 3'600'000};
constexpr std::size_t kTogetherMax = 500;  // rows in one commit

}  // namespace

void Discoverer::learn_clock(const std::optional<connector::ClockSample>& sample) {
  if (sample && system_.clock) system_.clock->add(sample->offset_ms, sample->error_ms, hub_.now());
}

Task<bool> Discoverer::transact(Store::Work work, RunReport& report) {
  const Result<void> done = co_await hub_.store.transact(std::move(work));
  if (!done) report.error = done.error().message;
  co_return done.has_value();
}

Task<bool> Discoverer::look(Store::Work work, RunReport& report) {
  const Result<void> done = co_await hub_.store.read(std::move(work));
  if (!done) report.error = done.error().message;
  co_return done.has_value();
}

Task<void> Discoverer::record_run(RunId run, std::string kind, TypeIndex type, WallTime started, RunReport& report) {
  // Runs that found nothing are not worth a row each: polls happen every minute.
  if (report.ok() && report.count.read == 0 && kind != "refresh") co_return;
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    RunRecord record;
    record.id = run;
    record.kind = kind;
    record.connection = system_.name;
    record.type = hub_.model.at(type).name;
    record.started = started;
    record.ended = hub_.now();
    record.outcome = report.ok() ? "ok" : "failed: " + (report.failure ? report.failure->message : report.error);
    record.read = report.count.read;
    record.changed = report.count.changed;
    record.created = report.count.created;
    record.calls = report.calls;
    if (kind == "read") TRY_VOID(transaction.prune_inbox(hub_.now() - kEventsKept));
    return transaction.put(record);
  };
  co_await transact(std::move(work), report);
}

Result<Cursor> Discoverer::find_cursor(Transaction& transaction, const std::string& feed, const std::string& stream) const {
  TRY(auto found, transaction.find_cursor(system_.id, feed));
  // A position of another stream (other fields, other filter, other mapping) means nothing here.
  Cursor cursor = found && found->stream == stream ? std::move(*found) : Cursor{};
  cursor.connection = system_.id;
  cursor.feed = feed;
  cursor.stream = stream;
  return cursor;
}

Task<Cursor> Discoverer::load_cursor(std::string feed, std::string object, RunReport& report) {
  Cursor cursor;
  const std::string stream = system_.connector->stream_id(object);  // asked on this thread: a new token may move the connector's address
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    TRY(cursor, find_cursor(transaction, feed, stream));
    return {};
  };
  co_await look(std::move(work), report);
  co_return cursor;
}

Task<RunReport> Discoverer::poll(TypeIndex type) {
  const RunId run = new_run();
  const WallTime started = hub_.now();
  RunReport report;
  for (const std::string& object : system_.find(type)->objects()) {
    const Reading reading(type, object, run);
    co_await poll_object(reading, report);
    if (!report.ok()) break;
  }
  co_await record_run(run, "poll", type, started, report);
  co_return report;
}

Task<void> Discoverer::poll_object(Reading reading, RunReport& report) {
  Cursor cursor;
  std::optional<FeedGap> gap;
  const std::string stream = system_.connector->stream_id(reading.object);
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    TRY(cursor, find_cursor(transaction, reading.object + "/changes", stream));
    TRY(gap, find_feed_gap(transaction, system_.id, reading.object));
    return {};
  };
  const bool looked = co_await look(std::move(work), report);
  if (!looked) co_return;
  // Without a feed there are the full refreshes alone. A gap that no listing has closed yet asks for one.
  const bool wants_listing = gap ? !gap->listed : cursor.position.empty();  // never listed, or listed under another mapping
  if (wants_listing) report.position_lost = true;
  if (cursor.position.empty()) co_return;
  co_await walk_feed(std::move(reading), std::move(cursor), false, report);
}

Task<void> Discoverer::fetch(std::string object, std::string position, Ahead& into) {
  into.fence = hub_.current_fence();
  if (into.scans) into.page = co_await system_.connector->scan(std::move(object), std::move(position));
  else into.page = co_await system_.connector->changes(std::move(object), std::move(position));
}

Task<bool> Discoverer::take_and_fetch(Reading reading, Cursor cursor, bool listing, Ahead& ahead, RunReport& report) {
  connector::Page page = std::move(**ahead.page);
  const std::uint64_t fence = ahead.fence;
  const bool end = page.end;
  const bool early = !end && page.rows.size() + page.undecoded_size <= kAheadRowsMax;
  TaskGroup next(hub_.executor);
  if (early) {
    next.spawn(fetch(reading.object, cursor.position, ahead));
    co_await yield(hub_.executor);  // it is asked for, and then this one is decoded
  }
  const bool taken = co_await take_page(reading, std::move(page), fence, listing, cursor, report);
  co_await next.join();
  if (taken && !end && !early) co_await fetch(reading.object, cursor.position, ahead);
  co_return taken;
}

Task<bool> Discoverer::walk_feed(Reading reading, Cursor cursor, bool listing, RunReport& report) {
  Ahead ahead;
  co_await fetch(reading.object, cursor.position, ahead);
  for (;;) {
    auto& page = *ahead.page;
    if (!page) {
      report.position_lost = is_lost(page.error());
      report.failure = std::move(page.error());
      if (!report.position_lost) co_return false;
      const bool began = !cursor.position.empty();
      cursor = co_await step_down(reading.type, reading.object, std::move(cursor), report);
      // What changed since comes by the lesser feed at once; deletes it does not tell, and all else, by the listing that follows.
      if (!began || listing || cursor.position.empty() || !report.error.empty()) co_return false;
      report.failure.reset();
      co_await fetch(reading.object, cursor.position, ahead);
      continue;
    }
    const bool end = page->end;
    const bool listing_complete = page->listing_complete;
    const std::optional<WallTime> complete_until = page->complete_until;
    cursor.position = page->next;
    cursor.read_at = page->sent;
    cursor.complete = end;
    const bool taken = co_await take_and_fetch(reading, cursor, listing, ahead, report);
    if (!taken) co_return false;
    if (complete_until) system_.coverage->reached(reading.object, *complete_until, hub_.now() - *complete_until);
    if (listing_complete) listing = false;
    if (end) co_return true;
  }
}

Task<Discoverer::Told> Discoverer::sort_out(std::vector<connector::Row> rows, RunReport& report) {
  const auto is_settled = [&hub = hub_](const Link& link) {
    return link.presence == LinkPresence::present && !link.needs_read && !link.secondary && !link.delete_unanswered && hub.is_confirmed(link) &&
           std::ranges::all_of(link.fields, [](const LinkField& field) { return !field.unverified && field.unanswered.empty(); });
  };
  Told told;
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    told = Told{};
    for (const connector::Row& row : rows) {
      TRY(const auto link, row.version.empty() ? Result<std::optional<Link>>() : transaction.find_link(system_.id, row.id));
      const bool is_current = link && is_settled(*link) && link->version == row.version;
      if (is_current && link->version_is_read) continue;
      // In the version that our own write made the row shows what the record held then, another's edit beside it included.
      if (is_current && !row.slots.empty()) told.shown.push_back(row);
      else told.to_read.push_back(row.id.id);
    }
    return {};
  };
  co_await look(std::move(work), report);
  co_return told;
}

Task<bool> Discoverer::take_rows(Source source, std::vector<Seen> seen, RunReport& report) {
  // Others' pages go in between; the cursor moves with the last.
  for (std::size_t from = 0; from == 0 || from < seen.size(); from += kTogetherMax) {
    const std::size_t to = std::min(seen.size(), from + kTogetherMax);
    Source part = source;
    if (to < seen.size()) part.cursor.reset();
    std::vector<Seen> some(std::make_move_iterator(seen.begin() + static_cast<std::ptrdiff_t>(from)),
                           std::make_move_iterator(seen.begin() + static_cast<std::ptrdiff_t>(to)));
    const auto absorbed = co_await intake_.absorb(std::move(part), std::move(some));
    if (!absorbed) {
      report.error = absorbed.error().message;
      co_return false;
    }
    report.count += *absorbed;
  }
  co_return true;
}

Task<bool> Discoverer::take_page(Reading reading, connector::Page page, std::uint64_t fence, bool listing, Cursor cursor, RunReport& report) {
  learn_clock(page.clock);
  auto decoded = co_await system_.connector->decode(reading.object, page);
  report.calls += page.calls;
  if (!decoded) {
    report.failure = std::move(decoded.error());
    co_return false;
  }
  std::vector<std::string> to_read;
  if (!page.complete_rows) {
    Told told = co_await sort_out(std::move(page.rows), report);
    if (!report.ok()) co_return false;
    page.rows = std::move(told.shown);
    to_read = std::move(told.to_read);
    if (page.rows.empty()) co_return co_await read_ids(std::move(reading), std::move(to_read), std::move(cursor), {}, report);
  }
  Source source;
  source.connection = system_.id;
  source.type = reading.type;
  source.run = reading.run;
  source.fence = fence;
  source.sent = page.sent;
  source.complete_listing = listing;
  source.priority = listing ? Priority::full_refresh : Priority::incremental;
  if (to_read.empty()) source.cursor = cursor;  // moves with the last of its records
  const std::optional<std::int64_t> estimate = page.estimate;
  for (const connector::Row& row : page.rows)
    if (!row.deleted && !row.merged_into) is_live(reading.type, row.id);
  std::vector<Seen> seen = co_await intake_.map_rows(system_, reading.type, std::move(page.rows));
  const bool taken = co_await take_rows(std::move(source), std::move(seen), report);
  if (!taken) co_return false;
  if (listing && progress_) progress_(system_, reading.type, report.count.read, estimate);
  if (to_read.empty()) co_return true;
  co_return co_await read_ids(std::move(reading), std::move(to_read), std::move(cursor), {}, report);
}

Task<bool> Discoverer::read_ids(Reading reading, std::vector<std::string> ids, std::optional<Cursor> cursor, std::vector<std::uint64_t> inbox,
                                RunReport& report) {
  const Priority priority = inbox.empty() ? Priority::incremental : Priority::real_time;  // a webhook told of them
  std::set<std::string> distinct(ids.begin(), ids.end());
  ids.assign(distinct.begin(), distinct.end());
  const std::size_t batch_max = std::max<std::size_t>(1, system_.connector->find_object(reading.object)->read_batch_max);
  struct Part {
    std::uint64_t fence = 0;
    connector::ReadBatch batch;
  };
  std::vector<Part> parts;
  for (std::size_t from = 0; from < ids.size(); from += batch_max) {
    const std::size_t to = std::min(ids.size(), from + batch_max);
    std::vector<std::string> some(ids.begin() + static_cast<std::ptrdiff_t>(from), ids.begin() + static_cast<std::ptrdiff_t>(to));
    Part part;
    part.fence = hub_.current_fence();
    auto read = co_await system_.connector->read_many(reading.object, std::move(some), priority);
    if (!read) {
      report.failure = std::move(read.error());
      co_return false;
    }
    part.batch = std::move(*read);
    learn_clock(part.batch.clock);
    report.calls += part.batch.calls;
    parts.push_back(std::move(part));
  }
  // Deletes are counted before the first of them is believed.
  std::vector<std::string> gone;
  for (const Part& part : parts)
    for (const connector::ReadResult& result : part.batch.results)
      if (result.kind == connector::ReadResult::Kind::gone) gone.push_back(result.asked);
      else if (result.kind == connector::ReadResult::Kind::found) is_live(reading.type, RemoteId{reading.object, result.asked});
  const bool held = co_await withhold(reading.type, reading.object, std::move(gone), report);
  if (!report.ok()) co_return false;
  if (parts.empty()) parts.emplace_back();
  // The cursor and the inbox entries are done only when the last of their records is durably merged.
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Source source;
    source.connection = system_.id;
    source.type = reading.type;
    source.run = reading.run;
    source.fence = parts[i].fence;
    source.priority = priority;
    source.sent = parts[i].batch.results.empty() ? hub_.now() : parts[i].batch.sent;
    if (i + 1 == parts.size()) {
      source.cursor = cursor;
      source.inbox_done = inbox;
    }
    if (held) std::erase_if(parts[i].batch.results, [](const auto& result) { return result.kind == connector::ReadResult::Kind::gone; });
    const auto absorbed = co_await intake_.absorb_reads(std::move(source), std::move(parts[i].batch), reading.object);
    if (!absorbed) {
      report.error = absorbed.error().message;
      co_return false;
    }
    report.count += *absorbed;
  }
  co_return true;
}

}  // namespace lockstep::discover

// Complete listings, and what is owed a read by id.
#include <algorithm>
#include <map>
#include <utility>

#include "base/probe.h"
#include "discover/discoverer.h"
#include "hub/decisions.h"

namespace lockstep::discover {

Task<Result<bool>> Discoverer::first_listing_done(TypeIndex type) {
  bool done = true;
  for (const std::string& object : system_.find(type)->objects()) {
    RunReport report;
    const Cursor cursor = co_await load_cursor(object + "/listed", object, report);
    if (!report.ok()) co_return fail(ErrorCode::storage, report.error);
    done = done && cursor.complete && cursor.read_at >= hub_.restored_at;
  }
  co_return done;
}

Task<WallTime> Discoverer::last_refresh(TypeIndex type) {
  WallTime oldest{INT64_MAX};
  for (const std::string& object : system_.find(type)->objects()) {
    RunReport report;
    const Cursor cursor = co_await load_cursor(object + "/listed", object, report);
    oldest = std::min(oldest, cursor.complete ? cursor.read_at : WallTime{});
  }
  co_return oldest;
}

Task<RunReport> Discoverer::refresh(TypeIndex type) {
  const RunId run = new_run();
  const WallTime started = hub_.now();
  RunReport report;
  const BulkWork::Mark mark(hub_.bulk_work, type, std::nullopt);
  for (const std::string& object : system_.find(type)->objects()) {
    const Reading reading(type, object, run);
    co_await refresh_object(reading, report);
    if (!report.ok()) break;
  }
  if (report.ok()) co_await take_back_withheld(type, started, report);
  co_await record_run(run, "refresh", type, started, report);
  co_return report;
}

Task<void> Discoverer::refresh_object(Reading reading, RunReport& report) {
  const std::string& object = reading.object;
  Cursor feed = co_await load_cursor(object + "/changes", object, report);
  Cursor listed = co_await load_cursor(object + "/listed", object, report);
  Cursor scan = co_await load_cursor(object + "/scan", object, report);
  if (!report.ok()) co_return;
  // After a restore (rule 17) a listing has to begin anew, and what is told only once, deletes above all, is in the feed from
  // before the backup. A feed that does not reach back so far leaves it to the listing.
  const bool recovers = listed.read_at < hub_.restored_at;
  if (recovers && !feed.position.empty()) {
    const bool walked = co_await walk_feed(reading, std::move(feed), false, report);
    if (!walked && !report.position_lost) co_return;
    report.failure.reset();
    report.position_lost = false;
    feed = co_await load_cursor(object + "/changes", object, report);
    if (!report.ok()) co_return;
  }
  const bool resumed = !scan.position.empty() && !scan.complete && scan.read_at >= hub_.restored_at;
  WallTime started = resumed ? scan.read_at : hub_.now();
  // A refresh is the time to climb up again.
  if (system_.connector->rung_of(feed.position) > 0) feed.position.clear();
  const bool from_the_start = feed.position.empty();
  const bool starts_with_listing = system_.connector->find_object(object)->feed_starts_with_listing;
  bool is_listed = false;  // the feed's own first walk is the listing
  if ((starts_with_listing && !listed.complete && !recovers) || from_the_start) {
    const bool begun = co_await begin_feed(reading, std::move(feed), starts_with_listing, report);
    if (!report.ok()) co_return;
    is_listed = begun && starts_with_listing;
  }
  if (!is_listed) {
    scan.read_at = started;
    if (!resumed) scan.position.clear();
    const bool walked = co_await list(reading, scan, started, report);
    if (!walked) co_return;
  }
  // The first listing proves no absence: there is nothing yet that it could miss, but for what a backup knew.
  if (listed.complete || recovers) co_await confirm_absent(reading, started, report);
  if (!report.ok()) co_return;
  listed.complete = true;
  listed.read_at = started;
  listed.position = "done";
  // Of a feed's own listing that was interrupted it is not known when it began.
  if (!is_listed || from_the_start) system_.coverage->reached(object, started);
  Store::Work work = [&](Transaction& transaction) -> Result<void> { return transaction.put(listed); };
  const bool stored = co_await transact(std::move(work), report);
  if (stored) co_await settle_gap(reading.type, object, report);
}

Task<bool> Discoverer::list(Reading reading, Cursor& scan, WallTime& started, RunReport& report) {
  Ahead ahead;
  ahead.scans = true;
  bool began_anew = false;
  co_await fetch(reading.object, scan.position, ahead);
  for (;;) {
    auto& page = *ahead.page;
    if (!page) {
      // The position within the listing died, with a pause or a restart in between: it begins anew.
      if (is_lost(page.error()) && !scan.position.empty() && !std::exchange(began_anew, true)) {
        reached("scan.begins_anew");
        scan.position.clear();
        scan.read_at = started = hub_.now();
        co_await fetch(reading.object, scan.position, ahead);
        continue;
      }
      report.failure = std::move(page.error());
      co_return false;
    }
    const bool end = page->end;
    scan.position = page->next;
    scan.complete = end;
    const bool taken = co_await take_and_fetch(reading, scan, true, ahead, report);
    if (!taken) co_return false;
    if (end) co_return true;
  }
}

Result<std::vector<std::string>> Discoverer::questioned(Transaction& transaction, const Reading& reading) const {
  ReviewFilter open;
  open.connection = system_.id;
  open.state = ReviewState::open;
  open.limit = 10'000;
  TRY(const auto items, transaction.list_reviews(open));
  std::vector<std::string> ids;
  for (const ReviewItem& item : items) {
    const bool who_it_is = item.kind == ReviewKind::possible_duplicate || item.kind == ReviewKind::second_record;
    if (who_it_is && item.type == reading.type && item.remote.object == reading.object && !item.remote.id.empty()) ids.push_back(item.remote.id);
  }
  return ids;
}

Task<void> Discoverer::confirm_absent(Reading reading, WallTime listing_started, RunReport& report) {
  std::vector<std::string> ids, in_question;
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    TRY(in_question, questioned(transaction, reading));
    TRY(const auto unseen, transaction.links_unseen(system_.id, reading.type, listing_started, kUnseenMax));
    ids.clear();
    for (const Link& link : unseen)
      if (link.remote.object == reading.object && !link.secondary) ids.push_back(link.remote.id);
    return {};
  };
  const bool looked = co_await look(std::move(work), report);
  if (!looked) co_return;
  // Nobody else would tell, where the feed lists no deletes, that there is nothing to be decided any more.
  if (!in_question.empty()) co_await read_ids(reading, std::move(in_question), std::nullopt, {}, report);
  if (ids.empty() || !report.ok()) co_return;
  // So many at once are not worth their reads by id before a person has looked at them.
  const bool held = co_await is_withheld(reading.type, reading.object, ids.size(), listing_started, report);
  if (held || !report.ok()) co_return;
  co_await read_ids(std::move(reading), std::move(ids), std::nullopt, {}, report);
}

}  // namespace lockstep::discover

// The ladder of change feeds: when a position dies, the next lesser feed reads on, a listing finds what neither told, and the best feed
// begins anew. The gap is recorded as long as it is open.
#include "base/cut_text.h"
#include "base/probe.h"
#include "base/text.h"
#include "discover/discoverer.h"

namespace lockstep::discover {

bool Discoverer::is_lost(const connector::Failure& failure) const {
  return failure.failure_class == connector::FailureClass::cursor_expired || failure.act == "step_down";
}

Task<Cursor> Discoverer::step_down(TypeIndex type, std::string object, Cursor cursor, RunReport& report) {
  reached("feed.stepped_down");
  constexpr std::size_t kWhyMax = 300;
  const bool began = !cursor.position.empty();
  const WallTime since = cursor.read_at.ms > 0 ? cursor.read_at : hub_.now();
  cursor.position = system_.connector->step_down(object, cursor.position, since);
  cursor.complete = false;
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    TRY_VOID(transaction.put(cursor));
    TRY(const auto known, find_feed_gap(transaction, system_.id, object));
    TRY(const auto listed, transaction.find_cursor(system_.id, object + "/listed"));
    const bool matters = !began || (listed && listed->complete);  // in the middle of the first listing nothing can be missing
    if (!matters || (known && !(known->listed && began))) return {};
    FeedGap gap;
    gap.since = since;
    gap.lost = hub_.now();
    gap.run = known ? known->run : new_run();
    gap.why = cut_text(report.failure->message, kWhyMax);
    return put_feed_gap(transaction, system_, hub_.model.at(type).name, object, gap);
  };
  co_await transact(std::move(work), report);
  co_return cursor;
}

Task<bool> Discoverer::begin_feed(Reading reading, Cursor cursor, bool from_listing, RunReport& report) {
  for (;;) {
    const bool at_its_start = cursor.position.empty();
    const bool walked = co_await walk_feed(reading, cursor, from_listing, report);
    if (walked || !report.position_lost) co_return walked && !report.position_lost;
    if (!report.error.empty()) co_return false;
    report.failure.reset();
    report.position_lost = false;
    if (at_its_start) co_return false;
    cursor.position.clear();  // it died in the middle of its first walk
  }
}

Task<std::optional<FeedGap>> Discoverer::open_gap(std::string object, RunReport& report) {
  std::optional<FeedGap> gap;
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    TRY(gap, find_feed_gap(transaction, system_.id, object));
    return {};
  };
  co_await look(std::move(work), report);
  co_return gap;
}

Task<void> Discoverer::settle_gap(TypeIndex type, std::string object, RunReport& report) {
  const std::optional<FeedGap> gap = co_await open_gap(object, report);
  if (!gap || !report.ok()) co_return;
  const Cursor feed = co_await load_cursor(object + "/changes", object, report);
  if (!report.ok()) co_return;
  const bool climbed = !feed.position.empty() && system_.connector->rung_of(feed.position) == 0;
  if (!climbed && gap->listed) co_return;
  if (climbed) reached("feed.climbed");
  const std::string name = hub_.model.at(type).name;
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    if (climbed) return close_feed_gap(transaction, system_, name, object, *gap, hub_.now());
    FeedGap listed = *gap;
    listed.listed = true;
    return put_feed_gap(transaction, system_, name, object, listed);
  };
  co_await transact(std::move(work), report);
}

}  // namespace lockstep::discover

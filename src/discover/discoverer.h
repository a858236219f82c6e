#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "connector/connector.h"
#include "discover/intake.h"
#include "hub/feed_gaps.h"
#include "hub/hub.h"

namespace lockstep::discover {

/// What one reading run did, for the run record, progress and the schedule.
struct RunReport {
  RunReport() {}
  IntakeCount count;
  std::int64_t calls = 0;
  std::optional<connector::Failure> failure;  // the remote's
  std::string error;                          // ours (store)
  bool position_lost = false;                 // the feed's cursor died: a full refresh is needed
  bool ok() const { return !failure && error.empty(); }
};

/// Progress of a listing: rows so far and, if the remote tells, how many there are.
using Progress = std::function<void(const System&, TypeIndex, std::int64_t rows, std::optional<std::int64_t> estimate)>;

/// Reads one system: polls its feeds, lists it whole, and fetches records by id. Each page is committed with its cursor.
class Discoverer {
 public:
  Discoverer(Hub& hub, System& system, Intake& intake, Progress progress) : hub_(hub), system_(system), intake_(intake), progress_(std::move(progress)) {}

  /// Reads the change feed of every object of the type to its present end.
  Task<RunReport> poll(TypeIndex type);
  /// Complete listing: takes the feed's position first (so that nothing falls between), then reads page by page from
  /// where an interrupted listing stopped; ends by asking for links that it did not show, unless it is the first one.
  Task<RunReport> refresh(TypeIndex type);
  /// When the last complete listing of the type began; {0}: never.
  Task<WallTime> last_refresh(TypeIndex type);
  /// Reads by id what webhooks and merges asked for.
  Task<RunReport> read_wanted(TypeIndex type);
  /// Before anything is read of the type: what a mapping reads from another place than when the store was last used is learnt anew, golden
  /// preferred, and each record is read by id before it is written again. To fill a place is no edit.
  Task<Result<void>> take_up_mapping(TypeIndex type);
  /// True once a complete listing of the type ended: before that nothing is created there.
  Task<Result<bool>> first_listing_done(TypeIndex type);

 private:
  Task<Result<void>> forget(TypeIndex type, std::vector<FieldIndex> fields);
  /// One object of a type, read in one run.
  struct Reading {
    Reading(TypeIndex type_, std::string object_, RunId run_) : type(type_), object(std::move(object_)), run(run_) {}
    TypeIndex type;
    std::string object;
    RunId run;
  };

  Task<void> poll_object(Reading reading, RunReport& report);
  Task<void> refresh_object(Reading reading, RunReport& report);
  Task<bool> walk_feed(Reading reading, Cursor cursor, bool listing, RunReport& report);
  Task<bool> list(Reading reading, Cursor& scan, WallTime& started, RunReport& report);
  /// One page on its way, or here. Two larger ones are never held at once.
  static constexpr std::size_t kAheadRowsMax = 2000;
  struct Ahead {
    bool scans = false;       // of a listing; else of a feed
    std::uint64_t fence = 0;  // when it was asked for
    std::optional<connector::Outcome<connector::Page>> page;
  };
  Task<void> fetch(std::string object, std::string position, Ahead& into);
  /// Merges the page that is here, while the next one is on its way. `cursor`: where the next one begins. Afterwards that is here,
  /// unless this was the last.
  Task<bool> take_and_fetch(Reading reading, Cursor cursor, bool listing, Ahead& ahead, RunReport& report);
  /// What rows of a feed that is not trusted are good for.
  struct Told {
    std::vector<connector::Row> shown;  // they show how our own write left the record
    std::vector<std::string> to_read;   // ids
  };
  /// Neither are those whose exact version their link was last read in: rows of the feed's overlap, mostly.
  Task<Told> sort_out(std::vector<connector::Row> rows, RunReport& report);
  Task<bool> take_rows(Source source, std::vector<Seen> seen, RunReport& report);
  Task<bool> take_page(Reading reading, connector::Page page, std::uint64_t fence, bool listing, Cursor cursor, RunReport& report);
  /// Reads by id and merges; `cursor` moves, and the events `inbox` are done, with the last of them.
  Task<bool> read_ids(Reading reading, std::vector<std::string> ids, std::optional<Cursor> cursor, std::vector<std::uint64_t> inbox, RunReport& report);
  /// Records of whom a person is asked who they are.
  Result<std::vector<std::string>> questioned(Transaction& transaction, const Reading& reading) const;
  Task<void> confirm_absent(Reading reading, WallTime listing_started, RunReport& report);
  /// True when `count` deletes are beyond the guard and nobody approved them: a review item is open then. `listed`: when the listing that does not show
  /// them began; {0}: something told of each.
  Task<bool> is_withheld(TypeIndex type, std::string object, std::size_t count, WallTime listed, RunReport& report);
  /// The same for records that a read by id did not find; those withheld stay unread until a person decides.
  Task<bool> withhold(TypeIndex type, std::string object, std::vector<std::string> gone, RunReport& report);
  Task<void> keep_unread(std::vector<RemoteId> withheld, RunReport& report);
  /// It was seen: what else is known of a delete of it is old.
  void is_live(TypeIndex type, const RemoteId& remote);
  /// After complete listings since `listed`: what waits for a person, or was approved, ends once no more are missing than go by themselves.
  Task<void> take_back_withheld(TypeIndex type, WallTime listed, RunReport& report);
  static constexpr std::size_t kUnseenMax = 100'000;
  struct Wanted;
  struct Collected;
  /// `withheld`: records whose deletes wait for a person.
  Result<void> collect_wanted(Transaction& transaction, TypeIndex type, const std::set<RemoteId>& withheld, Collected& into) const;
  static void set_apart(Wanted spoilt, std::vector<Wanted>& wanted);
  // Events that could not be processed: dead letters of the inbox.
  Result<void> give_up(Transaction& transaction, TypeIndex type, const InboxEvent& event, std::uint32_t attempts, const connector::Failure& failure);
  Result<std::vector<DeadLetter>> open_inbox_letters(Transaction& transaction) const;
  Task<void> give_up_unmapped(TypeIndex type, std::vector<InboxEvent> events, RunReport& report);
  Task<void> supersede_letters(std::vector<std::string> ids, std::string object, RunReport& report);
  /// Events whose records could not be read wait longer each time; one that spoils every read becomes a dead letter.
  Task<void> postpone(TypeIndex type, std::vector<InboxEvent> events, connector::Failure failure, RunReport& report);
  Task<void> use_up_approval(TypeIndex type, std::size_t count, RunReport& report);
  std::size_t recent_deletes(TypeIndex type);
  // The ladder of feeds (ladder.cc).
  bool is_lost(const connector::Failure& failure) const;
  /// The position died: the gap is recorded, and the cursor stands on a lesser feed, or nowhere.
  Task<Cursor> step_down(TypeIndex type, std::string object, Cursor cursor, RunReport& report);
  /// Begins the best feed of an object anew, `from_listing`: by the listing that it starts with. What it gives back: it was begun. Where it
  /// cannot be, the report is clean, and the cursor stands on a lesser feed, or nowhere.
  Task<bool> begin_feed(Reading reading, Cursor cursor, bool from_listing, RunReport& report);
  Task<std::optional<FeedGap>> open_gap(std::string object, RunReport& report);
  /// A complete listing ended: whatever was missed is known now.
  Task<void> settle_gap(TypeIndex type, std::string object, RunReport& report);
  /// Where a feed stands; at its start when what is known belongs to another stream.
  Result<Cursor> find_cursor(Transaction& transaction, const std::string& feed, const std::string& stream) const;
  Task<Cursor> load_cursor(std::string feed, std::string object, RunReport& report);
  Task<void> record_run(RunId run, std::string kind, TypeIndex type, WallTime started, RunReport& report);
  /// One work of the store; what fails there is told in `report`. True: it is done.
  Task<bool> transact(Store::Work work, RunReport& report);
  Task<bool> look(Store::Work work, RunReport& report);
  void learn_clock(const std::optional<connector::ClockSample>& sample);
  RunId new_run() { return RunId{hub_.ids.next(hub_.now())}; }

  Hub& hub_;
  System& system_;
  Intake& intake_;
  Progress progress_;
  // Never touched by a work of the store: that runs beside this thread, where another type may be read.
  std::map<TypeIndex, std::set<RemoteId>> withheld_;
  std::map<TypeIndex, std::vector<std::pair<WallTime, std::size_t>>> deletes_;  // confirmed of late
};

}  // namespace lockstep::discover

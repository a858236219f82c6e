#pragma once

#include <array>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "connector/connector.h"
#include "discover/intake.h"
#include "hub/entities.h"
#include "hub/hub.h"

namespace lockstep::deliver {

/// One obligation on its way: what was planned and committed before the request left.
struct Prepared {
  Prepared() {}
  EntityId entity;
  merge::Plan plan;
  std::string object;
  connector::Operation operation = connector::Operation::update;
  connector::WriteRow row;
  std::vector<AuditChange> changes;  // per field: shadow → sent
  std::uint32_t attempts = 0;
  Priority priority = Priority::real_time;
};

struct DeliverReport {
  DeliverReport() {}
  std::int64_t sent = 0, written = 0, failed = 0, parked = 0, dead_letters = 0, calls = 0;
  std::vector<Duration> lags;                     // from the edit in its system to this write, for edits since the start
  bool reads_wanted = false;                      // some links must be read by id before they can be written; told to the hub at once
  std::optional<connector::Failure> paused_by;    // a failure wider than a type: the connection rests until `resume_at`
  std::optional<connector::Failure> type_failed;  // a failure of a whole type in the last batch
  WallTime resume_at;
  std::string resting;  // why a type of records rests (its object or mapping failed); empty: none does
  std::string error;    // ours (store)
  /// Adds what a part of the work counted.
  void add(const DeliverReport& part);
};

/// The one way out: takes obligations that are due, computes what each link is owed now, commits the intent, sends in
/// batches, commits the answers. Level-triggered: what is sent is always golden as it is when it is sent.
class Dispatcher {
 public:
  Dispatcher(Hub& hub, System& system, discover::Intake& intake, Rng rng) : hub_(hub), system_(system), intake_(intake), rng_(rng) {}

  /// Delivers until nothing of these types is due, the most urgent first: creates and updates parents first, deletes
  /// children first.
  Task<DeliverReport> deliver(std::vector<TypeIndex> types);
  /// The hub's clock was set back: rests and looks of times that lie ahead count for nothing.
  void clock_was_set_back();
  /// Answers wait to be committed, because the store could not take them when they came: deliver() tries again.
  bool has_unfinished() const { return !unfinished_.empty(); }

 private:
  /// A create whose target is asked first whether it holds the record already.
  struct Question {
    EntityId entity;
    Fields fields;
    std::string tried = {};  // our id under which an earlier attempt may have arrived: asked for by our ids, too
  };
  struct Round {
    Round() {}
    std::vector<Prepared> prepared;
    std::vector<Question> to_probe;
    std::size_t looked_at = 0;
    bool bulk = false;         // so many creates that what was just read has to answer for the target
    bool gives_way = false;    // something more urgent is due
    bool events_wait = false;  // the inbox holds unread events of this system
  };
  /// One queue of the outbox.
  struct Queue {
    Priority priority = Priority::real_time;
    TypeIndex type;
    bool deletes = false;
  };
  struct Sending;  // requests on their way
  enum class Drained { all, gives_way };
  /// By priority, those of `types` of which something is due now: most queues are empty, and one look tells. What becomes due later wakes who delivers.
  using Due = std::array<std::vector<TypeIndex>, kPriorities>;
  Task<Due> look_for_due(std::vector<TypeIndex> types, DeliverReport& report);
  Task<Drained> drain_priority(Priority priority, const std::vector<TypeIndex>& due, const std::vector<TypeIndex>& types, Sending& sending,
                               DeliverReport& report);
  /// Delivers what is due of one queue until nothing is: the next round is prepared while the last one is on its way.
  Task<Drained> drain(Queue queue, const std::vector<TypeIndex>& types, Sending& sending, DeliverReport& report);
  Task<bool> round(Queue queue, const std::vector<TypeIndex>& types, Sending& sending, Round& round, DeliverReport& report);
  /// `awake`: the types that do not rest.
  Result<bool> more_urgent_due(Transaction& transaction, Priority than, const std::vector<TypeIndex>& awake) const;
  std::size_t batch_of(TypeIndex type) const;  // rows in a create request
  std::size_t round_of(TypeIndex type) const;  // obligations taken at once
  /// What is due of a queue; at least as many as are taken at once, if there are.
  Result<std::vector<Obligation>> take_due(Transaction& transaction, Queue queue) const;
  Task<Result<void>> begin(Queue queue, const std::vector<TypeIndex>& types, Round& into, DeliverReport& report);
  Result<void> begin_one(Transaction& transaction, Obligation obligation, Round& into, DeliverReport& report);
  /// One obligation while it is looked at, in one transaction.
  struct Beginning {
    Transaction& transaction;
    merge::EntityState& state;
    const merge::Context& context;
    Obligation obligation;
    Prepared prepared;
  };
  /// What the system has told of the record and nobody has read yet: a write would go over it unseen.
  Result<Unread> unread_of(Transaction& transaction, const Link* link, const Round& round) const;
  /// Parks it until its record was read by id.
  Result<void> read_first(Beginning& one, bool news_wait, DeliverReport& report);
  /// Whether the create is sent now; else it was dealt with.
  Result<bool> may_create(Beginning& one, Round& into, DeliverReport& report);
  /// Marks what is about to be sent, so that a crash from here on is found out about.
  Result<void> commit_intent(Beginning& one, Round& into);

  // From a plan to the row that is sent (prepare.cc).
  /// True: it is ready to be sent. False: it was dealt with, parked, or has become a dead letter.
  Result<bool> prepare_write(Beginning& one, DeliverReport& report);
  /// A delete, or a record that is taken out of use or back: no fields are sent.
  bool prepares_whole_record(Beginning& one) const;
  struct Sendable {
    std::vector<FieldIndex> fields;
    EntityId awaited;  // must be there first; nil: nothing must
  };
  /// Of the planned fields, those whose references are there. What a record waits for is of a type that is created before its
  /// own; others (cycles) follow in a second write.
  Result<Sendable> sendable_fields(const Beginning& one, std::size_t variant, const std::vector<EntityId>& missing) const;
  Result<void> wait_for(Beginning& one, EntityId awaited);
  /// Puts the planned fields into the row; what a lens cannot express is left out, and told. False: nothing is left to be sent.
  Result<bool> express(Beginning& one, std::size_t variant, const Fields& to, DeliverReport& report);
  /// What else the row tells the connector: what was, what shall be, whose record it is.
  Result<void> describe_row(Beginning& one, std::size_t variant, const Fields& to) const;
  /// Whether the feeds of all that may refer to a record of the type there have been read lately, and (where they are read often) since then: what refers
  /// to it is known.
  bool knows_referrers(TypeIndex target, WallTime since) const;
  /// Before a delete: what refers to the record there has to be known. True: the delete waits for that.
  Result<bool> waits_for_feeds(Transaction& transaction, TypeIndex type, Obligation& removal) const;
  /// And what does is owed a write first. `takes_along`: the server would delete with it what cannot be without it. True: the delete waits for that.
  Result<bool> waits_for_clearing(Transaction& transaction, Entities& entities, merge::EntityState& state, Obligation& removal, bool takes_along);
  /// In a `share`-th of the time that it has waited already.
  Result<void> look_again(Transaction& transaction, Obligation& removal, std::int64_t share, std::string reason) const;
  /// Whether the references in `fields` can be blank there, or another can take their place.
  Result<bool> can_let_go(Transaction& transaction, const merge::EntityState& state, const Link& link, const std::vector<FieldIndex>& fields) const;
  /// A delete that cannot be carried out, or does more than is wanted, is a person's to decide and not retried.
  Result<void> refuse_delete(Transaction& transaction, merge::EntityState& state, std::string summary);
  /// Of the fields of an update, those that are not written as the record is now: they stay as they are there. Takes them off.
  Result<void> leave_unexpressed(Transaction& transaction, Link& link, const merge::EntityState& state, const Fields& to, std::size_t variant,
                                 std::vector<FieldIndex>& fields) const;
  /// Adds to `plan` the references to what is deleted: they are sent as blank.
  Result<void> add_clearing(Transaction& transaction, const merge::EntityState& state, merge::Plan& plan);
  Result<void> park(Transaction& transaction, Obligation obligation, std::string reason, EntityId awaited, std::uint64_t version);
  /// What stands between a planned create and its sending (rule 12). `rest_on_feed`: sent without a look at the target, because
  /// its feed has told lately what is there. `until`: for `wait`.
  enum class Create { send, rest_on_feed, probe, wait, give_up };
  Create before_create(const Beginning& one, bool bulk, WallTime& until) const;
  bool is_covered(const connector::ObjectTraits& traits, WallTime now) const;
  bool can_be_looked_up(const merge::EntityState& state, const Prepared& prepared, const connector::ObjectTraits& traits) const;
  Result<void> give_up_create(Beginning& one, DeliverReport& report);
  /// Where a system is asked for the values of a key.
  struct Column {
    std::string object;
    std::size_t slot = 0;  // or connector::kExternalKey
    auto operator<=>(const Column&) const = default;
  };
  std::map<Column, std::vector<std::string>> questions_about(const std::vector<Question>& creates, TypeIndex type) const;
  struct Lookup {
    Column column;
    std::vector<std::string> values;
  };
  /// Looks for the records that creates would make twice, and links those that are there (probe.cc).
  Task<void> probe(Queue queue, std::vector<Question> asked, DeliverReport& report);
  /// What was found is merged. Gives back why it was refused, if it was.
  Task<std::optional<connector::Failure>> look_up(Lookup lookup, Queue queue, RunId run, DeliverReport& report);
  /// Creates whose own key the system does not let us look for are not sent without a look: tried again, then dead letters.
  Task<void> settle_unasked(TypeIndex type, std::vector<std::pair<EntityId, connector::Failure>> unasked, DeliverReport& report);

  Task<void> send(TypeIndex type, std::vector<Prepared> batch, DeliverReport& report);
  /// A batch with its answers.
  struct Answered {
    Answered() {}
    TypeIndex type;
    RunId run;
    std::vector<Prepared> batch;
    std::vector<connector::WriteResult> results;
    std::vector<Duration> delays;
  };
  /// Commits what was answered. When the store cannot take it, it is kept: nothing else knows what became of the write.
  Task<void> finish(Answered answered, DeliverReport& report);
  Task<void> send_again_as_it_was(const std::vector<Prepared>& batch, connector::WriteBatch& written);
  Task<void> send_all(Queue queue, std::vector<Prepared> prepared, Sending& sending, DeliverReport& report);
  /// One remote record is one entity's: what a create made may be linked to another entity by the time the answer comes. Where a record of
  /// that one was merged into it, the merge is followed once more, now that both are known; else the create counts as refused for a record
  /// in the way: this takes the place of what was told.
  Result<std::optional<connector::WriteResult>> settle_taken(Transaction& transaction, const Prepared& prepared, const merge::Answer& answer,
                                                             DeliverReport& report);
  /// The link goes back to the id that was merged away, to be read. False: there is none.
  Result<bool> merge_again(Transaction& transaction, const Link& taken, DeliverReport& report);
  /// The entity of a write was merged into `survivor` while it was under way. True: a create that is the survivor's by now, and so is its
  /// answer. Otherwise the record is read.
  Result<bool> goes_on_in(Transaction& transaction, const merge::EntityState& survivor, const Prepared& prepared, const connector::WriteResult& told,
                          DeliverReport& report);
  Result<void> finish_one(Transaction& transaction, const Answered& answered, std::size_t index, DeliverReport& report);
  merge::Answer to_answer(Transaction& transaction, TypeIndex type, const Prepared& prepared, const connector::WriteResult& result);
  Result<void> settle_failure(Transaction& transaction, merge::EntityState& state, const Obligation& before, const Prepared& prepared,
                              const connector::Failure& failure, Duration backoff, DeliverReport& report);
  Result<bool> settle_refused_fields(Transaction& transaction, merge::EntityState& state, const Prepared& prepared, const connector::Failure& failure);
  Result<bool> settle_duplicate(Transaction& transaction, merge::EntityState& state, const Prepared& prepared, const connector::Failure& failure,
                                DeliverReport& report);
  /// A review item about `item`'s candidates, which are in the way of a create.
  Result<void> open_duplicate_review(Transaction& transaction, merge::EntityState& state, const Prepared& prepared, ReviewItem item);
  /// Parks fields on the link, each with a review item.
  Result<void> park_fields(Transaction& transaction, merge::EntityState& state, const Prepared& prepared, const std::vector<FieldIndex>& fields,
                           ReviewKind kind, const std::string& why);
  void note_lag(const merge::EntityState& state, const Prepared& prepared, DeliverReport& report) const;
  Result<void> dead_letter(Transaction& transaction, const merge::EntityState& state, const Prepared& prepared, const connector::Failure& failure,
                           DeliverReport& report);
  std::string letter_context(const merge::EntityState& state, const Prepared& prepared, const connector::Failure& failure) const;
  Result<void> audit_write(Transaction& transaction, TypeIndex type, RunId run, const Prepared& prepared, const connector::WriteResult& result);
  Duration backoff(std::uint32_t attempts);

  Hub& hub_;
  /// How long something wider than a record rests after failing; longer each time in a row, so that an outage is not
  /// hammered.
  struct Rest {
    std::uint32_t in_a_row = 0;
    WallTime until;
    std::string why;
  };
  bool rests(TypeIndex type) const;
  void rest_after(TypeIndex type, const DeliverReport& batch, DeliverReport& report);
  Duration next_rest(Rest& rest, const connector::Failure& failure);

  System& system_;
  discover::Intake& intake_;
  Rng rng_;
  Rest system_rest_;
  std::map<TypeIndex, Rest> type_rests_;
  std::vector<Answered> unfinished_;
  /// Creates whose keys were looked for in the target, and when that look was sent.
  std::map<EntityId, WallTime> probed_;
};

}  // namespace lockstep::deliver

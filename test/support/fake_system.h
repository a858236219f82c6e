#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "connector/connector.h"
#include "model/value.h"
#include "runtime/clock.h"

namespace lockstep::support {

using FieldValues = std::map<std::string, Value>;

/// One record of a make-believe system.
struct FakeRecord {
  std::string id;
  std::string key;     // our external id, as far as it was written
  FieldValues fields;  // by name; a missing one is blank
  std::uint64_t version = 0;
  WallTime modified;
  bool deleted = false;
  bool archived = false;  // there, and out of use
  std::string merged_into;
  std::vector<std::string> absorbed;  // with trait merges_vanish
};

/// How a system behaves.
struct FakeTraits {
  bool has_key = true;     // records carry our external id, creates go by it and may be repeated
  bool client_id = false;  // a create names the record's id, and may be repeated
  connector::ShadowSource shadow = connector::ShadowSource::response;
  bool has_lock = false;
  bool feed_lists_deletes = true;
  bool feed_starts_with_listing = false;
  bool probes = false;
  bool lower_feed = false;         // below the feed stands another that shows what was modified since a time, no deletes
  bool feed_shows_ids = false;     // and versions, which are exact; values are read by id
  bool feed_shows_fields = false;  // with feed_shows_ids: the values of that version too
  bool merges_vanish = false;      // the loser of a merge is in no feed or listing; the winner names it
  bool answers_in_part = false;    // to a write: what was sent, not the whole record
  bool archives_in_place = false;  // archived records stay, and take no edits of ours
  std::size_t overlap = 0;         // changes that each walk of the feed shows again
  std::size_t page = 50, batch = 10;
  Duration latency{40};
};

/// One write as the system took it, in its order.
struct FakeWrite {
  connector::Operation operation = connector::Operation::update;
  std::string object, id;
  FieldValues fields;
  WallTime at;
};

/// What becomes of a write call on its way.
enum class Fate { answered, never_arrives, answer_lost };

/// A system in memory that outlives the hub: records, a change log, people who edit, faults.
class FakeSystem {
 public:
  FakeSystem(std::string name, Clock& clock, FakeTraits traits) : name_(std::move(name)), clock_(clock), traits_(traits) {}

  // What people do there. Errors of a test's own are CHECKed.
  std::string add(const std::string& object, FieldValues fields);
  void edit(const std::string& object, const std::string& id, FieldValues fields);
  void remove(const std::string& object, const std::string& id);
  void use_again(const std::string& object, const std::string& id);  // an archived one
  void restore(const std::string& object, const std::string& id);
  void merge(const std::string& object, const std::string& loser, const std::string& survivor);

  // What is there.
  const FakeRecord& at(const std::string& object, const std::string& id) const;
  std::vector<const FakeRecord*> live(const std::string& object) const;
  /// The only live record whose `field` is `text`; null when there is none, or more than one.
  const FakeRecord* find(const std::string& object, const std::string& field, const std::string& text) const;
  std::string text(const std::string& object, const std::string& id, const std::string& field) const;
  const std::string& name() const { return name_; }
  const FakeTraits& traits() const { return traits_; }
  /// Positions of change feeds that were handed out are worth nothing any more.
  void expire_cursors() {
    oldest_position_ = changes_.size() + 1;
    ++epoch_;
  }

  // How it misbehaves.
  std::deque<Fate> fates;  // of the next write calls; answered when used up
  std::function<std::optional<connector::Failure>(connector::Operation, const std::string& object, const FieldValues&)> refuse;
  std::function<std::optional<connector::Failure>(const std::string& id)> refuse_read;       // spoils the whole read
  std::function<std::optional<connector::Failure>(const std::string& value)> refuse_lookup;  // spoils the whole look-up
  std::function<void(const std::string& object, FieldValues&)> normalise;                    // the server's own way with what it is given
  std::optional<connector::Failure> down;                                                    // every call fails so
  std::optional<Duration> sparing;                                                           // its quota of a day runs short
  Duration answers_after{0};                                                                 // to writes: so much later than they are done
  bool shows_nothing = false;                                                                // scans answer properly, but empty
  bool listing_breaks = false;                                                               // the second page of a scan fails
  bool listing_expired = false;                // the second page of a scan fails, once: its position is not known any more
  std::function<void()> when_expired = [] {};  // a dead position was told
  bool feed_is_off = false;                    // the feed cannot even be started

  std::vector<FakeWrite> writes;  // by the hub
  std::uint64_t calls = 0, scans = 0, reads_by_id = 0, lookups = 0, lower_reads = 0;
  std::vector<WallTime> feed_reads, scan_starts;
  std::vector<WallTime> write_calls;

 private:
  friend class FakeConnector;
  FakeRecord& record(const std::string& object, const std::string& id);
  void changed(const std::string& object, FakeRecord& record);

  std::string name_;
  Clock& clock_;
  FakeTraits traits_;
  std::map<std::string, std::map<std::string, FakeRecord>> objects_;
  std::vector<std::pair<std::string, std::string>> changes_;  // object, id
  std::uint64_t last_id_ = 0, last_version_ = 0, oldest_position_ = 0, epoch_ = 0;
};

/// Speaks to a FakeSystem without a network.
class FakeConnector final : public connector::Connector {
 public:
  FakeConnector(FakeSystem& system, Executor& executor) : system_(system), executor_(executor) {}

  const std::string& kind() const override { return system_.name(); }
  std::vector<connector::ObjectTraits> objects() const override;
  const connector::ObjectTraits* find_object(std::string_view name) const override;
  Result<void> select(const mapping::Selection& selection) override;
  Task<connector::Outcome<void>> open() override;
  Task<connector::Outcome<connector::Page>> scan(std::string object, std::string position) override;
  Task<connector::Outcome<connector::Page>> changes(std::string object, std::string position) override;
  std::string step_down(std::string_view object, std::string_view position, WallTime since) const override;
  std::size_t rung_of(std::string_view position) const override { return position.starts_with("since/") ? 1 : 0; }
  std::string stream_id(std::string_view object) const override;
  Task<connector::Outcome<connector::ReadBatch>> read_many(std::string object, std::vector<std::string> ids, Priority priority) override;
  Task<connector::Outcome<connector::ReadBatch>> find_by(std::string object, std::size_t slot, std::vector<std::string> values, Priority priority) override;
  Task<connector::WriteBatch> write(std::string object, connector::Operation operation, std::vector<connector::WriteRow> rows, Priority priority) override;
  std::vector<std::string> doors() const override { return {"door"}; }
  DoorAnswer knock(std::string_view door, const http::ServerRequest& request, WallTime now) override;
  Usage usage() const override {
    Usage use;
    use.limits["day"].sparing = system_.sparing;
    return use;
  }
  void stop() override {}

 private:
  Task<void> travel();
  connector::Page modified_since(const std::string& object, const std::string& position);
  connector::Row row_of(const std::string& object, const FakeRecord& record) const;
  connector::WriteResult write_row(const std::string& object, connector::Operation operation, const connector::WriteRow& row);
  connector::WriteResult create_row(const std::string& object, const connector::WriteRow& row, FieldValues fields);
  FieldValues values_of(const std::string& object, const mapping::Slots& slots) const;

  FakeSystem& system_;
  Executor& executor_;
  std::map<std::string, mapping::Selection> selections_;
  std::map<std::string, connector::ObjectTraits, std::less<>> traits_;
};

/// What a text holds; other values as people read them.
std::string plain_text(const Value& value);

connector::Failure failure_of(connector::FailureClass failure_class, std::string message);

}  // namespace lockstep::support

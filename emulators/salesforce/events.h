#pragma once

#include <string>
#include <vector>

#include "emulators/salesforce/org.h"
#include "emulators/salesforce/push_topics.h"
#include "emulators/salesforce/settings.h"

namespace lockstep::emulators::salesforce {

inline constexpr Duration kEventRetention{72LL * 3'600'000}, kTopicRetention{24LL * 3'600'000};
inline constexpr std::string_view kAllChanges = "/data/ChangeEvents";

/// Through which door a write came: "com/salesforce/api/rest/60.0;client=engine"; empty for people and automation.
struct ChangeOrigin {
  std::string text;
  Actor actor;
};

/// Makes events of the journal (Change Data Capture, §3.6, and topics) and keeps them for a while.
class ChangeEvents {
 public:
  ChangeEvents(Org& org, const Settings& settings) : org_(org), settings_(settings) {}

  /// Turns what was journaled since the last call into events of one transaction.
  void note(const ChangeOrigin& origin, WallTime now);
  /// An event without a body: changeType GAP_UPDATE and the like, or GAP_OVERFLOW without ids.
  void add_gap(const ObjectType& object, const std::string& change_type, std::vector<std::string> ids, WallTime now);

  /// The log that carries a channel: of changes, or of topics.
  const EventLog& log_of(std::string_view channel) const { return channel.starts_with(kTopicChannel) ? topics_ : changes_; }

 private:
  struct Transaction {
    std::string key;
    std::string user;
    const ChangeOrigin* origin = nullptr;
    WallTime at;
    std::int64_t sequence = 0;
    std::int64_t changes = 0;
  };
  json::object header(const Transaction& transaction, const ObjectType& object, const std::string& type, json::array ids) const;
  void add_entry(Transaction& transaction, const JournalEntry& entry);
  void end(const Transaction& transaction);
  void push(const ObjectType& object, WallTime at, json::object payload);
  bool merged_with_last(const Transaction& transaction, const json::object& payload, const std::string& id);

  Org& org_;
  const Settings& settings_;
  EventLog changes_{kEventRetention};
  EventLog topics_{kTopicRetention};
  std::uint64_t seen_ = 0;  // entries of the journal
  std::uint64_t transactions_ = 0;
  std::vector<const ObjectType*> overflowed_;
};

/// Empty for objects without change events.
std::string change_channel(const ObjectType& object, const Settings& settings);
/// Names the shape of an object's events: another one when its fields change.
std::string event_schema_id(const ObjectType& object);
/// "MailingAddress" and "Street" of MailingStreet, "Name" and "LastName" of a contact's LastName; empty: stands alone.
std::pair<std::string, std::string> event_compound_of(const ObjectType& object, const Field& field);
/// What the listener as whom the org is seen may know of an event, through this version of the API.
json::object event_as_seen(const Schema& schema, const StreamEvent& event, int version, bool dotted);
/// That shape, as Avro writes it.
json::object event_schema(const ObjectType& object);

}  // namespace lockstep::emulators::salesforce

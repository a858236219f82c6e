#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/core/json.h"
#include "emulators/hubspot/associations.h"
#include "runtime/rng.h"

namespace lockstep::emulators::hubspot {

struct JournalCondition {
  std::string property;
  std::string op;  // "EQ", "STARTS_WITH", …
  std::vector<std::string> values;
};

/// All of its conditions must hold of a record for its changes to be told.
struct JournalFilter {
  std::int64_t id = 0;
  std::vector<JournalCondition> conditions;
  WallTime created;
};

/// What an app wants written into its journal.
struct JournalSubscription {
  std::int64_t id = 0;
  std::string type;                     // "OBJECT", "ASSOCIATION", "GDPR_PRIVACY_DELETION", …
  std::vector<std::string> actions;     // "CREATE", "UPDATE", …
  std::string object_type_id;           // of an association: either side
  std::vector<std::string> object_ids;  // empty: all
  std::vector<std::string> properties;  // of updates; empty: all
  std::vector<JournalFilter> filters;   // all must hold
  WallTime created;
};

/// The webhooks journal (§3.5): changes as files in a row, to be fetched instead of sent. What was noted since mark() can be
/// taken back until flush().
class ChangeJournal {
 public:
  ChangeJournal(std::int64_t portal_id, Rng rng) : portal_id_(portal_id), rng_(rng) {}

  bool ids_as_texts = false;  // a switch: ids of records and lists are texts, sent and told

  /// Error: a sentence about what is wrong with it.
  Result<JournalSubscription> read(const json::object& given, const Catalogue& catalogue) const;
  /// An id that a body names, in the form that ids have here; empty: there is none.
  std::string read_id(const json::value* given) const;
  /// Whether a body names the account.
  bool names_account(const json::object& given) const;
  /// As it is told.
  json::value told_id(std::string_view id) const;
  const JournalSubscription& subscribe(JournalSubscription subscription);
  /// False: there is none.
  bool unsubscribe(std::string_view id);
  void clear() { subscriptions_.clear(); }
  std::vector<JournalSubscription>& subscriptions() { return subscriptions_; }
  json::object render(const JournalSubscription& subscription) const;
  JournalSubscription* find(std::string_view id);  // null: there is none
  // journal_filters.cc
  /// Error: a sentence about what is wrong with it.
  static Result<JournalFilter> read_filter(const json::object& given, const JournalSubscription& of, const Catalogue& catalogue);
  const JournalFilter& add_filter(JournalSubscription& to, JournalFilter filter);

  /// `event`: "creation", "deletion", … as webhooks name it.
  void record(const ObjectType& type, std::string_view id, std::string_view event, WallTime at);
  void property(const ObjectType& type, std::string_view id, std::string_view name, std::string_view value, WallTime at);
  void tie(const TieChange& change, WallTime at);
  void membership(const ObjectType& type, std::string_view id, std::string_view list, bool joined, WallTime at);
  /// What a record holds now, asked for by the app itself.
  void snapshot(const ObjectType& type, std::string_view id, json::object values, WallTime at);

  std::size_t mark() const { return noted_.size(); }
  void roll_back(std::size_t mark) { noted_.resize(mark); }
  /// What was noted becomes the next file.
  void flush(WallTime now);

  struct File {
    std::string offset;
    std::string text;
    WallTime published;
  };
  /// Those of the last three days, oldest first.
  const std::deque<File>& files(WallTime now);
  /// The position behind the file of that offset; nothing when it is not there, or no longer.
  std::optional<std::size_t> behind(std::string_view offset, WallTime now);

 private:
  bool wants(std::string_view event_type, std::string_view action, const ObjectType& type, std::string_view id, std::string_view property) const;
  static bool passes(const JournalSubscription& subscription, const ObjectType& type, std::string_view id);
  std::int64_t portal_id_;
  Rng rng_;
  std::int64_t last_subscription_ = 41'000;
  std::vector<JournalSubscription> subscriptions_;
  std::vector<json::object> noted_;
  std::deque<File> files_;
};

json::object render_journal_filter(const JournalSubscription& subscription, const JournalFilter& filter);

}  // namespace lockstep::emulators::hubspot

#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/core/json.h"
#include "emulators/core/outgoing.h"
#include "emulators/dynamics365/payload.h"
#include "emulators/dynamics365/users.h"

namespace lockstep::emulators::dynamics365 {

/// Who writes, when, and what the request said about itself.
struct Writer {
  Actor actor;                     // whose name the write bears
  std::optional<Actor> on_behalf;  // who in truth wrote, when `actor` is impersonated
  WallTime now;
  std::string tag;          // ?tag= of the request: lands in SharedVariables
  std::string correlation;  // GUID of the request
  std::string key;          // external key the caller named, for the journal
  bool journaled = true;
  // Asked that no custom logic runs: all that is synchronous or not, or steps by their ids.
  bool bypasses_synchronous = false, bypasses_asynchronous = false;
  std::set<std::string, std::less<>> bypassed_steps;
};

/// The organisation as it names itself in answers and payloads.
struct OrganisationNames {
  std::string id;
  std::string business_unit_id;
  std::string name;
  std::string host;
};

/// The row before or after a write, sent along with it.
struct StepImage {
  std::string alias;
  bool before = false;
  bool after = false;
  std::set<std::string, std::less<>> columns;  // logical names; empty: all
};

/// Messages that are of no table: their steps hear of all.
bool is_of_all_tables(std::string_view message);

/// Values of parameters, by their contract types.
json::object entity_reference(std::string_view table, std::string_view id);
json::object option_set_value(std::int64_t value);

enum class StepAuth { webhook_key = 4, http_header = 5, query_string = 6 };

/// A step of one message on one table, with its service endpoint.
struct Step {
  std::string id;
  std::string message;                           // "Create", "Update", "Delete", "Merge", "Close", "Assign", "SetState", "Associate" …
  std::string table;                             // empty: of every table, which steps of Associate and Disassociate are
  std::set<std::string, std::less<>> filtering;  // logical names; Update only; empty: every update
  std::string url;
  StepAuth auth = StepAuth::http_header;
  std::vector<std::pair<std::string, std::string>> settings;  // header or query pairs; for a key: one, unnamed
  std::vector<StepImage> images;
  bool synchronous = false;  // the write waits for it, and fails with it
  std::int64_t stage = 40;   // asynchronous ones: always
  Duration delay{0};
  Duration jitter{0};  // up to so much later: the queue keeps no order
};

/// A write as steps see it.
struct RowEvent {
  std::string_view message;
  const TableSpec* table = nullptr;
  RowNumber row = kNoRow;
  std::vector<Change> submitted;  // Create and Update: what the request named; Merge: the update content
  std::string subordinate;        // Merge: the loser's id
  json::object extra;             // further input parameters, by name
  int depth = 1;
  PackedFields before = {};  // of Update, where before_matters()
  struct Target {
    RowNumber row = kNoRow;
    std::vector<Change> submitted;
  };
  std::vector<Target> targets = {};  // CreateMultiple and UpdateMultiple: their rows; `row` is one of them
};

/// Turns writes into deliveries. What was noted since mark() can be taken back until flush().
class Webhooks {
 public:
  Webhooks(const OrganisationNames& names, Users& users, Rng rng) : names_(names), users_(users), rng_(rng) {}
  /// Replaces the step of that id.
  void add(Step step);
  bool remove(std::string_view id) { return steps_.erase(std::string(id)) > 0; }
  const std::map<std::string, Step>& steps() const { return steps_; }
  bool listens() const { return !steps_.empty(); }

  Users& users() { return users_; }
  void note(const RowEvent& event, const Writer& writer);
  /// Whether a step wants to know what rows of this table were before a write.
  bool before_matters(const TableSpec& table) const;
  std::size_t mark() const { return noted_.size(); }
  void roll_back(std::size_t mark) { noted_.resize(mark); }
  void flush(OutgoingQueue& queue);
  bool has_synchronous() const;
  /// What has been noted of synchronous steps.
  std::vector<http::Request> noted_synchronous() const;
  /// They have been told: notes leave them out until this is false again.
  void set_synchronous_told(bool told) { synchronous_told_ = told; }
  Rng& random() { return rng_; }
  /// Whether a filtering attribute has to have changed: else it is enough that the request named it.
  bool& only_changes_fire() { return only_changes_fire_; }
  /// A GUID for a step that was given none.
  std::string new_id();

 private:
  struct Noted {
    WallTime due;
    http::Request request;
    bool synchronous = false;
  };
  bool fires(const Step& step, const RowEvent& event) const;
  json::object context(const Step& step, const RowEvent& event, const Writer& writer);
  http::Request request(const Step& step, const RowEvent& event, const Writer& writer);

  const OrganisationNames& names_;
  Users& users_;
  Rng rng_;
  std::map<std::string, Step> steps_;
  std::vector<Noted> noted_;
  bool synchronous_told_ = false;
  bool only_changes_fire_ = false;
};

}  // namespace lockstep::emulators::dynamics365

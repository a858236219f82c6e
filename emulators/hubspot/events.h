#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emulators/core/json.h"
#include "emulators/core/outgoing.h"
#include "emulators/hubspot/associations.h"
#include "emulators/hubspot/journal.h"
#include "emulators/hubspot/writer.h"
#include "runtime/rng.h"

namespace lockstep::emulators::hubspot {

struct Subscription {
  std::int64_t id = 0;
  std::string event_type;      // "contact.propertyChange", "object.creation"
  std::string property;        // propertyChange only
  std::string object_type_id;  // object.* only
  bool active = true;
  WallTime created, updated;
};

/// Where webhooks go and how they travel; set through the control plane.
struct WebhookSettings {
  std::string target_url;
  std::string secret;  // of the app's client
  std::int64_t max_concurrent = 10;
  WallTime created, updated;  // 0: never configured by the app itself
  Duration delay{0};
  Duration jitter{0};            // up to so much later
  double duplicate_rate = 0;     // share of requests that are sent twice
  bool shuffle = false;          // events of one flush lose their order
  bool cleared_as_null = false;  // propertyValue of a property that was cleared: null, not ""
  bool of_engagements = false;   // object.* tells of notes, calls and their like
  bool decodes_path = false;     // signatures of version 3 decode the escapes of the whole address, not of its query alone
};

/// Turns writes into deliveries (§3.3, §3.4). What was noted since mark() can be taken back until flush().
class Events {
 public:
  Events(std::int64_t portal_id, std::string app_id, Rng rng);
  /// Whether there can be such a subscription. Error: a sentence about what is wrong with it.
  static Result<void> check(const Subscription& subscription, const Catalogue& catalogue);
  const Subscription& subscribe(Subscription subscription);
  /// Null when there is none.
  Subscription* find(std::string_view id);
  void unsubscribe(std::int64_t id);
  void clear() { subscriptions_.clear(); }
  const std::vector<Subscription>& subscriptions() const { return subscriptions_; }
  WebhookSettings& settings() { return settings_; }
  const WebhookSettings& settings() const { return settings_; }
  /// What an app changes in its settings: who sends goes by what was there before for a while.
  void configure(std::string target_url, std::int64_t max_concurrent, WallTime now);
  /// Where webhooks go now.
  const std::string& target_url(WallTime now) const { return now < cached_until_ ? cached_url_ : settings_.target_url; }
  std::int64_t max_concurrent(WallTime now) const { return now < cached_until_ ? cached_concurrent_ : settings_.max_concurrent; }
  Duration& settings_cache() { return settings_cache_; }
  void forget_cached_settings() { cached_until_ = WallTime{}; }

  void record(const ObjectType& type, std::string_view id, std::string_view event, json::object more, const Writer& writer);
  void property(const ObjectType& type, std::string_view id, std::string_view name, std::string_view value, const Writer& writer);
  void tie(const TieChange& change, const Writer& writer);
  /// What the account's test button sends for a subscription.
  void test(const Subscription& subscription, WallTime now);

  struct Mark {
    std::size_t sent, journaled;
  };
  Mark mark() const { return {noted_.size(), journal_.mark()}; }
  void roll_back(Mark mark) {
    noted_.resize(mark.sent);
    journal_.roll_back(mark.journaled);
  }
  ChangeJournal& journal() { return journal_; }
  void flush(OutgoingQueue& queue, WallTime now);
  /// Signs the request for the moment of sending; OutgoingQueue::Prepare.
  void prepare(http::Request& request, std::size_t attempt, WallTime now) const;

 private:
  bool wants(const Subscription& subscription, const ObjectType& type, std::string_view event, std::string_view property) const;
  void note(const Subscription& subscription, const ObjectType& type, std::string_view id, json::object more, const Writer& writer);

  std::int64_t portal_id_;
  std::string app_id_;
  Rng rng_;
  std::int64_t last_subscription_ = 3'329'000;
  std::vector<Subscription> subscriptions_;
  WebhookSettings settings_;
  Duration settings_cache_{300'000};
  WallTime cached_until_;
  std::string cached_url_;
  std::int64_t cached_concurrent_ = 0;
  std::vector<json::object> noted_;
  ChangeJournal journal_;
};

/// Everything there is to tell, of every type and property.
std::vector<Subscription> all_subscriptions(const Catalogue& catalogue);

/// The URI as the v3 signature takes it: only some escapes of the query are decoded (§3.4).
std::string signed_uri(std::string_view uri, bool decodes_path = false);

}  // namespace lockstep::emulators::hubspot

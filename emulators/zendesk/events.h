#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "emulators/core/limits.h"
#include "emulators/core/outgoing.h"
#include "emulators/zendesk/readings.h"
#include "emulators/zendesk/schema.h"
#include "emulators/zendesk/triggers.h"

namespace lockstep::emulators::zendesk {

struct Webhook {
  std::string id;
  std::string name;
  std::string description;
  std::string status = "active";
  std::string endpoint;
  std::string http_method = "POST";
  std::string request_format = "json";
  std::vector<std::string> subscriptions;
  json::value authentication;  // as given, null without
  json::object custom_headers;
  std::string secret;
  WallTime created, updated;
};

/// Opens when most deliveries fail: what happens meanwhile is never told (A9).
class Breaker {
 public:
  explicit Breaker(const Readings& readings) : readings_(readings) {}
  void answered(bool well, WallTime now);
  bool open(WallTime now) const { return now < closes_; }

 private:
  const Readings& readings_;
  std::deque<std::pair<WallTime, bool>> answers_;  // of the last five minutes
  std::size_t errors_ = 0;
  WallTime closes_;
};

/// Webhooks and what they are told (contract A9).
class Events {
 public:
  Events(Rng rng, const Readings& readings) : rng_(rng), readings_(readings), breaker_(readings) {}
  std::map<std::string, Webhook>& webhooks() { return webhooks_; }
  /// Whether there is such an event: "ticket.created".
  bool is_told(std::string_view event) const;
  bool takes_any_subscription() const { return readings_.unknown_subscriptions; }
  std::string new_id();
  std::string new_secret();

  void created(const ObjectType& type, RowNumber row, WallTime at);
  void changed(const ObjectType& type, RowNumber row, const PackedFields& before, WallTime at);
  void removed(const ObjectType& type, RowNumber row, WallTime at);
  void purged(const ObjectType& type, RowNumber row, WallTime at);
  void set_timeout(Duration timeout) { timeout_ = timeout; }
  /// A trial account: few webhooks, and few calls of them a minute.
  void set_trial(bool trial) { trial_ = trial; }
  bool takes_one_more() const { return !trial_ || webhooks_.size() < 10; }
  void merged(const ObjectType& type, RowNumber row, const std::string& into, WallTime at);
  void commented(const ObjectType& tickets, RowNumber ticket, const std::string& id, const std::string& body, bool is_public, WallTime at);

  std::size_t noted() const { return noted_.size(); }
  void forget_after(std::size_t count) { noted_.resize(count); }
  /// Hands over what was noted: events of one record in one call share a sequence and go out in any order.
  void flush(OutgoingQueue& queue, WallTime now);
  /// Signs for the moment of sending; OutgoingQueue::Prepare.
  void prepare(http::Request& request, WallTime now) const;
  Breaker& breaker() { return breaker_; }
  /// A call of the webhook's receiver, under an invocation of its own.
  http::Request request_of(const Webhook& webhook, std::string body);
  Triggers& triggers() { return triggers_; }
  /// What stands for "ticket.title" in the bodies that triggers send, of a ticket by its row.
  void set_placeholders(std::function<std::string(RowNumber, std::string_view)> value_of) { placeholder_ = std::move(value_of); }

 private:
  struct Noted {
    std::string type;     // "ticket.status_changed"
    std::string subject;  // "zen:ticket:35"
    json::object detail;
    json::object event;
    WallTime at;
    std::optional<SavedTicket> saved;  // instead of all others: what triggers look at
  };
  void note(const ObjectType& type, RowNumber row, const std::string& what, json::object event, WallTime at);
  void note_saved(SavedTicket saved);
  void send(const Webhook& webhook, std::string body, OutgoingQueue& queue, WallTime now);
  void run_triggers(const std::vector<Noted>& noted, OutgoingQueue& queue, WallTime now);

  Rng rng_;
  const Readings& readings_;
  Duration timeout_{10'000};  // of one delivery
  bool trial_ = false;
  RollingLimit trial_calls_{60, Duration{60'000}};
  std::map<std::string, Webhook> webhooks_;
  std::vector<Noted> noted_;
  Breaker breaker_;
  Triggers triggers_;
  std::function<std::string(RowNumber, std::string_view)> placeholder_;
};

}  // namespace lockstep::emulators::zendesk

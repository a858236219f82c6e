#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "emulators/core/outgoing.h"
#include "emulators/zendesk/schema.h"

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
  std::string secret;
  WallTime created, updated;
};

/// Opens when most deliveries fail: what happens meanwhile is never told (A9).
class Breaker {
 public:
  void answered(bool well, WallTime now);
  bool open(WallTime now) const { return now < closes_; }

 private:
  std::deque<std::pair<WallTime, bool>> answers_;  // of the last five minutes
  std::size_t errors_ = 0;
  WallTime closes_;
};

/// Webhooks and what they are told (contract A9).
class Events {
 public:
  explicit Events(Rng rng) : rng_(rng) {}
  std::map<std::string, Webhook>& webhooks() { return webhooks_; }
  std::string new_id();
  std::string new_secret();

  void created(const ObjectType& type, RowNumber row, WallTime at);
  void changed(const ObjectType& type, RowNumber row, const PackedFields& before, WallTime at);
  void removed(const ObjectType& type, RowNumber row, WallTime at);
  void merged(const ObjectType& type, RowNumber row, const std::string& into, WallTime at);
  void commented(const ObjectType& tickets, RowNumber ticket, const std::string& id, const std::string& body, bool is_public, WallTime at);

  std::size_t noted() const { return noted_.size(); }
  void forget_after(std::size_t count) { noted_.resize(count); }
  /// Hands over what was noted: events of one record in one call share a sequence and go out in any order.
  void flush(OutgoingQueue& queue, WallTime now);
  /// Signs for the moment of sending; OutgoingQueue::Prepare.
  void prepare(http::Request& request, WallTime now) const;
  Breaker& breaker() { return breaker_; }

 private:
  struct Noted {
    std::string type;     // "ticket.status_changed"
    std::string subject;  // "zen:ticket:35"
    json::object detail;
    json::object event;
    WallTime at;
  };
  void note(const ObjectType& type, RowNumber row, const std::string& what, json::object event, WallTime at);
  void send(const Webhook& webhook, const json::object& body, OutgoingQueue& queue, WallTime now);

  Rng rng_;
  std::map<std::string, Webhook> webhooks_;
  std::vector<Noted> noted_;
  Breaker breaker_;
};

}  // namespace lockstep::emulators::zendesk

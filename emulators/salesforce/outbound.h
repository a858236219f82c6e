#pragma once

#include <map>
#include <string>
#include <vector>

#include "emulators/core/outgoing.h"
#include "emulators/salesforce/org.h"

namespace lockstep::emulators::salesforce {

/// What a workflow sends when a record of `object` is created or updated.
struct OutboundRule {
  const ObjectType* object = nullptr;
  std::string url;
  std::vector<const Field*> fields;
};

/// Outbound messages (§3.8): SOAP to a listener, values as they are when it is sent, tried for a day.
class OutboundMessages {
 public:
  OutboundMessages(Org& org, OutgoingQueue& queue, const std::string& organization_id);

  void add_rule(OutboundRule rule) { rules_.push_back(std::move(rule)); }
  /// Queues messages for what was journaled since the last call, at most 100 notifications each.
  void note(WallTime now);
  /// Whether a listener's answer takes the message.
  static bool acknowledged(int status, std::string_view body);

 private:
  struct Notification {
    std::string id;
    RowNumber row = kNoRow;
  };
  struct Message {
    const OutboundRule* rule = nullptr;
    std::vector<Notification> notifications;
  };
  void send(const OutboundRule& rule, std::vector<Notification> notifications, WallTime now);
  std::string envelope(const Message& message) const;
  /// By the id of its first notification.
  std::map<std::string, Message>::const_iterator find(const http::Request& request) const;
  /// Puts the values of now into a message that is about to go out.
  void refresh(http::Request& request) const;

  Org& org_;
  OutgoingQueue& queue_;
  const std::string& organization_id_;
  std::deque<OutboundRule> rules_;
  std::map<std::string, Message> messages_;  // on their way, by the id of the first notification
  std::uint64_t seen_ = 0;
  std::uint64_t last_notification_ = 0;
};

}  // namespace lockstep::emulators::salesforce

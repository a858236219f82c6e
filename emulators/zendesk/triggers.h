#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "emulators/zendesk/errors.h"
#include "emulators/zendesk/schema.h"

namespace lockstep::emulators::zendesk {

/// What an administrator set up to happen when a ticket is saved: conditional ticket events of webhooks (contract A9). No other
/// action is known here.
struct Trigger {
  std::int64_t id = 0;
  std::string title;
  std::string description;
  bool active = true;
  json::array all, any;       // conditions: {"field", "operator", "value"}
  json::array actions;        // {"field": "notification_webhook", "value": [webhook, body]}
  std::int64_t position = 0;  // where it runs among the others
  WallTime created, updated;
};

/// One save of a ticket.
struct SavedTicket {
  const ObjectType* tickets = nullptr;
  RowNumber row = kNoRow;
  bool fresh = false;
  PackedFields before;  // empty of a fresh one
  std::optional<bool> public_comment;
};

class Triggers {
 public:
  std::map<std::int64_t, Trigger>& rows() { return rows_; }
  Trigger& add(Trigger trigger);
  /// As they run: by position, then by age.
  std::vector<const Trigger*> in_order() const;
  bool empty() const { return rows_.empty(); }
  /// The notifications that a save leads to: webhook and body with its placeholders as they stand.
  std::vector<std::pair<std::string, std::string>> run(const SavedTicket& saved) const;

 private:
  std::map<std::int64_t, Trigger> rows_;
  std::int64_t next_id_ = 360'000'000'401;
};

/// Refused: an unknown field or operator.
Outcome<void> check_condition(const ObjectType& tickets, const json::value& given);
/// Whether a condition speaks of what a save did.
bool is_about_a_save(const json::object& condition);
/// Precondition: the condition was checked.
bool holds_of(const SavedTicket& saved, const json::object& condition);
/// Takes what `given` has over into `trigger`. Refused: no title, no condition, an unknown field or operator, an action that is
/// not served.
Outcome<void> read_trigger(const ObjectType& tickets, const json::object& given, Trigger& trigger);
/// What a condition may speak of, and what an action may do.
json::object trigger_definitions(const ObjectType& tickets);
json::object render_trigger(const Trigger& trigger, const std::string& base_url);
/// Puts values for {{placeholders}}; what `value_of` does not know becomes nothing.
std::string fill_placeholders(std::string_view text, const std::function<std::string(std::string_view)>& value_of);

}  // namespace lockstep::emulators::zendesk

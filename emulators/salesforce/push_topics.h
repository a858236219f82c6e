#pragma once

#include <string>
#include <vector>

#include "emulators/salesforce/event_log.h"
#include "emulators/salesforce/org.h"

namespace lockstep::emulators::salesforce {

/// The older streaming: a row of PushTopic is a query, and what its rows become is told on "/topic/{Name}".
inline constexpr std::string_view kTopicChannel = "/topic/";

/// Whether the org has such a channel now.
bool is_topic(const Org& org, std::string_view channel);
/// Tells the topics whose query finds the record of that write.
void note_topics(const Org& org, const JournalEntry& entry, WallTime at, EventLog& log);
/// What a topic's query may not be. `now`: what TODAY is in it.
Outcome<void> check_topic_query(const Schema& schema, std::string_view text, WallTime now);

}  // namespace lockstep::emulators::salesforce

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hub/hub.h"
#include "store/store.h"

namespace lockstep {

/// A change feed whose position died: what changed since it was last read may be missing until a listing was compared whole. Open
/// until the feed is read from its best rung again; each has a row among the runs, of kind "gap".
struct FeedGap {
  WallTime since;       // when the feed was last read
  WallTime lost;        // when it was found out
  RunId run;            // of its row
  bool listed = false;  // the gap itself is closed by a listing, but the feed still stands on a lower rung
  std::string why;      // the remote's words
};

Result<std::optional<FeedGap>> find_feed_gap(Transaction& transaction, ConnectionId connection, const std::string& object);
/// Opens or changes one, and keeps its row among the runs.
Result<void> put_feed_gap(Transaction& transaction, const System& system, const std::string& type, const std::string& object, const FeedGap& gap);
Result<void> close_feed_gap(Transaction& transaction, const System& system, const std::string& type, const std::string& object, const FeedGap& gap,
                            WallTime now);

struct OpenFeedGap {
  std::string system, object;
  FeedGap gap;
};
Result<std::vector<OpenFeedGap>> list_feed_gaps(const Hub& hub, Transaction& transaction);

}  // namespace lockstep

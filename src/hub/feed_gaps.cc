#include "hub/feed_gaps.h"

#include <algorithm>
#include <cstdlib>

#include "base/text.h"

namespace lockstep {

namespace {

std::string name_of(ConnectionId connection, const std::string& object) { return "feed_gap/" + std::to_string(connection.value()) + "/" + object; }

Result<void> put_row(Transaction& transaction, const System& system, const std::string& type, const FeedGap& gap, WallTime ended, std::string outcome) {
  RunRecord row;
  row.id = gap.run;
  row.kind = "gap";
  row.connection = system.name;
  row.type = type;
  row.started = gap.since;
  row.ended = ended;
  row.outcome = std::move(outcome);
  return transaction.put(row);
}

}  // namespace

Result<std::optional<FeedGap>> find_feed_gap(Transaction& transaction, ConnectionId connection, const std::string& object) {
  TRY(const auto text, transaction.find_setting(name_of(connection, object)));
  if (!text || text->empty()) return std::optional<FeedGap>{};
  // since lost run listed why…
  const auto words = split(*text, ' ');
  if (words.size() < 5) return fail(ErrorCode::storage, "the gap of feed " + object + " cannot be read");
  FeedGap gap;
  gap.since = WallTime{std::strtoll(std::string(words[0]).c_str(), nullptr, 10)};
  gap.lost = WallTime{std::strtoll(std::string(words[1]).c_str(), nullptr, 10)};
  TRY(const Ulid run, parse_ulid(words[2]));
  gap.run = RunId{run};
  gap.listed = words[3] == "listed";
  gap.why = text->substr(static_cast<std::size_t>(words[4].data() - text->data()));
  return std::optional(std::move(gap));
}

Result<void> put_feed_gap(Transaction& transaction, const System& system, const std::string& type, const std::string& object, const FeedGap& gap) {
  const std::string text =
      std::to_string(gap.since.ms) + " " + std::to_string(gap.lost.ms) + " " + gap.run.value().text() + " " + (gap.listed ? "listed" : "open") + " " + gap.why;
  TRY_VOID(transaction.put_setting(name_of(system.id, object), text));
  const std::string outcome = gap.listed ? "listed again; the feed is still read in a lesser way: " : "open: ";
  return put_row(transaction, system, type, gap, gap.listed ? gap.lost : WallTime{}, outcome + gap.why);
}

Result<void> close_feed_gap(Transaction& transaction, const System& system, const std::string& type, const std::string& object, const FeedGap& gap,
                            WallTime now) {
  TRY_VOID(transaction.put_setting(name_of(system.id, object), ""));
  return put_row(transaction, system, type, gap, now, "ok: closed by a complete listing, the feed goes on; it was lost by: " + gap.why);
}

Result<std::vector<OpenFeedGap>> list_feed_gaps(const Hub& hub, Transaction& transaction) {
  std::vector<OpenFeedGap> gaps;
  for (const System& system : hub.systems) {
    std::vector<std::string> objects;
    for (const SystemType& type : system.types)
      for (std::string& object : type.objects())
        if (std::ranges::find(objects, object) == objects.end()) objects.push_back(std::move(object));
    for (const std::string& object : objects) {
      TRY(auto gap, find_feed_gap(transaction, system.id, object));
      if (gap) gaps.push_back(OpenFeedGap{system.name, object, std::move(*gap)});
    }
  }
  return gaps;
}

}  // namespace lockstep

// What happened on the way: lost edits, echoes, quotas, sign-ins, the log.
#include "sim/oracles/oracles.h"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace lockstep::sim {

namespace {

/// Invariant 2: each value a user wrote is current, or the audit trail knows what became of it, or it was written over in its
/// own system before anybody could read it.
class NoLostEdit final : public Oracle {
 public:
  std::string_view name() const override { return "no lost edit"; }
  std::optional<std::string> judge(Evidence& evidence) const override {
    for (const Written& written : evidence.ledger) {
      if (written.what != "edit" || evidence.is_merged(written.type, written.number) || evidence.is_forgotten(written.at)) continue;
      // A record that waits for a decision is not merged: what was written there stands there.
      if (evidence.is_explained(written.type, written.number)) continue;
      const std::string value = plain(written.value);
      if (is_current(evidence, written, value) || in_audit(evidence, written, value) || written_over(evidence, written, value)) continue;
      return fmt::format("{} {}: {} '{}', written in {} at {}, is nowhere and no audit row tells what became of it", written.type, written.number,
                         written.field, value, written.system, format_iso(written.at));
    }
    return std::nullopt;
  }

 private:
  static bool is_current(Evidence& evidence, const Written& written, const std::string& value) {
    return std::ranges::any_of(evidence.golden_of(written.type, written.number), [&](const GoldenRecord* record) {
      const auto found = record->fields.find(written.field);
      return found != record->fields.end() && found->second == value;
    });
  }
  static bool in_audit(Evidence& evidence, const Written& written, const std::string& value) {
    return std::ranges::any_of(evidence.golden_of(written.type, written.number),
                               [&](const GoldenRecord* record) { return evidence.tells_of(record->entity, written, value); });
  }
  /// Another write to the same field of the same record, or its end, so soon that the value may never have been seen from
  /// outside. By people that may take as long as a reading does; by the hub only the moment between its look and its write.
  static bool written_over(Evidence& evidence, const Written& written, const std::string& value) {
    if (written.system == kSupport) return false;
    // As long as a record need not be read before it is written (zero: never), and what a request may take.
    constexpr double kShippedSeconds = 60, kDaySeconds = 86'400;
    constexpr Duration kRequest{15'000};
    const double unread = evidence.plan.setting("read_before_write_s", kShippedSeconds);
    Duration window = Duration{static_cast<std::int64_t>((unread > 0 ? unread : kDaySeconds) * 1'000)} + kRequest;
    for (const Event& event : evidence.plan.events)  // its clock may have jumped ahead in between
      if (event.what == "skew" && event.system == written.system) window = window + Duration{event.for_ms};
    emulators::StandIn& stand_in = Directory::stand_in(evidence.world, written.system);
    const emulators::Table* table = Directory::table(evidence.world, written.system, names_of(written.type));
    const auto column = table->find_field(names_of(written.type).find(written.field)->columns[crm_index(written.system)]);
    std::optional<WallTime> written_at;  // by that system's own clock, as what follows
    for (const emulators::JournalEntry& entry : stand_in.database().journal()) {
      if (entry.table != table || table->record(entry.row).id != written.id) continue;
      const auto after = entry.after.get(*column);
      const bool sets = std::holds_alternative<std::string_view>(after);
      if (sets && plain(std::get<std::string_view>(after)) == value) {
        written_at = entry.at;
        continue;
      }
      if (!written_at) continue;
      const bool ends = entry.operation == emulators::Operation::remove || entry.operation == emulators::Operation::merge;
      if (!sets && !ends) continue;
      // The trail of a write of ours that a restored backup knows nothing of is gone with it.
      return !is_hub(stand_in, entry) || entry.at - *written_at < window || evidence.is_forgotten(entry.at);
    }
    return false;
  }
};

/// Invariant 4: once converged, nothing is written any more.
class Rest final : public Oracle {
 public:
  std::string_view name() const override { return "rest"; }
  std::optional<std::string> judge(Evidence& evidence) const override {
    if (evidence.writes_at_rest == 0) return std::nullopt;
    emulators::StandIn* last = nullptr;
    std::string what;
    for (const std::string_view crm : kCrms) {
      emulators::StandIn& stand_in = Directory::stand_in(evidence.world, crm);
      const auto& journal = stand_in.database().journal();
      if (journal.empty() || !is_hub(stand_in, journal.back())) continue;
      last = &stand_in;
      what = fmt::format("{} of {} {} in {} at {}", name_of(journal.back().operation), journal.back().table->name(),
                         journal.back().table->record(journal.back().row).id, crm, format_iso(journal.back().at));
    }
    return fmt::format("{} writes although nobody changed anything; the last one: {}", evidence.writes_at_rest, last ? what : "unknown");
  }
};

/// Invariant 9: nobody is asked again before the time that a refusal named, and a limit that nobody pushed is not exceeded by more than the requests that were under way when it was learnt of.
class Quota final : public Oracle {
 public:
  std::string_view name() const override { return "quota"; }
  std::optional<std::string> judge(Evidence& evidence) const override {
    constexpr std::int64_t kUnderWay = 16;
    if (!evidence.world.network.retries.wrong.empty()) return evidence.world.network.retries.wrong.front();
    for (const std::string_view crm : kCrms) {
      const bool pushed = evidence.plan.config.contains("fault/" + std::string(crm) + "/rate_limit") ||
                          std::ranges::any_of(evidence.plan.events, [&](const Event& event) { return event.what == "fault" && event.system == crm; });
      const http::Response counts = evidence.world.control(std::string(crm), "GET", "counts");
      const boost::json::value body = boost::json::parse(counts.body);
      const boost::json::value* refused = body.at("statuses").as_object().if_contains("429");
      if (!pushed && refused && refused->to_number<std::int64_t>() > kUnderWay)
        return fmt::format("{} refused {} requests as too many", crm, refused->to_number<std::int64_t>());
    }
    return std::nullopt;
  }
};

/// A refresh token that changes with each use is used once, and what came for it is stored before it is at work.
class SignIns final : public Oracle {
 public:
  std::string_view name() const override { return "sign-ins"; }
  std::optional<std::string> judge(Evidence& evidence) const override {
    const auto& wrong = evidence.world.network.tokens.wrong;
    return wrong.empty() ? std::nullopt : std::optional(wrong.front());
  }
};

/// Nothing is logged as an error, whatever happens outside; in a calm world not even a warning.
class Log final : public Oracle {
 public:
  std::string_view name() const override { return "log"; }
  std::optional<std::string> judge(Evidence& evidence) const override {
    const bool full = std::ranges::any_of(evidence.plan.events, [](const Event& event) { return event.what == "full"; });
    for (const std::string& line : evidence.world.errors)
      if (!full || line.find("disk is full") == std::string::npos) return line;
    if (evidence.plan.profile == "calm" && !evidence.world.warnings.empty()) return evidence.world.warnings.front();
    return std::nullopt;
  }
};

}  // namespace

void add_history_oracles(std::vector<std::unique_ptr<Oracle>>& into) {
  into.push_back(std::make_unique<NoLostEdit>());
  into.push_back(std::make_unique<Rest>());
  into.push_back(std::make_unique<Quota>());
  into.push_back(std::make_unique<SignIns>());
  into.push_back(std::make_unique<Log>());
}

}  // namespace lockstep::sim

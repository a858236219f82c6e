// Which edit has to win.
#include "sim/oracles/oracles.h"

#include <fmt/format.h>

namespace lockstep::sim {

namespace {

/// Invariant 2, second half: an edit is never beaten by an earlier one of its own system, whatever the clocks say; and when
/// nothing was broken, not by one that was made long before it anywhere.
class LastEdit final : public Oracle {
 public:
  std::string_view name() const override { return "last edit"; }
  std::optional<std::string> judge(Evidence& evidence) const override {
    // An owner overrules whoever wrote last. What it overruled stands in the trail (history.cc).
    if (evidence.plan.setting("strategy", -1) == kOwnerStrategy) return std::nullopt;
    for (const auto& [type, records] : evidence.golden)
      for (const GoldenRecord& record : records) {
        if (record.presence != EntityPresence::present || evidence.is_merged(type, record.number) || evidence.is_explained(type, record.number)) continue;
        if (was_made_anew(evidence, type, record.number)) continue;
        for (const std::string_view field : names_of(type).edited)
          if (auto wrong = judge_field(evidence, type, record, std::string(field))) return wrong;
      }
    return std::nullopt;
  }

 private:
  /// Deleted, and then made by somebody once more: what was written before belongs to another record.
  static bool was_made_anew(const Evidence& evidence, const std::string& type, std::int64_t number) {
    bool deleted = false;
    for (const Written* written : evidence.history_of(type, number)) {
      if (deleted && (written->what == "create" || written->what == "import")) return true;
      deleted = deleted || written->what == "delete";
    }
    return false;
  }
  static std::optional<std::string> judge_field(Evidence& evidence, const std::string& type, const GoldenRecord& record, const std::string& field) {
    const auto found = record.fields.find(field);
    const std::string current = found == record.fields.end() ? "" : found->second;
    std::vector<const Written*> edits;
    const Written* winner = nullptr;
    bool opening = false;  // what people never wrote came with the record
    for (const Written* written : evidence.history_of(type, record.number)) {
      if (written->field != field) continue;
      const bool is_current = plain(written->value) == current;
      if (written->what != "edit") {
        opening = opening || is_current;
        continue;
      }
      edits.push_back(written);
      if (is_current) winner = written;
    }
    const bool calm = evidence.plan.profile == "calm";
    for (const Written* written : edits) {
      if (written->system == kSupport && evidence.is_forgotten(written->at)) continue;
      if (!winner) {
        // A blank is where every record begins: an edit that this one never saw, made on a record that was deleted, say, is not missed here.
        const bool never_seen = current.empty() && !evidence.tells_of(record.entity, *written, plain(written->value));
        if (!opening && !never_seen) return fmt::format("{} {}: {} is '{}', which nobody wrote", type, record.number, field, current);
        continue;
      }
      // What a restored backup forgot may come back from a system that the hub had carried it to: a record's time does not tell which of its fields is new.
      if (evidence.is_forgotten(winner->at)) continue;
      constexpr Duration kLong{20 * 60'000};
      const bool same_record = written->system == winner->system && written->id == winner->id && written->at > winner->at;
      const bool long_after = calm && written->at > winner->at + kLong;
      if (same_record || long_after)
        return fmt::format("{} {}: {} is '{}', written in {} at {}, and not '{}', written in {} at {}", type, record.number, field, current, winner->system,
                           format_iso(winner->at), written->value, written->system, format_iso(written->at));
    }
    return std::nullopt;
  }
};

}  // namespace

void add_edit_oracles(std::vector<std::unique_ptr<Oracle>>& into) { into.push_back(std::make_unique<LastEdit>()); }

}  // namespace lockstep::sim

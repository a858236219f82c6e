// What was promised about time.
#include "sim/oracles/oracles.h"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

namespace lockstep::sim {

namespace {

constexpr Duration kInStep{5 * 60'000};

/// Invariant 10, its first half: where nothing is broken, an edit stands in every system within five minutes.
class InTime final : public Oracle {
 public:
  std::string_view name() const override { return "in time"; }
  std::optional<std::string> judge(Evidence& evidence) const override {
    if (evidence.plan.profile != "calm" && evidence.plan.profile != "quota") return std::nullopt;
    const Arrivals arrivals = arrivals_of(evidence);
    for (const auto& [type, records] : evidence.golden)
      for (const GoldenRecord& record : records) {
        if (record.presence != EntityPresence::present || evidence.is_merged(type, record.number) || evidence.is_explained(type, record.number)) continue;
        for (const auto& [field, value] : record.fields)
          if (auto wrong = judge_field(evidence, arrivals, type, record.number, field, value)) return wrong;
      }
    return std::nullopt;
  }

 private:
  /// When records took a value: by system, type, field and value, which no two edits of a plan share.
  using Arrivals = std::map<std::tuple<std::string_view, std::string_view, std::string_view, std::string>, std::vector<WallTime>>;

  static Arrivals arrivals_of(const Evidence& evidence) {
    Arrivals arrivals;
    for (const std::string_view crm : kCrms)
      for (const TypeNames& type : type_names()) {
        const emulators::Table* table = Directory::table(evidence.world, crm, type);
        for (const emulators::JournalEntry& entry : Directory::stand_in(evidence.world, crm).database().journal()) {
          if (entry.table != table) continue;
          for (const std::string_view field : type.edited) {
            const auto column = table->find_field(type.find(field)->columns[crm_index(crm)]);
            const auto after = column ? entry.after.get(*column) : emulators::ValueView{};
            if (const auto* text = std::get_if<std::string_view>(&after)) arrivals[{crm, type.type, field, plain(*text)}].push_back(entry.at);
          }
        }
      }
    return arrivals;
  }

  static std::optional<std::string> judge_field(Evidence& evidence, const Arrivals& arrivals, const std::string& type, std::int64_t number,
                                                const std::string& field, const std::string& value) {
    const Written* edit = nullptr;
    for (const Written* written : evidence.history_of(type, number))
      if (written->what == "edit" && written->field == field && plain(written->value) == value) edit = written;
    if (!edit) return std::nullopt;
    for (const std::string_view crm : kCrms) {
      const auto found = arrivals.find({crm, type, field, value});
      if (crm == edit->system || found == arrivals.end()) continue;  // that it has to arrive is another oracle's matter
      constexpr Duration kWholeSeconds{1'000};                       // as some journals tell time
      const auto arrived = std::ranges::find_if(found->second, [&](WallTime at) { return at + kWholeSeconds >= edit->at; });
      if (arrived != found->second.end() && *arrived - edit->at > kInStep)
        return fmt::format("{} {}: {} '{}', written in {} at {}, came to {} at {} only", type, number, field, value, edit->system, format_iso(edit->at), crm,
                           format_iso(*arrived));
    }
    return std::nullopt;
  }
};

}  // namespace

void add_objective_oracles(std::vector<std::unique_ptr<Oracle>>& into) { into.push_back(std::make_unique<InTime>()); }

}  // namespace lockstep::sim

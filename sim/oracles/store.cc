// What the hub's store says: nothing vanishes, cursors never pass what was not read.
#include "sim/oracles/oracles.h"

#include <algorithm>

#include <fmt/format.h>

namespace lockstep::sim {

namespace {

/// Invariant 6: each inbox and outbox entry ends done, superseded, dead-lettered or in review.
class NothingVanishes final : public Oracle {
 public:
  std::string_view name() const override { return "nothing vanishes"; }
  std::optional<std::string> judge(Evidence& evidence) const override {
    for (const auto& [type, records] : evidence.golden)
      for (const GoldenRecord& record : records) {
        if (evidence.is_explained(type, record.number)) continue;
        std::optional<std::string> wrong;
        const auto read = evidence.world.transact([&](Transaction& transaction) -> Result<void> {
          TRY(const auto owed, transaction.list_obligations(record.entity));
          for (const Obligation& one : owed)
            if (one.state != ObligationState::parked || (!one.awaited.value().is_nil() && !evidence.waits_for_a_person(one.awaited)))
              wrong = fmt::format("{} {} is still owed to {}: {} {}", type, record.number, evidence.world.hub->system_name(one.connection), one.reason,
                                  one.last_error);
          return {};
        });
        if (!read) return read.error().message;
        if (wrong) return wrong;
      }
    return std::nullopt;
  }
};

/// Invariant 7: a cursor that moved has read everything before it: every live record is linked, and known as it is.
class CursorSafety final : public Oracle {
 public:
  std::string_view name() const override { return "cursor"; }
  std::optional<std::string> judge(Evidence& evidence) const override {
    for (const TypeNames& type : type_names())
      for (const std::int64_t number : evidence.numbers(type.type))
        for (const std::string_view crm : kCrms)
          for (const std::string& id : evidence.directory.live_ids(crm, type.type, number)) {
            if (evidence.is_explained(type.type, number) || evidence.is_merged(type.type, number)) continue;
            bool linked = false;
            const auto read = evidence.world.transact([&](Transaction& transaction) -> Result<void> {
              TRY(const auto link,
                  transaction.find_link(evidence.world.hub->find_system(crm)->id, RemoteId{std::string(type.hub_objects[crm_index(crm)]), id}));
              linked = link && link->presence == LinkPresence::present;
              return {};
            });
            if (!read) return read.error().message;
            if (!linked) return fmt::format("{} {} stands in {} as {} and was never linked", type.type, number, crm, id);
          }
    return std::nullopt;
  }
};

}  // namespace

void add_store_oracles(std::vector<std::unique_ptr<Oracle>>& into) {
  into.push_back(std::make_unique<NothingVanishes>());
  into.push_back(std::make_unique<CursorSafety>());
}

const std::vector<std::unique_ptr<Oracle>>& oracles() {
  static const std::vector<std::unique_ptr<Oracle>> kAll = [] {
    std::vector<std::unique_ptr<Oracle>> all;
    add_state_oracles(all);
    add_store_oracles(all);
    add_objective_oracles(all);
    add_edit_oracles(all);
    add_history_oracles(all);
    add_audit_oracles(all);
    add_delete_oracles(all);
    return all;
  }();
  return kAll;
}

}  // namespace lockstep::sim

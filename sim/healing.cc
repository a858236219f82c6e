#include "sim/healing.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/workbench.h"
#include "sim/customers.h"
#include "sim/directory.h"

namespace lockstep::sim {

namespace {

constexpr Duration kHealed{60 * 60'000};  // from the end of all faults until nothing is owed

}  // namespace

bool Healing::settles() {
  confirm_mass_deletes();
  if (world_.settle(kHealed)) return true;
  if (confirm_mass_deletes() > 0 && world_.settle(kHealed)) return true;
  return replay_letters() > 0 && world_.settle(kHealed);  // a delete waits for what refers to it, which may be one
}

std::string Healing::owed() {
  const StoreCounts counts = world_.counts();
  std::string waiting;
  for (const auto& one : counts.connections)
    if (one.ready + one.in_flight + one.to_read + one.inbox > 0)
      waiting += " " + world_.hub->system_name(one.connection) + ": " + std::to_string(one.ready) + " ready, " + std::to_string(one.in_flight) +
                 " in flight, " + std::to_string(one.to_read) + " to read, " + std::to_string(one.inbox) + " in the inbox;";
  return waiting + unread_links() + unsent_writes();
}

std::string Healing::unread_links() {
  constexpr std::size_t kSome = 3;
  std::string told;
  const auto read = world_.transact([&](Transaction& transaction) -> Result<void> {
    for (const System& system : world_.hub->systems)
      for (const SystemType& type : system.types)
        for (const std::string& object : type.objects()) {
          TRY(const auto links, transaction.links_to_read(system.id, type.type, object, kSome));
          for (const Link& link : links)
            told += fmt::format(" {} {} {} of {}{}, presence {}, fence {}, asked at {};", system.name, link.remote.object, link.remote.id,
                                link.entity.value().text(), link.secondary ? " (secondary)" : "", static_cast<int>(link.presence), link.fence, link.read_asked);
        }
    return {};
  });
  return read ? told : "";
}

std::string Healing::unsent_writes() {
  constexpr std::size_t kSome = 3;
  constexpr Duration kEver{365LL * 24 * 3'600'000};
  std::string told;
  const auto read = world_.transact([&](Transaction& transaction) -> Result<void> {
    for (const System& system : world_.hub->systems)
      for (const SystemType& type : system.types)
        for (std::size_t priority = 0; priority < kPriorities; ++priority) {
          TRY(const auto owed,
              transaction.due_obligations(system.id, type.type, static_cast<Priority>(priority), world_.executor.clock().wall() + kEver, kSome));
          for (const Obligation& one : owed)
            told += fmt::format(" {} of {} in {}, due {}, since {}, attempts {}, {} {};", one.is_delete ? "delete" : "write", one.entity.value().text(),
                                system.name, format_iso(one.due), format_iso(one.since), one.attempts, one.reason, one.last_error);
        }
    return {};
  });
  return read ? told : "";
}

void Healing::hear_out() {
  const auto waits = [&](std::string_view crm) { return Directory::stand_in(world_, crm).webhooks_waiting() > 0; };
  for (const Instant end = world_.executor.clock().now() + kHealed; std::ranges::any_of(kCrms, waits) && world_.executor.clock().now() < end;) {
    for (const std::string_view crm : kCrms) Directory::stand_in(world_, crm).hurry_webhooks();
    world_.run_for(Duration{60'000});
  }
}

std::size_t Healing::confirm_mass_deletes() {
  std::vector<ReviewItem> asked;
  const auto read = world_.transact([&](Transaction& transaction) -> Result<void> {
    ReviewFilter filter;
    filter.kind = ReviewKind::mass_delete;
    filter.state = ReviewState::open;
    TRY(asked, transaction.list_reviews(filter));
    return {};
  });
  if (!read) return 0;
  const auto approved = [](Hub& hub, Ulid review) -> Task<void> {
    Workbench workbench(hub);
    co_await workbench.resolve(review, "approve", "simulator");
  };
  for (const ReviewItem& item : asked) world_.executor.complete(approved(*world_.hub, item.id));
  count_["mass delete confirmed"] += asked.size();
  return asked.size();
}

std::size_t Healing::replay_letters() {
  std::vector<Ulid> open;
  const auto read = world_.transact([&](Transaction& transaction) -> Result<void> {
    DeadLetterFilter filter;
    filter.state = DeadLetterState::open;
    filter.limit = 100'000;
    TRY(const auto letters, transaction.list_dead_letters(filter));
    for (const DeadLetter& letter : letters) open.push_back(letter.id);
    return {};
  });
  if (!read) return 0;
  count_["dead letter"] += open.size();
  const auto replayed = [](Hub& hub, std::vector<Ulid> letters) -> Task<void> {
    Workbench workbench(hub);
    co_await workbench.replay(std::move(letters), "simulator");
  };
  const std::size_t count = open.size();
  world_.executor.complete(replayed(*world_.hub, std::move(open)));
  if (world_.engine) world_.engine->wake_deliverers();
  world_.settle(kHealed);
  return count;
}

}  // namespace lockstep::sim

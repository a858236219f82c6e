// The guard against mass deletes (rule 8): beyond both a count and a share they wait for a person, everything else flows.
#include <algorithm>

#include "discover/discoverer.h"
#include "discover/mass_delete.h"

namespace lockstep::discover {

Task<bool> Discoverer::is_withheld(TypeIndex type, std::string object, std::size_t count, WallTime listed, RunReport& report) {
  bool held = false;
  const std::size_t recent = recent_deletes(type);
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    held = false;
    TRY(const auto links, transaction.count_links(system_.id, type));
    if (!is_beyond_guard(hub_.delete_guard, count + recent, links + static_cast<std::int64_t>(recent))) return {};
    TRY(auto withheld, find_withheld_deletes(transaction, hub_.model, system_.id, type));
    if (withheld && withheld->approved && count <= withheld->count) return {};
    held = true;
    WithheldDeletes now;
    now.listed = listed.ms == 0 && withheld ? withheld->listed : listed;
    now.count = std::max(count, withheld && !withheld->approved ? withheld->count : 0);
    return withhold_deletes(hub_, transaction, system_.id, type, object, now, links);
  };
  co_await transact(std::move(work), report);
  co_return held;
}

Task<bool> Discoverer::withhold(TypeIndex type, std::string object, std::vector<std::string> gone, RunReport& report) {
  std::vector<RemoteId> linked;
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    linked.clear();
    for (const std::string& id : gone) {
      TRY(const auto link, transaction.find_link(system_.id, RemoteId{object, id}));
      // Our own deletes are no news.
      if (link && link->presence == LinkPresence::present && !link->secondary && !link->delete_unanswered) linked.push_back(link->remote);
    }
    return {};
  };
  if (gone.empty()) co_return false;
  const bool looked = co_await look(std::move(work), report);
  if (!looked || linked.empty()) co_return false;
  // What waits already counts with it: a person is shown all that an approval lets go.
  std::set<RemoteId> waiting = withheld_[type];
  waiting.insert(linked.begin(), linked.end());
  const bool held = co_await is_withheld(type, object, waiting.size(), WallTime{}, report);
  if (held) {
    withheld_[type].insert(linked.begin(), linked.end());
    co_await keep_unread(linked, report);
  } else {
    deletes_[type].emplace_back(hub_.now(), linked.size());
    co_await use_up_approval(type, linked.size(), report);
  }
  co_return held;
}

/// The event that told of it is done with, and no other need ever come: once a person has decided, they are read again.
Task<void> Discoverer::keep_unread(std::vector<RemoteId> withheld, RunReport& report) {
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    for (const RemoteId& remote : withheld) {
      TRY(auto link, transaction.find_link(system_.id, remote));
      if (!link || link->needs_read) continue;
      link->needs_read = true;
      TRY_VOID(transaction.put(*link));
    }
    return {};
  };
  co_await transact(std::move(work), report);
}

Task<void> Discoverer::use_up_approval(TypeIndex type, std::size_t count, RunReport& report) {
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    TRY(auto withheld, find_withheld_deletes(transaction, hub_.model, system_.id, type));
    if (!withheld || !withheld->approved) return {};
    withheld->count -= std::min(withheld->count, count);
    if (withheld->count == 0) withheld.reset();
    return put_withheld_deletes(transaction, hub_.model, system_.id, type, withheld);
  };
  co_await transact(std::move(work), report);
}

void Discoverer::is_live(TypeIndex type, const RemoteId& remote) {
  if (const auto of_type = withheld_.find(type); of_type != withheld_.end()) of_type->second.erase(remote);
}

Task<void> Discoverer::take_back_withheld(TypeIndex type, WallTime listed, RunReport& report) {
  const std::size_t recent = recent_deletes(type);
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    TRY(const auto withheld, find_withheld_deletes(transaction, hub_.model, system_.id, type));
    if (!withheld) return {};
    TRY(auto unseen, transaction.links_unseen(system_.id, type, listed, kUnseenMax));
    std::erase_if(unseen, [](const Link& link) { return link.secondary; });
    TRY(const auto links, transaction.count_links(system_.id, type));
    if (is_beyond_guard(hub_.delete_guard, unseen.size() + recent, links + static_cast<std::int64_t>(recent))) return {};
    return end_withholding(hub_, transaction, system_.id, type);
  };
  co_await transact(std::move(work), report);
}

std::size_t Discoverer::recent_deletes(TypeIndex type) {
  auto& waves = deletes_[type];
  std::erase_if(waves, [&](const auto& wave) { return wave.first + kOneWave < hub_.now(); });
  std::size_t count = 0;
  for (const auto& wave : waves) count += wave.second;
  return count;
}

}  // namespace lockstep::discover

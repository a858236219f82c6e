// Fields that a mapping reads from another place than before (rule 3).
#include <algorithm>
#include <map>

#include "base/probe.h"
#include "base/text.h"
#include "discover/discoverer.h"
#include "hub/entities.h"

namespace lockstep::discover {

namespace {

constexpr std::size_t kLinksAtOnce = 500;

using Places = std::map<std::string, std::string, std::less<>>;  // field → hash of its place

Places places_of(const EntityType& type, const mapping::EntityMapping& mapping) {
  Places places;
  for (std::size_t i = 0; i < type.fields.size(); ++i) {
    const std::string place = mapping.read_from(FieldIndex{static_cast<std::uint16_t>(i)});
    if (!place.empty()) places[type.fields[i].name] = std::to_string(stable_hash(std::string_view(place)));
  }
  return places;
}

std::string print(const Places& places) {
  std::string text;
  for (const auto& [field, place] : places) text += field + "=" + place + "\n";
  return text;
}

Places parse(std::string_view text) {
  Places places;
  for (const std::string_view line : split(text, '\n'))
    if (const std::size_t equals = line.find('='); equals != std::string_view::npos) places.emplace(line.substr(0, equals), line.substr(equals + 1));
  return places;
}

/// Those that were read elsewhere. A field that is new here has no shadow that could mislead.
std::vector<FieldIndex> moved(const EntityType& type, const Places& before, const Places& now) {
  std::vector<FieldIndex> fields;
  for (std::size_t i = 0; i < type.fields.size(); ++i) {
    const auto old = before.find(type.fields[i].name), current = now.find(type.fields[i].name);
    if (old != before.end() && current != now.end() && old->second != current->second) fields.emplace_back(static_cast<std::uint16_t>(i));
  }
  return fields;
}

}  // namespace

Task<Result<void>> Discoverer::take_up_mapping(TypeIndex type) {
  const EntityType& definition = hub_.model.at(type);
  const std::string name = "mapping_places/" + std::to_string(system_.id.value()) + "/" + definition.name;
  Places now = places_of(definition, *system_.find(type)->mapping);
  std::vector<FieldIndex> fields;
  bool known = false;
  Store::Work look = [&](Transaction& transaction) -> Result<void> {
    TRY(const auto text, transaction.find_setting(name));
    const Places before = parse(text.value_or(""));
    fields = moved(definition, before, now);
    now.insert(before.begin(), before.end());  // a field that is not mapped now may come back
    known = before == now;
    return {};
  };
  Result<void> done = co_await hub_.store.read(std::move(look));
  if (done && !fields.empty()) done = co_await forget(type, std::move(fields));
  if (!done || known) co_return done;
  Store::Work keep = [&](Transaction& transaction) { return transaction.put_setting(name, print(now)); };
  co_return co_await hub_.store.transact(std::move(keep));
}

/// Interrupted, it is done once more from the start: what was forgotten stays forgotten.
Task<Result<void>> Discoverer::forget(TypeIndex type, std::vector<FieldIndex> fields) {
  reached("mapping.moved");
  const RunId run = new_run();
  EntityId after;
  for (bool more = true; more;) {
    Store::Work work = [&](Transaction& transaction) -> Result<void> {
      TRY(const auto links, transaction.list_links(system_.id, type, after, kLinksAtOnce));
      Entities entities(hub_, transaction, run, Priority::full_refresh);
      for (const Link& link : links) {
        if (link.secondary) continue;
        TRY(auto state, entities.load(link.entity));
        CHECK(state, "a link without its entity");
        merge::forget_shadow(*state, system_.id, fields);
        merge::Effects effects;
        effects.link_changed = true;
        TRY_VOID(entities.save(*state, std::move(effects), Cause{run, system_.id, link.remote, "mapping_changed"}, system_.id));
      }
      more = links.size() == kLinksAtOnce;
      if (!links.empty()) after = links.back().entity;
      return {};
    };
    const Result<void> done = co_await hub_.store.transact(std::move(work));
    if (!done) co_return tl::unexpected(done.error());
  }
  hub_.on_reads_wanted(system_.id);
  co_return Result<void>{};
}

}  // namespace lockstep::discover

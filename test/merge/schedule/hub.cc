// What an engine does around the merge: reads, fences, waiting observations, writes, time-outs, crashes.
#include <algorithm>

#include "mapping.h"
#include "world.h"

namespace lockstep::merge::schedule {

namespace {

constexpr std::int64_t kTimeOutMs = 35'000, kRequestLifeMs = 60'000, kLateMaxMs = 55'000;

}  // namespace

Context World::context() {
  Context context{type_, policy_, *mapping_, WallTime{kEpochMs + now_ms_}, RunId{}, ++fence_};
  context.request_life = Duration{kRequestLifeMs};
  return context;
}

Observation World::observation_of(std::size_t number, const Snapshot& snapshot, std::optional<std::uint64_t> fence, bool by_id) const {
  Observation seen;
  seen.system = servers_[number].id();
  seen.remote = RemoteId{"contact", "r" + std::to_string(number)};
  seen.present = snapshot.exists;
  seen.complete = snapshot.complete;
  seen.by_id = by_id;
  seen.fence = fence;
  seen.version = snapshot.version;
  seen.modified = WallTime{snapshot.modified_ms};
  seen.observed_at = WallTime{kEpochMs + now_ms_};
  seen.uncertainty_us = 2'000'000;
  seen.carries_external_id = true;
  if (!snapshot.exists) return seen;
  seen.fields.resize(kFields);
  seen.field_times.resize(kFields);
  for (const auto& [field, value] : snapshot.fields) {
    seen.fields[field] = value;
    if (servers_[number].has_history) seen.field_times[field] = WallTime{snapshot.times_ms.at(field)};
  }
  return seen;
}

void World::read(std::size_t number, bool by_id) {
  Lane& lane = lanes_[number];
  if (by_id && (lane.reading || lane.in_flight)) return;
  if (by_id) lane.reading = true;
  ++statistics.reads;
  const std::uint64_t fence = fence_;
  const WallTime sent{kEpochMs + now_ms_};
  at(delay(), [this, number, by_id, fence, sent, epoch = epoch_] {
    Observation seen = observation_of(number, servers_[number].snapshot(), fence, by_id);
    seen.observed_at = sent;
    at(delay(), [this, number, by_id, seen, epoch] {
      if (epoch != epoch_) return;
      if (by_id) lanes_[number].reading = false;
      arrive(number, seen, false);
      want_reads();
    });
  });
}

void World::poll(std::size_t number) {
  Lane& lane = lanes_[number];
  if (lane.polling) return;
  lane.polling = true;
  ++statistics.reads;
  const std::uint64_t fence = fence_;
  const WallTime sent{kEpochMs + now_ms_};
  at(delay(), [this, number, fence, sent, epoch = epoch_] {
    const Server& server = servers_[number];
    std::vector<std::pair<Observation, std::int64_t>> page;
    const std::int64_t cursor = lanes_[number].cursor;
    if (!server.has_change_log) {
      if (server.revision > cursor) page.emplace_back(observation_of(number, server.snapshot(), fence, false), server.revision);
    } else {
      for (const LogEntry& entry : server.log)
        if (entry.revision > cursor) page.emplace_back(observation_of(number, server.snapshot_of(entry), std::nullopt, false), entry.revision);
      if (page.size() > 1 && random_.chance(.3)) page.resize(page.size() / 2);
    }
    for (auto& [seen, revision] : page) seen.observed_at = sent;
    at(delay(), [this, number, page, epoch] {
      if (epoch != epoch_) return;
      lanes_[number].polling = false;
      for (const auto& [seen, revision] : page) {
        arrive(number, seen, true);
        lanes_[number].cursor = std::max(lanes_[number].cursor, revision);
      }
      want_reads();
    });
  });
}

void World::arrive(std::size_t number, Observation seen, bool from_poll) {
  for (const auto& value : seen.fields)
    if (value) {
      Edit& edit = edits_[static_cast<std::size_t>(edit_of(*value))];
      edit.arrived_ms = std::min(edit.arrived_ms, now_ms_);
    }
  Lane& lane = lanes_[number];
  if (lane.in_flight) {
    lane.waiting.emplace_back(std::move(seen), from_poll);
    return;
  }
  absorb(number, seen);
  want_reads();
}

void World::absorb(std::size_t number, const Observation& seen) {
  const Golden before = state_.golden;
  log([&] { return "HUB sees " + std::to_string(number) + (seen.by_id ? " by id" : seen.fence ? " read" : " pushed") + (seen.present ? "" : " gone"); });
  const Effects effects = observe(state_, seen, context());
  took_effect(effects, before);
  // Law 2: the same once more changes nothing.
  const EntityState once = state_;
  const Effects again = observe(state_, seen, context());
  if (again.golden_changed || again.stamp_changed) fail("an observation changed golden twice");
  for (std::size_t i = 0; i < state_.links.size(); ++i)
    if (state_.links[i].fields != once.links[i].fields) fail("an observation changed a link twice");
}

void World::want_reads() {
  for (std::size_t i = 0; i < servers_.size(); ++i)
    if (const Link* link = state_.find(servers_[i].id()); link && link->needs_read && !lanes_[i].reading && !lanes_[i].in_flight) {
      lanes_[i].reading = true;
      at(random_.ms(.1, 2), [this, i, epoch = epoch_] {
        if (epoch != epoch_) return;
        lanes_[i].reading = false;
        const Link* owing = state_.find(servers_[i].id());
        if (owing && owing->needs_read) read(i, true);
      });
    }
}

void World::deliver(std::size_t number) {
  Lane& lane = lanes_[number];
  if (lane.in_flight) return;
  Server& server = servers_[number];
  const Plan owed_now = plan(state_, server.id(), context());
  if (owed_now.kind == Plan::Kind::nothing) return;
  Link* link = state_.find(server.id());
  if (owed_now.kind == Plan::Kind::read_first) {
    link->needs_read = true;
    return want_reads();
  }
  Write write;
  write.plan = owed_now;
  write.server = number;
  write.sent_ms = now_ms_;
  write.number = ++lane.write_number;
  write.epoch = epoch_;
  write.if_version = link->version;
  for (const FieldIndex field : owed_now.fields) write.values[field.value()] = state_.golden.fields[field.value()].value;
  begin_write(state_, server.id(), owed_now, context());
  lane.in_flight = owed_now;
  ++statistics.writes;
  log([&] {
    return "HUB sends " + std::to_string(number) +
           (owed_now.kind == Plan::Kind::remove   ? " delete"
            : owed_now.kind == Plan::Kind::create ? " create"
                                                  : " update") +
           " v" + write.if_version;
  });
  enum class Fate { answered, lost, never, late };
  const double dice = quiet_ ? 0 : random_.real(0, 1);
  const Fate fate = dice < .65 ? Fate::answered : dice < .85 ? Fate::lost : dice < .95 || !options_.late ? Fate::never : Fate::late;
  const std::int64_t landing_ms = fate == Fate::late ? random_.ms(36, kLateMaxMs / 1000.0) : delay();
  at(landing_ms, [this, write, fate]() mutable {
    if (fate == Fate::never) return;
    const Landing landing = apply(write);
    if (fate != Fate::answered) return;
    const Server& at_server = servers_[write.server];
    std::optional<Snapshot> body;
    if (at_server.shows == AnswerShows::body && landing == Landing::done) body = at_server.snapshot();
    const std::string version = at_server.shows == AnswerShows::nothing ? "" : at_server.version();
    at(delay(), [this, write, landing, body, version] { answered(write, landing, body, version); });
  });
  if (fate != Fate::answered) at(kTimeOutMs, [this, number, sent = write.number] { time_out(number, sent); });
}

void World::time_out(std::size_t number, std::int64_t sent) {
  Lane& lane = lanes_[number];
  if (!lane.in_flight || lane.write_number != sent) return;
  log([&] { return "HUB time-out " + std::to_string(number); });
  Answer none;
  none.kind = Answer::Kind::unknown;
  none.observed_at = WallTime{kEpochMs + now_ms_};
  const Golden before = state_.golden;
  const Effects effects = answer(state_, servers_[number].id(), *lane.in_flight, none, context());
  took_effect(effects, before);
  // A create without an answer is looked up under the id it would have.
  if (lane.in_flight->kind == Plan::Kind::create) state_.find(servers_[number].id())->needs_read = true;
  release(number);
}

void World::answered(const Write& write, Landing landing, const std::optional<Snapshot>& body, const std::string& version) {
  Lane& lane = lanes_[write.server];
  if (!lane.in_flight || lane.write_number != write.number) return;
  log([&] {
    return "HUB answered " + std::to_string(write.server) + (landing == Landing::done ? " done" : landing == Landing::refused ? " refused" : " gone");
  });
  Answer result;
  result.remote = RemoteId{"contact", "r" + std::to_string(write.server)};
  result.version = landing == Landing::done ? version : "";
  result.observed_at = WallTime{kEpochMs + now_ms_};
  result.uncertainty_us = 2'000'000;
  if (landing == Landing::refused) result.kind = write.plan.kind == Plan::Kind::create ? Answer::Kind::failed : Answer::Kind::refused_lock;
  if (landing == Landing::gone) result.kind = Answer::Kind::gone;
  if (body && body->exists) {
    const Observation shown = observation_of(write.server, *body, std::nullopt, false);
    result.shows_values = true;
    result.shown = shown.fields;
    result.modified = shown.modified;
    for (const auto& value : shown.fields) {
      Edit& edit = edits_[static_cast<std::size_t>(edit_of(*value))];
      edit.arrived_ms = std::min(edit.arrived_ms, now_ms_);
    }
  }
  const Golden before = state_.golden;
  const Effects effects = answer(state_, servers_[write.server].id(), write.plan, result, context());
  took_effect(effects, before);
  if (write.plan.kind == Plan::Kind::create && landing == Landing::refused) state_.find(servers_[write.server].id())->needs_read = true;
  release(write.server);
}

void World::release(std::size_t number) {
  Lane& lane = lanes_[number];
  lane.in_flight.reset();
  auto waiting = std::move(lane.waiting);
  lane.waiting.clear();
  for (auto& [seen, from_poll] : waiting) arrive(number, std::move(seen), from_poll);
  want_reads();
}

void World::crash() {
  ++epoch_;
  log([&] { return std::string("HUB crashes"); });
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    Lane& lane = lanes_[i];
    lane.reading = lane.polling = false;
    // Webhook events are durable; pages of a read are not, and their feed has not moved on.
    std::erase_if(lane.waiting, [](const auto& one) { return one.first.fence.has_value() || one.second; });
    if (lane.in_flight) time_out(i, lane.write_number);
  }
  want_reads();
}

void World::new_mapping() {
  const std::size_t number = random_.below(servers_.size()), field = random_.below(kFields);
  Link* link = state_.find(servers_[number].id());
  if (!link || lanes_[number].in_flight || link->fields[field].new_mapping || !link->fields[field].shadow) return;
  log([&] { return "HUB has a new mapping of " + type_.fields[field].name + " for " + std::to_string(number); });
  forget_shadow(state_, servers_[number].id(), {FieldIndex{static_cast<std::uint16_t>(field)}});
  want_reads();
}

void World::decide_reviews() {
  const auto items = state_.reviews;
  for (ReviewItem item : items) {
    if (item.kind != ReviewKind::field_conflict || !random_.chance(.8)) continue;
    const Golden before = state_.golden;
    const Effects effects = resolve_field(state_, item, random_.below(item.candidates.size()), "ada", context());
    took_effect(effects, before);
  }
}

}  // namespace lockstep::merge::schedule

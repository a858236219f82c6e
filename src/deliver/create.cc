// Before a create is sent: is the record there already, may a create without an answer still arrive.
#include <algorithm>

#include "base/probe.h"
#include "deliver/dispatcher.h"

namespace lockstep::deliver {

namespace {

/// How long it counts that a record was seen not to be in the target.
constexpr Duration kTrusted{60'000};

/// The time in a ULID: its first 48 bits.
WallTime made_at(EntityId entity) {
  WallTime time;
  for (std::size_t i = 0; i < 6; ++i) time.ms = time.ms << 8 | entity.value().bytes[i];
  return time;
}

}  // namespace

bool Dispatcher::can_be_looked_up(const merge::EntityState& state, const Prepared& prepared, const connector::ObjectTraits& traits) const {
  if (!traits.probe_by_key) return false;
  if (!traits.external_key_slot.empty()) return true;
  const mapping::EntityMapping& mapping = *system_.find(state.golden.type)->mapping;
  const auto variant = mapping.variant_for(fields_of(state.golden));
  for (const auto& key : hub_.mappings[state.golden.type.value()].match.keys)
    if (key.size() == 1 && variant && mapping.key_slot(*variant, key.front()) && !state.golden.fields[key.front().value()].value.is_blank() &&
        std::ranges::find(prepared.plan.fields, key.front()) != prepared.plan.fields.end())
      return true;
  return false;
}

bool Dispatcher::is_covered(const connector::ObjectTraits& traits, WallTime now) const {
  // Never older than a look that is still trusted.
  const auto known = system_.coverage->of(traits.name);
  return known && known->until <= now && now - known->until < std::min(kTrusted, traits.poll_every + Coverage::kReadTakes);
}

Dispatcher::Create Dispatcher::before_create(const Beginning& one, bool bulk, WallTime& until) const {
  const merge::EntityState& state = one.state;
  const merge::Context& context = one.context;
  const connector::ObjectTraits* traits = system_.connector->find_object(one.prepared.object);
  if (!traits || planted("blind_create")) return Create::send;
  const auto probe = probed_.find(state.golden.id);
  const Link* link = state.find(system_.id);
  // Rule 17: who restored a store does not know which creates are still on their way. Of an entity whose id was made since
  // there can be none.
  const WallTime sent = std::max(link && link->intent ? link->intent->sent : WallTime{}, hub_.restored_at);
  const Duration landing = context.request_life + traits->visible_after;
  const bool restored_lately = hub_.restored_at.ms > 0 && made_at(state.golden.id) < hub_.restored_at && context.now < hub_.restored_at + landing;
  const bool unknown = (link && link->intent && link->intent->unknown_outcome) || restored_lately;
  // Of an entity that was merged into this one meanwhile: under its name the create cannot be repeated.
  const bool other_name = link && link->intent && link->intent->client_id.empty() && link->intent->key != one.prepared.row.key;
  if (!unknown || (traits->create_is_idempotent && !other_name)) {
    const bool fresh = probe != probed_.end() && context.now - probe->second < kTrusted;
    const bool covered = bulk && !(link && link->intent) && is_covered(*traits, context.now);
    if (covered) return Create::rest_on_feed;
    return traits->probe_by_key && !fresh ? Create::probe : Create::send;
  }
  reached("create.unknown_outcome");
  // Sent without an answer, and not safe to repeat: only a look that is late enough to see it allows another try. An early
  // look saves the wait when it did arrive.
  until = sent + landing;
  if (!can_be_looked_up(state, one.prepared, *traits)) return context.now < until ? Create::wait : Create::give_up;
  if (probe != probed_.end() && probe->second >= until) return Create::send;
  if (context.now >= until || probe == probed_.end() || probe->second < sent) return Create::probe;
  return Create::wait;
}

Result<void> Dispatcher::give_up_create(Beginning& one, DeliverReport& report) {
  reached("create.given_up");
  // A replay is a person's word that it is not there.
  Link* link = one.state.find(system_.id);
  link->intent.reset();
  TRY_VOID(one.transaction.put(*link));
  connector::Failure failure;
  failure.failure_class = connector::FailureClass::outcome_unknown;
  failure.message = "the create was never answered and the record cannot be looked up there; replay it once it is sure that it is not there";
  one.obligation.last_error = failure.message;
  TRY_VOID(dead_letter(one.transaction, one.state, one.prepared, failure, report));
  return park(one.transaction, std::move(one.obligation), "dead letter", EntityId{}, std::max<std::uint64_t>(one.state.golden.version, 1));
}

}  // namespace lockstep::deliver

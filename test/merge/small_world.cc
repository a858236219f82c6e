#include "small_world.h"

namespace lockstep::merge {

SmallWorld::SmallWorld(std::size_t systems, std::vector<Strategy> strategies) {
  type.name = "contact";
  for (std::size_t f = 0; f < strategies.size(); ++f) {
    FieldDefinition definition;
    definition.name = "f" + std::to_string(f);
    type.fields.push_back(std::move(definition));
  }
  std::vector<ConnectionId> order;
  for (std::size_t i = 0; i < systems; ++i) order.push_back(system(i));
  for (std::size_t i = 0; i < systems; ++i) {
    LinkPolicy link;
    link.connection = system(i);
    link.read_before_write_ms = 0;
    for (const Strategy strategy : strategies) {
      FieldPolicy field_policy;
      field_policy.strategy = strategy;
      field_policy.order = order;
      field_policy.mapped = true;
      link.fields.push_back(std::move(field_policy));
    }
    policy.links.push_back(std::move(link));
  }
  state.golden.id = EntityId{make_ulid(now, 1, 1)};
  state.golden.fields.resize(strategies.size());
}

Link& SmallWorld::put_in_step(std::size_t number) {
  Link& link = add_link(state, system(number), remote(number), context());
  link.external_id_confirmed = true;
  link.seen = WallTime{now.ms - 1000};
  for (std::size_t f = 0; f < link.fields.size(); ++f) {
    link.fields[f].shadow = link.fields[f].acked = state.golden.fields[f].value;
    link.fields[f].acked_stamp = state.golden.fields[f].stamp;
  }
  return link;
}

void SmallWorld::set_golden(std::size_t field_number, Value value, std::int64_t at_s) {
  GoldenField& golden_field = state.golden.fields[field_number];
  golden_field.value = std::move(value);
  golden_field.stamp.lifted_us = golden_field.stamp.own_us = us(at_s);
  golden_field.stamp.system = system(0);
}

Observation SmallWorld::seen(std::size_t number, std::vector<std::pair<std::size_t, Value>> fields, std::int64_t at_s) {
  Observation result;
  result.system = system(number);
  result.remote = remote(number);
  result.by_id = true;
  result.complete = false;
  result.carries_external_id = true;
  result.fence = fence;
  result.modified = result.observed_at = WallTime{1'800'000'000'000 + at_s * 1000};
  result.fields.resize(type.fields.size());
  for (auto& [field_number, value] : fields) result.fields[field_number] = std::move(value);
  return result;
}

Observation SmallWorld::gone(std::size_t number, std::int64_t at_s) {
  Observation result = seen(number, {}, at_s);
  result.present = false;
  result.fields.clear();
  return result;
}

std::vector<std::size_t> SmallWorld::deliver(std::size_t number) {
  const Plan owed = owed_to(number);
  if (owed.kind == Plan::Kind::nothing || owed.kind == Plan::Kind::read_first) return {};
  begin_write(state, system(number), owed, context());
  Answer accepted;
  accepted.remote = state.find(system(number))->remote;
  if (accepted.remote.empty() || owed.kind == Plan::Kind::create) accepted.remote = remote(number);
  accepted.shows_values = true;
  accepted.observed_at = accepted.modified = now;
  accepted.shown.resize(type.fields.size());
  std::vector<std::size_t> sent;
  for (const FieldIndex one : owed.fields) {
    accepted.shown[one.value()] = state.golden.fields[one.value()].value;
    sent.push_back(one.value());
  }
  answer(state, system(number), owed, accepted, context());
  return sent;
}

namespace {

std::string text_of(const std::optional<Value>& value) { return value ? to_display(*value) : "unknown"; }

std::string text_of(const Stamp& stamp) {
  return std::to_string(stamp.lifted_us) + "/" + std::to_string(stamp.own_us) + "/" + std::to_string(stamp.system.value());
}

}  // namespace

std::string describe(const EntityState& state, bool without_fence) {
  std::string text = state.golden.presence == EntityPresence::present ? "present" : "deleted";
  for (const GoldenField& field : state.golden.fields) text += " " + to_display(field.value) + "@" + text_of(field.stamp) + (field.frozen ? " frozen" : "");
  for (const Link& link : state.links) {
    text += "\n" + std::to_string(link.connection.value()) + " " + link.remote.id + " " + std::to_string(static_cast<int>(link.presence));
    if (!without_fence) text += " fence " + std::to_string(link.fence) + " version " + link.version + " seen " + std::to_string(link.seen.ms);
    for (const LinkField& field : link.fields)
      text += " [" + text_of(field.shadow) + " " + text_of(field.acked) + "@" + text_of(field.acked_stamp) + " " + std::to_string(field.unanswered.size()) +
              (field.frozen ? " parked" : "") + (field.unverified ? " unverified" : "") + "]";
  }
  for (const ReviewItem& item : state.reviews) {
    text += "\nreview " + std::to_string(static_cast<int>(item.kind));
    for (const ReviewCandidate& candidate : item.candidates) text += " " + to_display(candidate.value);
  }
  return text;
}

}  // namespace lockstep::merge

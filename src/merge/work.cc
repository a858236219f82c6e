#include "merge/work.h"

#include <algorithm>

#include "base/check.h"
#include "base/probe.h"

namespace lockstep::merge {

std::string Equivalence::name_of(ConnectionId system) const { return "system " + std::to_string(system.value()); }

Link* EntityState::find(ConnectionId connection) {
  const auto found = std::ranges::find_if(links, [&](const Link& link) { return link.connection == connection && !link.secondary; });
  return found == links.end() ? nullptr : &*found;
}

const Link* EntityState::find(ConnectionId connection) const { return const_cast<EntityState*>(this)->find(connection); }

Link* EntityState::find(ConnectionId connection, const RemoteId& remote) {
  const auto found = std::ranges::find_if(links, [&](const Link& link) { return link.connection == connection && link.remote == remote; });
  return found == links.end() ? nullptr : &*found;
}

const Link* EntityState::find(ConnectionId connection, const RemoteId& remote) const { return const_cast<EntityState*>(this)->find(connection, remote); }

const LinkPolicy& Work::policy_of(ConnectionId system) const {
  const LinkPolicy* policy = context.policy.find(system);
  CHECK(policy, "a merge for a connection that does not map the type");
  return *policy;
}

const FieldPolicy& Work::policy_of(ConnectionId system, FieldIndex field) const {
  const LinkPolicy& policy = policy_of(system);
  CHECK(field.value() < policy.fields.size(), "a policy without an entry for each field of its type");
  return policy.fields[field.value()];
}

void Work::note(FieldIndex field, std::optional<Value> before, std::optional<Value> after, std::string text) {
  effects.changes.push_back(AuditChange{context.type.fields[field.value()].name, std::move(before), std::move(after), std::move(text)});
}

void Work::note(std::string text) { effects.changes.push_back(AuditChange{"", std::nullopt, std::nullopt, std::move(text)}); }

void Work::note_loser(FieldIndex field, const Value& value, const Stamp& stamp, std::string why) {
  if (planted("dropped_loser")) return;
  std::string text = std::move(why);
  if (stamp.own_us != INT64_MIN) text += "; written " + format_iso(WallTime{stamp.own_us / 1000}) + " in " + name_of(stamp.system);
  note(field, value, golden(field).value, std::move(text));
}

void Work::ask_read(Link& link) {
  link.needs_read = true;
  link.read_asked = context.fence;
  effects.read_by_id = true;
  effects.link_changed = true;
}

void Work::touch(std::size_t item) {
  if (std::ranges::find(touched_, item) == touched_.end()) touched_.push_back(item);
}

std::size_t Work::open(ReviewItem item) {
  item.entity = state.golden.id;
  item.type = state.golden.type;
  item.opened = context.now;
  state.reviews.push_back(std::move(item));
  touch(state.reviews.size() - 1);
  return state.reviews.size() - 1;
}

void Work::close(std::size_t item, std::string by) {
  ReviewItem& closing = state.reviews[item];
  if (closing.state != ReviewState::open) return;
  closing.state = ReviewState::closed_by_itself;
  closing.closed = context.now;
  closing.closed_by = std::move(by);
  touch(item);
}

void Work::finish() {
  if (touched_.empty()) return;
  for (const std::size_t item : touched_) effects.reviews.push_back(state.reviews[item]);
  touched_.clear();
  std::erase_if(state.reviews, [](const ReviewItem& item) { return item.state != ReviewState::open; });
}

void size_fields(Link& link, const EntityType& type) {
  if (link.fields.size() < type.fields.size()) link.fields.resize(type.fields.size());
}

}  // namespace lockstep::merge

#include "hub/references.h"

#include <algorithm>

namespace lockstep {

namespace {

struct Named {
  EntityId entity;
  bool merged_away = false;  // what was named is not there any more under that id
};

/// The entity that a remote record is linked to, merged-away ids followed.
Result<std::optional<Named>> linked_entity(Transaction& transaction, ConnectionId connection, RemoteId remote) {
  constexpr int kAliasesMax = 16;
  for (int hop = 0; hop < kAliasesMax; ++hop) {
    TRY(const auto link, transaction.find_link(connection, remote));
    if (link) return std::optional(Named{link->entity, hop > 0});
    TRY(auto survivor, transaction.find_remote_alias(connection, remote));
    if (!survivor) break;
    remote = std::move(*survivor);
  }
  return std::optional<Named>{};
}

enum class Target { blank, missing, found };

Result<std::pair<Target, RemoteId>> remote_of(Transaction& transaction, ConnectionId connection, EntityId entity) {
  TRY(const auto resolved, transaction.resolve(entity));
  if (!resolved) return std::pair(Target::blank, RemoteId{});
  TRY(const auto golden, transaction.find_golden(*resolved));
  if (!golden || golden->presence == EntityPresence::deleted) return std::pair(Target::blank, RemoteId{});
  TRY(const auto links, transaction.find_links(*resolved));
  for (const Link& link : links) {
    if (link.connection != connection || link.secondary) continue;
    if (link.presence == LinkPresence::present) return std::pair(Target::found, link.remote);
    if (link.presence == LinkPresence::detached) return std::pair(Target::blank, RemoteId{});
  }
  return std::pair(Target::missing, RemoteId{});
}

}  // namespace

Result<std::vector<FieldIndex>> to_entities(const Hub& hub, Transaction& transaction, ConnectionId connection, TypeIndex type, const RemoteId& waiting,
                                            Fields& fields) {
  std::vector<FieldIndex> old_names;
  const auto& definitions = hub.model.at(type).fields;
  for (std::size_t i = 0; i < fields.size() && i < definitions.size(); ++i) {
    if (definitions[i].type != FieldType::reference || !fields[i]) continue;
    const RemoteId* remote = fields[i]->get<RemoteId>();
    if (!remote) continue;
    TRY(const auto named, linked_entity(transaction, connection, *remote));
    if (named) {
      fields[i] = Value(EntityRef{named->entity.value()});
      if (named->merged_away) old_names.emplace_back(static_cast<std::uint16_t>(i));
      continue;
    }
    ReferenceWait wait;
    wait.connection = connection;
    wait.awaited = *remote;
    wait.waiting = waiting;
    wait.since = hub.now();
    TRY_VOID(transaction.put_reference_wait(wait));
    fields[i].reset();
  }
  return old_names;
}

Result<Resolved> to_remotes(const Hub& hub, Transaction& transaction, ConnectionId connection, TypeIndex type, Fields fields) {
  Resolved result;
  const auto& definitions = hub.model.at(type).fields;
  const System* system = hub.find_system(connection);
  for (std::size_t i = 0; i < fields.size() && i < definitions.size(); ++i) {
    if (definitions[i].type != FieldType::reference || !fields[i]) continue;
    const EntityRef* reference = fields[i]->get<EntityRef>();
    if (!reference) continue;
    const EntityId entity{reference->entity};
    TRY(auto target, remote_of(transaction, connection, entity));
    if (target.first == Target::missing) {
      // A type that this system does not hold at all will never have a record there: blank, not a wait without end.
      TRY(const auto golden, transaction.find_golden(entity));
      const LinkPolicy* policy = golden ? hub.policy(golden->type).find(connection) : nullptr;
      if (policy && policy->creates && policy->writable && system) result.missing.push_back(entity);
      else result.blanked.emplace_back(static_cast<std::uint16_t>(i));
      fields[i] = Value{};
    } else if (target.first == Target::found) {
      result.parents.push_back(target.second);
      fields[i] = Value(std::move(target.second));
    } else {
      result.blanked.emplace_back(static_cast<std::uint16_t>(i));
      fields[i] = Value{};
    }
  }
  result.fields = std::move(fields);
  return result;
}

Result<Fields> to_held(const Hub& hub, Transaction& transaction, ConnectionId connection, TypeIndex type, Fields shadow) {
  const auto& definitions = hub.model.at(type).fields;
  for (std::size_t i = 0; i < shadow.size() && i < definitions.size(); ++i) {
    const EntityRef* reference = definitions[i].type == FieldType::reference && shadow[i] ? shadow[i]->get<EntityRef>() : nullptr;
    if (!reference) continue;
    const EntityId entity{reference->entity};
    shadow[i] = Value{};
    TRY(const auto resolved, transaction.resolve(entity));
    TRY(const auto links, transaction.find_links(resolved.value_or(entity)));
    for (const Link& link : links)
      if (link.connection == connection && !link.secondary && !link.remote.empty()) shadow[i] = Value(link.remote);
  }
  return shadow;
}

}  // namespace lockstep

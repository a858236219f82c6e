// From the checked configuration to the hub's systems and policies.
#include <algorithm>

#include "engine/configuration.h"
#include "engine/explanation.h"

namespace lockstep {

namespace {

using Names = std::map<std::string, ConnectionId>;

std::vector<ConnectionId> numbers_of(const std::vector<std::string>& names, const Names& numbers) {
  std::vector<ConnectionId> ids;
  for (const std::string& name : names)
    if (const auto found = numbers.find(name); found != numbers.end()) ids.push_back(found->second);
  return ids;
}

void apply(const PolicySettings& settings, const Names& numbers, FieldPolicy& policy) {
  if (settings.strategy) {
    policy.strategy = *settings.strategy;
    policy.order = numbers_of(settings.order, numbers);
  }
  if (settings.blank_never_overwrites) policy.blank_never_overwrites = *settings.blank_never_overwrites;
  if (settings.review_close_calls) policy.review_close_calls = *settings.review_close_calls;
  if (settings.direction) policy.direction = *settings.direction;
}

const ConnectionSettings::TypeSettings* settings_of(const ConnectionSettings& connection, std::string_view type) {
  for (const auto& one : connection.types)
    if (one.type == type) return &one;
  return nullptr;
}

}  // namespace

FieldPolicy field_policy(const Configuration& configuration, const ConnectionSettings& connection, const mapping::EntityMapping* mapping,
                         const mapping::Mapping& of_type, const EntityType& type, FieldIndex field, const Names& numbers) {
  FieldPolicy policy;
  if (mapping) policy.direction = mapping->policy(field).direction;
  apply(configuration.default_policy, numbers, policy);
  const std::string& name = type.fields[field.value()].name;
  if (mapping) {
    const FieldPolicy& written = mapping->policy(field);
    if (written.strategy != Strategy::last_write_wins) policy.strategy = written.strategy;
    policy.blank_never_overwrites = policy.blank_never_overwrites || written.blank_never_overwrites;
    if (const auto order = of_type.orders.find(name); order != of_type.orders.end()) {
      // A mapping speaks of connector names; every connection of that connector is meant.
      policy.order.clear();
      for (const std::string& system : order->second)
        for (const ConnectionSettings& one : configuration.connections)
          if (one.connector == system || one.name == system) policy.order.push_back(numbers.at(one.name));
    }
  }
  for (const TypePolicySettings& settings : configuration.policies) {
    if (settings.type != type.name) continue;
    apply(settings.all, numbers, policy);
    for (const auto& [of, own] : settings.connections)
      if (of == connection.name) apply(own, numbers, policy);
    for (const auto& [of, own] : settings.fields)
      if (of == name) apply(own, numbers, policy);
  }
  // An owner or order that names nobody who is configured decides nothing.
  if ((policy.strategy == Strategy::owner || policy.strategy == Strategy::prefer) && policy.order.empty()) policy.strategy = Strategy::last_write_wins;
  policy.mapped = !mapping;
  for (std::size_t variant = 0; mapping && variant < mapping->variant_count(); ++variant)
    policy.mapped = policy.mapped || mapping->reads(variant, field) || mapping->writes(variant, field);
  return policy;
}

namespace {

LinkPolicy link_policy(const Configuration& configuration, const ConnectionSettings& connection, const System& system, const mapping::Mapping& of_type,
                       TypeIndex type, const Names& numbers) {
  const EntityType& definition = configuration.model.at(type);
  LinkPolicy policy;
  policy.connection = system.id;
  const auto found = of_type.systems.find(connection.connector);
  const mapping::EntityMapping* mapping = found == of_type.systems.end() ? nullptr : found->second.get();
  if (const auto* settings = settings_of(connection, definition.name)) {
    policy.creates = settings->creates.value_or(true);
    policy.writable = settings->writable.value_or(true);
    policy.deletes = settings->deletes.value_or(policy.deletes);
    policy.incoming_deletes = settings->incoming_deletes.value_or(policy.incoming_deletes);
    policy.delete_versus_edit = settings->delete_versus_edit.value_or(policy.delete_versus_edit);
    if (settings->read_before_write) policy.read_before_write_ms = settings->read_before_write->count();
  }
  if (system.hosted) {
    policy.read_before_write_ms = 0;
    policy.keeps_entity_id = true;
  } else {
    const auto traits = system.connector->find_object(mapping->selection(0).object);
    policy.has_lock = traits && traits->has_lock;
    policy.delete_has_lock = traits && traits->delete_has_lock;
    policy.version_is_ordered = traits && traits->version_is_ordered;
    for (std::size_t variant = 0; variant < mapping->variant_count(); ++variant) {
      const auto* of_variant = system.connector->find_object(mapping->selection(variant).object);
      policy.archives_in_place = policy.archives_in_place || (of_variant && of_variant->archives_in_place);
    }
  }
  for (std::size_t field = 0; field < definition.fields.size(); ++field)
    policy.fields.push_back(field_policy(configuration, connection, mapping, of_type, definition, FieldIndex{static_cast<std::uint16_t>(field)}, numbers));
  return policy;
}

TypePolicy type_policy(const Configuration& configuration, const Hub& hub, TypeIndex type, const Names& numbers) {
  const EntityType& definition = hub.model.at(type);
  TypePolicy policy;
  policy.type = type;
  policy.append_only = definition.append_only;
  for (std::size_t i = 0; i < hub.systems.size(); ++i)
    if (hub.systems[i].find(type))
      policy.links.push_back(link_policy(configuration, configuration.connections[i], hub.systems[i], hub.mappings[type.value()], type, numbers));
  for (const TypePolicySettings& settings : configuration.policies)
    if (settings.type == definition.name) policy.initial_order = numbers_of(settings.initial_order, numbers);
  return policy;
}

/// The types that the connection takes part in, each selected at its connector.
Result<void> add_types(const Hub& hub, const ConnectionSettings& settings, System& system) {
  for (const TypeIndex type : hub.type_order) {
    const auto* own = settings_of(settings, hub.model.at(type).name);
    if (own && !own->enabled) continue;
    SystemType system_type;
    system_type.type = type;
    if (own) system_type.schedule = own->schedule;
    if (!settings.hosted) {
      const auto& systems = hub.mappings[type.value()].systems;
      const auto found = systems.find(settings.connector);
      if (found == systems.end()) continue;
      system_type.mapping = found->second;
      for (std::size_t variant = 0; variant < found->second->variant_count(); ++variant) TRY_VOID(system.connector->select(found->second->selection(variant)));
    }
    system.types.push_back(std::move(system_type));
  }
  return {};
}

System system_of(const ConnectionSettings& settings, ConnectionId id) {
  System system;
  system.id = id;
  system.name = settings.name;
  system.hosted = settings.hosted;
  system.concurrency = settings.concurrency;
  system.attempts_max = settings.attempts_max;
  system.backoff_base = settings.backoff_base;
  system.backoff_cap = settings.backoff_cap;
  system.clock = std::make_shared<ClockEstimate>();
  return system;
}

}  // namespace

Task<Result<void>> assemble(const Configuration& configuration, Hub& hub, http::Transport& transport, connector::SecretStore& secrets) {
  hub.model = configuration.model;
  hub.mappings = configuration.mappings;
  hub.delete_guard = configuration.delete_guard;
  hub.request_life = configuration.request_life;
  hub.type_order = dependency_order(hub.model);
  hub.start_fences(static_cast<std::uint64_t>(hub.now().ms) * 1024);
  Names numbers;
  Store::Work number = [&](Transaction& transaction) -> Result<void> {
    for (const ConnectionSettings& connection : configuration.connections) {
      TRY(const ConnectionId id, transaction.connection_number(connection.name));
      numbers[connection.name] = id;
    }
    return {};
  };
  CO_TRY_VOID(co_await hub.store.transact(std::move(number)));
  for (const ConnectionSettings& settings : configuration.connections) {
    System system = system_of(settings, numbers.at(settings.name));
    if (!settings.hosted) {
      connector::Environment environment{hub.executor, transport, secrets, hub.rng.split(settings.name)};
      auto made = connector::make_connector(configuration.definitions.at(settings.connector), settings.config, environment);
      if (!made) co_return fail(std::move(made.error()), "connection '" + settings.name + "'");
      system.connector = std::move(*made);
    }
    CO_TRY_VOID(add_types(hub, settings, system));
    hub.systems.push_back(std::move(system));
  }
  for (std::size_t index = 0; index < hub.model.types.size(); ++index)
    hub.policies.push_back(type_policy(configuration, hub, TypeIndex{static_cast<std::uint16_t>(index)}, numbers));
  co_return Result<void>{};
}

}  // namespace lockstep

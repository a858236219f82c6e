#include "hub/hub.h"

#include <algorithm>
#include <functional>

namespace lockstep {

std::vector<std::string> SystemType::objects() const {
  std::vector<std::string> names;
  for (std::size_t variant = 0; mapping && variant < mapping->variant_count(); ++variant)
    if (const std::string& object = mapping->selection(variant).object; std::ranges::find(names, object) == names.end()) names.push_back(object);
  return names;
}

bool System::maps(const std::string& object) const {
  return std::ranges::any_of(types, [&](const SystemType& type) {
    const std::vector<std::string> objects = type.objects();
    return std::ranges::find(objects, object) != objects.end();
  });
}

const SystemType* System::find(TypeIndex type) const {
  const auto found = std::ranges::find(types, type, &SystemType::type);
  return found == types.end() ? nullptr : &*found;
}

Ulid IdSource::next(WallTime now) {
  std::scoped_lock lock(mutex_);
  const std::uint64_t high = rng_.next(), low = rng_.next();
  Ulid id = make_ulid(now, high, low);
  // Within one millisecond ids still ascend: the random part of the last one plus one (the ULID monotonic rule).
  if (id <= last_) {
    id = last_;
    for (std::size_t i = id.bytes.size(); i-- > 0;)
      if (++id.bytes[i] != 0) break;
  }
  last_ = id;
  return id;
}

System* Hub::find_system(ConnectionId id) {
  const auto found = std::ranges::find(systems, id, &System::id);
  return found == systems.end() ? nullptr : &*found;
}
const System* Hub::find_system(ConnectionId id) const { return const_cast<Hub*>(this)->find_system(id); }

const System* Hub::find_system(std::string_view name) const {
  const auto found = std::ranges::find_if(systems, [&](const System& s) { return s.name == name; });
  return found == systems.end() ? nullptr : &*found;
}

std::string Hub::system_name(ConnectionId id) const {
  if (id == kHub) return "hub";
  const System* system = find_system(id);
  return system ? system->name : "connection " + std::to_string(id.value());
}

bool HubEquivalence::equivalent(ConnectionId system, FieldIndex field, const Value& a, const Value& b) const {
  if (a == b) return true;
  const System* found = hub_.find_system(system);
  if (found)
    if (const SystemType* type = found->find(type_); type && type->mapping) return type->mapping->equivalent(field, a, b);
  const FieldDefinition& definition = hub_.model.at(type_).fields[field.value()];
  return mapping::normal_form(definition, a) == mapping::normal_form(definition, b);
}

std::vector<TypeIndex> dependency_order(const Model& model) {
  std::vector<TypeIndex> order;
  std::vector<bool> placed(model.types.size(), false);
  const auto is_free = [&](std::size_t index) {
    for (const FieldDefinition& field : model.types[index].fields)
      for (const std::string& target : field.targets)
        if (const auto found = model.find(target); found && found->value() != index && !placed[found->value()]) return false;
    return true;
  };
  while (order.size() < model.types.size()) {
    std::optional<std::size_t> next, first;
    for (std::size_t i = 0; i < model.types.size() && !next; ++i) {
      if (placed[i]) continue;
      if (!first) first = i;
      if (is_free(i)) next = i;
    }
    const std::size_t chosen = next.value_or(*first);
    placed[chosen] = true;
    order.emplace_back(static_cast<std::uint16_t>(chosen));
  }
  return order;
}

}  // namespace lockstep

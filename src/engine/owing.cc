// When the configuration asks for more than before: a connection or type that was added, one that may be written to or created in now, a
// field that is mapped now. What is owed is found out when a record changes; of records that do not change it is found out here, once.
#include <map>

#include "base/check.h"
#include "engine/engine.h"
#include "hub/decisions.h"
#include "hub/entities.h"

namespace lockstep {

namespace {

constexpr std::size_t kEntitiesAtOnce = 200;
constexpr Duration kStoreRests{1'000};

struct Rules {
  std::string name, text;  // of the setting
  ConnectionId connection;
  bool newly_deletes = false;  // deletes are passed on there again
};

constexpr std::string_view kLeft = "left; until then ";
constexpr std::string_view kNoDeletes = " no_deletes";

bool pass_deletes_on(std::string_view rules) {
  return !rules.starts_with(kLeft) && rules.starts_with("writable") && rules.find(kNoDeletes) == std::string_view::npos;
}

std::string word_of(std::string_view field, Direction direction) { return " " + std::string(field) + "/" + std::to_string(static_cast<int>(direction)); }

std::string rules_name(ConnectionId connection, const EntityType& type) { return "owed_under/" + std::to_string(connection.value()) + "/" + type.name; }

/// What decides, beside the records themselves, what a system is owed.
Rules rules_of(const Hub& hub, TypeIndex type, const LinkPolicy& policy) {
  Rules rules;
  rules.connection = policy.connection;
  rules.name = rules_name(policy.connection, hub.model.at(type));
  rules.text = std::string(policy.writable ? "writable" : "") + (policy.creates ? " creates" : "");
  if (policy.incoming_deletes == DeletePolicy::ignore) rules.text += kNoDeletes;
  const SystemType* system_type = hub.find_system(policy.connection)->find(type);
  if (system_type->mapping) rules.text += " " + system_type->mapping->version();
  for (std::size_t i = 0; i < policy.fields.size(); ++i) {
    const FieldPolicy& field = policy.fields[i];
    if (!field.mapped) continue;
    rules.text += word_of(hub.model.at(type).fields[i].name, field.direction);
    if (field.blank_never_overwrites) rules.text += "/never_blank";
  }
  return rules;
}

/// The fields in which edits there were left standing, by the rules until now, and are not any more.
std::vector<FieldIndex> left_until_now(const EntityType& type, const LinkPolicy& policy, std::string_view before) {
  std::vector<FieldIndex> fields;
  for (std::size_t i = 0; i < policy.fields.size(); ++i) {
    const std::string word = word_of(type.fields[i].name, Direction::out_leave);
    const std::size_t at = before.find(word), end = at + word.size();
    const bool was_left = at != std::string_view::npos && (end == before.size() || before[end] == ' ' || before[end] == '/');
    if (was_left && policy.fields[i].direction != Direction::out_leave) fields.emplace_back(static_cast<std::uint16_t>(i));
  }
  return fields;
}

/// A connection that takes no part in the type any more is owed nothing: what changes from now on will be found out when it does again.
Result<void> note_who_left(const Hub& hub, Transaction& transaction, TypeIndex type) {
  TRY(const auto connections, transaction.connections());
  for (const auto& [connection, name] : connections) {
    if (hub.policy(type).find(connection)) continue;
    const std::string setting = rules_name(connection, hub.model.at(type));
    TRY(const auto rules, transaction.find_setting(setting));
    if (rules && !rules->starts_with(kLeft)) TRY_VOID(transaction.put_setting(setting, std::string(kLeft) + *rules));
  }
  return {};
}

}  // namespace

Task<Result<void>> Engine::owe_under_new_rules() {
  Store::Work note = [&](Transaction& transaction) -> Result<void> {
    for (const TypeIndex type : hub_.type_order) TRY_VOID(note_who_left(hub_, transaction, type));
    return {};
  };
  CO_TRY_VOID(co_await hub_.store.transact(std::move(note)));
  for (const TypeIndex type : hub_.type_order) {
    std::vector<Rules> changed;
    std::map<ConnectionId, std::vector<FieldIndex>> left;
    Store::Work look = [&](Transaction& transaction) -> Result<void> {
      changed.clear();
      left.clear();
      for (const LinkPolicy& policy : hub_.policy(type).links) {
        Rules now = rules_of(hub_, type, policy);
        TRY(const auto before, transaction.find_setting(now.name));
        if (before == now.text) continue;
        now.newly_deletes = before && !pass_deletes_on(*before) && pass_deletes_on(now.text);
        changed.push_back(std::move(now));
        if (auto fields = left_until_now(hub_.model.at(type), policy, before.value_or("")); !fields.empty()) left[policy.connection] = std::move(fields);
      }
      return {};
    };
    CO_TRY_VOID(co_await hub_.store.read(std::move(look)));
    if (changed.empty()) continue;
    Store::Work leave = [&](Transaction& transaction) -> Result<void> {
      for (const Rules& rules : changed)
        if (rules.newly_deletes) TRY_VOID(put_deletes_since(transaction, hub_.model, rules.connection, type, hub_.now()));
      return {};
    };
    CO_TRY_VOID(co_await hub_.store.transact(std::move(leave)));
    CO_TRY_VOID(co_await owe_all(type, std::move(left)));
    Store::Work keep = [&](Transaction& transaction) -> Result<void> {
      for (const Rules& rules : changed) TRY_VOID(transaction.put_setting(rules.name, rules.text));
      return {};
    };
    CO_TRY_VOID(co_await hub_.store.transact(std::move(keep)));
  }
  co_return Result<void>{};
}

/// Interrupted, it is done once more from the start. Nothing is deleted because of it: a line in a file is nobody's delete.
Task<Result<void>> Engine::owe_all(TypeIndex type, std::map<ConnectionId, std::vector<FieldIndex>> left) {
  const RunId run{hub_.ids.next(hub_.now())};
  EntityId after;
  for (bool more = true; more;) {
    if (tasks_.stopping()) co_return fail(ErrorCode::unavailable, "stopping");
    Store::Work work = [&](Transaction& transaction) -> Result<void> {
      TRY(const auto known, transaction.list_golden(type, after, kEntitiesAtOnce));
      Entities entities(hub_, transaction, run, Priority::full_refresh);
      for (const Golden& golden : known) {
        if (golden.presence != EntityPresence::present) continue;
        TRY(auto state, entities.load(golden.id));
        CHECK(state, "a golden record that is not there");
        for (const auto& [connection, fields] : left) {
          if (!merge::leave_no_more(*state, connection, fields)) continue;
          merge::Effects effects;
          effects.link_changed = true;
          TRY_VOID(entities.save(*state, std::move(effects), Cause{run, connection, state->find(connection)->remote, "rules_changed"}, connection));
        }
        TRY_VOID(entities.owe(*state));
      }
      more = known.size() == kEntitiesAtOnce;
      if (!known.empty()) after = known.back().id;
      return {};
    };
    CO_TRY_VOID(co_await hub_.store.transact(std::move(work)));
    hub_.on_change();
  }
  co_return Result<void>{};
}

Task<void> Engine::run_owing() {
  for (;;) {
    const Result<void> done = co_await owe_under_new_rules();
    if (done || tasks_.stopping()) co_return;
    log_.error("store_failed", {{"error", done.error().message}});
    const bool awake = co_await tasks_.sleep(kStoreRests);
    if (!awake) co_return;
  }
}

}  // namespace lockstep

// What people and servers do.
#include <algorithm>

#include "world.h"

namespace lockstep::merge::schedule {

int World::new_edit(std::size_t server, std::size_t field, bool by_user, std::set<int> parents) {
  Edit edit;
  edit.server = server;
  edit.field = field;
  edit.by_user = by_user;
  edit.parents = std::move(parents);
  edits_.push_back(std::move(edit));
  return static_cast<int>(edits_.size() - 1);
}

/// A new value: often fresh, sometimes a revert, blank, or a value known from elsewhere.
Value World::edited_value(Server& server, std::size_t field, int& edit) {
  const std::string number = std::to_string(++fresh_);
  const Value old = server.fields[field];
  if (field == kTags) {
    List tags = old.get<List>() ? *old.get<List>() : List{};
    for (int i = random_.between(1, 2); i > 0; --i) {
      const Value tag(std::string(1, static_cast<char>('p' + random_.below(5))));
      const auto known = std::ranges::find(tags, tag);
      if (known == tags.end()) tags.push_back(tag);
      else tags.erase(known);
    }
    make_set(tags);
    return Value(std::move(tags));
  }
  if (field == kAddress) {
    const Value* street = old.member("street");
    const bool half = street && random_.chance(.5);
    const std::string kept = half ? visible_part(*street).get<std::string>()->c_str() : "street " + number;
    return Value(Map{{"city", Value("city " + number)}, {"street", text_value(kept, edit)}});
  }
  if (quiet_ || !random_.chance(.25)) return text_value(field == kName ? "n" + number + "Ab " : "m" + number, edit);
  const Value known = visible_part(known_values_[field][random_.below(known_values_[field].size())]);
  return known.is_null() ? known : text_value(*known.get<std::string>(), edit);
}

void World::user(std::size_t number) {
  if (quiet_) return;
  Server& server = servers_[number];
  const double what = random_.real(0, 1);
  if (options_.deletes && what < .12) {
    server.exists = !server.exists;
    server.write(now_ms_, {});
    log([&] { return "USER " + std::to_string(number) + (server.exists ? " undeletes" : " deletes"); });
    hook(number, std::nullopt);
    if (server.exists) return;
    for (const Value& value : server.fields) {
      Edit& edit = edits_[static_cast<std::size_t>(edit_of(value))];
      if (edit.end == Edit::End::none) edit.end = Edit::End::by_user;
    }
    return;
  }
  if (!server.exists) return;
  std::map<std::size_t, Value> changed;
  for (int i = random_.chance(.8) ? 1 : 2; i > 0; --i) {
    const std::size_t field = random_.below(kFields);
    const Value old = server.fields[field];
    int edit = new_edit(number, field, true, {edit_of(old)});
    const Value value = server.clean(field, edited_value(server, field, edit));
    if (visible_part(value) == visible_part(old) || changed.contains(field)) continue;
    edits_[static_cast<std::size_t>(edit)].value = value;
    known_values_[field].push_back(value);
    Edit& before = edits_[static_cast<std::size_t>(edit_of(old))];
    if (before.end == Edit::End::none) before.end = Edit::End::by_user;
    log([&] { return "USER " + std::to_string(number) + " edits " + type_.fields[field].name + " " + to_display(old) + " -> " + to_display(value); });
    changed[field] = value;
  }
  if (changed.empty()) return;
  server.write(now_ms_, changed);
  hook(number, changed);
}

/// A webhook, perhaps twice, perhaps with the changed fields only, perhaps never.
void World::hook(std::size_t number, std::optional<std::map<std::size_t, Value>> only) {
  if (quiet_ || !random_.chance(.5)) return;
  const Server& server = servers_[number];
  const Snapshot snapshot = only && random_.chance(.7) ? server.snapshot_of(*only) : server.snapshot();
  const Observation observation = observation_of(number, snapshot, std::nullopt, false);
  for (int i = random_.chance(.3) ? 2 : 1; i > 0; --i) at(delay(), [this, number, observation] { arrive(number, observation, false); });
}

/// Our write replaces what a person wrote: how much the hub could have known decides whether that is a fault.
void World::covered(const Server& server, std::size_t field, const Write& write) {
  const int number = edit_of(server.fields[field]);
  Edit& edit = edits_[static_cast<std::size_t>(number)];
  if (number == 0 || !edit.by_user || accounted_.contains(number) || edit.end != Edit::End::none) return;
  const auto same = write.values.find(field);
  if (same != write.values.end() && edit_of(same->second) == number) return;
  const bool locked = write.plan.kind == Plan::Kind::remove ? server.delete_has_lock : server.has_lock;
  edit.end = locked ? Edit::End::under_lock : edit.arrived_ms >= write.sent_ms ? Edit::End::in_window : Edit::End::with_evidence;
  log([&] { return "SERVER " + std::to_string(server.number) + " our write covers edit " + std::to_string(number); });
}

World::Landing World::apply(Write& write) {
  Server& server = servers_[write.server];
  const bool removes = write.plan.kind == Plan::Kind::remove;
  const bool refused_by_lock = (removes ? server.delete_has_lock : server.has_lock) && write.if_version != server.version();
  if (removes) {
    if (!server.exists) return Landing::done;
    if (refused_by_lock) return Landing::refused;
    for (std::size_t f = 0; f < kFields; ++f) covered(server, f, write);
    server.exists = false;
    server.write(now_ms_, {});
    log([&] { return "SERVER " + std::to_string(server.number) + " deleted by the hub"; });
    return Landing::done;
  }
  const bool creates = write.plan.kind == Plan::Kind::create;
  if (!server.exists && !creates) return Landing::gone;
  if (creates ? server.exists : refused_by_lock) return Landing::refused;
  if (creates) server.fields.assign(kFields, Value{});
  server.exists = true;
  std::map<std::size_t, Value> changed;
  for (const auto& [field, value] : write.values) {
    covered(server, field, write);
    Value kept = server.clean(field, value);
    if (!server.same(field, kept, value)) kept = text_value(*visible_part(kept).get<std::string>(), new_edit(write.server, field, false, {edit_of(value)}));
    changed[field] = kept;
  }
  server.write(now_ms_, changed);
  log([&] { return "SERVER " + std::to_string(server.number) + (creates ? " created by the hub" : " written by the hub"); });
  hook(write.server, changed);
  const auto name = changed.find(kName);
  if (server.has_automation && name != changed.end() && !name->second.is_null()) {
    const Value of = name->second;
    if (write.server % 2 == 1) automate(write.server, of);
    else at(random_.ms(.1, 2), [this, number = write.server, of] { automate(number, of); });
  }
  return Landing::done;
}

/// The server's own rule: the memo follows the name.
void World::automate(std::size_t number, const Value& name) {
  Server& server = servers_[number];
  if (!server.exists) return;
  const std::string memo = "auto " + *visible_part(name).get<std::string>();
  const Value old = server.fields[kMemo];
  const Value* known = &old;
  if (!known->is_null() && *visible_part(*known).get<std::string>() == memo) return;
  Edit& before = edits_[static_cast<std::size_t>(edit_of(old))];
  if (before.end == Edit::End::none) before.end = Edit::End::by_user;
  const int edit = new_edit(number, kMemo, false, {edit_of(old)});
  server.write(now_ms_, {{kMemo, text_value(memo, edit)}});
  log([&] { return "SERVER " + std::to_string(number) + " sets the memo by itself"; });
}

}  // namespace lockstep::merge::schedule

// What must hold: convergence, no lost update, causality.
#include <algorithm>

#include "mapping.h"
#include "world.h"

namespace lockstep::merge::schedule {

bool World::is_ancestor(int ancestor, int edit) const {
  std::vector<int> todo(edits_[static_cast<std::size_t>(edit)].parents.begin(), edits_[static_cast<std::size_t>(edit)].parents.end());
  std::set<int> seen;
  while (!todo.empty()) {
    const int one = todo.back();
    todo.pop_back();
    if (one == ancestor) return true;
    if (!seen.insert(one).second) continue;
    const auto& parents = edits_[static_cast<std::size_t>(one)].parents;
    todo.insert(todo.end(), parents.begin(), parents.end());
  }
  return false;
}

void World::account(const Value& value) {
  if (const int edit = edit_of(value)) accounted_.insert(edit);
}

void World::took_effect(const Effects& effects, const Golden& before) {
  for (const GoldenField& field : state_.golden.fields) account(field.value);
  for (const AuditChange& change : effects.changes) {
    log([&] {
      return "    " + change.field + " " + (change.before ? to_display(*change.before) : "-") + " / " + (change.after ? to_display(*change.after) : "-") +
             ": " + change.note;
    });
    if (change.before) account(*change.before);
    if (change.after) account(*change.after);
    // Law 10: an edit is never beaten by what it was made on top of.
    const bool by_time = change.field != "name" || policy_.links[0].fields[kName].strategy == Strategy::last_write_wins;
    if (by_time && change.note.starts_with("conflict lost") && change.before && change.after) {
      const int lost = edit_of(*change.before), won = edit_of(*change.after);
      if (lost != 0 && won != 0 && is_ancestor(won, lost))
        fail("edit " + std::to_string(lost) + " was beaten by edit " + std::to_string(won) + ", which it replaced");
    }
    statistics.recreated += change.note.find("created there again") != std::string::npos;
    statistics.revived += change.note.find("counts against the delete") != std::string::npos || change.note.starts_with("back from the dead");
  }
  for (const ReviewItem& item : effects.reviews) {
    statistics.reviews += item.state == ReviewState::open && item.kind == ReviewKind::field_conflict && item.candidates.size() == 2;
    for (const ReviewCandidate& candidate : item.candidates) account(candidate.value);
  }
  // Where a system's own form stands for a golden value, whatever is made on top of it is on top of golden's too.
  // A value that a system shares with golden counts as taken in.
  for (const Link& link : state_.links)
    for (std::size_t f = 0; f < kFields; ++f) {
      const LinkField& field = link.fields[f];
      if (!field.shadow || !field.acked) continue;
      if (mapping_->equivalent(link.connection, FieldIndex{static_cast<std::uint16_t>(f)}, *field.shadow, *field.acked)) account(*field.shadow);
      const int there = edit_of(*field.shadow), here = edit_of(*field.acked);
      if (there == 0 || here == 0 || there == here || is_ancestor(here, there) || is_ancestor(there, here)) continue;
      edits_[static_cast<std::size_t>(there)].parents.insert(here);
    }
  check_golden_step(before);
}

void World::check_golden_step(const Golden& before) {
  for (std::size_t f = 0; f < kFields; ++f) {
    const GoldenField& now = state_.golden.fields[f];
    if (now.value == before.fields[f].value) continue;
    log([&] { return "    golden " + type_.fields[f].name + " " + to_display(before.fields[f].value) + " -> " + to_display(now.value); });
    const int from = edit_of(before.fields[f].value), to = edit_of(now.value);
    if (from == 0 || to == 0 || now.stamp.system == kHub) continue;
    if (is_ancestor(to, from)) fail("golden went back from edit " + std::to_string(from) + " to edit " + std::to_string(to));
  }
}

std::string World::describe(std::size_t number, std::size_t f) const {
  const Link* link = state_.find(servers_[number].id());
  const auto shown = [](const std::optional<Value>& value) { return value ? to_display(*value) : std::string("unknown"); };
  return "system " + std::to_string(number) + " " + type_.fields[f].name + " holds " + to_display(servers_[number].fields[f]) + ", golden " +
         to_display(state_.golden.fields[f].value) + ", shadow " + shown(link->fields[f].shadow) + ", acked " + shown(link->fields[f].acked);
}

void World::check_converged() {
  for (const Server& server : servers_) {
    const Link* link = state_.find(server.id());
    if (server.exists != (state_.golden.presence == EntityPresence::present)) {
      fail("presence of system " + std::to_string(server.number) + " differs from golden's");
      continue;
    }
    if (!server.exists) continue;
    for (std::size_t f = 0; f < kFields; ++f) {
      const GoldenField& golden = state_.golden.fields[f];
      if (golden.frozen || link->fields[f].frozen || golden.stamp.lifted_us == INT64_MIN) continue;
      if (!server.same(f, server.fields[f], golden.value)) fail("not converged: " + describe(server.number, f));
    }
  }
  for (const ReviewItem& item : state_.reviews) {
    if (item.kind != ReviewKind::field_conflict) continue;
    const bool all_equal = std::ranges::all_of(
        item.candidates, [&](const ReviewCandidate& one) { return visible_part(one.value) == visible_part(item.candidates.front().value); });
    if (all_equal) fail("a review item stays open although all candidates are equal");
  }
}

void World::check_nothing_lost() {
  for (std::size_t number = 1; number < edits_.size(); ++number) {
    const Edit& edit = edits_[number];
    if (!edit.by_user || edit_of(edit.value) == 0 || accounted_.contains(static_cast<int>(number))) continue;
    const Server& server = servers_[edit.server];
    const Link* link = state_.find(server.id());
    // A person who sets exactly what the hub has sent or known cannot be told from the hub: the value itself is kept.
    const bool known = std::ranges::any_of(accounted_, [&](int other) {
      const Edit& one = edits_[static_cast<std::size_t>(other)];
      return one.field == edit.field && server.same(edit.field, one.value, edit.value);
    });
    if (known) continue;
    const std::string name = "edit " + std::to_string(number) + " of system " + std::to_string(edit.server) + ", " + type_.fields[edit.field].name;
    switch (edit.end) {
      case Edit::End::by_user: ++statistics.superseded; break;
      case Edit::End::in_window: ++statistics.window; break;
      case Edit::End::under_lock: fail("lost in spite of the lock: " + name); break;
      case Edit::End::with_evidence: fail("lost although the hub had seen it: " + name); break;
      case Edit::End::none: {
        const bool is_there = server.exists && edit_of(server.fields[edit.field]) == static_cast<int>(number);
        const bool in_step = server.same(edit.field, edit.value, state_.golden.fields[edit.field].value);
        if (is_there && !in_step && !link->fields[edit.field].frozen) fail("never noticed: " + name);
        break;
      }
    }
  }
}

}  // namespace lockstep::merge::schedule

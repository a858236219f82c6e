// Rule 7, the part that every sighting needs: values without an answer, and servers that keep something else.
#include <algorithm>

#include "merge/work.h"

namespace lockstep::merge {

Unanswered* find_unanswered(const Work& work, Link& link, FieldIndex index, const Value& value) {
  auto& list = link.fields[index.value()].unanswered;
  for (auto one = list.rbegin(); one != list.rend(); ++one)
    if (work.same(link.connection, index, value, one->stand_in ? *one->stand_in : one->value)) return &*one;
  return nullptr;
}

void prune_unanswered(LinkField& field, WallTime observed, Duration life) {
  std::erase_if(field.unanswered, [&](const Unanswered& one) { return one.sent + life <= observed; });
}

void rewritten(Work& work, Link& link, FieldIndex index, const Value& value) {
  LinkField& field = link.fields[index.value()];
  const Stamp stamp = field.acked_stamp;
  const Value wanted = work.golden(index).value;
  work.note(index, wanted, value, "kept otherwise by " + work.name_of(link.connection));
  hold(work, link, index, value, value, stamp);
  if (field.rewrites < kRewritesMax || field.frozen) return;
  field.frozen = true;
  open_parked(work, link, index, ReviewKind::rewritten,
              work.name_of(link.connection) + " turned our value into something else " + std::to_string(kRewritesMax) + " times");
}

void note_name(Work& work, Link& link, FieldIndex index, bool names_loser, bool kept) {
  LinkField& field = link.fields[index.value()];
  if (kept) {
    ++field.rewrites;
    rewritten(work, link, index, Value(*field.shadow));
  }
  if (field.names_loser == names_loser) return;
  field.names_loser = names_loser;
  work.effects.link_changed = true;
}

}  // namespace lockstep::merge

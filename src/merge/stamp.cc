// Rule 5: what was written on top of something is later than it, whatever its clock said.
#include <algorithm>

#include "merge/order.h"
#include "merge/work.h"

namespace lockstep::merge {

namespace {

std::int64_t ticked(std::int64_t us) { return us == INT64_MAX ? us : us + kTickUs; }

}  // namespace

Stamp stamp_of(const Work& work, const Link& link, FieldIndex index, const Seen& seen) {
  const LinkField& field = link.fields[index.value()];
  Stamp stamp;
  stamp.own_us = seen.own_us;
  stamp.uncertainty_us = seen.uncertainty_us + seen.width_us;
  stamp.system = link.connection;
  stamp.run = work.context.run;
  const bool own_base = field.acked_stamp.system == link.connection;
  stamp.lifted_us = std::max(seen.own_us, own_base ? field.acked_stamp.lifted_us : ticked(field.acked_stamp.lifted_us));
  // Written after one of our unanswered values may have landed: made on top of it, or of what golden has become since.
  const GoldenField& golden = work.state.golden.fields[index.value()];
  for (const Unanswered& one : field.unanswered) {
    if (seen.own_us + seen.uncertainty_us < one.sent.ms * 1000) continue;
    const bool still_golden = work.same(link.connection, index, golden.value, one.value);
    stamp.lifted_us = std::max(stamp.lifted_us, ticked(still_golden ? golden.stamp.lifted_us : one.stamp.lifted_us));
  }
  return stamp;
}

Stamp decision_stamp(const Context& context) {
  Stamp stamp;
  stamp.lifted_us = stamp.own_us = context.now.ms * 1000;
  stamp.system = kHub;
  stamp.run = context.run;
  return stamp;
}

}  // namespace lockstep::merge

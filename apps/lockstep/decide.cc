// review.
#include <fmt/format.h>

#include "commands.h"
#include "deciding.h"
#include "engine/workbench.h"
#include "print.h"

namespace lockstep::app {

int review_list_command(const Common& common, const ReviewArguments& arguments) {
  auto session = Session::open(common.config, false);
  if (!session) return session.code();
  std::vector<ReviewItem> items;
  ConnectionNames names;
  if (!session->read([&](Transaction& transaction) -> Result<void> {
        ReviewFilter filter;
        if (!arguments.all) filter.state = ReviewState::open;
        filter.limit = arguments.limit;
        TRY(items, transaction.list_reviews(filter));
        TRY(names, transaction.connections());
        return {};
      }))
    return kFailed;
  for (const ReviewItem& item : items) {
    if (common.json) fmt::print("{}\n", review_json(item, names));
    else
      fmt::print("{}  {:<18} {:<12} {}{}\n", item.id.text(), kind_name(item.kind), connection_name(item.connection, names), item.summary,
                 item.state == ReviewState::open ? "" : "   (closed: " + item.closed_by + ")");
  }
  if (!common.json) fmt::print("{}", items.empty() ? "Nothing waits for a decision.\n" : "Look closer with: lockstep review show ID\n");
  return kOk;
}

int review_show_command(const Common& common, const ReviewArguments& arguments) {
  auto session = Session::open(common.config, false);
  if (!session) return session.code();
  const auto id = parse_ulid(arguments.id);
  if (!id) return fail_with(kUsage, id.error().message);
  std::optional<ReviewItem> item;
  ConnectionNames names;
  if (!session->read([&](Transaction& transaction) -> Result<void> {
        TRY(item, transaction.find_review(*id));
        TRY(names, transaction.connections());
        return {};
      }))
    return kFailed;
  if (!item) return fail_with(kNotFound, "there is no review item " + arguments.id);
  if (common.json) {
    fmt::print("{}\n", review_json(*item, names));
    return kOk;
  }
  const EntityType& type = session->hub().model.at(item->type);
  fmt::print("{}  {}\n{}\n", kind_name(item->kind), format_iso(item->opened), item->summary);
  if (item->field) fmt::print("field {} of {} {}\n", type.fields[item->field->value()].name, type.name, item->entity.value().text());
  for (std::size_t i = 0; i < item->candidates.size(); ++i) {
    const ReviewCandidate& candidate = item->candidates[i];
    if (candidate.entity.value().is_nil())
      fmt::print("  {}  {:<14} {:<40} {}\n", i + 1, candidate.system == kHub ? "golden" : connection_name(candidate.system, names), to_display(candidate.value),
                 candidate.stamp.own_us == INT64_MIN ? "" : format_iso(WallTime{candidate.stamp.own_us / 1000}));
    else fmt::print("  {}  {} {}   (lockstep record show {})\n", i + 1, type.name, candidate.entity.value().text(), candidate.entity.value().text());
  }
  if (item->state == ReviewState::open) fmt::print("\nlockstep review resolve {} CHOICE\n{}\n", item->id.text(), Workbench::choices(*item));
  else fmt::print("closed {}: {}\n", format_iso(item->closed), item->closed_by);
  return kOk;
}

int review_resolve_command(const Common& common, const ReviewArguments& arguments) {
  auto session = Session::open(common.config, false);
  if (!session) return session.code();
  const auto id = parse_ulid(arguments.id);
  if (!id) return fail_with(kUsage, id.error().message);
  Workbench workbench(session->hub());
  const auto task = [](Workbench& bench, Ulid review, std::string choice, std::string by, std::optional<Error>& error) -> Task<void> {
    const auto resolved = co_await bench.resolve(review, std::move(choice), std::move(by));
    if (!resolved) error = resolved.error();
  };
  const int code = decide(*session, [&](std::optional<Error>& error) { return task(workbench, *id, arguments.choice, person(arguments.by), error); });
  if (code == kOk && !common.json) fmt::print("Decided. A running lockstep delivers it now; without one: lockstep sync.\n");
  return code;
}

}  // namespace lockstep::app

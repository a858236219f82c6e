// review and dead-letters.
#include <fmt/format.h>

#include <cstdlib>

#include "commands.h"
#include "engine/workbench.h"
#include "print.h"
#include "session.h"

namespace lockstep::app {

namespace {

std::string person(const std::string& by) {
  if (!by.empty()) return by;
  const char* user = std::getenv("USER");
  return user ? user : "command line";
}

int code_of(const Error& error) {
  if (error.code == ErrorCode::not_found) return kNotFound;
  if (error.code == ErrorCode::invalid_input) return kUsage;
  return kFailed;
}

/// Runs one decision and returns its exit code.
template <class Decide>
int decide(Session& session, Decide make_task) {
  std::optional<Error> error;
  session.run(make_task(error));
  if (!error) session.ask_running("POST", "/operations/wake");
  return error ? fail_with(code_of(*error), error->message) : static_cast<int>(kOk);
}

}  // namespace

int review_list_command(const Common& common, const ReviewArguments& arguments) {
  auto session = Session::open(common.config, false);
  if (!session) return kConfiguration;
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
    else fmt::print("{}  {:<18} {:<12} {}\n", item.id.text(), kind_name(item.kind), connection_name(item.connection, names), item.summary);
  }
  if (!common.json) fmt::print("{}", items.empty() ? "Nothing waits for a decision.\n" : "Look closer with: lockstep review show ID\n");
  return kOk;
}

int review_show_command(const Common& common, const ReviewArguments& arguments) {
  auto session = Session::open(common.config, false);
  if (!session) return kConfiguration;
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
    else
      fmt::print("  {}  {} {}   (lockstep record show {})\n", i + 1, type.name, candidate.entity.value().text(), candidate.entity.value().text());
  }
  if (item->state == ReviewState::open) fmt::print("\nlockstep review resolve {} CHOICE\n{}\n", item->id.text(), Workbench::choices(*item));
  else fmt::print("closed {}: {}\n", format_iso(item->closed), item->closed_by);
  return kOk;
}

int review_resolve_command(const Common& common, const ReviewArguments& arguments) {
  auto session = Session::open(common.config, false);
  if (!session) return kConfiguration;
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

int letters_list_command(const Common& common, const LetterArguments& arguments) {
  auto session = Session::open(common.config, false);
  if (!session) return kConfiguration;
  std::vector<DeadLetter> letters;
  ConnectionNames names;
  if (!session->read([&](Transaction& transaction) -> Result<void> {
        DeadLetterFilter filter;
        if (!arguments.all) filter.state = DeadLetterState::open;
        filter.limit = arguments.limit;
        TRY(letters, transaction.list_dead_letters(filter));
        TRY(names, transaction.connections());
        return {};
      }))
    return kFailed;
  for (const DeadLetter& letter : letters) {
    if (common.json) fmt::print("{}\n", letter_json(letter, names));
    else fmt::print("{}  {:<12} {:<8} {:<14} {}\n", letter.id.text(), connection_name(letter.connection, names), letter.operation, letter.failure_class, letter.error.substr(0, 100));
  }
  if (!common.json && letters.empty()) fmt::print("No dead letters.\n");
  return kOk;
}

int letters_show_command(const Common& common, const LetterArguments& arguments) {
  auto session = Session::open(common.config, false);
  if (!session) return kConfiguration;
  const auto id = parse_ulid(arguments.id);
  if (!id) return fail_with(kUsage, id.error().message);
  std::optional<DeadLetter> letter;
  ConnectionNames names;
  if (!session->read([&](Transaction& transaction) -> Result<void> {
        TRY(letter, transaction.find_dead_letter(*id));
        TRY(names, transaction.connections());
        return {};
      }))
    return kFailed;
  if (!letter) return fail_with(kNotFound, "there is no dead letter " + arguments.id);
  if (common.json) {
    fmt::print("{}\n", letter_json(*letter, names));
    return kOk;
  }
  const std::string next = letter->state == DeadLetterState::open ? fmt::format("lockstep dead-letters replay {0}   or   discard {0}", letter->id.text())
                                                                  : fmt::format("closed: {}", state_name(letter->state));
  fmt::print("{} of {} in {} ({}/{})\n{}: {}\nattempts {}, first {}, last {}\n{}\n\n{}\n", letter->operation, letter->entity.value().text(),
             connection_name(letter->connection, names), letter->remote.object, letter->remote.id, letter->failure_class, letter->error, letter->attempts, format_iso(letter->first_failed),
             format_iso(letter->last_failed), letter->context, next);
  return kOk;
}

namespace {

using LetterAction = Task<Result<void>> (Workbench::*)(Ulid, std::string);

int act_on_letters(const Common& common, const LetterArguments& arguments, LetterAction action, const char* done) {
  auto session = Session::open(common.config, false);
  if (!session) return kConfiguration;
  std::vector<Ulid> ids;
  if (arguments.id == "all") {
    if (!session->read([&](Transaction& transaction) -> Result<void> {
          DeadLetterFilter filter;
          filter.state = DeadLetterState::open;
          filter.limit = 100'000;
          TRY(const auto letters, transaction.list_dead_letters(filter));
          for (const DeadLetter& letter : letters) ids.push_back(letter.id);
          return {};
        }))
      return kFailed;
  } else {
    const auto id = parse_ulid(arguments.id);
    if (!id) return fail_with(kUsage, id.error().message);
    ids.push_back(*id);
  }
  Workbench workbench(session->hub());
  const auto task = [](Workbench& bench, LetterAction what, Ulid id, std::string by, std::optional<Error>& error) -> Task<void> {
    const auto result = co_await (bench.*what)(id, std::move(by));
    if (!result) error = result.error();
  };
  for (const Ulid id : ids) {
    const int code = decide(*session, [&](std::optional<Error>& error) { return task(workbench, action, id, person(arguments.by), error); });
    if (code != kOk) return code;
  }
  if (common.json) fmt::print("{{\"count\": {}}}\n", ids.size());
  else fmt::print("{} {}.\n", ids.size(), done);
  return kOk;
}

}  // namespace

int letters_replay_command(const Common& common, const LetterArguments& arguments) { return act_on_letters(common, arguments, &Workbench::replay, "replayed"); }
int letters_discard_command(const Common& common, const LetterArguments& arguments) { return act_on_letters(common, arguments, &Workbench::discard, "discarded"); }

}  // namespace lockstep::app

// review and dead-letters.
#include <fmt/format.h>

#include <cstdlib>

#include "commands.h"
#include "engine/letters.h"
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

namespace {

Result<std::vector<LetterGroup>> open_groups(Transaction& transaction) {
  constexpr std::size_t kMost = 100'000;
  DeadLetterFilter filter;
  filter.state = DeadLetterState::open;
  filter.limit = kMost;
  TRY(const auto letters, transaction.list_dead_letters(filter));
  return group_letters(letters);
}

}  // namespace

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

int letters_groups_command(const Common& common) {
  auto session = Session::open(common.config, false);
  if (!session) return kConfiguration;
  std::vector<LetterGroup> groups;
  ConnectionNames names;
  if (!session->read([&](Transaction& transaction) -> Result<void> {
        TRY(groups, open_groups(transaction));
        TRY(names, transaction.connections());
        return {};
      }))
    return kFailed;
  for (const LetterGroup& group : groups) {
    const std::string system = connection_name(group.connection, names);
    if (common.json) {
      const auto text = [](std::string_view value) { return to_json(Value(value)); };
      fmt::print("{{\"fingerprint\": {}, \"system\": {}, \"failure_class\": {}, \"count\": {}, \"first_failed\": {}, \"last_failed\": {}, \"error\": {}, \"advice\": {}}}\n",
                 text(group.fingerprint), text(system), text(group.failure_class), group.letters.size(), text(format_iso(group.first_failed)), text(format_iso(group.last_failed)),
                 text(group.error), text(group.advice));
    } else {
      fmt::print("{}  in {}: {}, first {}, last {}\n  {}\n  {}\n", group.fingerprint, system, group.letters.size(), format_iso(group.first_failed), format_iso(group.last_failed),
                 group.error.substr(0, 200), group.advice);
    }
  }
  if (!common.json && groups.empty()) fmt::print("No dead letters.\n");
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
  if (arguments.id == "all" || arguments.id.find('/') != std::string::npos) {
    if (!session->read([&](Transaction& transaction) -> Result<void> {
          TRY(const auto groups, open_groups(transaction));
          for (const LetterGroup& group : groups)
            if (arguments.id == "all" || group.fingerprint == arguments.id) ids.insert(ids.end(), group.letters.begin(), group.letters.end());
          return {};
        }))
      return kFailed;
    if (ids.empty() && arguments.id != "all") return fail_with(kNotFound, "no open dead letter has the cause " + arguments.id + "; see lockstep dead-letters groups");
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

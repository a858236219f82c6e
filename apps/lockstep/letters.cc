// dead-letters: list, groups, show, replay, discard.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "commands.h"
#include "deciding.h"
#include "engine/letters.h"
#include "engine/workbench.h"
#include "letter_choice.h"
#include "print.h"

namespace lockstep::app {

namespace {

namespace json = boost::json;

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
  if (!session) return session.code();
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
    else
      fmt::print("{}  {:<12} {:<8} {:<14} {}{}\n", letter.id.text(), connection_name(letter.connection, names), letter.operation, letter.failure_class,
                 letter.error.substr(0, 100), letter.state == DeadLetterState::open ? "" : fmt::format("   (closed: {})", state_name(letter.state)));
  }
  if (!common.json)
    fmt::print("{}", letters.empty() ? "No dead letters.\n"
                                     : "Look closer with: lockstep dead-letters show ID; by cause, with what to do: lockstep dead-letters groups\n");
  return kOk;
}

int letters_groups_command(const Common& common) {
  auto session = Session::open(common.config, false);
  if (!session) return session.code();
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
      fmt::print(
          "{{\"fingerprint\": {}, \"system\": {}, \"failure_class\": {}, \"count\": {}, \"first_failed\": {}, \"last_failed\": {}, \"error\": {}, \"advice\": "
          "{}}}\n",
          text(group.fingerprint), text(system), text(group.failure_class), group.letters.size(), text(format_iso(group.first_failed)),
          text(format_iso(group.last_failed)), text(group.error), text(group.advice));
    } else {
      fmt::print("{}  in {}: {}, first {}, last {}\n  {}\n  {}\n", group.fingerprint, system, group.letters.size(), format_iso(group.first_failed),
                 format_iso(group.last_failed), group.error.substr(0, 200), group.advice);
    }
  }
  if (!common.json && groups.empty()) fmt::print("No dead letters.\n");
  return kOk;
}

namespace {

std::string text_in(const json::value& object, std::string_view pointer) {
  boost::system::error_code error;
  const json::value* found = object.find_pointer(pointer, error);
  if (!found || found->is_null()) return "";
  return found->is_string() ? std::string(found->get_string()) : json::serialize(*found);
}

/// Golden beside what the system was last known to hold, and what was sent, field by field.
void print_values(const json::value& context) {
  boost::system::error_code error;
  const json::value* golden = context.find_pointer("/golden", error);
  if (!golden || !golden->is_object()) return;
  fmt::print("\n{:<20} {:<30} {:<30} {}\n", "field", "golden", "there, as last seen", "sent");
  const auto cell = [&](std::string_view part, std::string_view field) {
    const json::value* values = context.as_object().if_contains(part);
    const json::value* value = values && values->is_object() ? values->get_object().if_contains(field) : nullptr;
    return value ? json::serialize(*value) : std::string("-");
  };
  for (const auto& [field, value] : golden->get_object())
    fmt::print("{:<20} {:<30} {:<30} {}\n", std::string(field), json::serialize(value), cell("shadow", field), cell("sent", field));
}

void print_letter(const DeadLetter& letter, const ConnectionNames& names) {
  fmt::print("{} of {} in {} ({}/{})\n{}: {}\nattempts {}, first {}, last {}\n{}\n", letter.operation,
             letter.entity.value().is_nil() ? "a record that is not linked" : letter.entity.value().text(), connection_name(letter.connection, names),
             letter.remote.object, letter.remote.id, letter.failure_class, letter.error, letter.attempts, format_iso(letter.first_failed),
             format_iso(letter.last_failed), advice_for(letter.failure_class));
  boost::system::error_code unreadable;
  const json::value context = json::parse(letter.context, unreadable);
  if (unreadable || !context.is_object()) {
    fmt::print("{}\n", letter.context);
    return;
  }
  print_values(context);
  if (const std::string url = text_in(context, "/request/url"); !url.empty())
    fmt::print("\nrequest   {} {}\n{}\n\nresponse  {}\n{}\n", text_in(context, "/request/method"), url, text_in(context, "/request/body"),
               text_in(context, "/response/status"), text_in(context, "/response/body"));
  if (letter.from_inbox)
    fmt::print("\nevent {} ({}), received {}\n{}\n", text_in(context, "/event"), text_in(context, "/kind"), text_in(context, "/received"),
               text_in(context, "/body"));
  if (const std::string seen = text_in(context, "/observation/seen"); !seen.empty())
    fmt::print("\nlast seen there {} as version {}\n", seen, text_in(context, "/observation/version"));
  if (const std::string version = text_in(context, "/mapping_version"); !version.empty())
    fmt::print("mapping {}, golden version {}\n", version, text_in(context, "/golden_version"));
}

}  // namespace

int letters_show_command(const Common& common, const LetterArguments& arguments) {
  auto session = Session::open(common.config, false);
  if (!session) return session.code();
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
  print_letter(*letter, names);
  if (letter->state == DeadLetterState::open) fmt::print("\nlockstep dead-letters replay {0}   or   mend {0}   or   discard {0}\n", letter->id.text());
  else fmt::print("\nclosed: {}\n", state_name(letter->state));
  return kOk;
}

int choose_letters(Session& session, const std::string& choice, std::vector<Ulid>& ids) {
  if (choice != "all" && choice.find('/') == std::string::npos) {
    const auto id = parse_ulid(choice);
    if (!id) return fail_with(kUsage, id.error().message);
    ids.push_back(*id);
    return kOk;
  }
  if (!session.read([&](Transaction& transaction) -> Result<void> {
        TRY(const auto groups, open_groups(transaction));
        for (const LetterGroup& group : groups)
          if (choice == "all" || group.fingerprint == choice) ids.insert(ids.end(), group.letters.begin(), group.letters.end());
        return {};
      }))
    return kFailed;
  if (ids.empty() && choice != "all") return fail_with(kNotFound, "no open dead letter has the cause " + choice + "; see lockstep dead-letters groups");
  return kOk;
}

namespace {

using LetterAction = Task<Result<std::size_t>> (Workbench::*)(std::vector<Ulid>, std::string);

int act_on_letters(const Common& common, const LetterArguments& arguments, LetterAction action, const char* done) {
  auto session = Session::open(common.config, false);
  if (!session) return session.code();
  std::vector<Ulid> ids;
  if (const int code = choose_letters(*session, arguments.id, ids); code != kOk) return code;
  const std::size_t found = ids.size();
  ids.resize(std::min(found, arguments.at_most));
  Workbench workbench(session->hub());
  const auto task = [](Workbench& bench, LetterAction what, std::vector<Ulid> letters, std::string by, std::optional<Error>& error) -> Task<void> {
    const auto result = co_await (bench.*what)(std::move(letters), std::move(by));
    if (!result) error = result.error();
  };
  const int code = decide(*session, [&](std::optional<Error>& error) { return task(workbench, action, ids, person(arguments.by), error); });
  if (code != kOk) return code;
  if (common.json) fmt::print("{{\"count\": {}, \"left\": {}}}\n", ids.size(), found - ids.size());
  else
    fmt::print("{} {}.{}\n", ids.size(), done,
               found > ids.size() ? fmt::format(" {} more wait: look how these fare, then say it again.", found - ids.size()) : "");
  return kOk;
}

}  // namespace

int letters_replay_command(const Common& common, const LetterArguments& arguments) { return act_on_letters(common, arguments, &Workbench::replay, "replayed"); }
int letters_discard_command(const Common& common, const LetterArguments& arguments) {
  return act_on_letters(common, arguments, &Workbench::discard, "discarded");
}

}  // namespace lockstep::app

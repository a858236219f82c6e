// dead-letters mend: edit values, choose a link, add a line to a mapping.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "commands.h"
#include "deciding.h"
#include "engine/enum_mend.h"
#include "engine/workbench.h"
#include "letter_choice.h"
#include "print.h"

namespace lockstep::app {

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

int edit_values(const Common& common, Session& session, const MendArguments& arguments, std::vector<Ulid> ids) {
  Pairs values;
  for (const std::string& assignment : arguments.set) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0) return fail_with(kUsage, "'" + assignment + "' is no edit; write --set field=value");
    values.emplace_back(assignment.substr(0, equals), assignment.substr(equals + 1));
  }
  Workbench workbench(session.hub());
  const auto task = [](Workbench& bench, std::vector<Ulid> letters, Pairs edits, std::string by, std::optional<Error>& error) -> Task<void> {
    const auto result = co_await bench.edit(std::move(letters), std::move(edits), std::move(by));
    if (!result) error = result.error();
  };
  const std::size_t count = ids.size();
  const int code = decide(session, [&](std::optional<Error>& error) { return task(workbench, ids, values, person(arguments.by), error); });
  if (code != kOk) return code;
  if (common.json) fmt::print("{{\"count\": {}}}\n", count);
  else fmt::print("{} mended. Each letter closes by itself when its record is delivered.\n", count);
  return kOk;
}

int choose_link(const Common& common, Session& session, const MendArguments& arguments, Ulid id) {
  Workbench workbench(session.hub());
  const auto task = [](Workbench& bench, Ulid letter, std::string remote, std::string by, std::optional<Error>& error) -> Task<void> {
    const auto result = co_await bench.choose_link(letter, std::move(remote), std::move(by));
    if (!result) error = result.error();
  };
  const int code = decide(session, [&](std::optional<Error>& error) { return task(workbench, id, arguments.link, person(arguments.by), error); });
  if (code != kOk) return code;
  if (common.json) fmt::print("{{\"count\": 1}}\n");
  else fmt::print("Linked to {}. It is read, then brought in step; the letter closes by itself.\n", arguments.link);
  return kOk;
}

/// "field:option=word"
struct EnumPair {
  std::string field, option, word;
};
std::optional<EnumPair> parse_pair(const std::string& text) {
  const std::size_t colon = text.find(':'), equals = text.find('=', colon == std::string::npos ? 0 : colon);
  if (colon == std::string::npos || equals == std::string::npos || colon == 0 || equals == colon + 1 || equals + 1 == text.size()) return std::nullopt;
  return EnumPair{text.substr(0, colon), text.substr(colon + 1, equals - colon - 1), text.substr(equals + 1)};
}

std::string indented(const std::string& text) {
  std::string out = "  ";
  for (const char c : text) out += c == '\n' ? std::string("\n  ") : std::string(1, c);
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

int show_enum_line(const Common& common, Session& session, const MendArguments& arguments, const std::vector<Ulid>& ids) {
  const auto pair = parse_pair(arguments.map);
  if (!pair) return fail_with(kUsage, "'" + arguments.map + "' is no pair; write --map field:option=word, the option's name here and its word there");
  std::vector<DeadLetter> letters;
  if (!session.read([&](Transaction& transaction) -> Result<void> {
        for (const Ulid id : ids) {
          TRY(auto letter, transaction.find_dead_letter(id));
          if (letter) letters.push_back(std::move(*letter));
        }
        return {};
      }))
    return kFailed;
  if (letters.empty()) return fail_with(kNotFound, "there is no dead letter " + arguments.id);
  const DeadLetter& first = letters.front();
  const auto other_place = [&](const DeadLetter& letter) { return letter.type != first.type || letter.connection != first.connection; };
  if (std::ranges::any_of(letters, other_place)) return fail_with(kUsage, "these letters are of several types or systems; name one by its id");
  const Configuration& configuration = session.configuration();
  const std::string system = session.hub().system_name(first.connection);
  const auto connection = std::ranges::find(configuration.connections, system, &ConnectionSettings::name);
  if (connection == configuration.connections.end()) return fail_with(kNotFound, "connection '" + system + "' is not configured any more");
  grammar::Findings findings;
  const auto line = enum_line(configuration, connection->connector, configuration.model.at(first.type).name, pair->field, pair->option, pair->word, findings);
  if (!line) return fail_with(code_of(line.error()), line.error().message);
  if (grammar::has_errors(findings)) {
    print_findings(findings);
    return kConfiguration;
  }
  const std::string file = line->put_into.empty() ? (std::filesystem::path(configuration.path).parent_path() / line->propose).string() : line->put_into;
  if (common.json) {
    const auto text = [](std::string_view words) { return to_json(Value(words)); };
    fmt::print("{{\"file\": {}, \"new_file\": {}, \"yaml\": {}, \"letters\": {}}}\n", text(file), line->put_into.empty(), text(line->yaml), letters.size());
    return kOk;
  }
  if (line->put_into.empty())
    fmt::print("1. Write {} :\n\n{}\n2. Name it in {} under 'mappings' (a list): {}\n", file, indented(line->yaml), configuration.path, line->propose);
  else fmt::print("1. Add to {} :\n\n{}\n2. Nothing else: the configuration names that file.\n", file, indented(line->yaml));
  fmt::print("3. lockstep check, then start lockstep again\n4. lockstep dead-letters replay {}\n\nThe line was tried: the configuration loads with it.\n",
             arguments.id);
  return kOk;
}

}  // namespace

int letters_mend_command(const Common& common, const MendArguments& arguments) {
  const int ways = (arguments.set.empty() ? 0 : 1) + (arguments.map.empty() ? 0 : 1) + (arguments.link.empty() ? 0 : 1);
  if (ways != 1) return fail_with(kUsage, "say one way to mend: --set field=value, --map field:option=word, or --link REMOTE_ID");
  auto session = Session::open(common.config, false);
  if (!session) return session.code();
  std::vector<Ulid> ids;
  if (const int code = choose_letters(*session, arguments.id, ids); code != kOk) return code;
  if (!arguments.set.empty()) return edit_values(common, *session, arguments, std::move(ids));
  if (!arguments.map.empty()) return show_enum_line(common, *session, arguments, ids);
  if (ids.size() != 1) return fail_with(kUsage, "a link is chosen for one letter: name it by its id");
  return choose_link(common, *session, arguments, ids.front());
}

}  // namespace lockstep::app

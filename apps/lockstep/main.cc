// The command line: what each command takes. What they do is in the other files.
#include <malloc.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>

#include "base/text.h"
#include "commands.h"
#include "session.h"

using namespace lockstep::app;

namespace {

constexpr const char* kFooter =
    "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 configuration has errors, 4 not found, 5 a system is not available.\n"
    "Each command has examples of its own: lockstep COMMAND --help";

CLI::App* command(CLI::App& app, const std::string& name, const std::string& what, const std::string& examples) {
  CLI::App* one = app.add_subcommand(name, what);
  one->footer("Examples:\n" + examples + "\n\nEvery command takes -c FILE (the configuration; default lockstep.yaml) and --json (for programs to read).");
  return one;
}

/// At least 1, and a message that can be read (CLI::PositiveNumber tells the largest double there is).
const CLI::Range kCount(std::size_t{1}, std::size_t{1'000'000});

/// What was meant as a command and is none, with the nearest one; empty when something else is wrong.
std::string unknown_command(CLI::App& app) {
  CLI::App* within = &app;
  while (!within->get_subcommands().empty()) within = within->get_subcommands().front();
  std::vector<std::string> known;
  for (const CLI::App* one : within->get_subcommands([](const CLI::App*) { return true; })) known.push_back(one->get_name());
  const std::vector<std::string> left = app.remaining(true);
  if (known.empty() || left.empty() || left.front().starts_with('-')) return "";
  const std::string nearest = lockstep::nearest_name(left.front(), known);
  return "there is no command '" + left.front() + "'; " + (nearest.empty() ? "there are: " + lockstep::join(known, ", ") : "did you mean '" + nearest + "'?");
}

/// Pages of megabytes come and go: each is given back when it goes. By itself malloc(3) would soon keep them within the heap,
/// where what lives longer comes to lie between them.
void give_pages_back() {
  constexpr int kPage = 256 * 1024, kTrim = 512 * 1024;
  mallopt(M_MMAP_THRESHOLD, kPage);
  mallopt(M_TRIM_THRESHOLD, kTrim);
}

/// What one call of the program was told, and how it ended.
struct Invocation {
  Common common;
  bool force = false, explain = false, reference = false, full = false;
  std::string which, restored_file, record_id, connection, by;
  BackupArguments backup;
  ReviewArguments review;
  LetterArguments letter;
  MendArguments mend;
  AuditArguments audit;
  int exit_code = kOk;
};

/// Setting up, checking, running.
void add_daily(CLI::App& app, Invocation& in) {
  CLI::App* init = command(app, "init", "Write a commented lockstep.yaml and a seal key", "  lockstep init\n  lockstep -c acme.yaml init");
  init->add_flag("--force", in.force, "Overwrite an existing configuration");
  init->callback([&in] { in.exit_code = init_command(in.common, in.force); });

  CLI::App* check = command(app, "check", "Check configuration, connectors and mappings", "  lockstep check\n  lockstep check --explain | less");
  check->add_flag("--explain", in.explain, "Per field and system: class, direction, fixed point, worst-case loss");
  check->callback([&in] { in.exit_code = check_command(in.common, in.explain); });

  CLI::App* schema =
      command(app, "schema", "Print a JSON Schema: configuration, connector, mapping or model",
              "  lockstep schema mapping > mapping.schema.json\n  lockstep schema connector --reference\n  lockstep schema expressions --reference");
  schema->add_option("which", in.which, "configuration, connector, mapping or model")->required();
  schema->add_flag("--reference", in.reference, "A reference page in Markdown instead; also of 'expressions'");
  schema->callback([&in] { in.exit_code = schema_command(in.which, in.reference); });

  CLI::App* run = command(app, "run", "Keep everything in step until stopped", "  lockstep run\n  lockstep -c acme.yaml run");
  run->callback([&in] { in.exit_code = run_command(in.common); });

  CLI::App* sync = command(app, "sync", "One round in the foreground", "  lockstep sync\n  lockstep sync --full");
  sync->add_flag("--full", in.full, "List every system completely");
  sync->callback([&in] { in.exit_code = sync_command(in.common, in.full); });

  CLI::App* status = command(app, "status", "What is linked, owed, waiting", "  lockstep status\n  lockstep status --json");
  status->callback([&in] { in.exit_code = status_command(in.common); });

  CLI::App* accept = command(app, "accept-account", "A connection may sign in as another user, or to another account, than before",
                             "  lockstep accept-account crm_a --by ada");
  accept->add_option("connection", in.connection, "Its name; make sure that the new user sees the same records")->required();
  accept->add_option("--by", in.by, "Who decides, for the audit");
  accept->callback([&in] { in.exit_code = accept_account_command(in.common, in.connection, in.by); });
}

void add_backups(CLI::App& app, Invocation& in) {
  CLI::App* backup = command(app, "backup", "Copy the store while it is in use, and check the copy",
                             "  lockstep backup\n  lockstep backup --to /mnt/backups --keep 48\n  lockstep backup --list --json");
  backup->add_option("--to", in.backup.to, "Folder; default: backup.to of the configuration");
  backup->add_option("--keep", in.backup.keep, "How many of the newest stay; default: backup.keep, else 12")->check(kCount);
  backup->add_flag("--list", in.backup.list, "Show the backups there instead");
  backup->callback([&in] { in.exit_code = backup_command(in.common, in.backup); });

  CLI::App* restore = command(app, "restore", "Put a backup in the place of the store; the next run reads every system again before it writes",
                              "  lockstep restore latest\n  lockstep restore backups/lockstep-20261126T074500.123Z.db");
  restore->add_option("file", in.restored_file, "A backup, or 'latest'")->required();
  restore->callback([&in] { in.exit_code = restore_command(in.common, in.restored_file); });
}

void add_record(CLI::App& app, Invocation& in) {
  CLI::App* record = app.add_subcommand("record", "One customer's story");
  record->require_subcommand(1);
  CLI::App* record_show =
      command(*record, "show", "Golden values with who set them and when, links, pending work, last audit rows",
              "  lockstep record show 01JDFK3V8Q4T0Z6M2N9R5S7W1X\n  lockstep record show support/contact/42\n  lockstep record show ada@example.com");
  record_show->add_option("id", in.record_id, "Entity id, connection/object/remote-id, or a match key such as an e-mail address")->required();
  record_show->callback([&in] { in.exit_code = record_show_command(in.common, in.record_id); });
}

void add_reviews(CLI::App& app, Invocation& in) {
  CLI::App* review = app.add_subcommand("review", "Conflicts and doubts that wait for a person");
  review->require_subcommand(1);
  CLI::App* review_list = command(*review, "list", "Open items", "  lockstep review list\n  lockstep review list --all --json");
  review_list->add_flag("--all", in.review.all, "Closed ones too");
  review_list->add_option("--limit", in.review.limit, "How many, newest first")->capture_default_str()->check(kCount);
  review_list->callback([&in] { in.exit_code = review_list_command(in.common, in.review); });
  CLI::App* review_show = command(*review, "show", "One item with its candidates and choices", "  lockstep review show 01JD…");
  review_show->add_option("id", in.review.id, "Id, as 'list' shows it")->required();
  review_show->callback([&in] { in.exit_code = review_show_command(in.common, in.review); });
  CLI::App* review_resolve = command(*review, "resolve", "Decide", "  lockstep review resolve 01JD… 2 --by ada\n  lockstep review resolve 01JD… new");
  review_resolve->add_option("id", in.review.id, "Id, as 'list' shows it")->required();
  review_resolve->add_option("choice", in.review.choice, "See: lockstep review show ID")->required();
  review_resolve->add_option("--by", in.review.by, "Who decides, for the audit");
  review_resolve->callback([&in] { in.exit_code = review_resolve_command(in.common, in.review); });
}

void add_letters(CLI::App& app, Invocation& in) {
  CLI::App* letters = app.add_subcommand("dead-letters", "What used up its attempts");
  letters->require_subcommand(1);
  CLI::App* letters_list = command(*letters, "list", "Open dead letters", "  lockstep dead-letters list --json");
  letters_list->add_flag("--all", in.letter.all, "Closed ones too");
  letters_list->add_option("--limit", in.letter.limit, "How many, newest first")->capture_default_str()->check(kCount);
  letters_list->callback([&in] { in.exit_code = letters_list_command(in.common, in.letter); });
  CLI::App* letters_groups = command(*letters, "groups", "Open dead letters by cause, with what to do",
                                     "  lockstep dead-letters groups\n  lockstep dead-letters replay validation/INVALID_EMAIL/9c3f21aa");
  letters_groups->callback([&in] { in.exit_code = letters_groups_command(in.common); });
  CLI::App* letters_show = command(*letters, "show", "One with its whole context", "  lockstep dead-letters show 01JD…");
  letters_show->add_option("id", in.letter.id, "Id, as 'list' shows it")->required();
  letters_show->callback([&in] { in.exit_code = letters_show_command(in.common, in.letter); });
  CLI::App* letters_replay =
      command(*letters, "replay", "Try again with fresh attempts", "  lockstep dead-letters replay 01JD…\n  lockstep dead-letters replay all --at-most 100");
  letters_replay->add_option("id", in.letter.id, "Id, cause as 'groups' shows it, or 'all'")->required();
  letters_replay->add_option("--by", in.letter.by, "Who decides, for the audit");
  letters_replay->add_option("--at-most", in.letter.at_most, "How many at a time, parents first")->capture_default_str()->check(kCount);
  letters_replay->callback([&in] { in.exit_code = letters_replay_command(in.common, in.letter); });
  CLI::App* letters_mend = command(*letters, "mend", "Set right what was refused: edit values, map an option, choose a link",
                                   "  lockstep dead-letters mend 01JD… --set email=ada@example.com --by ada\n"
                                   "  lockstep dead-letters mend validation/INVALID_EMAIL/9c3f21aa --set email=\n"
                                   "  lockstep dead-letters mend 01JD… --set mailing_address.country=DE --set mailing_address.city=Berlin\n"
                                   "  lockstep dead-letters mend enum/INVALID_OPTION/11f0c2aa --map lead_source:partner=\"Partner Referral\"\n"
                                   "  lockstep dead-letters mend 01JD… --link 0035g00000XyZabAAF");
  letters_mend->add_option("id", in.mend.id, "Id, cause as 'groups' shows it, or 'all'")->required();
  letters_mend->add_option("--set", in.mend.set, "field=value: an edit on our side that every system is owed; an empty value blanks the field")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  letters_mend->add_option("--map", in.mend.map, "field:option=word: shows the line for a mapping file of yours, tried");
  letters_mend->add_option("--link", in.mend.link, "Remote id: that record there is this one");
  letters_mend->add_option("--by", in.mend.by, "Who decides, for the audit");
  letters_mend->callback([&in] { in.exit_code = letters_mend_command(in.common, in.mend); });
  CLI::App* letters_discard = command(*letters, "discard", "Give up until the record changes", "  lockstep dead-letters discard 01JD…");
  letters_discard->add_option("id", in.letter.id, "Id, cause as 'groups' shows it, or 'all'")->required();
  letters_discard->add_option("--by", in.letter.by, "Who decides, for the audit");
  letters_discard->callback([&in] { in.exit_code = letters_discard_command(in.common, in.letter); });
}

void add_audit(CLI::App& app, Invocation& in) {
  CLI::App* audit = command(app, "audit", "Every operation on every record, newest first",
                            "  lockstep audit --entity 01JD…\n  lockstep audit --connection crm_a --failures --since 2026-11-24T00:00:00Z --json");
  audit->add_option("--entity", in.audit.entity, "Entity id, as 'record show' tells it");
  audit->add_option("--connection", in.audit.connection, "Name of a connection");
  audit->add_option("--run", in.audit.run, "Id of a run: what happened together");
  audit->add_option("--operation", in.audit.operation, "observe, create, update, delete, link, …");
  audit->add_option("--since", in.audit.since, "RFC 3339 time: 2026-11-24T08:00:00Z");
  audit->add_flag("--failures", in.audit.failures, "Only what failed");
  audit->add_option("--limit", in.audit.limit, "How many")->capture_default_str()->check(kCount);
  audit->callback([&in] { in.exit_code = audit_command(in.common, in.audit); });
}

}  // namespace

int main(int argc, char** argv) {
  ::umask(0077);  // the store and its backups hold customers, and are their owner's alone
  give_pages_back();
  CLI::App app{"Lockstep keeps a support system and its CRMs in step, both ways."};
  app.footer(kFooter);
  app.require_subcommand(1);
  app.set_version_flag("--version", "lockstep 0.1.0");
  Invocation in;
  app.add_option("-c,--config", in.common.config, "Configuration file")->capture_default_str();
  app.add_flag("--json", in.common.json, "Machine-readable output");
  app.fallthrough();
  for (const auto add : {add_daily, add_backups, add_record, add_reviews, add_letters, add_audit}) add(app, in);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const std::string unknown = error.get_exit_code() == 0 ? "" : unknown_command(app);
    if (!unknown.empty()) return fail_with(kUsage, unknown);
    const int code = app.exit(error);
    return code == 0 ? kOk : kUsage;
  }
  return in.exit_code;
}

#include "backup.h"

#include <fmt/format.h>

#include <thread>

#include "commands.h"
#include "print.h"
#include "session.h"
#include "store/sqlite/backup.h"

namespace lockstep::app {

namespace {

WallTime wall_now() { return WallTime{std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count()}; }

std::shared_ptr<const Configuration> load(const Common& common) {
  grammar::Findings findings;
  LoadOptions options;
  options.resolve_secrets = false;
  auto configuration = load_configuration(common.config, options, findings);
  if (!configuration) print_findings(findings);
  return configuration;
}

std::string json_of(const BackupFile& file) {
  return "{\"file\": " + to_json(Value(file.path)) + ", \"taken\": \"" + format_iso(file.taken) + "\", \"bytes\": " + std::to_string(file.bytes) + "}";
}

int print_backups(const std::string& folder, bool json) {
  const std::vector<BackupFile> all = list_backups(folder, wall_now());
  for (const BackupFile& file : all) {
    if (json) fmt::print("{}\n", json_of(file));
    else fmt::print("{}  {:>6} ago  {:>8.1f} MB  {}\n", format_iso(file.taken), age(wall_now() - file.taken), static_cast<double>(file.bytes) / 1e6, file.path);
  }
  if (all.empty() && !json) fmt::print("No backups in '{}'.\n", folder);
  return kOk;
}

/// The copying and checking, beside the control thread.
Task<Result<BackupFile>> backup_beside(Executor& executor, std::string store_path, BackupSettings settings) {
  Result<BackupFile> outcome = fail(ErrorCode::internal, "never tried");
  Semaphore done(executor, 0);
  const WallTime now = executor.clock().wall();
  std::thread worker([&] {
    outcome = backup_sqlite(store_path, settings.folder, settings.keep, now);
    executor.post([&done] { done.release(); });
  });
  co_await done.acquire();
  worker.join();
  co_return outcome;
}

}  // namespace

Task<void> keep_backups(Executor& executor, TaskGroup& tasks, Log& log, std::string store_path, BackupSettings settings) {
  constexpr Duration kAgain{60'000};
  const std::vector<BackupFile> there = list_backups(settings.folder, executor.clock().wall());
  const Duration age = there.empty() ? settings.every : executor.clock().wall() - there.front().taken;
  Duration wait = std::clamp(settings.every - age, Duration{0}, settings.every);
  for (;;) {
    const bool awake = co_await tasks.sleep(wait);
    if (!awake) co_return;
    const Instant begun = executor.clock().now();
    const Result<BackupFile> made = co_await backup_beside(executor, store_path, settings);
    const Duration took = executor.clock().now() - begun;
    if (made) log.info("backup", {{"file", made->path}, {"bytes", std::to_string(made->bytes)}, {"ms", std::to_string(took.count())}});
    else log.error("backup_failed", {{"error", made.error().message}});
    wait = made ? std::max(settings.every - took, Duration{0}) : std::min(settings.every, kAgain);
  }
}

int backup_command(const Common& common, const BackupArguments& arguments) {
  const auto configuration = load(common);
  if (!configuration) return kConfiguration;
  const std::string folder = !arguments.to.empty() ? arguments.to : configuration->backup ? configuration->backup->folder : "";
  if (folder.empty()) return fail_with(kUsage, "name a folder with --to, or write 'backup: {to: FOLDER}' into '" + common.config + "'");
  if (arguments.list) return print_backups(folder, common.json);
  const std::size_t keep = arguments.keep > 0 ? arguments.keep : configuration->backup ? configuration->backup->keep : BackupSettings{}.keep;
  const auto begun = std::chrono::steady_clock::now();
  const auto made = backup_sqlite(configuration->store_path, folder, keep, wall_now());
  if (!made) return fail_with(made.error().code == ErrorCode::not_found ? kNotFound : kFailed, made.error().message);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  if (common.json) fmt::print("{}\n", json_of(*made));
  else fmt::print("{}  {:.1f} MB in {:.2f} s, checked\n", made->path, static_cast<double>(made->bytes) / 1e6, seconds);
  return kOk;
}

int restore_command(const Common& common, const std::string& named) {
  const auto configuration = load(common);
  if (!configuration) return kConfiguration;
  std::string file = named;
  if (named == "latest") {
    if (!configuration->backup) return fail_with(kUsage, "'latest' needs 'backup: {to: FOLDER}' in '" + common.config + "'; name a file instead");
    const std::vector<BackupFile> all = list_backups(configuration->backup->folder, wall_now());
    if (all.empty()) return fail_with(kNotFound, "no backups in '" + configuration->backup->folder + "'");
    file = all.front().path;
  }
  const auto lock = StoreLock::take(configuration->store_path);
  if (!lock) return fail_with(kFailed, lock.error().message);
  const auto restored = restore_sqlite(file, configuration->store_path, wall_now());
  if (!restored) return fail_with(restored.error().code == ErrorCode::not_found ? kNotFound : kFailed, restored.error().message);
  const Epoch& epoch = restored->epoch;
  const bool dated = epoch.backup_taken.ms > 0;
  if (common.json) {
    fmt::print("{{\"file\": {}, \"epoch\": {}, \"taken\": {}, \"entities\": {}, \"kept_as\": {}}}\n", to_json(Value(file)), epoch.number,
               dated ? "\"" + format_iso(epoch.backup_taken) + "\"" : "null", restored->entities, to_json(Value(restored->kept_as)));
    return kOk;
  }
  fmt::print("Restored {} entities from {}{}.\n", restored->entities, file, dated ? ", taken " + age(epoch.restored_at - epoch.backup_taken) + " ago" : "");
  if (!restored->kept_as.empty()) fmt::print("The store that stood there is kept as {}.\n", restored->kept_as);
  fmt::print("`lockstep run` now reads every system again, and writes only once it knows what happened since.\n");
  return kOk;
}

}  // namespace lockstep::app

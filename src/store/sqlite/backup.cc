#include "store/sqlite/backup.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "base/text.h"
#include "store/row_codec.h"
#include "store/sqlite/database.h"

namespace lockstep {

namespace {

namespace files = std::filesystem;
using sqlite::Database;
using sqlite::Statement;

constexpr std::size_t kCacheKib = 4 * 1024;
constexpr std::string_view kPrefix = "lockstep-", kSuffix = ".db";
constexpr std::string_view kHalf = ".part";
constexpr Duration kHalfLeft{3'600'000};  // no backup takes so long: whoever made it is gone

/// "2026-11-26T07:45:00.123Z" without dashes and colons: sorts by time, and every file system takes it.
std::string name_of(WallTime time) {
  std::string text = format_iso(time);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return std::string(kPrefix) + text + std::string(kSuffix);
}

std::optional<WallTime> time_of(std::string_view name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return std::nullopt;
  std::string text(name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size()));
  if (text.size() < 16) return std::nullopt;
  for (const auto& [at, mark] : {std::pair<std::size_t, const char*>{13, ":"}, {11, ":"}, {6, "-"}, {4, "-"}}) text.insert(at, mark);
  const auto time = parse_iso_time(text);
  return time ? std::optional(*time) : std::nullopt;
}

Result<void> make_durable(const files::path& path) {
  const int handle = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = handle >= 0 && ::fsync(handle) == 0;
  const std::string why = std::strerror(errno);
  if (handle >= 0) ::close(handle);
  if (!synced) return fail(ErrorCode::storage, "cannot make '" + path.string() + "' durable: " + why);
  return {};
}

struct Handle {
  explicit Handle(sqlite3* to) : it(to) {}
  Handle(const Handle&) = delete;
  ~Handle() { sqlite3_close(it); }
  sqlite3* it;
};

/// All pages of one snapshot of `from`, in one go: taken in portions, every commit in between would start it anew.
Result<void> copy_pages(const std::string& from, const std::string& to) {
  const auto open = [](const std::string& path, int flags) {
    sqlite3* handle = nullptr;
    sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
    if (handle) sqlite3_busy_timeout(handle, 10'000);
    return handle;
  };
  const Handle source(open(from, SQLITE_OPEN_READONLY));
  const Handle copy(open(to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
  if (!source.it || sqlite3_errcode(source.it) != SQLITE_OK)
    return fail(ErrorCode::storage, "cannot read '" + from + "': " + (source.it ? sqlite3_errmsg(source.it) : "out of memory"));
  if (!copy.it || sqlite3_errcode(copy.it) != SQLITE_OK)
    return fail(ErrorCode::storage, "cannot write '" + to + "': " + (copy.it ? sqlite3_errmsg(copy.it) : "out of memory"));
  sqlite3_exec(copy.it, "PRAGMA synchronous=OFF; PRAGMA journal_mode=OFF", nullptr, nullptr, nullptr);  // synced once, at the end
  sqlite3_backup* backup = sqlite3_backup_init(copy.it, "main", source.it, "main");
  int code = backup ? sqlite3_backup_step(backup, -1) : sqlite3_errcode(copy.it);
  if (backup) {
    const int finished = sqlite3_backup_finish(backup);
    if (code == SQLITE_DONE) code = finished;
  }
  if (code != SQLITE_OK) return fail(ErrorCode::storage, "copying '" + from + "': " + sqlite3_errstr(code));
  // The copy is one file, which needs no log beside it.
  if (sqlite3_exec(copy.it, "PRAGMA journal_mode=DELETE", nullptr, nullptr, nullptr) != SQLITE_OK)
    return fail(ErrorCode::storage, "'" + to + "': " + sqlite3_errmsg(copy.it));
  return {};
}

/// `check`: quick_check where it is done every few minutes, integrity_check before a file takes a store's place.
Result<void> check_whole(Database& database, const std::string& path, const char* check) {
  TRY(Statement row, database.prepare(check));
  TRY(const bool found, row.step());
  if (!found || row.text(0) != "ok")
    return fail(ErrorCode::storage, "'" + path + "' is damaged (" + (found ? row.text(0) : "no answer") + "); take another backup");
  return {};
}

Result<std::string> setting(Database& database, const char* sql) {
  TRY(Statement row, database.prepare(sql));
  TRY(const bool found, row.step());
  return found ? row.text(0) : std::string();
}

/// Numbers that were given out after the backup must not be given out again for something else: the API's ETags and its
/// feed of changes go on far above them.
Result<void> renumber(Database& database, WallTime now) {
  std::int64_t lowest = 0, highest = 0;
  {
    TRY(Statement row, database.prepare("SELECT coalesce(min(change), 0), coalesce(max(change), 0) FROM golden"));
    TRY([[maybe_unused]] const bool found, row.step());
    lowest = row.integer(0);
    highest = row.integer(1);
  }
  const std::int64_t base = std::max(now.ms * 1000, highest + 1);
  TRY(Statement row, database.prepare("UPDATE golden SET change = change - ? + ?, version = version + ?"));
  return row.bind(lowest).bind(base).bind(now.ms).run();
}

Result<void> stamp(Database& database, const Epoch& epoch, const std::string& file) {
  TRY_VOID(database.execute("BEGIN IMMEDIATE"));
  TRY_VOID(renumber(database, epoch.restored_at));
  // An approval was given for what a person saw then.
  TRY_VOID(database.execute("DELETE FROM setting WHERE name LIKE 'withheld_deletes/%'"));
  {
    const std::string text = print_epoch(epoch);
    TRY(Statement row, database.prepare("INSERT OR REPLACE INTO setting(name, value) VALUES('epoch', ?)"));
    TRY_VOID(row.bind_text(text).run());
  }
  {
    const std::string none = codec::encode_changes({}), note = "restored from " + file;
    const Ulid nil;
    TRY(Statement row,
        database.prepare("INSERT INTO audit(at, run, connection, source, entity, type, object, remote, operation, success, failure_class, error, attempt, "
                         "mapping_version, changes) VALUES(?, ?, 0, 0, ?, '', '', '', 'restore', 1, '', ?, 0, '', ?)"));
    TRY_VOID(row.bind(epoch.restored_at.ms).bind(nil).bind(nil).bind_text(note).bind_blob(none).run());
  }
  return database.execute("COMMIT");
}

/// The store as it stands is kept under another name, without a log that would be played into its successor.
Result<std::string> put_aside(const std::string& store_path, WallTime now) {
  std::error_code error;
  if (!files::exists(store_path, error)) {
    for (const char* suffix : {"-wal", "-shm"}) files::remove(store_path + suffix, error);
    return std::string();
  }
  {
    // Moves the log into the file where that is still possible.
    auto old = Database::open(store_path, false, kCacheKib);
    if (old) (void)(*old)->execute("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  std::string kept = store_path + ".before-" + format_iso(now).substr(0, 19);
  std::ranges::replace(kept.begin() + static_cast<std::ptrdiff_t>(store_path.size()), kept.end(), ':', '-');
  const std::string first = kept;
  for (int number = 2; files::exists(kept, error); ++number) kept = first + "-" + std::to_string(number);
  files::create_hard_link(store_path, kept, error);
  if (error) return fail(ErrorCode::storage, "cannot keep the present store as '" + kept + "': " + error.message());
  for (const char* suffix : {"-wal", "-shm"})
    if (files::exists(store_path + suffix, error)) files::rename(store_path + suffix, kept + suffix, error);
  return kept;
}

/// What killed backups left: before another is made, since it may be what the disk is full of.
void remove_halves(const std::string& folder, WallTime now) {
  std::error_code error;
  std::vector<files::path> left;
  for (const auto& entry : files::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(kHalf)) continue;
    const auto begun = time_of(std::string_view(name).substr(0, name.size() - kHalf.size()));
    if (begun && *begun + kHalfLeft < now) left.push_back(entry.path());
  }
  for (const files::path& path : left) files::remove(path, error);
}

}  // namespace

Result<BackupFile> backup_sqlite(const std::string& store_path, const std::string& folder, std::size_t keep, WallTime now) {
  std::error_code error;
  if (!files::exists(store_path, error)) return fail(ErrorCode::not_found, "there is no store '" + store_path + "' to back up");
  files::create_directories(folder, error);
  if (error) return fail(ErrorCode::storage, "cannot make the folder '" + folder + "': " + error.message());
  const files::path path = files::path(folder) / name_of(now);
  remove_halves(folder, now);
  const files::path half = path.string() + std::string(kHalf);
  const auto made = [&]() -> Result<void> {
    files::remove(half, error);
    TRY_VOID(copy_pages(store_path, half.string()));
    {
      TRY(auto copy, Database::open(half.string(), true, kCacheKib));
      TRY_VOID(sqlite::check_version(*copy));
      TRY_VOID(check_whole(*copy, half.string(), "PRAGMA quick_check(1)"));
    }
    TRY_VOID(make_durable(half));
    files::rename(half, path, error);
    if (error) return fail(ErrorCode::storage, "cannot name the backup '" + path.string() + "': " + error.message());
    return make_durable(folder);
  };
  if (auto done = made(); !done) {
    files::remove(half, error);
    return tl::unexpected(done.error());
  }
  const std::vector<BackupFile> all = list_backups(folder, now);
  for (std::size_t i = std::max<std::size_t>(keep, 1); i < all.size(); ++i) files::remove(all[i].path, error);
  return BackupFile{path.string(), now, static_cast<std::int64_t>(files::file_size(path, error))};
}

std::vector<BackupFile> list_backups(const std::string& folder, WallTime now) {
  std::vector<BackupFile> all;
  std::error_code error;
  for (const auto& entry : files::directory_iterator(folder, error))
    if (const auto taken = time_of(entry.path().filename().string()))
      all.push_back(BackupFile{entry.path().string(), *taken, static_cast<std::int64_t>(entry.file_size(error))});
  std::ranges::sort(all, [&](const BackupFile& a, const BackupFile& b) { return std::pair(a.taken <= now, a.taken) > std::pair(b.taken <= now, b.taken); });
  return all;
}

Result<Restored> restore_sqlite(const std::string& file, const std::string& store_path, WallTime now) {
  std::error_code error;
  if (!files::is_regular_file(file, error)) return fail(ErrorCode::not_found, "there is no backup '" + file + "'");
  if (files::equivalent(file, store_path, error)) return fail(ErrorCode::storage, "'" + file + "' is the store itself; name a backup");
  const std::string half = store_path + ".restoring";
  const auto clear = [&] {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) files::remove(half + suffix, error);
  };
  clear();
  Restored restored;
  const auto done = [&]() -> Result<void> {
    TRY_VOID(copy_pages(file, half));
    {
      TRY(auto copy, Database::open(half, false, kCacheKib));
      TRY_VOID(sqlite::check_version(*copy));
      TRY_VOID(check_whole(*copy, file, "PRAGMA integrity_check(1)"));
      TRY_VOID(sqlite::migrate(*copy, false));
      TRY(const std::string before, setting(*copy, "SELECT value FROM setting WHERE name = 'epoch'"));
      restored.epoch.number = parse_epoch(before).number + 1;
      restored.epoch.restored_at = now;
      restored.epoch.backup_taken = time_of(files::path(file).filename().string()).value_or(WallTime{});
      TRY_VOID(stamp(*copy, restored.epoch, file));
      TRY(const std::string entities, setting(*copy, "SELECT count(*) FROM golden WHERE present = 1"));
      restored.entities = std::atoll(entities.c_str());
      TRY_VOID(copy->execute("PRAGMA wal_checkpoint(TRUNCATE)"));
    }
    TRY_VOID(make_durable(half));
    TRY(restored.kept_as, put_aside(store_path, now));
    files::rename(half, store_path, error);
    if (error) return fail(ErrorCode::storage, "cannot put the backup in place of '" + store_path + "': " + error.message());
    return make_durable(files::absolute(store_path, error).parent_path());
  }();
  clear();
  if (!done) return fail(done.error(), "the store was not touched");
  return restored;
}

Result<StoreLock> StoreLock::take(const std::string& store_path) {
  std::error_code unknown;
  const files::path resolved = files::weakly_canonical(store_path, unknown);  // one lock by whatever name the store goes
  const std::string path = (unknown ? store_path : resolved.string()) + ".lock";
  const int handle = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (handle < 0) return fail(ErrorCode::storage, "cannot open '" + path + "': " + std::strerror(errno));
  if (::flock(handle, LOCK_EX | LOCK_NB) == 0) return StoreLock(handle);
  const bool held = errno == EWOULDBLOCK;
  const std::string why = std::strerror(errno);
  ::close(handle);
  if (!held) return fail(ErrorCode::storage, "cannot lock '" + path + "': " + why);
  return fail(ErrorCode::conflict, "another lockstep is at work on the store '" + store_path + "'; stop it first");
}

StoreLock::~StoreLock() {
  if (handle_ >= 0) ::close(handle_);
}

}  // namespace lockstep

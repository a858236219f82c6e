#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "store/epoch.h"

namespace lockstep {

/// One backup as it lies in its folder. The name tells when it was taken, to the second: lockstep-20261126T074500Z.db.
struct BackupFile {
  std::string path;
  WallTime taken;
  std::int64_t bytes = 0;
};

/// Copies the store at `store_path` into a new file of `folder` while others read and write it: one snapshot, nobody waits.
/// The copy is checked and complete when it gets its name; then all but the `keep` newest backups are removed. Errors:
/// storage, with the way out; the folder holds no half copy then. Blocks for the time of copying: not for the control thread.
Result<BackupFile> backup_sqlite(const std::string& store_path, const std::string& folder, std::size_t keep, WallTime now);

/// Backups in a folder, newest first; an absent folder holds none. Those that lie ahead of `now` come last: they were taken before the
/// clock was set back.
std::vector<BackupFile> list_backups(const std::string& folder, WallTime now);

/// Puts the backup `file` in the place of the store, as a new epoch: whatever was learnt after the backup is void, and the
/// engine reads everything again before it writes (rule 17). What stood there is kept beside it as "<store>.before-<time>".
/// Whole or not at all. Precondition: nobody has the store open (see StoreLock). Errors: not_found, storage (damaged, of
/// another program, of a newer version).
struct Restored {
  Epoch epoch;
  std::int64_t entities = 0;
  std::string kept_as;  // where the replaced store is; empty: there was none
};
Result<Restored> restore_sqlite(const std::string& file, const std::string& store_path, WallTime now);

/// Held by whoever runs the engine on a store, or replaces it: an advisory lock on "<store>.lock", released by the kernel
/// when the process ends, however it ends.
class StoreLock {
 public:
  /// Error: conflict, when another process holds it.
  static Result<StoreLock> take(const std::string& store_path);
  StoreLock(StoreLock&& other) noexcept : handle_(std::exchange(other.handle_, -1)) {}
  StoreLock& operator=(StoreLock&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~StoreLock();

 private:
  explicit StoreLock(int handle) : handle_(handle) {}
  int handle_;
};

}  // namespace lockstep

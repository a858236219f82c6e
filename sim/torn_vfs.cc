#include "sim/torn_vfs.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"

namespace lockstep::sim {

namespace {

struct Write {
  sqlite3_int64 offset = 0, size_before = 0;
  std::size_t bytes_at = 0, before = 0, after = 0;  // among the bytes of all: where its own begin, how many it found there, how many it put
};
/// What was written since the last sync. One buffer for all of it, used again after each sync: this is what a run does most.
struct Unsynced {
  std::vector<Write> writes;
  std::string bytes;
  std::string_view before(const Write& one) const { return std::string_view(bytes).substr(one.bytes_at, one.before); }
  std::string_view after(const Write& one) const { return std::string_view(bytes).substr(one.bytes_at + one.before, one.after); }
  void clear() {
    writes.clear();
    bytes.clear();
  }
};
/// One file, whoever has it open.
struct Kept {
  sqlite3_int64 size = 0;
  Unsynced unsynced;
  // Locks of the WAL index: all connections live in this process, so asking the operating system would tell nothing.
  int shared[SQLITE_SHM_NLOCK] = {};
  bool exclusive[SQLITE_SHM_NLOCK] = {};
};
struct Disk {
  bool dead = false, full = false;
  std::map<std::string, Kept, std::less<>> files;  // by path
};
Disk& disk() {
  static Disk one;
  return one;
}
sqlite3_vfs* real_vfs = nullptr;

/// Our part of a file; SQLite gives the memory, and the real file lies behind it.
struct File {
  sqlite3_file base;
  Kept* kept;  // null: a temporary file, which no restart sees
  sqlite3_file* real;
  unsigned shared, exclusive;  // locks of the WAL index that this connection holds, a bit each
};
File* own(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
sqlite3_file* real(sqlite3_file* file) { return own(file)->real; }

void let_go(File* one, int offset, int count) {
  if (!one->kept) return;
  for (int i = offset; i < offset + count; ++i) {
    const unsigned bit = 1u << i;
    if (one->shared & bit) --one->kept->shared[i];
    if (one->exclusive & bit) one->kept->exclusive[i] = false;
    one->shared &= ~bit;
    one->exclusive &= ~bit;
  }
}

int close(sqlite3_file* file) {
  let_go(own(file), 0, SQLITE_SHM_NLOCK);
  return real(file)->pMethods ? real(file)->pMethods->xClose(real(file)) : SQLITE_OK;
}
int read(sqlite3_file* file, void* into, int count, sqlite3_int64 offset) { return real(file)->pMethods->xRead(real(file), into, count, offset); }

int write(sqlite3_file* file, const void* from, int count, sqlite3_int64 offset) {
  if (disk().dead) return SQLITE_OK;
  Kept* kept = own(file)->kept;
  if (!kept) return real(file)->pMethods->xWrite(real(file), from, count, offset);
  if (disk().full && offset + count > kept->size) return SQLITE_FULL;
  std::string& bytes = kept->unsynced.bytes;
  Write one;
  one.offset = offset;
  one.size_before = kept->size;
  one.bytes_at = bytes.size();
  if (offset < kept->size) {
    one.before = static_cast<std::size_t>(std::min<sqlite3_int64>(count, kept->size - offset));
    bytes.resize(one.bytes_at + one.before);
    const int got = real(file)->pMethods->xRead(real(file), bytes.data() + one.bytes_at, static_cast<int>(one.before), offset);
    if (got != SQLITE_OK) return got;
  }
  one.after = static_cast<std::size_t>(count);
  bytes.append(static_cast<const char*>(from), one.after);
  kept->unsynced.writes.push_back(one);
  kept->size = std::max(kept->size, offset + count);
  return real(file)->pMethods->xWrite(real(file), from, count, offset);
}
int truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (disk().dead) return SQLITE_OK;
  if (own(file)->kept) own(file)->kept->size = size;
  return real(file)->pMethods->xTruncate(real(file), size);
}
/// The operating system need not sync: its power is not cut.
int sync(sqlite3_file* file, int) {
  if (!disk().dead && own(file)->kept) own(file)->kept->unsynced.clear();
  return SQLITE_OK;
}
int file_size(sqlite3_file* file, sqlite3_int64* size) { return real(file)->pMethods->xFileSize(real(file), size); }
int lock(sqlite3_file* file, int kind) { return real(file)->pMethods->xLock(real(file), kind); }
int unlock(sqlite3_file* file, int kind) { return real(file)->pMethods->xUnlock(real(file), kind); }
int check_lock(sqlite3_file* file, int* result) { return real(file)->pMethods->xCheckReservedLock(real(file), result); }
int control(sqlite3_file* file, int operation, void* argument) {
  if (operation == SQLITE_FCNTL_HAS_MOVED) {
    *static_cast<int*>(argument) = 0;
    return SQLITE_OK;
  }
  return real(file)->pMethods->xFileControl(real(file), operation, argument);
}
int sector_size(sqlite3_file*) { return 512; }
int traits(sqlite3_file*) { return 0; }  // no write is atomic, none stays in order
int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** into) {
  return real(file)->pMethods->xShmMap(real(file), page, size, extend, into);
}
int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  File* one = own(file);
  if (flags & SQLITE_SHM_UNLOCK) {
    let_go(one, offset, count);
    return SQLITE_OK;
  }
  const bool shares = (flags & SQLITE_SHM_SHARED) != 0;
  for (int i = offset; i < offset + count; ++i) {
    const int others = one->kept->shared[i] - ((one->shared >> i) & 1u ? 1 : 0);
    const bool taken = one->kept->exclusive[i] && !((one->exclusive >> i) & 1u);
    if (taken || (!shares && others > 0)) return SQLITE_BUSY;
  }
  for (int i = offset; i < offset + count; ++i) {
    const unsigned bit = 1u << i;
    if (shares && !(one->shared & bit)) ++one->kept->shared[i];
    if (!shares) one->kept->exclusive[i] = true;
    (shares ? one->shared : one->exclusive) |= bit;
  }
  return SQLITE_OK;
}
void shm_barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
int shm_unmap(sqlite3_file* file, int remove) { return real(file)->pMethods->xShmUnmap(real(file), remove); }

const sqlite3_io_methods kMethods = {2,       close,       read,   write,   truncate, sync,        file_size, lock,    unlock, check_lock,
                                     control, sector_size, traits, shm_map, shm_lock, shm_barrier, shm_unmap, nullptr, nullptr};

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  File* one = own(file);
  one->base.pMethods = nullptr;
  one->real = reinterpret_cast<sqlite3_file*>(one + 1);
  std::memset(one->real, 0, static_cast<std::size_t>(real_vfs->szOsFile));
  one->kept = name ? &disk().files[name] : nullptr;
  one->shared = one->exclusive = 0;
  const int code = real_vfs->xOpen(real_vfs, name, one->real, flags, flags_out);
  if (code != SQLITE_OK) return code;
  one->base.pMethods = &kMethods;
  return one->kept ? one->real->pMethods->xFileSize(one->real, &one->kept->size) : SQLITE_OK;  // others may have put it there
}
int remove(sqlite3_vfs*, const char* name, int sync_folder) {
  if (disk().dead) return SQLITE_OK;
  if (const auto found = disk().files.find(std::string_view(name)); found != disk().files.end()) {
    found->second.size = 0;
    found->second.unsynced.clear();
  }
  return real_vfs->xDelete(real_vfs, name, sync_folder);
}

void put(int handle, std::string_view bytes, sqlite3_int64 offset) {
  CHECK(::pwrite(handle, bytes.data(), bytes.size(), offset) == static_cast<ssize_t>(bytes.size()), "the simulated disk cannot be written");
}

/// The file as a restart finds it. Returns the writes that did not fully stay.
std::size_t settle(const std::string& path, const Unsynced& unsynced, Rng& rng) {
  const std::vector<Write>& writes = unsynced.writes;
  const int handle = ::open(path.c_str(), O_RDWR);
  if (handle < 0) return 0;
  for (auto write = writes.rbegin(); write != writes.rend(); ++write) put(handle, unsynced.before(*write), write->offset);
  CHECK(::ftruncate(handle, writes.front().size_before) == 0, "the simulated disk cannot be cut");
  constexpr std::size_t kSector = 512;
  const std::uint64_t fate = rng.below(3);
  const std::size_t whole = fate == 1 ? rng.below(writes.size()) : 0;
  std::size_t lost = 0;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    std::string_view stays = unsynced.after(writes[i]);
    const bool torn = fate == 1 && i == whole;
    if (torn) stays = stays.substr(0, stays.size() / kSector / 2 * kSector);
    const bool kept = fate == 1 ? i < whole : fate == 2 && rng.chance(0.5);
    if (kept || torn) put(handle, stays, writes[i].offset);
    if (!kept) ++lost;
  }
  ::close(handle);
  return lost;
}

}  // namespace

void TornDisk::install() {
  static sqlite3_vfs shim;
  if (real_vfs) return;
  real_vfs = sqlite3_vfs_find(nullptr);
  shim = *real_vfs;
  shim.zName = "torn";
  shim.szOsFile = static_cast<int>(sizeof(File)) + real_vfs->szOsFile;
  shim.pNext = nullptr;
  shim.xOpen = open;
  shim.xDelete = remove;
  CHECK(sqlite3_vfs_register(&shim, 1) == SQLITE_OK, "SQLite takes no other file system");
}

void TornDisk::fill(bool full) { disk().full = full; }

void TornDisk::synced(std::string_view part) {
  for (auto& [path, file] : disk().files)
    if (path.find(part) != std::string::npos) file.unsynced.clear();
}

void TornDisk::die() { disk().dead = true; }

std::size_t TornDisk::come_back(Rng rng) {
  std::size_t lost = 0;
  for (auto& [path, file] : disk().files)
    if (!file.unsynced.writes.empty()) lost += settle(path, std::exchange(file.unsynced, {}), rng);
  disk().dead = false;
  return lost;
}

}  // namespace lockstep::sim

#include "sim/torn_vfs.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"

namespace lockstep::sim {

namespace {

struct Write {
  sqlite3_int64 offset = 0, size_before = 0;
  std::string before, after;
};
struct Disk {
  bool dead = false, full = false;
  std::map<std::string, std::vector<Write>> unsynced;  // by path
};
Disk& disk() {
  static Disk one;
  return one;
}
sqlite3_vfs* real_vfs = nullptr;

/// Our part of a file; SQLite gives the memory, and the real file lies behind it.
struct File {
  sqlite3_file base;
  std::string* path;  // null: a temporary file, which no restart sees
  sqlite3_file* real;
};
File* own(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
sqlite3_file* real(sqlite3_file* file) { return own(file)->real; }

int close(sqlite3_file* file) {
  delete std::exchange(own(file)->path, nullptr);
  return real(file)->pMethods ? real(file)->pMethods->xClose(real(file)) : SQLITE_OK;
}
int read(sqlite3_file* file, void* into, int count, sqlite3_int64 offset) { return real(file)->pMethods->xRead(real(file), into, count, offset); }

int write(sqlite3_file* file, const void* from, int count, sqlite3_int64 offset) {
  if (disk().dead) return SQLITE_OK;
  if (disk().full && own(file)->path) {
    sqlite3_int64 size = 0;
    real(file)->pMethods->xFileSize(real(file), &size);
    if (offset + count > size) return SQLITE_FULL;
  }
  if (own(file)->path) {
    Write one;
    one.offset = offset;
    real(file)->pMethods->xFileSize(real(file), &one.size_before);
    one.before.resize(static_cast<std::size_t>(count));
    const int got = real(file)->pMethods->xRead(real(file), one.before.data(), count, offset);
    if (got != SQLITE_OK && got != SQLITE_IOERR_SHORT_READ) return got;
    one.after.assign(static_cast<const char*>(from), static_cast<std::size_t>(count));
    disk().unsynced[*own(file)->path].push_back(std::move(one));
  }
  return real(file)->pMethods->xWrite(real(file), from, count, offset);
}
int truncate(sqlite3_file* file, sqlite3_int64 size) { return disk().dead ? SQLITE_OK : real(file)->pMethods->xTruncate(real(file), size); }
int sync(sqlite3_file* file, int flags) {
  if (disk().dead) return SQLITE_OK;
  if (own(file)->path) disk().unsynced.erase(*own(file)->path);
  return real(file)->pMethods->xSync(real(file), flags);
}
int file_size(sqlite3_file* file, sqlite3_int64* size) { return real(file)->pMethods->xFileSize(real(file), size); }
int lock(sqlite3_file* file, int kind) { return real(file)->pMethods->xLock(real(file), kind); }
int unlock(sqlite3_file* file, int kind) { return real(file)->pMethods->xUnlock(real(file), kind); }
int check_lock(sqlite3_file* file, int* result) { return real(file)->pMethods->xCheckReservedLock(real(file), result); }
int control(sqlite3_file* file, int operation, void* argument) { return real(file)->pMethods->xFileControl(real(file), operation, argument); }
int sector_size(sqlite3_file*) { return 512; }
int traits(sqlite3_file*) { return 0; }  // no write is atomic, none stays in order
int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** into) {
  return real(file)->pMethods->xShmMap(real(file), page, size, extend, into);
}
int shm_lock(sqlite3_file* file, int offset, int count, int flags) { return real(file)->pMethods->xShmLock(real(file), offset, count, flags); }
void shm_barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
int shm_unmap(sqlite3_file* file, int remove) { return real(file)->pMethods->xShmUnmap(real(file), remove); }

const sqlite3_io_methods kMethods = {2,          close,     read,        write,  truncate,    sync,   file_size, lock,
                                     unlock,     check_lock, control,    sector_size, traits, shm_map, shm_lock, shm_barrier,
                                     shm_unmap,  nullptr,   nullptr};

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  File* one = own(file);
  one->base.pMethods = nullptr;
  one->real = reinterpret_cast<sqlite3_file*>(one + 1);
  std::memset(one->real, 0, static_cast<std::size_t>(real_vfs->szOsFile));
  one->path = name ? new std::string(name) : nullptr;
  const int code = real_vfs->xOpen(real_vfs, name, one->real, flags, flags_out);
  if (code == SQLITE_OK) one->base.pMethods = &kMethods;
  else delete std::exchange(one->path, nullptr);
  return code;
}
int remove(sqlite3_vfs*, const char* name, int sync_folder) {
  if (disk().dead) return SQLITE_OK;
  disk().unsynced.erase(name);
  return real_vfs->xDelete(real_vfs, name, sync_folder);
}

void put(int handle, const std::string& bytes, sqlite3_int64 offset) {
  CHECK(::pwrite(handle, bytes.data(), bytes.size(), offset) == static_cast<ssize_t>(bytes.size()), "the simulated disk cannot be written");
}

/// The file as a restart finds it. Returns the writes that did not fully stay.
std::size_t settle(const std::string& path, const std::vector<Write>& writes, Rng& rng) {
  const int handle = ::open(path.c_str(), O_RDWR);
  if (handle < 0) return 0;
  for (auto write = writes.rbegin(); write != writes.rend(); ++write) put(handle, write->before, write->offset);
  CHECK(::ftruncate(handle, writes.front().size_before) == 0, "the simulated disk cannot be cut");
  constexpr std::size_t kSector = 512;
  const std::uint64_t fate = rng.below(3);
  const std::size_t whole = fate == 1 ? rng.below(writes.size()) : 0;
  std::size_t lost = 0;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    std::string stays = writes[i].after;
    const bool torn = fate == 1 && i == whole;
    if (torn) stays.resize(stays.size() / kSector / 2 * kSector);
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
  std::erase_if(disk().unsynced, [&](const auto& file) { return file.first.find(part) != std::string::npos; });
}

void TornDisk::die() { disk().dead = true; }

std::size_t TornDisk::come_back(Rng rng) {
  std::size_t lost = 0;
  for (const auto& [path, writes] : std::exchange(disk().unsynced, {}))
    if (!writes.empty()) lost += settle(path, writes, rng);
  disk().dead = false;
  return lost;
}

}  // namespace lockstep::sim

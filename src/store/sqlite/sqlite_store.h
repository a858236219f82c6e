#pragma once

#include <memory>
#include <string>

#include "runtime/executor.h"
#include "store/store.h"

namespace lockstep {

struct SqliteOptions {
  std::string path;             // ":memory:" for tests
  bool read_only = false;       // works fail when they change something
  bool beside_another = false;  // a program may be at work on it: an older file is not migrated (ErrorCode::conflict)
  bool own_thread = true;       // false: works run inline, with a hop before and after (the simulator)
  std::size_t cache_kib = 14 * 1024;
};

/// The embedded store: SQLite in WAL mode, synchronous=FULL. Works queue up and are committed in groups; a work that fails
/// is rolled back to its savepoint alone. Creates or migrates the file. Errors: storage, with the way out.
Result<std::unique_ptr<Store>> open_sqlite(Executor& executor, const Model& model, SqliteOptions options);

}  // namespace lockstep

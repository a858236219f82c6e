#pragma once

#include "engine/configuration.h"
#include "observe/log.h"
#include "runtime/executor.h"

namespace lockstep::app {

/// Makes the configured backups beside the running engine until `tasks` stops. The first one is due `every` after the newest
/// that is there. One that fails is told in the log and tried again within a minute.
Task<void> keep_backups(Executor& executor, TaskGroup& tasks, Log& log, std::string store_path, BackupSettings settings);

}  // namespace lockstep::app

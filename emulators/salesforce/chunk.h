#pragma once

#include <functional>
#include <string>
#include <vector>

#include "emulators/core/database.h"
#include "emulators/salesforce/errors.h"

namespace lockstep::emulators::salesforce {

inline constexpr std::size_t kChunk = 200;  // records that are written together at most

/// What became of one record of many.
struct RowResult {
  std::string id;
  bool created = false;
  ApiErrors errors;  // empty: success
  bool good() const { return errors.empty(); }
};

/// Writes records together, `each(i)` one of them: what automation throws for one fails all, and none is written.
std::vector<RowResult> write_chunk(Database& database, std::size_t count, const std::function<RowResult(std::size_t)>& each);

}  // namespace lockstep::emulators::salesforce

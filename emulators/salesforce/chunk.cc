#include "emulators/salesforce/chunk.h"

#include <algorithm>

namespace lockstep::emulators::salesforce {

std::vector<RowResult> write_chunk(Database& database, std::size_t count, const std::function<RowResult(std::size_t)>& each) {
  Transaction together(database);
  std::vector<RowResult> results;
  for (std::size_t i = 0; i < count; ++i) results.push_back(each(i));
  auto thrown = std::find_if(results.begin(), results.end(), [](const RowResult& result) { return !result.good() && result.errors.front().thrown; });
  if (thrown == results.end()) {
    together.commit();
    return results;
  }
  const ApiErrors why = thrown->errors;
  for (RowResult& result : results) {
    if (result.good()) result = {"", false, why};
  }
  return results;
}

}  // namespace lockstep::emulators::salesforce

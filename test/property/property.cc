#include "test/property/property.h"

#include <rapidcheck.h>

#include <algorithm>
#include <sstream>

namespace lockstep::property {

void expect_holds(const std::string& claim, const std::function<void()>& property, int runs) {
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  params.maxSuccess = std::max(1, runs * params.maxSuccess / 100);
  rc::detail::TestMetadata metadata;
  metadata.description = claim;
  const auto result = rc::detail::checkTestable(property, metadata, params);
  if (result.template is<rc::detail::SuccessResult>()) return;
  std::ostringstream said;
  rc::detail::printResultMessage(result, said);
  ADD_FAILURE() << claim << " (RC_PARAMS=\"seed=" << params.seed << "\")\n" << said.str().substr(0, 3000);
}

}  // namespace lockstep::property

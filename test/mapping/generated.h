#pragma once

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <sstream>
#include <string>

#include "model/entity_type.h"

namespace lockstep::mapping {

/// Any canonical value of the field: what people type, and what fits nowhere.
rc::Gen<Value> any_canonical(const FieldDefinition& field);

/// Runs a property quietly; its counterexample is the failure's text.
template <class Property>
void expect_holds(const std::string& claim, Property&& property, int runs = 40) {
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  params.maxSuccess = runs;
  rc::detail::TestMetadata metadata;
  metadata.description = claim;
  const auto result = rc::detail::checkTestable(std::forward<Property>(property), metadata, params);
  if (result.template is<rc::detail::SuccessResult>()) return;
  std::ostringstream said;
  rc::detail::printResultMessage(result, said);
  ADD_FAILURE() << claim << "\n" << said.str().substr(0, 3000);
}

}  // namespace lockstep::mapping

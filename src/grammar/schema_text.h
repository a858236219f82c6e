#pragma once

#include <string>
#include <vector>

#include "grammar/schema.h"

/// Wording shared by findings, JSON Schemas and reference pages.
namespace lockstep::grammar {

/// The schema itself, or what a lazy one stands for.
SchemaRef resolve(const SchemaRef& schema);
/// What a schema takes, as it reads behind "expected": "a whole number from 1 to 64".
std::string describe(const Schema& schema);
/// What stands there: "a list", "'yes'".
std::string found(const Node& node);
/// "'a', 'b'"
std::string quoted_list(const std::vector<std::string>& names);
/// The same without quotes, cut behind some names.
std::string short_list(const std::vector<std::string>& names);
/// " in connection", or nothing for a record without a name.
std::string of_record(const Schema& schema);

}  // namespace lockstep::grammar

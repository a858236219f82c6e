#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/core/database.h"
#include "emulators/salesforce/errors.h"
#include "http/message.h"

namespace lockstep::emulators::salesforce {

inline constexpr std::size_t kMaxParts = 25;  // of composite and of batch

/// A call within a composite call.
struct Part {
  std::string method;
  std::string url;
  std::string reference;
  const json::value* body = nullptr;
  http::Headers headers;
};

/// What became of it.
struct PartResult {
  std::string reference;
  int status = 0;
  json::value body;
  json::object headers;
};

/// `body`'s compositeRequest. Refused: more than `most`, or more heavy ones than a composite call may have.
Outcome<std::vector<Part>> read_parts(const json::object& body, std::size_t most);
/// Runs the parts in order, through `send`; with `all_or_none` a failure undoes everything and halts the rest.
std::vector<PartResult> run_parts(Database& database, std::vector<Part>& parts, bool all_or_none,
                                  const std::function<http::Response(const http::ServerRequest&)>& send);
PartResult halted_part(const Part& part, std::string_view message);
/// compositeResponse
json::array rendered(std::vector<PartResult>& results);
/// The body of a call that never ran.
json::array halted(std::string_view message);
/// False unless it is there and true.
bool flag_of(const json::object& body, const char* name);

}  // namespace lockstep::emulators::salesforce

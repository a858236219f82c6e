// What the platform serves and this stand-in does not: said plainly, lest a caller takes it for something that is not there.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/salesforce/dialect.h"
#include "emulators/salesforce/soap_answers.h"

namespace lockstep::emulators::salesforce {
namespace {

/// The first segment behind the version.
constexpr std::string_view kBeyondData[] = {"actions",   "analytics",          "appMenu",  "async-queries", "chatter",
                                            "commerce",  "compactLayouts",     "connect",  "consent",       "dedupe",
                                            "einstein",  "eventSources",       "folders",  "graphql",       "knowledgeManagement",
                                            "licensing", "metadata",           "payments", "process",       "scheduling",
                                            "search",    "smartdatadiscovery", "support",  "tooling",       "ui-api",
                                            "wave"};
constexpr std::string_view kBeyond[] = {"/services/oauth2/singleaccess", "/services/wsdl/", "/secur/"};

}  // namespace

bool Salesforce::is_beyond(std::string_view path) {
  constexpr std::string_view kData = "/services/data/v";
  if (std::any_of(std::begin(kBeyond), std::end(kBeyond), [&](std::string_view prefix) { return path.starts_with(prefix); })) return true;
  if (!path.starts_with(kData)) return false;
  std::vector<std::string_view> segments = split(path.substr(kData.size()), '/');
  return segments.size() > 1 && std::find(std::begin(kBeyondData), std::end(kBeyondData), segments[1]) != std::end(kBeyondData);
}

http::Response Salesforce::soap_beyond(Call& call) {
  return soap_fault("NOT_IMPLEMENTED", fmt::format("this stand-in speaks the partner API (u) and reads metadata (m), not {}", call.request.path()));
}

}  // namespace lockstep::emulators::salesforce

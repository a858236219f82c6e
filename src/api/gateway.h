#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/records_api.h"
#include "engine/configuration.h"
#include "engine/engine.h"
#include "http/server.h"
#include "hub/feed_gaps.h"
#include "hub/hub.h"

namespace lockstep::api {

/// The one door: /v1/… (support system), /webhooks/{connection}/{door}, /operations/…, /healthz.
class Gateway {
 public:
  Gateway(Hub& hub, Engine& engine, const Configuration& configuration);
  Task<http::Response> handle(http::ServerRequest request);

 private:
  Task<http::Response> webhook(http::ServerRequest request, std::string connection, std::string door);
  Task<http::Response> operations(http::ServerRequest request, std::string path);
  std::optional<ConnectionId> authenticate(const http::ServerRequest& request) const;
  bool is_operator(const http::ServerRequest& request) const;

  Hub& hub_;
  Engine& engine_;
  const Configuration& configuration_;
  RecordsApi records_;
  std::map<std::string, std::uint64_t> webhooks_refused_;  // by reason
  std::uint64_t webhooks_taken_ = 0;
};

/// Status as JSON: systems, counts, lag. Shared with the command line.
std::string status_json(const Hub& hub, const EngineStatus& status, const StoreCounts& counts, const std::vector<OpenFeedGap>& gaps);

}  // namespace lockstep::api

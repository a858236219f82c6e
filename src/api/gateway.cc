#include "api/gateway.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "base/probe.h"
#include "base/text.h"

namespace lockstep::api {

namespace {

constexpr std::size_t kWebhookBytesMax = 4u << 20;

/// Compares without telling by its time how much of the key was right.
bool same_secret(std::string_view given, std::string_view wanted) {
  return !wanted.empty() && given.size() == wanted.size() && CRYPTO_memcmp(given.data(), wanted.data(), wanted.size()) == 0;
}

std::string_view given_key(const http::ServerRequest& request) {
  if (const auto key = request.headers.find("X-Api-Key")) return *key;
  const auto bearer = request.headers.find("Authorization");
  if (bearer && bearer->size() > 7 && equal_no_case(bearer->substr(0, 7), "Bearer ")) return trim(bearer->substr(7));
  return {};
}

}  // namespace

Gateway::Gateway(Hub& hub, Engine& engine, const Configuration& configuration)
    : hub_(hub), engine_(engine), configuration_(configuration), records_(hub, engine.intake()) {}

std::optional<ConnectionId> Gateway::authenticate(const http::ServerRequest& request) const {
  const std::string_view given = given_key(request);
  std::optional<ConnectionId> found;
  for (const ApiKey& key : configuration_.api_keys)
    if (same_secret(given, key.key_secret))
      if (const System* system = hub_.find_system(key.connection)) found = system->id;
  return found;
}

bool Gateway::is_operator(const http::ServerRequest& request) const {
  if (!configuration_.operator_key.empty()) return same_secret(given_key(request), configuration_.operator_key);
  return request.peer.starts_with("127.") || request.peer.starts_with("[::1]") || request.peer.starts_with("::1");
}

Task<http::Response> Gateway::handle(http::ServerRequest request) {
  const std::string path = request.path();
  if (path == "/healthz") co_return http::Response(200, "ok\n");
  if (path.starts_with("/v1/")) {
    const auto connection = authenticate(request);
    if (!connection) co_return problem(401, "Unknown key", "send an API key of lockstep.yaml as 'Authorization: Bearer <key>'");
    std::string rest = path.substr(4);
    co_return co_await records_.handle(std::move(request), std::move(rest), *connection);
  }
  if (path.starts_with("/webhooks/")) {
    const std::string rest = path.substr(10);
    const std::size_t slash = rest.find('/');
    if (slash == std::string::npos) co_return problem(404, "Not found", "webhooks come to /webhooks/{connection}/{door}");
    std::string connection = rest.substr(0, slash), door = rest.substr(slash + 1);
    co_return co_await webhook(std::move(request), std::move(connection), std::move(door));
  }
  if (path.starts_with("/operations/")) {
    if (!is_operator(request)) co_return problem(401, "Not allowed", "operations need the operator key, or a loopback peer where none is configured");
    std::string rest = path.substr(12);
    co_return co_await operations(std::move(request), std::move(rest));
  }
  co_return problem(404, "Not found", "there are /v1/, /webhooks/, /operations/ and /healthz");
}

Task<http::Response> Gateway::webhook(http::ServerRequest request, std::string connection, std::string door) {
  const System* system = hub_.find_system(connection);
  if (!system || system->hosted) co_return problem(404, "Not found", "no such connection");
  const auto doors = system->connector->doors();
  if (std::ranges::find(doors, door) == doors.end()) co_return problem(404, "Not found", "that connection has no such door");
  if (request.body.size() > kWebhookBytesMax) {
    ++webhooks_refused_["too large"];
    co_return problem(413, "Body too large", "a webhook takes at most 4 MiB");
  }
  const WallTime now = hub_.now();
  connector::Connector::DoorAnswer answer = system->connector->knock(door, request, now);
  if (answer.refused) {
    ++webhooks_refused_[answer.reason];
    co_return answer.response;
  }
  const ConnectionId id = system->id;
  // Events of objects that nobody mapped tell nothing here.
  std::erase_if(answer.events, [&](const InboxEvent& event) { return !system->maps(event.remote.object); });
  if (planted("lost_webhook")) co_return answer.response;
  // Durable before it is acknowledged: a crash from here on loses nothing.
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    for (InboxEvent event : answer.events) {
      event.connection = id;
      event.received = event.due = now;
      TRY([[maybe_unused]] const bool fresh, transaction.put(event));
    }
    return {};
  };
  const Result<void> stored = co_await hub_.store.transact(std::move(work));
  if (!stored) co_return problem(503, "Store failed", "try again");
  webhooks_taken_ += answer.events.size();
  engine_.wake_reader(id);
  co_return answer.response;
}

Task<http::Response> Gateway::operations(http::ServerRequest request, std::string path) {
  const bool wakes = path == "wake";
  if (!wakes && path != "status") co_return problem(404, "Not found", "there are GET /operations/status and POST /operations/wake");
  if (request.method != (wakes ? "POST" : "GET")) co_return problem(405, "Method not allowed", wakes ? "wake with POST" : "the status is read with GET");
  if (wakes) {
    engine_.wake();
    co_return http::Response(204, "");
  }
  StoreCounts counts;
  std::vector<OpenFeedGap> gaps;
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    TRY(counts, transaction.counts());
    TRY(gaps, list_feed_gaps(hub_, transaction));
    return {};
  };
  const Result<void> read = co_await hub_.store.read(std::move(work));
  if (!read) co_return problem(503, "Store failed", read.error().message);
  std::string body = status_json(hub_, engine_.status(), counts, gaps);
  body.pop_back();
  body += ", \"webhooks\": {\"taken\": " + std::to_string(webhooks_taken_) + ", \"refused\": {";
  bool first = true;
  for (const auto& [reason, count] : webhooks_refused_) {
    body += (first ? "" : ", ") + to_json(Value(reason)) + ": " + std::to_string(count);
    first = false;
  }
  co_return json_response(200, body + "}}}");
}

namespace {

/// What the connection cost so far and what the vendor's limits leave.
std::string usage_json(const connector::Connector::Usage& usage) {
  std::string body = ", \"requests\": " + std::to_string(usage.calls) + ", \"retries\": " + std::to_string(usage.retries) +
                     ", \"vendor_down\": " + (usage.vendor_down ? "true" : "false") + ", \"failures\": {";
  std::string separator;
  for (const auto& [failure_class, count] : usage.failures) {
    body += separator + to_json(Value(failure_class)) + ": " + std::to_string(count);
    separator = ", ";
  }
  body += "}, \"limits\": {";
  separator.clear();
  for (const auto& [name, use] : usage.limits) {
    body += separator + to_json(Value(name)) + ": {\"left\": " + std::to_string(use.left) + ", \"max\": " + std::to_string(use.max) +
            ", \"kept\": " + std::to_string(use.kept);
    if (use.ends_in) body += ", \"ends_in_ms\": " + std::to_string(use.ends_in->count());
    if (use.sparing) body += ", \"sparing\": true";
    if (use.rests) body += ", \"rests_ms\": " + std::to_string(use.rests->count());
    body += "}";
    separator = ", ";
  }
  return body + "}";
}

}  // namespace

std::string status_json(const Hub& hub, const EngineStatus& status, const StoreCounts& counts, const std::vector<OpenFeedGap>& gaps) {
  const WallTime now = hub.now();
  std::string body = "{\"entities\": " + std::to_string(counts.entities) + ", \"open_reviews\": " + std::to_string(counts.open_reviews) +
                     ", \"dead_letters\": " + std::to_string(counts.open_dead_letters) + ", \"audit_rows\": " + std::to_string(counts.audit_rows) +
                     ", \"recovering\": " + (status.recovering ? "true" : "false") + ", \"lag_ms\": {\"p50\": " + std::to_string(status.lag_p50.count()) +
                     ", \"p99\": " + std::to_string(status.lag_p99.count()) + ", \"samples\": " + std::to_string(status.lag_samples) + "}, \"systems\": [";
  bool first = true;
  for (const System& system : hub.systems) {
    if (!first) body += ", ";
    first = false;
    body += "{\"name\": " + to_json(Value(system.name)) + ", \"hosted\": " + (system.hosted ? "true" : "false");
    for (const auto& one : counts.connections) {
      if (one.connection != system.id) continue;
      body += ", \"links\": " + std::to_string(one.links) +
              ", \"in_step\": " + std::to_string(std::max<std::int64_t>(0, one.links - one.ready - one.in_flight - one.parked)) +
              ", \"ready\": " + std::to_string(one.ready) + ", \"in_flight\": " + std::to_string(one.in_flight) +
              ", \"parked\": " + std::to_string(one.parked) + ", \"to_read\": " + std::to_string(one.to_read) + ", \"inbox\": " + std::to_string(one.inbox) +
              ", \"dead_letters\": " + std::to_string(one.dead_letters);
      if (one.oldest_obligation) body += ", \"oldest_ms\": " + std::to_string((now - *one.oldest_obligation).count());
    }
    for (const SystemStatus& lane : status.systems) {
      if (lane.name != system.name) continue;
      body += ", \"state\": " + to_json(Value(lane.state)) + ", \"paused_reason\": " + to_json(Value(lane.paused_reason)) +
              ", \"resting\": " + to_json(Value(lane.resting)) + ", \"first_listing_done\": " + (lane.first_listing_done ? "true" : "false") +
              ", \"read\": " + std::to_string(lane.read) + ", \"matched\": " + std::to_string(lane.matched) +
              ", \"created_entities\": " + std::to_string(lane.created_entities) + ", \"changed\": " + std::to_string(lane.changed) +
              ", \"written\": " + std::to_string(lane.written) + ", \"failed\": " + std::to_string(lane.failed) + ", \"calls\": " + std::to_string(lane.calls) +
              ", \"listed_rows\": " + std::to_string(lane.listed_rows);
      if (lane.listing_estimate) body += ", \"listing_estimate\": " + std::to_string(*lane.listing_estimate);
      if (system.connector) body += usage_json(system.connector->usage());
    }
    body += "}";
  }
  body += "], \"feed_gaps\": [";
  for (const OpenFeedGap& open : gaps)
    body += std::string(&open == gaps.data() ? "" : ", ") + "{\"system\": " + to_json(Value(open.system)) + ", \"object\": " + to_json(Value(open.object)) +
            ", \"since\": " + to_json(Value(format_iso(open.gap.since))) + ", \"lost\": " + to_json(Value(format_iso(open.gap.lost))) +
            ", \"listed\": " + (open.gap.listed ? "true" : "false") + ", \"why\": " + to_json(Value(open.gap.why)) + "}";
  return body + "]}";
}

}  // namespace lockstep::api

#include "sim/virtual_transport.h"

#include "base/text.h"
#include "emulators/core/stand_in.h"

namespace lockstep::sim {

namespace {

std::string origin_of(const http::Url& url) { return url.scheme + "://" + url.host + ":" + std::to_string(url.port); }

http::ServerRequest as_received(http::Request request, const http::Url& url) {
  http::ServerRequest received;
  received.method = std::move(request.method);
  received.target = url.target;
  received.headers = std::move(request.headers);
  received.headers.set("Host", url.host + ":" + std::to_string(url.port));
  received.body = std::move(request.body);
  received.peer = "127.0.0.1:50000";
  return received;
}

}  // namespace

void VirtualTransport::note(std::string_view what, std::string_view body) {
  digest = stable_hash(what, digest ^ static_cast<std::uint64_t>(executor_.clock().now().ms));
  digest = stable_hash(body, digest);
}

Task<Result<http::Response>> VirtualTransport::send(http::Request request) {
  ++requests;
  note(request.url, request.body);
  const auto url = http::parse_url(request.url);
  const auto host = url ? hosts_.find(origin_of(*url)) : hosts_.end();
  if (host == hosts_.end()) co_return fail(ErrorCode::unavailable, "could not connect to " + request.url);
  emulators::Emulator& stand_in = *host->second;
  const std::string base_url = host->first;
  const Duration timeout = request.timeout;
  co_await executor_.clock().sleep(latency());
  if (down.contains(base_url)) co_return fail(ErrorCode::unavailable, "could not connect to " + base_url);
  const bool request_lost = rng_.chance(weather.loses_requests), answer_lost = rng_.chance(weather.loses_answers);
  emulators::Reply reply{http::Response(emulators::kNoAnswer, "")};
  if (!request_lost) reply = stand_in.reply(as_received(std::move(request), *url), base_url, Duration{0});
  if (request_lost || answer_lost || reply.delay >= timeout) {
    co_await executor_.clock().sleep(timeout);
    co_return fail(ErrorCode::unavailable, "timed out");
  }
  co_await executor_.clock().sleep(latency() + reply.delay);
  http::Response response = std::move(reply.response);
  if (response.status == emulators::kNoAnswer) co_return fail(ErrorCode::unavailable, "the connection was closed without an answer");
  co_return response;
}

void VirtualTransport::hang_up() {
  for (const auto& [base_url, id] : std::exchange(under_way_, {})) hosts_.at(base_url)->outgoing_answered(id, emulators::kNoAnswer);
}

Task<void> VirtualTransport::deliver(std::string base_url, emulators::OutgoingRequest outgoing, http::Handler door) {
  emulators::Emulator& stand_in = *hosts_.at(base_url);
  under_way_.insert({base_url, outgoing.id});
  co_await executor_.clock().sleep(latency());
  const std::uint64_t id = outgoing.id;
  if (deaf) {
    under_way_.erase({base_url, id});
    stand_in.outgoing_answered(id, 200);
    co_return;
  }
  const auto url = http::parse_url(outgoing.request.url);
  int status = emulators::kNoAnswer;
  if (url) {
    http::ServerRequest received = as_received(std::move(outgoing.request), *url);
    const http::Response response = co_await door(std::move(received));
    status = response.status;
  }
  under_way_.erase({base_url, id});
  stand_in.outgoing_answered(id, status);
}

Task<void> VirtualTransport::carry_webhooks(TaskGroup& tasks, http::Handler door) {
  constexpr Duration kLook{250};
  while (!tasks.stopping()) {
    for (auto& [base_url, stand_in] : hosts_)
      for (emulators::OutgoingRequest& outgoing : stand_in->take_outgoing()) {
        ++webhooks;
        tasks.spawn(deliver(base_url, std::move(outgoing), door));
      }
    const bool awake = co_await tasks.sleep(kLook);
    if (!awake) co_return;
  }
}

}  // namespace lockstep::sim

#include "sim/virtual_transport.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <boost/json.hpp>

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

std::string TokenWatch::sent(const http::Request& request) {
  constexpr std::string_view kBearer = "Bearer ", kGrant = "grant_type=refresh_token", kToken = "refresh_token=";
  if (const auto header = request.headers.find("Authorization"); header && header->starts_with(kBearer))
    if (const auto came_for = successor_of_.find(std::string(header->substr(kBearer.size()))); came_for != successor_of_.end())
      replaced_.insert(came_for->second);
  if (request.body.find(kGrant) == std::string::npos) return "";
  std::string token;
  for (const std::string_view part : split(request.body, '&'))
    if (part.starts_with(kToken)) token = std::string(part.substr(kToken.size()));
  if (!under_way_.insert(token).second) wrong.push_back("two renewals with one refresh token were under way at once");
  if (replaced_.contains(token)) wrong.push_back("a refresh token was used again although what had come for it was at work");
  return token;
}

void TokenWatch::answered(const std::string& refresh_token, const http::Response* response) {
  under_way_.erase(refresh_token);
  if (refresh_token.empty() || !response || response->status != 200) return;
  boost::system::error_code error;
  const boost::json::value body = boost::json::parse(response->body, error);
  const auto* object = error ? nullptr : body.if_object();
  const auto* access = object ? object->if_contains("access_token") : nullptr;
  const auto* refresh = object ? object->if_contains("refresh_token") : nullptr;
  if (access && refresh && refresh->is_string() && refresh->get_string() != refresh_token) successor_of_[std::string(access->as_string())] = refresh_token;
}

void RetryWatch::sent(const http::Request& request, Instant now) {
  const auto closed = closed_until_.find(request.url.substr(0, request.url.find('?')));
  if (closed == closed_until_.end() || now >= closed->second) return;
  wrong.push_back(closed->first + " was asked " + std::to_string((closed->second - now).count()) + " ms before the time that it had named");
}

void RetryWatch::answered(const std::string& url, const http::Response& response, Instant now) {
  const auto header = response.headers.find("Retry-After");
  if (response.status != 429 || !header) return;
  Instant& until = closed_until_[url.substr(0, url.find('?'))];
  until = std::max(until, now + Duration{std::atoll(std::string(*header).c_str()) * 1000});
}

void VirtualTransport::note(std::string_view what, std::string_view body) {
  digest = stable_hash(what, digest ^ static_cast<std::uint64_t>(executor_.clock().now().ms));
  digest = stable_hash(body, digest);
}

void VirtualTransport::trace(std::string_view what, std::string_view url, std::string_view body) const {
  static std::FILE* file = std::getenv("LOCKSTEP_SIM_TRACE") ? std::fopen(std::getenv("LOCKSTEP_SIM_TRACE"), "a") : nullptr;
  constexpr std::size_t kMost = 4'000;
  if (!file) return;
  std::fprintf(file, "%s %.*s %.*s\n%.*s\n", format_iso(executor_.clock().wall()).c_str(), static_cast<int>(what.size()), what.data(),
               static_cast<int>(url.size()), url.data(), static_cast<int>(std::min(body.size(), kMost)), body.data());
  std::fflush(file);  // a run ends without ceremony
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
  trace(request.method, request.url, request.body);
  const std::string renews_with = tokens.sent(request), asked = request.url;
  retries.sent(request, executor_.clock().now());
  co_await executor_.clock().sleep(latency());
  if (down.contains(base_url)) {
    tokens.answered(renews_with, nullptr);
    co_return fail(ErrorCode::unavailable, "could not connect to " + base_url);
  }
  const bool request_lost = rng_.chance(weather.loses_requests), answer_lost = rng_.chance(weather.loses_answers);
  emulators::Reply reply{http::Response(emulators::kNoAnswer, "")};
  if (!request_lost) reply = stand_in.reply(as_received(std::move(request), *url), base_url, Duration{0});
  if (request_lost || answer_lost || reply.delay >= timeout) {
    co_await executor_.clock().sleep(timeout);
    tokens.answered(renews_with, nullptr);
    co_return fail(ErrorCode::unavailable, "timed out");
  }
  co_await executor_.clock().sleep(latency() + reply.delay);
  http::Response response = std::move(reply.response);
  trace(std::to_string(response.status), asked, response.body);
  tokens.answered(renews_with, &response);
  retries.answered(asked, response, executor_.clock().now());
  if (response.status == emulators::kNoAnswer) co_return fail(ErrorCode::unavailable, "the connection was closed without an answer");
  co_return response;
}

void VirtualTransport::hang_up() {
  next_look_.reset();
  tokens.forget_under_way();
  retries.forget();
  for (const auto& [base_url, id] : std::exchange(under_way_, {})) hosts_.at(base_url)->outgoing_answered(id, emulators::kNoAnswer);
}

Task<void> VirtualTransport::deliver(std::string base_url, emulators::OutgoingRequest outgoing, http::Handler door) {
  emulators::Emulator& stand_in = *hosts_.at(base_url);
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
    trace("told", outgoing.request.url, outgoing.request.body);
    http::ServerRequest received = as_received(std::move(outgoing.request), *url);
    const http::Response response = co_await door(std::move(received));
    status = response.status;
    trace(std::to_string(status), base_url + " told", response.body);
  }
  under_way_.erase({base_url, id});
  stand_in.outgoing_answered(id, status);
}

void VirtualTransport::carry_webhooks(TaskGroup& tasks, http::Handler door) {
  constexpr Duration kLook{250};
  for (auto& [base_url, stand_in] : hosts_)
    for (emulators::OutgoingRequest& outgoing : stand_in->take_outgoing()) {
      ++webhooks;
      under_way_.insert({base_url, outgoing.id});  // not by the task: the power may be cut before it begins
      tasks.spawn(deliver(base_url, std::move(outgoing), door));
    }
  // A timer, not a task that sleeps: this is what happens most often on a quiet day.
  next_look_ =
      executor_.clock().call_at(executor_.clock().now() + kLook, [this, &tasks, door = std::move(door)]() mutable { carry_webhooks(tasks, std::move(door)); });
}

}  // namespace lockstep::sim

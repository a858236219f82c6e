#include "emulators/core/stand_in.h"

#include "emulators/core/control_plane.h"

namespace lockstep::emulators {
namespace {

std::string_view raw_path(const http::ServerRequest& request) {
  std::string_view target = request.target;
  return target.substr(0, target.find('?'));
}

}  // namespace

StandIn::StandIn(const EmulatorClock& clock, Rng rng)
    : clock_(clock), rng_(rng), faults_(rng.split("faults"), [this] { return now(); }), tokens_(rng.split("tokens")), outgoing_(faults_) {}

Reply StandIn::reply(const http::ServerRequest& request, const std::string& base_url, Duration held) {
  if (raw_path(request).starts_with(kControlPrefix)) return {ControlPlane(*this).handle(request)};
  auto meant = rewritten(request);
  if (!meant) return route(request, base_url, held);
  return route(*meant, base_url, held);  // the body of an answer to HEAD is left out by the server, which tells its length
}

Reply StandIn::route(const http::ServerRequest& request, const std::string& base_url, Duration held) {
  Call call(request, base_url, now());
  call.held = held;
  Router::Match match = router_.match(request.method, raw_path(request));
  call.parameters = match.parameters;
  http::Response response = answer(call, match.route, match);
  if (response.status == kNotYet) return {std::move(response), call.delay};
  ++call_count_;
  if (call.label.empty()) call.label = match.route ? match.route->path : "(no such route)";
  ++calls_[request.method + " " + call.label];
  ++statuses_[response.status];
  if (!response.headers.contains("Date")) response.headers.add("Date", format_http_date(call.now));  // its own clock
  return {std::move(response), call.delay};
}

http::Response StandIn::answer(Call& call, const Route* route, const Router::Match& match) {
  if (call.held > Duration{0}) return route->handler(call);  // admitted when it came
  std::string what = call.request.method + " " + std::string(raw_path(call.request));
  if (auto fault = faults_.fires(kFaultSlow, what)) call.delay = fault->delay;
  if (faults_.fires(kFaultDropRequest, what)) return http::Response(kNoAnswer, "");
  if (faults_.fires(kFaultExpireToken, what)) tokens_.expire_all(call.now);
  if (faults_.fires(kFaultRevokeToken, what)) tokens_.revoke_all();
  if (auto fault = faults_.fires(kFaultRateLimit, what)) return answer_fault(call, *fault);
  if (auto fault = faults_.fires(kFaultServerError, what)) return answer_fault(call, *fault);
  http::Response response;
  if (auto refused = admit(call, route)) {
    response = std::move(*refused);
  } else if (route) {
    response = route->handler(call);
  } else {
    response = match.allowed.empty() ? not_found(call) : method_not_allowed(call, match.allowed);
  }
  if (faults_.fires(kFaultDropAfterCommit, what)) return http::Response(kNoAnswer, "");
  if (auto fault = faults_.fires(kFaultErrorAfterCommit, what)) return answer_fault(call, *fault);
  finish(call, response);
  return response;
}

http::Response StandIn::answer_fault(Call& call, const Fault& fault) {
  if (!fault.html) return fault_answer(call, fault);
  int otherwise = fault.name == kFaultRateLimit ? kRateLimitStatus : kFaultStatus;
  http::Response response(fault.status != 0 ? fault.status : otherwise, *fault.html);
  response.headers.add("Content-Type", "text/html");
  std::int64_t seconds = (fault.retry_after.count() + 999) / 1000;
  if (seconds > 0) response.headers.add("Retry-After", std::to_string(seconds));
  return response;
}

http::Response StandIn::dispatch(const http::ServerRequest& request, const Call& outer) {
  Call call(request, outer.base_url, outer.now);
  call.caller = outer.caller;
  Router::Match match = router_.match(request.method, raw_path(request));
  if (!match.route) return match.allowed.empty() ? not_found(call) : method_not_allowed(call, match.allowed);
  call.parameters = match.parameters;
  return match.route->handler(call);
}

Result<void> StandIn::change_schema(const SchemaChange&) { return fail(ErrorCode::invalid_input, "this stand-in's schema does not change"); }

std::vector<OutgoingRequest> StandIn::take_outgoing() { return outgoing_.take(now(), outgoing_at_once()); }

void StandIn::outgoing_answered(std::uint64_t id, int status) { outgoing_.answered(id, delivered(status), now()); }

}  // namespace lockstep::emulators

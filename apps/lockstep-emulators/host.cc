#include "host.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "http/curl_transport.h"

namespace lockstep::emulators {
namespace {

constexpr std::size_t kBodyLimit = 512u << 20;  // bytes: a million records may be loaded in one call
constexpr Duration kGrace{1'000};
constexpr Duration kWebhookPause{100};
constexpr std::size_t kWebhooksAtOnce = 10;

class ExecutorClock final : public EmulatorClock {
 public:
  explicit ExecutorClock(Executor& executor) : executor_(executor) {}
  WallTime now() const override { return executor_.clock().wall(); }

 private:
  Executor& executor_;
};

}  // namespace

struct Host::StandInServer {
  StandInServer(Executor& executor, std::unique_ptr<Emulator> made)
      : stand_in(std::move(made)), webhooks(executor, kWebhooksAtOnce) {}
  std::unique_ptr<Emulator> stand_in;
  std::unique_ptr<http::Server> server;
  std::string base_url;
  Semaphore webhooks;
};

Host::Host(Executor& executor, HostOptions options)
    : executor_(executor),
      options_(std::move(options)),
      clock_(std::make_unique<ExecutorClock>(executor)),
      transport_(http::make_curl_transport(executor, {})),
      tasks_(executor) {}

Host::~Host() = default;

Result<std::vector<Host::Served>> Host::start() {
  std::vector<std::string> names;
  for (const StandInFactory& factory : stand_in_factories()) names.push_back(factory.name);
  for (const std::string& wanted : options_.only) {
    if (std::find(names.begin(), names.end(), wanted) != names.end()) continue;
    std::string near = nearest_name(wanted, names);
    return fail(ErrorCode::invalid_input,
                fmt::format("there is no stand-in \"{}\"{}; there are: {}", wanted,
                            near.empty() ? "" : fmt::format(" (did you mean {}?)", near), join(names, ", ")));
  }
  std::vector<Served> all;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& only = options_.only;
    if (!only.empty() && std::find(only.begin(), only.end(), names[i]) == only.end()) continue;
    auto served = std::make_unique<StandInServer>(
        executor_,
        stand_in_factories()[i].make(*clock_, Rng(options_.seed).split(names[i]), options_.settings));
    http::ServerOptions server_options;
    if (options_.port_base != 0)
      server_options.port = static_cast<std::uint16_t>(options_.port_base + static_cast<int>(i));
    server_options.body_limit = kBodyLimit;
    StandInServer& server = *served;
    TRY(served->server, http::listen(executor_, server_options, [this, &server](http::ServerRequest request) {
          return answer(server, std::move(request));
        }));
    served->base_url = fmt::format("http://127.0.0.1:{}", served->server->port());
    all.push_back({names[i], served->base_url});
    servers_.push_back(std::move(served));
  }
  tasks_.spawn(watch_webhooks());
  return all;
}

Task<http::Response> Host::answer(StandInServer& served, http::ServerRequest request) {
  Duration held{0};
  while (true) {
    Reply reply = served.stand_in->reply(request, served.base_url, held);
    send_due(served);
    if (reply.delay > Duration{0} && !co_await tasks_.sleep(reply.delay)) co_return http::Response(kNoAnswer, "");
    if (reply.response.status != kNotYet) co_return std::move(reply.response);
    held += reply.delay;
  }
}

void Host::send_due(StandInServer& served) {
  if (tasks_.stopping()) return;
  for (OutgoingRequest& outgoing : served.stand_in->take_outgoing())
    tasks_.spawn(send(served, std::move(outgoing)));
}

Task<void> Host::send(StandInServer& served, OutgoingRequest outgoing) {
  co_await served.webhooks.acquire();
  Result<http::Response> response = co_await transport_->send(std::move(outgoing.request));
  served.webhooks.release();
  served.stand_in->outgoing_answered_with(outgoing.id, response ? response->status : 0, response ? std::string_view(response->body) : "");
}

Task<void> Host::watch_webhooks() {
  while (co_await tasks_.sleep(kWebhookPause)) {
    for (auto& served : servers_) send_due(*served);
  }
}

Task<void> Host::stop() {
  for (auto& served : servers_) co_await served->server->stop(kGrace);
  co_await tasks_.stop();
}

}  // namespace lockstep::emulators

#include "host.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/json.hpp>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/text.h"
#include "emulators/core/gzip.h"
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

/// Of what the control plane answered: the record and the sentence, or the sentence alone.
std::string first_refusal(const std::string& body) {
  boost::system::error_code error;
  boost::json::value answer = boost::json::parse(body, error);
  if (error || !answer.is_object()) return body;
  const boost::json::object& object = answer.get_object();
  if (const auto* sentence = object.if_contains("error")) return std::string(sentence->as_string());
  const boost::json::object& first = object.at("errors").as_array().at(0).as_object();
  return fmt::format("record {}: {}", boost::json::serialize(first.at("index")), std::string(first.at("error").as_string()));
}

/// The origin that the client knows, behind a proxy with TLS, too: links must begin with it.
std::optional<std::string> origin_of(const http::ServerRequest& request) {
  auto host = request.headers.find("Host");
  auto outside = [](char c) { return !(std::isalnum(static_cast<unsigned char>(c)) || std::string_view(".-:[]").find(c) != std::string_view::npos); };
  if (!host || host->empty() || std::any_of(host->begin(), host->end(), outside)) return std::nullopt;
  bool tls = equal_no_case(request.headers.find("X-Forwarded-Proto").value_or(""), "https");
  return fmt::format("{}://{}", tls ? "https" : "http", *host);
}

/// "gzip", "br, gzip;q=0.5" or "*", but not "gzip;q=0".
bool accepts_gzip(std::string_view header) {
  for (std::string_view each : split(header, ',')) {
    std::string coding = to_lower_ascii(each);
    std::erase(coding, ' ');
    std::size_t semicolon = coding.find(';');
    std::string_view name = std::string_view(coding).substr(0, semicolon);
    std::string_view weight = semicolon == std::string::npos ? "" : std::string_view(coding).substr(semicolon);
    bool refused = weight.starts_with(";q=0") && weight.find_first_not_of("0.", 4) == std::string_view::npos;
    if (name == "gzip" || name == "x-gzip" || name == "*") return !refused;
  }
  return false;
}

/// As the vendors' edges do it for who accepts it.
void pack(const http::ServerRequest& request, http::Response& response) {
  constexpr std::size_t kWorthIt = 1'000;  // bytes
  bool accepted = accepts_gzip(request.headers.find("Accept-Encoding").value_or(""));
  if (!accepted || request.method == "HEAD" || response.body.size() < kWorthIt || response.headers.find("Content-Encoding")) return;
  response.body = gzip(response.body);
  response.headers.set("Content-Encoding", "gzip");
  response.headers.set("Vary", "Accept-Encoding");
}

Result<void> check_names(const HostOptions& options) {
  std::vector<std::string> names, wanted = options.only;
  for (const StandInFactory& factory : stand_in_factories()) names.push_back(factory.name);
  for (const Seed& seed : options.seeds) wanted.push_back(seed.stand_in);
  for (const std::string& name : wanted) {
    if (std::ranges::find(names, name) != names.end()) continue;
    std::string near = nearest_name(name, names);
    return fail(ErrorCode::invalid_input, fmt::format("there is no stand-in \"{}\"{}; there are: {}", name,
                                                      near.empty() ? "" : fmt::format(" (did you mean {}?)", near), join(names, ", ")));
  }
  return {};
}

}  // namespace

Host::Host(Executor& executor, const StandInFactory& factory, const HostOptions& options)
    : executor_(executor),
      clock_(std::make_unique<ExecutorClock>(executor)),
      transport_(http::make_curl_transport(executor, {})),
      stand_in_(factory.make(*clock_, Rng(options.seed).split(factory.name), options.settings)),
      webhooks_(executor, kWebhooksAtOnce),
      tasks_(executor) {}

Host::~Host() = default;

Result<Seed> parse_seed(std::string_view text) {
  std::size_t slash = text.find('/'), equals = text.find('=');
  if (slash == std::string_view::npos || equals == std::string_view::npos || slash == 0 || equals < slash + 2 || equals + 1 == text.size())
    return fail(ErrorCode::invalid_input, fmt::format("expected STAND-IN/OBJECT=FILE, not \"{}\"", text));
  Seed seed{std::string(text.substr(0, slash)), std::string(text.substr(slash + 1, equals - slash - 1)), std::string(text.substr(equals + 1))};
  if (!seed.path.ends_with(".json") && !seed.path.ends_with(".csv"))
    return fail(ErrorCode::invalid_input, fmt::format("{}: a file of records is .json or .csv", seed.path));
  return seed;
}

Result<void> Host::load(const Seed& seed) {
  std::ifstream file(seed.path, std::ios::binary);
  if (!file) return fail(ErrorCode::invalid_input, fmt::format("{}: cannot be read", seed.path));
  std::ostringstream text;
  text << file.rdbuf();
  http::ServerRequest request;
  request.method = "POST";
  request.target = "/__emulator/records/" + percent_encode(seed.object);
  request.headers.add("Content-Type", seed.path.ends_with(".csv") ? "text/csv" : "application/json");
  request.body = std::move(text).str();
  http::Response response = stand_in_->handle(request, "http://127.0.0.1");
  if (response.status != 200) return fail(ErrorCode::invalid_input, fmt::format("{}: {}", seed.path, first_refusal(response.body)));
  return {};
}

Result<std::string> Host::start(std::uint16_t port) {
  http::ServerOptions server_options;
  server_options.port = port;
  server_options.body_limit = kBodyLimit;
  TRY(server_, http::listen(executor_, server_options, [this](http::ServerRequest request) { return answer(std::move(request)); }));
  base_url_ = fmt::format("http://127.0.0.1:{}", server_->port());
  tasks_.spawn(watch_webhooks());
  return base_url_;
}

Task<http::Response> Host::answer(http::ServerRequest request) {
  Duration held{0};
  const std::string base_url = origin_of(request).value_or(base_url_);
  while (true) {
    Reply reply = stand_in_->reply(request, base_url, held);
    send_due();
    if (reply.delay > Duration{0} && !co_await tasks_.sleep(reply.delay)) co_return http::Response(kNoAnswer, "");
    if (reply.response.status != kNotYet) {
      pack(request, reply.response);
      co_return std::move(reply.response);
    }
    held += reply.delay;
  }
}

void Host::send_due() {
  if (tasks_.stopping()) return;
  for (OutgoingRequest& outgoing : stand_in_->take_outgoing()) tasks_.spawn(send(std::move(outgoing)));
}

Task<void> Host::send(OutgoingRequest outgoing) {
  co_await webhooks_.acquire();
  Result<http::Response> response = co_await transport_->send(std::move(outgoing.request));
  webhooks_.release();
  stand_in_->outgoing_answered_by(outgoing.id, response ? *response : http::Response(0, ""));
}

Task<void> Host::watch_webhooks() {
  for (;;) {
    const bool goes_on = co_await tasks_.sleep(kWebhookPause);
    if (!goes_on) co_return;
    send_due();
  }
}

Task<void> Host::stop() {
  if (server_) co_await server_->stop(kGrace);
  co_await tasks_.stop();
}

struct Hosts::Running {
  Running(const StandInFactory& factory, const HostOptions& options) : executor(make_real_executor()), host(*executor, factory, options) {}
  std::unique_ptr<RealExecutor> executor;
  Host host;
  std::thread thread;
};

Hosts::Hosts() = default;

Hosts::~Hosts() {
  for (const auto& one : running_)
    one->executor->post([&running = *one] {
      boost::asio::co_spawn(running.executor->asio(), running.host.stop(), [&running](std::exception_ptr) { running.executor->stop(); });
    });
  for (const auto& one : running_) {
    if (one->thread.joinable()) one->thread.join();
    else one->executor->run();  // it never ran: what it holds is let go
  }
}

Result<std::vector<Served>> Hosts::start(const HostOptions& options) {
  TRY_VOID(check_names(options));
  std::vector<Served> all;
  const auto& factories = stand_in_factories();
  for (std::size_t i = 0; i < factories.size(); ++i) {
    if (!options.only.empty() && std::ranges::find(options.only, factories[i].name) == options.only.end()) continue;
    running_.push_back(std::make_unique<Running>(factories[i], options));
    Host& host = running_.back()->host;
    for (const Seed& seed : options.seeds)
      if (seed.stand_in == factories[i].name) TRY_VOID(host.load(seed));
    TRY(std::string base_url, host.start(options.port_base == 0 ? std::uint16_t{0} : static_cast<std::uint16_t>(options.port_base + static_cast<int>(i))));
    all.push_back(Served{factories[i].name, std::move(base_url)});
  }
  for (const auto& one : running_) one->thread = std::thread([&executor = *one->executor] { executor.run(); });
  return all;
}

}  // namespace lockstep::emulators

#include "host.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <sstream>

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

}  // namespace

struct Host::StandInServer {
  StandInServer(Executor& executor, std::unique_ptr<Emulator> made) : stand_in(std::move(made)), webhooks(executor, kWebhooksAtOnce) {}
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

Result<Seed> parse_seed(std::string_view text) {
  std::size_t slash = text.find('/'), equals = text.find('=');
  if (slash == std::string_view::npos || equals == std::string_view::npos || slash == 0 || equals < slash + 2 || equals + 1 == text.size())
    return fail(ErrorCode::invalid_input, fmt::format("expected STAND-IN/OBJECT=FILE, not \"{}\"", text));
  Seed seed{std::string(text.substr(0, slash)), std::string(text.substr(slash + 1, equals - slash - 1)), std::string(text.substr(equals + 1))};
  if (!seed.path.ends_with(".json") && !seed.path.ends_with(".csv"))
    return fail(ErrorCode::invalid_input, fmt::format("{}: a file of records is .json or .csv", seed.path));
  return seed;
}

Result<void> Host::check_names(const std::vector<std::string>& names) const {
  std::vector<std::string> wanted = options_.only;
  for (const Seed& seed : options_.seeds) wanted.push_back(seed.stand_in);
  for (const std::string& name : wanted) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    std::string near = nearest_name(name, names);
    return fail(ErrorCode::invalid_input, fmt::format("there is no stand-in \"{}\"{}; there are: {}", name,
                                                      near.empty() ? "" : fmt::format(" (did you mean {}?)", near), join(names, ", ")));
  }
  return {};
}

Result<void> Host::load_seeds(const std::string& name, StandInServer& served) {
  for (const Seed& seed : options_.seeds) {
    if (seed.stand_in != name) continue;
    std::ifstream file(seed.path, std::ios::binary);
    if (!file) return fail(ErrorCode::invalid_input, fmt::format("{}: cannot be read", seed.path));
    std::ostringstream text;
    text << file.rdbuf();
    http::ServerRequest request;
    request.method = "POST";
    request.target = "/__emulator/records/" + percent_encode(seed.object);
    request.headers.add("Content-Type", seed.path.ends_with(".csv") ? "text/csv" : "application/json");
    request.body = std::move(text).str();
    http::Response response = served.stand_in->handle(request, "http://127.0.0.1");
    if (response.status != 200) return fail(ErrorCode::invalid_input, fmt::format("{}: {}", seed.path, first_refusal(response.body)));
  }
  return {};
}

Result<std::vector<Host::Served>> Host::start() {
  std::vector<std::string> names;
  for (const StandInFactory& factory : stand_in_factories()) names.push_back(factory.name);
  TRY_VOID(check_names(names));
  std::vector<Served> all;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& only = options_.only;
    if (!only.empty() && std::find(only.begin(), only.end(), names[i]) == only.end()) continue;
    auto served = std::make_unique<StandInServer>(executor_, stand_in_factories()[i].make(*clock_, Rng(options_.seed).split(names[i]), options_.settings));
    TRY_VOID(load_seeds(names[i], *served));
    http::ServerOptions server_options;
    if (options_.port_base != 0) server_options.port = static_cast<std::uint16_t>(options_.port_base + static_cast<int>(i));
    server_options.body_limit = kBodyLimit;
    StandInServer& server = *served;
    TRY(served->server, http::listen(executor_, server_options, [this, &server](http::ServerRequest request) { return answer(server, std::move(request)); }));
    served->base_url = fmt::format("http://127.0.0.1:{}", served->server->port());
    all.push_back({names[i], served->base_url});
    servers_.push_back(std::move(served));
  }
  tasks_.spawn(watch_webhooks());
  return all;
}

Task<http::Response> Host::answer(StandInServer& served, http::ServerRequest request) {
  Duration held{0};
  const std::string base_url = origin_of(request).value_or(served.base_url);
  while (true) {
    Reply reply = served.stand_in->reply(request, base_url, held);
    send_due(served);
    if (reply.delay > Duration{0} && !co_await tasks_.sleep(reply.delay)) co_return http::Response(kNoAnswer, "");
    if (reply.response.status != kNotYet) {
      pack(request, reply.response);
      co_return std::move(reply.response);
    }
    held += reply.delay;
  }
}

void Host::send_due(StandInServer& served) {
  if (tasks_.stopping()) return;
  for (OutgoingRequest& outgoing : served.stand_in->take_outgoing()) tasks_.spawn(send(served, std::move(outgoing)));
}

Task<void> Host::send(StandInServer& served, OutgoingRequest outgoing) {
  co_await served.webhooks.acquire();
  Result<http::Response> response = co_await transport_->send(std::move(outgoing.request));
  served.webhooks.release();
  served.stand_in->outgoing_answered_by(outgoing.id, response ? *response : http::Response(0, ""));
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

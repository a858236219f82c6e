#include "emulators/salesforce/cometd.h"

#include <fmt/format.h>

#include "base/text.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr Duration kHold{110'000};   // how long a connect is held
constexpr Duration kForget{40'000};  // without a connect a client is forgotten
constexpr Duration kLook{100};       // how often a held connect looks for events
constexpr int kFirstVersion = 37;
constexpr const char* kCookie = "BAYEUX_BROWSER";

json::object reply_to(const json::object& message, bool successful) {
  json::object reply{{"channel", text_member(message, "channel")}, {"successful", successful}};
  if (const json::value* id = message.if_contains("id")) reply["id"] = *id;
  if (const json::value* client = message.if_contains("clientId")) reply["clientId"] = *client;
  return reply;
}

json::object refusal_of(const json::object& message, std::string_view error, std::string_view reconnect = "") {
  json::object reply = reply_to(message, false);
  reply["error"] = error;
  if (!reconnect.empty()) reply["advice"] = json::object{{"reconnect", reconnect}, {"interval", 0}};
  return reply;
}

std::string cookie_of(const Call& call) {
  std::string given = call.header("Cookie").value_or("");
  for (std::string_view part : split(given, ';')) {
    part = trim(part);
    std::size_t equals = part.find('=');
    if (part.substr(0, equals) == kCookie && equals != std::string_view::npos) return std::string(part.substr(equals + 1));
  }
  return "";
}

int version_of(const Call& call) { return std::atoi(call.parameter("version").c_str()); }

/// Whether an event of `channel` belongs to the subscription to `wanted`.
bool covers(const std::string& wanted, const std::string& channel) { return wanted == kAllChanges || wanted == channel; }

}  // namespace

std::string CometD::access_of(const Call& call) const {
  std::string given = call.header("Authorization").value_or("");
  std::size_t blank = given.find(' ');
  std::string scheme = given.substr(0, blank);
  bool known = equal_no_case(scheme, "OAuth") || equal_no_case(scheme, "Bearer");
  return known && blank != std::string::npos ? given.substr(blank + 1) : "";
}

http::Response CometD::handle(Call& call) {
  if (version_of(call) < kFirstVersion) return http::Response(400, "400::API version in the URI is not supported. URI format: '/cometd/67.0'");
  JsonDocument document;
  auto parsed = document.parse(call.request.body);
  json::array single;
  if (parsed && document.root().is_object()) single.push_back(document.root());
  const json::array* messages = parsed && document.root().is_array() ? &document.root().get_array() : &single;
  bool all_objects = std::all_of(messages->begin(), messages->end(), [](const json::value& message) { return message.is_object(); });
  if (messages->empty() || !all_objects) return http::Response(400, "400::Invalid request: an array of messages is expected");
  std::string cookie = cookie_of(call);
  for (const json::value& message : *messages) {
    auto known = clients_.find(std::string(text_member(message.get_object(), "clientId")));
    if (known == clients_.end() || cookie == known->second.cookie) continue;
    return http::Response(400, fmt::format("Client {} has established a session, but no {} cookie present", known->first, kCookie));
  }
  if (holds(call, *messages)) {
    call.delay = kLook;
    return http::Response(kNotYet, "");
  }
  http::Response response;
  json::array answers, events;
  for (const json::value& message : *messages) answers.push_back(answer(call, message.get_object(), events, response));
  events.insert(events.end(), answers.begin(), answers.end());
  http::Response body = json_response(200, events);
  for (const auto& [name, value] : response.headers.all()) body.headers.add(name, value);
  return body;
}

http::Response CometD::too_busy(const Call& call) const {
  JsonDocument document;
  json::array answers;
  bool many = document.parse(call.request.body) && document.root().is_array();
  for (const json::value& message : many ? document.root().get_array() : json::array()) {
    if (message.is_object()) answers.push_back(refusal_of(message.get_object(), "503::Server is too busy", "retry"));
  }
  return json_response(200, answers);
}

/// A connect that stands alone waits for news; whoever has any, is new, or is in trouble is answered.
bool CometD::holds(Call& call, const json::array& messages) {
  const json::object& message = messages.front().get_object();
  if (messages.size() != 1 || text_member(message, "channel") != "/meta/connect" || !signed_in(call)) return false;
  Client* client = client_of(message, call.now);
  if (!client || !client->connected) return false;
  client->seen = call.now;
  if (keep_alive) keep_alive(access_of(call), call.now);
  const json::value* advice = message.if_contains("advice");
  const json::value* timeout = advice && advice->is_object() ? advice->get_object().if_contains("timeout") : nullptr;
  bool at_once = timeout && timeout->is_int64() && timeout->get_int64() == 0;
  return !at_once && call.held < kHold && !has_news(*client);
}

CometD::Client* CometD::client_of(const json::object& message, WallTime now) {
  auto known = clients_.find(std::string(text_member(message, "clientId")));
  if (known == clients_.end()) return nullptr;
  if (known->second.seen + kForget < now) {
    clients_.erase(known);
    return nullptr;
  }
  return &known->second;
}

json::object CometD::answer(Call& call, const json::object& message, json::array& events, http::Response& response) {
  std::string_view channel = text_member(message, "channel");
  if (channel == "/meta/handshake") return handshake(call, message, response);
  if (!call.header("Authorization")) return refusal_of(message, "401::Request requires authentication", "none");
  if (!signed_in(call)) return refusal_of(message, "401::Authentication invalid", "none");
  Client* client = client_of(message, call.now);
  if (!client) return refusal_of(message, "403::Unknown client", "handshake");
  client->seen = call.now;
  if (channel == "/meta/connect") return connect(call, message, *client, events);
  if (channel == "/meta/subscribe") return subscribe(message, *client);
  if (channel == "/meta/unsubscribe") {
    client->positions.erase(std::string(text_member(message, "subscription")));
    json::object reply = reply_to(message, true);
    reply["subscription"] = text_member(message, "subscription");
    return reply;
  }
  if (channel == "/meta/disconnect") {
    clients_.erase(client->id);
    return reply_to(message, true);
  }
  return refusal_of(message, "403:denied_by_security_policy:create_denied");
}

json::object CometD::handshake(Call& call, const json::object& message, http::Response& response) {
  bool offers_polling = false;
  const json::value* types = message.if_contains("supportedConnectionTypes");
  if (types && types->is_array()) {
    for (const json::value& type : types->get_array()) offers_polling = offers_polling || type == json::value("long-polling");
  }
  json::object ext{{"replay", true}, {"payload.format", true}};
  if (!signed_in(call)) {
    json::object reply = refusal_of(message, "403::Handshake denied", "none");
    ext["sfdc"] = json::object{{"failureReason", call.header("Authorization") ? "401::Authentication invalid" : "401::Request requires authentication"}};
    reply["ext"] = std::move(ext);
    return reply;
  }
  if (!offers_polling) return refusal_of(message, "402::no common connection type: long-polling", "none");
  Client client;
  client.id = tokens_.random_text(26);
  client.cookie = tokens_.random_text(20);
  client.seen = call.now;
  response.headers.add("Set-Cookie", fmt::format("{}={}; Path=/; HttpOnly", kCookie, client.cookie));
  json::object reply = reply_to(message, true);
  reply["clientId"] = client.id;
  reply["version"] = "1.0";
  reply["minimumVersion"] = "1.0";
  reply["supportedConnectionTypes"] = json::array{"long-polling"};
  reply["ext"] = std::move(ext);
  clients_.emplace(client.id, std::move(client));
  return reply;
}

json::object CometD::connect(Call& call, const json::object& message, Client& client, json::array& events) {
  client.connected = true;
  if (text_member(message, "connectionType") != "long-polling") return refusal_of(message, "400::Unsupported connection type");
  if (has_news(client) && deliveries_.used(call.now) >= settings_.daily_event_deliveries)
    return refusal_of(message, "403::Organization total events daily limit exceeded", "none");
  deliver(call, client, events);
  json::object reply = reply_to(message, true);
  reply["advice"] = json::object{{"interval", 0}, {"timeout", kHold.count()}, {"reconnect", "retry"}};
  return reply;
}

json::object CometD::subscribe(const json::object& message, Client& client) {
  std::string channel(text_member(message, "subscription"));
  bool known = channel == kAllChanges || is_topic(org_, channel);
  for (const ObjectType& object : org_.schema().objects()) known = known || channel == change_channel(object, settings_);
  auto with_channel = [&](json::object reply) {
    reply["subscription"] = channel;
    return reply;
  };
  if (channel.empty() || !known)
    return with_channel(refusal_of(message, fmt::format("403:{}:The channel you requested to subscribe to does not exist {{{}}}", channel, channel)));
  std::int64_t replay = -1;
  const json::value* ext = message.if_contains("ext");
  const json::value* map = ext && ext->is_object() ? ext->get_object().if_contains("replay") : nullptr;
  const json::value* given = map && map->is_object() ? map->get_object().if_contains(channel) : nullptr;
  if (given && given->is_int64()) replay = given->get_int64();
  const EventLog& log = events_.log_of(channel);
  std::int64_t oldest = static_cast<std::int64_t>(log.oldest_position()), last = static_cast<std::int64_t>(log.last_replay_id());
  if (replay < -2 || (replay >= 0 && (replay < oldest || replay > last))) {
    return with_channel(refusal_of(message, fmt::format("400::The replayId {{{}}} you provided was invalid. Please provide a valid ID, -2 to replay all "
                                                        "events, or -1 to replay only new events.",
                                                        replay)));
  }
  client.positions[channel] = static_cast<std::uint64_t>(replay == -1 ? last : replay == -2 ? oldest : replay);
  return with_channel(reply_to(message, true));
}

bool CometD::has_news(const Client& client) const {
  for (const auto& [channel, position] : client.positions) {
    const auto& events = events_.log_of(channel).events();
    for (auto event = events.rbegin(); event != events.rend() && event->replay_id > position; ++event) {
      if (covers(channel, event->channel)) return true;
    }
  }
  return false;
}

void CometD::deliver(const Call& call, Client& client, json::array& events) {
  for (auto& [channel, position] : client.positions) {
    const EventLog& log = events_.log_of(channel);
    for (const StreamEvent& event : log.events()) {
      if (event.replay_id <= position || !covers(channel, event.channel)) continue;
      if (!deliveries_.admit(call.now)) return;
      position = event.replay_id;
      events.push_back(json::object{
          {"channel", channel}, {"clientId", client.id}, {"data", event_as_seen(org_.schema(), event, version_of(call), settings_.changed_fields_dotted)}});
    }
    position = std::max(position, log.last_replay_id());
  }
}

}  // namespace lockstep::emulators::salesforce

#include "emulators/hubspot/events.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "emulators/core/digest.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::size_t kMaxEvents = 100;  // in one request
constexpr std::string_view kKinds[] = {"creation", "deletion", "merge", "restore", "propertyChange", "associationChange"};

std::int64_t number_of(std::string_view id) {
  std::int64_t number = 0;
  std::from_chars(id.data(), id.data() + id.size(), number);
  return number;
}

/// What can be subscribed to though nothing of it happens in this account, or has no type of object.
bool elsewhere(std::string_view type, std::string_view kind) {
  if (type == "contact") return kind == "privacyDeletion";
  if (type == "conversation") return kind == "creation" || kind == "deletion" || kind == "newMessage" || kind == "privacyDeletion" || kind == "propertyChange";
  return type == "event" && kind == "completed";
}

std::string upper(std::string_view text) {
  std::string raised(text);
  for (char& c : raised) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return raised;
}

}  // namespace

std::string signed_uri(std::string_view uri, bool decodes_path) {
  static constexpr std::string_view kDecoded = ":/?@!$'()*,;";
  std::size_t query = uri.find('?');
  std::string text(uri.substr(0, decodes_path ? 0 : query == std::string_view::npos ? uri.size() : query + 1));
  std::string_view rest = uri.substr(text.size());
  rest = rest.substr(0, rest.find('#'));
  for (std::size_t i = 0; i < rest.size(); ++i) {
    std::string byte;
    if (rest[i] == '%' && i + 2 < rest.size() && from_hex(rest.substr(i + 1, 2), byte) && kDecoded.find(byte[0]) != std::string_view::npos) {
      text += byte;
      i += 2;
    } else {
      text += rest[i];
    }
  }
  return text;
}

std::vector<Subscription> all_subscriptions(const Catalogue& catalogue) {
  std::vector<Subscription> all;
  auto add = [&](std::string event, std::string property, std::string type_id) {
    Subscription subscription;
    subscription.event_type = std::move(event);
    subscription.property = std::move(property);
    subscription.object_type_id = std::move(type_id);
    all.push_back(std::move(subscription));
  };
  add("contact.privacyDeletion", "", "");
  for (const ObjectType& type : catalogue.objects()) {
    bool generic = type.engagement || type.custom;
    std::string prefix = generic ? "object" : type.singular, type_id = generic ? type.type_id : "";
    for (std::string_view kind : kKinds) {
      std::string event = fmt::format("{}.{}", prefix, kind);
      bool told = kind != "propertyChange" && event != "product.associationChange";
      if (told) add(event, "", type_id);
    }
    for (const auto& [name, property] : type.properties) {
      if (property.source == Source::stored) add(prefix + ".propertyChange", name, type_id);
    }
  }
  return all;
}

Events::Events(std::int64_t portal_id, std::string app_id, Rng rng)
    : portal_id_(portal_id), app_id_(std::move(app_id)), rng_(rng), journal_(portal_id, rng.split("journal")) {}

Result<void> Events::check(const Subscription& subscription, const Catalogue& catalogue) {
  std::size_t dot = subscription.event_type.find('.');
  std::string_view type = std::string_view(subscription.event_type).substr(0, dot);
  std::string_view kind = dot == std::string::npos ? "" : std::string_view(subscription.event_type).substr(dot + 1);
  auto known_type = [&](auto&& fits) { return std::any_of(catalogue.objects().begin(), catalogue.objects().end(), fits); };
  bool generic = type == "object";
  bool classic = known_type([&](const ObjectType& object) { return object.singular == type && !object.engagement && !object.custom; });
  if (subscription.event_type == "product.associationChange") return fail(ErrorCode::invalid_input, "products are told of without their associations");
  if (!elsewhere(type, kind) && (!(generic || classic) || std::find(std::begin(kKinds), std::end(kKinds), kind) == std::end(kKinds))) {
    return fail(ErrorCode::invalid_input, fmt::format("no event type '{}'", subscription.event_type));
  }
  if (generic && !known_type([&](const ObjectType& object) { return object.type_id == subscription.object_type_id; })) {
    return fail(ErrorCode::invalid_input, "object.* needs an objectTypeId that is there");
  }
  if (subscription.property == "hs_lastmodifieddate" || subscription.property == "num_unique_conversion_events")
    return fail(ErrorCode::invalid_input, fmt::format("changes of {} are not told", subscription.property));
  if ((kind == "propertyChange") != !subscription.property.empty()) {
    return fail(ErrorCode::invalid_input, "propertyName belongs to propertyChange, one subscription for each");
  }
  return {};
}

const Subscription& Events::subscribe(Subscription subscription) {
  subscription.id = ++last_subscription_;
  subscriptions_.push_back(std::move(subscription));
  return subscriptions_.back();
}

void Events::configure(std::string target_url, std::int64_t max_concurrent, WallTime now) {
  bool cached = now < cached_until_;
  if (!cached && settings_.created.ms != 0) {
    cached_until_ = now + settings_cache_;
    cached_url_ = settings_.target_url;
    cached_concurrent_ = settings_.max_concurrent;
  }
  settings_.target_url = std::move(target_url);
  settings_.max_concurrent = max_concurrent;
}

Subscription* Events::find(std::string_view id) {
  for (Subscription& each : subscriptions_) {
    if (std::to_string(each.id) == id) return &each;
  }
  return nullptr;
}

void Events::unsubscribe(std::int64_t id) {
  std::erase_if(subscriptions_, [&](const Subscription& each) { return each.id == id; });
}

bool Events::wants(const Subscription& subscription, const ObjectType& type, std::string_view event, std::string_view property) const {
  if (!subscription.active || (type.engagement && !settings_.of_engagements)) return false;
  std::string_view wanted = subscription.event_type;
  std::size_t dot = wanted.find('.');
  if (wanted.substr(dot + 1) != event || subscription.property != property) return false;
  return wanted.substr(0, dot) == "object" ? subscription.object_type_id == type.type_id : wanted.substr(0, dot) == type.singular;
}

void Events::note(const Subscription& subscription, const ObjectType& type, std::string_view id, json::object more, const Writer& writer) {
  json::object event{{"eventId", static_cast<std::int64_t>(rng_.below(4'000'000'000ULL))},
                     {"subscriptionId", subscription.id},
                     {"portalId", portal_id_},
                     {"appId", number_of(app_id_)},
                     {"occurredAt", writer.at.ms},
                     {"subscriptionType", subscription.event_type},
                     {"attemptNumber", 0},
                     {"objectId", number_of(id)},
                     {"changeSource", writer.change_source},
                     {"sourceId", writer.source_id}};
  if (subscription.event_type.starts_with("object.")) event["objectTypeId"] = type.type_id;
  for (auto& member : more) event[member.key()] = std::move(member.value());
  noted_.push_back(std::move(event));
}

void Events::record(const ObjectType& type, std::string_view id, std::string_view event, json::object more, const Writer& writer) {
  if (!writer.journaled) return;
  journal_.record(type, id, event, writer.at);
  for (const Subscription& subscription : subscriptions_) {
    if (wants(subscription, type, event, "")) note(subscription, type, id, more, writer);
  }
}

void Events::property(const ObjectType& type, std::string_view id, std::string_view name, std::string_view value, const Writer& writer) {
  if (!writer.journaled) return;
  journal_.property(type, id, name, value, writer.at);
  for (const Subscription& subscription : subscriptions_) {
    if (!wants(subscription, type, "propertyChange", name)) continue;
    json::object more{
        {"propertyName", json::string(name.data(), name.size())}, {"propertyValue", json::string(value.data(), value.size())}, {"isSensitive", false}};
    if (value.empty() && settings_.cleared_as_null) more["propertyValue"] = nullptr;
    note(subscription, type, id, std::move(more), writer);
  }
}

void Events::tie(const TieChange& change, const Writer& writer) {
  if (!writer.journaled) return;
  journal_.tie(change, writer.at);
  const std::string& from = change.from_type->table->record(change.from).id;
  const std::string& to = change.to_type->table->record(change.to).id;
  auto tell = [&](const ObjectType& own, const std::string& own_id, const ObjectType& other, const std::string& other_id, int type_id) {
    for (const Subscription& subscription : subscriptions_) {
      if (!wants(subscription, own, "associationChange", "")) continue;
      json::object more{{"associationType", upper(own.singular) + "_TO_" + upper(other.singular)},
                        {"fromObjectId", number_of(own_id)},
                        {"toObjectId", number_of(other_id)},
                        {"fromObjectTypeId", own.type_id},
                        {"toObjectTypeId", other.type_id},
                        {"associationTypeId", type_id},
                        {"associationCategory", change.type->category()},
                        {"associationRemoved", change.removed},
                        {"isPrimaryAssociation", change.type->primary}};
      note(subscription, own, own_id, std::move(more), writer);
    }
  };
  tell(*change.from_type, from, *change.to_type, to, change.type->id);
  tell(*change.to_type, to, *change.from_type, from, change.type->inverse);
}

void Events::test(const Subscription& subscription, WallTime now) {
  json::object event{{"eventId", 100},         {"subscriptionId", subscription.id},
                     {"portalId", portal_id_}, {"appId", number_of(app_id_)},
                     {"occurredAt", now.ms},   {"subscriptionType", subscription.event_type},
                     {"attemptNumber", 0},     {"objectId", 123},
                     {"changeFlag", "NEW"},    {"changeSource", "CRM"}};
  if (!subscription.property.empty()) {
    event["propertyName"] = subscription.property;
    event["propertyValue"] = "sample-value";
  }
  noted_.push_back(std::move(event));
}

void Events::flush(OutgoingQueue& queue, WallTime now) {
  journal_.flush(now);
  if (noted_.empty()) return;
  std::vector<json::object> events = std::exchange(noted_, {});
  if (target_url(now).empty()) return;
  if (settings_.shuffle) {
    for (std::size_t i = events.size(); i > 1; --i) std::swap(events[i - 1], events[rng_.below(i)]);
  }
  for (std::size_t first = 0; first < events.size(); first += kMaxEvents) {
    json::array body;
    for (std::size_t i = first; i < std::min(events.size(), first + kMaxEvents); ++i) body.push_back(events[i]);
    http::Request request("POST", target_url(now));
    request.headers.add("Content-Type", "application/json");
    request.body = json::serialize(body);
    request.timeout = Duration(5'000);
    std::size_t copies = rng_.chance(settings_.duplicate_rate) ? 2 : 1;
    for (std::size_t copy = 0; copy < copies; ++copy) {
      WallTime due = now + settings_.delay;
      if (settings_.jitter.count() > 0) due = due + Duration(rng_.between(0, settings_.jitter.count()));
      queue.push(due, request);
    }
  }
}

void Events::prepare(http::Request& request, std::size_t attempt, WallTime now) const {
  if (attempt > 0) {
    json::value body = json::parse(request.body);  // ours
    for (json::value& event : body.as_array()) event.as_object()["attemptNumber"] = attempt;
    request.body = json::serialize(body);
  }
  std::string stamp = std::to_string(now.ms);
  std::string source = request.method + signed_uri(request.url, settings_.decodes_path) + request.body + stamp;
  request.headers.set("X-HubSpot-Signature", to_hex(sha256(settings_.secret + request.body)));
  request.headers.set("X-HubSpot-Signature-Version", "v1");
  request.headers.set("X-HubSpot-Request-Timestamp", stamp);
  request.headers.set("X-HubSpot-Signature-v3", to_base64(hmac_sha256(settings_.secret, source)));
}

}  // namespace lockstep::emulators::hubspot

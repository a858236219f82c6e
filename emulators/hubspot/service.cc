// Routes, and what all calls share.
#include "emulators/hubspot/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "emulators/core/uuid.h"
#include "emulators/hubspot/values.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::string_view kVersions[] = {"2025-09", "2026-03", "2026-09", "2026-09-beta", "2027-03-beta"};
/// What the clients know beside the types of the catalogue.
constexpr std::string_view kUnservedTypes[] = {"leads", "quotes", "taxes", "postal_mail", "invoices", "goal_targets", "feedback_submissions"};
constexpr std::int64_t kDailyExports = 30;
constexpr std::int64_t kTies = 100, kDailyTies = 500'000;  // calls about associations, in ten seconds and a day

/// Whether a dated path names a version that there is.
bool version_fits(const Call& call) {
  for (const auto& [name, value] : call.parameters) {
    if (name == "version") return std::find(std::begin(kVersions), std::end(kVersions), value) != std::end(kVersions);
  }
  return true;
}

bool is_newest(const Call& call) {
  auto names = [&](std::string_view version) { return call.request.target.find(version) != std::string::npos; };
  return names("/2026-09") || names("/2027-");
}

std::vector<Duration> retry_schedule() {  // ten times in 24 hours
  std::vector<Duration> delays;
  for (int minutes : {1, 3, 10, 20, 40, 90, 150, 240, 360, 480}) delays.emplace_back(minutes * 60'000);
  return delays;
}

}  // namespace

HubSpot::HubSpot(const EmulatorClock& clock, Rng rng, HubSpotOptions options)
    : StandIn(clock, rng),
      options_(std::move(options)),
      portal_(database(), options_, rng.split("portal")),
      ids_(rng.split("ids")),
      older_(portal_, {options_.portal_id, [this](const Call& call) { return writer(call); }, [this] { return uuid(); }}),
      search_limit_(options_.search_requests, Duration(1'000)),
      export_limit_(kDailyExports, Duration(24LL * 3'600'000)),
      journal_limit_(100, Duration(1'000)),
      journal_subscription_limit_(50, Duration(1'000)),
      snapshot_limit_(10, Duration(1'000)),
      daily_(options_.daily_requests, options_.utc_offset),
      daily_ties_(kDailyTies, options_.utc_offset),
      limits_(options_.limits) {
  Duration window(10'000);
  tokens().register_client(options_.client);
  for (const std::string& token : options_.refresh_tokens) tokens().issue_refresh(token, options_.client.id);
  redirect_uris_ = {options_.redirect_uris.begin(), options_.redirect_uris.end()};
  apps_.emplace(options_.app_id, App{options_.app_id, true, RollingLimit(options_.oauth_burst_requests, window), RollingLimit(kTies, window)});
  for (const ServiceKey& key : options_.service_keys)
    apps_.emplace(key.app_id, App{key.app_id, false, RollingLimit(options_.burst_requests, window), RollingLimit(kTies, window)});
  portal_.events().settings().secret = options_.client.secret;
  outgoing().set_schedule(retry_schedule());
  outgoing().set_prepare([this](http::Request& request, std::size_t attempt, WallTime at) { portal_.events().prepare(request, attempt, at); });
  add_routes();
  add_switches();
}

http::Response HubSpot::answered(Call& call, const std::function<Answer(Call&)>& handler) {
  auto said = [&]() -> Answer {
    TRY_VOID(check_query_flags(call));
    return version_fits(call) ? handler(call) : hubspot::not_found();
  };
  Answer answer = said();
  http::Response response = answer ? std::move(*answer) : told(answer.error());
  // §2.10: the newest version of objects declares no 207: what failed stands in the answer to what went well.
  bool undeclared = is_newest(call) && call.request.target.starts_with("/crm/objects/") && !newest_multi_status_;
  if (response.status == 207 && undeclared) response.status = call.request.path().ends_with("/create") ? 201 : 200;
  portal_.events().flush(outgoing(), call.now);
  return response;
}

void HubSpot::add(std::string method, const std::string& path, Handler handler) {
  auto bound = [this, handler](Call& call) { return (this->*handler)(call); };
  router().add(std::move(method), path, [this, bound](Call& call) { return answered(call, bound); });
}

void HubSpot::add(std::string method, const std::string& path, StyledHandler handler, const TieStyle& style) {
  auto bound = [this, handler, &style](Call& call) { return (this->*handler)(call, style); };
  router().add(std::move(method), path, [this, bound](Call& call) { return answered(call, bound); });
}

std::string HubSpot::uuid() { return make_uuid(ids_, 7); }

Outcome<ObjectType*> HubSpot::type_of(const Call& call, const TypeNames& names) {
  const std::string& name = call.parameter("type");
  if (ObjectType* type = portal_.catalogue().find(name, names)) return type;
  auto is_named = [&](std::string_view unserved) { return equal_no_case(name, unserved); };
  if (name.starts_with("0-") || std::any_of(std::begin(kUnservedTypes), std::end(kUnservedTypes), is_named)) return not_served("objects of the type " + name);
  return invalid(fmt::format("Unable to infer object type from: {}", name));
}

Writer HubSpot::writer(const Call& call) const {
  Writer writer;
  writer.at = call.now;
  writer.actor = call.caller;
  writer.change_source = "INTEGRATION";
  const std::string& of_keys = portal_.settings().key_source_id;
  writer.source_id = caller_->oauth || of_keys.empty() ? caller_->id : of_keys;
  writer.by_api = true;
  writer.admin_rules = admin_rules_everywhere_ || is_newest(call);
  return writer;
}

Outcome<RowNumber> HubSpot::row_of(const Call& call, const ObjectType& type, bool merged_too, bool by_key) {
  const std::string& id = call.parameter("id");
  std::string key = by_key ? call.query_value("idProperty").value_or("hs_object_id") : "hs_object_id";
  const Property* property = type.find(key);
  if (!property) return invalid({{key, "PROPERTY_DOESNT_EXIST", fmt::format("Property \"{}\" does not exist", key)}});
  if (!Portal::is_key(type, *property)) return invalid(fmt::format("{} is not a unique property of {}", key, type.name));
  bool by_id = property->source == Source::object_id;
  if (by_id && (id.empty() || id.find_first_not_of("0123456789") != std::string::npos)) {
    auto refused = refuse(404, "OBJECT_NOT_FOUND", "Object not found.  objectId are usually numeric.");
    refused.value().context = {{"id", {id}}};
    return refused;
  }
  RowNumber row = !by_id ? portal_.find_by_key(type, *property, id) : merged_too ? portal_.resolve(type, id) : portal_.find_live(type, id);
  if (row == kNoRow) return hubspot::not_found();
  return row;
}

http::Response HubSpot::not_found(Call& call) { return told(not_served(call.request.method + " " + std::string(call.request.path())).value()); }

http::Response HubSpot::method_not_allowed(Call& call, const std::vector<std::string>& allowed) {
  http::Response response = told(refuse(405, "", fmt::format("Method {} is not allowed", call.request.method)).value());
  response.headers.add("Allow", join(allowed, ", "));
  return response;
}

Outcome<void> read_json(const Call& call, JsonDocument& document) {
  auto type = call.header("Content-Type");
  if (!type || !to_lower_ascii(*type).starts_with("application/json"))
    return refuse(415, "", fmt::format("Content-Type {} is not supported", type.value_or("(none)")));
  if (auto parsed = document.parse(call.request.body); !parsed) return bad_json(fmt::format("line 1, column 1: {}", parsed.error().message));
  return {};
}

Outcome<const json::object*> read_body(const Call& call, JsonDocument& document) {
  TRY_VOID(read_json(call, document));
  if (!document.root().is_object()) return bad_json("line 1, column 1: expected an object");
  return &document.root().get_object();
}

Outcome<std::vector<const json::object*>> read_inputs(const json::object& body, std::size_t most) {
  const json::value* inputs = body.if_contains("inputs");
  if (!inputs || !inputs->is_array()) return bad_json("line 1, column 1: inputs is missing or not an array");
  if (inputs->get_array().empty()) return invalid("inputs must not be empty");
  if (inputs->get_array().size() > most) return invalid(fmt::format("The maximum number of inputs is {}", most));
  std::vector<const json::object*> items;
  for (const json::value& item : inputs->get_array()) {
    if (!item.is_object()) return bad_json("line 1, column 1: an input is not an object");
    items.push_back(&item.get_object());
  }
  return items;
}

bool query_flag(const Call& call, std::string_view name) {
  std::string text = call.query_value(name).value_or("");
  return text == "true" || text == "True";
}

Outcome<void> check_query_flags(const Call& call) {
  static constexpr std::string_view kFlags[] = {
      "archived", "includeFilters", "includeErrorMessage", "includeRowData", "validateReferencesBeforeDelete", "validateDealStageUsagesBeforeDelete"};
  static constexpr std::string_view kWords[] = {"true", "false", "True", "False"};
  for (const auto& [name, value] : call.query) {
    bool flag = std::find(std::begin(kFlags), std::end(kFlags), name) != std::end(kFlags);
    if (flag && std::find(std::begin(kWords), std::end(kWords), value) == std::end(kWords)) return invalid(fmt::format("{} must be true or false", name));
  }
  return {};
}

std::string id_text(const json::value* id, bool numbers) { return id && (id->is_string() || numbers) ? scalar_text(*id) : ""; }

Outcome<std::vector<std::string>> id_texts(const json::value* list, bool numbers) {
  std::vector<std::string> ids;
  if (!list || list->is_null()) return ids;
  if (!list->is_array()) return bad_json("line 1, column 1: expected an array of ids");
  for (const json::value& each : list->get_array()) {
    ids.push_back(id_text(&each, numbers));
    if (ids.back().empty()) return bad_json("line 1, column 1: an id is not a string");
  }
  return ids;
}

std::vector<std::string> query_list(const Call& call, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& [known, value] : call.query) {
    if (known != name) continue;
    for (std::string_view part : split(value, ',')) {
      if (!trim(part).empty()) values.emplace_back(trim(part));
    }
  }
  return values;
}

Outcome<std::size_t> query_limit(const Call& call, std::size_t otherwise, std::size_t most) {
  auto given = call.query_value("limit");
  if (!given) return otherwise;
  std::size_t limit = 0;
  auto [end, error] = std::from_chars(given->data(), given->data() + given->size(), limit);
  if (error != std::errc() || end != given->data() + given->size() || limit == 0 || limit > most)
    return invalid(fmt::format("limit must be a number from 1 to {}", most));
  return limit;
}

std::vector<std::string> text_list(const json::object& body, std::string_view name) {
  std::vector<std::string> texts;
  const json::value* given = body.if_contains(json::string_view(name.data(), name.size()));
  if (!given || !given->is_array()) return texts;
  for (const json::value& item : given->get_array()) texts.push_back(scalar_text(item));
  return texts;
}

Outcome<void> check_text_list(const json::object& body, std::string_view name) {
  const json::value* given = body.if_contains(json::string_view(name.data(), name.size()));
  auto is_text = [](const json::value& each) { return each.is_string(); };
  bool good = !given || given->is_null() || (given->is_array() && std::all_of(given->get_array().begin(), given->get_array().end(), is_text));
  if (!good) return bad_json(fmt::format("line 1, column 1: {} is not a list of strings", name));
  return {};
}

http::Response json_answer(int status, const json::value& body) { return json_response(status, body, "application/json;charset=utf-8"); }

http::Response batch_answer(int status, json::array results, json::array errors, WallTime now) {
  json::object body(results.storage());
  body["status"] = "COMPLETE";
  body["results"] = std::move(results);
  body["startedAt"] = format_instant(now);
  body["completedAt"] = format_instant(now);
  if (!errors.empty()) {
    body["numErrors"] = errors.size();
    body["errors"] = std::move(errors);
    status = 207;
  }
  return json_answer(status, body);
}

std::unique_ptr<Emulator> make_hubspot(const EmulatorClock& clock, Rng rng, HubSpotOptions options) {
  return std::make_unique<HubSpot>(clock, rng, std::move(options));
}

}  // namespace lockstep::emulators::hubspot

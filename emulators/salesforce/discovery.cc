// §2.1, §2.8, §5.1: what there is, how it is described, how much is left.
#include <fmt/format.h>

#include "base/text.h"
#include "emulators/salesforce/describe.h"
#include "emulators/salesforce/dialect.h"
#include "emulators/salesforce/render.h"

namespace lockstep::emulators::salesforce {
namespace {

/// As many as there were a while ago.
std::int64_t counted(const Table& table, WallTime then) {
  std::int64_t count = 0;
  for (RowNumber row = 0; row < table.row_count(); ++row) {
    const Record& record = table.record(row);
    if (record.created <= then && (!record.deleted || record.modified > then)) ++count;
  }
  return count;
}

}  // namespace

http::Response Salesforce::versions(Call&) {
  json::array versions;
  for (int version = kOldestVersion; version <= kNewestVersion; ++version) {
    int from_first = version - kOldestVersion;  // three releases a year; 31 was Summer '14
    static constexpr const char* kSeasons[] = {"Summer", "Winter", "Spring"};
    int year = 14 + (from_first + 2) / 3;
    versions.push_back(json::object{{"label", fmt::format("{} '{}", kSeasons[from_first % 3], year)},
                                    {"url", fmt::format("/services/data/v{}.0", version)},
                                    {"version", fmt::format("{}.0", version)}});
  }
  return json_response(200, versions);
}

http::Response Salesforce::resources(Call& call) {
  std::string base = "/services/data/" + call.parameter("version");
  json::object paths;
  for (const char* resource : {"sobjects", "query", "queryAll", "search", "limits", "composite", "jobs", "recent", "tabs", "theme"}) {
    paths[resource] = base + "/" + resource;
  }
  paths["identity"] = fmt::format("{}/id/{}/{}", call.base_url, organization_id_, org_.ensure_user(call.caller, call.now));
  return json_response(200, paths);
}

/// The numbers are some minutes old.
http::Response Salesforce::limits(Call& call) {
  if (!settings_.view_setup) return error_response("FORBIDDEN", "You do not have the level of access necessary to perform the operation you requested.");
  auto& [when, numbers] = told_limits_;
  if (!numbers.empty() && call.now < when + Duration(settings_.limits_lag_ms)) return json_response(200, numbers);
  auto limit = [](std::int64_t max, std::int64_t remaining) { return json::object{{"Max", max}, {"Remaining", remaining}}; };
  auto left = [&](RollingLimit& of) { return limit(of.limit(), std::max<std::int64_t>(0, of.limit() - of.used(call.now))); };
  told_limits_ = {call.now, json::object{{"DailyApiRequests", left(daily_)},
                                         {"DailyBulkApiBatches", left(bulk_batches_)},
                                         {"DailyBulkV2QueryJobs", left(bulk_queries_)},
                                         {"DailyBulkV2QueryFileStorageMB", limit(976'562, 976'562)},
                                         {"DailyStreamingApiEvents", left(cometd_.deliveries())},
                                         {"DailyDeliveredPlatformEvents", limit(50'000, 50'000)},
                                         {"HourlyPublishedPlatformEvents", limit(50'000, 50'000)},
                                         {"DataStorageMB", limit(1'024, 1'000)},
                                         {"FileStorageMB", limit(1'024, 1'000)}}};
  return json_response(200, numbers);
}

http::Response Salesforce::record_count(Call& call) {
  std::string wanted = call.query_value("sObjects").value_or("");
  json::array counts;
  for (const ObjectType& object : org_.schema().objects()) {
    bool asked = wanted.empty();
    for (std::string_view name : split(wanted, ',')) asked = asked || equal_no_case(trim(name), object.name);
    if (!asked || object.table->live_count() == 0) continue;  // without rows it is left out
    counts.push_back(json::object{{"count", counted(*object.table, call.now - Duration(settings_.record_count_lag_ms))}, {"name", object.name}});
  }
  return json_response(200, json::object{{"sObjects", std::move(counts)}});
}

/// 304 when the schema has not changed since; with ETag and Last-Modified (§2.4).
std::optional<http::Response> Salesforce::unchanged_schema(Call& call) const {
  auto since = call.header("If-Modified-Since");
  Result<WallTime> date = since ? parse_http_date(*since) : fail(ErrorCode::invalid_input, "");
  if (!date || whole_seconds(org_.schema().changed_at()) > *date) return std::nullopt;
  http::Response response(304, "");
  add_schema_headers(response);
  return response;
}

void Salesforce::add_schema_headers(http::Response& response) const {
  WallTime changed = org_.schema().changed_at();
  response.headers.add("ETag", fmt::format("\"{:08x}\"", static_cast<std::uint32_t>(stable_hash(format_iso(changed)))));
  response.headers.add("Last-Modified", format_http_date(changed));
}

http::Response Salesforce::describe_all(Call& call) {
  if (auto unchanged = unchanged_schema(call)) return std::move(*unchanged);
  json::array objects;
  bool tooling = call.request.target.find("/tooling/") != std::string::npos;
  for (const ObjectType& object : org_.schema().objects()) {
    if (!tooling || object.reified) objects.push_back(describe_summary(object, call.parameter("version")));
  }
  http::Response response = json_response(200, json::object{{"encoding", "UTF-8"}, {"maxBatchSize", 200}, {"sobjects", std::move(objects)}});
  add_schema_headers(response);
  return response;
}

http::Response Salesforce::describe(Call& call) {
  const ObjectType* object = object_of(call);
  if (!object) return error_response("NOT_FOUND", "The requested resource does not exist");
  if (auto unchanged = unchanged_schema(call)) return std::move(*unchanged);
  http::Response response = json_response(200, describe_object(*object, call.parameter("version")));
  add_schema_headers(response);
  return response;
}

/// What an object is, and which of its records the caller last wrote.
http::Response Salesforce::basic_info(Call& call) {
  const ObjectType* object = object_of(call);
  if (!object) return error_response("NOT_FOUND", "The requested resource does not exist");
  constexpr std::size_t kMostRecent = 25;
  json::array recent = recent_items(call, object, kMostRecent);
  return json_response(200, json::object{{"objectDescribe", describe_summary(*object, call.parameter("version"))}, {"recentItems", std::move(recent)}});
}

http::Response Salesforce::recent(Call& call) {
  std::size_t most = 200;
  if (auto limit = call.query_value("limit")) most = std::min<std::size_t>(most, std::strtoul(limit->c_str(), nullptr, 10));
  return json_response(200, recent_items(call, nullptr, most));
}

void Salesforce::note_used(const Call& call, const ObjectType& object, RowNumber row) {
  constexpr int kFirstWithHeader = 60;
  constexpr std::size_t kMostRemembered = 200;
  bool asked = std::atoi(call.parameter("version").c_str() + 1) >= kFirstWithHeader;
  std::string told = asked ? to_lower_ascii(call.header("Sforce-Mru").value_or("")) : "";
  std::erase(told, ' ');
  if (told == "updatemru=false" || object.reified) return;
  auto& used = used_[call.caller];
  std::pair entry(&object, object.table->record(row).id);
  std::erase(used, entry);
  used.push_front(std::move(entry));
  if (used.size() > kMostRemembered) used.pop_back();
}

/// What the caller last used, the last one first; `object` null: of all.
json::array Salesforce::recent_items(Call& call, const ObjectType* object, std::size_t most) {
  json::array items;
  for (const auto& [type, id] : used_[call.caller]) {
    RowNumber row = type->table->find(id);
    if (items.size() == most) break;
    if (row == kNoRow || type->table->record(row).deleted || (object && type != object)) continue;
    const Field* name = type->find("Name") ? type->find("Name") : type->find("CaseNumber");
    if (!name) name = type->find("Subject");
    json::object item{{"attributes", {{"type", type->name}, {"url", record_url(call.parameter("version"), *type, id)}}}, {"Id", id}};
    if (name) item[name->name] = to_json(org_.value_of(*type, row, *name));
    items.push_back(std::move(item));
  }
  return items;
}

/// Each listener is told what that one may see.
http::Response Salesforce::stream(Call& call) {
  const TokenGrant* grant = tokens().grant(cometd_.access_of(call));
  if (grant) org_.act_as({ActorKind::integration, tokens().client(grant->client_id)->name}, call.now);
  return cometd_.handle(call);
}

http::Response Salesforce::event_schema_call(Call& call) {
  org_.act_as_everybody();  // one shape for all who listen
  for (const ObjectType& object : org_.schema().objects()) {
    if (!change_channel(object, settings_).empty() && event_schema_id(object) == call.parameter("schema")) return json_response(200, event_schema(object));
  }
  return not_found(call);
}

http::Response Salesforce::tabs(Call& call) {
  json::array tabs;
  for (const ObjectType& object : org_.schema().objects()) {
    auto icon = [&](int size) { return fmt::format("{}/img/icon/{}{}.png", call.base_url, to_lower_ascii(object.plural), size); };
    tabs.push_back(json::object{{"name", "standard-" + object.name},
                                {"label", object.plural},
                                {"sobjectName", object.name},
                                {"custom", false},
                                {"colors", json::array()},
                                {"icons", json::array()},
                                {"iconUrl", icon(32)},
                                {"miniIconUrl", icon(16)},
                                {"url", fmt::format("{}/{}/o", call.base_url, object.key_prefix)}});
  }
  return json_response(200, tabs);
}

http::Response Salesforce::theme(Call&) {
  json::array items;
  for (const ObjectType& object : org_.schema().objects())
    items.push_back(json::object{{"name", object.name}, {"custom", false}, {"colors", json::array()}, {"icons", json::array()}});
  return json_response(200, json::object{{"themeItems", std::move(items)}});
}

}  // namespace lockstep::emulators::salesforce

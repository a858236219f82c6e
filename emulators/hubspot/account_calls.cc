// The account: details, usage, owners, limits (§1.2, §2.8, §2.9, §4.1).
#include <fmt/format.h>

#include "emulators/hubspot/service.h"
#include "emulators/hubspot/values.h"

namespace lockstep::emulators::hubspot {
namespace {

json::object render_owner(const Owner& owner, bool archived_keep_user) {
  json::object object{{"id", owner.id},
                      {"email", owner.email},
                      {"type", "PERSON"},
                      {"firstName", owner.first_name},
                      {"lastName", owner.last_name},
                      {"userIdIncludingInactive", std::stoll(owner.user_id)},
                      {"createdAt", format_instant(kFounded)},
                      {"updatedAt", format_instant(kFounded)},
                      {"archived", owner.archived}};
  object["userId"] = owner.archived && !archived_keep_user ? json::value(nullptr) : json::value(std::stoll(owner.user_id));
  if (!owner.team.empty()) {
    json::object team{{"id", "178588"}, {"name", owner.team}, {"primary", true}};
    object["teams"] = json::array{std::move(team)};
  }
  return object;
}

}  // namespace

HubSpot::Answer HubSpot::account_details(Call&) {
  std::int64_t offset = options_.utc_offset.count() / 60'000, minutes = std::abs(offset);
  return json_answer(200, json::object{{"portalId", options_.portal_id},
                                       {"accountType", "STANDARD"},
                                       {"timeZone", options_.time_zone},
                                       {"companyCurrency", "EUR"},
                                       {"additionalCurrencies", json::array()},
                                       {"utcOffset", fmt::format("{}{:02}:{:02}", offset < 0 ? '-' : '+', minutes / 60, minutes % 60)},
                                       {"utcOffsetMilliseconds", options_.utc_offset.count()},
                                       {"uiDomain", "app.hubspot.com"},
                                       {"dataHostingLocation", "na1"}});
}

HubSpot::Answer HubSpot::daily_usage(Call& call) {
  json::object row{
      {"name", "private-apps-api-calls-daily"},  {"usageLimit", daily_.limit()}, {"currentUsage", daily_.used(call.now)},
      {"collectedAt", format_instant(call.now)}, {"fetchStatus", "SUCCESS"},     {"resetsAt", format_instant(call.now + daily_.until_midnight(call.now))}};
  return json_answer(200, json::object{{"results", json::array{std::move(row)}}});
}

/// As version 1 lists it.
HubSpot::Answer HubSpot::older_daily_usage(Call& call) {
  TRY(http::Response now, daily_usage(call));
  json::value rows = json::parse(now.body).at("results");
  json::object& row = rows.at(0).as_object();
  row["name"] = "api-calls-daily";
  row["collectedAt"] = call.now.ms;
  row["resetsAt"] = (call.now + daily_.until_midnight(call.now)).ms;
  return json_answer(200, rows);
}

HubSpot::Answer HubSpot::owner_list(Call& call) {
  TRY(std::size_t limit, query_limit(call, 100, 500));
  std::string after = call.query_value("after").value_or(""), email = call.query_value("email").value_or("");
  bool archived = query_flag(call, "archived");
  json::array results;
  std::string last;
  bool more = false;
  for (const Owner& owner : portal_.owners()) {
    if (owner.archived != archived || (!email.empty() && owner.email != email) || owner.id <= after) continue;
    more = results.size() == limit;
    if (more) break;
    results.push_back(render_owner(owner, portal_.settings().archived_owners_keep_users));
    last = owner.id;
  }
  json::object body{{"results", std::move(results)}};
  if (more) body["paging"] = {{"next", {{"after", last}}}};
  return json_answer(200, body);
}

HubSpot::Answer HubSpot::owner_read(Call& call) {
  std::string key = call.query_value("idProperty").value_or("id");
  if (key != "id" && key != "userId") return invalid("idProperty must be id or userId");
  bool by_user = key == "userId";
  for (const Owner& owner : portal_.owners()) {
    bool meant = (by_user ? owner.user_id : owner.id) == call.parameter("id");
    if (meant && owner.archived == query_flag(call, "archived")) return json_answer(200, render_owner(owner, portal_.settings().archived_owners_keep_users));
  }
  return hubspot::not_found();
}

}  // namespace lockstep::emulators::hubspot

// Routes, and what all calls share.
#include "emulators/zendesk/service.h"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "base/text.h"
#include "emulators/zendesk/rendering.h"

namespace lockstep::emulators::zendesk {
namespace {

constexpr Duration kMinute{60'000};

std::string_view without_suffix(std::string_view text) { return text.ends_with(".json") ? text.substr(0, text.size() - 5) : text; }

}  // namespace

Zendesk::Zendesk(const EmulatorClock& clock, Rng rng, ZendeskOptions options)
    : StandIn(clock, rng),
      options_(std::move(options)),
      account_(database(), rng.split("account"), now()),
      jobs_(rng.split("jobs"), options_.job_time, account_.readings()),
      limits_(options_.limits),
      per_minute_(options_.requests_per_minute, kMinute),
      exports_(10, kMinute),
      export_searches_(100, kMinute),
      deep_lists_(50, kMinute),
      all_ticket_updates_(100, kMinute) {
  token_list_.push_back({next_token_++, "Integration", options_.api_token, now(), now()});
  tokens().register_client(options_.client);
  set_retries();
  account_.events().set_placeholders([this](RowNumber ticket, std::string_view name) { return placeholder(ticket, name); });
  outgoing().set_prepare([this](http::Request& request, std::size_t, WallTime at) { account_.events().prepare(request, at); });
  Writer system{now(), {ActorKind::automation, "Zendesk"}, 0, "", false, false, true};
  json::object owner{{"name", "The owner"}, {"email", options_.agent_email}, {"role", "admin"}, {"verified", true}};
  auto made = account_.create(account_.users(), owner, system);
  (void)made;  // the first user there is: nothing to refuse
  add_routes();
  add_switches();
}

void Zendesk::add(const std::string& method, const std::string& path, Handler handler) {
  auto answer = [this, handler = std::move(handler)](Call& call) {
    settle(call.now);
    Answer given = handler(call);
    account_.events().flush(outgoing(), call.now);
    return given ? std::move(*given) : error_response(given.error());
  };
  router().add(method, path, answer);
  if (!path.ends_with('}')) router().add(method, path + ".json", answer);
}

void Zendesk::add(const std::string& method, const std::string& path, Answer (Zendesk::*handler)(Call&)) {
  add(method, path, Handler([this, handler](Call& call) { return (this->*handler)(call); }));
}

void Zendesk::add(const std::string& method, const std::string& path, OfType handler, ObjectType& type) {
  add(method, path, Handler([this, handler, &type](Call& call) { return (this->*handler)(call, type); }));
}

void Zendesk::add_type_routes(ObjectType& type) {
  const std::string base = "/api/v2/" + type.plural;
  add("GET", base + "/show_many", &Zendesk::show_many, type);
  add("GET", base + "/count", &Zendesk::count, type);
  add("POST", base + "/create_many", &Zendesk::create_many, type);
  add("PUT", base + "/update_many", &Zendesk::update_many, type);
  add("DELETE", base + "/destroy_many", &Zendesk::destroy_many, type);
  if (type.name != "ticket") {
    add("POST", base + "/create_or_update", &Zendesk::create_or_update, type);
    add("GET", base + "/search", &Zendesk::search_type, type);
    add("GET", base + "/autocomplete", &Zendesk::search_type, type);
  }
  add("GET", base, &Zendesk::list, type);
  if (type.name == "ticket") add("POST", base, &Zendesk::create_once);
  else add("POST", base, &Zendesk::create, type);
  add("GET", base + "/{id}/tags", &Zendesk::tags, type);
  for (const char* method : {"POST", "PUT", "DELETE"}) add(method, base + "/{id}/tags", &Zendesk::change_tags, type);
  const std::string incremental = "/api/v2/incremental/" + type.plural;
  add("GET", incremental, &Zendesk::export_by_time, type);
  add("GET", incremental + "/sample", &Zendesk::export_by_time, type);
  if (type.name != "organization") add("GET", incremental + "/cursor", &Zendesk::export_by_cursor, type);
  const std::string fields = "/api/v2/" + type.name + "_fields";
  add("GET", fields, &Zendesk::field_list, type);
  add("POST", fields, &Zendesk::field_create, type);
  if (type.name != "ticket") add("PUT", fields + "/reorder", &Zendesk::field_reorder, type);
  add("PUT", fields + "/{id}", &Zendesk::field_update, type);
  add("DELETE", fields + "/{id}", &Zendesk::field_remove, type);
  add("GET", fields + "/{id}/options", &Zendesk::field_options, type);
  add("POST", fields + "/{id}/options", &Zendesk::field_option, type);
  for (const char* method : {"GET", "DELETE"}) add(method, fields + "/{id}/options/{option}", &Zendesk::field_option, type);
  add("GET", fields + "/{id}", &Zendesk::field_read, type);
}

void Zendesk::add_membership_routes() {
  for (const char* path :
       {"/api/v2/organization_memberships", "/api/v2/users/{id}/organization_memberships", "/api/v2/organizations/{id}/organization_memberships"})
    add("GET", path, &Zendesk::membership_list);
  for (const auto& [plural, name] : {std::pair("brands", "brand"), std::pair("ticket_forms", "ticket_form"), std::pair("custom_statuses", "custom_status"),
                                     std::pair("locales", "locale")}) {
    auto answer = Handler([this, plural = std::string(plural), name = std::string(name)](Call& call) { return catalogue(call, plural, name); });
    add("GET", std::string("/api/v2/") + plural, answer);
    add("GET", std::string("/api/v2/") + plural + "/{id}", answer);
  }
  add("GET", "/api/v2/tags", &Zendesk::tag_list);
  add("POST", "/api/v2/organization_memberships", &Zendesk::membership_create);
  add("POST", "/api/v2/organization_memberships/create_many", &Zendesk::membership_create_many);
  add("DELETE", "/api/v2/organization_memberships/destroy_many", &Zendesk::membership_remove_many);
  add("POST", "/api/v2/users/{id}/organization_memberships", &Zendesk::membership_create);
  for (const char* path : {"/api/v2/organization_memberships/{id}", "/api/v2/users/{id}/organization_memberships/{membership}"}) {
    add("GET", path, &Zendesk::membership_read);
    add("DELETE", path, &Zendesk::membership_remove);
  }
  add("PUT", "/api/v2/users/{id}/organization_memberships/{membership}/make_default", &Zendesk::membership_list);
  add("GET", "/api/v2/users/{id}/related", &Zendesk::user_related);
  add("GET", "/api/v2/deleted_users", &Zendesk::deleted_users);
  for (const char* method : {"GET", "DELETE"}) add(method, "/api/v2/deleted_users/{id}", &Zendesk::deleted_user);
}

void Zendesk::add_group_routes() {
  add("GET", "/api/v2/groups", [this](Call& call) { return group_list(call, false); });
  add("GET", "/api/v2/groups/assignable", [this](Call& call) { return group_list(call, true); });
  add("GET", "/api/v2/groups/count", &Zendesk::group_count);
  add("POST", "/api/v2/groups", &Zendesk::group_create);
  for (const char* method : {"GET", "PUT", "DELETE"}) add(method, "/api/v2/groups/{id}", &Zendesk::group_one);
  for (const char* path : {"/api/v2/groups/{id}/users", "/api/v2/groups/{id}/users/count"}) add("GET", path, &Zendesk::users_of_group);
  add("GET", "/api/v2/users/{id}/groups", [this](Call& call) { return groups_of_user(call, false); });
  add("GET", "/api/v2/users/{id}/groups/count", [this](Call& call) { return groups_of_user(call, true); });
  for (const char* path : {"/api/v2/group_memberships", "/api/v2/group_memberships/assignable", "/api/v2/users/{id}/group_memberships",
                           "/api/v2/groups/{id}/memberships", "/api/v2/groups/{id}/memberships/assignable"})
    add("GET", path, &Zendesk::group_memberships);
  for (const char* path : {"/api/v2/group_memberships", "/api/v2/users/{id}/group_memberships"}) add("POST", path, &Zendesk::group_membership_create);
  add("POST", "/api/v2/group_memberships/create_many", &Zendesk::group_membership_create_many);
  add("DELETE", "/api/v2/group_memberships/destroy_many", &Zendesk::group_membership_remove_many);
  for (const char* path : {"/api/v2/group_memberships/{id}", "/api/v2/users/{id}/group_memberships/{membership}"}) {
    for (const char* method : {"GET", "DELETE"}) add(method, path, &Zendesk::group_membership);
  }
  add("PUT", "/api/v2/users/{id}/group_memberships/{membership}/make_default", &Zendesk::group_membership);
}

void Zendesk::add_routes() {
  ObjectType &tickets = account_.tickets(), &users = account_.users(), &organizations = account_.organizations();
  add("GET", "/oauth/authorizations/new", &Zendesk::authorize);
  add("POST", "/oauth/tokens", &Zendesk::token);
  add("GET", "/api/v2/oauth/tokens/current", &Zendesk::current_token);
  add("DELETE", "/api/v2/oauth/tokens/current", &Zendesk::revoke_token);
  add("GET", "/api/v2/api_tokens", &Zendesk::api_tokens);
  add("POST", "/api/v2/api_tokens", &Zendesk::api_token_create);
  for (const char* method : {"GET", "DELETE"}) add(method, "/api/v2/api_tokens/{id}", &Zendesk::api_token);
  add("GET", "/api/v2/users/me", &Zendesk::me);
  add("POST", "/api/v2/users/create_or_update_many", &Zendesk::create_or_update_many, users);  // of organizations there is none
  for (ObjectType* type : {&tickets, &users, &organizations}) add_type_routes(*type);
  const std::tuple<const char*, ObjectType&, const char*> by_their_owner[] = {
      {"users/{id}/tickets/requested", tickets, "requester_id"}, {"users/{id}/tickets/assigned", tickets, "assignee_id"},
      {"users/{id}/tickets/ccd", tickets, "collaborator_ids"},   {"organizations/{id}/tickets", tickets, "organization_id"},
      {"organizations/{id}/users", users, "organization_id"},    {"tickets/{id}/incidents", tickets, "problem_id"}};
  for (const auto& [path, type, property] : by_their_owner) {
    add("GET", "/api/v2/" + std::string(path), [this, &type = type, property = property](Call& call) { return list_by(call, type, property); });
    add("GET", "/api/v2/" + std::string(path) + "/count", [this, &type = type, property = property](Call& call) { return count_by(call, type, property); });
  }
  add("GET", "/api/v2/problems", &Zendesk::problems);
  add("GET", "/api/v2/tickets/{id}/related", &Zendesk::ticket_related);
  add("GET", "/api/v2/users/{id}/organizations", &Zendesk::people_of);
  add("GET", "/api/v2/users/{id}/organizations/count", &Zendesk::count_of_user);
  for (const char* how : {"collaborators", "email_ccs", "followers"}) add("GET", std::string("/api/v2/tickets/{id}/") + how, &Zendesk::people_of);
  add("GET", "/api/v2/organizations/{id}/related", &Zendesk::related);
  add("GET", "/api/v2/tickets/recent", &Zendesk::recent_tickets);
  add("GET", "/api/v2/tickets/{id}/metrics", &Zendesk::ticket_metric);
  add("GET", "/api/v2/ticket_metrics", &Zendesk::ticket_metrics);
  add("GET", "/api/v2/ticket_metrics/{id}", &Zendesk::ticket_metric);
  add("GET", "/api/v2/incremental/ticket_metric_events", &Zendesk::export_metric_events);
  for (const char* plural : {"suspended_tickets", "macros", "macros/active", "automations", "automations/active"}) {  // there are none
    std::string name(plural);
    add("GET", "/api/v2/" + name, [name = name.substr(0, name.find('/'))](Call&) -> Answer {
      return json_answer(200, json::object{{name, json::array()}, {"count", 0}, {"next_page", nullptr}, {"previous_page", nullptr}});
    });
  }
  for (const auto& [method, path] : {std::pair("GET", "suspended_tickets/{id}"), std::pair("DELETE", "suspended_tickets/{id}"),
                                     std::pair("PUT", "suspended_tickets/{id}/recover"), std::pair("GET", "macros/{id}"), std::pair("GET", "automations/{id}")})
    add(method, std::string("/api/v2/") + path, [](Call&) -> Answer { return record_not_found(); });
  add("GET", "/api/v2/tickets/{id}/comments", &Zendesk::comments);
  add("GET", "/api/v2/tickets/{id}/comments/count", &Zendesk::comment_count);
  add("PUT", "/api/v2/tickets/{id}/comments/{comment}/make_private", &Zendesk::make_comment_private);
  add("PUT", "/api/v2/tickets/{id}/comments/{comment}/redact", &Zendesk::redact_comment);
  add("PUT", "/api/v2/tickets/{id}/comments/{comment}/attachments/{attachment}/redact", &Zendesk::redact_attachment);
  add("POST", "/api/v2/uploads", &Zendesk::upload);
  add("DELETE", "/api/v2/uploads/{id}", &Zendesk::forget_upload);
  for (const char* method : {"GET", "PUT"}) add(method, "/api/v2/attachments/{id}", &Zendesk::attachment);
  add("GET", "/attachments/token/{key}", &Zendesk::attached_file);
  add("GET", "/api/v2/tickets/{id}/audits", &Zendesk::audits);
  add("GET", "/api/v2/tickets/{id}/audits/{audit}", &Zendesk::audit);
  add("PUT", "/api/v2/tickets/{id}/audits/{audit}/make_private", &Zendesk::make_audit_private);
  add("GET", "/api/v2/ticket_audits", &Zendesk::audits);
  for (const char* path : {"/api/v2/incremental/ticket_events", "/api/v2/incremental/ticket_events/sample"}) add("GET", path, &Zendesk::export_ticket_events);
  add("POST", "/api/v2/tickets/{id}/merge", &Zendesk::merge_ticket);
  add("PUT", "/api/v2/users/{id}/merge", &Zendesk::merge_user);
  add("PUT", "/api/v2/users/{id}/password", &Zendesk::change_password);
  add("GET", "/api/v2/users/{id}/identities", &Zendesk::identities);
  add("POST", "/api/v2/users/{id}/identities", &Zendesk::create_identity);
  for (const auto& [method, how] : {std::pair("PUT", "make_primary"), std::pair("PUT", "verify"), std::pair("PUT", "request_verification")})
    add(method, std::string("/api/v2/users/{id}/identities/{identity}/") + how, [this, how = how](Call& call) { return change_identity(call, how); });
  add("GET", "/api/v2/users/{id}/identities/{identity}", [this](Call& call) { return change_identity(call, ""); });
  add("PUT", "/api/v2/users/{id}/identities/{identity}", [this](Call& call) { return change_identity(call, "update"); });
  add("DELETE", "/api/v2/users/{id}/identities/{identity}", [this](Call& call) { return change_identity(call, "delete"); });
  for (ObjectType* type : {&tickets, &users, &organizations}) {
    const std::string path = "/api/v2/" + type->plural + "/{id}";
    add("GET", path, &Zendesk::read, *type);
    add("PUT", path, &Zendesk::update, *type);
    add("DELETE", path, &Zendesk::remove, *type);
  }
  add_membership_routes();
  add_group_routes();
  add("GET", "/api/v2/deleted_tickets", &Zendesk::deleted_tickets);
  for (const char* which : {"restore_many", "{id}/restore"}) add("PUT", std::string("/api/v2/deleted_tickets/") + which, &Zendesk::restore_tickets);
  for (const char* which : {"destroy_many", "{id}"}) add("DELETE", std::string("/api/v2/deleted_tickets/") + which, &Zendesk::purge_tickets);
  add("POST", "/api/v2/imports/tickets", &Zendesk::create, tickets);
  add("POST", "/api/v2/imports/tickets/create_many", &Zendesk::create_many, tickets);
  add("GET", "/api/v2/job_statuses", &Zendesk::jobs);
  add("GET", "/api/v2/job_statuses/show_many", &Zendesk::jobs);
  add("GET", "/api/v2/job_statuses/{id}", &Zendesk::job);
  add("GET", "/api/v2/search", &Zendesk::search);
  add("GET", "/api/v2/search/count", &Zendesk::search_count);
  add("GET", "/api/v2/search/export", &Zendesk::search_export);
  add_webhook_routes();
  add_view_routes();
  add_trigger_routes();
}

void Zendesk::add_view_routes() {
  add("GET", "/api/v2/views", [this](Call& call) { return view_list(call, false, false); });
  add("GET", "/api/v2/views/active", [this](Call& call) { return view_list(call, true, false); });
  add("GET", "/api/v2/views/compact", [this](Call& call) { return view_list(call, true, true); });
  add("GET", "/api/v2/views/count_many", &Zendesk::view_counts);
  add("POST", "/api/v2/views", &Zendesk::view_create);
  add("POST", "/api/v2/views/preview", [this](Call& call) { return view_preview(call, false); });
  add("POST", "/api/v2/views/preview/count", [this](Call& call) { return view_preview(call, true); });
  add("GET", "/api/v2/views/{id}/execute", &Zendesk::view_execute);
  add("GET", "/api/v2/views/{id}/tickets", &Zendesk::view_tickets);
  add("GET", "/api/v2/views/{id}/count", &Zendesk::view_count);
  for (const char* method : {"GET", "PUT", "DELETE"}) add(method, "/api/v2/views/{id}", &Zendesk::view_one);
}

void Zendesk::add_trigger_routes() {
  for (const char* path : {"/api/v2/triggers", "/api/v2/triggers/search"}) add("GET", path, [this](Call& call) { return trigger_list(call, false); });
  add("POST", "/api/v2/triggers", &Zendesk::trigger_create);
  add("GET", "/api/v2/triggers/active", [this](Call& call) { return trigger_list(call, true); });
  add("GET", "/api/v2/triggers/definitions", [this](Call&) -> Answer {
    return json_answer(200, json::object{{"definitions", trigger_definitions(account_.tickets())}});
  });
  add("PUT", "/api/v2/triggers/update_many", &Zendesk::trigger_update_many);
  add("PUT", "/api/v2/triggers/reorder", &Zendesk::trigger_reorder);
  add("DELETE", "/api/v2/triggers/destroy_many", &Zendesk::trigger_remove_many);
  for (const char* method : {"GET", "PUT", "DELETE"}) add(method, "/api/v2/triggers/{id}", &Zendesk::trigger_one);
}

void Zendesk::add_webhook_routes() {
  add("GET", "/api/v2/webhooks", &Zendesk::webhook_list);
  add("POST", "/api/v2/webhooks", &Zendesk::webhook_create);
  add("POST", "/api/v2/webhooks/test", &Zendesk::webhook_test);
  add("GET", "/api/v2/webhooks/{id}/invocations", &Zendesk::webhook_invocations);
  add("GET", "/api/v2/webhooks/{id}/invocations/{invocation}/attempts", &Zendesk::webhook_attempts);
  for (const char* method : {"GET", "POST"}) add(method, "/api/v2/webhooks/{id}/signing_secret", &Zendesk::webhook_secret);
  add("GET", "/api/v2/webhooks/{id}", &Zendesk::webhook_read);
  for (const char* method : {"PUT", "PATCH"}) add(method, "/api/v2/webhooks/{id}", &Zendesk::webhook_update);
  add("DELETE", "/api/v2/webhooks/{id}", &Zendesk::webhook_remove);
}

void Zendesk::settle(WallTime now) {
  constexpr Duration kHour{3'600'000};
  jobs_.run(now);
  if (now < solved_looked_at_ + kHour) return;
  solved_looked_at_ = now;
  account_.close_solved(now - close_solved_days_ * 24 * kHour, now);
}

std::vector<OutgoingRequest> Zendesk::take_outgoing() {
  settle(now());
  account_.events().flush(outgoing(), now());
  std::vector<OutgoingRequest> due = StandIn::take_outgoing();
  for (const OutgoingRequest& each : due) invocations_.sent(each.id, each.request);
  return due;
}

void Zendesk::outgoing_answered_with(std::uint64_t id, int status, std::string_view body) {
  const Invocation* invocation = invocations_.answered(id, status, body, now());
  auto asked = [&](const auto& test) { return invocation && test.second == invocation->id; };
  if (std::any_of(tests_.begin(), tests_.end(), asked)) return StandIn::outgoing_answered(id, 200);  // a test is not tried again
  account_.events().breaker().answered(status >= 200 && status < 300, now());
  StandIn::outgoing_answered(id, status);
}

/// Only some failures are tried again (A9): a conflict, no answer, a limit or outage that says how long.
bool Zendesk::delivered(int status) const {
  const std::vector<std::int64_t>& again = account_.readings().webhook_retried_statuses;
  if (std::find(again.begin(), again.end(), status) == again.end()) return true;
  return (status == 429 || status == 503) && !told_when_ && !account_.readings().retries_without_time;
}

void Zendesk::outgoing_answered_by(std::uint64_t id, const http::Response& response) {
  told_when_ = response.headers.find("Retry-After").has_value();
  outgoing_answered_with(id, response.status, response.body);
  told_when_ = false;
}

Writer Zendesk::writer(const Call& call) const {
  Writer writer;
  writer.at = call.now;
  writer.actor = call.caller;
  writer.user = caller_user_;
  return writer;
}

std::int64_t number_in(std::string_view id) {
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  return error == std::errc() && end == id.data() + id.size() ? number : 0;
}

std::string Zendesk::id_in(const Call& call, std::string_view parameter) const { return std::string(without_suffix(call.parameter(parameter))); }

Outcome<RowNumber> Zendesk::row_of(const Call& call, const ObjectType& type) const {
  RowNumber row = account_.find_live(type, id_in(call));
  if (row == kNoRow) return record_not_found();
  return row;
}

http::Response Zendesk::one(const Call& call, const ObjectType& type, RowNumber row, int status, std::optional<std::size_t> audits_before) {
  json::object body{{type.name, shown(call, type, row)}};
  const std::vector<Audit>& audits = account_.audits().all();
  for (std::size_t place = audits_before.value_or(audits.size()); place < audits.size(); ++place) {
    if (type.name == "ticket" && audits[place].ticket == account_.id_of(type, row)) body["audit"] = render_audit(account_, audits[place], call.base_url);
  }
  side_load(call, type, {row}, body);
  return json_answer(status, body);
}

http::Response counted(const Call& call, std::size_t count) {
  return json_answer(200, json::object{{"count", json::object{{"value", count}, {"refreshed_at", format_time(call.now)}}}});
}

http::Response json_answer(int status, const json::value& body) { return json_response(status, body, "application/json; charset=utf-8"); }

std::unique_ptr<Emulator> make_zendesk(const EmulatorClock& clock, Rng rng, ZendeskOptions options) {
  return std::make_unique<Zendesk>(clock, rng, std::move(options));
}

}  // namespace lockstep::emulators::zendesk

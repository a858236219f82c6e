#include "emulators/dynamics365/service.h"

#include <fmt/format.h>

#include "base/text.h"
#include "emulators/dynamics365/batch.h"
#include "emulators/dynamics365/guid.h"

namespace lockstep::emulators {

std::unique_ptr<Emulator> make_dynamics365(const EmulatorClock& clock, Rng rng, Dynamics365Options options) {
  return std::make_unique<dynamics365::Service>(clock, rng, std::move(options));
}

namespace dynamics365 {
namespace {

constexpr std::string_view kBoundPrefix = "Microsoft.Dynamics.CRM.";

OrganisationNames names_of(const Dynamics365Options& options) {
  return {guid_of_name("organization " + options.organisation), guid_of_name("businessunit " + options.organisation), options.organisation,
          options.organisation + ".crm.dynamics.com"};
}

tl::unexpected<ApiError> wrong_method(const ApiCall& api) {
  return refuse(405, code::kBadRequestUrl, fmt::format("The requested resource does not support http method '{}'.", api.call.request.method));
}

/// What a header or a parameter asks for and would be passed over here is said not to be served.
Outcome<void> check_served(const ApiCall& api) {
  auto unserved = [](std::string_view what) { return refuse(501, code::kNotImplemented, fmt::format("{} is beyond this stand-in.", what)); };
  if (api.prefer.respond_async) return unserved("A background operation");
  if (api.call.query_value("partitionId")) return unserved("An elastic table");
  auto solution = api.condition("MSCRM.SolutionUniqueName");
  if (solution && *solution != "Default") return unserved(fmt::format("The solution '{}'", *solution));
  return {};
}

/// Functions and actions are no resource to another verb than theirs.
tl::unexpected<ApiError> no_resource(const ApiCall& api) {
  return refuse(404, "", fmt::format("No HTTP resource was found that matches the request URI '{}{}'.", api.call.base_url, api.call.request.path()));
}

}  // namespace

Service::Service(const EmulatorClock& clock, Rng rng, Dynamics365Options options)
    : StandIn(clock, rng),
      options_(std::move(options)),
      organisation_(database(), names_of(options_), random("org")),
      jobs_(organisation_),
      bulk_deletes_(organisation_) {
  for (const OAuthClient& client : options_.clients) {
    tokens().register_client(client);
    organisation_.users.id_of({ActorKind::integration, client.name}, now());
  }
  organisation_.delta_tokens.life() = options_.change_tracking_life;
  organisation_.records.rules() = {options_.application_required, options_.open_activities_block};
  limits_.on = options_.service_protection;
  limits_.requests = options_.requests_per_window;
  limits_.execution_ms = options_.execution_ms_per_window;
  organisation_.protection.set(limits_);
  add_switches();
  outgoing().set_schedule({Duration(60'000)});  // one more attempt, where there is one at all
  router().add("POST", "/{tenant}/oauth2/v2.0/token", [this](Call& call) { return token(call, "scope"); });
  router().add("POST", "/{tenant}/oauth2/token", [this](Call& call) { return token(call, "resource"); });
  for (const char* method : {"GET", "POST"}) {
    for (const char* endpoint : {"authorize", "devicecode", "logout"}) {
      for (const char* root : {"/{tenant}/oauth2/v2.0/", "/{tenant}/oauth2/"})
        router().add(method, std::string(root) + endpoint, [this](Call& call) { return other_sign_in(call); });
    }
  }
  for (const char* path : {"/{tenant}/discovery/v2.0/keys", "/{tenant}/discovery/keys"})
    router().add("GET", path, [this](Call& call) { return signing_keys(call); });
  router().add("GET", "/common/discovery/instance", [this](Call& call) { return instance_discovery(call); });
  for (const char* path : {"/{tenant}/v2.0/.well-known/openid-configuration", "/{tenant}/.well-known/openid-configuration"})
    router().add("GET", path, [this](Call& call) { return openid_configuration(call); });
  router().add("POST", "/api/search/{version}/{kind}", [this](Call& call) { return search(call); });
  for (const char* method : {"GET", "POST", "PATCH", "PUT", "DELETE"}) {
    router().add(method, "/api/data/{version}/{path...}", [this](Call& call) { return api(call); });
  }
}

std::vector<OutgoingRequest> Service::take_outgoing() {
  std::vector<OutgoingRequest> due = StandIn::take_outgoing();
  for (const OutgoingRequest& each : due) jobs_.handed_out(each);
  return due;
}

void Service::outgoing_answered(std::uint64_t id, int status) {
  // Only these get a second attempt; every other failure, and no answer at all, is final.
  const http::Request* sent = jobs_.find(id);
  if (sent && waiting_.answered(sent->body, delivered(status))) {
    jobs_.taken(id);
    return outgoing().answered(id, true, now());
  }
  bool again = status == 502 || status == 503 || status == 504;
  std::uint64_t given_up = outgoing().given_up();
  outgoing().answered(id, !again, now());
  if (delivered(status)) jobs_.taken(id);
  else if (!again || outgoing().given_up() > given_up) jobs_.failed(id, status, now());
}

http::Response Service::api(Call& call) {
  const std::string& version = call.parameter("version");
  if (version != "v9.0" && version != "v9.1" && version != "v9.2") return not_found(call);
  if (call.request.target.size() > static_cast<std::size_t>(batched_url_bytes_)) return http::Response(414, "");
  organisation_.metadata.build_keys(call.now);
  bool waits = !in_batch_ && call.request.method != "GET" && (organisation_.webhooks.has_synchronous() || !waiting_.empty());
  return waits ? write_with_steps(call) : answer_api(call);
}

http::Response Service::write_with_steps(Call& call) {
  constexpr Duration kPatience{60'000}, kLook{20};
  std::string key = call.request.method + ' ' + call.request.target + ' ' + call.header("Authorization").value_or("") + ' ' + call.request.body;
  auto not_yet = [&] {
    call.delay = kLook;
    return http::Response(kNotYet, "");
  };
  WaitingWrite* known = waiting_.find(key);
  if (!known) {
    WaitingWrite write{call.caller, counted_, fmt::format("write {}", ++waited_), call.now + kPatience, {}, false};
    Organisation::Streams before = organisation_.exchange(organisation_.streams(write.stream));
    std::vector<http::Request> hooks;
    {
      UnitOfWork undone(organisation_.database, organisation_.webhooks);
      ApiCall api(call, organisation_, call.parameter("version"));
      if (route(api, call.parameter("path"))) hooks = organisation_.webhooks.noted_synchronous();
    }
    organisation_.exchange(before);
    if (hooks.empty()) return answer_api(call);
    for (http::Request& hook : hooks) {
      write.open.insert(operation_of(hook.body));
      outgoing().push(call.now, std::move(hook));
    }
    waiting_.add(key, std::move(write));
    return not_yet();
  }
  if (!known->open.empty() && !known->failed && call.now < known->deadline) return not_yet();
  WaitingWrite write = waiting_.take(key);
  call.caller = write.caller;  // who asks again is not let in again
  counted_ = write.counted;
  http::Response response;
  if (write.failed || !write.open.empty()) {
    response = error_response({400, std::string(code::kRefusedByStep),
                               "The webhook call failed: a synchronous step did not answer with success, and the operation was rolled back."});
  } else {
    Organisation::Streams before = organisation_.exchange(organisation_.streams(write.stream));
    organisation_.webhooks.set_synchronous_told(true);
    response = answer_api(call);
    organisation_.webhooks.set_synchronous_told(false);
    organisation_.exchange(before);
  }
  finish(call, response);
  return response;
}

http::Response Service::answer_api(Call& call) {
  if (!in_batch_) bulk_deletes_.run(call.now);
  ApiCall api(call, organisation_, call.parameter("version"));
  Outcome<http::Response> outcome = route(api, call.parameter("path"));
  if (!in_batch_) {  // what a batch writes is told when the batch is done: a change set may still be undone
    organisation_.take_registered_steps();
    jobs_.resume(outgoing(), call.now);
    organisation_.webhooks.flush(outgoing());
  }
  if (!outcome && outcome.error().code == code::kSegmentMissing) outcome.error().code = organisation_.metadata.quirks().segment_code;
  else if (!outcome && outcome.error().code == code::kBadRequestUrl) outcome.error().code = organisation_.metadata.quirks().parser_code;
  http::Response response = outcome ? std::move(*outcome) : error_response(outcome.error(), api.prefer.all_annotations());
  if (!outcome) response.headers.add("REQ_ID", api.writer.correlation);
  return response;
}

Outcome<http::Response> Service::route(ApiCall& api, std::string_view path) {
  auto version = api.call.header("OData-Version");
  if (version && *version != "4.0") {
    return refuse(400, code::kBadRequestUrl, fmt::format("The OData-Version '{}' is not supported.", *version));
  }
  TRY_VOID(check_served(api));
  TRY_VOID(api.impersonate());
  TRY_VOID(api.bypass());
  const std::string& method = api.call.request.method;
  std::string_view name = path.substr(0, path.find_first_of("(/"));
  if (path == "$batch" || path == "%24batch") return method == "POST" ? batch(api) : wrong_method(api);
  if (path == "WhoAmI" || path == "WhoAmI()") return method == "GET" ? who_am_i(api) : no_resource(api);
  if (path.empty()) return method == "GET" ? service_document(api) : wrong_method(api);
  if (path == "RetrieveVersion" || path == "RetrieveVersion()") return method == "GET" ? version_of(api) : no_resource(api);
  if (path == "CloseIncident") return method == "POST" ? close_incident(api) : no_resource(api);
  if (path == "Merge") return method == "POST" ? merge_rows(api) : no_resource(api);
  if (path == "PublishAllXml" || path == "PublishXml")
    return method == "POST" ? Outcome<http::Response>(http::Response(204, "")) : no_resource(api);  // all is published here
  if (path == "BulkDelete") return method == "POST" ? bulk_deletes_.start(api) : no_resource(api);
  if (path == "Restore") return method == "POST" ? restore_row(api) : no_resource(api);
  if (is_file_action(path)) return method == "POST" ? file_action(api, path) : no_resource(api);
  if (name == "IsValidStateTransition") return method == "GET" ? valid_transition(api, percent_decode(path, false)) : no_resource(api);
  if (name == "RetrieveMetadataChanges") return method == "GET" ? metadata_changes(api, percent_decode(path, false)) : no_resource(api);
  if (name == "RetrieveTotalRecordCount") return method == "GET" ? total_record_count(api, percent_decode(path, false)) : no_resource(api);
  if (path == "$metadata" || path == "%24metadata") return method == "GET" ? csdl(api) : wrong_method(api);
  if (name == "EntityDefinitions" || name == "RelationshipDefinitions" || name == "GlobalOptionSetDefinitions")
    return entity_definitions(api, percent_decode(path, false));
  return route_table(api, path);
}

Outcome<http::Response> Service::route_table(ApiCall& api, std::string_view path) {
  TRY(Resource resource, parse_resource(organisation_.metadata, path));
  api.call.label = std::string(kApiPath) + "/" + resource.table->set + (resource.keyed() ? "({key})" : "");
  for (const std::string& segment : resource.rest) api.call.label += "/" + segment;
  return resource.keyed() ? route_row(api, resource) : route_collection(api, resource);
}

Outcome<http::Response> Service::route_collection(ApiCall& api, const Resource& resource) {
  const std::string& method = api.call.request.method;
  if (resource.rest.empty()) {
    if (method == "GET") return read_collection(api, {resource.table, resource.table->set, std::nullopt});
    if (method == "POST") return create_row(api, *resource.table);
    return wrong_method(api);
  }
  const std::string& segment = resource.rest.front();
  if (segment == "$count" && method == "GET") return read_count(api, {resource.table, resource.table->set, std::nullopt});
  if (segment.starts_with(kBoundPrefix) && method == "POST") {
    return bulk_action(api, *resource.table, std::string_view(segment).substr(kBoundPrefix.size()));
  }
  return tl::unexpected<ApiError>(segment_missing(segment));
}

Outcome<http::Response> Service::route_row(ApiCall& api, const Resource& resource) {
  const std::string& method = api.call.request.method;
  if (resource.rest.empty()) {
    if (method == "GET") return read_row(api, resource);
    if (method == "PATCH") return patch_row(api, resource);
    if (method == "DELETE") return delete_row(api, resource);
    return wrong_method(api);
  }
  if (resource.rest.front() == "Microsoft.Dynamics.CRM.SendEmail" && method == "POST") return send_email(api, resource);
  const Column* column = resource.table->column(resource.rest.front());
  if (column && column->file) return file_column(api, resource, *column);
  const Collection* collection = collection_of(*resource.table, resource.rest.front());
  if (collection && method != "PUT") return related_rows(api, resource, *collection);
  if (resource.rest.front().starts_with(kBoundPrefix)) return tl::unexpected<ApiError>(segment_missing(resource.rest.front()));
  if (method == "GET") return read_part(api, resource);
  if (method == "PUT" || method == "DELETE") return write_part(api, resource);
  return wrong_method(api);
}

Outcome<http::Response> Service::batch(ApiCall& api) {
  api.call.label = kApiPath;
  api.call.label += "/$batch";
  auto item_fails = [this](const std::string& what) { return faults().fires(kFaultBatchItem, what).has_value(); };
  in_batch_ = true;
  Outcome<http::Response> response = Batch(
                                         api, [&](const http::ServerRequest& inner) { return dispatch(inner, api.call); }, item_fails)
                                         .run();
  in_batch_ = false;
  return response;
}

http::Response Service::not_found(Call&) {
  return json_response(404, json::object{{"Message", "No HTTP resource was found that matches the request URI."}}, "application/json; charset=utf-8");
}

http::Response Service::method_not_allowed(Call& call, const std::vector<std::string>& allowed) {
  http::Response response =
      error_response({405, std::string(code::kBadRequestUrl), fmt::format("The requested resource does not support http method '{}'.", call.request.method)});
  response.headers.add("Allow", join(allowed, ", "));
  return response;
}

}  // namespace dynamics365
}  // namespace lockstep::emulators

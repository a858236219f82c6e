#include "emulators/dynamics365/api_call.h"

#include <fmt/format.h>

#include "base/text.h"
#include "emulators/dynamics365/exact_numbers.h"
#include "emulators/dynamics365/guid.h"

namespace lockstep::emulators::dynamics365 {

ApiCall::ApiCall(Call& call_, Organisation& organisation_, std::string_view version)
    : call(call_),
      organisation(organisation_),
      prefer(read_preferences(call_.request.headers)),
      base(call_.base_url + std::string(kApiRoot) + std::string(version)) {
  writer.actor = call.caller;
  writer.now = call.now;
  writer.tag = call.query_value("tag").value_or("");
  auto sent = organisation.metadata.quirks().client_correlation ? call.header("x-ms-correlation-request-id") : std::nullopt;
  auto correlation = parse_guid(sent.value_or(""));
  writer.correlation = correlation ? *correlation : make_guid(organisation.request_ids);
}

Outcome<void> ApiCall::impersonate() {
  auto caller = condition("MSCRMCallerID"), object = condition("CallerObjectId");
  if (!caller && !object) return {};
  std::string id = to_lower_ascii(object ? *object : *caller);
  if (organisation.lacks("systemuser", "ActOnBehalfOfAnother", call.caller)) {
    return refuse(403, code::kPrivilegeDenied,
                  fmt::format("Principal user (Name={}, type=8) is missing prvActOnBehalfOfAnotherUser privilege.", call.caller.name));
  }
  auto actor = object ? organisation.users.by_directory_id(id) : organisation.users.by_id(id);
  if (!actor) return tl::unexpected<ApiError>(row_missing("systemuser", id));
  if (organisation.users.is_disabled(*actor)) return tl::unexpected<ApiError>(user_disabled(organisation.users.id_of(*actor, call.now)));
  if (*actor == call.caller) return {};
  writer.on_behalf = call.caller;
  writer.actor = std::move(*actor);
  return {};
}

Outcome<void> ApiCall::bypass() {
  constexpr std::size_t kMostSteps = 3;
  auto logic = condition("MSCRM.BypassBusinessLogicExecution"), steps = condition("MSCRM.BypassBusinessLogicExecutionStepIds");
  bool older = equal_no_case(condition("MSCRM.BypassCustomPluginExecution").value_or(""), "true");
  auto missing = [&](const char* privilege) -> Outcome<void> {
    if (!organisation.lacks("systemuser", privilege, call.caller)) return {};
    return refuse(403, code::kPrivilegeDenied, fmt::format("Principal user (Name={}, type=8) is missing prv{} privilege.", call.caller.name, privilege));
  };
  if (logic || steps) TRY_VOID(missing("BypassCustomBusinessLogic"));
  if (older) TRY_VOID(missing("BypassCustomPlugins"));
  writer.bypasses_synchronous = older;  // what runs later is not held up by the older header
  for (std::string_view word : logic ? split(*logic, ',') : std::vector<std::string_view>()) {
    bool now = trim(word) == "CustomSync", later = trim(word) == "CustomAsync";
    if (!now && !later) return refuse(400, code::kInvalidArgument, fmt::format("'{}' is no value of MSCRM.BypassBusinessLogicExecution.", trim(word)));
    (now ? writer.bypasses_synchronous : writer.bypasses_asynchronous) = true;
  }
  for (std::string_view id : steps ? split(*steps, ',') : std::vector<std::string_view>()) {
    auto guid = parse_guid(trim(id));
    if (!guid) return refuse(400, code::kInvalidArgument, fmt::format("'{}' is not the id of a step.", trim(id)));
    writer.bypassed_steps.insert(*guid);
  }
  if (writer.bypassed_steps.size() > kMostSteps) return refuse(400, code::kInvalidArgument, fmt::format("No more than {} steps can be bypassed.", kMostSteps));
  return {};
}

Outcome<void> ApiCall::allowed(const TableSpec& table, std::string_view verb) const {
  TRY_VOID(organisation.check_privilege(table, verb, call.caller));
  return writer.on_behalf ? organisation.check_privilege(table, verb, writer.actor) : Outcome<void>();
}

Outcome<void> ApiCall::allowed(const TableSpec& table, const Payload& payload) const {
  for (const Nested& nested : payload.nested) {
    TRY_VOID(allowed(*nested.table, "Create"));
    TRY_VOID(allowed(*nested.table, nested.payload));
  }
  const Column* owner = table.column("_ownerid_value");
  const Change* given = owner ? payload.find(*owner) : nullptr;
  const std::string* id = given ? std::get_if<std::string>(&given->value) : nullptr;
  if (!id || *id == organisation.users.id_of(writer.actor, call.now)) return {};
  TRY_VOID(allowed(table, "Assign"));
  auto user = organisation.users.by_id(*id);
  return user ? organisation.check_privilege(table, "Read", *user) : Outcome<void>();
}

Outcome<void> ApiCall::may_read(const std::vector<Expand>& expands) const {
  for (const Expand& each : expands) {
    TRY_VOID(allowed(*each.target, "Read"));
    TRY_VOID(may_read(each.selection.expands));
  }
  return {};
}

Outcome<QueryOptions> ApiCall::query(const TableSpec& table) const {
  TRY(QueryOptions options, read_query(scope(), table, call.query));
  TRY_VOID(may_read(options.selection.expands));
  return options;
}

FilterScope ApiCall::scope() const { return {organisation.metadata, call.now, organisation.users.id_of(writer.actor, call.now)}; }

RenderScope ApiCall::rendering() const { return {organisation.metadata, organisation.users, prefer.annotations, base, prefer.page_size.value_or(kMaxPage)}; }

std::optional<std::string> ApiCall::condition(std::string_view name) const {
  auto value = call.header(name);
  if (!value || trim(*value) == "null") return std::nullopt;  // "null" only keeps caches away
  return std::string(trim(*value));
}

Outcome<void> ApiCall::parse_body(JsonDocument& document) const {
  auto type = call.header("Content-Type");
  if (!type || !to_lower_ascii(*type).starts_with("application/json")) {
    return refuse(415, code::kPayloadUnreadable,
                  fmt::format("A supported MIME type could not be found that matches the content type of the request: "
                              "'{}'.",
                              type.value_or("")));
  }
  Result<void> parsed = document.parse(keep_exact_numbers(call.request.body));
  if (!parsed) {
    return tl::unexpected<ApiError>(payload_unreadable("request", "Microsoft.OData.ODataException: " + parsed.error().message));
  }
  if (auto name = organisation.metadata.quirks().repeated_members ? std::nullopt : repeated_member(call.request.body)) {
    return tl::unexpected<ApiError>(payload_unreadable(
        "request", fmt::format("Microsoft.OData.ODataException: Multiple properties with the name '{}' were detected in a resource or a complex "
                               "value. OData does not allow duplicate properties in a resource or in a complex value.",
                               *name)));
  }
  if (!document.root().is_object()) {
    return tl::unexpected<ApiError>(payload_unreadable("request", "the body must be a JSON object"));
  }
  return {};
}

void ApiCall::note_preferences(http::Response& response) const {
  std::string applied;
  auto add = [&](const std::string& each) { applied += (applied.empty() ? "" : ",") + each; };
  const std::string& method = call.request.method;
  if (prefer.representation && (method == "POST" || method == "PATCH")) add("return=representation");
  if (prefer.page_size) add(fmt::format("odata.maxpagesize={}", *prefer.page_size));
  if (prefer.track_changes) add("odata.track-changes");
  if (prefer.annotation_list) add(fmt::format("odata.include-annotations=\"{}\"", *prefer.annotation_list));
  if (!applied.empty()) response.headers.add("Preference-Applied", applied);
}

http::Response api_json(int status, std::string body) {
  http::Response response(status, std::move(body));
  response.headers.add("Content-Type", "application/json; odata.metadata=minimal; odata.streaming=true");
  response.headers.add("OData-Version", "4.0");
  return response;
}

http::Response no_content() {
  http::Response response(204, "");
  response.headers.add("OData-Version", "4.0");
  return response;
}

}  // namespace lockstep::emulators::dynamics365

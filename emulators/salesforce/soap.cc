// §1.8, §6.6: the SOAP calls that REST has no resource for, and those that clients log in and out with.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/core/xml.h"
#include "emulators/salesforce/dialect.h"
#include "emulators/salesforce/ids.h"
#include "emulators/salesforce/soap_answers.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr int kLastWithLogin = 64;  // login() is gone from 65.0 on

struct SoapRecord {
  std::string type;
  std::string id;
  json::object fields;
};

/// Empty elements are ignored; fieldsToNull clears (§6.3).
SoapRecord read_record(const XmlElement& element) {
  SoapRecord record;
  for (const XmlElement& child : element.children) {
    if (child.name == "type") {
      record.type = trim(child.text);
    } else if (child.name == "Id") {
      record.id = trim(child.text);
    } else if (child.name == "fieldsToNull") {
      record.fields[trim(child.text)] = nullptr;
    } else if (std::string_view text = trim(child.text); !text.empty() && !child.is_nil()) {
      record.fields[child.name] = text;
    }
  }
  return record;
}

bool is_write(std::string_view operation) {
  static constexpr std::string_view kWrites[] = {"create", "update", "upsert", "delete", "undelete", "emptyRecycleBin", "merge"};
  return std::find(std::begin(kWrites), std::end(kWrites), operation) != std::end(kWrites);
}

/// A header that asks for something and would be passed over here; empty: there is none.
std::string unserved_header(const XmlElement* header) {
  static constexpr std::string_view kServed[] = {"SessionHeader", "AllOrNoneHeader", "AllowFieldTruncationHeader",
                                                 "CallOptions",   "QueryOptions",    "LimitInfoHeader"};
  static constexpr std::string_view kWithoutEffect[] = {"PackageVersionHeader", "DisableFeedTrackingHeader", "StreamingEnabledHeader"};
  for (const XmlElement& each : header ? header->children : std::vector<XmlElement>()) {
    auto is = [&](std::string_view name) { return name == each.name; };
    if (!std::any_of(std::begin(kServed), std::end(kServed), is) && !std::any_of(std::begin(kWithoutEffect), std::end(kWithoutEffect), is)) return each.name;
  }
  return "";
}

std::string session_of(const XmlElement* header) {
  const XmlElement* session = header ? header->find("SessionHeader") : nullptr;
  return session ? session->text_of("sessionId") : "";
}

/// Whether a header of that name says true.
bool asks_for(const XmlElement* header, std::string_view name, std::string_view member) {
  const XmlElement* given = header ? header->find(name) : nullptr;
  return given && given->text_of(member) == "true";
}

std::size_t records_in(const XmlElement& request) {
  auto is_record = [](const XmlElement& child) { return child.name != "externalIDFieldName"; };
  return static_cast<std::size_t>(std::count_if(request.children.begin(), request.children.end(), is_record));
}

}  // namespace

std::optional<http::Response> Salesforce::misplaced_soap(const Call& call, const XmlElement& request, std::string_view api) const {
  if (settings_.soap_action_needed && !call.header("SOAPAction")) return soap_fault("UNKNOWN_EXCEPTION", "SOAPAction HTTP header missing");
  return request.space == api ? std::nullopt : std::optional(no_operation(request));
}

std::optional<http::Response> Salesforce::enter_soap(Call& call, const XmlElement* header, const XmlElement& request) {
  std::string access = session_of(header);
  Entry entry = access.starts_with(kWebToken) ? Entry::no_session : enter(call, access);
  if (entry == Entry::no_session) return soap_fault("INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader");
  if (entry == Entry::over_limit) return soap_fault("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
  if (auto unfit = unfit_session(access, "SOAP API"); unfit && request.name != "logout") return soap_fault(unfit->code, unfit->message);
  if (call.delay >= kLongestCall) return soap_fault("REQUEST_RUNNING_TOO_LONG", kTooLong);
  return std::nullopt;
}

http::Response Salesforce::soap(Call& call) {
  auto root = parse_xml(call.request.body);
  const XmlElement* body = root ? root->find("Body") : nullptr;
  if (!body || body->children.empty()) return soap_fault("UNKNOWN_EXCEPTION", "the request is no SOAP envelope with a body");
  const XmlElement& request = body->children.front();
  if (auto misplaced = misplaced_soap(call, request, kPartnerApi)) return std::move(*misplaced);
  call.label = "/services/Soap/u " + request.name;
  if (request.name == "login") return soap_login(call, request);
  const XmlElement* header = root->find("Header");
  if (auto refused = enter_soap(call, header, request)) return std::move(*refused);
  if (std::string name = unserved_header(header); !name.empty())
    return soap_fault("UNKNOWN_EXCEPTION", fmt::format("The header {} is beyond this stand-in.", name));
  const XmlElement* options = header ? header->find("CallOptions") : nullptr;
  if (std::string client = options ? options->text_of("client") : ""; !client.empty()) {
    ChangeOrigin origin = origin_of(call);
    origin.text += ";client=" + client;
    note_changes(std::move(origin));
  }
  std::string results;
  if (request.name == "logout") {
    tokens().revoke(session_of(header));
  } else if (request.name == "getServerTimestamp") {
    results = "<result>" + xml_tag("timestamp", format_iso(call.now)) + "</result>";
  } else if (request.name == "getUserInfo") {
    results = "<result>" + soap_members(soap_user_info(call, org_.ensure_user(call.caller, call.now))) + "</result>";
  } else if (request.name == "setPassword" || request.name == "resetPassword") {
    return soap_password(call, request);
  } else if (auto answer = soap_read(call, request, header)) {
    return std::move(*answer);
  } else if (is_write(request.name) && records_in(request) > kChunk) {
    return soap_fault("EXCEEDED_ID_LIMIT", "record limit reached. cannot submit more than 200 records into this call");
  } else if (is_write(request.name)) {
    results = soap_write(call, request, header);
  } else {
    return no_operation(request);
  }
  return soap_answer(call, request, results);
}

http::Response Salesforce::soap_login(Call& call, const XmlElement& request) {
  int version = 0;
  std::string given = call.parameter("version");
  version = std::atoi(given.c_str());
  if (version > kLastWithLogin || version < 31) return soap_fault("UNSUPPORTED_API_VERSION", "SOAP API login() is not available in this version");
  std::string username = request.text_of("username"), password = request.text_of("password");
  if (!settings_.security_token.empty() && knows(username, password + settings_.security_token))
    return soap_fault("LOGIN_MUST_USE_SECURITY_TOKEN", "Invalid username, password, security token; or user locked out.");
  if (!knows(username, password)) return soap_fault("INVALID_LOGIN", "Invalid username, password, security token; or user locked out.");
  const OAuthClient& client = *tokens().client(options_.clients.front().id);
  if (!settings_.org_active || !is_active(client, call.now))
    return soap_fault("INVALID_LOGIN", "Invalid username, password, security token; or user locked out.");
  std::string access = new_session(call.now, client, {"api", "", false, ""});
  if (settings_.password_expired) crippled_.insert(access);
  const std::string& user = org_.ensure_user({ActorKind::integration, client.name}, call.now);
  auto door = [&](const char* api) { return fmt::format("{}/services/Soap/{}/{}/{}", instance_of(call), api, given, organization_id_); };
  json::object result{{"metadataServerUrl", door("m")},
                      {"passwordExpired", settings_.password_expired},
                      {"sandbox", false},
                      {"serverUrl", door("u")},
                      {"sessionId", access},
                      {"userId", user},
                      {"userInfo", soap_user_info(call, user)}};
  return soap_envelope(200, "<loginResponse><result>" + soap_members(result) + "</result></loginResponse>");
}

json::object Salesforce::soap_user_info(const Call& call, const std::string& user) const {
  constexpr std::int64_t kLargestAttachment = 5 << 20;
  json::object who = identity_of(call, user);
  const ObjectType& users = org_.schema().object("User");
  RowNumber row = users.table->find(user);
  auto of_user = [&](const char* field) { return json::value(std::string(text_of(users.table->get(row, users.field(field).column)))); };
  return {{"accessibilityMode", false},
          {"chatterExternal", false},
          {"currencySymbol", "$"},
          {"orgAttachmentFileSizeLimit", kLargestAttachment},
          {"orgDefaultCurrencyIsoCode", "USD"},
          {"orgDefaultCurrencyLocale", "en_US"},
          {"orgDisallowHtmlAttachments", false},
          {"orgHasPersonAccounts", false},
          {"organizationId", organization_id_},
          {"organizationMultiCurrency", false},
          {"organizationName", "Lockstep"},
          {"profileId", of_user("ProfileId")},
          {"sessionSecondsValid", settings_.session_minutes * 60},
          {"userEmail", who["email"]},
          {"userFullName", who["display_name"]},
          {"userId", user},
          {"userLanguage", of_user("LanguageLocaleKey")},
          {"userLocale", of_user("LocaleSidKey")},
          {"userName", who["username"]},
          {"userTimeZone", of_user("TimeZoneSidKey")},
          {"userType", of_user("UserType")},
          {"userUiSkin", "Theme3"}};
}

http::Response Salesforce::soap_password(Call& call, const XmlElement& request) {
  auto user = org_.find_live(org_.schema().object("User"), request.text_of("userId"), "INVALID_ID_FIELD");
  if (!user) return soap_fault(user.error().front().code, user.error().front().message);
  if (auto may = may_set_password(call, *user); !may) return soap_fault(may.error().front().code, may.error().front().message);
  if (request.name == "resetPassword") return soap_answer(call, request, "<result>" + xml_tag("password", make_up_password(*user)) + "</result>");
  auto set = set_password(*user, request.text_of("password"));
  return set ? soap_answer(call, request, "<result/>") : soap_fault(set.error().front().code, set.error().front().message);
}

std::string Salesforce::soap_write(Call& call, const XmlElement& request, const XmlElement* header) {
  bool all_or_none = asks_for(header, "AllOrNoneHeader", "allOrNone");
  Writer writer = this->writer(call);
  writer.text_values = true;
  writer.truncates = asks_for(header, "AllowFieldTruncationHeader", "allowFieldTruncation");
  std::vector<SoapAnswer> answers;
  Transaction transaction(database());
  for (const XmlElement& item : request.children) {
    if (item.name != "externalIDFieldName") answers.push_back(soap_item(request, item, writer));
  }
  auto failed = [](const SoapAnswer& answer) { return !answer.errors.empty(); };
  auto thrown = std::find_if(answers.begin(), answers.end(), [&](const SoapAnswer& answer) { return failed(answer) && answer.errors.front().thrown; });
  ApiErrors undone;  // what the good ones are told
  if (thrown != answers.end()) {
    undone = thrown->errors;
  } else if (all_or_none && std::any_of(answers.begin(), answers.end(), failed)) {
    undone.push_back(
        {"ALL_OR_NONE_OPERATION_ROLLED_BACK", "Record rolled back because not all records were valid and the request was using AllOrNone header", {}});
  }
  if (undone.empty()) transaction.commit();
  std::string results;
  for (const SoapAnswer& answer : answers) results += soap_result(undone.empty() || failed(answer) ? answer : SoapAnswer{"", undone});
  return results;
}

SoapAnswer Salesforce::soap_item(const XmlElement& request, const XmlElement& item, const Writer& writer) {
  auto done = [](const std::string& id, const Outcome<void>& outcome, const std::string& more = "") {
    return SoapAnswer{id, outcome ? ApiErrors{} : outcome.error(), more};
  };
  if (request.name == "merge") return soap_merge(item, writer);
  if (request.name == "delete" || request.name == "undelete" || request.name == "emptyRecycleBin") {
    std::string_view given = trim(item.text);
    auto id = normalise_id(given);
    const ObjectType* object = id ? org_.schema().by_prefix(*id) : nullptr;
    RowNumber row = object ? object->table->find(*id) : kNoRow;
    if (row == kNoRow || org_.is_gone(object->table->record(row)))
      return SoapAnswer{std::string(given), {{"INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", {}}}};
    if (request.name == "emptyRecycleBin") return done(*id, org_.empty_bin(*object, row, writer));
    bool deleted = object->table->record(row).deleted;
    if (request.name == "delete") {
      if (deleted) return SoapAnswer{*id, {{"ENTITY_IS_DELETED", "entity is deleted", {}}}};
      return done(*id, org_.remove(*object, row, writer));
    }
    if (!deleted) return SoapAnswer{*id, {{"UNDELETE_FAILED", "Entity is not in the recycle bin", {}}}};
    return done(*id, org_.restore(*object, row, writer));
  }
  SoapRecord record = read_record(item);
  const ObjectType* object = org_.schema().find(record.type);
  if (!object) return SoapAnswer{"", {{"INVALID_TYPE", fmt::format("sObject type '{}' is not supported.", record.type), {}}}};
  if (request.name == "create") {
    auto row = org_.create(*object, record.fields, writer);
    return row ? SoapAnswer{object->table->record(*row).id, {}} : SoapAnswer{"", row.error()};
  }
  if (request.name == "update") {
    auto row = org_.find_live(*object, record.id, "INVALID_CROSS_REFERENCE_KEY");
    if (!row) return SoapAnswer{record.id, row.error()};
    return done(object->table->record(*row).id, org_.update(*object, *row, record.fields, writer));
  }
  auto upserted = org_.upsert(*object, request.text_of("externalIDFieldName"), record.fields, writer);
  if (!upserted) return SoapAnswer{"", upserted.error()};
  return SoapAnswer{object->table->record(upserted->row).id, {}, "", xml_tag("created", upserted->created ? "true" : "false")};
}

SoapAnswer Salesforce::soap_merge(const XmlElement& item, const Writer& writer) {
  const XmlElement* master = item.find("masterRecord");
  SoapRecord record = master ? read_record(*master) : SoapRecord{};
  const ObjectType* object = org_.schema().find(record.type);
  if (!object) return SoapAnswer{"", {{"INVALID_TYPE", fmt::format("sObject type '{}' is not supported.", record.type), {}}}};
  auto winner = org_.find_live(*object, record.id, "INVALID_CROSS_REFERENCE_KEY");
  if (!winner) return SoapAnswer{record.id, winner.error()};
  std::string merged, moved;
  Transaction transaction(database());
  for (const XmlElement& child : item.children) {
    if (child.name != "recordToMergeIds") continue;
    auto loser = org_.find_live(*object, trim(child.text), "INVALID_CROSS_REFERENCE_KEY");
    if (!loser) return SoapAnswer{record.id, loser.error()};
    auto done = org_.merge(*object, *winner, *loser, record.fields, writer);
    if (!done) return SoapAnswer{record.id, done.error()};
    merged += xml_tag("mergedRecordIds", object->table->record(*loser).id);
    for (const std::string& id : *done) moved += xml_tag("updatedRelatedIds", id);
  }
  if (merged.empty()) return SoapAnswer{record.id, {{"MERGE_FAILED", "recordToMergeIds is missing", {}}}};
  transaction.commit();
  return SoapAnswer{object->table->record(*winner).id, {}, merged, "", moved};
}

}  // namespace lockstep::emulators::salesforce

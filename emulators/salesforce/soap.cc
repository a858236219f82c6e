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
  static constexpr std::string_view kServed[] = {"SessionHeader", "AllOrNoneHeader", "CallOptions", "QueryOptions", "LimitInfoHeader"};
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

std::size_t records_in(const XmlElement& request) {
  auto is_record = [](const XmlElement& child) { return child.name != "externalIDFieldName"; };
  return static_cast<std::size_t>(std::count_if(request.children.begin(), request.children.end(), is_record));
}

}  // namespace

std::optional<http::Response> Salesforce::enter_soap(Call& call, const XmlElement* header, const XmlElement& request) {
  std::string access = session_of(header);
  Entry entry = access.starts_with(kWebToken) ? Entry::no_session : enter(call, access);
  if (entry == Entry::no_session) return soap_fault("INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader");
  if (entry == Entry::over_limit) return soap_fault("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
  if (auto unfit = unfit_session(access, "SOAP API"); unfit && request.name != "logout") return soap_fault(unfit->code, unfit->message);
  return std::nullopt;
}

http::Response Salesforce::soap(Call& call) {
  auto root = parse_xml(call.request.body);
  const XmlElement* body = root ? root->find("Body") : nullptr;
  if (!body || body->children.empty()) return soap_fault("UNKNOWN_EXCEPTION", "the request is no SOAP envelope with a body");
  const XmlElement& request = body->children.front();
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
    results = soap_user_info(call);
  } else if (request.name == "setPassword" || request.name == "resetPassword") {
    return soap_password(call, request);
  } else if (auto answer = soap_read(call, request, header)) {
    return std::move(*answer);
  } else if (is_write(request.name) && records_in(request) > kChunk) {
    return soap_fault("EXCEEDED_ID_LIMIT", "record limit reached. cannot submit more than 200 records into this call");
  } else if (is_write(request.name)) {
    results = soap_write(call, request, header);
  } else {
    return soap_fault("UNKNOWN_EXCEPTION", fmt::format("No operation available for request {{urn:partner.soap.sforce.com}}{}", request.name));
  }
  return soap_answer(call, request, results);
}

http::Response Salesforce::soap_login(Call& call, const XmlElement& request) {
  int version = 0;
  std::string given = call.parameter("version");
  version = std::atoi(given.c_str());
  if (version > kLastWithLogin || version < 31) return soap_fault("UNSUPPORTED_API_VERSION", "SOAP API login() is not available in this version");
  if (!knows(request.text_of("username"), request.text_of("password")))
    return soap_fault("INVALID_LOGIN", "Invalid username, password, security token; or user locked out.");
  const OAuthClient& client = *tokens().client(options_.clients.front().id);
  if (!is_active(client, call.now)) return soap_fault("INVALID_LOGIN", "Invalid username, password, security token; or user locked out.");
  std::string access = new_session(call.now, client, {"api", "", false, ""});
  if (settings_.password_expired) crippled_.insert(access);
  const std::string& user = org_.ensure_user({ActorKind::integration, client.name}, call.now);
  std::string result = "<loginResponse><result>" + xml_tag("passwordExpired", settings_.password_expired ? "true" : "false") + xml_tag("sandbox", "false") +
                       xml_tag("serverUrl", fmt::format("{}/services/Soap/u/{}/{}", instance_of(call), given, organization_id_)) +
                       xml_tag("sessionId", access) + xml_tag("userId", user) + "<userInfo>" + xml_tag("organizationId", organization_id_) +
                       xml_tag("userName", options_.username) + "</userInfo></result></loginResponse>";
  return soap_envelope(200, result);
}

std::string Salesforce::soap_user_info(const Call& call) {
  json::object who = identity_of(call, org_.ensure_user(call.caller, call.now));
  return "<result>" + xml_tag("organizationId", organization_id_) + xml_tag("userId", scalar_text(who["user_id"])) +
         xml_tag("userName", scalar_text(who["username"])) + xml_tag("userEmail", scalar_text(who["email"])) +
         xml_tag("userFullName", scalar_text(who["display_name"])) + "</result>";
}

http::Response Salesforce::soap_password(Call& call, const XmlElement& request) {
  auto user = org_.find_live(org_.schema().object("User"), request.text_of("userId"), "INVALID_ID_FIELD");
  if (!user) return soap_fault(user.error().front().code, user.error().front().message);
  if (request.name == "resetPassword") return soap_answer(call, request, "<result>" + xml_tag("password", make_up_password(*user)) + "</result>");
  auto set = set_password(*user, request.text_of("password"));
  return set ? soap_answer(call, request, "<result/>") : soap_fault(set.error().front().code, set.error().front().message);
}

std::string Salesforce::soap_write(Call& call, const XmlElement& request, const XmlElement* header) {
  const XmlElement* together = header ? header->find("AllOrNoneHeader") : nullptr;
  bool all_or_none = together && together->text_of("allOrNone") == "true";
  std::vector<SoapAnswer> answers;
  Transaction transaction(database());
  for (const XmlElement& item : request.children) {
    if (item.name != "externalIDFieldName") answers.push_back(soap_item(call, request, item));
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

SoapAnswer Salesforce::soap_item(Call& call, const XmlElement& request, const XmlElement& item) {
  Writer writer = this->writer(call);
  writer.text_values = true;
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
  std::string merged;
  Transaction transaction(database());
  for (const XmlElement& child : item.children) {
    if (child.name != "recordToMergeIds") continue;
    auto loser = org_.find_live(*object, trim(child.text), "INVALID_CROSS_REFERENCE_KEY");
    if (!loser) return SoapAnswer{record.id, loser.error()};
    auto done = org_.merge(*object, *winner, *loser, record.fields, writer);
    if (!done) return SoapAnswer{record.id, done.error()};
    merged += xml_tag("mergedRecordIds", object->table->record(*loser).id);
  }
  if (merged.empty()) return SoapAnswer{record.id, {{"MERGE_FAILED", "recordToMergeIds is missing", {}}}};
  transaction.commit();
  return SoapAnswer{object->table->record(*winner).id, {}, merged};
}

}  // namespace lockstep::emulators::salesforce

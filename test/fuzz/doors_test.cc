// What strangers send: webhooks at the doors of the shipped connectors, and answers of their APIs.
#include <openssl/hmac.h>

#include "connector/answer.h"
#include "connector/classify.h"
#include "connector/door.h"
#include "test/connector/load_support.h"
#include "test/fuzz/fuzz.h"
#include "test/fuzz/wire.h"

namespace lockstep::fuzz {
namespace {

constexpr WallTime kNow{1'795'004'800'000};

std::string hmac(const std::string& key, const std::string& text) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes, &size);
  return to_base64(std::string_view(reinterpret_cast<const char*>(bytes), size));
}

struct Knocker {
  explicit Knocker(const std::string& connector, const std::string& fact, Value fact_value) : definition(connector::load_shipped(connector).definition) {
    context.emplace(connector::DoorContext{*definition, "https://hooks.example.test", Value(Map{}), Value(Map{{fact, std::move(fact_value)}}),
                                           Value(Map{{"client_secret", Value("the-client-secret")}, {"door_key", Value("the-door-key")}})});
  }
  connector::Connector::DoorAnswer knock(const http::ServerRequest& request) const {
    return connector::Doorkeeper(*context).knock(definition->doors.front(), request, kNow);
  }
  connector::DefinitionRef definition;
  std::optional<connector::DoorContext> context;
};

std::string judge(const connector::Connector::DoorAnswer& answer) {
  if (answer.response.status < 200 || answer.response.status > 499) return "status " + std::to_string(answer.response.status);
  if (answer.refused && answer.reason.empty()) return "refused without a reason";
  if (answer.refused && !answer.events.empty()) return "events of a refused knock";
  for (const InboxEvent& event : answer.events)
    if (event.dedupe.empty()) return "an event that cannot be told from another";
  return "";
}

const Corpus& webhooks() {
  static const Corpus corpus{
      {"POST /crm?x=%20y\nX-HubSpot-Request-Timestamp: 1795004800000\nX-HubSpot-Signature-v3: AAAA\nContent-Type: application/json\n\n"
       R"([{"eventId": 1, "subscriptionId": 7, "portalId": 4242001, "appId": 2, "occurredAt": 1795004800000, "subscriptionType": "contact.propertyChange", "attemptNumber": 0, "objectId": 123,
           "propertyName": "phone", "propertyValue": "1", "changeSource": "CRM"}])",
       "POST /crm\nX-HubSpot-Request-Timestamp: 1795004800000\nX-HubSpot-Signature-v3: AAAA\n\n"
       R"([{"portalId": 4242001, "eventType": "contact.merge", "primaryObjectId": 5, "mergedObjectIds": [6, 7], "newObjectId": 8, "occurredAt": 1795004800000}])",
       "POST /crm\nx-api-key: the-door-key\n\n"
       R"({"OrganizationId": "o", "PrimaryEntityName": "contact", "PrimaryEntityId": "8A4B0000-0000-4000-8000-000000000001", "MessageName": "Update", "OperationCreatedOn": "/Date(1795004800000+0000)/",
           "OperationId": "1", "RequestId": null, "InputParameters": [{"key": "Target", "value": {"Attributes": [{"key": "lastname", "value": "Lee"}]}}]})"},
      {"\"portalId\": 4242001", "null", "true", "[]", "{}", "[{", "}]", "\\ud800", "\\u0000", "1e999", "\"objectId\": ", "\"mergedObjectIds\": ", "/Date(",
       ")/", "%2F", "%00", "the-door-key"}};
  return corpus;
}

TEST(Fuzz, WebhooksAsTheyCome) {
  const Knocker signed_door("hubspot", "portal", Value("4242001")), keyed_door("dynamics365", "org", Value("o"));
  run("webhooks", webhooks(), [&](const std::string& input) -> std::string {
    const http::ServerRequest request = parse_request(input);
    const auto at_signed = signed_door.knock(request);
    if (!at_signed.refused) return "a forged signature was taken";
    const std::string problem = judge(at_signed);
    return problem.empty() ? judge(keyed_door.knock(request)) : problem;
  });
}

TEST(Fuzz, WebhooksThatAreGenuineAndStrange) {
  const Knocker signed_door("hubspot", "portal", Value("4242001")), keyed_door("dynamics365", "org", Value("o"));
  run("genuine webhooks", webhooks(), [&](const std::string& input) -> std::string {
    http::ServerRequest request = parse_request(input);
    request.method = "POST";
    request.target = "/crm";
    request.headers.set("x-api-key", "the-door-key");
    request.headers.set("X-HubSpot-Request-Timestamp", "1795004800000");
    request.headers.set("X-HubSpot-Signature-v3", hmac("the-client-secret", "POSThttps://hooks.example.test/crm" + request.body + "1795004800000"));
    const auto answer = signed_door.knock(request);
    if (answer.reason == "forged" || answer.reason == "unsigned" || answer.reason == "stale") return "a good signature was refused: " + answer.reason;
    const std::string problem = judge(answer);
    return problem.empty() ? judge(keyed_door.knock(request)) : problem;
  });
}

TEST(Fuzz, AnswersOfApis) {
  std::vector<connector::DefinitionRef> definitions;
  for (const char* name : {"salesforce", "hubspot", "dynamics365"}) definitions.push_back(connector::load_shipped(name).definition);
  const Corpus corpus{
      {R"({"error": {"code": "0x80060892", "message": "A record already exists. <DuplicateEntity><Id>AAAAAAAA-1111-4111-8111-111111111111</Id></DuplicateEntity>"}})",
       R"([{"errorCode": "DUPLICATE_VALUE", "message": "duplicate value found: Lockstep_Id__c duplicates value on record with id: 0035g00000XyZab", "fields": ["Email"]}])",
       R"({"status": "error", "message": "Contact already exists. Existing ID: 123", "category": "CONFLICT", "errors": [{"message": "bad", "context": {"propertyName": ["email"]}, "code": "INVALID_EMAIL"}]})",
       R"({"error": "invalid_grant", "error_description": "expired access/refresh token"})", "<html>down</html>",
       R"({"policyName": "TEN_SECONDLY_ROLLING", "message": "slow down"})"},
      {"null", "[]", "{}", "\"errors\": ", "\"message\": ", "Existing ID: ", "with id: ", "\\ud800", "\\u0000", "[[[[", "1e999"}};
  run("answers", corpus, [&](const std::string& input) -> std::string {
    const std::uint64_t hash = stable_hash(input);
    const int status = static_cast<int>(200 + hash % 400);
    for (const connector::DefinitionRef& definition : definitions) {
      const connector::Answer answer(status, http::Headers{{"Retry-After", input.substr(0, 40)}, {"Date", input.substr(0, 30)}}, input);
      connector::Scope scope(definition->roots.all().size());
      answer.enter(scope);
      connector::Classifier classifier(*definition, Rng(1));
      const connector::Classifier::Question question{hash % 2 == 0 ? "update" : "read", "call"};
      const connector::Failure failure = classifier.classify(scope, question, status, kNow);
      if (failure.message.empty() || !is_utf8(failure.message)) return "a failure without words, or with broken ones";
      if (failure.wait && failure.wait->count() < 0) return "a wait into the past";
      if (connector::fingerprint(failure).empty()) return "no fingerprint";
    }
    return "";
  });
}

}  // namespace
}  // namespace lockstep::fuzz

#include "base/text.h"
#include "runtime/rng.h"
#include "test/emulators/hubspot_fixture.h"

namespace lockstep::emulators::hubspot {
namespace {

/// Damages valid requests at random places: whatever comes is answered, never with a 5xx, and nothing is half
/// done.
class Hostile : public HubSpotTest {
 protected:
  Hostile() { define_key("contacts", "contactinformation"); }
  std::string damaged(std::string text) {
    static constexpr std::string_view kBytes = "'\"(){}[]=,/$%&?\\ \r\n\t-0a:@.;\xFF";
    for (std::uint64_t left = rng.below(3) + 1; left > 0 && !text.empty(); --left) {
      std::size_t at = rng.below(text.size());
      std::uint64_t way = rng.below(3);
      if (way == 0) text.erase(at, rng.below(8) + 1);
      if (way == 1) text.insert(at, 1, kBytes[rng.below(kBytes.size())]);
      if (way == 2) text[at] = kBytes[rng.below(kBytes.size())];
    }
    return text;
  }
  /// The body is sent whole and damaged again and again.
  void bombard(const std::string& method, const std::string& path, const std::string& body) {
    for (int i = 0; i < kRounds; ++i) {
      std::string bad = damaged(body);
      Answer answer = api.send(method, path, bad, {{"Content-Type", "application/json"}});
      EXPECT_TRUE(answer.status >= 200 && answer.status < 500) << answer.status << " for " << bad;
      EXPECT_TRUE(answer.status == 204 || !answer.body.is_null()) << "no JSON for " << bad;
    }
  }
  std::string live(const std::string& type) { return text_at(api.get("/__emulator/counts").body, "/rows/" + type + "/live"); }
  Rng rng{11};
  static constexpr int kRounds = 1500;
};

TEST_F(Hostile, Searches) {
  contact("a@x.example");
  clock.advance(Duration(60'000));
  bombard("POST", "/crm/v3/objects/contacts/search",
          R"({"filterGroups":[{"filters":[{"propertyName":"lastmodifieddate","operator":"GTE","value":"1767225600000"},)"
          R"({"propertyName":"hs_object_id","operator":"GT","value":"0"},{"propertyName":"email","operator":"CONTAINS_TOKEN","value":"*x*"}]},)"
          R"({"filters":[{"propertyName":"createdate","operator":"BETWEEN","value":"2020-01-01","highValue":"1895004800000"},)"
          R"({"propertyName":"associations.company","operator":"IN","values":["1"]}]}],)"
          R"("sorts":[{"propertyName":"createdate","direction":"DESCENDING"}],"properties":["email"],"limit":200,"after":"0"})");
}

TEST_F(Hostile, Batches) {
  std::string id = contact("a@x.example");
  bombard("POST", "/crm/v3/objects/contacts/batch/upsert",
          R"({"inputs":[{"id":"L1","idProperty":"lockstep_id","objectWriteTraceId":"t","properties":{"email":"b@x.example","lifecyclestage":"lead"}}]})");
  bombard("POST", "/crm/v3/objects/contacts/batch/update",
          R"({"inputs":[{"id":")" + id + R"(","properties":{"hs_lead_status":"NEW","hubspot_owner_id":"70001","zip":"1"}}]})");
  bombard("POST", "/crm/v3/objects/contacts/batch/read", R"({"inputs":[{"id":")" + id + R"("}],"properties":["email","zip"],"idProperty":"email"})");
  bombard("POST", "/crm/v3/objects/contacts/batch/archive", R"({"inputs":[{"id":"512999999999"},{"id":"512999999998"}]})");
}

TEST_F(Hostile, CreatesWithAssociations) {
  std::string id = contact("a@x.example");
  bombard(
      "POST", "/crm/v3/objects/emails",
      R"({"properties":{"hs_timestamp":"2026-05-01T09:00:00.120Z","hs_email_direction":"EMAIL","hs_email_headers":"{\"from\":{\"email\":\"a@x.example\"},\"to\":[{\"email\":\"b@x.example\"}]}"},)"
      R"("associations":[{"to":{"id":")" +
          id + R"("},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":198}]}]})");
}

TEST_F(Hostile, Associations) {
  std::string ann = contact("a@x.example"), a = company("A");
  std::string pair =
      R"({"inputs":[{"from":{"id":")" + ann + R"("},"to":{"id":")" + a + R"("},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":1}]}]})";
  bombard("POST", "/crm/v4/associations/contacts/companies/batch/create", pair);
  bombard("POST", "/crm/v4/associations/contacts/companies/batch/labels/archive", pair);
  bombard("POST", "/crm/v4/associations/contacts/companies/batch/read", R"({"inputs":[{"id":")" + ann + R"(","after":"0"}]})");
}

TEST_F(Hostile, Definitions) {
  bombard(
      "POST", "/crm/v3/properties/companies",
      R"({"groupName":"companyinformation","name":"size_class","label":"Size","type":"enumeration","fieldType":"select","options":[{"label":"a","value":"a"}]})");
  EXPECT_EQ(api.get("/crm/v3/properties/companies").status, 200);
}

TEST_F(Hostile, ChangesOfDefinitions) {
  post("/crm/v3/properties/companies",
       {{"groupName", "companyinformation"}, {"name", "size_class"}, {"label", "Size"}, {"type", "string"}, {"fieldType", "text"}});
  bombard("PATCH", "/crm/v3/properties/companies/size_class",
          R"({"label":"Size","fieldType":"textarea","displayOrder":3,"hidden":false,"options":[],"formField":true})");
  bombard("POST", "/crm/v3/properties/companies/groups", R"({"name":"sync","label":"Sync","displayOrder":3})");
  bombard("POST", "/crm/v3/pipelines/tickets", R"({"label":"P","displayOrder":1,"stages":[{"label":"S","displayOrder":0,"metadata":{"ticketState":"OPEN"}}]})");
  bombard("PATCH", "/crm/v3/pipelines/tickets/712000/stages/712001",
          R"({"label":"S","displayOrder":0,"archived":false,"metadata":{"ticketState":"OPEN","isClosed":"false"}})");
  EXPECT_EQ(api.get("/crm/v3/pipelines/tickets").status, 200);
}

TEST_F(Hostile, LabelsAndRules) {
  bombard("POST", "/crm/v4/associations/contacts/companies/labels", R"({"name":"a","label":"A","inverseLabel":"B"})");
  bombard("POST", "/crm/v4/associations/definitions/configurations/contacts/companies/batch/create",
          R"({"inputs":[{"typeId":279,"category":"HUBSPOT_DEFINED","maxToObjectIds":1}]})");
  bombard("POST", "/crm/v3/associations/contacts/companies/batch/create",
          R"({"inputs":[{"from":{"id":"512000000001"},"to":{"id":"512000000001"},"type":"contact_to_company"}]})");
}

TEST_F(Hostile, SettingsOfWebhooks) {
  std::string key = "?hapikey=lockstep-developer-key";
  bombard("PUT", "/webhooks/v3/2500001/settings" + key, R"({"targetUrl":"https://h.example/x","throttling":{"maxConcurrentRequests":9}})");
  bombard("POST", "/webhooks/v3/2500001/subscriptions" + key,
          R"({"eventType":"contact.propertyChange","propertyName":"email","objectTypeId":"0-1","active":true})");
  bombard("POST", "/webhooks/v3/2500001/subscriptions/batch/update" + key, R"({"inputs":[{"id":3329001,"active":false}]})");
}

TEST_F(Hostile, FilesOfRecords) {
  std::string body =
      "--x7\r\nContent-Disposition: form-data; name=\"files\"; filename=\"c.csv\"\r\nContent-Type: text/csv\r\n\r\n"
      "Email,Name\na@x.example,\"A, B\"\n\r\n--x7\r\nContent-Disposition: form-data; name=\"importRequest\"\r\n\r\n"
      R"({"name":"n","importOperations":{"0-1":"UPSERT"},"dateFormat":"YEAR_MONTH_DAY","files":[{"fileName":"c.csv","fileFormat":"CSV",)"
      R"("fileImportPage":{"hasHeader":true,"columnMappings":[{"columnObjectTypeId":"0-1","columnName":"Email","propertyName":"email",)"
      R"("columnType":"HUBSPOT_ALTERNATE_ID"},{"columnObjectTypeId":"0-1","columnName":"Name","propertyName":"firstname","columnType":"STANDARD"}]}}]})"
      "\r\n--x7--\r\n";
  auto send = [&](const std::string& text) { return api.send("POST", "/crm/v3/imports", text, {{"Content-Type", "multipart/form-data; boundary=x7"}}); };
  EXPECT_EQ(send(body).status, 200);
  for (int i = 0; i < kRounds; ++i) {
    Answer answer = send(damaged(body));
    EXPECT_TRUE(answer.status >= 200 && answer.status < 500) << answer.text;
    if (i % 100 == 0) clock.advance(Duration(5'000));
  }
  bombard(
      "POST", "/crm/v3/exports/export/async",
      R"({"exportType":"VIEW","format":"CSV","objectType":"CONTACT","objectProperties":["email","zip"],"exportInternalValuesOptions":["NAMES"],"publicCrmSearchRequest":{"filters":[{"propertyName":"email","operator":"EQ","value":"a"}],"sorts":[],"query":"x"}})");
}

TEST_F(Hostile, ControlPlane) {
  std::string id = contact("a@x.example");
  bombard("POST", "/__emulator/edit",
          R"({"as":"Ann","operation":"update","object":"contacts","id":")" + id + R"(","fields":{"firstname":"A","associations.companies":["1","2"]}})");
  bombard(
      "POST", "/__emulator/webhooks",
      R"({"url":"https://h.example/x","subscriptions":[{"eventType":"contact.propertyChange","propertyName":"email"},{"eventType":"object.creation","objectTypeId":"0-46"}],"retry_ms":[1,2],"jitter_ms":3})");
}

TEST_F(Hostile, Paths) {
  std::string id = contact("a@x.example");
  std::string path = "/crm/v3/objects/contacts/" + id + "?properties=email,phone&associations=companies&archived=false&idProperty=hs_object_id";
  for (int i = 0; i < kRounds; ++i) {
    Answer answer = api.get(damaged(path));
    EXPECT_TRUE((answer.status >= 200 && answer.status < 500) || answer.status == 501) << answer.status;  // 501: no such path is served
  }
}

// fact: §2.5 [D]
TEST_F(Hostile, ARefusedBatchLeavesNoTrace) {
  company("A");
  std::string before = text_at(api.get("/__emulator/counts").body, "/writes");
  json::array inputs{{{"properties", {{"name", "B"}}}}, {{"properties", {{"name", "C"}, {"industry", "nonsense"}}}}};
  EXPECT_EQ(post("/crm/v3/objects/companies/batch/create", {{"inputs", inputs}}).status, 400);
  EXPECT_EQ(live("companies"), "1");
  EXPECT_EQ(text_at(api.get("/__emulator/counts").body, "/writes"), before);
  clock.advance(Duration(60'000));
  std::string next = company("D");  // in the row that was given up
  clock.advance(Duration(60'000));
  EXPECT_EQ(ids(search_where("companies", "name", "EQ", "D")), next);
}

// fact: §4.6 [D], §2.4 [D]
TEST_F(Hostile, DeepAndStrangeBodiesAreRefused) {
  std::string deep = std::string(100, '[') + std::string(100, ']');
  for (const std::string& body : {deep, std::string("null"), std::string("[]"), std::string(), std::string("{\"properties\":{\"zip\":\"\xFF\"}}")}) {
    EXPECT_EQ(api.send("POST", "/crm/v3/objects/contacts", body, {{"Content-Type", "application/json"}}).status, 400) << body;
  }
  EXPECT_EQ(api.send("POST", "/crm/v3/objects/contacts", "{}", {{"Content-Type", "text/plain"}}).status, 415);
  EXPECT_EQ(api.send("PUT", "/crm/v3/objects/contacts", "{}").status, 405);
  EXPECT_EQ(code(create("contacts", {{"lastname", std::string(65'537, 'x')}})), "STRING_TOO_LONG");
  EXPECT_EQ(create("companies", {{"name", "A"}, {"numberofemployees", std::string(400, '9')}}).status, 400);
}

}  // namespace
}  // namespace lockstep::emulators::hubspot

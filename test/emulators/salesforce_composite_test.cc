// Composite (contract §2.6), with the guarded updates that a sync sends.
#include "test/emulators/salesforce_fixture.h"

namespace lockstep::emulators::salesforce {
namespace {

class Composite : public SalesforceTest {
 protected:
  json::object part(const std::string& method, const std::string& path, const std::string& reference) {
    return json::object{{"method", method}, {"url", base + path}, {"referenceId", reference}};
  }
  json::object part(const std::string& method, const std::string& path, const std::string& reference, json::object body) {
    json::object made = part(method, path, reference);
    made["body"] = std::move(body);
    return made;
  }
  Answer send(json::array parts, bool all_or_none = false) {
    return api.send_json("POST", base + "/composite", json::object{{"allOrNone", all_or_none}, {"compositeRequest", std::move(parts)}});
  }
};

// fact: §2.6 [C]
TEST_F(Composite, ReferencesCarryIdsForward) {
  Answer answer = send({part("POST", "/sobjects/Account", "refA", {{"Name", "A"}}),
                        part("POST", "/sobjects/Contact", "refC", {{"LastName", "L"}, {"AccountId", "@{refA.id}"}}),
                        part("GET", "/sobjects/Contact/@{refC.id}?fields=AccountId", "refR")});
  EXPECT_EQ(answer.status, 200);
  std::string account = text_at(answer.body, "/compositeResponse/0/body/id");
  EXPECT_EQ(text_at(answer.body, "/compositeResponse/0/httpStatusCode"), "201");
  EXPECT_EQ(text_at(answer.body, "/compositeResponse/0/httpHeaders/Location"), base + "/sobjects/Account/" + account);
  EXPECT_EQ(text_at(answer.body, "/compositeResponse/2/body/AccountId"), account);
  EXPECT_EQ(text_at(answer.body, "/compositeResponse/2/referenceId"), "refR");
}

// fact: §2.4 [D], §2.6 [C]
TEST_F(Composite, GuardedPatchesAre204Or412Each) {
  std::string fresh = created_id("Contact", {{"LastName", "A"}}), stale = created_id("Contact", {{"LastName", "B"}});
  clock.advance(Duration{10'000});
  edit({{"as", "Ann"}, {"operation", "update"}, {"object", "Contact"}, {"id", stale}, {"fields", {{"Title", "by Ann"}}}});
  auto guarded = [&](const std::string& id, const std::string& reference) {
    json::object made = part("PATCH", "/sobjects/Contact/" + id, reference, {{"Title", "ours"}});
    made["httpHeaders"] = json::object{{"If-Unmodified-Since", "Wed, 18 Nov 2026 12:26:40 GMT"}};
    return made;
  };
  Answer answer = send({guarded(fresh, "r1"), guarded(stale, "r2")});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(text_at(answer.body, "/compositeResponse/0/httpStatusCode"), "204");
  EXPECT_EQ(text_at(answer.body, "/compositeResponse/0/body"), "null");
  EXPECT_EQ(text_at(answer.body, "/compositeResponse/1/httpStatusCode"), "412");
  EXPECT_EQ(text_at(read("Contact", stale).body, "/Title"), "by Ann");
}

// fact: §2.6 [C]
TEST_F(Composite, AFailedPartCarriesARestErrorBody) {
  Answer answer = send({part("POST", "/sobjects/Contact", "r1", {{"FirstName", "x"}}), part("POST", "/sobjects/Contact", "r2", {{"LastName", "L"}}),
                        part("GET", "/sobjects/Contact/@{r1.id}", "r3")});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(text_at(answer.body, "/compositeResponse/0/body/0/errorCode"), "REQUIRED_FIELD_MISSING");
  EXPECT_EQ(text_at(answer.body, "/compositeResponse/1/httpStatusCode"), "201");
  EXPECT_EQ(text_at(answer.body, "/compositeResponse/2/body/0/errorCode"), "PROCESSING_HALTED");
}

// fact: §2.5 [DJ]
TEST_F(Composite, AllOrNoneHaltsTheRestAndRollsBack) {
  Answer answer = send({part("POST", "/sobjects/Contact", "r1", {{"LastName", "L"}}), part("POST", "/sobjects/Contact", "r2", {{"FirstName", "x"}}),
                        part("POST", "/sobjects/Contact", "r3", {{"LastName", "M"}})},
                       true);
  EXPECT_EQ(text_at(answer.body, "/compositeResponse/0/body/0/errorCode"), "PROCESSING_HALTED");
  EXPECT_EQ(text_at(answer.body, "/compositeResponse/1/body/0/errorCode"), "REQUIRED_FIELD_MISSING");
  EXPECT_EQ(text_at(answer.body, "/compositeResponse/2/body/0/errorCode"), "PROCESSING_HALTED");
  EXPECT_EQ(text_at(query("SELECT COUNT() FROM Contact").body, "/totalSize"), "0");
}

// fact: §2.6 [D][X]
TEST_F(Composite, LimitsOfPartsAndHeavyParts) {
  json::array parts;
  for (int i = 0; i < 25; ++i) parts.push_back(part("GET", "/limits", "r" + std::to_string(i)));
  EXPECT_EQ(send(parts).status, 200);
  parts.push_back(part("GET", "/limits", "r25"));
  EXPECT_EQ(send(parts).status, 400);
  json::array queries;
  for (int i = 0; i < 5; ++i) queries.push_back(part("GET", "/query?q=SELECT+COUNT()+FROM+Contact", "r" + std::to_string(i)));
  EXPECT_EQ(send(queries).status, 200);
  queries.push_back(part("GET", "/query?q=SELECT+COUNT()+FROM+Contact", "r5"));
  EXPECT_EQ(send(queries).status, 400);
}

// fact: §2.6 [C]
TEST_F(Composite, MalformedPartsRefuseTheWhole) {
  EXPECT_EQ(send({}).status, 400);
  EXPECT_EQ(send({part("GET", "/limits", "same"), part("GET", "/limits", "same")}).status, 400);
  EXPECT_EQ(send({part("GET", "/limits", "not a name")}).status, 400);
  EXPECT_EQ(send({json::object{{"method", "GET"}, {"url", "http://elsewhere/x"}, {"referenceId", "r"}}}).status, 400);
  json::object reserved = part("GET", "/limits", "r");
  reserved["httpHeaders"] = json::object{{"authorization", "Bearer x"}};
  EXPECT_EQ(send({reserved}).status, 400);
}

// fact: §2.6 [DJ]
TEST_F(Composite, CountsAsOneCallAndTakesQueriesTooLongForAUrl) {
  set("limits_lag_ms", 0);
  std::string before = text_at(api.get(base + "/limits").body, "/DailyApiRequests/Remaining");
  json::array parts;
  for (int i = 0; i < 10; ++i) parts.push_back(part("GET", "/limits", "r" + std::to_string(i)));
  send(parts);
  EXPECT_EQ(std::stoi(before) - 2, std::stoi(text_at(api.get(base + "/limits").body, "/DailyApiRequests/Remaining")));
  std::string soql = "SELECT+Id+FROM+Contact+WHERE+LastName='" + std::string(17'000, 'x') + "'";
  EXPECT_EQ(text_at(send({part("GET", "/query?q=" + soql, "r")}).body, "/compositeResponse/0/httpStatusCode"), "200");
}

// fact: §2.6 [C], §2.1
TEST_F(Composite, WhatWasUndoneIsNoRecentRecord) {
  json::array parts{{{"method", "POST"}, {"url", base + "/sobjects/Contact"}, {"referenceId", "a"}, {"body", {{"LastName", "L"}}}},
                    {{"method", "POST"}, {"url", base + "/sobjects/Contact"}, {"referenceId", "b"}, {"body", json::object()}}};
  EXPECT_EQ(api.send_json("POST", base + "/composite", {{"allOrNone", true}, {"compositeRequest", parts}}).status, 200);
  EXPECT_EQ(api.get(base + "/recent").text, "[]");
  std::string id = created_id("Contact", {{"LastName", "M"}});
  EXPECT_EQ(text_at(api.get(base + "/recent").body, "/0/Id") + text_at(api.get(base + "/recent").body, "/1/Id").substr(0, 8), id + "(nothing");
}

// fact: §2.6 [D]
TEST_F(Composite, AfterFourteenFailedGraphsTheRestIsNotRun) {
  json::array graphs;
  for (int i = 0; i < 16; ++i) {
    json::object fields = i < 14 ? json::object() : json::object{{"LastName", "L"}};
    json::array parts{json::object{{"method", "POST"}, {"url", base + "/sobjects/Contact"}, {"referenceId", "r"}, {"body", fields}}};
    graphs.push_back(json::object{{"graphId", "g" + std::to_string(i)}, {"compositeRequest", parts}});
  }
  Answer answer = api.send_json("POST", base + "/composite/graph", json::object{{"graphs", graphs}});
  EXPECT_EQ(text_at(answer.body, "/graphs/13/graphResponse/compositeResponse/0/body/0/errorCode"), "REQUIRED_FIELD_MISSING") << answer.text;
  EXPECT_EQ(text_at(answer.body, "/graphs/15/isSuccessful"), "false");
  EXPECT_EQ(text_at(answer.body, "/graphs/15/graphResponse/compositeResponse/0/body/0/errorCode"), "PROCESSING_HALTED");
  EXPECT_EQ(text_at(query("SELECT COUNT() FROM Contact").body, "/totalSize"), "0");
}

}  // namespace
}  // namespace lockstep::emulators::salesforce

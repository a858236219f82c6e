// Damaged requests are answered, never crash, and change nothing half.
#include "test/emulators/salesforce_fixture.h"

namespace lockstep::emulators::salesforce {
namespace {

using BadInput = SalesforceTest;

/// One to three bytes replaced, removed or doubled.
std::string damage(std::string text, Rng& rng) {
  static constexpr std::string_view kBytes = "()',.=<>!%\\\"{}[]:@-0aZ \n\xC3";
  for (std::uint64_t i = 0, times = 1 + rng.below(3); i < times && !text.empty(); ++i) {
    std::size_t at = rng.below(text.size());
    switch (rng.below(3)) {
      case 0: text[at] = kBytes[rng.below(kBytes.size())]; break;
      case 1: text.erase(at, 1 + rng.below(4)); break;
      default: text.insert(at, text.substr(at, 1 + rng.below(6)));
    }
  }
  return text;
}

// fact: §3.1 [C]
TEST_F(BadInput, DamagedQueriesAreAnswered) {
  created_id("Contact", {{"LastName", "L"}});
  const std::string soql =
      "SELECT Id, Account.Name FROM Contact WHERE (SystemModstamp >= 2026-11-18T12:26:40Z AND Id > "
      "'0035g0000000001AAA') OR "
      "LastName LIKE 'a\\_%' AND NOT Title IN ('x', null) ORDER BY SystemModstamp DESC NULLS LAST, Id LIMIT "
      "20 OFFSET 3";
  for (std::size_t length = 0; length <= soql.size(); ++length) {
    int status = query(soql.substr(0, length), true).status;
    EXPECT_TRUE(status == 200 || status == 400) << length;
  }
  Rng rng(11);
  for (int i = 0; i < 5'000; ++i) {
    std::string damaged = damage(soql, rng);
    int status = query(damaged, true).status;
    EXPECT_TRUE(status == 200 || status == 400) << damaged;
  }
}

// fact: §2.2 [C]
TEST_F(BadInput, DamagedBodiesAreAnswered) {
  struct Sample {
    const char* method;
    std::string path;
    std::string body;
  };
  const Sample samples[] = {
      {"POST", "/sobjects/Contact", R"({"LastName":"L","Account":{"Lockstep_Id__c":"k"},"Birthdate":"1990-02-28","DoNotCall":true})"},
      {"PATCH", "/composite/sobjects/Contact/Lockstep_Id__c",
       R"({"allOrNone":false,"records":[{"attributes":{"type":"Contact"},"Lockstep_Id__c":"k","LastName":"L"}]})"},
      {"PATCH", "/composite/sobjects", R"({"records":[{"attributes":{"type":"Contact"},"id":"0035g0000000001AAA","Title":"T"}]})"},
      {"POST", "/composite/sobjects/Contact", R"({"ids":["0035g0000000001AAA"],"fields":["Id","Name"]})"},
      {"POST", "/composite",
       R"({"allOrNone":true,"compositeRequest":[{"method":"PATCH","url":"/services/data/v60.0/sobjects/Contact/0035g0000000001AAA",)"
       R"("referenceId":"r1","body":{"Title":"@{r0.records[0].Id}"},"httpHeaders":{"If-Unmodified-Since":"x"}}]})"},
  };
  Rng rng(12);
  for (const Sample& sample : samples) {
    for (int i = 0; i < 1'000; ++i) {
      std::string body = damage(sample.body, rng);
      Answer answer = api.send(sample.method, base + sample.path, body, {{"Content-Type", "application/json"}});
      EXPECT_TRUE(answer.status >= 200 && answer.status < 500) << answer.status << " " << body;
    }
  }
}

// fact: §2.2 [U] switch: repeated_members_fail
TEST_F(BadInput, AMemberNamedTwiceIsRefused) {
  auto post = [&](const std::string& path, const std::string& body) { return api.send("POST", base + path, body, {{"Content-Type", "application/json"}}); };
  const std::string twice = R"({"LastName":"L","Title":"a","Title":"b"})";
  EXPECT_EQ(code(post("/sobjects/Contact", twice)), "JSON_PARSER_ERROR");
  EXPECT_EQ(code(post("/composite/sobjects", R"({"records":[{"attributes":{"type":"Contact"},"LastName":"L","LastName":"M"}]})")), "JSON_PARSER_ERROR");
  EXPECT_EQ(column(query("SELECT Id FROM Contact"), "Id"), "");
  set("repeated_members_fail", false);
  EXPECT_EQ(post("/sobjects/Contact", twice).status, 201);
  EXPECT_EQ(column(query("SELECT Title FROM Contact"), "Title"), "b");
}

// fact: §2.2 [C]
TEST_F(BadInput, OddPathsAndControlCallsAreAnswered) {
  for (const char* path :
       {"/services/data/v60.0/sobjects/Contact/%ZZ", "/services/data/v60.0/sobjects//", "/services/data/v", "/", "/services/data/v60.0/query/-",
        "/services/data/v60.0/query/01g-99999999999999999999", "/services/data/v60.0?", "/services/data/v60.0/composite/sobjects?ids=,,"}) {
    for (const char* method : {"GET", "DELETE", "PATCH", "BREW"}) {
      int status = api.send(method, path, "{}", {{"Content-Type", "application/json"}}).status;
      EXPECT_TRUE(status >= 200 && status < 500) << method << " " << path << " " << status;
    }
  }
  for (const char* path : {"edit", "records/Contact", "records/Nonsense", "faults", "clock", "settings", "nonsense"}) {
    for (const char* body : {"", "[", "[1]", "{\"name\":1}", "{\"advance\":\"x\"}", "[{\"LastName\":[]}]", "null"}) {
      int status = api.send("POST", std::string("/__emulator/") + path, body).status;
      EXPECT_TRUE(status >= 200 && status < 500) << path << " " << body;
    }
  }
  EXPECT_EQ(text_at(api.get("/__emulator/counts").body, "/rows/Contact/live"), "0");
}

}  // namespace
}  // namespace lockstep::emulators::salesforce

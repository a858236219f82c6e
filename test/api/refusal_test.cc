// What the API refuses: each with a clear 4xx, a problem document (RFC 9457), and nothing half done.
#include "test/api/door.h"

namespace lockstep::support {
namespace {

class Refusals : public ApiTest {
 protected:
  void expect_refused(const http::Response& response, int status, const std::string& words) {
    EXPECT_EQ(response.status, status) << response.body;
    EXPECT_EQ(response.headers.find("Content-Type"), "application/problem+json") << response.body;
    EXPECT_TRUE(holds(response, "\"status\": " + std::to_string(status))) << response.body;
    EXPECT_TRUE(holds(response, words)) << response.body;
    EXPECT_EQ(entities(), 0u) << words;
    EXPECT_TRUE(world.open_reviews().empty());
  }
};

TEST_F(Refusals, AMissingOrWrongKey) {
  for (const char* key : {"", "wrong", "support-key-012345678", "support-key-01234567890", "operator-key-0123456789"})
    expect_refused(call("PUT", "/v1/contacts/42", R"({"name": "Ada"})", key), 401, "API key");
}

TEST_F(Refusals, TextThatIsNotJson) {
  for (const char* body :
       {"", "{", "{\"name\": \"Ada\"", "{'name': 'Ada'}", "{\"name\": \"Ada\"} x", "\xff\xfe", "{\"name\": \"\xff\"}", "nul", "{\"name\": 01}"})
    expect_refused(call("PUT", "/v1/contacts/42", body), 400, "JSON");
}

TEST_F(Refusals, JsonThatIsNoObject) {
  for (const char* body : {"[]", "\"Ada\"", "17", "null", "true"}) expect_refused(call("PUT", "/v1/contacts/42", body), 400, "object");
}

TEST_F(Refusals, JsonWithoutAnEnd) { expect_refused(call("PUT", "/v1/contacts/42", std::string(100'000, '[')), 400, "JSON"); }

TEST_F(Refusals, AnUnknownFieldWithTheNearestName) {
  const auto answer = call("PUT", "/v1/contacts/42", R"({"name": "Ada", "emial": "ada@example.com"})");
  expect_refused(answer, 422, "did you mean 'email'");
  EXPECT_TRUE(holds(answer, R"("pointer": "/emial")"));
}

TEST_F(Refusals, AValueOfTheWrongType) {
  expect_refused(call("PUT", "/v1/contacts/42", R"({"name": {"first": "Ada"}})"), 422, "/name");
  expect_refused(call("PUT", "/v1/contacts/42", R"({"name": "Ada", "tags": "one"})"), 422, "/tags");
  expect_refused(call("PUT", "/v1/contacts/42", R"({"name": "Ada", "account": 17})"), 422, "/account");
}

TEST_F(Refusals, AllProblemsAreToldAtOnce) {
  const auto answer = call("PUT", "/v1/contacts/42", R"({"nam": "Ada", "tags": "one", "account": 17})");
  EXPECT_EQ(answer.status, 422);
  for (const char* pointer : {"/nam", "/tags", "/account"}) EXPECT_TRUE(holds(answer, std::string("\"pointer\": \"") + pointer + "\"")) << answer.body;
}

TEST_F(Refusals, AMissingOrBlankRequiredField) {
  expect_refused(call("PUT", "/v1/contacts/42", R"({"email": "ada@example.com"})"), 422, "name");
  expect_refused(call("PUT", "/v1/contacts/42", R"({"name": ""})"), 422, "name");
  expect_refused(call("PUT", "/v1/contacts/42", R"({"name": null})"), 422, "name");
}

TEST_F(Refusals, AReferenceToARecordThatIsNotThere) {
  expect_refused(call("PUT", "/v1/contacts/42", R"({"name": "Ada", "account": "nobody"})"), 422, "nobody");
}

TEST_F(Refusals, AnOversizedBody) {
  const std::string body = R"({"name": ")" + std::string((1u << 20) + 1, 'a') + R"("})";
  expect_refused(call("PUT", "/v1/contacts/42", body), 413, "1 MiB");
}

TEST_F(Refusals, AnUnknownTypeMethodOrId) {
  expect_refused(call("PUT", "/v1/persons/42", R"({"name": "Ada"})"), 404, "contacts");
  expect_refused(call("POST", "/v1/contacts/42", R"({"name": "Ada"})"), 405, "PUT");
  expect_refused(call("PUT", "/v1/contacts", R"({"name": "Ada"})"), 405, "PUT /v1/contacts/");
  expect_refused(call("PUT", "/v1/contacts/", R"({"name": "Ada"})"), 400, "id");
  expect_refused(call("PUT", "/v1/contacts/a/b", R"({"name": "Ada"})"), 400, "id");
  expect_refused(call("PUT", "/v1/contacts/" + std::string(201, 'x'), R"({"name": "Ada"})"), 400, "200");
  expect_refused(call("GET", "/v1/contacts/42"), 404, "42");
  expect_refused(call("PATCH", "/v1/contacts/42", R"({"name": "Ada"})"), 404, "42");
  expect_refused(call("GET", "/nothing"), 404, "/v1/");
}

TEST_F(Refusals, ABadCursor) {
  expect_refused(call("GET", "/v1/changes?after=yesterday"), 400, "after");
  expect_refused(call("GET", "/v1/contacts?after=17"), 400, "after");
}

TEST_F(Refusals, ALimitThatIsNoNumber) {
  for (const char* path : {"/v1/contacts?limit=abc", "/v1/contacts?limit=-1", "/v1/changes?limit=1.5"}) expect_refused(call("GET", path, ""), 400, "limit");
}

TEST_F(Refusals, ABatchWithOneBadLineDoesNothing) {
  const std::string good = R"({"type": "contact", "id": "1", "fields": {"name": "Ada"}})"
                           "\n";
  struct Case {
    const char* line;
    const char* pointer;
  };
  for (const Case& one : {Case{"nonsense", "/2"}, Case{"[]", "/2"}, Case{R"({"id": "2", "fields": {}})", "/2/type"},
                          Case{R"({"type": "contact", "fields": {"name": "x"}})", "/2/id"}, Case{R"({"type": "contact", "id": "2"})", "/2/fields"},
                          Case{R"({"op": "destroy", "type": "contact", "id": "2"})", "/2/op"},
                          Case{R"({"type": "contact", "id": "2", "fields": {"nmae": "x"}})", "/2/fields/nmae"},
                          Case{R"({"op": 5, "type": "contact", "id": "2", "fields": {"name": "x"}})", "/2/op"}})
    expect_refused(call("POST", "/v1/batch", good + one.line + "\n"), 422, std::string("\"pointer\": \"") + one.pointer + "\"");
  expect_refused(call("POST", "/v1/batch", ""), 400, "one JSON object a line");
  std::string many;
  for (int i = 0; i < 1001; ++i) many += R"({"type": "contact", "id": ")" + std::to_string(i) + R"(", "fields": {"name": "Ada"}})" + "\n";
  expect_refused(call("POST", "/v1/batch", many), 413, "1000");
}

TEST_F(ApiTest, OneRefusedLineOfABatchLeavesTheOthersDone) {
  const auto answer = call("POST", "/v1/batch",
                           R"({"type": "contact", "id": "1", "fields": {"name": "Ada"}})"
                           "\n"
                           R"({"op": "patch", "type": "contact", "id": "nobody", "fields": {"name": "Bob"}})"
                           "\n"
                           R"({"type": "contact", "id": "3", "fields": {"email": "c@example.com"}})"
                           "\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(holds(answer, "{\"status\": 201")) << answer.body;
  EXPECT_TRUE(holds(answer, "{\"status\": 404")) << answer.body;
  EXPECT_TRUE(holds(answer, "{\"status\": 422")) << answer.body;
  EXPECT_EQ(entities(), 1u);
}

}  // namespace
}  // namespace lockstep::support

// The built-in API: whatever is sent is answered, with words where it is refused, and nothing is half done.
#include <boost/json.hpp>

#include "test/api/door.h"
#include "test/fuzz/fuzz.h"
#include "test/fuzz/wire.h"

namespace lockstep::support {
namespace {

class FuzzApi : public ApiTest {};

TEST_F(FuzzApi, RequestsOfEveryKind) {
  const fuzz::Corpus corpus{
      {"PUT /v1/contacts/42\n\n{\"name\": \"Ada\", \"email\": \"ada@example.com\", \"tags\": [\"a\", \"b\"], \"account\": {\"type\": \"account\", \"id\": "
       "\"7\"}}",
       "PATCH /v1/contacts/42\nIf-Match: \"3\"\n\n{\"city\": \"Paris\", \"phone\": null}", "DELETE /v1/contacts/42",
       "GET /v1/contacts?after=01JDFK3V8Q4T0Z6M2N9R5S7W1X&limit=10", "GET /v1/changes?after=0&limit=5",
       "POST /v1/batch\n\n{\"op\": \"upsert\", \"type\": \"account\", \"id\": \"7\", \"fields\": {\"name\": \"Acme\"}}\n{\"op\": \"patch\", \"type\": "
       "\"contact\", \"id\": \"42\", \"fields\": {\"title\": \"Countess\"}}\n"
       "{\"op\": \"delete\", \"type\": \"contact\", \"id\": \"43\"}",
       "GET /operations/status", "POST /webhooks/north/door\nx-secret: right\n\ncontact c1\ncontact c2", "GET /v1/contacts/42", "GET /healthz"},
      {"null", "{}", "[]", "\"name\": ", "\"email\": ", "\\ud800", "\\u0000", "%00", "%2F", "1e999", "\"op\": \"", "upsert", "contacts/", "batch",
       "If-Match: ", "\"fields\": ", "\n"}};
  std::uint64_t taken = 0;
  fuzz::run("api", corpus, [&](const std::string& input) -> std::string {
    http::ServerRequest request = fuzz::parse_request(input);
    request.headers.set("Authorization", request.target.starts_with("/operations") ? "Bearer operator-key-0123456789" : "Bearer support-key-0123456789");
    const bool door = request.target.starts_with("/webhooks");
    const http::Response response = send(std::move(request));
    if (++taken % 200 == 0) world.run_for(Duration{1'000});
    if (response.status < 200 || response.status >= 500) return "status " + std::to_string(response.status) + ": " + response.body;
    if (response.status < 400 || door) return "";
    boost::system::error_code error;
    const boost::json::value problem = boost::json::parse(response.body, error);
    const boost::json::value* detail = error ? nullptr : problem.find_pointer("/detail", error);
    return detail && detail->is_string() && !detail->get_string().empty() ? "" : "refused without words: " + response.body;
  });
}

}  // namespace
}  // namespace lockstep::support

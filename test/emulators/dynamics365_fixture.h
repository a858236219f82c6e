#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "base/text.h"
#include "emulators/dynamics365/dynamics365.h"

namespace lockstep::emulators::dynamics365 {

namespace json = boost::json;

inline constexpr const char* kOrigin = "http://127.0.0.1:8103";
inline constexpr const char* kApi = "/api/data/v9.2/";
inline constexpr const char* kG1 = "11111111-1111-4111-8111-111111111111";
inline constexpr const char* kG2 = "22222222-2222-4222-8222-222222222222";
inline constexpr const char* kG3 = "33333333-3333-4333-8333-333333333333";

class TestClock : public EmulatorClock {
 public:
  WallTime now() const override { return time; }
  WallTime time{1'795'000'000'000};  // 2026-11-18T11:06:40Z
};

struct Answer {
  int status = 0;
  http::Headers headers;
  std::string text;
  json::value body;  // null when `text` is no JSON

  std::string header(std::string_view name) const { return std::string(headers.find(name).value_or("")); }
  /// The member at a JSON pointer: text as it stands, anything else as JSON; "absent" when there is none.
  std::string at(const std::string& pointer) const {
    boost::system::error_code error;
    const json::value* found = body.find_pointer(pointer, error);
    if (!found) return "absent";
    return found->is_string() ? std::string(found->get_string()) : json::serialize(*found);
  }
  std::string code() const { return at("/error/code"); }
  std::string message() const { return at("/error/message"); }
  std::size_t rows() const { return body.at("value").as_array().size(); }
};

/// One organisation, an integration that is signed in, and Ann, who edits.
class Dynamics365Test : public testing::Test {
 protected:
  explicit Dynamics365Test(Dynamics365Options options = {}) : org(make_dynamics365(clock, Rng(7), std::move(options))) { sign_in(); }

  void sign_in() {
    Answer answer = token("lockstep-client", "lockstep-secret");
    access = answer.at("/access_token");
  }

  Answer token(const std::string& client, const std::string& secret) {
    http::Headers form{{"Content-Type", "application/x-www-form-urlencoded"}};
    return send(
        "POST", "/contoso.onmicrosoft.com/oauth2/v2.0/token",
        "grant_type=client_credentials&client_id=" + client + "&client_secret=" + secret + "&scope=" + percent_encode(std::string(kOrigin) + "/.default"),
        form);
  }

  Answer send(const std::string& method, const std::string& target, const std::string& body = "", const http::Headers& headers = {}) {
    http::ServerRequest request;
    request.method = method;
    request.target = target;
    request.body = body;
    if (!access.empty()) request.headers.add("Authorization", "Bearer " + access);
    for (const auto& [name, value] : headers.all()) request.headers.add(name, value);
    http::Response response = org->handle(request, kOrigin);
    Answer answer{response.status, response.headers, response.body, nullptr};
    boost::system::error_code error;
    json::value parsed = json::parse(response.body, error);
    if (!error) answer.body = std::move(parsed);
    return answer;
  }

  Answer get(const std::string& path, const http::Headers& headers = {}) { return send("GET", kApi + path, "", headers); }
  /// A GET of a link that an answer gave.
  Answer follow(const std::string& link, const http::Headers& headers = {}) {
    EXPECT_TRUE(link.starts_with(kOrigin)) << link;
    return send("GET", link.substr(std::string(kOrigin).size()), "", headers);
  }
  Answer write(const std::string& method, const std::string& path, const std::string& body, http::Headers headers = {}) {
    headers.add("Content-Type", "application/json; charset=utf-8");
    return send(method, kApi + path, body, headers);
  }
  Answer post(const std::string& path, const std::string& body, http::Headers headers = {}) { return write("POST", path, body, std::move(headers)); }
  Answer patch(const std::string& path, const std::string& body, http::Headers headers = {}) { return write("PATCH", path, body, std::move(headers)); }
  Answer remove(const std::string& path, const http::Headers& headers = {}) { return send("DELETE", kApi + path, "", headers); }
  Answer control(const std::string& method, const std::string& path, const std::string& body = "") { return send(method, "/__emulator/" + path, body); }
  Answer person(const std::string& operation, const std::string& table, const std::string& id, const std::string& fields = "{}", const std::string& into = "") {
    json::object edit{{"as", "Ann"}, {"operation", operation}, {"object", table}, {"id", id}, {"into", into}, {"fields", json::parse(fields)}};
    return control("POST", "edit", json::serialize(edit));
  }

  /// A new row's id.
  std::string make(const std::string& set, const std::string& body) {
    Answer answer = post(set, body);
    EXPECT_EQ(answer.status, 204) << answer.text;
    std::string entity = answer.header("OData-EntityId");
    std::size_t open = entity.find('(');
    return open == std::string::npos ? "" : entity.substr(open + 1, 36);
  }
  std::string account(const std::string& name = "Contoso") { return make("accounts", R"({"name":")" + name + "\"}"); }
  std::string contact(const std::string& last_name = "Lee") { return make("contacts", R"({"lastname":")" + last_name + "\"}"); }
  std::string incident(const std::string& account_id, const std::string& title = "Broken") {
    return make("incidents", R"({"title":")" + title + R"(","customerid_account@odata.bind":"/accounts()" + account_id + ")\"}");
  }
  void advance(Duration by) { clock.time = clock.time + by; }

  TestClock clock;
  std::unique_ptr<Emulator> org;
  std::string access;
};

inline http::Headers prefer(const std::string& value) { return {{"Prefer", value}}; }
inline http::Headers representation() { return prefer("return=representation"); }

}  // namespace lockstep::emulators::dynamics365

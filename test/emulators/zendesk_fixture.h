#pragma once

#include <gtest/gtest.h>

#include <set>

#include "base/text.h"
#include "emulators/zendesk/zendesk.h"
#include "harness.h"

namespace lockstep::emulators::zendesk {

/// An account on virtual time, called by its owner with the API token.
class ZendeskTest : public testing::Test {
 protected:
  ZendeskTest() {
    caller.headers.set("Authorization", "Basic " + to_base64("agent@example.com/token:lockstep-api-token"));
    caller.headers.set("Content-Type", "application/json");
  }
  Answer get(const std::string& path) { return caller.get("/api/v2/" + path); }
  Answer send(const std::string& method, const std::string& path, const json::value& body) { return caller.send_json(method, "/api/v2/" + path, body); }
  Answer control(const std::string& path, const json::value& body) { return caller.send_json("POST", "/__emulator/" + path, body); }
  std::string make_ticket(json::object more = {}) {
    more.emplace("description", "Text");
    Answer answer = send("POST", "tickets", {{"ticket", more}});
    EXPECT_EQ(answer.status, 201) << answer.text;
    return text_at(answer.body, "/ticket/id");
  }
  std::string make(const std::string& type, const json::object& fields) {
    Answer answer = send("POST", type + "s", {{type, fields}});
    EXPECT_EQ(answer.status, 201) << answer.text;
    return text_at(answer.body, "/" + type + "/id");
  }
  /// The names of an object's members, in their order.
  static std::string members(const json::value& value) {
    std::string all;
    for (const auto& each : value.as_object()) all += (all.empty() ? "" : " ") + std::string(each.key());
    return all;
  }
  std::string seconds_ago(std::int64_t seconds) { return std::to_string(clock.now().ms / 1000 - seconds); }

  ManualClock clock;
  std::unique_ptr<Emulator> emulator = make_zendesk(clock, Rng(1), {});
  Caller caller{*emulator};
};

}  // namespace lockstep::emulators::zendesk

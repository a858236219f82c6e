#pragma once

#include <gtest/gtest.h>

#include "emulators/hubspot/hubspot.h"
#include "test/emulators/harness.h"

namespace lockstep::emulators::hubspot {

/// One account, called with a service key, with the property that a sync keeps its ids in.
class HubSpotTest : public testing::Test {
 protected:
  explicit HubSpotTest(HubSpotOptions options = unlimited()) : portal(make_hubspot(clock, Rng(7), options)), api(*portal) {
    api.headers.set("Authorization", "Bearer " + options.service_keys.front().token);
  }

  static HubSpotOptions unlimited() {
    HubSpotOptions options;
    options.limits = false;
    return options;
  }
  Answer post(const std::string& path, const json::value& body) { return api.send_json("POST", path, body); }
  Answer patch(const std::string& path, const json::value& body) { return api.send_json("PATCH", path, body); }
  Answer create(const std::string& type, const json::object& properties) { return post("/crm/v3/objects/" + type, json::object{{"properties", properties}}); }
  std::string created_id(const std::string& type, const json::object& properties) {
    Answer answer = create(type, properties);
    EXPECT_EQ(answer.status, 201) << answer.text;
    return text_at(answer.body, "/id");
  }
  std::string contact(const std::string& email) { return created_id("contacts", {{"email", email}}); }
  std::string company(const std::string& name) { return created_id("companies", {{"name", name}}); }
  std::string ticket(const std::string& subject) { return created_id("tickets", {{"subject", subject}, {"hs_pipeline_stage", "1"}}); }
  Answer update(const std::string& type, const std::string& id, const json::object& properties) {
    return patch("/crm/v3/objects/" + type + "/" + id, json::object{{"properties", properties}});
  }
  Answer read(const std::string& type, const std::string& id, const std::string& query = "") {
    return api.get("/crm/v3/objects/" + type + "/" + id + (query.empty() ? "" : "?" + query));
  }
  /// One property of a record as a read gives it.
  std::string value(const std::string& type, const std::string& id, const std::string& property) {
    return text_at(read(type, id, "properties=" + property).body, "/properties/" + property);
  }
  Answer search(const std::string& type, const json::object& body) { return post("/crm/v3/objects/" + type + "/search", body); }
  Answer search_where(const std::string& type, const std::string& property, const std::string& op, const json::value& wanted) {
    json::object filter{{"propertyName", property}, {"operator", op}};
    filter[wanted.is_array() ? "values" : "value"] = wanted;
    return search(type, {{"filterGroups", {{{"filters", {filter}}}}}, {"limit", 200}});
  }
  Answer edit(const json::object& what) { return post("/__emulator/edit", what); }
  Answer edit_fields(const std::string& type, const std::string& id, const json::object& fields) {
    return edit({{"as", "Ann"}, {"operation", "update"}, {"object", type}, {"id", id}, {"fields", fields}});
  }
  Answer set(const json::object& settings) { return post("/__emulator/settings", settings); }
  void define_key(const std::string& type, const std::string& group) {
    Answer answer =
        post("/crm/v3/properties/" + type,
             {{"name", "lockstep_id"}, {"label", "Lockstep id"}, {"groupName", group}, {"type", "string"}, {"fieldType", "text"}, {"hasUniqueValue", true}});
    ASSERT_EQ(answer.status, 201) << answer.text;
  }
  /// The ids of the results, joined in their order.
  static std::string ids(const Answer& answer) {
    std::string joined;
    const json::value* results = answer.body.is_object() ? answer.body.get_object().if_contains("results") : nullptr;
    if (!results) return answer.text;
    for (const json::value& result : results->as_array()) joined += (joined.empty() ? "" : " ") + text_at(result, "/id");
    return joined;
  }
  static std::string message(const Answer& answer) { return text_at(answer.body, "/message"); }
  static std::string category(const Answer& answer) { return text_at(answer.body, "/category"); }
  static std::string code(const Answer& answer) { return text_at(answer.body, "/errors/0/code"); }

  ManualClock clock;
  std::unique_ptr<Emulator> portal;
  Caller api;
};

}  // namespace lockstep::emulators::hubspot

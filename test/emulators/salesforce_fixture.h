#pragma once

#include <gtest/gtest.h>

#include "emulators/salesforce/salesforce.h"
#include "test/emulators/harness.h"

namespace lockstep::emulators::salesforce {

/// One org with a signed-in integration.
class SalesforceTest : public testing::Test {
 protected:
  SalesforceTest() : org(make_salesforce(clock, Rng(7), options())), api(*org) { sign_in(); }

  static SalesforceOptions options() { return {}; }
  Answer token(const std::string& form) { return api.send("POST", "/services/oauth2/token", form, {{"Content-Type", "application/x-www-form-urlencoded"}}); }
  void sign_in() {
    Answer answer = token("grant_type=client_credentials&client_id=lockstep-client&client_secret=lockstep-secret");
    api.headers.set("Authorization", "Bearer " + text_at(answer.body, "/access_token"));
  }
  Answer create(const std::string& object, const json::object& fields) { return api.send_json("POST", base + "/sobjects/" + object, fields); }
  std::string created_id(const std::string& object, const json::object& fields) {
    Answer answer = create(object, fields);
    EXPECT_EQ(answer.status, 201) << answer.text;
    return text_at(answer.body, "/id");
  }
  Answer read(const std::string& object, const std::string& id) { return api.get(base + "/sobjects/" + object + "/" + id); }
  Answer query(const std::string& soql, bool all = false) { return api.get(base + (all ? "/queryAll" : "/query") + "?" + http::encode_query({{"q", soql}})); }
  Answer soap(const std::string& body, const std::string& session = "", const std::string& version = "60.0") {
    std::string header = session.empty() ? "" : "<SessionHeader><sessionId>" + session + "</sessionId></SessionHeader>";
    return api.send("POST", "/services/Soap/u/" + version,
                    "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns=\"urn:partner.soap.sforce.com\"><e:Header>" + header +
                        "</e:Header><e:Body>" + body + "</e:Body></e:Envelope>",
                    {{"Content-Type", "text/xml"}, {"SOAPAction", "\"\""}});
  }
  std::string session() { return std::string(*api.headers.find("Authorization")).substr(7); }
  void set(const char* name, const json::value& value) {
    EXPECT_EQ(api.send_json("POST", "/__emulator/settings", json::object{{name, value}}).status, 200) << name;
  }
  Answer edit(const json::object& what) { return api.send_json("POST", "/__emulator/edit", what); }
  static std::string code(const Answer& answer) { return text_at(answer.body, "/0/errorCode"); }
  static std::string message(const Answer& answer) { return text_at(answer.body, "/0/message"); }
  /// Values of one field over the rows of a query's answer, joined.
  static std::string column(const Answer& answer, const std::string& field) {
    std::string joined;
    const json::value* records = answer.body.is_object() ? answer.body.get_object().if_contains("records") : nullptr;
    if (!records) return answer.text;
    for (const json::value& record : records->as_array()) {
      joined += (joined.empty() ? "" : " ") + text_at(record, "/" + field);
    }
    return joined;
  }

  const std::string base = "/services/data/v60.0";
  ManualClock clock;
  std::unique_ptr<Emulator> org;
  Caller api;
};

}  // namespace lockstep::emulators::salesforce

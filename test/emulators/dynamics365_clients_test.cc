// How other clients of the same API call: what the pinned one does not.
#include "test/emulators/dynamics365_fixture.h"

namespace lockstep::emulators::dynamics365 {
namespace {

class OtherClients : public Dynamics365Test {
 protected:
  static std::string filtered(const std::string& filter) { return "?$select=lastname&$orderby=lastname&$filter=" + percent_encode(filter); }
  /// Names in order, joined; the message of a refusal.
  std::string names(const std::string& path) {
    Answer answer = get(path);
    if (answer.status != 200) return answer.message();
    std::string all;
    for (const json::value& row : answer.body.at("value").as_array()) all += std::string(row.at("lastname").as_string());
    return all;
  }
};

// fact: §6.5 [I]
TEST_F(OtherClients, TheResolutionOfACaseNeedsNoTypeAsTheParameterHasOne) {
  std::string id = incident(account());
  std::string resolution = R"("subject":"Fixed","incidentid@odata.bind":"/incidents()" + id + ")\"";
  EXPECT_EQ(post("CloseIncident", R"({"Status":5,"IncidentResolution":{"@odata.type":"Microsoft.Dynamics.CRM.task",)" + resolution + "}}").status, 400);
  EXPECT_EQ(post("CloseIncident", R"({"Status":5,"IncidentResolution":{)" + resolution + "}}").status, 204);
  EXPECT_EQ(get("incidents(" + id + ")?$select=statecode").at("/statecode"), "1");
}

}  // namespace
}  // namespace lockstep::emulators::dynamics365

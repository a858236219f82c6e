#include "test/emulators/dynamics365_fixture.h"

namespace lockstep::emulators::dynamics365 {
namespace {

class States : public Dynamics365Test {
 protected:
  Answer close(const std::string& id, int status = 5) {
    return post("CloseIncident", R"({"IncidentResolution":{"@odata.type":"Microsoft.Dynamics.CRM.incidentresolution","subject":"Fixed",)"
                                 R"("incidentid@odata.bind":"/incidents()" +
                                     id + R"x()","timespent":30},"Status":)x" + std::to_string(status) + "}");
  }
  std::string state(const std::string& path) {
    Answer answer = get(path);
    return answer.at("/statecode") + "/" + answer.at("/statuscode");
  }
  std::string a = account();
};

// fact: §6.5 [I]
TEST_F(States, ResolvingByPatchIsRefused) {
  Answer answer = patch("incidents(" + incident(a) + ")", R"({"statecode":1,"statuscode":5})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.message(),
            "This message can not be used to set the state of incident to Resolved. In order to set state of "
            "incident "
            "to Resolved, use the CloseIncidentRequest message instead.");
}

// fact: §6.5
TEST_F(States, CloseIncidentResolvesAndLeavesAResolution) {
  std::string id = incident(a);
  EXPECT_EQ(close(id, 1000).status, 204);
  EXPECT_EQ(state("incidents(" + id + ")"), "1/1000");
  Answer resolutions = get("incidentresolutions?$select=subject,timespent,_incidentid_value");
  EXPECT_EQ(resolutions.at("/value/0/subject"), "Fixed");
  EXPECT_EQ(resolutions.at("/value/0/timespent"), "30");
  EXPECT_EQ(resolutions.at("/value/0/_incidentid_value"), id);
}

// fact: §6.3 [I], §6.5 [K] switch: default_close_status
TEST_F(States, CloseIncidentTwiceAndWithAWrongStatus) {
  std::string id = incident(a);
  EXPECT_EQ(close(id, 1).code(), "0x80048408");
  EXPECT_EQ(close(id, -1).code(), "0x80048408");
  control("POST", "settings", R"({"default_close_status":true})");
  EXPECT_EQ(close(id, -1).status, 204);
  EXPECT_EQ(state("incidents(" + id + ")"), "1/5");
  EXPECT_EQ(close(id).code(), "0x80044411");
}

// fact: §6.3
TEST_F(States, ResolvedCaseIsFrozenUntilReopened) {
  std::string id = incident(a), path = "incidents(" + id + ")";
  close(id);
  EXPECT_EQ(patch(path, R"({"title":"New"})").code(), "0x80044411");
  EXPECT_EQ(patch(path, R"({"title":"New","statecode":0,"statuscode":1})").code(), "0x80044411");
  EXPECT_EQ(patch(path, R"({"statecode":0,"statuscode":1})").status, 204);
  EXPECT_EQ(patch(path, R"({"title":"New"})").status, 204);
  EXPECT_EQ(get("incidentresolutions").at("/value/0/statecode"), "2");
}

// fact: §6.5
TEST_F(States, CancelledByPatchUnlessActivitiesAreOpen) {
  std::string id = incident(a), path = "incidents(" + id + ")";
  std::string call = make("phonecalls", R"({"subject":"s","regardingobjectid_incident_phonecall@odata.bind":"/incidents()" + id + ")\"}");
  EXPECT_EQ(patch(path, R"({"statecode":2,"statuscode":6})").code(), "0x8004440e");
  EXPECT_EQ(close(id).status, 400);
  EXPECT_EQ(patch("phonecalls(" + call + ")", R"({"statecode":1,"statuscode":2})").status, 204);
  EXPECT_EQ(patch(path, R"({"statecode":2,"statuscode":6})").status, 204);
  EXPECT_EQ(state(path), "2/6");
}

// fact: §6.5 switch: open_activities_block
TEST_F(States, OpenActivitiesMayBeAllowed) {
  control("POST", "settings", R"({"open_activities_block":false})");
  std::string id = incident(a);
  make("phonecalls", R"({"subject":"s","regardingobjectid_incident_phonecall@odata.bind":"/incidents()" + id + ")\"}");
  EXPECT_EQ(close(id).status, 204);
}

// fact: §6.3
TEST_F(States, StateAloneResetsTheStatus) {
  std::string path = "incidents(" + incident(a) + ")";
  patch(path, R"({"statuscode":2})");
  EXPECT_EQ(state(path), "0/2");
  patch(path, R"({"statecode":0})");
  EXPECT_EQ(state(path), "0/1");  // On Hold is gone although the state did not change
}

// fact: §6.3 [?] switch: status_moves_state
TEST_F(States, StatusAloneDoesNotMoveTheStateUnlessSwitchedOn) {
  std::string path = "contacts(" + contact() + ")";
  EXPECT_EQ(patch(path, R"({"statuscode":2})").code(), "0x80048408");
  EXPECT_EQ(state(path), "0/1");
  control("POST", "settings", R"({"status_moves_state":true})");
  EXPECT_EQ(patch(path, R"({"statuscode":2})").status, 204);
  EXPECT_EQ(state(path), "1/2");
}

// fact: §6.3
TEST_F(States, StatusOfAnotherStateIsRefused) {
  std::string id = incident(a);
  Answer answer = patch("incidents(" + id + ")", R"({"statecode":2,"statuscode":1})");
  EXPECT_EQ(answer.code(), "0x80048408");
  EXPECT_TRUE(answer.message().starts_with("1 is not a valid status code for state code CaseState.Cancelled on incident")) << answer.message();
}

// fact: §6.3
TEST_F(States, InactiveCustomersAreReadOnly) {
  std::string path = "accounts(" + a + ")";
  patch(path, R"({"statecode":1,"statuscode":2})");
  EXPECT_EQ(patch(path, R"({"fax":"1"})").code(), "0x80040230");
  patch(path, R"({"statecode":0,"statuscode":1})");
  EXPECT_EQ(patch(path, R"({"fax":"1"})").status, 204);
}

// fact: §6.3 [?] switch: create_state_passed_over
TEST_F(States, StateIsNotValidForCreateButOnCases) {
  EXPECT_EQ(post("contacts", R"({"lastname":"L","statecode":1})").status, 400);
  EXPECT_EQ(post("contacts", R"({"lastname":"L","statecode":0})").status, 400) << "not even the one it would have";
  auto definition = [&](const char* table) { return get("EntityDefinitions(LogicalName='" + std::string(table) + "')/Attributes(LogicalName='statecode')"); };
  EXPECT_EQ(definition("contact").at("/IsValidForCreate") + definition("incident").at("/IsValidForCreate"), "falsetrue");
  control("POST", "settings", R"({"create_state_passed_over":true})");
  EXPECT_EQ(state("contacts(" + make("contacts", R"({"lastname":"L","statecode":1})") + ")"), "0/1");
  EXPECT_EQ(post("contacts", R"({"lastname":"L","statecode":1,"statuscode":2})").code(), "0x80048408") << "a status of another state";
  EXPECT_EQ(post("incidents", R"({"title":"T","statecode":2,"statuscode":6,"customerid_account@odata.bind":"/accounts()" + a + ")\"}").status, 204);
}

// fact: §2.14 [K]
TEST_F(States, SendEmailMarksADraftAsSentOnce) {
  std::string id = make("emails", R"({"subject":"Hi"})");
  EXPECT_EQ(state("emails(" + id + ")"), "0/1");
  std::string path = "emails(" + id + ")/Microsoft.Dynamics.CRM.SendEmail";
  Answer sent = post(path, R"({"IssueSend":false})");
  EXPECT_EQ(sent.status, 200);
  EXPECT_EQ(sent.at("/Subject"), "Hi");
  EXPECT_EQ(state("emails(" + id + ")"), "1/3");
  EXPECT_EQ(post(path, R"({"IssueSend":false})").status, 400);
  EXPECT_EQ(patch("emails(" + id + ")", R"({"subject":"x"})").code(), "0x80040230");
}

// fact: §6.3
TEST_F(States, TaskStartsInItsDefaultStatus) { EXPECT_EQ(state("tasks(" + make("tasks", R"({"subject":"s"})") + ")"), "0/2"); }

class Merging : public States {
 protected:
  Answer merge(const std::string& target, const std::string& subordinate, const std::string& content = "") {
    std::string type = R"("@odata.type":"Microsoft.Dynamics.CRM.contact")";
    std::string update = content.empty() ? "" : R"("UpdateContent":{)" + type + "," + content + "},";
    return post("Merge", R"({"Target":{)" + type + R"(,"contactid":")" + target + R"("},"Subordinate":{)" + type + R"(,"contactid":")" + subordinate +
                             R"("},)" + update + R"("PerformParentingChecks":false})");
  }
  std::string winner = contact("Winner");
  std::string loser = contact("Loser");
};

// fact: §6.6
TEST_F(Merging, LoserStaysInactiveAndPointsToTheWinner) {
  EXPECT_EQ(merge(winner, loser, R"("mobilephone":"1")").status, 204);
  Answer answer = get("contacts(" + loser + ")");
  EXPECT_EQ(answer.at("/merged"), "true");
  EXPECT_EQ(answer.at("/_masterid_value"), winner);
  EXPECT_EQ(answer.at("/statecode"), "1");
  EXPECT_EQ(get("contacts(" + winner + ")").at("/mobilephone"), "1");
}

// fact: §6.6
TEST_F(Merging, ChildrenMoveToTheWinner) {
  std::string id = make("incidents", R"({"title":"T","customerid_contact@odata.bind":"/contacts()" + loser + ")\"}");
  merge(winner, loser);
  Answer answer = get("incidents(" + id + ")");
  EXPECT_EQ(answer.at("/_customerid_value"), winner);
  EXPECT_EQ(answer.at("/_contactid_value"), winner);
}

// fact: §5.3
TEST_F(Merging, IdenticalAndInactiveRowsAreRefused) {
  EXPECT_EQ(merge(winner, winner).code(), "0x80045305");
  merge(winner, loser);
  EXPECT_EQ(merge(winner, loser).code(), "0x80045304");
}

// fact: §9.4 [D]
TEST_F(Merging, AsAPersonThroughTheControlPlane) {
  EXPECT_EQ(person("merge", "contact", loser, "{}", winner).status, 200);
  EXPECT_EQ(get("contacts(" + loser + ")").at("/_masterid_value"), winner);
  Answer writes = control("GET", "writes?after=0");
  EXPECT_NE(writes.text.find(R"("kind":"person","name":"Ann")"), std::string::npos);
  EXPECT_NE(writes.text.find(R"("operation":"merge")"), std::string::npos);
}

// fact: §6.6
TEST_F(Merging, CasesMergeIntoStatusMerged) {
  std::string w = incident(a), l = incident(a);
  std::string type = R"("@odata.type":"Microsoft.Dynamics.CRM.incident")";
  EXPECT_EQ(post("Merge", R"({"Target":{)" + type + R"(,"incidentid":")" + w + R"("},"Subordinate":{)" + type + R"(,"incidentid":")" + l +
                              R"("},"PerformParentingChecks":false})")
                .status,
            204);
  EXPECT_EQ(state("incidents(" + l + ")"), "2/2000");
}

// fact: §9.4 [D]
TEST_F(States, PeopleResolveCasesByTheButton) {
  std::string id = incident(a);
  EXPECT_EQ(person("update", "incident", id, R"({"title":"Done","statecode":1,"statuscode":null})").status, 200);
  EXPECT_EQ(state("incidents(" + id + ")"), "1/5");
  EXPECT_EQ(get("incidents(" + id + ")").at("/title"), "Done");
}

}  // namespace
}  // namespace lockstep::emulators::dynamics365

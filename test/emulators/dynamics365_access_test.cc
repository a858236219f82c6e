// Who may do what, which status follows which, and what is told of it.
#include "test/emulators/dynamics365_fixture.h"

namespace lockstep::emulators::dynamics365 {
namespace {

class Access : public Dynamics365Test {
 protected:
  void deny(const std::string& list) { EXPECT_EQ(control("POST", "settings", R"({"denied":[)" + list + "]}").status, 200); }
  /// The id of Ann, who is known once she has written.
  std::string ann() {
    person("create", "account", "", R"({"name":"Hers"})");
    return get("systemusers?$filter=fullname%20eq%20'Ann'").at("/value/0/systemuserid");
  }
  static std::string owner(const std::string& user) { return R"("ownerid@odata.bind":"/systemusers()" + user + ")\""; }
};

// fact: §1.1
TEST_F(Access, AUserWithoutARoleIsTurnedAway) {
  deny(R"("Roles systemuser")");
  Answer answer = get("accounts");
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.code(), "0x80042f09");
}

// fact: §5.3
TEST_F(Access, AUserWhoIsDisabledIsTurnedAway) {
  std::string self = get("WhoAmI").at("/UserId");
  EXPECT_EQ(person("update", "systemuser", self, R"({"isdisabled":true})").status, 200);
  Answer answer = get("accounts");
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.code(), "0x80040225");
  person("update", "systemuser", self, R"({"isdisabled":false})");
  std::string other = ann();
  person("update", "systemuser", other, R"({"isdisabled":true})");
  EXPECT_EQ(post("accounts", R"({"name":"A"})", {{"MSCRMCallerID", other}}).code(), "0x80040225") << "nor is anything done in that name";
}

// fact: §1.5 §5.3
TEST_F(Access, WhoActsForAnotherNeedsWhatBothMay) {
  std::string id = contact(), other = ann();
  deny(R"("Write contact Ann")");
  EXPECT_EQ(patch("contacts(" + id + ")", R"({"fax":"1"})").status, 204);
  EXPECT_EQ(patch("contacts(" + id + ")", R"({"fax":"2"})", {{"MSCRMCallerID", other}}).code(), "0x80040220");
  EXPECT_EQ(get("contacts(" + id + ")").at("/fax"), "1");
}

// fact: §6.7
TEST_F(Access, AnotherOwnerTakesThePrivilegeAndOneWhoCanRead) {
  std::string id = contact(), other = ann();
  deny(R"("Assign contact")");
  EXPECT_EQ(patch("contacts(" + id + ")", "{" + owner(other) + "}").code(), "0x80040220");
  EXPECT_EQ(post("contacts", R"({"lastname":"Lee",)" + owner(other) + "}").status, 403);
  EXPECT_EQ(patch("contacts(" + id + ")", "{" + owner(get("WhoAmI").at("/UserId")) + "}").status, 204) << "to oneself nothing is assigned";
  deny(R"("Read contact Ann")");
  EXPECT_EQ(patch("contacts(" + id + ")", "{" + owner(other) + "}").code(), "0x80040220");
  EXPECT_EQ(get("contacts(" + id + ")").at("/_ownerid_value"), get("WhoAmI").at("/UserId"));
  deny("");
  EXPECT_EQ(patch("contacts(" + id + ")", "{" + owner(other) + "}").status, 204);
}

// fact: §5.2
TEST_F(Access, RelatedRowsAreReadAndMadeByWhoMay) {
  std::string id = account();
  deny(R"("Read contact","Create contact")");
  for (const char* expand : {"primarycontactid", "contact_customer_accounts", "parentaccountid($expand=primarycontactid)"})
    EXPECT_EQ(get("accounts(" + id + ")?$expand=" + expand).status, 403) << expand;
  EXPECT_EQ(post("accounts", R"({"name":"A","primarycontactid":{"lastname":"Lee"}})").status, 403);
  EXPECT_EQ(get("accounts").rows(), 1u);
  EXPECT_EQ(get("accounts(" + id + ")?$expand=parentaccountid").status, 200);
}

// fact: §3.1
TEST_F(Access, TrackingChangesTakesReadingTheWholeOrganisation) {
  deny(R"("GlobalRead account")");
  EXPECT_EQ(get("accounts").status, 200);
  EXPECT_EQ(get("accounts?$select=name", prefer("odata.track-changes")).status, 403);
}

// fact: §5.3
TEST_F(Access, AMergeHasACodeOfItsOwn) {
  std::string winner = contact("A"), loser = contact("B");
  deny(R"("Write contact")");
  Answer answer =
      post("Merge", R"({"Target":{"@odata.type":"Microsoft.Dynamics.CRM.contact","contactid":")" + winner +
                        R"("},"Subordinate":{"@odata.type":"Microsoft.Dynamics.CRM.contact","contactid":")" + loser + R"("},"PerformParentingChecks":false})");
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.code(), "0x80045301");
}

class Transitions : public Dynamics365Test {
 protected:
  Transitions() {
    EXPECT_EQ(control("POST", "settings", R"({"status_transitions":[{"entity":"incident","from":1,"to":[2]},
      {"entity":"incident","from":2,"to":[5]}]})")
                  .status,
              200);
  }
  Answer close() {
    return post("CloseIncident", R"({"IncidentResolution":{"@odata.type":"Microsoft.Dynamics.CRM.incidentresolution","subject":"Fixed",)"
                                 R"("incidentid@odata.bind":"/incidents()" +
                                     id + R"x()"},"Status":5})x");
  }
  std::string valid(const std::string& state, int status) {
    std::string target = "IsValidStateTransition(Entity=@p1,NewState=@p2,NewStatus=@p3)?@p1=" + percent_encode("{'@odata.id':'incidents(" + id + ")'}") +
                         "&@p2=" + percent_encode("'" + state + "'") + "&@p3=" + std::to_string(status);
    return get(target).at("/IsValid");
  }
  std::string id = incident(account());
};

// fact: §6.5
TEST_F(Transitions, AStatusFollowsTheOnesThatTheAdministratorLets) {
  EXPECT_EQ(close().code(), "0x80048408");
  EXPECT_EQ(patch("incidents(" + id + ")", R"({"statecode":0,"statuscode":3})").code(), "0x80048408");
  EXPECT_EQ(patch("incidents(" + id + ")", R"({"statecode":2,"statuscode":6})").code(), "0x80048408");
  EXPECT_EQ(get("incidents(" + id + ")").at("/statuscode"), "1");
  EXPECT_EQ(patch("incidents(" + id + ")", R"({"statecode":0,"statuscode":2})").status, 204);
  EXPECT_EQ(patch("incidents(" + id + ")", R"({"statecode":0,"statuscode":2})").status, 204) << "to stay is no transition";
  EXPECT_EQ(close().status, 204);
}

// fact: §6.5
TEST_F(Transitions, AreAskedForBeforehand) {
  EXPECT_EQ(valid("Active", 2) + valid("Active", 3) + valid("Resolved", 5), "truefalsefalse");
  EXPECT_EQ(valid("Resolved", 2), "false") << "a status of another state";
  patch("incidents(" + id + ")", R"({"statecode":0,"statuscode":2})");
  EXPECT_EQ(valid("Resolved", 5), "true");
  EXPECT_EQ(close().status, 204);
  EXPECT_EQ(valid("Cancelled", 6) + valid("Active", 1), "falsetrue") << "a closed case is reactivated first";
  std::string gone =
      "IsValidStateTransition(Entity=@p1,NewState='Active',NewStatus=1)?@p1=" + percent_encode("{\"@odata.id\":\"incidents(" + std::string(kG1) + ")\"}");
  EXPECT_EQ(get(gone).code(), "0x80040217");
  EXPECT_EQ(get("IsValidStateTransition(Entity=7,NewState='Active',NewStatus=1)").status, 400);
}

class Messages : public Dynamics365Test {
 protected:
  void listen(const std::string& entity, const std::string& message) {
    Answer answer = control("POST", "steps", R"({"entity":")" + entity + R"(","message":")" + message + R"(","url":"http://127.0.0.1:9000/hook"})");
    EXPECT_EQ(answer.status, 200) << answer.text;
  }
  std::vector<json::value> told() {
    std::vector<json::value> bodies;
    for (const OutgoingRequest& each : org->take_outgoing()) bodies.push_back(json::parse(each.request.body));
    return bodies;
  }
  /// An input parameter, or a part of it.
  static std::string parameter(const json::value& body, const std::string& name, const std::string& pointer = "") {
    for (const json::value& each : body.at("InputParameters").as_array()) {
      if (each.at("key") == json::string(name)) return Answer{0, {}, "", each.at("value")}.at(pointer);
    }
    return "absent";
  }
};

// fact: §3.3 [K]
TEST_F(Messages, AssignNamesTheRowAndItsNewOwner) {
  person("create", "account", "", R"({"name":"Hers"})");
  std::string other = get("systemusers?$filter=fullname%20eq%20'Ann'").at("/value/0/systemuserid"), id = contact();
  listen("contact", "Assign");
  patch("contacts(" + id + ")", R"({"fax":"1"})");
  EXPECT_EQ(told().size(), 0u);
  patch("contacts(" + id + ")", R"({"ownerid@odata.bind":"/systemusers()" + other + ")\"}");
  std::vector<json::value> bodies = told();
  ASSERT_EQ(bodies.size(), 1u);
  EXPECT_EQ(parameter(bodies[0], "Target", "/Id"), id);
  EXPECT_EQ(parameter(bodies[0], "Assignee", "/Id") + parameter(bodies[0], "Assignee", "/LogicalName"), other + "systemuser");
}

// fact: §3.3 [K]
TEST_F(Messages, SetStateNamesTheRowAndItsState) {
  std::string id = contact();
  listen("contact", "SetState");
  patch("contacts(" + id + ")", R"({"statecode":1})");
  std::vector<json::value> bodies = told();
  ASSERT_EQ(bodies.size(), 1u);
  EXPECT_EQ(parameter(bodies[0], "EntityMoniker", "/Id"), id);
  EXPECT_EQ(parameter(bodies[0], "State", "/Value") + parameter(bodies[0], "Status", "/Value"), "12");
}

// fact: §3.3 [K]
TEST_F(Messages, AssociateIsOfNoTableAndNamesTheRelationship) {
  std::string firm = account(), id = contact();
  listen("none", "Associate");
  listen("none", "Disassociate");
  EXPECT_EQ(control("POST", "steps", R"({"entity":"contact","message":"Associate","url":"http://127.0.0.1:9000/"})").status, 400);
  post("accounts(" + firm + ")/contact_customer_accounts/$ref", R"({"@odata.id":")" + std::string(kOrigin) + kApi + "contacts(" + id + ")\"}");
  remove("accounts(" + firm + ")/contact_customer_accounts(" + id + ")/$ref");
  std::vector<json::value> bodies = told();
  ASSERT_EQ(bodies.size(), 2u);
  EXPECT_EQ(bodies[0].at("MessageName"), "Associate");
  EXPECT_EQ(bodies[1].at("MessageName"), "Disassociate");
  EXPECT_EQ(parameter(bodies[0], "Target", "/Id"), firm);
  EXPECT_EQ(parameter(bodies[0], "Relationship", "/SchemaName"), "contact_customer_accounts");
  EXPECT_EQ(parameter(bodies[0], "RelatedEntities", "/0/Id"), id);
}

// fact: §3.3
TEST_F(Messages, ACreateTellsWhatWasFilledIn) {
  listen("incident", "Create");
  incident(account());
  std::vector<json::value> bodies = told();
  ASSERT_EQ(bodies.size(), 1u);
  std::string text = json::serialize(bodies[0].at("InputParameters"));
  for (const char* column : {"\"title\"", "\"ticketnumber\"", "\"prioritycode\"", "\"statecode\""}) EXPECT_NE(text.find(column), std::string::npos) << column;
}

// fact: §3.3
TEST_F(Messages, AnEndpointNeedsWhatItsTableAsksFor) {
  std::string given = R"("name":"hook","contract":8,"authtype":5,"url":"http://127.0.0.1:9000/hook")";
  EXPECT_EQ(post("serviceendpoints", "{" + given + "}").code(), "0x80040200");
  EXPECT_EQ(post("serviceendpoints", "{" + given + R"(,"connectionmode":1,"userclaim":1})").status, 204);
}

// fact: §3.3, §3.3 [K]
TEST_F(Messages, AnEndpointHasAUrlAndSettingsThatCanBeRead) {
  auto made = [&](const std::string& more) {
    return post("serviceendpoints", R"({"name":"hook","contract":8,"connectionmode":1,"userclaim":1,)" + more + "}").status;
  };
  EXPECT_EQ(made(R"("authtype":4,"url":"hook")"), 400);
  EXPECT_EQ(made(R"("authtype":5,"url":"http://127.0.0.1:9000/","authvalue":"secret")"), 400);
  EXPECT_EQ(made(R"("authtype":6,"url":"http://127.0.0.1:9000/","authvalue":"<settings><setting value='S'/></settings>")"), 400);
  EXPECT_EQ(made(R"("authtype":6,"url":"http://127.0.0.1:9000/","authvalue":"<settings><setting name='k' value='S'/></settings>")"), 204);
  EXPECT_EQ(made(R"("authtype":4,"url":"http://127.0.0.1:9000/","authvalue":"secret")"), 204) << "of a key: as it is";
}

}  // namespace
}  // namespace lockstep::emulators::dynamics365

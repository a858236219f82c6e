// What an administrator does to an org, as the API feels it: rules, permissions, archiving, people who leave.
#include "emulators/core/xml.h"
#include "test/emulators/salesforce_fixture.h"

namespace lockstep::emulators::salesforce {
namespace {

class Administered : public SalesforceTest {
 protected:
  void set_up(const std::string& what, const json::object& told) {
    Answer answer = api.send_json("POST", "/__emulator/" + what, told);
    EXPECT_EQ(answer.status, 200) << answer.text;
  }
  Answer update(const std::string& object, const std::string& id, const json::object& fields) {
    return api.send_json("PATCH", base + "/sobjects/" + object + "/" + id, fields);
  }
  /// The field's description, or nothing.
  json::value described(const std::string& object, const std::string& field) {
    json::value answer = api.get(base + "/sobjects/" + object + "/describe").body;
    for (const json::value& each : answer.at("fields").as_array()) {
      if (text_at(each, "/name") == field) return each;
    }
    return nullptr;
  }
};

// fact: §3.9, §9.3
TEST_F(Administered, AWorkflowChangesAnotherFieldInTheSameWrite) {
  set_up("workflow_rule", {{"object", "Contact"}, {"when", "Title"}, {"set", "Department"}, {"to", "Board"}});
  std::string id = created_id("Contact", {{"LastName", "A"}});
  EXPECT_EQ(text_at(read("Contact", id).body, "/Department"), "null");
  EXPECT_EQ(update("Contact", id, {{"Title", "Chair"}, {"Department", "Sales"}}).status, 204);
  EXPECT_EQ(text_at(read("Contact", id).body, "/Department"), "Board");
  json::array writes = api.get("/__emulator/writes?id=" + id).body.at("writes").as_array();
  ASSERT_EQ(writes.size(), 2u);
  EXPECT_EQ(text_at(writes[1], "/after/Department"), "Board");
}

// fact: §3.9
TEST_F(Administered, CodeOfAnAdministratorsPutsBackWhatAProgramWritesAndTellsNobody) {
  std::string id = created_id("Contact", {{"LastName", "A"}, {"Title", "Chair"}});
  set_up("kept_field", {{"object", "Contact"}, {"field", "Title"}, {"kept", true}});
  EXPECT_EQ(update("Contact", id, {{"Title", "Clerk"}, {"Department", "Sales"}}).status, 204);
  EXPECT_EQ(text_at(read("Contact", id).body, "/Title"), "Chair");
  EXPECT_EQ(text_at(read("Contact", id).body, "/Department"), "Sales");
  set_up("kept_field", {{"object", "Contact"}, {"field", "Title"}, {"kept", false}});
  EXPECT_EQ(update("Contact", id, {{"Title", "Clerk"}}).status, 204);
  EXPECT_EQ(text_at(read("Contact", id).body, "/Title"), "Clerk");
}

// fact: §5.3 [J]
TEST_F(Administered, ValidationRulesAreToldAllAtOnce) {
  set_up("validation_rule", {{"object", "Contact"}, {"field", "Title"}, {"equals", "Boss"}, {"message", "No bosses here"}});
  set_up("validation_rule", {{"object", "Contact"}, {"field", "Phone"}, {"message", "A phone, please"}});
  Answer answer = create("Contact", {{"LastName", "A"}, {"Title", "Boss"}});
  EXPECT_EQ(answer.status, 400);
  ASSERT_EQ(answer.body.as_array().size(), 2u);
  EXPECT_EQ(code(answer), "FIELD_CUSTOM_VALIDATION_EXCEPTION");
  EXPECT_EQ(message(answer), "No bosses here");
  EXPECT_EQ(text_at(answer.body, "/1/fields/0"), "Phone");
  EXPECT_EQ(create("Contact", {{"LastName", "A"}, {"Title", "Clerk"}, {"Phone", "1"}}).status, 201);
}

// fact: §5.3
TEST_F(Administered, WritesFailAsToldAndNothingIsWritten) {
  set_up("refuse_writes", {{"object", "Account"}, {"code", "STORAGE_LIMIT_EXCEEDED"}, {"message", "storage limit exceeded"}, {"count", 2}});
  EXPECT_EQ(code(create("Account", {{"Name", "A"}})), "STORAGE_LIMIT_EXCEEDED");
  EXPECT_EQ(code(create("Account", {{"Name", "A"}})), "STORAGE_LIMIT_EXCEEDED");
  EXPECT_EQ(create("Account", {{"Name", "A"}}).status, 201);
  EXPECT_EQ(text_at(query("SELECT COUNT() FROM Account").body, "/totalSize"), "1");
}

// fact: §2.8
TEST_F(Administered, AFieldThatTheProfileHidesIsNotThere) {
  std::string id = created_id("Contact", {{"LastName", "A"}, {"Email", "a@b.cd"}});
  set_up("field_access", {{"object", "Contact"}, {"field", "Email"}, {"access", "none"}});
  EXPECT_TRUE(described("Contact", "Email").is_null());
  EXPECT_EQ(code(query("SELECT Email FROM Contact")), "INVALID_FIELD");
  EXPECT_EQ(code(query("SELECT Id FROM Contact WHERE Email != null")), "INVALID_FIELD");
  EXPECT_EQ(code(update("Contact", id, {{"Email", "b@b.cd"}})), "INVALID_FIELD");
  EXPECT_FALSE(read("Contact", id).body.as_object().contains("Email"));
  set_up("field_access", {{"object", "Contact"}, {"field", "Email"}, {"access", "edit"}});
  EXPECT_EQ(text_at(read("Contact", id).body, "/Email"), "a@b.cd");
}

// fact: §2.8, §5.3 [X]
TEST_F(Administered, AFieldThatTheProfileLetsReadAloneIsNotWritten) {
  set_up("field_access", {{"object", "Contact"}, {"field", "Title"}, {"access", "read"}});
  EXPECT_EQ(text_at(described("Contact", "Title"), "/updateable"), "false");
  Answer answer = create("Contact", {{"LastName", "A"}, {"Title", "t"}});
  EXPECT_EQ(code(answer), "INVALID_FIELD_FOR_INSERT_UPDATE");
  EXPECT_EQ(text_at(answer.body, "/0/fields/0"), "Title");
  EXPECT_EQ(create("Contact", {{"LastName", "A"}}).status, 201);
}

// fact: §6.7 [R][D]
TEST_F(Administered, ClosedActivitiesAreArchivedAfterAYear) {
  std::string closed = created_id("Task", {{"Subject", "closed"}, {"Status", "Completed"}, {"ActivityDate", "2026-11-01"}});
  std::string open = created_id("Task", {{"Subject", "open"}, {"ActivityDate", "2026-11-01"}});
  std::string stamp = text_at(read("Task", closed).body, "/SystemModstamp");
  clock.advance(Duration(370LL * 24 * 3'600'000));
  sign_in();
  EXPECT_EQ(column(query("SELECT Subject FROM Task"), "Subject"), "open");
  EXPECT_EQ(column(query("SELECT Subject FROM Task WHERE IsArchived = true", true), "Subject"), "closed");
  Answer all = query("SELECT Subject, IsDeleted FROM Task ORDER BY Subject", true);
  EXPECT_EQ(column(all, "IsDeleted"), "false false");
  EXPECT_EQ(text_at(read("Task", closed).body, "/SystemModstamp"), stamp);
}

// fact: §6.1 [C], §8.3
TEST_F(Administered, AQueueMayOwnACase) {
  std::string queue = text_at(query("SELECT Id, Name FROM Group WHERE Type = 'Queue'").body, "/records/0/Id");
  EXPECT_EQ(queue.substr(0, 3), "00G");
  std::string id = created_id("Case", {{"Subject", "A"}, {"OwnerId", queue}});
  EXPECT_EQ(text_at(query("SELECT Owner.Name, Owner.Type FROM Case").body, "/records/0/Owner/Name"), "Support");
  EXPECT_EQ(text_at(query("SELECT Owner.Type, Owner.Username FROM Case").body, "/records/0/Owner/Type"), "Group");
  EXPECT_EQ(text_at(query("SELECT Owner.Type, Owner.Username FROM Case").body, "/records/0/Owner/Username"), "null");
  set_up("assignment_rule", {{"object", "Case"}, {"owner", queue}});
  EXPECT_EQ(text_at(read("Case", created_id("Case", {{"Subject", "B"}})).body, "/OwnerId"), queue);
}

// fact: §2.7 [U] switch: assign_by_default
TEST_F(Administered, AssignmentRulesRunUnlessTheyAreForbiddenOrMustBeAskedFor) {
  std::string queue = text_at(query("SELECT Id FROM Group WHERE Type = 'Queue'").body, "/records/0/Id");
  set_up("assignment_rule", {{"object", "Case"}, {"owner", queue}});
  auto owner = [&] { return text_at(read("Case", created_id("Case", {{"Subject", "A"}})).body, "/OwnerId"); };
  EXPECT_EQ(owner(), queue);
  api.headers.set("Sforce-Auto-Assign", "false");
  EXPECT_NE(owner(), queue);
  api.headers.remove("Sforce-Auto-Assign");
  set_up("settings", {{"assign_by_default", false}});
  EXPECT_NE(owner(), queue);
  api.headers.set("Sforce-Auto-Assign", "TRUE");
  EXPECT_EQ(owner(), queue);
}

// fact: §1.5 [X], §6.9 [D]
TEST_F(Administered, AUserWhoIsNotActiveDoesNotLogIn) {
  std::string user = text_at(query("SELECT Id FROM User WHERE Username = 'integration@lockstep.example'").body, "/records/0/Id");
  set_up("edit", {{"as", "Admin"}, {"operation", "update"}, {"object", "User"}, {"id", user}, {"fields", {{"IsActive", false}}}});
  Answer answer = token("grant_type=client_credentials&client_id=lockstep-client&client_secret=lockstep-secret");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(text_at(answer.body, "/error"), "inactive_user");
}

// fact: §1.5 [X] switch: org_active
TEST_F(Administered, NobodyLogsInToAnOrgThatIsNotActive) {
  set("org_active", false);
  Answer answer = token("grant_type=client_credentials&client_id=lockstep-client&client_secret=lockstep-secret");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(text_at(answer.body, "/error"), "inactive_org");
  Answer login = soap("<login><username>integration@lockstep.example</username><password>lockstep-password</password></login>");
  EXPECT_NE(login.text.find("sf:INVALID_LOGIN"), std::string::npos) << login.text;
}

// fact: §1.6 [J] switch: attached_to_agent
TEST_F(Administered, AnAppThatIsNotAttachedIsRefusedForGood) {
  set("attached_to_agent", false);
  for (int attempt = 0; attempt < 2; ++attempt) {
    Answer answer = api.get(base + "/sobjects");
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(message(answer), "Connected app is not attached to Agent");
    sign_in();  // which does not help
  }
}

// fact: §1.6 [J]
TEST_F(Administered, ASessionThatIsNotStrongEnoughIsRefusedForGood) {
  set_up("settings", {{"high_assurance_required", true}});
  Answer answer = api.get(base + "/limits");
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(code(answer), "INVALID_SESSION_ID");
  EXPECT_EQ(message(answer), "This session is not valid for use with the REST API");
}

// fact: §1.8 [I]
TEST_F(Administered, AnExpiredPasswordLogsInToASessionThatIsGoodForNothing) {
  set_up("settings", {{"password_expired", true}});
  Answer answer =
      api.send("POST", "/services/Soap/u/60.0",
               "<env:Envelope xmlns:env=\"http://schemas.xmlsoap.org/soap/envelope/\"><env:Body><n:login xmlns:n=\"urn:partner.soap.sforce.com\">"
               "<n:username>integration@lockstep.example</n:username><n:password>lockstep-password</n:password></n:login></env:Body></env:Envelope>",
               {{"Content-Type", "text/xml"}, {"SOAPAction", "\"\""}});
  EXPECT_EQ(answer.status, 200);
  auto root = parse_xml(answer.text);
  ASSERT_TRUE(root);
  const XmlElement* result = root->find("Body")->find("loginResponse")->find("result");
  EXPECT_EQ(result->text_of("passwordExpired"), "true");
  api.headers.set("Authorization", "Bearer " + result->text_of("sessionId"));
  EXPECT_EQ(code(api.get(base + "/limits")), "INVALID_OPERATION_WITH_EXPIRED_PASSWORD");
}

TEST_F(Administered, WhatIsSetUpWrongIsToldToWhoeverSetsItUp) {
  auto refused = [&](const std::string& what, const json::object& told) { return text_at(api.send_json("POST", "/__emulator/" + what, told).body, "/error"); };
  EXPECT_EQ(refused("workflow_rule", {{"object", "Nope"}}), "object is missing or not known");
  EXPECT_EQ(refused("workflow_rule", {{"object", "Contact"}, {"when", "Title"}, {"set", "Id"}}), "when and set must name fields of the object");
  EXPECT_EQ(refused("kept_field", {{"object", "Contact"}, {"field", "Nope"}, {"kept", true}}), "field must name one of the object, kept is true or false");
  EXPECT_EQ(refused("validation_rule", {{"object", "Contact"}, {"field", "Title"}}), "field must name one of the object, message says what is wrong");
  EXPECT_EQ(refused("refuse_writes", {{"object", "Contact"}}), "code is missing: an error code of the platform; count is a whole number");
  EXPECT_EQ(refused("field_access", {{"object", "Contact"}, {"field", "Email"}, {"access", "some"}}), "access must be none, read or edit");
  EXPECT_EQ(refused("field_access", {{"object", "Contact"}, {"field", "LastName"}, {"access", "none"}}),
            "LastName is required or the platform's own: everybody may see it");
  EXPECT_EQ(refused("assignment_rule", {{"object", "Case"}, {"owner", "001000000000001AAA"}}), "owner must be the id of a user or a queue");
  EXPECT_EQ(api.send_json("POST", "/__emulator/nonsense", {{"object", "Case"}}).status, 404);
}

// fact: §2.8, §9.3
TEST_F(Administered, WhatOneUserMayNotSeeAnotherOneDoes) {
  json::object person{{"as", "Ann"}, {"operation", "create"}, {"object", "Contact"}, {"fields", {{"LastName", "A"}, {"Email", "a@b.cd"}}}};
  std::string id = text_at(edit(person).body, "/id");
  set_up("field_access", {{"object", "Contact"}, {"field", "Email"}, {"access", "none"}, {"user", "integration@lockstep.example"}});
  set_up("field_access", {{"object", "Contact"}, {"field", "Title"}, {"access", "read"}, {"user", "integration@lockstep.example"}});
  EXPECT_TRUE(described("Contact", "Email").is_null());
  EXPECT_EQ(code(query("SELECT Email FROM Contact")), "INVALID_FIELD");
  EXPECT_EQ(code(update("Contact", id, {{"Title", "t"}})), "INVALID_FIELD_FOR_INSERT_UPDATE");
  set_up("edit", {{"as", "Ann"}, {"operation", "update"}, {"object", "Contact"}, {"id", id}, {"fields", {{"Email", "b@b.cd"}, {"Title", "Chair"}}}});
  EXPECT_EQ(text_at(read("Contact", id).body, "/Title"), "Chair");
  EXPECT_FALSE(read("Contact", id).body.as_object().contains("Email"));
  set_up("field_access", {{"object", "Contact"}, {"field", "Email"}, {"access", "edit"}, {"user", "integration@lockstep.example"}});
  EXPECT_EQ(text_at(read("Contact", id).body, "/Email"), "b@b.cd");
}

// fact: §2.8
TEST_F(Administered, ABulkJobSeesWhatItsUserMay) {
  created_id("Contact", {{"LastName", "A"}, {"Email", "a@b.cd"}});
  set_up("field_access", {{"object", "Contact"}, {"field", "Title"}, {"access", "none"}, {"user", "integration@lockstep.example"}});
  Answer job = api.send_json("POST", base + "/jobs/ingest", {{"object", "Contact"}, {"operation", "insert"}});
  std::string path = base + "/jobs/ingest/" + text_at(job.body, "/id");
  api.send("PUT", path + "/batches", "LastName,Title\nB,Boss\n", {{"Content-Type", "text/csv"}});
  api.send_json("PATCH", path, {{"state", "UploadComplete"}});
  set_up("edit", {{"as", "Ann"}, {"operation", "create"}, {"object", "Contact"}, {"fields", {{"LastName", "C"}, {"Title", "t"}}}});
  set_up("clock", {{"advance", "5s"}});
  Answer state = api.get(path);
  EXPECT_TRUE(text_at(state.body, "/state") == "Failed" || text_at(state.body, "/numberRecordsFailed") == "1") << state.text;
}

// fact: §6.4, §3.2 switch: set_audit_fields
TEST_F(Administered, WhoMadeARecordAndWhenIsSaidByWhoMayAtItsCreationAlone) {
  json::object old{{"LastName", "Old"}, {"CreatedDate", "2020-02-01T10:00:00Z"}, {"LastModifiedDate", "2021-02-01T10:00:00Z"}};
  EXPECT_EQ(code(create("Contact", old)), "INVALID_FIELD_FOR_INSERT_UPDATE");
  EXPECT_EQ(text_at(described("Contact", "CreatedDate"), "/createable"), "false");
  set("set_audit_fields", true);
  EXPECT_EQ(text_at(described("Contact", "CreatedDate"), "/createable"), "true");
  edit({{"as", "Ann"}, {"operation", "create"}, {"object", "Account"}, {"fields", {{"Name", "Hers"}}}});
  std::string ann = column(query("SELECT CreatedById FROM Account"), "CreatedById");
  old["CreatedById"] = ann;
  std::string id = created_id("Contact", old);
  Answer made = read("Contact", id);
  EXPECT_EQ(text_at(made.body, "/CreatedDate"), "2020-02-01T10:00:00.000+0000");
  EXPECT_EQ(text_at(made.body, "/LastModifiedDate"), "2021-02-01T10:00:00.000+0000");
  EXPECT_EQ(text_at(made.body, "/SystemModstamp"), "2026-11-18T12:26:40.000+0000");
  EXPECT_EQ(text_at(made.body, "/CreatedById"), ann);
  EXPECT_NE(text_at(made.body, "/LastModifiedById"), ann);
  EXPECT_EQ(column(query("SELECT Id FROM Contact WHERE LastModifiedDate < 2022-01-01T00:00:00Z AND SystemModstamp > 2026-01-01T00:00:00Z"), "Id"), id);
  const std::string path = base + "/sobjects/Contact/" + id;
  EXPECT_EQ(api.send("GET", path, "", {{"If-Modified-Since", "Mon, 01 Mar 2021 10:00:00 GMT"}}).status, 304);
  EXPECT_EQ(code(update("Contact", id, {{"CreatedDate", "2019-01-01T00:00:00Z"}})), "INVALID_FIELD_FOR_INSERT_UPDATE");
  EXPECT_EQ(update("Contact", id, {{"Title", "t"}}).status, 204);
  EXPECT_EQ(text_at(read("Contact", id).body, "/LastModifiedDate"), "2026-11-18T12:26:40.000+0000");
  EXPECT_EQ(text_at(read("Contact", id).body, "/CreatedDate"), "2020-02-01T10:00:00.000+0000");
  EXPECT_EQ(code(create("Contact", {{"LastName", "L"}, {"CreatedDate", "2027-01-01T00:00:00Z"}})), "FIELD_INTEGRITY_EXCEPTION");
  EXPECT_EQ(code(create("Contact", {{"LastName", "L"}, {"SystemModstamp", "2020-01-01T00:00:00Z"}})), "INVALID_FIELD_FOR_INSERT_UPDATE");
}

// fact: §8.8, §6.9 [D] switch: manage_users
TEST_F(Administered, UsersAreWrittenByWhoManagesThemAlone) {
  created_id("Account", {{"Name", "A"}});
  std::string user = column(query("SELECT CreatedById FROM Account"), "CreatedById");
  EXPECT_EQ(code(update("User", user, {{"Title", "Boss"}})), "INSUFFICIENT_ACCESS_OR_READONLY");
  set("manage_users", true);
  EXPECT_EQ(update("User", user, {{"Title", "Boss"}}).status, 204);
  EXPECT_EQ(code(api.send("DELETE", base + "/sobjects/User/" + user)), "INSUFFICIENT_ACCESS_OR_READONLY");
  std::string queue = column(query("SELECT Id FROM Group"), "Id");
  EXPECT_EQ(code(update("Group", queue, {{"Name", "Mine"}})), "INSUFFICIENT_ACCESS_OR_READONLY");
}

// fact: §6.7 [D]
TEST_F(Administered, ADraftIsNotForOthers) {
  for (bool is_private : {true, false}) {
    edit({{"as", "Ann"}, {"operation", "create"}, {"object", "EmailMessage"}, {"fields", {{"Subject", "S"}, {"Status", "5"}, {"IsPrivateDraft", is_private}}}});
    std::string id = column(query("SELECT Id FROM EmailMessage ORDER BY Id DESC LIMIT 1"), "Id");
    EXPECT_EQ(update("EmailMessage", id, {{"Subject", "T"}}).status, is_private ? 400 : 204);
    EXPECT_EQ(edit({{"as", "Ann"}, {"operation", "update"}, {"object", "EmailMessage"}, {"id", id}, {"fields", {{"Subject", "U"}}}}).status, 200);
  }
}

}  // namespace
}  // namespace lockstep::emulators::salesforce

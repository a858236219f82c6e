// Images of webhook steps, and rows that come back from the recycle bin.
#include "test/emulators/dynamics365_fixture.h"

namespace lockstep::emulators::dynamics365 {
namespace {

std::string bound(const std::string& navigation, const std::string& set, const std::string& id) {
  return "\"" + navigation + "@odata.bind\":\"/" + set + "(" + id + ")\"";
}

class Images : public Dynamics365Test {
 protected:
  /// A registered step with one image.
  void listen(const std::string& message, int type, const std::string& columns, int mode = 1) {
    std::string endpoint =
        make("serviceendpoints", R"({"name":"hook","contract":8,"authtype":5,"messageformat":2,"connectionmode":1,"path":"","solutionnamespace":"",
      "userclaim":1,"url":"http://127.0.0.1:9000/hook"})");
    std::string message_id = get("sdkmessages?$filter=name%20eq%20'" + message + "'").at("/value/0/sdkmessageid");
    std::string filter_id = get("sdkmessagefilters?$filter=primaryobjecttypecode%20eq%20'contact'%20and%20_sdkmessageid_value%20eq%20" + message_id)
                                .at("/value/0/sdkmessagefilterid");
    std::string step =
        make("sdkmessageprocessingsteps",
             R"({"name":"s","stage":40,"rank":1,"mode":)" + std::to_string(mode) + "," + bound("eventhandler_serviceendpoint", "serviceendpoints", endpoint) +
                 "," + bound("sdkmessageid", "sdkmessages", message_id) + "," + bound("sdkmessagefilterid", "sdkmessagefilters", filter_id) + "}");
    make("sdkmessageprocessingstepimages", R"({"name":"image","entityalias":"alias","messagepropertyname":"Target","imagetype":)" + std::to_string(type) +
                                               R"(,"attributes":")" + columns + "\"," + bound("sdkmessageprocessingstepid", "sdkmessageprocessingsteps", step) +
                                               "}");
  }
  json::value told() {
    auto due = org->take_outgoing();
    EXPECT_EQ(due.size(), 1u);
    return due.empty() ? json::value() : json::parse(due.front().request.body);
  }
  static std::string at(const json::value& body, const std::string& pointer) { return Answer{0, {}, "", body}.at(pointer); }
};

// fact: §3.3
TEST_F(Images, TellWhatARowWasAndIs) {
  std::string id = make("contacts", R"({"lastname":"Lee","firstname":"Ann","jobtitle":"CTO"})");
  listen("Update", 2, "lastname, firstname");
  patch("contacts(" + id + ")", R"({"lastname":"Ray"})");
  json::value body = told();
  EXPECT_EQ(at(body, "/PreEntityImages/0/key"), "alias");
  EXPECT_EQ(at(body, "/PreEntityImages/0/value/Attributes/0/value") + at(body, "/PreEntityImages/0/value/Attributes/1/value"), "LeeAnn");
  EXPECT_EQ(at(body, "/PreEntityImages/0/value/Attributes/2/key"), "contactid");
  EXPECT_EQ(at(body, "/PostEntityImages/0/value/Attributes/0/value") + at(body, "/PostEntityImages/0/value/Attributes/1/value"), "RayAnn");
  EXPECT_EQ(at(body, "/PreEntityImages/0/value/LogicalName"), "contact");
}

// fact: §3.3
TEST_F(Images, OfADeleteHoldTheValuesThatAreGone) {
  std::string owner = account();
  std::string id = make("contacts", "{\"lastname\":\"Lee\"," + bound("parentcustomerid_account", "accounts", owner) + "}");
  listen("Delete", 0, "");
  remove("contacts(" + id + ")");
  json::value body = told();
  std::string values;
  for (const json::value& each : body.at("PreEntityImages").as_array().at(0).at("value").at("Attributes").as_array()) {
    if (each.at("key") == "lastname") values += std::string(each.at("value").as_string());
    if (each.at("key") == "parentcustomerid") values += " of " + std::string(each.at("value").at("LogicalName").as_string());
  }
  EXPECT_EQ(values, "Lee of account");
  EXPECT_EQ(at(body, "/PostEntityImages"), "[]");
}

// fact: §3.3
TEST_F(Images, OfACreateTellNothingBeforeIt) {
  listen("Create", 2, "lastname");
  contact("Lee");
  json::value body = told();
  EXPECT_EQ(at(body, "/PreEntityImages"), "[]");
  EXPECT_EQ(at(body, "/PostEntityImages/0/value/Attributes/0/value"), "Lee");
}

class Synchronous : public Images {
 protected:
  /// A write that has to wait: asked again until it is answered, its hook answered with `status` (0: never).
  Answer create(const std::string& body, int status, std::string* told_id = nullptr) {
    http::ServerRequest request;
    request.method = "POST";
    request.target = std::string(kApi) + "contacts";
    request.body = body;
    request.headers.add("Authorization", "Bearer " + access);
    request.headers.add("Content-Type", "application/json");
    Duration held{0};
    for (int i = 0; i < 10'000; ++i) {
      Reply reply = org->reply(request, kOrigin, held);
      if (reply.response.status != kNotYet) {
        Answer answer{reply.response.status, reply.response.headers, reply.response.body, nullptr};
        boost::system::error_code error;
        json::value parsed = json::parse(reply.response.body, error);
        if (!error) answer.body = std::move(parsed);
        return answer;
      }
      EXPECT_EQ(get("contacts").rows(), 0u) << "nothing is written before the hook has answered";
      for (const OutgoingRequest& each : org->take_outgoing()) {
        if (told_id) *told_id = at(json::parse(each.request.body), "/PrimaryEntityId");
        if (status != 0) org->outgoing_answered(each.id, status);
      }
      held += reply.delay;
      advance(reply.delay);
    }
    ADD_FAILURE() << "no end";
    return {};
  }
};

// fact: §3.3
TEST_F(Synchronous, AStepThatAnswersWellLetsTheWriteThrough) {
  listen("Create", 1, "lastname", 0);
  std::string told;
  Answer answer = create(R"({"lastname":"Lee"})", 200, &told);
  EXPECT_EQ(answer.status, 204) << answer.text;
  EXPECT_NE(answer.header("OData-EntityId").find(told), std::string::npos) << "the row that the hook was told of";
  EXPECT_FALSE(answer.header("x-ms-service-request-id").empty());
  EXPECT_EQ(get("contacts").rows(), 1u);
  EXPECT_EQ(org->take_outgoing().size(), 0u) << "told once";
}

// fact: §3.3
TEST_F(Synchronous, AStepThatFailsRollsTheWriteBack) {
  listen("Create", 1, "lastname", 0);
  EXPECT_EQ(create(R"({"lastname":"Lee"})", 500).code(), "0x80040265");
  EXPECT_EQ(get("contacts").rows(), 0u);
  EXPECT_EQ(get("asyncoperations").rows(), 0u) << "no system job: the caller knows";
}

// fact: §3.3
TEST_F(Synchronous, AStepThatNeverAnswersFailsAfterAMinute) {
  listen("Create", 1, "lastname", 0);
  WallTime began = clock.time;
  EXPECT_EQ(create(R"({"lastname":"Lee"})", 0).status, 400);
  EXPECT_GE(clock.time - began, std::chrono::seconds(60));
  EXPECT_EQ(get("contacts").rows(), 0u);
}

// fact: §3.3
TEST_F(Synchronous, WhatIsRefusedAnywayIsNotTold) {
  listen("Create", 1, "lastname", 0);
  EXPECT_EQ(create(R"({"shoesize":1})", 200).status, 400);
  EXPECT_EQ(org->take_outgoing().size(), 0u);
}

class Bin : public Dynamics365Test {
 protected:
  Answer restore(const std::string& id) { return post("Restore", R"({"Target":{"@odata.type":"Microsoft.Dynamics.CRM.account","accountid":")" + id + "\"}}"); }
  Answer binned() {
    return get("accounts?fetchXml=" + percent_encode("<fetch datasource='bin'><entity name='account'><attribute name='name'/></entity></fetch>"));
  }
};

// fact: §6.9 switch: recycle_bin
TEST_F(Bin, DeletedRowsAreReadAndRestoredWithWhatWentWithThem) {
  control("POST", "settings", R"({"recycle_bin":true})");
  std::string id = account();
  std::string task = make("tasks", "{\"subject\":\"t\"," + bound("regardingobjectid_account_task", "accounts", id) + "}");
  remove("accounts(" + id + ")");
  EXPECT_EQ(get("tasks(" + task + ")").status, 404);
  EXPECT_EQ(binned().at("/value/0/accountid"), id);
  EXPECT_EQ(post("accounts", R"({"name":"Other","accountid":")" + id + "\"}").status, 412) << "its key is not free yet";
  Answer answer = restore(id);
  EXPECT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(answer.at("/id"), id);
  EXPECT_EQ(get("accounts(" + id + ")").at("/name"), "Contoso");
  EXPECT_EQ(get("tasks(" + task + ")").status, 200);
  EXPECT_EQ(binned().rows(), 0u);
}

// fact: §6.9 [D] switch: recycle_bin
TEST_F(Bin, ARestoredRowIsBackInTheDelta) {
  control("POST", "settings", R"({"recycle_bin":true})");
  std::string id = account();
  std::string link = get("accounts?$select=name", prefer("odata.track-changes")).at("/@odata.deltaLink");
  remove("accounts(" + id + ")");
  link = follow(link).at("/@odata.deltaLink");
  restore(id);
  EXPECT_EQ(follow(link).at("/value/0/accountid"), id);
}

// fact: §6.9 switch: recycle_bin
TEST_F(Bin, RowsLeaveItAfterThirtyDaysAndAreNotInItWhenItIsOff) {
  std::string id = account();
  remove("accounts(" + id + ")");
  EXPECT_EQ(restore(id).status, 404);
  EXPECT_EQ(binned().status, 400);
  control("POST", "settings", R"({"recycle_bin":true})");
  advance(std::chrono::hours(31 * 24));
  sign_in();
  EXPECT_EQ(binned().rows(), 0u);
  EXPECT_EQ(restore(id).status, 404);
}

class Files : public Dynamics365Test {};

// fact: §6.8
TEST_F(Files, AttachmentsOfAnEmailAreRowsOfTheirOwn) {
  std::string email = make("emails", R"({"subject":"s"})");
  std::string body =
      R"({"filename":"a.txt","mimetype":"text/plain","body":"SGVsbG8=","objecttypecode":"email",)" + bound("objectid_email", "emails", email) + "}";
  std::string id = make("activitymimeattachments", body);
  EXPECT_EQ(get("activitymimeattachments(" + id + ")").at("/filesize"), "5");
  EXPECT_EQ(get("emails(" + email + ")/email_activity_mime_attachment").rows(), 1u);
  remove("emails(" + email + ")");
  EXPECT_EQ(get("activitymimeattachments(" + id + ")").status, 404);
}

}  // namespace
}  // namespace lockstep::emulators::dynamics365

#include "test/emulators/hubspot_fixture.h"

namespace lockstep::emulators::hubspot {
namespace {

const std::string kLists = "/crm/v3/lists";

class Lists : public HubSpotTest {
 protected:
  std::string list(const std::string& name, const std::string& processing = "MANUAL") {
    Answer made = post(kLists, {{"name", name}, {"objectTypeId", "0-1"}, {"processingType", processing}});
    EXPECT_EQ(made.status, 200) << made.text;
    return text_at(made.body, "/list/listId");
  }
  Answer put(const std::string& path, const json::value& body) { return api.send_json("PUT", kLists + path, body); }
  int number_ = 0;
  std::string members(const std::string& id, const std::string& more = "") {
    std::string joined;
    Answer page = api.get(kLists + "/" + id + "/memberships" + more);
    for (const json::value& each : page.body.at("results").as_array()) joined += (joined.empty() ? "" : " ") + text_at(each, "/recordId");
    return joined;
  }
};

// fact: §3.5 [S]
TEST_F(Lists, WhoJoinsOrLeavesAListIsInTheJournal) {
  std::string ann = contact("ann@x.example"), id = list("Guests");
  api.headers.set("Authorization", "");
  Answer token = api.send("POST", "/oauth/v1/token", "grant_type=client_credentials&client_id=lockstep-client&client_secret=lockstep-secret",
                          {{"Content-Type", "application/x-www-form-urlencoded"}});
  std::string app = "Bearer " + text_at(token.body, "/access_token"), key = "Bearer " + unlimited().service_keys.front().token;
  api.headers.set("Authorization", app);
  Answer made =
      post("/webhooks-journal/subscriptions/2026-03",
           {{"subscriptionType", "LIST_MEMBERSHIP"}, {"portalId", 4'242'001}, {"objectTypeId", "0-1"}, {"actions", {"ADDED_TO_LIST", "REMOVED_FROM_LIST"}}});
  ASSERT_EQ(made.status, 201) << made.text;
  api.headers.set("Authorization", key);
  put("/" + id + "/memberships/add", json::array{json::value(ann)});
  put("/" + id + "/memberships/remove", json::array{json::value(ann)});
  api.headers.set("Authorization", app);
  std::string url = text_at(api.get("/webhooks-journal/journal/2026-03/latest").body, "/url");
  Answer file = api.get(url.substr(url.find("/journaled")));
  EXPECT_EQ(text_at(file.body, "/journalEvents/0/action"), "REMOVED_FROM_LIST");
  EXPECT_EQ(text_at(file.body, "/journalEvents/0/objectId"), ann);
  EXPECT_EQ(text_at(file.body, "/journalEvents/0/listId"), id);
}

// fact: §3.5 [D2] switch: journal_ids_as_texts
TEST_F(Lists, IdsInTheJournalAreNumbersUnlessTheyAreTexts) {
  std::string ann = contact("ann@x.example");
  std::int64_t number = std::stoll(ann);
  const json::value text(ann);
  Answer token = api.send("POST", "/oauth/v1/token", "grant_type=client_credentials&client_id=lockstep-client&client_secret=lockstep-secret",
                          {{"Content-Type", "application/x-www-form-urlencoded"}});
  api.headers.set("Authorization", "Bearer " + text_at(token.body, "/access_token"));
  auto subscribe = [&](const json::value& account, const json::value& id) {
    json::object wanted{
        {"subscriptionType", "OBJECT"}, {"objectTypeId", "0-1"}, {"actions", {"UPDATE"}}, {"portalId", account}, {"objectIds", json::array{id}}};
    return post("/webhooks-journal/subscriptions/2026-03", wanted);
  };
  auto snapshot = [&](const json::value& id) {
    json::object one{{"portalId", 4'242'001}, {"objectTypeId", "0-1"}, {"objectId", id}, {"properties", {"email"}}};
    return post("/webhooks-journal/snapshots/2026-03/crm", {{"snapshotRequests", json::array{one}}});
  };
  auto told = [&] {
    std::string url = text_at(api.get("/webhooks-journal/journal/2026-03/latest").body, "/url");
    return api.get(url.substr(url.find("/journaled"))).body.at("journalEvents").at(0).at("objectId");
  };
  EXPECT_EQ(subscribe(4'242'001, text).status, 400);
  EXPECT_EQ(subscribe(nullptr, number).status, 400) << "no account";
  EXPECT_EQ(subscribe(1, number).status, 400) << "another account";
  EXPECT_EQ(subscribe(4'242'001, number).body.at("objectIds").at(0), number);
  EXPECT_EQ(snapshot(text).status, 400);
  EXPECT_EQ(snapshot(number).body.at("snapshotResponses").at(0).at("objectId"), number);
  EXPECT_EQ(told(), number);
  set({{"journal_ids_as_texts", true}});
  EXPECT_EQ(snapshot(number).status, 400);
  EXPECT_EQ(subscribe(4'242'001, text).status, 201);
  EXPECT_EQ(snapshot(text).status, 200);
  EXPECT_EQ(told(), text);
}

// fact: §3.5 [S]
TEST_F(Lists, EachKindOfChangeIsAnActionOfTheJournal) {
  const std::string subscriptions = "/webhooks-journal/subscriptions/2026-03";
  Answer token = api.send("POST", "/oauth/v1/token", "grant_type=client_credentials&client_id=lockstep-client&client_secret=lockstep-secret",
                          {{"Content-Type", "application/x-www-form-urlencoded"}});
  std::string app = "Bearer " + text_at(token.body, "/access_token"), key = "Bearer " + unlimited().service_keys.front().token;
  api.headers.set("Authorization", app);
  auto subscribe = [&](const std::string& type, const json::array& actions) {
    return post(subscriptions, {{"subscriptionType", type}, {"portalId", 4'242'001}, {"objectTypeId", "0-1"}, {"actions", actions}}).status;
  };
  EXPECT_EQ(subscribe("OBJECT", {"CREATE", "UPDATE", "DELETE", "MERGE", "RESTORE"}), 201);
  EXPECT_EQ(subscribe("ASSOCIATION", {"ASSOCIATION_ADDED", "ASSOCIATION_REMOVED"}), 201);
  EXPECT_EQ(subscribe("GDPR_PRIVACY_DELETION", {"GDPR_DELETE"}), 201);
  EXPECT_EQ(subscribe("APP_LIFECYCLE_EVENT", {"APP_INSTALL", "APP_UNINSTALL"}), 201);
  EXPECT_EQ(subscribe("OBJECT", {"GDPR_DELETE"}), 400) << "of another type";
  api.headers.set("Authorization", key);
  std::string ann = contact("ann@x.example"), bob = contact("bob@x.example"), acme = company("Acme");
  const std::string tie = "/crm/v4/objects/contacts/" + ann + "/associations/";
  api.send("PUT", tie + "default/companies/" + acme);
  api.send("DELETE", tie + "companies/" + acme);
  api.send("DELETE", "/crm/v3/objects/contacts/" + bob);
  edit({{"as", "Ann"}, {"operation", "restore"}, {"object", "contacts"}, {"id", bob}});
  Answer merged = post("/crm/v3/objects/contacts/merge", {{"primaryObjectId", ann}, {"objectIdToMerge", bob}});
  post("/crm/v3/objects/contacts/gdpr-delete", {{"objectId", text_at(merged.body, "/id")}});
  api.headers.set("Authorization", app);
  std::string told;
  Answer files = api.get("/webhooks-journal/journal/2026-03/batch/earliest/100");
  for (const json::value& file : files.body.at("results").as_array()) {
    std::string url = text_at(file, "/url");
    Answer events = api.get(url.substr(url.find("/journaled")));
    for (const json::value& event : events.body.at("journalEvents").as_array()) told += text_at(event, "/action") + " ";
  }
  for (const char* action : {"CREATE ", "ASSOCIATION_ADDED ", "ASSOCIATION_REMOVED ", "DELETE ", "RESTORE ", "MERGE ", "GDPR_DELETE "})
    EXPECT_NE(told.find(action), std::string::npos) << action << "in " << told;
}

// fact: §3.5 [U] switch: journal_end_status
TEST_F(Lists, TheEndOfTheJournalIsToldWithoutABody) {
  Answer token = api.send("POST", "/oauth/v1/token", "grant_type=client_credentials&client_id=lockstep-client&client_secret=lockstep-secret",
                          {{"Content-Type", "application/x-www-form-urlencoded"}});
  api.headers.set("Authorization", "Bearer " + text_at(token.body, "/access_token"));
  EXPECT_EQ(api.get("/webhooks-journal/journal/2026-03/earliest").status, 204);
  set({{"journal_end_status", 404}});
  EXPECT_EQ(api.get("/webhooks-journal/journal/2026-03/earliest").status, 404);
}

// fact: §2.2 [S], §2.8 [K] switch: numeric_input_ids
TEST_F(Lists, IdsOfMembersAreTexts) {
  std::string ann = contact("ann@x.example"), id = list("Guests");
  std::int64_t number = std::stoll(ann);
  auto all = [&] {
    std::string told = std::to_string(put("/" + id + "/memberships/add", json::array{number}).status);
    told += " " + std::to_string(put("/" + id + "/memberships/add-and-remove", {{"recordIdsToRemove", json::array{number}}}).status);
    told += " " + std::to_string(put("/" + id + "/memberships/remove", json::array{number}).status);
    json::array inputs{{{"objectTypeId", "0-1"}, {"recordId", number}}};
    return told + " " + std::to_string(post(kLists + "/records/memberships/batch/read", {{"inputs", inputs}}).status);
  };
  EXPECT_EQ(all(), "400 400 400 400");
  EXPECT_EQ(put("/folders/move-list", {{"listId", std::stoi(id)}, {"newFolderId", "0"}}).status, 400) << "a text where lists are moved";
  EXPECT_EQ(post(kLists + "/search", {{"count", "20"}}).status, 400);
  EXPECT_EQ(post(kLists + "/search", {{"listIds", json::array{std::stoi(id)}}}).status, 400);
  set({{"numeric_input_ids", true}});
  EXPECT_EQ(all(), "200 200 200 200");
}

// fact: §2.8 [K] switch: numbers_as_texts
TEST_F(Lists, TheFolderOfANewListIsANumber) {
  std::string folder = text_at(post(kLists + "/folders", {{"name", "Events"}}).body, "/folder/id");
  json::object wanted{{"name", "Guests"}, {"objectTypeId", "0-1"}, {"processingType", "MANUAL"}, {"listFolderId", folder}};
  EXPECT_EQ(post(kLists, wanted).status, 400);
  set({{"numbers_as_texts", true}});
  EXPECT_EQ(post(kLists, wanted).status, 200);
}

// fact: §5.2 [S]
TEST_F(Lists, HoldWhomSomebodyPutThereOnceAndNameWhomTheyDoNotKnow) {
  std::string ann = contact("ann@x.example"), bob = contact("bob@x.example"), id = list("Guests");
  Answer added = put("/" + id + "/memberships/add", json::array{json::value(bob), json::value(ann), json::value("999")});
  EXPECT_EQ(json::serialize(added.body.at("recordsIdsAdded")), json::serialize(json::array{json::value(bob), json::value(ann)}));
  EXPECT_EQ(json::serialize(added.body.at("recordIdsMissing")), "[\"999\"]");
  EXPECT_EQ(put("/" + id + "/memberships/add", json::array{json::value(ann)}).body.at("recordsIdsAdded").as_array().size(), 0u) << "already there";
  EXPECT_EQ(members(id), ann + " " + bob);
  EXPECT_EQ(text_at(api.get(kLists + "/records/0-1/" + ann + "/memberships").body, "/results/0/listId"), id);
  EXPECT_EQ(text_at(api.get(kLists + "/" + id).body, "/list/size"), "2");
  put("/" + id + "/memberships/add-and-remove", {{"recordIdsToAdd", json::array()}, {"recordIdsToRemove", json::array{json::value(ann)}}});
  EXPECT_EQ(members(id), bob);
}

// fact: §2.7 [D]
TEST_F(Lists, MembersComeInPagesForwardsAndBack) {
  std::string id = list("Guests"), all;
  json::array ids;
  for (int i = 0; i < 5; ++i) ids.emplace_back(contact("c" + std::to_string(i) + "@x.example"));
  put("/" + id + "/memberships/add", ids);
  Answer first = api.get(kLists + "/" + id + "/memberships?limit=2");
  std::string after = text_at(first.body, "/paging/next/after");
  EXPECT_EQ(first.body.at("results").as_array().size(), 2u);
  Answer second = api.get(kLists + "/" + id + "/memberships?limit=2&after=" + after);
  EXPECT_EQ(text_at(second.body, "/results/0/recordId"), std::string(ids[2].as_string()));
  EXPECT_EQ(members(id, "?limit=2&before=" + text_at(second.body, "/paging/prev/before")),
            std::string(ids[0].as_string()) + " " + std::string(ids[1].as_string()));
  EXPECT_EQ(api.get(kLists + "/" + id + "/memberships?limit=2&after=4").body.as_object().at("paging").as_object().contains("next"), false) << "the last page";
  EXPECT_EQ(api.get(kLists + "/" + id + "/memberships?after=x").status, 400);
}

// fact: §2.11 [D2]
TEST_F(Lists, AMergedMemberIsItsWinnerAndAnArchivedOneIsInNoList) {
  std::string ann = contact("ann@x.example"), anne = contact("anne@x.example"), bob = contact("bob@x.example"), id = list("Guests", "SNAPSHOT");
  put("/" + id + "/memberships/add", json::array{json::value(ann), json::value(bob)});
  Answer merged = post("/crm/v3/objects/contacts/merge", {{"primaryObjectId", anne}, {"objectIdToMerge", ann}});
  ASSERT_EQ(merged.status, 200) << merged.text;
  api.send("DELETE", "/crm/v3/objects/contacts/" + bob);
  EXPECT_EQ(members(id), text_at(merged.body, "/id"));
}

// fact: §4.5 [D]
TEST_F(Lists, NamesAreTakenOnceAndARemovedListComesBackForAWhile) {
  std::string id = list("Guests");
  Answer again = post(kLists, {{"name", "guests"}, {"objectTypeId", "0-1"}, {"processingType", "MANUAL"}});
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(text_at(again.body, "/subCategory"), "ILS.DUPLICATE_LIST_NAMES");
  EXPECT_EQ(text_at(put("/" + id + "/update-list-name?listName=Visitors", json::object()).body, "/updatedList/name"), "Visitors");
  EXPECT_EQ(text_at(api.get(kLists + "/object-type-id/0-1/name/Visitors").body, "/list/listId"), id);
  EXPECT_EQ(text_at(post(kLists + "/search", {{"query", "visit"}, {"additionalProperties", json::array{"hs_list_size"}}}).body, "/total"), "1");
  EXPECT_EQ(api.send("DELETE", kLists + "/" + id).status, 204);
  EXPECT_EQ(api.get(kLists + "/" + id).status, 404);
  EXPECT_EQ(put("/" + id + "/restore", json::object()).status, 204);
  EXPECT_EQ(api.get(kLists + "/" + id).status, 200);
  api.send("DELETE", kLists + "/" + id);
  clock.advance(Duration(91LL * 24 * 3'600'000));
  EXPECT_EQ(put("/" + id + "/restore", json::object()).status, 404);
}

// fact: §4.5 [D]
TEST_F(Lists, ADynamicListHoldsWhoFitsItsFilterNow) {
  auto branch = [](const std::string& property, const json::object& operation) {
    json::object filter{{"filterType", "PROPERTY"}, {"property", property}, {"operation", operation}};
    json::object all{{"filterBranchType", "AND"}, {"filterBranches", json::array()}, {"filters", json::array{filter}}};
    return json::object{{"filterBranchType", "OR"}, {"filterBranches", json::array{all}}, {"filters", json::array()}};
  };
  auto made = [&](const std::string& processing, const json::object& filter) {
    return post(kLists, {{"name", "L" + std::to_string(++number_)}, {"objectTypeId", "0-1"}, {"processingType", processing}, {"filterBranch", filter}});
  };
  std::string ann = created_id("contacts", {{"email", "ann@x.example"}, {"city", "Berlin"}}),
              bob = created_id("contacts", {{"email", "bob@x.example"}, {"city", "Bern"}});
  json::object in_ber = branch("city", {{"operationType", "MULTISTRING"}, {"operator", "STARTS_WITH"}, {"values", json::array{"ber"}}});
  std::string id = text_at(made("DYNAMIC", in_ber).body, "/list/listId"), taken = text_at(made("SNAPSHOT", in_ber).body, "/list/listId");
  EXPECT_EQ(members(id), ann + " " + bob);
  update("contacts", bob, {{"city", "Paris"}});
  EXPECT_EQ(members(id), ann);
  EXPECT_EQ(members(taken), ann + " " + bob) << "as it was";
  EXPECT_EQ(put("/" + id + "/memberships/add", json::array{json::value(bob)}).status, 400) << "nobody is put into it";
  json::object known{{"filterBranch", branch("city", {{"operationType", "ALL_PROPERTY"}, {"operator", "IS_UNKNOWN"}})}};
  EXPECT_EQ(put("/" + id + "/update-list-filters", known).status, 200);
  EXPECT_EQ(members(id), "");
  EXPECT_EQ(text_at(api.get(kLists + "/" + id + "?includeFilters=true").body, "/list/filterBranch/filterBranchType"), "OR");
  EXPECT_EQ(made("MANUAL", in_ber).status, 400);
  EXPECT_EQ(post(kLists, {{"name", "x"}, {"objectTypeId", "0-1"}, {"processingType", "DYNAMIC"}}).status, 400);
  EXPECT_EQ(made("DYNAMIC", branch("nothing", {{"operationType", "BOOL"}, {"operator", "IS_EQUAL_TO"}, {"value", true}})).status, 400);
  EXPECT_EQ(made("DYNAMIC", branch("city", {{"operationType", "MULTISTRING"}, {"operator", "IS_KNOWN"}})).status, 400);
  EXPECT_EQ(made("DYNAMIC", {{"filterBranchType", "UNIFIED_EVENTS"}}).status, 501) << "not pretended";
}

// fact: §4.5 [S]
TEST_F(Lists, FoldersAreATreeThatListsArePutAwayIn) {
  Answer outer = post(kLists + "/folders", {{"name", "Events"}});
  std::string one = text_at(outer.body, "/folder/id");
  std::string two = text_at(post(kLists + "/folders", {{"name", "May"}, {"parentFolderId", one}}).body, "/folder/id");
  Answer made = post(kLists, {{"name", "Guests"}, {"objectTypeId", "0-1"}, {"processingType", "MANUAL"}, {"listFolderId", std::stoi(two)}});
  std::string id = text_at(made.body, "/list/listId");
  EXPECT_EQ(text_at(api.get(kLists + "/folders").body, "/folder/childNodes/0/childNodes/0/childLists/0"), id);
  EXPECT_EQ(put("/folders/" + one + "/move/" + two, {}).status, 400) << "into itself";
  EXPECT_EQ(put("/folders/0/move/" + two, {}).status, 400);
  EXPECT_EQ(api.send("DELETE", kLists + "/folders/" + two).status, 400) << "there is a list in it";
  EXPECT_EQ(api.send("DELETE", kLists + "/" + id).status, 204);
  EXPECT_EQ(api.send("DELETE", kLists + "/folders/" + two).status, 204);
  EXPECT_EQ(api.get(kLists + "/folders?folderId=" + two).status, 404);
  EXPECT_EQ(post(kLists + "/folders", {{"name", ""}}).status, 400);
  EXPECT_EQ(put("/folders/move-list", {{"listId", "999"}, {"newFolderId", one}}).status, 404);
}

// fact: §5.2 [S]
TEST_F(Lists, AreExportedWithWhoIsInThem) {
  std::string ann = contact("ann@x.example"), id = list("Guests");
  contact("bob@x.example");
  put("/" + id + "/memberships/add", json::array{json::value(ann)});
  json::object wanted{{"exportType", "LIST"},          {"format", "CSV"}, {"exportName", "guests"}, {"objectType", "CONTACT"}, {"listId", std::stoi(id)},
                      {"objectProperties", {"email"}}, {"language", "EN"}};
  auto start = [&] { return post("/crm/v3/exports/export/async", wanted); };
  Answer made = start();
  EXPECT_EQ(made.status, 202) << made.text;
  clock.advance(Duration(2'000));
  Answer status = api.get("/crm/v3/exports/export/async/tasks/" + text_at(made.body, "/id") + "/status");
  std::string url = text_at(status.body, "/result");
  EXPECT_EQ(api.get(url.substr(url.find("/exported/"))).text, "Record ID,email\n" + ann + ",ann@x.example\n");
  EXPECT_EQ(text_at(api.get("/crm/v3/exports/export/" + text_at(made.body, "/id")).body, "/exportType"), "LIST");
  wanted["listId"] = 99;
  EXPECT_EQ(start().status, 400);
}

}  // namespace
}  // namespace lockstep::emulators::hubspot

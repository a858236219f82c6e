#include "test/emulators/salesforce_fixture.h"

namespace lockstep::emulators::salesforce {
namespace {

class Streaming : public SalesforceTest {
 protected:
  http::Response post(const json::array& messages, Duration held = Duration{0}) {
    http::ServerRequest request;
    request.method = "POST";
    request.target = "/cometd/" + version;
    request.headers = api.headers;
    request.headers.set("Content-Type", "application/json");
    if (!cookie.empty()) request.headers.set("Cookie", cookie);
    request.body = json::serialize(messages);
    return org->reply(request, "http://127.0.0.1:8101", held).response;
  }
  json::value send(const json::array& messages) {
    http::Response response = post(messages);
    EXPECT_EQ(response.status, 200) << response.body;
    return json::parse(response.body);
  }
  void shake_hands() {
    http::Response response =
        post({json::object{{"channel", "/meta/handshake"}, {"version", "1.0"}, {"id", "1"}, {"supportedConnectionTypes", json::array{"long-polling"}}}});
    cookie = std::string(response.headers.find("Set-Cookie").value_or(""));
    cookie = cookie.substr(0, cookie.find(';'));
    json::value answer = json::parse(response.body);
    client = text_at(answer, "/0/clientId");
    EXPECT_EQ(text_at(answer, "/0/ext/replay"), "true");
  }
  json::object connecting() { return {{"channel", "/meta/connect"}, {"clientId", client}, {"connectionType", "long-polling"}, {"id", "2"}}; }
  json::object subscribing(const std::string& channel, std::int64_t replay) {
    return {{"channel", "/meta/subscribe"}, {"clientId", client}, {"subscription", channel}, {"id", "3"}, {"ext", {{"replay", {{channel, replay}}}}}};
  }
  const std::string accounts = "/data/AccountChangeEvent";
  std::string client, cookie, version = "60.0";
};

// fact: §3.5 [X]
TEST_F(Streaming, AHandshakeTellsWhatIsSpokenHere) {
  json::value answer = send(
      {json::object{{"channel", "/meta/handshake"}, {"version", "1.0"}, {"id", "7"}, {"supportedConnectionTypes", json::array{"websocket", "long-polling"}}}});
  json::object& told = answer.at(0).as_object();
  EXPECT_FALSE(text_at(answer, "/0/clientId").empty());
  told.erase("clientId");
  EXPECT_EQ(answer, json::parse(R"([{"ext":{"replay":true,"payload.format":true},"minimumVersion":"1.0","supportedConnectionTypes":["long-polling"],
                                     "channel":"/meta/handshake","id":"7","version":"1.0","successful":true}])"));
}

// fact: §3.6 [D]
TEST_F(Streaming, GapsOfEachKindNameRecordsOrAllOfAKindAndCarryNothing) {
  shake_hands();
  send({connecting(), subscribing(accounts, -1)});
  for (const char* kind : {"GAP_CREATE", "GAP_UPDATE", "GAP_DELETE", "GAP_UNDELETE"}) {
    api.send_json("POST", "/__emulator/event", json::object{{"object", "Account"}, {"change_type", kind}, {"ids", json::array{"001*"}}});
    json::value told = send({connecting()});
    EXPECT_EQ(text_at(told, "/0/data/payload/ChangeEventHeader/changeType"), kind);
    EXPECT_EQ(text_at(told, "/0/data/payload/ChangeEventHeader/recordIds"), R"(["001*"])");
    EXPECT_EQ(text_at(told, "/0/data/payload/ChangeEventHeader/sequenceNumber"), "1");
    EXPECT_EQ(told.at(0).at("data").at("payload").as_object().size(), 1u) << "a header, no values";
  }
}

// fact: §3.6 [U] switch: changed_fields_dotted
TEST_F(Streaming, PartsOfACompoundFieldAreNamedWithItOrByThemselves) {
  std::string id = created_id("Contact", {{"LastName", "L"}});
  shake_hands();
  send({connecting(), subscribing("/data/ContactChangeEvent", -1)});
  auto named = [&](const char* city) {
    api.send_json("PATCH", base + "/sobjects/Contact/" + id, json::object{{"MailingCity", city}, {"FirstName", city}});
    return text_at(send({connecting()}), "/0/data/payload/ChangeEventHeader/changedFields");
  };
  EXPECT_EQ(named("Bonn"), R"(["Name.FirstName","MailingAddress.City","LastModifiedDate"])");
  set("changed_fields_dotted", false);
  EXPECT_EQ(named("Rome"), R"(["FirstName","MailingCity","LastModifiedDate"])");
}

// fact: §3.6 [D]
TEST_F(Streaming, WhatTheSystemKeepsForItselfIsInNoEvent) {
  shake_hands();
  send({connecting(), subscribing(accounts, -1)});
  created_id("Account", {{"Name", "Acme"}});
  json::value told = send({connecting()});
  const json::object& payload = told.at(0).at("data").at("payload").as_object();
  for (const char* field : {"IsDeleted", "SystemModstamp", "MasterRecordId", "Description"}) EXPECT_FALSE(payload.contains(field)) << field;
  for (const char* field : {"Name", "CreatedDate", "LastModifiedDate", "OwnerId"}) EXPECT_TRUE(payload.contains(field)) << field;
}

// fact: §3.5 [X][D]
TEST_F(Streaming, TheFirstConnectIsAnsweredAtOnceAndLaterOnesAreHeldUpTo110Seconds) {
  shake_hands();
  json::value first = send({connecting(), subscribing(accounts, -1)});
  EXPECT_EQ(text_at(first, "/0/advice/timeout"), "110000");
  EXPECT_EQ(text_at(first, "/1/successful"), "true");
  EXPECT_EQ(post({connecting()}).status, kNotYet);
  EXPECT_EQ(post({connecting()}, Duration(109'000)).status, kNotYet);
  created_id("Account", {{"Name", "Acme"}});
  http::Response news = post({connecting()}, Duration(109'100));
  EXPECT_EQ(news.status, 200);
  EXPECT_EQ(text_at(json::parse(news.body), "/0/data/payload/Name"), "Acme");
  EXPECT_EQ(text_at(json::parse(news.body), "/1/channel"), "/meta/connect");
  EXPECT_EQ(text_at(json::parse(post({connecting()}, Duration(110'000)).body), "/0/successful"), "true");
}

// fact: §3.5 [D]
TEST_F(Streaming, WhoStaysAwayFor40SecondsIsForgotten) {
  shake_hands();
  send({connecting()});
  clock.advance(Duration(41'000));
  json::value answer = send({connecting()});
  EXPECT_EQ(text_at(answer, "/0/error"), "403::Unknown client");
  EXPECT_EQ(text_at(answer, "/0/advice/reconnect"), "handshake");
}

// fact: §3.5 [D]
TEST_F(Streaming, AClientWithoutItsCookieIsRefused) {
  shake_hands();
  cookie.clear();
  http::Response response = post({connecting()});
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body, "Client " + client + " has established a session, but no BAYEUX_BROWSER cookie present");
}

// fact: §3.5 [I]
TEST_F(Streaming, ReplayIdsOutsideOfWhatIsKeptAreRefused) {
  created_id("Account", {{"Name", "A"}});
  shake_hands();
  json::value answer = send({subscribing(accounts, 999'999)});
  EXPECT_EQ(text_at(answer, "/0/error"),
            "400::The replayId {999999} you provided was invalid. Please provide a valid ID, -2 to replay all events, or -1 to replay only new events.");
  EXPECT_EQ(text_at(send({subscribing(accounts, -2)}), "/0/successful"), "true");
  EXPECT_EQ(text_at(send({subscribing("/data/CaseCommentChangeEvent", -1)}), "/0/successful"), "false");
}

// fact: §3.6 [D]
TEST_F(Streaming, EventsAreKeptForThreeDays) {
  created_id("Account", {{"Name", "old"}});
  clock.advance(Duration(73LL * 3'600'000));
  sign_in();
  created_id("Account", {{"Name", "new"}});
  shake_hands();
  send({subscribing(accounts, -2)});
  json::value answer = send({connecting()});
  EXPECT_EQ(text_at(answer, "/0/data/payload/Name"), "new");
  EXPECT_EQ(text_at(answer, "/1/channel"), "/meta/connect");
}

// fact: §3.6 [D], §3.9 [U] switch: tag_collections
TEST_F(Streaming, OriginsNameTheClientOfSingleCallsAndOfCollectionsOnlyWhenSetSo) {
  shake_hands();
  send({subscribing(accounts, -1)});
  const http::Headers options = {{"Sforce-Call-Options", "client=engine; defaultNamespace=x"}};
  json::object many{{"records", json::array{json::object{{"attributes", {{"type", "Account"}}}, {"Name", "B"}}}}};
  api.send_json("POST", base + "/sobjects/Account", json::object{{"Name", "A"}}, options);
  api.send_json("POST", base + "/composite/sobjects", many, options);
  api.send_json("POST", "/__emulator/settings", json::object{{"tag_collections", true}});
  api.send_json("POST", base + "/composite/sobjects", many, options);
  std::string token = std::string(*api.headers.find("Authorization")).substr(7);
  api.send("POST", "/services/Soap/u/60.0",
           "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns=\"urn:partner.soap.sforce.com\"><e:Header><SessionHeader><sessionId>" +
               token +
               "</sessionId></SessionHeader><CallOptions><client>engine</client></CallOptions></e:Header><e:Body><create><sObjects><type>Account</type>"
               "<Name>C</Name></sObjects></create></e:Body></e:Envelope>",
           {{"Content-Type", "text/xml"}, {"SOAPAction", "\"\""}});
  json::value answer = send({connecting()});
  const std::string rest = "com/salesforce/api/rest/60.0";
  EXPECT_EQ(text_at(answer, "/3/data/payload/ChangeEventHeader/changeOrigin"), "com/salesforce/api/soap/60.0;client=engine");
  EXPECT_EQ(text_at(answer, "/0/data/payload/ChangeEventHeader/changeOrigin"), rest + ";client=engine");
  EXPECT_EQ(text_at(answer, "/1/data/payload/ChangeEventHeader/changeOrigin"), rest);
  EXPECT_EQ(text_at(answer, "/2/data/payload/ChangeEventHeader/changeOrigin"), rest + ";client=engine");
}

// fact: §3.6 [U] switch: merge_sends_events
TEST_F(Streaming, AMergeDeletesTheLoserAndUpdatesWhatMoved) {
  std::string winner = created_id("Account", {{"Name", "W"}}), loser = created_id("Account", {{"Name", "L"}});
  created_id("Contact", {{"LastName", "C"}, {"AccountId", loser}});
  shake_hands();
  send({subscribing("/data/ChangeEvents", -1)});
  edit({{"as", "Ann"}, {"operation", "merge"}, {"object", "Account"}, {"id", loser}, {"into", winner}, {"fields", {{"Site", "s"}}}});
  json::value answer = send({connecting()});
  auto header = [&](int event, const char* member) { return text_at(answer, "/" + std::to_string(event) + "/data/payload/ChangeEventHeader/" + member); };
  EXPECT_EQ(header(0, "entityName") + " " + header(0, "changeType"), "Contact UPDATE");
  EXPECT_EQ(header(1, "changeType") + " " + header(1, "recordIds/0"), "DELETE " + loser);
  EXPECT_EQ(header(2, "changeType") + " " + header(2, "recordIds/0"), "UPDATE " + winner);
  EXPECT_EQ(header(0, "transactionKey"), header(2, "transactionKey"));
  EXPECT_EQ(header(2, "sequenceNumber"), "3");
}

// fact: §3.5
TEST_F(Streaming, TheDailyQuotaOfEventsEndsDeliveries) {
  api.send_json("POST", "/__emulator/settings", json::object{{"daily_event_deliveries", 0}});
  shake_hands();
  send({subscribing(accounts, -1)});
  created_id("Account", {{"Name", "A"}});
  EXPECT_EQ(text_at(send({connecting()}), "/0/error"), "403::Organization total events daily limit exceeded");
}

// fact: §3.5 [D], §9.2 [T]
TEST_F(Streaming, OnlyPostsWithAVersionAreSpokenTo) {
  EXPECT_EQ(api.send("POST", "/cometd", "[]").status, 400);
  EXPECT_EQ(api.get("/cometd/60.0").status, 400);
  EXPECT_EQ(api.send("POST", "/cometd/60.0", "nonsense").status, 400);
  EXPECT_EQ(api.send("POST", "/cometd/36.0", "[]").status, 400) << "replay came with 37.0";
}

// fact: §3.6 [D]
TEST_F(Streaming, AnUpdateNamesItsWriterOnlyWhenItIsAnotherThanBefore) {
  std::string id = created_id("Account", {{"Name", "A"}});
  shake_hands();
  send({subscribing(accounts, -1)});
  api.send_json("PATCH", base + "/sobjects/Account/" + id, json::object{{"Site", "s"}});
  edit({{"as", "Ann"}, {"operation", "update"}, {"object", "Account"}, {"id", id}, {"fields", {{"Phone", "1"}}}});
  json::value answer = send({connecting()});
  EXPECT_FALSE(answer.at(0).at("data").at("payload").as_object().contains("LastModifiedById"));
  EXPECT_EQ(text_at(answer, "/1/data/payload/LastModifiedById"), text_at(read("Account", id).body, "/LastModifiedById"));
}

// fact: §3.6
TEST_F(Streaming, EventsNameTheirSchemaWhichIsAnotherOnceAFieldIsGone) {
  auto schema = [&] {
    send({subscribing(accounts, -1)});
    created_id("Account", {{"Name", "A"}});
    return text_at(send({connecting()}), "/0/data/schema");
  };
  shake_hands();
  std::string id = schema();
  json::value shape = api.get(base + "/event/eventSchema/" + id + "?payloadFormat=COMPACT").body;
  EXPECT_EQ(text_at(shape, "/name"), "AccountChangeEvent");
  EXPECT_EQ(text_at(shape, "/uuid"), id);
  EXPECT_NE(json::serialize(shape).find(R"({"name":"Industry","type":["null","string"],"default":null})"), std::string::npos);
  api.send_json("POST", "/__emulator/field_access", json::object{{"object", "Account"}, {"field", "Industry"}, {"access", "none"}});
  EXPECT_NE(schema(), id);
  EXPECT_EQ(api.get(base + "/event/eventSchema/nonsense").status, 404);
}

// fact: §6.7 [D], §3.6 [D]
TEST_F(Streaming, ArchivingIsToldAsAGap) {
  std::string id = created_id("Task", {{"Subject", "A"}, {"Status", "Completed"}, {"ActivityDate", "2025-11-01"}});
  clock.advance(Duration(24LL * 3'600'000));
  sign_in();
  shake_hands();
  send({subscribing("/data/TaskChangeEvent", -2)});
  json::value answer = send({connecting()});
  EXPECT_EQ(text_at(answer, "/1/data/payload/ChangeEventHeader/changeType"), "GAP_UPDATE");
  EXPECT_EQ(text_at(answer, "/1/data/payload/ChangeEventHeader/recordIds/0"), id);
}

// fact: §3.6, §9.1 [J]
TEST_F(Streaming, ATopicTellsWhatItsQueryFinds) {
  auto topic = [&](const json::object& more) {
    json::object fields{{"Name", "Chairs"}, {"Query", "SELECT Id, LastName FROM Contact WHERE Title = 'Chair'"}, {"ApiVersion", 60.0}};
    for (const auto& member : more) fields[member.key()] = member.value();
    return create("PushTopic", fields);
  };
  EXPECT_EQ(code(topic({{"Query", "SELECT LastName FROM Contact"}})), "INVALID_FIELD");
  EXPECT_EQ(code(topic({{"Query", "SELECT Id FROM"}})), "MALFORMED_QUERY");
  shake_hands();
  EXPECT_EQ(text_at(send({subscribing("/topic/Chairs", -1)}), "/0/successful"), "false");
  EXPECT_EQ(topic({{"NotifyForOperationDelete", false}}).status, 201);
  send({connecting(), subscribing("/topic/Chairs", -1)});
  std::string id = created_id("Contact", {{"LastName", "A"}, {"Title", "Chair"}});
  created_id("Contact", {{"LastName", "B"}, {"Title", "Clerk"}});
  api.send_json("PATCH", base + "/sobjects/Contact/" + id, {{"Phone", "1"}});  // which the query does not name
  api.send_json("PATCH", base + "/sobjects/Contact/" + id, {{"LastName", "C"}});
  api.send("DELETE", base + "/sobjects/Contact/" + id);
  json::value news = send({connecting()});
  EXPECT_EQ(text_at(news, "/0/data/event/type"), "created");
  EXPECT_EQ(text_at(news, "/0/data/sobject"), "{\"Id\":\"" + id + "\",\"LastName\":\"A\"}");
  EXPECT_EQ(text_at(news, "/1/data/event/type"), "updated");
  EXPECT_EQ(text_at(news, "/1/data/sobject/LastName"), "C");
  EXPECT_EQ(text_at(news, "/2/channel"), "/meta/connect");
}

// fact: §3.6
TEST_F(Streaming, EventsOfTopicsAreKeptForADay) {
  json::object fields{{"Name", "All"}, {"Query", "SELECT Id, LastName FROM Contact"}, {"ApiVersion", 60.0}};
  EXPECT_EQ(create("PushTopic", fields).status, 201);
  created_id("Contact", {{"LastName", "old"}});
  clock.advance(Duration(25LL * 3'600'000));
  sign_in();
  created_id("Contact", {{"LastName", "new"}});
  shake_hands();
  json::value answer = send({connecting(), subscribing("/topic/All", -2)});
  EXPECT_EQ(text_at(send({connecting()}), "/0/data/sobject/LastName"), "new");
  EXPECT_EQ(text_at(send({subscribing("/data/ContactChangeEvent", -2)}), "/0/successful"), "true");
  EXPECT_EQ(text_at(send({connecting()}), "/0/data/payload/Name/LastName"), "old") << "changes are kept for longer";
}

// fact: §3.6
TEST_F(Streaming, AHeaderNamesWhatItsVersionOfTheApiKnows) {
  std::string id = created_id("Contact", {{"LastName", "L"}}), firm = created_id("Account", {{"Name", "W"}}), other = created_id("Account", {{"Name", "A"}});
  for (std::string each : {"43.0", "44.0", "46.0", "47.0"}) {
    version = each;
    cookie.clear();
    shake_hands();
    send({subscribing("/data/ChangeEvents", -1)});
    api.send_json("PATCH", base + "/sobjects/Contact/" + id, json::object{{"Title", each}});
    api.send_json("PATCH", base + "/composite/sobjects",
                  json::object{{"allOrNone", true},
                               {"records", json::array{json::object{{"attributes", {{"type", "Account"}}}, {"Id", firm}, {"Site", "W" + each}},
                                                       json::object{{"attributes", {{"type", "Account"}}}, {"Id", other}, {"Site", "A" + each}}}}});
    json::value answer = send({connecting()});
    auto header = [&](std::size_t event) { return answer.at(event).at("data").at("payload").at("ChangeEventHeader").as_object(); };
    ASSERT_EQ(header(2)["recordIds"], json::value(json::array{json::value(other)})) << each;
    EXPECT_EQ(header(1)["transactionKey"], header(2)["transactionKey"]);
    bool older = each == "44.0" || each == "46.0";
    for (std::size_t event : {0, 1, 2}) {
      EXPECT_EQ(header(event).contains("isTransactionEnd"), older) << each;
      EXPECT_EQ(header(event).contains("changedFields"), each == "47.0") << each;
      EXPECT_TRUE(!older || header(event)["isTransactionEnd"] == json::value(event != 1)) << each;
    }
  }
}

// fact: §2.8, §3.6
TEST_F(Streaming, AListenerIsNotToldOfFieldsThatAreHiddenFromThatOne) {
  auto hide = [&](const char* field, const char* user) {
    EXPECT_EQ(
        api.send_json("POST", "/__emulator/field_access", json::object{{"object", "Contact"}, {"field", field}, {"access", "none"}, {"user", user}}).status,
        200);
  };
  shake_hands();
  send({subscribing("/data/ContactChangeEvent", -1)});
  json::object fields{{"LastName", "A"}, {"FirstName", "B"}, {"Email", "a@b.cd"}, {"Title", "Chair"}};
  std::string id = text_at(edit({{"as", "Ann"}, {"operation", "create"}, {"object", "Contact"}, {"fields", fields}}).body, "/id");
  for (const char* field : {"Email", "FirstName", "MailingCity"}) hide(field, "integration@lockstep.example");
  edit({{"as", "Ann"},
        {"operation", "update"},
        {"object", "Contact"},
        {"id", id},
        {"fields", {{"Email", "b@b.cd"}, {"FirstName", "C"}, {"MailingCity", "Bonn"}, {"Phone", "1"}}}});
  json::value answer = send({connecting()});
  json::object created = answer.at(0).at("data").at("payload").as_object(), changed = answer.at(1).at("data").at("payload").as_object();
  EXPECT_FALSE(created.contains("Email"));
  EXPECT_EQ(json::serialize(created["Name"]), R"({"LastName":"A"})");
  EXPECT_EQ(created["Title"], json::value("Chair"));
  EXPECT_EQ(changed["Phone"], json::value("1"));
  EXPECT_FALSE(changed.contains("Email") || changed.contains("Name") || changed.contains("MailingAddress")) << json::serialize(changed);
  EXPECT_EQ(json::serialize(changed["ChangeEventHeader"].at("changedFields")), R"(["Phone","LastModifiedDate"])");
}

// fact: §2.8, §3.6
TEST_F(Streaming, WhatTheWriterMayNotSeeIsToldAllTheSame) {
  created_id("PushTopic", {{"Name", "Mails"}, {"Query", "SELECT Id, Email FROM Contact"}, {"ApiVersion", 60}, {"NotifyForFields", "All"}});
  edit({{"as", "Ann"}, {"operation", "create"}, {"object", "Contact"}, {"fields", {{"LastName", "A"}, {"Email", "a@b.cd"}}}});
  edit({{"as", "Bot"}, {"operation", "create"}, {"object", "Account"}, {"fields", {{"Name", "A"}}}});
  std::string bot = column(query("SELECT Id FROM User WHERE Name = 'Bot'"), "Id");
  Answer hidden = api.send_json("POST", "/__emulator/field_access", json::object{{"object", "Contact"}, {"field", "Email"}, {"access", "none"}, {"user", bot}});
  EXPECT_EQ(hidden.status, 200) << hidden.text;
  shake_hands();
  send({subscribing("/topic/Mails", -1), subscribing("/data/ContactChangeEvent", -1)});
  std::string id = column(query("SELECT Id FROM Contact"), "Id");
  edit({{"as", "Bot"}, {"operation", "update"}, {"object", "Contact"}, {"id", id}, {"fields", {{"Title", "t"}}}});
  json::value answer = send({connecting()});
  std::string schema;
  bool topic = false;
  for (const json::value& message : answer.as_array()) {
    if (text_at(message, "/channel") == "/topic/Mails") topic = text_at(message, "/data/sobject/Email") == "a@b.cd";
    if (text_at(message, "/channel") == "/data/ContactChangeEvent") schema = text_at(message, "/data/schema");
  }
  EXPECT_TRUE(topic) << json::serialize(answer);
  EXPECT_EQ(api.get(base + "/event/eventSchema/" + schema).status, 200) << "one shape for all";
}

// fact: §3.6 [U] switch: case_comment_events
TEST_F(Streaming, CommentsOfCasesHaveNoEventsUnlessTheyHave) {
  shake_hands();
  const std::string channel = "/data/CaseCommentChangeEvent";
  EXPECT_EQ(text_at(send({subscribing(channel, -1)}), "/0/successful"), "false");
  EXPECT_EQ(text_at(send({subscribing("/data/EntityDefinitionChangeEvent", -1)}), "/0/successful"), "false");
  set("case_comment_events", true);
  EXPECT_EQ(text_at(send({subscribing(channel, -1)}), "/0/successful"), "true");
  created_id("CaseComment", {{"ParentId", created_id("Case", {{"Subject", "s"}})}, {"CommentBody", "b"}});
  EXPECT_EQ(text_at(send({connecting()}), "/0/data/payload/CommentBody"), "b");
}

// fact: §3.5
TEST_F(Streaming, AServerThatIsTooBusySaysSoInItsMessages) {
  shake_hands();
  api.send_json("POST", "/__emulator/faults", json::object{{"name", "server_error"}, {"count", 1}});
  json::value busy = send({connecting()});
  EXPECT_EQ(text_at(busy, "/0/channel") + " " + text_at(busy, "/0/id") + " " + text_at(busy, "/0/error"), "/meta/connect 2 503::Server is too busy");
  EXPECT_EQ(text_at(busy, "/0/advice/reconnect"), "retry");
  EXPECT_EQ(text_at(send({connecting()}), "/0/successful"), "true");
}
}  // namespace
}  // namespace lockstep::emulators::salesforce

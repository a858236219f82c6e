// What there is a most of, and what answers and calls of all kinds have in common.
#include "test/emulators/hubspot_fixture.h"

namespace lockstep::emulators::hubspot {
namespace {

class Bounds : public HubSpotTest {
 protected:
  Answer token(const std::string& path, const std::string& form) {
    return api.send("POST", path, form, {{"Content-Type", "application/x-www-form-urlencoded"}});
  }
  static json::object definition(const std::string& name) {
    return {{"name", name}, {"label", name}, {"groupName", "contactinformation"}, {"type", "string"}, {"fieldType", "text"}};
  }
  Answer send_import(const std::string& file) {
    const char* request = R"({"name":"n","files":[{"fileName":"c.csv","fileFormat":"CSV","fileImportPage":{"hasHeader":true,"columnMappings":[)"
                          R"({"columnObjectTypeId":"0-1","columnName":"Email","propertyName":"email","columnType":"HUBSPOT_ALTERNATE_ID"}]}}]})";
    return api.send("POST", "/crm/v3/imports",
                    "--x7\r\nContent-Disposition: form-data; name=\"importRequest\"\r\n\r\n" + std::string(request) +
                        "\r\n--x7\r\nContent-Disposition: form-data; name=\"files\"; filename=\"c.csv\"\r\n\r\n" + file + "\r\n--x7--\r\n",
                    {{"Content-Type", "multipart/form-data; boundary=x7"}});
  }
};

/// The same with the quotas of an account.
class Quotas : public HubSpotTest {
 protected:
  Quotas() : HubSpotTest(HubSpotOptions()) {}
};

// fact: §2.3 [O], §9.1 [K]
TEST_F(Bounds, AnswersAndRefusalsAreJsonWithAnIdOfTheirOwn) {
  for (const Answer& answer : {create("contacts", {{"email", "a@x.example"}}), read("contacts", "1"), create("contacts", {{"shoesize", "9"}})}) {
    EXPECT_EQ(answer.headers.find("Content-Type"), "application/json;charset=utf-8");
    std::string id(answer.headers.find("x-hubspot-correlation-id").value_or(""));
    EXPECT_EQ(id.size(), 36u);
    EXPECT_EQ(id[14], '7') << "a UUID of version 7";
    EXPECT_TRUE(answer.status < 400 || text_at(answer.body, "/correlationId") == id) << answer.text;
  }
}

// fact: §2.2 [S]
TEST_F(Bounds, ACreateSaysWhereTheRecordIs) {
  Answer made = create("companies", {{"name", "A"}});
  std::string location(made.headers.find("Location").value_or(""));
  EXPECT_TRUE(location.ends_with("/crm/v3/objects/0-2/" + text_at(made.body, "/id"))) << location;
}

// fact: §4.5 [O], §4.6 [O]
TEST_F(Bounds, WhatIsMissingAndWhatIsNoJsonHaveNoCategory) {
  Answer missing = read("contacts", "512999999999");
  EXPECT_EQ(std::to_string(missing.status) + message(missing), "404resource not found");
  EXPECT_FALSE(missing.body.as_object().contains("category"));
  Answer broken = api.send("POST", "/crm/v3/objects/contacts", "{\"properties\":", {{"Content-Type", "application/json"}});
  EXPECT_EQ(broken.status, 400);
  EXPECT_TRUE(message(broken).starts_with("Invalid input JSON on line 1, column ")) << broken.text;
  EXPECT_FALSE(broken.body.as_object().contains("category"));
}

// fact: §1.1 [S]
TEST_F(Bounds, Version1OfTheTokenEndpointReadsItsQueryAndTheLaterOnesTheirFormAlone) {
  const std::string query = "?client_secret=lockstep-secret&refresh_token=lockstep-refresh-token", form = "grant_type=refresh_token&client_id=lockstep-client";
  EXPECT_EQ(token("/oauth/v1/token" + query, form).status, 200);
  for (const char* path : {"/oauth/v3/token", "/oauth/2026-03/token"}) EXPECT_EQ(token(path + query, form).status, 400) << path;
  EXPECT_EQ(api.send("POST", "/oauth/v1/token", "{}", {{"Content-Type", "application/json"}}).status, 400);
}

// fact: §1.3 [S], §1.3 [D2]
TEST_F(Bounds, EachCallNeedsTheScopeOfItsObjects) {
  json::array denied{"tickets", "crm.objects.companies.read", "crm.import", "crm.schemas.tickets.read", "crm.objects.contacts.write"};
  set({{"denied_scopes", denied}});
  auto scope = [&](const Answer& answer) { return text_at(answer.body, "/errors/0/context/requiredGranularScopes"); };
  EXPECT_EQ(scope(create("tickets", {{"subject", "A"}})), R"(["tickets"])");
  EXPECT_EQ(scope(api.get("/crm/v3/objects/0-2")), R"(["crm.objects.companies.read"])");
  EXPECT_EQ(scope(search("companies", {})), R"(["crm.objects.companies.read"])");
  EXPECT_EQ(scope(api.get("/crm/v3/imports")), R"(["crm.import"])");
  EXPECT_EQ(scope(api.get("/crm/v3/properties/tickets")), R"(["crm.schemas.tickets.read"])");
  for (const char* type : {"notes", "calls", "tasks", "meetings"}) EXPECT_EQ(scope(create(type, {})), R"(["crm.objects.contacts.write"])") << type;
  EXPECT_EQ(scope(api.get("/crm/v4/objects/company/1/associations/contact")), R"(["crm.objects.companies.read"])") << "in whatever words it is named";
}

// fact: §2.8 [D2]
TEST_F(Bounds, ATypeHasAThousandPropertiesOfItsOwnAndAnAccountTenThousand) {
  auto define = [&](const std::string& type, const std::string& group, int from, int count) {
    json::array inputs;
    for (int i = 0; i < count; ++i) {
      json::object one = definition("p" + std::to_string(from + i));
      one["groupName"] = group;
      inputs.push_back(std::move(one));
    }
    return post("/crm/v3/properties/" + type + "/batch/create", {{"inputs", std::move(inputs)}}).status;
  };
  const std::pair<const char*, const char*> types[] = {{"contacts", "contactinformation"},
                                                       {"companies", "companyinformation"},
                                                       {"tickets", "ticketinformation"},
                                                       {"deals", "dealinformation"},
                                                       {"products", "productinformation"},
                                                       {"line_items", "line_iteminformation"},
                                                       {"notes", "note"},
                                                       {"calls", "call"},
                                                       {"emails", "email"},
                                                       {"meetings", "meeting"},
                                                       {"tasks", "task"}};
  for (const auto& [type, group] : types) {
    bool last = std::string_view(type) == "tasks";
    for (int from = 0; from < 1'000; from += 100) EXPECT_EQ(define(type, group, from, 100), last ? 400 : 201) << type;
    EXPECT_EQ(define(type, group, 1'000, 1), 400) << type;
  }
  EXPECT_EQ(post("/crm/v3/properties/contacts", definition("one_more")).status, 400);
  EXPECT_EQ(text_at(api.get("/crm/v3/limits/custom-properties").body, "/overallUsage"), "10000");
}

// fact: §2.11 [D]
TEST_F(Bounds, AProfileHasTwoHundredAndFiftyIdentities) {
  std::string whole = contact("c0@x.example");
  Answer merged;
  for (int i = 1; i <= 126; ++i) {
    merged = post("/crm/v3/objects/contacts/merge", {{"primaryObjectId", whole}, {"objectIdToMerge", contact("c" + std::to_string(i) + "@x.example")}});
    if (merged.status == 200) whole = text_at(merged.body, "/id");
  }
  EXPECT_EQ(merged.status, 414);
  EXPECT_EQ(message(merged), "Cannot have more than 250 identities on a profile");
}

// fact: §5.1 [D]
TEST_F(Bounds, AFileOfAnImportHasItsMostRows) {
  std::string file = "Email\n";
  for (int i = 0; i < 1'048'577; ++i) file += "a\n";
  Answer refused = send_import(file);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(category(refused), "RATE_LIMITS");
}

// fact: §5.1 [D] switch: daily_import_rows
TEST_F(Bounds, ADayHasItsMostRowsOfImports) {
  EXPECT_EQ(text_at(api.get("/__emulator/settings").body, "/daily_import_rows"), "80000000");
  set({{"daily_import_rows", 3}});
  EXPECT_EQ(send_import("Email\na@x.example\nb@x.example\n").status, 200);
  EXPECT_EQ(send_import("Email\nc@x.example\nd@x.example\n").status, 429);
  EXPECT_EQ(send_import("Email\nc@x.example\n").status, 200);
  clock.advance(Duration(24LL * 3'600'000));
  EXPECT_EQ(send_import("Email\ne@x.example\nd@x.example\n").status, 200);
}

// fact: §5.1 [S]
TEST_F(Bounds, ImportsAreSeenByTheAppThatMadeThemAlone) {
  std::string id = text_at(send_import("Email\na@x.example\n").body, "/id");
  EXPECT_EQ(ids(api.get("/crm/v3/imports")), id);
  Answer other =
      token("/oauth/v1/token", "grant_type=refresh_token&client_id=lockstep-client&client_secret=lockstep-secret&refresh_token=lockstep-refresh-token");
  api.headers.set("Authorization", "Bearer " + text_at(other.body, "/access_token"));
  EXPECT_EQ(ids(api.get("/crm/v3/imports")), "");
  EXPECT_EQ(api.get("/crm/v3/imports/" + id).status, 404);
}

// fact: §4.1 [D2], §3.1 [S]
TEST_F(Quotas, SearchesCountForTheDay) {
  set({{"daily_requests", 1}});
  EXPECT_EQ(search("contacts", {}).status, 200);
  clock.advance(Duration(1'000));
  EXPECT_EQ(text_at(search("contacts", {}).body, "/policyName"), "DAILY");
}

// fact: §3.5 [D2], §3.5 [S]
TEST_F(Quotas, TheJournalHasQuotasOfItsOwn) {
  Answer app = api.send("POST", "/oauth/v1/token", "grant_type=client_credentials&client_id=lockstep-client&client_secret=lockstep-secret",
                        {{"Content-Type", "application/x-www-form-urlencoded"}});
  api.headers.set("Authorization", "Bearer " + text_at(app.body, "/access_token"));
  set({{"daily_requests", 1}, {"oauth_burst_requests", 1}});
  auto refused_after = [&](const std::string& method, const std::string& path, const std::string& body) {
    int calls = 0;
    while (calls < 200 && api.send(method, path, body, {{"Content-Type", "application/json"}}).status != 429) ++calls;
    return calls;
  };
  EXPECT_EQ(refused_after("GET", "/webhooks-journal/journal/2026-03/earliest", ""), 100);
  EXPECT_EQ(refused_after("GET", "/webhooks-journal/subscriptions/2026-03", ""), 50);
  EXPECT_EQ(refused_after("POST", "/webhooks-journal/snapshots/2026-03/crm", "{}"), 10);
  clock.advance(Duration(1'000));
  EXPECT_EQ(api.get("/webhooks-journal/journal/2026-03/earliest").status, 204);
}

}  // namespace
}  // namespace lockstep::emulators::hubspot

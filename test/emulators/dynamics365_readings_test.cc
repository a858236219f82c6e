// What is not certain of the platform, or may be one way or another: both sides of each switch.
#include "test/emulators/dynamics365_fixture.h"

namespace lockstep::emulators::dynamics365 {
namespace {

class Readings365 : public Dynamics365Test {
 protected:
  void set(const std::string& name, const std::string& value) {
    EXPECT_EQ(control("POST", "settings", "{\"" + name + "\":" + value + "}").status, 200) << name;
  }
};

// fact: §1.2 switch: older_challenge
TEST_F(Readings365, TheChallengeNamesTheResourceButOfOlderOrganisations) {
  access = "wrong";
  EXPECT_TRUE(get("accounts").header("WWW-Authenticate").ends_with(std::string(", resource_id=") + kOrigin + "/"));
  set("older_challenge", "true");
  EXPECT_EQ(get("accounts").header("WWW-Authenticate"), std::string("Bearer authorization_uri=") + kOrigin + "/contoso.onmicrosoft.com/oauth2/authorize");
}

// fact: §1.3
TEST_F(Readings365, AnAnswerSetsCookiesThatAClientMayKeep) {
  std::string all;
  Answer first = get("WhoAmI");
  for (const auto& [name, value] : first.headers.all()) {
    if (name == "Set-Cookie") all += value.substr(0, value.find('=')) + " ";
  }
  EXPECT_EQ(all, "ARRAffinity ReqClientId ");
  EXPECT_EQ(get("WhoAmI", {{"Cookie", "ARRAffinity=0"}}).header("Set-Cookie"), "");
}

// fact: §1.4 [I] switch: segment_code
TEST_F(Readings365, APathThatLeadsNowhereHasACodeOfItsOwn) {
  EXPECT_EQ(get("contactz").code(), "0x8006088a");
  set("segment_code", R"("0x80060888")");
  Answer answer = get("contactz");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.code() + " " + answer.message(), "0x80060888 Resource not found for the segment 'contactz'.");
}

// fact: §2.12 [K] switch: url_bytes, batched_url_bytes
TEST_F(Readings365, AnAddressHasAMostOfBytesAndMoreWithinABatch) {
  auto inner = [&](std::size_t length) {
    std::string path = std::string(kApi) + "accounts?$select=name&tag=";
    std::string body = "--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nGET " + path +
                       std::string(length - path.size(), 'x') + " HTTP/1.1\r\nAccept: application/json\r\n\r\n\r\n--b--\r\n";
    return send("POST", std::string(kApi) + "$batch", body, {{"Content-Type", "multipart/mixed; boundary=b"}}).text;
  };
  EXPECT_EQ(get("accounts?tag=" + std::string(32 * 1024, 'x')).status, 414);
  EXPECT_NE(inner(64 * 1024).find("HTTP/1.1 200"), std::string::npos);
  EXPECT_NE(inner(64 * 1024 + 1).find("HTTP/1.1 414"), std::string::npos);
  set("url_bytes", "100");
  set("batched_url_bytes", "200");
  EXPECT_EQ(get("accounts?tag=" + std::string(100, 'x')).status, 414);
  EXPECT_NE(inner(200).find("HTTP/1.1 200"), std::string::npos);
  EXPECT_NE(inner(201).find("HTTP/1.1 414"), std::string::npos);
}

// fact: §2.13 switch: count_snapshot_ms
TEST_F(Readings365, ATotalMayBeADayOld) {
  auto total = [&] { return get("RetrieveTotalRecordCount(EntityNames=['account'])").at("/EntityRecordCountCollection/Values/0"); };
  account();
  EXPECT_EQ(total(), "1");
  account();
  EXPECT_EQ(total(), "1") << "as it was counted first";
  EXPECT_TRUE(get("accounts/$count").text.ends_with("2"));
  advance(std::chrono::hours(24));
  sign_in();
  EXPECT_EQ(total(), "2");
  set("count_snapshot_ms", "0");
  account();
  EXPECT_EQ(total(), "3");
}

// fact: §2.13 switch: full_last_pages
TEST_F(Readings365, APageThatIsFullLeadsToAnEmptyOne) {
  account("A");
  account("B");
  auto follow_all = [&] {
    std::string rows;
    Answer page = get("accounts?$select=name&$orderby=name", prefer("odata.maxpagesize=1"));
    for (;; page = follow(page.at("/@odata.nextLink"), prefer("odata.maxpagesize=1"))) {
      rows += std::to_string(page.rows());
      if (page.at("/@odata.nextLink") == "absent") return rows;
    }
  };
  EXPECT_EQ(follow_all(), "110");
  std::string link = get("accounts?$select=name", prefer("odata.track-changes,odata.maxpagesize=2")).at("/@odata.nextLink");
  Answer last = follow(link);
  EXPECT_EQ(last.rows(), 0u);
  EXPECT_NE(last.at("/@odata.deltaLink"), "absent") << "on the last page, though it is empty";
  set("full_last_pages", "true");
  EXPECT_EQ(follow_all(), "11");
}

// fact: §3.3 [K] switch: only_changes_fire
TEST_F(Readings365, AColumnThatWasSentFiresThoughItIsTheSame) {
  std::string id = contact("Lee");
  control("POST", "steps", R"({"entity":"contact","message":"Update","url":"http://127.0.0.1:9000/hook","filteringattributes":"lastname"})");
  auto fired = [&](const std::string& body) {
    EXPECT_EQ(patch("contacts(" + id + ")", body).status, 204);
    return org->take_outgoing().size();
  };
  EXPECT_EQ(fired(R"({"lastname":"Lee"})"), 1u);
  set("only_changes_fire", "true");
  EXPECT_EQ(fired(R"({"lastname":"Lee"})"), 0u);
  EXPECT_EQ(fired(R"({"lastname":"Poe","fax":"1"})"), 1u);
  EXPECT_EQ(fired(R"({"fax":"2"})"), 0u);
}

// fact: §3.3
TEST_F(Readings365, ASecretOfAnEndpointHasAMostOfCharacters) {
  auto endpoint = [&](std::size_t length) {
    json::object row{{"name", "hook"},
                     {"contract", 8},
                     {"authtype", 4},
                     {"messageformat", 2},
                     {"connectionmode", 1},
                     {"userclaim", 1},
                     {"url", "http://127.0.0.1:9000/hook"},
                     {"authvalue", std::string(length, 'k')}};
    return post("serviceendpoints", json::serialize(row)).status;
  };
  EXPECT_EQ(endpoint(2'048), 204);
  EXPECT_EQ(endpoint(2'049), 400);
}

// fact: §5.1 switch: older_errors
TEST_F(Readings365, AnErrorMayHaveAnotherWithin) {
  Answer plain = get("accounts?$select=shoesize");
  EXPECT_EQ(plain.at("/error/innererror"), "absent");
  set("older_errors", "true");
  Answer older = get("accounts?$select=shoesize");
  EXPECT_EQ(older.at("/error/code") + older.at("/error/message"), plain.code() + plain.message());
  EXPECT_EQ(older.at("/error/innererror/message"), plain.message());
  for (const char* member : {"type", "stacktrace"}) EXPECT_NE(older.at(std::string("/error/innererror/") + member), "absent");
  access = "wrong";
  EXPECT_EQ(get("accounts").text, "") << "a body that is none stays so";
}

// fact: §6.5 [K] switch: own_ticket_numbers
TEST_F(Readings365, ACaseIsNumberedByTheSystem) {
  std::string body = R"({"title":"T","ticketnumber":"MINE-1","customerid_account@odata.bind":"/accounts()" + account() + ")\"}";
  EXPECT_EQ(post("incidents", body).status, 400);
  set("own_ticket_numbers", "true");
  EXPECT_EQ(get("incidents(" + make("incidents", body) + ")").at("/ticketnumber"), "MINE-1");
}

// fact: §6.2 switch: navigation_of_any_lookup
TEST_F(Readings365, TheNavigationOfALookupWithOneTargetMayBeLeftOut) {
  std::string lee = contact(), id = make("accounts", R"({"name":"A","primarycontactid@odata.bind":"/contacts()" + lee + ")\"}");
  auto navigation = [&](const std::string& column) {
    return get("accounts(" + id + ")", prefer("odata.include-annotations=\"*\"")).at("/" + column + "@Microsoft.Dynamics.CRM.associatednavigationproperty");
  };
  EXPECT_EQ(navigation("_ownerid_value"), "ownerid");
  EXPECT_EQ(navigation("_primarycontactid_value"), "absent");
  set("navigation_of_any_lookup", "true");
  EXPECT_EQ(navigation("_primarycontactid_value"), "primarycontactid");
}

// fact: §2.1
TEST_F(Readings365, OnlyJsonIsSpokenAndReadsAreStreamed) {
  EXPECT_EQ(get("accounts").header("Content-Type"), "application/json; odata.metadata=minimal; odata.streaming=true");
  EXPECT_EQ(get("accounts?$select=x").header("Content-Type"), "application/json; odata.metadata=minimal");
}

// fact: §2.6
TEST_F(Readings365, ARowThatShowsMoreThanItselfIsNeverUnchanged) {
  std::string path = "accounts(" + account() + ")", etag = get(path).header("ETag");
  EXPECT_EQ(get(path, {{"If-None-Match", etag}}).status, 304);
  EXPECT_EQ(get(path + "?$expand=primarycontactid($select=fullname)", {{"If-None-Match", etag}}).status, 200);
  EXPECT_EQ(get(path, {{"If-None-Match", etag}, {"Prefer", "odata.include-annotations=\"*\""}}).status, 200);
}

// fact: §2.11
TEST_F(Readings365, ManyRowsAreOneRequestButTheirExecutionCountsFully) {
  control("POST", "settings", R"({"requests":5,"execution_ms":100000})");
  json::array targets;
  for (int i = 0; i < 20; ++i) targets.push_back(json::object{{"@odata.type", "Microsoft.Dynamics.CRM.account"}, {"name", std::to_string(i)}});
  Answer before = get("WhoAmI");
  Answer many = post("accounts/Microsoft.Dynamics.CRM.CreateMultiple", json::serialize(json::object{{"Targets", targets}}));
  EXPECT_EQ(many.header("x-ms-ratelimit-burst-remaining-xrm-requests"), "3");
  auto left = [](const Answer& answer) { return std::stoi(answer.header("x-ms-ratelimit-time-remaining-xrm-requests")); };
  EXPECT_GE(left(before) - left(many), 20 * 8);
}

// fact: §3.1 [D]
TEST_F(Readings365, AFullSyncTellsNothingOfWhatIsGone) {
  std::string gone = account("Gone"), stays = account("Stays");
  get("accounts?$select=name", prefer("odata.track-changes"));
  remove("accounts(" + gone + ")");
  Answer anew = get("accounts?$select=name", prefer("odata.track-changes"));
  EXPECT_EQ(anew.rows(), 1u);
  EXPECT_EQ(anew.at("/value/0/accountid"), stays);
  EXPECT_EQ(anew.at("/value/0/reason"), "absent");
}

// fact: §6.1
TEST_F(Readings365, AnOptionIsWrittenByItsNumberAlone) {
  for (const char* label : {"\"Female\"", "\"2\"", "2.5", "true"})
    EXPECT_EQ(post("contacts", R"({"lastname":"L","gendercode":)" + std::string(label) + "}").status, 400) << label;
  EXPECT_EQ(post("contacts", R"({"lastname":"L","gendercode":2})").status, 204);
}

}  // namespace
}  // namespace lockstep::emulators::dynamics365

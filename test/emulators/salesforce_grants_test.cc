#include "base/text.h"
#include "test/emulators/salesforce_fixture.h"

namespace lockstep::emulators::salesforce {
namespace {

class Grants : public SalesforceTest {
 protected:
  std::string code(const std::string& more = "") {
    Answer page = api.get("/services/oauth2/authorize?response_type=code&client_id=lockstep-client&redirect_uri=http%3A%2F%2Fhere&state=s%26t" + more);
    EXPECT_EQ(page.status, 302);
    std::string back(page.headers.find("Location").value_or(""));
    auto pairs = http::parse_query(back.substr(back.find('?') + 1));
    EXPECT_EQ(pairs.back(), (std::pair<std::string, std::string>("state", "s&t")));
    return pairs.front().second;
  }
  Answer exchange(const std::string& code, const std::string& more = "&client_secret=lockstep-secret") {
    return token("grant_type=authorization_code&client_id=lockstep-client&redirect_uri=http%3A%2F%2Fhere&" + http::encode_query({{"code", code}}) + more);
  }
};

// fact: §1.2 [R], §1.1 [J]
TEST_F(Grants, ACodeIsGoodOnceForItsClientAndItsAddress) {
  std::string first = code();
  Answer session = exchange(first);
  EXPECT_EQ(session.status, 200) << session.text;
  EXPECT_NE(text_at(session.body, "/refresh_token").find("5Aep"), std::string::npos);
  EXPECT_EQ(text_at(exchange(first).body, "/error"), "invalid_grant");
  EXPECT_EQ(text_at(token("grant_type=authorization_code&client_id=lockstep-client&client_secret=lockstep-secret&redirect_uri=elsewhere&" +
                          http::encode_query({{"code", code()}}))
                        .body,
                    "/error"),
            "redirect_uri_mismatch");
  std::string old = code();
  clock.advance(Duration(16 * 60'000));
  EXPECT_EQ(text_at(exchange(old).body, "/error_description"), "expired authorization code");
}

// fact: §1.1 [J]
TEST_F(Grants, AChallengeReplacesTheSecretAndNeedsItsVerifier) {
  const std::string challenge = "&code_challenge=ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0";  // of "abc"
  EXPECT_EQ(exchange(code(challenge), "&code_verifier=abc").status, 200);
  EXPECT_EQ(text_at(exchange(code(challenge), "&code_verifier=abd").body, "/error_description"), "invalid code verifier");
  EXPECT_EQ(text_at(exchange(code(), "").body, "/error"), "invalid_client");
}

// fact: §1.2 [U] switch: rotate_refresh_tokens
TEST_F(Grants, RefreshTokensRotateWhenTheAppIsSetSo) {
  api.send_json("POST", "/__emulator/settings", json::object{{"rotate_refresh_tokens", true}});
  const std::string form = "grant_type=refresh_token&client_id=lockstep-client&refresh_token=";
  Answer first = token(form + "lockstep-refresh-token");
  std::string next = text_at(first.body, "/refresh_token");
  EXPECT_NE(next, "lockstep-refresh-token");
  EXPECT_EQ(text_at(token(form + "lockstep-refresh-token").body, "/error"), "invalid_grant");
  EXPECT_EQ(token(form + next).status, 200);
}

// fact: §1.7 [J], §1.1 [U]
TEST_F(Grants, RevokingARefreshTokenEndsItsSessionsAndIntrospectionSaysSo) {
  Answer session = token("grant_type=refresh_token&client_id=lockstep-client&refresh_token=lockstep-refresh-token");
  std::string access = text_at(session.body, "/access_token");
  auto form = [&](const std::string& path, const http::Headers& more) {
    return api.send(
        "POST", path,
        http::encode_query(
            {{"token", path.ends_with("revoke") ? "lockstep-refresh-token" : access}, {"client_id", "lockstep-client"}, {"client_secret", "lockstep-secret"}}),
        more);
  };
  const http::Headers form_type = {{"Content-Type", "application/x-www-form-urlencoded"}};
  Answer active = form("/services/oauth2/introspect", form_type);
  EXPECT_EQ(text_at(active.body, "/active"), "true");
  EXPECT_EQ(text_at(active.body, "/username"), "integration@lockstep.example");
  EXPECT_EQ(form("/services/oauth2/revoke", form_type).status, 200);
  EXPECT_EQ(text_at(form("/services/oauth2/introspect", form_type).body, "/active"), "false");
  EXPECT_EQ(form("/services/oauth2/revoke", form_type).text, "error=invalid_token&error_description=invalid%20token%3A");
}

// fact: §1.2 [S]
TEST_F(Grants, AnAssertionWithoutAGoodSignatureIsRefused) {
  const std::string form = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
  EXPECT_EQ(text_at(token(form + "a.b").body, "/error"), "invalid_grant");
  EXPECT_EQ(text_at(token(form + "eyJhbGciOiJub25lIn0.eyJpc3MiOiJsb2Nrc3RlcC1jbGllbnQifQ.").body, "/error_description"), "invalid assertion");
  EXPECT_EQ(
      text_at(token("grant_type=password&client_id=lockstep-client&client_secret=lockstep-secret&username=integration%40lockstep.example&password=x").body,
              "/error_description"),
      "authentication failure");
}

// fact: §1.8 [J][S]
TEST_F(Grants, SoapLogsInAndFaultsInItsOwnShape) {
  Answer in = soap("<login><username>integration@lockstep.example</username><password>lockstep-password</password></login>");
  EXPECT_EQ(in.status, 200);
  for (const char* part : {"<serverUrl>http://127.0.0.1:8101/services/Soap/u/60.0/00D", "<sessionId>00D", "<userId>005", "<organizationId>00D"})
    EXPECT_NE(in.text.find(part), std::string::npos) << part;
  Answer out = soap("<login><username>x</username><password>y</password></login>");
  EXPECT_EQ(out.status, 500);
  EXPECT_NE(out.text.find("<faultstring>INVALID_LOGIN: "), std::string::npos);
  EXPECT_NE(out.text.find("<sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode>"), std::string::npos);
  EXPECT_NE(soap("<getUserInfo/>", "00D!x").text.find("<faultcode>sf:INVALID_SESSION_ID</faultcode>"), std::string::npos);
  EXPECT_EQ(soap("<login/>", "", "65.0").status, 500);
}

// fact: §6.6 [D]
TEST_F(Grants, SoapUndeletesAndMerges) {
  std::string winner = created_id("Contact", {{"LastName", "A"}}), loser = created_id("Contact", {{"LastName", "B"}});
  Answer merged = soap("<merge><mergeRequests><masterRecord><type>Contact</type><Id>" + winner + "</Id></masterRecord><recordToMergeIds>" + loser +
                           "</recordToMergeIds></mergeRequests></merge>",
                       session());
  EXPECT_NE(merged.text.find("<mergedRecordIds>" + loser + "</mergedRecordIds>"), std::string::npos) << merged.text;
  EXPECT_EQ(column(query("SELECT MasterRecordId FROM Contact WHERE Id = '" + loser + "'", true), "MasterRecordId"), winner);
  api.send("DELETE", base + "/sobjects/Contact/" + winner);
  EXPECT_NE(soap("<undelete><ids>" + winner + "</ids></undelete>", session()).text.find("<success>true</success>"), std::string::npos);
  EXPECT_EQ(read("Contact", winner).status, 200);
  EXPECT_NE(soap("<undelete><ids>" + winner + "</ids></undelete>", session()).text.find("UNDELETE_FAILED"), std::string::npos);
}

// fact: §1.8 [J]
TEST_F(Grants, DamagedSoapIsAnsweredWithAFault) {
  for (const char* body : {"", "<", "<a><b></a>", "<!DOCTYPE x><a/>", "<a>&bad;</a>", "<e:Envelope xmlns:e=\"x\"><e:Body/></e:Envelope>"}) {
    EXPECT_EQ(api.send("POST", "/services/Soap/u/60.0", body, {{"Content-Type", "text/xml"}, {"SOAPAction", "\"\""}}).status, 500) << body;
  }
}

// fact: §1.1 [D]
TEST_F(Grants, LibrariesFindTheEndpointsByThemselves) {
  Answer found = api.get("/.well-known/openid-configuration");
  EXPECT_EQ(text_at(found.body, "/token_endpoint"), text_at(found.body, "/issuer") + "/services/oauth2/token");
}

// fact: §1.3 [J]
TEST_F(Grants, WhoAsksForItIsHandedASignedIdToken) {
  EXPECT_EQ(exchange(code()).body.as_object().contains("id_token"), false);
  Answer session = exchange(code("&scope=api+openid+refresh_token&nonce=n1"));
  auto token_of = [&](const Answer& answer) {
    auto parts = split(text_at(answer.body, "/id_token"), '.');
    EXPECT_EQ(parts.size(), 3u);
    std::string claims;
    EXPECT_TRUE(from_base64(parts.at(1), claims));
    return json::parse(claims);
  };
  json::value claims = token_of(session);
  EXPECT_EQ(text_at(claims, "/aud"), "lockstep-client");
  EXPECT_EQ(text_at(claims, "/sub"), text_at(session.body, "/id"));
  EXPECT_EQ(text_at(claims, "/nonce"), "n1");
  Answer again = token("grant_type=refresh_token&client_id=lockstep-client&refresh_token=" + text_at(session.body, "/refresh_token"));
  EXPECT_EQ(text_at(again.body, "/scope"), "api openid refresh_token");
  EXPECT_FALSE(token_of(again).as_object().contains("nonce"));
}

// fact: §1.6 [J], §7 [J]
TEST_F(Grants, ASessionThatMayNotUseTheApiIsRefusedForGood) {
  Answer session = exchange(code("&scope=openid+refresh_token"));
  http::Headers bearer{{"Authorization", "Bearer " + text_at(session.body, "/access_token")}};
  Answer refused = api.send("GET", base + "/limits", "", bearer);
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(message(refused), "This session is not valid for use with the REST API");
  EXPECT_EQ(api.send("GET", "/services/oauth2/userinfo", "", bearer).status, 200);
  bearer.set("Authorization", "Bearer " + text_at(exchange(code("&scope=full")).body, "/access_token"));
  EXPECT_EQ(api.send("GET", base + "/limits", "", bearer).status, 200);
}

// fact: §1.4 [X]
TEST_F(Grants, AnIdentityIsToldToWhoItIsOf) {
  std::string own = text_at(token("grant_type=client_credentials&client_id=lockstep-client&client_secret=lockstep-secret").body, "/id");
  std::string path = own.substr(own.find("/id/"));
  EXPECT_EQ(api.get(path).status, 200);
  for (const std::string& other :
       {path.substr(0, path.rfind('/')) + "/005000000000000AAA", std::string("/id/00D000000000000AAA") + path.substr(path.rfind('/'))}) {
    EXPECT_EQ(api.get(other).status, 403) << other;
    EXPECT_EQ(api.get(other).text, "Bad_OAuth_Token");
  }
}

// fact: §1.8 [J]
TEST_F(Grants, APasswordThatWasSetIsTheOneThatLogsIn) {
  std::string user = text_at(query("SELECT Id FROM User WHERE Username = 'integration@lockstep.example'").body, "/records/0/Id");
  const std::string password = base + "/sobjects/User/" + user + "/password";
  auto login = [&](const std::string& word) {
    return soap("<login><username>integration@lockstep.example</username><password>" + word + "</password></login>").status;
  };
  EXPECT_EQ(text_at(api.get(password).body, "/isExpired"), "false");
  EXPECT_EQ(api.send_json("POST", password, {{"NewPassword", "short"}}).status, 400);
  EXPECT_EQ(login("lockstep-password"), 200);
  EXPECT_EQ(api.send_json("POST", password, {{"NewPassword", "Secret12345"}}).status, 204);
  EXPECT_EQ(login("lockstep-password"), 500);
  EXPECT_EQ(login("Secret12345"), 200);
  EXPECT_EQ(login(text_at(api.send("DELETE", password).body, "/NewPassword")), 200);
}

// fact: §1.2 [U] switch: password_grant
TEST_F(Grants, ANameAndAPasswordAreRefusedUntilAnAdministratorLetsThemIn) {
  const std::string form =
      "grant_type=password&client_id=lockstep-client&client_secret=lockstep-secret&username=integration%40lockstep.example&password=lockstep-password";
  EXPECT_EQ(text_at(token(form).body, "/error_description"), "authentication failure");
  set("password_grant", true);
  EXPECT_EQ(token(form).status, 200);
}

// fact: §1.2 [X]
TEST_F(Grants, WhatATokenIsAskedForWithMayStandInTheUrl) {
  const std::string asked = "grant_type=client_credentials&client_id=lockstep-client&client_secret=lockstep-secret";
  EXPECT_EQ(api.send("POST", "/services/oauth2/token?" + asked).status, 200);
  EXPECT_EQ(api.send("GET", "/services/oauth2/token?" + asked).status, 405);
  EXPECT_EQ(text_at(api.send_json("POST", "/services/oauth2/token?" + asked, json::object{}).body, "/error"), "invalid_request");
  EXPECT_EQ(text_at(api.send("POST", "/services/oauth2/token").body, "/error"), "unsupported_grant_type");
}

// fact: §1.3 [J]
TEST_F(Grants, TheAddressOfTheOrgMayBeAnotherAfterEachRenewal) {
  const std::string form = "grant_type=refresh_token&client_id=lockstep-client&refresh_token=lockstep-refresh-token";
  EXPECT_EQ(text_at(token(form).body, "/instance_url"), "http://127.0.0.1:8101");
  set("instance_url", "http://renamed.example");
  Answer moved = token(form);
  EXPECT_EQ(text_at(moved.body, "/instance_url"), "http://renamed.example");
  EXPECT_EQ(text_at(moved.body, "/id").find("http://127.0.0.1:8101/id/"), 0u) << "who one is stays where one logged in";
  Answer login =
      soap("<login xmlns=\"urn:partner.soap.sforce.com\"><username>integration@lockstep.example</username><password>lockstep-password</password></login>");
  EXPECT_NE(login.text.find("<serverUrl>http://renamed.example/services/Soap/u/60.0/"), std::string::npos) << login.text;
}

// fact: §1.3 [U] switch: session_minutes
TEST_F(Grants, HowLongASessionLivesUnusedIsASettingOfTheOrg) {
  set("session_minutes", 15);
  sign_in();
  clock.advance(Duration{14 * 60'000});
  EXPECT_EQ(api.get(base + "/sobjects").status, 200);
  clock.advance(Duration{15 * 60'000});
  EXPECT_EQ(api.get(base + "/sobjects").status, 401);
}

// fact: §1.3 [J]
TEST_F(Grants, SoapRefusesSessionsThatAreWebTokens) {
  set("jwt_access_tokens", true);
  sign_in();
  const std::string token = session();
  EXPECT_EQ(token.find("eyJ"), 0u);
  EXPECT_EQ(std::count(token.begin(), token.end(), '.'), 2);
  EXPECT_EQ(api.get(base + "/sobjects").status, 200);
  Answer refused = soap("<getUserInfo xmlns=\"urn:partner.soap.sforce.com\"/>", token);
  EXPECT_EQ(refused.status, 500);
  EXPECT_NE(refused.text.find("INVALID_SESSION_ID"), std::string::npos);
}

// fact: §1.5 [U] switch: hourly_logins
TEST_F(Grants, WhoLogsInTooOftenHasToWait) {
  const std::string form = "grant_type=client_credentials&client_id=lockstep-client&client_secret=lockstep-secret";
  set("hourly_logins", 2);  // one of them was the fixture's
  EXPECT_EQ(token(form).status, 200);
  Answer refused = token(form);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(text_at(refused.body, "/error"), "rate_limit_exceeded");
  clock.advance(Duration{3'600'000});
  EXPECT_EQ(token(form).status, 200);
}

// fact: §1.5 [X]
TEST_F(Grants, AnAppThatTheAdministratorDoesNotApproveGetsNoSession) {
  set("app_approved", false);
  Answer refused = token("grant_type=client_credentials&client_id=lockstep-client&client_secret=lockstep-secret");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(text_at(refused.body, "/error") + ": " + text_at(refused.body, "/error_description"),
            "invalid_app_access: user is not admin approved to access this app");
}

}  // namespace
}  // namespace lockstep::emulators::salesforce

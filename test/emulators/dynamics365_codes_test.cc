// Who comes in by a certificate, and what an organisation answers that does not work: the platform's errors by their codes.
#include "test/emulators/dynamics365_fixture.h"

namespace lockstep::emulators::dynamics365 {
namespace {

// A certificate and its key, made for this test; they sign {"aud":"http://127.0.0.1:8103/contoso.onmicrosoft.com/oauth2/v2.0/token","iss":"lockstep-client",
// "sub":"lockstep-client","jti":"1","exp":4102444800}.
constexpr const char* kCertificate =
    "-----BEGIN CERTIFICATE-----\nMIICBDCCAW2gAwIBAgIUVYaDAWPQMLNeGY7gqRQuoRAO+O8wDQYJKoZIhvcNAQEL\nBQAwEzERMA8GA1UEAwwIbG9ja"
    "3N0ZXAwIBcNMjYxMTI3MjAwMzM2WhgPMjEyNjEx\nMDMyMDAzMzZaMBMxETAPBgNVBAMMCGxvY2tzdGVwMIGfMA0GCSqGSIb3DQEBAQUA\nA4GNADCBiQKBg"
    "QDAYa3EvQDM2ndkZIHJT+9QwebsdJ1Z58ueTWj6pQ7j/fjclS9A\nbNAJaEcUvjDS3VhAxAJwOZPgqMmVGrQrq15Feeaz/E8Lcz2mvPDpF8pafRpzruxu\nN"
    "I2/slxzUZDF+DAZ2GgW1klmIxT/e75qKGVWxGT1LCLqRCirmjTwhSXkrQIDAQAB\no1MwUTAdBgNVHQ4EFgQUSq+jkSIJOLhxa4QfkLjRnBmy9AQwHwYDVR0"
    "jBBgwFoAU\nSq+jkSIJOLhxa4QfkLjRnBmy9AQwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0B\nAQsFAAOBgQCFF+T3cNQQsl1jsBQ/NcBnY8RvnYJKae+"
    "/ALCyxUQ4tbbENKCfRWxp\ncCL/dNUA+gYuNvQ8YEwFDSidRVDGoiTWj4RFlT0mizKE1UQbnSNFZEU5DOa9CtRY\n6q1QOYzPYMbcNhfevMSsPEhXgyPEx6Y"
    "wzyXHJRQVeTeqO1UO7sMx3Q==\n-----END CERTIFICATE-----";
constexpr const char* kPublicKey =
    "-----BEGIN PUBLIC KEY-----\nMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDAYa3EvQDM2ndkZIHJT+9Qwebs\ndJ1Z58ueTWj6pQ7j/fjclS9AbN"
    "AJaEcUvjDS3VhAxAJwOZPgqMmVGrQrq15Feeaz\n/E8Lcz2mvPDpF8pafRpzruxuNI2/slxzUZDF+DAZ2GgW1klmIxT/e75qKGVWxGT1\nLCLqRCirmjTwhS"
    "XkrQIDAQAB\n-----END PUBLIC KEY-----";
constexpr const char* kClaims =
    "eyJhdWQiOiJodHRwOi8vMTI3LjAuMC4xOjgxMDMvY29udG9zby5vbm1pY3Jvc29mdC5jb20vb2F1dGgyL3YyLjAvdG9rZW4iLCJpc3MiOiJsb2Nrc3RlcC1j"
    "bGllbnQiLCJzdWIiOiJsb2Nrc3RlcC1jbGllbnQiLCJqdGkiOiIxIiwiZXhwIjo0MTAyNDQ0ODAwfQ";
constexpr const char* kRs256 =
    "QBo8yqTDsT92zGHqBfSTqr1tZozXVfwVmmoBd79-9Lc84BfZx4Bqm4S8AS3OGJ1at63CNwqaaPWxuuERJtg277mju3pHYO8NlTUZn3rNuRrH9EwAS_d7D6HT"
    "WRRq2iCEJWz_0kg60Xk-3iTfsAg9OdOHDwnMAUPptnO1pVTnsGE";
constexpr const char* kPs256 =
    "ImvWThLhqsbIQnVpq7Rovg22r81NwAoBgsYLfJG4Sar346OPJiNZauszwz64JXPbXHoe15_QEKH30EIWueMEMWBeZen8hiifhFAGKeAtMkUYdZkxeYp8o-oz"
    "dn4bLX7rAkT9Fi9dME2ds-poWyMpXT0uEd0GuYAYQNUMIZss_A8";

class Certificate : public Dynamics365Test {
 protected:
  Answer ask(const std::string& assertion, const std::string& client = "lockstep-client") {
    return send("POST", "/contoso.onmicrosoft.com/oauth2/v2.0/token",
                "grant_type=client_credentials&client_id=" + client + "&scope=" + percent_encode(std::string(kOrigin) + "/.default") +
                    "&client_assertion_type=" + percent_encode("urn:ietf:params:oauth:client-assertion-type:jwt-bearer") + "&client_assertion=" + assertion,
                {{"Content-Type", "application/x-www-form-urlencoded"}});
  }
  int set_key(const std::string& client, const std::string& pem) {
    return control("POST", "settings", json::serialize(json::object{{"client_keys", json::object{{client, pem}}}})).status;
  }
  std::string rs256 = std::string("eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.") + kClaims + "." + kRs256;
  std::string ps256 = std::string("eyJhbGciOiJQUzI1NiIsInR5cCI6IkpXVCJ9.") + kClaims + "." + kPs256;
};

// fact: §1.1 [K] switch: client_keys
TEST_F(Certificate, AnAssertionIsSignedByTheKeyOfTheCertificate) {
  EXPECT_EQ(ask(rs256).at("/error"), "invalid_client") << "no certificate is registered";
  ASSERT_EQ(set_key("lockstep-client", kCertificate), 200);
  for (const std::string& good : {rs256, ps256}) {
    Answer answer = ask(good);
    EXPECT_EQ(answer.status, 200) << answer.text;
    access = answer.at("/access_token");
    EXPECT_EQ(get("WhoAmI").status, 200);
  }
  ASSERT_EQ(set_key("lockstep-client", kPublicKey), 200) << "the key alone is enough";
  EXPECT_EQ(ask(rs256).status, 200);
  EXPECT_EQ(control("GET", "settings").at("/client_keys/lockstep-client"), "(set)");
}

// fact: §1.1 [K]
TEST_F(Certificate, AnAssertionOfAnothersHandIsRefused) {
  ASSERT_EQ(set_key("lockstep-client", kCertificate), 200);
  std::string header = rs256.substr(0, rs256.find('.')), changed = rs256;
  changed[rs256.find('.') + 60] ^= 1;  // a claim
  for (const std::string& bad : {header + "." + kClaims + "." + kPs256, header + "." + kClaims + ".", header + "." + kClaims + ".c2lnbmF0dXJl", changed,
                                 std::string("eyJhbGciOiJub25lIn0.") + kClaims + ".", std::string("x")}) {
    Answer answer = ask(bad);
    EXPECT_EQ(answer.status, 401) << bad;
    EXPECT_EQ(answer.at("/error"), "invalid_client");
    EXPECT_EQ(answer.at("/error_codes/0"), "700027");
  }
  clock.time = WallTime{4'102'444'800'000};
  EXPECT_EQ(ask(rs256).status, 401) << "expired";
  EXPECT_EQ(set_key("lockstep-client", "no key"), 400);
  EXPECT_EQ(set_key("nobody", kCertificate), 400);
}

using Codes = Dynamics365Test;

// fact: §5.3, §1.2 switch: unauthorized_body
TEST_F(Codes, AnExpiredTokenTellsItsCodeWhereThereIsABody) {
  control("POST", "settings", R"({"unauthorized_body":true})");
  advance(std::chrono::hours(2));
  Answer expired = get("WhoAmI");
  EXPECT_EQ(expired.status, 401);
  EXPECT_EQ(expired.code(), "0x80041d52");
  EXPECT_NE(expired.header("WWW-Authenticate"), "");
  access = "wrong";
  EXPECT_EQ(get("WhoAmI").code(), "0x80040204");
  control("POST", "settings", R"({"unauthorized_body":false})");
  EXPECT_EQ(get("WhoAmI").text, "");
}

// fact: §5.3 [?] switch: organisation_disabled, organisation_disabled_status
TEST_F(Codes, AnOrganisationMayBeDisabled) {
  control("POST", "settings", R"({"organisation_disabled":true})");
  Answer answer = get("accounts");
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.code(), "0x8004a104");
  control("POST", "settings", R"({"organisation_disabled_status":503})");
  EXPECT_EQ(get("accounts").status, 503);
  control("POST", "settings", R"({"organisation_disabled":false})");
  EXPECT_EQ(get("accounts").status, 200);
}

// fact: §4.4 [K] switch: request_bytes, too_large_status
TEST_F(Codes, ARequestHasAMostOfBytes) {
  EXPECT_EQ(control("GET", "settings").at("/request_bytes"), "134217728");
  control("POST", "settings", R"({"request_bytes":100})");
  std::string body = R"({"name":")" + std::string(80, 'x') + "\"}";
  Answer answer = post("accounts", body + std::string(101 - body.size(), ' '));
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.code(), "0x8004418a");
  EXPECT_EQ(post("accounts", body + std::string(100 - body.size(), ' ')).status, 204);
  control("POST", "settings", R"({"too_large_status":400})");
  EXPECT_EQ(post("accounts", std::string(101, ' ')).status, 400);
  EXPECT_EQ(get("accounts").rows(), 1u);
}

// fact: §5.3
TEST_F(Codes, AKeyThatSeveralRowsHaveAddressesNone) {
  make("accounts", R"({"name":"A","accountnumber":"C-1"})");
  std::string second = make("accounts", R"({"name":"B","accountnumber":"C-1"})");
  ASSERT_EQ(control("POST", "keys", R"({"entity":"account","name":"by_number","columns":["accountnumber"]})").status, 200);
  const std::string path = "accounts(accountnumber='C-1')";
  for (const Answer& answer :
       {get(path), patch(path, R"({"name":"C"})"), remove(path),
        post("contacts", R"x({"lastname":"Lee","parentcustomerid_account@odata.bind":"/accounts(accountnumber='C-1')"})x"),
        post("accounts/Microsoft.Dynamics.CRM.UpsertMultiple",
             R"x({"Targets":[{"@odata.type":"Microsoft.Dynamics.CRM.account","@odata.id":"accounts(accountnumber='C-1')","name":"C"}]})x")}) {
    EXPECT_EQ(answer.status, 400) << answer.text;
    EXPECT_EQ(answer.code(), "0x8006089d");
  }
  EXPECT_EQ(remove("accounts(" + second + ")").status, 204);
  EXPECT_EQ(get(path).at("/name"), "A");
}

// fact: §5.3
TEST_F(Codes, AnyErrorOfTheTaxonomyIsRaisedByItsCode) {
  for (const auto& [code, status] :
       {std::pair("0x80044182", 400), std::pair("0x80041d52", 401), std::pair("0x8004a104", 403), std::pair("0x80040231", 403), std::pair("0x80072323", 429),
        std::pair("0x8005f103", 429), std::pair("0x80071154", 500), std::pair("0x80044171", 500), std::pair("0x80081111", 500), std::pair("0x80048543", 503),
        std::pair("0x80073002", 412), std::pair("0x8006089d", 400), std::pair("0x80045302", 400), std::pair("0x80060883", 400), std::pair("0x8004f456", 400)}) {
    json::object fault{{"name", "server_error"}, {"count", 1}, {"code", code}};
    ASSERT_EQ(control("POST", "faults", json::serialize(fault)).status, 200) << code;
    Answer answer = post("accounts", R"({"name":"A"})");
    EXPECT_EQ(answer.status, status) << code;
    EXPECT_EQ(answer.code(), code);
    EXPECT_NE(answer.message(), "absent");
    EXPECT_EQ(answer.header("Retry-After").empty(), status != 429) << code;
  }
  control("POST", "faults", R"({"name":"server_error","count":1,"code":"0x80048543","status":500,"retry_after_ms":7000})");
  Answer told = get("accounts");
  EXPECT_EQ(told.status, 500);
  EXPECT_EQ(told.header("Retry-After"), "7");
  EXPECT_EQ(get("accounts").rows(), 0u) << "nothing was done";
  EXPECT_EQ(control("POST", "faults", R"({"name":"server_error","code":"0x12345678"})").status, 400);
}

}  // namespace
}  // namespace lockstep::emulators::dynamics365

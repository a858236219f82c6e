#include "runtime/rng.h"
#include "test/emulators/dynamics365_fixture.h"

namespace lockstep::emulators::dynamics365 {
namespace {

/// Damages valid requests at random places: whatever comes is answered, never with a 5xx, and nothing is half
/// done.
class Hostile : public Dynamics365Test {
 protected:
  Hostile() : Dynamics365Test(unlimited()) {}
  static Dynamics365Options unlimited() {
    Dynamics365Options options;
    options.service_protection = false;
    return options;
  }
  std::string damaged(std::string text) {
    static constexpr std::string_view kBytes = "'\"(){}[]=,/$%&?\\ \r\n\t-0a:@.\xFF";
    for (std::uint64_t left = rng.below(3) + 1; left > 0 && !text.empty(); --left) {
      std::size_t at = rng.below(text.size());
      std::uint64_t way = rng.below(3);
      if (way == 0) text.erase(at, rng.below(8) + 1);
      if (way == 1) text.insert(at, 1, kBytes[rng.below(kBytes.size())]);
      if (way == 2) text[at] = kBytes[rng.below(kBytes.size())];
    }
    return text;
  }
  static void expect_answered(const Answer& answer, const std::string& what) {
    bool fine = (answer.status >= 200 && answer.status < 500) || answer.status == 501;
    EXPECT_TRUE(fine) << answer.status << " for " << what;
  }
  Rng rng{11};
  static constexpr int kRounds = 2000;
};

// fact: §2.13
TEST_F(Hostile, Filters) {
  contact();
  std::string filter = std::string("(contains(lastname,'L') or modifiedon ge 2025-01-01T00:00:00Z) and not contactid eq ") + kG1 +
                       " and Microsoft.Dynamics.CRM.In(PropertyName='gendercode',PropertyValues=['1','2'])";
  for (int i = 0; i < kRounds; ++i) {
    std::string bad = damaged(filter);
    expect_answered(get("contacts?$filter=" + percent_encode(bad)), bad);
  }
}

// fact: §2.13
TEST_F(Hostile, PathsAndOptions) {
  std::string path =
      "contacts(lockstep_id='A-1')/parentcustomerid_account/$ref?$select=lastname,fullname&$orderby=lastname "
      "desc"
      "&$expand=parentcustomerid_account($select=name)&$top=3&$count=true";
  for (int i = 0; i < kRounds; ++i) {
    std::string bad = damaged(path);
    expect_answered(get(bad), bad);
  }
}

// fact: §5.3
TEST_F(Hostile, Bodies) {
  std::string a = account();
  std::string body = R"({"lastname":"Lee","gendercode":1,"birthdate":"1990-01-02","donotphone":true,)"
                     R"("parentcustomerid_account@odata.bind":"/accounts()" +
                     a + ")\"}";
  for (int i = 0; i < kRounds; ++i) {
    std::string bad = damaged(body);
    expect_answered(patch(std::string("contacts(") + kG1 + ")", bad), bad);
  }
}

// fact: §2.12
TEST_F(Hostile, Batches) {
  std::string item =
      "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: 1\r\n\r\n"
      "POST /api/data/v9.2/accounts HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n"
      "{\"name\":\"A\"}\r\n";
  std::string text = "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n" + item + "--c--\r\n--b\r\n" + item + "--b--\r\n";
  for (int i = 0; i < kRounds; ++i) {
    std::string bad = damaged(text);
    expect_answered(send("POST", "/api/data/v9.2/$batch", bad, {{"Content-Type", "multipart/mixed; boundary=b"}}), bad);
  }
}

// fact: §2.13
TEST_F(Hostile, Links) {
  contact();
  std::string link = get("contacts?$select=lastname", prefer("odata.track-changes")).at("/@odata.deltaLink");
  contact();
  std::string next = get("contacts?$select=lastname", prefer("odata.maxpagesize=1")).at("/@odata.nextLink");
  for (int i = 0; i < kRounds; ++i) {
    for (const std::string& good : {link, next}) {
      std::string target = good.substr(std::string(kOrigin).size());
      std::size_t query = target.find('?');
      std::string bad = target.substr(0, query + 1) + damaged(target.substr(query + 1));
      expect_answered(send("GET", bad), bad);
    }
  }
}

// fact: §9.4 [D]
TEST_F(Hostile, ControlPlane) {
  std::string step = R"({"entity":["contact"],"message":"Update","url":"http://127.0.0.1:1/","authvalue":{"k":"v"},"delay_ms":5})";
  std::string edit =
      std::string(R"({"as":"Ann","operation":"update","object":"contact","id":")") + kG1 + R"(","fields":{"lastname":"x","statecode":1,"statuscode":null}})";
  contact();
  for (int i = 0; i < kRounds; ++i) {
    expect_answered(control("POST", "steps", damaged(step)), step);
    expect_answered(control("POST", "edit", damaged(edit)), edit);
    expect_answered(control("POST", "settings", damaged(R"({"denied":["Write contact"],"requests":5,"window_ms":1})")), "settings");
    control("DELETE", "steps");
  }
}

}  // namespace
}  // namespace lockstep::emulators::dynamics365

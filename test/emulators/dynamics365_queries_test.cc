#include "test/emulators/dynamics365_fixture.h"

namespace lockstep::emulators::dynamics365 {
namespace {

class Queries : public Dynamics365Test {
 protected:
  Queries() {
    for (const char* name : {"Ada", "Bob", "Cleo", "Dan", "Eve"}) {
      ids.push_back(make("contacts", std::string(R"({"lastname":")") + name + R"(","firstname":")" + name[0] + "\"}"));
      advance(std::chrono::seconds(10));
    }
    patch("contacts(" + ids[1] + ")", R"({"firstname":null,"gendercode":1,"birthdate":"1990-01-02"})");
  }
  /// Last names of a listing, joined.
  std::string names(const std::string& options, const http::Headers& headers = {}) { return names_of(get("contacts?$select=lastname&" + options, headers)); }
  static std::string names_of(const Answer& answer) {
    if (answer.status != 200) return std::to_string(answer.status) + " " + answer.message();
    std::string all;
    for (const json::value& row : answer.body.at("value").as_array()) {
      all += (all.empty() ? "" : " ") + std::string(row.at("lastname").as_string());
    }
    return all;
  }
  std::string filtered(const std::string& filter) { return names("$orderby=lastname&$filter=" + percent_encode(filter)); }
  std::vector<std::string> ids;
};

// fact: §2.13
TEST_F(Queries, Comparisons) {
  EXPECT_EQ(filtered("lastname eq 'ada'"), "Ada");  // without case
  EXPECT_EQ(filtered("lastname gt 'Cleo'"), "Dan Eve");
  EXPECT_EQ(filtered("lastname ge 'Cleo' and lastname lt 'Eve'"), "Cleo Dan");
  EXPECT_EQ(filtered("lastname eq 'Ada' or lastname eq 'Eve'"), "Ada Eve");
  EXPECT_EQ(filtered("not (lastname le 'Dan')"), "Eve");
  EXPECT_EQ(filtered("gendercode eq 1"), "Bob");
  EXPECT_EQ(filtered("birthdate lt 1991-01-01"), "Bob");
  EXPECT_EQ(filtered("donotemail eq true"), "");
}

// fact: §2.13
TEST_F(Queries, AndBindsTighterThanOr) { EXPECT_EQ(filtered("lastname eq 'Ada' or lastname eq 'Bob' and gendercode eq 2"), "Ada"); }

// fact: §2.13
TEST_F(Queries, NullIsTestedByEq) {
  EXPECT_EQ(filtered("firstname eq null"), "Bob");
  EXPECT_EQ(filtered("firstname ne null and lastname lt 'D'"), "Ada Cleo");
}

// fact: §2.13
// Without case, by the vendor's page on filtering rows.
TEST_F(Queries, TextFunctions) {
  EXPECT_EQ(filtered("contains(lastname,'L')"), "Cleo");
  EXPECT_EQ(filtered("startswith(lastname,'d')"), "Dan");
  EXPECT_EQ(filtered("endswith(lastname,'E') and firstname eq 'E'"), "Eve");
}

// fact: §2.13
TEST_F(Queries, QuotesAreDoubledInLiterals) {
  make("contacts", R"({"lastname":"O'Neil"})");
  EXPECT_EQ(filtered("lastname eq 'O''Neil'"), "O'Neil");
}

// fact: §2.13
TEST_F(Queries, InFunctionTakesQuotedValuesOfAnyType) {
  EXPECT_EQ(filtered("Microsoft.Dynamics.CRM.In(PropertyName='contactid',PropertyValues=['" + ids[0] + "','" + ids[3] + "'])"), "Ada Dan");
  EXPECT_EQ(filtered("Microsoft.Dynamics.CRM.In(PropertyName='gendercode',PropertyValues=['1','2'])"), "Bob");
}

// fact: §2.13
TEST_F(Queries, KeysCompareWithoutQuotes) {
  EXPECT_EQ(filtered("contactid eq " + ids[2]), "Cleo");
  EXPECT_TRUE(filtered("contactid eq '" + ids[2] + "'").starts_with("400"));
}

// fact: §2.13
// The vendor's page on wildcard characters.
TEST_F(Queries, PatternsHoldWildcardsAnywhere) {
  for (const char* name : {"Abel", "Adele", "Zoé", "50%", "a_b"}) contact(name);
  auto found = [&](const std::string& query) {
    std::string names;
    Answer answer = get("contacts?" + query);
    EXPECT_EQ(answer.status, 200) << answer.text;
    for (const json::value& row : answer.body.at("value").as_array()) names += std::string(row.at("lastname").as_string()) + " ";
    return names;
  };
  auto like = [&](const std::string& pattern) {
    return found("fetchXml=" + percent_encode("<fetch><entity name='contact'><attribute name='lastname'/><order attribute='lastname'/><filter>"
                                              "<condition attribute='lastname' operator='like' value='" +
                                              pattern + "'/></filter></entity></fetch>"));
  };
  EXPECT_EQ(like("a%l"), "Abel ");
  EXPECT_EQ(like("A%e%e"), "Adele ");
  EXPECT_EQ(like("Zo_"), "Zoé ");
  EXPECT_EQ(like("[a-e][^abd_]%"), "Bob Cleo Eve ");
  EXPECT_EQ(like("%0[%]"), "50% ");
  EXPECT_EQ(like("%[_]%"), "a_b ");
  auto filter = [&](const std::string& text) { return found("$select=lastname&$orderby=lastname&$filter=" + percent_encode(text)); };
  EXPECT_EQ(filter("startswith(lastname,'[^a-m]o')"), "Zoé ");
  EXPECT_EQ(filter("contains(lastname,'b_l')"), "Abel ");
  EXPECT_EQ(filter("endswith(lastname,'d%e')"), "Adele ");
  EXPECT_EQ(filter("contains(lastname,'0')"), "50% ");
}

// fact: §2.13
TEST_F(Queries, LookupsByValueOrNavigation) {
  std::string a = account();
  patch("contacts(" + ids[4] + ")", R"({"parentcustomerid_account@odata.bind":"/accounts()" + a + ")\"}");
  EXPECT_EQ(filtered("_parentcustomerid_value eq " + a), "Eve");
  EXPECT_EQ(filtered("parentcustomerid_account/accountid eq " + a), "Eve");
}

// fact: §2.13
TEST_F(Queries, BadFiltersAre400) {
  for (const char* filter :
       {"shoesize eq 1", "lastname like 'x'", "lastname eq", "lastname eq 'x", "gendercode eq 'x'", "(lastname eq 'x'", "near(lastname,'x')", ""}) {
    EXPECT_TRUE(filtered(filter).starts_with("400")) << filter << ": " << filtered(filter);
  }
}

// fact: §2.13
TEST_F(Queries, UnknownSelectNamesPropertyAndType) {
  Answer answer = get("incidents?$select=customerid_value");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.message(), "Could not find a property named 'customerid_value' on type 'Microsoft.Dynamics.CRM.incident'.");
}

// fact: §2.13 [I]
TEST_F(Queries, SkipIsNotSupported) {
  Answer answer = get("contacts?$skip=1");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.message(), "Skip Clause is not supported in CRM");
}

// fact: §2.13
TEST_F(Queries, OrderAndTop) {
  EXPECT_EQ(names("$orderby=lastname%20desc&$top=2"), "Eve Dan");
  EXPECT_EQ(get("contacts?$top=2").at("/@odata.nextLink"), "absent");
}

// fact: §2.13
TEST_F(Queries, TopIsIgnoredBesideAPageSize) {
  Answer answer = get("contacts?$top=1", prefer("odata.maxpagesize=3"));
  EXPECT_EQ(answer.rows(), 3u);
}

// fact: §2.13
TEST_F(Queries, APageMayBeShorterThanWhatWasAskedFor) {
  control("POST", "settings", R"({"page_rows":2})");
  Answer first = get("contacts", prefer("odata.maxpagesize=3"));
  EXPECT_EQ(first.rows(), 2u);
  EXPECT_FALSE(first.at("/@odata.nextLink").empty());
}

// fact: §2.13
TEST_F(Queries, CountsInlineAndAlone) {
  Answer answer = get("contacts?$count=true&$top=1&$filter=lastname%20gt%20'Bob'");
  EXPECT_EQ(answer.at("/@odata.count"), "3");
  Answer alone = get("contacts/$count");
  EXPECT_EQ(alone.text,
            "\xEF\xBB\xBF"
            "5");
  EXPECT_EQ(alone.header("Content-Type"), "text/plain");
}

// fact: §2.13
TEST_F(Queries, PagesFollowTheNextLinkInEveryOrder) {
  for (const char* order : {"", "$orderby=lastname%20desc", "$orderby=modifiedon%20asc,contactid%20asc", "$orderby=firstname"}) {
    http::Headers two = prefer("odata.maxpagesize=2");
    Answer page = get(std::string("contacts?$select=lastname&") + order, two);
    EXPECT_EQ(page.header("Preference-Applied"), "odata.maxpagesize=2");
    std::size_t rows = page.rows();
    std::string all = names_of(page);
    for (int pages = 1; page.at("/@odata.nextLink") != "absent"; ++pages) {
      ASSERT_LT(pages, 4) << order;
      page = follow(page.at("/@odata.nextLink"), two);
      rows += page.rows();
      all += " " + names_of(page);
    }
    EXPECT_EQ(rows, 5u) << order << ": " << all;
    if (std::string(order).find("desc") != std::string::npos) {
      EXPECT_EQ(all, "Eve Dan Cleo Bob Ada");
    }
    if (std::string(order).find("modifiedon") != std::string::npos) {
      EXPECT_EQ(all, "Ada Cleo Dan Eve Bob");
    }
  }
}

// fact: §3.2
TEST_F(Queries, WatermarkWindowIsInclusiveAtBothEnds) {
  EXPECT_EQ(
      names("$orderby=modifiedon%20asc,contactid%20asc&$filter=" + percent_encode("modifiedon ge 2026-11-18T11:07:00Z and modifiedon le 2026-11-18T11:07:10Z")),
      "Cleo Dan");
}

// fact: §2.13 [D]
TEST_F(Queries, ForgedSkipTokenIsRefused) { EXPECT_EQ(get("contacts?$skiptoken=abc").status, 400); }

// fact: §2.13
TEST_F(Queries, TotalRecordCountFunction) {
  EXPECT_EQ(get("RetrieveTotalRecordCount(EntityNames=['contact'])").at("/EntityRecordCountCollection/Values/0"), "5");
}

class Delta : public Queries {
 protected:
  /// Follows pages to the delta link; rows seen on the way are added to `seen`.
  std::string to_delta(Answer page, std::vector<json::value>& seen, const http::Headers& headers) {
    while (true) {
      EXPECT_EQ(page.status, 200) << page.text;
      if (page.status != 200) return "";
      for (const json::value& row : page.body.at("value").as_array()) seen.push_back(row);
      if (page.at("/@odata.nextLink") == "absent") return page.at("/@odata.deltaLink");
      EXPECT_EQ(page.at("/@odata.deltaLink"), "absent");
      page = follow(page.at("/@odata.nextLink"), headers);
    }
  }
  std::string start(const std::string& select = "lastname") {
    std::vector<json::value> seen;
    http::Headers track = prefer("odata.track-changes,odata.maxpagesize=2");
    std::string link = to_delta(get("contacts?$select=" + select, track), seen, track);
    EXPECT_EQ(seen.size(), 5u);
    return link;
  }
};

// fact: §3.1
TEST_F(Delta, FullWalkEndsInADeltaLinkWithVersionAndTime) {
  std::string link = start();
  EXPECT_NE(link.find("contacts?$select=lastname&$deltatoken="), std::string::npos) << link;
  EXPECT_NE(percent_decode(link, false).find("!11/18/2026 11:07:30"), std::string::npos) << link;
}

// fact: §3.1
TEST_F(Delta, NothingChangedGivesANewLink) {
  Answer answer = follow(start());
  EXPECT_EQ(answer.rows(), 0u);
  EXPECT_NE(answer.at("/@odata.deltaLink"), "absent");
  EXPECT_TRUE(answer.at("/@odata.context").ends_with("$metadata#contacts(lastname)/$delta"));
}

// fact: §3.1
TEST_F(Delta, ChangedRowsByVersionThenDeletedOnes) {
  std::string link = start();
  remove("contacts(" + ids[0] + ")");
  patch("contacts(" + ids[3] + ")", R"({"lastname":"Daniel"})");
  make("contacts", R"({"lastname":"Finn"})");
  Answer answer = follow(link);
  ASSERT_EQ(answer.rows(), 3u);
  EXPECT_EQ(answer.at("/value/0/lastname"), "Daniel");
  EXPECT_EQ(answer.at("/value/1/lastname"), "Finn");
  EXPECT_EQ(answer.at("/value/2/id"), ids[0]);
  EXPECT_EQ(answer.at("/value/2/reason"), "deleted");
  EXPECT_EQ(answer.at("/value/2/@odata.context"), "http://127.0.0.1:8103/api/data/v9.2/$metadata#contacts/$deletedEntity");
  EXPECT_EQ(answer.at("/value/2/@odata.etag"), "absent");
}

// fact: §3.1 [D]
TEST_F(Delta, ChangeInAnUnselectedColumnIsReported) {
  std::string link = start();
  patch("contacts(" + ids[3] + ")", R"({"fax":"1"})");
  EXPECT_EQ(follow(link).rows(), 1u);
}

// fact: §3.1
TEST_F(Delta, CreatedAndDeletedBetweenPollsIsADeletedEntry) {
  std::string link = start();
  remove("contacts(" + contact("Gone") + ")");
  Answer answer = follow(link);
  ASSERT_EQ(answer.rows(), 1u);
  EXPECT_EQ(answer.at("/value/0/reason"), "deleted");
}

// fact: §3.1
TEST_F(Delta, AnswersPageAndChangesMeanwhileComeWithTheNextLink) {
  std::string link = start();
  for (const std::string& id : ids) patch("contacts(" + id + ")", R"({"fax":"1"})");
  remove("contacts(" + ids[4] + ")");
  http::Headers two = prefer("odata.maxpagesize=2");
  Answer first = follow(link, two);
  EXPECT_EQ(first.rows(), 2u);
  patch("contacts(" + ids[3] + ")", R"({"fax":"2"})");
  std::vector<json::value> seen;
  std::string next = to_delta(first, seen, two);
  EXPECT_EQ(seen.size(), 4u);  // three rows and the deleted one; the fourth moved behind this answer's end
  EXPECT_EQ(follow(next).rows(), 1u);
}

// fact: §3.1 [D]
TEST_F(Delta, ChangeDuringTheFullWalkIsNotLost) {
  http::Headers track = prefer("odata.track-changes,odata.maxpagesize=2");
  Answer first = get("contacts?$select=lastname", track);
  patch("contacts(" + first.at("/value/0/contactid") + ")", R"({"lastname":"Late"})");
  std::vector<json::value> seen;
  std::string link = to_delta(first, seen, track);
  EXPECT_EQ(follow(link).at("/value/0/lastname"), "Late");
}

// fact: §3.1 [?] switch: change_tracking_ms
TEST_F(Delta, LinkExpiresAfterSevenDays) {
  std::string link = start();
  advance(std::chrono::hours(7 * 24 - 1));
  EXPECT_EQ(get("WhoAmI").status, 401);
  sign_in();
  EXPECT_EQ(follow(link).status, 200);
  advance(std::chrono::hours(2));
  sign_in();
  Answer answer = follow(link);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.code(), "0x80044352");
}

// fact: §3.1 [?] switch: expired_token_status
TEST_F(Delta, AnExpiredLinkIsToldByItsCodeWhateverTheStatus) {
  control("POST", "settings", R"({"expired_token_status":410,"change_tracking_ms":1000})");
  std::string link = start();
  advance(std::chrono::seconds(2));
  Answer answer = follow(link);
  EXPECT_EQ(answer.status, 410);
  EXPECT_EQ(answer.code(), "0x80044352");
}

// fact: §3.1 [D]
TEST_F(Delta, TokenIsBoundToItsSelect) {
  std::string link = start("lastname");
  link.replace(link.find("$select=lastname"), 16, "$select=firstname");
  EXPECT_EQ(follow(link).status, 400);
}

// fact: §3.1
TEST_F(Delta, FilterOrderExpandAndTopAreRefused) {
  for (const char* option : {"$filter=lastname%20eq%20'x'", "$orderby=lastname", "$expand=masterid", "$top=1"}) {
    Answer answer = get(std::string("contacts?") + option, prefer("odata.track-changes"));
    EXPECT_EQ(answer.status, 400) << option;
    EXPECT_TRUE(answer.message().ends_with("query parameter isn't supported when Change Tracking is enabled."));
  }
}

// fact: §3.1
TEST_F(Delta, CountOfChanges) {
  std::string link = start();
  patch("contacts(" + ids[3] + ")", R"({"fax":"1"})");
  link.replace(link.find("contacts?"), 9, "contacts/$count?");
  EXPECT_TRUE(follow(link).text.ends_with("1"));
}

// fact: §3.1 [?] switch: untracked_status
TEST_F(Delta, TableWithoutTrackingIsRefused) {
  EXPECT_EQ(get("systemusers", prefer("odata.track-changes")).status, 400);
  control("POST", "settings", R"({"untracked_status":501})");
  EXPECT_EQ(get("systemusers", prefer("odata.track-changes")).status, 501);
}

}  // namespace
}  // namespace lockstep::emulators::dynamics365

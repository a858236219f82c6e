// The support system's side: its records by its own ids, in step with everybody else's.
#include "test/api/door.h"

namespace lockstep::support {
namespace {

TEST_F(ApiTest, ANewRecordIsAnsweredWithItselfAndReachesTheOtherSystems) {
  const auto made = call("PUT", "/v1/contacts/42", R"({"name": "Ada", "email": "Ada@Example.com", "city": "London"})");
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_TRUE(holds(made, R"("id": "42")"));
  EXPECT_TRUE(made.headers.contains("ETag"));
  ASSERT_TRUE(world.settle());
  const FakeRecord* there = north->find("contact", "name", "Ada");
  ASSERT_TRUE(there);
  EXPECT_EQ(there->fields.at("city"), text("London"));
  const auto shop = call("GET", "/v1/contacts", "", "shop-key-0123456789");
  EXPECT_EQ(shop.status, 200);
  EXPECT_TRUE(holds(shop, "London")) << shop.body;
}

TEST_F(ApiTest, ASecondPutOfTheSameIdChangesTheRecordAndMakesNoOther) {
  call("PUT", "/v1/contacts/42", R"({"name": "Ada"})");
  const auto again = call("PUT", "/v1/contacts/42", R"({"name": "Ada Byron"})");
  EXPECT_EQ(again.status, 200) << again.body;
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(entities(), 1u);
  EXPECT_EQ(north->live("contact").size(), 1u);
  EXPECT_TRUE(north->find("contact", "name", "Ada Byron"));
}

TEST_F(ApiTest, APatchLeavesTheOtherFieldsAndNullClears) {
  call("PUT", "/v1/contacts/42", R"({"name": "Ada", "city": "London", "title": "Countess"})");
  const auto patched = call("PATCH", "/v1/contacts/42", R"({"city": null})");
  EXPECT_EQ(patched.status, 200) << patched.body;
  ASSERT_TRUE(world.settle());
  const FakeRecord* there = north->find("contact", "name", "Ada");
  ASSERT_TRUE(there);
  EXPECT_EQ(there->fields.at("title"), text("Countess"));
  EXPECT_TRUE(!there->fields.contains("city") || there->fields.at("city").is_null());
}

TEST_F(ApiTest, AVersionOutlastsThatOtherSystemsComeToTheSameValues) {
  const std::string tag(*call("PUT", "/v1/contacts/42", R"({"name": "Ada"})").headers.find("ETag"));
  ASSERT_TRUE(world.settle());
  world.run_for(Duration{5 * 60'000});  // so long ago that north is read before it is written
  const std::string next(*call("PATCH", "/v1/contacts/42", R"({"title": "Countess"})").headers.find("ETag"));
  EXPECT_NE(next, tag);
  world.run_for(Duration{1});
  north->edit("contact", north->find("contact", "name", "Ada")->id, {{"title", text("Countess")}});
  world.run_for(Duration{10 * 60'000});
  EXPECT_EQ(call("GET", "/v1/contacts/42").headers.find("ETag"), next) << "north agrees, later: who read it before may still change it";
}

TEST_F(ApiTest, ADeleteIsPassedOn) {
  call("PUT", "/v1/contacts/42", R"({"name": "Ada"})");
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(call("DELETE", "/v1/contacts/42").status, 204);
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(north->live("contact").empty());
  EXPECT_EQ(call("GET", "/v1/contacts/42").status, 404);
  EXPECT_EQ(call("DELETE", "/v1/contacts/42").status, 404);
}

TEST_F(ApiTest, AnIdThatIsUsedAgainTakesNothingOverFromWhomItStoodForBefore) {
  ASSERT_EQ(call("PUT", "/v1/contacts/42", R"({"name": "Ada", "email": "ada@example.com", "tags": ["vip"]})").status, 201);
  ASSERT_EQ(call("PUT", "/v1/cases/1", R"({"subject": "Leak", "contact": "42"})").status, 201);
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(call("DELETE", "/v1/contacts/42").status, 204);
  const auto made = call("PUT", "/v1/contacts/42", R"({"name": "Bob"})");
  EXPECT_EQ(made.status, 201);
  EXPECT_TRUE(holds(made, R"("email": null)")) << made.body;
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(north->live("contact").size(), 1u);
  const FakeRecord& bob = *north->live("contact").at(0);
  EXPECT_EQ(north->text("contact", bob.id, "name"), "Bob");
  EXPECT_EQ(north->text("contact", bob.id, "email"), "");
  EXPECT_EQ(north->text("contact", bob.id, "tags"), "");
  EXPECT_EQ(north->text("case", north->live("case").at(0)->id, "contact"), "") << "it was hers";
  const auto feed = call("GET", "/v1/changes");
  EXPECT_FALSE(holds(feed, R"("id": "")")) << feed.body;
}

TEST_F(ApiTest, AnIdThatIsUsedAgainChangesNobodyWhoLivesOnElsewhere) {
  gateway.reset();
  world.stop();
  world.configure = [](Hub& hub) {
    for (TypePolicy& type : hub.policies) type.links[0].deletes = DeletePolicy::ignore;
  };
  world.start();
  open_gateway();
  ASSERT_EQ(call("PUT", "/v1/contacts/42", R"({"name": "Ada", "email": "ada@example.com"})").status, 201);
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(call("DELETE", "/v1/contacts/42").status, 204);
  EXPECT_EQ(call("PUT", "/v1/contacts/42", R"({"name": "Bob", "email": "bob@example.com"})").status, 201);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(north->live("contact").size(), 2u);
  EXPECT_NE(north->find("contact", "name", "Ada"), nullptr);
  const auto kept = call("GET", "/v1/contacts");
  EXPECT_FALSE(holds(kept, "Ada")) << "it was deleted here, and left alone: " << kept.body;
}

TEST_F(ApiTest, AnIdThatLockstepChoseStandsForNobodyElse) {
  const std::string there = north->add("contact", contact("Ada", "ada@example.com"));
  ASSERT_TRUE(world.settle());
  const std::string path = "/v1/contacts/" + world.golden("contact").at(0).id.value().text();
  ASSERT_EQ(call("DELETE", path).status, 204);
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(call("PUT", path, R"({"name": "Bob", "email": "bob@example.com"})").status, 201);
  north->restore("contact", there);
  ASSERT_TRUE(world.settle());
  const auto kept = call("GET", "/v1/contacts");
  const std::string id = "\"id\": \"" + path.substr(13) + "\"";
  EXPECT_NE(kept.body.find(id), std::string::npos) << kept.body;
  EXPECT_EQ(kept.body.find(id), kept.body.rfind(id)) << kept.body;
}

TEST_F(ApiTest, AnIdThatLockstepWouldChooseStandsForTheSame) {
  const auto start_again = [this](bool creates) {
    gateway.reset();
    world.stop();
    world.configure = [creates](Hub& hub) { hub.policies[hub.model.find("contact")->value()].links[0].creates = creates; };
    world.start();
    open_gateway();
  };
  start_again(false);
  north->add("contact", contact("Ada", "ada@example.com"));
  ASSERT_TRUE(world.settle());
  const std::string path = "/v1/contacts/" + world.golden("contact").at(0).id.value().text();
  ASSERT_EQ(call("GET", path).status, 404);
  ASSERT_EQ(call("PUT", path, R"({"name": "Ada Lovelace"})").status, 201);
  start_again(true);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(entities(), 1u);
  EXPECT_NE(north->find("contact", "name", "Ada Lovelace"), nullptr);
}

TEST_F(ApiTest, WhoIsSentAgainAfterItsDeleteComesBackAsItWas) {
  ASSERT_EQ(call("PUT", "/v1/contacts/42", R"({"name": "Ada", "email": "ada@example.com", "tags": ["vip"]})").status, 201);
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(call("DELETE", "/v1/contacts/42").status, 204);
  EXPECT_EQ(call("PUT", "/v1/contacts/42", R"({"name": "Ada", "email": "ADA@example.com"})").status, 201);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(entities(), 1u);
  ASSERT_EQ(north->live("contact").size(), 1u);
  EXPECT_NE(north->text("contact", north->live("contact").at(0)->id, "tags"), "");
}

TEST_F(ApiTest, AnEditThatCountsAgainstADeleteElsewhereKeepsTheOtherFields) {
  ASSERT_EQ(call("PUT", "/v1/contacts/42", R"({"name": "Ada", "email": "ada@example.com"})").status, 201);
  ASSERT_TRUE(world.settle());
  north->remove("contact", north->live("contact").at(0)->id);
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(call("GET", "/v1/contacts/42").status, 404);
  EXPECT_EQ(call("PUT", "/v1/contacts/42", R"({"name": "Ada", "city": "London"})").status, 201);
  ASSERT_TRUE(world.settle());
  EXPECT_NE(north->find("contact", "email", "ada@example.com"), nullptr);
}

TEST_F(ApiTest, ARecordMadeElsewhereShowsAllFieldsOfItsType) {
  north->add("contact", contact("Ada", "ada@example.com"));
  ASSERT_TRUE(world.settle());
  const auto listed = call("GET", "/v1/contacts");
  EXPECT_TRUE(
      holds(listed, R"("fields": {"name": "Ada", "email": "ada@example.com", "phone": null, "city": null, "title": null, "tags": null, "account": null}})"))
      << listed.body;
}

TEST_F(ApiTest, AnEditElsewhereIsReadHereAndTellsInTheFeed) {
  call("PUT", "/v1/contacts/42", R"({"name": "Ada"})");
  ASSERT_TRUE(world.settle());
  const auto before = call("GET", "/v1/changes?after=0");
  ASSERT_EQ(before.status, 200);
  const std::size_t at = before.body.find("\"next\": ");
  const std::string next = before.body.substr(at + 8, before.body.find(',', at) - at - 8);
  north->edit("contact", north->live("contact")[0]->id, {{"city", text("Paris")}});
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(holds(call("GET", "/v1/contacts/42"), "Paris"));
  const auto after = call("GET", "/v1/changes?after=" + next);
  EXPECT_TRUE(holds(after, "Paris")) << after.body;
  EXPECT_TRUE(holds(after, R"("id": "42")"));
}

TEST_F(ApiTest, AnEditHereAndOneElsewhereOfOtherFieldsAreBothKept) {
  call("PUT", "/v1/contacts/42", R"({"name": "Ada"})");
  ASSERT_TRUE(world.settle());
  north->edit("contact", north->live("contact")[0]->id, {{"city", text("Paris")}});
  call("PATCH", "/v1/contacts/42", R"({"title": "Countess"})");
  ASSERT_TRUE(world.settle());
  const auto read = call("GET", "/v1/contacts/42");
  EXPECT_TRUE(holds(read, "Paris") && holds(read, "Countess")) << read.body;
  EXPECT_EQ(north->text("contact", north->live("contact")[0]->id, "title"), "Countess");
}

TEST_F(ApiTest, ReferencesAreTheSupportSystemsOwnIds) {
  call("PUT", "/v1/accounts/a1", R"({"name": "Acme", "domain": "acme.com"})");
  EXPECT_EQ(call("PUT", "/v1/contacts/42", R"({"name": "Ada", "account": "a1"})").status, 201);
  EXPECT_EQ(call("PUT", "/v1/cases/7", R"({"subject": "It burns", "contact": {"type": "contact", "id": "42"}, "account": "a1"})").status, 201);
  ASSERT_TRUE(world.settle());
  const FakeRecord* burning = north->find("case", "subject", "It burns");
  ASSERT_TRUE(burning);
  EXPECT_EQ(burning->fields.at("contact"), reference("contact", id_of(*north, "contact", "name", "Ada")));
  EXPECT_TRUE(holds(call("GET", "/v1/cases/7"), R"("contact": {"type": "contact", "id": "42"})"));
}

TEST_F(ApiTest, TwoHostedSystemsStayInStep) {
  call("PUT", "/v1/contacts/42", R"({"name": "Ada", "email": "ada@example.com"})");
  const auto other = call("PUT", "/v1/contacts/c-1", R"({"name": "Ada", "email": "ada@example.com", "city": "Paris"})", "shop-key-0123456789");
  EXPECT_EQ(other.status, 201) << other.body;
  EXPECT_EQ(entities(), 1u);
  EXPECT_TRUE(holds(call("GET", "/v1/contacts/42"), "Paris"));
  call("PATCH", "/v1/contacts/42", R"({"city": "Rome"})");
  EXPECT_TRUE(holds(call("GET", "/v1/contacts/c-1", "", "shop-key-0123456789"), "Rome"));
  EXPECT_EQ(call("GET", "/v1/contacts/c-1").status, 404) << "ids of another connection mean nothing here";
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(north->live("contact").size(), 1u);
}

TEST_F(ApiTest, ABatchTakesManyLines) {
  std::string lines = R"({"type": "account", "id": "a1", "fields": {"name": "Acme", "domain": "acme.com"}})"
                      "\n";
  for (int i = 0; i < 200; ++i)
    lines += R"({"op": "upsert", "type": "contact", "id": ")" + std::to_string(i) + R"(", "fields": {"name": "Person )" + std::to_string(i) +
             R"(", "account": "a1"}})" + "\n";
  lines +=
      "\n"
      R"({"op": "patch", "type": "contact", "id": "3", "fields": {"city": "Rome"}})"
      "\n"
      R"({"op": "delete", "type": "contact", "id": "5"})"
      "\n";
  const auto answer = call("POST", "/v1/batch", lines);
  EXPECT_EQ(answer.status, 200) << answer.body.substr(0, 400);
  EXPECT_EQ(std::count(answer.body.begin(), answer.body.end(), '\n'), 203);
  EXPECT_EQ(answer.headers.find("Content-Type"), "application/x-ndjson");
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(north->live("contact").size(), 199u);
  EXPECT_EQ(north->find("contact", "name", "Person 3")->fields.at("city"), text("Rome"));
}

TEST_F(ApiTest, ListsPageByPageWithoutRepeatingOrMissing) {
  std::string lines;
  for (int i = 0; i < 25; ++i) lines += R"({"type": "contact", "id": "p)" + std::to_string(i) + R"(", "fields": {"name": "Person"}})" + "\n";
  ASSERT_EQ(call("POST", "/v1/batch", lines).status, 200);
  std::set<std::string> seen;
  std::string after;
  for (int page = 0; page < 5; ++page) {
    const auto answer = call("GET", "/v1/contacts?limit=10" + after);
    ASSERT_EQ(answer.status, 200);
    for (std::size_t at = answer.body.find(R"("id": "p)"); at != std::string::npos; at = answer.body.find(R"("id": "p)", at + 1))
      EXPECT_TRUE(seen.insert(answer.body.substr(at, answer.body.find('"', at + 7) - at)).second);
    const std::size_t next = answer.body.find("\"next\": \"");
    if (next == std::string::npos) break;
    after = "&after=" + answer.body.substr(next + 9, 26);
  }
  EXPECT_EQ(seen.size(), 25u);
}

TEST_F(ApiTest, IfMatchGuardsAgainstLostUpdates) {
  const auto made = call("PUT", "/v1/contacts/42", R"({"name": "Ada"})");
  const std::string tag(*made.headers.find("ETag"));
  EXPECT_EQ(call("PATCH", "/v1/contacts/42", R"({"city": "Rome"})", "support-key-0123456789", {{"If-Match", tag}}).status, 200);
  const auto late = call("PATCH", "/v1/contacts/42", R"({"city": "Paris"})", "support-key-0123456789", {{"If-Match", tag}});
  EXPECT_EQ(late.status, 412) << late.body;
  EXPECT_EQ(call("PUT", "/v1/contacts/nobody", R"({"name": "Bea"})", "support-key-0123456789", {{"If-Match", "*"}}).status, 412);
  EXPECT_EQ(call("PUT", "/v1/contacts/42", R"({"city": "Rome"})", "support-key-0123456789", {{"If-Match", "*"}}).status, 200);
  EXPECT_TRUE(holds(call("GET", "/v1/contacts/42"), "Rome"));
}

TEST_F(ApiTest, ATwinOfAKnownRecordWaitsForAPerson) {
  call("PUT", "/v1/contacts/42", R"({"name": "Ada", "email": "ada@example.com"})");
  const auto twin = call("PUT", "/v1/contacts/43", R"({"name": "Ada B.", "email": "ada@example.com"})");
  EXPECT_EQ(twin.status, 202) << twin.body;
  EXPECT_TRUE(holds(twin, "possible duplicate"));
  ASSERT_EQ(world.open_reviews().size(), 1u);
  EXPECT_EQ(entities(), 1u);
}

TEST_F(ApiTest, AChangeOfASecondRecordIsRefusedNotLost) {
  call("PUT", "/v1/contacts/42", R"({"name": "Ada", "email": "ada@example.com"})");
  call("PUT", "/v1/contacts/43", R"({"name": "Bea", "email": "bea@example.com"})");
  ASSERT_TRUE(world.settle());
  north->merge("contact", id_of(*north, "contact", "name", "Bea"), id_of(*north, "contact", "name", "Ada"));
  ASSERT_TRUE(world.settle());
  std::string second;
  for (const ReviewItem& item : world.open_reviews())
    if (item.connection == world.system_of("support").id) second = item.remote.id;
  ASSERT_NE(second, "");
  const std::string path = "/v1/contacts/";
  EXPECT_EQ(call("PATCH", path + second, R"({"city": "Rome"})").status, 409);
  EXPECT_EQ(call("PUT", path + second, R"({"name": "Bea", "city": "Rome"})").status, 409);
  const std::string first = second == "42" ? "43" : "42";
  EXPECT_EQ(call("DELETE", path + first).status, 204) << "the second one takes its place";
  EXPECT_EQ(call("PATCH", path + second, R"({"city": "Rome"})").status, 200);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(north->text("contact", north->live("contact").at(0)->id, "city"), "Rome");
}

/// Two people of north share an address, as somebody has confirmed. The support system's record may be either.
class HeldRecords : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    ada = north->add("contact", contact("Ada", "ada@example.com"));
    twin = north->add("contact", contact("Ada L.", "ada@example.com"));
    ASSERT_TRUE(world.settle());
    ASSERT_TRUE(world.resolve(world.open_reviews().at(0), "new"));
    ASSERT_TRUE(world.settle());
    ASSERT_EQ(entities(), 2u);
    ASSERT_EQ(call("PUT", "/v1/contacts/43", R"({"name": "Ada B.", "email": "ada@example.com", "city": "Rome"})").status, 202);
    ASSERT_TRUE(world.settle());
  }
  ReviewItem item() {
    for (const ReviewItem& one : world.open_reviews())
      if (one.remote.id == "43") return one;
    ADD_FAILURE() << "nobody is asked about contact 43";
    return {};
  }
  std::string ada, twin;
};

TEST_F(HeldRecords, AreMadeWhenAPersonSaysThatTheyAreNew) {
  ASSERT_TRUE(world.resolve(item(), "new"));
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(holds(call("GET", "/v1/contacts/43"), "Rome"));
  EXPECT_NE(north->find("contact", "name", "Ada B."), nullptr) << "what was sent once is not lost";
}

TEST_F(HeldRecords, AreMergedIntoTheCandidateThatAPersonChooses) {
  const ReviewItem asked = item();
  ASSERT_TRUE(world.resolve(asked, "1"));
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(holds(call("GET", "/v1/contacts/43"), asked.candidates.at(0).entity.value().text()));
  const auto in_rome = [&](const std::string& id) { return north->text("contact", id, "city") == "Rome"; };
  EXPECT_NE(in_rome(ada), in_rome(twin));
}

TEST_F(HeldRecords, TakeEditsMeanwhile) {
  EXPECT_EQ(call("PATCH", "/v1/contacts/43", R"({"city": "Paris"})").status, 202);
  EXPECT_TRUE(holds(call("GET", "/v1/contacts/43"), "possible duplicate"));
  ASSERT_TRUE(world.resolve(item(), "new"));
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(holds(call("GET", "/v1/contacts/43"), "Paris"));
  EXPECT_TRUE(holds(call("GET", "/v1/contacts/43"), "Ada B."));
}

TEST_F(HeldRecords, ThatAreDeletedLeaveNothing) {
  EXPECT_EQ(call("DELETE", "/v1/contacts/43").status, 204);
  ASSERT_TRUE(world.settle());
  for (const ReviewItem& one : world.open_reviews()) EXPECT_NE(one.remote.id, "43");
  EXPECT_EQ(call("GET", "/v1/contacts/43").status, 404);
}

TEST_F(HeldRecords, AreLookedAtAgainWhenTheSystemsSettleWhoIsWho) {
  gateway.reset();
  world.crash();
  world.start();
  open_gateway();
  ASSERT_TRUE(world.settle());
  north->merge("contact", twin, ada);
  world.push("north", "contact", ada);
  world.push("north", "contact", twin);
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(holds(call("GET", "/v1/contacts/43"), "Rome"));
  EXPECT_EQ(north->text("contact", ada, "city"), "Rome");
  for (const ReviewItem& one : world.open_reviews()) EXPECT_NE(one.remote.id, "43");
}

TEST_F(HeldRecords, HoldWhatRefersToThem) {
  const auto answer = call("PUT", "/v1/cases/c1", R"({"subject": "Broken", "contact": "43"})");
  EXPECT_EQ(answer.status, 202) << answer.body;
  EXPECT_TRUE(holds(answer, R"("waits_for": {"type": "contact", "id": "43"})")) << answer.body;
  EXPECT_EQ(call("PUT", "/v1/cases/c1", R"({"subject": "Broken", "contact": "43"})").status, 202) << "told twice";
  EXPECT_EQ(call("PATCH", "/v1/cases/c1", R"({"subject": "Broken again"})").status, 202);
  EXPECT_TRUE(holds(call("GET", "/v1/cases/c1"), "waits_for"));
  gateway.reset();
  world.crash();
  world.start();
  open_gateway();
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(north->live("case").empty());
  ASSERT_TRUE(world.resolve(item(), "new"));
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(holds(call("GET", "/v1/cases/c1"), R"("contact": {"type": "contact", "id": "43"})")) << call("GET", "/v1/cases/c1").body;
  ASSERT_EQ(north->live("case").size(), 1u);
  EXPECT_EQ(north->text("case", north->live("case").at(0)->id, "subject"), "Broken again");
  EXPECT_EQ(entities("case"), 1u);
}

TEST_F(HeldRecords, ThatAreDeletedLetGoWhatRefersToThem) {
  ASSERT_EQ(call("PUT", "/v1/cases/c1", R"({"subject": "Broken", "contact": "43"})").status, 202);
  ASSERT_EQ(call("PUT", "/v1/cases/c2", R"({"subject": "Lost", "contact": "43"})").status, 202);
  EXPECT_EQ(call("DELETE", "/v1/cases/c2").status, 204);
  EXPECT_EQ(call("DELETE", "/v1/contacts/43").status, 204);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(north->live("case").size(), 1u) << "a case without its contact, rather than none";
  EXPECT_EQ(call("GET", "/v1/cases/c1").status, 200);
  EXPECT_EQ(call("GET", "/v1/cases/c2").status, 404);
}

TEST_F(HeldRecords, CannotBeNamedByRecordsThatAreNotHeld) {
  ASSERT_EQ(call("PUT", "/v1/cases/c1", R"({"subject": "Broken"})").status, 201);
  EXPECT_EQ(call("PATCH", "/v1/cases/c1", R"({"contact": "43"})").status, 422) << "nobody could tell it again";
  ASSERT_EQ(call("PUT", "/v1/accounts/a1", R"({"name": "Acme", "main_contact": "43"})").status, 202);
  EXPECT_EQ(call("PATCH", "/v1/contacts/43", R"({"account": "a1"})").status, 422) << "both would wait for ever";
}

TEST_F(ApiTest, EverythingIsThereAfterARestart) {
  call("PUT", "/v1/contacts/42", R"({"name": "Ada"})");
  gateway.reset();
  world.crash();
  world.start();
  open_gateway();
  EXPECT_EQ(call("GET", "/v1/contacts/42").status, 200);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(north->live("contact").size(), 1u);
}

}  // namespace
}  // namespace lockstep::support

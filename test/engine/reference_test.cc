// Records that refer to others: a record waits for what it refers to, and is never failed for it.
#include <gtest/gtest.h>

#include <algorithm>

#include "test/support/scenes.h"

namespace lockstep::support {
namespace {

TEST(References, AContactIsMadeAfterItsAccountAndPointsToIt) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  const std::string firm = north.add("account", account("Acme", "acme.com"));
  FieldValues ada = contact("Ada", "ada@example.com");
  ada["account"] = reference("account", firm);
  north.add("contact", ada);
  world.start();
  ASSERT_TRUE(world.settle());
  const std::string there = id_of(east, "account", "domain", "acme.com");
  ASSERT_NE(there, "");
  const FakeRecord* made = east.find("contact", "email", "ada@example.com");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->fields.at("account"), reference("account", there));
  ASSERT_EQ(east.writes.size(), 2u);
  EXPECT_EQ(east.writes[0].object, "account");
}

TEST(References, AContactWaitsForAnAccountThatCannotBeMadeYetAndIsWoken) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  bool refuses = true;
  east.refuse = [&](connector::Operation, const std::string& object, const FieldValues&) -> std::optional<connector::Failure> {
    if (object != "account" || !refuses) return std::nullopt;
    return failure_of(connector::FailureClass::unclassified, "not now");
  };
  const std::string firm = north.add("account", account("Acme", "acme.com"));
  FieldValues ada = contact("Ada", "ada@example.com");
  ada["account"] = reference("account", firm);
  north.add("contact", ada);
  world.start();
  world.run_for(Duration{8'000});
  EXPECT_TRUE(east.live("contact").empty());
  EXPECT_TRUE(world.dead_letters().empty());
  refuses = false;
  ASSERT_TRUE(world.settle());
  const FakeRecord* made = east.find("contact", "email", "ada@example.com");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->fields.at("account"), reference("account", id_of(east, "account", "domain", "acme.com")));
}

TEST(References, ACycleIsMadeWithoutTheReferenceAndPatched) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  const std::string firm = north.add("account", account("Acme", "acme.com"));
  FieldValues ada = contact("Ada", "ada@example.com");
  ada["account"] = reference("account", firm);
  const std::string person = north.add("contact", ada);
  north.edit("account", firm, {{"main_contact", reference("contact", person)}});
  world.start();
  ASSERT_TRUE(world.settle());
  const FakeRecord* made_account = east.find("account", "domain", "acme.com");
  const FakeRecord* made_contact = east.find("contact", "email", "ada@example.com");
  ASSERT_TRUE(made_account && made_contact);
  EXPECT_EQ(made_contact->fields.at("account"), reference("account", made_account->id));
  EXPECT_EQ(made_account->fields.at("main_contact"), reference("contact", made_contact->id));
  const std::size_t writes = world.writes();
  world.run_for(Duration{2 * 3'600'000});
  EXPECT_EQ(world.writes(), writes);
}

TEST(References, AccountsThatReferToEachOtherAreBothMade) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  const std::string one = north.add("account", account("One", "one.com"));
  const std::string two = north.add("account", account("Two", "two.com"));
  north.edit("account", one, {{"parent", reference("account", two)}});
  north.edit("account", two, {{"parent", reference("account", one)}});
  world.start();
  ASSERT_TRUE(world.settle());
  const FakeRecord* there_one = east.find("account", "domain", "one.com");
  const FakeRecord* there_two = east.find("account", "domain", "two.com");
  ASSERT_TRUE(there_one && there_two);
  EXPECT_EQ(there_one->fields.at("parent"), reference("account", there_two->id));
  EXPECT_EQ(there_two->fields.at("parent"), reference("account", there_one->id));
}

TEST(References, ARecordReadBeforeWhatItRefersToIsReadAgain) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  world.start();
  ASSERT_TRUE(world.settle());
  // The contact is told of at once, its account only by the next poll.
  const std::string firm = north.add("account", account("Acme", "acme.com"));
  FieldValues ada = contact("Ada", "ada@example.com");
  ada["account"] = reference("account", firm);
  const std::string person = north.add("contact", ada);
  world.push("north", "contact", person);
  ASSERT_TRUE(world.settle());
  const FakeRecord* made = east.find("contact", "email", "ada@example.com");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->fields.at("account"), reference("account", id_of(east, "account", "domain", "acme.com")));
}

TEST(References, ACaseFollowsItsContactToAnotherAccount) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  const std::string first = north.add("account", account("One", "one.com"));
  north.add("account", account("Two", "two.com"));
  FieldValues ada = contact("Ada", "ada@example.com");
  ada["account"] = reference("account", first);
  const std::string person = north.add("contact", ada);
  world.start();
  ASSERT_TRUE(world.settle());
  const std::string there = id_of(east, "contact", "email", "ada@example.com");
  east.edit("contact", there, {{"account", reference("account", id_of(east, "account", "domain", "two.com"))}});
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(north.at("contact", person).fields.at("account"), reference("account", id_of(north, "account", "domain", "two.com")));
  east.edit("contact", there, {{"account", Value{}}});
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(north.at("contact", person).fields.at("account").is_null());
}

TEST(References, AnAccountThatIsDeletedIsTakenOutOfItsContactsFirst) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  const std::string firm = north.add("account", account("Acme", "acme.com"));
  FieldValues ada = contact("Ada", "ada@example.com");
  ada["account"] = reference("account", firm);
  const std::string person = north.add("contact", ada);
  world.start();
  ASSERT_TRUE(world.settle());
  const std::string there = id_of(east, "contact", "email", "ada@example.com");
  north.remove("account", firm);
  north.edit("contact", person, {{"account", Value{}}});
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(east.live("account").empty());
  EXPECT_TRUE(east.at("contact", there).fields.at("account").is_null());
  std::size_t cleared = 0, removed = 0;
  for (std::size_t i = 0; i < east.writes.size(); ++i) {
    if (east.writes[i].object == "contact" && east.writes[i].operation == connector::Operation::update) cleared = i;
    if (east.writes[i].object == "account" && east.writes[i].operation == connector::Operation::remove) removed = i;
  }
  EXPECT_LT(cleared, removed);
}

TEST(References, AReferenceThatOneSystemAloneHoldsIsTakenBackBeforeADeleteToo) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  world.configure = [](Hub& hub) {  // east's word on a contact's account is left there and told to nobody
    const TypeIndex contact = *hub.model.find("contact");
    const FieldIndex account = *hub.model.at(contact).find("account");
    hub.policies[contact.value()].links[1].fields[account.value()].direction = Direction::out_leave;
  };
  const std::string one = north.add("account", account("One", "one.com"));
  const std::string two = north.add("account", account("Two", "two.com"));
  FieldValues ada = contact("Ada", "ada@example.com");
  ada["account"] = reference("account", one);
  north.add("contact", ada);
  world.start();
  ASSERT_TRUE(world.settle());
  const std::string there = id_of(east, "contact", "email", "ada@example.com");
  east.edit("contact", there, {{"account", reference("account", id_of(east, "account", "domain", "two.com"))}});
  ASSERT_TRUE(world.settle());
  north.remove("account", two);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.live("account").size(), 1u);
  const auto removal = std::ranges::find_if(east.writes, [](const FakeWrite& write) { return write.operation == connector::Operation::remove; });
  ASSERT_NE(removal, east.writes.end());
  EXPECT_TRUE(std::any_of(east.writes.begin(), removal, [&](const FakeWrite& write) {
    return write.id == there && write.operation == connector::Operation::update && write.fields.contains("account");
  }));
}

TEST(References, ADeleteWaitsUntilNobodyRefersToTheRecordThereAnyMore) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  const std::string firm = north.add("account", account("Acme", "acme.com"));
  for (int i = 0; i < 12; ++i) {
    FieldValues one = contact("Person " + std::to_string(i), "p" + std::to_string(i) + "@example.com");
    one["account"] = reference("account", firm);
    north.add("contact", one);
  }
  world.start();
  ASSERT_TRUE(world.settle());
  // East's own contacts still refer to the account that north deletes without a word about its contacts.
  north.remove("account", firm);
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(east.live("account").empty());
  ASSERT_EQ(east.live("contact").size(), 12u);
  for (const FakeRecord* one : east.live("contact")) EXPECT_TRUE(one->fields.at("account").is_null()) << one->id;
  EXPECT_EQ(east.writes.back().object, "account");
  const std::size_t writes = world.writes();
  world.run_for(Duration{3'600'000});
  EXPECT_EQ(world.writes(), writes) << "what is cleared is not read back as an edit";
}

/// Ada and Bea in two systems, and a case of Bea's; east merges her into Ada and leaves the case's reference as it is. A merge is heard of
/// before what becomes of cases.
class ReferenceToALoser : public testing::Test {
 protected:
  ReferenceToALoser() : north(world.add_system("north")), east(world.add_system("east")) {
    world.configure = [](Hub& hub) {
      for (System& system : hub.systems)
        for (SystemType& type : system.types) type.schedule.poll_every = Duration{hub.model.at(type.type).name == "case" ? 60'000 : 5'000};
    };
    north.add("contact", contact("Ada", "ada@example.com"));
    const std::string bea_in_north = north.add("contact", contact("Bea", "bea@example.com"));
    north.add("case", {{"subject", text("Leak")}, {"contact", reference("contact", bea_in_north)}});
    world.start();
    EXPECT_TRUE(world.settle());
    ada = id_of(east, "contact", "name", "Ada");
    bea = id_of(east, "contact", "name", "Bea");
    leak = id_of(east, "case", "subject", "Leak");
  }
  World world;
  FakeSystem& north;
  FakeSystem& east;
  std::string ada, bea, leak;  // in east
};

TEST_F(ReferenceToALoser, LeavesTheSurvivorAsThePersonWhoMergedThemSawIt) {
  east.merge("contact", bea, ada);  // Bea is the newer one
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.text("contact", ada, "name"), "Ada");
  EXPECT_EQ(east.text("contact", ada, "email"), "ada@example.com");
  AuditFilter merges;
  merges.operation = "merge_entities";
  const auto rows = world.audit(merges);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_TRUE(std::ranges::any_of(rows[0].changes, [](const AuditChange& change) { return change.before == Value("bea@example.com"); }))
      << "what gave way stands in the trail";
}

TEST_F(ReferenceToALoser, IsRewrittenToTheSurvivor) {
  east.merge("contact", bea, ada);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.at("case", leak).fields.at("contact"), reference("contact", ada));
  const std::size_t writes = world.writes();
  world.run_for(Duration{3'600'000});
  EXPECT_EQ(world.writes(), writes);
}

TEST_F(ReferenceToALoser, IsNoNewsToTheOthers) {
  const auto cases_written = [&] { return std::ranges::count(north.writes, "case", &FakeWrite::object); };
  const auto before = cases_written();
  east.merge("contact", bea, ada);
  east.edit("case", leak, {{"contact", reference("contact", ada)}});  // as servers do
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(cases_written(), before);
}

TEST_F(ReferenceToALoser, IsRewrittenWhenItWasMadeAfterTheMerge) {
  east.merge("contact", bea, ada);
  ASSERT_TRUE(world.settle());
  const std::string late = east.add("case", {{"subject", text("Late")}, {"contact", reference("contact", bea)}});
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.at("case", late).fields.at("contact"), reference("contact", ada));
  ASSERT_NE(north.find("case", "subject", "Late"), nullptr);
  EXPECT_TRUE(north.find("case", "subject", "Late")->fields.at("contact").get<RemoteId>());
}

TEST_F(ReferenceToALoser, ThatTheServerKeepsIsAPersonsToDecide) {
  east.normalise = [&](const std::string& object, FieldValues& fields) {
    if (object == "case" && fields.contains("contact")) fields["contact"] = reference("contact", bea);
  };
  east.merge("contact", bea, ada);
  ASSERT_TRUE(world.settle());
  const auto open = world.open_reviews();
  EXPECT_TRUE(std::ranges::any_of(open, [](const ReviewItem& item) { return item.kind == ReviewKind::rewritten; }));
  const std::size_t writes = world.writes();
  world.run_for(Duration{3'600'000});
  EXPECT_EQ(world.writes(), writes);
}

}  // namespace
}  // namespace lockstep::support

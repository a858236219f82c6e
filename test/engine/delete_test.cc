// Deletes: passed on by policy, never by a mistake of ours.
#include <gtest/gtest.h>

#include <algorithm>

#include "test/engine/deletes.h"

namespace lockstep::support {
namespace {

void set_deletes(Hub& hub, DeletePolicy seen, DeletePolicy incoming) {
  for (TypePolicy& policy : hub.policies)
    for (LinkPolicy& link : policy.links) {
      link.deletes = seen;
      link.incoming_deletes = incoming;
    }
}

/// Ada and a case of hers stand in every system, in step; her id in the first.
std::string load_case_of_ada(World& world) {
  FakeSystem& first = *world.systems[0];
  const std::string ada = first.add("contact", contact("Ada", "ada@example.com"));
  first.add("case", {{"subject", text("Leak")}, {"contact", reference("contact", ada)}});
  world.start();
  EXPECT_TRUE(world.settle());
  return ada;
}

TEST(Delete, IsPassedOn) {
  World world;
  for (const char* name : {"north", "east", "south"}) world.add_system(name);
  const auto ids = load_ada(world);
  world.systems[1]->remove("contact", ids[1]);
  ASSERT_TRUE(world.settle());
  for (const auto& system : world.systems) EXPECT_TRUE(system->live("contact").empty()) << system->name();
  EXPECT_EQ(world.golden("contact").at(0).presence, EntityPresence::deleted);
}

TEST(Delete, DoesNotTakeAnEditThatNobodyHasToldOfYet) {
  World world;
  world.configure = [](Hub& hub) {
    for (SystemType& type : hub.systems.back().types) type.schedule.poll_every = Duration{20 * 60'000};
    for (TypePolicy& type : hub.policies)
      for (LinkPolicy& link : type.links) link.read_before_write_ms = 3'600'000;
  };
  world.add_system("north");
  FakeSystem& east = world.add_system("east");
  const auto ids = load_ada(world);
  east.edit("contact", ids[1], {{"title", text("Countess")}});
  world.run_for(Duration{30 * 60'000});
  ASSERT_EQ(world.systems[0]->text("contact", ids[0], "title"), "Countess") << "it was read in east not long ago";
  east.edit("contact", ids[1], {{"city", text("London")}});
  world.systems[0]->remove("contact", ids[0]);
  world.run_for(Duration{10 * 60'000});
  ASSERT_EQ(east.live("contact").size(), 1u) << "east can delete without a condition: it was read between the decision and the delete";
  ASSERT_EQ(world.systems[0]->live("contact").size(), 1u) << "the edit counts against the delete";
  EXPECT_EQ(world.systems[0]->live("contact").at(0)->fields.at("city"), text("London"));
}

TEST(Delete, OfOneWhoIsMadeAgainByHandIsNoQuestionOnceTheTwoAreKnownToBeOne) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  const auto ids = load_ada(world);
  north.remove("contact", ids[0]);
  north.add("contact", contact("Ada", "ada@example.com"));
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(north.live("contact").size(), 1u);
  EXPECT_EQ(east.live("contact").size(), 1u);
  EXPECT_TRUE(world.open_reviews().empty()) << world.open_reviews()[0].summary;
}

TEST(Delete, IsFoundByTheNextCompleteListingWhereTheFeedTellsNothing) {
  World world;
  world.configure = refresh_often;
  world.add_system("north", unlisted());
  world.add_system("east");
  const auto ids = load_ada(world);
  world.systems[0]->remove("contact", ids[0]);
  world.run_for(Duration{40 * 60'000});
  EXPECT_TRUE(world.systems[1]->live("contact").empty());
}

TEST(Delete, IgnoredStaysInThatSystemAndIsNotMadeThereAgain) {
  World world;
  world.configure = [](Hub& hub) { set_deletes(hub, DeletePolicy::ignore, DeletePolicy::propagate); };
  world.add_system("north");
  world.add_system("east");
  const auto ids = load_ada(world);
  world.systems[0]->remove("contact", ids[0]);
  ASSERT_TRUE(world.settle());
  world.systems[1]->edit("contact", ids[1], {{"city", text("Paris")}});
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(world.systems[0]->live("contact").empty());
  EXPECT_EQ(world.systems[1]->live("contact").size(), 1u);
}

TEST(Delete, UnderReviewWaitsForADecision) {
  for (const char* choice : {"remove", "keep"}) {
    World world;
    world.configure = [](Hub& hub) { set_deletes(hub, DeletePolicy::review, DeletePolicy::propagate); };
    world.add_system("north");
    world.add_system("east");
    const auto ids = load_ada(world);
    world.systems[0]->remove("contact", ids[0]);
    ASSERT_TRUE(world.settle());
    EXPECT_EQ(world.systems[1]->live("contact").size(), 1u);
    ASSERT_EQ(world.open_reviews().size(), 1u);
    const auto resolved = world.resolve(world.open_reviews()[0], choice);
    ASSERT_TRUE(resolved) << resolved.error().message;
    ASSERT_TRUE(world.settle());
    const std::size_t expected = choice == std::string("keep") ? 1 : 0;
    EXPECT_EQ(world.systems[0]->live("contact").size(), expected) << choice;
    EXPECT_EQ(world.systems[1]->live("contact").size(), expected) << choice;
    EXPECT_TRUE(world.open_reviews().empty());
  }
}

TEST(Delete, AgainstAnEditElsewhereTheEditWins) {
  World world;
  world.configure = [](Hub& hub) {
    for (System& system : hub.systems)
      for (SystemType& type : system.types) type.schedule.poll_every = Duration{120'000};
  };
  world.add_system("north");
  world.add_system("east");
  const auto ids = load_ada(world);
  world.systems[1]->edit("contact", ids[1], {{"city", text("Paris")}});
  world.systems[0]->remove("contact", ids[0]);
  world.push("east", "contact", ids[1]);
  ASSERT_TRUE(world.settle());
  const FakeRecord* there = world.systems[0]->find("contact", "email", "ada@example.com");
  ASSERT_TRUE(there);
  EXPECT_EQ(there->fields.at("city"), text("Paris"));
  EXPECT_EQ(world.systems[1]->live("contact").size(), 1u);
}

/// Ada and Bob, and a case of Ada's, which cannot be in east without a contact; then Ada is deleted in north.
struct CaseOfAda {
  CaseOfAda() {
    world.add_system("north");
    world.add_system("east");
    world.bind("east", "case", "contact", "{field: contact, when: contact is not null}");
    ada = north().add("contact", contact("Ada", "ada@example.com"));
    bob = north().add("contact", contact("Bob", "bob@example.com"));
    leak = north().add("case", {{"subject", text("Leak")}, {"contact", reference("contact", ada)}});
    world.start();
    EXPECT_TRUE(world.settle());
    north().remove("contact", ada);
    EXPECT_TRUE(world.settle());
  }
  FakeSystem& north() { return *world.systems[0]; }
  FakeSystem& east() { return *world.systems[1]; }
  void decide(const std::string& choice) {
    ASSERT_EQ(world.open_reviews().size(), 1u);
    ASSERT_EQ(world.open_reviews()[0].kind, ReviewKind::refused_delete);
    const auto resolved = world.resolve(world.open_reviews()[0], choice);
    ASSERT_TRUE(resolved) << resolved.error().message;
    world.run_for(Duration{30 * 60'000});
  }
  World world;
  std::string ada, bob, leak;
};

TEST(Delete, ThatWouldTakeWhatCannotBeWithoutItIsAPersonsToDecide) {
  CaseOfAda scene;
  EXPECT_EQ(scene.east().live("contact").size(), 2u);
  EXPECT_EQ(scene.north().live("contact").size(), 1u);
  ASSERT_EQ(scene.world.open_reviews().size(), 1u);
  EXPECT_NE(scene.world.open_reviews()[0].summary.find("would take case"), std::string::npos) << scene.world.open_reviews()[0].summary;
  scene.decide("retry");
  EXPECT_EQ(scene.east().live("contact").size(), 2u) << "nothing has changed";
  EXPECT_EQ(scene.world.open_reviews().size(), 1u);
}

TEST(Delete, ThatWouldTakeWhatCannotBeWithoutItIsSentOnceNothingHoldsItAnyMore) {
  CaseOfAda scene;
  scene.north().edit("case", scene.leak, {{"contact", reference("contact", scene.bob)}});
  ASSERT_TRUE(scene.world.settle());
  scene.decide("retry");
  EXPECT_EQ(scene.east().live("contact").size(), 1u);
  EXPECT_EQ(scene.east().live("case").size(), 1u);
  EXPECT_TRUE(scene.world.open_reviews().empty());
}

TEST(Delete, RefusedMayBeLeftInThatSystemAlone) {
  CaseOfAda scene;
  scene.decide("leave");
  EXPECT_EQ(scene.east().live("contact").size(), 2u);
  EXPECT_EQ(scene.north().live("contact").size(), 1u);
  EXPECT_EQ(scene.north().live("case").size(), 1u);
  EXPECT_TRUE(scene.world.open_reviews().empty());
}

TEST(Delete, RefusedMayBeTakenBack) {
  CaseOfAda scene;
  scene.decide("keep");
  EXPECT_EQ(scene.north().live("contact").size(), 2u);
  EXPECT_EQ(scene.east().live("contact").size(), 2u);
  EXPECT_TRUE(scene.world.open_reviews().empty());
}

TEST(Delete, ThatWouldTakeWhatTheServerDoesNotLetGoIsAPersonsToDecide) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  const std::string ada = load_case_of_ada(world);
  // Whatever is written, the reference stays as it is.
  east.normalise = [](const std::string& object, FieldValues& fields) {
    if (object == "case") fields.erase("contact");
  };
  north.remove("contact", ada);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.live("contact").size(), 1u);
  EXPECT_EQ(east.live("case").size(), 1u);
  const auto open = world.open_reviews();
  EXPECT_TRUE(std::ranges::any_of(open, [](const ReviewItem& item) { return item.kind == ReviewKind::refused_delete; }));
}

TEST(Delete, ThatADeadLetterHoldsUpTellsWhichAndGoesOnWhenThatIsMended) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  const std::string ada = load_case_of_ada(world);
  east.refuse = [](connector::Operation operation, const std::string& object, const FieldValues&) -> std::optional<connector::Failure> {
    if (operation != connector::Operation::update || object != "case") return std::nullopt;
    return failure_of(connector::FailureClass::validation, "cases are closed for the night");
  };
  north.remove("contact", ada);
  world.run_for(Duration{3'600'000});
  ASSERT_EQ(world.dead_letters().size(), 1u);
  EXPECT_EQ(east.live("contact").size(), 1u) << "the server would blank the case's reference with it, unseen";
  std::string reason;
  ASSERT_TRUE(world.transact([&](Transaction& transaction) -> Result<void> {
    TRY(const auto known, transaction.list_golden(world.type("contact"), EntityId{}, 10));
    TRY(const auto owed, transaction.list_obligations(known.at(0).id));
    reason = owed.at(0).reason;
    return {};
  }));
  EXPECT_NE(reason.find("by case "), std::string::npos) << reason;
  EXPECT_NE(reason.find("dead letter"), std::string::npos) << reason;
  east.refuse = nullptr;
  ASSERT_TRUE(world.replay(world.dead_letters()));
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(east.live("contact").empty());
}

TEST(Delete, TakenBackGivesTheReferencesBackThatWereClearedForIt) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  const std::string ada = load_case_of_ada(world);
  north.remove("contact", ada);
  ASSERT_TRUE(world.settle());
  ASSERT_TRUE(east.live("contact").empty());
  ASSERT_TRUE(east.find("case", "subject", "Leak")->fields.at("contact").is_blank());
  north.restore("contact", ada);
  ASSERT_TRUE(world.settle());
  const std::string there = id_of(east, "contact", "email", "ada@example.com");
  ASSERT_NE(there, "");
  EXPECT_EQ(east.find("case", "subject", "Leak")->fields.at("contact"), reference("contact", there));
  EXPECT_EQ(north.find("case", "subject", "Leak")->fields.at("contact"), reference("contact", ada));
}

TEST(Delete, ThatTheSystemRefusesIsAPersonsToDecideAndNotRetried) {
  World world;
  world.add_system("north");
  world.add_system("east");
  const auto ids = load_ada(world);
  world.systems[1]->refuse = [](connector::Operation operation, const std::string&, const FieldValues&) -> std::optional<connector::Failure> {
    if (operation != connector::Operation::remove) return std::nullopt;
    return failure_of(connector::FailureClass::validation, "associated with cases");
  };
  world.systems[0]->remove("contact", ids[0]);
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(world.dead_letters().empty());
  ASSERT_EQ(world.open_reviews().size(), 1u);
  EXPECT_EQ(world.open_reviews()[0].kind, ReviewKind::refused_delete);
  const std::size_t calls = world.systems[1]->write_calls.size();
  world.run_for(Duration{2 * 3'600'000});
  EXPECT_EQ(world.systems[1]->write_calls.size(), calls);
}

TEST(Delete, BothDeletedIsAgreement) {
  World world;
  world.add_system("north");
  world.add_system("east");
  const auto ids = load_ada(world);
  const std::size_t writes = world.writes();
  world.systems[0]->remove("contact", ids[0]);
  world.systems[1]->remove("contact", ids[1]);
  ASSERT_TRUE(world.settle());
  EXPECT_LE(world.writes(), writes + 1);
  EXPECT_TRUE(world.open_reviews().empty());
  EXPECT_TRUE(world.dead_letters().empty());
}

TEST(Delete, TheFirstRunDeletesNothing) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  east.add("contact", contact("Ada", "ada@example.com"));
  world.start();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(north.live("contact").size(), 1u);
  EXPECT_EQ(east.live("contact").size(), 1u);
}

TEST(Delete, ARestoredRecordComesBackEverywhere) {
  World world;
  world.add_system("north");
  world.add_system("east");
  const auto ids = load_ada(world);
  world.systems[0]->remove("contact", ids[0]);
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(world.systems[1]->live("contact").empty());
  world.systems[0]->restore("contact", ids[0]);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(world.systems[0]->live("contact").size(), 1u);
  EXPECT_EQ(world.systems[1]->live("contact").size(), 1u);
}

/// North takes the reference out of a case with the contact it refers to, and shows that first: of contacts the hub hears by events alone.
class ReferenceLostWithItsTarget : public testing::Test {
 protected:
  ReferenceLostWithItsTarget() : north(world.add_system("north")), east(world.add_system("east")) {
    world.configure = [](Hub& hub) {
      for (System& system : hub.systems)
        for (SystemType& type : system.types)
          if (hub.model.at(type.type).name == "contact") type.schedule.poll_every = Duration{24 * 3'600'000};
    };
    ada = north.add("contact", contact("Ada", "ada@example.com"));
    leak = north.add("case", {{"subject", text("Leak")}, {"contact", reference("contact", ada)}});
    world.start();
    EXPECT_TRUE(world.settle());
  }
  Value contact_of(FakeSystem& system) { return system.find("case", "subject", "Leak")->fields.at("contact"); }
  World world;
  FakeSystem& north;
  FakeSystem& east;
  std::string ada, leak;
};

TEST_F(ReferenceLostWithItsTarget, ComesBackWithIt) {
  north.remove("contact", ada);
  north.edit("case", leak, {{"contact", Value{}}});
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(east.live("contact").empty()) << "that the reference is gone made somebody look";
  EXPECT_TRUE(contact_of(east).is_blank());
  north.restore("contact", ada);
  world.push("north", "contact", ada);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(contact_of(north), reference("contact", ada));
  EXPECT_EQ(contact_of(east), reference("contact", id_of(east, "contact", "email", "ada@example.com")));
}

TEST_F(ReferenceLostWithItsTarget, IsAnEditWhenTheTargetIsStillThere) {
  north.edit("case", leak, {{"contact", Value{}}});
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(contact_of(east).is_blank());
  EXPECT_EQ(east.live("contact").size(), 1u);
}

}  // namespace
}  // namespace lockstep::support

// Creates: never twice, whatever happens to the request.
#include <gtest/gtest.h>

#include "test/support/scenes.h"

namespace lockstep::support {
namespace {

using connector::FailureClass;

FakeTraits with_key() { return {}; }
FakeTraits with_client_id() {
  FakeTraits traits;
  traits.has_key = false;
  traits.client_id = true;
  return traits;
}
FakeTraits with_neither() {
  FakeTraits traits;
  traits.has_key = false;
  traits.probes = true;
  return traits;
}

std::int64_t parked(World& world) {
  std::int64_t sum = 0;
  for (const auto& connection : world.counts().connections) sum += connection.parked;
  return sum;
}

/// Every create is refused for the record that is in its way.
void refuse_creates(FakeSystem& system, const std::string& told, const std::string& in_the_way) {
  system.refuse = [told, in_the_way](connector::Operation operation, const std::string&, const FieldValues&) -> std::optional<connector::Failure> {
    if (operation != connector::Operation::create) return std::nullopt;
    connector::Failure failure = failure_of(FailureClass::duplicate, told);
    failure.ids = {in_the_way};
    return failure;
  };
}

TEST(Create, WithoutAnAnswerIsNeverDoneTwice) {
  for (const FakeTraits& traits : {with_key(), with_client_id(), with_neither()})
    for (const Fate fate : {Fate::never_arrives, Fate::answer_lost}) {
      World world;
      FakeSystem& north = world.add_system("north");
      FakeSystem& east = world.add_system("east", traits);
      world.start();
      ASSERT_TRUE(world.settle());
      east.fates = {fate};
      north.add("contact", contact("Ada", "ada@example.com"));
      ASSERT_TRUE(world.settle(Duration{2 * 3'600'000}));
      EXPECT_EQ(east.live("contact").size(), 1u) << "key " << traits.has_key << ", client id " << traits.client_id << ", arrived "
                                                 << (fate == Fate::answer_lost);
      EXPECT_EQ(world.golden("contact").size(), 1u);
      EXPECT_TRUE(world.open_reviews().empty());
    }
}

TEST(Create, GivenUpWithoutAnAnswerIsNotOwedOnceItsRecordIsSeen) {
  World world;
  world.configure = [](Hub& hub) {  // it is given up before east is looked at
    for (SystemType& type : hub.systems[1].types) type.schedule.poll_every = Duration{3'600'000};
  };
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  world.start();
  ASSERT_TRUE(world.settle());
  east.fates.assign(world.system_of("east").attempts_max, Fate::answer_lost);
  north.add("contact", contact("Ada", "ada@example.com"));
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.dead_letters().size(), 1u) << "it was given up";
  world.run_for(Duration{2 * 3'600'000});
  ASSERT_EQ(east.live("contact").size(), 1u);
  EXPECT_TRUE(world.dead_letters().empty());
  ASSERT_EQ(world.dead_letters(DeadLetterState::superseded).size(), 1u) << "and then it was there";
  EXPECT_EQ(parked(world), 0);
}

TEST(Create, GivenUpWithoutAnAnswerIsBroughtUpToDateOnceItsRecordIsSeen) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  world.start();
  ASSERT_TRUE(world.settle());
  east.fates.assign(world.system_of("east").attempts_max, Fate::never_arrives);
  east.fates.front() = Fate::answer_lost;
  const std::string ada = north.add("contact", contact("Ada", "ada@example.com"));
  world.push("north", "contact", ada);
  while (east.live("contact").empty()) world.run_for(Duration{100});
  north.edit("contact", ada, {{"city", text("Paris")}});
  world.push("north", "contact", ada);
  ASSERT_TRUE(world.settle(Duration{2 * 3'600'000}));
  ASSERT_EQ(world.dead_letters(DeadLetterState::superseded).size(), 1u) << "it was given up, and then it was there";
  EXPECT_EQ(east.text("contact", east.live("contact").at(0)->id, "city"), "Paris");
  EXPECT_EQ(parked(world), 0);
}

/// Ada's create in east has no answer, and she is deleted in north before anybody has seen what became of it.
class LateCreate : public testing::Test {
 protected:
  LateCreate() : north(world.add_system("north")), east(world.add_system("east", without_key())) {
    world.configure = [](Hub& hub) {
      for (System& system : hub.systems)
        for (SystemType& type : system.types) type.schedule.poll_every = Duration{60 * 60'000};
    };
    world.start();
    EXPECT_TRUE(world.settle());
  }
  static FakeTraits without_key() {
    FakeTraits traits;
    traits.has_key = false;
    return traits;
  }
  void make_and_delete(Fate fate) {
    east.fates = {fate};
    const std::string ada = north.add("contact", contact("Ada", "ada@example.com"));
    world.push("north", "contact", ada);
    world.run_for(Duration{5'000});
    north.remove("contact", ada);
    world.push("north", "contact", ada);
    EXPECT_TRUE(world.settle());
  }
  World world;
  FakeSystem& north;
  FakeSystem& east;
};

TEST_F(LateCreate, OfADeletedRecordIsDeletedWhereNothingButItsKeysTellsWhoseItIs) {
  make_and_delete(Fate::answer_lost);
  ASSERT_EQ(east.live("contact").size(), 1u);
  world.run_for(Duration{3 * 3'600'000});
  EXPECT_TRUE(north.live("contact").empty()) << "back from the dead";
  EXPECT_TRUE(east.live("contact").empty());
}

TEST_F(LateCreate, ARecordWithOtherValuesIsSomebodysOwn) {
  make_and_delete(Fate::never_arrives);
  east.add("contact", contact("Ada Byron", "ada@example.com"));
  world.run_for(Duration{3 * 3'600'000});
  EXPECT_EQ(east.live("contact").size(), 1u);
  EXPECT_EQ(north.live("contact").size(), 1u);
}

TEST_F(LateCreate, ARecordThatWasMadeWhenTheRequestCouldNotLandAnyMoreIsSomebodysOwn) {
  make_and_delete(Fate::never_arrives);
  world.run_for(Duration{3 * 3'600'000});
  east.add("contact", contact("Ada", "ada@example.com"));
  world.run_for(Duration{3 * 3'600'000});
  EXPECT_EQ(east.live("contact").size(), 1u);
  EXPECT_EQ(north.live("contact").size(), 1u);
}

TEST(Create, ProbesFindWhatAppearedMeanwhile) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east", with_neither());
  world.start();
  ASSERT_TRUE(world.settle());
  // Both CRMs create the same person in the same minute; east's feed has not told yet.
  north.add("contact", contact("Ada", "ada@example.com"));
  east.add("contact", contact("Ada B.", "ada@example.com"));
  world.push("north", "contact", north.live("contact")[0]->id);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.live("contact").size(), 1u);
  EXPECT_EQ(north.live("contact").size(), 1u);
  EXPECT_EQ(world.golden("contact").size(), 1u);
}

void add_many(FakeSystem& system, int count) {
  for (int i = 0; i < count; ++i) system.add("contact", contact("Person " + std::to_string(i), "p" + std::to_string(i) + "@example.com"));
}

TEST(Create, ABulkLoadDoesNotLookForWhatTheListingJustShowed) {
  World world;
  FakeTraits traits = with_key();
  traits.page = traits.batch = 100;
  FakeSystem& north = world.add_system("north", traits);
  traits.probes = true;
  FakeSystem& east = world.add_system("east", traits);
  add_many(north, 600);
  const std::string twin = east.add("contact", contact("Person 7", "p7@example.com"));
  world.start();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.live("contact").size(), 600u);
  EXPECT_EQ(id_of(east, "contact", "email", "p7@example.com"), twin);
  EXPECT_LE(east.lookups, 4u) << "for a remainder that is no bulk any more, at most";
}

TEST(Create, ABulkLoadLooksWhereTheTargetWasNotReadForLong) {
  World world;
  FakeTraits traits = with_key();
  traits.page = traits.batch = 100;
  FakeSystem& north = world.add_system("north", traits);
  traits.probes = true;
  FakeSystem& east = world.add_system("east", traits);
  world.configure = [](Hub& hub) {
    for (SystemType& type : hub.systems[1].types) type.schedule.poll_every = Duration{24 * 3'600'000};
  };
  world.start();
  ASSERT_TRUE(world.settle());
  world.run_for(Duration{3'600'000});
  const std::string twin = east.add("contact", contact("Person 7", "p7@example.com"));
  add_many(north, 600);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.live("contact").size(), 600u);
  EXPECT_EQ(id_of(east, "contact", "email", "p7@example.com"), twin);
}

TEST(Create, ADuplicateErrorThatNamesAnUnlinkedRecordIsAMatch) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  world.configure = [](Hub& hub) {
    for (SystemType& type : hub.systems[1].types) type.schedule.poll_every = Duration{3'600'000};
  };
  world.start();
  ASSERT_TRUE(world.settle());
  const std::string twin = east.add("contact", contact("Ada B.", "ada@example.com"));
  refuse_creates(east, "a record with this email exists", twin);
  north.add("contact", contact("Ada", "ada@example.com"));
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.live("contact").size(), 1u);
  EXPECT_EQ(world.golden("contact").size(), 1u);
  EXPECT_TRUE(world.dead_letters().empty());
}

TEST(Create, OfARecordThatAnotherWasMergedIntoMeanwhileJoinsTheTwo) {
  World world;
  world.configure = [](Hub& hub) {
    for (System& system : hub.systems)
      for (SystemType& type : system.types) type.schedule.poll_every = Duration{10 * 60'000};
  };
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  const auto ids = load_ada(world);
  east.answers_after = Duration{60'000};
  north.add("contact", contact("Bob", "bob@example.com"));
  world.push("north", "contact", id_of(north, "contact", "name", "Bob"));
  world.run_for(Duration{10'000});
  const std::string bob = id_of(east, "contact", "name", "Bob");
  ASSERT_NE(bob, "") << "he stands there, and nobody has heard of it yet";
  east.merge("contact", ids[1], bob);
  world.push("east", "contact", ids[1]);
  ASSERT_TRUE(world.settle());
  std::size_t linked = 0;
  for (const Golden& golden : world.golden("contact")) {
    const Result<void> read = world.transact([&](Transaction& transaction) -> Result<void> {
      TRY(const auto links, transaction.find_links(golden.id));
      linked += static_cast<std::size_t>(std::ranges::count_if(links, [&](const Link& link) { return link.remote.id == bob; }));
      return {};
    });
    ASSERT_TRUE(read);
  }
  EXPECT_EQ(linked, 1u) << "one remote record is one entity's";
  EXPECT_EQ(std::ranges::count(world.golden("contact"), EntityPresence::present, &Golden::presence), 1);
}

/// Ada, and then Bea, in north; east refuses one of the two for good. Nothing but webhooks tells of anything.
class MergeMeanwhile : public testing::Test {
 protected:
  MergeMeanwhile() : north(world.add_system("north")), east(world.add_system("east")) {
    world.configure = [](Hub& hub) {
      for (System& system : hub.systems)
        for (SystemType& type : system.types) type.schedule.poll_every = Duration{60 * 60'000};
    };
    world.start();
    EXPECT_TRUE(world.settle());
  }
  void refuse(const std::string& name) {
    east.refuse = [name](connector::Operation, const std::string&, const FieldValues& fields) -> std::optional<connector::Failure> {
      const auto found = fields.find("name");
      if (found == fields.end() || !(found->second == text(name))) return std::nullopt;
      return failure_of(FailureClass::validation, name + " is not allowed");
    };
  }
  std::string add(const std::string& name, const std::string& email) {
    const std::string id = north.add("contact", contact(name, email));
    world.push("north", "contact", id);
    return id;
  }
  void merge(const std::string& loser, const std::string& survivor) {
    east.refuse = nullptr;
    north.merge("contact", loser, survivor);
    world.push("north", "contact", loser);
  }
  void expect_one_in_step(const std::string& id) {
    EXPECT_TRUE(world.open_reviews().empty());
    ASSERT_EQ(east.live("contact").size(), 1u) << "two for one person";
    for (const char* field : {"name", "email", "title"})
      EXPECT_EQ(east.text("contact", east.live("contact")[0]->id, field), north.text("contact", id, field)) << field;
  }
  World world;
  FakeSystem& north;
  FakeSystem& east;
};

TEST_F(MergeMeanwhile, ACreateUnderWayIsTheSurvivorsAndMakesNoTwin) {
  refuse("Ada");
  const std::string ada = add("Ada", "ada@example.com");
  ASSERT_TRUE(world.settle());
  east.answers_after = Duration{60'000};
  const std::string bea = add("Bea", "bea@example.com");
  world.run_for(Duration{10'000});
  ASSERT_EQ(east.live("contact").size(), 1u) << "it is there, and not answered yet";
  merge(ada, bea);
  ASSERT_TRUE(world.settle(Duration{5 * 60'000})) << "the answer tells what became of it: nobody waits for a late arrival";
  expect_one_in_step(bea);
}

TEST(Create, AKeyThatAnotherRecordHasIsFrozenThereAndTheRestFlows) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  north.add("contact", contact("Bob", "bob@example.com"));
  const auto ids = load_ada(world);
  const std::string bob = id_of(east, "contact", "email", "bob@example.com");
  east.refuse = [&](connector::Operation, const std::string&, const FieldValues& fields) -> std::optional<connector::Failure> {
    const auto email = fields.find("email");
    if (email == fields.end() || !(email->second == text("bob@example.com"))) return std::nullopt;
    connector::Failure failure = failure_of(FailureClass::duplicate, "a record with this email exists");
    failure.ids = {bob};
    failure.fields = {"email"};
    return failure;
  };
  north.edit("contact", ids[0], {{"email", text("bob@example.com")}, {"city", text("Paris")}});
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.text("contact", ids[1], "city"), "Paris");
  EXPECT_EQ(east.text("contact", ids[1], "email"), "ada@example.com");
  EXPECT_FALSE(world.open_reviews().empty());
}

TEST(Create, ATakenKeyThatNoMappingWritesFreezesNoFieldAndBecomesADeadLetter) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  const auto ids = load_ada(world);
  east.refuse = [&](connector::Operation, const std::string&, const FieldValues&) -> std::optional<connector::Failure> {
    connector::Failure failure = failure_of(FailureClass::duplicate, "another record holds this lockstep_id");
    failure.fields = {"lockstep_id"};
    return failure;
  };
  north.edit("contact", ids[0], {{"email", text("ada@example.org")}});
  world.run_for(Duration{24 * 3'600'000});
  EXPECT_TRUE(world.open_reviews().empty());
  ASSERT_EQ(world.dead_letters().size(), 1u);
  east.refuse = nullptr;
  north.edit("contact", ids[0], {{"email", text("ada@example.net")}});
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.text("contact", ids[1], "email"), "ada@example.net");
}

TEST(Create, IsTriedAgainOnceAPersonDismissesWhatWasInItsWay) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  north.add("contact", contact("Bob", "bob@example.com"));
  world.start();
  ASSERT_TRUE(world.settle());
  const std::string bob = id_of(east, "contact", "name", "Bob");
  refuse_creates(east, "a record with this phone exists", bob);
  north.add("contact", contact("Ada", "ada@example.com"));
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.open_reviews().size(), 1u);
  east.refuse = nullptr;
  ASSERT_TRUE(world.resolve(world.open_reviews()[0], "dismiss"));
  ASSERT_TRUE(world.settle());
  EXPECT_NE(id_of(east, "contact", "name", "Ada"), "");
}

TEST(Create, WaitsUntilOurIdStandsInTheRecordItCameFrom) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  world.start();
  ASSERT_TRUE(world.settle());
  north.refuse = [](connector::Operation, const std::string&, const FieldValues&) -> std::optional<connector::Failure> {
    return failure_of(FailureClass::transient, "503");
  };
  north.add("contact", contact("Ada", "ada@example.com"));
  world.run_for(Duration{300'000});
  EXPECT_TRUE(east.live("contact").empty());
  north.refuse = nullptr;
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.live("contact").size(), 1u);
  EXPECT_NE(north.live("contact")[0]->key, "");
}

}  // namespace
}  // namespace lockstep::support

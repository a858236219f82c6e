// Writes that fail: tried again, given up with their whole story, mended and replayed.
#include <gtest/gtest.h>

#include "test/support/scenes.h"

namespace lockstep::support {
namespace {

using connector::FailureClass;

class Failures : public testing::Test {
 protected:
  Failures() : north(world.add_system("north")), east(world.add_system("east")) {}
  /// East refuses writes of contacts whose city is `city`.
  void refuse_city(const std::string& city, FailureClass failure_class) {
    east.refuse = [city, failure_class](connector::Operation, const std::string&, const FieldValues& fields) -> std::optional<connector::Failure> {
      const auto value = fields.find("city");
      if (value == fields.end() || !(value->second == text(city))) return std::nullopt;
      return failure_of(failure_class, "city '" + city + "' is not allowed");
    };
  }
  World world;
  FakeSystem& north;
  FakeSystem& east;
};

TEST_F(Failures, AWriteThatIsRefusedForItsContentBecomesADeadLetterAndTheRestFlows) {
  const auto ids = load_ada(world);
  const std::string bob = north.add("contact", contact("Bob", "bob@example.com"));
  refuse_city("Atlantis", FailureClass::validation);
  north.edit("contact", ids[0], {{"city", text("Atlantis")}});
  north.edit("contact", bob, {{"city", text("Paris")}});
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.dead_letters().size(), 1u);
  const DeadLetter letter = world.dead_letters()[0];
  EXPECT_EQ(letter.failure_class, "validation");
  EXPECT_EQ(letter.error, "city 'Atlantis' is not allowed");
  EXPECT_NE(letter.context.find("Atlantis"), std::string::npos);
  EXPECT_EQ(east.find("contact", "email", "bob@example.com")->fields.at("city"), text("Paris"));
  const std::size_t calls = east.write_calls.size();
  world.run_for(Duration{2 * 3'600'000});
  EXPECT_EQ(east.write_calls.size(), calls) << "a dead letter is not tried again by itself";
}

TEST_F(Failures, AReplayAfterTheRepairDelivers) {
  const auto ids = load_ada(world);
  refuse_city("Atlantis", FailureClass::validation);
  north.edit("contact", ids[0], {{"city", text("Atlantis")}});
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.dead_letters().size(), 1u);
  east.refuse = nullptr;
  ASSERT_TRUE(world.replay({world.dead_letters().at(0)}));
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.text("contact", ids[1], "city"), "Atlantis");
  EXPECT_TRUE(world.dead_letters().empty());
  EXPECT_EQ(world.dead_letters(DeadLetterState::replayed).size(), 1u);
}

TEST_F(Failures, AReplayWithoutARepairIsADeadLetterAgain) {
  const auto ids = load_ada(world);
  refuse_city("Atlantis", FailureClass::validation);
  north.edit("contact", ids[0], {{"city", text("Atlantis")}});
  ASSERT_TRUE(world.settle());
  ASSERT_TRUE(world.replay({world.dead_letters().at(0)}));
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(world.dead_letters().size(), 1u);
}

TEST_F(Failures, ADiscardedLetterIsNotTriedUntilGoldenChanges) {
  const auto ids = load_ada(world);
  refuse_city("Atlantis", FailureClass::validation);
  north.edit("contact", ids[0], {{"city", text("Atlantis")}});
  ASSERT_TRUE(world.settle());
  ASSERT_TRUE(world.discard({world.dead_letters().at(0)}));
  const auto again = world.discard({world.dead_letters(DeadLetterState::discarded).at(0)});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::conflict);
  east.refuse = nullptr;
  world.run_for(Duration{3'600'000});
  EXPECT_EQ(east.text("contact", ids[1], "city"), "");
  north.edit("contact", ids[0], {{"city", text("Paris")}});
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.text("contact", ids[1], "city"), "Paris");
}

TEST_F(Failures, AnEditThatMendsTheRecordDeliversAndClosesItsLetter) {
  const auto ids = load_ada(world);
  refuse_city("Atlantis", FailureClass::validation);
  north.edit("contact", ids[0], {{"city", text("Atlantis")}});
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.dead_letters().size(), 1u);
  north.edit("contact", ids[0], {{"city", text("Paris")}});
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.text("contact", ids[1], "city"), "Paris");
  EXPECT_TRUE(world.dead_letters().empty());
  EXPECT_EQ(world.dead_letters(DeadLetterState::superseded).size(), 1u);
}

TEST_F(Failures, ARecordsFaultIsTriedAgainWithGrowingPausesUntilItsAttemptsAreUsedUp) {
  const auto ids = load_ada(world);
  std::vector<WallTime> tries;
  east.refuse = [&](connector::Operation, const std::string&, const FieldValues&) -> std::optional<connector::Failure> {
    tries.push_back(world.executor.clock().wall());
    return failure_of(FailureClass::unclassified, "some trigger failed");
  };
  north.edit("contact", ids[0], {{"city", text("Paris")}});
  world.run_for(Duration{3'600'000});
  EXPECT_EQ(tries.size(), world.system_of("east").attempts_max);
  ASSERT_EQ(world.dead_letters().size(), 1u);
  EXPECT_EQ(world.dead_letters()[0].attempts, tries.size());
  for (std::size_t i = 1; i < tries.size(); ++i) EXPECT_GE((tries[i] - tries[i - 1]).count(), 200);
}

TEST_F(Failures, AFieldThatMayNotBeWrittenWaitsAndTheRestOfTheRecordIsWritten) {
  const std::vector<std::string> ada = load_ada(world);
  east.refuse = [](connector::Operation, const std::string&, const FieldValues& fields) -> std::optional<connector::Failure> {
    if (!fields.contains("city")) return std::nullopt;
    connector::Failure failure = failure_of(FailureClass::permission, "city is read only");
    failure.scope = connector::FailureScope::object;
    failure.act = "drop_fields";
    failure.fields = {"city"};
    return failure;
  };
  north.edit("contact", ada[0], {{"city", text("Turin")}, {"title", text("Countess")}});
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.text("contact", ada[1], "title"), "Countess");
  EXPECT_EQ(east.text("contact", ada[1], "city"), "");
  ASSERT_EQ(world.open_reviews().size(), 1u);
  EXPECT_EQ(world.open_reviews()[0].kind, ReviewKind::refused_field);
  EXPECT_TRUE(world.dead_letters().empty());
  // The right is given, and somebody says so.
  east.refuse = nullptr;
  ASSERT_TRUE(world.resolve(world.open_reviews()[0], "retry"));
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.text("contact", ada[1], "city"), "Turin");
}

TEST_F(Failures, RetryAfterIsHonoured) {
  const auto ids = load_ada(world);
  std::vector<WallTime> tries;
  east.refuse = [&](connector::Operation, const std::string&, const FieldValues&) -> std::optional<connector::Failure> {
    tries.push_back(world.executor.clock().wall());
    if (tries.size() > 1) return std::nullopt;
    connector::Failure failure = failure_of(FailureClass::rate_limit, "too many requests");
    failure.wait = Duration{90'000};
    return failure;
  };
  north.edit("contact", ids[0], {{"city", text("Paris")}});
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(tries.size(), 2u);
  EXPECT_GE((tries[1] - tries[0]).count(), 90'000);
  EXPECT_EQ(east.text("contact", ids[1], "city"), "Paris");
  EXPECT_TRUE(world.dead_letters().empty());
}

TEST_F(Failures, AnUpdateWithoutAnAnswerIsReadBeforeItIsSentAgain) {
  for (const Fate fate : {Fate::never_arrives, Fate::answer_lost}) {
    World one;
    FakeSystem& from = one.add_system("north");
    FakeSystem& to = one.add_system("east");
    const auto ids = load_ada(one);
    to.fates = {fate};
    const std::uint64_t reads = to.reads_by_id;
    const std::size_t writes = to.writes.size();
    from.edit("contact", ids[0], {{"city", text("Paris")}});
    ASSERT_TRUE(one.settle());
    EXPECT_EQ(to.text("contact", ids[1], "city"), "Paris");
    EXPECT_GT(to.reads_by_id, reads);
    EXPECT_EQ(to.writes.size(), writes + 1);
  }
}

TEST_F(Failures, ALockConflictIsMergedNotLost) {
  World one;
  FakeSystem& from = one.add_system("north");
  FakeTraits locked;
  locked.has_lock = true;
  FakeSystem& to = one.add_system("east", locked);
  const auto ids = load_ada(one);
  // Somebody edits in east between the hub's last look and its write.
  bool edited = false;
  to.refuse = [&](connector::Operation, const std::string&, const FieldValues&) -> std::optional<connector::Failure> {
    if (!std::exchange(edited, true)) to.edit("contact", ids[1], {{"title", text("Countess")}});
    return std::nullopt;
  };
  from.edit("contact", ids[0], {{"city", text("Paris")}});
  ASSERT_TRUE(one.settle());
  EXPECT_EQ(to.text("contact", ids[1], "city"), "Paris");
  EXPECT_EQ(to.text("contact", ids[1], "title"), "Countess");
  EXPECT_EQ(from.text("contact", ids[0], "title"), "Countess");
}

TEST_F(Failures, AFieldThatTheServerKeepsRewritingIsParkedAfterThreeRounds) {
  const auto ids = load_ada(world);
  east.normalise = [](const std::string&, FieldValues& fields) {
    if (fields.contains("city")) fields["city"] = text("Springfield");
  };
  north.edit("contact", ids[0], {{"city", text("Paris")}});
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.open_reviews().size(), 1u);
  EXPECT_EQ(world.open_reviews()[0].kind, ReviewKind::rewritten);
  std::size_t rounds = 0;
  for (const FakeWrite& write : east.writes)
    if (write.fields.contains("city")) ++rounds;
  EXPECT_EQ(rounds, 3u);
  north.edit("contact", ids[0], {{"title", text("Countess")}});
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.text("contact", ids[1], "title"), "Countess");
  EXPECT_EQ(north.text("contact", ids[0], "city"), "Paris");
  // Taking the system's own value settles it everywhere.
  ASSERT_TRUE(world.resolve(world.open_reviews()[0], "accept"));
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(north.text("contact", ids[0], "city"), "Springfield");
  EXPECT_TRUE(world.open_reviews().empty());
}

TEST_F(Failures, OneBadRowOfABatchDoesNotHoldTheOthersBack) {
  world.start();
  ASSERT_TRUE(world.settle());
  refuse_city("Atlantis", FailureClass::validation);
  for (int i = 0; i < 9; ++i) {
    FieldValues one = contact("Person " + std::to_string(i), "p" + std::to_string(i) + "@example.com");
    one["city"] = text(i == 4 ? "Atlantis" : "Paris");
    north.add("contact", one);
  }
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.live("contact").size(), 8u);
  EXPECT_EQ(world.dead_letters().size(), 1u);
}

TEST_F(Failures, ARecordThatIsGoneWhenItIsWrittenIsADelete) {
  FakeTraits quiet;
  quiet.feed_lists_deletes = false;
  World one;
  FakeSystem& from = one.add_system("north");
  FakeSystem& to = one.add_system("east", quiet);
  const auto ids = load_ada(one);
  to.remove("contact", ids[1]);
  from.edit("contact", ids[0], {{"city", text("Paris")}});
  ASSERT_TRUE(one.settle());
  // The edit wins: the record is made again there.
  const FakeRecord* made = to.find("contact", "email", "ada@example.com");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->fields.at("city"), text("Paris"));
  EXPECT_EQ(from.live("contact").size(), 1u);
}

TEST_F(Failures, ACreateThatWasGivenUpDoesNotOutliveTheReturnOfItsRecord) {
  const auto ids = load_ada(world);
  east.refuse = [](connector::Operation operation, const std::string&, const FieldValues&) -> std::optional<connector::Failure> {
    if (operation != connector::Operation::create) return std::nullopt;
    return failure_of(FailureClass::validation, "it stands in the bin: restore it there");
  };
  north.edit("contact", ids[0], {{"city", text("Paris")}});
  east.remove("contact", ids[1]);
  world.push("north", "contact", ids[0]);
  world.push("east", "contact", ids[1]);
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.dead_letters().size(), 1u) << "the edit won, and was not taken";
  east.restore("contact", ids[1]);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.text("contact", ids[1], "city"), "Paris");
  EXPECT_TRUE(world.dead_letters().empty());
}

TEST_F(Failures, AnUpdateThatWasGivenUpDoesNotOutliveItsRecord) {
  const auto ids = load_ada(world);
  east.refuse = [](connector::Operation operation, const std::string&, const FieldValues&) -> std::optional<connector::Failure> {
    if (operation != connector::Operation::update) return std::nullopt;
    return failure_of(FailureClass::validation, "the record is locked");
  };
  north.edit("contact", ids[0], {{"city", text("Paris")}});
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.dead_letters().size(), 1u);
  east.remove("contact", ids[1]);
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(east.live("contact").size(), 1u) << "the edit wins: it is made there again";
  EXPECT_EQ(east.text("contact", east.live("contact")[0]->id, "city"), "Paris");
  EXPECT_TRUE(world.dead_letters().empty());
}

TEST_F(Failures, AnUpdateThatWasGivenUpDoesNotOutliveTheMergeOfItsRecord) {
  const auto ids = load_ada(world);
  refuse_city("Paris", FailureClass::validation);
  north.edit("contact", ids[0], {{"city", text("Paris")}});
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.dead_letters().size(), 1u);
  east.refuse = nullptr;
  const std::string other = east.add("contact", contact("Ada", ""));
  east.merge("contact", ids[1], other);
  world.push("east", "contact", ids[1]);  // before anybody has heard of the other one
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.text("contact", other, "city"), "Paris");
  EXPECT_TRUE(world.dead_letters().empty());
}

TEST_F(Failures, ACreateThatWasGivenUpDoesNotOutliveTheWordOfAPersonWhichRecordItIs) {
  world.start();
  ASSERT_TRUE(world.settle());
  refuse_city("Paris", FailureClass::validation);
  FieldValues ada = contact("Ada", "info@example.com");
  ada["city"] = text("Paris");
  north.add("contact", ada);
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.dead_letters().size(), 1u);
  east.refuse = nullptr;
  const std::string there = east.add("contact", contact("Ada", "info@example.com"));
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.open_reviews().size(), 1u);
  ASSERT_TRUE(world.resolve(world.open_reviews()[0], "1"));
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.text("contact", there, "city"), "Paris");
  EXPECT_TRUE(world.dead_letters().empty());
}

TEST(Failure, AKeyThatASystemCannotBeAskedForHoldsUpNobody) {
  FakeTraits probing;
  probing.probes = true;
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east", probing);
  const std::string known = east.add("contact", contact("Cid", "cid@example.com"));
  world.start();
  ASSERT_TRUE(world.settle());
  east.refuse_lookup = [](const std::string& value) -> std::optional<connector::Failure> {
    if (value != "eve@example.com") return std::nullopt;
    return failure_of(connector::FailureClass::too_large, "414 URI too long");
  };
  for (const char* name : {"Ada", "Bob", "Eve", "Fay"}) {
    std::string email = std::string(name) + "@example.com";
    email[0] = static_cast<char>(std::tolower(email[0]));
    north.add("contact", contact(name, email));
  }
  north.add("case", {{"subject", text("Leak")}});
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.live("contact").size(), 4u) << "but for Eve: nobody knows whether she is there";
  EXPECT_EQ(east.live("case").size(), 1u);
  ASSERT_EQ(world.dead_letters().size(), 1u);
  EXPECT_NE(world.dead_letters()[0].error.find("414"), std::string::npos) << world.dead_letters()[0].error;
  east.refuse_lookup = nullptr;
  ASSERT_TRUE(world.replay(world.dead_letters()));
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.live("contact").size(), 5u);
}

TEST(Failure, WhereNothingCanBeLookedForNothingIsMadeAndNobodyGivesUp) {
  FakeTraits probing;
  probing.probes = true;
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east", probing);
  world.start();
  ASSERT_TRUE(world.settle());
  east.refuse_lookup = [](const std::string& value) -> std::optional<connector::Failure> {
    if (value.find('@') == std::string::npos) return std::nullopt;
    return failure_of(connector::FailureClass::validation, "the search is out of order");
  };
  for (int i = 0; i < 20; ++i) north.add("contact", contact("Person " + std::to_string(i), "p" + std::to_string(i) + "@example.com"));
  world.run_for(Duration{30 * 60'000});
  EXPECT_TRUE(east.live("contact").empty());
  EXPECT_TRUE(world.dead_letters().empty());
  east.refuse_lookup = nullptr;
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.live("contact").size(), 20u);
}

}  // namespace
}  // namespace lockstep::support

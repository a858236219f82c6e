// Dead letters as a workbench: what they tell, and how a person sets things right from there.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "test/support/scenes.h"

namespace lockstep::support {
namespace {

using connector::FailureClass;

class Letters : public testing::Test {
 protected:
  Letters() : north(world.add_system("north")), east(world.add_system("east")) {}
  void refuse_city(const std::string& city) {
    east.refuse = [city](connector::Operation, const std::string&, const FieldValues& fields) -> std::optional<connector::Failure> {
      const auto value = fields.find("city");
      if (value == fields.end() || !(value->second == text(city))) return std::nullopt;
      connector::Failure failure = failure_of(FailureClass::validation, "city '" + city + "' is not allowed");
      auto exchange = std::make_shared<connector::Exchange>();
      exchange->method = "PATCH";
      exchange->url = "https://east.example/contact";
      exchange->body = std::string(100'000, 'a') + city + std::string(100'000, 'b');
      exchange->status = 400;
      exchange->answer = "{\"message\": \"" + city + "?\"}";
      failure.exchange = exchange;
      return failure;
    };
  }
  /// Ada in both systems, and a letter about her city.
  DeadLetter letter_of_ada() {
    ids = load_ada(world);
    refuse_city("Atlantis");
    north.edit("contact", ids[0], {{"city", text("Atlantis")}});
    EXPECT_TRUE(world.settle());
    EXPECT_EQ(world.dead_letters().size(), 1u);
    return world.dead_letters().at(0);
  }
  static std::string at(const DeadLetter& letter, std::string_view pointer) {
    const boost::json::value context = boost::json::parse(letter.context);
    boost::system::error_code error;
    const boost::json::value* found = context.find_pointer(pointer, error);
    if (!found) return "";
    return found->is_string() ? std::string(found->get_string()) : boost::json::serialize(*found);
  }

  World world;
  FakeSystem& north;
  FakeSystem& east;
  std::vector<std::string> ids;
};

TEST_F(Letters, ALetterTellsTheWholeStoryInABoundedSpace) {
  const DeadLetter letter = letter_of_ada();
  EXPECT_EQ(at(letter, "/sent/city"), "Atlantis");
  EXPECT_EQ(at(letter, "/golden/city"), "Atlantis");
  EXPECT_EQ(at(letter, "/golden/email"), "ada@example.com");
  EXPECT_EQ(at(letter, "/shadow/city"), "null");
  EXPECT_EQ(at(letter, "/shadow/email"), "ada@example.com");
  EXPECT_EQ(at(letter, "/request/method"), "PATCH");
  EXPECT_EQ(at(letter, "/response/body"), "{\"message\": \"Atlantis?\"}");
  EXPECT_EQ(at(letter, "/response/status"), "400");
  EXPECT_NE(at(letter, "/request/body").find("200008 bytes in all"), std::string::npos);
  EXPECT_NE(at(letter, "/observation/seen"), "");
  EXPECT_NE(at(letter, "/mapping_version"), "");
  EXPECT_NE(at(letter, "/golden_version"), "");
  EXPECT_LT(letter.context.size(), 60'000u);
}

TEST_F(Letters, AHugeRecordMakesNoHugeLetter) {
  ids = load_ada(world);
  refuse_city("Atlantis");
  north.edit("contact", ids[0], {{"city", text("Atlantis")}, {"title", text(std::string(500'000, 'x'))}});
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.dead_letters().size(), 1u);
  EXPECT_LT(world.dead_letters()[0].context.size(), 60'000u);
  EXPECT_EQ(at(world.dead_letters()[0], "/sent/city"), "Atlantis");
}

TEST_F(Letters, AValueThatAPersonEditsArrivesEverywhereAndClosesTheLetter) {
  const DeadLetter letter = letter_of_ada();
  const auto mended = world.edit({letter}, {{"city", "Paris"}});
  ASSERT_TRUE(mended) << mended.error().message;
  EXPECT_EQ(*mended, 1u);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.text("contact", ids[1], "city"), "Paris");
  EXPECT_EQ(north.text("contact", ids[0], "city"), "Paris");
  EXPECT_TRUE(world.dead_letters().empty());
  EXPECT_EQ(world.dead_letters(DeadLetterState::superseded).size(), 1u);
  AuditFilter filter;
  filter.operation = "mend";
  const auto rows = world.audit(filter);
  ASSERT_EQ(rows.size(), 1u);
  ASSERT_EQ(rows[0].changes.size(), 1u);
  EXPECT_EQ(rows[0].changes[0].note, "edited by ada");
  EXPECT_EQ(*rows[0].changes[0].before, text("Atlantis"));
  EXPECT_EQ(*rows[0].changes[0].after, text("Paris"));
}

TEST_F(Letters, AValueCanBeBlanked) {
  ASSERT_TRUE(world.edit({letter_of_ada()}, {{"city", ""}}));
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(north.text("contact", ids[0], "city"), "");
  EXPECT_TRUE(world.dead_letters().empty());
}

TEST_F(Letters, AWholeGroupIsMendedAtOnce) {
  world.start();
  ASSERT_TRUE(world.settle());
  refuse_city("Atlantis");
  for (int i = 0; i < 150; ++i) {
    FieldValues one = contact("Person " + std::to_string(i), "p" + std::to_string(i) + "@example.com");
    one["city"] = text("Atlantis");
    north.add("contact", one);
  }
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.dead_letters().size(), 100u) << "the listing's limit";
  std::size_t mended = 0;
  while (!world.dead_letters().empty()) {
    const auto done = world.edit(world.dead_letters(), {{"city", "Paris"}});
    ASSERT_TRUE(done) << done.error().message;
    mended += *done;
    ASSERT_TRUE(world.settle());
  }
  EXPECT_EQ(mended, 150u);
  EXPECT_EQ(east.live("contact").size(), 150u);
}

TEST_F(Letters, AnEditThatCannotBeIsToldAndChangesNothing) {
  const DeadLetter letter = letter_of_ada();
  const std::vector<std::pair<std::vector<std::pair<std::string, std::string>>, std::string>> bad = {
      {{{"town", "Paris"}}, "no field 'town'"},
      {{{"city", "Paris"}, {"name", ""}}, "must not be blank"},
      {{{"city.street", "Paris"}}, "no member 'street'"},
      {{{"account", "01JDFK3V8Q4T0Z6M2N9R5S7W1X"}}, "refers to a record of type account"},
      {{{"account", "acme"}}, ""}};
  for (const auto& [values, message] : bad) {
    const auto refused = world.edit({letter}, values);
    ASSERT_FALSE(refused) << message;
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_input);
    EXPECT_NE(refused.error().message.find(message), std::string::npos) << refused.error().message;
  }
  EXPECT_EQ(world.dead_letters().size(), 1u);
  EXPECT_EQ(world.golden("contact").at(0).fields[world.field("contact", "city").value()].value, text("Atlantis"));
}

TEST_F(Letters, AFieldUnderReviewIsDecidedThereNotHere) {
  world.configure = [](Hub& hub) { World::set_strategy(hub, "contact", "title", Strategy::manual_review); };
  const DeadLetter letter = letter_of_ada();
  north.edit("contact", ids[0], {{"title", text("Countess")}});
  east.edit("contact", ids[1], {{"title", text("Duchess")}});
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.open_reviews().size(), 1u);
  const auto refused = world.edit({world.dead_letters().at(0)}, {{"title", "Lady"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
}

TEST_F(Letters, AnEditToWhatIsThereAlreadyTriesAgain) {
  const DeadLetter letter = letter_of_ada();
  east.refuse = nullptr;
  ASSERT_TRUE(world.edit({letter}, {{"city", "Atlantis"}}));
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.text("contact", ids[1], "city"), "Atlantis");
  EXPECT_TRUE(world.dead_letters().empty());
}

/// A twin that stands in the way, which the system does not name.
class LettersOfTwins : public testing::Test {
 protected:
  LettersOfTwins() : north(world.add_system("north")), east(world.add_system("east", keyless())) {
    world.start();
    EXPECT_TRUE(world.settle());
    twin = east.add("contact", {{"name", text("Ada Lovelace")}, {"phone", text("+49 30 1")}});
    EXPECT_TRUE(world.settle());
    east.refuse = [](connector::Operation operation, const std::string&, const FieldValues&) -> std::optional<connector::Failure> {
      if (operation != connector::Operation::create) return std::nullopt;
      return failure_of(FailureClass::duplicate, "somebody like that is here already");
    };
    ada = north.add("contact", contact("Ada", "ada@example.com"));
    world.run_for(Duration{3 * 3'600'000});
  }
  static FakeTraits keyless() {
    FakeTraits traits;
    traits.has_key = false;
    return traits;
  }
  World world;
  FakeSystem& north;
  FakeSystem& east;
  std::string twin, ada;
};

TEST_F(LettersOfTwins, APersonTellsWhichRecordItIsAndNoTwinIsMade) {
  // The twin came to north as a record of its own: east's person removes it there, and says who it is.
  ASSERT_EQ(world.dead_letters().size(), 1u);
  const DeadLetter letter = world.dead_letters().at(0);
  const auto refused = world.choose_link(letter, twin);
  ASSERT_FALSE(refused) << "it is the record of somebody else";
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  const std::size_t before = east.live("contact").size();
  // A record that nobody linked: made while the hub was away.
  world.crash();
  const std::string other = east.add("contact", {{"name", text("A. Lovelace")}});
  world.start();
  ASSERT_TRUE(world.choose_link(letter, other));
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.live("contact").size(), before + 1);
  EXPECT_EQ(east.text("contact", other, "email"), "ada@example.com");
  EXPECT_TRUE(world.dead_letters().empty());
  const auto again = world.choose_link(letter, other);
  ASSERT_FALSE(again);
}

TEST_F(Letters, ParentsAreReplayedBeforeTheirChildren) {
  world.start();
  ASSERT_TRUE(world.settle());
  east.refuse = [](connector::Operation, const std::string&, const FieldValues&) {
    return std::optional(failure_of(FailureClass::validation, "closed today"));
  };
  const std::string acme = north.add("account", account("Acme", "acme.example"));
  ASSERT_TRUE(world.settle());
  FieldValues ada = contact("Ada", "ada@example.com");
  ada["title"] = text("Countess");
  north.add("contact", ada);
  north.add("case", {{"subject", text("Help")}});
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.dead_letters().size(), 3u);
  east.refuse = nullptr;
  east.writes.clear();
  ASSERT_EQ(*world.replay(world.dead_letters()), 3u);
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(east.writes.size(), 3u);
  EXPECT_EQ(east.writes[0].object, "account");
  EXPECT_EQ(east.writes[1].object, "contact");
  EXPECT_EQ(east.writes[2].object, "case");
  AuditFilter filter;
  filter.operation = "replay";
  EXPECT_EQ(world.audit(filter).size(), 3u);
}

TEST_F(Letters, OfSeveralThoseThatClosedInTheMeantimeAreLeftAlone) {
  const DeadLetter letter = letter_of_ada();
  const std::string bob = north.add("contact", contact("Bob", "bob@example.com"));
  north.edit("contact", bob, {{"city", text("Atlantis")}});
  ASSERT_TRUE(world.settle());
  const auto letters = world.dead_letters();
  ASSERT_EQ(letters.size(), 2u);
  ASSERT_TRUE(world.discard({letter}));
  EXPECT_EQ(*world.replay(letters), 1u);
}

TEST_F(Letters, OneWordOfAMergeInASystemClosesTheLettersOfBoth) {
  const DeadLetter letter = letter_of_ada();
  const std::string twin = north.add("contact", contact("Ada L.", "al@example.com"));
  ASSERT_TRUE(world.settle());
  east.refuse = nullptr;
  north.merge("contact", ids[0], twin);
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(world.dead_letters().empty());
}

}  // namespace
}  // namespace lockstep::support

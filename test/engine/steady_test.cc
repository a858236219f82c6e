// Daily life: edits flow to everybody, nothing comes back as an echo, and once all agree nothing is written at all.
#include <gtest/gtest.h>

#include "test/support/scenes.h"

namespace lockstep::support {
namespace {

constexpr Duration kDay{24 * 3'600'000};

/// Systems of every kind that differ in what they tell of a write, how they lock, and how they list.
std::vector<FakeTraits> all_kinds() {
  FakeTraits answering;
  FakeTraits reading_back;
  reading_back.shadow = connector::ShadowSource::read_back;
  reading_back.has_lock = true;
  FakeTraits feeding;
  feeding.shadow = connector::ShadowSource::feed;
  feeding.feed_starts_with_listing = true;
  feeding.client_id = true;
  FakeTraits keyless;
  keyless.has_key = false;
  keyless.probes = true;
  keyless.feed_lists_deletes = false;
  return {answering, reading_back, feeding, keyless};
}

void add_all_kinds(World& world) {
  const char* names[] = {"north", "east", "south", "west"};
  const auto kinds = all_kinds();
  for (std::size_t i = 0; i < kinds.size(); ++i) world.add_system(names[i], kinds[i]);
}

TEST(Steady, WhoHasNothingToDoStopsAtOnce) {
  World world;
  add_all_kinds(world);
  world.add_hosted("support");
  load_ada(world);
  world.run_for(Duration{5 * 60'000});
  const Instant asked = world.executor.clock().now();
  world.stop();
  EXPECT_LT((world.executor.clock().now() - asked).count(), 2'000);
}

TEST(Steady, AnEditInAnySystemReachesAllOthers) {
  World world;
  add_all_kinds(world);
  const auto ids = load_ada(world);
  for (std::size_t editor = 0; editor < world.systems.size(); ++editor) {
    const std::string city = "City " + std::to_string(editor);
    world.systems[editor]->edit("contact", ids[editor], {{"city", text(city)}});
    ASSERT_TRUE(world.settle());
    for (std::size_t i = 0; i < world.systems.size(); ++i)
      EXPECT_EQ(world.systems[i]->text("contact", ids[i], "city"), city) << world.systems[i]->name() << " after an edit in " << world.systems[editor]->name();
  }
  EXPECT_EQ(world.golden("contact").size(), 1u);
}

TEST(Steady, ClearedFieldsAreClearedEverywhere) {
  World world;
  add_all_kinds(world);
  const auto ids = load_ada(world);
  world.systems[1]->edit("contact", ids[1], {{"title", text("Countess")}});
  ASSERT_TRUE(world.settle());
  world.systems[2]->edit("contact", ids[2], {{"title", Value{}}});
  ASSERT_TRUE(world.settle());
  for (std::size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(world.systems[i]->text("contact", ids[i], "title"), "") << world.systems[i]->name();
}

TEST(Steady, EditsOfDifferentFieldsAtOnceAreAllKept) {
  World world;
  add_all_kinds(world);
  const auto ids = load_ada(world);
  world.systems[0]->edit("contact", ids[0], {{"city", text("London")}});
  world.systems[1]->edit("contact", ids[1], {{"title", text("Countess")}});
  world.systems[2]->edit("contact", ids[2], {{"phone", text("+442071234567")}});
  ASSERT_TRUE(world.settle());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    EXPECT_EQ(world.systems[i]->text("contact", ids[i], "city"), "London");
    EXPECT_EQ(world.systems[i]->text("contact", ids[i], "title"), "Countess");
    EXPECT_EQ(world.systems[i]->text("contact", ids[i], "phone"), "+442071234567");
  }
}

TEST(Steady, OnlyChangedFieldsAreSent) {
  World world;
  world.add_system("north");
  FakeSystem& east = world.add_system("east");
  const auto ids = load_ada(world);
  east.writes.clear();
  world.systems[0]->edit("contact", ids[0], {{"city", text("London")}});
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(east.writes.size(), 1u);
  EXPECT_EQ(east.writes[0].fields, (FieldValues{{"city", text("London")}}));
}

TEST(Steady, ADayAfterConvergenceNothingIsWritten) {
  World world;
  world.configure = [](Hub& hub) {
    for (System& system : hub.systems)
      for (SystemType& type : system.types) type.schedule.poll_every = Duration{10 * 60'000};
  };
  add_all_kinds(world);
  for (int i = 0; i < 30; ++i)
    world.systems[static_cast<std::size_t>(i) % 4]->add("contact", contact("Person " + std::to_string(i), "p" + std::to_string(i) + "@example.com"));
  world.start();
  ASSERT_TRUE(world.settle());
  const std::size_t writes = world.writes();
  world.run_for(kDay);
  EXPECT_EQ(world.writes(), writes);
  for (const auto& system : world.systems) EXPECT_EQ(system->live("contact").size(), 30u) << system->name();
}

TEST(Steady, AServerThatNormalisesIsLeftAlone) {
  World world;
  world.add_system("north");
  FakeSystem& shouting = world.add_system("east");
  shouting.normalise = [](const std::string&, FieldValues& fields) {
    for (auto& [name, value] : fields)
      if (std::string* words = value.get<std::string>(); words && name == "email")
        for (char& letter : *words) letter = static_cast<char>(std::toupper(letter));
  };
  world.systems[0]->add("contact", contact("Ada", "ada@example.com"));
  world.start();
  ASSERT_TRUE(world.settle());
  const std::size_t writes = world.writes();
  world.run_for(Duration{3'600'000});
  EXPECT_EQ(world.writes(), writes);
  EXPECT_EQ(world.systems[0]->live("contact")[0]->fields.at("email"), text("ada@example.com"));
  EXPECT_TRUE(world.open_reviews().empty());
}

TEST(Steady, AWebhookIsFasterThanAnyPoll) {
  World world;
  world.configure = [](Hub& hub) {
    for (System& system : hub.systems)
      for (SystemType& type : system.types) type.schedule.poll_every = Duration{3'600'000};
  };
  world.add_system("north");
  world.add_system("east");
  const auto ids = load_ada(world);
  world.systems[0]->edit("contact", ids[0], {{"city", text("London")}});
  world.push("north", "contact", ids[0]);
  world.run_for(Duration{3'000});
  EXPECT_EQ(world.systems[1]->text("contact", ids[1], "city"), "London");
}

TEST(Steady, EveryWriteHasItsAuditRow) {
  World world;
  add_all_kinds(world);
  const auto ids = load_ada(world);
  world.systems[0]->edit("contact", ids[0], {{"city", text("London")}});
  ASSERT_TRUE(world.settle());
  for (const auto& system : world.systems) {
    AuditFilter filter;
    filter.connection = world.system_of(system->name()).id;
    std::size_t rows = 0;
    for (const AuditRow& row : world.audit(filter))
      if (row.operation == "create" || row.operation == "update") ++rows;
    EXPECT_EQ(rows, system->writes.size()) << system->name();
  }
}

TEST(Steady, TwoHostedSystemsAndACrmStayInStep) {
  World world;
  world.add_hosted("support");
  world.add_hosted("shop");
  FakeSystem& north = world.add_system("north");
  const std::string id = north.add("contact", contact("Ada", "ada@example.com"));
  world.start();
  ASSERT_TRUE(world.settle());
  north.edit("contact", id, {{"city", text("London")}});
  ASSERT_TRUE(world.settle());
  const Golden ada = world.golden("contact").at(0);
  const auto checked = world.transact([&](Transaction& transaction) -> Result<void> {
    TRY(const auto links, transaction.find_links(ada.id));
    EXPECT_EQ(links.size(), 3u);
    for (const Link& link : links) {
      EXPECT_EQ(link.presence, LinkPresence::present);
      EXPECT_EQ(link.fields[world.field("contact", "city").value()].shadow, text("London"));
    }
    return {};
  });
  EXPECT_TRUE(checked);
}

}  // namespace
}  // namespace lockstep::support

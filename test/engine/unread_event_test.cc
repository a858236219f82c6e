// What lies unread in the inbox: nothing is sent over an edit that a system has told of already.
#include <gtest/gtest.h>

#include "test/support/scenes.h"

namespace lockstep::support {
namespace {

/// Nothing but events tells of edits, and nothing but them makes anybody look before a write.
void hear_only_of_events(Hub& hub) {
  for (System& system : hub.systems)
    for (SystemType& type : system.types) type.schedule.poll_every = Duration{24 * 3'600'000};
  for (TypePolicy& policy : hub.policies)
    for (LinkPolicy& link : policy.links) link.read_before_write_ms = 0;
}

class UnreadEvent : public testing::Test {
 protected:
  UnreadEvent() : north(world.add_system("north")), east(world.add_system("east")) {
    world.configure = hear_only_of_events;
    ids = load_ada(world);
  }
  /// The person in north edits first, the one in east last; east's event stands in the inbox when north's edit is about to be sent to east.
  void edit_both_and_hear_of_east_first() {
    north.edit("contact", ids[0], {{"city", text("London")}});
    world.run_for(Duration{8'000});  // farther apart than the clocks' uncertainty
    east.edit("contact", ids[1], {{"city", text("Paris")}});
    world.receive("east", "contact", ids[1]);
    world.push("north", "contact", ids[0]);
  }
  bool is_in_the_trail(const std::string& city) {
    for (const AuditRow& row : world.audit())
      for (const AuditChange& change : row.changes)
        if (change.field == "city" && (change.before == text(city) || change.after == text(city))) return true;
    return false;
  }
  World world;
  FakeSystem& north;
  FakeSystem& east;
  std::vector<std::string> ids;
};

TEST_F(UnreadEvent, IsReadBeforeItsRecordIsWritten) {
  edit_both_and_hear_of_east_first();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(north.text("contact", ids[0], "city"), "Paris");
  EXPECT_EQ(east.text("contact", ids[1], "city"), "Paris");
  EXPECT_TRUE(is_in_the_trail("London"));
  for (const FakeWrite& write : east.writes) EXPECT_FALSE(write.fields.contains("city") && write.fields.at("city") == text("London"));
}

TEST_F(UnreadEvent, OfADeletedRecordStopsTheDelete) {
  east.edit("contact", ids[1], {{"city", text("Paris")}});
  world.receive("east", "contact", ids[1]);
  north.remove("contact", ids[0]);
  world.push("north", "contact", ids[0]);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.text("contact", ids[1], "city"), "Paris") << "an edit outlives a delete elsewhere";
  EXPECT_FALSE(east.at("contact", ids[1]).deleted);
  EXPECT_EQ(id_of(north, "contact", "city", "Paris").empty(), false);
}

TEST_F(UnreadEvent, OfAMergeStopsWritesToAllItsRecords) {
  const std::string other = east.add("contact", contact("Ada L", "lovelace@example.com"));
  world.push("east", "contact", other);
  ASSERT_TRUE(world.settle());
  east.merge("contact", ids[1], other);
  world.receive("east", "contact", ids[1], other);
  north.edit("contact", ids[0], {{"city", text("London")}});
  world.push("north", "contact", ids[0]);
  const std::size_t calls = east.write_calls.size();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.write_calls.size(), calls + 1) << "something was sent to the id that was merged away";
  EXPECT_EQ(east.text("contact", other, "city"), "London");
}

TEST_F(UnreadEvent, IsNotWaitedForInALongQueueAndItsRecordIsReadOnce) {
  const std::string other = east.add("contact", contact("Bea", "bea@example.com"));
  int reads = 0;
  east.refuse_read = [&](const std::string& id) -> std::optional<connector::Failure> {
    if (id == ids[1]) ++reads;
    return std::nullopt;
  };
  const auto queued = world.transact([&](Transaction& transaction) -> Result<void> {
    InboxEvent event;
    event.connection = world.system_of("east").id;
    event.remote = RemoteId{"contact", other};
    event.received = event.occurred = event.due = world.hub->now();
    for (int i = 0; i < 2500; ++i) {
      event.dedupe = "bea/" + std::to_string(i);
      TRY([[maybe_unused]] const bool fresh, transaction.put(event));
    }
    return {};
  });
  ASSERT_TRUE(queued);
  edit_both_and_hear_of_east_first();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(north.text("contact", ids[0], "city"), "Paris");
  EXPECT_EQ(east.text("contact", ids[1], "city"), "Paris");
  EXPECT_EQ(reads, 1);
}

TEST(UnreadEventOfOneType, DoesNotWaitBehindThoseOfAnotherThatIsStillBeingListed) {
  World world;
  FakeSystem& north = world.add_system("north");
  FakeSystem& east = world.add_system("east");
  world.configure = hear_only_of_events;
  const std::string ada = north.add("contact", contact("Ada", "ada@example.com"));
  for (int i = 0; i < 60; ++i) north.add("case", {{"subject", text("Case " + std::to_string(i))}});
  north.listing_breaks = true;  // of what has a second page
  world.start();
  ASSERT_TRUE(world.executor.run_until([&] { return east.find("contact", "email", "ada@example.com") != nullptr; }, Duration{60'000}));
  ASSERT_TRUE(world.transact([&](Transaction& transaction) -> Result<void> {
    InboxEvent event;
    event.connection = world.system_of("north").id;
    event.received = event.occurred = event.due = world.hub->now();
    for (int i = 0; i < 1'200; ++i) {
      event.dedupe = "case/" + std::to_string(i);
      event.remote = RemoteId{"case", std::to_string(i)};
      TRY([[maybe_unused]] const bool fresh, transaction.put(event));
    }
    return {};
  }));
  north.edit("contact", ada, {{"city", text("London")}});
  world.push("north", "contact", ada);
  world.run_for(Duration{60'000});
  EXPECT_NE(east.find("contact", "city", "London"), nullptr);
}

TEST_F(UnreadEvent, WaitsNoLongerForAnotherThatSpoilsTheReads) {
  const std::string other = east.add("contact", contact("Bea", "bea@example.com"));
  east.refuse_read = [&](const std::string& id) -> std::optional<connector::Failure> {
    return id == other ? std::optional(failure_of(connector::FailureClass::validation, "an answer nobody can read")) : std::nullopt;
  };
  world.receive("east", "contact", other);
  edit_both_and_hear_of_east_first();
  EXPECT_TRUE(world.executor.run_until([&] { return north.text("contact", ids[0], "city") == "Paris"; }, Duration{60'000}));
  ASSERT_TRUE(world.settle(Duration{3 * 3'600'000}));
  EXPECT_EQ(east.text("contact", ids[1], "city"), "Paris");
  EXPECT_EQ(world.dead_letters().size(), 1u);
}

TEST_F(UnreadEvent, ThatWasGivenUpHoldsUpNothing) {
  east.refuse_read = [&](const std::string& id) -> std::optional<connector::Failure> {
    return id == ids[1] ? std::optional(failure_of(connector::FailureClass::validation, "an answer nobody can read")) : std::nullopt;
  };
  world.push("east", "contact", ids[1]);
  ASSERT_TRUE(world.settle(Duration{3 * 3'600'000}));
  ASSERT_EQ(world.dead_letters().size(), 1u);
  north.edit("contact", ids[0], {{"city", text("London")}});
  world.push("north", "contact", ids[0]);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(east.text("contact", ids[1], "city"), "London");
}

TEST_F(UnreadEvent, OfOtherRecordsHoldsUpNothing) {
  const std::string other = east.add("contact", contact("Bea", "bea@example.com"));
  const std::uint64_t reads = east.reads_by_id;
  world.receive("east", "contact", other);
  world.receive("east", "account", ids[1]);
  north.edit("contact", ids[0], {{"city", text("London")}});
  world.push("north", "contact", ids[0]);
  ASSERT_TRUE(world.executor.run_until([&] { return east.text("contact", ids[1], "city") == "London"; }, Duration{2'000}));
  EXPECT_EQ(east.reads_by_id, reads);
}

}  // namespace
}  // namespace lockstep::support

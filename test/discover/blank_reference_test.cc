// A server blanks what refers to a record that is deleted there. Whatever it tells first, that is nobody's edit.
#include <gtest/gtest.h>

#include "test/support/scenes.h"

namespace lockstep::support {
namespace {

class BlankReference : public testing::Test {
 protected:
  BlankReference() : north(world.add_system("north")), east(world.add_system("east")) {
    world.configure = [](Hub& hub) {
      for (LinkPolicy& link : hub.policies[hub.model.find("account")->value()].links) link.deletes = DeletePolicy::ignore;
    };
    firm = north.add("account", account("Acme", "acme.com"));
    FieldValues person = contact("Ada", "ada@example.com");
    person["account"] = reference("account", firm);
    ada = north.add("contact", person);
    world.start();
    EXPECT_TRUE(world.settle());
    world.run_for(Duration{3'600'000});
  }
  /// The contact is told of by an event, before any poll can tell of the account.
  void north_blanks_the_account_of_ada() {
    north.edit("contact", ada, {{"account", Value{}}});
    world.push("north", "contact", ada);
  }
  Value account_in_east() { return east.find("contact", "email", "ada@example.com")->fields.at("account"); }
  Value acme_in_east() { return reference("account", id_of(east, "account", "domain", "acme.com")); }

  World world;
  FakeSystem& north;
  FakeSystem& east;
  std::string firm, ada;
};

TEST_F(BlankReference, ThatIsToldBeforeTheDeleteOfItsRecordIsNotTakenElsewhere) {
  north.remove("account", firm);
  north_blanks_the_account_of_ada();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(account_in_east(), acme_in_east());
}

TEST_F(BlankReference, ThatAPersonMadeIsTakenOnceTheRecordWasSeenAlive) {
  const std::uint64_t reads = north.reads_by_id;
  north_blanks_the_account_of_ada();
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(account_in_east().is_blank());
  EXPECT_LE(north.reads_by_id - reads, 3u) << "the contact, the account, the contact once more";
}

TEST_F(BlankReference, IsLeftAloneWhileItsRecordCannotBeRead) {
  north.refuse_read = [&](const std::string& id) -> std::optional<connector::Failure> {
    if (id != firm) return std::nullopt;
    return failure_of(connector::FailureClass::permission, "no access to accounts");
  };
  north_blanks_the_account_of_ada();
  world.run_for(Duration{3'600'000});
  EXPECT_EQ(account_in_east(), acme_in_east());
  north.refuse_read = nullptr;
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(account_in_east().is_blank());
}

}  // namespace
}  // namespace lockstep::support

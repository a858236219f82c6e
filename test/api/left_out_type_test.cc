// A type that is not kept in the support system (`enabled: false`): nothing of it is taken, and nothing falls over it.
#include "test/api/door.h"

namespace lockstep::support {
namespace {

constexpr Duration kAWhile{3 * 60'000};

class LeftOutType : public ApiTest {
 protected:
  void start_again(std::function<void(Hub&)> configure) {
    gateway.reset();
    world.stop();
    world.configure = std::move(configure);
    world.start();
    open_gateway();
  }
  /// Starts again with a configuration in which the support system takes no part in the type.
  void leave_out(const std::string& type_name) {
    start_again([this, type_name](Hub& hub) {
      const TypeIndex type = world.type(type_name);
      for (System& system : hub.systems)
        if (system.name == "support") {
          std::erase_if(system.types, [&](const SystemType& one) { return one.type == type; });
          std::erase_if(hub.policies[type.value()].links, [&](const LinkPolicy& link) { return link.connection == system.id; });
        }
    });
  }
  void take_in_again() {
    start_again([](Hub&) {});
  }
};

TEST_F(LeftOutType, IsRefusedAndTheOthersAreTaken) {
  leave_out("case");
  for (const char* method : {"PUT", "PATCH", "GET", "DELETE"}) {
    const auto answer = call(method, "/v1/cases/1", R"({"subject": "Leak"})");
    EXPECT_EQ(answer.status, 404) << method << answer.body;
    EXPECT_TRUE(holds(answer, "takes no part")) << answer.body;
  }
  EXPECT_EQ(call("GET", "/v1/cases").status, 404);
  const auto batch = call("POST", "/v1/batch", R"({"type": "case", "id": "1", "fields": {"subject": "Leak"}})");
  EXPECT_EQ(batch.status, 422) << batch.body;
  EXPECT_TRUE(holds(batch, "\"pointer\": \"/1/type\"")) << batch.body;
  EXPECT_EQ(entities("case"), 0u);
  EXPECT_EQ(call("PUT", "/v1/contacts/42", R"({"name": "Ada"})").status, 201);
  EXPECT_EQ(call("PUT", "/v1/cases/1", R"({"subject": "Leak"})", "shop-key-0123456789").status, 201) << "the other one keeps its own";
}

TEST_F(LeftOutType, ThatARecordIsHeldOfDisturbsNobody) {
  const std::string ada = R"({"name": "Ada", "email": "info@example.com"})";
  ASSERT_EQ(call("PUT", "/v1/contacts/1", ada).status, 201);
  ASSERT_EQ(call("PUT", "/v1/contacts/2", ada).status, 202);
  ASSERT_EQ(world.open_reviews().size(), 1u);
  leave_out("contact");
  ASSERT_TRUE(world.resolve(world.open_reviews().at(0), "new"));
  world.run_for(kAWhile);
  EXPECT_EQ(entities(), 1u);
  EXPECT_EQ(call("PUT", "/v1/accounts/a1", R"({"name": "Acme"})").status, 201);
  take_in_again();
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(entities(), 2u) << "what was sent and decided is not forgotten";
  EXPECT_EQ(call("GET", "/v1/contacts/2").status, 200);
}

TEST_F(LeftOutType, WhoseManyDeletesAreApprovedLosesThemOnceItIsTakenInAgain) {
  std::string made, removed;
  for (int i = 0; i < 60; ++i) {
    const std::string id = std::to_string(i);
    made += R"({"type": "contact", "id": ")" + id + R"(", "fields": {"name": "P)" + id + "\"}}\n";
    removed += R"({"op": "delete", "type": "contact", "id": ")" + id + "\"}\n";
  }
  ASSERT_EQ(call("POST", "/v1/batch", made).status, 200);
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(call("POST", "/v1/batch", removed).status, 200);
  leave_out("contact");
  ASSERT_TRUE(world.resolve(world.open_reviews().at(0), "approve"));
  world.run_for(kAWhile);
  EXPECT_EQ(north->live("contact").size(), 60u);
  take_in_again();
  ASSERT_TRUE(world.settle());
  EXPECT_TRUE(north->live("contact").empty());
}

TEST_F(LeftOutType, IsNoEditWhereWhatRefersToItIsSentBackAsItWasShown) {
  leave_out("account");
  FieldValues ada = contact("Ada", "ada@example.com");
  ada["account"] = reference("account", north->add("account", account("Acme", "acme.example")));
  const std::string there = north->add("contact", ada);
  ASSERT_TRUE(world.settle());
  ASSERT_EQ(world.golden("contact").size(), 1u);
  const std::string path = "/v1/contacts/" + world.golden("contact").at(0).id.value().text();
  const auto shown = call("GET", path);
  ASSERT_EQ(shown.status, 200) << shown.body;
  ASSERT_TRUE(holds(shown, R"("account": null)")) << shown.body;
  const std::string fields = shown.body.substr(shown.body.find("\"fields\": ") + 10);
  EXPECT_EQ(call("PUT", path, fields.substr(0, fields.size() - 1)).status, 200);
  EXPECT_EQ(call("PATCH", path, R"({"title": "Countess", "account": null})").status, 200);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(north->text("contact", there, "title"), "Countess");
  EXPECT_EQ(north->at("contact", there).fields.at("account"), ada.at("account"));
}

}  // namespace
}  // namespace lockstep::support

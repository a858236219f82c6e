// The webhook door and the operations side.
#include "test/api/door.h"

namespace lockstep::support {
namespace {

class DoorTest : public ApiTest {
 protected:
  http::Response knock(const std::string& body, const std::string& secret = "right", const std::string& path = "/webhooks/north/door") {
    http::Headers headers{{"X-Secret", secret}};
    return call("POST", path, body, "", headers);
  }
  std::int64_t waiting() {
    std::int64_t count = 0;
    for (const auto& one : world.counts().connections) count += one.inbox;
    return count;
  }
};

TEST_F(DoorTest, AWebhookIsDurableBeforeItIsAcknowledged) {
  const std::string id = north->add("contact", contact("Ada", "ada@example.com"));
  EXPECT_EQ(knock("contact " + id).status, 200);
  // The lights go out the moment the answer has left.
  gateway.reset();
  world.crash();
  world.start();
  open_gateway();
  EXPECT_EQ(waiting(), 1);
  ASSERT_TRUE(world.settle());
  EXPECT_EQ(entities(), 1u);
  EXPECT_EQ(waiting(), 0);
}

TEST_F(DoorTest, TheSameWebhookAgainIsTakenOnce) {
  const std::string id = north->add("contact", contact("Ada", "ada@example.com"));
  knock("contact " + id);
  knock("contact " + id);
  EXPECT_LE(waiting(), 1);
}

TEST_F(DoorTest, AForgedWebhookIsRefusedCountedAndStoresNothing) {
  EXPECT_EQ(knock("contact 1", "wrong").status, 401);
  EXPECT_EQ(waiting(), 0);
  const auto status = call("GET", "/operations/status", "", "operator-key-0123456789");
  EXPECT_EQ(status.status, 200);
  EXPECT_TRUE(holds(status, R"("the signature is wrong": 1)")) << status.body;
}

TEST_F(DoorTest, AnOversizedWebhookIsRefusedAndCounted) {
  EXPECT_EQ(knock("contact " + std::string(5u << 20, '1')).status, 413);
  EXPECT_EQ(waiting(), 0);
  EXPECT_TRUE(holds(call("GET", "/operations/status", "", "operator-key-0123456789"), R"("too large": 1)"));
}

TEST_F(DoorTest, UnknownDoorsAreNotThere) {
  EXPECT_EQ(knock("contact 1", "right", "/webhooks/north/window").status, 404);
  EXPECT_EQ(knock("contact 1", "right", "/webhooks/nowhere/door").status, 404);
  EXPECT_EQ(knock("contact 1", "right", "/webhooks/support/door").status, 404);
  EXPECT_EQ(knock("contact 1", "right", "/webhooks/north").status, 404);
}

TEST_F(ApiTest, OperationsNeedTheOperatorKey) {
  EXPECT_EQ(call("GET", "/operations/status", "", "").status, 401);
  EXPECT_EQ(call("GET", "/operations/status", "", "support-key-0123456789").status, 401);
  EXPECT_EQ(call("POST", "/operations/wake", "", "operator-key-0123456789").status, 204);
}

TEST_F(ApiTest, OperationsWithoutAKeyAreForLoopbackOnly) {
  configuration.operator_key.clear();
  http::ServerRequest request;
  request.method = "GET";
  request.target = "/operations/status";
  request.peer = "127.0.0.1:5000";
  EXPECT_EQ(send(request).status, 200);
  request.peer = "192.0.2.7:5000";
  EXPECT_EQ(send(request).status, 401);
}

TEST_F(ApiTest, StatusCountsRecordsInStepForEverySystem) {
  call("PUT", "/v1/contacts/42", R"({"name": "Ada"})");
  ASSERT_TRUE(world.settle());
  const auto status = call("GET", "/operations/status", "", "operator-key-0123456789");
  for (const char* words : {R"("name": "support", "hosted": true, "links": 1)", R"("name": "north", "hosted": false, "links": 1)", R"("in_step": 1)",
                            R"("lag_ms")", R"("open_reviews": 0)", R"("dead_letters": 0)"})
    EXPECT_TRUE(holds(status, words)) << words << "\n" << status.body;
}

}  // namespace
}  // namespace lockstep::support

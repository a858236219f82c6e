// Very many deletes by the support system: they wait for a person, as they do wherever else they come from.
#include "test/api/door.h"

namespace lockstep::support {
namespace {

class MassDelete : public ApiTest {
 protected:
  MassDelete() {
    std::string batch;
    for (int i = 0; i < 80; ++i) batch += put(i);
    EXPECT_EQ(call("POST", "/v1/batch", batch).status, 200);
    EXPECT_TRUE(world.settle());
    EXPECT_EQ(north->live("contact").size(), 80u);
  }
  static std::string put(int number) {
    const std::string id = std::to_string(number);
    return R"({"type": "contact", "id": ")" + id + R"(", "fields": {"name": "P)" + id + R"(", "email": "p)" + id + "@example.com\"}}\n";
  }
  http::Response remove(int from, int to) {
    std::string batch;
    for (int i = from; i < to; ++i) batch += R"({"op": "delete", "type": "contact", "id": ")" + std::to_string(i) + "\"}\n";
    return call("POST", "/v1/batch", batch);
  }
  /// The one question that is asked.
  ReviewItem asked() {
    const auto items = world.open_reviews();
    EXPECT_EQ(items.size(), 1u);
    if (items.empty()) return ReviewItem{};
    EXPECT_EQ(items[0].kind, ReviewKind::mass_delete);
    return items[0];
  }
  std::size_t live() {
    EXPECT_TRUE(world.settle());
    return north->live("contact").size();
  }
};

TEST_F(MassDelete, OfAFewNeedsNoApproval) {
  EXPECT_FALSE(holds(remove(0, 50), "202"));
  EXPECT_EQ(live(), 30u);
  EXPECT_TRUE(world.open_reviews().empty());
}

TEST_F(MassDelete, IsWithheldWhileEverythingElseFlowsAndGoesOnWhenApproved) {
  const http::Response told = remove(0, 60);
  EXPECT_TRUE(holds(told, R"({"status": 202, "body": {"type": "contact", "id": "0", "review": "mass delete"}})")) << told.body;
  EXPECT_FALSE(holds(told, "204"));
  EXPECT_EQ(call("PATCH", "/v1/contacts/79", R"({"city": "Paris"})").status, 200);
  EXPECT_EQ(live(), 80u);
  EXPECT_NE(north->find("contact", "city", "Paris"), nullptr);
  EXPECT_EQ(call("GET", "/v1/contacts/3").status, 200) << "as long as it is there elsewhere";
  EXPECT_EQ(call("DELETE", "/v1/contacts/3").status, 202) << "said once more";
  EXPECT_TRUE(asked().summary.starts_with("60 of 80")) << asked().summary;
  world.crash();
  world.start();
  open_gateway();
  EXPECT_EQ(live(), 80u);
  ASSERT_TRUE(world.resolve(asked(), "approve"));
  EXPECT_EQ(live(), 20u);
  EXPECT_EQ(call("GET", "/v1/contacts/3").status, 404);
  EXPECT_TRUE(world.open_reviews().empty());
}

TEST_F(MassDelete, OneByOneIsWithheldBeyondTheCount) {
  int made = 0;
  for (int i = 0; i < 60; ++i) made += call("DELETE", "/v1/contacts/" + std::to_string(i)).status == 204;
  EXPECT_EQ(made, 50);
  EXPECT_EQ(live(), 30u);
  EXPECT_TRUE(asked().summary.starts_with("10 of 80")) << asked().summary;
}

TEST_F(MassDelete, TakesNoRecordThatIsSentAgainMeanwhile) {
  remove(0, 60);
  EXPECT_EQ(call("PUT", "/v1/contacts/7", R"({"name": "P7", "email": "p7@example.com"})").status, 200);
  ASSERT_TRUE(world.resolve(asked(), "approve"));
  EXPECT_EQ(live(), 21u);
  EXPECT_EQ(call("GET", "/v1/contacts/7").status, 200);
}

TEST_F(MassDelete, ThatIsDismissedIsAsIfItHadNeverBeenTold) {
  remove(0, 60);
  ASSERT_TRUE(world.resolve(asked(), "dismiss"));
  EXPECT_EQ(live(), 80u);
  world.run_for(Duration{11 * 60'000});
  EXPECT_EQ(call("DELETE", "/v1/contacts/3").status, 204);
  EXPECT_EQ(live(), 79u);
}

}  // namespace
}  // namespace lockstep::support

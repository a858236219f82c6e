// Incremental exports: what a poller must live with.
#include "zendesk_fixture.h"

namespace lockstep::emulators::zendesk {
namespace {

// fact: §A5
TEST_F(ZendeskTest, ASecondWithMoreRowsThanAPageNeverEndsByTime) {
  json::array rows;
  for (int i = 0; i < 1'001; ++i) rows.push_back(json::object{{"name", "Organization " + std::to_string(i)}});
  ASSERT_EQ(control("records/organizations", rows).status, 200);
  std::string start = seconds_ago(0);
  clock.advance(Duration{120'000});
  Answer first = get("incremental/organizations?start_time=" + start);
  EXPECT_EQ(text_at(first.body, "/count"), "1000");
  EXPECT_EQ(text_at(first.body, "/end_of_stream"), "false");
  EXPECT_EQ(text_at(first.body, "/end_time"), start) << "the next page is this one again";
}

// fact: §A5
TEST_F(ZendeskTest, ACursorIsPolledAgainAfterTheEndOfItsStream) {
  std::string start = seconds_ago(100);
  clock.advance(Duration{120'000});
  std::string cursor = text_at(get("incremental/tickets/cursor?start_time=" + start).body, "/after_cursor");
  EXPECT_EQ(text_at(get("incremental/tickets/cursor?cursor=" + percent_encode(cursor)).body, "/after_cursor"), cursor);
  std::string id = make_ticket();
  clock.advance(Duration{62'000});
  Answer later = get("incremental/tickets/cursor?cursor=" + percent_encode(cursor));
  EXPECT_EQ(text_at(later.body, "/tickets/0/id"), id);
  EXPECT_EQ(text_at(later.body, "/end_of_stream"), "true");
}

// fact: §A5
TEST_F(ZendeskTest, EveryChangeIsExportedOnceThoughItsSecondIsShared) {
  for (int i = 0; i < 25; ++i) make_ticket();
  std::string start = seconds_ago(1);
  clock.advance(Duration{120'000});
  std::set<std::string> seen;
  std::string query = "start_time=" + start;
  for (int page = 0; page < 10; ++page) {
    Answer answer = get("incremental/tickets/cursor?per_page=7&" + query);
    ASSERT_EQ(answer.status, 200) << answer.text;
    for (const json::value& ticket : answer.body.at("tickets").as_array()) EXPECT_TRUE(seen.insert(text_at(ticket, "/id")).second);
    if (answer.body.at("end_of_stream").as_bool()) break;
    query = "cursor=" + percent_encode(text_at(answer.body, "/after_cursor"));
  }
  EXPECT_EQ(seen.size(), 25u);
}

// fact: §A5
TEST_F(ZendeskTest, DeletedTicketsCanBeLeftOut) {
  std::string id = make_ticket(), start = seconds_ago(1);
  EXPECT_EQ(caller.send("DELETE", "/api/v2/tickets/" + id).status, 204);
  clock.advance(Duration{120'000});
  EXPECT_EQ(text_at(get("incremental/tickets/cursor?start_time=" + start).body, "/tickets/0/status"), "deleted");
  Answer without = get("incremental/tickets/cursor?exclude_deleted=true&start_time=" + start);
  EXPECT_TRUE(without.body.at("tickets").as_array().empty());
}

// fact: §A5
TEST_F(ZendeskTest, StartsThatAreTooRecentOrNoTimeAreRefused) {
  EXPECT_EQ(get("incremental/tickets/cursor?start_time=" + seconds_ago(60)).status, 422);
  EXPECT_EQ(get("incremental/tickets/cursor?start_time=" + seconds_ago(61)).status, 200);
  EXPECT_EQ(get("incremental/tickets/cursor").status, 400);
  EXPECT_EQ(get("incremental/tickets/cursor?start_time=yesterday").status, 400);
  EXPECT_EQ(get("incremental/tickets/cursor?cursor=nonsense").status, 400);
}

// fact: §A5 [K]
TEST_F(ZendeskTest, ASampleOfAnExportHasFiftyRows) {
  for (int i = 0; i < 60; ++i) make("organization", {{"name", "Org " + std::to_string(i)}});
  clock.advance(Duration{120'000});
  EXPECT_EQ(get("incremental/organizations/sample?start_time=" + seconds_ago(600)).body.at("organizations").as_array().size(), 50u);
}

}  // namespace
}  // namespace lockstep::emulators::zendesk

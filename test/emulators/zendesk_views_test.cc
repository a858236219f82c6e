// Views: which tickets, in which order.
#include "zendesk_fixture.h"

namespace lockstep::emulators::zendesk {
namespace {

class ZendeskViews : public ZendeskTest {
 protected:
  json::object view_of(const json::object& more = {}) {
    json::object view{{"title", "Open"}, {"all", {{{"field", "status"}, {"operator", "is"}, {"value", "open"}}}}};
    for (const auto& member : more) view[member.key()] = member.value();
    return view;
  }
  std::string made(const json::object& more = {}) {
    Answer answer = send("POST", "views", {{"view", view_of(more)}});
    EXPECT_EQ(answer.status, 201) << answer.text;
    return text_at(answer.body, "/view/id");
  }
};

// fact: §A2 [K]
TEST_F(ZendeskViews, AViewThatIsDeletedIsGone) {
  std::string id = made();
  EXPECT_EQ(caller.send("DELETE", "/api/v2/views/" + id).status, 204);
  for (const char* what : {"", "/execute", "/tickets", "/count"}) EXPECT_EQ(get("views/" + id + what).status, 404) << what;
}

// fact: §A2 [K]
TEST_F(ZendeskViews, TicketsComeAndGoAsTheyMeetItsConditions) {
  std::string id = made({{"any", {{{"field", "current_tags"}, {"operator", "includes"}, {"value", "vip gold"}}}}});
  std::string ticket = make_ticket({{"status", "open"}, {"tags", {"gold"}}});
  make_ticket({{"status", "open"}});
  auto held = [&] { return text_at(get("views/" + id + "/count").body, "/view_count/value"); };
  EXPECT_EQ(held(), "1");
  EXPECT_EQ(text_at(get("views/" + id + "/tickets").body, "/tickets/0/id"), ticket);
  send("PUT", "tickets/" + ticket, {{"ticket", {{"status", "pending"}}}});
  EXPECT_EQ(held(), "0");
  send("PUT", "tickets/" + ticket, {{"ticket", {{"status", "open"}}}});
  EXPECT_EQ(held(), "1");
  caller.send("DELETE", "/api/v2/tickets/" + ticket);
  EXPECT_EQ(held(), "0");
}

// fact: §A2 [K], §A6
TEST_F(ZendeskViews, RowsAreGroupedSortedAndPaged) {
  std::string id =
      made({{"output", {{"columns", {"subject"}}, {"group_by", "priority"}, {"group_order", "desc"}, {"sort_by", "subject"}, {"sort_order", "asc"}}}});
  for (auto [subject, priority] : {std::pair("c", "low"), std::pair("b", "urgent"), std::pair("a", "low")})
    make_ticket({{"subject", subject}, {"priority", priority}, {"status", "open"}});
  Answer first = get("views/" + id + "/execute?page[size]=2");
  EXPECT_EQ(text_at(first.body, "/rows/0/subject"), "a");
  EXPECT_EQ(text_at(first.body, "/rows/0/group"), "low");
  EXPECT_EQ(text_at(first.body, "/meta/has_more"), "true");
  Answer rest = get("views/" + id + "/execute?page[size]=2&page[after]=" + text_at(first.body, "/meta/after_cursor"));
  EXPECT_EQ(text_at(rest.body, "/rows/0/subject"), "b");
  EXPECT_EQ(get("views/" + id + "/execute?sort_by=colour").status, 400);
}

// fact: §A2 [K]
TEST_F(ZendeskViews, APreviewIsOfAViewThatNobodyMade) {
  make_ticket({{"subject", "a"}, {"status", "open"}});
  EXPECT_EQ(text_at(send("POST", "views/preview", {{"view", view_of()}}).body, "/rows/0/subject"), "a");
  EXPECT_EQ(text_at(send("POST", "views/preview/count", {{"view", view_of()}}).body, "/view_count/value"), "1");
  EXPECT_EQ(text_at(get("views").body, "/count"), "1");
  EXPECT_EQ(send("POST", "views/preview", {{"view", view_of({{"all", {{{"field", "colour"}, {"operator", "is"}, {"value", "x"}}}}})}}).status, 422);
}

// fact: §A2 [K]
TEST_F(ZendeskViews, ColumnsHaveShorterNames) {
  json::array all{json::object{{"field", "status"}, {"operator", "less_than"}, {"value", "solved"}}};
  json::object output{{"columns", {"nice_id", "requester", "assignee", "created", "updated", "due_date"}}, {"sort_by", "created"}, {"sort_order", "asc"}};
  Answer made = send("POST", "views", {{"view", {{"title", "V"}, {"all", all}, {"output", output}}}});
  ASSERT_EQ(made.status, 201) << made.text;
  std::string first = make_ticket();
  clock.advance(Duration{2'000});
  make_ticket();
  json::value row = get("views/" + text_at(made.body, "/view/id") + "/execute").body.at("rows").at(0);
  EXPECT_EQ(text_at(row, "/nice_id"), first);
  EXPECT_EQ(text_at(row, "/requester"), text_at(get("users/me").body, "/user/id"));
  EXPECT_EQ(text_at(row, "/created"), text_at(row, "/ticket/created_at"));
  EXPECT_TRUE(row.at("assignee").is_null() && row.at("due_date").is_null());
}

}  // namespace
}  // namespace lockstep::emulators::zendesk

// What clients of other makers send, beside what the judges in test/conformance do.
#include "zendesk_fixture.h"

namespace lockstep::emulators::zendesk {
namespace {

// fact: §A4
TEST_F(ZendeskTest, ASafeUpdateIsOneInWordsAndOfTagsToo) {
  std::string id = make_ticket({{"tags", {"a"}}});
  std::string stamp = text_at(get("tickets/" + id).body, "/ticket/updated_at");
  clock.advance(Duration{2'000});
  EXPECT_EQ(send("PUT", "tickets/" + id, {{"ticket", {{"subject", "Other"}}}}).status, 200);
  EXPECT_EQ(send("PUT", "tickets/" + id, {{"ticket", {{"subject", "Mine"}, {"safe_update", "true"}, {"updated_stamp", stamp}}}}).status, 409);
  json::object tags{{"tags", {"b"}}, {"safe_update", "true"}, {"updated_stamp", stamp}};
  for (const char* method : {"POST", "PUT", "DELETE"}) EXPECT_EQ(send(method, "tickets/" + id + "/tags", tags).status, 409) << method;
  EXPECT_EQ(json::serialize(get("tickets/" + id + "/tags").body), R"({"tags":["a"]})");
}

// fact: §A2
TEST_F(ZendeskTest, ACommentIsPrivateAlsoWhereThatIsSaidInWords) {
  std::string id = make_ticket();
  EXPECT_EQ(send("PUT", "tickets/" + id, {{"ticket", {{"comment", {{"body", "For us"}, {"public", "false"}}}}}}).status, 200);
  EXPECT_EQ(text_at(get("tickets/" + id + "/comments").body, "/comments/1/public"), "false");
}

// fact: §A2 [K]
TEST_F(ZendeskTest, AnAssigneeIsNamedByAddress) {
  std::string id = make_ticket({{"assignee_email", "agent@example.com"}}), me = text_at(get("users/me").body, "/user/id");
  EXPECT_EQ(text_at(get("tickets/" + id).body, "/ticket/assignee_id"), me);
  make("user", {{"name", "Ann"}, {"email", "ann@example.com"}});
  for (const char* who : {"nobody@example.com", "ann@example.com"})
    EXPECT_EQ(text_at(send("PUT", "tickets/" + id, {{"ticket", {{"assignee_email", who}}}}).body, "/details/assignee/0/error"), "InvalidValue") << who;
}

// fact: §A2 [K]
TEST_F(ZendeskTest, WhoIsCopiedIsNamedByIdByAddressOrMade) {
  std::int64_t me = std::stoll(text_at(get("users/me").body, "/user/id"));
  std::string id = make_ticket({{"collaborators", {me, "some.one@example.com", {{"name", "Else"}, {"email", "else@example.com"}}}}});
  auto shown = [&](const char* list) { return json::serialize(get("tickets/" + id).body.at("ticket").at(list)); };
  Answer copied = get("tickets/" + id + "/email_ccs");
  EXPECT_EQ(text_at(copied.body, "/users/0/email"), "some.one@example.com");
  EXPECT_EQ(text_at(copied.body, "/users/1/name"), "Else");
  EXPECT_EQ(shown("follower_ids"), "[" + std::to_string(me) + "]") << "agents follow, end users get mail";
  EXPECT_EQ(text_at(get("tickets/" + id + "/followers").body, "/users/0/id"), std::to_string(me));
  EXPECT_EQ(text_at(get("tickets/" + id + "/collaborators").body, "/count"), "3");
  json::array change{{{"user_email", "else@example.com"}, {"action", "delete"}}, {{"user_email", "new@example.com"}, {"user_name", "New"}, {"action", "put"}}};
  EXPECT_EQ(send("PUT", "tickets/" + id, {{"ticket", {{"email_ccs", change}, {"followers", {{{"user_id", me}, {"action", "delete"}}}}}}}).status, 200);
  EXPECT_EQ(text_at(get("tickets/" + id + "/email_ccs").body, "/users/1/name"), "New");
  EXPECT_EQ(shown("follower_ids"), "[]");
  EXPECT_EQ(send("PUT", "tickets/" + id, {{"ticket", {{"additional_collaborators", {me}}}}}).status, 200);
  EXPECT_EQ(text_at(get("tickets/" + id + "/collaborators").body, "/count"), "3");
  EXPECT_EQ(send("PUT", "tickets/" + id, {{"ticket", {{"collaborator_ids", {me}}}}}).status, 200);
  EXPECT_EQ(shown("email_cc_ids"), "[]") << "a list takes the place of the one before";
}

// fact: §A2
TEST_F(ZendeskTest, AFollowUpHasTheTagsOfItsSourceUnlessItBringsItsOwn) {
  std::int64_t closed = std::stoll(make_ticket({{"status", "closed"}, {"tags", {"a", "b"}}}));
  auto tags = [&](const std::string& id) { return json::serialize(get("tickets/" + id).body.at("ticket").at("tags")); };
  EXPECT_EQ(tags(make_ticket({{"via_followup_source_id", closed}})), R"(["a","b"])");
  EXPECT_EQ(tags(make_ticket({{"via_followup_source_id", closed}, {"tags", {"c"}}})), R"(["c"])");
}

// fact: §A2
TEST_F(ZendeskTest, TheListOfUsersIsAskedForOneByItsKey) {
  make("user", {{"name", "Ann"}, {"external_id", "e1"}});
  EXPECT_EQ(text_at(get("users?external_id=e1").body, "/users/0/name"), "Ann");
  EXPECT_EQ(text_at(get("users?external_id=e1").body, "/count"), "1");
  EXPECT_EQ(text_at(get("users?external_id=other").body, "/count"), "0");
}

// fact: §A2
TEST_F(ZendeskTest, CommentsAreCounted) {
  std::string id = make_ticket();
  EXPECT_EQ(send("PUT", "tickets/" + id, {{"ticket", {{"comment", {{"body", "more"}}}}}}).status, 200);
  EXPECT_EQ(text_at(get("tickets/" + id + "/comments/count").body, "/count/value"), "2");
}

// fact: §A2 [K]
TEST_F(ZendeskTest, ATicketIsMadeOnceForEachIdempotencyKey) {
  auto post = [&](const std::string& key, const char* subject) {
    json::object ticket{{"subject", subject}, {"description", "x"}};
    return caller.send_json("POST", "/api/v2/tickets.json", {{"ticket", ticket}}, {{"Idempotency-Key", key}});
  };
  Answer first = post("k1", "Once"), again = post("k1", "Once");
  EXPECT_EQ(first.headers.find("x-idempotency-lookup"), "miss");
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.headers.find("x-idempotency-lookup"), "hit");
  EXPECT_EQ(text_at(again.body, "/ticket/id"), text_at(first.body, "/ticket/id"));
  EXPECT_EQ(text_at(post("k1", "Another").body, "/error"), "IdempotentRequestError");
  EXPECT_EQ(post("k2", "Once").status, 201);
  EXPECT_EQ(text_at(get("tickets/count").body, "/count/value"), "2");
  clock.advance(Duration{2 * 3'600'000});
  EXPECT_EQ(post("k1", "Another").status, 201) << "two hours are over";
}

// fact: §A2 [K]
TEST_F(ZendeskTest, ARefusedTicketLeavesItsIdempotencyKeyFree) {
  for (const char* body : {"", "text"})
    EXPECT_EQ(caller.send_json("POST", "/api/v2/tickets", {{"ticket", {{"description", body}}}}, {{"Idempotency-Key", "k"}}).status, *body ? 201 : 422);
}

// fact: §A2 [K] switch: any_content_type
TEST_F(ZendeskTest, WhatIsNotSaidToBeJsonIsNotRead) {
  const std::string body = R"({"ticket":{"description":"x"}})";
  caller.headers.remove("Content-Type");
  EXPECT_EQ(caller.send("POST", "/api/v2/tickets", body).status, 415);
  EXPECT_EQ(caller.send("POST", "/api/v2/tickets", body, {{"Content-Type", "application/x-www-form-urlencoded"}}).status, 415) << "as curl has it, unless told";
  EXPECT_EQ(caller.send("POST", "/api/v2/tickets", body, {{"Content-Type", "Application/JSON; charset=utf-8"}}).status, 201);
  EXPECT_EQ(caller.send("POST", "/api/v2/uploads?filename=a.txt", "text", {{"Content-Type", "text/plain"}}).status, 201);
}

// fact: §A2 [K]
TEST_F(ZendeskTest, OnlyAgentsFollow) {
  std::string id = make_ticket();
  json::array followers{{{"user_email", "ann@example.com"}}};
  EXPECT_EQ(text_at(send("PUT", "tickets/" + id, {{"ticket", {{"followers", followers}}}}).body, "/details/followers/0/error"), "InvalidValue");
  EXPECT_EQ(text_at(get("users").body, "/count"), "1") << "nobody was made";
}

// fact: §A2 [K]
TEST_F(ZendeskTest, TheRequesterOfATicketIsChangedByAddress) {
  std::string id = make_ticket(), ann = make("user", {{"name", "Ann"}, {"email", "ann@example.com"}});
  EXPECT_EQ(text_at(send("PUT", "tickets/" + id, {{"ticket", {{"requester", {{"email", "ann@example.com"}}}}}}).body, "/ticket/requester_id"), ann);
}

// fact: §A2 [K]
TEST_F(ZendeskTest, ATicketIsOfTheOneBrandAndFormThereIs) {
  std::string brand = text_at(get("brands").body, "/brands/0/id"), id = make_ticket({{"brand_id", std::stoll(brand)}, {"recipient", "help@example.com"}});
  Answer read = get("tickets/" + id);
  EXPECT_EQ(text_at(read.body, "/ticket/brand_id"), brand);
  EXPECT_EQ(text_at(read.body, "/ticket/ticket_form_id"), text_at(get("ticket_forms").body, "/ticket_forms/0/id"));
  EXPECT_EQ(text_at(read.body, "/ticket/recipient"), "help@example.com");
  for (const char* which : {"brand_id", "ticket_form_id"})
    EXPECT_EQ(text_at(send("PUT", "tickets/" + id, {{"ticket", {{which, 7}}}}).body, std::string("/details/") + which + "/0/error"), "InvalidValue");
}

// fact: §A2 [K]
TEST_F(ZendeskTest, AUserComesWithSeveralAddresses) {
  json::array more{{{"type", "email"}, {"value", "ann@example.com"}}, {{"type", "email"}, {"value", "ann@example.org"}}};
  std::string ann = make("user", {{"name", "Ann"}, {"identities", more}});
  EXPECT_EQ(text_at(get("users/" + ann).body, "/user/email"), "ann@example.com") << "the first one is the primary";
  json::object third{{"type", "email"}, {"value", "ann@example.net"}, {"verified", true}, {"primary", true}};
  EXPECT_EQ(text_at(send("POST", "users/" + ann + "/identities", {{"identity", third}}).body, "/identity/verified"), "true");
  EXPECT_EQ(text_at(get("users/" + ann).body, "/user/email"), "ann@example.net");
  EXPECT_EQ(text_at(get("users/" + ann + "/identities").body, "/count"), "3");
  EXPECT_EQ(send("POST", "users/" + ann + "/identities", {{"identity", {{"type", "phone_number"}, {"value", "+15551234567"}}}}).status, 501);
  EXPECT_EQ(send("POST", "users", {{"user", {{"name", "Bob"}, {"identities", {{{"type", "twitter"}, {"value", "bob"}}}}}}}).status, 501);
  EXPECT_EQ(text_at(get("users").body, "/count"), "2") << "no Bob";
}

// fact: §A2 [K]
TEST_F(ZendeskTest, WhatACommentShouldNotHaveSaidIsBlockedOut) {
  std::string id = make_ticket({{"description", "my card is 4111, 4111!"}});
  std::string comment = "tickets/" + id + "/comments/" + text_at(get("tickets/" + id + "/comments").body, "/comments/0/id") + "/redact";
  EXPECT_EQ(text_at(send("PUT", comment, {{"text", "4111"}}).body, "/comment/body"), "my card is ▇▇▇▇, ▇▇▇▇!");
  EXPECT_EQ(text_at(get("tickets/" + id + "/comments").body, "/comments/0/html_body").find("4111"), std::string::npos);
  EXPECT_EQ(send("PUT", comment, {{"text", "4111"}}).status, 422) << "it is gone";
}

// fact: §A2
TEST_F(ZendeskTest, DeletedTicketsAreRestoredAndPurgedByTheDozen) {
  std::string one = make_ticket(), two = make_ticket(), ids = one + "," + two;
  EXPECT_EQ(send("PUT", "deleted_tickets/restore_many?ids=" + ids, nullptr).status, 404) << "not deleted";
  for (const std::string& id : {one, two}) send("DELETE", "tickets/" + id, nullptr);
  EXPECT_EQ(send("PUT", "deleted_tickets/restore_many?ids=" + ids, nullptr).status, 200);
  EXPECT_EQ(get("tickets/" + two).status, 200);
  for (const std::string& id : {one, two}) send("DELETE", "tickets/" + id, nullptr);
  EXPECT_EQ(text_at(send("DELETE", "deleted_tickets/destroy_many?ids=" + ids, nullptr).body, "/job_status/total"), "2");
  clock.advance(Duration{60'000});
  EXPECT_EQ(text_at(get("deleted_tickets").body, "/count"), "0");
}

// fact: §A3
TEST_F(ZendeskTest, OrganizationsAreNotCreatedOrUpdatedByTheDozen) {
  Answer refused = send("POST", "organizations/create_or_update_many", {{"organizations", {{{"name", "Acme"}}}}});
  EXPECT_EQ(text_at(refused.body, "/error"), "InvalidEndpoint");
}

// fact: §A1 [K]
TEST_F(ZendeskTest, ACallOnBehalfOfAnotherIsRefusedRatherThanDoneInTheWrongName) {
  caller.headers.set("X-On-Behalf-Of", "ann@example.com");
  EXPECT_EQ(send("POST", "tickets", {{"ticket", {{"description", "x"}}}}).status, 501);
}

class ZendeskSearch : public ZendeskTest {
 protected:
  std::string found(const std::string& query, const std::string& more = "") {
    clock.advance(Duration{180'000});
    Answer answer = get("search?query=" + http::encode_query({{"query", query}}).substr(6) + more);
    std::string subjects;
    if (answer.status != 200) return text_at(answer.body, "/description");
    for (const json::value& each : answer.body.at("results").as_array()) subjects += (subjects.empty() ? "" : " ") + text_at(each, "/subject");
    return subjects;
  }
  void three() {
    for (const auto& [subject, priority] : {std::pair("A", "low"), std::pair("B", "urgent"), std::pair("C", "high")}) {
      make_ticket({{"subject", subject}, {"priority", priority}, {"status", *subject == 'B' ? "pending" : "open"}});
      clock.advance(Duration{2'000});
    }
  }
};

// fact: §A6 [K]
TEST_F(ZendeskSearch, IsPutInOrder) {
  three();
  EXPECT_EQ(found("type:ticket", "&sort_by=created_at&sort_order=asc"), "A B C");
  EXPECT_EQ(found("type:ticket", "&sort_by=priority"), "B C A") << "the most urgent first";
  EXPECT_EQ(found("type:ticket", "&sort_by=priority&sort_order=asc"), "A C B");
  EXPECT_EQ(found("type:ticket order_by:created sort:desc"), "C B A");
  EXPECT_EQ(found("type:ticket", "&sort_by=status&sort_order=desc&per_page=1"), "B");
  EXPECT_EQ(found("type:ticket", "&sort_by=subject"), "Invalid search: results are not ordered by subject");
}

// fact: §A6 [K]
TEST_F(ZendeskSearch, NamesPeopleGroupsAndOrganizationsAsOneKnowsThem) {
  std::string acme = make("organization", {{"name", "Acme Works"}});
  make("user", {{"name", "Ann Lee"}, {"email", "ann@example.com"}, {"organization_id", std::stoll(acme)}});
  make_ticket({{"subject", "A"}, {"requester", {{"email", "ann@example.com"}}}});
  make_ticket({{"subject", "B"}, {"assignee_email", "agent@example.com"}});
  EXPECT_EQ(found("type:ticket requester:ann@example.com"), "A");
  EXPECT_EQ(found("type:ticket requester:\"ann lee\""), "A");
  EXPECT_EQ(found("type:ticket organization:\"acme works\""), "A");
  EXPECT_EQ(found("type:ticket organization:" + acme), "A");
  EXPECT_EQ(found("type:ticket assignee:me"), "B");
  EXPECT_EQ(found("type:ticket assignee:none"), "A");
  EXPECT_EQ(found("type:ticket -requester:ann@example.com"), "B");
  EXPECT_EQ(found("type:ticket group:" + text_at(get("groups").body, "/groups/0/name")), "B");
  EXPECT_EQ(found("type:ticket requester:nobody@example.com"), "");
  EXPECT_EQ(text_at(get("organizations/search?name=acme%20works").body, "/organizations/0/id"), acme);
}

// fact: §A2, §A6 [K]
TEST_F(ZendeskSearch, FindsPeopleByAnyOfTheirAddresses) {
  std::string ann = make("user", {{"name", "Ann"}, {"email", "ann@example.com"}});
  send("POST", "users/" + ann + "/identities", {{"identity", {{"type", "email"}, {"value", "ann@example.org"}}}});
  make_ticket({{"subject", "A"}, {"requester", {{"email", "ann@example.org"}}}});
  EXPECT_EQ(found("type:ticket requester:ann@example.org"), "A");
  for (const char* query : {"ann@example.org", "email:ann@example.org", "email:ann@example.com", "Ann@Example.com"})
    EXPECT_EQ(text_at(get("users/search?query=" + std::string(query)).body, "/users/0/id"), ann) << query;
  EXPECT_EQ(text_at(get("users/search?query=email:nobody@example.org").body, "/count"), "0");
}

// fact: §A6
TEST_F(ZendeskSearch, TellsWhatIsNoDate) {
  three();
  EXPECT_EQ(found("type:ticket created>soon"), "Invalid search: created is compared with a date or a time, not with soon");
  EXPECT_EQ(found("type:ticket created>2000-01-01", "&sort_by=created_at&sort_order=asc"), "A B C");
}

// fact: §A6 [K]
TEST_F(ZendeskSearch, TakesHowLongAgoSomethingWas) {
  three();
  EXPECT_EQ(found("type:ticket created>4hours", "&sort_by=created_at&sort_order=asc"), "A B C");
  EXPECT_EQ(found("type:ticket created<4hours"), "");
  clock.advance(Duration{5 * 3'600'000});
  EXPECT_EQ(found("type:ticket created>4hours"), "");
  EXPECT_EQ(found("type:ticket created<4hours updated>2days subject:A"), "A");
  EXPECT_NE(found("type:ticket created>4parsecs").find("Invalid search"), std::string::npos);
}

// fact: §A6 [K]
TEST_F(ZendeskSearch, ComparesWithOrWithoutItsBound) {
  three();
  make_ticket({{"subject", "D"}, {"tags", {"vip"}}, {"due_at", "2027-01-02T10:00:00Z"}, {"custom_fields", {{{"id", 360000000003}, {"value", 7}}}}});
  EXPECT_EQ(found("type:ticket priority>=high", "&sort_by=created_at&sort_order=asc"), "B C");
  EXPECT_EQ(found("type:ticket priority>high"), "B");
  EXPECT_EQ(found("type:ticket status<=open status>=open", "&sort_by=created_at&sort_order=asc"), "A C");
  EXPECT_EQ(found("due_date>=2027-01-02"), "D");
  EXPECT_EQ(found("due_date>2027-01-02"), "");
  EXPECT_EQ(found("due_date<=2027-01-02"), "D");
  EXPECT_EQ(found("custom_field_360000000003>=7"), "D");
  EXPECT_EQ(found("custom_field_360000000003>7"), "");
  EXPECT_EQ(found("type:ticket tags:premium,vip"), "D");
  EXPECT_EQ(found("type:ticket *", "&sort_by=created_at&sort_order=asc"), "A B C D");
}

// fact: §A6 [K] switch: none
TEST_F(ZendeskSearch, RefusesWhatItDoesNotLookAt) {
  for (const char* query : {"type:ticket via:mail", "commenter:me", "has_attachment:true", "status:open status:new"}) {
    Answer refused = get("search?query=" + percent_encode(query));
    EXPECT_EQ(refused.status, 501) << query << refused.text;
  }
  EXPECT_EQ(get("search?query=" + percent_encode("created>2020-01-01 created<2021-01-01 -status:open -status:new")).status, 200);
}

}  // namespace
}  // namespace lockstep::emulators::zendesk

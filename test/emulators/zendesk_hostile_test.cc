// Whatever is sent is answered, and refused means nothing changed.
#include "zendesk_fixture.h"

namespace lockstep::emulators::zendesk {
namespace {

const std::string kBodies[] = {"",
                               "{",
                               "[]",
                               "null",
                               "\"text\"",
                               "{\"ticket\":7}",
                               "{\"ticket\":{\"tags\":{\"a\":1}}}",
                               "{\"user\":{\"name\":[1]}}",
                               "{\"ticket\":{\"comment\":{\"body\":7,\"author_id\":\"x\"}}}",
                               "{\"tickets\":[1,2]}",
                               "{\"ids\":[{}]}",
                               "{\"organization\":{\"name\":null,\"domain_names\":[1]}}",
                               "{\"webhook\":{\"endpoint\":7,\"subscriptions\":{}}}",
                               "{\"ticket\":{\"custom_fields\":[{\"id\":[],\"value\":{}}],\"requester\":[]}}",
                               "{\"identity\":{\"value\":9}}",
                               "{\"ticket\":{\"collaborators\":[{},7,null,[]],\"email_ccs\":[9,{}],\"followers\":{},\"assignee_email\":[]}}",
                               "{\"user\":{\"name\":\"x\",\"identities\":[7,{\"type\":\"email\"}]}}",
                               "{\"group\":{\"name\":[],\"is_public\":1}}",
                               "{\"group_membership\":{\"user_id\":{},\"group_id\":\"x\"}}",
                               "{\"group_memberships\":[{}]}",
                               "{\"user_field_ids\":[{}]}",
                               "{\"ticket\":{\"requester_id\":99999999999999999999,\"due_at\":\"soon\"}}",
                               std::string(2'000, '[')};

// fact: §A8
TEST_F(ZendeskTest, NoBodyBreaksACall) {
  std::string ticket = make_ticket(), user = make("user", {{"name", "Ann"}});
  const std::pair<const char*, std::string> calls[] = {{"POST", "tickets"},
                                                       {"PUT", "tickets/" + ticket},
                                                       {"POST", "tickets/create_many"},
                                                       {"PUT", "tickets/update_many"},
                                                       {"PUT", "tickets/update_many?ids=" + ticket},
                                                       {"POST", "tickets/" + ticket + "/merge"},
                                                       {"PUT", "tickets/" + ticket + "/tags"},
                                                       {"POST", "users"},
                                                       {"PUT", "users/" + user},
                                                       {"POST", "users/create_or_update"},
                                                       {"POST", "users/create_or_update_many"},
                                                       {"PUT", "users/" + user + "/merge"},
                                                       {"POST", "users/" + user + "/identities"},
                                                       {"POST", "organizations"},
                                                       {"POST", "organizations/create_or_update"},
                                                       {"POST", "webhooks"},
                                                       {"POST", "imports/tickets"},
                                                       {"POST", "groups"},
                                                       {"PUT", "groups/360000000902"},
                                                       {"POST", "group_memberships"},
                                                       {"POST", "users/" + user + "/group_memberships"},
                                                       {"POST", "group_memberships/create_many"},
                                                       {"DELETE", "group_memberships/destroy_many?ids=x,-1"},
                                                       {"PUT", "user_fields/reorder"},
                                                       {"PUT", "users/" + user + "/password"},
                                                       {"PUT", "attachments/1"},
                                                       {"PUT", "tickets/" + ticket + "/comments/2000000000001/redact"},
                                                       {"PUT", "deleted_tickets/restore_many"},
                                                       {"DELETE", "deleted_tickets/destroy_many"},
                                                       {"DELETE", "tickets/destroy_many"}};
  control("settings", {{"limits", false}});
  for (const auto& [method, path] : calls) {
    for (const std::string& body : kBodies) {
      Answer answer = caller.send(method, "/api/v2/" + path, body);
      EXPECT_NE(answer.status, 500) << method << " " << path << " " << body;
      EXPECT_GE(answer.status, 200) << method << " " << path << " " << body;
    }
  }
  clock.advance(Duration{10'000});
  EXPECT_EQ(get("tickets/" + ticket).status, 200);
}

// fact: §A6
TEST_F(ZendeskTest, NoQueryBreaksAListing) {
  make_ticket();
  control("settings", {{"unknown_parameters", true}});  // else what is not read would be refused at the door
  for (const char* query : {"page=x", "page=-1", "page=99999999999999999999", "per_page=0", "page%5Bsize%5D=-1", "page%5Bsize%5D=x", "page%5Bafter%5D=%00",
                            "page%5Bafter%5D=MXww", "page%5Bafter%5D=OTk5OTk5OTk5OTk5OTk5OTk5OTl8MQ", "page%5Bbefore%5D=MHww", "include=,,", "external_id="}) {
    for (const std::string path : {"tickets", "users", "organizations", "search", "incremental/tickets", "incremental/users/cursor", "tickets/show_many",
                                   "search/export", "search/export?filter%5Btype%5D=ticket"}) {
      Answer answer = get(path + (path.find('?') == std::string::npos ? "?" : "&") + query);
      EXPECT_GE(answer.status, 200) << path << " " << query;
      EXPECT_LT(answer.status, 500) << path << " " << query;
    }
  }
}

// fact: §A1
TEST_F(ZendeskTest, NoAuthorizationBreaksTheDoor) {
  for (const char* given : {"Basic", "Basic ", "Basic !!!", "Basic Og==", "Bearer ", "Bearer x", "Digest y", ""}) {
    caller.headers.set("Authorization", given);
    EXPECT_EQ(get("tickets").status, 401) << given;
  }
}

// fact: §A1
TEST_F(ZendeskTest, NoBodyBreaksTheTokenEndpoint) {
  for (const std::string& body : kBodies) EXPECT_EQ(caller.send("POST", "/oauth/tokens", body).status, 401) << body;
}

}  // namespace
}  // namespace lockstep::emulators::zendesk

// The control plane, with a dialect as small as one can be: notes with a text.
#include <gtest/gtest.h>

#include "emulators/core/stand_in.h"
#include "harness.h"

namespace lockstep::emulators {
namespace {

class Notes final : public StandIn {
 public:
  explicit Notes(const EmulatorClock& clock) : StandIn(clock, Rng(1)), table_(database().table("note")) {
    text_ = table_.field("text");
    router().add("POST", "/notes", [this](Call& call) { return create(call); });
    router().add("GET", "/notes/{id}", [this](Call& call) {
      RowNumber row = table_.find(call.parameter("id"));
      return row == kNoRow ? not_found(call) : http::Response(200, std::string(text_of(table_.get(row, text_))));
    });
  }
  std::string name() const override { return "notes"; }

 protected:
  std::optional<http::Response> admit(Call& call, const Route*) override {
    std::string token = call.header("Token").value_or("");
    call.caller = {ActorKind::integration, token};
    if (token.empty() || tokens().state(token, call.now) == TokenState::valid) return std::nullopt;
    return http::Response(401, "sign in");
  }
  http::Response not_found(Call&) override { return http::Response(404, "none"); }
  http::Response method_not_allowed(Call&, const std::vector<std::string>&) override { return http::Response(405, "no"); }
  http::Response fault_answer(Call&, const Fault& fault) override {
    return http::Response(fault.status != 0 ? fault.status : 503, "retry after " + std::to_string(fault.retry_after.count()));
  }
  Result<std::string> apply(const Edit& edit) override {
    if (edit.object != "note") return fail(ErrorCode::invalid_input, "there are notes alone");
    WriteContext context{now(), edit.actor, "", edit.kind != EditKind::load};
    FieldChanges fields{{text_, std::string(text_member(*edit.fields, "text"))}};
    if (edit.kind == EditKind::update) {
      RowNumber row = table_.find(edit.id);
      if (row == kNoRow) return fail(ErrorCode::not_found, "no such note");
      database().update(table_, row, fields, context);
      return edit.id;
    }
    std::string id = std::to_string(table_.row_count() + 1);
    database().create(table_, id, fields, context);
    return id;
  }

 private:
  http::Response create(Call& call) {
    WriteContext context{call.now, call.caller, call.header("Key").value_or(""), true};
    std::string id = std::to_string(table_.row_count() + 1);
    database().create(table_, id, {{text_, call.request.body}}, context);
    return http::Response(201, id);
  }
  Table& table_;
  FieldId text_;
};

class ControlPlaneOfNotes : public testing::Test {
 protected:
  Answer control(const std::string& path, const json::value& body) { return caller.send_json("POST", "/__emulator/" + path, body); }
  std::size_t rows() { return caller.get("/__emulator/counts").body.at("rows").at("note").at("live").to_number<std::size_t>(); }
  json::array writes(const std::string& query) { return caller.get("/__emulator/writes?" + query).body.at("writes").as_array(); }
  ManualClock clock;
  Notes notes{clock};
  Caller caller{notes};
};

TEST_F(ControlPlaneOfNotes, AGatewaysPageStandsInForTheSystemsOwnError) {
  ASSERT_EQ(control("faults", {{"name", "server_error"}, {"status", 502}, {"html", "<h1>Bad gateway</h1>"}, {"count", 1}}).status, 200);
  Answer page = caller.send("POST", "/notes", "a");
  EXPECT_EQ(page.status, 502);
  EXPECT_EQ(page.text, "<h1>Bad gateway</h1>");
  EXPECT_EQ(page.headers.find("Content-Type"), "text/html");
  EXPECT_EQ(caller.send("POST", "/notes", "a").status, 201) << "once";
  control("faults", {{"name", "error_after_commit"}, {"html", true}, {"retry_after_ms", 1'500}});
  Answer usual = caller.send("POST", "/notes", "b");
  EXPECT_EQ(usual.status, 503);
  EXPECT_NE(usual.text.find("<title>503 Service Temporarily Unavailable</title>"), std::string::npos);
  EXPECT_EQ(usual.headers.find("Retry-After"), "2");
  EXPECT_EQ(rows(), 2u) << "the last one was done all the same";
  control("faults", {{"name", "error_after_commit"}, {"html", true}, {"status", 502}});
  EXPECT_NE(caller.send("POST", "/notes", "c").text.find("<h1>502 Bad Gateway</h1>"), std::string::npos) << "the page says what the status does";
}

TEST_F(ControlPlaneOfNotes, ABurstRefusesEverythingThatFitsUntilItsEnd) {
  ASSERT_EQ(control("faults", {{"name", "rate_limit"}, {"for", "30s"}, {"match", "POST /notes"}}).status, 200);
  clock.advance(Duration{10'000});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(caller.send("POST", "/notes", "a").text, "retry after 20000");
  EXPECT_EQ(caller.get("/notes/1").status, 404) << "does not fit";
  control("clock", {{"advance", "20s"}});
  EXPECT_EQ(caller.send("POST", "/notes", "a").status, 201);
}

TEST_F(ControlPlaneOfNotes, AScriptFailsTheCallsItNames) {
  control("faults", {{"name", "server_error"}, {"calls", {1, 3, 4}}});
  std::string statuses;
  for (int i = 0; i < 5; ++i) statuses += std::to_string(caller.send("POST", "/notes", "a").status) + " ";
  EXPECT_EQ(statuses, "503 201 503 503 201 ");
  json::value told = caller.get("/__emulator/faults").body;
  EXPECT_EQ(text_at(told, "/faults/0/fitted"), "5");
  EXPECT_EQ(text_at(told, "/faults/0/fired"), "3");
}

TEST_F(ControlPlaneOfNotes, ASlowAnswerIsDelayedAndDone) {
  control("faults", {{"name", "slow"}, {"delay_ms", 2'500}, {"count", 1}});
  http::ServerRequest request;
  request.method = "POST";
  request.target = "/notes";
  Reply reply = notes.reply(request, "http://x", Duration{0});
  EXPECT_EQ(reply.delay, Duration{2'500});
  EXPECT_EQ(reply.response.status, 201);
}

TEST_F(ControlPlaneOfNotes, RevokedTokensTakeTheirRefreshTokensWithThem) {
  notes.tokens().issue("good", "app", clock.now(), Duration{60'000});
  notes.tokens().issue_refresh("again", "app");
  caller.headers.set("Token", "good");
  EXPECT_EQ(caller.send("POST", "/notes", "a").status, 201);
  control("faults", {{"name", "expire_token"}, {"count", 1}});
  EXPECT_EQ(caller.send("POST", "/notes", "a").status, 401);
  EXPECT_TRUE(notes.tokens().refresh_client("again"));
  control("faults", {{"name", "revoke_token"}, {"count", 1}});
  EXPECT_EQ(caller.send("POST", "/notes", "a").status, 401);
  EXPECT_FALSE(notes.tokens().refresh_client("again"));
}

TEST_F(ControlPlaneOfNotes, EditsAreByPeopleOrByOtherIntegrations) {
  json::value note{{"as", "Ann"}, {"operation", "create"}, {"object", "note"}, {"fields", {{"text", "a"}}}};
  EXPECT_EQ(control("edit", note).status, 200);
  note.as_object()["kind"] = "integration";
  note.as_object()["as"] = "Billing";
  EXPECT_EQ(control("edit", note).status, 200);
  note.as_object()["kind"] = "robot";
  EXPECT_EQ(text_at(control("edit", note).body, "/error"), "kind must be person or integration");
  json::array all = writes("after=0");
  EXPECT_EQ(text_at(all.at(0), "/by/kind"), "person");
  EXPECT_EQ(text_at(all.at(1), "/by/kind"), "integration");
  EXPECT_EQ(text_at(all.at(1), "/by/name"), "Billing");
}

TEST_F(ControlPlaneOfNotes, WritesAreFoundByCallerKeyAndRecord) {
  for (const char* by : {"Ann", "Bob"}) {
    control("edit", {{"as", by}, {"operation", "create"}, {"object", "note"}, {"fields", {{"text", "a"}}}});
  }
  caller.send("POST", "/notes", "a", {{"Key", "k-7"}});
  EXPECT_EQ(writes("by=Bob").size(), 1u);
  EXPECT_EQ(text_at(writes("key=k-7").at(0), "/id"), "3");
  EXPECT_EQ(writes("kind=person").size(), 2u);
  EXPECT_EQ(writes("object=note&id=2").size(), 1u);
  EXPECT_EQ(writes("object=letter").size(), 0u);
  json::value page = caller.get("/__emulator/writes?kind=person&limit=1").body;
  EXPECT_EQ(text_at(page, "/more"), "true");
  EXPECT_EQ(text_at(page, "/next"), "1");
  json::value rest = caller.get("/__emulator/writes?kind=person&after=1").body;
  EXPECT_EQ(rest.at("writes").as_array().size(), 1u);
  EXPECT_EQ(text_at(rest, "/more"), "false");
}

TEST_F(ControlPlaneOfNotes, MistakesInAFaultAreToldAndSwitchNothing) {
  const std::pair<json::value, std::string> cases[] = {
      {{{"rate", 1}}, "expected {\"name\": \"server_error\", \"rate\": 0.1, \"count\": 5}"},
      {{{"name", "batch_itme"}}, "there is no fault 'batch_itme' (did you mean batch_item?)"},
      {{{"name", "x"}}, "there is no fault 'x'"},
      {{{"name", "slow"}, {"dealy_ms", 5}}, "a fault has no 'dealy_ms' (did you mean delay_ms?)"},
      {{{"name", "slow"}, {"rate", 2}}, "rate must be from 0 to 1"},
      {{{"name", "slow"}, {"calls", json::array{0}}}, "calls must be a whole number, 1 or more"},
      {{{"name", "slow"}, {"calls", json::array{}}}, "calls must be a list such as [1, 3, 4]"},
      {{{"name", "slow"}, {"count", 1.5}}, "count must be a whole number, 0 or more"},
      {{{"name", "slow"}, {"status", 200}}, "status must be a whole number, 400 or more"},
      {{{"name", "slow"}, {"match", 7}}, "match must be a text"},
      {{{"name", "server_error"}, {"code", "0x1"}}, "this system has no error '0x1' that a fault raises"},
  };
  for (const auto& [told, message] : cases) {
    Answer answer = control("faults", told);
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(text_at(answer.body, "/error"), message);
  }
  EXPECT_EQ(control("faults", {{"name", "slow"}, {"for", "soon"}}).status, 400);
  EXPECT_TRUE(caller.get("/__emulator/faults").body.at("faults").as_array().empty());
}

}  // namespace
}  // namespace lockstep::emulators

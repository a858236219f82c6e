// Batches: what is all or nothing, what is partial, how rows are told apart.
#include "runtime/rng.h"
#include "test/emulators/hubspot_fixture.h"

namespace lockstep::emulators::hubspot {
namespace {

class Batches : public HubSpotTest {
 protected:
  Batches() { define_key("contacts", "contactinformation"); }
  Answer batch(const std::string& what, const json::array& inputs, const json::array& properties = {}) {
    json::object body{{"inputs", inputs}};
    if (!properties.empty()) body["properties"] = properties;
    return post("/crm/v3/objects/contacts/batch/" + what, body);
  }
  static json::object keyed(const std::string& key, json::object properties) {
    return {{"id", key}, {"idProperty", "lockstep_id"}, {"properties", std::move(properties)}};
  }
  std::string live() { return text_at(api.get("/__emulator/counts").body, "/rows/contacts/live"); }
};

// fact: §2.5 [S], §2.6 [D]
TEST_F(Batches, UpsertByAUniqueKeyCreatesOnceAndUpdatesAfterwards) {
  Answer first = batch("upsert", {keyed("L1", {{"email", "a@x.example"}}), keyed("L2", {{"lastname", "Lee"}})});
  EXPECT_EQ(first.status, 200) << first.text;
  EXPECT_EQ(text_at(first.body, "/results/0/new"), "true");
  EXPECT_EQ(text_at(first.body, "/results/0/properties/lockstep_id"), "L1");
  Answer second = batch("upsert", {keyed("L1", {{"firstname", "Ann"}})});
  EXPECT_EQ(text_at(second.body, "/results/0/new"), "false");
  EXPECT_EQ(text_at(second.body, "/results/0/id"), text_at(first.body, "/results/0/id"));
  EXPECT_EQ(text_at(second.body, "/results/0/properties/lockstep_id"), "L1");
  EXPECT_EQ(live(), "2");
}

// fact: §2.5 [U] switch: traced_updates_partial
TEST_F(Batches, ABadRowOfAnUpsertStopsAllOfIt) {
  Answer answer = batch("upsert", {keyed("L1", {{"email", "a@x.example"}}), keyed("L2", {{"email", "nonsense"}})});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(code(answer), "INVALID_EMAIL");
  EXPECT_EQ(live(), "0");
}

// fact: §2.5 [D] switch: traced_updates_partial
TEST_F(Batches, AnUpsertByAddressIsNeverPartial) {
  set({{"traced_updates_partial", true}});
  auto row = [](const char* address, const char* trace, const char* stage) {
    return json::object{{"id", address}, {"idProperty", "email"}, {"objectWriteTraceId", trace}, {"properties", {{"lifecyclestage", stage}}}};
  };
  EXPECT_EQ(batch("upsert", {row("a@x.example", "t1", "lead"), row("b@x.example", "t2", "nonsense")}).status, 400);
  EXPECT_EQ(live(), "0");
}

// fact: §2.5 [S], §2.5 [D]
TEST_F(Batches, AnUpsertIsByAUniquePropertyAndNotById) {
  std::string id = contact("a@x.example");
  EXPECT_EQ(batch("upsert", {{{"id", id}, {"properties", {{"lastname", "Lee"}}}}}).status, 400);
  EXPECT_EQ(batch("upsert", {{{"id", id}, {"idProperty", "hs_object_id"}, {"properties", {{"lastname", "Lee"}}}}}).status, 400);
  EXPECT_EQ(batch("upsert", {{{"id", "a@x.example"}, {"idProperty", "email"}, {"properties", {{"lastname", "Lee"}}}}}).status, 200);
}

// fact: §2.5 [O]
TEST_F(Batches, OnlyUniquePropertiesAreKeys) {
  json::object input{{"id", "Ann"}, {"idProperty", "firstname"}, {"properties", {{"lastname", "Lee"}}}};
  Answer answer = batch("upsert", {input});
  EXPECT_EQ(message(answer), "Unable to perform update/upsert by non-unique 0-1 property firstname in portal ID 4242001");
  std::string id = contact("a@x.example");
  json::object by_email{{"id", "a@x.example"}, {"idProperty", "email"}, {"properties", {{"lastname", "Lee"}}}};
  EXPECT_EQ(batch("update", {by_email}).status, 400);
  json::object by_id{{"id", id}, {"idProperty", "hs_object_id"}, {"properties", {{"lastname", "Lee"}}}};
  EXPECT_EQ(message(batch("update", {by_id})), "Unable to perform update/upsert by non-unique 0-1 property hs_object_id in portal ID 4242001");
}

// fact: §2.5 [D]
TEST_F(Batches, CreateWithoutTraceIdsIsAllOrNothing) {
  json::array inputs{{{"properties", {{"email", "a@x.example"}}}}, {{"properties", {{"email", "A@x.example"}}}}};
  Answer answer = batch("create", inputs);
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(live(), "0");
}

// fact: §2.5 [D]
TEST_F(Batches, CreateWithTraceIdsOnAllInputsIsPartial) {
  json::array inputs{{{"objectWriteTraceId", "t1"}, {"properties", {{"email", "a@x.example"}}}},
                     {{"objectWriteTraceId", "t2"}, {"properties", {{"email", "A@x.example"}}}}};
  Answer answer = batch("create", inputs);
  EXPECT_EQ(answer.status, 207);
  EXPECT_EQ(text_at(answer.body, "/results/0/objectWriteTraceId"), "t1");
  EXPECT_EQ(text_at(answer.body, "/errors/0/context/objectWriteTraceId"), R"(["t2"])");
  EXPECT_EQ(text_at(answer.body, "/errors/0/category"), "CONFLICT");
  EXPECT_EQ(text_at(answer.body, "/numErrors"), "1");
  EXPECT_EQ(live(), "1");
}

// fact: §2.13 [D], §2.12 [O]
TEST_F(Batches, CreateMakesAssociationsOrNothing) {
  std::string ann = contact("a@x.example");
  auto note = [&](const std::string& to) {
    json::object type{{"associationCategory", "HUBSPOT_DEFINED"}, {"associationTypeId", 202}};
    return json::object{{"properties", {{"hs_timestamp", "2026-05-01T09:00:00Z"}, {"hs_note_body", "hi"}}},
                        {"associations", {{{"to", {{"id", to}}}, {"types", {type}}}}}};
  };
  Answer answer = post("/crm/v3/objects/notes/batch/create", {{"inputs", {note(ann)}}});
  EXPECT_EQ(answer.status, 201) << answer.text;
  std::string id = text_at(answer.body, "/results/0/id");
  EXPECT_EQ(text_at(read("notes", id, "associations=contacts").body, "/associations/contacts/results"),
            R"([{"id":")" + ann + R"(","type":"note_to_contact"}])");
  Answer bad = post("/crm/v3/objects/notes/batch/create", {{"inputs", {note(ann), note("512999999999")}}});
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(message(bad), "One or more associations are invalid");
  EXPECT_EQ(text_at(api.get("/__emulator/counts").body, "/rows/notes/live"), "1");
}

// fact: §2.5 [O]
TEST_F(Batches, UpdateNamesMissingIdsInOneRow) {
  std::string id = contact("a@x.example");
  auto input = [](const std::string& of) { return json::object{{"id", of}, {"properties", {{"firstname", "Ann"}}}}; };
  Answer answer = batch("update", {input("512999999998"), input(id), input("512999999999")});
  EXPECT_EQ(answer.status, 207);
  EXPECT_EQ(ids(answer), id);
  EXPECT_EQ(text_at(answer.body, "/numErrors"), "1");
  EXPECT_EQ(text_at(answer.body, "/errors/0/category"), "OBJECT_NOT_FOUND");
  EXPECT_EQ(text_at(answer.body, "/errors/0/context/ids"), R"(["512999999998","512999999999"])");
}

// fact: §2.5 [O]
TEST_F(Batches, DuplicateIdsAreRefused) {
  std::string id = contact("a@x.example");
  json::object input{{"id", id}, {"properties", {{"firstname", "Ann"}}}};
  Answer answer = batch("update", {input, input});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(message(answer), "Duplicate IDs found in batch input: [" + id + "]. IDs must be unique");
}

// fact: §2.5 [O]
TEST_F(Batches, ReadIsByIdOrKeyAndTellsWhatIsMissing) {
  std::string a = contact("a@x.example"), b = contact("b@x.example");
  Answer answer = batch("read", {{{"id", b}}, {{"id", a}}, {{"id", b}}}, {"email"});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(ids(answer), a + " " + b);
  EXPECT_EQ(text_at(answer.body, "/results/0/properties/email"), "a@x.example");
  EXPECT_EQ(post("/crm/v3/objects/contacts/batch/read", {{"inputs", {{{"id", a}}}}, {"properties", "email"}}).status, 400);
  Answer partly = batch("read", {{{"id", a}}, {{"id", "512999999999"}}});
  EXPECT_EQ(partly.status, 207);
  EXPECT_EQ(text_at(partly.body, "/errors/0/context/ids"), R"(["512999999999"])");
}

// fact: §2.5 [U] switch: archive_skips_unknown
TEST_F(Batches, ArchiveRefusesUnknownIds) {
  std::string id = contact("a@x.example");
  EXPECT_EQ(batch("archive", {{{"id", id}}, {{"id", "512999999999"}}}).status, 404);
  EXPECT_EQ(live(), "1");
  set({{"archive_skips_unknown", true}});
  EXPECT_EQ(batch("archive", {{{"id", id}}, {{"id", "512999999999"}}}).status, 204);
  EXPECT_EQ(live(), "0");
  Answer archived = post("/crm/v3/objects/contacts/batch/read?archived=true", {{"inputs", {{{"id", id}}}}});
  EXPECT_EQ(ids(archived), id);
}

// fact: §2.5 [D]
TEST_F(Batches, TakeAHundredInputs) {
  json::array inputs;
  for (int i = 0; i < 101; ++i) inputs.push_back(json::object{{"id", std::to_string(i)}});
  EXPECT_EQ(batch("read", inputs).status, 400);
  EXPECT_EQ(batch("read", {}).status, 400);
}

// fact: §2.5 [D]
TEST_F(Batches, ARowCanFailThoughNothingIsWrongWithIt) {
  auto fault = [&] { post("/__emulator/faults", {{"name", "batch_item"}, {"count", 1}, {"match", "/batch/"}}); };
  fault();
  json::array inputs{{{"objectWriteTraceId", "t1"}, {"properties", {{"email", "a@x.example"}}}},
                     {{"objectWriteTraceId", "t2"}, {"properties", {{"email", "b@x.example"}}}}};
  Answer created = batch("create", inputs);
  EXPECT_EQ(created.status, 207);
  EXPECT_EQ(text_at(created.body, "/errors/0/context/objectWriteTraceId"), R"(["t1"])");
  EXPECT_EQ(text_at(created.body, "/results/0/objectWriteTraceId"), "t2");
  fault();
  Answer upserted = batch("upsert", {keyed("L1", {{"lastname", "Lee"}}), keyed("L2", {{"lastname", "Lee"}})});
  EXPECT_EQ(upserted.status, 207);
  EXPECT_EQ(text_at(upserted.body, "/errors/0/context/ids"), R"(["L1"])");
  fault();
  EXPECT_EQ(batch("create", {{{"properties", {{"email", "c@x.example"}}}}}).status, 500);  // without traces all of it
  EXPECT_EQ(live(), "2");
}

// fact: §2.10 [S] switch: newest_multi_status
TEST_F(Batches, TheNewestVersionDeclaresNoMultiStatus) {
  std::string id = contact("a@x.example");
  json::array read{{{"id", id}}, {{"id", "999"}}};
  json::array made{{{"objectWriteTraceId", "t1"}, {"properties", {{"email", "b@x.example"}}}},
                   {{"objectWriteTraceId", "t2"}, {"properties", {{"email", "x"}}}}};
  auto status = [&](const std::string& base, const char* call, const json::array& inputs) {
    Answer answer = post(base + "/contacts/batch/" + call, {{"inputs", inputs}});
    EXPECT_EQ(text_at(answer.body, "/numErrors"), "1") << answer.text;
    return answer.status;
  };
  EXPECT_EQ(status("/crm/objects/2026-03", "read", read), 207);
  EXPECT_EQ(status("/crm/objects/2026-09", "read", read), 200);
  EXPECT_EQ(status("/crm/objects/2026-09", "create", made), 201);
  set({{"newest_multi_status", true}});
  EXPECT_EQ(status("/crm/objects/2026-09", "read", read), 207);
}

}  // namespace
}  // namespace lockstep::emulators::hubspot

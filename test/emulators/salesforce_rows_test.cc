// Single records (contract §2.2 to §2.4, §6): each test names the fact it holds.
#include "test/emulators/salesforce_fixture.h"

namespace lockstep::emulators::salesforce {
namespace {

using Rows = SalesforceTest;

// fact: §2.2 [C]
TEST_F(Rows, CreateAnswers201WithLocationAndId18) {
  Answer answer = create("Account", {{"Name", "Acme"}});
  EXPECT_EQ(answer.status, 201);
  std::string id = text_at(answer.body, "/id");
  EXPECT_EQ(id.size(), 18u);
  EXPECT_EQ(id.substr(0, 3), "001");
  EXPECT_EQ(json::serialize(answer.body), "{\"id\":\"" + id + "\",\"success\":true,\"errors\":[]}");
  EXPECT_EQ(answer.headers.find("Location").value_or(""), base + "/sobjects/Account/" + id);
}

// fact: §6.2 [C]
TEST_F(Rows, ReadShowsNullFieldsAndTheInstantFormWithoutColon) {
  std::string id = created_id("Contact", {{"LastName", "Lovelace"}, {"FirstName", "Ada"}});
  Answer answer = read("Contact", id);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(text_at(answer.body, "/Name"), "Ada Lovelace");
  EXPECT_EQ(text_at(answer.body, "/Email"), "null");
  EXPECT_EQ(text_at(answer.body, "/CreatedDate"), "2026-11-18T12:26:40.000+0000");
  EXPECT_EQ(text_at(answer.body, "/IsDeleted"), "false");
  EXPECT_EQ(text_at(answer.body, "/MailingAddress"), "null");
  EXPECT_EQ(text_at(answer.body, "/attributes/url"), base + "/sobjects/Contact/" + id);
}

// fact: §6.1 [C]
TEST_F(Rows, FifteenCharacterIdsAreAccepted) {
  std::string id = created_id("Account", {{"Name", "Acme"}});
  EXPECT_EQ(text_at(read("Account", id.substr(0, 15)).body, "/Id"), id);
  EXPECT_EQ(read("Account", id.substr(0, 15) + "ZZZ").status, 404) << "a wrong checksum";
}

// fact: §2.2 [C], §6.2 [DJ]
TEST_F(Rows, UpdateAnswers204AndMovesTheStampsToWholeSeconds) {
  std::string id = created_id("Account", {{"Name", "Acme"}});
  clock.advance(Duration{61'700});
  EXPECT_EQ(api.send_json("PATCH", base + "/sobjects/Account/" + id, json::object{{"Phone", "1"}}).status, 204);
  Answer answer = read("Account", id);
  EXPECT_EQ(text_at(answer.body, "/SystemModstamp"), "2026-11-18T12:27:41.000+0000");
  EXPECT_EQ(text_at(answer.body, "/LastModifiedDate"), "2026-11-18T12:27:41.000+0000");
  EXPECT_EQ(text_at(answer.body, "/CreatedDate"), "2026-11-18T12:26:40.000+0000");
}

// fact: §6.3 [D]
TEST_F(Rows, NullClearsAndAbsentKeepsAndEmptyTextIsNull) {
  std::string id = created_id("Account", {{"Name", "Acme"}, {"Phone", "1"}, {"Site", "A"}, {"Fax", "2"}});
  api.send_json("PATCH", base + "/sobjects/Account/" + id, json::object{{"Phone", nullptr}, {"Site", ""}});
  Answer answer = read("Account", id);
  EXPECT_EQ(text_at(answer.body, "/Phone"), "null");
  EXPECT_EQ(text_at(answer.body, "/Site"), "null");
  EXPECT_EQ(text_at(answer.body, "/Fax"), "2");
}

// fact: §6.2 [U] switch: texts_trimmed
TEST_F(Rows, TextIsTrimmed) {
  std::string id = created_id("Account", {{"Name", "  Acme \n"}});
  EXPECT_EQ(text_at(read("Account", id).body, "/Name"), "Acme");
}

// fact: §6.4 [C]
TEST_F(Rows, AddressIsComposedOfItsParts) {
  std::string id = created_id("Account", {{"Name", "A"}, {"BillingCity", "Köln"}, {"BillingLatitude", 50.94}});
  Answer answer = read("Account", id);
  EXPECT_EQ(text_at(answer.body, "/BillingAddress/city"), "Köln");
  EXPECT_EQ(text_at(answer.body, "/BillingAddress/street"), "null");
  EXPECT_EQ(code(create("Account", {{"Name", "A"}, {"BillingAddress", "x"}})), "INVALID_FIELD_FOR_INSERT_UPDATE");
}

// fact: §5.3 [X]
TEST_F(Rows, RequiredFieldMissing) {
  Answer answer = create("Contact", {{"FirstName", "Ada"}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(code(answer), "REQUIRED_FIELD_MISSING");
  EXPECT_EQ(message(answer), "Required fields are missing: [LastName]");
  EXPECT_EQ(text_at(answer.body, "/0/fields/0"), "LastName");
  std::string id = created_id("Contact", {{"LastName", "L"}});
  EXPECT_EQ(code(api.send_json("PATCH", base + "/sobjects/Contact/" + id, json::object{{"LastName", ""}})), "REQUIRED_FIELD_MISSING");
}

// fact: §5.3 [X]
TEST_F(Rows, UnknownReadOnlyAndIdFieldsAreRefused) {
  EXPECT_EQ(code(create("Account", {{"Name", "A"}, {"Foo__c", 1}})), "INVALID_FIELD");
  Answer stamped = create("Account", {{"Name", "A"}, {"SystemModstamp", "2020-01-01T00:00:00Z"}});
  EXPECT_EQ(code(stamped), "INVALID_FIELD_FOR_INSERT_UPDATE");
  EXPECT_EQ(text_at(stamped.body, "/0/fields/0"), "SystemModstamp");
  std::string id = created_id("Account", {{"Name", "A"}});
  Answer with_id = api.send_json("PATCH", base + "/sobjects/Account/" + id, json::object{{"Id", id}, {"Name", "B"}});
  EXPECT_EQ(code(with_id), "INVALID_FIELD");
  EXPECT_EQ(message(with_id), "The Id field should not be specified in the sobject data.");
}

// fact: §5.3 [X]
TEST_F(Rows, TooLongTextIsRefusedWithTheLabel) {
  Answer answer = create("Account", {{"Name", std::string(256, 'x')}});
  EXPECT_EQ(code(answer), "STRING_TOO_LONG");
  EXPECT_EQ(message(answer), "Account Name: data value too large: " + std::string(256, 'x') + " (max length=255)");
  EXPECT_EQ(create("Account", {{"Name", std::string(255, 'x')}}).status, 201);
  std::string emoji;
  for (int i = 0; i < 41; ++i) emoji += "\xF0\x9F\x98\x80";
  EXPECT_EQ(create("Contact", {{"LastName", emoji}}).status, 400) << "82 UTF-16 units do not fit into 80";
}

// fact: §6.2 [D]
TEST_F(Rows, CommentBodyIsLimitedInBytes) {
  std::string parent = created_id("Case", {{"Subject", "S"}});
  std::string umlauts;
  for (int i = 0; i < 2'001; ++i) umlauts += "ü";
  EXPECT_EQ(code(create("CaseComment", {{"ParentId", parent}, {"CommentBody", umlauts}})), "STRING_TOO_LONG");
  EXPECT_EQ(create("CaseComment", {{"ParentId", parent}, {"CommentBody", umlauts.substr(2)}}).status, 201);
}

// fact: §6.5 [C]
TEST_F(Rows, EmailTypeAndPicklistRules) {
  EXPECT_EQ(code(create("Contact", {{"LastName", "L"}, {"Email", "no-at-sign"}})), "INVALID_EMAIL_ADDRESS");
  EXPECT_EQ(message(create("Contact", {{"LastName", "L"}, {"Email", "a b@c.de"}})), "Email: invalid email address: a b@c.de");
  EXPECT_EQ(create("Contact", {{"LastName", "L"}, {"Email", "ada+1@example.org"}}).status, 201);
  EXPECT_EQ(create("Contact", {{"LastName", "L"}, {"LeadSource", "Not in the list"}}).status, 201) << "not restricted";
  Answer restricted = create("Task", {{"Subject", "S"}, {"TaskSubtype", "Nonsense"}});
  EXPECT_EQ(code(restricted), "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST");
  EXPECT_EQ(message(restricted), "Task Subtype: bad value for restricted picklist field: Nonsense");
}

// fact: §6.2 [C]
TEST_F(Rows, NumbersMayBeTextAndBooleansAreNeverNull) {
  std::string id = created_id("Account", {{"Name", "A"}, {"NumberOfEmployees", "10000"}, {"AnnualRevenue", 12.6}});
  EXPECT_EQ(text_at(read("Account", id).body, "/NumberOfEmployees"), "10000");
  EXPECT_EQ(text_at(read("Account", id).body, "/AnnualRevenue"), "13") << "currency (18,0)";
  EXPECT_EQ(code(create("Contact", {{"LastName", "L"}, {"DoNotCall", nullptr}})), "JSON_PARSER_ERROR");
  EXPECT_EQ(code(create("Account", {{"Name", "A"}, {"NumberOfEmployees", 3e9}})), "NUMBER_OUTSIDE_VALID_RANGE");
  EXPECT_EQ(code(create("Contact", {{"LastName", "L"}, {"Birthdate", "1815-13-01"}})), "JSON_PARSER_ERROR");
}

// fact: §5.3 [X]
TEST_F(Rows, ReferencesMustBeThereAndAlive) {
  EXPECT_EQ(code(create("Contact", {{"LastName", "L"}, {"AccountId", "nonsense"}})), "MALFORMED_ID");
  std::string account = created_id("Account", {{"Name", "A"}});
  std::string other = created_id("Contact", {{"LastName", "X"}});
  EXPECT_EQ(code(create("Contact", {{"LastName", "L"}, {"AccountId", other}})), "FIELD_INTEGRITY_EXCEPTION");
  api.send("DELETE", base + "/sobjects/Account/" + account);
  EXPECT_EQ(code(create("Contact", {{"LastName", "L"}, {"AccountId", account}})), "ENTITY_IS_DELETED");
  std::string missing = account.substr(0, 14) + "z";  // never given out
  EXPECT_EQ(code(create("Contact", {{"LastName", "L"}, {"AccountId", missing}})), "INVALID_CROSS_REFERENCE_KEY");
}

// fact: §2.9 [X]
TEST_F(Rows, ParentsCanBeNamedByExternalId) {
  std::string account = created_id("Account", {{"Name", "A"}, {"Lockstep_Id__c", "A-17"}});
  json::object by_key{{"LastName", "L"}, {"Account", {{"Lockstep_Id__c", "a-17"}}}};
  EXPECT_EQ(text_at(read("Contact", created_id("Contact", by_key)).body, "/AccountId"), account);
  Answer unknown = create("Contact", {{"LastName", "L"}, {"Account", {{"Lockstep_Id__c", "none"}}}});
  EXPECT_EQ(code(unknown), "INVALID_FIELD");
  EXPECT_EQ(message(unknown), "Foreign key external ID: none not found for field Lockstep_Id__c in entity Account");
}

// fact: §5.3 [X]
TEST_F(Rows, UniqueKeyIsCaseInsensitiveAndNamesTheOtherRecord) {
  std::string id = created_id("Account", {{"Name", "A"}, {"Lockstep_Id__c", "Key-1"}});
  Answer answer = create("Account", {{"Name", "B"}, {"Lockstep_Id__c", "kEY-1"}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(code(answer), "DUPLICATE_VALUE");
  EXPECT_EQ(message(answer), "duplicate value found: Lockstep_Id__c duplicates value on record with id: " + id.substr(0, 15));
  api.send("DELETE", base + "/sobjects/Account/" + id);
  EXPECT_EQ(create("Account", {{"Name", "B"}, {"Lockstep_Id__c", "kEY-1"}}).status, 201) << "deleted records hold no key";
}

// fact: §2.2 [C][DJ]
TEST_F(Rows, MissingAndDeletedRecordsAre404) {
  std::string id = created_id("Account", {{"Name", "A"}});
  EXPECT_EQ(api.send("DELETE", base + "/sobjects/Account/" + id).status, 204);
  for (const char* method : {"GET", "DELETE"}) {
    Answer answer = api.send(method, base + "/sobjects/Account/" + id);
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(code(answer), "ENTITY_IS_DELETED");
  }
  EXPECT_EQ(code(api.send_json("PATCH", base + "/sobjects/Account/" + id, json::object{{"Name", "B"}})), "ENTITY_IS_DELETED");
  EXPECT_EQ(message(read("Account", "Namez")), "Provided external ID field does not exist or is not accessible: Namez");
  EXPECT_EQ(code(read("Nonsense", id)), "NOT_FOUND");
}

// fact: §2.4 [D]
TEST_F(Rows, ConditionalRequestsCompareWholeSeconds) {
  std::string id = created_id("Contact", {{"LastName", "L"}});
  std::string path = base + "/sobjects/Contact/" + id;
  auto patch = [&](const std::string& since) { return api.send_json("PATCH", path, json::object{{"Title", "T"}}, {{"If-Unmodified-Since", since}}); };
  EXPECT_EQ(patch("Wed, 18 Nov 2026 12:26:39 GMT").status, 412);
  EXPECT_EQ(text_at(read("Contact", id).body, "/Title"), "null");
  EXPECT_EQ(patch("Wed, 18 Nov 2026 12:26:40 GMT").status, 204);
  EXPECT_EQ(patch("yesterday").status, 400);
  EXPECT_EQ(api.send("GET", path, "", {{"If-Modified-Since", "Wed, 18 Nov 2026 12:26:40 GMT"}}).status, 304);
  EXPECT_EQ(api.send("GET", path, "", {{"If-Modified-Since", "Wed, 18 Nov 2026 12:26:39 GMT"}}).status, 200);
}

// fact: §2.3 [X][D] switch: upsert_body_version
TEST_F(Rows, UpsertByKeyCreates201Updates200AndKeepsTheKeyOutOfTheBody) {
  std::string path = base + "/sobjects/Contact/Lockstep_Id__c/a%2Fb%20c";
  Answer created = api.send_json("PATCH", path, json::object{{"LastName", "L"}});
  EXPECT_EQ(created.status, 201);
  EXPECT_EQ(text_at(created.body, "/created"), "true");
  std::string id = text_at(created.body, "/id");
  EXPECT_EQ(text_at(read("Contact", id).body, "/Lockstep_Id__c"), "a/b c");
  Answer updated = api.send_json("PATCH", path, json::object{{"LastName", "M"}});
  EXPECT_EQ(updated.status, 200);
  EXPECT_EQ(text_at(updated.body, "/created"), "false");
  EXPECT_EQ(text_at(updated.body, "/id"), id);
  EXPECT_EQ(code(api.send_json("PATCH", path, json::object{{"Lockstep_Id__c", "x"}})), "INVALID_FIELD");
  EXPECT_EQ(api.send_json("PATCH", "/services/data/v45.0/sobjects/Contact/Lockstep_Id__c/a%2Fb%20c", json::object{{"LastName", "N"}}).status, 204)
      << "old versions answer without a body";
}

// fact: §2.3 [R]
TEST_F(Rows, UpsertByAnAmbiguousLookupIs300AndWritesNothing) {
  for (int i = 0; i < 2; ++i) created_id("Contact", {{"LastName", "L"}, {"Email", "a@b.org"}});
  Answer answer = api.send_json("PATCH", base + "/sobjects/Contact/Email/A@b.org", json::object{{"LastName", "M"}});
  EXPECT_EQ(answer.status, 300);
  EXPECT_EQ(answer.body.as_array().size(), 2u);
  EXPECT_EQ(text_at(query("SELECT COUNT() FROM Contact WHERE LastName = 'M'").body, "/totalSize"), "0");
}

// fact: §2.3 [R]
TEST_F(Rows, UpsertByWhatIsNoKeyIs404) {
  Answer answer = api.send_json("PATCH", base + "/sobjects/Contact/Title/x", json::object{{"LastName", "L"}});
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(message(answer), "Provided external ID field does not exist or is not accessible: Title");
  EXPECT_EQ(api.send_json("PATCH", base + "/sobjects/Contact/Lockstep_Id__c/n?updateOnly=true", json::object{{"LastName", "L"}}).status, 404);
}

// fact: §6.4 [C]
TEST_F(Rows, CaseDefaultsDerivedFieldsAndContactMirror) {
  std::string account = created_id("Account", {{"Name", "A"}});
  std::string contact = created_id("Contact", {{"LastName", "L"}, {"AccountId", account}, {"Email", "l@a.org"}});
  std::string id = created_id("Case", {{"Subject", "S"}, {"ContactId", contact}});
  Answer answer = read("Case", id);
  EXPECT_EQ(text_at(answer.body, "/Status"), "New");
  EXPECT_EQ(text_at(answer.body, "/Priority"), "Medium");
  EXPECT_EQ(text_at(answer.body, "/CaseNumber"), "00001001");
  EXPECT_EQ(text_at(answer.body, "/AccountId"), account);
  EXPECT_EQ(text_at(answer.body, "/ContactEmail"), "l@a.org");
  EXPECT_EQ(text_at(answer.body, "/IsClosed"), "false");
  api.send_json("PATCH", base + "/sobjects/Case/" + id, json::object{{"Status", "Closed"}, {"Comments", "done"}});
  answer = read("Case", id);
  EXPECT_EQ(text_at(answer.body, "/IsClosed"), "true");
  EXPECT_EQ(text_at(answer.body, "/ClosedDate"), "2026-11-18T12:26:40.000+0000");
  EXPECT_EQ(text_at(answer.body, "/Comments"), "null");
  EXPECT_EQ(column(query("SELECT CommentBody FROM CaseComment WHERE ParentId = '" + id + "'"), "CommentBody"), "done");
}

// fact: §6.7 [D]
TEST_F(Rows, EmailMessageIsNearlyImmutableAndBringsItsTask) {
  std::string parent = created_id("Case", {{"Subject", "S"}});
  std::string id = created_id("EmailMessage", {{"ParentId", parent}, {"Subject", "Hello"}, {"TextBody", "T"}, {"Status", "3"}});
  std::string path = base + "/sobjects/EmailMessage/" + id;
  EXPECT_EQ(code(api.send_json("PATCH", path, json::object{{"TextBody", "U"}})), "INVALID_FIELD_FOR_INSERT_UPDATE");
  EXPECT_EQ(api.send_json("PATCH", path, json::object{{"Lockstep_Id__c", "k"}}).status, 204);
  EXPECT_EQ(column(query("SELECT TaskSubtype FROM Task WHERE WhatId = '" + parent + "'"), "TaskSubtype"), "Email");
}

// fact: §8.7 [D][J]
TEST_F(Rows, TheContactsOfAMessageAreListsOfIds) {
  std::string ann = created_id("Contact", {{"LastName", "Ann"}}), bob = created_id("Contact", {{"LastName", "Bob"}});
  std::string id = created_id("EmailMessage", {{"Subject", "S"}, {"Status", "5"}, {"ToIds", json::array{ann.substr(0, 15), bob}}});
  EXPECT_EQ(text_at(read("EmailMessage", id).body, "/ToIds"), "[\"" + ann + "\",\"" + bob + "\"]");
  EXPECT_EQ(text_at(read("EmailMessage", id).body, "/CcIds"), "null");
  EXPECT_EQ(text_at(query("SELECT ToIds FROM EmailMessage").body, "/records/0/ToIds/1"), bob);
  const std::string path = base + "/sobjects/EmailMessage/" + id;
  EXPECT_EQ(api.send_json("PATCH", path, json::object{{"ToIds", json::array()}}).status, 204);
  EXPECT_EQ(text_at(read("EmailMessage", id).body, "/ToIds"), "null");
  std::string account = created_id("Account", {{"Name", "A"}});
  EXPECT_EQ(code(api.send_json("PATCH", path, json::object{{"BccIds", json::array{account}}})), "FIELD_INTEGRITY_EXCEPTION");
  EXPECT_EQ(code(api.send_json("PATCH", path, json::object{{"BccIds", json::array{"003000000000000AAA"}}})), "INVALID_CROSS_REFERENCE_KEY");
  EXPECT_EQ(code(api.send_json("PATCH", path, json::object{{"BccIds", 7}})), "JSON_PARSER_ERROR");
  EXPECT_EQ(code(query("SELECT Id FROM EmailMessage WHERE ToIds = '" + ann + "'")), "INVALID_FIELD");
}

// fact: §8.7 [D]
TEST_F(Rows, WhatAMessageIsOfIsSaidOnce) {
  std::string parent = created_id("Case", {{"Subject", "S"}}), task = created_id("Task", {{"Subject", "T"}});
  EXPECT_EQ(code(create("EmailMessage", {{"Subject", "S"}, {"ActivityId", task}})), "FIELD_INTEGRITY_EXCEPTION");
  std::string draft = created_id("EmailMessage", {{"Subject", "S"}, {"Status", "5"}, {"ParentId", parent}, {"ActivityId", task}});
  EXPECT_EQ(text_at(query("SELECT COUNT() FROM Task").body, "/totalSize"), "1") << "it has its task";
  for (const auto& [field, value] : json::object{{"ParentId", parent}, {"Incoming", true}, {"ActivityId", task}, {"MessageIdentifier", "<1@x>"}})
    EXPECT_EQ(code(api.send_json("PATCH", base + "/sobjects/EmailMessage/" + draft, json::object{{field, value}})), "INVALID_FIELD_FOR_INSERT_UPDATE") << field;
}

// fact: §6.6 [C]
TEST_F(Rows, DeletesCascadeAndAreBlockedByCases) {
  std::string account = created_id("Account", {{"Name", "A"}});
  std::string contact = created_id("Contact", {{"LastName", "L"}, {"AccountId", account}});
  std::string incident = created_id("Case", {{"Subject", "S"}, {"AccountId", account}});
  created_id("CaseComment", {{"ParentId", incident}, {"CommentBody", "c"}});
  EXPECT_EQ(code(api.send("DELETE", base + "/sobjects/Account/" + account)), "DELETE_FAILED");
  EXPECT_EQ(read("Contact", contact).status, 200) << "nothing half done";
  EXPECT_EQ(api.send("DELETE", base + "/sobjects/Case/" + incident).status, 204);
  EXPECT_EQ(text_at(query("SELECT COUNT() FROM CaseComment").body, "/totalSize"), "0");
  EXPECT_EQ(api.send("DELETE", base + "/sobjects/Account/" + account).status, 204);
  EXPECT_EQ(code(read("Contact", contact)), "ENTITY_IS_DELETED");
}

// fact: §2.2 [U]
TEST_F(Rows, WrongMediaTypeVerbAndJson) {
  EXPECT_EQ(api.send("POST", base + "/sobjects/Account", "{}", {{"Content-Type", "text/plain"}}).status, 415);
  Answer broken = api.send("POST", base + "/sobjects/Account", "{\"Name\":", {{"Content-Type", "application/json"}});
  EXPECT_EQ(broken.status, 400);
  EXPECT_EQ(code(broken), "JSON_PARSER_ERROR");
  Answer verb = api.send("DELETE", base + "/sobjects/Account");
  EXPECT_EQ(verb.status, 405);
  EXPECT_EQ(code(verb), "METHOD_NOT_ALLOWED");
}

// fact: §2.4 [D]
TEST_F(Rows, AWriteUnderAConditionThatCannotBeReadIsRefused) {
  std::string id = created_id("Account", {{"Name", "A"}});
  for (const char* name : {"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"}) {
    for (const char* method : {"PATCH", "POST"}) {
      std::string path = base + "/sobjects/Account" + (method == std::string("PATCH") ? "/" + id : "");
      Answer answer = api.send(method, path, R"({"Name":"B"})", {{"Content-Type", "application/json"}, {name, "rubbish"}});
      EXPECT_EQ(answer.status, 400) << method << " " << name << answer.text;
      EXPECT_EQ(code(answer), "INVALID_HEADER");
    }
  }
  EXPECT_EQ(api.send("GET", base + "/sobjects/Account/" + id, "", {{"If-Modified-Since", "rubbish"}}).status, 200);
  EXPECT_EQ(text_at(query("SELECT Name FROM Account").body, "/records/0/Name"), "A");
}

// fact: §2.2 [DJ] switch: missing_delete_is_cross_reference
TEST_F(Rows, DeletingWhatNeverWasMayBeToldAsACrossReference) {
  const std::string path = base + "/sobjects/Account/001000000000001AAA";
  EXPECT_EQ(code(api.send("DELETE", path)), "NOT_FOUND");
  set("missing_delete_is_cross_reference", true);
  EXPECT_EQ(code(api.send("DELETE", path)), "INVALID_CROSS_REFERENCE_KEY");
  EXPECT_EQ(code(api.get(path)), "NOT_FOUND");
}

// fact: §3.4 [D]
TEST_F(Rows, WhatIsNotReplicatedHasNoWindows) {
  for (const char* resource : {"updated", "deleted"}) {
    Answer answer = api.get(base + "/sobjects/EntityDefinition/" + resource + "?start=2026-11-17T00:00:00Z&end=2026-11-18T00:00:00Z");
    EXPECT_EQ(code(answer), "INVALID_TYPE_FOR_OPERATION") << answer.text;
  }
}

// fact: §3.4 [U] switch: merge_losers_in_deleted
TEST_F(Rows, TheLoserOfAMergeIsToldAsDeleted) {
  std::string winner = created_id("Account", {{"Name", "W"}}), loser = created_id("Account", {{"Name", "L"}});
  edit({{"as", "Ann"}, {"operation", "merge"}, {"object", "Account"}, {"id", loser}, {"into", winner}});
  clock.advance(Duration{60'000});
  auto deleted = [&] {
    return text_at(api.get(base + "/sobjects/Account/deleted?start=2026-11-18T00:00:00Z&end=2026-11-19T00:00:00Z").body, "/deletedRecords");
  };
  EXPECT_NE(deleted().find(loser), std::string::npos);
  set("merge_losers_in_deleted", false);
  EXPECT_EQ(deleted(), "[]");
}
}  // namespace
}  // namespace lockstep::emulators::salesforce

#include "identity/match_keys.h"

#include <gtest/gtest.h>

#include "identity/normal_keys.h"

namespace lockstep::identity {
namespace {

std::string text_of(const std::optional<KeyPart>& part) { return part ? part->text + (part->weak ? " (weak)" : "") : "none"; }

TEST(NormalKeys, Email) {
  EXPECT_EQ(text_of(email_key(" Ada@Example.COM ")), "ada@example.com");
  EXPECT_EQ(text_of(email_key("ada+crm@example.com")), "ada+crm@example.com");
  EXPECT_EQ(text_of(email_key("info@example.com")), "info@example.com (weak)");
  EXPECT_EQ(text_of(email_key("Sales@example.com")), "sales@example.com (weak)");
  EXPECT_EQ(text_of(email_key("support+eu@example.com")), "support+eu@example.com (weak)");
  EXPECT_EQ(text_of(email_key("information@example.com")), "information@example.com");
  for (const char* bad : {"", "ada", "@example.com", "ada@", "ada lovelace@example.com"}) EXPECT_EQ(text_of(email_key(bad)), "none") << bad;
}

TEST(NormalKeys, Phone) {
  EXPECT_EQ(text_of(phone_key("+493012345671")), "+493012345671");
  EXPECT_EQ(text_of(phone_key("+49 30 1234-5671")), "+493012345671");
  EXPECT_EQ(text_of(phone_key("+493012345671;ext=5")), "+493012345671;ext=5");
  EXPECT_EQ(text_of(phone_key("+4930110")), "+4930110");
  EXPECT_EQ(text_of(phone_key("110")), "110 (weak)");
  EXPECT_EQ(text_of(phone_key("+490000000000")), "+490000000000 (weak)");
  for (const char* bad : {"", "-", "n/a", "+"}) EXPECT_EQ(text_of(phone_key(bad)), "none") << bad;
}

TEST(NormalKeys, Domain) {
  for (const char* same : {"acme.com", " ACME.com ", "www.acme.com", "https://www.acme.com/about?x=1", "http://acme.com:8080", "ada@acme.com", "acme.com."})
    EXPECT_EQ(text_of(domain_key(same)), "acme.com") << same;
  EXPECT_EQ(text_of(domain_key("shop.acme.co.uk")), "shop.acme.co.uk");
  EXPECT_EQ(text_of(domain_key("gmail.com")), "gmail.com (weak)");
  EXPECT_EQ(text_of(domain_key("ada@web.de")), "web.de (weak)");
  for (const char* bad : {"", "acme", "localhost", "not a domain.com"}) EXPECT_EQ(text_of(domain_key(bad)), "none") << bad;
}

TEST(NormalKeys, TextIsFoldedByUnicode) {
  EXPECT_EQ(text_of(text_key("  Müller   GmbH ")), text_of(text_key("MÜLLER GMBH")));
  EXPECT_EQ(text_of(text_key("Straße")), text_of(text_key("STRASSE")));
  EXPECT_EQ(text_of(text_key("Mu\xCC\x88ller")), text_of(text_key("M\xC3\xBCller")));  // composed or not
  EXPECT_EQ(text_of(text_key("   ")), "none");
}

EntityType contact() {
  EntityType type;
  type.name = "contact";
  const auto add = [&](const char* name, FieldType field_type) {
    FieldDefinition field;
    field.name = name;
    field.type = field_type;
    type.fields.push_back(field);
  };
  add("email", FieldType::email);
  add("name", FieldType::text);
  add("phone", FieldType::phone);
  add("domain", FieldType::text);
  add("address", FieldType::group);
  return type;
}

std::vector<std::string> keys_of(const std::vector<std::vector<std::uint16_t>>& combinations, const Fields& fields) {
  std::vector<std::vector<FieldIndex>> keys;
  for (const auto& one : combinations) {
    keys.emplace_back();
    for (const std::uint16_t index : one) keys.back().emplace_back(index);
  }
  std::vector<std::string> texts;
  for (const MatchKey& key : match_keys(contact(), keys, fields)) texts.push_back(key.text + (key.weak ? " (weak)" : ""));
  return texts;
}

TEST(MatchKeys, AreBuiltFromEachCombinationWithAllItsMembers) {
  Fields fields(5);
  fields[0] = Value("Ada@Example.com");
  fields[1] = Value("Ada  Lovelace");
  fields[3] = Value("https://www.example.com/");
  fields[4] = Value(Map{{"city", Value("London")}, {"postal_code", Value("W1")}});
  const std::vector<std::string> expected = {"email:ada@example.com", "domain:example.com", "name+address:ada lovelace|london/w1/"};
  EXPECT_EQ(keys_of({{0}, {1, 2}, {3}, {1, 4}, {0}}, fields), expected);
  fields[2] = Value("+493012345671");
  EXPECT_EQ(keys_of({{1, 2}}, fields), std::vector<std::string>{"name+phone:ada lovelace|+493012345671"});
  fields[1] = Value("");
  EXPECT_TRUE(keys_of({{1, 2}}, fields).empty());
  EXPECT_TRUE(keys_of({{0}}, Fields{}).empty());
}

TEST(MatchKeys, AreWeakOnlyWhenEveryMemberIs) {
  Fields fields(5);
  fields[0] = Value("info@acme.com");
  fields[1] = Value("Ada");
  fields[2] = Value("110");
  const std::vector<std::string> expected = {"email:info@acme.com (weak)", "email+name:info@acme.com|ada", "email+phone:info@acme.com|110 (weak)"};
  EXPECT_EQ(keys_of({{0}, {0, 1}, {0, 2}}, fields), expected);
}

const EntityId kAda{make_ulid(WallTime{1}, 1, 1)}, kEve{make_ulid(WallTime{2}, 1, 1)};

Candidate candidate(EntityId entity) {
  Candidate one;
  one.entity = entity;
  return one;
}

TEST(Decide, NobodyIsNew) {
  EXPECT_EQ(decide({}).kind, Decision::Kind::create);
  Candidate other = candidate(kAda);
  other.not_same = true;
  EXPECT_EQ(decide({other}).kind, Decision::Kind::create);
  other.by_external_id = true;  // a person's word counts more than an id that was copied
  EXPECT_EQ(decide({other}).kind, Decision::Kind::create);
}

TEST(Decide, OneWithoutALiveRecordThereIsLinked) {
  const Decision decision = decide({candidate(kAda)});
  EXPECT_EQ(decision.kind, Decision::Kind::link);
  EXPECT_EQ(decision.entity, kAda);
}

TEST(Decide, OneWithALiveRecordThereIsReviewed) {
  Candidate linked = candidate(kAda);
  linked.has_live_link = true;
  EXPECT_EQ(decide({linked}).kind, Decision::Kind::review);
  linked.by_external_id = true;
  EXPECT_EQ(decide({linked}).kind, Decision::Kind::review);
  EXPECT_EQ(decide({linked}).candidates, std::vector<EntityId>{kAda});
}

TEST(Decide, SeveralAreReviewedAndAllNamed) {
  const Decision decision = decide({candidate(kAda), candidate(kEve)});
  EXPECT_EQ(decision.kind, Decision::Kind::review);
  EXPECT_EQ(decision.candidates, (std::vector<EntityId>{kAda, kEve}));
  EXPECT_FALSE(decision.why.empty());
}

TEST(Decide, AnExternalIdSaysMoreThanKeys) {
  Candidate named = candidate(kEve);
  named.by_external_id = true;
  const Decision decision = decide({candidate(kAda), named});
  EXPECT_EQ(decision.kind, Decision::Kind::link);
  EXPECT_EQ(decision.entity, kEve);
}

TEST(Decide, AWeakKeyAloneIsReviewed) {
  Candidate weak = candidate(kAda);
  weak.weak = true;
  EXPECT_EQ(decide({weak}).kind, Decision::Kind::review);
  weak.by_external_id = true;
  EXPECT_EQ(decide({weak}).kind, Decision::Kind::link);
}

TEST(Decide, WhoIsKnownToBeSomebodyElseDoesNotCount) {
  Candidate other = candidate(kAda);
  other.not_same = true;
  const Decision decision = decide({other, candidate(kEve)});
  EXPECT_EQ(decision.kind, Decision::Kind::link);
  EXPECT_EQ(decision.entity, kEve);
}

}  // namespace
}  // namespace lockstep::identity

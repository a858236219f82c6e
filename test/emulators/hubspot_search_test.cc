// Searches: operators, paging, the window, and what the index does not know yet.
#include "runtime/rng.h"
#include "test/emulators/hubspot_fixture.h"

namespace lockstep::emulators::hubspot {
namespace {

class Search : public HubSpotTest {
 protected:
  void settle() { clock.advance(Duration(5'000)); }
  std::string found(const std::string& type, const std::string& property, const std::string& op, const json::value& wanted) {
    return ids(search_where(type, property, op, wanted));
  }
};

// fact: §3.1 [D], §3.1 [O]
TEST_F(Search, FindsAWriteOnlyAfterAWhile) {
  std::string id = contact("a@x.example");
  EXPECT_EQ(found("contacts", "email", "EQ", "a@x.example"), "");
  settle();
  EXPECT_EQ(found("contacts", "email", "EQ", "A@X.example"), id);
  update("contacts", id, {{"firstname", "Ann"}});
  EXPECT_EQ(found("contacts", "firstname", "EQ", "Ann"), "");
  Answer stale = search_where("contacts", "email", "EQ", "a@x.example");
  EXPECT_EQ(text_at(stale.body, "/results/0/properties/firstname"), "null");  // the row as it was
  settle();
  EXPECT_EQ(found("contacts", "firstname", "EQ", "ann"), id);
}

// fact: §3.1 [D]
TEST_F(Search, NeverFindsArchivedRecords) {
  std::string id = contact("a@x.example");
  settle();
  api.send("DELETE", "/crm/v3/objects/contacts/" + id);
  EXPECT_EQ(found("contacts", "email", "EQ", "a@x.example"), "");
}

// fact: §3.1 [O]
TEST_F(Search, WalksAWindowOfChangesById) {
  std::vector<std::string> all;
  for (int i = 0; i < 5; ++i) {
    all.push_back(company("C" + std::to_string(i)));
    clock.advance(Duration(1'000));
  }
  settle();
  update("companies", all[0], {{"city", "Berlin"}});
  settle();
  auto between = [&](std::int64_t from, std::int64_t to, const std::string& after) {
    auto filter = [](const char* name, const char* op, const std::string& value) {
      return json::object{{"propertyName", name}, {"operator", op}, {"value", value}};
    };
    json::array filters{filter("hs_lastmodifieddate", "GTE", std::to_string(from)), filter("hs_lastmodifieddate", "LTE", std::to_string(to)),
                        filter("hs_object_id", "GT", after)};
    json::object sort{{"propertyName", "hs_object_id"}, {"direction", "ASCENDING"}};
    return ids(search("companies", {{"filterGroups", {{{"filters", filters}}}}, {"sorts", {sort}}, {"limit", 200}, {"after", ""}}));
  };
  std::int64_t start = 1'795'004'800'000;
  EXPECT_EQ(between(start + 1'000, start + 3'000, "0"), all[1] + " " + all[2] + " " + all[3]);
  EXPECT_EQ(between(start, start + 3'000, all[1]), all[2] + " " + all[3]);
  EXPECT_EQ(between(start + 4'000, start + 60'000, "0"), all[0] + " " + all[4]);
}

// fact: §3.1 [S], §3.1 [D]
TEST_F(Search, KnowsItsOperators) {
  std::string a = created_id("companies", {{"name", "Blue Bakery"}, {"numberofemployees", "9"}, {"industry", "RETAIL"}});
  std::string b = created_id("companies", {{"name", "Green Motors"}, {"numberofemployees", "10"}});
  settle();
  EXPECT_EQ(found("companies", "numberofemployees", "GT", "9"), b);  // as numbers
  EXPECT_EQ(found("companies", "numberofemployees", "LTE", "9"), a);
  EXPECT_EQ(found("companies", "name", "NEQ", "blue bakery"), b);
  EXPECT_EQ(found("companies", "name", "CONTAINS_TOKEN", "bak*"), a);
  EXPECT_EQ(found("companies", "name", "NOT_CONTAINS_TOKEN", "bakery"), b);
  EXPECT_EQ(found("companies", "industry", "EQ", "retail"), "");  // enumerations: as they are written
  EXPECT_EQ(found("companies", "industry", "HAS_PROPERTY", ""), a);
  EXPECT_EQ(found("companies", "industry", "NOT_HAS_PROPERTY", ""), b);
  EXPECT_EQ(found("companies", "name", "IN", json::array{"blue bakery"}), a);
  EXPECT_EQ(found("companies", "name", "IN", json::array{"Blue Bakery"}), "");  // texts in IN: lower case
  EXPECT_EQ(found("companies", "hs_object_id", "IN", json::array{b, a}), a + " " + b);
  EXPECT_EQ(search_where("companies", "name", "LIKE", "x").status, 400);
  json::object between{{"propertyName", "numberofemployees"}, {"operator", "BETWEEN"}, {"value", "9"}, {"highValue", "10"}};
  EXPECT_EQ(ids(search("companies", {{"filters", {between}}})), a + " " + b);
}

// fact: §3.1 [D]
TEST_F(Search, NamesNoRecordTwice) {
  std::string ann = contact("a@x.example"), bea = contact("b@x.example");
  auto tie = [](const std::string& to) {
    json::object type{{"associationCategory", "HUBSPOT_DEFINED"}, {"associationTypeId", 202}};
    return json::object{{"to", {{"id", to}}}, {"types", {type}}};
  };
  post("/crm/v3/objects/notes", {{"properties", {{"hs_timestamp", "2026-05-01T09:00:00Z"}}}, {"associations", {tie(ann), tie(bea)}}});
  settle();
  EXPECT_EQ(found("contacts", "email", "IN", json::array{"a@x.example", "a@x.example"}), ann);
  EXPECT_EQ(search_where("notes", "associations.contact", "IN", json::array{json::value(ann)}).status, 400) << "EQ alone";
  auto of = [](const std::string& contact) {
    return json::object{{"filters", json::array{{{"propertyName", "associations.contact"}, {"operator", "EQ"}, {"value", contact}}}}};
  };
  Answer notes = search("notes", {{"filterGroups", json::array{of(ann), of(bea)}}});
  EXPECT_EQ(text_at(notes.body, "/total"), "1");
}

// fact: §3.1 [D]
TEST_F(Search, GroupsAreAlternatives) {
  std::string a = company("A"), b = company("B");
  company("C");
  settle();
  auto named = [](const char* name) {
    json::object filter{{"propertyName", "name"}, {"operator", "EQ"}, {"value", name}};
    return json::object{{"filters", {filter}}};
  };
  EXPECT_EQ(ids(search("companies", {{"filterGroups", {named("A"), named("B"), named("a")}}})), a + " " + b);
}

// fact: §3.1 [D]
TEST_F(Search, SortsByOnePropertyAndPages) {
  for (int i = 0; i < 12; ++i) company("C" + std::to_string(100 - i));
  settle();
  json::object sort{{"propertyName", "name"}, {"direction", "DESCENDING"}};
  Answer first = search("companies", {{"sorts", {sort}}, {"properties", {"name"}}});
  EXPECT_EQ(text_at(first.body, "/total"), "12");
  EXPECT_EQ(text_at(first.body, "/results/0/properties/name"), "C99");
  EXPECT_EQ(text_at(first.body, "/paging/next/after"), "10");
  Answer second = search("companies", {{"sorts", {"-name"}}, {"after", 10}});
  EXPECT_EQ(second.body.at("results").as_array().size(), 2u);
  EXPECT_FALSE(second.body.as_object().contains("paging"));
  EXPECT_EQ(search("companies", {{"sorts", {sort, sort}}}).status, 400);
}

// fact: §3.1 [D]
TEST_F(Search, HasLimits) {
  EXPECT_EQ(search("companies", {{"limit", 201}}).status, 400);
  EXPECT_EQ(search("companies", {{"limit", 200}, {"after", "9800"}}).status, 200);
  EXPECT_EQ(search("companies", {{"limit", 200}, {"after", "10000"}}).status, 400);
  EXPECT_EQ(search("companies", {{"query", std::string(3'000, 'x')}}).status, 400);
  json::object filter{{"propertyName", "name"}, {"operator", "EQ"}, {"value", "A"}};
  json::object group{{"filters", {filter}}};
  EXPECT_EQ(search("companies", {{"filterGroups", {group, group, group, group, group, group}}}).status, 400);
  EXPECT_EQ(search("companies", {{"filters", {filter, filter, filter, filter, filter, filter, filter}}}).status, 400);
  EXPECT_EQ(search_where("emails", "hs_email_html", "EQ", "x").status, 400);
  EXPECT_EQ(search_where("companies", "nonsense", "EQ", "x").status, 400);
}

// fact: §3.1 [D]
TEST_F(Search, FindsNotesByInstantAndByWhomTheyBelongTo) {
  std::string ann = contact("a@x.example");
  json::object type{{"associationCategory", "HUBSPOT_DEFINED"}, {"associationTypeId", 202}};
  Answer made = post("/crm/v3/objects/notes",
                     {{"properties", {{"hs_timestamp", "2026-05-01T09:00:00Z"}}}, {"associations", {{{"to", {{"id", ann}}}, {"types", {type}}}}}});
  std::string note = text_at(made.body, "/id");
  settle();
  EXPECT_EQ(found("notes", "hs_timestamp", "EQ", "1777626000000"), note);
  EXPECT_EQ(found("notes", "associations.contact", "EQ", json::value(ann)), note);
  EXPECT_EQ(found("notes", "associations.contact", "EQ", "512999999999"), "");
}

// fact: §3.1 [D]
TEST_F(Search, DefaultPropertiesAreTheTypesOwn) {
  contact("a@x.example");
  settle();
  std::string names;
  Answer answer = search("contacts", {});
  for (const auto& member : answer.body.at_pointer("/results/0/properties").as_object()) names += std::string(member.key()) + " ";
  EXPECT_EQ(names, "createdate email firstname hs_object_id lastmodifieddate lastname ");
}

// fact: §3.1 [D], §6 [D]
TEST_F(Search, FindsNumbersByTheirDigitsWithoutTheCountry) {
  std::string ann = created_id("contacts", {{"firstname", "Ann"}, {"phone", "+1 (555) 123-4567"}});
  contact("b@x.example");
  clock.advance(Duration(5'000));
  EXPECT_EQ(value("contacts", ann, "hs_searchable_calculated_phone_number"), "5551234567");
  EXPECT_EQ(ids(search("contacts", {{"query", "555-123 4567"}})), ann);
  EXPECT_EQ(ids(search("contacts", {{"query", "15551234567"}})), "");
  EXPECT_EQ(ids(search_where("contacts", "hs_searchable_calculated_phone_number", "CONTAINS_TOKEN", "*1234567")), ann);
  EXPECT_EQ(ids(search("contacts", {{"query", "ANN"}})), ann);
}

}  // namespace
}  // namespace lockstep::emulators::hubspot

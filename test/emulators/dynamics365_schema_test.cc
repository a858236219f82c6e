// RetrieveMetadataChanges: definitions by one query, and what changed of them.
#include <set>

#include "test/emulators/dynamics365_fixture.h"

namespace lockstep::emulators::dynamics365 {
namespace {

class Schema : public Dynamics365Test {
 protected:
  Answer changes(const std::string& query, const std::string& since = "", const std::string& more = "") {
    std::string path =
        "RetrieveMetadataChanges(Query=@p1" + std::string(since.empty() ? "" : ",ClientVersionStamp=@p2") + more + ")?@p1=" + percent_encode(query);
    return get(since.empty() ? path : path + "&@p2=" + percent_encode("'" + since + "'"));
  }
  static std::string condition(const std::string& property, const std::string& with, const std::string& type, const std::string& value) {
    return R"({"PropertyName":")" + property + R"(","ConditionOperator":")" + with + R"(","Value":{"Type":")" + type + R"(","Value":")" + value + "\"}}";
  }
  static std::string named(const std::string& table) { return condition("LogicalName", "Equals", "System.String", table); }
  static std::string query(const std::string& properties, const std::string& conditions, const std::string& more = "", const std::string& with = "And") {
    return R"({"Properties":{"AllProperties":false,"PropertyNames":[)" + properties + R"(]},"Criteria":{"FilterOperator":")" + with + R"(","Conditions":[)" +
           conditions + "]}" + more + "}";
  }
  /// The tables' names, joined.
  static std::string tables(const Answer& answer) {
    std::string names;
    for (const json::value& each : answer.body.at("EntityMetadata").as_array()) names += json::value_to<std::string>(each.at("LogicalName")) + " ";
    return names;
  }
  void make_column(const std::string& table, const std::string& name) {
    EXPECT_EQ(post("EntityDefinitions(LogicalName='" + table + "')/Attributes",
                   R"({"@odata.type":"Microsoft.Dynamics.CRM.StringAttributeMetadata","SchemaName":")" + name + "\"}")
                  .status,
              204);
  }
};

// fact: §1.4
// The vendor's page on querying schema definitions, its own example.
TEST_F(Schema, OneQueryAsksOfTablesAndTheirColumns) {
  Answer answer = changes(query(R"("SchemaName","Attributes")", named("account") + "," + named("contact"),
                                R"(,"AttributeQuery":{"Properties":{"AllProperties":false,"PropertyNames":["LogicalName"]},"Criteria":{"FilterOperator":"And",
      "Conditions":[)" + condition("IsValidForCreate", "Equals", "System.Boolean", "True") +
                                    R"(]}},"LabelQuery":{"FilterLanguages":[1033],"MissingLabelBehavior":0})",
                                "Or"));
  ASSERT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(tables(answer), "account contact ");
  EXPECT_EQ(answer.at("/EntityMetadata/0/SchemaName"), "Account");
  EXPECT_EQ(answer.at("/EntityMetadata/0/EntitySetName"), "null") << "not asked for";
  EXPECT_EQ(answer.at("/EntityMetadata/0/HasChanged"), "null");
  EXPECT_EQ(answer.at("/EntityMetadata/0/MetadataId"), get("EntityDefinitions(LogicalName='account')").at("/MetadataId"));
  EXPECT_EQ(answer.at("/DeletedMetadata/Count"), "0");
  EXPECT_TRUE(answer.at("/ServerVersionStamp").ends_with("!11/18/2026 11:06:40")) << answer.at("/ServerVersionStamp");
  std::set<std::string> types, names;
  for (const json::value& each : answer.body.at("EntityMetadata").as_array()[1].at("Attributes").as_array()) {
    names.insert(json::value_to<std::string>(each.at("LogicalName")));
    types.insert(json::value_to<std::string>(each.at("@odata.type")));
    const json::value* longest = each.as_object().if_contains("MaxLength");
    EXPECT_TRUE(!longest || longest->is_null()) << "not asked for";
  }
  EXPECT_TRUE(names.contains("lastname") && !names.contains("fullname"));
  EXPECT_TRUE(types.contains("#Microsoft.Dynamics.CRM.ComplexStringAttributeMetadata"));
}

// fact: §1.4
TEST_F(Schema, ConditionsCompareSimplePropertiesOfTheirType) {
  auto found = [&](const std::string& conditions, const std::string& with = "And") { return tables(changes(query("\"LogicalName\"", conditions, "", with))); };
  EXPECT_EQ(found(condition("LogicalName", "In", "System.String[]", "['account','lead','task']")), "account task ");
  EXPECT_EQ(found(named("account") + "," + condition("LogicalName", "NotIn", "System.String[]", "['account']")), "");
  EXPECT_EQ(found(condition("ObjectTypeCode", "LessThan", "System.Int32", "3")), "account contact ");
  EXPECT_EQ(found(condition("IsActivity", "NotEquals", "System.Boolean", "false") + "," + condition("ObjectTypeCode", "GreaterThan", "System.Int32", "4211")),
            "task ");
  EXPECT_EQ(found(condition("IsDuplicateDetectionEnabled", "Equals", "System.Boolean", "true")), "account contact ") << "of a managed property its value";
  std::string nested = R"({"Criteria":{"FilterOperator":"And","Filters":[{"FilterOperator":"Or","Conditions":[)" + named("account") + "," + named("contact") +
                       R"(]}],"Conditions":[)" + condition("LogicalName", "NotEquals", "System.String", "contact") + "]}}";
  EXPECT_EQ(tables(changes(nested)), "account ");
  for (const std::string& bad : {condition("DisplayName", "Equals", "System.String", "Account"), condition("Attributes", "Equals", "System.String", "x"),
                                 condition("IsActivity", "Equals", "System.String", "true"), condition("shoesize", "Equals", "System.String", "1"),
                                 condition("LogicalName", "Like", "System.String", "a"), condition("LogicalName", "In", "System.String[]", "account")}) {
    EXPECT_EQ(changes(query("\"LogicalName\"", bad)).status, 400) << bad;
  }
  EXPECT_EQ(changes("[]").status, 400);
  EXPECT_EQ(changes(query("\"LogicalName\"", named("account"), R"(,"AttributeQuery":{}")" + std::string("}"))).status, 400);
}

// fact: §1.4
TEST_F(Schema, QueriesOfWhatHangsOnTablesGoWithTheirProperties) {
  EXPECT_EQ(changes(query("\"SchemaName\"", named("account"), R"(,"AttributeQuery":{"Properties":{"AllProperties":true}})")).status, 400);
  Answer answer =
      changes(query(R"("Keys","OneToManyRelationships")", named("account"),
                    R"(,"KeyQuery":{"Properties":{"PropertyNames":["KeyAttributes"]}},"RelationshipQuery":{"Properties":{"PropertyNames":["ReferencingEntity"]},
      "Criteria":{"Conditions":[)" +
                        condition("SchemaName", "Equals", "System.String", "contact_customer_accounts") + "]}}"));
  ASSERT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(answer.at("/EntityMetadata/0/Keys/0/KeyAttributes/0"), "lockstep_id");
  EXPECT_EQ(answer.at("/EntityMetadata/0/OneToManyRelationships/0/ReferencingEntity"), "contact");
  EXPECT_EQ(answer.at("/EntityMetadata/0/OneToManyRelationships/1"), "absent");
  EXPECT_EQ(answer.at("/EntityMetadata/0/OneToManyRelationships/0/@odata.type"), "#Microsoft.Dynamics.CRM.ComplexOneToManyRelationshipMetadata");
  EXPECT_EQ(answer.at("/EntityMetadata/0/Attributes"), "[]");
}

// fact: §1.4
// The vendor's page on caching schema data.
TEST_F(Schema, ALaterAskIsToldWhatChangedAlone) {
  std::string all = R"({"Properties":{"PropertyNames":["DisplayName","Attributes"]},"AttributeQuery":{"Properties":{"PropertyNames":["MaxLength"]}}})";
  std::string stamp = changes(all).at("/ServerVersionStamp");
  EXPECT_EQ(tables(changes(all, stamp)), "");
  make_column("contact", "new_Shoe");
  Answer answer = changes(all, stamp, ",DeletedMetadataFilters=Microsoft.Dynamics.CRM.DeletedMetadataFilters'All'");
  ASSERT_EQ(tables(answer), "contact ") << answer.text;
  EXPECT_EQ(answer.at("/EntityMetadata/0/HasChanged"), "false") << "only what hangs on it has";
  EXPECT_EQ(answer.at("/EntityMetadata/0/Attributes/0/LogicalName") + answer.at("/EntityMetadata/0/Attributes/0/HasChanged"), "new_shoetrue");
  EXPECT_EQ(answer.at("/EntityMetadata/0/Attributes/1"), "absent");
  EXPECT_EQ(tables(changes(all, answer.at("/ServerVersionStamp"))), "");
}

// fact: §3.1 [?] switch: expired_token_status
TEST_F(Schema, AStampExpiresAsThoseOfRowsDo) {
  std::string some = query("\"LogicalName\"", named("account")), stamp = changes(some).at("/ServerVersionStamp");
  EXPECT_EQ(changes(some, "5!11/18/2026 11:06:40").code(), "0x80040203") << "nobody was given that";
  EXPECT_EQ(changes(some, "yesterday").status, 400);
  advance(std::chrono::hours(24 * 91));
  sign_in();
  Answer answer = changes(some, stamp);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.code(), "0x80044352");
  control("POST", "settings", R"({"expired_token_status":410})");
  EXPECT_EQ(changes(some, stamp).status, 410);
}

// fact: §5.2 [D]
TEST_F(Schema, WhatIsNotKnownOfDefinitionsIsSaidNotToBeServed) {
  EXPECT_EQ(changes(query("\"IsBPFEntity\"", named("account"))).code(), "0x80040219");
  EXPECT_EQ(changes(query("\"LogicalName\"", named("account"), R"(,"LabelQuery":{"FilterLanguages":[1031]})")).status, 501);
  EXPECT_EQ(get("RetrieveMetadataChanges(AppModuleId=11111111-1111-4111-8111-111111111111)").status, 501);
  EXPECT_EQ(get("RetrieveMetadataChanges(Colour=1)").status, 400);
}

class DeletedSchema : public Schema {
 protected:
  static std::string filter(const std::string& categories) {
    return ",DeletedMetadataFilters=Microsoft.Dynamics.CRM.DeletedMetadataFilters'" + categories + "'";
  }
  std::string id_of(const std::string& path) { return get(path).at("/MetadataId"); }
  std::string some = query("\"LogicalName\"", named("contact"));
};

// fact: §1.4 [?] switch: deleted_ids_flat
TEST_F(DeletedSchema, WhatIsGoneIsToldByItsIdUnderItsCategory) {
  make_column("contact", "new_Shoe");
  make_column("contact", "new_Hat");
  ASSERT_EQ(
      post(
          "RelationshipDefinitions",
          R"({"@odata.type":"Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata","SchemaName":"new_fans","Entity1LogicalName":"account","Entity2LogicalName":"contact"})")
          .status,
      204);
  const std::string columns = "EntityDefinitions(LogicalName='contact')/Attributes", relationship = "RelationshipDefinitions(SchemaName='new_fans')";
  std::string shoe = id_of(columns + "(LogicalName='new_shoe')"), hat = id_of(columns + "(LogicalName='new_hat')"), fans = id_of(relationship),
              ties = id_of("EntityDefinitions(LogicalName='new_fans')"), stamp = changes(some).at("/ServerVersionStamp");
  EXPECT_EQ(changes(some, stamp, filter("All")).at("/DeletedMetadata"), R"({"Count":0,"IsReadOnly":false,"Keys":[],"Values":[]})");
  EXPECT_EQ(remove(columns + "(LogicalName='new_shoe')").status, 204);
  EXPECT_EQ(remove(columns + "(LogicalName='new_hat')").status, 204);
  EXPECT_EQ(changes(some, stamp).at("/DeletedMetadata/Count"), "0") << "nobody asked";
  Answer attributes = changes(some, stamp, filter("Attribute"));
  EXPECT_EQ(attributes.at("/DeletedMetadata/Count") + attributes.at("/DeletedMetadata/Keys"), R"(1["Attribute"])");
  EXPECT_EQ(attributes.at("/DeletedMetadata/Values"), R"([{"Items":[")" + std::min(shoe, hat) + R"(",")" + std::max(shoe, hat) + R"("]}])");
  EXPECT_EQ(remove(relationship).status, 204);
  Answer others = changes(some, stamp, filter("Relationship, Default"));
  EXPECT_EQ(others.at("/DeletedMetadata/Keys"), R"(["Default","Relationship"])");
  EXPECT_NE(others.at("/DeletedMetadata/Values/0/Items").find(ties), std::string::npos) << "the table of the ties is gone as well";
  EXPECT_EQ(others.at("/DeletedMetadata/Values/1/Items/0"), fans);
  EXPECT_EQ(changes(some, others.at("/ServerVersionStamp"), filter("All")).at("/DeletedMetadata/Count"), "0") << "told once";
  EXPECT_EQ(changes(some, stamp, filter("Colour")).status, 400);
  EXPECT_EQ(changes(some, stamp, ",DeletedMetadataFilters='All'").status, 400);
  control("POST", "settings", R"({"deleted_ids_flat":true})");
  Answer flat = changes(some, stamp, filter("Default,Relationship"));
  EXPECT_EQ(flat.at("/DeletedMetadata/Keys"), R"(["Default","Relationship"])");
  EXPECT_EQ(flat.at("/DeletedMetadata/Values"), R"([")" + ties + R"(",")" + fans + R"("])");
}

// fact: §1.4
TEST_F(DeletedSchema, AChoiceThatIsGoneIsAnOptionSet) {
  ASSERT_EQ(post("GlobalOptionSetDefinitions", R"({"Name":"new_sizes","Options":[{"Label":{"LocalizedLabels":[{"Label":"Small"}]}}]})").status, 204);
  std::string sizes = id_of("GlobalOptionSetDefinitions(Name='new_sizes')"), stamp = changes(some).at("/ServerVersionStamp");
  EXPECT_EQ(remove("GlobalOptionSetDefinitions(Name='new_sizes')").status, 204);
  EXPECT_EQ(changes(some, stamp, filter("OptionSet")).at("/DeletedMetadata/Values/0/Items/0"), sizes);
}

// fact: §1.4
TEST_F(Schema, WithoutAQueryAllIsTold) {
  Answer answer = get("RetrieveMetadataChanges()");
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body.at("EntityMetadata").as_array().size(), get("EntityDefinitions?$select=LogicalName").rows());
  EXPECT_EQ(answer.at("/EntityMetadata/0/EntitySetName"), "accounts");
  EXPECT_NE(answer.at("/EntityMetadata/0/Attributes/0/AttributeType"), "null");
  EXPECT_EQ(post("RetrieveMetadataChanges()", "{}").status, 404);
}

}  // namespace
}  // namespace lockstep::emulators::dynamics365

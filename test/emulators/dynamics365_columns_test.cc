#include "test/emulators/dynamics365_fixture.h"

namespace lockstep::emulators::dynamics365 {
namespace {

class Columns : public Dynamics365Test {
 protected:
  Answer try_contact(const std::string& column, const std::string& value) {
    return post("contacts", R"({"lastname":"Lee",")" + column + "\":" + value + "}", representation());
  }
};

// fact: §5.3 [I]
TEST_F(Columns, UnknownPropertyIsRefused) {
  Answer answer = try_contact("shoesize", "43");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.code(), "0x80048d19");
  EXPECT_NE(answer.message().find("Invalid property 'shoesize' was found in entity 'Microsoft.Dynamics.CRM.contact'"), std::string::npos);
}

// fact: §1.4
TEST_F(Columns, NamesAreCaseSensitive) { EXPECT_EQ(try_contact("FirstName", "\"A\"").status, 400); }

// fact: §6.1
TEST_F(Columns, TextTooLongNamesColumnAndLimit) {
  Answer answer = try_contact("firstname", "\"" + std::string(51, 'x') + "\"");
  EXPECT_EQ(answer.code(), "0x80044331");
  EXPECT_EQ(answer.message(),
            "A validation error occurred.  The length of the 'firstname' attribute of the 'contact' entity "
            "exceeded the "
            "maximum allowed length of '50'.");
  EXPECT_EQ(try_contact("firstname", "\"" + std::string(50, 'x') + "\"").status, 201);
}

// fact: §6.1
TEST_F(Columns, LengthCountsUtf16Units) {
  std::string emoji;
  for (int i = 0; i < 26; ++i) emoji += "\xF0\x9F\x98\x80";
  EXPECT_EQ(try_contact("firstname", "\"" + emoji + "\"").code(), "0x80044331");
  EXPECT_EQ(try_contact("firstname", "\"" + emoji.substr(4) + "\"").status, 201);
}

// fact: §6.1 [K] switch: empty_text_kept
TEST_F(Columns, EmptyTextReadsAsNull) {
  EXPECT_EQ(try_contact("firstname", "\"\"").at("/firstname"), "null");
  EXPECT_EQ(post("contacts", R"({"lastname":""})").code(), "0x80040200") << "so that it is missing where one is required";
  control("POST", "settings", R"({"empty_text_kept":true})");
  EXPECT_EQ(try_contact("firstname", "\"\"").at("/firstname"), "");
}

// fact: §6.1
TEST_F(Columns, ControlCharactersAreRefused) { EXPECT_EQ(try_contact("firstname", R"("a\u0001")").code(), "0x80040278"); }

// fact: §5.3 [I]
TEST_F(Columns, WrongJsonTypeIsUnreadable) {
  EXPECT_EQ(try_contact("firstname", "7").code(), "0x80048d19");
  EXPECT_EQ(try_contact("gendercode", "\"Male\"").code(), "0x80048d19");
  EXPECT_EQ(try_contact("donotemail", "1").code(), "0x80048d19");
}

// fact: §5.3
TEST_F(Columns, OptionOutOfRangeIsRefused) { EXPECT_EQ(try_contact("gendercode", "3").code(), "0x8004431a"); }

// fact: §5.3
TEST_F(Columns, IntegersAndMoneyHaveRanges) {
  EXPECT_EQ(post("accounts", R"({"name":"A","numberofemployees":-1})").code(), "0x8004432f");
  EXPECT_EQ(post("accounts", R"({"name":"A","revenue":-5})").code(), "0x80044330");
}

// fact: §6.1
TEST_F(Columns, MoneyIsRoundedPrintedWithScaleAndBringsItsCurrency) {
  Answer answer = post("accounts?$select=revenue", R"({"name":"A","revenue":20000.006})", representation());
  EXPECT_NE(answer.text.find("\"revenue\":20000.0100"), std::string::npos) << answer.text;
  EXPECT_EQ(answer.at("/_transactioncurrencyid_value").size(), 36u);
}

// fact: §6.1
TEST_F(Columns, InstantsLoseTheirFractionAndComeInUtc) {
  std::string a = account();
  Answer answer = post("tasks", R"({"subject":"s","scheduledend":"2025-01-31T11:15:00.750+02:00"})", representation());
  EXPECT_EQ(answer.at("/scheduledend"), "2025-01-31T09:15:00Z");
}

// fact: §6.1
TEST_F(Columns, InstantsBefore1753AreRefused) { EXPECT_EQ(post("tasks", R"({"subject":"s","scheduledend":"1752-12-31T00:00:00Z"})").code(), "0x80040239"); }

// fact: §6.1
TEST_F(Columns, DateOnlyTakesNoTime) {
  EXPECT_EQ(try_contact("birthdate", "\"1990-05-17\"").at("/birthdate"), "1990-05-17");
  EXPECT_EQ(try_contact("birthdate", "\"1990-05-17T00:00:00Z\"").status, 400);
  EXPECT_EQ(try_contact("birthdate", "\"1990-13-17\"").status, 400);
}

// fact: §6.10
TEST_F(Columns, FullNameIsComputedAndCannotBeWritten) {
  control("POST", "settings", R"({"read_only_passed_over":true})");
  Answer answer = post("contacts", R"({"lastname":"Lee","firstname":"Ann","fullname":"Zed"})", representation());
  EXPECT_EQ(answer.at("/fullname"), "Ann Lee");
  Answer changed = patch("contacts(" + answer.at("/contactid") + ")", R"({"firstname":null})", representation());
  EXPECT_EQ(changed.at("/fullname"), "Lee");
}

// fact: §6.10
TEST_F(Columns, AddressCompositeIsComputed) {
  Answer answer = try_contact("address1_line1", R"("1 Main St","address1_city":"Chicago","address1_postalcode":"60601")");
  EXPECT_EQ(answer.at("/address1_composite"), "1 Main St\r\nChicago 60601");
}

// fact: §6.10 [?] switch: read_only_passed_over
TEST_F(Columns, SystemColumnsSentAreIgnored) {
  control("POST", "settings", R"({"read_only_passed_over":true})");
  Answer answer = try_contact("modifiedon", R"("2001-01-01T00:00:00Z","versionnumber":5,"merged":true)");
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.at("/modifiedon"), "2026-11-18T11:06:40Z");
  EXPECT_EQ(answer.at("/merged"), "false");
}

// fact: §6.10
TEST_F(Columns, OverriddenCreatedOnBackdatesOnCreateAlone) {
  Answer answer = try_contact("overriddencreatedon", "\"2020-02-02T00:00:00Z\"");
  EXPECT_EQ(answer.at("/createdon"), "2020-02-02T00:00:00Z");
  const std::string path = "contacts(" + answer.at("/contactid") + ")", earlier = R"({"overriddencreatedon":"2019-01-01T00:00:00Z"})";
  EXPECT_EQ(patch(path, earlier).code(), "0x80048d19");
  control("POST", "settings", R"({"read_only_passed_over":true})");
  Answer later = patch(path, earlier, representation());
  EXPECT_EQ(later.at("/createdon"), "2020-02-02T00:00:00Z");
}

// fact: §8
TEST_F(Columns, RequiredColumnMissingOrCleared) {
  EXPECT_EQ(post("contacts", R"({"firstname":"A"})").code(), "0x80040200");
  EXPECT_EQ(patch("contacts(" + contact() + ")", R"({"lastname":""})").code(), "0x80040200");
}

// fact: §8 [D] switch: application_required
TEST_F(Columns, RequiredColumnsCanBeLeftToThePlatform) {
  control("POST", "settings", R"({"application_required":false})");
  EXPECT_EQ(post("contacts", R"({"firstname":"A"})").status, 204);
}

// fact: §8
TEST_F(Columns, DefaultsAreFilledIn) {
  Answer answer = get("contacts(" + contact() + ")");
  EXPECT_EQ(answer.at("/preferredcontactmethodcode"), "1");
  EXPECT_EQ(answer.at("/donotphone"), "false");
  EXPECT_EQ(answer.at("/statecode") + answer.at("/statuscode"), "01");
}

// fact: §5.3
TEST_F(Columns, BrokenJsonAndWrongTypesOfBodyAreRefused) {
  EXPECT_EQ(post("contacts", "{\"lastname\":").status, 400);
  EXPECT_EQ(post("contacts", "[]").status, 400);
  EXPECT_EQ(send("POST", "/api/data/v9.2/contacts", "{}", {{"Content-Type", "text/plain"}}).status, 415);
}

// fact: §6.5
TEST_F(Columns, TicketNumberIsGeneratedAndImmutable) {
  std::string path = "incidents(" + incident(account()) + ")";
  std::string number = get(path).at("/ticketnumber");
  EXPECT_TRUE(number.starts_with("CAS-")) << number;
  patch(path, R"({"ticketnumber":"X"})");
  EXPECT_EQ(get(path).at("/ticketnumber"), number);
}

// fact: §6.8
TEST_F(Columns, AnnotationKnowsItsParentsTypeAndItsFilesSize) {
  std::string id = make("annotations", R"({"subject":"s","notetext":"n","documentbody":"YWJj","isdocument":true,)"
                                       R"("objectid_account@odata.bind":"/accounts()" +
                                           account() + ")\"}");
  Answer note = get("annotations(" + id + ")");
  EXPECT_EQ(note.at("/objecttypecode"), "account");
  EXPECT_EQ(note.at("/filesize"), "3");
}

// fact: §1.4
TEST_F(Columns, MetadataIsFilteredByAllThatClientsAskOfIt) {
  auto tables = [&](const std::string& filter) {
    Answer answer = get("EntityDefinitions?$select=LogicalName&$filter=" + percent_encode(filter));
    std::string joined;
    if (answer.status != 200) return answer.code();
    for (const json::value& row : answer.body.at("value").as_array()) joined += std::string(row.at("LogicalName").as_string()) + " ";
    return joined;
  };
  EXPECT_EQ(tables("IsPrivate eq false and (startswith(LogicalName,'acc') or LogicalName eq 'contact')"), "account contact ");
  EXPECT_EQ(tables("not contains(LogicalName,'a') and ObjectTypeCode lt 4300"), "incident incidentresolution systemuser ");
  EXPECT_EQ(tables("IsCustomizable/Value eq true and LogicalName eq 'task'"), "task ");
  EXPECT_EQ(tables("Shoesize eq 1"), "0x80060888");
  EXPECT_EQ(tables("LogicalName"), "0x80060888");
  Answer columns = get("EntityDefinitions(LogicalName='contact')/Attributes?$select=LogicalName,AttributeOf,IsValidForRead&$filter=" +
                       percent_encode("AttributeOf eq null and AttributeType eq Microsoft.Dynamics.CRM.AttributeTypeCode'Memo'"));
  EXPECT_EQ(columns.at("/value/0/LogicalName"), "description") << columns.text;
}

// fact: §1.4
TEST_F(Columns, MetadataListsTablesWithTrackingAndColumns) {
  auto named = [](const Answer& answer, std::string_view name) {
    for (const json::value& each : answer.body.at("value").as_array()) {
      if (each.at("LogicalName").as_string() == name) return each.as_object();
    }
    return json::object();
  };
  Answer tables = get("EntityDefinitions?$select=LogicalName,EntitySetName&$filter=ChangeTrackingEnabled%20eq%20true");
  json::object incident = named(tables, "incident");
  EXPECT_EQ(incident.at("EntitySetName").as_string(), "incidents");
  EXPECT_EQ(incident.size(), 3u);  // the key is there, selected or not
  EXPECT_TRUE(named(tables, "systemuser").empty());
  Answer columns =
      get("EntityDefinitions(LogicalName='contact')/Attributes?$select=LogicalName"
          "&$filter=AttributeType%20eq%20Microsoft.Dynamics.CRM.AttributeTypeCode'String'");
  EXPECT_EQ(named(columns, "lastname").at("LogicalName").as_string(), "lastname");
  EXPECT_TRUE(named(columns, "birthdate").empty());
  Answer column =
      get("EntityDefinitions(LogicalName='contact')/Attributes(LogicalName='lastname')"
          "/Microsoft.Dynamics.CRM.StringAttributeMetadata");
  EXPECT_EQ(column.at("/MaxLength"), "50");
}

// fact: §2.4
TEST_F(Columns, AKeyIsMadeThroughTheApiUsedAndDeleted) {
  const std::string keys = "EntityDefinitions(LogicalName='account')/Keys";
  Answer made = post(keys, R"({"SchemaName":"new_ByNumber","KeyAttributes":["accountnumber"]})");
  ASSERT_EQ(made.status, 204) << made.text;
  EXPECT_NE(made.header("OData-EntityId").find("/Keys("), std::string::npos);
  advance(Duration(10'000));
  EXPECT_EQ(patch("accounts(accountnumber='C-1')", R"({"name":"Contoso"})").status, 204);
  EXPECT_EQ(get("accounts(accountnumber='C-1')?$select=name").at("/name"), "Contoso");
  EXPECT_EQ(post(keys, R"({"SchemaName":"new_bynumber","KeyAttributes":["accountnumber"]})").status, 400) << "the name is taken";
  EXPECT_EQ(post(keys, R"({"SchemaName":"new_other","KeyAttributes":["shoesize"]})").code(), "0x80041103");
  std::string id = made.header("OData-EntityId");
  EXPECT_EQ(remove(id.substr(id.find("EntityDefinitions"))).status, 204);
  EXPECT_EQ(get("accounts(accountnumber='C-1')").status, 400);
  EXPECT_EQ(post("GlobalOptionSetDefinitions", "{}").status, 400) << "a choice needs a name";
}

// fact: §2.4 [D] switch: key_index_ms
TEST_F(Columns, AFreshKeyIsNoneBeforeItsIndexIsBuilt) {
  const std::string keys = "EntityDefinitions(LogicalName='account')/Keys";
  auto status = [&] { return get(keys + "?$filter=LogicalName%20eq%20'new_bynumber'").at("/value/0/EntityKeyIndexStatus"); };
  std::string id = make("accounts", R"({"name":"A","accountnumber":"C-1"})");
  ASSERT_EQ(post(keys, R"({"SchemaName":"new_ByNumber","KeyAttributes":["accountnumber"]})").status, 204);
  EXPECT_EQ(status(), "Pending");
  EXPECT_EQ(get("accounts(accountnumber='C-1')").code(), "0x80060888");
  EXPECT_EQ(patch("accounts(accountnumber='C-2')", R"({"name":"B"})").status, 400);
  EXPECT_EQ(post("accounts/Microsoft.Dynamics.CRM.UpsertMultiple",
                 R"({"Targets":[{"@odata.type":"Microsoft.Dynamics.CRM.account","accountnumber":"C-1","name":"B"}]})")
                .status,
            400);
  advance(Duration(10'000));
  EXPECT_EQ(status(), "Active");
  EXPECT_EQ(get("accounts(accountnumber='C-1')").at("/accountid"), id);
  control("POST", "settings", R"({"key_index_ms":0})");
  ASSERT_EQ(post("EntityDefinitions(LogicalName='contact')/Keys", R"({"SchemaName":"new_ByMail","KeyAttributes":["emailaddress1"]})").status, 204);
  EXPECT_EQ(patch("contacts(emailaddress1='a')", R"({"lastname":"L"})").status, 204);
}

// fact: §2.4 [D]
TEST_F(Columns, AKeyFailsWhenItsRowsAreNotUnique) {
  const std::string keys = "EntityDefinitions(LogicalName='account')/Keys";
  make("accounts", R"({"name":"A","accountnumber":"C-1"})");
  make("accounts", R"({"name":"A"})");
  ASSERT_EQ(post(keys, R"({"SchemaName":"new_ByNumber","KeyAttributes":["accountnumber"]})").status, 204);
  make("accounts", R"({"name":"B","accountnumber":"C-1"})");
  advance(Duration(10'000));
  EXPECT_EQ(get(keys + "?$filter=LogicalName%20eq%20'new_bynumber'").at("/value/0/EntityKeyIndexStatus"), "Failed");
  EXPECT_EQ(get("accounts(accountnumber='C-1')").status, 400);
  EXPECT_EQ(post("accounts", R"({"name":"C","accountnumber":"C-1"})").status, 204) << "it holds nobody off";
}

// fact: §1.4
TEST_F(Columns, AColumnIsMadeThroughTheApiAndHoldsWhatItsDefinitionAllows) {
  const std::string columns = "EntityDefinitions(LogicalName='contact')/Attributes";
  auto make_column = [&](const std::string& type, const std::string& name, const std::string& more = "") {
    return post(columns, R"({"@odata.type":"Microsoft.Dynamics.CRM.)" + type + R"(AttributeMetadata","SchemaName":")" + name + "\"" + more + "}");
  };
  Answer made = make_column("String", "new_ExternalId", R"(,"MaxLength":5,"DisplayName":{"LocalizedLabels":[{"Label":"Id","LanguageCode":1033}]})");
  ASSERT_EQ(made.status, 204) << made.text;
  EXPECT_EQ(make_column("String", "new_externalid").status, 400) << "it is there";
  EXPECT_EQ(make_column("String", "noprefix").status, 400);
  EXPECT_EQ(make_column("Lookup", "new_x").status, 501);
  EXPECT_EQ(make_column("Picklist", "new_grade", R"(,"OptionSet":{"Options":[{"Value":7,"Label":{"LocalizedLabels":[{"Label":"Best"}]}}]})").status, 204);
  std::string id = make("contacts", R"({"lastname":"L","new_externalid":"E-1","new_grade":7})");
  EXPECT_EQ(get("contacts(" + id + ")?$select=new_externalid,new_grade").at("/new_externalid"), "E-1");
  EXPECT_EQ(get("contacts?$filter=new_externalid%20eq%20'e-1'").rows(), 1u);
  EXPECT_EQ(patch("contacts(" + id + ")", R"({"new_externalid":"too long"})").code(), "0x80044331");
  EXPECT_EQ(patch("contacts(" + id + ")", R"({"new_grade":8})").status, 400);
  EXPECT_EQ(get(columns + "(LogicalName='new_grade')?$select=IsCustomAttribute").at("/IsCustomAttribute"), "true");
  EXPECT_EQ(post("PublishAllXml", "{}").status, 204);
}

// fact: §8 [K]
TEST_F(Columns, DefinitionsSayWhatAConnectorAsksOfThem) {
  Answer column = get("EntityDefinitions(LogicalName='account')/Attributes(LogicalName='primarycontactid')");
  EXPECT_EQ(column.at("/SchemaName"), "PrimaryContactId");
  EXPECT_EQ(column.at("/CanBeSecuredForRead") + column.at("/IsValidODataAttribute") + column.at("/IsRequiredForForm"), "truetruefalse");
  auto schema_name = [&](const std::string& name) {
    return get("EntityDefinitions(LogicalName='account')/Attributes(LogicalName='" + name + "')").at("/SchemaName");
  };
  EXPECT_EQ(schema_name("emailaddress1") + " " + schema_name("address1_stateorprovince") + " " + schema_name("customertypecode") + " " +
                schema_name("numberofemployees"),
            "EMailAddress1 Address1_StateOrProvince CustomerTypeCode NumberOfEmployees");
  EXPECT_EQ(get("EntityDefinitions(LogicalName='phonecall')").at("/SchemaName"), "PhoneCall");
  post("EntityDefinitions(LogicalName='account')/Attributes",
       R"({"@odata.type":"Microsoft.Dynamics.CRM.StringAttributeMetadata","SchemaName":"new_ShoeSize"})");
  EXPECT_EQ(schema_name("new_shoesize"), "new_ShoeSize");
  std::string id = make("accounts", R"({"name":"A","address1_addresstypecode":3,"creditlimit":5})");
  Answer row = get("accounts(" + id + ")?$select=address1_addresstypecode,customersizecode,creditlimit");
  EXPECT_EQ(row.at("/address1_addresstypecode") + row.at("/customersizecode"), "31");
  EXPECT_EQ(row.body.at("creditlimit").to_number<int>(), 5);
}

// fact: §8 [K]
TEST_F(Columns, ATableIsMadeWithItsColumnsAndHoldsRows) {
  const std::string definition =
      R"({"SchemaName":"new_Parcel","DisplayName":{"LocalizedLabels":[{"Label":"Parcel","LanguageCode":1033}]},"ChangeTrackingEnabled":true,"Attributes":[
      {"@odata.type":"Microsoft.Dynamics.CRM.StringAttributeMetadata","SchemaName":"new_Name","IsPrimaryName":true,"MaxLength":20},
      {"@odata.type":"Microsoft.Dynamics.CRM.IntegerAttributeMetadata","SchemaName":"new_Weight"}]})";
  Answer made = post("EntityDefinitions", definition);
  ASSERT_EQ(made.status, 204) << made.text;
  EXPECT_NE(made.header("OData-EntityId").find("/EntityDefinitions("), std::string::npos);
  EXPECT_EQ(post("EntityDefinitions", definition).status, 400) << "it is there";
  EXPECT_EQ(post("EntityDefinitions", R"({"SchemaName":"new_Nameless","Attributes":[]})").status, 400);
  Answer table = get("EntityDefinitions(LogicalName='new_parcel')");
  EXPECT_EQ(table.at("/EntitySetName") + " " + table.at("/SchemaName") + " " + table.at("/PrimaryNameAttribute") + " " + table.at("/IsCustomEntity"),
            "new_parcels new_Parcel new_name true");
  std::string id = make("new_parcels", R"({"new_name":"P","new_weight":3})");
  EXPECT_EQ(get("new_parcels(" + id + ")").at("/new_weight"), "3");
  EXPECT_EQ(get("new_parcels?$filter=new_weight%20gt%202&$select=new_name").rows(), 1u);
  EXPECT_EQ(patch("new_parcels(" + id + ")", R"({"statecode":1,"statuscode":2})").status, 204);
  EXPECT_EQ(remove("new_parcels(" + id + ")").status, 204);
}

// fact: §8 [K], §2.8
TEST_F(Columns, ALookupIsMadeAsARelationshipAndLeadsBothWays) {
  auto relationship = [&](const std::string& name, const std::string& column, const std::string& on_delete = "RemoveLink") {
    return post("RelationshipDefinitions", R"({"@odata.type":"Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata","SchemaName":")" + name +
                                               R"(","ReferencedEntity":"account","ReferencingEntity":"contact","CascadeConfiguration":{"Delete":")" +
                                               on_delete + R"("},"Lookup":{"SchemaName":")" + column + R"("}})");
  };
  Answer made = relationship("new_account_agents", "new_Agency");
  ASSERT_EQ(made.status, 204) << made.text;
  EXPECT_EQ(relationship("new_account_AGENTS", "new_Other").status, 400) << "the name is taken";
  EXPECT_EQ(relationship("new_account_more", "new_agency").status, 400) << "the column is there";
  std::string account = make("accounts", R"({"name":"A"})");
  std::string contact = make("contacts", R"({"lastname":"L","new_Agency@odata.bind":"/accounts()" + account + ")\"}");
  EXPECT_EQ(get("contacts(" + contact + ")?$select=_new_agency_value").at("/_new_agency_value"), account);
  EXPECT_EQ(get("accounts(" + account + ")/new_account_agents?$select=lastname").at("/value/0/lastname"), "L");
  EXPECT_EQ(get("contacts?$filter=new_Agency/name%20eq%20'A'").rows(), 1u);
  EXPECT_EQ(post("contacts", R"({"lastname":"L","new_agency@odata.bind":"/accounts()" + account + ")\"}").status, 400) << "navigation names have a case";
  EXPECT_EQ(get("RelationshipDefinitions(SchemaName='new_account_agents')").at("/IsCustomRelationship"), "true");
  EXPECT_EQ(remove("accounts(" + account + ")").status, 204);
  EXPECT_EQ(get("contacts(" + contact + ")?$select=_new_agency_value").at("/_new_agency_value"), "null");
}

}  // namespace
}  // namespace lockstep::emulators::dynamics365

// What an administrator makes or sets: columns of rarer types, relationships that forbid deleting, limits of the organisation.
#include "test/emulators/dynamics365_fixture.h"

namespace lockstep::emulators::dynamics365 {
namespace {

class Made : public Dynamics365Test {
 protected:
  Answer make_column(const std::string& type, const std::string& name, const std::string& more = "") {
    return post("EntityDefinitions(LogicalName='contact')/Attributes",
                R"({"@odata.type":"Microsoft.Dynamics.CRM.)" + type + R"(AttributeMetadata","SchemaName":")" + name + "\"" + more + "}");
  }
  Answer definition(const std::string& name) { return get("EntityDefinitions(LogicalName='contact')/Attributes(LogicalName='" + name + "')"); }
  static std::string member(const Answer& answer, const std::string& name) {
    std::size_t at = answer.text.find("\"" + name + "\":");
    if (at == std::string::npos) return "absent";
    at += name.size() + 3;
    return answer.text.substr(at, answer.text.find_first_of(",}", at) - at);
  }
};

// fact: §2.9 [K]
TEST_F(Made, RowsThatAreTiedManyToManyAreMadeTogether) {
  post(
      "RelationshipDefinitions",
      R"({"@odata.type":"Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata","SchemaName":"new_account_fans","Entity1LogicalName":"account","Entity2LogicalName":"contact","IntersectEntityName":"new_account_contact"})");
  EXPECT_EQ(post("accounts", R"({"name":"A","new_account_fans":[{"lastname":"Lee"},{"shoesize":1}]})").status, 400);
  EXPECT_EQ(get("contacts").rows() + get("accounts").rows(), 0u) << "all or nothing";
  std::string id = make("accounts", R"({"name":"A","new_account_fans":[{"lastname":"Lee"},{"lastname":"Ray"}]})");
  Answer fans = get("accounts(" + id + ")/new_account_fans?$select=lastname&$orderby=lastname");
  ASSERT_EQ(fans.rows(), 2u) << fans.text;
  EXPECT_EQ(fans.at("/value/1/lastname"), "Ray");
  EXPECT_EQ(post("contacts", R"({"lastname":"Poe","new_account_fans":[{"name":"B"}]})").status, 204) << "from the other side as well";
  EXPECT_EQ(get("accounts?$filter=name%20eq%20'B'&$expand=new_account_fans($select=lastname)").at("/value/0/new_account_fans/0/lastname"), "Poe");
}

// fact: §6.1
TEST_F(Made, NumbersHaveTheDigitsOfTheirDefinition) {
  ASSERT_EQ(make_column("Decimal", "new_Score", R"(,"Precision":3,"MinValue":-10,"MaxValue":10)").status, 204);
  ASSERT_EQ(make_column("Double", "new_Weight").status, 204);
  EXPECT_EQ(make_column("Decimal", "new_Fine", R"(,"Precision":7)").status, 501);
  std::string id = make("contacts", R"({"lastname":"L","new_score":1.23456,"new_weight":2.5})");
  Answer row = get("contacts(" + id + ")?$select=new_score,new_weight", prefer("odata.include-annotations=\"*\""));
  EXPECT_EQ(member(row, "new_score") + " " + member(row, "new_weight"), "1.235 2.5");
  EXPECT_EQ(row.at("/new_weight@OData.Community.Display.V1.FormattedValue"), "2.50");
  EXPECT_EQ(patch("contacts(" + id + ")", R"({"new_score":10.5})").code(), "0x80044330");
  EXPECT_EQ(patch("contacts(" + id + ")", R"({"new_score":"1"})").code(), "0x80048d19");
  EXPECT_EQ(get("contacts?$filter=new_score%20gt%201.2").rows(), 1u);
  EXPECT_EQ(definition("new_score").at("/AttributeType") + definition("new_score").at("/Precision"), "Decimal3");
  EXPECT_EQ(definition("new_weight").at("/@odata.type"), "#Microsoft.Dynamics.CRM.DoubleAttributeMetadata");
}

// fact: §6.1, §6.10
TEST_F(Made, MoneyOfOnesOwnHasATwinInTheBaseCurrency) {
  auto column = [&](const char* type, const char* name) {
    return post("EntityDefinitions(LogicalName='account')/Attributes",
                std::string(R"({"@odata.type":"Microsoft.Dynamics.CRM.)") + type + R"(AttributeMetadata","SchemaName":")" + name + "\"}");
  };
  ASSERT_EQ(column("Money", "new_Debt").status, 204);
  EXPECT_EQ(post("accounts", R"({"name":"A","new_debt":12.345,"new_debt_base":99})").code(), "0x80048d19");
  std::string id = make("accounts", R"({"name":"A","new_debt":12.345})");
  Answer row = get("accounts(" + id + ")?$select=new_debt,new_debt_base");
  EXPECT_EQ(member(row, "new_debt") + " " + member(row, "new_debt_base"), "12.3500 12.3500");
  EXPECT_NE(row.at("/_transactioncurrencyid_value"), "null");
  id = make("accounts", R"({"name":"B","creditlimit":5})");
  EXPECT_EQ(member(get("accounts(" + id + ")?$select=creditlimit_base"), "creditlimit_base"), "5.0000");
}

// fact: §6.1
// The vendor's page on choices columns.
TEST_F(Made, SeveralChoicesAreATextOfTheirValues) {
  ASSERT_EQ(make_column("MultiSelectPicklist", "new_Hobbies", R"(,"OptionSet":{"Options":[{"Value":1,"Label":{"LocalizedLabels":[{"Label":"Chess"}]}},
      {"Value":3,"Label":{"LocalizedLabels":[{"Label":"Go"}]}}]})")
                .status,
            204);
  std::string id = make("contacts", R"({"lastname":"L","new_hobbies":"3,1"})");
  Answer row = get("contacts(" + id + ")?$select=new_hobbies", prefer("odata.include-annotations=\"*\""));
  EXPECT_EQ(row.at("/new_hobbies"), "1,3");
  EXPECT_EQ(row.at("/new_hobbies@OData.Community.Display.V1.FormattedValue"), "Chess; Go");
  EXPECT_EQ(patch("contacts(" + id + ")", R"({"new_hobbies":"1,2"})").code(), "0x8004431a");
  EXPECT_EQ(patch("contacts(" + id + ")", R"({"new_hobbies":1})").code(), "0x80048d19");
  EXPECT_EQ(patch("contacts(" + id + ")", R"({"new_hobbies":null})").status, 204);
  EXPECT_EQ(definition("new_hobbies").at("/AttributeTypeName/Value"), "MultiSelectPicklistType");
}

// fact: §6.1
TEST_F(Made, ADayIsOneByItsBehaviourNotByItsFormat) {
  make_column("DateTime", "new_Shown", R"(,"Format":"DateOnly")");
  make_column("DateTime", "new_Day", R"(,"Format":"DateOnly","DateTimeBehavior":{"Value":"DateOnly"})");
  make_column("DateTime", "new_Local", R"(,"DateTimeBehavior":{"Value":"TimeZoneIndependent"})");
  std::string id = make("contacts", R"({"lastname":"L","new_shown":"2025-01-31T09:15:00Z","new_day":"2025-01-31","new_local":"2025-01-31T09:15:00Z"})");
  Answer row = get("contacts(" + id + ")?$select=new_shown,new_day,new_local");
  EXPECT_EQ(row.at("/new_shown") + " " + row.at("/new_day") + " " + row.at("/new_local"), "2025-01-31T09:15:00Z 2025-01-31 2025-01-31T09:15:00Z");
  EXPECT_EQ(patch("contacts(" + id + ")", R"({"new_day":"2025-01-31T00:00:00Z"})").status, 400);
  EXPECT_EQ(definition("new_local").at("/DateTimeBehavior/Value"), "TimeZoneIndependent");
}

// fact: §2.7, §5.2
TEST_F(Made, ARelationshipCanForbidDeleting) {
  Answer made = post("RelationshipDefinitions",
                     R"({"@odata.type":"Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata","SchemaName":"new_account_guards","ReferencedEntity":"account",
      "ReferencingEntity":"contact","CascadeConfiguration":{"Delete":"Restrict"},"Lookup":{"SchemaName":"new_Guarded"}})");
  ASSERT_EQ(made.status, 204) << made.text;
  EXPECT_EQ(get("RelationshipDefinitions(SchemaName='new_account_guards')").at("/CascadeConfiguration/Delete"), "Restrict");
  std::string guarded = account(), guard = make("contacts", R"({"lastname":"L","new_Guarded@odata.bind":"/accounts()" + guarded + ")\"}");
  std::string task = make("tasks", R"({"subject":"T","regardingobjectid_account_task@odata.bind":"/accounts()" + guarded + ")\"}");
  Answer refused = remove("accounts(" + guarded + ")");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.code(), "0x80040227");
  EXPECT_EQ(get("accounts(" + guarded + ")").status, 200);
  EXPECT_EQ(get("tasks(" + task + ")").status, 200) << "nothing went with it";
  EXPECT_EQ(remove("contacts(" + guard + ")").status, 204);
  EXPECT_EQ(remove("accounts(" + guarded + ")").status, 204);
  EXPECT_EQ(get("tasks(" + task + ")").status, 404);
}

// fact: §4.4
TEST_F(Made, AFileWithinANoteHasTheOrganisationsLimit) {
  Answer organisation = get("organizations?$select=maxuploadfilesize");
  EXPECT_EQ(organisation.at("/value/0/maxuploadfilesize"), "5242880");
  auto note = [&](std::size_t bytes) {
    return post("annotations", R"({"subject":"A","isdocument":true,"filename":"a","documentbody":")" + std::string(bytes / 3 * 4, 'A') + "\"}");
  };
  EXPECT_EQ(note(5'242'878).status, 204);
  Answer refused = note(5'242'884);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.message(), "Attachment file size is too big.");
  person("update", "organization", organisation.at("/value/0/organizationid"), R"({"maxuploadfilesize":300})");
  EXPECT_EQ(note(303).status, 400);
  EXPECT_EQ(patch("organizations(" + organisation.at("/value/0/organizationid") + ")", R"({"maxuploadfilesize":1})").status, 400);
}

// fact: §6.1
TEST_F(Made, APictureIsShownWhereItIsAskedForAlone) {
  std::string id = make("contacts", R"({"lastname":"L","entityimage":"iVBORw0KGgo="})");
  EXPECT_EQ(get("contacts(" + id + ")").at("/entityimage"), "absent");
  Answer row = get("contacts(" + id + ")?$select=entityimage,entityimageid,entityimage_url");
  EXPECT_EQ(row.at("/entityimage"), "iVBORw0KGgo=");
  EXPECT_NE(row.at("/entityimage_url").find(row.at("/entityimageid")), std::string::npos);
  EXPECT_EQ(patch("contacts(" + id + ")", R"({"entityimage":"no base64!"})").code(), "0x80048d19");
  patch("contacts(" + id + ")", R"({"entityimage":null})");
  EXPECT_EQ(get("contacts(" + id + ")?$select=entityimageid").at("/entityimageid"), "null");
  EXPECT_EQ(definition("entityimage").at("/AttributeTypeName/Value"), "ImageType");
}

// fact: §8
TEST_F(Made, ACaseHasASubjectAProductAndAnEntitlement) {
  std::string subject = make("subjects", R"({"title":"Printers"})"), product = make("products", R"({"name":"P","productnumber":"1"})"), customer = account();
  std::string entitlement = make("entitlements", R"({"name":"Gold","customerid_account@odata.bind":"/accounts()" + customer + ")\"}"), id = incident(customer);
  json::object links{{"subjectid@odata.bind", "/subjects(" + subject + ")"},
                     {"productid@odata.bind", "/products(" + product + ")"},
                     {"entitlementid@odata.bind", "/entitlements(" + entitlement + ")"}};
  Answer bound = patch("incidents(" + id + ")", json::serialize(links));
  EXPECT_EQ(bound.status, 204) << bound.text;
  Answer row = get("incidents(" + id + ")?$select=_subjectid_value,_productid_value,_entitlementid_value&$expand=subjectid($select=title)");
  EXPECT_EQ(row.at("/_subjectid_value") + row.at("/_productid_value") + row.at("/_entitlementid_value"), subject + product + entitlement);
  EXPECT_EQ(row.at("/subjectid/title"), "Printers");
}

// fact: §1.3, §6.10
TEST_F(Made, ARowBelongsToTheCallersUnit) {
  std::string unit = get("WhoAmI").at("/BusinessUnitId"), id = account();
  EXPECT_EQ(get("accounts(" + id + ")?$select=_owningbusinessunit_value").at("/_owningbusinessunit_value"), unit);
  EXPECT_EQ(get("businessunits(" + unit + ")?$select=name").status, 200);
}

// fact: §2.13
TEST_F(Made, ATotalThatIsNotAskedForIsUnknown) {
  account();
  EXPECT_EQ(get("accounts?$select=name", prefer("odata.include-annotations=\"*\"")).at("/@Microsoft.Dynamics.CRM.totalrecordcount"), "-1");
  EXPECT_EQ(get("accounts?$select=name&$count=true", prefer("odata.include-annotations=\"*\"")).at("/@Microsoft.Dynamics.CRM.totalrecordcount"), "1");
  EXPECT_EQ(get("accounts?$select=name").at("/@Microsoft.Dynamics.CRM.totalrecordcount"), "absent");
}

// fact: §8 [K]
TEST_F(Made, AColumnOfOnesOwnIsRenamedAndDeleted) {
  const std::string columns = "EntityDefinitions(LogicalName='contact')/Attributes";
  ASSERT_EQ(make_column("String", "new_Shoe", R"(,"DisplayName":{"LocalizedLabels":[{"Label":"Shoe","LanguageCode":1033}]})").status, 204);
  EXPECT_EQ(definition("new_shoe").at("/DisplayName/UserLocalizedLabel/Label"), "Shoe");
  std::string id = make("contacts", R"({"lastname":"L","new_shoe":"42"})");
  std::string change =
      R"({"@odata.type":"Microsoft.Dynamics.CRM.StringAttributeMetadata","MaxLength":3,"RequiredLevel":{"Value":"None"},"DisplayName":{"LocalizedLabels":[{"Label":"Shoe size","LanguageCode":1033}]}})";
  EXPECT_EQ(write("PUT", columns + "(LogicalName='new_shoe')/Microsoft.Dynamics.CRM.StringAttributeMetadata", change).status, 204);
  EXPECT_EQ(definition("new_shoe").at("/DisplayName/UserLocalizedLabel/Label"), "Shoe size");
  EXPECT_EQ(patch("contacts(" + id + ")", R"({"new_shoe":"4242"})").code(), "0x80044331");
  EXPECT_EQ(remove(columns + "(LogicalName='lastname')").status, 400) << "the platform's own";
  EXPECT_EQ(remove(columns + "(LogicalName='new_shoe')").status, 204);
  EXPECT_EQ(definition("new_shoe").status, 404);
  EXPECT_EQ(get("contacts?$select=new_shoe").status, 400);
  EXPECT_EQ(patch("contacts(" + id + ")", R"({"new_shoe":"1"})").status, 400);
  EXPECT_EQ(get("contacts(" + id + ")").at("/new_shoe"), "absent");
  ASSERT_EQ(make_column("String", "new_Shoe").status, 204);
  EXPECT_EQ(get("contacts(" + id + ")?$select=new_shoe").at("/new_shoe"), "null") << "what the other one held is gone";
}

// fact: §8 [K]
TEST_F(Made, AChoiceIsSharedByColumns) {
  const std::string choice = R"({"@odata.type":"Microsoft.Dynamics.CRM.OptionSetMetadata","Name":"new_sizes","OptionSetType":"Picklist","Options":[
      {"Value":1,"Label":{"LocalizedLabels":[{"Label":"Small","LanguageCode":1033}]}},{"Value":2,"Label":{"LocalizedLabels":[{"Label":"Large","LanguageCode":1033}]}}]})";
  Answer made = post("GlobalOptionSetDefinitions", choice);
  ASSERT_EQ(made.status, 204) << made.text;
  EXPECT_EQ(post("GlobalOptionSetDefinitions", choice).status, 400) << "it is there";
  std::string address = made.header("OData-EntityId");
  EXPECT_EQ(follow(address).at("/Name"), "new_sizes");
  ASSERT_EQ(make_column("Picklist", "new_Size", R"(,"GlobalOptionSet@odata.bind":"/)" + address.substr(address.find("GlobalOption")) + "\"").status, 204);
  EXPECT_EQ(make_column("Picklist", "new_Other", R"x(,"GlobalOptionSet@odata.bind":"/GlobalOptionSetDefinitions(Name='new_none')")x").status, 404);
  std::string id = make("contacts", R"({"lastname":"L","new_size":2})");
  EXPECT_EQ(get("contacts(" + id + ")?$select=new_size", prefer("odata.include-annotations=\"*\"")).at("/new_size@OData.Community.Display.V1.FormattedValue"),
            "Large");
  Answer column =
      get("EntityDefinitions(LogicalName='contact')/Attributes(LogicalName='new_size')/Microsoft.Dynamics.CRM.PicklistAttributeMetadata?$expand=OptionSet");
  EXPECT_EQ(column.at("/OptionSet/IsGlobal") + column.at("/OptionSet/Name"), "truenew_sizes");
  EXPECT_EQ(remove("GlobalOptionSetDefinitions(Name='new_sizes')").status, 400) << "a column is of it";
  EXPECT_EQ(remove("EntityDefinitions(LogicalName='contact')/Attributes(LogicalName='new_size')").status, 204);
  EXPECT_EQ(remove("GlobalOptionSetDefinitions(Name='new_sizes')").status, 204);
  EXPECT_EQ(get("GlobalOptionSetDefinitions").rows(), 0u);
}

// fact: §3.3 [K]
TEST_F(Made, AStepOfManyRowsIsToldThemTogether) {
  control("POST", "steps", R"({"entity":"contact","message":["CreateMultiple","Create"],"url":"http://127.0.0.1:9000/many"})");
  Answer made =
      post("contacts/Microsoft.Dynamics.CRM.CreateMultiple",
           R"({"Targets":[{"@odata.type":"Microsoft.Dynamics.CRM.contact","lastname":"A"},{"@odata.type":"Microsoft.Dynamics.CRM.contact","lastname":"B"}]})");
  auto sent = org->take_outgoing();
  std::string told;
  json::value many;
  for (const OutgoingRequest& each : sent) {
    told += std::string(each.request.headers.find("x-ms-dynamics-request-name").value_or("")) + " ";
    if (told.ends_with("Multiple ")) many = json::parse(each.request.body);
  }
  EXPECT_EQ(told, "Create Create CreateMultiple ");
  Answer body{0, {}, "", many};
  EXPECT_EQ(body.at("/InputParameters/0/key"), "Targets");
  EXPECT_EQ(body.at("/InputParameters/0/value/Entities/1/Attributes/0/value"), "B");
  EXPECT_EQ(body.at("/OutputParameters/0/value"), made.at("/Ids"));
}

// fact: §3.3
TEST_F(Made, AStepThatIsSwitchedOffTellsNothing) {
  std::string endpoint = make(
      "serviceendpoints", R"({"name":"hook","contract":8,"authtype":5,"messageformat":2,"connectionmode":1,"userclaim":1,"url":"http://127.0.0.1:9000/hook"})");
  std::string message = get("sdkmessages?$filter=name%20eq%20'Create'").at("/value/0/sdkmessageid");
  std::string filter =
      get("sdkmessagefilters?$filter=primaryobjecttypecode%20eq%20'contact'%20and%20_sdkmessageid_value%20eq%20" + message).at("/value/0/sdkmessagefilterid");
  json::object wanted{{"name", "s"},
                      {"mode", 1},
                      {"stage", 40},
                      {"eventhandler_serviceendpoint@odata.bind", "/serviceendpoints(" + endpoint + ")"},
                      {"sdkmessageid@odata.bind", "/sdkmessages(" + message + ")"},
                      {"sdkmessagefilterid@odata.bind", "/sdkmessagefilters(" + filter + ")"}};
  std::string step = make("sdkmessageprocessingsteps", json::serialize(wanted));
  contact();
  EXPECT_EQ(org->take_outgoing().size(), 1u);
  EXPECT_EQ(patch("sdkmessageprocessingsteps(" + step + ")", R"({"statecode":1,"statuscode":2})").status, 204);
  contact();
  EXPECT_TRUE(org->take_outgoing().empty());
}

// fact: §2.8, §8 [K]
TEST_F(Made, ARelationshipOfManyToManyLeadsBothWays) {
  const std::string definition =
      R"({"@odata.type":"Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata","SchemaName":"new_account_fans","Entity1LogicalName":"account","Entity2LogicalName":"contact","IntersectEntityName":"new_account_contact"})";
  ASSERT_EQ(post("RelationshipDefinitions", definition).status, 204);
  EXPECT_EQ(post("RelationshipDefinitions", definition).status, 400) << "it is there";
  std::string a = account("A"), b = account("B"), lee = contact("Lee"), ray = contact("Ray");
  auto tie = [&](const std::string& from, const std::string& to) {
    return post("accounts(" + from + ")/new_account_fans/$ref", R"({"@odata.id":")" + std::string(kOrigin) + kApi + "contacts(" + to + ")\"}").status;
  };
  EXPECT_EQ(tie(a, lee), 204);
  EXPECT_EQ(tie(a, ray), 204);
  EXPECT_EQ(tie(b, lee), 204);
  EXPECT_EQ(tie(a, lee), 412) << "they are tied";
  EXPECT_EQ(get("accounts(" + a + ")/new_account_fans?$select=lastname&$orderby=lastname").at("/value/1/lastname"), "Ray");
  EXPECT_EQ(get("contacts(" + lee + ")/new_account_fans?$select=name").rows(), 2u);
  EXPECT_EQ(get("contacts(" + lee + ")?$select=lastname&$expand=new_account_fans($select=name;$filter=name%20eq%20'B')").at("/new_account_fans/0/name"), "B");
  EXPECT_EQ(get("accounts?$filter=new_account_fans/any(f:f/lastname%20eq%20'Ray')").at("/value/0/name"), "A");
  EXPECT_EQ(get("accounts?$filter=new_account_fans/any(f:f/lastname%20eq%20'Ray')").rows(), 1u);
  EXPECT_EQ(get("RelationshipDefinitions/Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata").at("/value/0/IntersectEntityName"), "new_account_contact");
  EXPECT_EQ(get("EntityDefinitions(LogicalName='contact')/ManyToManyRelationships").at("/value/0/Entity2IntersectAttribute"), "contactid");
  EXPECT_EQ(remove("accounts(" + a + ")/new_account_fans(" + ray + ")/$ref").status, 204);
  EXPECT_EQ(remove("accounts(" + a + ")/new_account_fans(" + ray + ")/$ref").status, 404);
  EXPECT_EQ(remove("contacts(" + lee + ")").status, 204);
  EXPECT_EQ(get("accounts(" + b + ")/new_account_fans").rows(), 0u);
  EXPECT_EQ(get("accounts(" + b + ")").status, 200);
}

// fact: §2.8, §8 [K] switch: self_ties_named
TEST_F(Made, ATableIsTiedToItselfByTwoNames) {
  auto definition = [](const std::string& names) {
    return R"({"@odata.type":"Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata","SchemaName":"new_partners","Entity1LogicalName":"account","Entity2LogicalName":"account")" +
           names + "}";
  };
  EXPECT_EQ(post("RelationshipDefinitions", definition("")).status, 400) << "what are its sides called?";
  EXPECT_EQ(post("RelationshipDefinitions", definition(R"(,"Entity1NavigationPropertyName":"new_p","Entity2NavigationPropertyName":"new_p")")).status, 400);
  EXPECT_EQ(post("RelationshipDefinitions", definition(R"(,"Entity1NavigationPropertyName":"name","Entity2NavigationPropertyName":"new_p")")).status, 400);
  ASSERT_EQ(post("RelationshipDefinitions", definition(R"(,"Entity1NavigationPropertyName":"new_sells","Entity2NavigationPropertyName":"new_buys")")).status,
            204);
  control("POST", "steps", R"({"entity":["none"],"message":["Associate"],"url":"http://127.0.0.1:9000/hook"})");
  std::string a = account("A"), b = account("B");
  std::string row = R"({"@odata.id":")" + std::string(kOrigin) + kApi + "accounts(" + b + ")\"}";
  EXPECT_EQ(post("accounts(" + a + ")/new_sells/$ref", row).status, 204);
  EXPECT_EQ(get("accounts(" + a + ")/new_sells").at("/value/0/name"), "B");
  EXPECT_EQ(get("accounts(" + a + ")/new_buys").rows(), 0u) << "it leads one way";
  EXPECT_EQ(get("accounts(" + b + ")/new_buys").at("/value/0/name"), "A");
  EXPECT_EQ(get("accounts?$filter=new_sells/any(o:o/name%20eq%20'B')").at("/value/0/name"), "A");
  EXPECT_EQ(get("accounts(" + b + ")?$select=name&$expand=new_buys($select=name)").at("/new_buys/0/name"), "A");
  json::value told = json::parse(org->take_outgoing().at(0).request.body);
  EXPECT_EQ(Answer({0, {}, "", told}).at("/InputParameters/1/value"), R"({"PrimaryEntityRole":0,"SchemaName":"new_partners"})") << told;
  Answer shown = get("RelationshipDefinitions(SchemaName='new_partners')");
  EXPECT_EQ(shown.at("/Entity1IntersectAttribute") + " " + shown.at("/Entity2IntersectAttribute"), "accountidone accountidtwo");
  EXPECT_EQ(shown.at("/Entity1NavigationPropertyName") + " " + shown.at("/Entity2NavigationPropertyName"), "new_sells new_buys");
  EXPECT_EQ(get("EntityDefinitions(LogicalName='account')/ManyToManyRelationships").rows(), 1u);
  std::string fetch =
      R"(<fetch><entity name="account"><attribute name="name"/><link-entity name="new_partners" from="accountidtwo" to="accountid"/></entity></fetch>)";
  EXPECT_EQ(get("accounts?fetchXml=" + percent_encode(fetch)).at("/value/0/name"), "B");
  EXPECT_EQ(remove("accounts(" + b + ")").status, 204);
  EXPECT_EQ(get("accounts(" + a + ")/new_sells").rows(), 0u);
  EXPECT_EQ(remove("RelationshipDefinitions(SchemaName='new_partners')").status, 204);
  EXPECT_EQ(get("accounts(" + a + ")/new_sells").status, 404);
  control("POST", "settings", R"({"self_ties_named":true})");
  ASSERT_EQ(post("RelationshipDefinitions", definition("")).status, 204);
  EXPECT_EQ(get("accounts(" + a + ")/Referencingnew_partners").status, 200);
  EXPECT_EQ(get("accounts(" + a + ")/new_partners").status, 200);
}

// fact: §2.8, §8 [K]
TEST_F(Made, ARelationshipOfManyToManyChangesHowItIsShown) {
  const std::string made =
      R"({"@odata.type":"Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata","SchemaName":"new_fans","Entity1LogicalName":"account","Entity2LogicalName":"contact","Entity1NavigationPropertyName":"new_likes")";
  const std::string path = "RelationshipDefinitions(SchemaName='new_fans')";
  ASSERT_EQ(post("RelationshipDefinitions", made + "}").status, 204);
  Answer before = get(path);
  EXPECT_EQ(before.at("/Entity1NavigationPropertyName") + " " + before.at("/Entity2NavigationPropertyName"), "new_likes new_fans");
  EXPECT_EQ(before.at("/Entity1AssociatedMenuConfiguration/Behavior") + before.at("/IsValidForAdvancedFind"), "UseCollectionNametrue");
  EXPECT_EQ(write("PUT", path, made + R"(,"Entity1AssociatedMenuConfiguration":{"Behavior":"DoNotDisplay"},"IsValidForAdvancedFind":false})").status, 204);
  Answer after = get(path);
  EXPECT_EQ(after.at("/Entity1AssociatedMenuConfiguration/Behavior") + after.at("/IsValidForAdvancedFind"), "DoNotDisplayfalse");
  EXPECT_EQ(after.at("/Entity2AssociatedMenuConfiguration/Behavior"), "UseCollectionName") << "the other side is as it was";
  EXPECT_EQ(write("PUT", path, R"({"SchemaName":"new_other"})").status, 400);
  EXPECT_EQ(write("PUT", path, R"({"SchemaName":"new_fans","Entity2LogicalName":"task"})").status, 400) << "what it ties stays as it is";
  EXPECT_EQ(write("PATCH", path, made + "}").status, 501);
  EXPECT_EQ(get("RelationshipDefinitions(SchemaName='new_fans')").at("/Entity2LogicalName"), "contact");
}

// fact: §2.8, §8 [K]
TEST_F(Made, ARelationshipOfManyToManyIsDeletedWithItsTies) {
  const std::string definition =
      R"({"@odata.type":"Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata","SchemaName":"new_account_fans","Entity1LogicalName":"account","Entity2LogicalName":"contact","IntersectEntityName":"new_account_contact"})";
  const std::string path = "RelationshipDefinitions(SchemaName='new_account_fans')";
  ASSERT_EQ(post("RelationshipDefinitions", definition).status, 204);
  std::string id = make("accounts", R"({"name":"A","new_account_fans":[{"lastname":"Lee"}]})");
  EXPECT_EQ(remove(path).status, 204);
  EXPECT_EQ(get(path).status, 404);
  EXPECT_EQ(get("EntityDefinitions(LogicalName='new_account_contact')").status, 404);
  EXPECT_EQ(get("new_account_contactset").status, 404);
  EXPECT_EQ(get("accounts(" + id + ")/new_account_fans").status, 404);
  EXPECT_EQ(get("$metadata").text.find("new_account_fans"), std::string::npos);
  EXPECT_EQ(get("contacts").rows(), 1u) << "the rows stay";
  EXPECT_EQ(remove("accounts(" + id + ")").status, 204);
  ASSERT_EQ(post("RelationshipDefinitions", definition).status, 204) << "it may be made again";
  EXPECT_EQ(get("contacts?$expand=new_account_fans($select=name)").at("/value/0/new_account_fans"), "[]") << "without the ties of then";
  std::string lee = get("contacts").at("/value/0/contactid");
  std::string other = make("accounts", R"({"name":"B"})");
  EXPECT_EQ(post("accounts(" + other + ")/new_account_fans/$ref", R"({"@odata.id":")" + std::string(kOrigin) + kApi + "contacts(" + lee + ")\"}").status, 204);
  EXPECT_EQ(get("contacts(" + lee + ")/new_account_fans").rows(), 1u);
}

}  // namespace
}  // namespace lockstep::emulators::dynamics365

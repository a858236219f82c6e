// The contract's field tables (§8), line by line, against what describe says.
#include <map>
#include <sstream>

#include "base/text.h"
#include "emulators/salesforce/ids.h"
#include "test/emulators/salesforce_fixture.h"

namespace lockstep::emulators::salesforce {
namespace {

class Fields : public SalesforceTest {
 protected:
  static std::string text(const json::object& object, const char* member) {
    const json::value* held = object.if_contains(member);
    return !held ? "absent" : held->is_string() ? std::string(held->get_string()) : json::serialize(*held);
  }
  /// "string255 R": type and length; R: asked for on create, -: never written, c: at creation alone, u: later alone.
  static std::string short_form(const json::object& field) {
    std::string form = text(field, "type");
    static const char* const kLong[] = {"string", "textarea", "email", "phone", "url", "picklist", "combobox"};
    for (const char* each : kLong) {
      if (form == each) {
        form += text(field, "length");
        break;
      }
    }
    bool created = text(field, "createable") == "true", updated = text(field, "updateable") == "true";
    if (!created || !updated) form += created ? ",c" : updated ? ",u" : ",-";
    bool asked = text(field, "nillable") == "false" && text(field, "defaultedOnCreate") == "false" && created && text(field, "type") != "boolean";
    return asked ? form + ",R" : form;
  }
  void expect_fields(const std::string& object, const std::string& wanted) {
    Answer answer = api.get(base + "/sobjects/" + object + "/describe");
    std::map<std::string, json::object> held;
    for (const json::value& each : answer.body.at("fields").as_array()) held[json::value_to<std::string>(each.at("name"))] = each.as_object();
    std::istringstream words(
        wanted + " Id:id,- IsDeleted:boolean,- CreatedDate:datetime,- CreatedById:reference,- LastModifiedDate:datetime,- SystemModstamp:datetime,-");
    for (std::string word; words >> word;) {
      std::string name = word.substr(0, word.find(':')), form = word.substr(word.find(':') + 1);
      if (object == "User" && name == "IsDeleted") {
        EXPECT_FALSE(held.contains(name));
        continue;
      }
      ASSERT_TRUE(held.contains(name)) << object << "." << name;
      EXPECT_EQ(short_form(held[name]), form) << object << "." << name;
    }
  }
};

// fact: §8.1 [C]
TEST_F(Fields, OfAccounts) {
  expect_fields("Account",
                "Name:string255,R MasterRecordId:reference,- Type:picklist40 ParentId:reference BillingStreet:textarea255 BillingCity:string40 "
                "BillingState:string80 BillingPostalCode:string20 BillingCountry:string80 BillingLatitude:double BillingLongitude:double "
                "BillingGeocodeAccuracy:picklist40 BillingAddress:address,- ShippingStreet:textarea255 ShippingCity:string40 ShippingState:string80 "
                "ShippingPostalCode:string20 ShippingCountry:string80 ShippingAddress:address,- Phone:phone40 Fax:phone40 AccountNumber:string40 "
                "Website:url255 Sic:string20 SicDesc:string80 Industry:picklist40 AnnualRevenue:currency NumberOfEmployees:int Ownership:picklist40 "
                "TickerSymbol:string20 Description:textarea32000 Rating:picklist40 Site:string80 AccountSource:picklist40 OwnerId:reference "
                "LastActivityDate:date,- PhotoUrl:url255,-");
}

// fact: §8.2 [C]
TEST_F(Fields, OfContacts) {
  expect_fields(
      "Contact",
      "LastName:string80,R FirstName:string40 Salutation:picklist40 Name:string121,- MasterRecordId:reference,- AccountId:reference Email:email80 "
      "Phone:phone40 Fax:phone40 MobilePhone:phone40 HomePhone:phone40 OtherPhone:phone40 AssistantPhone:phone40 Title:string128 Department:string80 "
      "AssistantName:string40 ReportsToId:reference LeadSource:picklist255 Birthdate:date Description:textarea32000 MailingStreet:textarea255 "
      "MailingCity:string40 MailingState:string80 MailingPostalCode:string20 MailingCountry:string80 MailingAddress:address,- OtherAddress:address,- "
      "OwnerId:reference HasOptedOutOfEmail:boolean HasOptedOutOfFax:boolean DoNotCall:boolean EmailBouncedReason:string255 EmailBouncedDate:datetime "
      "IsEmailBounced:boolean,- LastActivityDate:date,-");
}

// fact: §8.3 [C], §8.4 [D][J]
TEST_F(Fields, OfCasesAndTheirComments) {
  expect_fields("Case",
                "CaseNumber:string30,- Subject:string255 Description:textarea32000 Status:picklist40 Priority:picklist40 Origin:picklist40 Type:picklist40 "
                "Reason:picklist40 ContactId:reference AccountId:reference ParentId:reference OwnerId:reference IsClosed:boolean,- ClosedDate:datetime,- "
                "IsEscalated:boolean SuppliedName:string80 SuppliedEmail:email80 SuppliedPhone:string40 SuppliedCompany:string80 ContactPhone:phone40,- "
                "ContactMobile:phone40,- ContactFax:phone40,- ContactEmail:email80,- Comments:textarea4000 MasterRecordId:reference,-");
  expect_fields("CaseComment", "ParentId:reference,c,R CommentBody:textarea4000 IsPublished:boolean");
  EXPECT_EQ(create("Case", json::object()).status, 201) << "nothing is asked for";
}

// fact: §8.5, §8.6 [C]
TEST_F(Fields, OfActivities) {
  expect_fields("Task",
                "Subject:combobox255 Status:picklist40 Priority:picklist40 ActivityDate:date WhoId:reference WhatId:reference OwnerId:reference "
                "Description:textarea32000 AccountId:reference,- IsClosed:boolean,- IsHighPriority:boolean,- IsArchived:boolean,- TaskSubtype:picklist40,c "
                "CallDurationInSeconds:int CallType:picklist40 CallDisposition:string255 CallObject:string255 ReminderDateTime:datetime IsReminderSet:boolean "
                "CompletedDateTime:datetime,-");
  expect_fields(
      "Event",
      "Subject:combobox255 Location:string255 IsAllDayEvent:boolean ActivityDateTime:datetime ActivityDate:date DurationInMinutes:int "
      "StartDateTime:datetime EndDateTime:datetime Description:textarea32000 WhoId:reference WhatId:reference AccountId:reference,- OwnerId:reference "
      "IsPrivate:boolean ShowAs:picklist40 IsArchived:boolean,- IsReminderSet:boolean ReminderDateTime:datetime EventSubtype:picklist40,c");
}

// fact: §8.7 [D][J], §8.8 [J][DJ]
TEST_F(Fields, OfMessagesAndUsers) {
  expect_fields("EmailMessage",
                "ParentId:reference,c RelatedToId:reference ActivityId:reference,c Subject:string3000 TextBody:textarea32000 HtmlBody:textarea32000 "
                "Headers:textarea32000 FromAddress:email1000 FromName:string1000 ToAddress:string4000 CcAddress:string4000 BccAddress:string4000 "
                "Incoming:boolean,c Status:picklist40 MessageDate:datetime MessageIdentifier:string765,c ThreadIdentifier:string765,c HasAttachment:boolean,- "
                "IsExternallyVisible:boolean ReplyToEmailMessageId:reference,c");
  expect_fields("User",
                "Username:string80,R LastName:string80,R FirstName:string40 Name:string121,- Email:email128,R Alias:string8,R ProfileId:reference,R "
                "IsActive:boolean TimeZoneSidKey:picklist40,R "
                "LocaleSidKey:picklist40,R EmailEncodingKey:picklist40,R LanguageLocaleKey:picklist40,R UserType:picklist40,- UserRoleId:reference "
                "ManagerId:reference Title:string80 CompanyName:string80 Phone:phone40 MobilePhone:phone40 Fax:phone40 EmployeeNumber:string20 "
                "FederationIdentifier:string512 ContactId:reference,- AccountId:reference,- LastLoginDate:datetime,-");
}

// fact: §2.8 [C]
TEST_F(Fields, AndObjectsAreDescribedWithAllTheirKeys) {
  Answer answer = api.get(base + "/sobjects/Contact/describe");
  std::istringstream of_fields(
      "aggregatable aiPredictionField autoNumber byteLength calculated calculatedFormula cascadeDelete caseSensitive compoundFieldName controllerName "
      "createable "
      "custom defaultValue defaultValueFormula defaultedOnCreate dependentPicklist deprecatedAndHidden digits displayLocationInDecimal encrypted externalId "
      "extraTypeInfo filterable filteredLookupInfo formulaTreatNullNumberAsZero groupable highScaleNumber htmlFormatted idLookup inlineHelpText label length "
      "mask "
      "maskType name nameField namePointing nillable permissionable picklistValues polymorphicForeignKey precision queryByDistance referenceTargetField "
      "referenceTo "
      "relationshipName relationshipOrder restrictedDelete restrictedPicklist scale searchPrefilterable soapType sortable type unique updateable "
      "writeRequiresMasterRead");
  const json::object& field = answer.body.at("fields").as_array().front().as_object();
  for (std::string key; of_fields >> key;) EXPECT_TRUE(field.contains(key)) << key;
  std::istringstream of_objects(
      "actionOverrides activateable associateEntityType associateParentEntity childRelationships compactLayoutable createable custom customSetting "
      "deepCloneable "
      "defaultImplementation deletable deprecatedAndHidden extendedBy extendsInterfaces feedEnabled fields hasSubtypes implementedBy implementsInterfaces "
      "isInterface isSubtype keyPrefix label labelPlural layoutable listviewable lookupLayoutable mergeable mruEnabled name namedLayoutInfos "
      "networkScopeFieldName queryable recordTypeInfos replicateable retrieveable searchLayoutable searchable supportedScopes triggerable undeletable "
      "updateable "
      "urls");
  for (std::string key; of_objects >> key;) EXPECT_TRUE(answer.body.as_object().contains(key)) << key;
}

// fact: §3.4 [D]
TEST_F(Fields, AWindowOfDeletesIsLongerThanAMinute) {
  auto window = [&](const char* what, int from, int to) {
    auto at = [&](int seconds) { return percent_encode(format_iso(WallTime{clock.now().ms - seconds * 1000})); };
    return api.get(base + "/sobjects/Account/" + what + "/?start=" + at(from) + "&end=" + at(to));
  };
  EXPECT_EQ(window("deleted", 600, 60).status, 200);
  EXPECT_EQ(code(window("deleted", 60, 600)), "INVALID_REPLICATION_DATE");
  EXPECT_EQ(code(window("updated", 60, 600)), "INVALID_REPLICATION_DATE");
  EXPECT_EQ(code(window("deleted", 120, 60)), "INVALID_REPLICATION_DATE") << "one minute is too short";
}

// fact: §3.4 [D], §5.3 switch: replication_ids
TEST_F(Fields, AWindowWithTooManyIdsIsToBeNarrowed) {
  auto ids = [&](const char* what) {
    auto at = [&](int seconds) { return percent_encode(format_iso(WallTime{clock.now().ms - seconds * 1000})); };
    return api.get(base + "/sobjects/Account/" + what + "/?start=" + at(3'600) + "&end=" + at(0));
  };
  std::string gone[2];
  for (std::string& each : gone) each = created_id("Account", {{"Name", "A"}});
  clock.advance(Duration(180'000));
  EXPECT_EQ(ids("updated").body.at("ids").as_array().size(), 2u);
  set("replication_ids", 1);
  EXPECT_EQ(code(ids("updated")), "EXCEEDED_ID_LIMIT");
  for (const std::string& each : gone) api.send("DELETE", base + "/sobjects/Account/" + each);
  clock.advance(Duration(180'000));
  EXPECT_EQ(code(ids("deleted")), "EXCEEDED_ID_LIMIT");
  set("replication_ids", 600'000);
  EXPECT_EQ(ids("deleted").body.at("deletedRecords").as_array().size(), 2u);
}

// fact: §3.5
TEST_F(Fields, WhoDoesNotSayWhoItIsShakesNoHands) {
  api.headers.remove("Authorization");
  json::array hands{json::object{{"channel", "/meta/handshake"}, {"version", "1.0"}, {"supportedConnectionTypes", json::array{"long-polling"}}, {"id", "1"}}};
  Answer answer = api.send("POST", "/cometd/60.0", json::serialize(hands), {{"Content-Type", "application/json"}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(text_at(answer.body, "/0/error"), "403::Handshake denied") << answer.text;
  EXPECT_EQ(text_at(answer.body, "/0/ext/sfdc/failureReason"), "401::Request requires authentication");
}

// fact: §6.1 [C]
TEST_F(Fields, ChecksumsAreThoseOfRealIds) {
  EXPECT_EQ(id_checksum("0012300000bVTq1"), "AAG");
  EXPECT_EQ(id_checksum("0019H00000H1RMD"), "QA3");
  std::string id = created_id("Account", {{"Name", "A"}});
  EXPECT_EQ(id.size(), 18u);
  EXPECT_EQ(id_checksum(id.substr(0, 15)), id.substr(15));
  EXPECT_EQ(read("Account", id.substr(0, 17) + (id[17] == 'A' ? "B" : "A")).status, 404) << "a checksum that is wrong";
}

// fact: §6.8
TEST_F(Fields, AnOrgOfOneCurrencyKnowsNoOther) {
  EXPECT_EQ(code(query("SELECT CurrencyIsoCode FROM Account")), "INVALID_FIELD");
  EXPECT_EQ(code(create("Account", {{"Name", "A"}, {"CurrencyIsoCode", "EUR"}})), "INVALID_FIELD");
}

}  // namespace
}  // namespace lockstep::emulators::salesforce

// Files in and out: imports and exports.
#include "test/emulators/hubspot_fixture.h"

namespace lockstep::emulators::hubspot {
namespace {

class Transfers : public HubSpotTest {
 protected:
  Answer send_import(const std::string& file, const std::string& request) {
    return api.send("POST", "/crm/v3/imports",
                    "--x7\r\nContent-Disposition: form-data; name=\"files\"; filename=\"c.csv\"\r\n\r\n" + file +
                        "\r\n--x7\r\nContent-Disposition: form-data; name=\"importRequest\"\r\n\r\n" + request + "\r\n--x7--\r\n",
                    {{"Content-Type", "multipart/form-data; boundary=x7"}});
  }
  /// What an export holds when it is done; `more` beside what all of them say.
  std::string exported(const json::object& more) {
    json::object body{{"exportType", "VIEW"}, {"format", "CSV"}, {"objectType", "TICKET"}, {"objectProperties", {"subject"}}};
    for (const auto& member : more) body[member.key()] = member.value();
    Answer started = post("/crm/v3/exports/export/async", body);
    EXPECT_EQ(started.status, 202) << started.text;
    clock.advance(Duration(3'000));
    std::string link = link_of(text_at(started.body, "/id"));
    return api.get(link).text;
  }
  std::string link_of(const std::string& id) {
    std::string link = text_at(api.get("/crm/v3/exports/export/async/tasks/" + id + "/status").body, "/result");
    return link.substr(std::min(link.find("/exported/"), link.size()));
  }
};

// fact: §5.1 [S, D] switch: import_file_bytes
TEST_F(Transfers, AFileOfAnImportHasItsMostBytes) {
  EXPECT_EQ(text_at(api.get("/__emulator/settings").body, "/import_file_bytes"), "536870912");
  const std::string
      file = "Email\na@x.example\n",
      request = R"({"name":"n","importOperations":{"0-1":"UPSERT"},"files":[{"fileName":"c.csv","fileFormat":"CSV","fileImportPage":{"hasHeader":true,)"
                R"("columnMappings":[{"columnObjectTypeId":"0-1","columnName":"Email","propertyName":"email","columnType":"HUBSPOT_ALTERNATE_ID"}]}}]})";
  set({{"import_file_bytes", file.size() - 1}});
  Answer refused = send_import(file, request);
  EXPECT_EQ(std::to_string(refused.status) + category(refused), "429RATE_LIMITS");
  EXPECT_EQ(text_at(api.get("/crm/v3/imports").body, "/results"), "[]");
  set({{"import_file_bytes", file.size()}});
  EXPECT_EQ(send_import(file, request).status, 200);
}

// fact: §5.1 [S, D]
TEST_F(Transfers, AnImportThatWouldAssociateIsNotDoneByHalf) {
  auto send = [&](const std::string& column) {
    return send_import("Email,Firm\na@x.example,Acme\n",
                       R"({"name":"n","files":[{"fileName":"c.csv","fileFormat":"CSV","fileImportPage":{"hasHeader":true,"columnMappings":[)"
                       R"({"columnObjectTypeId":"0-1","columnName":"Email","propertyName":"email","columnType":"HUBSPOT_ALTERNATE_ID"},)" +
                           column + "]}}]}");
  };
  EXPECT_EQ(send(R"({"columnObjectTypeId":"0-1","columnName":"Firm","propertyName":"company"})").status, 200);
  EXPECT_EQ(send(R"({"columnObjectTypeId":"0-2","columnName":"Firm","propertyName":"name"})").status, 501);
  EXPECT_EQ(send(R"({"columnObjectTypeId":"0-1","columnName":"Firm","columnType":"FLEXIBLE_ASSOCIATION_LABEL"})").status, 501);
  EXPECT_EQ(
      send(
          R"({"columnObjectTypeId":"0-1","columnName":"Firm","propertyName":null,"foreignKeyType":{"associationTypeId":280,"associationCategory":"HUBSPOT_DEFINED"}})")
          .status,
      501);
}

// fact: §5.1 [D]
TEST_F(Transfers, WhatAnImportDoesNotKnowIsRefused) {
  auto send = [&](const std::string& column, const std::string& more = "") {
    return send_import("Email\na@x.example\n", R"({"name":"n",)" + more +
                                                   R"("files":[{"fileName":"c.csv","fileImportPage":{"hasHeader":true,"columnMappings":[)" +
                                                   R"({"columnName":"Email","propertyName":"email",)" + column + "}]}}]}")
        .status;
  };
  for (const char* type : {R"("columnObjectTypeId":"0-1")", R"("columnObjectTypeId":"contact")", R"("columnObjectType":"CONTACT")"}) EXPECT_EQ(send(type), 200);
  for (const char* type : {R"("columnObjectTypeId":"CONTACT")", R"("columnObjectTypeId":"contacts")", R"("columnObjectType":"contact")"})
    EXPECT_EQ(send(type), 400) << type;
  EXPECT_EQ(send(R"("columnObjectTypeId":"0-1","columnType":"KEY")"), 400);
  EXPECT_EQ(send(R"("columnObjectTypeId":"0-1")", R"("dateFormat":"YEAR_FIRST",)"), 400);
  EXPECT_EQ(send(R"("columnObjectTypeId":"0-1")", R"("dateFormat":"DAY_MONTH_YEAR",)"), 200);
}

// fact: §5.1 [D], §5.1 [K]
TEST_F(Transfers, AnImportMayBeToldInTheWordsOfTheExamples) {
  Answer started = send_import("First Name,Email\nAnn,a@x.example\n",
                               R"({"name":"n","files":[{"fileName":"c.csv","fileImportPage":{"hasHeader":true,"columnMappings":[)"
                               R"({"columnName":"First Name","propertyName":"firstname","columnObjectType":"CONTACT"},)"
                               R"({"columnName":"Email","propertyName":"email","columnObjectType":"CONTACT","idColumnType":"HUBSPOT_ALTERNATE_ID"}]}}]})");
  ASSERT_EQ(started.status, 200) << started.text;
  clock.advance(Duration(3'000));
  EXPECT_EQ(text_at(api.get("/crm/v3/imports/" + text_at(started.body, "/id")).body, "/metadata/counters/CREATED_OBJECTS"), "1");
  EXPECT_EQ(text_at(read("contacts", "a@x.example", "idProperty=email").body, "/properties/firstname"), "Ann");
}

// fact: §5.2 [D]
TEST_F(Transfers, AnExportIsSortedInWordsOfItsOwn) {
  contact("a@x.example");
  contact("b@x.example");
  clock.advance(Duration(6'000));
  json::array sorts{{{"propertyName", "email"}, {"order", "DESC"}}};
  Answer started = post(
      "/crm/v3/exports/export/async",
      {{"exportType", "VIEW"}, {"format", "CSV"}, {"objectType", "CONTACT"}, {"objectProperties", {"email"}}, {"publicCrmSearchRequest", {{"sorts", sorts}}}});
  ASSERT_EQ(started.status, 202) << started.text;
  clock.advance(Duration(3'000));
  Answer done = api.get("/crm/v3/exports/export/async/tasks/" + text_at(started.body, "/id") + "/status");
  std::string link = text_at(done.body, "/result"), file = api.get(link.substr(link.find("/exported/"))).text;
  EXPECT_LT(file.find("b@x.example"), file.find("a@x.example")) << file;
  EXPECT_NE(file.find("a@x.example"), std::string::npos) << file;
}

// fact: §5.2 [D]
TEST_F(Transfers, AnExportIsFilteredInWordsOfItsOwn) {
  ticket("A"), ticket("B"), ticket("C");
  clock.advance(Duration(6'000));
  json::object filter{{"property", "subject"}, {"operator", "EQ"}, {"value", "B"}};
  json::array groups{{{"filters", json::array{filter}}}};
  std::string file = exported({{"publicCrmSearchRequest", {{"filterGroups", groups}}}, {"format", "csv"}});
  EXPECT_NE(file.find(",B\n"), std::string::npos) << file;
  EXPECT_EQ(file.find(",A\n"), std::string::npos) << file;
  json::object sorts{{"sorts", json::array{{{"propertyName", "subject"}, {"order", "UP"}}}}};
  json::object bad{{"exportType", "VIEW"}, {"format", "CSV"}, {"objectType", "TICKET"}, {"objectProperties", {"subject"}}, {"publicCrmSearchRequest", sorts}};
  EXPECT_EQ(post("/crm/v3/exports/export/async", bad).status, 400);
}

// fact: §5.2 [D]
TEST_F(Transfers, AnExportIsReadByPeopleUnlessItAsksForInternalValues) {
  ticket("A");
  clock.advance(Duration(6'000));
  EXPECT_NE(exported({{"objectProperties", {"hs_pipeline_stage"}}}).find(",New\n"), std::string::npos);
  EXPECT_NE(exported({{"objectProperties", {"hs_pipeline_stage"}}, {"exportInternalValuesOptions", {"NAMES", "VALUES"}}}).find(",1\n"), std::string::npos);
}

// fact: §5.2 [D]
TEST_F(Transfers, ALinkLivesFiveMinutesAndTheNextCallGivesAnother) {
  json::object body{{"exportType", "VIEW"}, {"format", "CSV"}, {"objectType", "TICKET"}, {"objectProperties", {"subject"}}};
  std::string id = text_at(post("/crm/v3/exports/export/async", body).body, "/id");
  EXPECT_EQ(text_at(api.get("/crm/v3/exports/export/" + id).body, "/objectType"), "0-5");
  clock.advance(Duration(3'000));
  std::string first = link_of(id);
  EXPECT_EQ(link_of(id), first);
  clock.advance(Duration(300'000));
  EXPECT_EQ(api.get(first).status, 404);
  std::string second = link_of(id);
  EXPECT_NE(second, first);
  EXPECT_EQ(api.get(second).status, 200);
}

// fact: §5.2 [D]
TEST_F(Transfers, ExportsAreMadeOneAfterTheOther) {
  json::object body{{"exportType", "VIEW"}, {"format", "CSV"}, {"objectType", "TICKET"}, {"objectProperties", {"subject"}}};
  std::string first = text_at(post("/crm/v3/exports/export/async", body).body, "/id"), second = text_at(post("/crm/v3/exports/export/async", body).body, "/id");
  auto status = [&](const std::string& id) { return text_at(api.get("/crm/v3/exports/export/async/tasks/" + id + "/status").body, "/status"); };
  EXPECT_EQ(status(first) + " " + status(second), "PROCESSING PENDING");
  clock.advance(Duration(3'000));
  EXPECT_EQ(status(first) + " " + status(second), "COMPLETE PROCESSING");
  clock.advance(Duration(2'000));
  EXPECT_EQ(status(second), "COMPLETE");
}

// fact: §5.1 [S], §5.1 [K]
TEST_F(Transfers, RowsOfAnImportFailInWordsOfTheirOwn) {
  define_key("contacts", "contactinformation");
  created_id("contacts", {{"email", "ann@x.example"}, {"lockstep_id", "k"}});
  post("/crm/v3/objects/contacts/gdpr-delete", {{"objectId", "gone@x.example"}, {"idProperty", "email"}});
  auto failures = [&](const std::string& operation, const std::string& rows) {
    std::string mappings;
    for (const auto& [column, property, kind] :
         {std::tuple("Email", "email", "HUBSPOT_ALTERNATE_ID"), {"Stage", "lifecyclestage", "STANDARD"}, {"Key", "lockstep_id", "STANDARD"}})
      mappings += std::string(mappings.empty() ? "" : ",") + R"({"columnObjectTypeId":"0-1","columnName":")" + column + R"(","propertyName":")" + property +
                  R"(","columnType":")" + kind + "\"}";
    Answer started = send_import("Email,Stage,Key\n" + rows, R"({"name":"n","importOperations":{"0-1":")" + operation +
                                                                 R"("},"files":[{"fileName":"c.csv","fileFormat":"CSV","fileImportPage":{"hasHeader":true,)" +
                                                                 R"("columnMappings":[)" + mappings + "]}}]}");
    EXPECT_EQ(started.status, 200) << started.text;
    clock.advance(Duration(3'000));
    std::string told;
    Answer errors = api.get("/crm/v3/imports/" + text_at(started.body, "/id") + "/errors");
    for (const json::value& each : errors.body.at("results").as_array()) told += (told.empty() ? "" : " ") + text_at(each, "/errorType");
    return told;
  };
  EXPECT_EQ(failures("UPSERT", "x,lead,\nbob@x.example,nowhere,\ngone@x.example,lead,\ncem@x.example,lead,k\n"),
            "INVALID_EMAIL INVALID_ENUMERATION_OPTION GDPR_BLACKLISTED_EMAIL DUPLICATE_UNIQUE_PROPERTY_VALUE");
  EXPECT_EQ(failures("CREATE", "ann@x.example,lead,\n"), "CREATE_ONLY_IMPORT");
  EXPECT_EQ(failures("UPDATE", "dee@x.example,lead,\n"), "UPDATE_ONLY_IMPORT");
}

// fact: §5.1 [D], §5.1 [S]
TEST_F(Transfers, CompaniesOfAnImportAreToldApartByTheirDomain) {
  std::string acme = created_id("companies", {{"name", "Acme"}, {"domain", "acme.example"}});
  for (const char* name : {"Blue", "Blue again"}) created_id("companies", {{"name", name}, {"domain", "blue.example"}});
  Answer started = send_import("Domain,City\nacme.example,Oslo\nblue.example,Bonn\nnew.example,Rome\n",
                               R"({"name":"n","files":[{"fileName":"c.csv","fileFormat":"CSV","fileImportPage":{"hasHeader":true,"columnMappings":[)"
                               R"({"columnObjectTypeId":"0-2","columnName":"Domain","propertyName":"domain","columnType":"HUBSPOT_ALTERNATE_ID"},)"
                               R"({"columnObjectTypeId":"0-2","columnName":"City","propertyName":"city"}]}}]})");
  ASSERT_EQ(started.status, 200) << started.text;
  clock.advance(Duration(3'000));
  std::string path = "/crm/v3/imports/" + text_at(started.body, "/id");
  EXPECT_EQ(text_at(api.get(path).body, "/metadata/counters"), R"({"CREATED_OBJECTS":1,"ERRORS":1,"TOTAL_ROWS":3,"UPDATED_OBJECTS":1})");
  EXPECT_EQ(text_at(api.get(path + "/errors").body, "/results/0/errorType"), "MULTIPLE_COMPANIES_WITH_THIS_DOMAIN");
  EXPECT_EQ(value("companies", acme, "city"), "Oslo");
}

}  // namespace
}  // namespace lockstep::emulators::hubspot

// The stand-ins' parsers: SOQL, OData, FetchXML, XML, multipart, CSV, JSON of every call. Fakes have to be stricter than reality, not weaker.

#include "emulators/core/csv.h"
#include "emulators/core/xml.h"
#include "emulators/dynamics365/dynamics365.h"
#include "emulators/dynamics365/multipart.h"
#include "emulators/hubspot/hubspot.h"
#include "emulators/salesforce/salesforce.h"
#include "emulators/zendesk/zendesk.h"
#include "test/emulators/harness.h"
#include "test/fuzz/fuzz.h"
#include "test/fuzz/wire.h"

namespace lockstep::fuzz {
namespace {

using emulators::Emulator;
using emulators::ManualClock;

/// A stand-in that is made anew now and then, so that what inputs leave in it stays small.
class Subject {
 public:
  using Make = std::function<std::unique_ptr<Emulator>(const ManualClock&)>;
  using SignIn = std::function<std::string(Emulator&)>;  // an Authorization header
  Subject(Make make, SignIn sign_in) : make_(std::move(make)), sign_in_(std::move(sign_in)) { anew(); }
  std::string take(const std::string& input) {
    constexpr int kOften = 500;
    if (++taken_ % kOften == 0) anew();
    http::ServerRequest request = parse_request(input);
    if (!request.headers.contains("Authorization")) request.headers.set("Authorization", authorization_);
    const http::Response response = emulator_->handle(request, "http://127.0.0.1:8101");
    emulator_->take_outgoing();
    const int status = response.status;
    if (status == emulators::kNoAnswer || status == emulators::kNotYet) return "";
    // SOAP 1.1 tells every fault with this status.
    if (status == 500 && response.body.find("<soapenv:Fault><faultcode>") != std::string::npos &&
        response.body.find("<faultstring></faultstring>") == std::string::npos)
      return "";
    if (status < 200 || status > 503 || status == 500 || status == 502) return "status " + std::to_string(status) + ": " + response.body.substr(0, 300);
    if (status == 401 && !input.starts_with("POST /__emulator")) anew();  // it was signed out, or a fault was switched on
    if (status == 429 || status == 503) anew();
    return "";
  }

 private:
  void anew() {
    emulator_ = make_(clock_);
    authorization_ = sign_in_(*emulator_);
  }
  Make make_;
  SignIn sign_in_;
  ManualClock clock_;
  std::unique_ptr<Emulator> emulator_;
  std::string authorization_;
  int taken_ = 0;
};

std::string token_of(Emulator& emulator, const std::string& path, const std::string& form) {
  emulators::Caller caller(emulator);
  const auto answer = caller.send("POST", path, form, {{"Content-Type", "application/x-www-form-urlencoded"}});
  return "Bearer " + emulators::text_at(answer.body, "/access_token");
}

const std::vector<std::string_view> kJsonWords{"null",    "true", "[]",    "{}",  "\"\"",           "\"id\": ",     "\\ud800",
                                               "\\u0000", "-1",   "1e999", "},{", "\"records\": [", "\"inputs\": ["};

TEST(Fuzz, Salesforce) {
  Corpus corpus{
      {"GET "
       "/services/data/v60.0/"
       "query?q=SELECT+Id,Account.Name,(SELECT+Id+FROM+Cases)+FROM+Contact+WHERE+(SystemModstamp>=2026-11-18T12:26:40Z+AND+Id>'0035g0000000001AAA')+OR+"
       "LastName+LIKE+'a%25'+ORDER+BY+Id+DESC+NULLS+LAST+LIMIT+20+OFFSET+3",
       "GET "
       "/services/data/v60.0/"
       "queryAll?q=SELECT+COUNT(Id)+n,MAX(CreatedDate)+FROM+Account+WHERE+CreatedDate=LAST_N_DAYS:3+AND+Id+IN+(SELECT+AccountId+FROM+Contact)+GROUP+BY+Name",
       "GET /services/data/v60.0/query?q=SELECT+FIELDS(ALL),TYPEOF+What+WHEN+Account+THEN+Name+ELSE+Id+END+FROM+Task+LIMIT+200",
       "GET /services/data/v60.0/search?q=FIND+%7BAda%7D+IN+ALL+FIELDS+RETURNING+Contact(Id,+Name+WHERE+LastName='L'),Account",
       "POST /services/data/v60.0/sobjects/Contact\nContent-Type: "
       "application/json\n\n{\"LastName\":\"L\",\"Account\":{\"Lockstep_Id__c\":\"k\"},\"Birthdate\":\"1990-02-28\",\"DoNotCall\":true}",
       "PATCH /services/data/v60.0/composite/sobjects/Contact/Lockstep_Id__c\nContent-Type: "
       "application/json\n\n{\"allOrNone\":false,\"records\":[{\"attributes\":{\"type\":\"Contact\"},\"Lockstep_Id__c\":\"k\",\"LastName\":\"L\"}]}",
       "POST /services/data/v60.0/composite\nContent-Type: "
       "application/json\n\n{\"allOrNone\":true,\"compositeRequest\":[{\"method\":\"POST\",\"url\":\"/services/data/v60.0/sobjects/"
       "Account\",\"referenceId\":\"a\",\"body\":{\"Name\":\"A\"}},{\"method\":\"GET\",\"url\":\"/services/data/v60.0/sobjects/Account/"
       "@{a.id}\",\"referenceId\":\"b\"}]}",
       "POST /services/data/v60.0/composite/tree/Account\nContent-Type: "
       "application/"
       "json\n\n{\"records\":[{\"attributes\":{\"type\":\"Account\",\"referenceId\":\"r\"},\"Name\":\"A\",\"Contacts\":{\"records\":[{\"attributes\":{\"type\":"
       "\"Contact\",\"referenceId\":\"s\"},\"LastName\":\"L\"}]}}]}",
       "POST /services/data/v60.0/composite/graph\nContent-Type: application/json\n\n{\"graphs\":[{\"graphId\":\"1\",\"compositeRequest\":[]}]}",
       "POST /services/Soap/u/60.0\nContent-Type: text/xml\nSOAPAction: login\n\n<?xml version=\"1.0\"?><env:Envelope "
       "xmlns:env=\"http://schemas.xmlsoap.org/soap/envelope/\"><env:Body><n1:login "
       "xmlns:n1=\"urn:partner.soap.sforce.com\"><n1:username>u</n1:username><n1:password>p&amp;q</n1:password></n1:login></env:Body></env:Envelope>",
       "POST /services/Soap/m/60.0\nContent-Type: text/xml\n\n<?xml version=\"1.0\"?><env:Envelope xmlns:env=\"http://schemas.xmlsoap.org/soap/envelope/\">"
       "<env:Body><readMetadata xmlns=\"http://soap.sforce.com/2006/04/metadata\"><type>CustomField</type><fullNames>Contact.Lockstep_Id__c</fullNames>"
       "</readMetadata></env:Body></env:Envelope>",
       "POST /services/data/v60.0/jobs/ingest\nContent-Type: "
       "application/"
       "json\n\n{\"object\":\"Contact\",\"operation\":\"upsert\",\"externalIdFieldName\":\"Lockstep_Id__c\",\"contentType\":\"CSV\",\"lineEnding\":\"LF\"}",
       "POST /cometd/60.0\nContent-Type: "
       "application/json\n\n[{\"channel\":\"/meta/handshake\",\"version\":\"1.0\",\"supportedConnectionTypes\":[\"long-polling\"],\"ext\":{\"replay\":{\"/data/"
       "ContactChangeEvent\":-1}}}]",
       "POST /services/oauth2/token\nContent-Type: application/x-www-form-urlencoded\nAuthorization: Basic "
       "eDp5\n\ngrant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.AAAA",
       "GET /services/data/v60.0/sobjects/Contact/updated/?start=2026-11-18T00:00:00Z&end=2026-11-18T12:00:00%2B00:00",
       "POST /__emulator/edit\n\n{\"operation\":\"create\",\"object\":\"Contact\",\"fields\":{\"LastName\":\"L\"}}"},
      kJsonWords};
  for (const char* word :
       {"SELECT",         " FROM ",      " WHERE ", " AND ",   " OR ",      "NOT ",       " IN (", " LIKE '", "(SELECT Id FROM ", "COUNT()", "LAST_N_DAYS:",
        "GROUP BY ",      "ORDER BY ",   "%27",     "TYPEOF ", "<![CDATA[", "<!DOCTYPE ", "&#x0;", "&lt;",    "xsi:nil=\"true\"", "</",      "@{a.id}",
        "Lockstep_Id__c", "NULLS FIRST", "\\'"})
    corpus.words.push_back(word);
  Subject subject([](const ManualClock& clock) { return emulators::salesforce::make_salesforce(clock, Rng(3)); },
                  [](Emulator& emulator) {
                    return token_of(emulator, "/services/oauth2/token",
                                    "grant_type=client_credentials&client_id=lockstep-client&client_secret=lockstep-secret");
                  });
  run("salesforce", corpus, [&](const std::string& input) { return subject.take(input); });
}

TEST(Fuzz, Dynamics365) {
  Corpus corpus{
      {"GET "
       "/api/data/v9.2/"
       "contacts?$select=lastname,fullname&$filter=(contains(lastname,'L')%20or%20modifiedon%20ge%202025-01-01T00:00:00Z)%20and%20not%20contactid%20eq%"
       "2011111111-1111-4111-8111-111111111111&$orderby=lastname%20desc&$top=3&$count=true",
       "GET "
       "/api/data/v9.2/"
       "contacts?$filter=Microsoft.Dynamics.CRM.In(PropertyName='gendercode',PropertyValues=['1','2'])&$expand=parentcustomerid_account($select=name;$filter="
       "name%20eq%20'x')",
       "GET /api/data/v9.2/accounts?$apply=filter(name%20ne%20null)/groupby((industrycode),aggregate($count%20as%20n,revenue%20with%20sum%20as%20total))",
       "GET "
       "/api/data/v9.2/contacts?fetchXml=%3Cfetch%20count=%225%22%20page=%222%22%3E%3Centity%20name=%22contact%22%3E%3Cattribute%20name=%22lastname%22/"
       "%3E%3Cfilter%20type=%22or%22%3E%3Ccondition%20attribute=%22lastname%22%20operator=%22in%22%3E%3Cvalue%3EL%3C/value%3E%3C/condition%3E%3C/"
       "filter%3E%3Clink-entity%20name=%22account%22%20from=%22accountid%22%20to=%22parentcustomerid%22%20link-type=%22outer%22%20alias=%22a%22/%3E%3C/"
       "entity%3E%3C/fetch%3E",
       "POST /api/data/v9.2/$batch\nContent-Type: multipart/mixed;boundary=b\n\n--b\r\nContent-Type: multipart/mixed;boundary=c\r\n\r\n--c\r\nContent-Type: "
       "application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: 1\r\n\r\nPOST /api/data/v9.2/contacts HTTP/1.1\r\nContent-Type: "
       "application/json\r\n\r\n{\"lastname\":\"L\"}\r\n--c--\r\n\r\n--b\r\nContent-Type: application/http\r\n\r\nGET /api/data/v9.2/contacts?$top=1 "
       "HTTP/1.1\r\n\r\n\r\n--b--\r\n",
       "PATCH /api/data/v9.2/contacts(11111111-1111-4111-8111-111111111111)\nContent-Type: application/json\nIf-None-Match: *\nPrefer: "
       "return=representation,odata.maxpagesize=3\n\n{\"lastname\":\"L\",\"parentcustomerid_account@odata.bind\":\"/"
       "accounts(11111111-1111-4111-8111-111111111112)\",\"birthdate\":\"1990-02-28\",\"gendercode\":2}",
       "PUT /api/data/v9.2/contacts(lockstep_id='A-1')/parentcustomerid_account/$ref\nContent-Type: "
       "application/json\n\n{\"@odata.id\":\"accounts(11111111-1111-4111-8111-111111111112)\"}",
       "POST /api/data/v9.2/CloseIncident\nContent-Type: "
       "application/json\n\n{\"IncidentResolution\":{\"subject\":\"s\",\"incidentid@odata.bind\":\"/"
       "incidents(11111111-1111-4111-8111-111111111113)\"},\"Status\":5}",
       "POST /api/data/v9.2/contacts/Microsoft.Dynamics.CRM.UpsertMultiple\nContent-Type: "
       "application/"
       "json\n\n{\"Targets\":[{\"@odata.type\":\"Microsoft.Dynamics.CRM.contact\",\"@odata.id\":\"contacts(lockstep_id='k')\",\"lastname\":\"L\"}]}",
       "GET /api/data/v9.2/EntityDefinitions(LogicalName='contact')/Attributes?$select=LogicalName",
       "PUT /api/data/v9.2/EntityDefinitions(LogicalName='contact')\nContent-Type: application/json\n\n{\"LogicalName\":\"contact\"}",
       "POST /api/data/v9.2/BulkDelete\nContent-Type: "
       "application/json\n\n{\"JobName\":\"j\",\"SendEmailNotification\":false,\"ToRecipients\":[],\"CCRecipients\":[],"
       "\"RecurrencePattern\":\"FREQ=DAILY;INTERVAL=1\",\"StartDateTime\":\"2026-11-18T12:00:00Z\",\"QuerySet\":[{\"EntityName\":\"contact\",\"LinkEntities\":["
       "{"
       "\"LinkFromAttributeName\":\"parentcustomerid\",\"LinkToEntityName\":\"account\",\"LinkToAttributeName\":\"accountid\"}]}]}",
       "POST /api/data/v9.2/contacts\nContent-Type: application/json\n\n{\"lastname\":\"L\"}", "POST /__emulator/records/contact\n\n[{\"lastname\":\"L\"}]"},
      kJsonWords};
  for (const char* word : {"%20eq%20",       "%20and%20",   "%20or%20",     "not%20",
                           "contains(",      "startswith(", "any(x:x/",     "all(",
                           "null",           "'",           "''",           "Microsoft.Dynamics.CRM.",
                           "$expand=",       "$filter=",    "$skiptoken=",  "$deltatoken=",
                           "$apply=",        "--b",         "--b--",        "\r\n",
                           "Content-ID: $1", "%3C",         "%3C/",         "/%3E",
                           "&amp;",          "%26%23",      "operator=%22", "@odata.bind",
                           "(lockstep_id='", "HTTP/1.1"})
    corpus.words.push_back(word);
  emulators::Dynamics365Options options;
  options.service_protection = false;
  Subject subject([options](const ManualClock& clock) { return emulators::make_dynamics365(clock, Rng(3), options); },
                  [](Emulator& emulator) {
                    return token_of(
                        emulator, "/contoso.onmicrosoft.com/oauth2/v2.0/token",
                        "grant_type=client_credentials&client_id=lockstep-client&client_secret=lockstep-secret&scope=http%3A%2F%2F127.0.0.1%3A8101%2F.default");
                  });
  run("dynamics365", corpus, [&](const std::string& input) { return subject.take(input); });
}

TEST(Fuzz, HubSpot) {
  Corpus corpus{
      {"POST /crm/v3/objects/contacts/search\nContent-Type: "
       "application/"
       "json\n\n{\"filterGroups\":[{\"filters\":[{\"propertyName\":\"lastmodifieddate\",\"operator\":\"BETWEEN\",\"value\":\"1\",\"highValue\":\"2\"},{"
       "\"propertyName\":\"email\",\"operator\":\"IN\",\"values\":[\"a@b.c\"]}]}],\"sorts\":[{\"propertyName\":\"hs_object_id\",\"direction\":\"ASCENDING\"}],"
       "\"query\":\"x\",\"limit\":200,\"after\":\"0\"}",
       "POST /crm/v3/objects/contacts/batch/upsert\nContent-Type: "
       "application/json\n\n{\"inputs\":[{\"id\":\"a@b.c\",\"idProperty\":\"email\",\"properties\":{\"lastname\":\"L\"}}]}",
       "POST /crm/v3/objects/contacts\nContent-Type: "
       "application/"
       "json\n\n{\"properties\":{\"lastname\":\"L\",\"email\":\"a@b.c\"},\"associations\":[{\"to\":{\"id\":\"1\"},\"types\":[{\"associationCategory\":"
       "\"HUBSPOT_DEFINED\",\"associationTypeId\":1}]}]}",
       "GET /crm/v3/objects/contacts?limit=100&properties=email,lastname&associations=companies&after=1&archived=false&propertiesWithHistory=email",
       "PATCH /crm/v3/objects/contacts/a@b.c?idProperty=email\nContent-Type: application/json\n\n{\"properties\":{\"lastname\":null}}",
       "POST /crm/v4/associations/contacts/companies/batch/create\nContent-Type: "
       "application/"
       "json\n\n{\"inputs\":[{\"from\":{\"id\":\"1\"},\"to\":{\"id\":\"2\"},\"types\":[{\"associationCategory\":\"HUBSPOT_DEFINED\",\"associationTypeId\":279}]"
       "}]}",
       "POST /crm/v3/properties/contacts\nContent-Type: "
       "application/"
       "json\n\n{\"name\":\"lockstep_id\",\"label\":\"L\",\"groupName\":\"contactinformation\",\"type\":\"string\",\"fieldType\":\"text\",\"hasUniqueValue\":"
       "true}",
       "POST /crm/v3/imports\nContent-Type: multipart/form-data; boundary=b\n\n--b\r\nContent-Disposition: form-data; "
       "name=\"importRequest\"\r\n\r\n{\"name\":\"i\",\"files\":[{\"fileName\":\"f.csv\",\"fileFormat\":\"CSV\",\"fileImportPage\":{\"hasHeader\":true,"
       "\"columnMappings\":[{\"columnObjectTypeId\":\"0-1\",\"columnName\":\"Email\",\"propertyName\":\"email\"}]}}]}\r\n--b\r\nContent-Disposition: "
       "form-data; name=\"files\"; filename=\"f.csv\"\r\n\r\nEmail\r\na@b.c\r\n--b--\r\n",
       "POST /crm/v3/objects/contacts/merge\nContent-Type: application/json\n\n{\"primaryObjectId\":\"1\",\"objectIdToMerge\":\"2\"}",
       "POST /oauth/v1/token\nContent-Type: "
       "application/"
       "x-www-form-urlencoded\n\ngrant_type=refresh_token&client_id=lockstep-client&client_secret=lockstep-secret&refresh_token=lockstep-refresh-token",
       "GET /crm/v3/pipelines/tickets", "POST /__emulator/records/contact\n\n[{\"lastname\":\"L\"}]"},
      kJsonWords};
  for (const char* word : {"\"operator\": \"", "BETWEEN", "HAS_PROPERTY", "CONTAINS_TOKEN", "NOT_IN", "\"filterGroups\": ", "\"sorts\": ", "\"idProperty\": ",
                           "0-1", "2-999", "--b", "--b--", "form-data; name=\"", "after=", "limit=", "%00"})
    corpus.words.push_back(word);
  emulators::hubspot::HubSpotOptions options;
  options.limits = false;
  Subject subject([options](const ManualClock& clock) { return emulators::hubspot::make_hubspot(clock, Rng(3), options); },
                  [](Emulator&) { return std::string("Bearer pat-na1-00000000-0000-4000-8000-000000000001"); });
  run("hubspot", corpus, [&](const std::string& input) { return subject.take(input); });
}

TEST(Fuzz, Zendesk) {
  Corpus corpus{
      {"GET /api/v2/search.json?query=type:user+email:ada@example.com+created>2026-11-18", "GET /api/v2/incremental/tickets/cursor.json?start_time=1700000000",
       "POST /api/v2/tickets.json\nContent-Type: "
       "application/"
       "json\n\n{\"ticket\":{\"subject\":\"s\",\"comment\":{\"body\":\"b\"},\"requester\":{\"name\":\"Ada\",\"email\":\"ada@example.com\"},\"priority\":"
       "\"high\",\"tags\":[\"a\"]}}",
       "POST /api/v2/users/create_or_update.json\nContent-Type: "
       "application/json\n\n{\"user\":{\"name\":\"Ada\",\"email\":\"ada@example.com\",\"external_id\":\"k\"}}",
       "GET /api/v2/tickets.json?page[size]=100&page[after]=x&sort=-updated_at",
       "PUT /api/v2/tickets/update_many.json?ids=1,2\nContent-Type: application/json\n\n{\"ticket\":{\"status\":\"solved\"}}",
       "POST /api/v2/groups.json\nContent-Type: application/json\n\n{\"group\":{\"name\":\"g\"}}",
       "POST /api/v2/group_memberships.json\nContent-Type: application/json\n\n{\"group_membership\":{\"user_id\":1,\"group_id\":360000000902}}",
       "POST /api/v2/webhooks\nContent-Type: "
       "application/json\n\n{\"webhook\":{\"name\":\"w\",\"endpoint\":\"https://hooks.example.test/"
       "z\",\"http_method\":\"POST\",\"request_format\":\"json\",\"status\":\"active\",\"subscriptions\":[\"zen:event-type:ticket.created\"]}}"},
      kJsonWords};
  for (const char* word : {"type:", "email:\"", ">", "<", "page[size]=", "page[after]=", "\"ticket\": ", "\"comment\": "}) corpus.words.push_back(word);
  emulators::zendesk::ZendeskOptions options;
  options.limits = false;
  Subject subject([options](const ManualClock& clock) { return emulators::zendesk::make_zendesk(clock, Rng(3), options); },
                  [](Emulator&) { return "Basic " + to_base64("agent@example.com/token:lockstep-api-token"); });
  run("zendesk", corpus, [&](const std::string& input) { return subject.take(input); });
}

TEST(Fuzz, PartsOfMessages) {
  const Corpus corpus{
      {"<a x=\"1&amp;2\"><!-- c --><b>t&#65;</b><c/></a>", "<?xml version=\"1.0\"?><e:A xmlns:e=\"u\"><e:B xsi:nil=\"true\"/>x</e:A>",
       "preamble\r\n--b\r\nContent-Type: application/http\r\n\r\nGET /x HTTP/1.1\r\nA: b\r\n\r\nbody\r\n--b\r\n\r\nx\r\n--b--\r\n",
       "a,b\r\n\"x \"\"q\"\" y\",2\r\n,\r\n",
       "\xef\xbb\xbf"
       "a;b\n1;2\n"},
      {"<", "</", "/>", "&", "&#x110000;", "&#", ";", "<![CDATA[", "]]>", "<!--", "-->", "<?", "--b", "--b--", "\r\n", "\r\n\r\n", "\n", "\"\"", ",", "\""}};
  run("parts of messages", corpus, [](const std::string& input) -> std::string {
    emulators::parse_xml(input);
    const auto csv = emulators::parse_csv(input);
    if (!csv && csv.error().message.empty()) return "an error without a message";
    if (csv)
      for (const auto& row : csv->rows)
        if (row.size() != csv->header.size()) return "a row of another length than the header";
    emulators::dynamics365::has_bare_line_feed(input);
    if (const auto parts = emulators::dynamics365::parse_multipart(input, "b"))
      for (const auto& part : *parts) emulators::dynamics365::parse_inner_request(part.content);
    emulators::dynamics365::parse_inner_request(input);
    emulators::dynamics365::boundary_of(input);
    return "";
  });
}

}  // namespace
}  // namespace lockstep::fuzz

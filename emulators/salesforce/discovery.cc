// §2.1, §2.8, §5.1: what there is, how it is described, how much is left.
#include <fmt/format.h>

#include "base/text.h"
#include "emulators/salesforce/dialect.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr int kOldestOffered = 31, kNewest = 67;

json::array texts(const std::vector<std::string>& values) {
  json::array array;
  for (const std::string& value : values) array.emplace_back(value);
  return array;
}

std::string_view soap_type(FieldType type) {
  switch (type) {
    case FieldType::id:
    case FieldType::reference:
      return "tns:ID";
    case FieldType::boolean:
      return "xsd:boolean";
    case FieldType::date:
      return "xsd:date";
    case FieldType::datetime:
      return "xsd:dateTime";
    case FieldType::integer:
      return "xsd:int";
    case FieldType::real:
    case FieldType::currency:
      return "xsd:double";
    case FieldType::address:
      return "urn:address";
    default:
      return "xsd:string";
  }
}

json::array picklist_values(const Field& field) {
  json::array values;
  for (const std::string& value : field.values) {
    bool is_default = text_of(view(field.default_value)) == value;
    values.push_back(json::object{{"active", true},
                                  {"defaultValue", is_default},
                                  {"label", value},
                                  {"validFor", nullptr},
                                  {"value", value}});
  }
  return values;
}

json::object describe_field(const Field& field) {
  bool custom = field.name.ends_with("__c");
  bool textual = is_text(field.type);
  json::object described{
      {"name", field.name},
      {"label", field.label},
      {"type", name_of(field.type)},
      {"soapType", soap_type(field.type)},
      {"length", field.length},
      {"byteLength", field.type == FieldType::textarea ? field.length : field.length * 3},
      {"digits", field.digits},
      {"precision", field.type == FieldType::currency || field.type == FieldType::real ? 18 : 0},
      {"scale", field.type == FieldType::real ? 15 : 0},
      {"nillable", field.nillable},
      {"createable", field.createable},
      {"updateable", field.updateable},
      {"defaultedOnCreate", field.defaulted},
      {"calculated", field.source == Source::contact_part},
      {"custom", custom},
      {"externalId", field.external_id},
      {"idLookup", field.id_lookup || field.type == FieldType::id},
      {"unique", field.unique},
      {"caseSensitive", false},
      {"filterable", field.filterable && field.type != FieldType::address},
      {"sortable", field.filterable && field.type != FieldType::address},
      {"groupable", field.filterable && textual},
      {"restrictedPicklist", field.restricted},
      {"htmlFormatted", false},
      {"autoNumber", field.name == "CaseNumber"},
      {"nameField", field.name == "Name" || field.name == "CaseNumber"},
      {"deprecatedAndHidden", false}};
  described["defaultValue"] = field.type == FieldType::boolean ? json::value(false) : json::value(nullptr);
  described["compoundFieldName"] = nullptr;
  described["picklistValues"] = picklist_values(field);
  described["referenceTo"] = texts(field.references);
  described["relationshipName"] =
      field.relationship.empty() ? json::value(nullptr) : json::value(field.relationship);
  described["polymorphicForeignKey"] = field.references.size() > 1;
  return described;
}

json::object summary(const ObjectType& object, const std::string& version) {
  std::string url = fmt::format("/services/data/{}/sobjects/{}", version, object.name);
  return json::object{
      {"name", object.name},
      {"label", object.label},
      {"labelPlural", object.plural},
      {"keyPrefix", object.key_prefix},
      {"createable", object.deletable},
      {"updateable", object.deletable},
      {"deletable", object.deletable},
      {"undeletable", object.deletable},
      {"queryable", true},
      {"retrieveable", true},
      {"replicateable", true},
      {"searchable", true},
      {"triggerable", true},
      {"layoutable", true},
      {"mergeable", object.mergeable},
      {"custom", false},
      {"customSetting", false},
      {"deprecatedAndHidden", false},
      {"urls", {{"sobject", url}, {"describe", url + "/describe"}, {"rowTemplate", url + "/{ID}"}}}};
}

}  // namespace

http::Response Salesforce::versions(Call&) {
  json::array versions;
  for (int version = kOldestOffered; version <= kNewest; ++version) {
    int from_first = version - kOldestOffered;  // three releases a year; 31 was Summer '14
    static constexpr const char* kSeasons[] = {"Summer", "Winter", "Spring"};
    int year = 14 + (from_first + 2) / 3;
    versions.push_back(json::object{{"label", fmt::format("{} '{}", kSeasons[from_first % 3], year)},
                                    {"url", fmt::format("/services/data/v{}.0", version)},
                                    {"version", fmt::format("{}.0", version)}});
  }
  return json_response(200, versions);
}

http::Response Salesforce::resources(Call& call) {
  std::string base = "/services/data/" + call.parameter("version");
  json::object paths;
  for (const char* resource : {"sobjects", "query", "queryAll", "limits", "composite"}) {
    paths[resource] = base + "/" + resource;
  }
  paths["identity"] =
      fmt::format("{}/id/{}/{}", call.base_url, organization_id_, org_.ensure_user(call.caller, call.now));
  return json_response(200, paths);
}

http::Response Salesforce::limits(Call& call) {
  std::int64_t used = daily_.used(call.now);
  auto limit = [](std::int64_t max, std::int64_t remaining) {
    return json::object{{"Max", max}, {"Remaining", remaining}};
  };
  return json_response(200, json::object{{"DailyApiRequests", limit(daily_.limit(), daily_.limit() - used)},
                                         {"DailyBulkApiBatches", limit(15'000, 15'000)},
                                         {"DailyBulkV2QueryJobs", limit(10'000, 10'000)},
                                         {"DailyBulkV2QueryFileStorageMB", limit(976'562, 976'562)},
                                         {"DataStorageMB", limit(1'024, 1'000)},
                                         {"FileStorageMB", limit(1'024, 1'000)}});
}

http::Response Salesforce::record_count(Call& call) {
  std::string wanted = call.query_value("sObjects").value_or("");
  json::array counts;
  for (const ObjectType& object : org_.schema().objects()) {
    bool asked = wanted.empty();
    for (std::string_view name : split(wanted, ',')) asked = asked || equal_no_case(trim(name), object.name);
    if (!asked || object.table->live_count() == 0) continue;  // without rows it is left out
    counts.push_back(json::object{{"count", object.table->live_count()}, {"name", object.name}});
  }
  return json_response(200, json::object{{"sObjects", std::move(counts)}});
}

http::Response Salesforce::describe_all(Call& call) {
  json::array objects;
  for (const ObjectType& object : org_.schema().objects())
    objects.push_back(summary(object, call.parameter("version")));
  return json_response(
      200, json::object{{"encoding", "UTF-8"}, {"maxBatchSize", 200}, {"sobjects", std::move(objects)}});
}

http::Response Salesforce::describe(Call& call) {
  const ObjectType* object = object_of(call);
  if (!object) return error_response("NOT_FOUND", "The requested resource does not exist");
  json::object described = summary(*object, call.parameter("version"));
  json::array fields;
  for (const Field& field : object->fields) fields.push_back(describe_field(field));
  described["fields"] = std::move(fields);
  described["childRelationships"] = json::array();
  described["recordTypeInfos"] = json::array{json::object{{"active", true},
                                                          {"available", true},
                                                          {"defaultRecordTypeMapping", true},
                                                          {"developerName", "Master"},
                                                          {"master", true},
                                                          {"name", "Master"},
                                                          {"recordTypeId", "012000000000000AAA"}}};
  return json_response(200, described);
}

}  // namespace lockstep::emulators::salesforce

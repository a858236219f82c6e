// §2.8: the Metadata API, to read: which objects there are, and how the fields are defined that the org added to them.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/core/xml.h"
#include "emulators/salesforce/dialect.h"
#include "emulators/salesforce/soap_answers.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr std::size_t kMostRead = 10, kMostQueries = 3;

bool is_custom(std::string_view name) { return name.ends_with("__c"); }

const char* flag(bool value) { return value ? "true" : "false"; }

/// As Setup names the types of fields.
std::string_view setup_type(const Field& field) {
  switch (field.type) {
    case FieldType::boolean: return "Checkbox";
    case FieldType::reference: return "Lookup";
    case FieldType::picklist:
    case FieldType::combobox: return "Picklist";
    case FieldType::textarea: return field.length > 255 ? "LongTextArea" : "TextArea";
    case FieldType::email: return "Email";
    case FieldType::phone: return "Phone";
    case FieldType::url: return "Url";
    case FieldType::date: return "Date";
    case FieldType::datetime: return "DateTime";
    case FieldType::integer:
    case FieldType::real: return "Number";
    case FieldType::currency: return "Currency";
    default: return "Text";
  }
}

/// Of the platform's own fields nothing but their name is told.
std::string field_definition(const Field& field, const std::string& full_name) {
  if (!is_custom(field.name)) return xml_tag("fullName", full_name);
  std::string text = xml_tag("fullName", full_name);
  if (field.unique) text += xml_tag("caseSensitive", "false");
  text += xml_tag("externalId", flag(field.external_id)) + xml_tag("label", field.label);
  if (field.length > 0) text += xml_tag("length", std::to_string(field.length));
  return text + xml_tag("required", flag(!field.nillable)) + xml_tag("type", setup_type(field)) + xml_tag("unique", flag(field.unique));
}

http::Response unknown_type(std::string_view type) { return soap_fault("INVALID_TYPE", fmt::format("Unknown type:{}", type)); }

bool is_known(std::string_view type) { return type == "CustomObject" || type == "CustomField"; }

/// The types that are served: objects, and fields within them.
std::string described() {
  return "<result><metadataObjects>" + xml_tag("childXmlNames", "CustomField") + xml_tag("directoryName", "objects") + xml_tag("inFolder", "false") +
         xml_tag("metaFile", "false") + xml_tag("suffix", "object") + xml_tag("xmlName", "CustomObject") + "</metadataObjects>" +
         xml_tag("organizationNamespace", "") + xml_tag("partialSaveAllowed", "true") + xml_tag("testRequired", "false") + "</result>";
}

}  // namespace

std::string Salesforce::metadata_listed(const XmlElement& query, std::string_view founder) const {
  std::string results, type = query.text_of("type");
  auto add = [&](const ObjectType& object, const std::string& full_name) {
    results += "<result>";
    for (const char* when : {"created", "lastModified"}) {  // of what came with the org nobody knows
      results += xml_tag(fmt::format("{}ById", when), founder) + xml_tag(fmt::format("{}ByName", when), "Automated Process") +
                 xml_tag(fmt::format("{}Date", when), "1970-01-01T00:00:00.000Z");
    }
    results +=
        xml_tag("fileName", "objects/" + object.name + ".object") + xml_tag("fullName", full_name) + xml_tag("id", "") + xml_tag("type", type) + "</result>";
  };
  for (const ObjectType& object : org_.schema().objects()) {
    if (object.setup) continue;
    if (type == "CustomObject") add(object, object.name);
    for (const Field* field : object.visible()) {
      if (type == "CustomField" && is_custom(field->name)) add(object, object.name + "." + field->name);
    }
  }
  return results;
}

/// What is not there is a record that is nil.
std::string Salesforce::metadata_read(std::string_view type, const std::string& full_name) const {
  std::size_t dot = full_name.find('.');
  const ObjectType* object = org_.schema().find(full_name.substr(0, dot));
  const Field* field = object && dot != std::string::npos ? object->find(full_name.substr(dot + 1)) : nullptr;
  bool found = object && !object->setup && (type == "CustomField" ? field != nullptr : dot == std::string::npos);
  if (!found) return "<records xsi:nil=\"true\"/>";
  std::string text = fmt::format("<records xsi:type=\"{}\">", type);
  if (type == "CustomField") return text + field_definition(*field, object->name + "." + field->name) + "</records>";
  text += xml_tag("fullName", object->name);
  for (const Field* each : object->visible()) text += "<fields>" + field_definition(*each, each->name) + "</fields>";
  return text + xml_tag("label", object->label) + xml_tag("pluralLabel", object->plural) + "</records>";
}

http::Response Salesforce::soap_metadata(Call& call) {
  auto root = parse_xml(call.request.body);
  const XmlElement* body = root ? root->find("Body") : nullptr;
  if (!body || body->children.empty()) return soap_fault("UNKNOWN_EXCEPTION", "the request is no SOAP envelope with a body");
  const XmlElement& request = body->children.front();
  if (auto misplaced = misplaced_soap(call, request, kMetadataApi)) return std::move(*misplaced);
  call.label = "/services/Soap/m " + request.name;
  if (auto refused = enter_soap(call, root->find("Header"), request)) return std::move(*refused);
  std::string results;
  std::size_t parts = 0;
  if (request.name == "describeMetadata") {
    results = described();
  } else if (request.name == "listMetadata") {
    for (const XmlElement& query : request.children) {
      if (query.name != "queries") continue;
      if (!is_known(query.text_of("type"))) return unknown_type(query.text_of("type"));
      if (++parts > kMostQueries) return soap_fault("LIMIT_EXCEEDED", fmt::format("At most {} queries are made in one call.", kMostQueries));
      results += metadata_listed(query, org_.ensure_user({ActorKind::automation, "Automated Process"}, call.now));
    }
  } else if (request.name == "readMetadata") {
    std::string type = request.text_of("type");
    if (!is_known(type)) return unknown_type(type);
    for (const XmlElement& name : request.children) {
      if (name.name != "fullNames") continue;
      if (++parts > kMostRead) return soap_fault("LIMIT_EXCEEDED", fmt::format("At most {} components are read in one call.", kMostRead));
      results += metadata_read(type, std::string(trim(name.text)));
    }
    results = "<result>" + results + "</result>";
  } else {
    return no_operation(request);
  }
  return soap_envelope(200, fmt::format("<{0}Response>{1}</{0}Response>", request.name, results), "", kMetadataApi);
}

}  // namespace lockstep::emulators::salesforce

// §2.2: single records.
#include <fmt/format.h>

#include "emulators/hubspot/service.h"

namespace lockstep::emulators::hubspot {
namespace {

bool wants_archived(const Call& call) { return query_flag(call, "archived"); }

Outcome<const json::object*> sent_properties(const json::object& body) {
  const json::value* properties = body.if_contains("properties");
  if (!properties || !properties->is_object()) return bad_json("line 1, column 1: properties is missing or not an object");
  return &properties->get_object();
}

Outcome<std::string> id_member(const json::object& body, const char* name, bool numbers) {
  std::string text = id_text(body.if_contains(name), numbers);
  if (text.empty()) return bad_json(fmt::format("line 1, column 1: {} is missing or not a string", name));
  return text;
}

Outcome<std::vector<const ObjectType*>> association_types(const Call& call, Portal& portal) {
  std::vector<const ObjectType*> types;
  for (const std::string& name : query_list(call, "associations")) {
    const ObjectType* type = portal.catalogue().find(name);
    if (!type) return invalid(fmt::format("Unable to infer object type from: {}", name));
    types.push_back(type);
  }
  return types;
}

json::object rendered(const Portal& portal, JsonDocument& document, const RecordView& record, const Wanted& wanted,
                      const std::vector<const ObjectType*>& associated) {
  Renderer renderer(portal, document.storage());
  json::object object = renderer.record(record, wanted);
  json::object associations = renderer.associations(record, associated);
  if (!associations.empty()) object["associations"] = std::move(associations);
  return object;
}

}  // namespace

HubSpot::Answer HubSpot::list(Call& call) {
  TRY(ObjectType * type, type_of(call));
  Wanted wanted{select(*type, query_list(call, "properties")), properties_named(*type, query_list(call, "propertiesWithHistory"))};
  TRY(std::size_t limit, query_limit(call, static_cast<std::size_t>(portal_.settings().list_page),
                                     wanted.histories.empty() ? 100 : static_cast<std::size_t>(portal_.settings().history_page)));
  TRY(auto associated, association_types(call, portal_));
  std::string after = call.query_value("after").value_or("");
  if (after.find_first_not_of("0123456789") != std::string::npos) return invalid(fmt::format("after is not a cursor: {}", after));
  bool archived = wants_archived(call);
  const auto& rows = archived ? type->table->deleted_by_id() : type->table->by_id();
  JsonDocument document;
  json::array results = document.array();
  std::string last;
  bool more = false;
  for (auto at = after.empty() ? rows.begin() : rows.upper_bound(after); at != rows.end(); ++at) {
    const Record& record = type->table->record(at->second);
    if (archived ? !portal_.is_archived(record, call.now) : record.deleted) continue;
    more = results.size() == limit;
    if (more) break;
    results.push_back(rendered(portal_, document, view_of(*type, at->second), wanted, associated));
    last = record.id;
  }
  json::object body = document.object();
  body["results"] = std::move(results);
  if (more) {
    std::string link = fmt::format("{}{}?limit={}&after={}", call.base_url, call.request.path(), limit, last);
    body["paging"] = {{"next", {{"after", last}, {"link", link}}}};
  }
  return json_answer(200, body);
}

HubSpot::Answer HubSpot::create(Call& call) {
  TRY(ObjectType * type, type_of(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(const json::object* properties, sent_properties(*body));
  TRY(RowNumber row, portal_.create(*type, *properties, body->if_contains("associations"), writer(call)));
  JsonDocument answer;
  http::Response response = json_answer(201, rendered(portal_, answer, view_of(*type, row), {written(*type, *properties), {}}, {}));
  response.headers.add("Location", fmt::format("{}/crm/v3/objects/{}/{}", call.base_url, type->type_id, type->table->record(row).id));
  return response;
}

HubSpot::Answer HubSpot::read(Call& call) {
  TRY(ObjectType * type, type_of(call));
  TRY(auto associated, association_types(call, portal_));
  RowNumber row = wants_archived(call) ? portal_.find_archived(*type, call.parameter("id"), call.now) : kNoRow;
  if (wants_archived(call) && row == kNoRow) return hubspot::not_found();
  if (row == kNoRow) {
    TRY(row, row_of(call, *type, true, true));
  }
  JsonDocument document;
  Wanted wanted{select(*type, query_list(call, "properties")), properties_named(*type, query_list(call, "propertiesWithHistory"))};
  return json_answer(200, rendered(portal_, document, view_of(*type, row), wanted, associated));
}

HubSpot::Answer HubSpot::update(Call& call) {
  TRY(ObjectType * type, type_of(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(const json::object* properties, sent_properties(*body));
  TRY(RowNumber row, row_of(call, *type, true, true));
  TRY_VOID(portal_.update(*type, row, *properties, writer(call)));
  JsonDocument answer;
  return json_answer(200, rendered(portal_, answer, view_of(*type, row), {written(*type, *properties), {}}, {}));
}

HubSpot::Answer HubSpot::archive(Call& call) {
  TRY(ObjectType * type, type_of(call));
  TRY(RowNumber row, row_of(call, *type, portal_.settings().merged_ids_writable, false));
  portal_.archive(*type, row, writer(call));
  return http::Response(204, "");
}

HubSpot::Answer HubSpot::merge(Call& call) {
  TRY(ObjectType * type, type_of(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(std::string primary_id, id_member(*body, "primaryObjectId", portal_.settings().numeric_input_ids));
  TRY(std::string loser_id, id_member(*body, "objectIdToMerge", portal_.settings().numeric_input_ids));
  auto find = [&](const std::string& id) { return portal_.settings().merged_ids_writable ? portal_.resolve(*type, id) : portal_.find_live(*type, id); };
  RowNumber primary = find(primary_id), loser = find(loser_id);
  if (primary == kNoRow || loser == kNoRow) return hubspot::not_found();
  TRY(RowNumber row, portal_.merge(*type, primary, loser, writer(call)));
  JsonDocument answer;
  return json_answer(200, rendered(portal_, answer, view_of(*type, row), {written(*type, {}), {}}, {}));
}

HubSpot::Answer HubSpot::erase(Call& call) {
  TRY(ObjectType * type, type_of(call));
  bool generic = call.request.target.starts_with("/crm/objects/2025-09/") || call.request.target.starts_with("/crm/objects/2026-09");
  if (type->name != "contacts" && !generic) return hubspot::not_found();  // the other versions have it for contacts alone
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(std::string id, id_member(*body, "objectId", portal_.settings().numeric_input_ids));
  std::string key(text_member(*body, "idProperty"));
  const Property* property = type->find(key.empty() ? "hs_object_id" : key);
  if (!property || !Portal::is_key(*type, *property)) return invalid(fmt::format("{} is not a unique property", key));
  RowNumber row = portal_.find_by_key(*type, *property, id);
  if (row != kNoRow) {
    portal_.erase(*type, row, writer(call));
  } else if (property->form == TextForm::email) {
    portal_.block_address(id);
  } else {
    return hubspot::not_found();
  }
  return http::Response(204, "");
}

}  // namespace lockstep::emulators::hubspot

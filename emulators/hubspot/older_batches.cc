// Several companies, deals or tickets in one call of the older versions (§0.1).
#include <fmt/format.h>

#include "emulators/hubspot/older_api.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::size_t kMaxItems = 100;

Outcome<const json::array*> items_of(const json::value& body) {
  const json::array* items = body.if_array();
  if (!items) return bad_json("line 1, column 1: expected a list");
  if (items->size() > kMaxItems) return invalid(fmt::format("The maximum number of items is {}", kMaxItems));
  return items;
}

Outcome<std::vector<std::string>> ids_of(const Call& call) {
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  std::vector<std::string> ids = text_list(*body, "ids");
  if (ids.size() > kMaxItems) return invalid(fmt::format("The maximum number of ids is {}", kMaxItems));
  return ids;
}

}  // namespace

/// [{"objectId": 1, "properties": [{"name": "subject", "value": "A"}]}]: all or none.
OlderApi::Answer OlderApi::older_batch_update(Call& call, const OlderKind& kind) {
  ObjectType& type = *portal_.catalogue().find(kind.type);
  JsonDocument document;
  TRY_VOID(read_json(call, document));
  TRY(const json::array* items, items_of(document.root()));
  UnitOfWork unit(portal_);
  for (const json::value& item : *items) {
    const json::value* id = item.is_object() ? item.get_object().if_contains("objectId") : nullptr;
    if (!id) return bad_json("line 1, column 1: objectId is missing");
    RowNumber row = portal_.find_live(type, scalar_text(*id));
    if (row == kNoRow) return invalid(fmt::format("There is no {} {}", type.singular, scalar_text(*id)));
    TRY(json::object sent, older_sent(item));
    TRY_VOID(portal_.update(type, row, sent, writer(call)));
  }
  unit.commit();
  return http::Response(kind.type == "tickets" ? 204 : 202, "");
}

OlderApi::Answer OlderApi::older_batch_create(Call& call, const OlderKind& kind) {
  ObjectType& type = *portal_.catalogue().find(kind.type);
  JsonDocument document;
  TRY_VOID(read_json(call, document));
  TRY(const json::array* items, items_of(document.root()));
  UnitOfWork unit(portal_);
  json::array made;
  for (const json::value& item : *items) {
    TRY(json::object sent, older_sent(item));
    TRY(RowNumber row, portal_.create(type, sent, nullptr, writer(call)));
    made.push_back(older_record(kind, row, {}));
  }
  unit.commit();
  return json_answer(200, made);
}

/// By id; those that are not there are left out.
OlderApi::Answer OlderApi::older_batch_read(Call& call, const OlderKind& kind) {
  TRY(std::vector<std::string> ids, ids_of(call));
  json::object found;
  for (const std::string& id : ids) {
    RowNumber row = portal_.find_live(*portal_.catalogue().find(kind.type), id);
    if (row != kNoRow) found[id] = older_record(kind, row, query_list(call, "properties"));
  }
  return json_answer(200, found);
}

OlderApi::Answer OlderApi::older_batch_remove(Call& call, const OlderKind& kind) {
  TRY(std::vector<std::string> ids, ids_of(call));
  ObjectType& type = *portal_.catalogue().find(kind.type);
  for (const std::string& id : ids) {
    RowNumber row = portal_.find_live(type, id);
    if (row != kNoRow) portal_.archive(type, row, writer(call));
  }
  return http::Response(204, "");
}

}  // namespace lockstep::emulators::hubspot

// §2.5: up to 100 records in a call.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "emulators/hubspot/service.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::size_t kMaxInputs = 100;

std::string upper_singular(const ObjectType& type) {
  std::string name = type.singular;
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

json::object missing_row(const ObjectType& type, const std::vector<std::string>& ids) {
  ApiError error = refuse(404, "OBJECT_NOT_FOUND",
                          fmt::format("Could not get some {} objects, they may be deleted or not exist. Check that ids are valid.", upper_singular(type)))
                       .value();
  error.context = {{"ids", ids}};
  return error_row(error);
}

Outcome<std::string> id_of(const json::object& input, bool numbers) {
  std::string text = id_text(input.if_contains("id"), numbers);
  if (text.empty()) return bad_json("line 1, column 1: an input needs an id, which is a string");
  return text;
}

Outcome<const json::object*> properties_of(const json::object& input) {
  const json::value* properties = input.if_contains("properties");
  if (!properties || !properties->is_object()) return bad_json("line 1, column 1: an input needs properties");
  return &properties->get_object();
}

Outcome<void> check_distinct(const std::vector<std::string>& ids) {
  std::set<std::string> seen;
  for (const std::string& id : ids) {
    if (seen.insert(id).second) continue;
    auto refused = invalid(fmt::format("Duplicate IDs found in batch input: [{}]. IDs must be unique", id));
    refused.value().context = {{"ids", {id}}};
    return refused;
  }
  return {};
}

/// A key by which records are found (§2.5): of updates the id, where none is named, or a unique property other than email; of upserts a unique one.
Outcome<const Property*> key_of(const ObjectType& type, std::string_view name, bool upserts, std::int64_t portal_id) {
  const Property* property = type.find(name.empty() ? "hs_object_id" : name);
  bool by_id = property && property->source == Source::object_id;
  bool key = by_id ? name.empty() && !upserts : property && Portal::is_key(type, *property) && (upserts || property->form != TextForm::email);
  if (!key) return invalid(fmt::format("Unable to perform update/upsert by non-unique {} property {} in portal ID {}", type.type_id, name, portal_id));
  return property;
}

/// Partial success needs a trace id on every input, each once.
bool all_traced(const std::vector<const json::object*>& inputs) {
  std::set<std::string> seen;
  return std::all_of(inputs.begin(), inputs.end(), [&](const json::object* input) {
    std::string trace(text_member(*input, "objectWriteTraceId"));
    return !trace.empty() && seen.insert(trace).second;
  });
}

void put_trace(json::object& result, const json::object& input) {
  if (const json::value* trace = input.if_contains("objectWriteTraceId")) result["objectWriteTraceId"] = *trace;
}

json::object traced_error(ApiError error, const json::object& input) {
  if (text_member(input, "objectWriteTraceId").empty()) return error_row(error);
  error.context.emplace_back("objectWriteTraceId", std::vector<std::string>{std::string(text_member(input, "objectWriteTraceId"))});
  return error_row(error);
}

/// A row that the system was briefly unable to write (a fault of the control plane).
json::object unable_row(const json::object& input, const std::string& id) {
  ApiError error = briefly_unable().value();
  error.context = {{"ids", {id}}};
  return traced_error(std::move(error), input);
}

/// Inputs that each name a record, none of them twice.
struct NamedInputs {
  std::vector<const json::object*> inputs;
  std::vector<std::string> ids;  // of each
};

Outcome<NamedInputs> read_named_inputs(const Call& call, JsonDocument& document, bool numbers) {
  TRY(const json::object* body, read_body(call, document));
  NamedInputs named;
  TRY(named.inputs, read_inputs(*body, kMaxInputs));
  for (const json::object* input : named.inputs) {
    TRY(std::string id, id_of(*input, numbers));
    named.ids.push_back(std::move(id));
  }
  TRY_VOID(check_distinct(named.ids));
  return named;
}

}  // namespace

HubSpot::Answer HubSpot::batch_read(Call& call) {
  TRY(ObjectType * type, type_of(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(auto inputs, read_inputs(*body, kMaxInputs));
  for (const char* list : {"properties", "propertiesWithHistory"}) TRY_VOID(check_text_list(*body, list));
  std::string_view id_property = text_member(*body, "idProperty");
  const Property* key = type->find(id_property.empty() ? "hs_object_id" : id_property);
  if (!key || !Portal::is_key(*type, *key)) return invalid(fmt::format("{} is not a unique property of {}", id_property, type->name));
  bool archived = query_flag(call, "archived"), by_id = key->source == Source::object_id;
  std::set<RowNumber> rows;  // neither in the order of the input nor twice
  std::vector<std::string> missing;
  for (const json::object* input : inputs) {
    TRY(std::string id, id_of(*input, portal_.settings().numeric_input_ids));
    RowNumber row = archived ? portal_.find_archived(*type, id, call.now) : portal_.find_by_key(*type, *key, id);
    if (row != kNoRow) {
      rows.insert(row);
    } else if (!(by_id && !archived && portal_.resolve(*type, id) != kNoRow)) {  // a merged one is just left out
      missing.push_back(std::move(id));
    }
  }
  Wanted wanted{select(*type, text_list(*body, "properties")), properties_named(*type, text_list(*body, "propertiesWithHistory"))};
  JsonDocument answer;
  Renderer renderer(portal_, answer.storage());
  json::array results = answer.array(), errors;
  for (RowNumber row : rows) results.push_back(renderer.record(view_of(*type, row), wanted));
  if (!missing.empty()) errors.push_back(missing_row(*type, missing));
  return batch_answer(200, std::move(results), std::move(errors), call.now);
}

HubSpot::Answer HubSpot::batch_create(Call& call) {
  TRY(ObjectType * type, type_of(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(auto inputs, read_inputs(*body, kMaxInputs));
  bool partial = all_traced(inputs);
  JsonDocument answer;
  Renderer renderer(portal_, answer.storage());
  json::array results = answer.array(), errors;
  UnitOfWork unit(portal_);
  for (const json::object* input : inputs) {
    TRY(const json::object* properties, properties_of(*input));
    Outcome<RowNumber> row = briefly_unable();
    if (!batch_item_fails(call)) row = portal_.create(*type, *properties, input->if_contains("associations"), writer(call));
    if (!row && !partial) return tl::unexpected(std::move(row.error()));
    if (!row) {
      errors.push_back(traced_error(std::move(row.error()), *input));
      continue;
    }
    json::object result = renderer.record(view_of(*type, *row), written(*type, *properties));
    put_trace(result, *input);
    results.push_back(std::move(result));
  }
  unit.commit();
  return batch_answer(201, std::move(results), std::move(errors), call.now);
}

HubSpot::Answer HubSpot::batch_update(Call& call) {
  TRY(ObjectType * type, type_of(call));
  JsonDocument document;
  TRY(NamedInputs named, read_named_inputs(call, document, portal_.settings().numeric_input_ids));
  const auto& [inputs, ids] = named;
  std::vector<std::string> missing;
  bool partial = portal_.settings().traced_updates_partial && all_traced(inputs);
  JsonDocument answer;
  Renderer renderer(portal_, answer.storage());
  json::array results = answer.array(), errors;
  UnitOfWork unit(portal_);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    TRY(const json::object* properties, properties_of(*inputs[i]));
    TRY(const Property* key, key_of(*type, text_member(*inputs[i], "idProperty"), false, options_.portal_id));
    RowNumber row = portal_.find_by_key(*type, *key, ids[i]);
    if (row == kNoRow) {
      RowNumber winner = key->source == Source::object_id ? portal_.resolve(*type, ids[i]) : kNoRow;
      if (portal_.settings().merged_ids_writable) row = winner;
      if (winner == kNoRow) missing.push_back(ids[i]);  // a merged one is just missing from the answer
    }
    if (row == kNoRow) continue;
    if (batch_item_fails(call)) {
      errors.push_back(unable_row(*inputs[i], ids[i]));
      continue;
    }
    auto updated = portal_.update(*type, row, *properties, writer(call));
    if (!updated && !partial) return tl::unexpected(std::move(updated.error()));
    if (!updated) {
      errors.push_back(traced_error(std::move(updated.error()), *inputs[i]));
      continue;
    }
    json::object result = renderer.record(view_of(*type, row), written(*type, *properties));
    if (portal_.settings().trace_ids_everywhere) put_trace(result, *inputs[i]);
    results.push_back(std::move(result));
  }
  unit.commit();
  if (!missing.empty()) errors.push_back(missing_row(*type, missing));
  return batch_answer(200, std::move(results), std::move(errors), call.now);
}

HubSpot::Answer HubSpot::batch_upsert(Call& call) {
  TRY(ObjectType * type, type_of(call));
  JsonDocument document;
  TRY(NamedInputs named, read_named_inputs(call, document, portal_.settings().numeric_input_ids));
  const auto& [inputs, ids] = named;
  bool by_address = std::any_of(inputs.begin(), inputs.end(), [](const json::object* each) { return text_member(*each, "idProperty") == "email"; });
  bool partial = portal_.settings().traced_updates_partial && all_traced(inputs) && !by_address;
  JsonDocument answer;
  Renderer renderer(portal_, answer.storage());
  json::array results = answer.array(), errors;
  UnitOfWork unit(portal_);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    TRY(const json::object* sent, properties_of(*inputs[i]));
    TRY(const Property* key, key_of(*type, text_member(*inputs[i], "idProperty"), true, options_.portal_id));
    json::object properties = *sent;
    const json::value* given = properties.if_contains(key->name);
    if (given && scalar_text(*given) != ids[i]) return invalid(fmt::format("{} is not the id of its input", key->name));
    if (batch_item_fails(call)) {
      errors.push_back(unable_row(*inputs[i], ids[i]));
      continue;
    }
    RowNumber row = portal_.find_by_key(*type, *key, ids[i]);
    bool fresh = row == kNoRow;
    Writer by = writer(call);
    by.key = ids[i];
    Outcome<void> done;
    if (fresh) {
      if (!properties.contains(key->name)) properties[key->name] = ids[i];
      auto created = portal_.create(*type, properties, nullptr, by);
      if (created) row = *created;
      if (!created) done = tl::unexpected(std::move(created.error()));
    } else {
      done = portal_.update(*type, row, properties, by);
    }
    if (!done && !partial) return tl::unexpected(std::move(done.error()));
    if (!done) {
      errors.push_back(traced_error(std::move(done.error()), *inputs[i]));
      continue;
    }
    properties[key->name] = ids[i];
    json::object result = renderer.record(view_of(*type, row), written(*type, properties));
    result["new"] = fresh;
    if (portal_.settings().trace_ids_everywhere) put_trace(result, *inputs[i]);
    results.push_back(std::move(result));
  }
  unit.commit();
  return batch_answer(200, std::move(results), std::move(errors), call.now);
}

HubSpot::Answer HubSpot::batch_archive(Call& call) {
  TRY(ObjectType * type, type_of(call));
  JsonDocument document;
  TRY(NamedInputs named, read_named_inputs(call, document, portal_.settings().numeric_input_ids));
  auto unknown = [&](const std::string& id) { return portal_.find_live(*type, id) == kNoRow; };
  if (!portal_.settings().archive_skips_unknown && std::any_of(named.ids.begin(), named.ids.end(), unknown)) return hubspot::not_found();
  for (const std::string& id : named.ids) {
    RowNumber row = portal_.find_live(*type, id);
    if (row != kNoRow) portal_.archive(*type, row, writer(call));
  }
  return http::Response(204, "");
}

}  // namespace lockstep::emulators::hubspot

// §2.12: associations of many records.
#include <fmt/format.h>

#include "emulators/hubspot/association_calls.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::size_t kMaxCreate = 2'000;
constexpr std::size_t kMaxRead = 100;  // the guide says 1,000, integrators report 100
constexpr std::size_t kMaxArchive = 100;
constexpr std::size_t kTiesPerRecord = 100;

bool is_number(std::string_view id) {
  return !id.empty() && id.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

/// The id in {"from": {"id": …}}; empty when there is none.
std::string end_id(const json::object& input, const char* name) {
  const json::value* end = input.if_contains(name);
  const json::value* id = end && end->is_object() ? end->get_object().if_contains("id") : nullptr;
  return id ? scalar_text(*id) : "";
}

ApiError invalid_identifier(const std::string& from, const std::string& to) {
  ApiError error = invalid(fmt::format("No records with the ids {} and {}", from, to)).value();
  error.sub_category = "crm.associations.INVALID_IDENTIFIER";
  error.context = {{"fromObjectId", {from}}, {"toObjectId", {to}}};
  return error;
}

ApiError no_associations(const TypePair& pair, const std::string& id) {
  ApiError error =
      refuse(404, "OBJECT_NOT_FOUND", fmt::format("No {} is associated with {}.", pair.to->singular, id)).value();
  error.sub_category = "crm.associations.NO_ASSOCIATIONS_FOUND";
  error.context = {{"fromObjectId", {id}}};
  return error;
}

HubSpot::Answer HubSpot::ties_batch_read(Call& call) {
  TRY(TiePath path, tie_path(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(auto inputs, read_inputs(*body, kMaxRead));
  json::array results, errors;
  for (const json::object* input : inputs) {
    const json::value* given = input->if_contains("id");
    std::string id = given ? scalar_text(*given) : "";
    if (!is_number(id)) {
      ApiError error = invalid(fmt::format("{} is not a valid identifier", id)).value();
      error.sub_category = "crm.associations.INVALID_IDENTIFIER";
      error.context = {{"id", {id}}};
      errors.push_back(error_row(error));
      continue;
    }
    RowNumber row = portal_.find_live(*path.pair.from, id);
    std::string next;
    std::vector<Associations::Tie> ties;
    if (row != kNoRow) {
      ties = page_of(portal_.live_ties(*path.pair.from, row, *path.pair.to), *path.pair.to,
                     text_member(*input, "after"), kTiesPerRecord, next);
    }
    if (ties.empty()) {
      errors.push_back(error_row(no_associations(path.pair, id)));
      continue;
    }
    json::array to;
    for (const Associations::Tie& tie : ties) to.push_back(render_tie(*path.pair.to, tie, portal_.settings().numeric_association_ids));
    json::object result{{"from", {{"id", id}}}, {"to", std::move(to)}};
    if (!next.empty()) result["paging"] = {{"next", {{"after", next}}}};
    results.push_back(std::move(result));
  }
  return batch_answer(200, std::move(results), std::move(errors), call.now);
}

HubSpot::Answer HubSpot::ties_batch_create(Call& call) { return create_ties(call, true); }

HubSpot::Answer HubSpot::ties_batch_default(Call& call) { return create_ties(call, false); }

HubSpot::Answer HubSpot::create_ties(Call& call, bool labelled) {
  TRY(TiePath path, tie_path(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(auto inputs, read_inputs(*body, kMaxCreate));
  json::array results, errors;
  UnitOfWork unit(portal_);
  for (const json::object* input : inputs) {
    std::string from = end_id(*input, "from"), to = end_id(*input, "to");
    if (from.empty() || to.empty()) return bad_json("line 1, column 1: an input needs from.id and to.id");
    std::vector<const AssociationType*> types = {
        &portal_.associations().types(*path.pair.from, *path.pair.to).front()};
    if (labelled) {
      TRY(types, read_types(portal_.associations(), path.pair, input->if_contains("types")));
    }
    RowNumber row = portal_.find_live(*path.pair.from, from), to_row = portal_.find_live(*path.pair.to, to);
    if (row == kNoRow || to_row == kNoRow || (path.pair.from == path.pair.to && row == to_row)) {
      errors.push_back(error_row(invalid_identifier(from, to)));
      continue;
    }
    Outcome<void> room;
    for (const AssociationType* type : types) {
      if (room) room = check_room(path.pair, row, to_row, *type);
    }
    if (room && batch_item_fails(call)) room = briefly_unable();
    if (!room) {
      room.error().context = {{"fromObjectId", {from}}, {"toObjectId", {to}}};
      errors.push_back(error_row(room.error()));
      continue;
    }
    for (const AssociationType* type : types)
      portal_.tie(*path.pair.from, row, *path.pair.to, to_row, *type, writer(call));
    if (labelled) {
      results.push_back(render_labels(path.pair, row, to_row, types, portal_.settings().numeric_association_ids));
    } else {
      for (json::object& each : render_default(from, to, *types.front())) results.push_back(std::move(each));
    }
  }
  unit.commit();
  return batch_answer(labelled ? 201 : 200, std::move(results), std::move(errors), call.now);
}

HubSpot::Answer HubSpot::ties_batch_archive(Call& call) {
  TRY(TiePath path, tie_path(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(auto inputs, read_inputs(*body, kMaxArchive));
  const AssociationType& all = portal_.associations().types(*path.pair.from, *path.pair.to).front();
  UnitOfWork unit(portal_);
  for (const json::object* input : inputs) {
    const json::value* to = input->if_contains("to");
    std::string from = end_id(*input, "from");
    if (from.empty() || !to || !to->is_array())
      return bad_json("line 1, column 1: an input needs from.id and a list to");
    RowNumber row = portal_.find_live(*path.pair.from, from);
    for (const json::value& item : to->get_array()) {
      const json::value* id = item.is_object() ? item.get_object().if_contains("id") : nullptr;
      if (!id) return bad_json("line 1, column 1: to needs ids");
      RowNumber to_row = portal_.find_live(*path.pair.to, scalar_text(*id));
      if (row != kNoRow && to_row != kNoRow)
        portal_.untie(*path.pair.from, row, *path.pair.to, to_row, all, writer(call));
    }
  }
  unit.commit();
  return http::Response(204, "");
}

HubSpot::Answer HubSpot::labels_batch_archive(Call& call) {
  TRY(TiePath path, tie_path(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(auto inputs, read_inputs(*body, kMaxArchive));
  UnitOfWork unit(portal_);
  for (const json::object* input : inputs) {
    std::string from = end_id(*input, "from"), to = end_id(*input, "to");
    if (from.empty() || to.empty()) return bad_json("line 1, column 1: an input needs from.id and to.id");
    TRY(auto types, read_types(portal_.associations(), path.pair, input->if_contains("types")));
    RowNumber row = portal_.find_live(*path.pair.from, from), to_row = portal_.find_live(*path.pair.to, to);
    if (row == kNoRow || to_row == kNoRow) continue;
    for (const AssociationType* type : types)
      portal_.untie(*path.pair.from, row, *path.pair.to, to_row, *type, writer(call));
  }
  unit.commit();
  return http::Response(204, "");
}

}  // namespace lockstep::emulators::hubspot

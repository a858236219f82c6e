// §2.12: associations of many records.
#include <fmt/format.h>

#include "emulators/hubspot/association_calls.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::size_t kMaxArchive = 100;
constexpr std::size_t kTiesPerRecord = 100;

bool is_number(std::string_view id) { return !id.empty() && id.find_first_not_of("0123456789") == std::string_view::npos; }

/// The id in {"from": {"id": …}}; empty when there is none.
std::string end_id(const json::object& input, const char* name, bool numbers) {
  const json::value* end = input.if_contains(name);
  return end && end->is_object() ? id_text(end->get_object().if_contains("id"), numbers) : "";
}

/// One input of a batch: which two records, and what ties them.
struct TieInput {
  std::string from, to;                          // ids as they were sent
  RowNumber from_row = kNoRow, to_row = kNoRow;  // kNoRow: no such record, or an archived one
  AssociationTypes types;

  bool found() const { return from_row != kNoRow && to_row != kNoRow; }
};

Outcome<TieInput> read_tie(const Portal& portal, const TypePair& pair, const TieStyle& style, const json::object& input) {
  TieInput tie;
  bool numbers = portal.settings().numeric_input_ids;
  tie.from = end_id(input, "from", numbers);
  tie.to = end_id(input, "to", numbers);
  if (tie.from.empty() || tie.to.empty()) return bad_json("line 1, column 1: an input needs from.id and to.id, which are strings");
  TRY(tie.types, style.types(portal.associations(), pair, input));
  tie.from_row = portal.find_live(*pair.from, tie.from);
  tie.to_row = portal.find_live(*pair.to, tie.to);
  return tie;
}

/// Of a row whose records are not there.
ApiError invalid_identifier(const std::string& from, const std::string& to) {
  ApiError error = invalid(fmt::format("No records with the ids {} and {}", from, to)).value();
  error.sub_category = "crm.associations.INVALID_IDENTIFIER";
  error.context = {{"fromObjectId", {from}}, {"toObjectId", {to}}};
  return error;
}

/// Of a record that is tied to none.
ApiError no_associations(const TypePair& pair, const std::string& id) {
  ApiError error = refuse(404, "OBJECT_NOT_FOUND", fmt::format("No {} is associated with {}.", pair.to->singular, id)).value();
  error.sub_category = "crm.associations.NO_ASSOCIATIONS_FOUND";
  error.context = {{"fromObjectId", {id}}};
  return error;
}

}  // namespace

HubSpot::Answer HubSpot::ties_batch_read(Call& call, const TieStyle& style) {
  TRY(TiePath path, tie_path(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(auto inputs, read_inputs(*body, static_cast<std::size_t>(portal_.settings().association_read_inputs)));
  json::array results, errors;
  for (const json::object* input : inputs) {
    std::string id = id_text(input->if_contains("id"), portal_.settings().numeric_input_ids);
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
      std::vector<Associations::Tie> all = portal_.live_ties(*path.pair.from, row, *path.pair.to);
      if (style.primary_alone && portal_.associations().has_primary(*path.pair.from, *path.pair.to))
        std::erase_if(all, [](const Associations::Tie& tie) { return !tie.types.front()->primary; });
      ties = page_of(std::move(all), *path.pair.to, style.pages ? text_member(*input, "after") : "", kTiesPerRecord, next);
    }
    if (ties.empty()) {
      errors.push_back(error_row(no_associations(path.pair, id)));
      continue;
    }
    json::object result{{"from", {{"id", id}}}, {"to", style.ties(*path.pair.to, ties, portal_.settings().numeric_association_ids)}};
    if (!next.empty()) result["paging"] = {{"next", {{"after", next}}}};
    results.push_back(std::move(result));
  }
  return batch_answer(200, std::move(results), std::move(errors), call.now);
}

HubSpot::Answer HubSpot::ties_batch_create(Call& call, const TieStyle& style) {
  TRY(TiePath path, tie_path(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(auto inputs, read_inputs(*body, style.most_created));
  json::array results, errors;
  UnitOfWork unit(portal_);
  for (const json::object* input : inputs) {
    TRY(TieInput tie, read_tie(portal_, path.pair, style, *input));
    if (!tie.found() || (path.pair.from == path.pair.to && tie.from_row == tie.to_row)) {
      errors.push_back(error_row(invalid_identifier(tie.from, tie.to)));
      continue;
    }
    Outcome<void> room;
    for (const AssociationType* type : tie.types) {
      if (room) room = portal_.check_room(*path.pair.from, tie.from_row, *path.pair.to, tie.to_row, *type);
    }
    if (room && batch_item_fails(call)) room = briefly_unable();
    if (!room) {
      room.error().context = {{"fromObjectId", {tie.from}}, {"toObjectId", {tie.to}}};
      errors.push_back(error_row(room.error()));
      continue;
    }
    for (const AssociationType* type : tie.types) portal_.tie(*path.pair.from, tie.from_row, *path.pair.to, tie.to_row, *type, writer(call));
    for (json::value& each : style.made(path.pair, tie.from_row, tie.to_row, tie.types, portal_.settings().numeric_association_ids))
      results.push_back(std::move(each));
  }
  unit.commit();
  return batch_answer(style.created, std::move(results), std::move(errors), call.now);
}

/// Takes the types away that each input names.
HubSpot::Answer HubSpot::types_batch_archive(Call& call, const TieStyle& style) {
  TRY(TiePath path, tie_path(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(auto inputs, read_inputs(*body, kMaxArchive));
  UnitOfWork unit(portal_);
  for (const json::object* input : inputs) {
    TRY(TieInput tie, read_tie(portal_, path.pair, style, *input));
    for (const AssociationType* type : tie.found() ? tie.types : AssociationTypes())
      portal_.untie(*path.pair.from, tie.from_row, *path.pair.to, tie.to_row, *type, writer(call));
  }
  unit.commit();
  return http::Response(204, "");
}

/// Takes all ties of each input away: one record, many others.
HubSpot::Answer HubSpot::ties_batch_archive(Call& call) {
  TRY(TiePath path, tie_path(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(auto inputs, read_inputs(*body, kMaxArchive));
  const AssociationType& all = portal_.associations().types(*path.pair.from, *path.pair.to).front();
  UnitOfWork unit(portal_);
  for (const json::object* input : inputs) {
    const json::value* to = input->if_contains("to");
    bool numbers = portal_.settings().numeric_input_ids;
    std::string from = end_id(*input, "from", numbers);
    if (from.empty() || !to || !to->is_array()) return bad_json("line 1, column 1: an input needs from.id and a list to");
    RowNumber row = portal_.find_live(*path.pair.from, from);
    for (const json::value& item : to->get_array()) {
      std::string id = item.is_object() ? id_text(item.get_object().if_contains("id"), numbers) : "";
      if (id.empty()) return bad_json("line 1, column 1: to needs ids, which are strings");
      RowNumber to_row = portal_.find_live(*path.pair.to, id);
      if (row != kNoRow && to_row != kNoRow) portal_.untie(*path.pair.from, row, *path.pair.to, to_row, all, writer(call));
    }
  }
  unit.commit();
  return http::Response(204, "");
}

}  // namespace lockstep::emulators::hubspot

// §2.12: the association calls of version 3, in which types have names.
#include <fmt/format.h>

#include "emulators/hubspot/association_calls.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::size_t kMaxV3Inputs = 100;
constexpr std::size_t kV3TiesPerRecord = 100;  // more are cut off: there is no way to the next ones

Outcome<const AssociationType*> kind_of(const Associations& associations, const TypePair& pair, std::string_view kind) {
  const AssociationType* type = associations.find_type(*pair.from, *pair.to, kind);
  if (type) return type;
  auto refused = invalid(
      fmt::format("association type {} is not valid between {} and {}", kind, pair.from->type_id, pair.to->type_id));
  refused.value().sub_category = "crm.associations.INVALID_ASSOCIATION_TYPE";
  refused.value().context = {
      {"type", {std::string(kind)}}, {"fromObjectType", {pair.from->type_id}}, {"toObjectType", {pair.to->type_id}}};
  return refused;
}

/// [{"id","type"}], a row for each type of a tie.
json::array render_named(const ObjectType& to, const std::vector<Associations::Tie>& ties) {
  json::array rows;
  for (const Associations::Tie& tie : ties) {
    for (const AssociationType* type : tie.types)
      rows.push_back(json::object{{"id", to.table->record(tie.to).id}, {"type", type->name}});
  }
  return rows;
}

}  // namespace

HubSpot::Answer HubSpot::v3_read(Call& call) {
  TRY(TiePath path, tie_path(call));
  TRY(std::size_t limit, query_limit(call, 500, 500));
  std::string next;
  auto page = page_of(portal_.live_ties(*path.pair.from, path.row, *path.pair.to), *path.pair.to,
                      call.query_value("after").value_or(""), limit, next);
  json::object body{{"results", render_named(*path.pair.to, page)}};
  if (!next.empty()) body["paging"] = {{"next", {{"after", next}}}};
  return json_answer(200, body);
}

HubSpot::Answer HubSpot::v3_tie(Call& call) {
  TRY(TiePath path, tie_path(call));
  TRY(const AssociationType* type, kind_of(portal_.associations(), path.pair, call.parameter("kind")));
  TRY_VOID(check_room(path.pair, path.row, path.to_row, *type));
  portal_.tie(*path.pair.from, path.row, *path.pair.to, path.to_row, *type, writer(call));
  JsonDocument document;
  Renderer renderer(portal_, document.storage());
  RecordView record = view_of(*path.pair.from, path.row);
  json::object body = renderer.record(record, select(*path.pair.from, {}));
  body["associations"] = renderer.associations(record, {path.pair.to});
  return json_answer(200, body);
}

HubSpot::Answer HubSpot::v3_untie(Call& call) {
  TRY(TiePath path, tie_path(call));
  TRY(const AssociationType* type, kind_of(portal_.associations(), path.pair, call.parameter("kind")));
  portal_.untie(*path.pair.from, path.row, *path.pair.to, path.to_row, *type, writer(call));
  return http::Response(204, "");
}

HubSpot::Answer HubSpot::v3_batch_read(Call& call) {
  TRY(TiePath path, tie_path(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(auto inputs, read_inputs(*body, kMaxV3Inputs));
  json::array results, errors;
  for (const json::object* input : inputs) {
    const json::value* given = input->if_contains("id");
    std::string id = given ? scalar_text(*given) : "";
    RowNumber row = portal_.find_live(*path.pair.from, id);
    std::string next;
    std::vector<Associations::Tie> ties;
    if (row != kNoRow)
      ties = page_of(portal_.live_ties(*path.pair.from, row, *path.pair.to), *path.pair.to, "", kV3TiesPerRecord, next);
    if (ties.empty()) {
      errors.push_back(error_row(no_associations(path.pair, id)));
      continue;
    }
    json::object result{{"from", {{"id", id}}}, {"to", render_named(*path.pair.to, ties)}};
    if (!next.empty()) result["paging"] = {{"next", {{"after", next}}}};
    results.push_back(std::move(result));
  }
  return batch_answer(200, std::move(results), std::move(errors), call.now);
}

HubSpot::Answer HubSpot::v3_batch_create(Call& call) {
  TRY(TiePath path, tie_path(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(auto inputs, read_inputs(*body, kMaxV3Inputs));
  json::array results, errors;
  UnitOfWork unit(portal_);
  for (const json::object* input : inputs) {
    std::string from = end_id(*input, "from"), to = end_id(*input, "to");
    TRY(const AssociationType* type, kind_of(portal_.associations(), path.pair, text_member(*input, "type")));
    RowNumber row = portal_.find_live(*path.pair.from, from), to_row = portal_.find_live(*path.pair.to, to);
    if (row == kNoRow || to_row == kNoRow || (path.pair.from == path.pair.to && row == to_row)) {
      errors.push_back(error_row(invalid_identifier(from, to)));
      continue;
    }
    TRY_VOID(check_room(path.pair, row, to_row, *type));
    portal_.tie(*path.pair.from, row, *path.pair.to, to_row, *type, writer(call));
    results.push_back(json::object{{"from", {{"id", from}}}, {"to", {{"id", to}}}, {"type", type->name}});
  }
  unit.commit();
  return batch_answer(201, std::move(results), std::move(errors), call.now);
}

HubSpot::Answer HubSpot::v3_batch_archive(Call& call) {
  TRY(TiePath path, tie_path(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(auto inputs, read_inputs(*body, kMaxV3Inputs));
  UnitOfWork unit(portal_);
  for (const json::object* input : inputs) {
    TRY(const AssociationType* type, kind_of(portal_.associations(), path.pair, text_member(*input, "type")));
    RowNumber row = portal_.find_live(*path.pair.from, end_id(*input, "from"));
    RowNumber to_row = portal_.find_live(*path.pair.to, end_id(*input, "to"));
    if (row != kNoRow && to_row != kNoRow)
      portal_.untie(*path.pair.from, row, *path.pair.to, to_row, *type, writer(call));
  }
  unit.commit();
  return http::Response(204, "");
}

}  // namespace lockstep::emulators::hubspot

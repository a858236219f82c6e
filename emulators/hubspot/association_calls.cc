// §2.12: associations of one record.
#include "emulators/hubspot/association_calls.h"

#include <fmt/format.h>

namespace lockstep::emulators::hubspot {

json::value render_id(const std::string& id, bool numeric) { return numeric ? json::value(std::stoll(id)) : json::value(id); }

json::array render_types(const Associations::Tie& tie) {
  json::array types;
  for (const AssociationType* type : tie.types) {
    json::value label = type->label.empty() ? json::value(nullptr) : json::value(type->label);
    types.push_back(json::object{{"category", type->category()}, {"typeId", type->id}, {"label", std::move(label)}});
  }
  return types;
}

json::object render_tie(const ObjectType& to, const Associations::Tie& tie, bool numeric) {
  return json::object{{"toObjectId", render_id(to.table->record(tie.to).id, numeric)}, {"associationTypes", render_types(tie)}};
}

json::object render_labels(const TypePair& pair, RowNumber from, RowNumber to, const AssociationTypes& types, bool numeric) {
  json::array labels;
  for (const AssociationType* type : types) {
    if (!type->label.empty()) labels.emplace_back(type->label);
  }
  return json::object{{"fromObjectTypeId", pair.from->type_id},
                      {"fromObjectId", render_id(pair.from->table->record(from).id, numeric)},
                      {"toObjectTypeId", pair.to->type_id},
                      {"toObjectId", render_id(pair.to->table->record(to).id, numeric)},
                      {"labels", std::move(labels)}};
}

json::array render_default(const std::string& from, const std::string& to, const AssociationType& type) {
  auto row = [&](const std::string& a, const std::string& b, int id) {
    json::object spec{{"associationCategory", type.category()}, {"associationTypeId", id}};
    return json::object{{"from", {{"id", a}}}, {"to", {{"id", b}}}, {"associationSpec", std::move(spec)}};
  };
  json::array both;
  both.push_back(row(from, to, type.id));
  both.push_back(row(to, from, type.inverse));
  return both;
}

std::vector<Associations::Tie> page_of(std::vector<Associations::Tie> ties, const ObjectType& to, std::string_view after, std::size_t limit,
                                       std::string& next) {
  std::vector<Associations::Tie> page;
  next.clear();
  for (Associations::Tie& tie : ties) {
    const std::string& id = to.table->record(tie.to).id;
    if (!after.empty() && id <= after) continue;
    if (page.size() == limit) {
      next = to.table->record(page.back().to).id;
      break;
    }
    page.push_back(std::move(tie));
  }
  return page;
}

Outcome<HubSpot::TiePath> HubSpot::tie_path(Call& call) {
  TiePath path;
  const TypeNames& names = call.request.target.starts_with("/crm/v3/associations/") ? kNamedTieName : kTieName;
  TRY(path.pair.from, type_of(call, names));
  path.pair.to = portal_.catalogue().find(call.parameter("to"), names);
  if (!path.pair.to || portal_.associations().types(*path.pair.from, *path.pair.to).empty()) {
    auto refused = invalid(fmt::format("{} cannot be associated with {}", path.pair.from->name, call.parameter("to")));
    refused.value().sub_category = "crm.associations.INVALID_ASSOCIATION_TYPE";
    return refused;
  }
  for (const auto& [name, value] : call.parameters) {
    if (name == "id") path.row = portal_.find_live(*path.pair.from, value);
    if (name == "to_id") path.to_row = portal_.find_live(*path.pair.to, value);
    if ((name == "id" && path.row == kNoRow) || (name == "to_id" && path.to_row == kNoRow)) return hubspot::not_found();
  }
  if (path.pair.from == path.pair.to && path.row != kNoRow && path.row == path.to_row) {
    return invalid("A record cannot be associated with itself");
  }
  return path;
}

/// A rule of the account, seen from both sides.
HubSpot::Answer HubSpot::ties_read(Call& call, const TieStyle& style) {
  TRY(TiePath path, tie_path(call));
  TRY(std::size_t limit, query_limit(call, 500, 500));
  std::string next;
  auto page = page_of(portal_.live_ties(*path.pair.from, path.row, *path.pair.to), *path.pair.to, call.query_value("after").value_or(""), limit, next);
  json::object body{{"results", style.ties(*path.pair.to, page, portal_.settings().numeric_association_ids)}};
  if (!next.empty()) body["paging"] = {{"next", {{"after", next}}}};
  return json_answer(200, body);
}

HubSpot::Answer HubSpot::tie_default(Call& call) {
  TRY(TiePath path, tie_path(call));
  const AssociationType& type = portal_.associations().types(*path.pair.from, *path.pair.to).front();
  TRY_VOID(portal_.check_room(*path.pair.from, path.row, *path.pair.to, path.to_row, type));
  portal_.tie(*path.pair.from, path.row, *path.pair.to, path.to_row, type, writer(call));
  const std::string &from = path.pair.from->table->record(path.row).id, &to = path.pair.to->table->record(path.to_row).id;
  return batch_answer(200, render_default(from, to, type), {}, call.now);
}

/// Replaces the labels: those that are not named are taken away.
HubSpot::Answer HubSpot::tie_labelled(Call& call) {
  TRY(TiePath path, tie_path(call));
  JsonDocument document;
  auto content_type = call.header("Content-Type");
  if (!content_type || !content_type->starts_with("application/json")) return refuse(415, "", "Content-Type is not supported");
  if (auto parsed = document.parse(call.request.body); !parsed) return bad_json("line 1, column 1: " + parsed.error().message);
  TRY(auto types, read_types(portal_.associations(), path.pair, &document.root()));
  UnitOfWork unit(portal_);
  for (const AssociationType* type : types) {
    TRY_VOID(portal_.check_room(*path.pair.from, path.row, *path.pair.to, path.to_row, *type));
    portal_.tie(*path.pair.from, path.row, *path.pair.to, path.to_row, *type, writer(call));
  }
  const std::vector<AssociationType>& known = portal_.associations().types(*path.pair.from, *path.pair.to);
  for (std::size_t i = 1; i < known.size(); ++i) {
    if (std::find(types.begin(), types.end(), &known[i]) == types.end())
      portal_.untie(*path.pair.from, path.row, *path.pair.to, path.to_row, known[i], writer(call));
  }
  unit.commit();
  return json_answer(201, render_labels(path.pair, path.row, path.to_row, types, portal_.settings().numeric_association_ids));
}

HubSpot::Answer HubSpot::tie_delete(Call& call) {
  TRY(TiePath path, tie_path(call));
  const AssociationType& all = portal_.associations().types(*path.pair.from, *path.pair.to).front();
  portal_.untie(*path.pair.from, path.row, *path.pair.to, path.to_row, all, writer(call));
  return http::Response(204, "");
}

/// Version 3 answers with the record.
HubSpot::Answer HubSpot::tie_named(Call& call) {
  TRY(TiePath path, tie_path(call));
  TRY(const AssociationType* type, named_type(portal_.associations(), path.pair, call.parameter("kind")));
  TRY_VOID(portal_.check_room(*path.pair.from, path.row, *path.pair.to, path.to_row, *type));
  portal_.tie(*path.pair.from, path.row, *path.pair.to, path.to_row, *type, writer(call));
  JsonDocument document;
  Renderer renderer(portal_, document.storage());
  RecordView record = view_of(*path.pair.from, path.row);
  json::object body = renderer.record(record, select(*path.pair.from, {}));
  body["associations"] = renderer.associations(record, {path.pair.to});
  return json_answer(200, body);
}

HubSpot::Answer HubSpot::untie_named(Call& call) {
  TRY(TiePath path, tie_path(call));
  TRY(const AssociationType* type, named_type(portal_.associations(), path.pair, call.parameter("kind")));
  portal_.untie(*path.pair.from, path.row, *path.pair.to, path.to_row, *type, writer(call));
  return http::Response(204, "");
}

}  // namespace lockstep::emulators::hubspot

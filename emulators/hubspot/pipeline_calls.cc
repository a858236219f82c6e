// §2.9: pipelines of tickets and deals, and their stages.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/hubspot/service.h"
#include "emulators/hubspot/values.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::size_t kMaxStages = 100;

template <class Item>
void add_times(json::object& object, const Item& item) {
  object["createdAt"] = format_instant(item.created);
  object["updatedAt"] = format_instant(item.updated);
  object["archived"] = item.archived.ms != 0;
  if (item.archived.ms != 0) object["archivedAt"] = format_instant(item.archived);
}

json::object render(const Stage& stage) {
  json::object metadata{{"isClosed", stage.closed ? "true" : "false"}};
  stage.probability.empty() ? metadata["ticketState"] = (stage.closed ? "CLOSED" : "OPEN") : metadata["probability"] = stage.probability;
  json::object object{{"id", stage.id},
                      {"label", stage.label},
                      {"displayOrder", stage.display_order},
                      {"metadata", std::move(metadata)},
                      {"writePermissions", "CRM_PERMISSIONS_ENFORCEMENT"}};
  add_times(object, stage);
  return object;
}

json::object render(const Pipeline& pipeline) {
  json::array stages;
  for (const Stage& stage : pipeline.stages) {
    if (stage.archived.ms == 0) stages.push_back(render(stage));
  }
  json::object object{{"id", pipeline.id}, {"label", pipeline.label}, {"displayOrder", pipeline.display_order}, {"stages", std::move(stages)}};
  add_times(object, pipeline);
  return object;
}

/// What a body may set of a pipeline or a stage. `all`: label and displayOrder must be there.
template <class Item>
Outcome<void> read_item(const json::object& body, bool all, Item& item) {
  const json::value *label = body.if_contains("label"), *order = body.if_contains("displayOrder");
  if (all && (!label || !order)) return bad_json("line 1, column 1: label and displayOrder are required");
  if (label && (!label->is_string() || label->get_string().empty())) return invalid("label must not be empty");
  if (order && !order->is_int64()) return bad_json("line 1, column 1: displayOrder is not a number");
  if (label) item.label = std::string(label->get_string());
  if (order) item.display_order = order->get_int64();
  const json::value* archived = body.if_contains("archived");
  if (archived && !archived->is_bool()) return bad_json("line 1, column 1: archived is not a boolean");
  if (archived && archived->get_bool()) return invalid("archived is for restoring alone");
  if (archived) item.archived = WallTime{};
  return {};
}

/// {"ticketState":"OPEN"} of tickets, {"probability":"0.2"} of deals. `numbers`: they may stand in metadata as they are.
Outcome<void> read_stage(const json::object& body, bool all, const ObjectType& type, bool numbers, Stage& stage) {
  TRY_VOID(read_item(body, all, stage));
  const json::value* metadata = body.if_contains("metadata");
  if (!metadata && all && type.name == "deals") return bad_json("line 1, column 1: metadata is required");
  if (!metadata) return {};
  const json::object none;
  const json::object& members = metadata->is_object() ? metadata->get_object() : none;
  for (const auto& member : members) {
    if (!member.value().is_string() && !(numbers && member.value().is_number()))
      return bad_json(fmt::format("line 1, column 1: metadata.{} is not a string", std::string_view(member.key())));
  }
  if (type.name == "deals") {
    const json::value* given = members.if_contains("probability");
    std::string probability = given ? scalar_text(*given) : "";
    bool share =
        probability == "1.0" || probability == "1" || (probability.starts_with("0") && probability.find_first_not_of("0123456789.") == std::string::npos);
    if (!share) return invalid("metadata needs a probability from 0.0 to 1.0");
    stage.probability = probability;
    stage.closed = probability.starts_with('1') || probability.find_first_not_of("0.") == std::string::npos;
    return {};
  }
  if (!members.contains("ticketState")) return {};
  std::string_view state = text_member(members, "ticketState");
  if (state != "OPEN" && state != "CLOSED") return invalid("metadata needs a ticketState, OPEN or CLOSED");
  stage.closed = state == "CLOSED";
  return {};
}

Outcome<std::vector<Stage>> read_stages(const json::object& body, const ObjectType& type, bool numbers, Pipelines& pipelines, WallTime now) {
  const json::value* given = body.if_contains("stages");
  if (!given || !given->is_array()) return bad_json("line 1, column 1: stages is missing or not an array");
  std::vector<Stage> stages;
  for (const json::value& item : given->get_array()) {
    if (!item.is_object()) return bad_json("line 1, column 1: a stage is not an object");
    Stage stage;
    TRY_VOID(read_stage(item.get_object(), true, type, numbers, stage));
    auto taken = [&](const Stage& other) { return other.label == stage.label; };
    if (std::any_of(stages.begin(), stages.end(), taken)) return invalid(fmt::format("There are two stages named {}", stage.label));
    stage.id = pipelines.next_id();
    stage.created = stage.updated = now;
    stages.push_back(std::move(stage));
  }
  if (stages.empty()) return invalid("A pipeline needs a stage");
  if (stages.size() > kMaxStages) return invalid(fmt::format("A pipeline has at most {} stages", kMaxStages));
  return stages;
}

}  // namespace

Outcome<Pipeline*> HubSpot::pipeline_of(Call& call, bool archived_too) {
  TRY(ObjectType * type, type_of(call));
  Pipeline* pipeline = portal_.pipelines().find(*type, call.parameter("id"));
  if (!pipeline || (pipeline->archived.ms != 0 && !archived_too)) return hubspot::not_found();
  return pipeline;
}

Outcome<Stage*> HubSpot::stage_of(Call& call, bool archived_too) {
  TRY(Pipeline * pipeline, pipeline_of(call, false));
  for (Stage& stage : pipeline->stages) {
    if (stage.id == call.parameter("stage") && (stage.archived.ms == 0 || archived_too)) return &stage;
  }
  return hubspot::not_found();
}

/// Refuses what records still stand in, where the call asks for that (§2.9).
Outcome<void> HubSpot::check_unused(const Call& call, const std::vector<std::string>& stages) {
  TRY(const ObjectType* type, type_of(call));
  bool asked = query_flag(call, "validateReferencesBeforeDelete") || (type->name == "deals" && query_flag(call, "validateDealStageUsagesBeforeDelete"));
  const FieldId column = type->property(type->stage).column;
  std::vector<std::string> held;
  for (RowNumber row = 0; asked && row < type->table->row_count(); ++row) {
    bool here = std::find(stages.begin(), stages.end(), text_of(type->table->get(row, column))) != stages.end();
    if (here && !type->table->record(row).deleted) held.push_back(type->table->record(row).id);
  }
  if (held.empty()) return {};
  std::string all = "[" + join(stages, ", ") + "]", records = "[" + join(held, ", ") + "]";
  auto refused = invalid(fmt::format("Stage IDs: {} are being referenced by object IDs: {}", all, records));
  refused.value().sub_category = "PipelineError.STAGE_ID_IN_USE";
  refused.value().context = {{"stageIds", {all}}, {"objectIds", {records}}};
  return refused;
}

/// After a change: the options follow, the change is on record.
http::Response HubSpot::pipeline_changed(const Call& call, int status, const std::string& identifier, const std::string& action, json::object after) {
  portal_.pipelines().note(identifier, action, call.now, after);
  portal_.pipelines().fill_options(portal_.catalogue().object(call.parameter("type")));
  return status == 204 ? http::Response(204, "") : json_answer(status, after);
}

HubSpot::Answer HubSpot::pipeline_list(Call& call) {
  TRY(ObjectType * type, type_of(call));
  json::array results;
  for (const Pipeline& pipeline : portal_.pipelines().all()) {
    if (pipeline.type == type->name && pipeline.archived.ms == 0) results.push_back(render(pipeline));
  }
  return json_answer(200, json::object{{"results", std::move(results)}});
}

HubSpot::Answer HubSpot::pipeline_read(Call& call) {
  TRY(Pipeline * pipeline, pipeline_of(call, true));
  return json_answer(200, render(*pipeline));
}

HubSpot::Answer HubSpot::pipeline_create(Call& call) {
  TRY(ObjectType * type, type_of(call));
  if (type->pipeline.empty()) return invalid(fmt::format("{} have no pipelines", type->name));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  Pipeline pipeline;
  pipeline.type = type->name;
  TRY_VOID(read_item(*body, true, pipeline));
  for (const Pipeline& other : portal_.pipelines().all()) {
    if (other.type == type->name && other.label == pipeline.label && other.archived.ms == 0)
      return refuse(409, "CONFLICT", fmt::format("A pipeline named {} already exists.", pipeline.label));
  }
  TRY(pipeline.stages, read_stages(*body, *type, portal_.settings().numeric_metadata, portal_.pipelines(), call.now));
  pipeline.id = portal_.pipelines().next_id();
  pipeline.created = pipeline.updated = call.now;
  portal_.pipelines().all().push_back(pipeline);
  return pipeline_changed(call, 201, pipeline.id, "CREATE", render(pipeline));
}

HubSpot::Answer HubSpot::pipeline_update(Call& call) {
  TRY(Pipeline * pipeline, pipeline_of(call, true));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  Pipeline next = *pipeline;
  TRY_VOID(read_item(*body, false, next));
  next.updated = call.now;
  *pipeline = std::move(next);
  return pipeline_changed(call, 200, pipeline->id, "UPDATE", render(*pipeline));
}

HubSpot::Answer HubSpot::pipeline_replace(Call& call) {
  TRY(Pipeline * pipeline, pipeline_of(call, false));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  Pipeline next = *pipeline;
  TRY_VOID(read_item(*body, true, next));
  std::vector<std::string> gone;
  for (const Stage& stage : pipeline->stages) gone.push_back(stage.id);
  TRY_VOID(check_unused(call, gone));
  TRY(const ObjectType* type, type_of(call));
  TRY(next.stages, read_stages(*body, *type, portal_.settings().numeric_metadata, portal_.pipelines(), call.now));
  next.updated = call.now;
  *pipeline = std::move(next);
  return pipeline_changed(call, 200, pipeline->id, "UPDATE", render(*pipeline));
}

HubSpot::Answer HubSpot::pipeline_archive(Call& call) {
  TRY(Pipeline * pipeline, pipeline_of(call, false));
  std::vector<std::string> stages;
  for (const Stage& stage : pipeline->stages) stages.push_back(stage.id);
  TRY_VOID(check_unused(call, stages));
  pipeline->archived = pipeline->updated = call.now;
  return pipeline_changed(call, 204, pipeline->id, "DELETE", render(*pipeline));
}

HubSpot::Answer HubSpot::stage_list(Call& call) {
  TRY(Pipeline * pipeline, pipeline_of(call, false));
  return json_answer(200, json::object{{"results", render(*pipeline).at("stages")}});
}

HubSpot::Answer HubSpot::stage_read(Call& call) {
  TRY(Stage * stage, stage_of(call, true));
  return json_answer(200, render(*stage));
}

HubSpot::Answer HubSpot::stage_create(Call& call) {
  TRY(Pipeline * pipeline, pipeline_of(call, false));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  Stage stage;
  TRY(const ObjectType* type, type_of(call));
  TRY_VOID(read_stage(*body, true, *type, portal_.settings().numeric_metadata, stage));
  for (const Stage& other : pipeline->stages) {
    if (other.label == stage.label && other.archived.ms == 0) return refuse(409, "CONFLICT", fmt::format("A stage named {} already exists.", stage.label));
  }
  auto live = std::count_if(pipeline->stages.begin(), pipeline->stages.end(), [](const Stage& each) { return each.archived.ms == 0; });
  if (static_cast<std::size_t>(live) >= kMaxStages) return invalid(fmt::format("A pipeline has at most {} stages", kMaxStages));
  stage.id = portal_.pipelines().next_id();
  stage.created = stage.updated = call.now;
  pipeline->stages.push_back(stage);
  return pipeline_changed(call, 201, stage.id, "CREATE", render(stage));
}

HubSpot::Answer HubSpot::change_stage(Call& call, bool all) {
  TRY(Stage * stage, stage_of(call, !all));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  Stage next = *stage;
  TRY(const ObjectType* type, type_of(call));
  TRY_VOID(read_stage(*body, all, *type, portal_.settings().numeric_metadata, next));
  next.updated = call.now;
  *stage = std::move(next);
  return pipeline_changed(call, 200, stage->id, "UPDATE", render(*stage));
}

HubSpot::Answer HubSpot::stage_update(Call& call) { return change_stage(call, false); }

HubSpot::Answer HubSpot::stage_replace(Call& call) { return change_stage(call, true); }

HubSpot::Answer HubSpot::stage_archive(Call& call) {
  TRY(Stage * stage, stage_of(call, false));
  TRY_VOID(check_unused(call, {stage->id}));
  stage->archived = stage->updated = call.now;
  return pipeline_changed(call, 204, stage->id, "DELETE", render(*stage));
}

HubSpot::Answer HubSpot::pipeline_audit(Call& call) {
  TRY(Pipeline * pipeline, pipeline_of(call, true));
  return json_answer(200, audit(pipeline->id));
}

HubSpot::Answer HubSpot::stage_audit(Call& call) {
  TRY(Stage * stage, stage_of(call, true));
  return json_answer(200, audit(stage->id));
}

json::object HubSpot::audit(const std::string& identifier) {
  json::array results;
  for (const Pipelines::Change& change : portal_.pipelines().changes()) {
    if (change.identifier != identifier) continue;
    results.insert(results.begin(), json::object{{"portalId", options_.portal_id},
                                                 {"identifier", fmt::format("{}:{}", options_.portal_id, change.identifier)},
                                                 {"action", change.action},
                                                 {"timestamp", format_instant(change.at)},
                                                 {"rawObject", json::serialize(change.after)}});
  }
  return json::object{{"results", std::move(results)}};
}

}  // namespace lockstep::emulators::hubspot

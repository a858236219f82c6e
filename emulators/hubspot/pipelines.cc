#include "emulators/hubspot/pipelines.h"

#include <algorithm>

namespace lockstep::emulators::hubspot {
namespace {

Pipeline make_pipeline(std::string type, std::string id, std::string label, std::vector<Stage> stages) {
  Pipeline pipeline{std::move(type), std::move(id), std::move(label), std::move(stages)};
  pipeline.created = pipeline.updated = kFounded;
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i) {
    Stage& stage = pipeline.stages[i];
    stage.display_order = static_cast<std::int64_t>(i);
    stage.created = stage.updated = kFounded;
  }
  return pipeline;
}

}  // namespace

const Stage* Pipeline::find(std::string_view stage) const {
  for (const Stage& known : stages) {
    if (known.id == stage && known.archived.ms == 0) return &known;
  }
  return nullptr;
}

Pipelines::Pipelines() {
  pipelines_.push_back(make_pipeline("tickets", "0", "Support Pipeline",
                                     {{"1", "New", false}, {"2", "Waiting on contact", false}, {"3", "Waiting on us", false}, {"4", "Closed", true}}));
  pipelines_.push_back(
      make_pipeline("tickets", "712000", "Returns", {{"712001", "Requested", false}, {"712002", "Received", false}, {"712003", "Refunded", true}}));
  pipelines_.back().display_order = 1;
  auto stage = [](const char* id, const char* label, const char* probability) {
    return Stage{id, label, std::string_view(probability) == "1.0" || std::string_view(probability) == "0.0", 0, probability};
  };
  pipelines_.push_back(
      make_pipeline("deals", "default", "Sales Pipeline",
                    {stage("appointmentscheduled", "Appointment Scheduled", "0.2"), stage("qualifiedtobuy", "Qualified To Buy", "0.4"),
                     stage("presentationscheduled", "Presentation Scheduled", "0.6"), stage("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
                     stage("contractsent", "Contract Sent", "0.9"), stage("closedwon", "Closed Won", "1.0"), stage("closedlost", "Closed Lost", "0.0")}));
}

Pipeline* Pipelines::find(const ObjectType& type, std::string_view id) {
  auto known = std::find_if(pipelines_.begin(), pipelines_.end(), [&](const Pipeline& each) { return each.type == type.name && each.id == id; });
  return known == pipelines_.end() ? nullptr : &*known;
}

const Stage* Pipelines::find_stage(const ObjectType& type, std::string_view pipeline, std::string_view stage) const {
  for (const Pipeline& each : pipelines_) {
    if (each.type == type.name && each.id == pipeline && each.archived.ms == 0) return each.find(stage);
  }
  return nullptr;
}

std::string Pipelines::first_id(const ObjectType& type) const {
  return std::find_if(pipelines_.begin(), pipelines_.end(), [&](const Pipeline& each) { return each.type == type.name; })->id;
}

void Pipelines::note(std::string identifier, std::string action, WallTime at, const json::value& after) {
  changes_.push_back({std::move(identifier), std::move(action), at, json::value(after, json::storage_ptr())});
}

void Pipelines::fill_options(ObjectType& type) const {
  std::vector<Option>&pipelines = type.properties.at(type.pipeline).options, &stages = type.properties.at(type.stage).options;
  pipelines.clear();
  stages.clear();
  for (const Pipeline& pipeline : pipelines_) {
    if (pipeline.type != type.name || pipeline.archived.ms != 0) continue;
    pipelines.push_back({pipeline.id, pipeline.label, "", pipeline.display_order});
    for (const Stage& stage : pipeline.stages) {
      if (stage.archived.ms == 0) stages.push_back({stage.id, stage.label, "", stage.display_order});
    }
  }
}

}  // namespace lockstep::emulators::hubspot

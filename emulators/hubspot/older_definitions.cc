// Ties, owners, pipelines and properties as versions 1 and 2 have them (§0.1).
#include <fmt/format.h>

#include <algorithm>

#include "emulators/hubspot/service.h"

namespace lockstep::emulators::hubspot {
namespace {

/// What a definition ties: its ids are those of version 4 (§2.12).
struct OlderTie {
  const ObjectType* from = nullptr;
  const ObjectType* to = nullptr;
  const AssociationType* type = nullptr;
};

Outcome<OlderTie> tie_of(Portal& portal, std::string_view definition) {
  static constexpr std::string_view kOfEngagements[] = {"7", "8", "9", "10", "11", "12", "17", "18"};  // of all kinds at once, as version 1 had them
  if (std::find(std::begin(kOfEngagements), std::end(kOfEngagements), definition) != std::end(kOfEngagements))
    return not_served("associations of engagements in version 1");
  int id = static_cast<int>(older_number(definition));
  for (const ObjectType& from : portal.catalogue().objects()) {
    for (const ObjectType& to : portal.catalogue().objects()) {
      const AssociationType* type = portal.associations().find_type(from, to, id);
      if (type && !type->user_defined) return OlderTie{&from, &to, type};
    }
  }
  return invalid(fmt::format("There is no association definition {}", definition));
}

}  // namespace

/// One tie, or a list of them, made or taken away.
OlderApi::Answer OlderApi::older_associate(Call& call) {
  JsonDocument document;
  if (!document.parse(call.request.body)) return bad_json("line 1, column 1");
  json::array wanted = document.root().is_array() ? document.root().get_array() : json::array{document.root()};
  bool removes = call.request.path().find("/delete") != std::string::npos;
  UnitOfWork unit(portal_);
  for (const json::value& each : wanted) {
    const json::object* given = each.if_object();
    const json::value *definition = given ? given->if_contains("definitionId") : nullptr, *from_id = given ? given->if_contains("fromObjectId") : nullptr,
                      *to_id = given ? given->if_contains("toObjectId") : nullptr;
    if (!definition || !from_id || !to_id) return invalid("An association needs fromObjectId, toObjectId and definitionId");
    TRY(OlderTie tie, tie_of(portal_, scalar_text(*definition)));
    RowNumber from_row = portal_.find_live(*tie.from, scalar_text(*from_id)), to_row = portal_.find_live(*tie.to, scalar_text(*to_id));
    if (from_row == kNoRow || to_row == kNoRow) return invalid("One of the objects does not exist");
    const AssociationType& whole = portal_.associations().types(*tie.from, *tie.to).front();
    if (removes) portal_.untie(*tie.from, from_row, *tie.to, to_row, whole, writer(call));
    else portal_.tie(*tie.from, from_row, *tie.to, to_row, *tie.type, writer(call));
  }
  unit.commit();
  return http::Response(204, "");
}

OlderApi::Answer OlderApi::older_associations(Call& call) {
  TRY(OlderTie tie, tie_of(portal_, call.parameter("definition")));
  RowNumber row = portal_.find_live(*tie.from, call.parameter("id"));
  if (row == kNoRow) return refuse(404, "", "resource not found");
  json::array ids = older_ties(*tie.from, row, tie.to->name);
  json::value last = ids.empty() ? json::value(0) : ids.back();
  return json_answer(200, json::object{{"results", std::move(ids)}, {"hasMore", false}, {"offset", last}});
}

/// All, or the one that the path names.
OlderApi::Answer OlderApi::older_owners(Call& call) {
  std::string email = call.query_value("email").value_or("");
  json::array rows;
  for (const Owner& owner : portal_.owners()) {
    if (owner.archived || (!email.empty() && owner.email != email)) continue;
    json::object shown{{"portalId", host_.portal_id},
                       {"ownerId", older_number(owner.id)},
                       {"type", "PERSON"},
                       {"firstName", owner.first_name},
                       {"lastName", owner.last_name},
                       {"email", owner.email},
                       {"hasContactsAccess", true},
                       {"activeUserId", older_number(owner.user_id)},
                       {"remoteList", json::array()}};
    if (!call.parameters.empty() && owner.id == call.parameter("id")) return json_answer(200, shown);
    rows.push_back(std::move(shown));
  }
  if (!call.parameters.empty()) return refuse(404, "", "resource not found");
  return json_answer(200, rows);
}

/// Of deals: all, or the one that the path names.
OlderApi::Answer OlderApi::older_deal_pipelines(Call& call) {
  json::array all;
  for (const Pipeline& pipeline : portal_.pipelines().all()) {
    if (pipeline.type != "deals" || pipeline.archived.ms != 0) continue;
    json::array stages;
    for (const Stage& stage : pipeline.stages) {
      if (stage.archived.ms == 0)
        stages.push_back(json::object{{"stageId", stage.id}, {"label", stage.label}, {"displayOrder", stage.display_order}, {"active", true}});
    }
    json::object shown{
        {"pipelineId", pipeline.id}, {"label", pipeline.label}, {"displayOrder", pipeline.display_order}, {"active", true}, {"stages", std::move(stages)}};
    if (!call.parameters.empty() && pipeline.id == call.parameter("id")) return json_answer(200, shown);
    all.push_back(std::move(shown));
  }
  if (!call.parameters.empty()) return refuse(404, "", "resource not found");
  return json_answer(200, all);
}

OlderApi::Answer OlderApi::older_pipelines(Call& call) {
  const ObjectType* type = portal_.catalogue().find(call.parameter("type"));
  if (!type) return invalid("Unable to infer object type from: " + call.parameter("type"));
  json::array results;
  for (const Pipeline& pipeline : portal_.pipelines().all()) {
    if (pipeline.type != type->name || pipeline.archived.ms != 0) continue;
    json::array stages;
    for (const Stage& stage : pipeline.stages) {
      if (stage.archived.ms == 0)
        stages.push_back(json::object{{"stageId", stage.id}, {"label", stage.label}, {"displayOrder", stage.display_order}, {"active", true}});
    }
    results.push_back(json::object{{"pipelineId", pipeline.id},
                                   {"objectType", type->name == "deals" ? "DEAL" : "TICKET"},
                                   {"label", pipeline.label},
                                   {"displayOrder", pipeline.display_order},
                                   {"active", true},
                                   {"stages", std::move(stages)},
                                   {"createdAt", pipeline.created.ms},
                                   {"updatedAt", pipeline.updated.ms}});
  }
  return json_answer(200, json::object{{"results", std::move(results)}});
}

/// A property or a group is made, changed or taken away, as the present version does it.
HubSpot::Answer HubSpot::older_property_write(Call& call) {
  bool group = call.request.target.find("/groups") != std::string::npos;
  if (call.request.method == "DELETE") return group ? group_archive(call) : property_archive(call);
  bool makes = call.request.method == "POST";
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  json::object given(*body, json::storage_ptr());
  if (!makes) given.erase("name");  // which stays what it is
  http::ServerRequest now;
  now.method = makes ? "POST" : "PATCH";
  if (group && given.contains("displayName")) given["label"] = given["displayName"];
  now.target = "/crm/v3/properties/" + call.parameter("type") + (group ? "/groups" : "") + (makes ? "" : "/" + call.parameter("name"));
  now.headers.add("Content-Type", "application/json");
  now.body = json::serialize(given);
  http::Response done = dispatch(now, call);
  if (done.status == 201) done.status = 200;
  if (group && done.status == 200) {
    json::object shown = json::parse(done.body).as_object();
    shown["displayName"] = shown["label"];
    done.body = json::serialize(shown);
  }
  return done;
}

HubSpot::Answer HubSpot::older_property_groups(Call& call) {
  TRY(http::Response now, group_list(call));
  return json_answer(200, json::parse(now.body).at("results"));
}

/// All of a type, or the one that the path names; with what the present version says of them.
HubSpot::Answer HubSpot::older_property_definitions(Call& call) {
  TRY(http::Response now, property_list(call));
  json::value said = json::parse(now.body);
  bool one = call.parameters.size() > 1;
  for (const json::value& each : said.at("results").as_array()) {
    if (one && each.at("name").as_string() == call.parameter("name")) return json_answer(200, each);
  }
  if (one) return refuse(404, "", "property does not exist");
  return json_answer(200, said.at("results"));
}

}  // namespace lockstep::emulators::hubspot

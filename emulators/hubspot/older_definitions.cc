// Ties, owners, pipelines and properties as versions 1 and 2 have them (§0.1).
#include <algorithm>

#include "emulators/hubspot/service.h"

namespace lockstep::emulators::hubspot {
namespace {

struct OlderTie {
  int definition;
  std::string_view from, to;
};
constexpr OlderTie kTies[] = {{1, "contacts", "companies"}, {2, "companies", "contacts"}, {3, "deals", "contacts"},    {4, "contacts", "deals"},
                              {5, "deals", "companies"},    {6, "companies", "deals"},    {15, "contacts", "tickets"}, {16, "tickets", "contacts"},
                              {25, "companies", "tickets"}, {26, "tickets", "companies"}, {27, "deals", "tickets"},    {28, "tickets", "deals"}};

const OlderTie* tie_of(std::string_view definition) {
  auto known = std::find_if(std::begin(kTies), std::end(kTies), [&](const OlderTie& each) { return std::to_string(each.definition) == definition; });
  return known == std::end(kTies) ? nullptr : known;
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
    const OlderTie* tie = definition && from_id && to_id ? tie_of(scalar_text(*definition)) : nullptr;
    if (!tie) return invalid("An association needs fromObjectId, toObjectId and a definitionId that is known");
    const ObjectType &from = *portal_.catalogue().find(tie->from), &to = *portal_.catalogue().find(tie->to);
    RowNumber from_row = portal_.find_live(from, scalar_text(*from_id)), to_row = portal_.find_live(to, scalar_text(*to_id));
    if (from_row == kNoRow || to_row == kNoRow) return invalid("One of the objects does not exist");
    const AssociationType& kind = portal_.associations().types(from, to).front();
    if (removes) portal_.untie(from, from_row, to, to_row, kind, writer(call));
    else portal_.tie(from, from_row, to, to_row, kind, writer(call));
  }
  unit.commit();
  return http::Response(204, "");
}

OlderApi::Answer OlderApi::older_associations(Call& call) {
  const OlderTie* tie = tie_of(call.parameter("definition"));
  if (!tie) return invalid("No association definition " + call.parameter("definition"));
  const ObjectType& from = *portal_.catalogue().find(tie->from);
  RowNumber row = portal_.find_live(from, call.parameter("id"));
  if (row == kNoRow) return refuse(404, "", "resource not found");
  json::array ids = older_ties(from, row, tie->to);
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

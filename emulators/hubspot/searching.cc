// §3.1: the search call.
#include <fmt/format.h>

#include "emulators/hubspot/search.h"
#include "emulators/hubspot/service.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::size_t kMaxBody = 3'000;  // characters

}  // namespace

HubSpot::Answer HubSpot::search(Call& call) {
  TRY(ObjectType * type, type_of(call));
  if (call.request.body.size() > kMaxBody) return invalid(fmt::format("The search body is longer than {} characters", kMaxBody));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(SearchQuery query, read_search(portal_, *type, *body));
  SearchResult found = run_search(portal_, *type, query, call.now);
  JsonDocument answer;
  Renderer renderer(portal_, answer.storage());
  json::array results = answer.array();
  for (const RecordView& record : found.page) results.push_back(renderer.record(record, query.selection));
  json::object object = answer.object();
  object["total"] = found.total;
  object["results"] = std::move(results);
  std::size_t next = query.after + found.page.size();
  if (!found.page.empty() && next < found.total) object["paging"] = {{"next", {{"after", std::to_string(next)}}}};
  return json_answer(200, object);
}

}  // namespace lockstep::emulators::hubspot

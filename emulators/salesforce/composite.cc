// §2.6: up to 25 calls in one, which may refer to each other's results.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "emulators/salesforce/composite_parts.h"
#include "emulators/salesforce/dialect.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr std::size_t kMaxGraphs = 75, kMaxNodes = 500, kMaxFailedGraphs = 14, kMaxGraphDepth = 15, kMaxNodeKinds = 15;

/// How many parts stand one on the other at most.
std::size_t depth_of(const std::vector<Part>& parts) {
  std::map<std::string, std::size_t> depths;
  std::size_t deepest = 0;
  for (const Part& part : parts) {
    std::string text = part.url + (part.body ? json::serialize(*part.body) : "");
    std::size_t depth = 1;
    for (const auto& [reference, below] : depths) {
      bool used = text.find("@{" + reference + ".") != std::string::npos || text.find("@{" + reference + "[") != std::string::npos;
      if (used) depth = std::max(depth, below + 1);
    }
    depths[part.reference] = depth;
    deepest = std::max(deepest, depth);
  }
  return deepest;
}

/// "POST v60.0/sobjects/Account": what a node is, apart from which record.
std::string kind_of(const Part& part) {
  constexpr std::size_t kSegments = 3;  // version, resource, object
  std::string_view rest = std::string_view(part.url).substr(std::string_view("/services/data/").size());
  std::size_t end = 0;
  for (std::size_t i = 0; i < kSegments && end != std::string_view::npos; ++i) end = rest.find_first_of("/?", end == 0 ? 0 : end + 1);
  return part.method + " " + std::string(rest.substr(0, end));
}

std::size_t kinds_of(const std::vector<Part>& parts) {
  std::set<std::string> kinds;
  for (const Part& part : parts) kinds.insert(kind_of(part));
  return kinds.size();
}

struct Graph {
  std::string id;
  std::vector<Part> parts;
};

Outcome<std::vector<Graph>> read_graphs(const json::object& body) {
  const json::value* given = body.if_contains("graphs");
  if (!given || !given->is_array() || given->get_array().empty()) return refuse("JSON_PARSER_ERROR", "graphs must be an array of at least one graph");
  if (given->get_array().size() > kMaxGraphs) return refuse("LIMIT_EXCEEDED", "The request has more than 75 graphs");
  std::vector<Graph> graphs;
  std::set<std::string> ids;
  std::size_t nodes = 0;
  for (const json::value& item : given->get_array()) {
    const json::object* object = item.if_object();
    Graph graph;
    if (object) graph.id = std::string(text_member(*object, "graphId"));
    if (graph.id.empty() || !ids.insert(graph.id).second) return refuse("INVALID_INPUT", "every graph needs a graphId of its own");
    auto parts = read_parts(*object, kMaxNodes);
    if (!parts) return tl::unexpected(parts.error());
    graph.parts = std::move(*parts);
    nodes += graph.parts.size();
    if (depth_of(graph.parts) > kMaxGraphDepth) return refuse("LIMIT_EXCEEDED", "A graph is deeper than 15");
    if (kinds_of(graph.parts) > kMaxNodeKinds) return refuse("LIMIT_EXCEEDED", "A graph has more than 15 different kinds of nodes");
    graphs.push_back(std::move(graph));
  }
  if (nodes > kMaxNodes) return refuse("LIMIT_EXCEEDED", "The request has more than 500 nodes");
  return graphs;
}

}  // namespace

http::Response Salesforce::composite(Call& call) {
  JsonDocument document;
  if (auto refused = read_json(call, document, json::kind::object)) return std::move(*refused);
  const json::object& body = document.root().get_object();
  auto parts = read_parts(body, kMaxParts);
  if (!parts) return error_response(parts.error());
  auto send = [&](const http::ServerRequest& request) { return dispatch(request, call); };
  std::vector<PartResult> results = run_parts(database(), *parts, flag_of(body, "allOrNone"), send);
  return json_response(200, json::object{{"compositeResponse", rendered(results)}});
}

/// Each graph is all or none by itself; after 14 failed ones the rest is not run.
http::Response Salesforce::composite_graph(Call& call) {
  JsonDocument document;
  if (auto refused = read_json(call, document, json::kind::object)) return std::move(*refused);
  auto graphs = read_graphs(document.root().get_object());
  if (!graphs) return error_response(graphs.error());
  auto send = [&](const http::ServerRequest& request) { return dispatch(request, call); };
  json::array answers;
  std::size_t failed = 0;
  for (Graph& graph : *graphs) {
    std::vector<PartResult> results;
    if (failed < kMaxFailedGraphs) {
      results = run_parts(database(), graph.parts, true, send);
    } else {
      for (const Part& part : graph.parts) results.push_back(halted_part(part, "Processing halted: too many graphs have failed"));
    }
    bool good = std::all_of(results.begin(), results.end(), [](const PartResult& result) { return result.status < 400; });
    if (!good) ++failed;
    answers.push_back(json::object{{"graphId", graph.id}, {"graphResponse", {{"compositeResponse", rendered(results)}}}, {"isSuccessful", good}});
  }
  return json_response(200, json::object{{"graphs", std::move(answers)}});
}

}  // namespace lockstep::emulators::salesforce

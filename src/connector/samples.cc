// A connector file's own examples: answers with the class they must end in, knocks with what they must tell.
#include <algorithm>

#include "base/text.h"
#include "connector/classify.h"
#include "connector/compiler.h"
#include "connector/door.h"
#include "expression/operand.h"

namespace lockstep::connector {

namespace {

void report(grammar::Findings& findings, const Node& node, std::string message) {
  findings.push_back(grammar::Finding{grammar::Finding::Severity::error, node.mark, std::move(message), ""});
}

http::Headers headers_of(const Node* node) {
  http::Headers headers;
  if (node)
    for (const auto& [name, value] : node->members) headers.add(name, value.scalar);
  return headers;
}

std::string body_of(const Node* node) {
  if (!node) return "";
  if (node->kind == Node::Kind::scalar) return node->scalar;
  std::string text;
  const Result<void> written = append_json(expression::Operand(value_of_node(*node)), text);
  return written ? text : "";
}

WallTime time_at(const Node& node, std::string_view key) { return parse_iso_time(text_at(node, key)).value_or(WallTime{}); }

void run_answer(const Definition& definition, const Node& node, grammar::Findings& findings) {
  const Node& answer_node = *node.find("answer");
  const Node* expect = node.find("expect");
  if (!expect) return report(findings, node, "a sample needs 'expect'");
  const Answer answer(static_cast<int>(number_at(answer_node, "status", 200)), headers_of(answer_node.find("headers")), body_of(answer_node.find("body")));
  Scope scope(definition.roots.all().size());
  answer.enter(scope);
  const boost::json::value* item = nullptr;
  Answer item_holder(200, http::Headers{}, body_of(answer_node.find("item")));
  if (item_holder.has_json()) item = &item_holder.json();
  if (item) scope.set(kItem, expression::Operand(item));
  Value row;
  if (const Node* of = node.find("row")) {
    row = value_of_node(*of);
    scope.set(kRow, expression::Operand::borrow(row));
  }
  Classifier classifier(definition, Rng(1));
  const std::string operation = text_at(node, "op", "update"), where = text_at(node, "where", item ? "item" : "call");
  const Failure failure = classifier.classify(scope, Classifier::Question{operation, where}, answer.status(), time_at(node, "now"));
  const std::string wanted = text_at(*expect, "class");
  if (to_string(failure.failure_class) != wanted)
    report(findings, node, "the sample ends in class '" + std::string(to_string(failure.failure_class)) + "', not '" + wanted + "'");
  if (const std::string act = text_at(*expect, "act", failure.act); act != failure.act)
    report(findings, node, "the sample's act is '" + failure.act + "', not '" + act + "'");
  if (expect->find("fields") && texts_at(*expect, "fields") != failure.fields)
    report(findings, node, "the sample names the fields '" + join(failure.fields, ", ") + "', not '" + join(texts_at(*expect, "fields"), ", ") + "'");
  if (expect->find("ids") && texts_at(*expect, "ids") != failure.ids)
    report(findings, node, "the sample names the ids '" + join(failure.ids, ", ") + "', not '" + join(texts_at(*expect, "ids"), ", ") + "'");
  if (expect->find("wait") && duration_at(*expect, "wait", Duration{-1}) != failure.wait.value_or(Duration{-2}))
    report(findings, node, "the sample waits " + (failure.wait ? format_duration(*failure.wait) : "not at all") + ", not " + text_at(*expect, "wait"));
}

void run_door(const Definition& definition, const Node& node, grammar::Findings& findings) {
  const Node* request_node = node.find("request");
  const Node* expect = node.find("expect");
  const std::string name = text_at(node, "door");
  const auto door = std::ranges::find(definition.doors, name, &DoorSpec::name);
  if (!request_node || !expect || door == definition.doors.end())
    return report(findings, node, "a door's sample needs 'request', 'expect' and the name of a door");
  const std::string uri = text_at(*request_node, "uri");
  const auto url = http::parse_url(uri);
  if (!url) return report(findings, *request_node, "'uri' is no URL");
  http::ServerRequest request;
  request.method = text_at(*request_node, "method", "POST");
  request.target = url->target;
  request.headers = headers_of(request_node->find("headers"));
  request.body = body_of(request_node->find("body"));
  Map secret_map, fact_map;
  if (const Node* given = node.find("secrets"))
    for (const auto& [key, value] : given->members) secret_map.emplace_back(key, Value(value.scalar));
  if (const Node* given = node.find("facts"))
    for (const auto& [key, value] : given->members) fact_map.emplace_back(key, Value(value.scalar));
  make_map(secret_map);
  make_map(fact_map);
  const DoorContext context{definition, uri.substr(0, uri.size() - url->target.size()), Value(Map{}), Value(std::move(fact_map)), Value(std::move(secret_map))};
  const Connector::DoorAnswer answer = Doorkeeper(context).knock(*door, request, time_at(node, "now"));
  const bool verified = flag_at(*expect, "verified", true);
  if (verified == answer.refused) report(findings, node, verified ? "the sample is refused: " + answer.reason : "the sample is not refused");
  if (expect->find("events") && number_at(*expect, "events", -1) >= 0 && static_cast<std::size_t>(number_at(*expect, "events", 0)) != answer.events.size())
    report(findings, node, "the sample tells " + std::to_string(answer.events.size()) + " events, not " + text_at(*expect, "events"));
}

}  // namespace

grammar::Findings run_samples(const Definition& definition) {
  grammar::Findings findings;
  for (const Sample& sample : definition.samples) {
    if (sample.node.find("answer")) run_answer(definition, sample.node, findings);
    else if (sample.node.find("door")) run_door(definition, sample.node, findings);
    else report(findings, sample.node, "a sample has 'answer' or 'door'");
  }
  return findings;
}

}  // namespace lockstep::connector

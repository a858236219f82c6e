#include "test/mapping/shipped.h"

#include <gtest/gtest.h>

#include "base/check.h"

namespace lockstep::mapping {

namespace {

using Form = ConnectorInfo::Form;

ConnectorInfo connector(std::string name, std::vector<std::string> objects, const std::vector<Form>& forms) {
  ConnectorInfo info;
  info.name = std::move(name);
  info.objects = std::move(objects);
  for (const std::string& object : info.objects) info.forms[object] = forms;
  return info;
}

grammar::Node parsed(const std::string& name) {
  auto node = grammar::parse_file(std::string(LOCKSTEP_SOURCE_DIR) + "/" + name);
  CHECK(node, node.error().message);
  return std::move(*node);
}

}  // namespace

std::vector<ConnectorInfo> known_connectors() {
  return {connector("salesforce", {"Account", "Contact", "Case", "Task", "EmailMessage"}, {{"plain", {"name"}}, {"polymorphic", {"name"}}}),
          connector("hubspot", {"company", "contact", "ticket", "note", "call", "email"}, {{"plain", {"name"}}, {"association", {"to"}}}),
          connector("dynamics365", {"account", "contact", "incident", "annotation", "phonecall", "email"}, {{"plain", {"name"}}, {"lookup", {"name", "nav"}}})};
}

const Shipped& shipped() {
  static const Shipped all = [] {
    Shipped loaded;
    grammar::Findings findings;
    loaded.model = load_model({parsed("models/customer_support.yaml")}, findings);
    std::vector<grammar::Node> files;
    for (const char* type : {"account", "contact", "case", "interaction"}) files.push_back(parsed("mappings/" + std::string(type) + ".yaml"));
    loaded.mappings = load_mappings(files, loaded.model, known_connectors(), findings);
    for (const grammar::Finding& finding : findings) ADD_FAILURE() << finding.text();
    return loaded;
  }();
  return all;
}

std::vector<ShippedMapping> shipped_mappings() {
  std::vector<ShippedMapping> all;
  for (const Mapping& mapping : shipped().mappings)
    for (const auto& [system, entity_mapping] : mapping.systems) all.push_back({&shipped().model.at(mapping.type), entity_mapping.get()});
  return all;
}

const EntityMapping& Loaded::at(const std::string& type, const std::string& system) const {
  CHECK(findings.empty(), findings);
  return *mappings[model.find(type)->value()].systems.at(system);
}

Loaded load(const std::string& model, const std::string& mapping, const std::vector<ConnectorInfo>& connectors) {
  Loaded loaded;
  grammar::Findings findings;
  const auto model_node = grammar::parse_text(model, "model.yaml");
  const auto mapping_node = grammar::parse_text(mapping, "mapping.yaml");
  if (!model_node || !mapping_node) {
    loaded.findings = !model_node ? model_node.error().message : mapping_node.error().message;
    return loaded;
  }
  loaded.model = load_model({*model_node}, findings);
  loaded.mappings = load_mappings({*mapping_node}, loaded.model, connectors, findings);
  for (const grammar::Finding& finding : findings) loaded.findings += finding.text() + "\n";
  return loaded;
}

}  // namespace lockstep::mapping

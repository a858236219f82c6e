#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connector/definition.h"
#include "grammar/node.h"

namespace lockstep::connector {

using grammar::Findings;
using grammar::Node;

/// Turns nodes of a connector file into compiled parts. Every mistake becomes a finding with its place; what is compiled
/// then is not used.
class Compiler {
 public:
  Compiler(Definition& definition, Findings& findings) : definition_(definition), findings_(findings) {}

  void error(const Node& node, std::string message, std::string suggestion = "");
  void warning(const Node& node, std::string message);

  /// Absent node: null program or template.
  ProgramRef program(const Node* node, bool secrets = false);
  TemplateRef text(const Node* node, expression::Place place, bool secrets = false);
  TemplateRef text_of(std::string_view source, const Node& node, expression::Place place, bool secrets = false);
  RequestSpec request(const Node* node, bool secrets = false);
  BodyRef body(const Node& node, bool secrets = false);
  PageSpec page(const Node* node);
  std::vector<std::pair<std::string, TemplateRef>> templates(const Node* node, expression::Place place, bool secrets = false);
  std::vector<std::pair<std::string, ProgramRef>> programs(const Node* node);
  ObjectSpec object(const std::string& name, const Node& node);
  AssociationSpec association(const std::string& name, const Node& node);
  DoorSpec door(const std::string& name, const Node& node);
  AuthSpec auth(const std::string& name, const Node& node);
  LimitSpec limit(const std::string& name, const Node& node);
  BundleSpec bundle(const std::string& name, const Node& node);
  ErrorShape error_shape(const Node& node);
  ErrorRule error_rule(const Node& node);
  ShapeSpec shape(const Node& node, ShapeSpec::Kind kind);

 private:
  BodyRef body_word(const Node& node, bool secrets);
  TemplateRef dialect_text(const Node& node);
  FormSpec form(const std::string& name, const Node& node);
  RowSpec row(const Node* node);
  WireSpec wire(const Node* node);
  ChangesSpec changes(const Node& node);
  OperationSpec operation(const Node* node);
  TransitionSpec transition(const Node& node);
  ResultSpec result(const Node& node);
  VerifySpec verify(const Node& node);
  ReadManySpec read_many(const Node& node);
  GoneSpec gone(const Node& node);
  ScanSpec scan(const Node& node);
  void rung(const Node& node, ObjectSpec& into);
  FindSpec find(const Node& node);
  WriteSpec write(const Node& node);

  Definition& definition_;
  Findings& findings_;
};

/// Small readers of checked nodes.
std::string text_at(const Node& node, std::string_view key, std::string fallback = "");
bool flag_at(const Node& node, std::string_view key, bool fallback = false);
std::int64_t number_at(const Node& node, std::string_view key, std::int64_t fallback);
Duration duration_at(const Node& node, std::string_view key, Duration fallback);
/// A scalar is a list of one.
std::vector<std::string> texts_at(const Node& node, std::string_view key);
std::vector<int> statuses_at(const Node& node, std::string_view key);
Value value_of_node(const Node& node);

}  // namespace lockstep::connector

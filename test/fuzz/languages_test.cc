// What people write: expressions, templates, YAML of every kind; and what a damaged store holds.
#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "connector/connector.h"
#include "engine/configuration.h"
#include "expression/expression.h"
#include "expression/operand.h"
#include "grammar/schema.h"
#include "http/message.h"
#include "mapping/mapping.h"
#include "test/connector/load_support.h"
#include "test/fuzz/fuzz.h"

namespace lockstep::fuzz {
namespace {

std::string file(const std::string& path) {
  std::ifstream in(std::string(LOCKSTEP_SOURCE_DIR) + "/" + path);
  std::stringstream content;
  content << in.rdbuf();
  EXPECT_FALSE(content.str().empty()) << path;
  return content.str();
}

const Corpus& expressions() {
  static const Corpus corpus{
      {R"x(row.properties[object.stamp])x", R"x((event.newObjectId // event.primaryObjectId) | text)x",
       R"x(not row.open and row.count >= 3 or row.name in ["a", "b"])x", R"x(body.value[*].id)x", R"x(event.at | capture("([0-9]+)") | int | epoch_ms)x",
       R"x(map(body.rows[*], x, {a: x.id, "b": [1, 2.5, null]}))x", R"x(body.rows[?(item.ok == false)])x", R"x(header("Retry-After") | number * 2 - -1 % 7)x",
       R"x(if(row.a is null, "none", row.b ~ "x"))x", R"x(text(row.tags[*]) | join(", ") | lower | trim)x", R"x(date(row.at, "yyyy-MM-dd'T'HH:mm:ss"))x",
       R"x(sha256(row.name) | base64)x", R"x(split(row.name, ",")[0])x", R"x(row["a b"].c[-1])x"},
      {" | ",      "[*]",        "[?(",       " is absent", " is null", " is not null",
       " and ",    " or ",       "not ",      " in ",       "//",       "capture(\"(a+)+$\")",
       "match(\"", "replace(",   "html_text", "join(",      "int",      "text",
       "json",     "base64",     "hex",       "epoch_ms",   "iso",      "date(",
       "row",      "body",       "event",     "==",         "!=",       ">=",
       "${",       "}",          "\\u0000",   "\"",         "lower",    "upper",
       "first",    "last",       "sort",      "unique",     "count",    "sum(",
       "slice(",   "substring(", "pad(",      "repeat("}};
  return corpus;
}

const expression::Roots& roots() {
  static const expression::Roots all{"row", "body", "event", "object", "header", "item"};
  return all;
}

/// Roots that are there, one as JSON and one as a value.
class Values {
 public:
  Values()
      : json_(boost::json::parse(
            R"({"properties": {"stamp": "2026-11-26T10:00:00Z", "n": 12}, "name": "Ada, Bob", "tags": ["a", "b", "ü"], "open": false, "count": 3, "a": null,
      "b": 1.5, "at": 1795004800000, "html": "<p>a<br>b</p>", "rows": [{"id": 1, "ok": false}, {"id": "2", "ok": true}], "value": [{"id": "x"}]})")) {
    for (std::size_t i = 0; i < 4; ++i) scope_.emplace_back(&json_);
  }
  expression::Scope scope() const { return scope_; }

 private:
  boost::json::value json_;
  std::vector<expression::Operand> scope_;
};

TEST(Fuzz, Expressions) {
  const Values values;
  run("expressions", expressions(), [&](const std::string& input) -> std::string {
    const auto program = expression::compile(input, roots());
    if (!program) return program.error().message.empty() ? "an error without a message" : "";
    for (const auto& outcome : {expression::evaluate(**program, values.scope()), expression::evaluate(**program, {})})
      if (!outcome && outcome.error().message.empty()) return "an error without a message";
    const auto list = expression::evaluate_list(**program, values.scope());
    const auto text = expression::evaluate_text(**program, values.scope());
    const auto truth = expression::evaluate_truth(**program, values.scope());
    return (list || !list.error().message.empty()) && (text || !text.error().message.empty()) && (truth || !truth.error().message.empty())
               ? ""
               : "an error without a message";
  });
}

TEST(Fuzz, Templates) {
  const Values values;
  Corpus corpus{{"/crm/v3/objects/${object.path}/${row.name}", "SELECT ${row.tags} FROM T WHERE a = ${row.name} [[AND b > ${row.missing}]]",
                 "${row.count | int}", "$${literal} ${row.a // \"x\"}", "${row.name | raw}${row.name | name}"},
                {"${", "}", "[[", "]]", "| raw", "| name", "row.name", "\"", "$$"}};
  run("templates", corpus, [&](const std::string& input) -> std::string {
    using expression::Place;
    const expression::Dialect dialect;
    for (const Place place :
         {Place::plain, Place::path_segment, Place::query_value, Place::header, Place::json_text, Place::xml_text, Place::form_value, Place::dialect}) {
      const auto compiled = expression::compile_template(input, roots(), place, place == Place::dialect ? &dialect : nullptr);
      if (!compiled) {
        if (compiled.error().message.empty()) return "an error without a message";
        continue;
      }
      const auto text = expression::render(**compiled, values.scope());
      if (!text && text.error().message.empty()) return "an error without a message";
      if (text && *text && place == Place::header && (*text)->find_first_of("\r\n") != std::string::npos && input.find_first_of("\r\n") == std::string::npos)
        return "a hole broke out of its header";
      const auto operand = expression::render_operand(**compiled, values.scope());
      if (!operand && operand.error().message.empty()) return "an error without a message";
    }
    return "";
  });
}

std::string told(const grammar::Findings& findings) {
  for (const grammar::Finding& finding : findings)
    if (finding.message.empty() || finding.text().empty()) return "a finding without a message";
  return "";
}

TEST(Fuzz, ConnectorFiles) {
  const Corpus corpus{{std::string(connector::kSmall), std::string(connector::kSmall), std::string(connector::kSmall), file("connectors/dynamics365.yaml")},
                      {"{", "}",  "[",     "]",    ": ", "- ",   "\n  ",        "&a ",    "*a",       "<<: *a",  "!!binary ", "|",
                       ">", "? ", "---\n", "null", "~",  "\"${", "kind: token", "when: ", "changes:", "errors:", "samples:",  "{hmac: {hash: sha256}}"}};
  run("connector files", corpus, [](const std::string& input) -> std::string {
    const auto node = grammar::parse_text(input, "fuzz.yaml");
    if (!node) return node.error().message.find("fuzz.yaml") == std::string::npos ? "a parse error without its place: " + node.error().message : "";
    grammar::Findings findings;
    const auto definition = connector::load_definition(*node, findings);
    if (!definition && !grammar::has_errors(findings)) return "refused without saying why";
    if (const std::string problem = told(findings); !problem.empty()) return problem;
    return definition ? told(connector::run_samples(*definition)) : "";
  });
}

TEST(Fuzz, ModelsMappingsAndConfigurations) {
  const std::string model_text = file("models/customer_support.yaml");
  grammar::Findings none;
  const Model model = mapping::load_model({*grammar::parse_text(model_text, "model")}, none);
  mapping::ConnectorInfo info;
  info.name = "crm";
  info.objects = {"Contact", "Case"};
  for (const std::string& object : info.objects) info.forms[object] = {{"plain", {"name"}}, {"lookup", {"name", "nav"}}};
  const std::string small =
      "mapping: contact\nmatch: [email, [first_name, phone]]\nsystems:\n  crm: {object: Contact, when: 'email is not null', create: {a: 1}}\nfields:\n"
      "  email: {in: {crm: {field: Email, lens: [valid_email, at_most(80)]}}}\n  phone: {in: {crm: {field: Phone, lens: 'phone(DE)', blank: \"-\"}}}\n"
      "  lead_source: {merge: {prefer: [crm]}, in: {crm: {field: L, enum: {map: {web: Web}, read: {X: web}, otherwise: web}}}}\n"
      "  birth_date: {in: {crm: {field: B, lens: 'between(1700-01-01, 4000-12-31)'}}}\n";
  const Corpus corpus{{small, small, model_text, file("examples/lockstep.yaml"), file("mappings/interaction.yaml")},
                      {"{",
                       "}",
                       "[",
                       "]",
                       ": ",
                       "- ",
                       "\n  ",
                       "&a ",
                       "*a",
                       "<<: *a",
                       "lens: ",
                       "truncate(",
                       "between(",
                       "phone(",
                       "nest(",
                       "enum: ",
                       "map: ",
                       "unknown: keep",
                       "direction: out",
                       "when: '",
                       "variants:",
                       "else:",
                       "type: set",
                       "to: contact",
                       "strategy: prefer",
                       "{env: X}"}};
  run("models, mappings, configurations", corpus, [&](const std::string& input) -> std::string {
    const auto node = grammar::parse_text(input, "fuzz.yaml");
    if (!node) return node.error().message.empty() ? "an error without a message" : "";
    grammar::Findings findings;
    if (node->find("mapping")) {
      mapping::load_mappings({*node}, model, {info}, findings);
    } else if (node->find("types")) {
      mapping::load_model({*node}, findings);
    } else {
      grammar::validate(*node, *configuration_schema(), findings);
    }
    return told(findings);
  });
}

TEST(Fuzz, StoredValues) {
  Corpus corpus;
  for (const Value& value : {Value("Ada"), Value(std::int64_t{-12}), Value(Decimal{"12.5"}), Value(List{Value("a"), Value(Map{{"b", Value(true)}})}),
                             Value(RemoteId{"contact", "1"}), Value(WallTime{1})}) {
    std::string bytes;
    encode(value, bytes);
    corpus.seeds.push_back(std::move(bytes));
  }
  run("stored values", corpus, [](const std::string& input) -> std::string {
    std::string_view in(input);
    const auto value = decode_value(in);
    if (!value) return value.error().message.empty() ? "an error without a message" : "";
    std::string again;
    encode(*value, again);
    std::string_view read(again);
    const auto same = decode_value(read);
    if (!same || !(*same == *value)) return "it does not come back";
    return to_json(*value).empty() || to_display(*value).size() > 10'000'000 ? "no text" : "";
  });
}

TEST(Fuzz, Addresses) {
  const Corpus corpus{{"https://api.example.com:8443/a/b%20c?x=1&y=%E2%82%AC#f", "http://127.0.0.1/", "../up?q=a+b", "/absolute/path", "HTTPS://[::1]:80/"},
                      {"://", "@", "%", "%2F", "?", "#", ":99999", "//", "..", "[", "]"}};
  const http::Url base = *http::parse_url("https://api.example.com/crm/v3/objects");
  run("addresses", corpus, [&](const std::string& input) -> std::string {
    if (const auto url = http::parse_url(input)) {
      const auto again = http::parse_url(url->text());
      if (!again || again->text() != url->text()) return "printed and read it is another: " + url->text();
    }
    http::resolve(base, input);
    const auto pairs = http::parse_query(input);
    return http::parse_query(http::encode_query(pairs)) == pairs ? "" : "a query that does not come back";
  });
}

}  // namespace
}  // namespace lockstep::fuzz

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>

#include "base/text.h"
#include "commands.h"
#include "connector/connector.h"
#include "engine/explanation.h"
#include "expression/expression.h"
#include "session.h"

namespace lockstep::app {

namespace {

constexpr const char* kTemplate = R"(# Lockstep's configuration. Check it with: lockstep check
lockstep: 1
store: lockstep.db
seal_key: {file: lockstep.key}
listen: 127.0.0.1:8420
# Where webhook senders reach this program:
# public_url: https://hooks.example.com

api_keys:
  - {name: helpdesk, key: {env: LOCKSTEP_HELPDESK_KEY}, connection: support}

connections:
  # A support system without an API of its own uses the built-in one (docs/api.md).
  support: {hosted: true}

  # One block per CRM; `lockstep check` names the connectors, parameters and secrets there are.
  # crm:
  #   connector: NAME
  #   auth: bearer
  #   secrets: {service_key: {env: CRM_SERVICE_KEY}}
  #   types:
  #     contact: {mode: real_time, poll: 1m, full_refresh: 24h, delete: review}
  #     case: {mode: batch, every: 15m}

default_policy: {strategy: last_write_wins}
policies:
  contact:
    fields:
      description: {strategy: longest}
      mailing_address: {strategy: manual_review}
)";

void append(grammar::Findings& all, const grammar::Findings& more) { all.insert(all.end(), more.begin(), more.end()); }

void print_findings_as_json(const grammar::Findings& findings) {
  fmt::print("{{\"ok\": {}, \"findings\": [", !grammar::has_errors(findings));
  for (const grammar::Finding& finding : findings)
    fmt::print("{}{{\"severity\": {}, \"place\": {}, \"message\": {}, \"suggestion\": {}}}", &finding == &findings.front() ? "" : ", ",
               finding.severity == grammar::Finding::Severity::error ? "\"error\"" : "\"warning\"", to_json(Value(finding.mark.text())),
               to_json(Value(finding.message)), to_json(Value(finding.suggestion)));
  fmt::print("]}}\n");
}

}  // namespace

int init_command(const Common& common, bool force) {
  namespace files = std::filesystem;
  if (files::exists(common.config) && !force) return fail_with(kFailed, common.config + " is there already; --force overwrites it");
  std::ofstream(common.config) << kTemplate;
  const files::path key = files::path(common.config).parent_path() / "lockstep.key";
  if (!files::exists(key)) {
    std::random_device random;
    std::string bytes;
    for (int i = 0; i < 32; ++i) bytes += static_cast<char>(random());
    std::ofstream(key) << to_base64(bytes) << '\n';
    files::permissions(key, files::perms::owner_read | files::perms::owner_write);
  }
  fmt::print("Wrote {} and {}. Next: add your CRMs, then run `lockstep check` and `lockstep run`.\n", common.config, key.string());
  return kOk;
}

int check_command(const Common& common, bool explain) {
  grammar::Findings findings;
  LoadOptions options;
  options.resolve_secrets = false;
  const auto configuration = load_configuration(common.config, options, findings);
  std::vector<ExplainedField> fields;
  if (configuration) {
    for (const auto& [name, definition] : configuration->definitions) append(findings, connector::run_samples(*definition));
    fields = explain_fields(*configuration);
    append(findings, flip_findings(fields));
  }
  const bool good = configuration && !grammar::has_errors(findings);
  if (common.json && !(explain && good)) print_findings_as_json(findings);
  else print_findings(findings);
  if (!good) return kConfiguration;
  if (explain) fmt::print("{}", common.json ? explanation_as_json(fields) : explanation_as_text(fields));
  else if (!common.json)
    fmt::print("{}: good. {} connections, {} connectors, {} mapped fields.\n", common.config, configuration->connections.size(), configuration->definitions.size(), fields.size());
  return kOk;
}

int schema_command(const std::string& which, bool reference) {
  if (which == "expressions" && reference) {
    fmt::print("{}", expression::function_reference());
    return kOk;
  }
  grammar::SchemaRef schema;
  if (which == "configuration") schema = configuration_schema();
  if (which == "connector") schema = connector::connector_schema();
  if (which == "mapping") schema = mapping::mapping_schema();
  if (which == "model") schema = mapping::model_schema();
  if (!schema) return fail_with(kUsage, "there are: configuration, connector, mapping, model, and expressions with --reference");
  const std::string title = "Lockstep " + which;
  if (reference) fmt::print("{}", grammar::to_reference(*schema, title));
  else fmt::print("{}\n", grammar::to_json_schema(*schema, title));
  return kOk;
}

}  // namespace lockstep::app

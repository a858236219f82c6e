#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>

#include "base/text.h"
#include "commands.h"
#include "connector/connector.h"
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

void explain_as_text(const Configuration& configuration) {
  for (const mapping::Mapping& mapping : configuration.mappings) {
    const std::string& type = configuration.model.at(mapping.type).name;
    for (const auto& [system, entity_mapping] : mapping.systems) {
      fmt::print("\n{} in {}\n", type, system);
      fmt::print("  {:<26} {:<34} {:<8} {:<6} {:<6} {}\n", "field", "there", "class", "moves", "fixed", "worst-case loss");
      for (const mapping::FieldExplanation& row : entity_mapping->explain()) {
        static constexpr const char* kMoves[] = {"both", "in", "out", "out"};
        fmt::print("  {:<26} {:<34} {:<8} {:<6} {:<6} {}\n", row.field, row.wire, to_string(row.lens_class),
                   kMoves[static_cast<int>(row.direction)], row.fixed_point ? "yes" : "no", row.loss);
      }
    }
  }
}

void explain_as_json(const Configuration& configuration) {
  fmt::print("[");
  bool first = true;
  for (const mapping::Mapping& mapping : configuration.mappings)
    for (const auto& [system, entity_mapping] : mapping.systems)
      for (const mapping::FieldExplanation& row : entity_mapping->explain()) {
        fmt::print("{}{{\"type\": {}, \"system\": {}, \"field\": {}, \"variant\": {}, \"there\": {}, \"class\": {}, \"fixed_point\": {}, \"loss\": {}}}", first ? "" : ",\n",
                   to_json(Value(configuration.model.at(mapping.type).name)), to_json(Value(system)), to_json(Value(row.field)), to_json(Value(row.variant)),
                   to_json(Value(row.wire)), to_json(Value(to_string(row.lens_class))), row.fixed_point, to_json(Value(row.loss)));
        first = false;
      }
  fmt::print("]\n");
}

}  // namespace

int init_command(const Common& common, bool force) {
  namespace files = std::filesystem;
  if (files::exists(common.config) && !force) return fail_with(kFailed, common.config + " is there already; --force overwrites it");
  const files::path key = files::path(common.config).parent_path() / "lockstep.key";
  if (!files::exists(key)) {
    std::random_device random;
    std::string bytes;
    for (int i = 0; i < 32; ++i) bytes += static_cast<char>(random());
    const mode_t before = ::umask(0077);  // nobody else can read it, not even for a moment
    std::ofstream file(key);
    ::umask(before);
    file << to_base64(bytes) << '\n';
    if (!file.flush()) return fail_with(kFailed, "cannot write " + key.string());
  }
  std::ofstream file(common.config);
  file << kTemplate;
  if (!file.flush()) return fail_with(kFailed, "cannot write " + common.config);
  fmt::print("Wrote {} and {}. Next: add your CRMs, then run `lockstep check` and `lockstep run`.\n", common.config, key.string());
  return kOk;
}

int check_command(const Common& common, bool explain) {
  grammar::Findings findings;
  LoadOptions options;
  options.resolve_secrets = false;
  const auto configuration = load_configuration(common.config, options, findings);
  if (configuration)
    for (const auto& [name, definition] : configuration->definitions) {
      const grammar::Findings samples = connector::run_samples(*definition);
      findings.insert(findings.end(), samples.begin(), samples.end());
    }
  if (common.json && !explain) {
    fmt::print("{{\"ok\": {}, \"findings\": [", !grammar::has_errors(findings));
    for (const grammar::Finding& finding : findings)
      fmt::print("{}{{\"severity\": {}, \"place\": {}, \"message\": {}, \"suggestion\": {}}}", &finding == &findings.front() ? "" : ", ",
                 finding.severity == grammar::Finding::Severity::error ? "\"error\"" : "\"warning\"", to_json(Value(finding.mark.text())),
                 to_json(Value(finding.message)), to_json(Value(finding.suggestion)));
    fmt::print("]}}\n");
  } else {
    print_findings(findings);
  }
  if (!configuration || grammar::has_errors(findings)) return kConfiguration;
  if (explain) {
    if (common.json) explain_as_json(*configuration);
    else explain_as_text(*configuration);
  } else if (!common.json) {
    std::size_t fields = 0;
    for (const mapping::Mapping& mapping : configuration->mappings)
      for (const auto& [system, entity_mapping] : mapping.systems) fields += entity_mapping->explain().size();
    fmt::print("{}: good. {} connections, {} connectors, {} mapped fields.\n", common.config, configuration->connections.size(), configuration->definitions.size(), fields);
  }
  return kOk;
}

int schema_command(const std::string& which) {
  grammar::SchemaRef schema;
  if (which == "configuration") schema = configuration_schema();
  if (which == "connector") schema = connector::connector_schema();
  if (which == "mapping") schema = mapping::mapping_schema();
  if (which == "model") schema = mapping::model_schema();
  if (!schema) return fail_with(kUsage, "there are: configuration, connector, mapping, model");
  fmt::print("{}\n", grammar::to_json_schema(*schema, "Lockstep " + which));
  return kOk;
}

}  // namespace lockstep::app

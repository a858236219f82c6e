#include <fmt/format.h>
#include <sys/stat.h>

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
# It works as it is: `lockstep run`, then send records of your support system to the built-in API (docs/api.md).
lockstep: 1

store: lockstep.db                 # everything Lockstep knows, in one SQLite file beside this one
seal_key: {file: lockstep.key}     # seals the tokens it keeps; do not lose it, do not commit it
listen: 127.0.0.1:8420             # the built-in API, webhooks and `lockstep status`
# public_url: https://hooks.example.com   # where the senders of webhooks reach this program

# Who may use the built-in API, and as which connection. Secrets are never written here: {file: …} or {env: …}.
api_keys:
  - {name: helpdesk, key: {file: helpdesk.key}, connection: support}

connections:
  # A support system without an API of its own uses the built-in one.
  support: {hosted: true}

  # One block per CRM. `lockstep check` tells which connectors there are, and which parameters and secrets each wants.
  # crm:
  #   connector: NAME
  #   secrets: {client_id: {env: CRM_CLIENT_ID}, client_secret: {env: CRM_CLIENT_SECRET}}
  #   types:
  #     contact: {mode: real_time, poll: 1m, full_refresh: 24h, delete: review}
  #     case: {mode: batch, every: 15m}

# What happens when two people change the same field: the later edit wins, or a rule of yours for a type, field or connection.
default_policy: {strategy: last_write_wins}
policies:
  contact:
    fields:
      description: {strategy: longest}
      mailing_address: {strategy: manual_review}   # waits in: lockstep review list
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

namespace {

namespace files = std::filesystem;

std::string random_bytes(std::size_t count) {
  std::random_device random;
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) bytes += static_cast<char>(random());
  return bytes;
}

/// A file that only its owner may read. One that is there already is left alone: what it sealed would be lost.
bool write_key(const files::path& path, const std::string& text) {
  std::error_code error;
  if (files::exists(path, error)) return true;
  std::ofstream file(path);
  files::permissions(path, files::perms::owner_read | files::perms::owner_write, error);
  file << text << '\n';
  file.close();
  return file.good();
}

}  // namespace

int init_command(const Common& common, bool force) {
  std::error_code error;
  const files::path folder = files::path(common.config).parent_path();
  if (files::exists(common.config, error) && !force) return fail_with(kFailed, common.config + " is there already; --force overwrites it");
  if (!folder.empty()) files::create_directories(folder, error);
  std::ofstream file(common.config);
  file << kTemplate;
  file.close();
  if (!file || !write_key(folder / "lockstep.key", to_base64(random_bytes(32))) || !write_key(folder / "helpdesk.key", to_hex(random_bytes(24))))
    return fail_with(kFailed, "cannot write to " + (folder.empty() ? std::string("this folder") : folder.string()));
  const std::string option = common.config == "lockstep.yaml" ? "" : " -c " + common.config;
  fmt::print(
      "Wrote {}, and the keys lockstep.key and helpdesk.key beside it.\n\n"
      "  lockstep{} check     is it good?\n"
      "  lockstep{} run       starts it; then, in another terminal:\n"
      "  curl -H \"Authorization: Bearer $(cat {})\" -X PUT localhost:8420/v1/contacts/1 -d '{{\"last_name\": \"Byron\"}}'\n\n"
      "Add your CRMs under 'connections' in {}.\n",
      common.config, option, option, (folder / "helpdesk.key").string(), common.config);
  return kOk;
}

namespace {

std::string names_of(const std::map<std::string, connector::DefinitionRef>& definitions) {
  std::vector<std::string> names;
  for (const auto& [name, definition] : definitions) names.push_back(name);
  return join(names, ", ");
}

}  // namespace

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
    fmt::print("{}: good. {} connection{}, {} mapped fields. There are connectors for {}.\n", common.config, configuration->connections.size(),
               configuration->connections.size() == 1 ? "" : "s", fields.size(), names_of(configuration->definitions));
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

#include "engine/configuration.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"

namespace lockstep {

namespace {

namespace files = std::filesystem;
using grammar::Finding;
using grammar::Findings;
using grammar::Node;

void report(Findings& findings, const grammar::Mark& mark, std::string message, std::string suggestion = "") {
  findings.push_back(Finding{Finding::Severity::error, mark, std::move(message), std::move(suggestion)});
}
void report(Findings& findings, const Node& node, std::string message, std::string suggestion = "") {
  report(findings, node.mark, std::move(message), std::move(suggestion));
}

std::string text_at(const Node& node, std::string_view key, std::string fallback = "") {
  const Node* found = node.find(key);
  return found ? found->scalar : fallback;
}

std::vector<std::string> texts_at(const Node& node, std::string_view key) {
  std::vector<std::string> texts;
  const Node* found = node.find(key);
  if (!found) return texts;
  if (found->kind == Node::Kind::scalar) texts.push_back(found->scalar);
  for (const Node& item : found->items) texts.push_back(item.scalar);
  return texts;
}

std::vector<std::string> yaml_files(const files::path& folder) {
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : files::directory_iterator(folder, error))
    if (entry.path().extension() == ".yaml") found.push_back(entry.path().string());
  std::ranges::sort(found);
  return found;
}

/// Settings as they are read; every method notes findings instead of failing, so that one run shows all mistakes.
class Loader {
 public:
  Loader(std::string path, LoadOptions options, Findings& findings) : path_(std::move(path)), options_(options), findings_(findings) {}

  std::shared_ptr<Configuration> load();

 private:
  void load_parts(const Node& root, Configuration& configuration);
  void load_connection(const std::string& name, const Node& node, Configuration& configuration);
  void load_pace(const Node& node, ConnectionSettings& settings);
  void check_settings(const Node& node, const ConnectionSettings& settings, const Configuration& configuration);
  void check_objects(const Node& node, const ConnectionSettings& settings, const Configuration& configuration);
  void load_type(const std::string& type, const Node& node, ConnectionSettings& settings, const Configuration& configuration);
  void check_archives(const Node& connections, const Configuration& configuration);
  void check_archive(const Node& asked, const ConnectionSettings& of, const std::string& type, const Configuration& configuration);
  void load_keys(const Node& root, Configuration& configuration);
  void load_policies(const Node& root, Configuration& configuration);
  void load_backup(const Node& node, Configuration& configuration);
  PolicySettings policy(const Node& node, const Configuration& configuration);
  std::optional<std::string> secret_at(const Node& node) const;
  std::string secret(const Node& node);
  void check_names(const std::vector<std::string>& names, const grammar::Mark& mark, const Configuration& configuration);
  std::vector<Node> parse_all(const std::vector<std::string>& paths);
  std::vector<std::string> beside(const std::vector<std::string>& names) const;
  std::optional<Duration> duration(const Node& node, std::string_view key);

  std::string path_;
  LoadOptions options_;
  Findings& findings_;
};

std::vector<std::string> Loader::beside(const std::vector<std::string>& names) const {
  std::vector<std::string> paths;
  for (const std::string& name : names) paths.push_back((files::path(path_).parent_path() / name).string());
  return paths;
}

std::vector<Node> Loader::parse_all(const std::vector<std::string>& paths) {
  std::vector<Node> nodes;
  for (const std::string& path : paths)
    if (auto node = grammar::parse_file(path, findings_)) nodes.push_back(std::move(*node));
  return nodes;
}

std::optional<Duration> Loader::duration(const Node& node, std::string_view key) {
  const Node* found = node.find(key);
  if (!found) return std::nullopt;
  const auto parsed = parse_duration(found->scalar);
  if (!parsed) return std::nullopt;  // the schema has told
  return *parsed;
}

std::optional<std::string> Loader::secret_at(const Node& node) const {
  if (const Node* variable = node.find("env")) {
    const char* value = std::getenv(variable->scalar.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
  }
  const Node* file = node.find("file");
  std::ifstream in(file ? beside({file->scalar}).front() : "");
  if (!in) return std::nullopt;
  std::stringstream content;
  content << in.rdbuf();
  std::string value = content.str();
  while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.pop_back();
  return value;
}

std::string Loader::secret(const Node& node) {
  if (!options_.resolve_secrets) return "";
  if (auto value = secret_at(node)) return std::move(*value);
  if (const Node* variable = node.find("env"))
    report(findings_, *variable, "environment variable '" + variable->scalar + "' is not set", "export it before starting");
  else if (const Node* file = node.find("file")) report(findings_, *file, "secret file '" + beside({file->scalar}).front() + "' cannot be read");
  return "";
}

void Loader::load_parts(const Node& root, Configuration& configuration) {
  const files::path share = share_directory();
  std::vector<std::string> models = yaml_files(share / "models");
  for (auto& path : beside(texts_at(root, "models"))) models.push_back(path);
  configuration.model = mapping::load_model(parse_all(models), findings_);

  std::vector<std::string> connectors = yaml_files(share / "connectors");
  for (auto& path : beside(texts_at(root, "connectors"))) connectors.push_back(path);
  std::vector<mapping::ConnectorInfo> infos;
  for (const Node& node : parse_all(connectors)) {
    connector::DefinitionRef definition = connector::load_definition(node, findings_);
    if (!definition) continue;
    mapping::ConnectorInfo info;
    info.name = connector::name_of(*definition);
    info.objects = connector::objects_of(*definition);
    for (const std::string& object : info.objects)
      for (const auto& form : connector::forms_of(*definition, object)) info.forms[object].push_back(mapping::ConnectorInfo::Form{form.name, form.arguments});
    configuration.definitions[info.name] = std::move(definition);
    infos.push_back(std::move(info));
  }
  std::vector<std::string> mappings = yaml_files(share / "mappings");
  for (auto& path : beside(texts_at(root, "mappings"))) mappings.push_back(path);
  std::vector<Node> nodes = parse_all(mappings);
  if (!options_.mapping_on_trial.empty()) {
    auto trial = grammar::parse_text(options_.mapping_on_trial, "the new line");
    if (trial) nodes.push_back(std::move(*trial));
    else findings_.push_back(Finding{Finding::Severity::error, {}, trial.error().message, ""});
  }
  configuration.mappings = mapping::load_mappings(nodes, configuration.model, infos, findings_);
  configuration.mapping_paths = std::move(mappings);
}

void Loader::load_type(const std::string& type, const Node& node, ConnectionSettings& settings, const Configuration& configuration) {
  if (!configuration.model.find(type)) {
    std::vector<std::string> names;
    for (const EntityType& one : configuration.model.types) names.push_back(one.name);
    findings_.push_back(Finding{Finding::Severity::error, node.key_mark, "unknown entity type '" + type + "'", nearest_name(type, names)});
    return;
  }
  ConnectionSettings::TypeSettings one;
  one.type = type;
  if (const Node* found = node.find("enabled")) one.enabled = found->as_bool().value_or(true);
  if (const Node* found = node.find("creates")) one.creates = found->as_bool();
  if (const Node* found = node.find("writable")) one.writable = found->as_bool();
  one.schedule.real_time = text_at(node, "mode", "real_time") == "real_time";
  if (const Node* every = node.find("every"); every && one.schedule.real_time)
    report(findings_, *every, "'every' belongs to mode: batch", "write 'mode: batch', or 'poll' for how often a real-time feed is read");
  if (const Node* poll = node.find("poll"); poll && !one.schedule.real_time) report(findings_, *poll, "'poll' belongs to mode: real_time", "write 'every'");
  if (!one.schedule.real_time && !node.find("every")) report(findings_, node, "mode: batch needs 'every', from 1m to 24h");
  if (const auto every = duration(node, "every")) one.schedule.poll_every = *every;
  if (const auto poll = duration(node, "poll")) one.schedule.poll_every = *poll;
  if (const auto full = duration(node, "full_refresh")) one.schedule.full_refresh_every = *full;
  one.read_before_write = duration(node, "read_before_write");
  const auto deletes = [&](std::string_view key) -> std::optional<DeletePolicy> {
    const std::string word = text_at(node, key);
    if (word == "propagate") return DeletePolicy::propagate;
    if (word == "archive") return DeletePolicy::archive;
    if (word == "ignore") return DeletePolicy::ignore;
    if (word == "review") return DeletePolicy::review;
    return std::nullopt;
  };
  one.deletes = deletes("delete");
  one.incoming_deletes = deletes("incoming_delete");
  const std::string versus = text_at(node, "delete_vs_edit");
  if (versus == "edit_wins") one.delete_versus_edit = DeleteVersusEdit::edit_wins;
  if (versus == "delete_wins") one.delete_versus_edit = DeleteVersusEdit::delete_wins;
  if (versus == "review") one.delete_versus_edit = DeleteVersusEdit::review;
  settings.types.push_back(std::move(one));
}

void Loader::load_connection(const std::string& name, const Node& node, Configuration& configuration) {
  ConnectionSettings settings;
  settings.name = name;
  settings.mark = node.mark;
  settings.config.name = name;
  if (const Node* hosted = node.find("hosted")) settings.hosted = hosted->as_bool().value_or(false);
  settings.connector = text_at(node, "connector");
  if (settings.hosted == !settings.connector.empty()) report(findings_, node, "connection '" + name + "' needs either 'connector: <name>' or 'hosted: true'");
  if (!settings.connector.empty() && !configuration.definitions.contains(settings.connector)) {
    std::vector<std::string> names;
    for (const auto& [known, definition] : configuration.definitions) names.push_back(known);
    report(findings_, *node.find("connector"), "unknown connector '" + settings.connector + "'; known: " + join(names, ", "),
           nearest_name(settings.connector, names));
  }
  settings.config.base_url = text_at(node, "base_url");
  settings.config.auth = text_at(node, "auth");
  settings.config.grant = text_at(node, "grant");
  settings.config.public_url = configuration.public_url;
  if (const Node* params = node.find("params"))
    for (const auto& [key, value] : params->members) settings.config.params[key] = value.scalar;
  if (const Node* secrets = node.find("secrets"))
    for (const auto& [key, value] : secrets->members) settings.config.secrets[key] = secret(value);
  load_pace(node, settings);
  check_settings(node, settings, configuration);
  if (const Node* types = node.find("types"))
    for (const auto& [type, value] : types->members) load_type(type, value, settings, configuration);
  check_objects(node, settings, configuration);
  configuration.connections.push_back(std::move(settings));
}

void Loader::load_pace(const Node& node, ConnectionSettings& settings) {
  if (const Node* found = node.find("concurrency")) settings.concurrency = static_cast<std::size_t>(found->as_int().value_or(4));
  if (const Node* found = node.find("attempts")) settings.attempts_max = static_cast<std::uint32_t>(found->as_int().value_or(6));
  if (const Node* backoff = node.find("backoff")) {
    settings.backoff_base = duration(*backoff, "base").value_or(settings.backoff_base);
    settings.backoff_cap = duration(*backoff, "cap").value_or(settings.backoff_cap);
    if (settings.backoff_cap < settings.backoff_base) report(findings_, *backoff, "the cap of backoff is below its base");
  }
  if (const Node* limits = node.find("limits"))
    for (const auto& [name, value] : limits->members) {
      connector::ConnectionConfig::Limit& limit = settings.config.limits[name];
      if (const Node* max = value.find("max")) limit.max = max->as_int();
      if (const Node* keep = value.find("keep_percent")) limit.keep_share = static_cast<double>(keep->as_int().value_or(0)) / 100;
    }
}

void Loader::check_settings(const Node& node, const ConnectionSettings& settings, const Configuration& configuration) {
  const auto definition = configuration.definitions.find(settings.connector);
  if (definition == configuration.definitions.end()) return;
  for (const auto& [key, message] : connector::settings_problems(*definition->second, settings.config)) {
    const Node* where = node.find(key);
    report(findings_, where ? *where : node, "connection '" + settings.name + "': " + message);
  }
  const bool mapped = std::ranges::any_of(configuration.mappings, [&](const mapping::Mapping& one) { return one.systems.contains(settings.connector); });
  if (!mapped)
    findings_.push_back(Finding{Finding::Severity::warning, node.mark,
                                "connection '" + settings.name + "' takes part in nothing: no mapping names connector '" + settings.connector + "'",
                                "add it under 'systems' and 'fields' of a mapping of your own (docs/mappings.md)"});
}

/// Whoever asks for an archive must not get a delete that nobody can undo.
void Loader::check_archive(const Node& asked, const ConnectionSettings& of, const std::string& type, const Configuration& configuration) {
  const auto definition = configuration.definitions.find(of.connector);
  const auto index = configuration.model.find(type);
  if (definition == configuration.definitions.end() || !index || index->value() >= configuration.mappings.size()) return;
  const auto mapping = configuration.mappings[index->value()].systems.find(of.connector);
  if (mapping == configuration.mappings[index->value()].systems.end()) return;
  std::vector<std::string> destroyed;
  for (std::size_t variant = 0; variant < mapping->second->variant_count(); ++variant) {
    const std::string& object = mapping->second->selection(variant).object;
    if (!connector::can_archive(*definition->second, object) && std::ranges::find(destroyed, object) == destroyed.end()) destroyed.push_back(object);
  }
  if (!destroyed.empty())
    report(findings_, asked, "'" + of.name + "' cannot archive " + join(destroyed, ", ") + " (" + type + "): a delete there is for ever",
           "write propagate, ignore or review");
}

void Loader::check_archives(const Node& connections, const Configuration& configuration) {
  const auto find = [&](const std::string& name) { return std::ranges::find(configuration.connections, name, &ConnectionSettings::name); };
  const auto passes_over = [](const ConnectionSettings& to, const std::string& type) {
    const auto own = std::ranges::find(to.types, type, &ConnectionSettings::TypeSettings::type);
    return own != to.types.end() && (!own->enabled || !own->writable.value_or(true) || own->incoming_deletes == DeletePolicy::ignore);
  };
  for (const auto& [name, connection] : connections.members) {
    const Node* types = connection.find("types");
    if (!types) continue;
    for (const auto& [type, settings] : types->members) {
      if (const Node* own = settings.find("incoming_delete"); own && own->scalar == "archive") check_archive(*own, *find(name), type, configuration);
      const Node* seen = settings.find("delete");
      if (!seen || seen->scalar != "archive") continue;
      for (const ConnectionSettings& other : configuration.connections)
        if (other.name != name && !passes_over(other, type)) check_archive(*seen, other, type, configuration);
    }
  }
}

/// A feed is read, and an event taken, for one type.
void Loader::check_objects(const Node& node, const ConnectionSettings& settings, const Configuration& configuration) {
  std::map<std::string, std::string> taken;  // object → type
  for (const mapping::Mapping& mapping : configuration.mappings) {
    const auto found = mapping.systems.find(settings.connector);
    const std::string& type = configuration.model.at(mapping.type).name;
    const auto own = std::ranges::find(settings.types, type, &ConnectionSettings::TypeSettings::type);
    if (found == mapping.systems.end() || (own != settings.types.end() && !own->enabled)) continue;
    for (std::size_t variant = 0; variant < found->second->variant_count(); ++variant) {
      const std::string& object = found->second->selection(variant).object;
      if (const std::string& first = taken.emplace(object, type).first->second; first != type)
        report(findings_, node,
               "connection '" + settings.name + "': " + first + " and " + type + " stand in one object there, '" + object +
                   "': its records would be of one of them alone",
               "map them to objects of their own, or set 'enabled: false' for one of the two");
    }
  }
}

void Loader::load_keys(const Node& root, Configuration& configuration) {
  const Node* keys = root.find("api_keys");
  if (!keys) return;
  for (const Node& node : keys->items) {
    ApiKey key;
    key.name = text_at(node, "name");
    key.connection = text_at(node, "connection");
    if (const Node* value = node.find("key")) key.key_secret = secret(*value);
    std::vector<std::string> hosted;
    for (const ConnectionSettings& connection : configuration.connections)
      if (connection.hosted) hosted.push_back(connection.name);
    if (std::ranges::find(hosted, key.connection) == hosted.end())
      report(findings_, node, "api key '" + key.name + "' names '" + key.connection + "', which is no hosted connection", nearest_name(key.connection, hosted));
    if (std::ranges::find(configuration.api_keys, key.name, &ApiKey::name) != configuration.api_keys.end())
      report(findings_, node, "api key '" + key.name + "' is there twice");
    configuration.api_keys.push_back(std::move(key));
  }
}

void Loader::check_names(const std::vector<std::string>& names, const grammar::Mark& mark, const Configuration& configuration) {
  std::vector<std::string> known;
  for (const ConnectionSettings& connection : configuration.connections) known.push_back(connection.name);
  for (const std::string& name : names)
    if (std::ranges::find(known, name) == known.end())
      report(findings_, mark, "unknown connection '" + name + "'; configured: " + join(known, ", "), nearest_name(name, known));
}

PolicySettings Loader::policy(const Node& node, const Configuration& configuration) {
  PolicySettings settings;
  const std::string strategy = text_at(node, "strategy");
  static const std::vector<std::pair<std::string, Strategy>> kStrategies = {{"last_write_wins", Strategy::last_write_wins},
                                                                            {"manual_review", Strategy::manual_review},
                                                                            {"owner", Strategy::owner},
                                                                            {"prefer", Strategy::prefer},
                                                                            {"union", Strategy::union_of},
                                                                            {"max", Strategy::maximum},
                                                                            {"min", Strategy::minimum},
                                                                            {"longest", Strategy::longest},
                                                                            {"newest_nonblank", Strategy::newest_nonblank}};
  for (const auto& [word, value] : kStrategies)
    if (word == strategy) settings.strategy = value;
  settings.order = texts_at(node, "order");
  const bool ordered = settings.strategy == Strategy::owner || settings.strategy == Strategy::prefer;
  if (const Node* order = node.find("order")) {
    check_names(settings.order, order->mark, configuration);
    if (!ordered) report(findings_, *order, "'order' belongs to the strategies owner and prefer");
  }
  if (ordered && settings.order.empty()) report(findings_, node, "strategy '" + strategy + "' needs 'order: [connection, …]'");
  if (const Node* blank = node.find("blank")) settings.blank_never_overwrites = blank->scalar == "never_overwrites";
  if (const Node* calls = node.find("close_calls")) settings.review_close_calls = calls->scalar == "review";
  const std::string direction = text_at(node, "direction");
  if (direction == "both") settings.direction = Direction::both;
  if (direction == "in") settings.direction = Direction::in;
  if (direction == "out") settings.direction = Direction::out;
  if (direction == "out_leave") settings.direction = Direction::out_leave;
  return settings;
}

void Loader::load_policies(const Node& root, Configuration& configuration) {
  if (const Node* fallback = root.find("default_policy")) configuration.default_policy = policy(*fallback, configuration);
  const Node* policies = root.find("policies");
  if (!policies) return;
  for (const auto& [type, node] : policies->members) {
    const auto found = configuration.model.find(type);
    if (!found) {
      std::vector<std::string> names;
      for (const EntityType& one : configuration.model.types) names.push_back(one.name);
      report(findings_, node.key_mark, "policy for unknown entity type '" + type + "'", nearest_name(type, names));
      continue;
    }
    TypePolicySettings settings;
    settings.type = type;
    settings.all = policy(node, configuration);
    settings.initial_order = texts_at(node, "initial_order");
    if (const Node* order = node.find("initial_order")) check_names(settings.initial_order, order->mark, configuration);
    if (const Node* fields = node.find("fields"))
      for (const auto& [field, value] : fields->members) {
        if (!configuration.model.at(*found).find(field)) {
          std::vector<std::string> names;
          for (const FieldDefinition& one : configuration.model.at(*found).fields) names.push_back(one.name);
          report(findings_, value.key_mark, "policy for unknown field '" + type + "." + field + "'", nearest_name(field, names));
        }
        settings.fields.emplace_back(field, policy(value, configuration));
      }
    if (const Node* connections = node.find("connections"))
      for (const auto& [connection, value] : connections->members) {
        check_names({connection}, value.key_mark, configuration);
        settings.connections.emplace_back(connection, policy(value, configuration));
      }
    configuration.policies.push_back(std::move(settings));
  }
}

void Loader::load_backup(const Node& node, Configuration& configuration) {
  BackupSettings backup;
  backup.folder = beside({text_at(node, "to", "backups")}).front();
  backup.every = duration(node, "every").value_or(backup.every);
  if (const Node* keep = node.find("keep")) backup.keep = static_cast<std::size_t>(keep->as_int().value_or(12));
  constexpr Duration kPromised{15 * 60'000};
  if (backup.every > kPromised)
    findings_.push_back(Finding{Finding::Severity::warning, node.mark,
                                "a backup each " + format_duration(backup.every) + " leaves more than 15 minutes at risk", "15m or less"});
  configuration.backup = std::move(backup);
}

std::shared_ptr<Configuration> Loader::load() {
  const auto root = grammar::parse_file(path_, findings_);
  if (!root) {
    std::error_code error;
    if (!files::exists(path_, error)) findings_.back().suggestion = "write one with 'lockstep init', or name another with -c FILE";
    return nullptr;
  }
  grammar::validate(*root, *configuration_schema(), findings_);
  auto configuration = std::make_shared<Configuration>();
  configuration->path = path_;
  const files::path folder = files::path(path_).parent_path();
  configuration->store_path = (folder / text_at(*root, "store", "lockstep.db")).string();
  if (const Node* key = root->find("seal_key")) configuration->seal_key_file = (folder / text_at(*key, "file")).string();
  const std::string listen = text_at(*root, "listen", "127.0.0.1:8420");
  const auto colon = listen.rfind(':');
  std::int64_t port = -1;
  if (colon != std::string::npos && listen.find_first_not_of("0123456789", colon + 1) == std::string::npos && listen.size() - colon <= 6)
    port = std::atoll(listen.c_str() + colon + 1);
  if (port < 0 || port > 65'535) report(findings_, root->find("listen") ? *root->find("listen") : *root, "listen '" + listen + "' is not host:port");
  configuration->listen_address = listen.substr(0, colon);
  if (std::string& address = configuration->listen_address; address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  configuration->listen_port = static_cast<std::uint16_t>(port);
  configuration->public_url = text_at(*root, "public_url", "http://" + listen);
  // Commands beside a running lockstep ask it with the key, where they may read it; who runs needs it.
  if (const Node* key = root->find("operator_key")) configuration->operator_key = options_.resolve_secrets ? secret(*key) : secret_at(*key).value_or("");
  load_parts(*root, *configuration);
  if (const Node* connections = root->find("connections")) {
    for (const auto& [name, node] : connections->members) load_connection(name, node, *configuration);
    check_archives(*connections, *configuration);
  }
  load_keys(*root, *configuration);
  load_policies(*root, *configuration);
  if (const Node* backup = root->find("backup")) load_backup(*backup, *configuration);
  configuration->request_life = duration(*root, "request_life").value_or(configuration->request_life);
  if (const Node* guard = root->find("delete_guard")) {
    if (const Node* count = guard->find("count")) configuration->delete_guard.count = static_cast<std::size_t>(count->as_int().value_or(50));
    if (const Node* share = guard->find("share_percent")) configuration->delete_guard.share = static_cast<double>(share->as_int().value_or(10)) / 100;
  }
  return configuration;
}

}  // namespace

std::string share_directory() {
  if (const char* share = std::getenv("LOCKSTEP_SHARE")) return share;
  std::error_code error;
  const files::path program = files::read_symlink("/proc/self/exe", error);
  const files::path installed = program.parent_path().parent_path() / "share" / "lockstep";
  if (!error && files::exists(installed / "models", error)) return installed.string();
  return LOCKSTEP_SOURCE_SHARE;
}

std::shared_ptr<const Configuration> load_configuration(const std::string& path, LoadOptions options, Findings& findings) {
  Loader loader(path, options, findings);
  auto configuration = loader.load();
  if (grammar::has_errors(findings)) return nullptr;
  return configuration;
}

}  // namespace lockstep

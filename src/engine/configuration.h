#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connector/connector.h"
#include "grammar/node.h"
#include "grammar/schema.h"
#include "hub/hub.h"

namespace lockstep {

/// A key of the built-in API: who may act as which hosted connection.
struct ApiKey {
  std::string name;
  std::string key_secret;  // resolved; compared in constant time, never printed
  std::string connection;
};

struct ConnectionSettings {
  std::string name;
  bool hosted = false;
  std::string connector;               // kind
  connector::ConnectionConfig config;  // secrets resolved
  std::size_t concurrency = 4;
  std::uint32_t attempts_max = 6;
  Duration backoff_base{1'000}, backoff_cap{300'000};
  struct TypeSettings {
    std::string type;
    bool enabled = true;
    std::optional<bool> creates, writable;
    Schedule schedule;
    std::optional<DeletePolicy> deletes, incoming_deletes;
    std::optional<DeleteVersusEdit> delete_versus_edit;
    std::optional<Duration> read_before_write;
  };
  std::vector<TypeSettings> types;
  grammar::Mark mark;
};

/// Backups that the running program makes by itself.
struct BackupSettings {
  std::string folder;
  Duration every{5 * 60'000};
  std::size_t keep = 12;
};

/// A policy as written: looked up field → type and connection → type → default.
struct PolicySettings {
  std::optional<Strategy> strategy;
  std::vector<std::string> order;  // owner, prefer: connection names
  std::optional<bool> blank_never_overwrites, review_close_calls;
  std::optional<Direction> direction;
};
struct TypePolicySettings {
  std::string type;
  PolicySettings all;
  std::vector<std::pair<std::string, PolicySettings>> fields;
  std::vector<std::pair<std::string, PolicySettings>> connections;  // by connection
  std::vector<std::string> initial_order;
};

/// `lockstep.yaml`, checked.
struct Configuration {
  std::string path;
  std::string store_path;
  std::string seal_key_file;  // empty: from the environment
  std::string listen_address = "127.0.0.1";
  std::uint16_t listen_port = 8420;
  std::string public_url;
  std::string operator_key;  // for the operations API; empty: loopback peers only
  std::vector<ApiKey> api_keys;
  std::vector<ConnectionSettings> connections;
  PolicySettings default_policy;
  std::vector<TypePolicySettings> policies;
  DeleteGuard delete_guard;
  Duration request_life{600'000};
  std::optional<BackupSettings> backup;
  Model model;
  std::vector<mapping::Mapping> mappings;
  std::vector<std::string> mapping_paths;                       // the files they came from, later ones laid over earlier ones
  std::map<std::string, connector::DefinitionRef> definitions;  // by connector name
};

/// Where shipped connectors, mappings and models are: $LOCKSTEP_SHARE, else beside the program, else the source tree.
std::string share_directory();

struct LoadOptions {
  bool resolve_secrets = true;   // `check` does not need them
  std::string mapping_on_trial;  // text of one more mapping file, laid over all others; empty: none
};
/// Reads and checks configuration, models, connectors and mappings. Null when a finding is an error.
std::shared_ptr<const Configuration> load_configuration(const std::string& path, LoadOptions options, grammar::Findings& findings);
grammar::SchemaRef configuration_schema();

/// Builds the hub's systems and policies; numbers of connections come from the store.
Task<Result<void>> assemble(const Configuration& configuration, Hub& hub, http::Transport& transport, connector::SecretStore& secrets);

}  // namespace lockstep

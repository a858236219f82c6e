#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/gateway.h"
#include "engine/configuration.h"
#include "engine/engine.h"
#include "sim/virtual_executor.h"
#include "sim/virtual_transport.h"

namespace lockstep::sim {

/// Tunables of a simulated world; zero: as shipped.
struct WorldOptions {
  WorldOptions() {}
  explicit WorldOptions(std::uint64_t seed_) : seed(seed_) {}
  std::uint64_t seed = 1;
  std::int64_t poll_s = 0, full_refresh_s = 0, concurrency = 0, attempts = 0;
  std::int64_t read_before_write_s = -1;  // -1: as shipped
  bool rotates_tokens = false;            // one of the systems gives a new refresh token at each renewal
  std::int64_t backoff_base_ms = 0, backoff_cap_s = 0, request_life_s = 0;
  std::int64_t delete_guard = -1;  // deletes of a run, and per cent of a type's records, above which a person is asked; -1: as shipped
  std::int64_t batch_every_s = 0;  // read and delivered each so often, webhooks or not
  std::int64_t disk_ms = 0;        // a work of the store takes up to twice that
  std::string policy = "last_write_wins";
  std::string deletes;  // what a delete means, as members of a type's settings; empty: as shipped
};

/// The shipped connectors and mappings, the three stand-ins and a support system, on virtual time and a network of its own;
/// only the store's file is real. One seed, one run. The stand-ins, the file and time outlive a crash.
class CrmWorld {
 public:
  explicit CrmWorld(std::uint64_t seed) : CrmWorld(WorldOptions(seed)) {}
  explicit CrmWorld(WorldOptions options);
  ~CrmWorld();

  /// `runs`: the engine goes to work; otherwise it waits for sync_once().
  void start(bool runs = true);
  void crash();
  /// Runs until nothing is owed or waits to be read for three minutes; false when `limit` went by first.
  bool settle(Duration limit);
  void run_for(Duration duration) { executor.run_for(duration); }

  /// Base URL of a stand-in, as `network` knows it.
  static const std::string& origin(const std::string& system);
  /// Calls a stand-in's control plane, e.g. control("hubspot", "POST", "records/contacts", "[{…}]").
  http::Response control(const std::string& system, const std::string& method, const std::string& path, std::string body = "");
  /// Calls the built-in API as the support system.
  http::Response support(const std::string& method, const std::string& path, std::string body = "");
  /// Stops, and starts with another mapping and other tunables; the second time with the first ones again. Precondition: it runs.
  void reconfigure();
  /// Takes a backup while it runs. False: the disk is full.
  bool back_up();
  /// Puts the newest backup in the store's place. False: there is none. Precondition: it does not run.
  bool restore();
  /// After a rotated token was lost on the way nobody can renew any more: somebody signs in anew.
  void sign_in_anew();
  /// Asks HubSpot and Dataverse to send webhooks.
  void subscribe();
  StoreCounts counts();
  Result<void> transact(Store::Work work);

  VirtualExecutor executor;
  std::map<std::string, std::unique_ptr<emulators::Emulator>> stand_ins;
  VirtualTransport network;
  std::vector<std::string> warnings;  // log lines of level warn
  std::vector<std::string> errors;    // those of level error
  std::size_t lost_disk_writes = 0;   // at power cuts: written, not synced
  std::unique_ptr<Store> store;
  std::unique_ptr<Hub> hub;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<api::Gateway> gateway;

 private:
  class MemorySecrets;
  void write_configuration();
  std::string backups() const { return folder_ + "/backups"; }

  WorldOptions options_;
  std::uint64_t starts_ = 0;
  bool changed_ = false;  // runs with the other mapping and tunables
  std::string folder_;
  StandInClock clock_;
  std::unique_ptr<MemorySecrets> secrets_;
  std::shared_ptr<const Configuration> configuration_;
  std::unique_ptr<Log> log_;
  std::unique_ptr<TaskGroup> tasks_;
  std::unique_ptr<Store> slow_store_;  // null: the disk answers at once
};

}  // namespace lockstep::sim

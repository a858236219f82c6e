#pragma once

#include <memory>
#include <string>
#include <vector>

#include "emulators/core/emulator.h"
#include "http/server.h"
#include "http/transport.h"
#include "stand_ins.h"

namespace lockstep::emulators {

/// A file of records that a stand-in starts with.
struct Seed {
  std::string stand_in;  // "hubspot"
  std::string object;    // "contacts"
  std::string path;      // .json: an array of records; .csv: with a header line; fields by the API's names
};
/// "hubspot/contacts=FILE". Error: invalid_input.
Result<Seed> parse_seed(std::string_view text);

struct HostOptions {
  std::vector<std::string> only;  // names; empty: all
  int port_base = 8101;           // 0: any free ports
  std::uint64_t seed = 1;
  std::vector<Seed> seeds;  // loaded in order
  StandInSettings settings;
};

/// Serves stand-ins on loopback, each on a port of its own, and delivers their webhooks.
class Host {
 public:
  Host(Executor& executor, HostOptions options);
  ~Host();

  struct Served {
    std::string name;
    std::string base_url;
  };
  /// Error: invalid_input for an unknown name or a seed that is refused, unavailable for a port that is taken.
  Result<std::vector<Served>> start();
  Task<void> stop();

 private:
  struct StandInServer;
  Result<void> check_names(const std::vector<std::string>& names) const;
  Result<void> load_seeds(const std::string& name, StandInServer& served);
  Task<http::Response> answer(StandInServer& served, http::ServerRequest request);
  void send_due(StandInServer& served);
  Task<void> send(StandInServer& served, OutgoingRequest outgoing);
  Task<void> watch_webhooks();

  Executor& executor_;
  HostOptions options_;
  std::unique_ptr<EmulatorClock> clock_;
  std::unique_ptr<http::Transport> transport_;
  std::vector<std::unique_ptr<StandInServer>> servers_;
  TaskGroup tasks_;
};

}  // namespace lockstep::emulators

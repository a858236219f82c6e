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

/// Serves one stand-in on loopback, and delivers its webhooks.
class Host {
 public:
  Host(Executor& executor, const StandInFactory& factory, const HostOptions& options);
  ~Host();

  /// Error: invalid_input for a file that cannot be read or is refused.
  Result<void> load(const Seed& seed);
  /// The base URL. `port` 0: any free one. Error: unavailable for a port that is taken.
  Result<std::string> start(std::uint16_t port);
  Task<void> stop();

 private:
  Task<http::Response> answer(http::ServerRequest request);
  void send_due();
  Task<void> send(OutgoingRequest outgoing);
  Task<void> watch_webhooks();

  Executor& executor_;
  std::unique_ptr<EmulatorClock> clock_;
  std::unique_ptr<http::Transport> transport_;
  std::unique_ptr<Emulator> stand_in_;
  std::unique_ptr<http::Server> server_;
  std::string base_url_;
  Semaphore webhooks_;
  TaskGroup tasks_;
};

struct Served {
  std::string name;
  std::string base_url;
};

/// Stand-ins side by side, each on a port and a thread of its own: as with the vendors, what one is busy with holds up no other.
class Hosts {
 public:
  Hosts();
  ~Hosts();  // lets what they are at end, then stops them
  Hosts(const Hosts&) = delete;
  Hosts& operator=(const Hosts&) = delete;

  /// Errors: those of a host; invalid_input for an unknown name.
  Result<std::vector<Served>> start(const HostOptions& options);

 private:
  struct Running;
  std::vector<std::unique_ptr<Running>> running_;
};

}  // namespace lockstep::emulators

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/text.h"
#include "host.h"

namespace {

constexpr const char* kFooter =
    R"(Each stand-in is faithful to its vendor's API as far as docs/emulators.md tells, keeps its records in memory, and has a
control plane under /__emulator/: load and edit records, see who wrote what, advance the clock, switch faults on.

Start:
  lockstep-emulators                                            all of them, from port 8101 on
  lockstep-emulators --only hubspot --port-base 9000            one of them, at its place: 9002
  lockstep-emulators --port-base 0 --json --no-limits           for tests: free ports, one JSON object a line, no quotas
  lockstep-emulators --load hubspot/contacts=people.csv --load salesforce/Account=accounts.json

Then (S=http://127.0.0.1:8101/__emulator):
  curl $S/edit -d '{"as":"Ann","operation":"create","object":"Contact","fields":{"LastName":"Lovelace"}}'
  curl -H 'Content-Type: text/csv' --data-binary @people.csv $S/records/Contact
  curl "$S/writes?after=0"                                      who wrote what
  curl $S/clock -d '{"advance":"90s"}'
  curl $S/faults -d '{"name":"rate_limit","for":"30s"}'         a burst of refusals
  curl $S/faults -d '{"name":"server_error","calls":[1,3,4],"match":"PATCH","html":true}'

Sign-in of each, all faults and all facts: docs/emulators.md)";

void print(const lockstep::emulators::Served& served, bool json) {
  if (json) {
    fmt::print("{{\"name\":\"{}\",\"base_url\":\"{}\"}}\n", served.name, served.base_url);
  } else {
    fmt::print("{:<12} {}\n", served.name, served.base_url);
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Stand-ins of CRM APIs on loopback, for tests, demos and trying things out."};
  app.footer(kFooter);
  lockstep::emulators::HostOptions options;
  bool json = false, no_limits = false;
  app.add_option("--only", options.only, "Serve only these, separated by commas")->delimiter(',');
  app.add_option("--port-base", options.port_base, "Port of the first stand-in; the others follow, each at its place. 0: any free ports")
      ->check(CLI::Range(0, 65'000))
      ->capture_default_str();
  std::vector<std::string> seeds;
  app.add_option("--load", seeds, "Records to start with: STAND-IN/OBJECT=FILE, a .json array or a .csv with a header line")->allow_extra_args(false);
  app.add_option("--seed", options.seed, "Seed of ids, tokens and faults")->capture_default_str();
  app.add_flag("--json", json, "One JSON object a line instead of text");
  app.add_flag("--no-limits", no_limits, "Do not enforce the published quotas");
  CLI11_PARSE(app, argc, argv);
  options.settings.limits = !no_limits;
  for (const std::string& text : seeds) {
    auto seed = lockstep::emulators::parse_seed(text);
    if (!seed) {
      fmt::print(stderr, "lockstep-emulators: --load: {}\n", seed.error().message);
      return 1;
    }
    options.seeds.push_back(std::move(*seed));
  }

  auto executor = lockstep::make_real_executor();
  lockstep::emulators::Hosts hosts;
  auto served = hosts.start(options);
  if (!served) {
    fmt::print(stderr, "lockstep-emulators: {}\n", served.error().message);
    return 1;
  }
  for (const auto& one : *served) print(one, json);
  std::fflush(stdout);
  executor->on_termination([&] { executor->stop(); });
  executor->run();
  return 0;
}

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/text.h"
#include "host.h"

namespace {

constexpr const char* kFooter =
    R"(Each stand-in keeps its records in memory and has a control plane under /__emulator/ (emulators/core/README.md).

Examples:
  lockstep-emulators
  lockstep-emulators --only salesforce --port-base 9000
  lockstep-emulators --port-base 0 --json --no-limits
  curl -d '{"as":"Ann","operation":"create","object":"Contact","fields":{"LastName":"Lovelace"}}' \
       http://127.0.0.1:8101/__emulator/edit
  curl http://127.0.0.1:8101/__emulator/writes)";

void print(const lockstep::emulators::Host::Served& served, bool json) {
  if (json) {
    fmt::print("{{\"name\":\"{}\",\"base_url\":\"{}\"}}\n", served.name, served.base_url);
  } else {
    fmt::print("{:<12} {}\n", served.name, served.base_url);
  }
}

lockstep::Task<void> shut_down(lockstep::emulators::Host& host, lockstep::RealExecutor& executor) {
  co_await host.stop();
  executor.stop();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Stand-ins of CRM APIs on loopback, for tests, demos and trying things out."};
  app.footer(kFooter);
  lockstep::emulators::HostOptions options;
  bool json = false, no_limits = false;
  app.add_option("--only", options.only, "Serve only these, separated by commas")->delimiter(',');
  app.add_option("--port-base", options.port_base,
                 "Port of the first stand-in; the others follow. 0: any free ports")
      ->check(CLI::Range(0, 65'000))
      ->capture_default_str();
  app.add_option("--seed", options.seed, "Seed of ids, tokens and faults")->capture_default_str();
  app.add_flag("--json", json, "One JSON object a line instead of text");
  app.add_flag("--no-limits", no_limits, "Do not enforce the published quotas");
  CLI11_PARSE(app, argc, argv);
  options.settings.limits = !no_limits;

  auto executor = lockstep::make_real_executor();
  lockstep::emulators::Host host(*executor, options);
  auto served = host.start();
  if (!served) fmt::print(stderr, "lockstep-emulators: {}\n", served.error().message);
  lockstep::TaskGroup tasks(*executor);
  if (served) {
    for (const auto& one : *served) print(one, json);
    std::fflush(stdout);
    executor->on_termination([&] { tasks.spawn(shut_down(host, *executor)); });
  } else {
    tasks.spawn(shut_down(host, *executor));  // what was already listening
  }
  executor->run();
  return served ? 0 : 1;
}

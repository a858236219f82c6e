#include "sim/crm_world.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <boost/json.hpp>

#include "base/check.h"
#include "emulators/core/stand_in.h"
#include "emulators/dynamics365/dynamics365.h"
#include "emulators/hubspot/hubspot.h"
#include "emulators/salesforce/salesforce.h"
#include "sim/slow_store.h"
#include "sim/torn_vfs.h"
#include "store/sqlite/backup.h"
#include "store/sqlite/sqlite_store.h"

namespace lockstep::sim {

namespace {

constexpr const char* kSupportKey = "simulated-support-key";
constexpr const char* kDoorKey = "simulated-door-key";
constexpr const char* kRefreshToken = "lockstep-refresh-token";
constexpr const char* kConfiguration = R"(
lockstep: 1
store: lockstep.db
listen: 127.0.0.1:8420
public_url: http://127.0.0.1:8420
api_keys:
  - {name: desk, key: {env: SIM_SUPPORT_KEY}, connection: support}
connections:
  support: {hosted: true}
  salesforce:
    connector: salesforce
    base_url: http://127.0.0.1:9101
@settings@    params: {login_url: http://127.0.0.1:9101}
    secrets: &client {client_id: {env: SIM_CLIENT_ID}, client_secret: {env: SIM_CLIENT_SECRET}@refresh@}
  hubspot:
    connector: hubspot
    base_url: http://127.0.0.1:9102
@settings@    auth: bearer
    secrets: {service_key: {env: SIM_HUBSPOT_KEY}, client_secret: {env: SIM_CLIENT_SECRET}}
  dynamics365:
    connector: dynamics365
    base_url: http://127.0.0.1:9103
@settings@    params: {org_url: http://127.0.0.1:9103, login_url: http://127.0.0.1:9103, tenant: contoso.onmicrosoft.com}
    secrets: {client_id: {env: SIM_CLIENT_ID}, client_secret: {env: SIM_CLIENT_SECRET}, door_key: {env: SIM_DOOR_KEY}}
default_policy: {strategy: @policy@}
@mappings@@more@)";
/// A mapping that says the same in other words: what is in step stays in step.
constexpr const char* kOtherMapping = R"(
mapping: contact
systems:
  salesforce: {object: Contact}
  hubspot: {object: contact, when: email is not null or first_name is not null or last_name is not null}
  dynamics365: {object: contact}
fields:
  job_title: {in: {hubspot: {field: jobtitle, lens: truncate(120)}}}
  phone: {in: {salesforce: {field: Phone, lens: at_most(39)}}}
  fax: {in: {dynamics365: {field: address1_fax, lens: at_most(50)}}}
)";

/// Where an archived record stays, it is told from a live one by a state that cases have for reasons of their own; notes have none.
std::string deletes_of(const WorldOptions& options, std::string_view type) {
  const bool archives = options.deletes.ends_with("archive");
  if (options.deletes.empty() || (archives && type != "account" && type != "contact")) return "";
  return ", " + options.deletes;
}

/// What the tunables say, as members of a connection.
std::string settings_of(const WorldOptions& options) {
  std::string types, more;
  const auto seconds = [&](const char* name, std::int64_t value, std::int64_t unset) {
    if (value != unset) types += std::string(", ") + name + ": " + std::to_string(value) + "s";
  };
  if (options.batch_every_s == 0) seconds("poll", options.poll_s, 0);
  seconds("every", options.batch_every_s, 0);
  seconds("full_refresh", options.full_refresh_s, 0);
  seconds("read_before_write", options.read_before_write_s, -1);
  if (options.concurrency > 0) more += "    concurrency: " + std::to_string(options.concurrency) + "\n";
  if (options.backoff_base_ms > 0)
    more += "    backoff: {base: " + std::to_string(options.backoff_base_ms) + "ms, cap: " + std::to_string(options.backoff_cap_s) + "s}\n";
  if (options.attempts > 0) more += "    attempts: " + std::to_string(options.attempts) + "\n";
  if (types.empty() && options.deletes.empty()) return more;
  more += "    types:\n";
  for (const char* type : {"account", "contact", "case", "interaction"})
    more += std::string("      ") + type + ": {mode: " + (options.batch_every_s > 0 ? "batch" : "real_time") + types + deletes_of(options, type) + "}\n";
  return more;
}

const std::map<std::string, std::string> kOrigins = {
    {"salesforce", "http://127.0.0.1:9101"}, {"hubspot", "http://127.0.0.1:9102"}, {"dynamics365", "http://127.0.0.1:9103"}};

}  // namespace

/// The tokens a connector keeps; they outlive the process as the sealed settings do.
class CrmWorld::MemorySecrets final : public connector::SecretStore {
 public:
  Task<Result<std::optional<std::string>>> load(std::string name) override { co_return find(name); }
  std::optional<std::string> find(const std::string& name) const {
    const auto found = kept_.find(name);
    return found == kept_.end() ? std::nullopt : std::optional(found->second);
  }
  Task<Result<void>> save(std::string name, std::string value) override {
    kept_[name] = std::move(value);
    co_return Result<void>{};
  }

 private:
  std::map<std::string, std::string> kept_;
};

CrmWorld::CrmWorld(WorldOptions options)
    : executor(WallTime{1'772'438'400'000}, Rng(options.seed).split("schedule")),
      network(executor, Rng(options.seed).split("network")),
      options_(options),
      clock_(executor.clock()),
      secrets_(std::make_unique<MemorySecrets>()) {
  static int count = 0;
  TornDisk::install();
  const std::filesystem::path memory = "/dev/shm";
  const std::filesystem::path root = std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
  folder_ = (root / ("lockstep_sim_" + std::to_string(::getpid()) + "_" + std::to_string(++count))).string();
  std::filesystem::remove_all(folder_);  // of a process that had this number before, and was killed
  std::filesystem::create_directories(folder_);
  const Rng rng = Rng(options_.seed).split("stand-ins");
  stand_ins["salesforce"] = emulators::salesforce::make_salesforce(clock_, rng.split("salesforce"));
  stand_ins["hubspot"] = emulators::hubspot::make_hubspot(clock_, rng.split("hubspot"));
  stand_ins["dynamics365"] = emulators::make_dynamics365(clock_, rng.split("dynamics365"));
  for (const auto& [name, stand_in] : stand_ins) network.add(kOrigins.at(name), *stand_in);
  write_configuration();
  if (options_.rotates_tokens) control("salesforce", "POST", "settings", R"({"rotate_refresh_tokens": true})");
  log_ = std::make_unique<Log>(executor.clock(), false, Log::Level::warn, [this](Log::Level level, const std::string& line) {
    (level == Log::Level::error ? errors : warnings).push_back(line);
    if (std::getenv("LOCKSTEP_TEST_LOG")) std::fprintf(stderr, "%s\n", line.c_str());
  });
}

const std::string& CrmWorld::origin(const std::string& system) { return kOrigins.at(system); }

CrmWorld::~CrmWorld() {
  crash();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void CrmWorld::write_configuration() {
  const std::string path = folder_ + "/lockstep.yaml";
  std::string text = kConfiguration;
  const auto fill_in = [&](std::string_view mark, const std::string& with) {
    for (auto found = text.find(mark); found != std::string::npos; found = text.find(mark)) text.replace(found, mark.size(), with);
  };
  WorldOptions options = options_;
  if (changed_) {
    options.poll_s = options.poll_s == 20 ? 45 : 20;
    options.concurrency = 3;
  }
  std::string more;
  if (options.request_life_s > 0) more += "request_life: " + std::to_string(options.request_life_s) + "s\n";
  if (options.delete_guard >= 0) {
    const std::string most = std::to_string(options.delete_guard);
    more += "delete_guard: {count: " + most + ", share_percent: " + most + "}\n";
  }
  fill_in("@settings@", settings_of(options));
  fill_in("@policy@", options.policy);
  fill_in("@more@", more);
  fill_in("@mappings@", changed_ ? "mappings: [other.yaml]\n" : "");
  std::ofstream(folder_ + "/other.yaml") << kOtherMapping;
  fill_in("@refresh@", options_.rotates_tokens ? ", refresh_token: {env: SIM_REFRESH_TOKEN}" : "");
  std::ofstream(path) << text;
  for (const auto& [name, value] : std::map<std::string, std::string>{{"SIM_SUPPORT_KEY", kSupportKey},
                                                                      {"SIM_CLIENT_ID", "lockstep-client"},
                                                                      {"SIM_CLIENT_SECRET", "lockstep-secret"},
                                                                      {"SIM_HUBSPOT_KEY", "pat-na1-00000000-0000-4000-8000-000000000001"},
                                                                      {"SIM_DOOR_KEY", kDoorKey},
                                                                      {"SIM_REFRESH_TOKEN", kRefreshToken}})
    ::setenv(name.c_str(), value.c_str(), 1);
  grammar::Findings findings;
  configuration_ = load_configuration(path, LoadOptions{}, findings);
  std::string complaints;
  for (const auto& finding : findings) complaints += finding.text() + "\n";
  CHECK(configuration_, complaints);
}

void CrmWorld::start(bool runs) {
  CHECK(!engine, "a world that runs already");
  SqliteOptions options;
  options.path = configuration_->store_path;
  options.own_thread = false;
  auto opened = open_sqlite(executor, configuration_->model, std::move(options));
  CHECK(opened, opened.error().message);
  store = std::move(*opened);
  const Rng rng = Rng(options_.seed).split("hub" + std::to_string(++starts_));
  if (options_.disk_ms > 0) slow_store_ = std::make_unique<SlowStore>(*store, executor.clock(), rng.split("disk"), Duration{options_.disk_ms});
  hub = std::make_unique<Hub>(executor, slow_store_ ? *slow_store_ : *store, rng);
  const auto assembled = [](const Configuration& configuration, Hub& into, http::Transport& transport, connector::SecretStore& secrets) -> Task<void> {
    const auto done = co_await assemble(configuration, into, transport, secrets);
    CHECK(done, done.error().message);
  };
  executor.complete(assembled(*configuration_, *hub, network, *secrets_));
  engine = std::make_unique<Engine>(*hub, *log_);
  gateway = std::make_unique<api::Gateway>(*hub, *engine, *configuration_);
  tasks_ = std::make_unique<TaskGroup>(executor);
  const auto started = [](Engine& one) -> Task<void> {
    const auto done = co_await one.start();
    CHECK(done, done.error().message);
  };
  if (runs) executor.complete(started(*engine));
  http::Handler door = [this](http::ServerRequest request) { return gateway->handle(std::move(request)); };
  network.carry_webhooks(*tasks_, std::move(door));
}

void CrmWorld::crash() {
  TornDisk::die();
  executor.power_off();
  tasks_.reset();
  gateway.reset();
  engine.reset();
  hub.reset();
  slow_store_.reset();
  store.reset();
  executor.power_off();
  network.hang_up();
  lost_disk_writes += TornDisk::come_back(Rng(options_.seed).split("disk" + std::to_string(starts_)));
}

http::Response CrmWorld::control(const std::string& system, const std::string& method, const std::string& path, std::string body) {
  http::ServerRequest request;
  request.method = method;
  request.target = "/__emulator/" + path;
  request.headers.set("Content-Type", "application/json");
  request.body = std::move(body);
  request.peer = "127.0.0.1:50000";
  return stand_ins.at(system)->handle(request, kOrigins.at(system));
}

http::Response CrmWorld::support(const std::string& method, const std::string& path, std::string body) {
  http::ServerRequest request;
  request.method = method;
  request.target = "/v1/" + path;
  request.headers.set("Authorization", std::string("Bearer ") + kSupportKey);
  request.body = std::move(body);
  request.peer = "127.0.0.1:50000";
  http::Response response;
  const auto asked = [](api::Gateway& door, http::ServerRequest wanted, http::Response& into) -> Task<void> { into = co_await door.handle(std::move(wanted)); };
  executor.complete(asked(*gateway, std::move(request), response));
  return response;
}

void CrmWorld::reconfigure() {
  executor.complete(engine->stop());
  crash();
  changed_ = !changed_;
  write_configuration();
  start();
}

bool CrmWorld::back_up() {
  const auto taken = backup_sqlite(configuration_->store_path, backups(), 3, executor.clock().wall());
  TornDisk::synced(backups());
  return taken.has_value();
}

bool CrmWorld::restore() {
  const auto there = list_backups(backups(), executor.clock().wall());
  if (there.empty()) return false;
  const auto restored = restore_sqlite(there.front().path, configuration_->store_path, executor.clock().wall());
  CHECK(restored, restored.error().message);
  TornDisk::synced(folder_);
  return true;
}

void CrmWorld::sign_in_anew() {
  if (!options_.rotates_tokens) return;
  const auto kept = secrets_->find("salesforce/token");
  std::string token = kept ? std::string(boost::json::parse(*kept).at("refresh").as_string()) : "";
  if (token.empty()) token = kRefreshToken;
  dynamic_cast<emulators::StandIn&>(*stand_ins.at("salesforce")).tokens().issue_refresh(std::move(token), "lockstep-client");
}

void CrmWorld::subscribe() {
  const std::string door = "http://127.0.0.1:8420/webhooks";
  control("hubspot", "POST", "webhooks", R"({"url": ")" + door + R"(/hubspot/events", "subscriptions": "all"})");
  for (const char* entity : {"account", "contact", "incident", "annotation", "phonecall", "email"})
    control("dynamics365", "POST", "steps",
            R"({"entity": [")" + std::string(entity) + R"("], "message": ["Create", "Update", "Delete", "Merge"], "url": ")" + door +
                R"(/dynamics365/steps", "authtype": 5, "authvalue": {"x-api-key": ")" + kDoorKey + R"("}})");
}

Result<void> CrmWorld::transact(Store::Work work) {
  Result<void> outcome;
  const auto run = [](Store& of, Store::Work wanted, Result<void>& into) -> Task<void> { into = co_await of.transact(std::move(wanted)); };
  executor.complete(run(*store, std::move(work), outcome));
  return outcome;
}

StoreCounts CrmWorld::counts() {
  StoreCounts counts;
  const auto read = transact([&](Transaction& transaction) -> Result<void> {
    TRY(counts, transaction.counts());
    return {};
  });
  CHECK(read, read.error().message);
  return counts;
}

bool CrmWorld::settle(Duration limit) {
  constexpr Duration kQuiet{180'000};
  const Instant end = executor.clock().now() + limit;
  Instant quiet_since = executor.clock().now();
  while (executor.clock().now() < end) {
    executor.run_for(Duration{5'000});
    const StoreCounts now = counts();
    const bool busy = std::ranges::any_of(now.connections, [](const auto& one) { return one.ready + one.in_flight + one.to_read + one.inbox > 0; });
    if (busy) quiet_since = executor.clock().now();
    if (executor.clock().now() - quiet_since >= kQuiet) return true;
  }
  return false;
}

}  // namespace lockstep::sim

#include "test/support/world.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/check.h"
#include "store/sqlite/sqlite_store.h"

namespace lockstep::support {

namespace {

constexpr std::string_view kModel = R"(
types:
  account:
    fields:
      name: {type: text, required: true}
      domain: text
      phone: text
      parent: {type: reference, to: account}
      main_contact: {type: reference, to: contact}
  contact:
    fields:
      name: {type: text, required: true}
      email: email
      phone: text
      city: text
      title: text
      tags: set
      account: {type: reference, to: account}
  case:
    fields:
      subject: {type: text, required: true}
      status: text
      contact: {type: reference, to: contact}
      account: {type: reference, to: account}
)";

constexpr std::string_view kMatch[] = {"[domain]", "[email]", "[]"};

grammar::Node parse(const std::string& text, std::string name) {
  auto node = grammar::parse_text(text, std::move(name));
  CHECK(node, node.error().message);
  return std::move(*node);
}

std::string complaints(const grammar::Findings& findings) {
  std::string all;
  for (const auto& finding : findings) all += finding.text() + "\n";
  return all;
}

}  // namespace

World::World(std::uint64_t seed) : executor(WallTime{1'772'438'400'000}, Rng(seed).split("schedule")), seed_(seed) {
  static int count = 0;
  // A day of virtual time is thousands of commits: kept off the disk where that can be.
  const std::filesystem::path memory = "/dev/shm";
  const std::filesystem::path folder = std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
  path = (folder / ("lockstep_world_" + std::to_string(::getpid()) + "_" + std::to_string(++count) + ".db")).string();
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
  grammar::Findings findings;
  model = mapping::load_model({parse(std::string(kModel), "model")}, findings);
  CHECK(!grammar::has_errors(findings), complaints(findings));
  log_ = std::make_unique<Log>(executor.clock(), false, Log::Level::info, [this](Log::Level, const std::string& line) {
    log_lines.push_back(line);
    if (std::getenv("LOCKSTEP_TEST_LOG")) std::fprintf(stderr, "%s\n", line.c_str());
  });
}

World::~World() {
  crash();
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
}

FakeSystem& World::add_system(const std::string& name, FakeTraits traits) {
  systems.push_back(std::make_unique<FakeSystem>(name, executor.clock(), traits));
  members_.push_back(Member{name, systems.back().get()});
  mappings_.clear();
  return *systems.back();
}

void World::add_hosted(const std::string& name) { members_.push_back(Member{name, nullptr}); }

void World::load_mappings() {
  std::vector<mapping::ConnectorInfo> connectors;
  for (const Member& member : members_) {
    if (!member.fake) continue;
    mapping::ConnectorInfo info;
    info.name = member.name;
    for (const EntityType& one : model.types) {
      info.objects.push_back(one.name);
      info.forms[one.name] = {{"plain", {"name"}}};
    }
    connectors.push_back(std::move(info));
  }
  std::vector<grammar::Node> files;
  for (std::size_t i = 0; i < model.types.size(); ++i) {
    const EntityType& one = model.types[i];
    std::string text = "mapping: " + one.name + "\nmatch: " + std::string(kMatch[i]) + "\nsystems:\n";
    for (const auto& info : connectors) {
      const auto narrowed = narrowed_.find(info.name + "/" + one.name);
      text += "  " + info.name + ": {";
      if (narrowed == narrowed_.end()) text += "object: " + one.name;
      else text += "otherwise: skip, variants: {meant: {object: " + one.name + ", is: '" + narrowed->second + "'}}";
      text += "}\n";
    }
    text += "fields:\n";
    for (const FieldDefinition& field : one.fields) {
      text += "  " + field.name + ":\n    in: {";
      for (const auto& info : connectors) {
        const auto own = bindings_.find(info.name + "/" + one.name + "/" + field.name);
        text += info.name + ": " + (own == bindings_.end() ? field.name : own->second) + ", ";
      }
      text += "}\n";
    }
    files.push_back(parse(text, one.name));
  }
  grammar::Findings findings;
  mappings_ = mapping::load_mappings(files, model, connectors, findings);
  CHECK(!grammar::has_errors(findings), complaints(findings));
}

void World::build_hub() {
  hub = std::make_unique<Hub>(executor, *store, Rng(seed_).split("hub" + std::to_string(starts_)));
  hub->model = model;
  hub->mappings = mappings_;
  hub->type_order = dependency_order(model);
  hub->start_fences(static_cast<std::uint64_t>(hub->now().ms) * 1024);
  for (const Member& member : members_) {
    System system;
    system.name = member.name;
    system.hosted = !member.fake;
    system.clock = std::make_shared<ClockEstimate>();
    system.clock->add(0, 100, hub->now());
    Result<void> numbered = transact([&](Transaction& transaction) -> Result<void> {
      TRY(system.id, transaction.connection_number(member.name));
      return {};
    });
    CHECK(numbered, numbered.error().message);
    if (member.fake) system.connector = std::make_unique<FakeConnector>(*member.fake, executor);
    for (const TypeIndex index : hub->type_order) {
      SystemType system_type;
      system_type.type = index;
      if (member.fake) {
        system_type.mapping = mappings_[index.value()].systems.at(member.name);
        CHECK(system.connector->select(system_type.mapping->selection(0)), "a selection that is not taken");
      }
      system.types.push_back(std::move(system_type));
    }
    hub->systems.push_back(std::move(system));
  }
  for (std::size_t i = 0; i < model.types.size(); ++i) {
    TypePolicy policy;
    policy.type = TypeIndex{static_cast<std::uint16_t>(i)};
    for (const System& system : hub->systems) {
      LinkPolicy link;
      link.connection = system.id;
      link.keeps_entity_id = system.hosted;
      if (system.hosted) link.read_before_write_ms = 0;
      if (system.connector) {
        link.has_lock = system.connector->find_object(model.types[i].name)->has_lock;
        link.delete_has_lock = system.connector->find_object(model.types[i].name)->delete_has_lock;
        link.version_is_ordered = true;
        link.archives_in_place = system.connector->find_object(model.types[i].name)->archives_in_place;
      }
      FieldPolicy field;
      field.mapped = true;
      link.fields.assign(model.types[i].fields.size(), field);
      policy.links.push_back(std::move(link));
    }
    hub->policies.push_back(std::move(policy));
  }
  configure(*hub);
}

void World::open() {
  CHECK(!engine, "a world that runs already");
  ++starts_;
  if (mappings_.empty()) load_mappings();
  SqliteOptions options;
  options.path = path;
  options.own_thread = false;
  auto opened = open_sqlite(executor, model, std::move(options));
  CHECK(opened, opened.error().message);
  store = std::move(*opened);
  build_hub();
  engine = std::make_unique<Engine>(*hub, *log_);
}

Result<void> World::sync_once(bool full) {
  open();
  Result<void> done;
  executor.complete([](Engine& one, bool whole, Result<void>& told) -> Task<void> { told = co_await one.sync_once(whole); }(*engine, full, done));
  crash();
  return done;
}

void World::start() {
  open();
  executor.complete([](Engine& one) -> Task<void> {
    const auto started = co_await one.start();
    CHECK(started, started.error().message);
  }(*engine));
}

void World::crash() {
  executor.power_off();
  engine.reset();
  hub.reset();
  store.reset();
  executor.power_off();
}

void World::stop() {
  executor.complete([](Engine& one) -> Task<void> { co_await one.stop(); }(*engine));
  crash();
}

System& World::system_of(const std::string& name) {
  for (System& system : hub->systems)
    if (system.name == name) return system;
  CHECK(false, "a test names a system that is not there");
  std::abort();
}

void World::set_strategy(Hub& hub, const std::string& type, const std::string& field, Strategy strategy) {
  const TypeIndex index = *hub.model.find(type);
  const FieldIndex of = *hub.model.at(index).find(field);
  for (LinkPolicy& link : hub.policies[index.value()].links) link.fields[of.value()].strategy = strategy;
}

}  // namespace lockstep::support

#include "sim/full_refresh.h"

#include <boost/json.hpp>

#include <algorithm>

#include "base/check.h"
#include "sim/crm_world.h"

namespace lockstep::sim {

namespace {

namespace json = boost::json;

constexpr const char* kSystems[] = {"salesforce", "hubspot", "dynamics365"};

/// Limits as the vendors publish them, and as the stand-ins keep them: calls in a window, and in a day (0: none).
struct Published {
  std::int64_t calls = 0;
  double window_s = 0;
  std::int64_t daily = 0;
};
Published published(const std::string& system) {
  if (system == "salesforce") return {0, 0, 15'000};   // Developer Edition; 100,000 and more where people pay
  if (system == "hubspot") return {190, 10, 650'000};  // private app, Professional
  return {6'000, 300, 0};                              // service protection, per user
}

void put_people(CrmWorld& world, std::int64_t contacts) {
  constexpr std::int64_t kChunk = 5'000;
  for (std::int64_t from = 0; from < contacts; from += kChunk) {
    json::array people;
    for (std::int64_t i = from; i < std::min(contacts, from + kChunk); ++i) {
      const std::string number = std::to_string(i);
      people.push_back(json::object{{"FirstName", "Ada"},
                                    {"LastName", "Person " + number},
                                    {"Email", "person" + number + "@example.com"},
                                    {"Title", "Engineer"},
                                    {"Phone", "+1 415 555 0100"},
                                    {"MailingCity", "Lisbon"}});
    }
    const auto answer = world.control("salesforce", "POST", "records/Contact", json::serialize(people));
    CHECK(answer.status == 200, answer.body);
    world.executor.run_for(Duration{1'000});
  }
}

std::int64_t live(CrmWorld& world, const std::string& system, const std::string& object) {
  const json::value counts = json::parse(world.control(system, "GET", "counts").body);
  const json::value* row = counts.at("rows").as_object().if_contains(object);
  return row ? row->at("live").to_number<std::int64_t>() : 0;
}

struct Meter {
  std::map<std::string, std::uint64_t> calls;
  std::map<std::string, std::int64_t> written, read;
};
Meter read_meter(CrmWorld& world) {
  Meter meter;
  for (const System& system : world.hub->systems)
    if (system.connector) meter.calls[system.name] = system.connector->usage().calls;
  for (const SystemStatus& status : world.engine->status().systems) {
    meter.written[status.name] = status.written;
    meter.read[status.name] = status.read;
  }
  return meter;
}

SystemLoad load_of(const std::string& system, std::int64_t records, std::uint64_t calls, double hours) {
  SystemLoad load;
  load.system = system;
  load.records = records;
  load.calls = calls;
  load.hours = hours;
  const Published limits = published(system);
  const auto count = static_cast<double>(calls);
  if (limits.calls > 0) load.least_hours = count / static_cast<double>(limits.calls) * limits.window_s / 3'600;
  if (limits.daily > 0) load.share_of_day = count / static_cast<double>(limits.daily);
  return load;
}

double hours_since(CrmWorld& world, Instant begun) { return static_cast<double>((world.executor.clock().now() - begun).count()) / 3'600'000; }

}  // namespace

FullRefresh play_full_refresh(std::int64_t contacts) {
  CrmWorld world(1);
  world.network.weather.latency_least = Duration{100};
  world.network.weather.latency_most = Duration{500};
  put_people(world, contacts);
  FullRefresh result;
  const Instant begun = world.executor.clock().now();
  world.start();
  std::map<std::string, double> hours;
  const auto all_written = [&] {
    const Meter meter = read_meter(world);
    for (const auto& [system, written] : meter.written)
      if (written >= contacts && !hours.contains(system)) hours[system] = hours_since(world, begun);
    return hours.size() == std::size(kSystems);
  };
  constexpr Duration kLook{10'000}, kLongest{48 * 3'600'000};
  while (!all_written() && world.executor.clock().now() - begun < kLongest) world.executor.run_for(kLook);
  const Meter loaded = read_meter(world);
  result.load_hours = hours_since(world, begun);
  for (const char* system : kSystems)
    result.load.push_back(load_of(system, loaded.written.at(system), loaded.calls.at(system), hours.contains(system) ? hours[system] : result.load_hours));
  result.in_step = world.settle(Duration{6 * 3'600'000}) && live(world, "hubspot", "contacts") == contacts &&
                   live(world, "dynamics365", "contact") == contacts && world.counts().entities == contacts;
  // The refresh stands alone: nothing else calls meanwhile.
  world.crash();
  world.run_for(Duration{24 * 3'600'000});
  world.start(false);
  const Instant again = world.executor.clock().now();
  const auto sync = [](Engine& engine) -> Task<void> {
    const auto done = co_await engine.sync_once(true);
    CHECK(done, done.error().message);
  };
  world.executor.complete(sync(*world.engine));
  result.refresh_hours = hours_since(world, again);
  const Meter refreshed = read_meter(world);
  for (const char* system : kSystems) {
    result.refresh.push_back(load_of(system, refreshed.read.at(system), refreshed.calls.at(system), result.refresh_hours));
    result.in_step = result.in_step && refreshed.written.at(system) == 0;
  }
  return result;
}

}  // namespace lockstep::sim

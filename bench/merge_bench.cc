// How fast new contacts of one system become golden records with their links, keys, audit rows and what three other
// systems are owed, committed; beside raw SQLite inserts of as many bytes in as many transactions.
#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include <chrono>
#include <filesystem>

#include "base/check.h"
#include "bench/records.h"
#include "discover/intake.h"
#include "sim/virtual_executor.h"
#include "store/sqlite/sqlite_store.h"

namespace lockstep::bench {
namespace {

namespace files = std::filesystem;
using Seconds = std::chrono::duration<double>;

constexpr std::size_t kRecords = 10'000;

std::string fresh_file() {
  const files::path folder = files::temp_directory_path() / "lockstep_bench";
  files::create_directories(folder);
  for (const char* name : {"bench.db", "bench.db-wal", "bench.db-shm"}) files::remove(folder / name);
  return (folder / "bench.db").string();
}

void check_sqlite(int code, sqlite3* database) { CHECK(code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW, sqlite3_errmsg(database)); }

sqlite3* open_raw(const std::string& path) {
  sqlite3* database = nullptr;
  check_sqlite(sqlite3_open(path.c_str(), &database), database);
  for (const char* sql : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA cache_size=-32768", "PRAGMA wal_autocheckpoint=4000"})
    check_sqlite(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), database);
  return database;
}

/// Bytes of all rows and index entries.
double payload_bytes(const std::string& path) {
  sqlite3* database = open_raw(path);
  sqlite3_stmt* statement = nullptr;
  check_sqlite(sqlite3_prepare_v2(database, "SELECT sum(payload) FROM dbstat", -1, &statement, nullptr), database);
  check_sqlite(sqlite3_step(statement), database);
  const double bytes = sqlite3_column_double(statement, 0);
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return bytes;
}

class NoNetwork final : public http::Transport {
 public:
  Task<Result<http::Response>> send(http::Request) override { co_return fail(ErrorCode::unavailable, "there is no network here"); }
};

class NoSecrets final : public connector::SecretStore {
 public:
  Task<Result<std::optional<std::string>>> load(std::string) override { co_return std::optional<std::string>(); }
  Task<Result<void>> save(std::string, std::string) override { co_return Result<void>{}; }
};

/// The hub of the example's four systems over a new file.
struct Rig {
  explicit Rig(const std::string& path) : executor(WallTime{1'795'000'000'000}) {
    SqliteOptions options;
    options.path = path;
    options.own_thread = false;
    auto opened = open_sqlite(executor, example().model, options);
    CHECK(opened, opened.error().message);
    store = std::move(*opened);
    hub = std::make_unique<Hub>(executor, *store, Rng(7));
    executor.complete([](Rig& rig) -> Task<void> {
      const Result<void> built = co_await assemble(example(), *rig.hub, rig.network, rig.secrets);
      CHECK(built, built.error().message);
    }(*this));
    intake = std::make_unique<discover::Intake>(*hub);
  }

  void absorb(const Place& place, std::vector<discover::Seen> seen) {
    discover::Source source;
    for (const System& system : hub->systems)
      if (system.name == place.mapping->system()) source.connection = system.id;
    source.type = place.type;
    source.run = RunId{hub->ids.next(hub->now())};
    source.fence = hub->next_fence();
    source.sent = hub->now();
    source.complete_listing = true;
    executor.complete([](discover::Intake& into, discover::Source from, std::vector<discover::Seen> rows) -> Task<void> {
      const auto count = co_await into.absorb(std::move(from), std::move(rows));
      CHECK(count && count->created == count->read, "not every record is new");
    }(*intake, std::move(source), std::move(seen)));
  }

  sim::VirtualExecutor executor;
  NoNetwork network;
  NoSecrets secrets;
  std::unique_ptr<Store> store;
  std::unique_ptr<Hub> hub;
  std::unique_ptr<discover::Intake> intake;
};

Place contacts() {
  const TypeIndex type = *example().model.find("contact");
  return Place{type, example().mappings[type.value()].systems.at("hubspot").get(), 0};
}

std::vector<discover::Seen> seen_contacts(const Place& place) {
  std::vector<discover::Seen> all;
  for (std::size_t number = 0; number < kRecords; ++number) {
    discover::Seen seen;
    seen.object = "contact";
    seen.row.id = RemoteId{"contact", std::to_string(100'000 + number)};
    seen.row.version = "2026-01-05T10:00:00.120Z";
    mapping::Slots slots = row(place, number);
    for (auto& slot : slots)
      if (slot && slot->get<RemoteId>()) slot.reset();  // their accounts are another measurement
    seen.fields = place.mapping->get(place.variant, slots, seen.problems);
    all.push_back(std::move(seen));
  }
  return all;
}

/// Loads all contacts into a new file; seconds taken.
double load(const std::string& path, std::size_t batch) {
  Rig rig(path);
  const Place place = contacts();
  const std::vector<discover::Seen> all = seen_contacts(place);
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < all.size(); i += batch)
    rig.absorb(place, {all.begin() + static_cast<std::ptrdiff_t>(i), all.begin() + static_cast<std::ptrdiff_t>(std::min(i + batch, all.size()))});
  return Seconds(std::chrono::steady_clock::now() - start).count();
}

double bytes_per_record() {
  static const double bytes = [] {
    const std::string path = fresh_file();
    load(path, 1'000);
    return payload_bytes(path) / kRecords;
  }();
  return bytes;
}

void merge_and_commit(benchmark::State& state) {
  for (auto _ : state) state.SetIterationTime(load(fresh_file(), static_cast<std::size_t>(state.range(0))));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRecords));
  state.counters["bytes_per_record"] = bytes_per_record();
}
BENCHMARK(merge_and_commit)->Arg(100)->Arg(1'000)->UseManualTime()->Iterations(1)->Unit(benchmark::kMillisecond);

/// One row of that many bytes a record, ascending keys: the least that any durable store of them does.
void raw_inserts(benchmark::State& state) {
  const std::string row(static_cast<std::size_t>(bytes_per_record()), 'x');
  const auto batch = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    sqlite3* database = open_raw(fresh_file());
    check_sqlite(sqlite3_exec(database, "CREATE TABLE t (id INTEGER PRIMARY KEY, row BLOB)", nullptr, nullptr, nullptr), database);
    sqlite3_stmt* insert = nullptr;
    check_sqlite(sqlite3_prepare_v2(database, "INSERT INTO t VALUES (?, ?)", -1, &insert, nullptr), database);
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < kRecords; ++i) {
      if (i % batch == 0) check_sqlite(sqlite3_exec(database, "BEGIN", nullptr, nullptr, nullptr), database);
      sqlite3_bind_int64(insert, 1, static_cast<std::int64_t>(i));
      sqlite3_bind_blob(insert, 2, row.data(), static_cast<int>(row.size()), SQLITE_STATIC);
      check_sqlite(sqlite3_step(insert), database);
      sqlite3_reset(insert);
      if ((i + 1) % batch == 0 || i + 1 == kRecords) check_sqlite(sqlite3_exec(database, "COMMIT", nullptr, nullptr, nullptr), database);
    }
    state.SetIterationTime(Seconds(std::chrono::steady_clock::now() - start).count());
    sqlite3_finalize(insert);
    sqlite3_close(database);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRecords));
  state.counters["bytes_per_record"] = bytes_per_record();
}
BENCHMARK(raw_inserts)->Arg(100)->Arg(1'000)->UseManualTime()->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lockstep::bench

#include "store/sqlite/sqlite_store.h"

#include <algorithm>
#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "store/sqlite/transaction.h"

namespace lockstep {

namespace {

namespace asio = boost::asio;
using sqlite::Database;
using sqlite::Names;
using sqlite::SqliteTransaction;

constexpr std::size_t kGroupMax = 64;  // works in one commit

struct Job {
  Store::Work work;
  bool reads = false;  // it changes nothing
  std::function<void(Result<void>)> done;
  Result<void> outcome;
};

class SqliteStore final : public Store {
 public:
  SqliteStore(Executor& executor, const Model& model, SqliteOptions options, std::unique_ptr<Database> database)
      : executor_(executor), model_(model), options_(std::move(options)), database_(std::move(database)) {}

  ~SqliteStore() override {
    if (!thread_.joinable()) return;
    {
      std::scoped_lock lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  Result<void> start() {
    TRY_VOID(load_names());
    if (options_.own_thread) thread_ = std::thread([this] { serve(); });
    return {};
  }

  Task<Result<void>> transact(Work work) override { return run(std::move(work), false); }
  // One connection serves both: reads see the last commit, and their own thread is not worth a second cache.
  Task<Result<void>> read(Work work) override { return run(std::move(work), true); }

 private:
  Result<void> load_names() {
    if (options_.read_only) return look_at_names();
    TRY_VOID(database_->execute("BEGIN IMMEDIATE"));
    auto loaded = look_at_names();
    const auto ended = database_->execute(loaded ? "COMMIT" : "ROLLBACK");
    return loaded ? ended : loaded;
  }

  /// Commands write beside a running daemon: a name that one of them brought has its number, and no other may get it.
  Result<void> look_at_names() {
    TRY(sqlite::Statement row, database_->prepare("PRAGMA data_version"));
    TRY([[maybe_unused]] const bool found, row.step());
    if (row.integer(0) == seen_version_) return {};
    TRY_VOID(names_.load(*database_, model_));
    seen_version_ = row.integer(0);
    return {};
  }

  Task<Result<void>> run(Work work, bool reads) {
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Result<void>)>(
        [this, reads](auto handler, Work wanted) {
          auto shared = std::make_shared<decltype(handler)>(std::move(handler));
          Job job;
          job.work = std::move(wanted);
          job.reads = reads;
          job.done = [this, shared](Result<void> outcome) {
            auto box = std::make_shared<Result<void>>(std::move(outcome));
            executor_.post([shared, box] { std::move (*shared)(std::move(*box)); });
          };
          submit(std::move(job));
        },
        asio::use_awaitable, std::move(work));
  }

  void submit(Job job) {
    if (!options_.own_thread) return submit_inline(std::move(job));
    {
      std::scoped_lock lock(mutex_);
      queue_.push_back(std::move(job));
    }
    wake_.notify_one();
  }

  /// With a hop before: other tasks may come in between, and their works into the same commit, as they do with a thread. The hop owns the
  /// works: what is destroyed with it (a power cut) is destroyed before the store.
  void submit_inline(Job job) {
    auto group = gathering_.lock();
    if (!group || group->size() == kGroupMax) {
      group = std::make_shared<std::deque<Job>>();
      gathering_ = group;
      executor_.post([this, group] {
        if (gathering_.lock() == group) gathering_.reset();
        commit(*group);
      });
    }
    group->push_back(std::move(job));
  }

  void serve() {
    for (;;) {
      std::deque<Job> group;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) return;
        while (!queue_.empty() && group.size() < kGroupMax) {
          group.push_back(std::move(queue_.front()));
          queue_.pop_front();
        }
      }
      commit(group);
    }
  }

  Result<void> statement(const char* sql) {
    TRY(sqlite::Statement prepared, database_->prepare(sql));
    return prepared.run();
  }

  /// Runs each work so that it can be undone alone, and commits them together; only then are they told. Reads take no lock that a writer waits for.
  void commit(std::deque<Job>& group) {
    const bool reads = options_.read_only || std::ranges::all_of(group, &Job::reads);
    auto begun = statement(reads ? "BEGIN" : "BEGIN IMMEDIATE");
    const bool has_begun = begun.has_value();
    if (begun) begun = look_at_names();
    for (Job& job : group) {
      // What came before is undone; a work that began now would be committed alone, and told to have failed with the rest.
      if (begun && !database_->in_transaction()) begun = fail(ErrorCode::storage, "the database undid the transaction of a work before this one");
      job.outcome = !begun ? begun : group.size() > 1 && !job.reads ? one_of_many(job.work) : one(job.work);
    }
    // Alone in its transaction, a work that failed is undone with it.
    const bool whole = group.size() > 1 || group.front().outcome;
    if (has_begun) {
      const auto ended = whole ? statement("COMMIT") : tl::unexpected(group.front().outcome.error());
      if (!ended) {
        const auto undone = database_->execute("ROLLBACK");
        (void)undone;
        seen_version_ = -1;  // numbers that were given to new names are gone with it
        for (Job& job : group)
          if (job.outcome) job.outcome = tl::unexpected(ended.error());
      }
    }
    for (Job& job : group) job.done(std::move(job.outcome));
  }

  Result<void> one(Work& work) {
    SqliteTransaction transaction(*database_, names_);
    return work(transaction);
  }

  Result<void> one_of_many(Work& work) {
    TRY_VOID(statement("SAVEPOINT work"));
    Result<void> outcome = one(work);
    if (!outcome) {
      TRY_VOID(statement("ROLLBACK TO work"));
      // Numbers that the work gave to new names are gone with it.
      TRY_VOID(names_.load(*database_, model_));
    }
    TRY_VOID(statement("RELEASE work"));
    return outcome;
  }

  Executor& executor_;
  const Model& model_;
  SqliteOptions options_;
  std::unique_ptr<Database> database_;
  Names names_;
  std::int64_t seen_version_ = -1;  // of the database, as changed by others, when the names were loaded
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  std::weak_ptr<std::deque<Job>> gathering_;  // without a thread: works that go into the next commit
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(Executor& executor, const Model& model, SqliteOptions options) {
  TRY(auto database, Database::open(options.path, options.read_only, options.cache_kib));
  if (!options.read_only) {
    if (auto migrated = sqlite::migrate(*database, options.beside_another); !migrated) return fail(migrated.error(), "store '" + options.path + "'");
  }
  auto store = std::make_unique<SqliteStore>(executor, model, std::move(options), std::move(database));
  TRY_VOID(store->start());
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace lockstep

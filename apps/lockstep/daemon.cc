#include <fmt/format.h>

#include "api/gateway.h"
#include "api/problem.h"
#include "backup.h"
#include "commands.h"
#include "engine/engine.h"
#include "http/server.h"
#include "session.h"

namespace lockstep::app {

namespace {

constexpr Duration kGrace{3'000};

Log make_log(Session& session, bool json) { return Log(session.executor().clock(), json, Log::Level::info, stderr_sink()); }

Task<void> serve(Session& session, Engine& engine, std::string& error) {
  const Result<void> started = co_await engine.start();
  if (started) co_return;
  error = started.error().message;
  session.executor().stop();
}

Task<void> shut_down(Session& session, Engine& engine, http::Server& server, TaskGroup& backups) {
  co_await server.stop(kGrace);
  co_await engine.stop();
  co_await backups.stop();
  session.executor().stop();
}

}  // namespace

int run_command(const Common& common) {
  auto session = Session::open(common.config, true);
  if (!session) return session.code();
  Log log = make_log(*session, common.json);
  Engine engine(session->hub(), log);
  api::Gateway gateway(session->hub(), engine, session->configuration());
  http::ServerOptions options;
  options.address = session->configuration().listen_address;
  options.port = session->configuration().listen_port;
  options.refuse = [](int status, const std::string& detail) {
    return api::problem(status, status == 413 ? "Body too large" : status == 431 ? "Headers too large" : "Bad request", detail);
  };
  http::Handler handler = [&gateway](http::ServerRequest request) { return gateway.handle(std::move(request)); };
  auto server = http::listen(session->executor(), options, std::move(handler));
  if (!server) return fail_with(kUnavailable, server.error().message);
  log.info("listening", {{"address", options.address}, {"port", std::to_string((*server)->port())}});
  std::string error;
  TaskGroup tasks(session->executor());
  tasks.spawn(serve(*session, engine, error));
  TaskGroup backups(session->executor());
  if (const auto& settings = session->configuration().backup)
    backups.spawn(keep_backups(session->executor(), backups, log, session->configuration().store_path, *settings));
  session->executor().on_termination([&] { tasks.spawn(shut_down(*session, engine, **server, backups)); });
  session->executor().run();
  if (!error.empty()) return fail_with(kFailed, error);
  log.info("stopped", {});
  return kOk;
}

int sync_command(const Common& common, bool full) {
  auto session = Session::open(common.config, true);
  if (!session) return session.code();
  Log log = make_log(*session, common.json);
  Engine engine(session->hub(), log);
  Result<void> done;
  const auto once = [](Engine& of, bool whole, Result<void>& into) -> Task<void> { into = co_await of.sync_once(whole); };
  session->run(once(engine, full, done));
  const int code = done ? kOk : fail_with(done.error().code == ErrorCode::storage ? kFailed : kUnavailable, done.error().message);
  const EngineStatus status = engine.status();
  StoreCounts counts;
  std::vector<OpenFeedGap> gaps;
  session->read([&](Transaction& transaction) -> Result<void> {
    TRY(counts, transaction.counts());
    TRY(gaps, list_feed_gaps(session->hub(), transaction));
    return {};
  });
  if (common.json) {
    fmt::print("{}\n", api::status_json(session->hub(), status, counts, gaps));
    return code;
  }
  for (const SystemStatus& system : status.systems)
    fmt::print("{:<14} read {:>7}  matched {:>6}  changed {:>6}  written {:>6}  failed {:>4}  calls {:>5}\n", system.name, system.read, system.matched,
               system.changed, system.written, system.failed, system.calls);
  fmt::print("{} entities, {} open reviews, {} dead letters\n", counts.entities, counts.open_reviews, counts.open_dead_letters);
  return code;
}

}  // namespace lockstep::app

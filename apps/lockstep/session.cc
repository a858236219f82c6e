#include "session.h"

#include <fmt/format.h>

#include <filesystem>

#include "store/seal.h"
#include "store/sqlite/sqlite_store.h"

namespace lockstep::app {

namespace {

/// Tokens in the store's settings, sealed.
class SealedSecrets final : public connector::SecretStore {
 public:
  SealedSecrets(Store& store, Seal seal) : store_(store), seal_(std::move(seal)) {}

  Task<Result<std::optional<std::string>>> load(std::string name) override {
    std::optional<std::string> sealed;
    Store::Work work = [&](Transaction& transaction) -> Result<void> {
      TRY(sealed, transaction.find_setting(setting_of_secret(name)));
      return {};
    };
    const Result<void> read = co_await store_.read(std::move(work));
    if (!read) co_return tl::unexpected(read.error());
    if (!sealed || sealed->empty()) co_return std::optional<std::string>{};
    auto opened = seal_.open(name, *sealed);
    if (!opened) co_return tl::unexpected(opened.error());
    co_return std::optional(std::move(*opened));
  }

  Task<Result<void>> save(std::string name, std::string value) override {
    const std::string sealed = seal_.close(name, value);
    Store::Work work = [&](Transaction& transaction) { return transaction.put_setting(setting_of_secret(name), sealed); };
    co_return co_await store_.transact(std::move(work));
  }

 private:
  Store& store_;
  Seal seal_;
};

/// For commands that never sign in.
class NoSecrets final : public connector::SecretStore {
 public:
  Task<Result<std::optional<std::string>>> load(std::string) override { co_return std::optional<std::string>{}; }
  Task<Result<void>> save(std::string, std::string) override { co_return fail(ErrorCode::internal, "this command keeps no secrets"); }
};

}  // namespace

std::string setting_of_secret(const std::string& name) { return "secret/" + name; }

int fail_with(int code, const std::string& message) {
  fmt::print(stderr, "lockstep: {}\n", message);
  return code;
}

void print_findings(const grammar::Findings& findings) {
  std::size_t errors = 0;
  for (const grammar::Finding& finding : findings) {
    fmt::print(stderr, "{}\n", finding.text());
    errors += finding.severity == grammar::Finding::Severity::error ? 1 : 0;
  }
  if (errors > 0) fmt::print(stderr, "{} error{}. Nothing was started.\n", errors, errors == 1 ? "" : "s");
}

OpenedSession::OpenedSession(std::unique_ptr<Session> session) : session_(std::move(session)) {}
OpenedSession::OpenedSession(int code) : code_(code) {}
OpenedSession::~OpenedSession() = default;

Session::~Session() {
  // What uses the executor and the store goes first.
  hub_.reset();
  secrets_.reset();
  store_.reset();
  transport_.reset();
}

bool Session::open_store() {
  SqliteOptions options;
  options.path = configuration_->store_path;
  options.beside_another = !lock_;
  auto store = open_sqlite(*executor_, configuration_->model, options);
  if (!store && store.error().code == ErrorCode::conflict) {  // of an older version: migrated, if nobody is at work on it
    const auto alone = StoreLock::take(options.path);
    options.beside_another = false;
    if (alone) store = open_sqlite(*executor_, configuration_->model, options);
  }
  if (!store) {
    fail_with(kFailed, store.error().message);
    return false;
  }
  store_ = std::move(*store);
  return true;
}

OpenedSession Session::open(const std::string& config_path, bool connect) {
  std::unique_ptr<Session> session(new Session());
  grammar::Findings findings;
  LoadOptions options;
  options.resolve_secrets = connect;
  session->configuration_ = load_configuration(config_path, options, findings);
  if (!session->configuration_) {
    print_findings(findings);
    return kConfiguration;
  }
  session->executor_ = make_real_executor();
  if (connect) {
    auto lock = StoreLock::take(session->configuration_->store_path);
    if (!lock) return fail_with(kFailed, lock.error().message);
    session->lock_ = std::move(*lock);
  }
  const std::string& path = session->configuration_->store_path;
  if (!connect && !std::filesystem::exists(path))
    return fail_with(kFailed, "there is no store at '" + path + "' yet; 'lockstep run' makes it, and 'lockstep sync' does");
  if (!session->open_store()) return kFailed;
  if (connect) {
    auto seal = Seal::load(session->configuration_->seal_key_file);
    if (!seal) return fail_with(kConfiguration, seal.error().message);
    session->secrets_ = std::make_unique<SealedSecrets>(*session->store_, std::move(*seal));
  } else {
    session->secrets_ = std::make_unique<NoSecrets>();
  }
  session->transport_ = http::make_curl_transport(*session->executor_, http::CurlOptions{});
  session->hub_ = std::make_unique<Hub>(*session->executor_, *session->store_, Rng(seed_from_system()));
  std::string error;
  const auto task = [](Session& of, std::string& into) -> Task<void> {
    const Result<void> done = co_await assemble(*of.configuration_, *of.hub_, *of.transport_, *of.secrets_);
    if (!done) into = done.error().message;
  };
  run_until_complete(*session->executor_, task(*session, error));
  if (!error.empty()) return fail_with(kConfiguration, error);
  return session;
}

bool Session::read(Store::Work work) {
  std::string error;
  const auto task = [](Store& store, Store::Work wanted, std::string& into) -> Task<void> {
    const Result<void> done = co_await store.read(std::move(wanted));
    if (!done) into = done.error().message;
  };
  run_until_complete(*executor_, task(*store_, std::move(work), error));
  if (!error.empty()) fail_with(kFailed, error);
  return error.empty();
}

std::optional<http::Response> Session::ask_running(const std::string& method, const std::string& path) {
  std::string host = configuration_->listen_address;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host.find(':') != std::string::npos) host = host == "::" ? "[::1]" : "[" + host + "]";
  http::Request request(method, "http://" + host + ":" + std::to_string(configuration_->listen_port) + path);
  request.timeout = Duration{2'000};
  if (!configuration_->operator_key.empty()) request.headers.set("Authorization", "Bearer " + configuration_->operator_key);
  std::optional<http::Response> answered;
  const auto ask = [](http::Transport& transport, http::Request asked, std::optional<http::Response>& into) -> Task<void> {
    auto answer = co_await transport.send(std::move(asked));
    if (answer) into = std::move(*answer);
  };
  run(ask(*transport_, std::move(request), answered));
  return answered;
}

bool Session::run(Task<void> task) {
  run_until_complete(*executor_, std::move(task));
  return true;
}

}  // namespace lockstep::app

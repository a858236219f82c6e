#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "connector/connector.h"
#include "engine/configuration.h"
#include "http/curl_transport.h"
#include "hub/hub.h"
#include "runtime/executor.h"
#include "store/sqlite/backup.h"
#include "store/store.h"

namespace lockstep::app {

/// Exit codes, the same for every command (docs/command-line.md).
enum ExitCode { kOk = 0, kFailed = 1, kUsage = 2, kConfiguration = 3, kNotFound = 4, kUnavailable = 5 };

int fail_with(int code, const std::string& message);

class Session;

/// A session, or the exit code that says why there is none.
class OpenedSession {
 public:
  OpenedSession(std::unique_ptr<Session> session);
  OpenedSession(int code);
  ~OpenedSession();
  explicit operator bool() const { return session_ != nullptr; }
  Session& operator*() { return *session_; }
  Session* operator->() { return session_.get(); }
  int code() const { return code_; }

 private:
  std::unique_ptr<Session> session_;
  int code_ = kOk;
};

/// What a command works on: the configuration, the store and the hub put together.
class Session {
 public:
  /// Prints findings or errors when something is missing. `connect`: with secrets and connectors at work.
  static OpenedSession open(const std::string& config_path, bool connect);
  ~Session();

  RealExecutor& executor() { return *executor_; }
  Store& store() { return *store_; }
  Hub& hub() { return *hub_; }
  const Configuration& configuration() const { return *configuration_; }
  /// Runs one unit of work to its end; prints the error.
  bool read(Store::Work work);
  bool run(Task<void> task);
  /// Asks the lockstep that runs with this configuration, with the operator key where it can be read; nothing when none answers.
  std::optional<http::Response> ask_running(const std::string& method, const std::string& path);

 private:
  Session() = default;
  bool open_store();
  std::optional<StoreLock> lock_;  // of whoever runs the engine
  std::unique_ptr<RealExecutor> executor_;
  std::shared_ptr<const Configuration> configuration_;
  std::unique_ptr<http::Transport> transport_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<connector::SecretStore> secrets_;
  std::unique_ptr<Hub> hub_;
};

/// Under which name the store keeps a connector's secret; an empty value there is none.
std::string setting_of_secret(const std::string& name);
void print_findings(const grammar::Findings& findings);

}  // namespace lockstep::app

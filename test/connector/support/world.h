#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connector/connector.h"
#include "emulators/core/emulator.h"
#include "runtime/executor.h"

namespace lockstep::connector {

/// Time that moves only when somebody sleeps: a wait of an hour takes none, and every run is the same.
class SkippingClock final : public Clock {
 public:
  Instant now() const override { return Instant{elapsed_.count()}; }
  WallTime wall() const override { return WallTime{1'795'004'800'000} + elapsed_; }  // 2026-11-18T12:26:40Z
  Task<void> sleep_until(Instant when) override;
  std::shared_ptr<void> call_at(Instant when, std::function<void()> callback) override;
  void advance(Duration by) { elapsed_ += by; }

 private:
  Duration elapsed_{0};
};

/// The stand-in's own clock: may run ahead or behind.
class ShiftedClock final : public emulators::EmulatorClock {
 public:
  explicit ShiftedClock(const SkippingClock& clock) : clock_(clock) {}
  WallTime now() const override { return clock_.wall() + shift; }
  Duration shift{0};

 private:
  const SkippingClock& clock_;
};

class SkippingExecutor final : public Executor {
 public:
  SkippingExecutor() : real_(make_real_executor()) {}
  SkippingClock& clock() override { return clock_; }
  void post(std::function<void()> work) override { real_->post(std::move(work)); }
  boost::asio::any_io_executor asio() override { return real_->asio(); }
  RealExecutor& real() { return *real_; }

 private:
  SkippingClock clock_;
  std::unique_ptr<RealExecutor> real_;
};

/// The network: hosts that are stand-ins, in process.
class InProcess final : public http::Transport {
 public:
  explicit InProcess(SkippingExecutor& executor) : executor_(executor) {}
  void add(const std::string& origin, emulators::Emulator& emulator) { hosts_[origin] = &emulator; }
  Task<Result<http::Response>> send(http::Request request) override;

  std::vector<http::Request> sent;
  /// Answers instead of the stand-in, where it wants to.
  std::function<std::optional<Result<http::Response>>(const http::Request&)> intercept;
  Duration latency{10};

 private:
  SkippingExecutor& executor_;
  std::map<std::string, emulators::Emulator*> hosts_;
};

class MemorySecrets final : public SecretStore {
 public:
  Task<Result<std::optional<std::string>>> load(std::string name) override;
  Task<Result<void>> save(std::string name, std::string value) override;
  std::map<std::string, std::string> values;
  bool fails = false;
};

/// A slot by the name a mapping would give it.
struct Field {
  std::string name;
  mapping::WireType type = mapping::WireType::text;
  std::string form = "plain";
  Map more = {};  // other arguments of the form
  bool readable = true;
};
inline Field text(std::string name) { return Field{std::move(name)}; }
inline Field number(std::string name) { return Field{std::move(name), mapping::WireType::number}; }
inline Field instant(std::string name) { return Field{std::move(name), mapping::WireType::instant}; }
inline Field reference(std::string name, std::string form = "plain", Map more = {}) {
  return Field{std::move(name), mapping::WireType::reference, std::move(form), std::move(more)};
}

/// What an object's rows hold, by field name.
class Layout {
 public:
  Layout(std::string object, const std::string& first_argument_name, std::vector<Field> fields);
  const mapping::Selection& selection() const { return selection_; }
  std::size_t at(const std::string& field) const;
  mapping::Slots slots(const std::vector<std::pair<std::string, Value>>& values) const;
  /// A slot as text: "absent", "null", or the value.
  std::string show(const mapping::Slots& slots, const std::string& field) const;
  const std::string& object() const { return selection_.object; }

 private:
  mapping::Selection selection_;
  std::vector<std::string> names_;
};

std::string show(const std::optional<Value>& value);
std::string show(const Failure& failure);

/// One connection to one stand-in.
class World {
 public:
  explicit World(std::string connector);

  void connect(ConnectionConfig config);
  Connector& connector() { return *connector_; }
  void select(const Layout& layout);

  template <class T>
  T wait(Task<T> task) {
    std::optional<T> out;
    run_until_complete(executor.real(), keep(std::move(task), out));
    return std::move(*out);
  }
  /// Every page of the listing, in order; stops the test at a failure.
  std::vector<Row> scan(const std::string& object);
  /// All that a feed tells now; `position` moves on.
  std::vector<Row> changes(const std::string& object, std::string& position);
  std::vector<ReadResult> read(const std::string& object, std::vector<std::string> ids);
  WriteBatch write(const std::string& object, Operation operation, std::vector<WriteRow> rows);
  Outcome<void> open();
  std::size_t calls() const { return network.sent.size(); }

  SkippingExecutor executor;
  InProcess network;
  MemorySecrets secrets;
  ShiftedClock remote_clock;
  DefinitionRef definition;

 private:
  template <class T>
  static Task<void> keep(Task<T> task, std::optional<T>& out) {
    out.emplace(co_await std::move(task));
  }
  std::unique_ptr<Connector> connector_;
};

WriteRow created_row(const Layout& layout, const std::vector<std::pair<std::string, Value>>& values, std::string key);
WriteRow updated_row(const Layout& layout, std::string id, const std::vector<std::pair<std::string, Value>>& values, std::string version = "");

/// The control plane of a stand-in.
boost::json::value control(emulators::Emulator& emulator, const std::string& method, const std::string& path, const boost::json::value& body = nullptr);
void fault(emulators::Emulator& emulator, const boost::json::object& fault);
/// As a person would.
boost::json::value edit(emulators::Emulator& emulator, const boost::json::object& edit);

}  // namespace lockstep::connector

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/workbench.h"
#include "sim/virtual_executor.h"
#include "test/support/fake_system.h"

namespace lockstep::support {

/// A hub with make-believe systems on virtual time and a real SQLite file. The systems and the file outlive a crash.
///
/// The model: account {name, domain, phone, parent, main_contact}, contact {name, email, phone, city, title, tags, account},
/// case {subject, status, contact, account}. Records are named alike everywhere: object = type, field = field.
class World {
 public:
  explicit World(std::uint64_t seed = 1);
  ~World();

  /// Before start(), the first or another one.
  FakeSystem& add_system(const std::string& name, FakeTraits traits = {});
  void add_hosted(const std::string& name);
  /// Before start(): how one field is bound in one system, instead of by its name.
  void bind(const std::string& system, const std::string& type_name, const std::string& field, std::string binding) {
    bindings_[system + "/" + type_name + "/" + field] = std::move(binding);
    mappings_.clear();  // made anew at the next start
  }
  /// Before start(): which records of an object are of the type, as an expression over what the system shows.
  void narrow(const std::string& system, const std::string& type_name, std::string condition) {
    narrowed_[system + "/" + type_name] = std::move(condition);
    mappings_.clear();
  }
  /// Last word on policies and schedules, each time the hub is built.
  std::function<void(Hub&)> configure = [](Hub&) {};

  void start();
  /// A power cut: whatever was under way is gone; only the systems and the file stay.
  void crash();
  /// Stops in order and forgets the process, as `crash` does otherwise.
  void stop();

  /// Runs until nothing is owed, nothing is to be read and no request is under way; false when `limit` passed first.
  /// Parked obligations, open reviews and dead letters may remain.
  bool settle(Duration limit = Duration{30 * 60'000});
  void run_for(Duration duration) { executor.run_for(duration); }
  std::size_t writes() const;  // by the hub, in all systems

  /// What `lockstep sync` does, as a program of its own: not beside start().
  Result<void> sync_once(bool full = false);

  // What the hub knows.
  Result<void> transact(Store::Work work);
  std::vector<Golden> golden(const std::string& type);
  std::vector<ReviewItem> open_reviews();
  std::vector<DeadLetter> dead_letters(DeadLetterState state = DeadLetterState::open);
  std::vector<AuditRow> audit(AuditFilter filter = {});
  StoreCounts counts();
  Result<ReviewItem> resolve(const ReviewItem& item, std::string choice);
  Result<std::size_t> replay(std::vector<DeadLetter> letters);
  Result<std::size_t> discard(std::vector<DeadLetter> letters);
  Result<std::size_t> edit(std::vector<DeadLetter> letters, std::vector<std::pair<std::string, std::string>> values);
  Result<void> choose_link(const DeadLetter& letter, std::string remote_id);
  /// A webhook of `system`: what the door would store.
  void push(const std::string& system, const std::string& object, const std::string& id);
  /// The same before anybody was told to look into the inbox. `merged_into`: of a merge, in which `id` was lost.
  void receive(const std::string& system, const std::string& object, const std::string& id, const std::string& merged_into = "");

  TypeIndex type(const std::string& name) const { return *model.find(name); }
  FieldIndex field(const std::string& type_name, const std::string& name) const { return *model.at(type(type_name)).find(name); }
  System& system_of(const std::string& name);
  /// Sets one field's policy in every system.
  static void set_strategy(Hub& hub, const std::string& type, const std::string& field, Strategy strategy);

  sim::VirtualExecutor executor;
  Model model;
  std::string path;
  std::vector<std::unique_ptr<FakeSystem>> systems;
  std::unique_ptr<Store> store;
  std::unique_ptr<Hub> hub;
  std::unique_ptr<Engine> engine;
  std::vector<std::string> log_lines;

 private:
  struct Member {
    std::string name;
    FakeSystem* fake = nullptr;  // null: hosted
  };
  void load_mappings();
  void build_hub();
  void open();

  std::uint64_t seed_, starts_ = 0;
  std::vector<Member> members_;
  std::map<std::string, std::string> bindings_;  // "east/case/contact"
  std::map<std::string, std::string> narrowed_;  // "east/contact"
  std::vector<mapping::Mapping> mappings_;
  std::unique_ptr<Log> log_;
};

/// "Ada", as a value.
inline Value text(std::string_view words) { return Value(words); }

}  // namespace lockstep::support

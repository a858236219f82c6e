#pragma once

#include "connector/reader.h"
#include "connector/results.h"

namespace lockstep::connector {

/// Writes rows of one object and operation: fields in the shapes that the connector allows, then what is reached by
/// operations, then links. Reports per row, in order.
class Writer {
 public:
  Writer(Client& client, const Objects& objects, Priority priority)
      : client_(client), context_(client.context()), objects_(objects), priority_(priority), rng_(context_.environment.rng.split("writer")) {}

  Task<WriteBatch> write(std::string object, Operation operation, std::vector<WriteRow> rows);

 private:
  /// One call's state.
  struct Job {
    const SelectedObject* object = nullptr;
    Operation operation = Operation::update;
    std::vector<WriteRow> rows;
    WriteBatch batch;
    std::vector<bool> settled;                   // this row's result stands: nothing more is sent for it
    std::vector<std::vector<std::size_t>> late;  // slots that follow in a second write
  };
  using Parts = std::vector<WriteRows::Part>;

  std::set<std::string> lock_groups(const Job& job) const;
  Parts field_parts(Job& job) const;
  std::vector<const TransitionSpec*> transitions_of(const Job& job, std::size_t index) const;
  Task<void> run_transitions(Job& job, bool before);
  Task<void> write_fields(Job& job, const OperationSpec& spec, Parts parts);
  Task<void> write_late_fields(Job& job);
  /// The write of row `index` is more than links.
  static bool sends_fields(const Job& job, std::size_t index);
  Task<void> write_links(Job& job);
  Task<void> change_links(Job& job, const AssociationSpec& spec, const ShapeSpec& shape, std::vector<Link> links, std::size_t slot);
  const ShapeSpec* choose(const OperationSpec& spec, const WriteRows& rows, std::size_t index, Scope& scope) const;
  std::vector<Parts> chunks(const Job& job, const ShapeSpec& shape, Parts parts) const;
  Task<void> send_array(Job& job, const ShapeSpec& shape, Parts parts);
  Task<void> send_bundle(Job& job, const ShapeSpec& shape, Parts parts);
  Task<void> send_one(Job& job, const ShapeSpec& shape, WriteRows::Part part);
  Result<http::Request> build_one(const Job& job, const ShapeSpec& shape, const WriteRows& rows, std::size_t index, Scope& scope) const;
  Extra extra(const Job& job) const;
  void settle(Job& job, const WriteRows::Part& part, WriteResult result) const;
  void fail_all(Job& job, const Parts& parts, const Failure& failure) const;
  /// Tells the failures among the results what was asked and answered.
  void show_exchange(const Answer& answer, std::vector<WriteResult>& results) const;
  void learn_clock(Job& job, const Answer& answer) const;

  Client& client_;
  Context& context_;
  const Objects& objects_;
  Priority priority_;
  Rng rng_;
};

}  // namespace lockstep::connector

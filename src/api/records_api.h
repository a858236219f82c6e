#pragma once

#include <string>
#include <vector>

#include "api/problem.h"
#include "discover/intake.h"
#include "hub/hub.h"

namespace lockstep::api {

/// One change as the support system sends it.
struct RecordChange {
  enum class Kind { upsert, patch, remove };
  RecordChange() {}
  Kind kind = Kind::upsert;
  TypeIndex type;
  std::string id;  // the support system's own
  Fields fields;
  std::optional<std::uint64_t> if_version;
  bool if_there = false;    // no new record is wanted
  std::size_t deletes = 1;  // of its type that are sent with it, itself included, and not yet made
  std::string pointer;      // for problems: "" or "/3"
};

struct RecordOutcome {
  RecordOutcome() {}
  int status = 200;
  std::string body;  // the record, or a problem
  std::uint64_t version = 0;
};

/// The support system's side: upsert, patch, delete, read and list records of the hosted connection by its own ids
/// (docs/api.md). All or nothing per request; a batch is all or nothing per line.
class RecordsApi {
 public:
  RecordsApi(Hub& hub, discover::Intake& intake) : hub_(hub), intake_(intake) {}

  /// `path` is behind "/v1/", e.g. "contacts/42". `connection` is whom the key stands for.
  Task<http::Response> handle(http::ServerRequest request, std::string path, ConnectionId connection);

 private:
  /// Whether records of the type are kept for that connection at all, and the words when not.
  bool takes_part(ConnectionId connection, TypeIndex type) const;
  std::string takes_no_part(ConnectionId connection, TypeIndex type) const;
  Task<http::Response> change_one(http::ServerRequest request, TypeIndex type, std::string id, ConnectionId connection);
  Task<http::Response> batch(http::ServerRequest request, ConnectionId connection);
  Task<http::Response> read_one(TypeIndex type, std::string id, ConnectionId connection);
  Task<http::Response> list(http::ServerRequest request, TypeIndex type, ConnectionId connection);
  Task<http::Response> changes(http::ServerRequest request, ConnectionId connection);
  Task<Result<std::vector<RecordOutcome>>> apply(std::vector<RecordChange> changes, ConnectionId connection);
  /// What is told of a record that is held: a person is asked about it, or about what it refers to. 404 where none is.
  Result<RecordOutcome> waiting(Transaction& transaction, int status, ConnectionId connection, const RemoteId& remote) const;
  Result<RecordOutcome> apply_one(Transaction& transaction, RecordChange& change, ConnectionId connection, RunId run);

  Hub& hub_;
  discover::Intake& intake_;
};

}  // namespace lockstep::api

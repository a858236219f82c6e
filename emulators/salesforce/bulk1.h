#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "emulators/core/limits.h"
#include "emulators/core/router.h"
#include "emulators/salesforce/bulk.h"
#include "emulators/salesforce/bulk1_contents.h"
#include "emulators/salesforce/settings.h"

namespace lockstep::emulators::salesforce {

/// Bulk API, the first one (§1.6, §4, §9.1): jobs of batches under /services/async, in XML, JSON or CSV.
class Bulk1 {
 public:
  Bulk1(Org& org, Faults& faults, const Settings& settings, RollingLimit& batches) : org_(org), faults_(faults), settings_(settings), batches_(batches) {}

  /// Who makes a job, and what its writes go out as.
  struct Maker {
    std::string job_id;
    Writer writer;
    ChangeOrigin origin;
  };
  http::Response create_job(Call& call, Maker maker);
  http::Response job_state(Call& call);
  http::Response change_job(Call& call);
  http::Response add_batch(Call& call);
  http::Response list_batches(Call& call);
  http::Response batch_state(Call& call);
  http::Response batch_request(Call& call);
  http::Response batch_result(Call& call);
  http::Response query_result(Call& call);

  /// Works off the batches that are due. `as` is called before each with the origin of what it will write.
  void settle(WallTime now, const std::function<void(const ChangeOrigin&)>& as);

 private:
  struct Batch {
    std::string id;
    std::string state = "Queued";
    std::string message;  // why it failed
    std::string content;  // as sent
    std::string result;   // what became of its rows; of a query: the list of result ids
    std::string result_id;
    std::string data;  // a query's rows
    WallTime created, modified, due;
    std::size_t processed = 0, failed = 0;
    bool piece = false;  // of a query that was cut
  };
  struct Job {
    std::string id;
    std::string operation;
    const ObjectType* object = nullptr;
    std::string external_id;
    std::string assignment_rule;
    bool serial = false;
    std::size_t chunk_rows = 0;  // a query is cut into pieces of so many ids (Sforce-Enable-PKChunking); 0: it is not
    std::string chunk_from;      // the first id of the first piece
    BulkFormat content = BulkFormat::xml;
    std::string state = "Open";
    std::string version;  // "60.0"
    Writer writer;
    ChangeOrigin origin;
    std::string created_by;
    WallTime created, modified;
    std::vector<Batch> batches;
    bool is_query() const { return operation == "query" || operation == "queryAll"; }
  };
  /// Finds what the path names and hands it on; 400 when it is not there.
  http::Response with_job(Call& call, const std::function<http::Response(Job&)>& handle);
  http::Response with_batch(Call& call, const std::function<http::Response(Job&, Batch&)>& handle);
  json::object job_info(const Job& job, BulkFormat format, WallTime now) const;
  json::object batch_info(const Job& job, const Batch& batch, BulkFormat format, WallTime now) const;
  std::string state_of(const Batch& batch, WallTime now) const;
  void run(Job& job, Batch& batch);
  void run_load(Job& job, Batch& batch);
  void run_query(Job& job, Batch& batch);
  /// Pieces of the ids of all rows, each a batch of its own; the batch that asked is not processed.
  void cut(Job& job, std::size_t number);
  Batch new_batch(std::string content, WallTime now, WallTime start);

  Org& org_;
  Faults& faults_;
  const Settings& settings_;
  RollingLimit& batches_;
  std::map<std::string, Job> jobs_;
  std::uint64_t last_batch_ = 0, last_result_ = 0;
};

/// {"exceptionCode", "exceptionMessage"} or its XML, as the caller speaks.
http::Response bulk1_error(const Call& call, int status, std::string_view code, std::string_view message);

}  // namespace lockstep::emulators::salesforce

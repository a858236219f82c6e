#pragma once

#include <string>
#include <vector>

#include "emulators/dynamics365/api_call.h"

namespace lockstep::emulators::dynamics365 {

/// BulkDelete: what queries find is deleted by a system job, a moment later or when it is told to, once or every few days, each row on its own.
/// The job is a row of asyncoperation: whoever cancels or deletes that has ended it.
class BulkDeletes {
 public:
  explicit BulkDeletes(Organisation& organisation) : organisation_(organisation) {}
  Outcome<http::Response> start(ApiCall& api);
  /// Those that are due.
  void run(WallTime now);

 private:
  struct Query {
    const TableSpec* table;
    std::string xml;  // as FetchXML
  };
  struct Job {
    std::string id;
    WallTime due;
    Writer writer;
    std::string user;
    std::vector<Query> queries;
    Duration every{0};  // 0: once
  };
  Outcome<Query> read_query(const ApiCall& api, const json::object& query) const;
  /// Whether it will run again.
  bool run(Job& job);

  Organisation& organisation_;
  std::vector<Job> jobs_;
};

}  // namespace lockstep::emulators::dynamics365

#include "emulators/dynamics365/async_jobs.h"

#include <fmt/format.h>

#include "emulators/dynamics365/guid.h"

namespace lockstep::emulators::dynamics365 {
namespace {

constexpr std::int64_t kReady = 0, kCompleted = 3;
constexpr std::int64_t kSucceeded = 30, kFailed = 31;

const Actor kSystem{ActorKind::automation, "SYSTEM"};

}  // namespace

const http::Request* AsyncJobs::find(std::uint64_t id) const {
  auto known = under_way_.find(id);
  return known == under_way_.end() ? nullptr : &known->second;
}

void AsyncJobs::failed(std::uint64_t id, int status, WallTime now) {
  auto known = under_way_.find(id);
  if (known == under_way_.end()) return;
  http::Request request = std::move(known->second);
  under_way_.erase(known);
  JsonDocument document;
  if (!document.parse(request.body) || !document.root().is_object()) return;
  const json::object& context = document.root().get_object();
  const json::value* step = context.if_contains("OwningExtension");
  std::string message(text_member(context, "MessageName")), table(text_member(context, "PrimaryEntityName"));
  const TableSpec& jobs = organisation_.metadata.require("asyncoperation");
  auto field = [&](std::string_view column) { return jobs.require(column).field; };
  std::string reason = status == 0 ? "The webhook call failed because there was no response."
                                   : fmt::format("The webhook call failed because the http request failed with the status {}.", status);
  FieldChanges fields{{field("name"), fmt::format("{} of {}", message, table)},
                      {field("messagename"), message},
                      {field("primaryentitytype"), table},
                      {field("operationtype"), std::int64_t{1}},
                      {field("statecode"), kCompleted},
                      {field("statuscode"), kFailed},
                      {field("message"), reason},
                      {field("correlationid"), std::string(text_member(context, "CorrelationId"))}};
  if (step && step->is_object()) fields.emplace_back(field("_owningextensionid_value"), std::string(text_member(step->get_object(), "Id")));
  std::string row = make_guid(organisation_.request_ids);
  organisation_.database.create(*jobs.rows, row, fields, {WallTime{now.ms - now.ms % 1000}, kSystem, "", false});
  failed_.insert_or_assign(std::move(row), std::move(request));
}

void AsyncJobs::resume(OutgoingQueue& queue, WallTime now) {
  if (failed_.empty()) return;
  const TableSpec& jobs = organisation_.metadata.require("asyncoperation");
  const auto& log = jobs.rows->by_version();
  if (log.empty() || log.rbegin()->first == looked_at_) return;
  for (auto at = failed_.begin(); at != failed_.end();) {
    RowNumber row = organisation_.records.find(jobs, at->first);
    bool resumed = row != kNoRow && jobs.rows->get(row, jobs.state_column()->field) == ValueView(kReady);
    if (!resumed && row != kNoRow) {
      ++at;
      continue;
    }
    if (resumed) {  // whatever comes of it, this row has done its work; another failure makes another row
      queue.push(now, std::move(at->second));
      FieldChanges done{{jobs.state_column()->field, kCompleted}, {jobs.status_column()->field, kSucceeded}};
      organisation_.database.update(*jobs.rows, row, done, {WallTime{now.ms - now.ms % 1000}, kSystem, "", false});
    }
    at = failed_.erase(at);
  }
  looked_at_ = log.rbegin()->first;
}

}  // namespace lockstep::emulators::dynamics365

// The first Bulk API: how jobs and batches are made and asked about.
#include "emulators/salesforce/bulk1.h"

#include <fmt/format.h>

#include "base/text.h"
#include "emulators/salesforce/ids.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr std::size_t kMaxBatchBytes = 10'000'000;
constexpr Duration kBulk1JobLife{7LL * 24 * 3'600'000};

std::optional<BulkFormat> content_of(std::string_view name) {
  for (BulkFormat format : {BulkFormat::xml, BulkFormat::json, BulkFormat::csv}) {
    if (name_of(format) == name) return format;
  }
  return std::nullopt;
}

constexpr std::size_t kChunkRows = 100'000, kMostChunkRows = 250'000;

/// "TRUE", or "chunkSize=50000; startRow=003…; parent=Contact"; what is wrong with it.
std::optional<std::string> read_chunking(std::string_view header, std::size_t& rows, std::string& from) {
  std::string text(trim(header));
  if (equal_no_case(text, "false")) return std::nullopt;
  rows = kChunkRows;
  if (equal_no_case(text, "true")) return std::nullopt;
  for (std::string_view part : split(text, ';')) {
    std::size_t equals = part.find('=');
    std::string name(trim(part.substr(0, equals))), value(equals == std::string_view::npos ? "" : trim(part.substr(equals + 1)));
    if (equal_no_case(name, "chunkSize")) {
      bool digits = !value.empty() && value.size() < 10 && value.find_first_not_of("0123456789") == std::string::npos;
      rows = digits ? std::stoul(value) : 0;
      if (rows == 0 || rows > kMostChunkRows) return fmt::format("PK chunking: chunkSize is from 1 to {}", kMostChunkRows);
    } else if (equal_no_case(name, "startRow")) {
      auto id = normalise_id(value);
      if (!id) return "PK chunking: startRow is no id: " + value;
      from = *id;
    } else if (!equal_no_case(name, "parent")) {
      return "PK chunking is TRUE, FALSE, or chunkSize, startRow and parent, not " + name;
    }
  }
  return std::nullopt;
}

}  // namespace

http::Response bulk1_error(const Call& call, int status, std::string_view code, std::string_view message) {
  json::object body{{"exceptionCode", code}, {"exceptionMessage", message}};
  return bulk1_response(status, answer_format(call), "error", body);
}

http::Response Bulk1::create_job(Call& call, Maker maker) {
  auto refused = [&](std::string_view code, const std::string& message) { return bulk1_error(call, 400, code, message); };
  auto format = format_of_type(call.header("Content-Type").value_or(""));
  if (!format || format == BulkFormat::csv) return refused("InvalidJob", "a job is told in application/xml or application/json");
  auto info = read_job_info(*format, call.request.body);
  if (!info) return refused("InvalidJob", "Unable to parse Job");
  Job job;
  job.operation = (*info)["operation"];
  static constexpr std::string_view kOperations[] = {"insert", "update", "upsert", "delete", "hardDelete", "query", "queryAll"};
  if (std::find(std::begin(kOperations), std::end(kOperations), job.operation) == std::end(kOperations))
    return refused("InvalidJob", "Unable to parse Job: operation is not known: " + job.operation);
  if (job.operation == "hardDelete" && !settings_.hard_delete_permission)
    return refused("FeatureNotEnabled", "hardDelete operation requires special user profile permission, please contact your system administrator");
  job.object = org_.schema().find((*info)["object"]);
  if (!job.object) return refused("InvalidJob", "Unable to find object: " + (*info)["object"]);
  job.external_id = (*info)["externalIdFieldName"];
  if (job.operation == "upsert" && job.external_id.empty())
    return refused("InvalidJob", fmt::format("External ID was blank for {}. An External ID must be specified for upsert.", job.object->name));
  if (job.operation == "upsert" && !is_upsert_key(*job.object, job.external_id))
    return refused("InvalidJob", fmt::format("Field name provided, {} does not match an External ID for {}", job.external_id, job.object->name));
  if (job.operation != "upsert") job.external_id.clear();
  const std::string& mode = (*info)["concurrencyMode"];  // by its name or its number
  if (!mode.empty() && mode != "Parallel" && mode != "Serial" && mode != "0" && mode != "1")
    return refused("InvalidJob", "Unable to parse Job: concurrencyMode is not known: " + mode);
  job.serial = mode == "Serial" || mode == "1";
  if (auto chunking = call.header("Sforce-Enable-PKChunking")) {
    if (auto wrong = read_chunking(*chunking, job.chunk_rows, job.chunk_from)) return refused("InvalidJob", *wrong);
  }
  const std::string& content = (*info)["contentType"];
  auto known = content.empty() ? BulkFormat::xml : content_of(content);
  if (!known) return refused("InvalidJob", "Unable to parse Job: contentType is not served: " + content);
  job.content = *known;
  job.assignment_rule = (*info)["assignmentRuleId"];
  job.id = std::move(maker.job_id);
  job.version = call.parameter("version");
  job.writer = std::move(maker.writer);
  job.writer.auto_assign = !job.assignment_rule.empty();
  job.origin = std::move(maker.origin);
  job.created_by = org_.ensure_user(call.caller, call.now);
  job.created = job.modified = whole_seconds(call.now);
  Job& kept = jobs_[job.id] = std::move(job);
  BulkFormat answer = answer_format(call);
  return bulk1_response(201, answer, "jobInfo", job_info(kept, answer, call.now));
}

json::object Bulk1::job_info(const Job& job, BulkFormat format, WallTime now) const {
  auto count = [&](std::string_view state) {
    return std::count_if(job.batches.begin(), job.batches.end(), [&](const Batch& batch) { return state_of(batch, now) == state; });
  };
  std::size_t processed = 0, failed = 0;
  std::int64_t took = 0;
  for (const Batch& batch : job.batches) {
    processed += batch.processed;
    failed += batch.failed;
    if (batch.state != "Queued") took += (batch.modified - batch.created).count();
  }
  auto or_null = [](const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); };
  json::object info{{"id", job.id},
                    {"operation", job.operation},
                    {"object", job.object->name},
                    {"createdById", job.created_by},
                    {"createdDate", bulk1_instant(format, job.created)},
                    {"systemModstamp", bulk1_instant(format, job.modified)},
                    {"state", job.state},
                    {"externalIdFieldName", or_null(job.external_id)},
                    {"assignmentRuleId", or_null(job.assignment_rule)},
                    {"concurrencyMode", job.serial ? "Serial" : "Parallel"},
                    {"contentType", name_of(job.content)},
                    {"numberBatchesQueued", count("Queued")},
                    {"numberBatchesInProgress", count("InProgress")},
                    {"numberBatchesCompleted", count("Completed")},
                    {"numberBatchesFailed", count("Failed")},
                    {"numberBatchesTotal", job.batches.size()},
                    {"numberRecordsProcessed", processed},
                    {"numberRetries", 0},
                    {"apiVersion", format == BulkFormat::json ? json::value(std::atof(job.version.c_str())) : json::value(job.version)},
                    {"numberRecordsFailed", failed},
                    {"totalProcessingTime", took},
                    {"apiActiveProcessingTime", took},
                    {"apexProcessingTime", 0}};
  if (format == BulkFormat::json) info["fastPathEnabled"] = false;
  return info;
}

json::object Bulk1::batch_info(const Job& job, const Batch& batch, BulkFormat format, WallTime now) const {
  bool over = batch.state == "Completed" || batch.state == "Failed";
  std::int64_t took = over ? (batch.modified - batch.created).count() : 0;
  return {{"id", batch.id},
          {"jobId", job.id},
          {"state", state_of(batch, now)},
          {"stateMessage", batch.message.empty() ? json::value(nullptr) : json::value(batch.message)},
          {"createdDate", bulk1_instant(format, batch.created)},
          {"systemModstamp", bulk1_instant(format, batch.modified)},
          {"numberRecordsProcessed", batch.processed},
          {"numberRecordsFailed", batch.failed},
          {"totalProcessingTime", took},
          {"apiActiveProcessingTime", took},
          {"apexProcessingTime", 0}};
}

std::string Bulk1::state_of(const Batch& batch, WallTime now) const {
  bool under_way = batch.state == "Queued" && now + Duration(settings_.bulk_job_ms) / 2 >= batch.due;
  return under_way ? "InProgress" : batch.state;
}

http::Response Bulk1::with_job(Call& call, const std::function<http::Response(Job&)>& handle) {
  auto id = normalise_id(call.parameter("job"));
  auto known = id ? jobs_.find(*id) : jobs_.end();
  if (known == jobs_.end()) return bulk1_error(call, 400, "InvalidJob", "Unable to find a job with this id: " + call.parameter("job"));
  if (known->second.version != call.parameter("version"))
    return bulk1_error(call, 400, "InvalidJob", fmt::format("the job belongs to version {} of the API", known->second.version));
  return handle(known->second);
}

http::Response Bulk1::with_batch(Call& call, const std::function<http::Response(Job&, Batch&)>& handle) {
  return with_job(call, [&](Job& job) {
    auto id = normalise_id(call.parameter("batch"));
    auto known = std::find_if(job.batches.begin(), job.batches.end(), [&](const Batch& batch) { return id && batch.id == *id; });
    if (known == job.batches.end()) return bulk1_error(call, 400, "InvalidBatch", "Unable to find a batch with this id: " + call.parameter("batch"));
    return handle(job, *known);
  });
}

http::Response Bulk1::job_state(Call& call) {
  return with_job(call, [&](Job& job) {
    BulkFormat answer = answer_format(call);
    return bulk1_response(200, answer, "jobInfo", job_info(job, answer, call.now));
  });
}

http::Response Bulk1::change_job(Call& call) {
  return with_job(call, [&](Job& job) {
    auto format = format_of_type(call.header("Content-Type").value_or(""));
    auto info = format && format != BulkFormat::csv ? read_job_info(*format, call.request.body) : std::nullopt;
    if (!info) return bulk1_error(call, 400, "InvalidJob", "Unable to parse Job");
    const std::string& state = (*info)["state"];
    if (state != "Closed" && state != "Aborted") return bulk1_error(call, 400, "InvalidJobState", "a job can be made Closed or Aborted, not " + state);
    if (job.state == "Aborted" || (job.state == "Closed" && state == "Closed"))
      return bulk1_error(call, 400, "InvalidJobState", fmt::format("Job is {}, it cannot be made {}", job.state, state));
    job.state = state;
    job.modified = whole_seconds(call.now);
    for (Batch& batch : job.batches) {
      if (state == "Aborted" && batch.state == "Queued") batch.state = "NotProcessed";
    }
    BulkFormat answer = answer_format(call);
    return bulk1_response(200, answer, "jobInfo", job_info(job, answer, call.now));
  });
}

http::Response Bulk1::add_batch(Call& call) {
  return with_job(call, [&](Job& job) {
    if (job.state != "Open") return bulk1_error(call, 400, "InvalidJobState", fmt::format("Job is {}: batches are taken by open jobs alone", job.state));
    if (format_of_type(call.header("Content-Type").value_or("")) != job.content)
      return bulk1_error(call, 400, "ClientInputError", fmt::format("the batches of this job are {}: the Content-Type says otherwise", name_of(job.content)));
    if (call.request.body.size() > kMaxBatchBytes)
      return bulk1_error(call, 400, "ClientInputError", fmt::format("Failed to read request. Exceeded max size limit of {}", kMaxBatchBytes));
    if (!batches_.admit(call.now)) return bulk1_error(call, 400, "ExceededQuota", "ApiBatchItems Limit exceeded.");
    WallTime start = job.serial && !job.batches.empty() ? std::max(call.now, job.batches.back().due) : call.now;
    job.batches.push_back(new_batch(call.request.body, call.now, start));
    BulkFormat answer = answer_format(call);
    return bulk1_response(201, answer, "batchInfo", batch_info(job, job.batches.back(), answer, call.now));
  });
}

Bulk1::Batch Bulk1::new_batch(std::string content, WallTime now, WallTime start) {
  Batch batch;
  batch.id = make_id("751", ++last_batch_);
  batch.content = std::move(content);
  batch.created = batch.modified = whole_seconds(now);
  batch.due = start + Duration(settings_.bulk_job_ms);
  return batch;
}

http::Response Bulk1::list_batches(Call& call) {
  return with_job(call, [&](Job& job) {
    BulkFormat answer = answer_format(call);
    json::array infos;
    for (const Batch& batch : job.batches) infos.push_back(batch_info(job, batch, answer, call.now));
    return bulk1_response(200, answer, "batchInfoList", {{"batchInfo", std::move(infos)}});
  });
}

http::Response Bulk1::batch_state(Call& call) {
  return with_batch(call, [&](Job& job, Batch& batch) {
    BulkFormat answer = answer_format(call);
    return bulk1_response(200, answer, "batchInfo", batch_info(job, batch, answer, call.now));
  });
}

http::Response Bulk1::batch_request(Call& call) {
  return with_batch(call, [&](Job& job, Batch& batch) { return bulk1_text(job.content, batch.content); });
}

http::Response Bulk1::batch_result(Call& call) {
  return with_batch(call, [&](Job& job, Batch& batch) {
    if (batch.result.empty()) return bulk1_error(call, 400, "InvalidBatch", fmt::format("Batch is {}: it has no results", state_of(batch, call.now)));
    BulkFormat answer = job.is_query() && job.content == BulkFormat::csv ? BulkFormat::xml : job.content;  // the list of ids is never CSV
    return bulk1_text(answer, batch.result);
  });
}

http::Response Bulk1::query_result(Call& call) {
  return with_batch(call, [&](Job& job, Batch& batch) {
    if (batch.result_id.empty() || batch.result_id != call.parameter("result"))
      return bulk1_error(call, 400, "InvalidBatch", "Unable to find a result with this id: " + call.parameter("result"));
    return bulk1_text(job.content, batch.data);
  });
}

void Bulk1::settle(WallTime now, const std::function<void(const ChangeOrigin&)>& as) {
  for (auto& [id, job] : jobs_) {
    for (std::size_t i = 0; i < job.batches.size(); ++i) {  // cutting adds some
      if (job.batches[i].state != "Queued" || job.batches[i].due > now) continue;
      as(job.origin);
      job.is_query() && job.chunk_rows > 0 && !job.batches[i].piece ? cut(job, i) : run(job, job.batches[i]);
    }
  }
  std::erase_if(jobs_, [&](const auto& entry) { return entry.second.state != "Open" && entry.second.modified + kBulk1JobLife <= now; });
}

}  // namespace lockstep::emulators::salesforce

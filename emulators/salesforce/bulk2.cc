// §4: Bulk API 2.0, jobs that load and jobs that query.
#include <fmt/format.h>

#include <charconv>

#include "base/text.h"
#include "emulators/salesforce/dialect.h"
#include "emulators/salesforce/ids.h"
#include "emulators/salesforce/render.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr std::size_t kMaxContent = 150'000'000 / 4 * 3;  // bytes: 150 MB once they are written in base64

json::object job_info(const BulkJob& job, WallTime now) {
  json::object info{{"id", job.id},
                    {"operation", job.operation},
                    {"object", job.object},
                    {"createdById", job.created_by},
                    {"createdDate", format_instant(job.created)},
                    {"systemModstamp", format_instant(job.modified)},
                    {"state", job.state},
                    {"concurrencyMode", "Parallel"},
                    {"contentType", "CSV"},
                    {"apiVersion", std::atof(job.version.c_str())},
                    {"lineEnding", job.line_ending},
                    {"columnDelimiter", job.column_delimiter},
                    {"jobType", job.is_query ? "V2Query" : "V2Ingest"}};
  if (job.state == "UploadComplete" && now + (job.due - job.closed) / 2 >= job.due) info["state"] = "InProgress";
  if (!job.external_id.empty()) info["externalIdFieldName"] = job.external_id;
  if (!job.is_query && job.state == "Open") info["contentUrl"] = fmt::format("services/data/v{}/jobs/ingest/{}/batches", job.version, job.id);
  info["retries"] = job.retries;
  info["totalProcessingTime"] = is_over(job) ? (job.due - job.closed).count() : 0;
  info["numberRecordsProcessed"] = job.processed;
  if (job.is_query) {
    info["isPkChunkingSupported"] = job.query.order.empty();
  } else {
    info["apexProcessingTime"] = 0;
    info["apiActiveProcessingTime"] = info["totalProcessingTime"];
    info["numberRecordsFailed"] = job.failed;
  }
  if (!job.error.empty()) info["errorMessage"] = job.error;
  return info;
}

http::Response wrong_state(const BulkJob& job, std::string_view wanted) {
  return error_response("INVALIDJOBSTATE", fmt::format("Invalid job state: {}: the job must be {}", job.state, wanted));
}

/// Rows are worked off 10,000 at a time; what has none counts as one all the same.
std::int64_t batches_in(std::string_view content) { return 1 + std::count(content.begin(), content.end(), '\n') / static_cast<std::int64_t>(kBulkBatchRows); }

}  // namespace

/// Fills what both kinds of jobs share; a refusal as an answer.
std::optional<http::Response> Salesforce::start_job(Call& call, const json::object& body, BulkJob& job) {
  auto text = [&](const char* member, std::string& into) {
    if (!text_member(body, member).empty()) into = std::string(text_member(body, member));
  };
  text("operation", job.operation);
  text("columnDelimiter", job.column_delimiter);
  text("lineEnding", job.line_ending);
  std::string content_type = "CSV";
  text("contentType", content_type);
  if (content_type != "CSV") return error_response("INVALIDJOB", "contentType must be CSV");
  if (separator_of(job.column_delimiter) == 0) return error_response("INVALIDJOB", "columnDelimiter is not known: " + job.column_delimiter);
  if (job.line_ending != "LF" && job.line_ending != "CRLF") return error_response("INVALIDJOB", "lineEnding must be LF or CRLF");
  job.id = make_id("750", ++last_job_);
  job.version = call.parameter("version").substr(1);
  job.created_by = org_.ensure_user(call.caller, call.now);
  job.created = job.modified = whole_seconds(call.now);
  job.closed = call.now;
  job.writer = writer(call);
  job.writer.auto_assign = !text_member(body, "assignmentRuleId").empty();
  job.origin = origin_of(call);
  return std::nullopt;
}

http::Response Salesforce::create_ingest_job(Call& call) {
  JsonDocument document;
  if (auto refused = read_json(call, document, json::kind::object)) return std::move(*refused);
  const json::object& body = document.root().get_object();
  BulkJob job;
  if (auto refused = start_job(call, body, job)) return std::move(*refused);
  static constexpr std::string_view kOperations[] = {"insert", "update", "upsert", "delete", "hardDelete"};
  if (std::find(std::begin(kOperations), std::end(kOperations), job.operation) == std::end(kOperations))
    return error_response("INVALIDJOB", fmt::format("operation is not known: {}", job.operation));
  if (job.operation == "hardDelete" && !settings_.hard_delete_permission)
    return error_response("FEATURENOTENABLED", "hardDelete operation requires special user profile permission, please contact your system administrator");
  const ObjectType* object = org_.schema().find(text_member(body, "object"));
  if (!object || !object->deletable)
    return error_response("INVALIDENTITY", fmt::format("Entity '{}' is not supported by the Bulk API.", text_member(body, "object")));
  job.object = object->name;
  job.external_id = std::string(text_member(body, "externalIdFieldName"));
  if (job.operation == "upsert" && !is_upsert_key(*object, job.external_id))
    return error_response("INVALIDJOB",
                          fmt::format("InvalidJob : Field name provided, {} does not match an External ID for {}", job.external_id, object->name));
  if (job.operation != "upsert") job.external_id.clear();
  return json_response(200, job_info(jobs_[job.id] = std::move(job), call.now));
}

http::Response Salesforce::create_query_job(Call& call) {
  JsonDocument document;
  if (auto refused = read_json(call, document, json::kind::object)) return std::move(*refused);
  const json::object& body = document.root().get_object();
  BulkJob job;
  job.is_query = true;
  if (auto refused = start_job(call, body, job)) return std::move(*refused);
  if (job.operation != "query" && job.operation != "queryAll") return error_response("INVALIDJOB", "operation must be query or queryAll");
  job.all = job.operation == "queryAll";
  auto query = parse_soql(org_.schema(), text_member(body, "query"), call.now);
  if (!query) return error_response(query.error());
  if (auto fits = check_bulk_query(*query); !fits) return error_response(fits.error());
  if (query->object->setup) return error_response("INVALIDENTITY", fmt::format("Entity '{}' is not supported by the Bulk API.", query->object->name));
  if (!bulk_queries_.admit(call.now)) return error_response("EXCEEDEDQUOTA", "Max number of query jobs per 24 hours has been reached");
  job.object = query->object->name;
  job.query = std::move(*query);
  job.state = "UploadComplete";
  job.due = call.now + Duration(settings_.bulk_job_ms);
  return json_response(200, job_info(jobs_[job.id] = std::move(job), call.now));
}

BulkJob* Salesforce::job_of(Call& call, bool is_query) {
  auto id = normalise_id(call.parameter("job"));
  auto known = id ? jobs_.find(*id) : jobs_.end();
  return known == jobs_.end() || known->second.is_query != is_query ? nullptr : &known->second;
}

bool Salesforce::asks_for_queries(const Call& call) const { return call.request.target.find("/jobs/query") != std::string::npos; }

http::Response Salesforce::job_state(Call& call) {
  BulkJob* job = job_of(call, asks_for_queries(call));
  return job ? json_response(200, job_info(*job, call.now)) : not_found(call);
}

http::Response Salesforce::list_jobs(Call& call) {
  json::array records;
  for (const auto& [id, job] : jobs_) {
    if (job.is_query == asks_for_queries(call)) records.push_back(job_info(job, call.now));
  }
  return json_response(200, json::object{{"done", true}, {"records", std::move(records)}, {"nextRecordsUrl", nullptr}});
}

http::Response Salesforce::upload_job(Call& call) {
  BulkJob* job = job_of(call, false);
  if (!job) return not_found(call);
  auto type = call.header("Content-Type");
  if (!type || !to_lower_ascii(*type).starts_with("text/csv")) return error_response("UNSUPPORTED_MEDIA_TYPE", "the content of a job is text/csv");
  if (job->state != "Open" || job->uploaded) return wrong_state(*job, "Open and without content");
  if (call.request.body.size() > kMaxContent) return http::Response(413, "");
  job->content = call.request.body;
  job->uploaded = true;
  return http::Response(201, "");
}

http::Response Salesforce::close_job(Call& call) {
  BulkJob* job = job_of(call, asks_for_queries(call));
  if (!job) return not_found(call);
  JsonDocument document;
  if (auto refused = read_json(call, document, json::kind::object)) return std::move(*refused);
  std::string_view state = text_member(document.root().get_object(), "state");
  if (state == "UploadComplete" && !job->is_query) {
    if (job->state != "Open" || !job->uploaded) return wrong_state(*job, "Open, with its content uploaded");
    if (!bulk_batches_.admit(call.now, batches_in(job->content))) return error_response("EXCEEDEDQUOTA", "ApiBatchItems Limit exceeded.");
    job->state = "UploadComplete";
    job->modified = whole_seconds(call.now);
    job->closed = call.now;
    job->due = call.now + Duration(settings_.bulk_job_ms);
  } else if (state == "Aborted") {
    if (is_over(*job)) return wrong_state(*job, "not over");
    job->state = "Aborted";
    job->due = call.now;
    leave_unprocessed(*job);
  } else {
    return error_response("INVALIDJOBSTATE", fmt::format("state must be UploadComplete or Aborted, not {}", state));
  }
  return json_response(200, job_info(*job, call.now));
}

http::Response Salesforce::delete_job(Call& call) {
  BulkJob* job = job_of(call, asks_for_queries(call));
  if (!job) return not_found(call);
  if (!is_over(*job)) return wrong_state(*job, "over");
  jobs_.erase(job->id);
  return no_content();
}

/// One page of `rows` from where `locator` says; the last one's locator is the word null.
http::Response Salesforce::job_page(Call& call, const std::string& header, const std::vector<std::string>& rows) {
  std::size_t from = 0, most = static_cast<std::size_t>(settings_.bulk_result_rows);
  if (auto locator = call.query_value("locator")) {
    std::string decoded;
    bool good = from_base64(*locator, decoded) && !decoded.empty();
    auto [end, error] = std::from_chars(decoded.data(), decoded.data() + decoded.size(), from);
    if (!good || error != std::errc() || end != decoded.data() + decoded.size() || from >= rows.size())
      return error_response("INVALID_QUERY_LOCATOR", "invalid query locator");
  }
  if (auto given = call.query_value("maxRecords")) {
    std::size_t wanted = 0;
    auto [end, error] = std::from_chars(given->data(), given->data() + given->size(), wanted);
    if (error != std::errc() || end != given->data() + given->size() || wanted == 0)
      return error_response("API_ERROR", "maxRecords must be a positive number: " + *given);
    most = std::min(most, wanted);
  }
  std::size_t to = std::min(from + most, rows.size());
  http::Response response(200, header);
  for (std::size_t i = from; i < to; ++i) response.body += rows[i];
  response.headers.add("Content-Type", "text/csv");
  response.headers.add("Sforce-Locator", to == rows.size() ? "null" : to_base64url(std::to_string(to)));
  response.headers.add("Sforce-NumberOfRecords", std::to_string(to - from));
  return response;
}

http::Response Salesforce::query_results(Call& call) {
  BulkJob* job = job_of(call, true);
  if (!job) return not_found(call);
  if (job->version != call.parameter("version").substr(1))
    return error_response("CONFLICT", "the results must be asked for with the API version of the job: " + job->version);
  if (job->state != "JobComplete") return wrong_state(*job, "JobComplete");
  return job_page(call, job->header, job->rows);
}

http::Response Salesforce::ingest_results(Call& call) {
  BulkJob* job = job_of(call, false);
  if (!job) return not_found(call);
  if (!is_over(*job)) return wrong_state(*job, "over");
  std::string which = to_lower_ascii(call.parameter("results"));
  char separator = separator_of(job->column_delimiter);
  auto header = [&](const char* second) { return csv_line({"sf__Id", second}, separator, std::string(1, separator)).append(job->header); };
  if (which == "successfulresults") return job_page(call, header("sf__Created"), job->rows);
  if (which == "failedresults") return job_page(call, header("sf__Error"), job->bad_rows);
  if (which == "unprocessedrecords") return job_page(call, job->header, job->unprocessed);
  return not_found(call);
}

}  // namespace lockstep::emulators::salesforce

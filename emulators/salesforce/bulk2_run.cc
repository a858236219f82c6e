// §4: what jobs of the Bulk API 2.0 do once they are closed.
#include <fmt/format.h>

#include "emulators/salesforce/dialect.h"
#include "emulators/salesforce/evaluate.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr int kFailedRowsNameTheirId = 53;  // API version
constexpr Duration kJobLife{7LL * 24 * 3'600'000};

std::string_view line_end(const BulkJob& job) { return job.line_ending == "CRLF" ? "\r\n" : "\n"; }

}  // namespace

void Salesforce::settle_jobs(WallTime now) {
  for (auto& [id, job] : jobs_) {
    if (job.state != "UploadComplete" || job.due > now) continue;
    note_changes(job.origin);
    org_.act_as(job.origin.actor, now);
    job.is_query ? run_query_job(job) : run_ingest_job(job);
    note_changes({});
  }
  bulk1_.settle(now, [&](const ChangeOrigin& origin) {
    note_changes(origin);
    org_.act_as(origin.actor, now);
  });
  note_changes({});
  std::erase_if(jobs_, [&](const auto& entry) { return is_over(entry.second) && entry.second.due + kJobLife <= now; });
}

void Salesforce::leave_unprocessed(BulkJob& job) {
  char separator = separator_of(job.column_delimiter);
  auto input = parse_csv(job.content, separator);
  if (!input) return;
  job.header = csv_line(input->header, separator, line_end(job));
  for (const std::vector<std::string>& row : input->rows) job.unprocessed.push_back(csv_line(row, separator, line_end(job)));
}

void Salesforce::fail_job(BulkJob& job, std::string why) {
  job.state = "Failed";
  job.error = std::move(why);
  leave_unprocessed(job);
}

void Salesforce::run_query_job(BulkJob& job) {
  char separator = separator_of(job.column_delimiter);
  bind_subqueries(org_, job.query);
  job.header = csv_line(column_names(job.query), separator, line_end(job));
  std::vector<RowNumber> rows = find_rows(org_, job.query, job.all);
  if (job.query.order.empty()) std::reverse(rows.begin(), rows.end());  // in no order that anybody may build on
  for (RowNumber row : rows) job.rows.push_back(csv_line(row_cells(org_, job.query, row), separator, line_end(job)));
  job.processed = job.rows.size();
  job.state = "JobComplete";
}

void Salesforce::run_ingest_job(BulkJob& job) {
  bool has_crlf = job.content.find("\r\n") != std::string::npos, has_lines = job.content.find('\n') != std::string::npos;
  if (has_lines && has_crlf != (job.line_ending == "CRLF")) {
    return fail_job(job, fmt::format("ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is {}", job.line_ending));
  }
  char separator = separator_of(job.column_delimiter);
  auto input = parse_csv(job.content, separator);
  if (!input) return fail_job(job, "InvalidBatch : " + input.error().message);
  if (auto problem = too_large(*input)) return fail_job(job, "ClientInputError : " + *problem);
  job.writer.at = whole_seconds(job.due);
  BulkInput rows = csv_input(*input);
  rows.rows = rows_that_run(job, rows.rows);
  BulkLoad load{job.operation, &org_.schema().object(job.object), job.external_id, settings_.bulk_batches_lock ? kBulkBatchRows : 0};
  auto results = load_rows(org_, faults(), load, rows, job.writer);
  if (!results) return fail_job(job, results.error().front().code + " : " + results.error().front().message);
  job.header = csv_line(input->header, separator, line_end(job));
  for (std::size_t i = results->size(); i > 0; --i) {  // never in the order of the input
    const RowResult& result = (*results)[i - 1];
    bool named = result.good() || std::atoi(job.version.c_str()) >= kFailedRowsNameTheirId;
    std::vector<std::string> cells = {named ? result.id : "", result.good() ? (result.created ? "true" : "false") : bulk_error_text(result.errors)};
    cells.insert(cells.end(), input->rows[i - 1].begin(), input->rows[i - 1].end());
    (result.good() ? job.rows : job.bad_rows).push_back(csv_line(cells, separator, line_end(job)));
  }
  for (std::size_t i = results->size(); i < input->rows.size(); ++i) job.unprocessed.push_back(csv_line(input->rows[i], separator, line_end(job)));
  job.processed = results->size();
  job.failed = job.bad_rows.size();
  job.state = job.unprocessed.empty() ? "JobComplete" : "Failed";
  if (!job.unprocessed.empty()) job.error = fmt::format("InternalServerError : a batch failed and was retried {} times", settings_.bulk_batch_retries);
}

std::size_t Salesforce::rows_that_run(BulkJob& job, std::size_t rows) {
  for (std::size_t first = 0; first < rows; first += kBulkBatchRows) {
    for (std::int64_t retry = 0; faults().fires(kBulkBatch, "bulk batch"); ++retry) {
      if (retry == settings_.bulk_batch_retries) return first;
      ++job.retries;
    }
  }
  return rows;
}

}  // namespace lockstep::emulators::salesforce

// The first Bulk API: what its batches do.
#include <fmt/format.h>

#include "base/text.h"
#include "emulators/salesforce/bulk1.h"
#include "emulators/salesforce/evaluate.h"
#include "emulators/salesforce/ids.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr std::size_t kMaxBatchRows = 10'000;

/// A query without ORDER BY and LIMIT, with one more condition.
std::string narrowed(const std::string& soql, const std::string& condition) {
  std::size_t where = to_lower_ascii(soql).find(" where ");
  if (where == std::string::npos) return fmt::format("{} WHERE {}", soql, condition);
  return fmt::format("{} WHERE {} AND ({})", soql.substr(0, where), condition, soql.substr(where + 7));
}

std::string message_of(const ApiErrors& errors) { return fmt::format("{} : {}", errors.front().code, errors.front().message); }

}  // namespace

void Bulk1::run(Job& job, Batch& batch) {
  batch.modified = whole_seconds(batch.due);
  job.writer.at = batch.modified;
  job.is_query() ? run_query(job, batch) : run_load(job, batch);
  batch.state = batch.message.empty() ? "Completed" : "Failed";
}

void Bulk1::run_load(Job& job, Batch& batch) {
  CsvTable table;
  auto input = read_batch(job.content, batch.content, table);
  if (!input) {
    batch.message = message_of(input.error());
    return;
  }
  if (input->rows > kMaxBatchRows) {
    batch.message = fmt::format("InvalidBatch : Exceeded the limit of {} records in a batch", kMaxBatchRows);
    return;
  }
  auto rows = load_rows(org_, faults_, {job.operation, job.object, job.external_id}, *input, job.writer);
  if (!rows) {
    batch.message = message_of(rows.error());
    return;
  }
  batch.processed = rows->size();
  batch.failed = static_cast<std::size_t>(std::count_if(rows->begin(), rows->end(), [](const RowResult& row) { return !row.errors.empty(); }));
  batch.result = write_results(job.content, *rows);
}

void Bulk1::cut(Job& job, std::size_t number) {
  const std::string soql = job.batches[number].content;
  const WallTime due = job.batches[number].due;
  auto query = parse_soql(org_.schema(), soql, due);
  if (!query || query->object != job.object) return run(job, job.batches[number]);  // which says what is wrong with it
  job.batches[number].modified = whole_seconds(due);
  job.batches[number].state = "NotProcessed";
  if (!query->order.empty() || query->limit) {
    job.batches[number].state = "Failed";
    job.batches[number].message = "InvalidBatch : PK chunking takes no ORDER BY and no LIMIT";
    return;
  }
  std::vector<std::string> ids;  // of deleted rows, too: the pieces follow from the table, not from the filter
  auto all = parse_soql(org_.schema(), "SELECT Id FROM " + job.object->name + " ORDER BY Id", due);
  for (RowNumber row : find_rows(org_, *all, true)) {
    const std::string& id = job.object->table->record(row).id;
    if (id >= job.chunk_from) ids.push_back(id);
  }
  for (std::size_t first = 0; first < ids.size(); first += job.chunk_rows) {
    std::string range = fmt::format("Id >= '{}'", ids[first]);
    if (first + job.chunk_rows < ids.size()) range += fmt::format(" AND Id < '{}'", ids[first + job.chunk_rows]);
    Batch piece = new_batch(narrowed(soql, range), due, job.serial ? job.batches.back().due : due);
    piece.piece = true;
    job.batches.push_back(std::move(piece));
  }
}

void Bulk1::run_query(Job& job, Batch& batch) {
  auto refused = [&](const ApiErrors& errors) {
    batch.message = fmt::format("InvalidBatch : Failed to process query: {}: {}", errors.front().code, errors.front().message);
  };
  auto query = parse_soql(org_.schema(), batch.content, batch.due);
  if (!query) return refused(query.error());
  if (auto fits = check_bulk_query(*query); !fits) return refused(fits.error());
  if (query->object != job.object) {
    batch.message = fmt::format("InvalidBatch : Failed to process query: the query is of {}, the job of {}", query->object->name, job.object->name);
    return;
  }
  bind_subqueries(org_, *query);
  std::vector<RowNumber> rows = find_rows(org_, *query, job.operation == "queryAll");
  batch.processed = rows.size();
  batch.data = write_rows(job.content, org_, *query, rows, job.version);
  batch.result_id = make_id("752", ++last_result_);
  batch.result = write_result_list(job.content, batch.result_id);
}

}  // namespace lockstep::emulators::salesforce

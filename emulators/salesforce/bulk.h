#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "emulators/core/csv.h"
#include "emulators/core/faults.h"
#include "emulators/salesforce/chunk.h"
#include "emulators/salesforce/events.h"
#include "emulators/salesforce/org.h"
#include "emulators/salesforce/soql.h"

namespace lockstep::emulators::salesforce {

struct BulkLoad {
  std::string operation;  // insert, update, upsert, delete, hardDelete
  const ObjectType* object = nullptr;
  std::string external_id;     // upsert
  std::size_t batch_rows = 0;  // batches of so many rows run side by side, each in the way of the others' locks; 0: all rows are one
};

/// The rows of a load, each made when it is its turn: a large file is not held twice.
struct BulkInput {
  std::vector<std::string> columns;  // whatever its rows name; "Account.Key__c" for a parent's key
  std::size_t rows = 0;
  std::function<json::object(std::size_t)> row;  // null clears a field, one that is missing stays as it is
};

/// An empty cell leaves its field as it is, "#N/A" clears it. `table` must outlive the input.
BulkInput csv_input(const CsvTable& table);
/// What is too large for a load; nothing: it fits.
std::optional<std::string> too_large(const CsvTable& table);
/// Applies the rows in order, each by itself. Error: what makes the whole job fail (a column that is no field).
Outcome<std::vector<RowResult>> load_rows(Org& org, Faults& faults, const BulkLoad& load, const BulkInput& input, const Writer& writer);
/// Whether rows can be upserted by that field.
bool is_upsert_key(const ObjectType& object, std::string_view field);
/// "CODE:message:fields --", and "CODE:message:--" where no field is at fault
std::string bulk_error_text(const ApiErrors& errors);

/// Cells in quotes, joined and ended as the job says.
std::string csv_line(const std::vector<std::string>& cells, char separator, std::string_view line_ending);
/// Refuses what a bulk query cannot select: compound fields, TYPEOF, children, aggregates, OFFSET.
Outcome<void> check_bulk_query(const Query& query);
/// "Account.Name" for each selected field.
std::vector<std::string> column_names(const Query& query);
/// The cells of one row as a bulk query writes them: instants with Z, null empty.
std::vector<std::string> row_cells(const Org& org, const Query& query, RowNumber row);

/// A job of Bulk API 2.0.
struct BulkJob {
  std::string id;
  bool is_query = false;
  bool all = false;  // queryAll
  std::string state = "Open";
  std::string operation;
  std::string object;
  std::string external_id;
  std::string column_delimiter = "COMMA";
  std::string line_ending = "LF";
  std::string version;  // "60.0"
  std::string error;
  std::string created_by;
  std::string content;  // ingest: as uploaded
  bool uploaded = false;
  Query query;
  Writer writer;
  ChangeOrigin origin;
  WallTime created, modified;
  WallTime closed;  // when all that it needs was there; its start before that
  WallTime due;     // when it is worked off; meaningful once it is closed
  std::size_t processed = 0, failed = 0, retries = 0;
  std::string header;                                    // of its results
  std::vector<std::string> rows, bad_rows, unprocessed;  // lines of results; queries have `rows` alone
};

char separator_of(std::string_view column_delimiter);  // 0: no such delimiter
bool is_over(const BulkJob& job);

}  // namespace lockstep::emulators::salesforce

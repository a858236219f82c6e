#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/core/router.h"
#include "emulators/salesforce/bulk.h"

namespace lockstep::emulators::salesforce {

enum class BulkFormat { xml, json, csv };

/// Of a Content-Type or Accept header; nothing when it is none of the three.
std::optional<BulkFormat> format_of_type(std::string_view content_type);
std::string_view name_of(BulkFormat format);
/// What a caller is answered in: JSON when it speaks it, else XML.
BulkFormat answer_format(const Call& call);
/// `name` is the root of the XML; null members are left out there.
http::Response bulk1_response(int status, BulkFormat format, std::string_view name, const json::object& body);
http::Response bulk1_text(BulkFormat format, std::string body);
/// "…000+0000" in JSON, "…000Z" in XML.
std::string bulk1_instant(BulkFormat format, WallTime time);

/// The members of a job as it was sent, all as text. Nothing: not to be read.
std::optional<std::map<std::string, std::string>> read_job_info(BulkFormat format, const std::string& body);

/// Rows as a batch holds them. Errors: the batch's stateMessage. `table` holds what a CSV input borrows.
Outcome<BulkInput> read_batch(BulkFormat format, const std::string& content, CsvTable& table);
/// What became of each row, in the order of the input.
std::string write_results(BulkFormat format, const std::vector<RowResult>& rows);
/// The rows of a query.
std::string write_rows(BulkFormat format, const Org& org, const Query& query, const std::vector<RowNumber>& rows, std::string_view version);
/// The ids under which the rows of a query can be asked for.
std::string write_result_list(BulkFormat format, const std::string& id);

}  // namespace lockstep::emulators::salesforce

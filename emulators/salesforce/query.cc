// §3.1 and §3.3: query, queryAll and their pages.
#include <fmt/format.h>

#include <charconv>

#include "base/text.h"
#include "emulators/salesforce/dialect.h"
#include "emulators/salesforce/evaluate.h"
#include "emulators/salesforce/ids.h"
#include "emulators/salesforce/render.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr std::size_t kMaxPage = 2'000, kMinPage = 200;
// Old documentation says 15 minutes and 10 open cursors a user; newer limits are wider but not confirmed.
constexpr Duration kCursorLife{15 * 60'000};
constexpr std::size_t kMaxCursors = 10;

/// batchSize of Sforce-Query-Options, a hint that is clamped.
std::size_t page_size(const Call& call) {
  std::string options = call.header("Sforce-Query-Options").value_or("");
  std::size_t at = options.find("batchSize=");
  std::size_t size = kMaxPage;
  if (at != std::string::npos) {
    const char* begin = options.data() + at + 10;
    std::from_chars(begin, options.data() + options.size(), size);
  }
  return std::clamp(size, kMinPage, kMaxPage);
}

}  // namespace

http::Response Salesforce::query(Call& call) { return run_query(call, false); }
http::Response Salesforce::query_all(Call& call) { return run_query(call, true); }

http::Response Salesforce::run_query(Call& call, bool all) {
  auto text = call.query_value("q");
  if (!text) return error_response("MALFORMED_QUERY", "A query string has to be specified");
  auto query = parse_soql(org_.schema(), *text);
  if (!query) return error_response(query.error());
  Cursor cursor;
  cursor.rows = find_rows(org_, *query, all);
  std::size_t skip = std::min(query->offset, cursor.rows.size());
  cursor.rows.erase(cursor.rows.begin(), cursor.rows.begin() + static_cast<std::ptrdiff_t>(skip));
  if (query->count) {
    return json_response(
        200, json::object{{"totalSize", cursor.rows.size()}, {"done", true}, {"records", json::array()}});
  }
  cursor.query = std::move(*query);
  cursor.used = call.now;
  std::size_t size = page_size(call);
  if (faults().fires("short_page", "GET query"))
    size = kMinPage;  // fewer rows than asked for are always allowed
  if (cursor.rows.size() <= size) return page(call, "", cursor, 0, size);
  cursor.number = ++last_cursor_;
  std::string id = make_id("01g", cursor.number);
  forget_cursors(call.now);
  return page(call, id, cursors_.emplace(id, std::move(cursor)).first->second, 0, size);
}

void Salesforce::forget_cursors(WallTime now) {
  std::erase_if(cursors_, [&](const auto& entry) { return entry.second.used + kCursorLife <= now; });
  while (cursors_.size() >= kMaxCursors) cursors_.erase(cursors_.begin());  // ids ascend: the oldest goes
}

http::Response Salesforce::query_more(Call& call) {
  const std::string& locator = call.parameter("locator");
  auto invalid = [] { return error_response("INVALID_QUERY_LOCATOR", "invalid query locator"); };
  std::size_t dash = locator.rfind('-');
  auto id = normalise_id(locator.substr(0, dash));
  if (dash == std::string::npos || !id) return invalid();
  std::size_t from = 0;
  const char* end = locator.data() + locator.size();
  auto [at, error] = std::from_chars(locator.data() + dash + 1, end, from);
  auto known = cursors_.find(*id);
  if (error != std::errc() || at != end || known == cursors_.end()) return invalid();
  Cursor& cursor = known->second;
  if (cursor.used + kCursorLife <= call.now || from >= cursor.rows.size()) return invalid();
  cursor.used = call.now;
  return page(call, *id, cursor, from, page_size(call));
}

http::Response Salesforce::page(Call& call, const std::string& id, const Cursor& cursor, std::size_t from,
                                std::size_t size) {
  JsonDocument document;
  const std::string& version = call.parameter("version");
  Renderer renderer(org_, version, document.storage());
  std::size_t end = std::min(from + size, cursor.rows.size());
  json::object body = document.object();
  body["totalSize"] = cursor.rows.size();
  body["done"] = end == cursor.rows.size();
  if (end < cursor.rows.size())
    body["nextRecordsUrl"] = fmt::format("/services/data/{}/query/{}-{}", version, id, end);
  json::array records = document.array();
  records.reserve(end - from);
  for (std::size_t i = from; i < end; ++i) {
    records.push_back(renderer.selected(*cursor.query.object, cursor.rows[i], cursor.query.select));
  }
  body["records"] = std::move(records);
  return json_response(200, std::move(body));
}

}  // namespace lockstep::emulators::salesforce

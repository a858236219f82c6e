// Change discovery (contract A5).
#include <charconv>

#include "base/text.h"
#include "emulators/zendesk/rendering.h"
#include "emulators/zendesk/service.h"

namespace lockstep::emulators::zendesk {
namespace {

constexpr Duration kUnsettled{60'000};  // what changed in the last minute is not told yet

std::string encode(const ModifiedKey& key) { return to_base64(std::to_string(key.modified.ms / 1000) + ".0||" + std::string(key.id)); }

/// The first change behind the cursor; the id may be empty: at the start of that second.
Outcome<std::pair<WallTime, std::string>> decode(std::string_view cursor) {
  std::string text;
  std::int64_t seconds = 0;
  if (from_base64(cursor, text)) {
    std::size_t bar = text.find(".0||");
    const char* middle = text.data() + std::min(bar, text.size());
    auto read = std::from_chars(text.data(), middle, seconds);
    if (bar != std::string::npos && read.ec == std::errc() && read.ptr == middle) return std::pair(WallTime{seconds * 1000}, text.substr(bar + 4));
  }
  return refuse(400, "InvalidCursor", "The cursor is not valid");
}

/// Organizations do not announce that they are gone.
bool told(const ObjectType& type, RowNumber row, bool with_deleted, const Readings& readings) {
  const Record& record = type.table->record(row);
  if (!record.deleted) return true;
  return with_deleted && (type.name != "organization" || readings.deleted_organizations_exported) && !record.fields.empty();
}

/// How many rows a page of an export may have.
Outcome<std::size_t> exported_most(const Call& call) {
  constexpr std::int64_t kMostOfSample = 50;
  std::int64_t most = call.request.path().find("/sample") == std::string::npos ? kMostExported : kMostOfSample;
  auto size = query_number(call, "per_page", most);
  if (!size) return tl::unexpected(std::move(size.error()));
  return static_cast<std::size_t>(std::clamp<std::int64_t>(*size, 1, most));
}

}  // namespace

WallTime Zendesk::settled_until(WallTime now) { return whole_seconds(now - kUnsettled); }

Outcome<std::int64_t> Zendesk::start_time(const Call& call) const {
  auto given = call.query_value("start_time");
  std::int64_t seconds = 0;
  if (given) {
    auto [end, error] = std::from_chars(given->data(), given->data() + given->size(), seconds);
    if (error != std::errc() || end != given->data() + given->size() || seconds < 0) given.reset();
  }
  if (!given)
    return refuse_titled(400, "Invalid attribute",
                         "You passed an invalid value for the start_time attribute. Invalid parameter: start_time must be an integer");
  if (WallTime{seconds * 1000} + kUnsettled >= call.now)
    return refuse(422, "StartTimeTooRecent", "Too recent start_time. Use a start_time older than 60 seconds");
  return seconds;
}

json::object Zendesk::exported(const Call& call, const ObjectType& type, RowNumber row) {
  json::object body = render_exported(account_, type, row, call.base_url);
  if (type.name == "ticket") add_to_ticket(call, row, body);
  return body;
}

Zendesk::Answer Zendesk::export_by_cursor(Call& call, ObjectType& type) {
  std::string cursor = call.query_value("cursor").value_or("");
  std::pair<WallTime, std::string> from;
  if (cursor.empty()) {
    auto start = start_time(call);
    if (!start) return tl::unexpected(std::move(start.error()));
    from.first = WallTime{*start * 1000};
  } else {
    auto place = decode(cursor);
    if (!place) return tl::unexpected(std::move(place.error()));
    from = std::move(*place);
  }
  auto most = exported_most(call);
  if (!most) return tl::unexpected(std::move(most.error()));
  bool with_deleted = call.query_value("exclude_deleted") != "true";
  const auto& changes = type.table->by_modified();
  WallTime settled = settled_until(call.now);
  auto at = changes.lower_bound({from.first, from.second, kNoRow});
  if (at != changes.end() && at->modified == from.first && at->id == from.second) ++at;
  std::vector<RowNumber> rows;
  std::string after = cursor.empty() ? encode({from.first, "", kNoRow}) : cursor;
  for (; at != changes.end() && at->modified < settled && rows.size() < *most; ++at) {
    after = encode(*at);
    if (told(type, at->row, with_deleted, account_.readings())) rows.push_back(at->row);
  }
  bool end = at == changes.end() || at->modified >= settled;
  json::object body;
  json::array list;
  for (RowNumber row : rows) list.push_back(exported(call, type, row));
  body[type.plural] = std::move(list);
  body["after_cursor"] = after;
  body["after_url"] = address_with(call, {{"cursor", after}}, {"start_time"});
  body["before_cursor"] = nullptr;
  body["before_url"] = nullptr;
  body["end_of_stream"] = end;
  side_load(call, type, rows, body);
  return json_answer(200, body);
}

/// Rows of the second in which the last page ended come again, and a second with more rows than a page never ends.
Zendesk::Answer Zendesk::export_by_time(Call& call, ObjectType& type) {
  auto start = start_time(call);
  if (!start) return tl::unexpected(std::move(start.error()));
  auto most = exported_most(call);
  if (!most) return tl::unexpected(std::move(most.error()));
  bool with_deleted = call.query_value("exclude_deleted") != "true";
  const auto& changes = type.table->by_modified();
  WallTime settled = settled_until(call.now);
  std::vector<RowNumber> rows;
  std::int64_t end_time = *start;
  auto at = changes.lower_bound({WallTime{*start * 1000}, "", kNoRow});
  for (; at != changes.end() && at->modified < settled && rows.size() < *most; ++at) {
    if (!told(type, at->row, with_deleted, account_.readings())) continue;
    rows.push_back(at->row);
    end_time = at->modified.ms / 1000;
  }
  bool end = at == changes.end() || at->modified >= settled;
  json::object beside;
  side_load(call, type, rows, beside);
  json::array list;
  for (RowNumber row : rows) list.push_back(exported(call, type, row));
  return export_page(call, type.plural, std::move(list), end_time, end, std::move(beside));
}

}  // namespace lockstep::emulators::zendesk

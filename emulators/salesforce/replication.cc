// §3.4: which records were updated or deleted between two minutes.
#include <fmt/format.h>

#include "base/text.h"
#include "emulators/salesforce/dialect.h"
#include "emulators/salesforce/render.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr Duration kMinute{60'000};
constexpr Duration kUpdatedReach{30LL * 24 * 3'600'000};

struct Window {
  WallTime start;
  WallTime end;  // inclusive
};

Outcome<Window> read_window(const Call& call, Duration reach, Duration shortest) {
  Window window;
  for (auto [name, into] : {std::pair{"start", &window.start}, std::pair{"end", &window.end}}) {
    auto given = call.query_value(name);
    Result<WallTime> time = given ? parse_iso_time(*given) : fail(ErrorCode::invalid_input, "");
    if (!time) return refuse("INVALID_REPLICATION_DATE", fmt::format("{} is missing or not a date and time", name));
    into->ms = time->ms - time->ms % kMinute.count();  // seconds are cut off
  }
  if (window.end - window.start <= shortest) {
    return refuse("INVALID_REPLICATION_DATE", "startDate has to be before endDate by more than the shortest window");
  }
  if (window.start < call.now - reach) {
    return refuse("INVALID_REPLICATION_DATE", fmt::format("startDate cannot be more than {} days ago", reach / Duration(24 * 3'600'000)));
  }
  return window;
}

http::Response not_replicated(const ObjectType& object) {
  return error_response("INVALID_TYPE_FOR_OPERATION", fmt::format("{} is not replicateable", object.name));
}

http::Response too_many_ids(std::int64_t most) { return error_response("EXCEEDED_ID_LIMIT", fmt::format("narrow the window: more than {} ids", most)); }

}  // namespace

http::Response Salesforce::updated(Call& call) {
  const ObjectType* object = object_of(call);
  if (!object) return not_found(call);
  if (object->setup) return not_replicated(*object);
  auto window = read_window(call, kUpdatedReach, Duration{0});
  if (!window) return error_response(window.error());
  json::array ids;
  const auto& rows = object->table->by_modified();
  WallTime told = std::min(window->end, call.now - Duration(settings_.replication_lag_ms));
  for (auto at = rows.lower_bound({window->start, "", kNoRow}); at != rows.end() && at->modified <= told; ++at) {
    const Record& record = object->table->record(at->row);
    if (!record.deleted) ids.emplace_back(record.id);
  }
  if (static_cast<std::int64_t>(ids.size()) > settings_.replication_ids) return too_many_ids(settings_.replication_ids);
  return json_response(200, json::object{{"ids", std::move(ids)}, {"latestDateCovered", format_instant(whole_seconds(covered_until(told)))}});
}

http::Response Salesforce::deleted(Call& call) {
  const ObjectType* object = object_of(call);
  if (!object) return not_found(call);
  if (object->setup) return not_replicated(*object);
  Duration reach = std::min(kRecycleBin, kOneDay * settings_.deleted_days);
  auto window = read_window(call, reach, kMinute);
  if (!window) return error_response(window.error());
  json::array records;
  const auto& rows = object->table->by_modified();
  WallTime told = std::min(window->end, call.now - Duration(settings_.replication_lag_ms));
  for (auto at = rows.lower_bound({window->start, "", kNoRow}); at != rows.end() && at->modified <= told; ++at) {
    const Record& record = object->table->record(at->row);
    bool merged = record.merged_into != kNoRow && !settings_.merge_losers_in_deleted;
    if (!record.deleted || merged) continue;
    records.push_back(json::object{{"id", record.id}, {"deletedDate", format_instant(record.modified)}});
  }
  if (static_cast<std::int64_t>(records.size()) > settings_.replication_ids) return too_many_ids(settings_.replication_ids);
  return json_response(200, json::object{{"deletedRecords", std::move(records)},
                                         {"earliestDateAvailable", format_instant(whole_seconds(call.now - reach))},
                                         {"latestDateCovered", format_instant(whole_seconds(covered_until(told)))}});
}

}  // namespace lockstep::emulators::salesforce

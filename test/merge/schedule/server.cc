#include "server.h"

#include <algorithm>

#include "base/text.h"

namespace lockstep::merge::schedule {

Value text_value(const std::string& visible, int edit) { return Value(visible + "#" + std::to_string(edit)); }

namespace {

const std::string* tagged_text(const Value& value) {
  if (const Value* street = value.member("street")) return street->get<std::string>();
  return value.get<std::string>();
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return text;
}

/// Changes the visible part only.
template <class Change>
Value changed(const Value& value, Change change) {
  const std::string* text = value.get<std::string>();
  if (!text) return value;
  const std::size_t mark = text->find('#');
  return Value(change(text->substr(0, mark)) + text->substr(mark));
}

}  // namespace

int edit_of(const Value& value) {
  const std::string* text = tagged_text(value);
  if (!text) return 0;
  const std::size_t mark = text->find('#');
  return mark == std::string::npos ? 0 : std::stoi(text->substr(mark + 1));
}

Value visible_part(const Value& value) {
  if (const Map* group = value.get<Map>()) {
    Map result = *group;
    for (auto& [name, member] : result) member = visible_part(member);
    return Value(std::move(result));
  }
  if (const std::string* text = value.get<std::string>()) return Value(text->substr(0, text->find('#')));
  return value;
}

Server::Server(std::size_t number_, VersionKind kind, Random& random, const Options& options) : number(number_), version_kind(kind) {
  offset_ms = random.ms(-90, 90);
  error_ms = random.ms(-1, 1);
  has_lock = kind == VersionKind::etag || (kind == VersionKind::row_number && random.chance(.5));
  delete_has_lock = has_lock && random.chance(.5);
  shows = random.chance(.5) ? AnswerShows::body : random.chance(.5) || has_lock ? AnswerShows::version : AnswerShows::nothing;
  cleaning = random.pick({Cleaning::none, Cleaning::none, Cleaning::upper, Cleaning::trim});
  if (options.rewrites && random.chance(.3)) cleaning = random.pick({Cleaning::rewrite_upper, Cleaning::rewrite_lower});
  has_automation = options.automations && random.chance(.4);
  has_history = random.chance(.4);
  has_change_log = options.change_logs && random.chance(.3);
  memo_is_outward = options.outward && random.chance(.15);
}

std::int64_t Server::own_clock_s(std::int64_t now_ms) const { return (kEpochMs + now_ms + offset_ms) / 1000; }

std::string Server::version() const {
  switch (version_kind) {
    case VersionKind::none: return "";
    case VersionKind::etag: return "W/\"" + std::to_string(revision) + "\"";
    case VersionKind::row_number: return std::to_string(revision);
    case VersionKind::modified: return std::to_string(modified_s);
  }
  return "";
}

Value Server::clean(std::size_t field, const Value& value) const {
  if (field != kName) return value;
  switch (cleaning) {
    case Cleaning::none: return value;
    case Cleaning::upper:
    case Cleaning::rewrite_upper: return changed(value, upper);
    case Cleaning::trim: return changed(value, [](const std::string& text) { return std::string(trim(text)); });
    case Cleaning::rewrite_lower: return changed(value, [](const std::string& text) { return to_lower_ascii(text); });
  }
  return value;
}

bool Server::same(std::size_t field, const Value& a, const Value& b) const {
  const Value x = visible_part(a), y = visible_part(b);
  if (x == y || (x.is_blank() && y.is_blank())) return true;
  const std::string *left = x.get<std::string>(), *right = y.get<std::string>();
  const bool normalises = cleaning == Cleaning::upper || cleaning == Cleaning::trim;
  return field == kName && normalises && left && right && upper(std::string(trim(*left))) == upper(std::string(trim(*right)));
}

void Server::write(std::int64_t now_ms, const std::map<std::size_t, Value>& values) {
  const std::int64_t now_s = own_clock_s(now_ms);
  for (const auto& [field, value] : values) {
    fields[field] = value;
    field_modified_s[field] = now_s;
  }
  modified_s = std::max(modified_s, now_s);
  ++revision;
  log.push_back(LogEntry{revision, values, version(), modified_s, exists});
}

Snapshot Server::snapshot() const {
  std::map<std::size_t, Value> all;
  for (std::size_t i = 0; i < kFields; ++i) all[i] = fields[i];
  Snapshot result = snapshot_of(all);
  result.complete = true;
  return result;
}

Snapshot Server::snapshot_of(const std::map<std::size_t, Value>& only) const {
  Snapshot result;
  result.exists = exists;
  result.complete = false;
  result.revision = revision;
  result.version = version();
  result.fields = only;
  result.modified_ms = to_hub_ms(modified_s);
  for (const auto& [field, value] : only) result.times_ms[field] = to_hub_ms(has_history ? field_modified_s[field] : modified_s);
  return result;
}

Snapshot Server::snapshot_of(const LogEntry& entry) const {
  Snapshot result;
  result.exists = entry.exists;
  result.complete = false;
  result.revision = entry.revision;
  result.version = entry.version;
  result.fields = entry.changed;
  result.modified_ms = to_hub_ms(entry.modified_s);
  for (const auto& [field, value] : entry.changed) result.times_ms[field] = result.modified_ms;
  return result;
}

}  // namespace lockstep::merge::schedule

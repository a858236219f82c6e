#include <algorithm>
#include <charconv>
#include <utility>

#include "base/check.h"
#include "test/support/fake_system.h"

namespace lockstep::support {

using connector::Failure;
using connector::FailureClass;
using connector::Operation;
using connector::Outcome;
using connector::Page;
using connector::ReadBatch;
using connector::ReadResult;
using connector::Row;
using connector::WriteBatch;
using connector::WriteResult;
using connector::WriteRow;

namespace {

std::string name_of(const mapping::SlotSpec& slot) {
  for (const auto& [argument, value] : slot.arguments)
    if (argument == "name") return plain_text(value);
  return "";
}

std::uint64_t number_of(const std::string& text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

std::vector<connector::ObjectTraits> FakeConnector::objects() const {
  std::vector<connector::ObjectTraits> all;
  for (const auto& [name, traits] : traits_) all.push_back(traits);
  return all;
}

const connector::ObjectTraits* FakeConnector::find_object(std::string_view name) const {
  const auto found = traits_.find(name);
  return found == traits_.end() ? nullptr : &found->second;
}

Result<void> FakeConnector::select(const mapping::Selection& selection) {
  selections_[selection.object] = selection;
  const FakeTraits& own = system_.traits();
  connector::ObjectTraits traits;
  traits.name = selection.object;
  traits.has_scan = traits.has_changes = traits.has_read_many = traits.has_webhook = true;
  traits.feed_lists_deletes = own.feed_lists_deletes;
  traits.feed_starts_with_listing = own.feed_starts_with_listing;
  traits.can_create = traits.can_update = traits.can_delete = true;
  traits.create_is_idempotent = own.has_key || own.client_id;
  traits.client_chosen_id = own.client_id;
  traits.has_lock = traits.delete_has_lock = own.has_lock;
  traits.version_is_ordered = true;
  traits.external_key_slot = own.has_key ? "our_key" : "";
  traits.probe_by_key = own.probes;
  traits.archives_in_place = own.archives_in_place;
  traits.shadow = own.shadow;
  traits.create_batch_max = traits.update_batch_max = traits.delete_batch_max = traits.read_batch_max = own.batch;
  traits_[selection.object] = traits;
  return {};
}

Task<void> FakeConnector::travel() { co_await executor_.clock().sleep(system_.traits_.latency / 2); }

Task<Outcome<void>> FakeConnector::open() {
  co_await travel();
  if (system_.down) co_return tl::unexpected(*system_.down);
  co_return Outcome<void>{};
}

Row FakeConnector::row_of(const std::string& object, const FakeRecord& record) const {
  Row row;
  row.id = RemoteId{object, record.id};
  char version[24];
  std::snprintf(version, sizeof version, "%012llu", static_cast<unsigned long long>(record.version));
  row.version = version;
  row.modified = record.modified;
  row.external_key = record.key;
  row.absorbed = record.absorbed;
  if (record.deleted) {
    row.deleted = true;
    if (!record.merged_into.empty()) row.merged_into = RemoteId{object, record.merged_into};
    return row;
  }
  if (system_.traits_.archives_in_place) row.archived = record.archived;
  for (const mapping::SlotSpec& slot : selections_.at(object).slots) {
    const auto value = record.fields.find(name_of(slot));
    row.slots.emplace_back(value == record.fields.end() ? Value{} : value->second);
  }
  return row;
}

std::string FakeConnector::stream_id(std::string_view object) const {
  std::string fields;
  for (const mapping::SlotSpec& slot : selections_.at(std::string(object)).slots) fields += name_of(slot) + ",";
  return std::string(object) + ":" + fields;
}

Task<Outcome<Page>> FakeConnector::scan(std::string object, std::string position) {
  co_await travel();
  ++system_.calls;
  if (position.empty()) {
    ++system_.scans;
    system_.scan_starts.push_back(executor_.clock().wall());
  }
  Page page;
  page.calls = 1;
  page.sent = executor_.clock().wall() - system_.traits_.latency / 2;
  if (system_.down) co_return tl::unexpected(*system_.down);
  if (system_.listing_breaks && !position.empty()) co_return tl::unexpected(failure_of(FailureClass::transient, "the listing broke off"));
  if (!position.empty() && std::exchange(system_.listing_expired, false)) co_return tl::unexpected(failure_of(FailureClass::cursor_expired, "no such page"));
  const auto& records = system_.objects_[object];
  page.end = true;
  for (auto record = records.upper_bound(position); record != records.end() && !system_.shows_nothing; ++record) {
    if (record->second.deleted) continue;
    if (page.rows.size() == system_.traits_.page) {
      page.end = false;
      break;
    }
    page.rows.push_back(row_of(object, record->second));
    page.next = record->first;
  }
  page.estimate = static_cast<std::int64_t>(records.size());
  co_await travel();
  co_return page;
}

Task<Outcome<Page>> FakeConnector::changes(std::string object, std::string position) {
  co_await travel();
  ++system_.calls;
  if (!position.empty()) system_.feed_reads.push_back(executor_.clock().wall());
  if (system_.down) co_return tl::unexpected(*system_.down);
  Page page;
  page.calls = 1;
  page.sent = executor_.clock().wall() - system_.traits_.latency / 2;
  if (rung_of(position) > 0) co_return modified_since(object, position);
  if (system_.feed_is_off) {
    Failure off = failure_of(FailureClass::config, "changes are not tracked");
    off.act = "step_down";
    co_return tl::unexpected(std::move(off));
  }
  const std::string epoch = std::to_string(system_.epoch_) + "/";
  if (position.empty() && !system_.traits_.feed_starts_with_listing) {
    page.next = epoch + std::to_string(system_.changes_.size());
    page.end = true;
    co_return page;
  }
  if (!position.empty() && !position.starts_with(epoch)) {
    system_.when_expired();
    co_return tl::unexpected(failure_of(FailureClass::cursor_expired, "the position is too old"));
  }
  std::size_t from = position.empty() ? 0 : number_of(position.substr(epoch.size()));
  if (!position.ends_with("+")) from -= std::min(from, system_.traits_.overlap);
  std::set<std::string> shown;
  for (; from < system_.changes_.size() && page.rows.size() < system_.traits_.page; ++from) {
    const auto& [of, id] = system_.changes_[from];
    if (of != object || !shown.insert(id).second) continue;
    const FakeRecord& record = system_.record(of, id);
    if (record.deleted && (!system_.traits_.feed_lists_deletes || (system_.traits_.merges_vanish && !record.merged_into.empty()))) continue;
    page.rows.push_back(row_of(object, record));
    if (system_.traits_.feed_shows_ids && !system_.traits_.feed_shows_fields) page.rows.back().slots.clear();
  }
  page.complete_rows = !system_.traits_.feed_shows_ids;
  page.end = from == system_.changes_.size();
  page.next = epoch + std::to_string(from) + (page.end ? "" : "+");
  if (page.end && !position.empty()) page.complete_until = page.sent;
  page.listing_complete = page.end && system_.traits_.feed_starts_with_listing;
  co_await travel();
  co_return page;
}

std::string FakeConnector::step_down(std::string_view, std::string_view position, WallTime since) const {
  return system_.traits_.lower_feed && rung_of(position) == 0 ? "since/" + std::to_string(since.ms) : "";
}

Page FakeConnector::modified_since(const std::string& object, const std::string& position) {
  ++system_.lower_reads;
  constexpr std::uint64_t kOverlapMs = 60'000;
  const std::uint64_t since = number_of(position.substr(std::string_view("since/").size()));
  Page page;
  page.calls = 1;
  page.sent = executor_.clock().wall();
  page.end = true;
  page.next = "since/" + std::to_string(page.sent.ms);
  for (const FakeRecord* record : system_.live(object))
    if (static_cast<std::uint64_t>(record->modified.ms) + kOverlapMs >= since) page.rows.push_back(row_of(object, *record));
  return page;
}

Task<Outcome<ReadBatch>> FakeConnector::read_many(std::string object, std::vector<std::string> ids, Priority) {
  co_await travel();
  ++system_.calls;
  ++system_.reads_by_id;
  if (system_.down) co_return tl::unexpected(*system_.down);
  ReadBatch batch;
  batch.calls = 1;
  batch.sent = executor_.clock().wall() - system_.traits_.latency / 2;
  for (const std::string& id : ids) {
    if (system_.refuse_read)
      if (auto failure = system_.refuse_read(id)) co_return tl::unexpected(std::move(*failure));
    ReadResult result;
    result.asked = id;
    const auto& records = system_.objects_[object];
    const auto found = records.find(id);
    if (found != records.end()) {
      result.kind = !found->second.deleted ? ReadResult::Kind::found : found->second.merged_into.empty() ? ReadResult::Kind::gone : ReadResult::Kind::merged;
      if (result.kind != ReadResult::Kind::gone) result.row = row_of(object, found->second);
    }
    batch.results.push_back(std::move(result));
  }
  co_await travel();
  co_return batch;
}

Task<Outcome<ReadBatch>> FakeConnector::find_by(std::string object, std::size_t slot, std::vector<std::string> values, Priority) {
  co_await travel();
  ++system_.calls;
  ++system_.lookups;
  if (system_.down) co_return tl::unexpected(*system_.down);
  const bool by_key = slot == connector::kExternalKey;
  if (by_key && !system_.traits_.has_key) co_return tl::unexpected(failure_of(FailureClass::config, "there is no key to ask for"));
  for (const std::string& value : values)
    if (auto refused = system_.refuse_lookup ? system_.refuse_lookup(value) : std::nullopt) co_return tl::unexpected(std::move(*refused));
  ReadBatch batch;
  batch.calls = 1;
  batch.sent = executor_.clock().wall() - system_.traits_.latency / 2;
  for (const FakeRecord* record : system_.live(object)) {
    std::string held = record->key;
    if (!by_key) {
      const auto value = record->fields.find(name_of(selections_.at(object).slots[slot]));
      held = value == record->fields.end() ? "" : plain_text(value->second);
    }
    if (std::ranges::find(values, held) == values.end()) continue;
    ReadResult result;
    result.kind = ReadResult::Kind::found;
    result.asked = record->id;
    result.row = row_of(object, *record);
    batch.results.push_back(std::move(result));
  }
  co_await travel();
  co_return batch;
}

FieldValues FakeConnector::values_of(const std::string& object, const mapping::Slots& slots) const {
  FieldValues values;
  const auto& specs = selections_.at(object).slots;
  for (std::size_t i = 0; i < slots.size(); ++i)
    if (slots[i]) values[name_of(specs[i])] = *slots[i];
  return values;
}

WriteResult FakeConnector::create_row(const std::string& object, const WriteRow& row, FieldValues fields) {
  WriteResult result;
  result.ok = result.created = true;
  auto& records = system_.objects_[object];
  FakeRecord* target = nullptr;
  for (auto& [id, record] : records) {
    const bool same_key = system_.traits_.has_key && !row.key.empty() && record.key == row.key;
    const bool same_id = system_.traits_.client_id && id == row.new_id;
    if (!record.deleted && (same_key || same_id)) target = &record;
  }
  if (target) {
    result.created = false;
  } else {
    FakeRecord record;
    record.id = system_.traits_.client_id ? row.new_id : system_.name_ + "-" + std::to_string(++system_.last_id_);
    if (system_.traits_.has_key && row.send_key) record.key = row.key;
    target = &(records[record.id] = record);
  }
  for (auto& [name, value] : fields) target->fields[name] = value;
  system_.changed(object, *target);
  result.id = RemoteId{object, target->id};
  return result;
}

WriteResult FakeConnector::write_row(const std::string& object, Operation operation, const WriteRow& row) {
  WriteResult result;
  FieldValues fields = values_of(object, row.set);
  const auto failed = [&](Failure failure) {
    result.ok = false;
    result.failure = std::move(failure);
    return result;
  };
  if (system_.refuse)
    if (auto failure = system_.refuse(operation, object, fields)) return failed(std::move(*failure));
  if (system_.normalise) system_.normalise(object, fields);
  FakeRecord* record = nullptr;
  if (operation != Operation::create) {
    const auto found = system_.objects_[object].find(row.id);
    if (found == system_.objects_[object].end() || found->second.deleted) return failed(failure_of(FailureClass::gone, "there is no such record"));
    record = &found->second;
    if (system_.traits_.has_lock && row_of(object, *record).version != row.version) return failed(failure_of(FailureClass::conflict, "the record has changed"));
  }
  if (operation == Operation::create) {
    result = create_row(object, row, fields);
    record = &system_.record(object, result.id.id);
  } else if (operation == Operation::archive || operation == Operation::restore) {
    record->archived = operation == Operation::archive;
    system_.changed(object, *record);
  } else if (operation == Operation::update) {
    if (record->archived) return failed(failure_of(FailureClass::state, "it is out of use"));
    for (auto& [name, value] : fields) record->fields[name] = value;
    if (row.send_key) record->key = row.key;
    system_.changed(object, *record);
  } else {
    record->deleted = true;
    system_.changed(object, *record);
  }
  result.ok = true;
  result.id = RemoteId{object, record->id};
  system_.writes.push_back(FakeWrite{operation, object, record->id, fields, executor_.clock().wall()});
  const Row shown = row_of(object, *record);
  if (operation != Operation::remove) {
    result.version = shown.version;
    if (system_.traits_.shadow == connector::ShadowSource::response) result.record = shown;
    if (result.record && system_.traits_.answers_in_part)
      for (std::size_t i = 0; i < row.set.size(); ++i)
        if (!row.set[i]) result.record->slots[i].reset();
  }
  return result;
}

Task<WriteBatch> FakeConnector::write(std::string object, Operation operation, std::vector<WriteRow> rows, Priority) {
  WriteBatch batch;
  batch.calls = 1;
  ++system_.calls;
  system_.write_calls.push_back(executor_.clock().wall());
  Fate fate = Fate::answered;
  if (!system_.fates.empty()) {
    fate = system_.fates.front();
    system_.fates.pop_front();
  }
  co_await travel();
  for (const WriteRow& row : rows) {
    WriteResult result;
    if (system_.down) result.failure = *system_.down;
    else if (fate != Fate::never_arrives) result = write_row(object, operation, row);
    if (fate != Fate::answered) {
      result = WriteResult{};
      result.failure = failure_of(FailureClass::outcome_unknown, "no answer");
    }
    batch.results.push_back(std::move(result));
  }
  co_await executor_.clock().sleep(system_.answers_after);
  co_await travel();
  co_return batch;
}

connector::Connector::DoorAnswer FakeConnector::knock(std::string_view, const http::ServerRequest& request, WallTime) {
  DoorAnswer answer;
  if (request.headers.find("x-secret") != "right") {
    answer.refused = true;
    answer.reason = "the signature is wrong";
    answer.response = http::Response(401, "");
    return answer;
  }
  // "object id" a line
  std::size_t from = 0;
  while (from < request.body.size()) {
    const std::size_t end = std::min(request.body.find('\n', from), request.body.size());
    const std::string line = request.body.substr(from, end - from);
    const std::size_t blank = line.find(' ');
    InboxEvent event;
    event.remote = RemoteId{line.substr(0, blank), line.substr(blank + 1)};
    event.dedupe = line + "@" + std::to_string(from);
    answer.events.push_back(std::move(event));
    from = end + 1;
  }
  answer.response = http::Response(200, "");
  return answer;
}

}  // namespace lockstep::support

// What there is, and who finds it.
#include "emulators/hubspot/portal.h"

#include <algorithm>

#include "emulators/hubspot/values.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::uint64_t kFirstId = 512'000'000'000;  // real ids are beyond 32 bits; twelve digits sort as text

}  // namespace

Portal::Portal(Database& database, const HubSpotOptions& options, Rng rng)
    : database_(database),
      catalogue_(database),
      associations_(catalogue_),
      events_(options.portal_id, options.app_id, rng.split("events")),
      owners_(options.owners),
      portal_id_(options.portal_id) {
  settings_.index_lag = options.index_lag;
  for (const char* name : {"tickets", "deals"}) pipelines_.fill_options(catalogue_.object(name));
}

RowNumber Portal::find_live(const ObjectType& type, std::string_view id) const {
  RowNumber row = type.table->find(id);
  return row == kNoRow || type.table->record(row).deleted ? kNoRow : row;
}

RowNumber Portal::resolve(const ObjectType& type, std::string_view id) const {
  RowNumber row = type.table->find(id);
  while (row != kNoRow && type.table->record(row).merged_into != kNoRow) row = type.table->record(row).merged_into;
  return row == kNoRow || type.table->record(row).deleted ? kNoRow : row;
}

bool Portal::is_archived(const Record& record, WallTime now) const {
  return record.deleted && record.merged_into == kNoRow && !record.fields.empty() && now < record.modified + kRecycleBin;
}

RowNumber Portal::find_archived(const ObjectType& type, std::string_view id, WallTime now) const {
  RowNumber row = type.table->find(id);
  return row != kNoRow && is_archived(type.table->record(row), now) ? row : kNoRow;
}

bool Portal::is_key(const ObjectType& type, const Property& property) {
  return property.unique || property.source == Source::object_id || (type.name == "contacts" && property.name == "email");
}

RowNumber Portal::find_by_key(const ObjectType& type, const Property& property, std::string_view value) const {
  if (property.source == Source::object_id) return find_live(type, value);
  const Table& table = *type.table;
  bool exact = property.unique && !settings_.unique_ignores_case;
  auto live = [&](FieldId column) {
    for (RowNumber row : table.find_equal(column, value)) {
      if (!table.record(row).deleted && (!exact || text_of(table.get(row, column)) == value)) return row;
    }
    return kNoRow;
  };
  RowNumber row = live(property.column);
  if (row == kNoRow && property.form == TextForm::email) row = live(type.property("hs_additional_emails").column);
  return row;
}

std::vector<Associations::Tie> Portal::live_ties(const ObjectType& from, RowNumber row, const ObjectType& to) const {
  std::vector<Associations::Tie> found = associations_.ties(from, row, to);
  std::erase_if(found, [&](const Associations::Tie& tie) { return to.table->record(tie.to).deleted; });
  return found;
}

void Portal::take_settings() {
  auto property = [&](const char* type, const char* name) -> Property& { return catalogue_.object(type).properties.at(name); };
  property("emails", "hs_email_direction").required = settings_.conventional_required;
  for (const char* name : {"createdate", "closed_date"}) property("tickets", name).read_only = !settings_.ticket_dates_writable;
  auto offer = [&](Property& of, const std::string& value) {
    std::erase_if(of.options, [&](const Option& option) { return option.value == value; });
    if (settings_.newer_options) of.options.push_back({value, value, "", static_cast<std::int64_t>(of.options.size())});
  };
  offer(property("tickets", "hs_ticket_priority"), "URGENT");
  offer(property("calls", "hs_call_status"), "MISSED");
  associations_.numbers_as_texts = settings_.numbers_as_texts;
}

std::string Portal::next_id(const ObjectType& type) {
  std::size_t place = type.engagement ? catalogue_.find("notes")->index : type.index;  // engagements were one type once
  if (place >= sequences_.size()) sequences_.resize(place + 1, kFirstId);
  return std::to_string(++sequences_[place]);
}

void Portal::before_write(const ObjectType& type, RowNumber row, const Writer& writer) {
  if (writer.journaled && settings_.index_lag.count() > 0) search_lag_.note(type, row, writer.at + settings_.index_lag);
}

void Portal::archive(ObjectType& type, RowNumber row, const Writer& writer) {
  UnitOfWork unit(*this);
  const Record& record = type.table->record(row);
  WriteContext context = writer.context();
  context.at = stamp_for(record, writer.at);
  events_.record(type, record.id, "deletion", json::object{{"changeFlag", "DELETED"}}, writer);
  if (type.deletes_for_good) {
    database_.purge(*type.table, row, context);
    std::vector<TieChange> changes;
    associations_.drop(type, row, changes);
    history_.forget(type, row);
  } else {
    database_.remove(*type.table, row, context);
  }
  unit.commit();
}

Outcome<void> Portal::restore(ObjectType& type, RowNumber row, const Writer& writer) {
  TRY_VOID(check_room(type));
  const Record& record = type.table->record(row);
  Changes changes;
  for (const auto& [name, property] : type.properties) {
    if (!is_key(type, property) || property.source != Source::stored) continue;
    ValueView value = record.fields.get(property.column);
    if (!is_null(value)) changes.emplace_back(&property, own(value));
  }
  TRY_VOID(check_unique(type, row, record.id, changes));
  for (const std::string& address : secondary_addresses_of(type, row)) {
    RowNumber other = find_by_key(type, type.property("email"), address);
    if (other != kNoRow) return refuse(409, "CONFLICT", "Contact already exists. Existing ID: " + type.table->record(other).id);
  }
  UnitOfWork unit(*this);
  before_write(type, row, writer);
  WriteContext context = writer.context();
  context.at = stamp_for(record, writer.at);
  database_.restore(*type.table, row, context);
  events_.record(type, record.id, "restore", {}, writer);
  unit.commit();
  return {};
}

void Portal::erase(ObjectType& type, RowNumber row, const Writer& writer) {
  UnitOfWork unit(*this);
  const Record& record = type.table->record(row);
  if (const Property* email = type.find("email")) {
    std::string address = text_of_value(record.fields.get(email->column));
    if (!address.empty()) block_address(address);
  }
  for (const std::string& address : secondary_addresses_of(type, row)) block_address(address);
  events_.record(type, record.id, "privacyDeletion", {}, writer);
  events_.record(type, record.id, "deletion", json::object{{"changeFlag", "DELETED"}}, writer);
  WriteContext context = writer.context();
  context.at = stamp_for(record, writer.at);
  database_.purge(*type.table, row, context);
  std::vector<TieChange> changes;
  associations_.drop(type, row, changes);
  unit.commit();
  history_.forget(type, row);  // for good, too
}

UnitOfWork::UnitOfWork(Portal& portal)
    : portal_(portal),
      transaction_(portal.database_),
      ties_mark_(portal.associations_.mark()),
      events_mark_(portal.events_.mark()),
      history_mark_(portal.history_.mark()) {
  ++portal_.open_units_;
}

void UnitOfWork::commit() {
  transaction_.commit();
  committed_ = true;
}

UnitOfWork::~UnitOfWork() {
  if (!committed_) {
    portal_.associations_.roll_back(ties_mark_);
    portal_.events_.roll_back(events_mark_);
    portal_.history_.roll_back(history_mark_);
  }
  if (--portal_.open_units_ > 0) return;
  portal_.associations_.forget_undo();
  portal_.history_.forget_undo();
}

WallTime stamp_for(const Record& record, WallTime now) { return std::max(record.modified, now); }

}  // namespace lockstep::emulators::hubspot

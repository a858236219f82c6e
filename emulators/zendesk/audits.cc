#include "emulators/zendesk/audits.h"

#include <algorithm>

namespace lockstep::emulators::zendesk {
namespace {

/// Numbers are texts in audits, lists are lists.
json::value in_audit(const Property& property, ValueView value) {
  json::value shown = render_value(property, value);
  return shown.is_int64() ? json::value(std::to_string(shown.get_int64())) : shown;
}

bool is_told(const Property& property) { return property.name != "updated_at" && property.name != "description" && property.name != "is_public"; }

std::string field_name(const Property& property) { return property.custom() ? std::to_string(property.id) : property.name; }

}  // namespace

std::int64_t Audits::note(std::int64_t ticket, std::int64_t author, json::object event, WallTime at) {
  std::size_t place = all_.size();
  for (std::size_t i = first_open_; i < all_.size(); ++i) {
    if (all_[i].ticket == ticket) place = i;
  }
  if (place == all_.size()) {
    all_.push_back({next_id_++, ticket, author, at, {}});
    of_ticket_[ticket].push_back(place);
  }
  event["id"] = next_event_++;
  all_[place].events.push_back(std::move(event));
  return all_[place].id;
}

void Audits::describe(std::int64_t ticket, json::object custom) {
  for (std::size_t i = first_open_; i < all_.size(); ++i) {
    if (all_[i].ticket == ticket) all_[i].custom = custom;
  }
}

void Audits::created(const ObjectType& tickets, RowNumber row, std::int64_t author, WallTime at) {
  for (const Property& property : tickets.properties) {
    ValueView value = tickets.table->get(row, property.field);
    if (is_null(value) || !is_told(property)) continue;
    note(std::stoll(tickets.table->record(row).id), author, {{"type", "Create"}, {"field_name", field_name(property)}, {"value", in_audit(property, value)}},
         at);
  }
}

void Audits::changed(const ObjectType& tickets, RowNumber row, const PackedFields& before, std::int64_t author, WallTime at) {
  for (const Property& property : tickets.properties) {
    ValueView previous = before.get(property.field), value = tickets.table->get(row, property.field);
    if (previous == value || !is_told(property)) continue;
    note(std::stoll(tickets.table->record(row).id), author,
         {{"type", "Change"}, {"field_name", field_name(property)}, {"value", in_audit(property, value)}, {"previous_value", in_audit(property, previous)}},
         at);
  }
}

void Audits::forget_after(std::size_t count) {
  while (all_.size() > count) {
    of_ticket_[all_.back().ticket].pop_back();
    all_.pop_back();
  }
}

const Audit* Audits::find(std::int64_t id) const {  // ids rise
  auto at = std::lower_bound(all_.begin(), all_.end(), id, [](const Audit& audit, std::int64_t wanted) { return audit.id < wanted; });
  return at == all_.end() || at->id != id ? nullptr : &*at;
}

std::vector<std::size_t> Audits::of_ticket(std::int64_t ticket) const {
  auto known = of_ticket_.find(ticket);
  return known == of_ticket_.end() ? std::vector<std::size_t>() : known->second;
}

}  // namespace lockstep::emulators::zendesk

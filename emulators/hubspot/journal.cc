#include "emulators/hubspot/journal.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "emulators/core/uuid.h"
#include "emulators/hubspot/values.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr Duration kKept{3LL * 24 * 3'600'000};

struct Action {
  std::string_view event;  // of webhooks
  std::string_view type;
  std::string_view name;
};
constexpr Action kActions[] = {{"creation", "OBJECT", "CREATE"},
                               {"propertyChange", "OBJECT", "UPDATE"},
                               {"deletion", "OBJECT", "DELETE"},
                               {"merge", "OBJECT", "MERGE"},
                               {"restore", "OBJECT", "RESTORE"},
                               {"", "ASSOCIATION", "ASSOCIATION_ADDED"},
                               {"", "ASSOCIATION", "ASSOCIATION_REMOVED"},
                               {"", "OBJECT", "SNAPSHOT"},
                               {"privacyDeletion", "GDPR_PRIVACY_DELETION", "GDPR_DELETE"},
                               {"", "APP_LIFECYCLE_EVENT", "APP_INSTALL"},
                               {"", "APP_LIFECYCLE_EVENT", "APP_UNINSTALL"},
                               {"", "LIST_MEMBERSHIP", "ADDED_TO_LIST"},
                               {"", "LIST_MEMBERSHIP", "REMOVED_FROM_LIST"}};

json::string json_copy(std::string_view value) { return json::string(value.data(), value.size()); }

json::array list_of(const std::vector<std::string>& texts) {
  json::array list;
  for (const std::string& each : texts) list.emplace_back(each);
  return list;
}

bool holds(const std::vector<std::string>& list, std::string_view wanted) { return std::find(list.begin(), list.end(), wanted) != list.end(); }

Result<std::vector<std::string>> texts(const json::object& given, const char* name) {
  std::vector<std::string> read;
  const json::value* member = given.if_contains(name);
  if (!member) return read;
  if (!member->is_array()) return fail(ErrorCode::invalid_input, fmt::format("{} is a list", name));
  for (const json::value& each : member->get_array()) read.push_back(scalar_text(each));
  return read;
}

}  // namespace

json::object ChangeJournal::render(const JournalSubscription& subscription) const {
  json::object row{{"id", subscription.id},
                   {"portalId", portal_id_},
                   {"subscriptionType", subscription.type},
                   {"actions", list_of(subscription.actions)},
                   {"objectTypeId", subscription.object_type_id},
                   {"createdAt", format_instant(subscription.created)},
                   {"updatedAt", format_instant(subscription.created)}};
  json::array ids;
  for (const std::string& id : subscription.object_ids) ids.push_back(told_id(id));
  if (!ids.empty()) row["objectIds"] = std::move(ids);
  if (!subscription.properties.empty()) row["properties"] = list_of(subscription.properties);
  return row;
}

std::string ChangeJournal::read_id(const json::value* given) const {
  bool fits = given && (ids_as_texts ? given->is_string() : given->is_int64());
  return fits ? scalar_text(*given) : "";
}

bool ChangeJournal::names_account(const json::object& given) const {
  const json::value* portal = given.if_contains("portalId");
  return portal && portal->is_int64() && portal->get_int64() == portal_id_;
}

json::value ChangeJournal::told_id(std::string_view id) const {
  std::int64_t number = 0;
  std::from_chars(id.data(), id.data() + id.size(), number);
  return ids_as_texts ? json::value(json_copy(id)) : json::value(number);
}

Result<JournalSubscription> ChangeJournal::read(const json::object& given, const Catalogue& catalogue) const {
  JournalSubscription read;
  read.type = std::string(text_member(given, "subscriptionType"));
  read.object_type_id = std::string(text_member(given, "objectTypeId"));
  TRY(read.actions, texts(given, "actions"));
  const json::value* ids = given.if_contains("objectIds");
  if (ids && !ids->is_array()) return fail(ErrorCode::invalid_input, "objectIds is a list");
  for (const json::value& each : ids ? ids->get_array() : json::array()) {
    read.object_ids.push_back(read_id(&each));
    if (read.object_ids.back().empty()) return fail(ErrorCode::invalid_input, "objectIds is a list of numbers");
  }
  TRY(read.properties, texts(given, "properties"));
  if (!names_account(given)) return fail(ErrorCode::invalid_input, "portalId is missing, or no account that installed the app");
  if (read.actions.empty()) return fail(ErrorCode::invalid_input, "actions is missing");
  for (const std::string& action : read.actions) {
    bool known = std::any_of(std::begin(kActions), std::end(kActions), [&](const Action& each) { return each.type == read.type && each.name == action; });
    if (!known) return fail(ErrorCode::invalid_input, fmt::format("{} is no action of a subscription of type {}", action, read.type));
  }
  auto of_type = [&](const ObjectType& each) { return each.type_id == read.object_type_id; };
  bool of_app = read.type == "APP_LIFECYCLE_EVENT";
  if (!of_app && std::none_of(catalogue.objects().begin(), catalogue.objects().end(), of_type))
    return fail(ErrorCode::invalid_input, "objectTypeId is not known");
  return read;
}

const JournalSubscription& ChangeJournal::subscribe(JournalSubscription subscription) {
  subscription.id = ++last_subscription_;
  subscriptions_.push_back(std::move(subscription));
  return subscriptions_.back();
}

bool ChangeJournal::unsubscribe(std::string_view id) {
  return std::erase_if(subscriptions_, [&](const JournalSubscription& each) { return std::to_string(each.id) == id; }) > 0;
}

bool ChangeJournal::wants(std::string_view event_type, std::string_view action, const ObjectType& type, std::string_view id, std::string_view property) const {
  return std::any_of(subscriptions_.begin(), subscriptions_.end(), [&](const JournalSubscription& each) {
    return each.type == event_type && holds(each.actions, action) && each.object_type_id == type.type_id &&
           (each.object_ids.empty() || holds(each.object_ids, id)) && (property.empty() || each.properties.empty() || holds(each.properties, property)) &&
           passes(each, type, id);
  });
}

void ChangeJournal::snapshot(const ObjectType& type, std::string_view id, json::object values, WallTime at) {
  noted_.push_back({{"type", "OBJECT"},
                    {"portalId", portal_id_},
                    {"occurredAt", format_instant(at)},
                    {"action", "SNAPSHOT"},
                    {"objectTypeId", type.type_id},
                    {"objectId", json_copy(id)},
                    {"propertyChanges", std::move(values)}});
}

void ChangeJournal::record(const ObjectType& type, std::string_view id, std::string_view event, WallTime at) {
  auto action = std::find_if(std::begin(kActions), std::end(kActions), [&](const Action& each) { return !event.empty() && each.event == event; });
  if (action == std::end(kActions) || !wants(action->type, action->name, type, id, "")) return;
  noted_.push_back({{"type", json_copy(action->type)},
                    {"portalId", portal_id_},
                    {"occurredAt", format_instant(at)},
                    {"action", json_copy(action->name)},
                    {"objectTypeId", type.type_id},
                    {"objectId", json_copy(id)},
                    {"propertyChanges", json::object()}});
}

/// The changes of one write are one event; those of a create belong to it.
void ChangeJournal::property(const ObjectType& type, std::string_view id, std::string_view name, std::string_view value, WallTime at) {
  auto mine = [&](const json::object& event) {
    return event.contains("propertyChanges") && text_member(event, "objectId") == id && text_member(event, "objectTypeId") == type.type_id &&
           (text_member(event, "action") == "UPDATE" || text_member(event, "action") == "CREATE");
  };
  auto known = std::find_if(noted_.rbegin(), noted_.rend(), mine);
  bool created = known != noted_.rend() && text_member(*known, "action") == "CREATE";
  if (!created && !wants("OBJECT", "UPDATE", type, id, name)) return;
  if (known == noted_.rend()) {
    record(type, id, "propertyChange", at);
    if (noted_.empty() || !mine(noted_.back())) return;
    known = noted_.rbegin();
  }
  known->at("propertyChanges").as_object()[json::string_view(name.data(), name.size())] = json_copy(value);
}

void ChangeJournal::membership(const ObjectType& type, std::string_view id, std::string_view list, bool joined, WallTime at) {
  std::string_view action = joined ? "ADDED_TO_LIST" : "REMOVED_FROM_LIST";
  if (!wants("LIST_MEMBERSHIP", action, type, id, "")) return;
  noted_.push_back({{"type", "LIST_MEMBERSHIP"},
                    {"portalId", portal_id_},
                    {"occurredAt", format_instant(at)},
                    {"action", json_copy(action)},
                    {"listId", json_copy(list)},
                    {"objectTypeId", type.type_id},
                    {"objectId", json_copy(id)}});
}

void ChangeJournal::tie(const TieChange& change, WallTime at) {
  const std::string& from = change.from_type->table->record(change.from).id;
  const std::string& to = change.to_type->table->record(change.to).id;
  std::string_view action = change.removed ? "ASSOCIATION_REMOVED" : "ASSOCIATION_ADDED";
  if (!wants("ASSOCIATION", action, *change.from_type, from, "") && !wants("ASSOCIATION", action, *change.to_type, to, "")) return;
  noted_.push_back({{"type", "ASSOCIATION"},
                    {"portalId", portal_id_},
                    {"occurredAt", format_instant(at)},
                    {"action", json_copy(action)},
                    {"fromObjectId", from},
                    {"toObjectId", to},
                    {"fromObjectTypeId", change.from_type->type_id},
                    {"toObjectTypeId", change.to_type->type_id},
                    {"associationTypeId", change.type->id},
                    {"associationCategory", json_copy(change.type->category())},
                    {"isPrimary", change.type->primary}});
}

void ChangeJournal::flush(WallTime now) {
  if (noted_.empty()) return;
  File file{make_uuid(rng_), "", now};
  json::array events;
  for (json::object& each : noted_) {
    for (const char* name : {"objectId", "fromObjectId", "toObjectId", "listId"}) {
      if (json::value* id = each.if_contains(name)) *id = told_id(std::string_view(id->get_string()));
    }
    events.push_back(std::move(each));
  }
  noted_.clear();
  file.text = json::serialize(json::object{{"offset", file.offset}, {"publishedAt", format_instant(now)}, {"journalEvents", std::move(events)}});
  files_.push_back(std::move(file));
}

const std::deque<ChangeJournal::File>& ChangeJournal::files(WallTime now) {
  while (!files_.empty() && files_.front().published + kKept <= now) files_.pop_front();
  return files_;
}

std::optional<std::size_t> ChangeJournal::behind(std::string_view offset, WallTime now) {
  const std::deque<File>& kept = files(now);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i].offset == offset) return i + 1;
  }
  return std::nullopt;
}

}  // namespace lockstep::emulators::hubspot

// Engagements as version 1 has them: one resource for notes, calls, emails, meetings and tasks, whose ids are one sequence (§0.1).
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/hubspot/older_api.h"

namespace lockstep::emulators::hubspot {
namespace {

struct Member {
  std::string_view name;      // "body", of metadata
  std::string_view property;  // "hs_note_body"
};
struct EngagementKind {
  std::string_view name;  // "NOTE"
  std::string_view type;  // "notes"
  std::vector<Member> members;
};

const std::vector<EngagementKind>& engagement_kinds() {
  static const std::vector<EngagementKind> kKinds{
      {"NOTE", "notes", {{"body", "hs_note_body"}}},
      {"TASK",
       "tasks",
       {{"subject", "hs_task_subject"},
        {"body", "hs_task_body"},
        {"status", "hs_task_status"},
        {"priority", "hs_task_priority"},
        {"taskType", "hs_task_type"}}},
      {"CALL",
       "calls",
       {{"title", "hs_call_title"},
        {"body", "hs_call_body"},
        {"status", "hs_call_status"},
        {"toNumber", "hs_call_to_number"},
        {"fromNumber", "hs_call_from_number"},
        {"durationMilliseconds", "hs_call_duration"},
        {"recordingUrl", "hs_call_recording_url"},
        {"disposition", "hs_call_disposition"},
        {"source", "hs_call_source"},
        {"calleeObjectId", "hs_call_callee_object_id"},
        {"calleeObjectType", "hs_call_callee_object_type"}}},
      {"MEETING",
       "meetings",
       {{"title", "hs_meeting_title"},
        {"body", "hs_meeting_body"},
        {"startTime", "hs_meeting_start_time"},
        {"endTime", "hs_meeting_end_time"},
        {"location", "hs_meeting_location"},
        {"meetingOutcome", "hs_meeting_outcome"},
        {"internalMeetingNotes", "hs_internal_meeting_notes"}}},
      {"EMAIL", "emails", {{"subject", "hs_email_subject"}, {"html", "hs_email_html"}, {"text", "hs_email_text"}, {"status", "hs_email_status"}}}};
  return kKinds;
}

constexpr std::pair<std::string_view, std::string_view> kTied[] = {
    {"contactIds", "contacts"}, {"companyIds", "companies"}, {"dealIds", "deals"}, {"ticketIds", "tickets"}};

const EngagementKind* kind_named(std::string_view name) {
  auto known =
      std::find_if(engagement_kinds().begin(), engagement_kinds().end(), [&](const EngagementKind& each) { return each.name == name || each.type == name; });
  return known == engagement_kinds().end() ? nullptr : &*known;
}

json::string_view named(std::string_view text) { return {text.data(), text.size()}; }

constexpr std::string_view kPeople[] = {"from", "sender", "to", "cc", "bcc"};  // of an email: one property holds them all

/// What version 1 documents and this stand-in has no place for.
constexpr std::pair<std::string_view, std::string_view> kUnserved[] = {
    {"TASK", "reminders"},         {"TASK", "forObjectType"}, {"TASK", "sendDefaultReminder"}, {"CALL", "externalId"},
    {"CALL", "externalAccountId"}, {"MEETING", "source"},     {"MEETING", "sourceId"},         {"MEETING", "preMeetingProspectReminders"}};
constexpr std::string_view kHead[] = {"id",         "portalId", "active",    "createdAt", "lastUpdated", "createdBy",
                                      "modifiedBy", "type",     "timestamp", "ownerId",   "uid",         "teamId"};

template <class List, class Item>
bool among(const List& list, const Item& item) {
  return std::find(std::begin(list), std::end(list), item) != std::end(list);
}

bool says(const EngagementKind& kind, std::string_view name) {
  auto is = [&](const Member& member) { return member.name == name; };
  return std::any_of(kind.members.begin(), kind.members.end(), is) || (kind.name == "EMAIL" && among(kPeople, name));
}

/// Refuses what an engagement says that its kind does not know.
Outcome<void> check_engagement(const EngagementKind& kind, const json::object& body) {
  for (const char* part : {"engagement", "associations", "metadata"}) {
    const json::value* given = body.if_contains(part);
    if (given && !given->is_object()) return bad_json(fmt::format("line 1, column 1: {} is not an object", part));
  }
  const json::object none;
  auto members = [&](const char* part) -> const json::object& { return body.contains(part) ? body.at(part).get_object() : none; };
  for (const auto& member : members("engagement")) {
    if (!among(kHead, std::string_view(member.key()))) return invalid(fmt::format("engagement.{} is not known", std::string_view(member.key())));
  }
  for (const auto& member : members("associations")) {
    std::string_view name(member.key());
    bool tied = std::any_of(std::begin(kTied), std::end(kTied), [&](const auto& each) { return each.first == name; });
    bool empty = member.value().is_array() && member.value().get_array().empty();
    if ((name == "ownerIds" || name == "workflowIds") && !empty) return not_served(fmt::format("associations.{}", name));
    if (!tied && !empty) return invalid(fmt::format("associations.{} is not known", name));
  }
  for (const auto& member : members("metadata")) {
    std::string_view name(member.key());
    bool person = kind.name == "EMAIL" && among(kPeople, name), list = person && name != "from" && name != "sender";
    if (among(kUnserved, std::pair(kind.name, name))) return not_served(fmt::format("metadata.{} of a {}", name, kind.name));
    if (!says(kind, name)) return invalid(fmt::format("metadata.{} is not known of a {}", name, kind.name));
    const json::value& value = member.value();
    bool fits = person ? (list ? value.is_array() : value.is_object()) : !value.is_object() && !value.is_array();
    if (!fits) return bad_json(fmt::format("line 1, column 1: metadata.{} is not what it should be", name));
  }
  return {};
}

/// What hs_email_headers says; nothing where it says nothing.
json::object people_of(const std::optional<std::string>& headers) {
  JsonDocument document;
  if (!headers || !document.parse(*headers) || !document.root().is_object()) return {};
  return json::object(document.root().get_object(), json::storage_ptr());
}

/// Numbers and instants are numbers here, of which version 3 makes texts.
json::value told_member(const Property& property, const std::string& value) {
  std::string text = older_value(property, value);
  bool number = property.type == PropertyType::number || property.type == PropertyType::date_time;
  std::int64_t whole = older_number(text);
  return number && std::to_string(whole) == text ? json::value(whole) : json::value(text);
}

/// What an engagement says, as properties of its kind. `people`: what its headers said before.
json::object read_engagement(const EngagementKind& kind, const json::object& body, bool fresh, WallTime now, json::object people = {}) {
  json::object properties;
  const json::value *head = body.if_contains("engagement"), *metadata = body.if_contains("metadata"), *files = body.if_contains("attachments");
  if (head && head->is_object()) {
    const json::object& given = head->get_object();
    if (const json::value* at = given.if_contains("timestamp"); at && !at->is_null()) properties["hs_timestamp"] = scalar_text(*at);
    if (const json::value* owner = given.if_contains("ownerId"); owner && !owner->is_null()) properties["hubspot_owner_id"] = scalar_text(*owner);
  }
  if (fresh && !properties.contains("hs_timestamp")) properties["hs_timestamp"] = std::to_string(now.ms);
  if (fresh && kind.name == "EMAIL") properties["hs_email_direction"] = "EMAIL";
  for (const Member& member : kind.members) {
    const json::value* value = metadata && metadata->is_object() ? metadata->get_object().if_contains(named(member.name)) : nullptr;
    if (value && !value->is_object()) properties[named(member.property)] = scalar_text(*value);
  }
  for (std::string_view role : kPeople) {
    const json::value* given = kind.name == "EMAIL" && metadata && metadata->is_object() ? metadata->get_object().if_contains(named(role)) : nullptr;
    if (!given) continue;
    people[named(role)] = *given;
    properties["hs_email_headers"] = json::serialize(people);
  }
  if (!files || !files->is_array()) return properties;
  std::vector<std::string> ids;
  for (const json::value& each : files->get_array()) {
    const json::value* id = each.is_object() ? each.get_object().if_contains("id") : nullptr;
    if (id) ids.push_back(scalar_text(*id));
  }
  properties["hs_attachment_ids"] = join(ids, ";");
  return properties;
}

}  // namespace

/// The engagement that a path names, of whatever kind it is.
Outcome<std::pair<const ObjectType*, RowNumber>> OlderApi::engagement_of(const Call& call) {
  for (const EngagementKind& kind : engagement_kinds()) {
    const ObjectType& type = *portal_.catalogue().find(kind.type);
    RowNumber row = portal_.find_live(type, call.parameter("id"));
    if (row != kNoRow) return std::pair(&type, row);
  }
  return refuse(404, "", "resource not found");
}

json::object OlderApi::older_engagement(const ObjectType& type, RowNumber row) {
  const EngagementKind& kind = *kind_named(type.name);
  const Record& record = type.table->record(row);
  auto value = [&](std::string_view name) { return value_of(portal_, view_of(type, row), type.property(name)); };
  json::object metadata, ties{{"ownerIds", json::array()}, {"workflowIds", json::array()}};
  for (const Member& member : kind.members) {
    if (auto text = value(member.property)) metadata[named(member.name)] = told_member(type.property(member.property), *text);
  }
  if (kind.name == "EMAIL") {
    json::object people = people_of(value("hs_email_headers"));
    for (std::string_view role : kPeople) {
      if (const json::value* known = people.if_contains(named(role))) metadata[named(role)] = *known;
    }
  }
  json::array files;
  std::string attached = value("hs_attachment_ids").value_or("");
  for (std::string_view id : split(attached, ';')) {
    if (!id.empty()) files.push_back(json::object{{"id", older_number(id)}});
  }
  for (const auto& [name, to] : kTied) ties[named(name)] = older_ties(type, row, to);
  auto owner = value("hubspot_owner_id"), at = value("hs_timestamp");
  json::object head{{"id", older_number(record.id)},
                    {"portalId", host_.portal_id},
                    {"active", true},
                    {"createdAt", record.created.ms},
                    {"lastUpdated", record.modified.ms},
                    {"type", named(kind.name)},
                    {"timestamp", at ? older_number(older_value(type.property("hs_timestamp"), *at)) : record.created.ms}};
  if (owner) head["ownerId"] = older_number(*owner);
  return json::object{{"engagement", std::move(head)}, {"associations", std::move(ties)}, {"attachments", std::move(files)}, {"metadata", std::move(metadata)}};
}

OlderApi::Answer OlderApi::engagement_create(Call& call) {
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  const json::value *head = body->if_contains("engagement"), *ties = body->if_contains("associations");
  const EngagementKind* kind = head && head->is_object() ? kind_named(text_member(head->get_object(), "type")) : nullptr;
  if (!kind) return invalid("engagement.type is one of NOTE, TASK, CALL, MEETING, EMAIL");
  if (!portal_.settings().older_metadata_ignored) TRY_VOID(check_engagement(*kind, *body));
  ObjectType& type = *portal_.catalogue().find(kind->type);
  UnitOfWork unit(portal_);
  TRY(RowNumber row, portal_.create(type, read_engagement(*kind, *body, true, call.now), nullptr, writer(call)));
  for (const auto& [name, to] : kTied) {
    if (ties && ties->is_object()) TRY_VOID(older_tie(type, row, to, ties->get_object().if_contains(named(name)), writer(call)));
  }
  unit.commit();
  return json_answer(200, older_engagement(type, row));
}

/// Reads, changes or removes the one that the path names.
OlderApi::Answer OlderApi::engagement_one(Call& call) {
  TRY(auto found, engagement_of(call));
  ObjectType& type = *portal_.catalogue().find(found.first->name);
  if (call.request.method == "DELETE") {
    portal_.archive(type, found.second, writer(call));
    return http::Response(204, "");
  }
  if (call.request.method == "PATCH") {
    JsonDocument document;
    TRY(const json::object* body, read_body(call, document));
    const EngagementKind& kind = *kind_named(type.name);
    if (!portal_.settings().older_metadata_ignored) TRY_VOID(check_engagement(kind, *body));
    json::object people;
    if (type.name == "emails") people = people_of(value_of(portal_, view_of(type, found.second), type.property("hs_email_headers")));
    json::object said = read_engagement(kind, *body, false, call.now, std::move(people));
    TRY_VOID(portal_.update(type, found.second, said, writer(call)));
  }
  return json_answer(200, older_engagement(type, found.second));
}

/// All by id, the last changed first, or those of one record.
OlderApi::Answer OlderApi::engagement_pages(Call& call) {
  bool recent = call.request.path().ends_with("/recent/modified");
  const ObjectType* of = nullptr;
  RowNumber of_row = kNoRow;
  for (const auto& [name, value] : call.parameters) {
    if (name == "kind") of = portal_.catalogue().find(value, kOlderName);
    if (name == "record" && of) of_row = portal_.find_live(*of, value);
  }
  if (!call.parameters.empty() && of_row == kNoRow) return refuse(404, "", "resource not found");
  std::vector<std::pair<std::int64_t, json::object>> all;
  for (const EngagementKind& kind : engagement_kinds()) {
    const ObjectType& type = *portal_.catalogue().find(kind.type);
    auto add = [&](RowNumber row) {
      const Record& record = type.table->record(row);
      all.emplace_back(recent ? -record.modified.ms : older_number(record.id), older_engagement(type, row));
    };
    if (of) {
      for (const auto& tie : portal_.live_ties(*of, of_row, type)) add(tie.to);
    } else {
      for (RowNumber row : newest_first(type, true)) add(row);
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  TRY(std::int64_t limit, older_query(call, recent ? "count" : "limit", 100, 1, recent ? 100 : 250, portal_.settings().older_limits_cut));
  TRY(std::int64_t first, older_offset(call, "offset"));
  std::size_t offset = std::min(all.size(), static_cast<std::size_t>(first));
  std::size_t end = std::min(all.size(), offset + static_cast<std::size_t>(limit));
  json::array results;
  for (std::size_t i = offset; i < end; ++i) results.push_back(std::move(all[i].second));
  return json_answer(200, json::object{{"results", std::move(results)}, {"hasMore", end < all.size()}, {"offset", end}, {"total", all.size()}});
}

/// What calls can come to.
OlderApi::Answer OlderApi::older_dispositions(Call&) {
  json::array rows;
  for (const Option& each : portal_.catalogue().find("calls")->property("hs_call_disposition").options)
    rows.push_back(json::object{{"id", each.value}, {"label", each.label}, {"deleted", false}});
  return json_answer(200, rows);
}

}  // namespace lockstep::emulators::hubspot

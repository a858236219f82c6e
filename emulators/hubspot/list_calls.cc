// Lists of records and who is in them (scopes crm.lists.read and .write).
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "emulators/hubspot/service.h"
#include "emulators/hubspot/values.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::size_t kMostIdsInCall = 100'000, kMembersPage = 250, kListsPage = 500;

json::string copied(std::string_view text) { return json::string(text.data(), text.size()); }

/// What a list and a row of a search have in common.
json::object render_head(const RecordList& list) {
  json::object object{{"listId", list.id},
                      {"listVersion", list.version},
                      {"name", list.name},
                      {"objectTypeId", list.type->type_id},
                      {"processingType", list.processing},
                      {"processingStatus", "COMPLETE"},
                      {"createdById", list.created_by},
                      {"updatedById", list.created_by},
                      {"createdAt", format_instant(list.created)},
                      {"updatedAt", format_instant(list.updated)}};
  if (list.removed.ms != 0) object["deletedAt"] = format_instant(list.removed);
  return object;
}

json::object render_list(const RecordLists& lists, const RecordList& list) {
  json::object object = render_head(list);
  object["size"] = lists.members(list).size();
  return object;
}

json::object render_found(const RecordLists& lists, const RecordList& list, const std::vector<std::string>& asked) {
  json::object object = render_head(list), more;
  auto instant = [](WallTime at) { return at.ms == 0 ? std::string() : std::to_string(at.ms); };
  for (const std::string& name : asked) {
    if (name == "hs_list_size") more[name] = std::to_string(lists.members(list).size());
    if (name == "hs_last_record_added_at") more[name] = instant(list.last_added);
    if (name == "hs_last_record_removed_at") more[name] = instant(list.last_removed);
  }
  object["additionalProperties"] = std::move(more);
  return object;
}

json::object render_membership(const RecordList& list, const RecordList::Membership& since) {
  return {{"listId", list.id}, {"listVersion", list.version}, {"firstAddedTimestamp", format_instant(since.first_added)}, {"lastAddedTimestamp", format_instant(since.added)}};
}

Outcome<std::size_t> query_number(const Call& call, std::string_view name, std::size_t otherwise) {
  auto given = call.query_value(name);
  if (!given) return otherwise;
  std::size_t number = 0;
  auto [end, error] = std::from_chars(given->data(), given->data() + given->size(), number);
  if (error != std::errc() || end != given->data() + given->size()) return invalid(fmt::format("{} is not a cursor", name));
  return number;
}

/// `["1","2"]`, as the membership calls take it.
Outcome<std::vector<std::string>> read_ids(const Call& call, JsonDocument& document) {
  TRY_VOID(read_json(call, document));
  if (!document.root().is_array()) return bad_json("line 1, column 1: expected an array");
  std::vector<std::string> ids;
  for (const json::value& each : document.root().get_array()) ids.push_back(scalar_text(each));
  return ids;
}

Outcome<void> check_by_hand(const RecordList& list, std::size_t ids) {
  if (ids > kMostIdsInCall) return invalid(fmt::format("The maximum number of record ids is {}", kMostIdsInCall));
  if (list.processing == "DYNAMIC") return invalid("Members of a dynamic list follow from its filters");
  return {};
}

}  // namespace

Outcome<RecordList*> HubSpot::list_of(const Call& call, std::string_view parameter, bool removed_too) {
  const std::string& id = call.parameter(parameter);
  if (RecordList* list = lists_.find(id, removed_too, call.now)) return list;
  auto refused = refuse(404, "OBJECT_NOT_FOUND", fmt::format("List does not exist with ID {}.", id));
  refused.value().context = {{"listId", {id}}};
  return refused;
}

Outcome<void> HubSpot::check_list_name(std::string_view name) {
  if (name.empty()) return invalid("A list needs a name");
  if (!lists_.named(name)) return {};
  auto refused = invalid(fmt::format("List already exists with name: '{}'.", name));
  refused.value().sub_category = "ILS.DUPLICATE_LIST_NAMES";
  refused.value().context = {{"name", {std::string(name)}}};
  return refused;
}

HubSpot::Answer HubSpot::list_create(Call& call) {
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  RecordList list;
  list.name = std::string(text_member(*body, "name"));
  list.processing = std::string(text_member(*body, "processingType"));
  list.type = portal_.catalogue().find(text_member(*body, "objectTypeId"));
  TRY_VOID(check_list_name(list.name));
  if (!list.type) return invalid("objectTypeId is not known");
  if (list.processing != "MANUAL" && list.processing != "SNAPSHOT" && list.processing != "DYNAMIC")
    return invalid("processingType is one of MANUAL, SNAPSHOT, DYNAMIC");
  const json::value* filters = body->if_contains("filterBranch");
  bool filtered = filters && !filters->is_null();
  if (filtered && list.processing == "MANUAL") return invalid("A manual list has no filters");
  if (list.processing == "DYNAMIC" && !filtered) return invalid("A dynamic list needs a filterBranch");
  if (filtered) return refuse(501, "", "Filters of lists are not served by this stand-in");
  auto there = [](const RecordList& each) { return each.removed.ms == 0; };
  if (static_cast<std::size_t>(std::count_if(lists_.all().begin(), lists_.all().end(), there)) >= RecordLists::kMostLists)
    return invalid(fmt::format("The account has {} lists, which is the most", RecordLists::kMostLists));
  list.created_by = caller_->id;
  list.created = list.updated = call.now;
  const RecordList& made = lists_.add(std::move(list));
  return json_answer(200, json::object{{"list", render_list(lists_, made)}});
}

HubSpot::Answer HubSpot::list_read(Call& call) {
  TRY(RecordList * list, list_of(call, "id", false));
  return json_answer(200, json::object{{"list", render_list(lists_, *list)}});
}

HubSpot::Answer HubSpot::list_read_named(Call& call) {
  TRY(ObjectType * type, type_of(call));
  RecordList* list = lists_.named(call.parameter("name"));
  if (!list || list->type != type) return refuse(404, "OBJECT_NOT_FOUND", fmt::format("List does not exist with name {}.", call.parameter("name")));
  return json_answer(200, json::object{{"list", render_list(lists_, *list)}});
}

HubSpot::Answer HubSpot::lists_read(Call& call) {
  json::array found;
  for (const std::string& id : query_list(call, "listIds")) {
    if (RecordList* list = lists_.find(id, false, call.now)) found.push_back(render_list(lists_, *list));
  }
  return json_answer(200, json::object{{"lists", std::move(found)}});
}

HubSpot::Answer HubSpot::list_rename(Call& call) {
  TRY(RecordList * list, list_of(call, "id", false));
  std::string name = call.query_value("listName").value_or("");
  if (!equal_no_case(name, list->name)) TRY_VOID(check_list_name(name));
  list->name = name;
  list->updated = call.now;
  ++list->version;
  return json_answer(200, json::object{{"updatedList", render_list(lists_, *list)}});
}

HubSpot::Answer HubSpot::list_filter(Call& call) {
  TRY(RecordList * list, list_of(call, "id", false));
  return invalid(fmt::format("The list {} has no filters: its processing type is {}", list->id, list->processing));
}

HubSpot::Answer HubSpot::list_remove(Call& call) {
  TRY(RecordList * list, list_of(call, "id", false));
  list->removed = call.now;
  return http::Response(204, "");
}

HubSpot::Answer HubSpot::list_restore(Call& call) {
  TRY(RecordList * list, list_of(call, "id", true));
  if (list->removed.ms != 0) TRY_VOID(check_list_name(list->name));
  list->removed = WallTime{};
  return http::Response(204, "");
}

HubSpot::Answer HubSpot::list_search(Call& call) {
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  auto number = [&](const char* name, std::int64_t otherwise) {
    const json::value* given = body->if_contains(name);
    return given && given->is_int64() ? given->get_int64() : otherwise;
  };
  std::int64_t offset = number("offset", 0), count = number("count", 20);
  if (offset < 0 || count < 1 || count > static_cast<std::int64_t>(kListsPage)) return invalid(fmt::format("offset is 0 or more, count from 1 to {}", kListsPage));
  std::string words = to_lower_ascii(text_member(*body, "query"));
  std::vector<std::string> kinds = text_list(*body, "processingTypes"), ids = text_list(*body, "listIds"), more = text_list(*body, "additionalProperties");
  auto among = [](const std::vector<std::string>& wanted, const std::string& text) { return wanted.empty() || std::find(wanted.begin(), wanted.end(), text) != wanted.end(); };
  json::array found;
  std::int64_t total = 0;
  for (const RecordList& list : lists_.all()) {
    if (list.removed.ms != 0 || !among(kinds, list.processing) || !among(ids, list.id) || to_lower_ascii(list.name).find(words) == std::string::npos) continue;
    if (total >= offset && total < offset + count) found.push_back(render_found(lists_, list, more));
    ++total;
  }
  std::int64_t end = offset + static_cast<std::int64_t>(found.size());
  return json_answer(200, json::object{{"lists", std::move(found)}, {"offset", end}, {"hasMore", end < total}, {"total", total}});
}

/// `by_time`: in the order in which they joined.
HubSpot::Answer HubSpot::members_page(Call& call, bool by_time) {
  TRY(RecordList * list, list_of(call, "id", false));
  TRY(std::size_t limit, query_limit(call, 100, kMembersPage));
  std::vector<RecordLists::Member> members = lists_.members(*list);
  auto earlier = [](const RecordLists::Member& a, const RecordLists::Member& b) { return a.since.added < b.since.added; };
  if (by_time) std::stable_sort(members.begin(), members.end(), earlier);
  bool backwards = call.query_value("before").has_value();
  TRY(std::size_t at, query_number(call, backwards ? "before" : "after", 0));
  std::size_t from = std::min(backwards ? at - std::min(at, limit) : at, members.size());
  std::size_t end = std::min(backwards ? at : from + limit, members.size());
  json::array results;
  for (std::size_t i = from; i < end; ++i)
    results.push_back(json::object{{"recordId", list->type->table->record(members[i].row).id}, {"membershipTimestamp", format_instant(members[i].since.added)}});
  json::object body{{"results", std::move(results)}, {"total", members.size()}}, paging;
  auto link = [&](const char* name, std::size_t place) {
    return json::object{{name, std::to_string(place)}, {"link", fmt::format("{}{}?{}={}", call.base_url, call.request.path(), name, place)}};
  };
  if (end < members.size()) paging["next"] = link("after", end);
  if (from > 0) paging["prev"] = link("before", from);
  if (!paging.empty()) body["paging"] = std::move(paging);
  return json_answer(200, body);
}

HubSpot::Answer HubSpot::members_read(Call& call) { return members_page(call, false); }
HubSpot::Answer HubSpot::members_in_order(Call& call) { return members_page(call, true); }

/// Ids that no record has are told, the others are done.
http::Response HubSpot::change_members(const Call& call, RecordList& list, const std::vector<std::string>& in, const std::vector<std::string>& out) {
  json::array added, removed, missing;
  auto each = [&](const std::vector<std::string>& ids, json::array& done, bool joins) {
    for (const std::string& id : ids) {
      RowNumber row = portal_.resolve(*list.type, id);
      if (row == kNoRow) {
        missing.push_back(copied(id));
      } else if (joins ? lists_.join(list, row, call.now) : lists_.leave(list, row, call.now)) {
        done.push_back(copied(id));
        portal_.events().journal().membership(*list.type, id, list.id, joins, call.now);
      }
    }
  };
  each(in, added, true);
  each(out, removed, false);
  return json_answer(200, json::object{{"recordsIdsAdded", std::move(added)}, {"recordIdsRemoved", std::move(removed)}, {"recordIdsMissing", std::move(missing)}});
}

HubSpot::Answer HubSpot::members_add(Call& call) {
  JsonDocument document;
  TRY(RecordList * list, list_of(call, "id", false));
  TRY(std::vector<std::string> ids, read_ids(call, document));
  TRY_VOID(check_by_hand(*list, ids.size()));
  return change_members(call, *list, ids, {});
}

HubSpot::Answer HubSpot::members_remove(Call& call) {
  JsonDocument document;
  TRY(RecordList * list, list_of(call, "id", false));
  TRY(std::vector<std::string> ids, read_ids(call, document));
  TRY_VOID(check_by_hand(*list, ids.size()));
  return change_members(call, *list, {}, ids);
}

HubSpot::Answer HubSpot::members_change(Call& call) {
  JsonDocument document;
  TRY(RecordList * list, list_of(call, "id", false));
  TRY(const json::object* body, read_body(call, document));
  std::vector<std::string> in = text_list(*body, "recordIdsToAdd"), out = text_list(*body, "recordIdsToRemove");
  TRY_VOID(check_by_hand(*list, in.size() + out.size()));
  return change_members(call, *list, in, out);
}

HubSpot::Answer HubSpot::members_add_from(Call& call) {
  TRY(RecordList * list, list_of(call, "id", false));
  TRY(RecordList * source, list_of(call, "source", false));
  if (source->type != list->type) return invalid("Both lists must be of one object type");
  std::vector<std::string> ids;
  for (const RecordLists::Member& member : lists_.members(*source)) ids.push_back(source->type->table->record(member.row).id);
  TRY_VOID(check_by_hand(*list, ids.size()));
  change_members(call, *list, ids, {});
  return http::Response(204, "");
}

HubSpot::Answer HubSpot::members_clear(Call& call) {
  TRY(RecordList * list, list_of(call, "id", false));
  std::vector<std::string> ids;
  for (const RecordLists::Member& member : lists_.members(*list)) ids.push_back(list->type->table->record(member.row).id);
  TRY_VOID(check_by_hand(*list, ids.size()));
  change_members(call, *list, {}, ids);
  return http::Response(204, "");
}

json::array HubSpot::memberships_of(const ObjectType& type, RowNumber row) {
  json::array results;
  for (const RecordList& list : lists_.all()) {
    const RecordList::Membership* since = list.removed.ms == 0 && list.type == &type ? lists_.membership(list, row) : nullptr;
    if (since) results.push_back(render_membership(list, *since));
  }
  return results;
}

HubSpot::Answer HubSpot::memberships_read(Call& call) {
  TRY(ObjectType * type, type_of(call));
  TRY(RowNumber row, row_of(call, *type, true));
  json::array results = memberships_of(*type, row);
  std::size_t total = results.size();
  return json_answer(200, json::object{{"results", std::move(results)}, {"total", total}});
}

HubSpot::Answer HubSpot::memberships_batch_read(Call& call) {
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(std::vector<const json::object*> inputs, read_inputs(*body, 100));
  json::array results;
  for (const json::object* input : inputs) {
    const ObjectType* type = portal_.catalogue().find(text_member(*input, "objectTypeId"));
    if (!type) return invalid("objectTypeId is not known");
    std::string_view id = text_member(*input, "recordId");
    RowNumber row = portal_.resolve(*type, id);
    if (row == kNoRow) continue;
    results.push_back(json::object{{"objectTypeId", type->type_id}, {"recordId", copied(id)}, {"recordListMemberships", memberships_of(*type, row)}});
  }
  return batch_answer(200, std::move(results), {}, call.now);
}

}  // namespace lockstep::emulators::hubspot

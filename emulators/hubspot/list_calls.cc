// Lists of records: made, named, filtered, searched.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/hubspot/service.h"
#include "emulators/hubspot/values.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::size_t kListsPage = 500;

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
  if (list.filter) object["filtersUpdatedAt"] = format_instant(list.filtered);
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

Outcome<void> HubSpot::set_filter(RecordList& list, const json::value& branch, WallTime now) {
  if (!branch.is_object()) return bad_json("line 1, column 1: filterBranch is not an object");
  TRY(list.filter, read_list_filter(*list.type, branch.get_object()));
  list.filter_branch = json::serialize(branch);
  list.filtered = now;
  return {};
}

/// The list, with its filters where they are asked for.
json::object HubSpot::shown_list(const Call& call, const RecordList& list) const {
  json::object shown = render_list(lists_, list);
  if (query_flag(call, "includeFilters") && list.filter) shown["filterBranch"] = json::parse(list.filter_branch);
  return shown;
}

HubSpot::Answer HubSpot::list_create(Call& call) {
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  RecordList list;
  list.name = std::string(text_member(*body, "name"));
  list.processing = std::string(text_member(*body, "processingType"));
  list.type = portal_.catalogue().find(text_member(*body, "objectTypeId"), kIdAlone);
  TRY_VOID(check_list_name(list.name));
  if (!list.type) return invalid("objectTypeId is not known");
  if (list.processing != "MANUAL" && list.processing != "SNAPSHOT" && list.processing != "DYNAMIC")
    return invalid("processingType is one of MANUAL, SNAPSHOT, DYNAMIC");
  const json::value* filters = body->if_contains("filterBranch");
  bool filtered = filters && !filters->is_null();
  if (filtered && list.processing == "MANUAL") return invalid("A manual list has no filters");
  if (list.processing == "DYNAMIC" && !filtered) return invalid("A dynamic list needs a filterBranch");
  if (filtered) TRY_VOID(set_filter(list, *filters, call.now));
  auto there = [](const RecordList& each) { return each.removed.ms == 0; };
  if (static_cast<std::size_t>(std::count_if(lists_.all().begin(), lists_.all().end(), there)) >= RecordLists::kMostLists)
    return invalid(fmt::format("The account has {} lists, which is the most", RecordLists::kMostLists));
  const json::value* into = body->if_contains("listFolderId");  // a number here, a text where folders are moved
  bool fits = !into || into->is_null() || into->is_int64() || portal_.settings().numbers_as_texts;
  if (!fits) return bad_json("line 1, column 1: listFolderId is not a number");
  TRY(ListFolder * folder, folder_named(into ? scalar_text(*into) : ""));
  list.folder = folder->id;
  list.created_by = caller_->id;
  list.created = list.updated = call.now;
  RecordList& made = lists_.add(std::move(list));
  if (made.filter && !made.dynamic()) lists_.fill(made, call.now);  // a snapshot of now
  return json_answer(200, json::object{{"list", render_list(lists_, made)}});
}

HubSpot::Answer HubSpot::list_read(Call& call) {
  TRY(RecordList * list, list_of(call, "id", false));
  return json_answer(200, json::object{{"list", shown_list(call, *list)}});
}

HubSpot::Answer HubSpot::list_read_named(Call& call) {
  TRY(ObjectType * type, type_of(call, kIdAlone));
  RecordList* list = lists_.named(call.parameter("name"));
  if (!list || list->type != type) return refuse(404, "OBJECT_NOT_FOUND", fmt::format("List does not exist with name {}.", call.parameter("name")));
  return json_answer(200, json::object{{"list", shown_list(call, *list)}});
}

HubSpot::Answer HubSpot::lists_read(Call& call) {
  json::array found;
  for (const std::string& id : query_list(call, "listIds")) {
    if (RecordList* list = lists_.find(id, false, call.now)) found.push_back(shown_list(call, *list));
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
  if (!list->dynamic()) return invalid(fmt::format("The list {} has no filters to change: its processing type is {}", list->id, list->processing));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  const json::value* branch = body->if_contains("filterBranch");
  if (!branch) return bad_json("line 1, column 1: filterBranch is missing");
  TRY_VOID(set_filter(*list, *branch, call.now));
  list->updated = call.now;
  ++list->version;
  return json_answer(200, json::object{{"updatedList", shown_list(call, *list)}});
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
  auto number = [&](const char* name, std::int64_t otherwise) -> Outcome<std::int64_t> {
    const json::value* given = body->if_contains(name);
    if (!given || given->is_null()) return otherwise;
    if (!given->is_int64()) return bad_json(fmt::format("line 1, column 1: {} is not a number", name));
    return given->get_int64();
  };
  TRY(std::int64_t offset, number("offset", 0));
  TRY(std::int64_t count, number("count", 20));
  for (const char* list : {"processingTypes", "listIds", "additionalProperties"}) TRY_VOID(check_text_list(*body, list));
  if (offset < 0 || count < 1 || count > static_cast<std::int64_t>(kListsPage))
    return invalid(fmt::format("offset is 0 or more, count from 1 to {}", kListsPage));
  std::string words = to_lower_ascii(text_member(*body, "query"));
  std::vector<std::string> kinds = text_list(*body, "processingTypes"), ids = text_list(*body, "listIds"), more = text_list(*body, "additionalProperties");
  auto among = [](const std::vector<std::string>& wanted, const std::string& text) {
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), text) != wanted.end();
  };
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

}  // namespace lockstep::emulators::hubspot

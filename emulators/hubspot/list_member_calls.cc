// Who is in a list, and in which lists a record is.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "emulators/hubspot/service.h"
#include "emulators/hubspot/values.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::size_t kMostIdsInCall = 100'000, kMembersPage = 250;

json::string copied(std::string_view text) { return json::string(text.data(), text.size()); }

json::object render_membership(const RecordList& list, const RecordList::Membership& since) {
  return {{"listId", list.id},
          {"listVersion", list.version},
          {"firstAddedTimestamp", format_instant(since.first_added)},
          {"lastAddedTimestamp", format_instant(since.added)}};
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
Outcome<std::vector<std::string>> read_ids(const Call& call, bool numbers) {
  JsonDocument document;
  TRY_VOID(read_json(call, document));
  if (!document.root().is_array()) return bad_json("line 1, column 1: expected an array");
  return id_texts(&document.root(), numbers);
}

Outcome<void> check_by_hand(const RecordList& list, std::size_t ids) {
  if (ids > kMostIdsInCall) return invalid(fmt::format("The maximum number of record ids is {}", kMostIdsInCall));
  if (list.dynamic()) return invalid("Members of a dynamic list follow from its filters");
  return {};
}

}  // namespace

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
    results.push_back(
        json::object{{"recordId", list->type->table->record(members[i].row).id}, {"membershipTimestamp", format_instant(members[i].since.added)}});
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
  return json_answer(200,
                     json::object{{"recordsIdsAdded", std::move(added)}, {"recordIdsRemoved", std::move(removed)}, {"recordIdsMissing", std::move(missing)}});
}

HubSpot::Answer HubSpot::members_add(Call& call) {
  TRY(RecordList * list, list_of(call, "id", false));
  TRY(std::vector<std::string> ids, read_ids(call, portal_.settings().numeric_input_ids));
  TRY_VOID(check_by_hand(*list, ids.size()));
  return change_members(call, *list, ids, {});
}

HubSpot::Answer HubSpot::members_remove(Call& call) {
  TRY(RecordList * list, list_of(call, "id", false));
  TRY(std::vector<std::string> ids, read_ids(call, portal_.settings().numeric_input_ids));
  TRY_VOID(check_by_hand(*list, ids.size()));
  return change_members(call, *list, {}, ids);
}

HubSpot::Answer HubSpot::members_change(Call& call) {
  JsonDocument document;
  TRY(RecordList * list, list_of(call, "id", false));
  TRY(const json::object* body, read_body(call, document));
  bool numbers = portal_.settings().numeric_input_ids;
  TRY(std::vector<std::string> in, id_texts(body->if_contains("recordIdsToAdd"), numbers));
  TRY(std::vector<std::string> out, id_texts(body->if_contains("recordIdsToRemove"), numbers));
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
    auto since = list.removed.ms == 0 && list.type == &type ? lists_.membership(list, row) : std::nullopt;
    if (since) results.push_back(render_membership(list, *since));
  }
  return results;
}

HubSpot::Answer HubSpot::memberships_read(Call& call) {
  TRY(ObjectType * type, type_of(call, kIdAlone));
  TRY(RowNumber row, row_of(call, *type, true, false));
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
    const ObjectType* type = portal_.catalogue().find(text_member(*input, "objectTypeId"), kIdAlone);
    if (!type) return invalid("objectTypeId is not known");
    std::string id = id_text(input->if_contains("recordId"), portal_.settings().numeric_input_ids);
    if (id.empty()) return bad_json("line 1, column 1: an input needs recordId, which is a string");
    RowNumber row = portal_.resolve(*type, id);
    if (row == kNoRow) continue;
    results.push_back(json::object{{"objectTypeId", type->type_id}, {"recordId", copied(id)}, {"recordListMemberships", memberships_of(*type, row)}});
  }
  return batch_answer(200, std::move(results), {}, call.now);
}

}  // namespace lockstep::emulators::hubspot

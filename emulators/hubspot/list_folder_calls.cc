// Folders of lists: a tree below the account's root, with lists in them (§2.8).
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/hubspot/service.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr const char* kRoot = "0";

Outcome<void> check_texts(const json::object& body, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const json::value* given = body.if_contains(name);
    if (given && !given->is_null() && !given->is_string()) return bad_json(fmt::format("line 1, column 1: {} is not a string", name));
  }
  return {};
}

}  // namespace

ListFolders::ListFolders() { folders_[kRoot] = {kRoot, "", "root", "", {}, {}}; }

ListFolder* ListFolders::find(std::string_view id) {
  auto known = folders_.find(std::string(id.empty() ? kRoot : id));
  return known == folders_.end() ? nullptr : &known->second;
}

ListFolder& ListFolders::add(std::string parent, std::string name, std::string user, WallTime now) {
  std::string id = std::to_string(next_id_++);
  return folders_[id] = {id, std::move(parent), std::move(name), std::move(user), now, now};
}

bool ListFolders::holds(const ListFolder& folder, std::string_view id) const {
  for (std::string at(id); !at.empty(); at = folders_.at(at).parent) {
    if (at == folder.id) return true;
  }
  return false;
}

bool ListFolders::has_children(const ListFolder& folder) const {
  return std::any_of(folders_.begin(), folders_.end(), [&](const auto& each) { return each.second.parent == folder.id; });
}

/// With what is in it, as deep as it goes.
json::object HubSpot::shown_folder(const ListFolder& folder) {
  json::array nodes, lists;
  for (const auto& [id, child] : folders_.all()) {
    if (child.parent == folder.id) nodes.push_back(shown_folder(child));
  }
  for (const RecordList& list : lists_.all()) {
    if (list.removed.ms == 0 && (list.folder.empty() ? kRoot : list.folder) == folder.id) lists.push_back(std::stoll(list.id));
  }
  json::object shown{{"id", std::stoll(folder.id)}, {"name", folder.name}, {"childNodes", std::move(nodes)}, {"childLists", std::move(lists)}};
  if (folder.parent.empty()) return shown;
  shown["parentFolderId"] = std::stoll(folder.parent);
  if (!folder.user.empty()) shown["userId"] = std::stoll(folder.user);
  shown["createdAt"] = format_instant(folder.created);
  shown["updatedAt"] = shown["updatedContentsAt"] = format_instant(folder.updated);
  return shown;
}

Outcome<ListFolder*> HubSpot::folder_named(std::string_view id) {
  if (ListFolder* folder = folders_.find(id)) return folder;
  return refuse(404, "OBJECT_NOT_FOUND", fmt::format("Folder does not exist with ID {}.", id));
}

HubSpot::Answer HubSpot::folder_create(Call& call) {
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  std::string name(text_member(*body, "name"));
  if (name.empty()) return invalid("A folder needs a name");
  TRY_VOID(check_texts(*body, {"parentFolderId"}));
  TRY(ListFolder * parent, folder_named(text_member(*body, "parentFolderId")));
  ListFolder& made = folders_.add(parent->id, std::move(name), "", call.now);
  return json_answer(200, json::object{{"folder", shown_folder(made)}});
}

HubSpot::Answer HubSpot::folder_read(Call& call) {
  TRY(ListFolder * folder, folder_named(call.query_value("folderId").value_or("")));
  return json_answer(200, json::object{{"folder", shown_folder(*folder)}});
}

HubSpot::Answer HubSpot::folder_rename(Call& call) {
  TRY(ListFolder * folder, folder_named(call.parameter("folder")));
  std::string name = call.query_value("newFolderName").value_or("");
  if (name.empty() || folder->parent.empty()) return invalid(name.empty() ? "A folder needs a name" : "The root folder cannot be renamed");
  folder->name = std::move(name);
  folder->updated = call.now;
  return json_answer(200, json::object{{"folder", shown_folder(*folder)}});
}

HubSpot::Answer HubSpot::folder_move(Call& call) {
  TRY(ListFolder * folder, folder_named(call.parameter("folder")));
  TRY(ListFolder * parent, folder_named(call.parameter("parent")));
  if (folder->parent.empty() || folders_.holds(*folder, parent->id)) return invalid("A folder cannot be moved into itself");
  folder->parent = parent->id;
  folder->updated = call.now;
  return json_answer(200, json::object{{"folder", shown_folder(*folder)}});
}

HubSpot::Answer HubSpot::folder_remove(Call& call) {
  TRY(ListFolder * folder, folder_named(call.parameter("folder")));
  auto inside = [&](const RecordList& list) { return list.removed.ms == 0 && list.folder == folder->id; };
  bool holds = folders_.has_children(*folder) || std::any_of(lists_.all().begin(), lists_.all().end(), inside);
  if (folder->parent.empty() || holds) return invalid("Only an empty folder can be deleted");
  for (RecordList& list : lists_.all()) {  // a removed one that comes back is in the root
    if (list.folder == folder->id) list.folder.clear();
  }
  folders_.remove(folder->id);
  return http::Response(204, "");
}

HubSpot::Answer HubSpot::folder_take_list(Call& call) {
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY_VOID(check_texts(*body, {"listId", "newFolderId"}));
  RecordList* list = lists_.find(text_member(*body, "listId"), false, call.now);
  if (!list) return refuse(404, "OBJECT_NOT_FOUND", fmt::format("List does not exist with ID {}.", text_member(*body, "listId")));
  TRY(ListFolder * folder, folder_named(text_member(*body, "newFolderId")));
  list->folder = folder->id;
  return http::Response(204, "");
}

}  // namespace lockstep::emulators::hubspot

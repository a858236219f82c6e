#include "emulators/hubspot/lists.h"

#include <algorithm>

#include "base/text.h"

namespace lockstep::emulators::hubspot {

RecordList& RecordLists::add(RecordList list) {
  list.id = std::to_string(lists_.size() + 1);
  return lists_.emplace_back(std::move(list));
}

RecordList* RecordLists::find(std::string_view id, bool removed_too, WallTime now) {
  for (RecordList& list : lists_) {
    if (list.id != id) continue;
    bool there = list.removed.ms == 0 || (removed_too && now - list.removed < kRestorable);
    return there ? &list : nullptr;
  }
  return nullptr;
}

RecordList* RecordLists::named(std::string_view name) {
  auto found = std::find_if(lists_.begin(), lists_.end(), [&](const RecordList& list) { return list.removed.ms == 0 && equal_no_case(list.name, name); });
  return found == lists_.end() ? nullptr : &*found;
}

RowNumber RecordLists::present(const RecordList& list, RowNumber row) const { return portal_.resolve(*list.type, list.type->table->record(row).id); }

std::vector<RowNumber> RecordLists::fitting(const RecordList& list) const {
  std::vector<RowNumber> rows;
  for (const auto& [id, row] : list.type->table->by_id()) {
    if (!list.type->table->record(row).deleted && list.filter->fits(*list.type, row)) rows.push_back(row);
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

void RecordLists::fill(RecordList& list, WallTime now) {
  for (RowNumber row : fitting(list)) join(list, row, now);
}

std::vector<RecordLists::Member> RecordLists::members(const RecordList& list) const {
  if (list.dynamic()) {
    std::vector<Member> members;
    for (RowNumber row : fitting(list)) members.push_back({row, {list.filtered, list.filtered}});
    return members;
  }
  std::map<RowNumber, RecordList::Membership> there;
  for (const auto& [row, since] : list.members) {
    RowNumber now = present(list, row);
    if (now != kNoRow) there.try_emplace(now, since);
  }
  std::vector<Member> members;
  for (const auto& [row, since] : there) members.push_back({row, since});
  return members;
}

std::optional<RecordList::Membership> RecordLists::membership(const RecordList& list, RowNumber row) const {
  if (list.dynamic()) {
    if (!list.filter->fits(*list.type, row)) return std::nullopt;
    return RecordList::Membership{list.filtered, list.filtered};
  }
  auto same = [&](const auto& member) { return member.first == row || present(list, member.first) == row; };
  auto direct = list.members.find(row);
  auto found = direct != list.members.end() ? direct : std::find_if(list.members.begin(), list.members.end(), same);
  if (found == list.members.end()) return std::nullopt;
  return found->second;
}

bool RecordLists::join(RecordList& list, RowNumber row, WallTime now) {
  if (membership(list, row)) return false;
  list.members[row] = {now, now};
  list.last_added = now;
  return true;
}

bool RecordLists::leave(RecordList& list, RowNumber row, WallTime now) {
  std::size_t left = std::erase_if(list.members, [&](const auto& member) { return member.first == row || present(list, member.first) == row; });
  if (left > 0) list.last_removed = now;
  return left > 0;
}

}  // namespace lockstep::emulators::hubspot

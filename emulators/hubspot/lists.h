#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/hubspot/list_filters.h"
#include "emulators/hubspot/portal.h"

namespace lockstep::emulators::hubspot {

/// A list of records that somebody put there (processing types MANUAL and SNAPSHOT), or that fit its filter (DYNAMIC).
struct RecordList {
  struct Membership {
    WallTime first_added, added;
  };
  std::string id, name, processing, created_by;
  std::string folder;  // its id; empty: the root
  const ObjectType* type = nullptr;
  std::int64_t version = 1;
  WallTime created, updated, removed;  // removed.ms is 0 while it is there
  WallTime last_added, last_removed;
  std::optional<ListFilter> filter;
  std::string filter_branch;  // as it was sent
  WallTime filtered;          // since when it has the filter
  bool dynamic() const { return processing == "DYNAMIC"; }
  std::map<RowNumber, Membership> members;  // as they were added: merged and archived ones, too
};

/// The lists of an account. A merged record is in the lists of what it became part of; archived ones are in none.
class RecordLists {
 public:
  static constexpr Duration kRestorable{90LL * 24 * 3'600'000};
  static constexpr std::size_t kMostLists = 1'000;

  explicit RecordLists(const Portal& portal) : portal_(portal) {}

  RecordList& add(RecordList list);
  /// Null: there is none, or it was removed (`removed_too`: no longer than kRestorable ago).
  RecordList* find(std::string_view id, bool removed_too, WallTime now);
  /// Names are taken once in an account, without case.
  RecordList* named(std::string_view name);
  std::vector<RecordList>& all() { return lists_; }

  struct Member {
    RowNumber row = kNoRow;
    RecordList::Membership since;
  };
  /// Those that are there, by id.
  std::vector<Member> members(const RecordList& list) const;
  /// How the record is in the list; nothing: it is not.
  std::optional<RecordList::Membership> membership(const RecordList& list, RowNumber row) const;

  /// False: it was in the list already.
  bool join(RecordList& list, RowNumber row, WallTime now);
  /// What the filter finds now is in the list from here on.
  void fill(RecordList& list, WallTime now);
  /// False: it was not in the list.
  bool leave(RecordList& list, RowNumber row, WallTime now);

 private:
  std::vector<RowNumber> fitting(const RecordList& list) const;
  RowNumber present(const RecordList& list, RowNumber row) const;  // kNoRow: archived
  const Portal& portal_;
  std::vector<RecordList> lists_;
};

}  // namespace lockstep::emulators::hubspot

#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "emulators/core/value.h"

namespace lockstep::emulators {

using RowNumber = std::uint32_t;  // position in its table, never used again
inline constexpr RowNumber kNoRow = ~RowNumber{0};
using ActorId = std::uint16_t;  // interned by the Database

/// What a write can change of a record.
struct RecordState {
  PackedFields fields;
  WallTime created;
  WallTime modified;          // in the dialect's own precision
  std::uint64_t version = 0;  // of the database, counting up with every write: orders changes, names versions
  std::uint64_t begun = 0;    // the number that its transaction drew before others that were done first; 0: it drew `version`
  RowNumber merged_into = kNoRow;
  ActorId created_by = 0;
  ActorId modified_by = 0;
  bool deleted = false;   // the row stays as a tombstone; a dialect decides who still sees it
  bool archived = false;  // alive, but hidden from plain listings
  /// What a system shows that numbers transactions as they begin.
  std::uint64_t number() const { return begun != 0 ? begun : version; }
};

struct Record : RecordState {
  std::string id;
};

/// Position in the order (modified, id), the order of keyset paging.
struct ModifiedKey {
  WallTime modified;
  std::string_view id;
  RowNumber row = kNoRow;
  bool operator<(const ModifiedKey& other) const { return modified != other.modified ? modified < other.modified : id < other.id; }
};

/// The records of one object type with its indexes. Only the Database writes.
class Table {
 public:
  explicit Table(std::string name) : name_(std::move(name)) {}
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;
  const std::string& name() const { return name_; }

  /// Interns; names are case-sensitive here.
  FieldId field(std::string_view name);
  std::optional<FieldId> find_field(std::string_view name) const;
  const std::string& field_name(FieldId field) const { return field_names_[field]; }
  std::size_t field_count() const { return field_names_.size(); }

  RowNumber row_count() const { return static_cast<RowNumber>(records_.size()); }
  std::size_t live_count() const { return live_count_; }
  const Record& record(RowNumber row) const { return records_[row]; }
  ValueView get(RowNumber row, FieldId field) const { return records_[row].fields.get(field); }
  /// Deleted ones too; kNoRow when there is none.
  RowNumber find(std::string_view id) const;

  /// Makes find_equal quick for this field: without, it reads every row. `ignore_case`: ASCII letters. `separator`: a text is a list of values, each
  /// found by itself. Covers the rows there are, too.
  void add_index(FieldId field, bool ignore_case = false, char separator = 0);
  bool has_index(FieldId field) const { return indexes_.contains(field); }
  /// Rows, deleted ones too, whose field equals `value` by the rules of its index, exactly where it has none; ascending.
  /// None for null.
  std::vector<RowNumber> find_equal(FieldId field, ValueView value) const;

  /// Ordered views, deleted rows too, for scans and keyset paging by lower_bound. Those by id and by time are made when they
  /// are first asked for: ids come in no order, and most tables are never read in theirs.
  const std::map<std::string_view, RowNumber>& by_id() const;
  /// Deleted rows alone.
  const std::map<std::string_view, RowNumber>& deleted_by_id() const { return deleted_by_id_; }
  const std::set<ModifiedKey>& by_modified() const;
  /// The change log: each row once, at its last change; deleted rows are the tombstones.
  const std::map<std::uint64_t, RowNumber>& by_version() const { return by_version_; }
  /// Whether a row's number() has ever been another than its version.
  bool out_of_order() const { return out_of_order_; }

 private:
  friend class Database;
  /// Rows, ascending; nearly always one, which takes no more room than itself.
  class RowList {
   public:
    void insert(RowNumber row);
    void erase(RowNumber row);
    bool empty() const { return only_ == kNoRow && !more_; }
    template <class Visitor>
    void for_each(Visitor&& visit) const {
      if (only_ != kNoRow) visit(only_);
      if (more_) std::for_each(more_->begin(), more_->end(), visit);
    }

   private:
    RowNumber only_ = kNoRow;
    std::unique_ptr<std::vector<RowNumber>> more_;  // instead of only_, never empty
  };
  struct Index {
    bool ignore_case = false;
    char separator = 0;
    std::unordered_map<std::uint64_t, RowList> rows;  // by hash of the value: values stay in the records alone
  };
  RowNumber append(Record record);
  void replace(RowNumber row, RecordState next);
  void remove_last();
  void enter(RowNumber row);
  void leave(RowNumber row);
  static std::optional<std::uint64_t> key_of(const Index& index, ValueView value);
  template <class Visitor>
  static void for_each_key(const Index& index, ValueView value, Visitor&& visit);
  static bool same(const Index& index, ValueView held, ValueView wanted);

  std::string name_;
  std::vector<std::string> field_names_;
  std::map<std::string, FieldId, std::less<>> field_ids_;
  std::deque<Record> records_;  // never moves an element: the maps below hold views of the ids
  std::size_t live_count_ = 0;
  bool out_of_order_ = false;
  std::unordered_map<std::string_view, RowNumber> row_of_id_;
  mutable std::optional<std::map<std::string_view, RowNumber>> by_id_;
  std::map<std::string_view, RowNumber> deleted_by_id_;
  mutable std::optional<std::set<ModifiedKey>> by_modified_;
  std::map<std::uint64_t, RowNumber> by_version_;
  std::map<FieldId, Index> indexes_;
};

}  // namespace lockstep::emulators

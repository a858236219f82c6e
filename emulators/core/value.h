#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace lockstep::emulators {

/// A field's name, interned per table.
using FieldId = std::uint16_t;

/// What a field can hold. A dialect decides what stands behind a type (instants as milliseconds, references
/// as ids).
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string>;
using ValueView = std::variant<std::monostate, bool, std::int64_t, double, std::string_view>;

ValueView view(const Value& value);
Value own(ValueView value);
inline bool is_null(ValueView value) { return std::holds_alternative<std::monostate>(value); }
/// The text, or empty when `value` is no text.
std::string_view text_of(ValueView value);

using FieldChanges = std::vector<std::pair<FieldId, Value>>;  // null clears the field

/// The set fields of one record in one run of bytes: a million records must fit into memory, and most of what
/// a map per record would hold is overhead. Entries ascend by field; a field that is not there is null.
class PackedFields {
 public:
  /// Views into this record: valid until it changes.
  ValueView get(FieldId field) const;
  /// Null removes the field.
  void set(FieldId field, ValueView value);
  void set_all(const FieldChanges& changes);
  bool empty() const { return bytes_.empty(); }
  std::size_t size_bytes() const { return bytes_.size(); }
  void shrink() { bytes_.shrink_to_fit(); }
  bool operator==(const PackedFields&) const = default;

  /// `visit(FieldId, ValueView)` for each field that is not null, ascending.
  template <class Visitor>
  void for_each(Visitor&& visit) const {
    std::size_t offset = 0;
    while (offset < bytes_.size()) {
      Entry entry = entry_at(offset);
      visit(entry.field, entry.value);
      offset = entry.end;
    }
  }

 private:
  struct Entry {
    FieldId field;
    ValueView value;
    std::size_t end;  // offset behind the entry
  };
  Entry entry_at(std::size_t offset) const;
  std::string bytes_;
};

}  // namespace lockstep::emulators

#pragma once

#include "emulators/dynamics365/preferences.h"
#include "emulators/dynamics365/query.h"

namespace lockstep::emulators::dynamics365 {

/// What all rows of one answer share.
struct RenderScope {
  const Metadata& metadata;
  const Users& users;
  Annotations annotations;
  std::string_view base;             // "https://host/api/data/v9.2", for links
  std::size_t page_size = kMaxPage;  // of expanded collections, each
};

/// Writes rows of one table as JSON. Made once per answer: names are prepared, values are read in one pass.
class RowWriter {
 public:
  RowWriter(const RenderScope& scope, const TableSpec& table, const Selection& selection);
  /// `{"@odata.etag":…,…}`; `context` comes first when it is not empty.
  void append(std::string& out, RowNumber row, std::string_view context = {});

 private:
  struct Slot {
    const Column* column;
    std::string key;  // `"telephone1":`
  };
  ValueView value(const Record& record, RowNumber row, const Column& column) const;
  void append_annotations(std::string& out, RowNumber row, const Column& column, ValueView value) const;
  void append_expand(std::string& out, RowNumber row, const Expand& expand) const;
  void append_collection(std::string& out, RowNumber row, const Expand& expand) const;
  std::string lookup_label(std::string_view target, std::string_view id) const;

  RenderScope scope_;
  const TableSpec& table_;
  const Selection& selection_;
  std::vector<Slot> slots_;
  std::vector<ValueView> values_;  // by FieldId, of the row being written
};

std::string etag_of(const Record& record);
/// "BASE/$metadata#contacts(fullname)", with `suffix` such as "/$entity" or "/$delta".
std::string context_of(std::string_view base, const TableSpec& table, const Selection& selection, std::string_view suffix);

}  // namespace lockstep::emulators::dynamics365

#pragma once

#include <map>
#include <string>
#include <vector>

#include "emulators/core/csv.h"
#include "emulators/hubspot/portal.h"

namespace lockstep::emulators::hubspot {

/// A file of records on its way into the account (§5.1). One file for one object type.
struct Import {
  enum class State { started, deferred, done, canceled };
  enum class Operation { create, update, upsert };
  struct Column {
    const Property* property = nullptr;  // hs_object_id or a unique one where it is the key
    bool key = false;
  };
  struct Problem {
    std::string type;  // "INVALID_EMAIL"
    std::string message;
    std::string value;
    std::size_t row = 0;     // of the file, the header being 1
    std::size_t column = 0;  // from 1; 0: not known
  };

  std::string id;
  std::string name;
  std::string app_id;   // who sent it, and alone sees it
  std::string request;  // as it was sent
  ObjectType* type = nullptr;
  Operation operation = Operation::upsert;
  std::string date_format;
  std::vector<Column> columns;
  CsvTable table;
  Writer writer;
  WallTime created, updated, due;
  State state = State::started;
  std::map<std::string, std::int64_t> counters;
  std::vector<Problem> problems;
};

/// `multipart/form-data` as files are sent in: name, file name, content. Nothing when the body is none.
struct FormPart {
  std::string name;
  std::string file_name;
  std::string content;
};
std::optional<std::vector<FormPart>> parse_form_data(std::string_view content_type, std::string_view body);

/// What an import asks for, checked against the account; `id`, `app_id`, `writer` and times are the caller's.
Outcome<Import> read_import(Portal& portal, const std::vector<FormPart>& parts);

class Imports {
 public:
  std::vector<Import>& all() { return imports_; }
  const Import& add(Import import, WallTime now);
  /// Refuses what would be more rows in a day than there may be.
  Outcome<void> check_day(const Import& next, std::int64_t most, WallTime now) const;
  /// Writes the files whose time has come.
  void settle(Portal& portal, WallTime now);

 private:
  std::size_t running() const;
  std::vector<Import> imports_;
  std::int64_t last_id_ = 31'000'000;
};

}  // namespace lockstep::emulators::hubspot

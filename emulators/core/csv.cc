#include "emulators/core/csv.h"

#include <fmt/format.h>

namespace lockstep::emulators {
namespace {

class CsvReader {
 public:
  CsvReader(std::string_view text, char separator) : text_(text), separator_(separator) {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
  }
  bool at_end() const { return position_ >= text_.size(); }
  std::size_t line() const { return line_; }

  Result<std::vector<std::string>> row() {
    std::vector<std::string> cells;
    while (true) {
      TRY(std::string cell, this->cell());
      cells.push_back(std::move(cell));
      if (at_end()) return cells;
      char mark = text_[position_++];
      if (mark == separator_) continue;
      if (mark == '\r' && !at_end() && text_[position_] == '\n') ++position_;
      ++line_;
      return cells;
    }
  }

 private:
  Result<std::string> cell() {
    if (at_end() || text_[position_] != '"') {
      std::size_t end = std::min(text_.find_first_of(ends_, position_), text_.size());
      std::string plain(text_.substr(position_, end - position_));
      position_ = end;
      return plain;
    }
    std::size_t opened = line_;
    std::string quoted;
    for (++position_; !at_end(); ++position_) {
      char c = text_[position_];
      if (c == '\n') ++line_;
      if (c != '"') {
        quoted.push_back(c);
      } else if (text_.substr(position_ + 1).starts_with('"')) {
        quoted.push_back('"');
        ++position_;
      } else {
        ++position_;
        if (at_end() || ends_.find(text_[position_]) != std::string::npos) return quoted;
        return fail(ErrorCode::invalid_input, fmt::format("CSV line {}: text after a closing quote", line_));
      }
    }
    return fail(ErrorCode::invalid_input, fmt::format("CSV line {}: a quote that is never closed", opened));
  }

  std::string_view text_;
  char separator_;
  std::string ends_ = std::string(1, separator_) + "\r\n";  // of a cell without quotes
  std::size_t position_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

Result<CsvTable> parse_csv(std::string_view text, char separator) {
  CsvReader reader(text, separator);
  CsvTable table;
  if (reader.at_end()) return fail(ErrorCode::invalid_input, "CSV: no header line");
  TRY(table.header, reader.row());
  while (!reader.at_end()) {
    std::size_t line = reader.line();
    TRY(std::vector<std::string> row, reader.row());
    if (row.size() == 1 && row[0].empty()) continue;  // a blank line
    if (row.size() != table.header.size()) {
      return fail(ErrorCode::invalid_input, fmt::format("CSV line {}: {} cells, but the header has {}", line, row.size(), table.header.size()));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace lockstep::emulators

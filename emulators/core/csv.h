#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lockstep::emulators {

struct CsvTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  // each as long as the header
};

/// RFC 4180 with a header line; LF or CRLF; a byte order mark is skipped. Error: invalid_input with the line.
Result<CsvTable> parse_csv(std::string_view text, char separator = ',');

}  // namespace lockstep::emulators

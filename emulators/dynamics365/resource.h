#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emulators/dynamics365/errors.h"
#include "emulators/dynamics365/metadata.h"

namespace lockstep::emulators::dynamics365 {

/// "contacts(G)/parentcustomerid_account/$ref", taken apart.
struct Resource {
  const TableSpec* table = nullptr;
  std::string id;                               // addressed by primary key
  const AlternateKey* alternate_key = nullptr;  // addressed by this key with …
  std::vector<Value> key_values;                // … these values, in the order of its columns
  std::vector<std::string> rest;                // further segments, decoded
  bool keyed() const { return !id.empty() || alternate_key != nullptr; }
  /// "contacts(G)" or, as addressed, "contacts(lockstep_id='A-1')".
  std::string row_path() const;
};

/// `path` is what follows "/api/data/v9.2/", percent-encoded, without the query.
Outcome<Resource> parse_resource(const Metadata& metadata, std::string_view path);

}  // namespace lockstep::emulators::dynamics365

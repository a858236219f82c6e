#pragma once

#include <string>

#include "emulators/core/database.h"

namespace lockstep::emulators::hubspot {

/// Who writes, when, and in which manner.
struct Writer {
  WallTime at;
  Actor actor;
  std::string key;            // the unique value of an upsert
  std::string change_source;  // "INTEGRATION", "CRM_UI": as webhooks and hs_object_source say it
  std::string source_id;      // app id, or "userId:7"
  bool journaled = true;      // false: a loaded fixture
  bool text_values = false;   // from CSV
  bool admin_rules = false;   // what an administrator requires is asked for
  bool by_api = false;        // in the forms that the API takes, and no others
  WriteContext context() const { return {at, actor, key, journaled}; }
};

}  // namespace lockstep::emulators::hubspot

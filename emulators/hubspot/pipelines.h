#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "emulators/core/json.h"
#include "emulators/hubspot/properties.h"

namespace lockstep::emulators::hubspot {

/// What the account came with dates from here: 2025-01-01.
inline constexpr WallTime kFounded{1'735'689'600'000};

struct Stage {
  std::string id;
  std::string label;
  bool closed = false;
  std::int64_t display_order = 0;
  std::string probability = "";  // of a deal's stage: "0.0" to "1.0"
  WallTime created, updated;
  WallTime archived;  // 0: it is not
};

struct Pipeline {
  std::string type;  // "tickets", "deals"
  std::string id;
  std::string label;
  std::vector<Stage> stages;  // archived ones too
  std::int64_t display_order = 0;
  WallTime created, updated;
  WallTime archived;
  /// Live ones alone; null when there is none.
  const Stage* find(std::string_view stage) const;
};

/// The pipelines of an account's tickets and deals, and who changed them (§2.9).
class Pipelines {
 public:
  Pipelines();
  /// Archived ones too.
  std::vector<Pipeline>& all() { return pipelines_; }
  const std::vector<Pipeline>& all() const { return pipelines_; }
  /// Archived ones too; null when there is none.
  Pipeline* find(const ObjectType& type, std::string_view id);
  /// Live ones alone; null when there is none.
  const Stage* find_stage(const ObjectType& type, std::string_view pipeline, std::string_view stage) const;
  /// Where a record stands of which nothing is said. Precondition: the type has pipelines.
  std::string first_id(const ObjectType& type) const;
  std::string next_id() { return std::to_string(last_id_ += 1); }

  struct Change {
    std::string identifier;  // of the pipeline, or the stage
    std::string action;      // "CREATE", "UPDATE", "DELETE"
    WallTime at;
    json::value after;  // copied: no arena behind it
  };
  void note(std::string identifier, std::string action, WallTime at, const json::value& after);
  const std::vector<Change>& changes() const { return changes_; }

  /// Makes the options of the type's pipeline and stage what there is.
  void fill_options(ObjectType& type) const;

 private:
  std::vector<Pipeline> pipelines_;
  std::vector<Change> changes_;
  std::int64_t last_id_ = 712'100;
};

}  // namespace lockstep::emulators::hubspot

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace lockstep::mapping {

/// Where a day begins: "UTC", a fixed offset ("+02:00", "-05:30") or a zone by its IANA name ("Europe/Berlin").
class Zone {
 public:
  static Result<Zone> parse(std::string_view text);
  Date day_of(WallTime time) const;
  /// The first moment of the day there, also where the clock jumps over midnight.
  WallTime start_of_day(Date day) const;
  const std::string& name() const { return name_; }

 private:
  struct Rules;  // ICU's, for names
  Duration offset_at(WallTime time) const;
  std::string name_;
  Duration fixed_{0};
  std::shared_ptr<const Rules> rules_;
};

}  // namespace lockstep::mapping

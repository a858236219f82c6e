#pragma once

#include <cstdint>
#include <string>

#include "sim/crm_world.h"
#include "sim/plan.h"

namespace lockstep::sim {

/// What a plan makes the stand-ins do wrong, or rarely.
class PlanFaults {
 public:
  PlanFaults(const Plan& plan, CrmWorld& world) : plan_(plan), world_(world) {}

  /// What the whole run has.
  void begin();
  void set(const std::string& crm, const std::string& name, double rate);
  /// What the whole run has of that name, if anything, goes on.
  void end(const std::string& crm, const std::string& name);
  /// How long the system can tell what changed since a position of its feed.
  void set_memory(const std::string& crm, Duration for_so_long);
  void set_kept(const Event& event, bool kept);
  void refuse_reads(const Event& event);
  void end_refused_reads(const Event& event);

 private:
  void shorten_pages(std::int64_t rows);

  const Plan& plan_;
  CrmWorld& world_;
};

}  // namespace lockstep::sim

#include "sim/plan_faults.h"

#include <fmt/format.h>

#include "base/text.h"
#include "sim/customers.h"
#include "sim/directory.h"

namespace lockstep::sim {

void PlanFaults::begin() {
  if (const auto rows = static_cast<std::int64_t>(plan_.setting("page_rows", 0)); rows > 0) shorten_pages(rows);
  for (const auto& [name, rate] : plan_.config)
    if (name.starts_with("fault/")) {
      const auto parts = split(name, '/');
      set(std::string(parts[1]), std::string(parts[2]), rate);
    }
}

/// Where systems may show fewer rows than they are asked for.
void PlanFaults::shorten_pages(std::int64_t rows) {
  world_.control("salesforce", "POST", "settings", fmt::format(R"({{"short_page_rows": {}}})", rows));
  set("salesforce", "short_page", 1);
  world_.control("dynamics365", "POST", "settings", fmt::format(R"({{"page_rows": {}}})", rows));
}

void PlanFaults::set(const std::string& crm, const std::string& name, double rate) {
  emulators::Fault fault;
  fault.name = name;
  fault.rate = rate;
  fault.delay = Duration{static_cast<std::int64_t>(plan_.setting("slow_ms", 20'000))};
  if (name == emulators::kFaultRateLimit) fault.retry_after = Duration{static_cast<std::int64_t>(plan_.setting("retry_after_ms", 2'000))};
  Directory::stand_in(world_, crm).faults().set(fault);
}

void PlanFaults::end(const std::string& crm, const std::string& name) {
  Directory::stand_in(world_, crm).faults().clear(name);
  if (const double rate = plan_.setting("fault/" + crm + "/" + name, 0); rate > 0) set(crm, name, rate);
}

void PlanFaults::set_memory(const std::string& crm, Duration for_so_long) {
  world_.control(crm, "POST", "settings", R"({"change_tracking_ms": )" + std::to_string(for_so_long.count()) + "}");
}

void PlanFaults::set_kept(const Event& event, bool kept) {
  const TypeNames& type = names_of("contact");
  const std::size_t crm = crm_index(event.system);
  world_.control(event.system, "POST", "kept_field",
                 fmt::format(R"({{"object": "{}", "field": "{}", "kept": {}}})", type.objects[crm], type.find(event.field)->columns[crm], kept));
}

void PlanFaults::refuse_reads(const Event& event) {
  emulators::Fault fault;
  fault.name = emulators::kFaultServerError;
  fault.rate = event.rate;
  fault.match = "/batch/read";
  fault.status = 400;
  fault.html = "<html><body>Bad Request</body></html>";
  Directory::stand_in(world_, event.system).faults().set(fault);
}

void PlanFaults::end_refused_reads(const Event& event) { end(event.system, std::string(emulators::kFaultServerError)); }

}  // namespace lockstep::sim

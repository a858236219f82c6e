#include "emulators/zendesk/jobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "emulators/zendesk/schema.h"

namespace lockstep::emulators::zendesk {
Outcome<json::object> Jobs::start(std::string type, std::size_t total, Row row, WallTime now, const std::string& base_url) {
  auto open = std::count_if(jobs_.begin(), jobs_.end(), [](const auto& each) { return !each.second.done; });
  if (static_cast<std::size_t>(open) >= kMaxJobs) {
    auto refused = refuse(429, "TooManyJobs", "Too many jobs are currently queued or running. Please try again later.");
    refused.value().retry_after = time_;
    return refused;
  }
  std::string id = fmt::format("{:016x}{:016x}", rng_.next(), rng_.next());
  Job& job = jobs_[id];
  job.type = std::move(type);
  job.total = total;
  job.row = std::move(row);
  job.asked = now;
  job.due = now + time_;
  return describe(id, job, now, base_url);
}

void Jobs::run(WallTime now) {
  std::erase_if(jobs_, [&](const auto& each) { return each.second.done && each.second.due + kept_ < now; });
  std::vector<Job*> due;
  for (auto& [id, job] : jobs_) {
    if (!job.done && job.due <= now) due.push_back(&job);
  }
  std::stable_sort(due.begin(), due.end(), [](const Job* a, const Job* b) { return a->due < b->due; });
  for (Job* job : due) {
    std::vector<std::size_t> order(job->total);
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t i = order.size(); i > 1 && !readings_.jobs_in_order; --i) std::swap(order[i - 1], order[rng_.below(i)]);
    job->end = readings_.jobs_end;
    if (job->end != "completed") order.resize(order.size() / 2);  // what it has done by then stays done
    job->results.resize(job->total);
    for (std::size_t i : order) job->results[i] = job->row(i, now);
    job->progress = order.size();
    job->done = true;
    job->row = nullptr;
  }
}

json::object Jobs::describe(const std::string& id, const Job& job, WallTime now, const std::string& base_url) const {
  bool working = !job.done && now >= job.asked + time_ / 2;
  json::object row{{"id", id},
                   {"job_type", job.type},
                   {"url", base_url + "/api/v2/job_statuses/" + id + ".json"},
                   {"total", job.total},
                   {"progress", job.done ? json::value(job.progress) : json::value(nullptr)},
                   {"status", job.done  ? job.end
                              : working ? "working"
                                        : "queued"},
                   {"message", job.done ? json::value(capitalised(job.end) + " at " + format_time(job.due)) : json::value(nullptr)},
                   {"results", job.done && job.end == "completed" ? json::value(job.results) : json::value(nullptr)}};
  return row;
}

std::optional<json::object> Jobs::status(std::string_view id, WallTime now, const std::string& base_url) const {
  auto known = jobs_.find(id);
  if (known == jobs_.end()) return std::nullopt;
  return describe(known->first, known->second, now, base_url);
}

json::array Jobs::all(WallTime now, const std::string& base_url) const {
  json::array rows;
  for (const auto& [id, job] : jobs_) rows.push_back(describe(id, job, now, base_url));
  return rows;
}

}  // namespace lockstep::emulators::zendesk

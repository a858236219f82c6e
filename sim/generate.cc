#include <algorithm>
#include <iterator>

#include "base/check.h"
#include "runtime/rng.h"
#include "sim/customers.h"
#include "sim/day.h"
#include "sim/plan.h"
#include "sim/probes.h"

namespace lockstep::sim {

namespace {

constexpr const char* kStandInFaults[] = {"rate_limit",        "server_error", "error_after_commit", "drop_request",
                                          "drop_after_commit", "expire_token", "batch_item",         "slow"};

void add_rates(Plan& plan, Rng rng, double share) {
  // Swarm: each kind of fault is either off for the whole run or on at a rate of its own, so that runs differ in kind.
  for (const std::string_view crm : kCrms)
    for (const char* fault : kStandInFaults) {
      const bool on = rng.chance(share);
      const double rate = static_cast<double>(rng.between(1, 150)) / 1000;
      if (on) plan.config["fault/" + std::string(crm) + "/" + fault] = rate;
    }
  for (const char* fault : {"lose_requests", "lose_answers"}) {
    const bool on = rng.chance(share);
    const double rate = static_cast<double>(rng.between(1, 80)) / 1000;
    if (on) plan.config[fault] = rate;
  }
  for (const std::string_view crm : {kCrms[1], kCrms[2]})
    for (const char* fault : {"webhook_lost", "webhook_late", "webhook_duplicated", "webhook_reordered"}) {
      const bool on = rng.chance(share);
      const double rate = static_cast<double>(rng.between(1, 300)) / 1000;
      if (on) plan.config["fault/" + std::string(crm) + "/" + fault] = rate;
    }
  if (rng.chance(0.3)) plan.config["rotates_tokens"] = 1;
}

void add_windows(Plan& plan, Rng rng, std::int64_t length_ms, double intensity) {
  const auto window = [&](const char* what, std::string system, std::int64_t most_ms) {
    Event event;
    event.at_ms = rng.between(0, length_ms);
    event.who = "world";
    event.what = what;
    event.system = std::move(system);
    event.for_ms = rng.between(kSecond, most_ms);
    if (event.what == "crash" && rng.chance(0.4)) event.value = kPlaces[rng.below(std::size(kPlaces))];
    plan.events.push_back(std::move(event));
  };
  if (rng.chance(0.3 * intensity)) window("outage", any_crm(rng), 60 * kMinute);
  if (rng.chance(0.3 * intensity)) window("deaf", "", length_ms);
  if (rng.chance(0.3 * intensity)) window("skew", any_crm(rng), 90 * kSecond);
  if (rng.chance(0.2 * intensity)) window("full", "", 10 * kMinute);
  for (std::uint64_t changes = rng.chance(0.2 * intensity) ? 1 + rng.below(3) : 0; changes > 0; --changes) window("options", "", kMinute);
  if (rng.chance(0.2 * intensity)) {
    window("restore", "", 15 * kMinute);
    Event backup = plan.events.back();
    backup.at_ms = std::max<std::int64_t>(0, backup.at_ms - backup.for_ms);
    backup.what = "backup";
    plan.events.push_back(std::move(backup));
  }
  if (!rng.chance(0.6 * intensity)) return;
  for (std::uint64_t crashes = 1 + rng.below(6); crashes > 0; --crashes) window("crash", "", rng.chance(0.7) ? 2 * kSecond : 10 * kMinute);
}

/// Positions of the one feed that has such die: once, or for so long that no new one lives either.
void add_forgetting(Plan& plan, Rng rng, std::int64_t length_ms, double intensity) {
  if (!rng.chance(0.15 * intensity)) return;
  Event event;
  event.at_ms = rng.between(0, length_ms);
  event.who = "world";
  event.what = "forget";
  event.system = kCrms[2];
  event.for_ms = rng.chance(0.5) ? rng.between(kSecond, kMinute) : rng.between(kMinute, 60 * kMinute);
  Event crash = event;
  plan.events.push_back(std::move(event));
  if (!rng.chance(0.4)) return;
  crash.what = "crash";
  crash.system.clear();
  crash.value = rng.chance(0.5) ? "feed.stepped_down" : "feed.climbed";
  crash.for_ms = rng.between(kSecond, kMinute);
  plan.events.push_back(std::move(crash));
}

/// What few companies ever see, in few runs: a system that puts back what programs write, and one that refuses to show what it told of.
void add_rarity(Plan& plan, Rng rng, std::int64_t length_ms, double intensity) {
  if (!rng.chance(0.1 * intensity)) return;
  const bool kept = rng.chance(0.5);
  Event event;
  event.at_ms = rng.between(0, length_ms);
  event.who = "world";
  event.what = kept ? "kept" : "unreadable";
  event.system = kept ? kCrms[0] : kCrms[1];
  event.for_ms = rng.between(kMinute, 60 * kMinute);
  if (kept) {
    const auto& fields = names_of("contact").edited;
    event.field = fields[rng.below(fields.size())];
  } else {
    event.rate = static_cast<double>(rng.between(5, 10)) / 10;
    plan.config["attempts"] = static_cast<double>(rng.between(2, 6));
  }
  plan.events.push_back(std::move(event));
}

/// Power cuts while a new mapping is taken up.
void add_cut_changes(Plan& plan, Rng rng) {
  std::vector<Event> cuts;
  for (const Event& event : plan.events) {
    if (event.what != "options" || !rng.chance(0.3)) continue;
    Event cut = event;
    cut.what = "crash";
    cut.value = "mapping.moved";
    cuts.push_back(std::move(cut));
  }
  // Behind the changes: events of one time stay in this order.
  plan.events.insert(plan.events.end(), cuts.begin(), cuts.end());
}

void add_tunables(Plan& plan, Rng rng) {
  const auto maybe = [&](const char* name, std::int64_t low, std::int64_t high) {
    const bool on = rng.chance(0.25);
    const auto value = static_cast<double>(rng.between(low, high));
    if (on) plan.config[name] = value;
  };
  maybe("latency_most_ms", 11, 5'000);
  maybe("poll_s", 1, 300);
  maybe("full_refresh_s", 300, 7'200);
  maybe("read_before_write_s", 0, 600);
  maybe("concurrency", 1, 16);
  maybe("attempts", 2, 30);
}

/// What operators set more rarely: one of them, in some runs.
void add_settings(Plan& plan, Rng rng) {
  if (!rng.chance(0.2)) return;
  const auto set = [&](const char* name, std::int64_t low, std::int64_t high) { plan.config[name] = static_cast<double>(rng.between(low, high)); };
  switch (rng.below(6)) {
    case 0: set("backoff_base_ms", 100, 60'000), set("backoff_cap_s", 60, 1'800); break;
    case 1: set("request_life_s", 60, 1'200); break;
    case 2: set("delete_guard", 0, 30); break;
    case 3: set("batch_every_s", 60, 600); break;
    case 4: set("close_calls_reviewed", 1, 1); break;
    default: set("conflicts_reviewed", 1, 1);
  }
}

/// What the store is given waits for the disk, as it does under load.
void add_disk(Plan& plan, Rng rng) {
  if (!rng.chance(0.15)) return;
  const std::int64_t most = rng.chance(0.7) ? 50 : 3'000;
  plan.config["disk_ms"] = static_cast<double>(rng.between(1, most));
}

/// Who wins where two edits meet, decided otherwise than by time; and what a delete means.
void add_policies(Plan& plan, Rng rng) {
  if (rng.chance(0.1) && !plan.config.contains("conflicts_reviewed")) plan.config["strategy"] = static_cast<double>(rng.below(std::size(kStrategies)));
  if (rng.chance(0.1)) plan.config["deletes"] = static_cast<double>(rng.below(kFirstKeepingPolicy));
  else if (rng.chance(0.1)) plan.config["deletes"] = static_cast<double>(kFirstKeepingPolicy + rng.below(std::size(kDeletePolicies) - kFirstKeepingPolicy));
}

/// Some mistakes show only where several things meet, which chance alone brings about seldom: a share of the seeds is about one such meeting.
enum class Theme { none, sign_ins, lost_answers, cuts };

Theme theme_of(Rng rng, const std::string& profile) {
  constexpr Theme kThemes[] = {Theme::sign_ins, Theme::lost_answers, Theme::cuts};
  if (profile != "swarm" || rng.chance(0.6)) return Theme::none;
  return kThemes[rng.below(std::size(kThemes))];
}

/// Somebody works in systems whose webhooks do not wait that long while the hub is away, for longer than a poll goes back by itself; and the
/// power goes once more when a first page was read. Nothing but the cursor tells of these edits.
void add_absence(Plan& plan, Rng rng) {
  const auto length_ms = static_cast<std::int64_t>(plan.setting("safety_ms", 0));
  const std::int64_t away_ms = rng.between(3 * kMinute, 6 * kMinute), from_ms = rng.between(4 * kMinute, std::max(5 * kMinute, length_ms));
  const auto known = [&](const Event& event) {
    return event.type == "contact" && event.what == "create" && (event.system == kCrms[0] || event.system == kCrms[2]) && event.at_ms < from_ms;
  };
  std::vector<Event> contacts;
  std::ranges::copy_if(plan.events, std::back_inserter(contacts), known);
  for (int edits = 0; edits < 4 && !contacts.empty(); ++edits) {
    Event edit;
    edit.at_ms = from_ms + rng.between(2 * kSecond, 30 * kSecond);
    edit.who = "Ann";
    edit.what = "edit";
    edit.type = "contact";
    const Event& contact = contacts[rng.below(contacts.size())];
    edit.system = contact.system;
    edit.number = contact.number;
    edit.field = "description";
    edit.value = "while it was away " + std::to_string(edits);
    plan.events.push_back(std::move(edit));
  }
  constexpr std::int64_t kCutsAfterwards = 4;  // whose page is read first is chance
  for (const bool back : {false, true}) {
    Event crash;
    crash.at_ms = from_ms + (back ? away_ms + 1 : 0);
    crash.who = "world";
    crash.what = "crash";
    crash.for_ms = back ? kSecond : away_ms;
    if (back) crash.value = "discover.page_read";
    if (back) crash.count = kCutsAfterwards;
    plan.events.push_back(std::move(crash));
  }
}

void add_theme(Plan& plan, Theme theme, Rng rng) {
  const auto rate = [&](std::int64_t low, std::int64_t high) { return static_cast<double>(rng.between(low, high)) / 1000; };
  if (theme == Theme::sign_ins) {  // tokens end while several requests are under way, and each renewal gives another one
    plan.config["rotates_tokens"] = 1;
    plan.config["fault/salesforce/expire_token"] = rate(10, 100);
    plan.config["latency_most_ms"] = static_cast<double>(rng.between(500, 4'000));
    plan.config["concurrency"] = static_cast<double>(rng.between(4, 16));
  }
  if (theme == Theme::lost_answers) {  // writes arrive, nobody hears of it, and people go on working on the same records
    for (const std::string_view crm : kCrms) plan.config["fault/" + std::string(crm) + "/drop_after_commit"] = rate(30, 300);
  }
  if (theme == Theme::cuts) {  // the power goes right after something was read or sent
    const std::vector<Event> people = plan.events;
    for (int cuts = 0; cuts < 4 && !people.empty(); ++cuts) {
      Event crash;
      crash.at_ms = people[rng.below(people.size())].at_ms + rng.between(0, kSecond);
      crash.who = "world";
      crash.what = "crash";
      crash.for_ms = rng.between(kSecond, 5 * kSecond);
      crash.value = rng.chance(0.5) ? "discover.page_read" : kPlaces[rng.below(std::size(kPlaces))];
      plan.events.push_back(std::move(crash));
    }
    if (rng.chance(0.8)) add_absence(plan, rng.split("absence"));
  }
}

/// What no webhook told is made up for by the next complete listing, which a run waits for: not for a whole day.
void hasten_listings(Plan& plan, Rng rng) {
  const bool drops = std::ranges::any_of(plan.config, [](const auto& setting) { return setting.first.ends_with("/webhook_lost"); });
  const bool deaf = plan.setting("webhooks", 1) == 0 || std::ranges::any_of(plan.events, [](const Event& event) { return event.what == "deaf"; });
  if ((drops || deaf) && !plan.config.contains("full_refresh_s")) plan.config["full_refresh_s"] = static_cast<double>(rng.between(1'800, 7'200));
}

}  // namespace

Plan generate(std::uint64_t seed, const std::string& profile) {
  CHECK(std::ranges::find(kProfiles, profile) != std::end(kProfiles), profile);
  Plan plan;
  plan.seed = seed;
  plan.profile = profile;
  const Rng root = Rng(seed).split("plan").split(profile);
  Rng size = root.split("size"), weights = root.split("weights");
  const bool calm = profile == "calm", quota = profile == "quota", liveness = profile == "liveness";
  const std::int64_t length_ms = (calm ? size.between(10, 40) : size.between(5, 90)) * kMinute;
  plan.config["safety_ms"] = static_cast<double>(length_ms);
  std::map<std::string, double> shares;
  for (const char* what : {"edit", "collision", "create", "case", "family", "thread", "delete", "merge", "import"}) {
    const bool on = calm || weights.chance(0.6);
    if (on) shares[what] = static_cast<double>(weights.between(1, 100));
  }
  shares["edit"] += 60;
  if (calm) shares.erase("merge");
  if (quota) shares["import"] = 60;
  if (!calm && weights.chance(0.3)) shares["hostile"] = 0.3;
  const Theme theme = theme_of(root.split("theme"), profile);
  if (theme == Theme::lost_answers) shares["collision"] = shares["thread"] = 40;
  Day day(root.split("events"), length_ms, shares);
  day.opening(size.between(1, 4), size.between(2, 12));
  day.work(quota ? size.between(100, 300) : size.between(5, 60));
  plan.events = day.take();
  if (!calm && !quota) {
    add_rates(plan, root.split("rates"), liveness ? 0.4 : 0.12);
    add_windows(plan, root.split("windows"), length_ms, liveness ? 2 : 1);
    add_forgetting(plan, root.split("positions"), length_ms, liveness ? 2 : 1);
    add_cut_changes(plan, root.split("cut changes"));
    add_tunables(plan, root.split("tunables"));
    if (weights.chance(0.2)) plan.config["webhooks"] = 0;
    Rng pages = root.split("pages");
    if (pages.chance(0.15)) plan.config["page_rows"] = static_cast<double>(pages.between(1, 8));
    add_settings(plan, root.split("settings"));
    add_policies(plan, root.split("policies"));
    add_theme(plan, theme, root.split("theme faults"));
    add_disk(plan, root.split("disk"));
    add_rarity(plan, root.split("rarity"), length_ms, liveness ? 2 : 1);
    hasten_listings(plan, root.split("listings"));
  }
  std::ranges::stable_sort(plan.events, {}, &Event::at_ms);
  return plan;
}

}  // namespace lockstep::sim

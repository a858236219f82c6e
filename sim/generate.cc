#include <algorithm>
#include <iterator>

#include "base/check.h"
#include "runtime/rng.h"
#include "sim/customers.h"
#include "sim/plan.h"
#include "sim/probes.h"

namespace lockstep::sim {

namespace {

constexpr std::int64_t kSecond = 1'000, kMinute = 60 * kSecond;
constexpr const char* kPeople[] = {"Ann", "Bob", "Chen", "Dana"};
constexpr const char* kStandInFaults[] = {"rate_limit",        "server_error", "error_after_commit", "drop_request",
                                          "drop_after_commit", "expire_token", "batch_item",         "slow"};
/// Texts that have been hard on somebody before.
constexpr const char* kHostileTexts[] = {"Zoë Ünlü",         "O'Brien \"quoted\"", "日本語のタイトル", "two  blanks",
                                         "semi;colon,comma", "<b>bold</b> & more", "100%_like*",       "back\\slash"};

std::string any_system(Rng& rng) {
  const std::uint64_t pick = rng.below(kCrms.size() + 1);
  return std::string(pick == kCrms.size() ? kSupport : kCrms[pick]);
}
std::string any_crm(Rng& rng) { return std::string(kCrms[rng.below(kCrms.size())]); }

/// Writes the working day of the simulated company.
class Day {
 public:
  Day(Rng rng, std::int64_t length_ms, const std::map<std::string, double>& weights) : rng_(rng), length_ms_(length_ms), weights_(weights) {}

  std::vector<Event> take() {
    std::ranges::stable_sort(events_, {}, &Event::at_ms);
    return std::move(events_);
  }
  /// What is there before the first person comes in.
  void opening(std::int64_t accounts, std::int64_t contacts) {
    for (std::int64_t i = 0; i < accounts; ++i) add_new("account", rng_.between(0, kMinute), -1);
    for (std::int64_t i = 0; i < contacts; ++i) add_new("contact", rng_.between(kMinute, 2 * kMinute), -1);
  }
  void work(std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) one(rng_.between(2 * kMinute, length_ms_));
  }

 private:
  Event at(std::int64_t when, std::string system, std::string what, std::string type, std::int64_t number) {
    Event event;
    event.at_ms = when;
    event.who = kPeople[rng_.below(4)];
    event.system = std::move(system);
    event.what = std::move(what);
    event.type = std::move(type);
    event.number = number;
    return event;
  }
  std::int64_t add_new(const std::string& type, std::int64_t when, std::int64_t other) {
    const std::int64_t number = ++made_[type];
    Event event = at(when, any_system(rng_), "create", type, number);
    event.other = other;
    events_.push_back(event);
    // The same customer is known elsewhere too: it is one record that stands twice, to be matched.
    if (type == "contact" && rng_.chance(0.3)) {
      event.system = any_system(rng_);
      event.at_ms += rng_.chance(0.5) ? rng_.between(0, 2 * kSecond) : rng_.between(0, 5 * kMinute);
      if (event.system != events_.back().system) events_.push_back(std::move(event));
    }
    return number;
  }
  /// Few are edited often, so that edits meet: half of all picks fall on a handful.
  std::int64_t pick(const std::string& type) {
    const std::int64_t made = std::max<std::int64_t>(made_[type], 1);
    return 1 + static_cast<std::int64_t>(rng_.below(static_cast<std::uint64_t>(rng_.chance(0.5) ? std::min<std::int64_t>(made, 3) : made)));
  }
  std::string text(const std::string& field) {
    const std::int64_t n = ++texts_;
    if (field == "phone") return "+4930555" + std::to_string(10'000 + n);
    std::string value = field + " " + std::to_string(n);
    if (rng_.chance(weight("hostile"))) value += " " + std::string(kHostileTexts[rng_.below(std::size(kHostileTexts))]);
    return value;
  }
  double weight(const std::string& what) const {
    const auto found = weights_.find(what);
    return found == weights_.end() ? 0 : found->second;
  }
  void edit(std::int64_t when, std::string system, const std::string& type, std::int64_t number, const std::string& field) {
    Event event = at(when, std::move(system), "edit", type, number);
    event.field = field;
    event.value = text(field);
    events_.push_back(std::move(event));
  }
  void one(std::int64_t when) {
    double total = 0;
    for (const auto& [what, share] : weights_)
      if (what != "hostile") total += share;
    double draw = static_cast<double>(rng_.below(1'000'000)) / 1e6 * total;
    for (const auto& [what, share] : weights_) {
      if (what == "hostile") continue;
      if (draw < share) return one(what, when);
      draw -= share;
    }
  }
  void one(const std::string& what, std::int64_t when) {
    if (what == "edit") {
      const std::string type = rng_.chance(0.8) ? "contact" : rng_.chance(0.5) ? "account" : "case";
      if (type == "case" && made_["case"] == 0) return;
      const auto& fields = names_of(type).edited;
      edit(when, any_system(rng_), type, pick(type), std::string(fields[rng_.below(fields.size())]));
    } else if (what == "collision") {  // one field from several sides at nearly the same moment
      const std::int64_t number = pick("contact");
      const auto& fields = names_of("contact").edited;
      const std::string field(fields[rng_.below(fields.size())]);
      const std::int64_t spread = rng_.chance(0.5) ? 1 : 20 * kSecond;
      for (const std::string_view system : {kCrms[0], kCrms[1], kCrms[2]}) edit(when + rng_.between(0, spread), std::string(system), "contact", number, field);
    } else if (what == "create") {
      add_new("contact", when, made_["account"] > 0 && rng_.chance(0.5) ? pick("account") : -1);
    } else if (what == "case") {
      add_new("case", when, pick("contact"));
    } else if (what == "family") {  // child right behind its parent
      const std::int64_t number = ++made_["contact"];
      const std::string system = any_system(rng_);
      events_.push_back(at(when, system, "create", "contact", number));
      Event child = at(when + rng_.between(0, 3), system, "create", "case", ++made_["case"]);
      child.other = number;
      events_.push_back(std::move(child));
    } else if (what == "thread") {
      const std::int64_t contact = pick("contact"), length = rng_.between(2, 8);
      for (std::int64_t i = 0; i < length; ++i) {
        Event call = at(when + i * rng_.between(1, 5 * kSecond), std::string(kSupport), "create", "interaction", ++made_["interaction"]);
        call.other = contact;
        events_.push_back(std::move(call));
      }
    } else if (what == "delete") {
      const std::string type = rng_.chance(0.8) || made_["case"] == 0 ? "contact" : "case";
      events_.push_back(at(when, any_system(rng_), "delete", type, 1 + rng_.between(0, std::max<std::int64_t>(made_[type] - 1, 0))));
    } else if (what == "merge") {
      Event event = at(when, any_crm(rng_), "merge", "contact", pick("contact"));
      event.other = pick("contact");
      if (event.other != event.number) events_.push_back(std::move(event));
    } else if (what == "import") {
      Event event = at(when, any_crm(rng_), "import", "contact", made_["contact"] + 1);
      event.who = "import";
      event.count = rng_.between(5, 40);
      made_["contact"] += event.count;
      events_.push_back(std::move(event));
    }
  }

  Rng rng_;
  std::int64_t length_ms_;
  std::map<std::string, double> weights_;
  std::map<std::string, std::int64_t> made_;
  std::int64_t texts_ = 0;
  std::vector<Event> events_;
};

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
    add_theme(plan, theme, root.split("theme faults"));
    add_rarity(plan, root.split("rarity"), length_ms, liveness ? 2 : 1);
    hasten_listings(plan, root.split("listings"));
  }
  std::ranges::stable_sort(plan.events, {}, &Event::at_ms);
  return plan;
}

}  // namespace lockstep::sim

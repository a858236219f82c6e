#include "sim/day.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "sim/customers.h"

namespace lockstep::sim {

namespace {

constexpr const char* kPeople[] = {"Ann", "Bob", "Chen", "Dana"};
/// Texts that have been hard on somebody before.
constexpr const char* kHostileTexts[] = {"Zoë Ünlü",         "O'Brien \"quoted\"", "日本語のタイトル", "two  blanks",
                                         "semi;colon,comma", "<b>bold</b> & more", "100%_like*",       "back\\slash"};

}  // namespace

std::string any_system(Rng& rng) {
  const std::uint64_t pick = rng.below(kCrms.size() + 1);
  return std::string(pick == kCrms.size() ? kSupport : kCrms[pick]);
}

std::string any_crm(Rng& rng) { return std::string(kCrms[rng.below(kCrms.size())]); }

std::vector<Event> Day::take() {
  std::ranges::stable_sort(events_, {}, &Event::at_ms);
  return std::move(events_);
}

void Day::opening(std::int64_t accounts, std::int64_t contacts) {
  for (std::int64_t i = 0; i < accounts; ++i) add_new("account", rng_.between(0, kMinute), -1);
  for (std::int64_t i = 0; i < contacts; ++i) add_new("contact", rng_.between(kMinute, 2 * kMinute), -1);
}

void Day::work(std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) one(rng_.between(2 * kMinute, length_ms_));
}

Event Day::at(std::int64_t when, std::string system, std::string what, std::string type, std::int64_t number) {
  Event event;
  event.at_ms = when;
  event.who = kPeople[rng_.below(4)];
  event.system = std::move(system);
  event.what = std::move(what);
  event.type = std::move(type);
  event.number = number;
  return event;
}

std::int64_t Day::add_new(const std::string& type, std::int64_t when, std::int64_t other) {
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

std::int64_t Day::pick(const std::string& type) {
  const std::int64_t made = std::max<std::int64_t>(made_[type], 1);
  return 1 + static_cast<std::int64_t>(rng_.below(static_cast<std::uint64_t>(rng_.chance(0.5) ? std::min<std::int64_t>(made, 3) : made)));
}

std::string Day::text(const std::string& field) {
  const std::int64_t n = ++texts_;
  if (field == "phone") return "+4930555" + std::to_string(10'000 + n);
  std::string value = field + " " + std::to_string(n);
  if (rng_.chance(weight("hostile"))) value += " " + std::string(kHostileTexts[rng_.below(std::size(kHostileTexts))]);
  return value;
}

double Day::weight(const std::string& what) const {
  const auto found = weights_.find(what);
  return found == weights_.end() ? 0 : found->second;
}

void Day::edit(std::int64_t when, std::string system, const std::string& type, std::int64_t number, const std::string& field) {
  Event event = at(when, std::move(system), "edit", type, number);
  event.field = field;
  event.value = text(field);
  events_.push_back(std::move(event));
}

void Day::one(std::int64_t when) {
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

void Day::one(const std::string& what, std::int64_t when) {
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
}  // namespace lockstep::sim

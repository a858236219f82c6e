#include "case_runner.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <stdexcept>

#include "case_world.h"

namespace lockstep::merge {

namespace {

constexpr const char* kKinds[] = {"nothing", "read_first", "create", "update", "remove", "archive", "restore"};
constexpr std::string_view kReviewKinds[] = {"field_conflict", "possible_duplicate", "second_record",  "mass_delete",  "rewritten",
                                             "duplicate_key",  "delete_vs_edit",     "refused_delete", "refused_field"};

/// One case on its way: the world, the writes in flight, what the last step said.
class Run {
 public:
  explicit Run(const YAML::Node& file) : world_(file) {}

  void step(const YAML::Node& node) {
    ++number_;
    if (node["at"]) world_.now = world_.time(node["at"].as<std::string>());
    if (node["ask"]) asked_[node["ask"].as<std::string>()] = world_.fence;
    else if (node["see"]) see(node);
    else if (node["send"]) send(node);
    else if (node["answer"]) answer_write(node);
    else if (node["decide"]) decide(node);
    else if (node["link"]) link(node);
    else if (node["new_mapping"]) new_mapping(node);
    else if (node["review"]) open_review(node);
    else if (!node["expect"]) throw std::runtime_error("a step is one of ask, see, send, answer, decide, link, new_mapping, review, expect");
    if (node["expect"]) expect(node["expect"]);
  }
  std::vector<std::string> wrong;

 private:
  void see(const YAML::Node& node) {
    const std::string name = node["see"].as<std::string>();
    Observation seen;
    seen.system = world_.system(name);
    seen.remote = node["record"] ? RemoteId{"record", node["record"].as<std::string>()} : world_.remote(name);
    const std::string how = node["by"].as<std::string>("poll");
    seen.by_id = how == "id";
    seen.complete = !node["partial"].as<bool>(false);
    seen.present = !node["gone"].as<bool>(false);
    if (node["archived"]) seen.archived = node["archived"].as<bool>();
    if (how == "poll" || how == "id") seen.fence = node["asked"] ? asked_.at(node["asked"].as<std::string>()) : world_.fence;
    seen.version = node["version"].as<std::string>("");
    seen.observed_at = world_.now;
    seen.modified = node["modified"] ? world_.time(node["modified"].as<std::string>()) : world_.now;
    seen.uncertainty_us = node["uncertainty_s"].as<std::int64_t>(0) * 1'000'000;
    seen.carries_external_id = node["carries_id"].as<bool>(true);
    if (seen.present) seen.fields = world_.fields(node["with"]);
    // Fields that a complete read does not mention are as the system was last known to hold them.
    if (const Link* link = world_.state.find(seen.system); link && seen.complete && seen.present)
      for (std::size_t i = 0; i < seen.fields.size(); ++i)
        if (!seen.fields[i] && link->fields[i].shadow) seen.fields[i] = link->fields[i].shadow;
    take(observe(world_.state, seen, world_.context()));
  }

  void send(const YAML::Node& node) {
    const ConnectionId system = world_.system(node["send"].as<std::string>());
    Plan owed = plan(world_.state, system, world_.context());
    if (owed.kind == Plan::Kind::nothing || owed.kind == Plan::Kind::read_first) return complain(std::string("nothing to send: ") + owed.why);
    for (const auto& one : node["stand_ins"]) owed.stand_ins.push_back(world_.field(one.as<std::string>()));
    begin_write(world_.state, system, owed, world_.context());
    in_flight_[system] = owed;
  }

  void answer_write(const YAML::Node& node) {
    const std::string name = node["answer"].as<std::string>();
    const ConnectionId system = world_.system(name);
    const auto found = in_flight_.find(system);
    if (found == in_flight_.end()) throw std::runtime_error("no write to " + name + " is in flight");
    Answer result;
    const std::string how = node["how"].as<std::string>("accepted");
    using Kind = Answer::Kind;
    const std::map<std::string, Kind> kinds = {
        {"accepted", Kind::accepted}, {"refused_lock", Kind::refused_lock}, {"gone", Kind::gone}, {"failed", Kind::failed}, {"unknown", Kind::unknown}};
    result.kind = kinds.at(how);
    result.remote = node["record"] ? RemoteId{"record", node["record"].as<std::string>()} : world_.remote(name);
    result.version = node["version"].as<std::string>("");
    result.observed_at = result.modified = world_.now;
    result.shows_values = node["shows"].IsDefined();
    result.shown = world_.fields(node["shows"]);
    take(answer(world_.state, system, found->second, result, world_.context()));
    in_flight_.erase(found);
  }

  void decide(const YAML::Node& node) {
    const std::string what = node["decide"].as<std::string>();
    if (world_.state.reviews.empty()) return complain("there is nothing to decide");
    ReviewItem item = world_.state.reviews.front();
    const std::map<std::string, DeleteChoice> choices = {{"remove", DeleteChoice::remove}, {"keep", DeleteChoice::keep}, {"leave", DeleteChoice::leave}};
    if (const auto choice = choices.find(what); choice != choices.end()) {
      auto done = resolve_delete(world_.state, item, choice->second, "ada", world_.context());
      if (!done) return complain(done.error().message);
      return take(std::move(*done));
    }
    take(resolve_field(world_.state, item, std::stoul(what) - 1, "ada", world_.context()));
  }

  void link(const YAML::Node& node) {
    const std::string name = node["link"].as<std::string>();
    add_link(world_.state, world_.system(name), node["record"] ? RemoteId{"record", node["record"].as<std::string>()} : world_.remote(name), world_.context());
  }

  void new_mapping(const YAML::Node& node) {
    std::vector<FieldIndex> fields;
    for (const auto& one : node["fields"]) fields.push_back(world_.field(one.as<std::string>()));
    forget_shadow(world_.state, world_.system(node["new_mapping"].as<std::string>()), fields);
  }

  void open_review(const YAML::Node& node) {
    ReviewItem item;
    const auto kind = std::ranges::find(kReviewKinds, node["review"].as<std::string>());
    if (kind == std::end(kReviewKinds)) throw std::runtime_error("there is no such review kind");
    item.kind = static_cast<ReviewKind>(kind - std::begin(kReviewKinds));
    item.connection = world_.system(node["system"].as<std::string>());
    item.entity = world_.state.golden.id;
    if (node["field"]) {
      take(park_field(world_.state, item.connection, world_.field(node["field"].as<std::string>()), item.kind, "taken there", world_.context()));
      return;
    }
    world_.state.reviews.push_back(item);
  }

  void expect(const YAML::Node& node) {
    for (const auto& one : node) {
      const std::string what = one.first.as<std::string>();
      if (what == "golden") expect_golden(one.second);
      else if (what == "owed") expect_owed(one.second);
      else if (what == "presence")
        equal("presence", one.second.as<std::string>(), world_.state.golden.presence == EntityPresence::present ? "present" : "deleted");
      else if (what == "link") expect_link(one.second);
      else if (what == "reviews") expect_reviews(one.second);
      else if (what == "audit") expect_audit(one.second);
      else if (what == "frozen") expect_frozen(one.second);
      else throw std::runtime_error("'" + what + "' is no expectation; allowed: golden, owed, presence, link, reviews, audit, frozen");
    }
  }

  void expect_golden(const YAML::Node& node) {
    for (const auto& one : node) {
      const FieldIndex field = world_.field(one.first.as<std::string>());
      equal("golden " + one.first.as<std::string>(), to_display(world_.value(field, one.second)), to_display(world_.state.golden.fields[field.value()].value));
    }
  }

  /// owed: {crm: [name], support: nothing, other: read_first, fourth: [external_id]}
  void expect_owed(const YAML::Node& node) {
    for (const auto& one : node) {
      const std::string name = one.first.as<std::string>();
      const Plan owed = plan(world_.state, world_.system(name), world_.context());
      std::string found = kKinds[static_cast<int>(owed.kind)], wanted;
      if (one.second.IsSequence()) {
        wanted = "update:";
        for (const auto& field : one.second) wanted += " " + field.as<std::string>();
        found += ":";
        for (const FieldIndex field : owed.fields) found += " " + world_.type.fields[field.value()].name;
        if (owed.external_id) found += " external_id";
      } else {
        wanted = one.second.as<std::string>();
      }
      equal("owed to " + name, wanted, found + (found == wanted || owed.why.empty() ? "" : " (" + owed.why + ")"));
    }
  }

  void expect_link(const YAML::Node& node) {
    constexpr const char* kPresences[] = {"absent", "present", "deleted", "detached"};
    for (const auto& one : node) {
      const Link* link = world_.state.find(world_.system(one.first.as<std::string>()));
      equal("link of " + one.first.as<std::string>(), one.second.as<std::string>(),
            !link            ? "none"
            : link->archived ? "archived"
                             : kPresences[static_cast<int>(link->presence)]);
    }
  }

  void expect_reviews(const YAML::Node& node) {
    std::multiset<std::string> wanted, found;
    for (const auto& one : node) wanted.insert(one.as<std::string>());
    for (const ReviewItem& item : world_.state.reviews) found.emplace(kReviewKinds[static_cast<int>(item.kind)]);
    const auto text = [](const std::multiset<std::string>& words) {
      std::string all;
      for (const std::string& one : words) all += one + " ";
      return all;
    };
    equal("open reviews", text(wanted), text(found));
  }

  void expect_audit(const YAML::Node& node) {
    std::string notes;
    for (const AuditChange& change : last_.changes) notes += change.field + " " + (change.before ? to_display(*change.before) : "") + ": " + change.note + "; ";
    const std::vector<std::string> words = node.IsSequence() ? node.as<std::vector<std::string>>() : std::vector{node.as<std::string>()};
    for (const std::string& one : words) {
      const bool nothing = one == "nothing";
      if (nothing ? !notes.empty() : notes.find(one) == std::string::npos) complain("audit should tell '" + one + "' and tells: " + notes);
    }
  }

  void expect_frozen(const YAML::Node& node) {
    std::string found;
    for (std::size_t i = 0; i < world_.type.fields.size(); ++i)
      if (world_.state.golden.fields[i].frozen) found += world_.type.fields[i].name + " ";
    std::string wanted;
    for (const auto& one : node) wanted += one.as<std::string>() + " ";
    equal("fields under review", wanted, found);
  }

  void take(Effects effects) { last_ = std::move(effects); }
  void equal(const std::string& what, const std::string& wanted, const std::string& found) {
    if (wanted != found) complain(what + ": expected " + wanted + ", found " + found);
  }
  void complain(const std::string& text) { wrong.push_back("step " + std::to_string(number_) + ": " + text); }

  CaseWorld world_;
  std::map<ConnectionId, Plan> in_flight_;
  std::map<std::string, std::uint64_t> asked_;
  Effects last_;
  int number_ = 0;
};

}  // namespace

std::vector<std::string> case_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(LOCKSTEP_SOURCE_DIR) + "/test/merge/cases"))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  std::ranges::sort(files);
  return files;
}

std::vector<std::string> run_case(const std::string& path) {
  try {
    const YAML::Node file = YAML::LoadFile(path);
    Run run(file);
    if (!file["steps"].IsSequence() || file["steps"].size() == 0) return {"a case without steps"};
    for (const auto& step : file["steps"]) run.step(step);
    return run.wrong;
  } catch (const std::exception& error) {
    return {std::string("cannot be run: ") + error.what()};
  }
}

}  // namespace lockstep::merge

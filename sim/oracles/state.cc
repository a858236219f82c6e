// What stands where at the end: convergence, twins, references, resurrections.
#include "sim/oracles/oracles.h"

#include <algorithm>

#include <fmt/format.h>

namespace lockstep::sim {

namespace {

std::string name_of(const TypeNames& type, std::int64_t number) { return std::string(type.type) + " " + std::to_string(number); }

/// A case there cannot be without a customer. One whose customer is deleted everywhere goes on naming him, by a record that was merged away there
/// or taken out of use. The hub may know nothing of him any more: a delete that a restored backup forgot has cleared references already elsewhere,
/// which looks like somebody's edit.
bool has_to_name_somebody(const Evidence& evidence, std::string_view crm, const TypeNames& type, std::string_view field, const GoldenRecord& record) {
  if (crm != "dynamics365" || type.type != "case" || !record.references.empty()) return false;
  return record.references_to_deleted.contains(std::string(field)) || (evidence.forgotten && field == "contact");
}

/// Invariant 1: every linked system holds the golden value of every mapped field, but for open items.
class Convergence final : public Oracle {
 public:
  std::string_view name() const override { return "convergence"; }
  std::optional<std::string> judge(Evidence& evidence) const override {
    for (const TypeNames& type : type_names())
      for (const std::int64_t number : evidence.numbers(type.type)) {
        if (evidence.is_explained(type.type, number) || evidence.is_merged(type.type, number)) continue;
        if (auto wrong = judge_one(evidence, type, number)) return name_of(type, number) + ": " + *wrong;
      }
    return std::nullopt;
  }

 private:
  static std::optional<std::string> judge_one(Evidence& evidence, const TypeNames& type, std::int64_t number) {
    const auto& entities = evidence.present[std::string(type.type)][number];
    if (entities.size() > 1) return fmt::format("{} golden records", entities.size());
    for (const std::string_view crm : kCrms) {
      const auto held = evidence.directory.live_records(crm, type.type, number);
      if (entities.empty()) {
        if (!held.empty() && !evidence.is_left_alone(crm, type.type, number))
          return fmt::format("{} stands in {}, and the hub holds no such record", held.front().id, crm);
        continue;
      }
      const GoldenRecord* golden = evidence.find(entities.front());
      if (held.empty() && crm == "dynamics365" && type.type == "case" && golden->references.empty()) continue;  // it takes no case without a customer
      if (parent_is_open(evidence, type, golden->references) || (!held.empty() && parent_is_open(evidence, type, held.front().references))) continue;
      if (held.empty() && awaits_a_person(evidence, golden->entity, crm)) continue;
      if (held.size() != 1 && evidence.is_left_alone(crm, type.type, number)) continue;
      if (held.empty()) return fmt::format("not in {}", crm);
      if (auto wrong = compare(evidence, type, crm, *golden, held.front())) return wrong;
    }
    return std::nullopt;
  }
  /// What it refers to waits for a person, so this may have to wait too.
  static bool parent_is_open(const Evidence& evidence, const TypeNames& type, const std::map<std::string, std::int64_t>& references) {
    return std::ranges::any_of(type.references, [&](const ReferenceNames& reference) {
      const auto target = references.find(std::string(reference.field));
      return target != references.end() && (evidence.is_explained(reference.to, target->second) || evidence.is_merged(reference.to, target->second));
    });
  }
  /// Interactions are judged without their references: the outbox names what they wait for.
  static bool awaits_a_person(const Evidence& evidence, EntityId entity, std::string_view crm) {
    const auto owed = evidence.obligations.find(entity);
    return owed != evidence.obligations.end() && std::ranges::any_of(owed->second, [&](const Obligation& one) {
             return one.connection == evidence.world.hub->find_system(crm)->id && !one.awaited.value().is_nil() && evidence.waits_for_a_person(one.awaited);
           });
  }
  /// To what a delete passed over: it may stand in one system, and not in another.
  static bool names_left_alone(const Evidence& evidence, std::string_view crm, const ReferenceNames& reference, const GoldenRecord& golden, const Held& held) {
    const auto is_one = [&](const std::map<std::string, std::int64_t>& references) {
      const auto target = references.find(std::string(reference.field));
      return target != references.end() && evidence.is_left_alone(crm, reference.to, target->second);
    };
    return is_one(golden.references) || is_one(golden.references_to_deleted) || is_one(held.references);
  }
  static std::optional<std::string> compare(const Evidence& evidence, const TypeNames& type, std::string_view crm, const GoldenRecord& golden,
                                            const Held& held) {
    const auto text = [](const auto& fields, std::string_view name) {
      const auto found = fields.find(std::string(name));
      return found == fields.end() ? std::string() : found->second;
    };
    for (const FieldNames& field : type.fields)
      if (text(golden.fields, field.field) != text(held.fields, field.field))
        return fmt::format("{} is '{}' in the hub and '{}' in {} ({})", field.field, text(golden.fields, field.field), text(held.fields, field.field), crm,
                           held.id);
    for (const ReferenceNames& reference : type.references) {
      if (reference.columns[crm_index(crm)].empty()) continue;
      const auto number = [&](const auto& references) {
        const auto found = references.find(std::string(reference.field));
        return found == references.end() ? -2 : found->second;
      };
      const auto deleted = golden.references_to_deleted.find(std::string(reference.field));
      if (deleted != golden.references_to_deleted.end() && evidence.is_explained(reference.to, deleted->second))
        continue;  // whether it is so there, a person decides
      if (names_left_alone(evidence, crm, reference, golden, held)) continue;
      // A delete that a restored backup forgot has cleared references already, which looks like somebody's edit. A case there cannot be without its
      // customer, and stays as it is.
      const bool is_kept = evidence.forgotten && crm == "dynamics365" && type.type == "case" && reference.field == "contact" && number(golden.references) == -2;
      if (number(held.references) == -1 && has_to_name_somebody(evidence, crm, type, reference.field, golden)) continue;
      if (!is_kept && number(golden.references) != number(held.references))
        return fmt::format("{} is {} {} in the hub and {} in {} ({})", reference.field, reference.to, number(golden.references), number(held.references), crm,
                           held.id);
    }
    return std::nullopt;
  }
};

/// Invariant 3: one customer of the workload is one record in each system, but for those that people made there twice.
class NoDuplicate final : public Oracle {
 public:
  std::string_view name() const override { return "no duplicate"; }
  std::optional<std::string> judge(Evidence& evidence) const override {
    for (const TypeNames& type : type_names())
      for (const std::int64_t number : evidence.numbers(type.type))
        for (const std::string_view crm : kCrms) {
          const auto live = evidence.directory.live_ids(crm, type.type, number);
          if (live.size() < 2 || evidence.is_merged(type.type, number)) continue;
          std::set<std::string> by_people;
          std::set<std::pair<std::string, std::string>> made;
          for (const Written* written : evidence.history_of(type.type, number)) {
            if (written->what != "create" && written->what != "import") continue;
            made.emplace(written->system, written->id);
            if (written->system == crm) by_people.insert(written->id);
          }
          const auto ours = std::ranges::count_if(live, [&](const std::string& id) { return !by_people.contains(id); });
          // Twins of people's making are for people to decide. That somebody is asked about twins of our own making excuses nothing.
          const bool excused = (evidence.is_explained(type.type, number) || evidence.is_left_alone(crm, type.type, number)) && (ours < 2 || made.size() > 1);
          if (ours > 0 && !excused) return fmt::format("{} stands {} times in {} ({}, {})", name_of(type, number), live.size(), crm, live[0], live[1]);
        }
    return std::nullopt;
  }
};

/// Invariant 8, first half: no live record names one that is not there.
class References final : public Oracle {
 public:
  std::string_view name() const override { return "references"; }
  std::optional<std::string> judge(Evidence& evidence) const override {
    for (const TypeNames& type : type_names())
      for (const std::int64_t number : evidence.numbers(type.type))
        for (const std::string_view crm : kCrms)
          for (const Held& held : evidence.directory.live_records(crm, type.type, number))
            for (const auto& [field, target] : held.references)
              if (target == -1 && !evidence.is_explained(type.type, number) && !waits_for_a_person(evidence, type, number, field) &&
                  std::ranges::none_of(evidence.golden_of(type.type, number),
                                       [&](const GoldenRecord* record) { return has_to_name_somebody(evidence, crm, type, field, *record); }))
                return fmt::format("{} in {} ({}): its {} is not there", name_of(type, number), crm, held.id, field);
    return std::nullopt;
  }

 private:
  /// Whether whom it refers to is deleted there is for a person to decide.
  static bool waits_for_a_person(const Evidence& evidence, const TypeNames& type, std::int64_t number, const std::string& field) {
    const auto reference = std::ranges::find(type.references, field, &ReferenceNames::field);
    return reference != type.references.end() && std::ranges::any_of(evidence.golden_of(type.type, number), [&](const GoldenRecord* record) {
             const auto& deleted = record->references_to_deleted;
             const auto target = deleted.find(field);
             return target != deleted.end() && evidence.is_explained(reference->to, target->second);
           });
  }
};

/// Invariant 8, second half: what the hub deleted, somebody deleted or merged elsewhere before; and a customer whose last
/// fate was a delete, with nothing written for long before and after it, is nowhere.
class Deletes final : public Oracle {
 public:
  std::string_view name() const override { return "deletes"; }
  std::optional<std::string> judge(Evidence& evidence) const override {
    if (auto wrong = without_cause(evidence)) return wrong;
    return back_from_the_dead(evidence);
  }

 private:
  static bool somebody_removed(Evidence& evidence, const TypeNames& type, std::int64_t number) {
    for (const Written& written : evidence.ledger)
      if (written.type == type.type && (written.number == number || written.other == number) && (written.what == "delete" || written.what == "merge"))
        return true;
    for (const std::string_view crm : kCrms) {
      emulators::StandIn& stand_in = Directory::stand_in(evidence.world, crm);
      for (const emulators::JournalEntry& entry : stand_in.database().journal()) {
        const bool removes = entry.operation == emulators::Operation::remove || entry.operation == emulators::Operation::merge;
        if (removes && !is_hub(stand_in, entry) && entry.table->name() == type.objects[crm_index(crm)] &&
            evidence.directory.number_at(crm, type, entry.table->record(entry.row).id) == number)
          return true;
      }
    }
    return false;
  }
  static std::optional<std::string> without_cause(Evidence& evidence) {
    for (const std::string_view crm : kCrms) {
      emulators::StandIn& stand_in = Directory::stand_in(evidence.world, crm);
      for (const emulators::JournalEntry& entry : stand_in.database().journal()) {
        if (entry.operation != emulators::Operation::remove || !is_hub(stand_in, entry)) continue;
        for (const TypeNames& type : type_names()) {
          if (entry.table->name() != type.objects[crm_index(crm)]) continue;
          const auto number = evidence.directory.number_at(crm, type, entry.table->record(entry.row).id);
          if (number && !somebody_removed(evidence, type, *number))
            return fmt::format("the hub deleted {} in {}, and nobody had deleted it", name_of(type, *number), crm);
        }
      }
    }
    return std::nullopt;
  }
  static std::optional<std::string> back_from_the_dead(Evidence& evidence) {
    std::map<std::pair<std::string, std::int64_t>, std::pair<const Written*, WallTime>> last;  // the delete, and the last write that is none
    for (const Written& written : evidence.ledger) {
      auto& [removal, write] = last[{written.type, written.number}];
      if (written.what == "delete") removal = &written;
      else write = written.at;
    }
    for (const auto& [key, fate] : last) {
      const auto& [removal, write] = fate;
      const TypeNames& type = names_of(key.first);
      // A write that had not been carried everywhere when the delete came may rightly win over it.
      if (!removal || (removal->system == kSupport && evidence.is_forgotten(removal->at)) || write > removal->at - Duration{4 * 3'600'000} ||
          evidence.is_merged(key.first, key.second) || evidence.is_explained(key.first, key.second) ||
          evidence.is_left_alone(kCrms.front(), key.first, key.second) || evidence.is_left_alone(removal->system, key.first, key.second))
        continue;
      for (const std::string_view crm : kCrms)
        if (!evidence.directory.live_ids(crm, key.first, key.second).empty())
          return fmt::format("{} was deleted in {} and stands in {}", name_of(type, key.second), removal->system, crm);
    }
    return std::nullopt;
  }
};

}  // namespace

void add_state_oracles(std::vector<std::unique_ptr<Oracle>>& into) {
  into.push_back(std::make_unique<NoDuplicate>());
  into.push_back(std::make_unique<References>());
  into.push_back(std::make_unique<Convergence>());
}
void add_delete_oracles(std::vector<std::unique_ptr<Oracle>>& into) { into.push_back(std::make_unique<Deletes>()); }

}  // namespace lockstep::sim

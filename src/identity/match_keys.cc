#include "identity/match_keys.h"

#include <algorithm>

#include "identity/normal_keys.h"

namespace lockstep::identity {

namespace {

constexpr char kBetweenMembers = '|';

/// The key of one combination, or nothing when a member is blank or has no usable form.
std::optional<MatchKey> key_of(const EntityType& type, const std::vector<FieldIndex>& combination, const Fields& fields) {
  std::string names, values;
  bool weak = true;
  for (const FieldIndex index : combination) {
    if (index.value() >= type.fields.size() || index.value() >= fields.size() || !fields[index.value()]) return std::nullopt;
    const FieldDefinition& definition = type.fields[index.value()];
    const auto part = key_part(definition, *fields[index.value()]);
    if (!part) return std::nullopt;
    if (!names.empty()) names += '+', values += kBetweenMembers;
    names += definition.name;
    values += part->text;
    weak = weak && part->weak;
  }
  if (names.empty()) return std::nullopt;
  return MatchKey{names + ":" + values, weak};
}

std::string how_many(std::size_t count) { return count == 1 ? "one record" : std::to_string(count) + " records"; }

Decision to_review(const std::vector<Candidate>& candidates, std::string why) {
  Decision decision;
  decision.kind = Decision::Kind::review;
  decision.why = std::move(why);
  for (const Candidate& candidate : candidates) decision.candidates.push_back(candidate.entity);
  return decision;
}

}  // namespace

std::vector<MatchKey> match_keys(const EntityType& type, const std::vector<std::vector<FieldIndex>>& keys, const Fields& fields) {
  std::vector<MatchKey> result;
  for (const auto& combination : keys) {
    auto key = key_of(type, combination, fields);
    if (key && std::ranges::find(result, key->text, &MatchKey::text) == result.end()) result.push_back(std::move(*key));
  }
  return result;
}

Decision decide(const std::vector<Candidate>& candidates) {
  std::vector<Candidate> possible;
  std::ranges::copy_if(candidates, std::back_inserter(possible), [](const Candidate& one) { return !one.not_same; });
  // An external id says more than any key.
  std::vector<Candidate> named;
  std::ranges::copy_if(possible, std::back_inserter(named), [](const Candidate& one) { return one.by_external_id; });
  const bool by_id = !named.empty();
  if (by_id) possible = std::move(named);
  if (possible.empty()) {
    Decision decision;
    decision.why = candidates.empty() ? "no record shares its id or a key" : "the records that share its key are known to be others";
    return decision;
  }
  if (possible.size() > 1) return to_review(possible, (by_id ? "its external id leads to " : "its keys lead to ") + how_many(possible.size()));
  const Candidate& only = possible.front();
  if (only.has_live_link)
    return to_review(possible, by_id ? "the record its external id names has another live record in this system"
                                     : "the record that shares its key has another live record in this system");
  if (!by_id && only.weak) return to_review(possible, "only a weak key is shared (a role mailbox, a public mail domain, no real number)");
  Decision decision;
  decision.kind = Decision::Kind::link;
  decision.entity = only.entity;
  decision.why = by_id ? "it carries the external id" : "a match key is equal";
  return decision;
}

}  // namespace lockstep::identity

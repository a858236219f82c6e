#pragma once

#include <string>
#include <vector>

#include "model/entity_type.h"

/// Who is who (merge rule 11): pure. Links by external id first, then by exact normalised keys.
namespace lockstep::identity {

/// A normalised key of one entity: "email:ada@example.com", "last_name+postal_code:byron|12345". `weak` keys (role
/// mailboxes, public mail domains as domain, all-equal digits) may belong to several people: they lead to review.
struct MatchKey {
  std::string text;
  bool weak = false;
};

/// One key per configured combination whose fields are all non-blank.
std::vector<MatchKey> match_keys(const EntityType& type, const std::vector<std::vector<FieldIndex>>& keys, const Fields& fields);

/// A present entity that shares a key with an unlinked record.
struct Candidate {
  EntityId entity;
  bool has_live_link = false;   // it already has another live record in that system
  bool by_external_id = false;  // the record carries this entity's id
  bool weak = false;            // only weak keys are shared
  bool not_same = false;        // a person declared the two to be different
};

struct Decision {
  enum class Kind { link, create, review };
  Kind kind = Kind::create;
  EntityId entity;                   // link
  std::vector<EntityId> candidates;  // review: all of them
  std::string why;                   // one sentence for the review item and the audit
};
Decision decide(const std::vector<Candidate>& candidates);

}  // namespace lockstep::identity

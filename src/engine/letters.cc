#include "engine/letters.h"

#include <algorithm>
#include <map>

#include "connector/failure.h"

namespace lockstep {

std::string_view advice_for(std::string_view failure_class) {
  using connector::FailureClass;
  switch (connector::parse_failure_class(failure_class).value_or(FailureClass::unclassified)) {
    case FailureClass::validation:
      return "the system does not take a value: change it where the record is kept, or mend the mapping; a good edit delivers it by itself";
    case FailureClass::enumeration: return "a choice is not known there: add it in the system, or map it in the mapping's 'values', then replay the group";
    case FailureClass::state: return "the record's state there does not allow the change: look at it in the system, then replay";
    case FailureClass::permission: return "the account lacks a right: give it in the system, then replay the group";
    case FailureClass::config:
    case FailureClass::shape: return "the connection and its mapping do not fit the system: run lockstep check, mend what it names, then replay the group";
    case FailureClass::duplicate:
    case FailureClass::ambiguous: return "another record there is in the way: see lockstep review list, or merge the two there, then replay";
    case FailureClass::missing_parent: return "what it refers to is not there: restore or deliver that record first, then replay";
    case FailureClass::too_large: return "it is larger than the system allows: shorten it where it is kept";
    case FailureClass::outcome_unknown: return "nobody knows whether it arrived: look for it in the system; replay only if it is not there";
    case FailureClass::gone: return "the record is gone there: restore it there, or discard";
    default: return "read the message, settle the cause in the system, then replay";
  }
}

std::vector<LetterGroup> group_letters(const std::vector<DeadLetter>& letters) {
  std::map<std::pair<ConnectionId, std::string>, LetterGroup> groups;
  std::vector<const DeadLetter*> in_order;
  for (const DeadLetter& letter : letters) in_order.push_back(&letter);
  std::ranges::sort(in_order, {}, [](const DeadLetter* letter) { return std::pair(letter->first_failed, letter->id); });
  for (const DeadLetter* letter : in_order) {
    // Letters of the inbox know no cause finer than their class.
    const std::string fingerprint = letter->fingerprint.empty() ? letter->failure_class : letter->fingerprint;
    LetterGroup& group = groups[{letter->connection, fingerprint}];
    if (group.letters.empty()) {
      group.fingerprint = fingerprint;
      group.connection = letter->connection;
      group.failure_class = letter->failure_class;
      group.advice = advice_for(letter->failure_class);
      group.first_failed = letter->first_failed;
    }
    group.letters.push_back(letter->id);
    if (letter->last_failed >= group.last_failed) {
      group.last_failed = letter->last_failed;
      group.error = letter->error;
    }
  }
  std::vector<LetterGroup> out;
  for (auto& [key, group] : groups) out.push_back(std::move(group));
  std::ranges::stable_sort(out, std::ranges::greater{}, [](const LetterGroup& group) { return group.letters.size(); });
  return out;
}

}  // namespace lockstep

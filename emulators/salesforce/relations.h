#pragma once

#include <span>
#include <string_view>

namespace lockstep::emulators::salesforce {

enum class OnDelete { cascade, restrict, clear };

/// How records of one object hang on those of another, seen from the parent.
struct ChildRelation {
  std::string_view parent;
  std::string_view child;
  const char* field;      // of the child
  std::string_view name;  // in child queries and trees; empty: there is none
  OnDelete rule;
};

std::span<const ChildRelation> child_relations();
/// By the relationship's name, without case; null when the parent has none of that name.
const ChildRelation* find_child_relation(std::string_view parent, std::string_view name);

}  // namespace lockstep::emulators::salesforce

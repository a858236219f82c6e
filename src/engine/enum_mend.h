#pragma once

#include <string>

#include "engine/configuration.h"

namespace lockstep {

/// A line for a mapping file of the user's own: what one option of a field is called in one kind of system.
struct EnumLine {
  std::string yaml;      // a whole mapping file that says it, to be laid over all others
  std::string put_into;  // the user's file that lays over this type's mapping already; empty: none does
  std::string propose;   // otherwise: a name for a new one, to stand beside the configuration and in its list `mappings`
};

/// The line for `option` ↔ `word` of `field`, tried: the configuration loads with it, or `findings` say why not. Errors: not_found
/// (such a field is not mapped there), invalid_input (its binding cannot be changed by one line).
Result<EnumLine> enum_line(const Configuration& configuration, const std::string& connector, const std::string& type, const std::string& field,
                           const std::string& option, const std::string& word, grammar::Findings& findings);

}  // namespace lockstep

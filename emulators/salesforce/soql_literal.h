#pragma once

#include "emulators/salesforce/schema.h"
#include "emulators/salesforce/soql_lexer.h"

namespace lockstep::emulators::salesforce {

/// A token as a value of the field's type; `query` for the message. Refuses instants in quotes and the like.
Outcome<Value> read_literal(std::string_view query, const Field& field, const Token& token);

}  // namespace lockstep::emulators::salesforce

#pragma once

#include "grammar/schema.h"

/// The words of the connector grammar by part; connector_schema() composes them.
namespace lockstep::connector {

grammar::SchemaRef request_words();
grammar::SchemaRef object_words();
grammar::SchemaRef association_words();
grammar::SchemaRef door_words();
grammar::SchemaRef auth_words();

}  // namespace lockstep::connector

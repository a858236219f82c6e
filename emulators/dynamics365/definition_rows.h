#pragma once

#include "emulators/core/json.h"
#include "emulators/dynamics365/metadata.h"
#include "emulators/dynamics365/relationships.h"

namespace lockstep::emulators::dynamics365 {

/// A row of the metadata as the Web API shows it, navigation properties among its members. Those have to be expanded to be
/// seen: kDefinitionLinks names them.
json::object entity_definition(const Metadata& metadata, const TableSpec& table);
json::object choice_definition(const GlobalChoice& choice);
json::object attribute_definition(const TableSpec& table, const Column& column);
json::object relationship_definition(const Metadata& metadata, const Relationship& relationship);
json::object relationship_definition(const Metadata& metadata, const ManyToMany& relationship);
/// What a label of a definition says in the first of its languages.
std::string label_in(const json::object& body, const char* name, const std::string& otherwise);
/// How a relationship of many to many is shown to people, as a body tells it.
void take_presentation(const json::object& body, ManyToMany& relationship);
/// "PicklistAttributeMetadata".
std::string attribute_class(const Column& column);

inline constexpr std::string_view kDefinitionLinks[] = {
    "Attributes", "Keys", "OneToManyRelationships", "ManyToOneRelationships", "ManyToManyRelationships", "OptionSet", "GlobalOptionSet"};

/// The whole service as CSDL: what `$metadata` answers.
std::string csdl_document(const Metadata& metadata);
std::string_view edm_type(ColumnType type);

}  // namespace lockstep::emulators::dynamics365

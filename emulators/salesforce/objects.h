#pragma once

#include <string>
#include <vector>

#include "emulators/salesforce/schema.h"

namespace lockstep::emulators::salesforce {

/// Street to country, coordinates, and the compound of them; `prefix`: "Mailing".
void add_address(std::vector<Field>& fields, const std::string& prefix);
Field owner(std::vector<std::string> to = {"User"});
Field phone(std::string name);

// objects_service.cc
ObjectType case_object();
ObjectType case_comment_object();
ObjectType task_object();
ObjectType event_object();
ObjectType email_message_object();
// objects_setup.cc
ObjectType entity_definition_object();
ObjectType field_definition_object();
ObjectType queue_sobject_object();
ObjectType profile_object();
ObjectType record_type_object();

}  // namespace lockstep::emulators::salesforce

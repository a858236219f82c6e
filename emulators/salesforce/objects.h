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

}  // namespace lockstep::emulators::salesforce

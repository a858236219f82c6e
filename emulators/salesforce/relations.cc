#include "emulators/salesforce/relations.h"

#include "base/text.h"

namespace lockstep::emulators::salesforce {
namespace {

// Not confirmed for Contact and its cases ("nulled or blocked"): a switch clears them.
constexpr ChildRelation kRelations[] = {
    {"Account", "Case", "AccountId", "Cases", OnDelete::restrict},
    {"Account", "Contact", "AccountId", "Contacts", OnDelete::cascade},
    {"Account", "Task", "WhatId", "Tasks", OnDelete::cascade},
    {"Account", "Event", "WhatId", "Events", OnDelete::cascade},
    {"Account", "Account", "ParentId", "ChildAccounts", OnDelete::clear},
    {"Account", "EmailMessage", "RelatedToId", "Emails", OnDelete::clear},
    {"Contact", "Case", "ContactId", "Cases", OnDelete::restrict},
    {"Contact", "Task", "WhoId", "Tasks", OnDelete::cascade},
    {"Contact", "Event", "WhoId", "Events", OnDelete::cascade},
    {"Contact", "Contact", "ReportsToId", "", OnDelete::clear},
    {"Contact", "EmailMessage", "RelatedToId", "", OnDelete::clear},
    {"Case", "CaseComment", "ParentId", "CaseComments", OnDelete::cascade},
    {"Case", "EmailMessage", "ParentId", "EmailMessages", OnDelete::cascade},
    {"Case", "Task", "WhatId", "Tasks", OnDelete::cascade},
    {"Case", "Event", "WhatId", "Events", OnDelete::cascade},
    {"Case", "Case", "ParentId", "Cases", OnDelete::clear},
    {"Task", "EmailMessage", "ActivityId", "", OnDelete::clear},
    {"EmailMessage", "EmailMessage", "ReplyToEmailMessageId", "", OnDelete::clear},
};

}  // namespace

std::span<const ChildRelation> child_relations() { return kRelations; }

const ChildRelation* find_child_relation(std::string_view parent, std::string_view name) {
  for (const ChildRelation& relation : kRelations) {
    if (relation.parent == parent && !relation.name.empty() && equal_no_case(relation.name, name)) return &relation;
  }
  return nullptr;
}

}  // namespace lockstep::emulators::salesforce

#pragma once

#include <set>

#include "emulators/zendesk/account.h"

namespace lockstep::emulators::zendesk {

json::object render_record(Account& account, const ObjectType& type, RowNumber row, const std::string& base_url);
/// A tombstone as in incremental exports: a deleted ticket keeps its id and times, a user becomes inactive.
json::object render_exported(Account& account, const ObjectType& type, RowNumber row, const std::string& base_url);
json::object render_comment(Account& account, RowNumber row, const std::string& base_url);
json::object render_audit(Account& account, const Audit& audit, const std::string& base_url);               // audit_calls.cc
json::object render_metric(Account& account, RowNumber ticket, WallTime now, const std::string& base_url);  // metric_calls.cc
json::object render_identity(Account& account, RowNumber row, const std::string& base_url);
json::object render_group(const Groups& groups, const Group& group, const std::string& base_url);
/// What `include=users,organizations,groups` adds: the records that the rows point to, each once.
void side_load(Account& account, const ObjectType& type, const std::vector<RowNumber>& rows, std::string_view include, const std::string& base_url,
               json::object& body);

}  // namespace lockstep::emulators::zendesk

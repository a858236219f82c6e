#pragma once

#include <set>

#include "emulators/zendesk/account.h"

namespace lockstep::emulators::zendesk {

json::object render_record(Account& account, const ObjectType& type, RowNumber row, const std::string& base_url);
/// How a record came to be: by the API, a follow-up from the ticket that it follows.
json::object render_via();
json::object render_via(Account& account, RowNumber ticket);
/// The rating of a ticket that nobody was asked about.
json::object unrated();
/// A tombstone as in incremental exports: a deleted ticket keeps its id and times, a user becomes inactive.
json::object render_exported(Account& account, const ObjectType& type, RowNumber row, const std::string& base_url);
json::object render_comment(Account& account, RowNumber row, const std::string& base_url);
json::object render_audit(Account& account, const Audit& audit, const std::string& base_url);               // audit_calls.cc
json::object render_metric(Account& account, RowNumber ticket, WallTime now, const std::string& base_url);  // metric_calls.cc
json::object render_identity(Account& account, RowNumber row, const std::string& base_url);
json::object render_group(const Groups& groups, const Group& group, const std::string& base_url);
/// Brands, ticket forms, custom statuses or locales.
json::array render_catalogue(Account& account, const std::string& plural, const std::string& base_url);  // catalogue_calls.cc
/// The metric events of a ticket, by metric.
json::object render_metric_events(Account& account, RowNumber ticket);  // metric_calls.cc
/// The records that rows point to, each once.
struct Linked {
  std::set<RowNumber> tickets, users, organizations;
  std::set<std::int64_t> groups;
};

}  // namespace lockstep::emulators::zendesk

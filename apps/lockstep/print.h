#pragma once

#include <string>
#include <utility>
#include <vector>

#include "store/rows.h"

namespace lockstep::app {

using ConnectionNames = std::vector<std::pair<ConnectionId, std::string>>;

std::string connection_name(ConnectionId id, const ConnectionNames& names);
/// "3s", "12m", "2h"
std::string age(Duration duration);
/// What an audit row changed, a line each.
void print_changes(const AuditRow& row);
std::string audit_json(const AuditRow& row, const ConnectionNames& names);
std::string review_json(const ReviewItem& item, const ConnectionNames& names);
std::string_view state_name(DeadLetterState state);
std::string letter_json(const DeadLetter& letter, const ConnectionNames& names);
std::string kind_name(ReviewKind kind);

}  // namespace lockstep::app

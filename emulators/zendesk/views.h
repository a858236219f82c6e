#pragma once

#include <map>
#include <string>
#include <vector>

#include "emulators/zendesk/schema.h"

namespace lockstep::emulators::zendesk {

/// Tickets that meet conditions, in an order.
struct View {
  std::int64_t id = 0;
  std::string title;
  std::string description;
  bool active = true;
  bool is_default = false;
  json::array all, any;  // conditions: {"field", "operator", "value"}
  std::vector<std::string> columns{"subject", "requester_id", "created_at"};
  std::string sort_by = "created_at", sort_order = "desc", group_by, group_order = "asc";
  WallTime created, updated;
};

class Views {
 public:
  Views();
  std::map<std::int64_t, View>& rows() { return rows_; }
  View& add(View view);

 private:
  std::map<std::int64_t, View> rows_;
  std::int64_t next_id_ = 360'000'000'501;
};

/// Takes what `given` has over into `view`. Refused: no title, an unknown field or operator, or no condition on what tickets are
/// told apart by.
/// `any_condition`: none of them has to tell tickets apart.
Outcome<void> read_view(const ObjectType& tickets, const json::object& given, bool any_condition, View& view);
json::object render_view(const View& view, const std::string& base_url);
bool is_column(const ObjectType& tickets, std::string_view name);
/// The tickets of a view in its order.
std::vector<RowNumber> rows_of(const View& view, const ObjectType& tickets);
/// A column of a row: a property, or an instant of the record.
json::value column_of(const ObjectType& tickets, RowNumber row, std::string_view column);

}  // namespace lockstep::emulators::zendesk

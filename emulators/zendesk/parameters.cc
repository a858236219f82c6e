// Which parameters of a query are read where: others would be passed over in silence.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "emulators/zendesk/service.h"

namespace lockstep::emulators::zendesk {
namespace {

using Ends = std::vector<std::string_view>;

/// By parameter, how the paths end that read it; none: every path does, or says by itself that it does not.
const std::map<std::string_view, Ends>& ends_by_parameter() {
  static const Ends users{"/users", "/users/count"};
  static const Ends rows{"/tickets", "/users", "/organizations", "/requested", "/assigned", "/ccd", "/incidents", "/comments"};
  static const auto with = [](Ends names, std::initializer_list<std::string_view> more) {
    names.insert(names.end(), more);
    return names;
  };
  static const std::map<std::string_view, Ends> ends{{"page", {}},
                                                     {"per_page", {}},
                                                     {"page[size]", {}},
                                                     {"page[after]", {}},
                                                     {"page[before]", {}},
                                                     {"include", {}},
                                                     {"sort", with(rows, {"/webhooks", "/invocations"})},
                                                     {"sort_by", with(rows, {"/search", "/deleted_tickets", "/triggers", "/triggers/active", "/execute"})},
                                                     {"sort_order", with(rows, {"/search", "/deleted_tickets", "/triggers", "/triggers/active", "/execute"})},
                                                     {"role", users},
                                                     {"role[]", users},
                                                     {"permission_set", users},
                                                     {"active", {"/triggers", "/triggers/search"}},
                                                     {"external_id", {"/tickets", "/users", "/users/search", "/organizations/search"}},
                                                     {"external_ids", {"/show_many", "/update_many", "/destroy_many"}},
                                                     {"ids", {"/show_many", "/update_many", "/destroy_many", "/restore_many", "/count_many"}},
                                                     {"name", {"/autocomplete", "/organizations/search"}},
                                                     {"query", {"/search", "/search/count", "/search/export", "/users/autocomplete"}},
                                                     {"limit", {"/ticket_audits"}},
                                                     {"cursor", {"/ticket_audits", "/cursor"}},
                                                     {"start_time",
                                                      {"/incremental/tickets", "/incremental/users", "/incremental/organizations", "/incremental/ticket_events",
                                                       "/incremental/ticket_metric_events", "/cursor", "/sample"}},
                                                     {"exclude_deleted", {"/groups", "/incremental/tickets", "/incremental/users", "/cursor", "/sample"}},
                                                     {"filter[type]", {"/search/export"}},
                                                     {"filter[status]", {"/webhooks", "/invocations"}},
                                                     {"filter[name_contains]", {"/webhooks"}},
                                                     {"webhook_id", {"/webhooks/test"}},
                                                     {"async", {"/tickets"}},
                                                     {"filename", {"/uploads"}},
                                                     {"binary", {"/uploads"}},
                                                     {"token", {"/uploads"}}};
  return ends;
}

/// What is so without it.
bool says_nothing(std::string_view name, std::string_view value) {
  static const std::set<std::pair<std::string_view, std::string_view>> kSaid{
      {"archive_immediately", "false"},  {"async", "false"},     {"include_changes", "false"},   {"include_inline_images", "false"},
      {"include_inline_images", "true"}, {"locale", kLocaleTag}, {"support_type_scope", "agent"}};
  return kSaid.contains({name, value});
}

}  // namespace

Outcome<void> Zendesk::check_parameters(const Call& call, const Route& route) {
  std::string_view path = route.path;
  if (path.ends_with(".json")) path.remove_suffix(5);
  bool in_its_own_order = path.starts_with("/api/v2/incremental/") || path == "/api/v2/views/{id}/tickets";
  for (const auto& [name, value] : call.query) {
    auto known = ends_by_parameter().find(name);
    bool read = known != ends_by_parameter().end() &&
                (known->second.empty() || std::any_of(known->second.begin(), known->second.end(), [&](std::string_view end) { return path.ends_with(end); }));
    if (in_its_own_order && name.starts_with("sort")) read = false;
    if (!read && !says_nothing(name, value))
      return refuse(501, "NotImplemented", fmt::format("The parameter {}={} is not served here by this stand-in", name, value));
  }
  return {};
}

}  // namespace lockstep::emulators::zendesk

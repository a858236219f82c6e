// What an account has one or a few of, to read: brands, ticket forms, statuses, locales, and the tags in use (contract A2).
#include <algorithm>
#include <map>

#include "emulators/zendesk/rendering.h"
#include "emulators/zendesk/service.h"

namespace lockstep::emulators::zendesk {
namespace {

constexpr const char* kSince = "2020-01-01T00:00:00Z";

json::array brands() {
  return {json::object{{"id", kBrand},
                       {"name", "Lockstep"},
                       {"subdomain", "lockstep"},
                       {"active", true},
                       {"default", true},
                       {"is_deleted", false},
                       {"has_help_center", false},
                       {"ticket_form_ids", json::array{kTicketForm}}}};
}

json::array ticket_forms(Account& account) {
  json::array fields;
  for (const Property& property : account.tickets().properties) {
    if (property.id != 0) fields.push_back(property.id);
  }
  return {json::object{{"id", kTicketForm},
                       {"name", "Default Ticket Form"},
                       {"display_name", "Default Ticket Form"},
                       {"active", true},
                       {"default", true},
                       {"end_user_visible", true},
                       {"position", 1},
                       {"in_all_brands", true},
                       {"restricted_brand_ids", json::array()},
                       {"ticket_field_ids", std::move(fields)}}};
}

json::array custom_statuses() {
  json::array rows;
  for (const auto& [category, label] :
       {std::pair("new", "New"), std::pair("open", "Open"), std::pair("pending", "Pending"), std::pair("hold", "On-hold"), std::pair("solved", "Solved")})
    rows.push_back(json::object{{"id", custom_status_of(category)},
                                {"status_category", category},
                                {"agent_label", label},
                                {"end_user_label", label},
                                {"description", ""},
                                {"active", true},
                                {"default", true}});
  return rows;
}

json::array locales() {
  return {json::object{{"id", kLocale},
                       {"locale", json::string(kLocaleTag.data(), kLocaleTag.size())},
                       {"name", "English"},
                       {"native_name", "English"},
                       {"presentation_name", "English"},
                       {"rtl", false},
                       {"default", true}}};
}

}  // namespace

json::array render_catalogue(Account& account, const std::string& plural, const std::string& base_url) {
  json::array rows = plural == "brands" ? brands() : plural == "ticket_forms" ? ticket_forms(account) : plural == "locales" ? locales() : custom_statuses();
  for (json::value& row : rows) {
    json::object& object = row.get_object();
    object["url"] = base_url + "/api/v2/" + plural + "/" + std::to_string(object.at("id").to_number<std::int64_t>()) + ".json";
    object["created_at"] = object["updated_at"] = kSince;
  }
  return rows;
}

/// Rows of `plural`; the one that the path's {id} names, where it names one, under `name`.
Zendesk::Answer Zendesk::catalogue(Call& call, const std::string& plural, const std::string& name) {
  json::array rows = render_catalogue(account_, plural, call.base_url);
  if (call.parameters.empty()) {
    std::size_t count = rows.size();
    return json_answer(200, json::object{{plural, std::move(rows)}, {"count", count}, {"next_page", nullptr}, {"previous_page", nullptr}});
  }
  for (json::value& row : rows) {
    std::string id = std::to_string(row.at("id").to_number<std::int64_t>());
    bool wanted = id_in(call) == id || (plural == "locales" && (id_in(call) == "current" || id_in(call) == kLocaleTag));
    if (wanted) return json_answer(200, json::object{{name, std::move(row)}});
  }
  return record_not_found();
}

/// Those in use, the most used first.
Zendesk::Answer Zendesk::tag_list(Call& call) {
  ObjectType& tickets = account_.tickets();
  std::map<std::string, std::int64_t> counts;
  for (const auto& [id, row] : tickets.table->by_id()) {
    if (tickets.table->record(row).deleted) continue;
    for (const std::string& tag : parts_of(tickets.get(row, "tags"))) ++counts[tag];
  }
  std::vector<std::pair<std::int64_t, std::string>> order;
  std::vector<Place> places;
  for (const auto& [tag, count] : counts) order.emplace_back(-count, tag);
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < order.size(); ++i) places.push_back({0, static_cast<RowNumber>(i)});
  auto page = page_of(call, places);
  if (!page) return tl::unexpected(std::move(page.error()));
  json::array rows;
  for (RowNumber place : page->rows) rows.push_back(json::object{{"name", order[place].second}, {"count", -order[place].first}});
  json::object body = std::move(page->around);
  body["tags"] = std::move(rows);
  return json_answer(200, body);
}

}  // namespace lockstep::emulators::zendesk

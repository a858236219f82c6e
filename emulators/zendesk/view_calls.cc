// Views as records of their own, and the tickets in them (contract A2).
#include "base/text.h"
#include "emulators/zendesk/rendering.h"
#include "emulators/zendesk/service.h"

namespace lockstep::emulators::zendesk {
namespace {

constexpr std::size_t kMostCounted = 20;

json::object count_row(const View& view, std::size_t count, const std::string& base_url) {
  return {{"view_id", view.id}, {"url", base_url + "/api/v2/views/" + std::to_string(view.id) + "/count.json"},
          {"value", count},     {"pretty", std::to_string(count)},
          {"fresh", true},      {"active", view.active}};
}

}  // namespace

Zendesk::Answer Zendesk::view_list(Call& call, bool active_alone, bool compact) {
  std::vector<Place> places;
  std::vector<const View*> rows;
  for (const auto& [id, view] : views_.rows()) {
    if (active_alone && !view.active) continue;
    places.push_back({0, static_cast<RowNumber>(rows.size())});
    rows.push_back(&view);
  }
  auto page = page_of(call, places);
  if (!page) return tl::unexpected(std::move(page.error()));
  json::object body = std::move(page->around);
  json::array shown;
  for (RowNumber place : page->rows) {
    json::object row = render_view(*rows[place], call.base_url);
    for (const char* long_part : {"conditions", "execution"}) {
      if (compact) row.erase(long_part);
    }
    shown.push_back(std::move(row));
  }
  body["views"] = std::move(shown);
  return json_answer(200, body);
}

Outcome<View*> Zendesk::view_of(const Call& call) {
  auto known = views_.rows().find(number_in(id_in(call)));
  if (known == views_.rows().end()) return record_not_found();
  return &known->second;
}

Zendesk::Answer Zendesk::view_create(Call& call) {
  JsonDocument document;
  auto given = read_member(call, document, "view");
  if (!given) return tl::unexpected(std::move(given.error()));
  View view;
  if (auto read = read_view(account_.tickets(), **given, account_.readings().views_of_any_condition, view); !read)
    return tl::unexpected(std::move(read.error()));
  view.created = view.updated = call.now;
  return json_answer(201, json::object{{"view", render_view(views_.add(std::move(view)), call.base_url)}});
}

/// Reads, changes or removes the one that the path names.
Zendesk::Answer Zendesk::view_one(Call& call) {
  auto view = view_of(call);
  if (!view) return tl::unexpected(std::move(view.error()));
  if (call.request.method == "DELETE") {
    views_.rows().erase((*view)->id);
    return http::Response(204, "");
  }
  if (call.request.method == "PUT") {
    JsonDocument document;
    auto given = read_member(call, document, "view");
    if (!given) return tl::unexpected(std::move(given.error()));
    View next = **view;
    if (auto read = read_view(account_.tickets(), **given, account_.readings().views_of_any_condition, next); !read)
      return tl::unexpected(std::move(read.error()));
    next.updated = call.now;
    **view = std::move(next);
  }
  return json_answer(200, json::object{{"view", render_view(**view, call.base_url)}});
}

Zendesk::Answer Zendesk::view_rows(Call& call, const View& view) {
  ObjectType& tickets = account_.tickets();
  std::vector<RowNumber> all = rows_of(view, tickets);
  std::vector<Place> places;  // by their order alone
  for (std::size_t i = 0; i < all.size(); ++i) places.push_back({static_cast<std::int64_t>(i), all[i]});
  auto page = page_of(call, places);
  if (!page) return tl::unexpected(std::move(page.error()));
  json::object body = std::move(page->around);
  json::array rows;
  for (RowNumber row : page->rows) {
    json::object shown{{"ticket", render_record(account_, tickets, row, call.base_url)}};
    for (const std::string& column : view.columns) shown[column] = column_of(tickets, row, column);
    if (!view.group_by.empty()) shown["group"] = column_of(tickets, row, view.group_by);
    rows.push_back(std::move(shown));
  }
  json::object described = render_view(view, call.base_url);
  body["rows"] = std::move(rows);
  body["columns"] = described["execution"].get_object()["columns"];
  if (view.id != 0) body["view"] = json::object{{"id", view.id}, {"url", described["url"]}};
  return json_answer(200, body);
}

Zendesk::Answer Zendesk::view_execute(Call& call) {
  auto view = view_of(call);
  if (!view) return tl::unexpected(std::move(view.error()));
  View asked = **view;
  for (auto [name, target] : {std::pair("sort_by", &asked.sort_by), std::pair("sort_order", &asked.sort_order)}) {
    if (auto given = call.query_value(name)) *target = *given;
  }
  if (!is_column(account_.tickets(), asked.sort_by))
    return refuse_titled(400, "Invalid attribute", "You passed an invalid value for the sort_by attribute. Invalid parameter: sort_by is not a column");
  return view_rows(call, asked);
}

Zendesk::Answer Zendesk::view_tickets(Call& call) {
  auto view = view_of(call);
  if (!view) return tl::unexpected(std::move(view.error()));
  std::vector<RowNumber> all = rows_of(**view, account_.tickets());
  std::vector<Place> places;
  for (std::size_t i = 0; i < all.size(); ++i) places.push_back({static_cast<std::int64_t>(i), all[i]});
  return listing(call, account_.tickets(), std::move(places));
}

Zendesk::Answer Zendesk::view_count(Call& call) {
  auto view = view_of(call);
  if (!view) return tl::unexpected(std::move(view.error()));
  return json_answer(200, json::object{{"view_count", count_row(**view, rows_of(**view, account_.tickets()).size(), call.base_url)}});
}

Zendesk::Answer Zendesk::view_counts(Call& call) {
  const std::string ids = call.query_value("ids").value_or("");
  json::array counts;
  for (std::string_view id : split(ids, ',')) {
    auto known = views_.rows().find(number_in(id));
    if (known == views_.rows().end()) continue;
    if (counts.size() == kMostCounted) return refuse_titled(400, "Invalid attribute", "Too many ids: at most 20 views may be counted");
    counts.push_back(count_row(known->second, rows_of(known->second, account_.tickets()).size(), call.base_url));
  }
  return json_answer(200, json::object{{"view_counts", std::move(counts)}});
}

/// What a view would hold, which nobody has made.
Zendesk::Answer Zendesk::view_preview(Call& call, bool count_alone) {
  JsonDocument document;
  auto given = read_member(call, document, "view");
  if (!given) return tl::unexpected(std::move(given.error()));
  View view;
  view.title = "Preview";
  if (auto read = read_view(account_.tickets(), **given, account_.readings().views_of_any_condition, view); !read)
    return tl::unexpected(std::move(read.error()));
  if (!count_alone) return view_rows(call, view);
  return json_answer(200, json::object{{"view_count", count_row(view, rows_of(view, account_.tickets()).size(), call.base_url)}});
}

}  // namespace lockstep::emulators::zendesk

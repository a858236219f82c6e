#include "emulators/zendesk/views.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "emulators/zendesk/triggers.h"

namespace lockstep::emulators::zendesk {
namespace {

constexpr std::string_view kTellApart[] = {"status", "custom_status_id", "type", "group_id", "assignee_id", "requester_id"};

tl::unexpected<ApiError> refused_view(std::string_view why) {
  Problems problems;
  problems.add("base", "InvalidValue", std::string(why));
  return problems.refusal();
}

Outcome<void> read_conditions(const ObjectType& tickets, const json::object& given, View& view) {
  for (auto [name, target] : {std::pair("all", &view.all), std::pair("any", &view.any)}) {
    const json::value* list = given.if_contains(name);
    if (!list) continue;
    if (!list->is_array()) return refused_view("Conditions: must be lists");
    *target = json::value(*list, json::storage_ptr()).get_array();
    for (const json::value& each : *target) {
      if (auto good = check_condition(tickets, each); !good) return good;
      if (is_about_a_save(each.get_object())) return refused_view("Conditions: a view knows what a ticket is, not what a save did");
    }
  }
  return {};
}

Outcome<void> read_output(const ObjectType& tickets, const json::object& given, View& view) {
  if (const json::value* columns = given.if_contains("columns"); columns && columns->is_array()) {
    view.columns.clear();
    for (const json::value& each : columns->get_array()) view.columns.push_back(scalar_text(each));
  }
  for (auto [name, target] : {std::pair("sort_by", &view.sort_by), std::pair("sort_order", &view.sort_order), std::pair("group_by", &view.group_by),
                              std::pair("group_order", &view.group_order)}) {
    if (given.contains(name)) *target = std::string(text_member(given, name));
  }
  for (const std::string& column : view.columns) {
    if (!is_column(tickets, column)) return refused_view(fmt::format("Output: {} is not a column", column));
  }
  for (const std::string* by : {&view.sort_by, &view.group_by}) {
    if (!by->empty() && !is_column(tickets, *by)) return refused_view(fmt::format("Output: {} is not a column", *by));
  }
  return {};
}

/// A column by the property that it shows: views have shorter names for some.
std::string_view shown_by(std::string_view column) {
  static const std::map<std::string_view, std::string_view> kProperties{
      {"requester", "requester_id"},       {"assignee", "assignee_id"}, {"submitter", "submitter_id"},
      {"organization", "organization_id"}, {"group", "group_id"},       {"created", "created_at"},
      {"updated", "updated_at"},           {"due_date", "due_at"},      {"nice_id", "ticket_id"}};
  auto known = kProperties.find(column);
  return known == kProperties.end() ? column : known->second;
}

/// What comes first compares less: options of a choice by their order, all else as it is.
json::value order_of(const ObjectType& tickets, RowNumber row, const std::string& column) {
  const Property* property = tickets.find(shown_by(column));
  if (!property || property->kind != Kind::choice) return column_of(tickets, row, column);
  auto at = std::find(property->options.begin(), property->options.end(), text_of(tickets.table->get(row, property->field)));
  return json::value(at - property->options.begin());
}

bool before(const json::value& left, const json::value& right) {
  if (left.is_int64() && right.is_int64()) return left.get_int64() < right.get_int64();
  return scalar_text(left) < scalar_text(right);
}

}  // namespace

bool is_column(const ObjectType& tickets, std::string_view name) {
  name = shown_by(name);
  return tickets.find(name) || name == "created_at" || name == "updated_at" || name == "ticket_id";
}

Views::Views() {
  View unsolved;
  unsolved.title = "All unsolved tickets";
  unsolved.is_default = true;
  unsolved.all.push_back(json::object{{"field", "status"}, {"operator", "less_than"}, {"value", "solved"}});
  add(std::move(unsolved));
}

View& Views::add(View view) {
  view.id = next_id_++;
  return rows_.emplace(view.id, std::move(view)).first->second;
}

Outcome<void> read_view(const ObjectType& tickets, const json::object& given, bool any_condition, View& view) {
  for (auto [name, target] : {std::pair("title", &view.title), std::pair("description", &view.description)}) {
    if (given.contains(name)) *target = std::string(text_member(given, name));
  }
  if (const json::value* active = given.if_contains("active"); active && active->is_bool()) view.active = active->get_bool();
  const json::value* conditions = given.if_contains("conditions");
  for (const json::object* each : {&given, conditions ? conditions->if_object() : nullptr}) {
    if (!each) continue;
    if (auto good = read_conditions(tickets, *each, view); !good) return good;
  }
  if (const json::value* output = given.if_contains("output"); output && output->is_object()) {
    if (auto good = read_output(tickets, output->get_object(), view); !good) return good;
  }
  if (view.title.empty()) return refused_view("Title: cannot be blank");
  bool tells_apart = std::any_of(view.all.begin(), view.all.end(), [](const json::value& each) {
    std::string_view field = text_member(each.get_object(), "field");
    return std::find(std::begin(kTellApart), std::end(kTellApart), field) != std::end(kTellApart);
  });
  if (!tells_apart && !any_condition) return refused_view("Conditions: one of all must be on status, type, group, assignee or requester");
  return {};
}

json::object render_view(const View& view, const std::string& base_url) {
  json::array columns;
  for (const std::string& column : view.columns) columns.push_back(json::object{{"id", column}, {"title", capitalised(column)}});
  json::value group = view.group_by.empty() ? json::value(nullptr) : json::value(view.group_by);
  return {{"id", view.id},
          {"url", fmt::format("{}/api/v2/views/{}.json", base_url, view.id)},
          {"title", view.title},
          {"raw_title", view.title},
          {"description", view.description.empty() ? json::value(nullptr) : json::value(view.description)},
          {"active", view.active},
          {"default", view.is_default},
          {"position", view.id % 1'000 - 500},
          {"restriction", nullptr},
          {"conditions", json::object{{"all", view.all}, {"any", view.any}}},
          {"execution", json::object{{"columns", columns},
                                     {"fields", columns},
                                     {"custom_fields", json::array()},
                                     {"group_by", group},
                                     {"group_order", view.group_order},
                                     {"sort_by", view.sort_by},
                                     {"sort_order", view.sort_order}}},
          {"created_at", format_time(view.created)},
          {"updated_at", format_time(view.updated)}};
}

std::vector<RowNumber> rows_of(const View& view, const ObjectType& tickets) {
  std::vector<RowNumber> rows;
  for (RowNumber row = 0; row < tickets.table->row_count(); ++row) {
    if (tickets.table->record(row).deleted) continue;
    SavedTicket as_it_is{&tickets, row, false, tickets.table->record(row).fields, std::nullopt};
    auto holds = [&](const json::value& condition) { return holds_of(as_it_is, condition.get_object()); };
    bool wanted = std::all_of(view.all.begin(), view.all.end(), holds) && (view.any.empty() || std::any_of(view.any.begin(), view.any.end(), holds));
    if (wanted) rows.push_back(row);
  }
  auto sort = [&](const std::string& column, bool descending) {
    std::stable_sort(rows.begin(), rows.end(), [&](RowNumber left, RowNumber right) {
      json::value a = order_of(tickets, left, column), b = order_of(tickets, right, column);
      return descending ? before(b, a) : before(a, b);
    });
  };
  sort(view.sort_by, view.sort_order == "desc");
  if (!view.group_by.empty()) sort(view.group_by, view.group_order == "desc");
  return rows;
}

json::value column_of(const ObjectType& tickets, RowNumber row, std::string_view column) {
  column = shown_by(column);
  const Record& record = tickets.table->record(row);
  if (column == "created_at") return json::value(format_time(record.created));
  if (column == "ticket_id") return json::parse(record.id);
  const Property* property = tickets.find(column);
  return property ? render_value(*property, record.fields.get(property->field)) : json::value(nullptr);
}

}  // namespace lockstep::emulators::zendesk

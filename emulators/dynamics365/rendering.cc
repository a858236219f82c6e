#include "emulators/dynamics365/rendering.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/dynamics365/listing.h"
#include "emulators/dynamics365/paging.h"
#include "emulators/dynamics365/values.h"

namespace lockstep::emulators::dynamics365 {

std::string etag_of(const Record& record) { return fmt::format("W/\"{}\"", record.number()); }

std::string context_of(std::string_view base, const TableSpec& table, const Selection& selection, std::string_view suffix) {
  std::string columns = selection.text;
  for (const Expand& expand : selection.expands) {
    columns += (columns.empty() ? "" : ",") + expand.name + "(" + expand.selection.text + ")";
  }
  if (!columns.empty()) columns = "(" + columns + ")";
  return fmt::format("{}/$metadata#{}{}{}", base, table.set, columns, suffix);
}

RowWriter::RowWriter(const RenderScope& scope, const TableSpec& table, const Selection& selection) : scope_(scope), table_(table), selection_(selection) {
  for (const Column* column : selection.columns) slots_.push_back({column, "\"" + column->name + "\":"});
  values_.resize(table.rows->field_count());
}

ValueView RowWriter::value(const Record& record, RowNumber row, const Column& column) const {
  if (column.source == Source::stored) return values_[column.field];
  if (column.source == Source::key) return std::string_view(record.id);
  return value_of(table_, scope_.users, row, column);
}

void RowWriter::append(std::string& out, RowNumber row, std::string_view context) {
  const Record& record = table_.rows->record(row);
  std::fill(values_.begin(), values_.end(), ValueView());
  record.fields.for_each([&](FieldId field, ValueView value) { values_[field] = value; });
  out.push_back('{');
  if (!context.empty()) {
    out.append("\"@odata.context\":");
    append_json_text(out, context);
    out.push_back(',');
  }
  out.append("\"@odata.etag\":\"W/\\\"");
  append_integer(out, static_cast<std::int64_t>(record.number()));
  out.append("\\\"\"");
  for (const Slot& slot : slots_) {
    ValueView held = value(record, row, *slot.column);
    out.push_back(',');
    out.append(slot.key);
    append_json(out, *slot.column, held);
    if (scope_.annotations.any() && !is_null(held)) append_annotations(out, row, *slot.column, held);
  }
  for (const Expand& expand : selection_.expands) append_expand(out, row, expand);
  out.push_back('}');
}

std::string RowWriter::lookup_label(std::string_view target, std::string_view id) const {
  const TableSpec* table = scope_.metadata.by_name(target);
  RowNumber row = table ? table->rows->find(id) : kNoRow;
  if (row == kNoRow) return "";
  const Column* name = table->column(table->name_column);
  return name ? std::string(text_of(value_of(*table, scope_.users, row, *name))) : "";
}

void RowWriter::append_annotations(std::string& out, RowNumber row, const Column& column, ValueView value) const {
  auto add = [&](std::string_view annotation, std::string_view text) {
    fmt::format_to(std::back_inserter(out), ",\"{}@{}\":", column.name, annotation);
    append_json_text(out, text);
  };
  if (column.type != ColumnType::lookup) {
    if (!scope_.annotations.formatted_value) return;
    std::string formatted = formatted_value(column, value);
    if (!formatted.empty()) add("OData.Community.Display.V1.FormattedValue", formatted);
    return;
  }
  std::string_view target = target_of(table_, row, column);
  if (scope_.annotations.formatted_value) {
    std::string label = lookup_label(target, text_of(value));
    if (!label.empty()) add("OData.Community.Display.V1.FormattedValue", label);
  }
  if (scope_.annotations.navigation && (column.polymorphic() || scope_.metadata.quirks().navigation_of_any_lookup)) {
    for (const Navigation& navigation : table_.navigations) {
      bool reaches = navigation.column == &column && std::find(navigation.targets.begin(), navigation.targets.end(), target) != navigation.targets.end();
      if (reaches) add("Microsoft.Dynamics.CRM.associatednavigationproperty", navigation.name);
    }
  }
  if (scope_.annotations.lookup_name) add("Microsoft.Dynamics.CRM.lookuplogicalname", target);
}

void RowWriter::append_expand(std::string& out, RowNumber row, const Expand& expand) const {
  if (expand.collection) return append_collection(out, row, expand);
  fmt::format_to(std::back_inserter(out), ",\"{}\":", expand.name.substr(0, expand.name.find('/')));
  const TableSpec& target = *expand.target;
  std::string_view id = text_of(value_of(table_, scope_.users, row, *expand.lookup));
  bool here = !id.empty() && target_of(table_, row, *expand.lookup) == target.name;
  RowNumber found = here ? target.rows->find(id) : kNoRow;
  if (found == kNoRow || target.rows->record(found).deleted) {
    out.append("null");
    return;
  }
  if (!expand.reference) return RowWriter(scope_, target, expand.selection).append(out, found);
  out.append("{\"@odata.id\":");
  append_json_text(out, fmt::format("{}/{}({})", scope_.base, target.set, id));
  out.push_back('}');
}

void RowWriter::append_collection(std::string& out, RowNumber row, const Expand& expand) const {
  const TableSpec& target = *expand.target;
  const std::string& id = table_.rows->record(row).id;
  QueryOptions options;
  options.filter = rows_of(*expand.collection, id, expand.filter);
  options.order = expand.order;
  constexpr std::size_t kWhole = 5000;
  std::size_t size = expand.top ? std::min(*expand.top, scope_.page_size) : expand.whole ? kWhole : scope_.page_size;
  Page page = list_rows(target, scope_.users, options, size, {});
  RowWriter writer(scope_, target, expand.selection);
  fmt::format_to(std::back_inserter(out), ",\"{}\":[", expand.name);
  for (std::size_t i = 0; i < page.rows.size(); ++i) {
    if (i > 0) out.push_back(',');
    writer.append(out, page.rows[i]);
  }
  out.push_back(']');
  if (expand.top || (!page.next && !expand.whole)) return;
  std::string link = fmt::format("{}/{}({})/{}", scope_.base, table_.set, id, expand.name), asked = expand.options;
  if (page.next) asked += (asked.empty() ? "" : "&") + fmt::format("$skiptoken={}", percent_encode(encode_skip_token(*page.next)));
  if (!asked.empty()) link += "?" + asked;
  fmt::format_to(std::back_inserter(out), ",\"{}@odata.nextLink\":", expand.name);
  append_json_text(out, link);
}

}  // namespace lockstep::emulators::dynamics365

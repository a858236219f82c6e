#include "emulators/dynamics365/rendering.h"

#include <fmt/format.h>

#include <algorithm>

#include "emulators/dynamics365/values.h"

namespace lockstep::emulators::dynamics365 {

std::string etag_of(const Record& record) { return fmt::format("W/\"{}\"", record.version); }

std::string context_of(std::string_view base, const TableSpec& table, const Selection& selection,
                       std::string_view suffix) {
  std::string columns = selection.text;
  for (const Expand& expand : selection.expands) {
    columns += (columns.empty() ? "" : ",") + expand.name + "(" + expand.selection.text + ")";
  }
  if (!columns.empty()) columns = "(" + columns + ")";
  return fmt::format("{}/$metadata#{}{}{}", base, table.set, columns, suffix);
}

RowWriter::RowWriter(const Metadata& metadata, const Users& users, const TableSpec& table,
                     const Selection& selection, Annotations annotations)
    : metadata_(metadata), users_(users), table_(table), selection_(selection), annotations_(annotations) {
  for (const Column* column : selection.columns) slots_.push_back({column, "\"" + column->name + "\":"});
  values_.resize(table.rows->field_count());
}

ValueView RowWriter::value(const Record& record, RowNumber row, const Column& column) const {
  if (column.source == Source::stored) return values_[column.field];
  if (column.source == Source::key) return std::string_view(record.id);
  return value_of(table_, users_, row, column);
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
  append_integer(out, static_cast<std::int64_t>(record.version));
  out.append("\\\"\"");
  for (const Slot& slot : slots_) {
    ValueView held = value(record, row, *slot.column);
    out.push_back(',');
    out.append(slot.key);
    append_json(out, *slot.column, held);
    if (annotations_.any() && !is_null(held)) append_annotations(out, row, *slot.column, held);
  }
  for (const Expand& expand : selection_.expands) append_expand(out, row, expand);
  out.push_back('}');
}

std::string RowWriter::lookup_label(std::string_view target, std::string_view id) const {
  const TableSpec* table = metadata_.by_name(target);
  RowNumber row = table ? table->rows->find(id) : kNoRow;
  if (row == kNoRow) return "";
  const Column* name = table->column(table->name_column);
  return name ? std::string(text_of(value_of(*table, users_, row, *name))) : "";
}

void RowWriter::append_annotations(std::string& out, RowNumber row, const Column& column,
                                   ValueView value) const {
  auto add = [&](std::string_view annotation, std::string_view text) {
    fmt::format_to(std::back_inserter(out), ",\"{}@{}\":", column.name, annotation);
    append_json_text(out, text);
  };
  if (column.type != ColumnType::lookup) {
    if (!annotations_.formatted_value) return;
    std::string formatted = formatted_value(column, value);
    if (!formatted.empty()) add("OData.Community.Display.V1.FormattedValue", formatted);
    return;
  }
  std::string_view target = target_of(table_, row, column);
  if (annotations_.formatted_value) {
    std::string label = lookup_label(target, text_of(value));
    if (!label.empty()) add("OData.Community.Display.V1.FormattedValue", label);
  }
  if (annotations_.navigation) {
    for (const Navigation& navigation : table_.navigations) {
      bool reaches = navigation.column == &column && navigation.targets.front() == target;
      if (reaches) add("Microsoft.Dynamics.CRM.associatednavigationproperty", navigation.name);
    }
  }
  if (annotations_.lookup_name) add("Microsoft.Dynamics.CRM.lookuplogicalname", target);
}

void RowWriter::append_expand(std::string& out, RowNumber row, const Expand& expand) const {
  fmt::format_to(std::back_inserter(out), ",\"{}\":", expand.name);
  const TableSpec& target = *expand.target;
  RowWriter writer(metadata_, users_, target, expand.selection, annotations_);
  if (expand.lookup) {
    std::string_view id = text_of(value_of(table_, users_, row, *expand.lookup));
    bool here = !id.empty() && target_of(table_, row, *expand.lookup) == target.name;
    RowNumber found = here ? target.rows->find(id) : kNoRow;
    if (found == kNoRow || target.rows->record(found).deleted) {
      out.append("null");
    } else {
      writer.append(out, found);
    }
    return;
  }
  const Column& activity = target.require("_activityid_value");
  out.push_back('[');
  bool first = true;
  for (RowNumber party :
       target.rows->find_equal(activity.field, std::string_view(table_.rows->record(row).id))) {
    if (target.rows->record(party).deleted) continue;
    if (!first) out.push_back(',');
    first = false;
    writer.append(out, party);
  }
  out.push_back(']');
}

}  // namespace lockstep::emulators::dynamics365

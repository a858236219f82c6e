// §2.3: the shape of a record in answers.
#include "emulators/hubspot/rendering.h"

#include <algorithm>

#include "base/text.h"
#include "emulators/hubspot/values.h"

namespace lockstep::emulators::hubspot {
namespace {

json::string_view json_text(std::string_view text) { return {text.data(), text.size()}; }

WallTime created_of(const RecordView& record) {
  const Property* createdate = record.type->find("createdate");
  if (!createdate) createdate = record.type->find("hs_createdate");
  ValueView stored = record.state->fields.get(createdate->column);
  const std::int64_t* ms = std::get_if<std::int64_t>(&stored);
  return ms ? WallTime{*ms} : record.state->created;
}

/// "CRM_UI" as the account shows it: "CRM UI"; nothing where no source is known.
std::optional<std::string> source_label(std::string_view source) {
  if (source.empty()) return std::nullopt;
  if (source == "CRM_UI") return "CRM UI";
  std::string label = to_lower_ascii(source);
  std::replace(label.begin(), label.end(), '_', ' ');
  label.front() = source.front();
  return label;
}

Selection sorted(Selection selection) {
  std::sort(selection.begin(), selection.end(), [](const Property* a, const Property* b) { return a->name < b->name; });
  selection.erase(std::unique(selection.begin(), selection.end()), selection.end());
  return selection;
}

}  // namespace

RecordView view_of(const ObjectType& type, RowNumber row) { return {&type, row, &type.table->record(row)}; }

std::optional<std::string> value_of(const Portal& portal, const RecordView& record, const Property& property) {
  if (!portal.shows(*record.type, property)) return std::nullopt;
  switch (property.source) {
    case Source::stored: {
      ValueView value = record.state->fields.get(property.column);
      if (is_null(value)) return std::nullopt;
      return text_of_value(value);
    }
    case Source::object_id: return record.id();
    case Source::created: return format_instant(created_of(record));
    case Source::modified: return format_instant(record.state->modified);
    case Source::primary_company:
    case Source::parent_company: {
      const ObjectType& companies = portal.catalogue().objects()[1];
      bool parent = property.source == Source::parent_company;
      RowNumber company = parent ? portal.associations().labelled(*record.type, record.row, companies, kParentOfCompany)
                                 : portal.associations().primary(*record.type, record.row, companies);
      if (company == kNoRow || companies.table->record(company).deleted) return std::nullopt;
      return companies.table->record(company).id;
    }
    case Source::body_preview: {
      std::string body(text_of(record.state->fields.get(property.column)));
      if (body.empty() && record.type->name == "emails") body = text_of(record.state->fields.get(record.type->property("hs_email_text").column));
      if (property.name == "hs_body_preview") body = plain_text(body);
      return body.empty() ? std::nullopt : std::optional(std::move(body));
    }
    case Source::phone_digits: {
      std::string digits = phone_digits(text_of(record.state->fields.get(property.column)));
      return digits.empty() ? std::nullopt : std::optional(std::move(digits));
    }
    case Source::source_label: return source_label(text_of(record.state->fields.get(record.type->property("hs_object_source").column)));
    case Source::all_ids: {
      ValueView absorbed = record.state->fields.get(record.type->property("hs_merged_object_ids").column);
      return is_null(absorbed) ? record.id() : record.id() + ";" + text_of_value(absorbed);
    }
    case Source::time_to_close: {
      ValueView closed = record.state->fields.get(record.type->property("closed_date").column);
      const std::int64_t* ms = std::get_if<std::int64_t>(&closed);
      if (!ms) return std::nullopt;
      return std::to_string(*ms - created_of(record).ms);
    }
  }
  return std::nullopt;
}

Selection properties_named(const ObjectType& type, const std::vector<std::string>& names) {
  Selection selection;
  for (const std::string& name : names) {
    if (const Property* property = type.find(name)) selection.push_back(property);
  }
  return sorted(std::move(selection));
}

Selection select(const ObjectType& type, const std::vector<std::string>& names) {
  if (names.empty()) return properties_named(type, type.defaults);
  std::vector<std::string> all = names;
  all.insert(all.end(), {type.find("createdate") ? "createdate" : "hs_createdate", type.modified, "hs_object_id"});
  return properties_named(type, all);
}

Selection written(const ObjectType& type, const json::object& sent) {
  static const std::vector<std::string> kSystem = {"pipeline",     "dealstage",         "createdate",          "hs_createdate",       "hs_lastmodifieddate",
                                                   "hs_object_id", "hs_object_source",  "hs_object_source_id", "lastmodifieddate",    "lifecyclestage",
                                                   "hs_pipeline",  "hs_pipeline_stage", "hs_ticket_id",        "hs_all_contact_vids", "hs_object_source_label"};
  Selection selection = properties_named(type, kSystem);
  for (const auto& member : sent) {
    if (const Property* property = type.find(std::string_view(member.key().data(), member.key().size()))) selection.push_back(property);
  }
  return sorted(std::move(selection));
}

json::object Renderer::record(const RecordView& record, const Selection& selection) const {
  json::object properties(storage_);
  for (const Property* property : selection) {
    json::value& member = properties[json_text(property->name)];
    if (auto value = value_of(portal_, record, *property)) member = json_text(*value);
  }
  json::object object(storage_);
  object["id"] = json_text(record.id());
  object["properties"] = std::move(properties);
  object["createdAt"] = json_text(format_instant(created_of(record)));
  object["updatedAt"] = json_text(format_instant(record.state->modified));
  object["archived"] = record.state->deleted;
  if (record.state->deleted) object["archivedAt"] = json_text(format_instant(record.state->modified));
  return object;
}

json::object Renderer::record(const RecordView& record, const Wanted& wanted) const {
  json::object object = this->record(record, wanted.values);
  if (wanted.histories.empty()) return object;
  json::object histories(storage_);
  for (const Property* property : wanted.histories) histories[json_text(property->name)] = history(record, *property);
  object["propertiesWithHistory"] = std::move(histories);
  return object;
}

json::array Renderer::history(const RecordView& record, const Property& property) const {
  json::array rows(storage_);
  auto add = [&](std::string_view value, WallTime at, const std::string& type, const std::string& id) {
    json::object row(storage_);
    row["value"] = json_text(value);
    row["timestamp"] = json_text(format_instant(at));
    row["sourceType"] = json_text(type);
    if (!id.empty()) row["sourceId"] = json_text(id);
    if (id.starts_with("userId:")) row["updatedByUserId"] = std::stoll(id.substr(7));
    rows.push_back(std::move(row));
  };
  if (!portal_.shows(*record.type, property)) return rows;
  const History& known = portal_.history();
  for (const History::Entry& entry : known.of(*record.type, record.row, property)) add(entry.value, entry.at, known.source(entry).type, known.source(entry).id);
  auto value = rows.empty() ? value_of(portal_, record, property) : std::nullopt;
  if (!value) return rows;
  bool moving = property.source == Source::modified;
  auto text = [&](const char* name) { return text_of_value(record.state->fields.get(record.type->property(name).column)); };
  std::string type = text("hs_object_source"), id = text("hs_object_source_id");
  add(*value, moving ? record.state->modified : created_of(record), type.empty() ? "IMPORT" : type, id);
  return rows;
}

json::object Renderer::associations(const RecordView& record, const std::vector<const ObjectType*>& to) const {
  json::object all(storage_);
  for (const ObjectType* type : to) {
    std::vector<Associations::Tie> ties = portal_.live_ties(*record.type, record.row, *type);
    std::stable_partition(ties.begin(), ties.end(), [](const auto& tie) { return tie.types.front()->primary; });
    json::array results(storage_);
    for (const Associations::Tie& tie : ties) {
      for (const AssociationType* each : tie.types) {
        json::object row(storage_);
        row["id"] = json_text(type->table->record(tie.to).id);
        row["type"] = json_text(each->name);
        results.push_back(std::move(row));
      }
    }
    if (results.empty()) continue;
    json::object list(storage_);
    list["results"] = std::move(results);
    all[json_text(type->name)] = std::move(list);
  }
  return all;
}

}  // namespace lockstep::emulators::hubspot

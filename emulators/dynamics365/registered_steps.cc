// Webhooks that are registered through the Web API, as rows.
#include <fmt/format.h>

#include "base/text.h"
#include "emulators/core/xml.h"
#include "emulators/dynamics365/guid.h"
#include "emulators/dynamics365/organisation.h"
#include "emulators/dynamics365/values.h"

namespace lockstep::emulators::dynamics365 {
namespace {

std::int64_t number_in(const TableSpec& table, RowNumber row, std::string_view column) {
  ValueView value = table.rows->get(row, table.require(column).field);
  const std::int64_t* number = std::get_if<std::int64_t>(&value);
  return number ? *number : 0;
}

std::string_view text_in(const TableSpec& table, RowNumber row, std::string_view column) { return text_of(table.rows->get(row, table.require(column).field)); }

/// "firstname, lastname"
std::set<std::string, std::less<>> names_in(std::string_view list) {
  std::set<std::string, std::less<>> names;
  for (std::string_view each : split(list, ',')) {
    if (!trim(each).empty()) names.emplace(trim(each));
  }
  return names;
}

std::uint64_t last_version(const TableSpec& table) {
  const auto& log = table.rows->by_version();
  return log.empty() ? 0 : log.rbegin()->first;
}

/// "<settings><setting name='x' value='y'/></settings>", or a plain key.
std::vector<std::pair<std::string, std::string>> auth_settings(StepAuth auth, std::string_view value) {
  std::vector<std::pair<std::string, std::string>> settings;
  if (auth == StepAuth::webhook_key && !value.empty()) settings.emplace_back("", value);
  if (auth == StepAuth::webhook_key) return settings;
  if (auto xml = parse_xml(value)) {
    for (const XmlElement& each : xml->children) settings.emplace_back(each.attribute("name"), each.attribute("value"));
  }
  return settings;
}

bool knows(const TableSpec& table, std::string_view message) {
  if (message.ends_with("Multiple")) return table.bulk;
  if (message == "Merge") return table.mergeable;
  if (message == "Close") return table.name == "incident";
  if (message == "Assign") return table.column("_ownerid_value") != nullptr;
  if (message == "SetState") return !table.states.empty();
  return !is_of_all_tables(message);
}

}  // namespace

void Organisation::add_messages(const WriteContext& context) {
  const TableSpec& messages = metadata.require("sdkmessage");
  const TableSpec& filters = metadata.require("sdkmessagefilter");
  for (std::string_view name : {"Create", "Update", "Delete", "Merge", "Close", "Assign", "SetState", "Associate", "Disassociate", "CreateMultiple",
                                "UpdateMultiple", "UpsertMultiple"}) {
    std::string id = guid_of_name(fmt::format("sdkmessage {}", name));
    database.create(*messages.rows, id, {{messages.require("name").field, std::string(name)}, {messages.require("isprivate").field, false}}, context);
    for (const TableSpec& table : metadata.tables()) {
      if (!table.writable || !knows(table, name)) continue;
      FieldChanges fields{{filters.require("primaryobjecttypecode").field, table.name}, {filters.require("_sdkmessageid_value").field, id}};
      database.create(*filters.rows, guid_of_name(fmt::format("sdkmessagefilter {} {}", name, table.name)), fields, context);
    }
  }
}

std::vector<StepImage> Organisation::images_of(std::string_view step) const {
  const TableSpec& images = metadata.require("sdkmessageprocessingstepimage");
  std::vector<StepImage> found;
  for (RowNumber row : images.rows->find_equal(images.require("_sdkmessageprocessingstepid_value").field, step)) {
    if (images.rows->record(row).deleted) continue;
    std::int64_t type = number_in(images, row, "imagetype");
    StepImage image{std::string(text_in(images, row, "entityalias")), type != 1, type != 0, names_in(text_in(images, row, "attributes"))};
    found.push_back(std::move(image));
  }
  return found;
}

void Organisation::take_registered_steps() {
  const TableSpec& steps = metadata.require("sdkmessageprocessingstep");
  const TableSpec& endpoints = metadata.require("serviceendpoint");
  std::array<std::uint64_t, 3> now{last_version(steps), last_version(endpoints), last_version(metadata.require("sdkmessageprocessingstepimage"))};
  if (now == registered_at_) return;
  registered_at_ = now;
  for (const std::string& id : registered_) webhooks.remove(id);
  registered_.clear();
  const TableSpec& messages = metadata.require("sdkmessage");
  const TableSpec& filters = metadata.require("sdkmessagefilter");
  for (const auto& [id, row] : steps.rows->by_id()) {
    RowNumber endpoint = records.find(endpoints, text_in(steps, row, "_eventhandler_value"));
    RowNumber message = records.find(messages, text_in(steps, row, "_sdkmessageid_value"));
    RowNumber filter = records.find(filters, text_in(steps, row, "_sdkmessagefilterid_value"));
    if (steps.rows->record(row).deleted || endpoint == kNoRow || message == kNoRow || number_in(steps, row, "statecode") != 0) continue;
    Step step;
    step.id = std::string(id);
    step.message = std::string(text_in(messages, message, "name"));
    if (is_of_all_tables(step.message) != (filter == kNoRow)) continue;
    if (filter != kNoRow) step.table = std::string(text_in(filters, filter, "primaryobjecttypecode"));
    step.filtering = names_in(text_in(steps, row, "filteringattributes"));
    step.url = std::string(text_in(endpoints, endpoint, "url"));
    step.auth = static_cast<StepAuth>(number_in(endpoints, endpoint, "authtype"));
    step.settings = auth_settings(step.auth, text_in(endpoints, endpoint, "authvalue"));
    step.images = images_of(step.id);
    step.synchronous = number_in(steps, row, "mode") == 0;
    step.stage = number_in(steps, row, "stage");
    registered_.push_back(step.id);
    webhooks.add(std::move(step));
  }
}

}  // namespace lockstep::emulators::dynamics365

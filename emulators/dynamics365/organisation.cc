#include "emulators/dynamics365/organisation.h"

#include <fmt/format.h>

#include "emulators/dynamics365/guid.h"

namespace lockstep::emulators::dynamics365 {

Organisation::Organisation(Database& database_, OrganisationNames names_, Rng rng)
    : database(database_),
      names(std::move(names_)),
      metadata(database_),
      users(database_, metadata.require("systemuser")),
      webhooks(names, users, rng.split("webhooks")),
      records(database_, metadata, webhooks, rng.split("records")),
      delta_tokens(metadata.quirks()),
      files(rng.split("files")),
      request_ids(rng.split("requests")),
      base_(rng) {
  const TableSpec& currencies = metadata.require("transactioncurrency");
  FieldChanges dollar{{currencies.require("currencyname").field, std::string("US Dollar")},
                      {currencies.require("isocurrencycode").field, std::string("USD")},
                      {currencies.require("currencysymbol").field, std::string("$")}};
  WriteContext context{WallTime{0}, {ActorKind::automation, "SYSTEM"}, "", false};
  database.create(*currencies.rows, std::string(kBaseCurrency), dollar, context);
  const TableSpec& teams = metadata.require("team");
  FieldChanges team{{teams.require("name").field, names.name},
                    {teams.require("isdefault").field, true},
                    {teams.require("teamtype").field, std::int64_t{0}},
                    {teams.require("_businessunitid_value").field, names.business_unit_id}};
  database.create(*teams.rows, std::string(kDefaultTeam), team, context);
  users.business_unit = names.business_unit_id;
  const TableSpec &units = metadata.require("businessunit"), &organizations = metadata.require("organization");
  database.create(*units.rows, names.business_unit_id, {{units.require("name").field, names.name}, {units.require("isdisabled").field, false}}, context);
  FieldChanges organization{{organizations.require("name").field, names.name},
                            {organizations.require("languagecode").field, std::int64_t{1033}},
                            {organizations.require("maxuploadfilesize").field, std::int64_t{5'242'880}},
                            {organizations.require("_basecurrencyid_value").field, std::string(kBaseCurrency)}};
  database.create(*organizations.rows, names.id, organization, context);
  for (std::string_view each : {"account", "contact", "incident"}) add_view(metadata.require(each), context);
  add_messages(context);
}

Organisation::Streams Organisation::streams(std::string_view name) const {
  Rng own = base_.split(name);
  return {own.split("requests"), own.split("records"), own.split("webhooks")};
}

Organisation::Streams Organisation::exchange(const Streams& next) {
  Streams before{request_ids, records.random(), webhooks.random()};
  request_ids = next.requests;
  records.random() = next.records;
  webhooks.random() = next.webhooks;
  return before;
}

void Organisation::add_view(const TableSpec& table, const WriteContext& context) {
  const TableSpec& views = metadata.require("savedquery");
  std::string fetch = fmt::format(
      "<fetch><entity name=\"{0}\"><attribute name=\"{1}\"/><attribute name=\"statecode\"/><order attribute=\"{1}\"/>"
      "<filter type=\"and\"><condition attribute=\"statecode\" operator=\"eq\" value=\"0\"/></filter></entity></fetch>",
      table.name, table.name_column);
  FieldChanges fields{{views.require("name").field, fmt::format("Active {}s", table.label)},
                      {views.require("returnedtypecode").field, table.name},
                      {views.require("isdefault").field, true},
                      {views.require("querytype").field, std::int64_t{0}},
                      {views.require("statecode").field, std::int64_t{0}},
                      {views.require("statuscode").field, std::int64_t{1}},
                      {views.require("fetchxml").field, std::move(fetch)}};
  database.create(*views.rows, guid_of_name("savedquery active " + table.name), fields, context);
}

RowNumber Organisation::find(const Resource& resource) const {
  const TableSpec& table = *resource.table;
  if (resource.alternate_key) return records.find_by_key(table, *resource.alternate_key, resource.key_values);
  return records.find(table, resource.id);
}

ApiError Organisation::missing(const Resource& resource) const {
  if (!resource.alternate_key) return row_missing(resource.table->name, resource.id);
  return {404, std::string(code::kNotFoundByKey), fmt::format("A record with the specified key values does not exist in {} entity", resource.table->name)};
}

bool Organisation::lacks(std::string_view table, std::string_view verb, const Actor& user) const {
  if (denied.empty()) return false;
  std::string of(table), what(verb);
  return denied.contains({of, what, ""}) || denied.contains({of, what, user.name});
}

Outcome<void> Organisation::check_privilege(const TableSpec& table, std::string_view verb, const Actor& user) const {
  if (!lacks(table.name, verb, user)) return {};
  return refuse(403, code::kPrivilegeDenied,
                fmt::format("Principal user (Name={}, type=8) is missing prv{}{} privilege for entity '{}'.", user.name, verb, table.label, table.name));
}

std::string_view relative_path(std::string_view url, std::string_view base_url) {
  if (url.starts_with(base_url)) url.remove_prefix(base_url.size());
  if (url.starts_with(kApiRoot)) {
    url.remove_prefix(kApiRoot.size());
    url.remove_prefix(std::min(url.find('/'), url.size()));
  }
  if (url.starts_with('/')) url.remove_prefix(1);
  return url;
}

Outcome<RowReference> UrlResolver::resolve(std::string_view reference) const {
  std::string path(relative_path(reference, base_url_));
  if (path.starts_with('$')) {
    auto known = organisation_.content_ids.find(path);
    if (known == organisation_.content_ids.end()) {
      return refuse(400, code::kBadRequestUrl, fmt::format("Content-ID Reference: '{}' does not exist in the batch context.", path));
    }
    path = known->second;
  }
  TRY(Resource resource, parse_resource(organisation_.metadata, path));
  if (!resource.keyed() || !resource.rest.empty()) {
    return refuse(400, code::kPayloadUnreadable, fmt::format("'{}' is not the URL of a row.", reference));
  }
  RowNumber row = organisation_.find(resource);
  if (row == kNoRow) return tl::unexpected<ApiError>(organisation_.missing(resource));
  return RowReference{resource.table, row};
}

}  // namespace lockstep::emulators::dynamics365

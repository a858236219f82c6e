#pragma once

#include "emulators/core/router.h"
#include "emulators/dynamics365/organisation.h"
#include "emulators/dynamics365/preferences.h"
#include "emulators/dynamics365/query.h"
#include "emulators/dynamics365/rendering.h"

namespace lockstep::emulators::dynamics365 {

/// One authenticated Web API request and what its handlers share.
struct ApiCall {
  ApiCall(Call& call_, Organisation& organisation_, std::string_view version);
  Call& call;
  Organisation& organisation;
  Preferences prefer;
  std::string base;  // "https://host/api/data/v9.2"
  Writer writer;

  /// Takes MSCRMCallerID and CallerObjectId into account. Error: nobody has that id, or the privilege is missing.
  Outcome<void> impersonate();
  /// Takes MSCRM.Bypass… into account. Error: a word that there is not, too many steps, or the privilege is missing.
  Outcome<void> bypass();
  /// A header that says something: the literal "null" counts as absent.
  std::optional<std::string> condition(std::string_view name) const;
  Outcome<void> parse_body(JsonDocument& document) const;
  UrlResolver resolver() const { return UrlResolver(organisation, call.base_url); }
  FilterScope scope() const;
  Outcome<QueryOptions> query(const TableSpec& table) const;
  /// Whether the caller, and whom it acts for, have the privilege. Error: 403.
  Outcome<void> allowed(const TableSpec& table, std::string_view verb) const;
  /// What a body wants beyond its own row: related rows made with it, and another owner, who must be able to read the table.
  Outcome<void> allowed(const TableSpec& table, const Payload& payload) const;
  Outcome<void> may_read(const std::vector<Expand>& expands) const;
  RenderScope rendering() const;
  /// "Preference-Applied", unless nothing was asked for.
  void note_preferences(http::Response& response) const;
};

/// A JSON answer of the Web API.
http::Response api_json(int status, std::string body);
http::Response no_content();

// Reading
/// The rows of a set, or of a collection that belongs to a row.
struct Rows {
  const TableSpec* table = nullptr;
  std::string path;              // "contacts", "accounts(G)/contact_customer_accounts"
  std::optional<Filter> within;  // what makes them belong
};
Outcome<http::Response> read_collection(ApiCall& api, const Rows& rows);
Outcome<http::Response> read_count(ApiCall& api, const Rows& rows);
Outcome<http::Response> read_row(ApiCall& api, const Resource& resource);
Outcome<http::Response> read_fetch(ApiCall& api, const TableSpec& table, const std::string& xml);
/// $apply.
Outcome<http::Response> read_aggregates(ApiCall& api, const TableSpec& table, const QueryOptions& options);
/// A row that is known to be there, by what the query selects of it.
Outcome<http::Response> answer_row(ApiCall& api, const TableSpec& table, RowNumber row);
/// "contacts(G)/fullname", "…/fullname/$value", "…/parentcustomerid_account/$ref".
Outcome<http::Response> read_part(ApiCall& api, const Resource& resource);

// Writing
/// `belongs`: what else is written, for a row that is created within a collection.
Outcome<http::Response> create_row(ApiCall& api, const TableSpec& table, std::optional<Change> belongs = std::nullopt);
Outcome<http::Response> patch_row(ApiCall& api, const Resource& resource);
Outcome<http::Response> delete_row(ApiCall& api, const Resource& resource);
/// PUT and DELETE of a property, a reference, or an activity's parties.
Outcome<http::Response> write_part(ApiCall& api, const Resource& resource);
/// What If-Match asks of a row; `row` is kNoRow when there is none.
Outcome<void> check_if_match(const ApiCall& api, const Resource& resource, RowNumber row);

// Relationships: "accounts(G)/contact_customer_accounts", with "/$ref", "/$count", "(G1)/$ref".
/// The segment's collection, or null when it names none.
const Collection* collection_of(const TableSpec& table, std::string_view segment);
Outcome<http::Response> related_rows(ApiCall& api, const Resource& resource, const Collection& collection);

// Functions and actions
/// "F(Name=…,Other=@p1)" by name, with what an alias stands for.
std::map<std::string, std::string, std::less<>> parameters_of(const ApiCall& api, std::string_view segment);
Outcome<http::Response> who_am_i(ApiCall& api);
Outcome<http::Response> close_incident(ApiCall& api);
Outcome<http::Response> service_document(ApiCall& api);
Outcome<http::Response> version_of(ApiCall& api);
Outcome<http::Response> merge_rows(ApiCall& api);
Outcome<http::Response> restore_row(ApiCall& api);
Outcome<http::Response> send_email(ApiCall& api, const Resource& resource);
Outcome<http::Response> total_record_count(ApiCall& api, std::string_view segment);
Outcome<http::Response> metadata_changes(ApiCall& api, std::string_view segment);
Outcome<http::Response> valid_transition(ApiCall& api, std::string_view segment);
/// The row that a parameter of an action names by its type and key. Error: 400, 404.
Outcome<RowReference> typed_row(const Organisation& organisation, const json::object& body, std::string_view name);
/// InitializeFileBlocksUpload, UploadBlock … of notes, attachments and file columns.
bool is_file_action(std::string_view name);
Outcome<http::Response> file_action(ApiCall& api, std::string_view action);
/// GET, PATCH, DELETE of a file at its column's address.
Outcome<http::Response> file_column(ApiCall& api, const Resource& resource, const Column& column);
/// CreateMultiple, UpdateMultiple, UpsertMultiple.
Outcome<http::Response> bulk_action(ApiCall& api, const TableSpec& table, std::string_view action);
/// "EntityDefinitions", "EntityDefinitions(LogicalName='contact')/Attributes", "RelationshipDefinitions" … by decoded path.
Outcome<http::Response> entity_definitions(ApiCall& api, std::string_view path);
/// POST and DELETE below "EntityDefinitions(…)": "Attributes", "Keys" or one of these, which is `part` then.
Outcome<http::Response> create_table(ApiCall& api);
Outcome<http::Response> create_relationship(ApiCall& api);
Outcome<http::Response> create_choice(ApiCall& api);
/// Refused while a column is of it.
Outcome<http::Response> change_choice(ApiCall& api, std::string_view name);
Outcome<http::Response> change_table(ApiCall& api, const json::object& definition);
Outcome<http::Response> change_relationship(ApiCall& api, const json::object& definition);
/// PUT and DELETE of a column that an integration made.
Outcome<http::Response> change_column(ApiCall& api, const TableSpec& table, std::string_view name);
Outcome<http::Response> write_definition(ApiCall& api, const json::object& entity, std::string_view segment, const json::object* part);
/// "$metadata".
Outcome<http::Response> csdl(ApiCall& api);

}  // namespace lockstep::emulators::dynamics365

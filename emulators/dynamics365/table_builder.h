#pragma once

#include <initializer_list>

#include "emulators/dynamics365/metadata.h"

namespace lockstep::emulators::dynamics365 {

/// Writes a TableSpec down column by column; the modifiers act on the column added last.
class TableBuilder {
 public:
  TableBuilder(std::string name, std::string set, std::string key, std::string name_column, std::string label);

  TableBuilder& text(std::initializer_list<const char*> names, std::int64_t maximum);
  TableBuilder& memo(std::string name, std::int64_t maximum);
  TableBuilder& integer(std::string name, std::int64_t minimum, std::int64_t maximum);
  /// Adds the read-only twin in base currency, too.
  TableBuilder& money(std::string name, std::int64_t maximum);
  /// A number that is no amount of a currency.
  TableBuilder& decimal(std::string name, std::int64_t maximum);
  TableBuilder& boolean(std::initializer_list<const char*> names, std::optional<bool> default_value);
  TableBuilder& option(std::string name, std::vector<Option> options);
  TableBuilder& date_time(std::initializer_list<const char*> names);
  TableBuilder& date_only(std::initializer_list<const char*> names);
  TableBuilder& lookup(std::string name, std::string target);
  /// The id of a row that may be gone: of any table, and led to by no link.
  TableBuilder& id(std::string name);
  /// Navigation names "name_target", or "name_target_suffix".
  TableBuilder& polymorphic(std::string name, std::vector<std::string> targets, std::string suffix = "");
  TableBuilder& file(const std::string& name);
  /// "entityimage" with what the platform says of it.
  TableBuilder& image();
  TableBuilder& states(std::vector<State> states, std::vector<Option> statuses);

  TableBuilder& required();
  TableBuilder& required_by_system();
  /// Of which currency the amounts of a row are, and at which rate.
  TableBuilder& currency();
  TableBuilder& read_only();
  TableBuilder& create_only();
  TableBuilder& write_only();
  TableBuilder& by_default(Value value);
  TableBuilder& cascades_delete();
  TableBuilder& stays_on_merge();

  /// createdon to overriddencreatedon, who, owner, version.
  TableBuilder& owned_columns();
  /// The same of users and teams, whom nobody owns: they are owners, by a second name of their key.
  TableBuilder& principal_columns();
  TableBuilder& external_key();
  TableBuilder& address();
  /// Columns that all activities share; `suffix` is the table's name.
  TableBuilder& activity(const std::string& suffix, std::int64_t subject_maximum);

  TableSpec spec;

 private:
  Column& add(std::string name, ColumnType type);
  Column& add_lookup(std::string name, std::vector<std::string> targets);
  void system(std::string name, ColumnType type, Source source);
  void written_columns();
};

TableSpec account_table();
TableSpec contact_table();
TableSpec incident_table();
TableSpec incidentresolution_table();
TableSpec annotation_table();
TableSpec activitymimeattachment_table();
TableSpec phonecall_table();
TableSpec email_table();
TableSpec task_table();
TableSpec appointment_table();
TableSpec activityparty_table();
TableSpec systemuser_table();
TableSpec team_table();
TableSpec transactioncurrency_table();
TableSpec organization_table();
TableSpec businessunit_table();
TableSpec subject_table();
TableSpec product_table();
TableSpec entitlement_table();
TableSpec savedquery_table();
TableSpec serviceendpoint_table();
TableSpec sdkmessage_table();
TableSpec sdkmessagefilter_table();
TableSpec sdkmessageprocessingstep_table();
TableSpec sdkmessageprocessingstepimage_table();
TableSpec asyncoperation_table();
TableSpec audit_table();

}  // namespace lockstep::emulators::dynamics365

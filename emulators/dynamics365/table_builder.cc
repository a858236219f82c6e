#include "emulators/dynamics365/table_builder.h"

namespace lockstep::emulators::dynamics365 {
namespace {

std::vector<std::string> regarding_targets() { return {"account", "contact", "incident"}; }

}  // namespace

TableBuilder::TableBuilder(std::string name, std::string set, std::string key, std::string name_column, std::string label) {
  spec.name = std::move(name);
  spec.set = std::move(set);
  spec.key = key;
  spec.name_column = std::move(name_column);
  spec.label = std::move(label);
  Column& column = add(std::move(key), ColumnType::unique_id);
  column.source = Source::key;
  column.updatable = false;
}

Column& TableBuilder::add(std::string name, ColumnType type) {
  Column& column = spec.columns.emplace_back();
  column.logical_name = name;
  column.name = type == ColumnType::lookup ? "_" + name + "_value" : std::move(name);
  column.type = type;
  return column;
}

Column& TableBuilder::add_lookup(std::string name, std::vector<std::string> targets) {
  Column& column = add(std::move(name), ColumnType::lookup);
  column.targets = std::move(targets);
  return column;
}

void TableBuilder::system(std::string name, ColumnType type, Source source) {
  Column& column = add(std::move(name), type);
  column.source = source;
  column.creatable = column.updatable = false;
}

TableBuilder& TableBuilder::text(std::initializer_list<const char*> names, std::int64_t maximum) {
  for (const char* name : names) add(name, ColumnType::text).maximum = maximum;
  return *this;
}

TableBuilder& TableBuilder::memo(std::string name, std::int64_t maximum) {
  add(std::move(name), ColumnType::memo).maximum = maximum;
  return *this;
}

TableBuilder& TableBuilder::integer(std::string name, std::int64_t minimum, std::int64_t maximum) {
  Column& column = add(std::move(name), ColumnType::integer);
  column.minimum = minimum;
  column.maximum = maximum;
  return *this;
}

TableBuilder& TableBuilder::money(std::string name, std::int64_t maximum) {
  Column& base = add(name + "_base", ColumnType::money);
  base.creatable = base.updatable = false;
  add(std::move(name), ColumnType::money).maximum = maximum;
  return *this;
}

TableBuilder& TableBuilder::decimal(std::string name, std::int64_t maximum) {
  Column& column = add(std::move(name), ColumnType::money);
  column.maximum = maximum;
  column.number_type = "Decimal";
  return *this;
}

TableBuilder& TableBuilder::boolean(std::initializer_list<const char*> names, std::optional<bool> default_value) {
  for (const char* name : names) {
    Column& column = add(name, ColumnType::boolean);
    if (default_value) column.default_value = Value(*default_value);
  }
  return *this;
}

TableBuilder& TableBuilder::option(std::string name, std::vector<Option> options) {
  add(std::move(name), ColumnType::option).options = std::move(options);
  return *this;
}

TableBuilder& TableBuilder::date_time(std::initializer_list<const char*> names) {
  for (const char* name : names) add(name, ColumnType::date_time);
  return *this;
}

TableBuilder& TableBuilder::date_only(std::initializer_list<const char*> names) {
  for (const char* name : names) add(name, ColumnType::date_only);
  return *this;
}

TableBuilder& TableBuilder::lookup(std::string name, std::string target) {
  Column& column = add_lookup(name, {target});
  spec.navigations.push_back({std::move(name), &column, {std::move(target)}});
  return *this;
}

TableBuilder& TableBuilder::id(std::string name) {
  add(std::move(name), ColumnType::unique_id);
  return *this;
}

TableBuilder& TableBuilder::polymorphic(std::string name, std::vector<std::string> targets, std::string suffix) {
  Column& column = add_lookup(name, targets);
  for (const std::string& target : targets) {
    std::string navigation = name + "_" + target + (suffix.empty() ? "" : "_" + suffix);
    spec.navigations.push_back({std::move(navigation), &column, {target}});
  }
  return *this;
}

TableBuilder& TableBuilder::states(std::vector<State> states, std::vector<Option> statuses) {
  Column& state = add("statecode", ColumnType::state);
  for (const State& each : states) state.options.push_back({each.value, each.label});
  state.default_value = Value(std::int64_t{0});
  Column& status = add("statuscode", ColumnType::status);
  status.options = std::move(statuses);
  status.default_value = Value(states.front().default_status);
  spec.states = std::move(states);
  return *this;
}

TableBuilder& TableBuilder::required() {
  spec.columns.back().required = true;
  return *this;
}

TableBuilder& TableBuilder::required_by_system() {
  spec.columns.back().system_required = true;
  return required();
}

TableBuilder& TableBuilder::currency() { return lookup("transactioncurrencyid", "transactioncurrency").decimal("exchangerate", 100'000'000'000).read_only(); }

TableBuilder& TableBuilder::read_only() {
  spec.columns.back().creatable = spec.columns.back().updatable = false;
  return *this;
}

TableBuilder& TableBuilder::create_only() {
  spec.columns.back().updatable = false;
  return *this;
}

TableBuilder& TableBuilder::file(const std::string& name) {
  Column& column = add(name, ColumnType::unique_id);
  column.file = true;
  column.creatable = column.updatable = false;
  Column& title = add(name + "_name", ColumnType::text);
  title.maximum = 256;
  title.creatable = title.updatable = false;
  return *this;
}

TableBuilder& TableBuilder::image() {
  memo("entityimage", 20'000'000);
  spec.columns.back().image = true;
  Column& id = add("entityimageid", ColumnType::unique_id);
  id.creatable = id.updatable = false;
  return text({"entityimage_url"}, 200).read_only();
}

TableBuilder& TableBuilder::write_only() {
  spec.columns.back().write_only = true;
  return *this;
}

TableBuilder& TableBuilder::by_default(Value value) {
  spec.columns.back().default_value = std::move(value);
  return *this;
}

TableBuilder& TableBuilder::cascades_delete() {
  spec.columns.back().cascades_delete = true;
  return *this;
}

TableBuilder& TableBuilder::stays_on_merge() {
  spec.columns.back().follows_merge = false;
  return *this;
}

void TableBuilder::written_columns() {
  system("createdon", ColumnType::date_time, Source::created_on);
  system("modifiedon", ColumnType::date_time, Source::modified_on);
  system("versionnumber", ColumnType::version, Source::version);
  system("createdby", ColumnType::lookup, Source::created_by);
  spec.columns.back().targets = {"systemuser"};
  spec.navigations.push_back({"createdby", &spec.columns.back(), {"systemuser"}});
  system("modifiedby", ColumnType::lookup, Source::modified_by);
  spec.columns.back().targets = {"systemuser"};
  spec.navigations.push_back({"modifiedby", &spec.columns.back(), {"systemuser"}});
  for (const char* name : {"createdonbehalfby", "modifiedonbehalfby"}) lookup(name, "systemuser").read_only();
}

TableBuilder& TableBuilder::principal_columns() {
  written_columns();
  system("ownerid", ColumnType::unique_id, Source::key);
  integer("importsequencenumber", -2147483648LL, 2147483647).create_only();
  return date_time({"overriddencreatedon"}).create_only();
}

TableBuilder& TableBuilder::owned_columns() {
  written_columns();
  Column& owner = add_lookup("ownerid", {"systemuser", "team"});
  owner.source = Source::owner;
  spec.navigations.push_back({"ownerid", &owner, {"systemuser", "team"}});
  system("owninguser", ColumnType::lookup, Source::owning_user);
  spec.columns.back().targets = {"systemuser"};
  spec.navigations.push_back({"owninguser", &spec.columns.back(), {"systemuser"}});
  system("owningteam", ColumnType::lookup, Source::owning_team);
  spec.columns.back().targets = {"team"};
  spec.navigations.push_back({"owningteam", &spec.columns.back(), {"team"}});
  system("owningbusinessunit", ColumnType::lookup, Source::owning_unit);
  spec.columns.back().targets = {"businessunit"};
  spec.navigations.push_back({"owningbusinessunit", &spec.columns.back(), {"businessunit"}});
  integer("importsequencenumber", -2147483648LL, 2147483647).create_only();
  return date_time({"overriddencreatedon"}).create_only();
}

TableBuilder& TableBuilder::external_key() { return text({kExternalKey.data()}, 100); }

TableBuilder& TableBuilder::address() {
  text({"address1_line1", "address1_line2", "address1_line3"}, 250);
  text({"address1_city", "address1_country"}, 80).text({"address1_county", "address1_stateorprovince"}, 50);
  return text({"address1_postalcode"}, 20).memo("address1_composite", 1000).read_only();
}

TableBuilder& TableBuilder::activity(const std::string& suffix, std::int64_t subject_maximum) {
  spec.activity = true;
  text({"subject"}, subject_maximum);
  if (suffix != "email") required();
  for (const char* name : {"scheduledstart", "scheduledend"}) {
    date_time({name});
    if (suffix == "appointment") required();
  }
  date_time({"actualstart", "actualend"});
  text({"category", "subcategory"}, 250);
  option("prioritycode", {{0, "Low"}, {1, "Normal"}, {2, "High"}}).by_default(std::int64_t{1});
  integer("actualdurationminutes", 0, 2147483647).integer("scheduleddurationminutes", 0, 2147483647).read_only();
  polymorphic("regardingobjectid", regarding_targets(), suffix).cascades_delete();
  return text({"activitytypecode"}, 64).read_only().by_default(std::string(suffix));
}

}  // namespace lockstep::emulators::dynamics365

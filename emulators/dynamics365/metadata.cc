#include "emulators/dynamics365/metadata.h"

#include <algorithm>

#include "base/check.h"
#include "emulators/dynamics365/filter.h"
#include "emulators/dynamics365/table_builder.h"

namespace lockstep::emulators::dynamics365 {

const Option* Column::option(std::int64_t value) const {
  for (const Option& each : options) {
    if (each.value == value) return &each;
  }
  return nullptr;
}

const Column* TableSpec::column(std::string_view read_name) const {
  auto known = by_name_.find(read_name);
  return known == by_name_.end() ? nullptr : known->second;
}

const Column* TableSpec::logical(std::string_view logical_name) const {
  auto known = by_logical_name_.find(logical_name);
  return known == by_logical_name_.end() ? nullptr : known->second;
}

const Navigation* TableSpec::navigation(std::string_view wanted) const {
  for (const Navigation& each : navigations) {
    if (each.name == wanted) return &each;
  }
  return nullptr;
}

const Collection* TableSpec::collection(std::string_view wanted) const {
  for (const Collection& each : collections) {
    if (each.name == wanted) return &each;
  }
  return nullptr;
}

const AlternateKey* TableSpec::alternate_key(const std::vector<std::string>& names) const {
  for (const AlternateKey& each : keys) {
    auto named = [&](const Column* column) { return std::find(names.begin(), names.end(), column->name) != names.end(); };
    if (each.index == AlternateKey::Index::active && each.columns.size() == names.size() && std::all_of(each.columns.begin(), each.columns.end(), named))
      return &each;
  }
  return nullptr;
}

bool TableSpec::repeats(const AlternateKey& unique) const {
  auto counts = [&](RowNumber row) {
    auto empty = [&](const Column* each) { return is_null(rows->get(row, each->field)); };
    return !rows->record(row).deleted && std::none_of(unique.columns.begin(), unique.columns.end(), empty);
  };
  FieldId first = unique.columns.front()->field;
  for (RowNumber row = 0; row < rows->row_count(); ++row) {
    if (!counts(row)) continue;
    for (RowNumber other : rows->find_equal(first, rows->get(row, first))) {
      auto same = [&](const Column* each) { return compare_values(rows->get(row, each->field), rows->get(other, each->field)) == 0; };
      if (other < row && counts(other) && std::all_of(unique.columns.begin(), unique.columns.end(), same)) return true;
    }
  }
  return false;
}

const Column& TableSpec::require(std::string_view read_name) const {
  const Column* known = column(read_name);
  CHECK(known, "a column that the table has");
  return *known;
}

const State* TableSpec::state(std::int64_t value) const {
  for (const State& each : states) {
    if (each.value == value) return &each;
  }
  return nullptr;
}

void TableSpec::index() {
  for (Column& each : columns) {
    if (each.source == Source::stored || each.source == Source::owner || each.source == Source::created_on) {
      each.field = rows->field(each.name);
      if (each.polymorphic()) {
        each.target_field = rows->field(each.name + "@Microsoft.Dynamics.CRM.lookuplogicalname");
      }
    }
    if (each.type == ColumnType::lookup && each.source == Source::stored) rows->add_index(each.field);
    by_name_.emplace(each.name, &each);
    by_logical_name_.emplace(each.logical_name, &each);
  }
  state_column_ = column("statecode");
  status_column_ = column("statuscode");
  external_key_ = column(kExternalKey);
  if (external_key_) {
    rows->add_index(external_key_->field, true);
    keys.push_back({std::string(kExternalKey) + "_key", {external_key_}, AlternateKey::Index::active, {}});
  }
  // What people and integrations look records up by; a database would have these indexes, too.
  for (const char* each : {"emailaddress1", "accountnumber", "ticketnumber", "messageid"}) {
    if (const Column* known = column(each)) rows->add_index(known->field, true);
  }
}

Metadata::Metadata(Database& database) : database_(database) {
  for (auto make : {account_table,
                    contact_table,
                    incident_table,
                    incidentresolution_table,
                    annotation_table,
                    activitymimeattachment_table,
                    phonecall_table,
                    email_table,
                    task_table,
                    appointment_table,
                    activityparty_table,
                    systemuser_table,
                    team_table,
                    transactioncurrency_table,
                    savedquery_table,
                    serviceendpoint_table,
                    sdkmessage_table,
                    sdkmessagefilter_table,
                    sdkmessageprocessingstep_table,
                    sdkmessageprocessingstepimage_table,
                    asyncoperation_table,
                    audit_table,
                    organization_table,
                    businessunit_table,
                    subject_table,
                    product_table,
                    entitlement_table}) {
    add_table(make());
  }
  connect();
}

void Metadata::add_table(TableSpec spec) {
  CHECK(!by_name(spec.name), "a new table");
  TableSpec& table = tables_.emplace_back(std::move(spec));
  table.rows = &database_.table(table.name);
  table.index();
  by_set_.emplace(table.set, &table);
  by_name_.emplace(table.name, &table);
}

void Metadata::connect() {
  for (const TableSpec& from : tables_) {
    for (const Column& column : from.columns) {
      if (column.type != ColumnType::lookup || column.source != Source::stored) continue;
      for (const std::string& target : column.targets) references_[by_name(target)].push_back({&from, &column});
    }
  }
  for (const Relationship& each : dynamics365::relationships()) {
    relationships_.push_back(each);
    const TableSpec& from = require(each.referencing_table);
    const Column* column = from.logical(each.referencing_column);
    CHECK(column, "a relationship over a lookup that the table has");
    own(each.referenced_table)->collections.push_back({std::string(each.schema_name), &from, column});
  }
}

TableSpec* Metadata::own(std::string_view name) {
  for (TableSpec& each : tables_) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

bool Metadata::add_key(std::string_view table, std::string name, const std::vector<std::string>& columns, std::optional<WallTime> built_at) {
  TableSpec* spec = own(table);
  if (!spec || columns.empty()) return false;
  AlternateKey key{std::move(name), {}, built_at ? AlternateKey::Index::pending : AlternateKey::Index::active, built_at.value_or(WallTime{})};
  for (const std::string& each : columns) {
    const Column* column = spec->column(each);
    if (!column || column->source != Source::stored) return false;
    key.columns.push_back(column);
  }
  if (!spec->rows->has_index(key.columns.front()->field)) spec->rows->add_index(key.columns.front()->field, true);
  spec->keys.push_back(std::move(key));
  keys_pending_ = keys_pending_ || built_at;
  return true;
}

void Metadata::build_keys(WallTime now) {
  using enum AlternateKey::Index;
  if (!keys_pending_) return;
  keys_pending_ = false;
  for (TableSpec& table : tables_) {
    for (AlternateKey& key : table.keys) {
      if (key.index == pending && key.built_at <= now) key.index = table.repeats(key) ? failed : active;
      keys_pending_ = keys_pending_ || key.index == pending;
    }
  }
}

void Metadata::add_lookup(std::string_view table, Column column, std::string navigation, std::string relationship) {
  TableSpec *from = own(table), *to = own(column.targets.front());
  CHECK(from && to && column.targets.size() == 1, "a lookup between tables that are there");
  const Column& added = add_column(table, std::move(column));
  from->rows->add_index(added.field);
  from->navigations.push_back({std::move(navigation), &added, {to->name}});
  references_[to].push_back({from, &added});
  made_names_.push_back(relationship);
  relationships_.push_back({made_names_.back(), from->name, added.logical_name, to->name, true});
  to->collections.push_back({std::move(relationship), from, &added});
}

void Metadata::add_many_to_many(ManyToMany relationship) {
  CHECK(!by_name(relationship.intersect), "two tables and a new one between them");
  TableBuilder table(relationship.intersect, relationship.intersect + "set", relationship.intersect + "id", relationship.intersect + "id",
                     relationship.schema_name);
  table.spec.writable = table.spec.bulk = table.spec.tracks_changes = false;
  table.spec.schema_name = relationship.schema_name;
  add_table(std::move(table.spec));
  TableSpec *through = own(relationship.intersect), *ends[] = {own(relationship.sides[0].table), own(relationship.sides[1].table)};
  const Column* lookups[2] = {};
  for (std::size_t i = 0; i < 2; ++i) {
    Column column;
    column.logical_name = ends[i]->key + (ends[0] != ends[1] ? "" : i == 0 ? "one" : "two");
    column.name = "_" + column.logical_name + "_value";
    column.type = ColumnType::lookup;
    column.targets = {ends[i]->name};
    column.cascades_delete = true;
    lookups[i] = &add_column(through->name, std::move(column));
    through->rows->add_index(lookups[i]->field);
    references_[ends[i]].push_back({through, lookups[i]});
  }
  for (std::size_t i = 0; i < 2; ++i) ends[i]->collections.push_back({relationship.sides[i].navigation, ends[1 - i], lookups[i], through, lookups[1 - i]});
  many_to_many_.push_back(std::move(relationship));
}

ManyToMany* Metadata::many_to_many(std::string_view schema_name) {
  auto known = std::find_if(many_to_many_.begin(), many_to_many_.end(), [&](const ManyToMany& each) { return each.schema_name == schema_name; });
  return known == many_to_many_.end() ? nullptr : &*known;
}

void Metadata::remove_many_to_many(std::string_view schema_name, WallTime now) {
  auto gone = std::find_if(many_to_many_.begin(), many_to_many_.end(), [&](const ManyToMany& each) { return each.schema_name == schema_name; });
  CHECK(gone != many_to_many_.end(), "a relationship that is there");
  TableSpec* through = own(gone->intersect);
  const WriteContext context{WallTime{now.ms - now.ms % 1000}, {ActorKind::automation, "SYSTEM"}, "", false};
  for (RowNumber row = 0; row < through->rows->row_count(); ++row) {
    if (!through->rows->record(row).deleted) database_.remove(*through->rows, row, context);
  }
  for (const ManyToMany::Side& side : gone->sides) {
    TableSpec* end = own(side.table);
    std::erase_if(end->collections, [&](const Collection& each) { return each.through == through; });
    std::erase_if(references_[end], [&](const Reference& each) { return each.from == through; });
  }
  by_set_.erase(through->set);
  by_name_.erase(through->name);
  tables_.remove_if([&](const TableSpec& each) { return &each == through; });
  many_to_many_.erase(gone);
}

const Relationship* Metadata::relationship(std::string_view schema_name) const {
  auto known = std::find_if(relationships_.begin(), relationships_.end(), [&](const Relationship& each) { return each.schema_name == schema_name; });
  return known == relationships_.end() ? nullptr : &*known;
}

void Metadata::remove_relationship(std::string_view schema_name) {
  const Relationship gone = *relationship(schema_name);
  TableSpec *from = own(gone.referencing_table), *to = own(gone.referenced_table);
  const Column* column = from->logical(gone.referencing_column);
  std::erase_if(to->collections, [&](const Collection& each) { return each.column == column; });
  std::erase_if(from->navigations, [&](const Navigation& each) { return each.column == column; });
  std::erase_if(references_[to], [&](const Reference& each) { return each.column == column; });
  std::erase_if(relationships_, [&](const Relationship& each) { return each.schema_name == schema_name; });
  remove_column(from->name, column->logical_name);
}

const Column& Metadata::add_column(std::string_view table, Column column) {
  TableSpec* spec = own(table);
  CHECK(spec && column.source == Source::stored && !spec->logical(column.logical_name), "a new column of a table that is there");
  Column& added = spec->columns.emplace_back(std::move(column));
  auto same_name = [&](const Column& each) { return each.removed && each.name == added.name; };
  auto before = std::count_if(spec->columns.begin(), spec->columns.end(), same_name);  // what those held is not the new one's
  added.field = spec->rows->field(before == 0 ? added.name : added.name + "#" + std::to_string(before));
  spec->by_name_.emplace(added.name, &added);
  spec->by_logical_name_.emplace(added.logical_name, &added);
  return added;
}

void Metadata::remove_column(std::string_view table, std::string_view logical_name) {
  Column* column = editable(table, logical_name);
  CHECK(column && column->custom, "a column that an integration made");
  TableSpec* spec = own(table);
  spec->by_name_.erase(column->name);
  spec->by_logical_name_.erase(column->logical_name);
  column->removed = column->write_only = true;
  column->required = column->creatable = column->updatable = false;
}

void Metadata::remove_key(std::string_view table, std::string_view name) {
  if (TableSpec* spec = own(table)) std::erase_if(spec->keys, [&](const AlternateKey& key) { return key.name == name; });
}

Column* Metadata::editable(std::string_view table, std::string_view column) {
  TableSpec* spec = own(table);
  if (!spec) return nullptr;
  for (Column& each : spec->columns) {
    if (!each.removed && (each.name == column || each.logical_name == column)) return &each;
  }
  return nullptr;
}

const TableSpec* Metadata::by_set(std::string_view set) const {
  auto known = by_set_.find(set);
  return known == by_set_.end() ? nullptr : known->second;
}

const TableSpec* Metadata::by_name(std::string_view name) const {
  auto known = by_name_.find(name);
  return known == by_name_.end() ? nullptr : known->second;
}

const TableSpec& Metadata::require(std::string_view name) const {
  const TableSpec* known = by_name(name);
  CHECK(known, "a table of the organisation");
  return *known;
}

const std::vector<Metadata::Reference>& Metadata::references_to(const TableSpec& table) const {
  static const std::vector<Reference> kNone;
  auto known = references_.find(&table);
  return known == references_.end() ? kNone : known->second;
}

}  // namespace lockstep::emulators::dynamics365

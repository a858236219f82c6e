// The whole service as CSDL.
#include <fmt/format.h>

#include "emulators/dynamics365/definition_rows.h"

namespace lockstep::emulators::dynamics365 {
namespace {

// Answers of functions and actions stand before what gives them.
constexpr std::string_view kOperations =
    R"x(<ComplexType Name="WhoAmIResponse"><Property Name="BusinessUnitId" Type="Edm.Guid" Nullable="false"/>)x"
    R"x(<Property Name="UserId" Type="Edm.Guid" Nullable="false"/><Property Name="OrganizationId" Type="Edm.Guid" Nullable="false"/></ComplexType>)x"
    R"x(<Function Name="WhoAmI"><ReturnType Type="mscrm.WhoAmIResponse" Nullable="false"/></Function>)x"
    R"x(<ComplexType Name="RetrieveVersionResponse"><Property Name="Version" Type="Edm.String"/></ComplexType>)x"
    R"x(<Function Name="RetrieveVersion"><ReturnType Type="mscrm.RetrieveVersionResponse" Nullable="false"/></Function>)x"
    R"x(<ComplexType Name="EntityRecordCountCollection"><Property Name="Count" Type="Edm.Int32" Nullable="false"/>)x"
    R"x(<Property Name="IsReadOnly" Type="Edm.Boolean" Nullable="false"/><Property Name="Keys" Type="Collection(Edm.String)"/>)x"
    R"x(<Property Name="Values" Type="Collection(Edm.Int64)" Nullable="false"/></ComplexType>)x"
    R"x(<ComplexType Name="RetrieveTotalRecordCountResponse"><Property Name="EntityRecordCountCollection" Type="mscrm.EntityRecordCountCollection"/></ComplexType>)x"
    R"x(<Function Name="RetrieveTotalRecordCount"><Parameter Name="EntityNames" Type="Collection(Edm.String)" Nullable="false"/>)x"
    R"x(<ReturnType Type="mscrm.RetrieveTotalRecordCountResponse" Nullable="false"/></Function>)x"
    R"x(<ComplexType Name="IsValidStateTransitionResponse"><Property Name="IsValid" Type="Edm.Boolean" Nullable="false"/></ComplexType>)x"
    R"x(<Function Name="IsValidStateTransition"><Parameter Name="Entity" Type="mscrm.crmbaseentity" Nullable="false"/>)x"
    R"x(<Parameter Name="NewState" Type="Edm.String" Nullable="false"/><Parameter Name="NewStatus" Type="Edm.Int32" Nullable="false"/>)x"
    R"x(<ReturnType Type="mscrm.IsValidStateTransitionResponse" Nullable="false"/></Function>)x"
    R"x(<Action Name="CloseIncident"><Parameter Name="IncidentResolution" Type="mscrm.incidentresolution" Nullable="false"/>)x"
    R"x(<Parameter Name="Status" Type="Edm.Int32" Nullable="false"/></Action>)x"
    R"x(<Action Name="Merge"><Parameter Name="Target" Type="mscrm.crmbaseentity" Nullable="false"/>)x"
    R"x(<Parameter Name="Subordinate" Type="mscrm.crmbaseentity" Nullable="false"/><Parameter Name="UpdateContent" Type="mscrm.crmbaseentity"/>)x"
    R"x(<Parameter Name="PerformParentingChecks" Type="Edm.Boolean" Nullable="false"/></Action>)x"
    R"x(<Action Name="PublishAllXml"/>)x"
    R"x(<ComplexType Name="SendEmailResponse"><Property Name="Subject" Type="Edm.String"/></ComplexType>)x"
    R"x(<Action Name="SendEmail" IsBound="true"><Parameter Name="entity" Type="mscrm.email" Nullable="false"/>)x"
    R"x(<Parameter Name="IssueSend" Type="Edm.Boolean" Nullable="false"/><Parameter Name="TrackingToken" Type="Edm.String"/>)x"
    R"x(<ReturnType Type="mscrm.SendEmailResponse" Nullable="false"/></Action>)x"
    R"x(<ComplexType Name="CreateMultipleResponse"><Property Name="Ids" Type="Collection(Edm.Guid)" Nullable="false"/></ComplexType>)x";

constexpr std::string_view kFunctions[] = {"WhoAmI", "RetrieveVersion", "RetrieveTotalRecordCount", "IsValidStateTransition"};
constexpr std::string_view kActions[] = {"CloseIncident", "Merge", "PublishAllXml"};

/// Users and teams are principals, and have the key of one.
bool is_principal(const TableSpec& table) { return table.name == "systemuser" || table.name == "team"; }

std::string_view key_of(const TableSpec& table) { return is_principal(table) ? std::string_view("ownerid") : std::string_view(table.key); }

void append_type(std::string& out, const Metadata& metadata, const TableSpec& table) {
  auto add = std::back_inserter(out);
  if (is_principal(table)) fmt::format_to(add, R"x(<EntityType Name="{}" BaseType="mscrm.principal">)x", table.name);
  else fmt::format_to(add, R"x(<EntityType Name="{}" BaseType="mscrm.crmbaseentity"><Key><PropertyRef Name="{}"/></Key>)x", table.name, table.key);
  for (const Column& column : table.columns) {
    bool inherited = is_principal(table) && column.name == key_of(table);
    if (!column.removed && !inherited) fmt::format_to(add, R"x(<Property Name="{}" Type="{}"/>)x", column.name, edm_type(column.type));
  }
  for (const Navigation& each : table.navigations) {
    std::string type = each.targets.size() == 1 ? each.targets.front() : "principal";
    fmt::format_to(add,
                   R"x(<NavigationProperty Name="{}" Type="mscrm.{}"><ReferentialConstraint Property="{}" ReferencedProperty="{}"/></NavigationProperty>)x",
                   each.name, type, each.column->name, key_of(metadata.require(each.targets.front())));
  }
  for (const Collection& each : table.collections)
    fmt::format_to(add, R"x(<NavigationProperty Name="{}" Type="Collection(mscrm.{})"/>)x", each.name, each.from->name);
  out += "</EntityType>";
}

/// CreateMultiple and its kin.
void append_bulk_actions(std::string& out, const TableSpec& table) {
  for (std::string_view name : {"CreateMultiple", "UpdateMultiple", "UpsertMultiple"}) {
    fmt::format_to(std::back_inserter(out),
                   R"x(<Action Name="{0}" IsBound="true"><Parameter Name="entityset" Type="Collection(mscrm.{1})" Nullable="false"/>)x"
                   R"x(<Parameter Name="Targets" Type="Collection(mscrm.{1})" Nullable="false"/>{2}</Action>)x",
                   name, table.name, name == "CreateMultiple" ? R"x(<ReturnType Type="mscrm.CreateMultipleResponse" Nullable="false"/>)x" : "");
  }
}

}  // namespace

std::string csdl_document(const Metadata& metadata) {
  std::string types, operations(kOperations), members;
  auto member = std::back_inserter(members);
  for (const TableSpec& table : metadata.tables()) {
    append_type(types, metadata, table);
    if (table.bulk) append_bulk_actions(operations, table);
    fmt::format_to(member, R"x(<EntitySet Name="{}" EntityType="Microsoft.Dynamics.CRM.{}"/>)x", table.set, table.name);
  }
  for (std::string_view name : kFunctions) fmt::format_to(member, R"x(<FunctionImport Name="{0}" Function="Microsoft.Dynamics.CRM.{0}"/>)x", name);
  for (std::string_view name : kActions) fmt::format_to(member, R"x(<ActionImport Name="{0}" Action="Microsoft.Dynamics.CRM.{0}"/>)x", name);
  return R"x(<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>)x"
         R"x(<Schema Namespace="Microsoft.Dynamics.CRM" Alias="mscrm" xmlns="http://docs.oasis-open.org/odata/ns/edm">)x"
         R"x(<EntityType Name="crmbaseentity" Abstract="true"/>)x"
         R"x(<EntityType Name="principal" BaseType="mscrm.crmbaseentity"><Key><PropertyRef Name="ownerid"/></Key><Property Name="ownerid" Type="Edm.Guid"/></EntityType>)x" +
         types + operations + R"x(<EntityContainer Name="System">)x" + members + "</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>";
}

}  // namespace lockstep::emulators::dynamics365

// What webhooks are registered with: Microsoft's reference pages of serviceendpoint, sdkmessage, sdkmessagefilter and
// sdkmessageprocessingstep.
#include "emulators/dynamics365/table_builder.h"

namespace lockstep::emulators::dynamics365 {

TableSpec serviceendpoint_table() {
  TableBuilder table("serviceendpoint", "serviceendpoints", "serviceendpointid", "name", "Service Endpoint");
  table.text({"name"}, 200).required().text({"url"}, 4000).required();
  table.option("contract", {{8, "Webhook"}}).required();
  table.option("authtype", {{4, "WebhookKey"}, {5, "HttpHeader"}, {6, "HttpQueryString"}}).required();
  table.text({"authvalue"}, 2048).write_only().boolean({"isauthvalueset"}, false).read_only();
  table.option("messageformat", {{2, "Json"}});
  table.option("connectionmode", {{1, "Normal"}, {2, "Federated"}}).required();  // without a meaning for webhooks, and asked for all the same
  table.text({"path", "solutionnamespace"}, 160).option("userclaim", {{1, "None"}, {2, "UserId"}, {3, "UserInfo"}}).required();
  table.spec.bulk = table.spec.tracks_changes = false;
  table.owned_columns();
  return std::move(table.spec);
}

TableSpec sdkmessage_table() {
  TableBuilder table("sdkmessage", "sdkmessages", "sdkmessageid", "name", "Sdk Message");
  table.text({"name"}, 256).text({"categoryname"}, 25).boolean({"isactive"}, true).boolean({"isprivate", "isreadonly", "isvalidforexecuteasync"}, false);
  table.spec.writable = table.spec.bulk = table.spec.tracks_changes = false;
  table.owned_columns();
  return std::move(table.spec);
}

TableSpec sdkmessagefilter_table() {
  TableBuilder table("sdkmessagefilter", "sdkmessagefilters", "sdkmessagefilterid", "primaryobjecttypecode", "Sdk Message Filter");
  table.text({"primaryobjecttypecode"}, 64).lookup("sdkmessageid", "sdkmessage");
  table.spec.writable = table.spec.bulk = table.spec.tracks_changes = false;
  table.owned_columns();
  return std::move(table.spec);
}

TableSpec sdkmessageprocessingstep_table() {
  TableBuilder table("sdkmessageprocessingstep", "sdkmessageprocessingsteps", "sdkmessageprocessingstepid", "name", "Sdk Message Processing Step");
  table.text({"name"}, 256).required();
  table.option("mode", {{0, "Synchronous"}, {1, "Asynchronous"}}).required();
  table.option("stage", {{10, "Pre-validation"}, {20, "Pre-operation"}, {40, "Post-operation"}}).required();
  table.integer("rank", 0, 2147483647).option("supporteddeployment", {{0, "Server Only"}, {1, "Client Only"}, {2, "Both"}});
  table.boolean({"asyncautodelete"}, false).memo("filteringattributes", 100'000);
  table.lookup("sdkmessageid", "sdkmessage").required().lookup("sdkmessagefilterid", "sdkmessagefilter");
  table.polymorphic("eventhandler", {"serviceendpoint"}).required().cascades_delete();
  table.states({{0, "Enabled", 1}, {1, "Disabled", 2}}, {{1, "Enabled", 0}, {2, "Disabled", 1}});
  table.spec.bulk = table.spec.tracks_changes = false;
  table.owned_columns();
  return std::move(table.spec);
}

TableSpec sdkmessageprocessingstepimage_table() {
  TableBuilder table("sdkmessageprocessingstepimage", "sdkmessageprocessingstepimages", "sdkmessageprocessingstepimageid", "name",
                     "Sdk Message Processing Step Image");
  table.text({"name", "entityalias"}, 256).required().memo("attributes", 100'000).text({"messagepropertyname"}, 256).required();
  table.option("imagetype", {{0, "PreImage"}, {1, "PostImage"}, {2, "Both"}}).required();
  table.lookup("sdkmessageprocessingstepid", "sdkmessageprocessingstep").required().cascades_delete();
  table.spec.bulk = table.spec.tracks_changes = false;
  table.owned_columns();
  return std::move(table.spec);
}

TableSpec asyncoperation_table() {
  TableBuilder table("asyncoperation", "asyncoperations", "asyncoperationid", "name", "System Job");
  table.text({"name"}, 256).text({"messagename"}, 160).text({"primaryentitytype"}, 128).memo("message", 1'073'741'823).text({"correlationid"}, 36);
  table.text({"recurrencepattern"}, 256).date_time({"postponeuntil"});
  table.option("operationtype", {{1, "System Event"}, {13, "Bulk Delete"}});
  table.lookup("owningextensionid", "sdkmessageprocessingstep").cascades_delete();
  table.states({{0, "Ready", 0}, {1, "Suspended", 10}, {2, "Locked", 20}, {3, "Completed", 30}}, {{0, "Waiting For Resources", 0},
                                                                                                  {10, "Waiting", 1},
                                                                                                  {20, "In Progress", 2},
                                                                                                  {21, "Pausing", 2},
                                                                                                  {22, "Canceling", 2},
                                                                                                  {30, "Succeeded", 3},
                                                                                                  {31, "Failed", 3},
                                                                                                  {32, "Canceled", 3}});
  table.spec.bulk = table.spec.tracks_changes = false;
  table.owned_columns();
  return std::move(table.spec);
}

TableSpec audit_table() {
  TableBuilder table("audit", "audits", "auditid", "auditid", "Auditing");
  table.option("operation", {{1, "Create"}, {2, "Update"}, {3, "Delete"}, {4, "Access"}}).option("action", {{1, "Create"}, {2, "Update"}, {3, "Delete"}});
  table.id("_objectid_value").text({"objecttypecode"}, 64).lookup("userid", "systemuser");
  table.spec.writable = table.spec.bulk = table.spec.tracks_changes = false;
  table.owned_columns();
  return std::move(table.spec);
}

}  // namespace lockstep::emulators::dynamics365

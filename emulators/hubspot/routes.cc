// Which path is which call: the numbered versions and the dated ones share their handlers (§0.1).
#include "emulators/hubspot/association_calls.h"

namespace lockstep::emulators::hubspot {

void HubSpot::add_routes() {
  add_object_routes();  // first what is called most: the first route that fits is found soonest
  add_association_routes();
  add_schema_routes();
  add_account_routes();
  add_journal_routes();
  add_list_routes();
  add_older_routes();
}

void HubSpot::add_account_routes() {
  add("GET", "/oauth/authorize", &HubSpot::authorize);
  for (const std::string base : {"/oauth/v1", "/oauth/v3", "/oauth/{version}"}) {
    add("POST", base + "/token", &HubSpot::token);
    if (base == "/oauth/v1") continue;
    add("POST", base + "/token/introspect", &HubSpot::introspect);
    add("POST", base + "/token/revoke", &HubSpot::revoke);
  }
  add("GET", "/oauth/v1/access-tokens/{token}", &HubSpot::token_details);
  add("GET", "/oauth/v1/refresh-tokens/{token}", &HubSpot::refresh_token_details);
  add("DELETE", "/oauth/v1/refresh-tokens/{token}", &HubSpot::revoke_refresh_token);
  add("POST", "/oauth/v2/private-apps/get/access-token-info", &HubSpot::private_app_details);
  for (const std::string base : {"/crm/v3/owners", "/crm/owners/{version}"}) {
    add("GET", base, &HubSpot::owner_list);
    add("GET", base + "/{id}", &HubSpot::owner_read);
  }
  for (const std::string base : {"/webhooks/v3/{app}", "/webhooks/{version}/{app}", "/app-webhooks/{version}/{app}"}) {
    add("GET", base + "/settings", &HubSpot::webhook_settings);
    add("PUT", base + "/settings", &HubSpot::webhook_configure);
    add("DELETE", base + "/settings", &HubSpot::webhook_clear);
    add("GET", base + "/subscriptions", &HubSpot::subscription_list);
    add("POST", base + "/subscriptions", &HubSpot::subscription_create);
    add("POST", base + "/subscriptions/batch/update", &HubSpot::subscriptions_batch_update);
    add("GET", base + "/subscriptions/{id}", &HubSpot::subscription_read);
    for (const char* method : {"PATCH", "PUT"}) add(method, base + "/subscriptions/{id}", &HubSpot::subscription_update);
    add("DELETE", base + "/subscriptions/{id}", &HubSpot::subscription_delete);
  }
  for (const std::string base : {"/crm/v3/imports", "/crm/imports/{version}"}) {
    add("GET", base, &HubSpot::import_list);
    add("POST", base, &HubSpot::import_create);
    add("GET", base + "/{id}", &HubSpot::import_read);
    add("POST", base + "/{id}/cancel", &HubSpot::import_cancel);
    add("GET", base + "/{id}/errors", &HubSpot::import_errors);
  }
  for (const std::string base : {"/crm/v3/exports/export", "/crm/exports/{version}/export"}) {
    add("POST", base + "/async", &HubSpot::export_start);
    add("GET", base + "/async/tasks/{id}/status", &HubSpot::export_status);
    add("GET", base + "/{id}", &HubSpot::export_read);
  }
  add("GET", "/exported/{key}", &HubSpot::exported_file);
  for (const std::string base : {"/crm/v3/limits", "/crm/limits/{version}"}) {
    add("GET", base + "/custom-properties", &HubSpot::property_limits);
    add("GET", base + "/records", &HubSpot::record_limits);
    add("GET", base + "/pipelines", &HubSpot::pipeline_limits);
    add("GET", base + "/associations/labels", &HubSpot::label_limits);
  }
  add("GET", "/contacts/v1/secondary-email/{id}", &HubSpot::secondary_addresses);
  for (const char* method : {"PUT", "DELETE"}) add(method, "/contacts/v1/secondary-email/{id}/email/{address}", &HubSpot::change_secondary_address);
  add("GET", "/integrations/v1/me", &HubSpot::account_details);
  add("GET", "/integrations/v1/limit/daily", &HubSpot::older_daily_usage);
  for (const std::string base : {"/account-info/v3", "/account-info/{version}"}) {
    add("GET", base + "/details", &HubSpot::account_details);
    add("GET", base + "/api-usage/daily/private-apps", &HubSpot::daily_usage);
  }
}

void HubSpot::add_list_routes() {
  for (const std::string base : {"/crm/v3/lists", "/crm/lists/{version}"}) {
    add("POST", base, &HubSpot::list_create);
    add("GET", base, &HubSpot::lists_read);
    add("POST", base + "/folders", &HubSpot::folder_create);
    add("GET", base + "/folders", &HubSpot::folder_read);
    add("PUT", base + "/folders/move-list", &HubSpot::folder_take_list);
    add("PUT", base + "/folders/{folder}/rename", &HubSpot::folder_rename);
    add("PUT", base + "/folders/{folder}/move/{parent}", &HubSpot::folder_move);
    add("DELETE", base + "/folders/{folder}", &HubSpot::folder_remove);
    add("POST", base + "/search", &HubSpot::list_search);
    add("GET", base + "/object-type-id/{type}/name/{name}", &HubSpot::list_read_named);
    add("GET", base + "/records/{type}/{id}/memberships", &HubSpot::memberships_read);
    add("POST", base + "/records/memberships/batch/read", &HubSpot::memberships_batch_read);
    add("GET", base + "/{id}", &HubSpot::list_read);
    add("DELETE", base + "/{id}", &HubSpot::list_remove);
    add("PUT", base + "/{id}/restore", &HubSpot::list_restore);
    add("PUT", base + "/{id}/update-list-name", &HubSpot::list_rename);
    add("PUT", base + "/{id}/update-list-filters", &HubSpot::list_filter);
    add("GET", base + "/{id}/memberships", &HubSpot::members_read);
    add("DELETE", base + "/{id}/memberships", &HubSpot::members_clear);
    add("GET", base + "/{id}/memberships/join-order", &HubSpot::members_in_order);
    add("PUT", base + "/{id}/memberships/add", &HubSpot::members_add);
    add("PUT", base + "/{id}/memberships/remove", &HubSpot::members_remove);
    add("PUT", base + "/{id}/memberships/add-and-remove", &HubSpot::members_change);
    add("PUT", base + "/{id}/memberships/add-from/{source}", &HubSpot::members_add_from);
  }
}

void HubSpot::add_journal_routes() {
  for (const std::string base : {"/webhooks-journal/journal/{version}", "/webhooks-journal/journal-local/{version}"}) {
    add("GET", base + "/earliest", &HubSpot::journal_earliest);
    add("GET", base + "/latest", &HubSpot::journal_latest);
    add("GET", base + "/offset/{offset}/next", &HubSpot::journal_next);
    add("GET", base + "/batch/earliest/{count}", &HubSpot::journal_batch_earliest);
    add("GET", base + "/batch/latest/{count}", &HubSpot::journal_batch_latest);
    add("GET", base + "/batch/{offset}/next/{count}", &HubSpot::journal_batch_next);
    add("POST", base + "/batch/read", &HubSpot::journal_batch_read);
  }
  const std::string subscriptions = "/webhooks-journal/subscriptions/{version}";
  add("GET", subscriptions, &HubSpot::journal_subscriptions);
  add("POST", subscriptions, &HubSpot::journal_subscribe);
  add("DELETE", subscriptions + "/portals/{portal}", &HubSpot::journal_forget_account);
  add("POST", subscriptions + "/filters", &HubSpot::journal_filter_create);
  add("GET", subscriptions + "/filters/subscription/{id}", &HubSpot::journal_filters);
  for (const char* method : {"GET", "DELETE"}) add(method, subscriptions + "/filters/{id}", &HubSpot::journal_filter);
  add("POST", "/webhooks-journal/snapshots/{version}/crm", &HubSpot::journal_snapshots);
  add("GET", "/webhooks-journal/snapshots/{version}/status/{id}", &HubSpot::journal_snapshot_status);
  for (const char* method : {"GET", "DELETE"}) add(method, subscriptions + "/{id}", &HubSpot::journal_subscription);
  add("GET", "/journaled/{key}", &HubSpot::journal_file);
}

void HubSpot::add_object_routes() {
  for (const std::string base : {"/crm/v3/objects/{type}", "/crm/objects/{version}/{type}"}) {
    add("POST", base + "/batch/read", &HubSpot::batch_read);
    add("POST", base + "/batch/create", &HubSpot::batch_create);
    add("POST", base + "/batch/update", &HubSpot::batch_update);
    add("POST", base + "/batch/upsert", &HubSpot::batch_upsert);
    add("POST", base + "/batch/archive", &HubSpot::batch_archive);
    add("POST", base + "/search", &HubSpot::search);
    add("POST", base + "/merge", &HubSpot::merge);
    add("POST", base + "/gdpr-delete", &HubSpot::erase);
    add("GET", base, &HubSpot::list);
    add("POST", base, &HubSpot::create);
    add("GET", base + "/{id}", &HubSpot::read);
    add("PATCH", base + "/{id}", &HubSpot::update);
    add("DELETE", base + "/{id}", &HubSpot::archive);
  }
}

void HubSpot::add_schema_routes() {
  for (const std::string base : {"/crm/v3/properties/{type}", "/crm/properties/{version}/{type}"}) {
    add("GET", base + "/groups", &HubSpot::group_list);
    add("POST", base + "/groups", &HubSpot::group_create);
    add("GET", base + "/groups/{name}", &HubSpot::group_read);
    add("PATCH", base + "/groups/{name}", &HubSpot::group_update);
    add("DELETE", base + "/groups/{name}", &HubSpot::group_archive);
    add("POST", base + "/batch/read", &HubSpot::properties_batch_read);
    add("POST", base + "/batch/create", &HubSpot::properties_batch_create);
    add("POST", base + "/batch/archive", &HubSpot::properties_batch_archive);
    add("GET", base, &HubSpot::property_list);
    add("POST", base, &HubSpot::property_create);
    add("GET", base + "/{name}", &HubSpot::property_read);
    add("PATCH", base + "/{name}", &HubSpot::property_update);
    add("DELETE", base + "/{name}", &HubSpot::property_archive);
  }
  for (const std::string base : {"/crm-object-schemas/v3/schemas", "/crm/v3/schemas", "/crm-object-schemas/{version}/schemas"}) {
    add("GET", base, &HubSpot::schema_list);
    add("POST", base, &HubSpot::schema_create);
    add("POST", base + "/batch/read", &HubSpot::schemas_batch_read);
    add("GET", base + "/{type}", &HubSpot::schema_read);
    add("PATCH", base + "/{type}", &HubSpot::schema_update);
    add("DELETE", base + "/{type}", &HubSpot::schema_archive);
    add("POST", base + "/{type}/associations", &HubSpot::schema_tie);
    add("DELETE", base + "/{type}/associations/{association}", &HubSpot::schema_untie);
  }
  for (const std::string base : {"/crm/v3/property-validations", "/crm/property-validations/{version}"}) {
    add("GET", base + "/{type}", &HubSpot::property_rules);
    add("GET", base + "/{type}/{name}", &HubSpot::property_rules);
  }
  for (const std::string base : {"/crm/v3/pipelines/{type}", "/crm/pipelines/{version}/{type}"}) {
    add("GET", base, &HubSpot::pipeline_list);
    add("POST", base, &HubSpot::pipeline_create);
    add("GET", base + "/{id}", &HubSpot::pipeline_read);
    add("PATCH", base + "/{id}", &HubSpot::pipeline_update);
    add("PUT", base + "/{id}", &HubSpot::pipeline_replace);
    add("DELETE", base + "/{id}", &HubSpot::pipeline_archive);
    add("GET", base + "/{id}/audit", &HubSpot::pipeline_audit);
    add("GET", base + "/{id}/stages", &HubSpot::stage_list);
    add("POST", base + "/{id}/stages", &HubSpot::stage_create);
    add("GET", base + "/{id}/stages/{stage}", &HubSpot::stage_read);
    add("PATCH", base + "/{id}/stages/{stage}", &HubSpot::stage_update);
    add("PUT", base + "/{id}/stages/{stage}", &HubSpot::stage_replace);
    add("DELETE", base + "/{id}/stages/{stage}", &HubSpot::stage_archive);
    add("GET", base + "/{id}/stages/{stage}/audit", &HubSpot::stage_audit);
  }
}

void HubSpot::add_association_routes() {
  for (const std::string base : {"/crm/v4/objects/{type}/{id}/associations", "/crm/objects/{version}/{type}/{id}/associations"}) {
    add("PUT", base + "/default/{to}/{to_id}", &HubSpot::tie_default);
    add("GET", base + "/{to}", &HubSpot::ties_read, kLabelledTies);
    add("PUT", base + "/{to}/{to_id}", &HubSpot::tie_labelled);
    add("DELETE", base + "/{to}/{to_id}", &HubSpot::tie_delete);
  }
  for (const std::string root : {"/crm/v4/associations", "/crm/associations/v4", "/crm/associations/{version}"}) {
    const std::string base = root + "/{type}/{to}", rules = root + "/definitions/configurations";
    add("POST", base + "/batch/read", &HubSpot::ties_batch_read, kLabelledTies);
    add("POST", base + "/batch/create", &HubSpot::ties_batch_create, kLabelledTies);
    add("POST", base + "/batch/associate/default", &HubSpot::ties_batch_create, kDefaultTies);
    add("POST", base + "/batch/archive", &HubSpot::ties_batch_archive);
    add("POST", base + "/batch/labels/archive", &HubSpot::types_batch_archive, kLabelledTies);
    add("GET", base + "/labels", &HubSpot::labels);
    add("POST", base + "/labels", &HubSpot::label_create);
    add("PUT", base + "/labels", &HubSpot::label_update);
    add("DELETE", base + "/labels/{label}", &HubSpot::label_delete);
    add("GET", rules + "/all", &HubSpot::rules_all);
    add("GET", rules + "/{type}/{to}", &HubSpot::rules_between);
    add("POST", rules + "/{type}/{to}/batch/create", &HubSpot::rules_create);
    add("POST", rules + "/{type}/{to}/batch/update", &HubSpot::rules_update);
    add("POST", rules + "/{type}/{to}/batch/purge", &HubSpot::rules_purge);
    add("POST", root + "/usage/high-usage-report/{user}", &HubSpot::usage_report);
  }
  const std::string one = "/crm/v3/objects/{type}/{id}/associations/{to}", many = "/crm/v3/associations/{type}/{to}";
  add("GET", one, &HubSpot::ties_read, kNamedTies);
  for (const std::string& base : {one, std::string("/crm/objects/{version}/{type}/{id}/associations/{to}")}) {
    add("PUT", base + "/{to_id}/{kind}", &HubSpot::tie_named);
    add("DELETE", base + "/{to_id}/{kind}", &HubSpot::untie_named);
  }
  add("GET", many + "/types", &HubSpot::type_names);
  add("POST", many + "/batch/read", &HubSpot::ties_batch_read, kNamedTies);
  add("POST", many + "/batch/create", &HubSpot::ties_batch_create, kNamedTies);
  add("POST", many + "/batch/archive", &HubSpot::types_batch_archive, kNamedTies);
}

void HubSpot::add_older_routes() {
  older_.add_routes([this](std::string method, const std::string& path, OlderApi::Handler handler) {
    router().add(std::move(method), path, [this, handler = std::move(handler)](Call& call) { return answered(call, handler); });
  });
  for (const char* version : {"v1", "v2"}) {
    const std::string properties = std::string("/properties/") + version + "/{type}/properties";
    add("GET", properties, &HubSpot::older_property_definitions);
    add("GET", properties + "/named/{name}", &HubSpot::older_property_definitions);
    add("POST", properties, &HubSpot::older_property_write);
    for (const char* method : {"PUT", "DELETE"}) add(method, properties + "/named/{name}", &HubSpot::older_property_write);
    add("GET", std::string("/properties/") + version + "/{type}/groups", &HubSpot::older_property_groups);
    add("POST", std::string("/properties/") + version + "/{type}/groups", &HubSpot::older_property_write);
    for (const char* method : {"PUT", "DELETE"})
      add(method, std::string("/properties/") + version + "/{type}/groups/named/{name}", &HubSpot::older_property_write);
  }
}

}  // namespace lockstep::emulators::hubspot

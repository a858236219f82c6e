// What versions 1 and 2 call things (§0.1): supported until 2027, and what many integrations still use.
#include "emulators/hubspot/older_versions.h"
#include "emulators/hubspot/service.h"

namespace lockstep::emulators::hubspot {

void HubSpot::add_older_routes() {
  const std::string contact = "/contacts/v1/contact";
  add("POST", contact, &HubSpot::older_contact_create);
  for (const char* by : {"/vid/{vid}", "/email/{email}"}) {
    add("GET", contact + by + "/profile", &HubSpot::older_contact_read);
    add("POST", contact + by + "/profile", &HubSpot::older_contact_update);
  }
  add("DELETE", contact + "/vid/{vid}", &HubSpot::older_contact_remove);
  add("POST", contact + "/batch", &HubSpot::older_contacts_write);
  add("POST", contact + "/merge-vids/{vid}", &HubSpot::older_contact_merge);
  add("POST", contact + "/createOrUpdate/email/{email}", &HubSpot::older_contact_upsert);
  for (const char* batch : {"/vids/batch", "/emails/batch"}) add("GET", contact + batch, &HubSpot::older_contacts_read);
  for (const char* list : {"/all/contacts/all", "/all/contacts/recent", "/recently_updated/contacts/recent"}) add("GET", std::string("/contacts/v1/lists") + list, &HubSpot::older_contact_pages);
  add("GET", "/contacts/v1/search/query", &HubSpot::older_contact_search);
  add("POST", "/companies/v1/batch-async/update", &HubSpot::older_batch_update, kOlderCompanies);
  add("POST", "/deals/v1/batch-async/update", &HubSpot::older_batch_update, kOlderDeals);
  const std::string tickets = "/crm-objects/v1/objects/tickets/batch-";
  add("POST", tickets + "create", &HubSpot::older_batch_create, kOlderTickets);
  add("POST", tickets + "read", &HubSpot::older_batch_read, kOlderTickets);
  add("POST", tickets + "update", &HubSpot::older_batch_update, kOlderTickets);
  add("POST", tickets + "delete", &HubSpot::older_batch_remove, kOlderTickets);
  for (const auto& [base, kind] : {std::pair<std::string, const OlderKind*>("/companies/v2/companies", &kOlderCompanies), {"/deals/v1/deal", &kOlderDeals}, {"/crm-objects/v1/objects/tickets", &kOlderTickets}}) {
    add("POST", base, &HubSpot::older_create, *kind);
    add("GET", base + "/paged", &HubSpot::older_pages, *kind);
    for (const char* stamp : {"/recent/modified", "/recent/created"}) add("GET", base + stamp, &HubSpot::older_recent, *kind);
    add("GET", base + "/{id}", &HubSpot::older_read, *kind);
    add("PUT", base + "/{id}", &HubSpot::older_update, *kind);
    add("DELETE", base + "/{id}", &HubSpot::older_remove, *kind);
  }
  add("POST", "/companies/v2/domains/{domain}/companies", &HubSpot::older_companies_of_domain);
  for (const char* people : {"/contacts", "/vids"}) add("GET", std::string("/companies/v2/companies/{id}") + people, &HubSpot::older_people_of_company);
  for (const char* method : {"PUT", "DELETE"}) add(method, "/companies/v2/companies/{id}/contacts/{vid}", &HubSpot::older_join_company);
  for (const char* method : {"PUT", "DELETE"}) add(method, "/deals/v1/deal/{id}/associations/{kind}", &HubSpot::older_join_deal);
  add("GET", "/deals/v1/deal/associated/{kind}/{record}/paged", &HubSpot::older_deals_of);
  const std::string engagements = "/engagements/v1/engagements";
  add("POST", engagements, &HubSpot::engagement_create);
  for (const char* pages : {"/paged", "/recent/modified", "/associated/{kind}/{record}/paged"}) add("GET", engagements + pages, &HubSpot::engagement_pages);
  for (const char* method : {"GET", "PATCH", "DELETE"}) add(method, engagements + "/{id}", &HubSpot::engagement_one);
  const std::string ties = "/crm-associations/v1/associations";
  for (const char* how : {"", "/create-batch", "/delete", "/delete-batch"}) add("PUT", ties + how, &HubSpot::older_associate);
  add("GET", ties + "/{id}/HUBSPOT_DEFINED/{definition}", &HubSpot::older_associations);
  add("GET", "/owners/v2/owners", &HubSpot::older_owners);
  add("GET", "/crm-pipelines/v1/pipelines/{type}", &HubSpot::older_pipelines);
  for (const char* version : {"v1", "v2"}) {
    const std::string properties = std::string("/properties/") + version + "/{type}/properties";
    add("GET", properties, &HubSpot::older_property_definitions);
    add("GET", properties + "/named/{name}", &HubSpot::older_property_definitions);
    add("POST", properties, &HubSpot::older_property_write);
    for (const char* method : {"PUT", "DELETE"}) add(method, properties + "/named/{name}", &HubSpot::older_property_write);
    add("GET", std::string("/properties/") + version + "/{type}/groups", &HubSpot::older_property_groups);
  }
}

}  // namespace lockstep::emulators::hubspot

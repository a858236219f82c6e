// What versions 1 and 2 call things (§0.1): supported until 2027, and what many integrations still use.
#include "emulators/hubspot/older_api.h"

namespace lockstep::emulators::hubspot {

void OlderApi::add_routes(const std::function<void(std::string, const std::string&, Handler)>& put) {
  auto add = [&](std::string method, const std::string& path, Answer (OlderApi::*handler)(Call&)) {
    put(std::move(method), path, [this, handler](Call& call) { return (this->*handler)(call); });
  };
  auto add_of = [&](std::string method, const std::string& path, Answer (OlderApi::*handler)(Call&, const OlderKind&), const OlderKind& kind) {
    put(std::move(method), path, [this, handler, &kind](Call& call) { return (this->*handler)(call, kind); });
  };
  const std::string contact = "/contacts/v1/contact";
  add("POST", contact, &OlderApi::older_contact_create);
  for (const char* by : {"/vid/{vid}", "/email/{email}"}) {
    add("GET", contact + by + "/profile", &OlderApi::older_contact_read);
    add("POST", contact + by + "/profile", &OlderApi::older_contact_update);
  }
  add("DELETE", contact + "/vid/{vid}", &OlderApi::older_contact_remove);
  add("POST", contact + "/batch", &OlderApi::older_contacts_write);
  add("POST", contact + "/merge-vids/{vid}", &OlderApi::older_contact_merge);
  add("POST", contact + "/createOrUpdate/email/{email}", &OlderApi::older_contact_upsert);
  for (const char* batch : {"/vids/batch", "/emails/batch"}) add("GET", contact + batch, &OlderApi::older_contacts_read);
  for (const char* list : {"/all/contacts/all", "/all/contacts/recent", "/recently_updated/contacts/recent"})
    add("GET", std::string("/contacts/v1/lists") + list, &OlderApi::older_contact_pages);
  add("GET", "/contacts/v1/search/query", &OlderApi::older_contact_search);
  add_of("POST", "/companies/v1/batch-async/update", &OlderApi::older_batch_update, kOlderCompanies);
  add_of("POST", "/deals/v1/batch-async/update", &OlderApi::older_batch_update, kOlderDeals);
  const std::string tickets = "/crm-objects/v1/objects/tickets/batch-";
  add_of("POST", tickets + "create", &OlderApi::older_batch_create, kOlderTickets);
  add_of("POST", tickets + "read", &OlderApi::older_batch_read, kOlderTickets);
  add_of("POST", tickets + "update", &OlderApi::older_batch_update, kOlderTickets);
  add_of("POST", tickets + "delete", &OlderApi::older_batch_remove, kOlderTickets);
  for (const auto& [base, kind] : {std::pair<std::string, const OlderKind*>("/companies/v2/companies", &kOlderCompanies),
                                   {"/deals/v1/deal", &kOlderDeals},
                                   {"/crm-objects/v1/objects/tickets", &kOlderTickets}}) {
    add_of("POST", base, &OlderApi::older_create, *kind);
    add_of("GET", base + "/paged", &OlderApi::older_pages, *kind);
    for (const char* stamp : {"/recent/modified", "/recent/created"}) add_of("GET", base + stamp, &OlderApi::older_recent, *kind);
    add_of("GET", base + "/{id}", &OlderApi::older_read, *kind);
    add_of("PUT", base + "/{id}", &OlderApi::older_update, *kind);
    add_of("DELETE", base + "/{id}", &OlderApi::older_remove, *kind);
  }
  add("POST", "/companies/v2/domains/{domain}/companies", &OlderApi::older_companies_of_domain);
  for (const char* people : {"/contacts", "/vids"}) add("GET", std::string("/companies/v2/companies/{id}") + people, &OlderApi::older_people_of_company);
  for (const char* method : {"PUT", "DELETE"}) add(method, "/companies/v2/companies/{id}/contacts/{vid}", &OlderApi::older_join_company);
  for (const char* method : {"PUT", "DELETE"}) add(method, "/deals/v1/deal/{id}/associations/{kind}", &OlderApi::older_join_deal);
  add("GET", "/deals/v1/deal/associated/{kind}/{record}/paged", &OlderApi::older_deals_of);
  const std::string engagements = "/engagements/v1/engagements";
  add("POST", engagements, &OlderApi::engagement_create);
  for (const char* pages : {"/paged", "/recent/modified", "/associated/{kind}/{record}/paged"}) add("GET", engagements + pages, &OlderApi::engagement_pages);
  for (const char* method : {"GET", "PATCH", "DELETE"}) add(method, engagements + "/{id}", &OlderApi::engagement_one);
  const std::string ties = "/crm-associations/v1/associations";
  for (const char* how : {"", "/create-batch", "/delete", "/delete-batch"}) add("PUT", ties + how, &OlderApi::older_associate);
  add("GET", ties + "/{id}/HUBSPOT_DEFINED/{definition}", &OlderApi::older_associations);
  for (const char* which : {"", "/{id}"}) add("GET", std::string("/owners/v2/owners") + which, &OlderApi::older_owners);
  add("GET", "/crm-pipelines/v1/pipelines/{type}", &OlderApi::older_pipelines);
  for (const char* which : {"", "/{id}"}) add("GET", std::string("/deals/v1/pipelines") + which, &OlderApi::older_deal_pipelines);
  add("GET", "/calling/v1/dispositions", &OlderApi::older_dispositions);
}

}  // namespace lockstep::emulators::hubspot

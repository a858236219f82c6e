// What is served where.
#include "emulators/salesforce/dialect.h"
#include "emulators/salesforce/ids.h"

namespace lockstep::emulators::salesforce {

void Salesforce::add(std::string method, const std::string& path, Handler handler, int since) {
  router().add(std::move(method), path, [this, handler, since](Call& call) {
    bool served = since <= kOldestVersion || std::atoi(call.parameter("version").c_str() + 1) >= since;
    return served ? (this->*handler)(call) : not_found(call);
  });
}

void Salesforce::add_routes() {
  add("POST", "/services/oauth2/token", &Salesforce::token);
  add("POST", "/services/oauth2/revoke", &Salesforce::revoke);
  add("GET", "/.well-known/openid-configuration", &Salesforce::openid_configuration);
  add("GET", "/services/oauth2/authorize", &Salesforce::authorize);
  add("POST", "/services/oauth2/introspect", &Salesforce::introspect);
  add("GET", "/services/oauth2/userinfo", &Salesforce::userinfo);
  add("POST", "/services/oauth2/userinfo", &Salesforce::userinfo);
  add("GET", "/id/keys", &Salesforce::signing_keys);
  add("GET", "/id/{organization}/{user}", &Salesforce::identity);
  add("POST", "/services/Soap/u/{version}", &Salesforce::soap);
  add("POST", "/services/Soap/u/{version}/{organization}", &Salesforce::soap);
  for (const char* path : {"/services/Soap/m/{version}", "/services/Soap/m/{version}/{organization}"}) add("POST", path, &Salesforce::soap_metadata);
  for (const char* path : {"/services/Soap/{api}/{version}", "/services/Soap/{api}/{version}/{organization}"}) add("POST", path, &Salesforce::soap_beyond);
  add("GET", "/services/data", &Salesforce::versions);
  add("POST", "/cometd/{version}", &Salesforce::stream);
  router().add("GET", "/cometd/{version}", [](Call&) { return http::Response(400, "400::only long-polling is spoken here"); });
  router().add("POST", "/cometd", [](Call&) { return http::Response(400, "API version in the URI is mandatory. URI format: '/cometd/67.0'"); });
  const std::string base = "/services/data/{version}";
  add("GET", base, &Salesforce::resources);
  add("GET", base + "/limits", &Salesforce::limits);
  add("GET", base + "/limits/recordCount", &Salesforce::record_count);
  add("GET", base + "/query", &Salesforce::query);
  add("GET", base + "/query/{locator}", &Salesforce::query_more);
  for (const char* query : {"/tooling/query", "/tooling/queryAll"}) add("GET", base + query, &Salesforce::tooling_query);
  add("GET", base + "/tooling/query/{locator}", &Salesforce::query_more);
  add("GET", base + "/tooling/sobjects", &Salesforce::describe_all);
  add("GET", base + "/tooling/sobjects/{object}/describe", &Salesforce::describe);
  add("GET", base + "/tooling/sobjects/{object}/{id}", &Salesforce::read_row);
  add("GET", base + "/queryAll", &Salesforce::query_all);
  add("GET", base + "/queryAll/{locator}", &Salesforce::query_more);
  add("POST", base + "/composite", &Salesforce::composite);
  add("POST", base + "/composite/graph", &Salesforce::composite_graph);
  add("POST", base + "/composite/batch", &Salesforce::composite_batch);
  add("POST", base + "/composite/tree/{object}", &Salesforce::composite_tree);
  constexpr int kCollections = 42, kCollectionUpserts = 46;
  add("POST", base + "/composite/sobjects", &Salesforce::collection_create, kCollections);
  add("PATCH", base + "/composite/sobjects", &Salesforce::collection_update, kCollections);
  add("DELETE", base + "/composite/sobjects", &Salesforce::collection_delete, kCollections);
  add("POST", base + "/composite/sobjects/{object}", &Salesforce::collection_read, kCollections);
  add("GET", base + "/composite/sobjects/{object}", &Salesforce::collection_read, kCollections);
  add("PATCH", base + "/composite/sobjects/{object}/{field}", &Salesforce::collection_upsert, kCollectionUpserts);
  add("GET", base + "/search", &Salesforce::search);
  for (const char* method : {"GET", "POST"}) add(method, base + "/parameterizedSearch", &Salesforce::parameterized_search);
  add("GET", base + "/event/eventSchema/{schema}", &Salesforce::event_schema_call);
  add("GET", base + "/recent", &Salesforce::recent);
  add("GET", base + "/tabs", &Salesforce::tabs);
  for (const char* kind : {"rules", "approvals"}) {  // there are none
    router().add("GET", base + "/process/" + kind, [kind](Call&) { return json_response(200, json::object{{kind, json::object()}}); });
  }
  add("GET", base + "/theme", &Salesforce::theme);
  add_bulk_routes(base);
  add_record_routes(base);
}

void Salesforce::add_bulk_routes(const std::string& base) {
  for (const char* kind : {"ingest", "query"}) {
    const std::string jobs = base + "/jobs/" + kind;
    bool ingest = jobs.ends_with("ingest");
    add("POST", jobs, ingest ? &Salesforce::create_ingest_job : &Salesforce::create_query_job);
    add("GET", jobs, &Salesforce::list_jobs);
    add("GET", jobs + "/{job}", &Salesforce::job_state);
    add("PATCH", jobs + "/{job}", &Salesforce::close_job);
    add("DELETE", jobs + "/{job}", &Salesforce::delete_job);
    if (ingest) add("PUT", jobs + "/{job}/batches", &Salesforce::upload_job);
    if (ingest) add("GET", jobs + "/{job}/{results}", &Salesforce::ingest_results);
    if (!ingest) add("GET", jobs + "/{job}/results", &Salesforce::query_results);
  }
  const std::string job = "/services/async/{version}/job";
  router().add("POST", job, [this](Call& call) {
    Bulk1::Maker maker{make_id("750", ++last_job_), writer(call), origin_of(call)};
    return bulk1_.create_job(call, std::move(maker));
  });
  auto serve = [this](std::string method, std::string path, http::Response (Bulk1::*handler)(Call&)) {
    router().add(std::move(method), std::move(path), [this, handler](Call& call) { return (bulk1_.*handler)(call); });
  };
  const std::string batch = job + "/{job}/batch";
  serve("GET", job + "/{job}", &Bulk1::job_state);
  serve("POST", job + "/{job}", &Bulk1::change_job);
  serve("POST", batch, &Bulk1::add_batch);
  serve("GET", batch, &Bulk1::list_batches);
  serve("GET", batch + "/{batch}", &Bulk1::batch_state);
  serve("GET", batch + "/{batch}/request", &Bulk1::batch_request);
  serve("GET", batch + "/{batch}/result", &Bulk1::batch_result);
  serve("GET", batch + "/{batch}/result/{result}", &Bulk1::query_result);
}

void Salesforce::add_record_routes(const std::string& base) {
  add("GET", base + "/sobjects", &Salesforce::describe_all);
  add("GET", base + "/sobjects/{object}", &Salesforce::basic_info);
  add("POST", base + "/sobjects/{object}", &Salesforce::create_row);
  add("GET", base + "/sobjects/{object}/describe", &Salesforce::describe);
  add("GET", base + "/sobjects/{object}/updated", &Salesforce::updated);
  add("GET", base + "/sobjects/{object}/deleted", &Salesforce::deleted);
  add("GET", base + "/sobjects/{object}/describe/layouts", &Salesforce::layouts);
  add("GET", base + "/sobjects/{object}/describe/layouts/{record_type}", &Salesforce::layouts);
  add("GET", base + "/sobjects/{object}/describe/compactLayouts", &Salesforce::compact_layouts);
  add("GET", base + "/sobjects/{object}/describe/approvalLayouts", &Salesforce::approval_layouts);
  add("GET", base + "/sobjects/{object}/listviews", &Salesforce::list_views);
  add("GET", base + "/sobjects/{object}/listviews/{view}", &Salesforce::list_view);
  add("GET", base + "/sobjects/{object}/listviews/{view}/{part}", &Salesforce::list_view);
  for (const std::string& actions : {base + "/quickActions", base + "/sobjects/{object}/quickActions"}) {
    add("GET", actions, &Salesforce::quick_actions);
    add("GET", actions + "/{action}", &Salesforce::quick_action);
    add("POST", actions + "/{action}", &Salesforce::quick_action);
    add("GET", actions + "/{action}/{part}", &Salesforce::quick_action);
    add("GET", actions + "/{action}/{part}/{record}", &Salesforce::quick_action);
  }
  for (const char* users : {"/sobjects/User", "/sobjects/user"}) {  // some write every object in lower case
    for (const char* method : {"GET", "POST", "DELETE"}) add(method, base + users + "/{id}/password", &Salesforce::user_password);
  }
  constexpr int kCreatesByNoId = 37;
  add("POST", base + "/sobjects/{object}/Id", &Salesforce::create_row, kCreatesByNoId);
  add("GET", base + "/sobjects/{object}/{id}", &Salesforce::read_row);
  add("PATCH", base + "/sobjects/{object}/{id}", &Salesforce::update_row);
  add("DELETE", base + "/sobjects/{object}/{id}", &Salesforce::delete_row);
  add("GET", base + "/sobjects/{object}/{field}/{value}", &Salesforce::read_by_key);
  add("PATCH", base + "/sobjects/{object}/{field}/{value}", &Salesforce::upsert_row);
  add("DELETE", base + "/sobjects/{object}/{field}/{value}", &Salesforce::delete_by_key);
}

}  // namespace lockstep::emulators::salesforce

#pragma once

#include <functional>

#include "emulators/hubspot/calls.h"
#include "emulators/hubspot/older_versions.h"

namespace lockstep::emulators::hubspot {

/// Versions 1 and 2 over the same records (§0.1): supported until 2027, and what many integrations still use.
class OlderApi {
 public:
  using Answer = Outcome<http::Response>;
  using Handler = std::function<Answer(Call&)>;
  /// What it needs of the account's service beside the records.
  struct Host {
    std::int64_t portal_id = 0;
    std::function<Writer(const Call&)> writer;
    std::function<std::string()> uuid;
  };
  OlderApi(Portal& portal, Host host) : portal_(portal), host_(std::move(host)) {}
  void add_routes(const std::function<void(std::string method, const std::string& path, Handler handler)>& add);

 private:
  Writer writer(const Call& call) const { return host_.writer(call); }
  // older_contacts.cc
  json::object older_contact(RowNumber row, const std::vector<std::string>& names);
  Outcome<RowNumber> older_contact_of(const Call& call);
  Answer older_contact_create(Call& call);
  Answer older_contact_read(Call& call);
  Answer older_contacts_read(Call& call);
  Answer older_contact_update(Call& call);
  Answer older_contact_upsert(Call& call);
  Answer older_contacts_write(Call& call);
  Answer older_contact_merge(Call& call);
  Answer older_contact_remove(Call& call);
  Answer older_contact_pages(Call& call);
  Answer older_contact_search(Call& call);
  // older_records.cc
  json::array older_ties(const ObjectType& from, RowNumber row, std::string_view to_name);
  json::object older_record(const OlderKind& kind, RowNumber row, const std::vector<std::string>& names);
  Outcome<RowNumber> older_row(const Call& call, const OlderKind& kind);
  Outcome<void> older_tie(const ObjectType& from, RowNumber row, std::string_view to_name, const json::value* ids, const Writer& writer);
  Answer older_create(Call& call, const OlderKind& kind);
  Answer older_read(Call& call, const OlderKind& kind);
  Answer older_update(Call& call, const OlderKind& kind);
  Answer older_remove(Call& call, const OlderKind& kind);
  Answer older_pages(Call& call, const OlderKind& kind);
  Answer older_recent(Call& call, const OlderKind& kind);
  // older_batches.cc
  Answer older_batch_update(Call& call, const OlderKind& kind);
  Answer older_batch_create(Call& call, const OlderKind& kind);
  Answer older_batch_read(Call& call, const OlderKind& kind);
  Answer older_batch_remove(Call& call, const OlderKind& kind);
  // older_records.cc
  Answer older_companies_of_domain(Call& call);
  Answer older_people_of_company(Call& call);
  Answer older_join_company(Call& call);
  Answer older_join_deal(Call& call);
  Answer older_deals_of(Call& call);
  // older_engagements.cc
  Outcome<std::pair<const ObjectType*, RowNumber>> engagement_of(const Call& call);
  json::object older_engagement(const ObjectType& type, RowNumber row);
  Answer engagement_create(Call& call);
  Answer engagement_one(Call& call);
  Answer engagement_pages(Call& call);
  // older_definitions.cc
  Answer older_associate(Call& call);
  Answer older_associations(Call& call);
  Answer older_owners(Call& call);
  Answer older_pipelines(Call& call);
  Answer older_deal_pipelines(Call& call);
  Answer older_dispositions(Call& call);

  Portal& portal_;
  Host host_;
};

}  // namespace lockstep::emulators::hubspot

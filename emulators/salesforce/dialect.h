#pragma once

#include <map>

#include "emulators/core/limits.h"
#include "emulators/core/stand_in.h"
#include "emulators/salesforce/org.h"
#include "emulators/salesforce/salesforce.h"
#include "emulators/salesforce/soql.h"

namespace lockstep::emulators::salesforce {

/// The dialect: one method per resource, spread over files by topic.
class Salesforce final : public StandIn {
 public:
  Salesforce(const EmulatorClock& clock, Rng rng, SalesforceOptions options);
  std::string name() const override { return "salesforce"; }

 protected:
  std::optional<http::Response> admit(Call& call, const Route* route) override;
  void finish(Call& call, http::Response& response) override;
  http::Response not_found(Call& call) override;
  http::Response method_not_allowed(Call& call, const std::vector<std::string>& allowed) override;
  http::Response fault_answer(Call& call, const Fault& fault) override;
  Result<std::string> apply(const Edit& edit) override;
  std::optional<http::Response> control(const http::ServerRequest& request, std::string_view path) override;

 private:
  using Handler = http::Response (Salesforce::*)(Call&);
  void add(std::string method, const std::string& path, Handler handler);
  void add_routes();

  // oauth.cc
  http::Response token(Call& call);
  http::Response revoke(Call& call);
  http::Response identity(Call& call);
  http::Response grant(Call& call, const OAuthClient& client);
  // discovery.cc
  http::Response versions(Call& call);
  http::Response resources(Call& call);
  http::Response limits(Call& call);
  http::Response record_count(Call& call);
  http::Response describe_all(Call& call);
  http::Response describe(Call& call);
  // replication.cc
  http::Response updated(Call& call);
  http::Response deleted(Call& call);
  // rows.cc
  http::Response create_row(Call& call);
  http::Response read_row(Call& call);
  http::Response update_row(Call& call);
  http::Response delete_row(Call& call);
  http::Response read_by_key(Call& call);
  http::Response upsert_row(Call& call);
  http::Response delete_by_key(Call& call);
  http::Response render_row(Call& call, const ObjectType& object, RowNumber row);
  Outcome<RowNumber> row_of_path(const ObjectType& object, const std::string& id) const;
  struct KeyedRows {
    const Field* field = nullptr;
    std::vector<RowNumber> rows;
  };
  Outcome<KeyedRows> rows_by_key(Call& call, const ObjectType& object) const;
  // collections.cc
  http::Response collection_create(Call& call);
  http::Response collection_update(Call& call);
  http::Response collection_upsert(Call& call);
  http::Response collection_delete(Call& call);
  http::Response collection_read(Call& call);
  // composite.cc
  http::Response composite(Call& call);
  // query.cc
  http::Response query(Call& call);
  http::Response query_all(Call& call);
  http::Response query_more(Call& call);
  http::Response run_query(Call& call, bool all);
  struct Cursor;
  http::Response page(Call& call, const std::string& id, const Cursor& cursor, std::size_t from,
                      std::size_t size);
  void forget_cursors(WallTime now);

  Writer writer(const Call& call) const;
  const ObjectType* object_of(const Call& call) const;

  struct Cursor {
    Query query;
    std::vector<RowNumber> rows;
    WallTime used;
    std::uint64_t number = 0;
  };
  SalesforceOptions options_;
  Org org_;
  RollingLimit daily_;
  std::string organization_id_;
  std::map<std::string, Cursor> cursors_;  // by locator without offset
  std::uint64_t last_cursor_ = 0;
};

/// Reads a JSON body of the wanted kind; a refusal as an answer: 415, 400 JSON_PARSER_ERROR.
std::optional<http::Response> read_json(const Call& call, JsonDocument& document, json::kind wanted);
http::Response no_content();
http::Response html_response(int status, std::string_view reason);

}  // namespace lockstep::emulators::salesforce

#pragma once

#include <deque>

#include "emulators/core/limits.h"
#include "emulators/core/stand_in.h"
#include "emulators/core/switches.h"
#include "emulators/dynamics365/api_call.h"
#include "emulators/dynamics365/async_jobs.h"
#include "emulators/dynamics365/bulk_delete.h"
#include "emulators/dynamics365/dynamics365.h"
#include "emulators/dynamics365/waiting_writes.h"

namespace lockstep::emulators::dynamics365 {

class Service final : public StandIn {
 public:
  Service(const EmulatorClock& clock, Rng rng, Dynamics365Options options);
  std::string name() const override { return "dynamics365"; }
  std::vector<OutgoingRequest> take_outgoing() override;
  void outgoing_answered(std::uint64_t id, int status) override;

 protected:
  std::optional<http::Response> admit(Call& call, const Route* route) override;
  void finish(Call& call, http::Response& response) override;
  http::Response not_found(Call& call) override;
  http::Response method_not_allowed(Call& call, const std::vector<std::string>& allowed) override;
  http::Response fault_answer(Call& call, const Fault& fault) override;
  bool knows_fault_code(std::string_view code) const override;
  Result<std::string> apply(const Edit& edit) override;
  Result<void> change_schema(const SchemaChange& change) override;
  std::optional<http::Response> control(const http::ServerRequest& request, std::string_view path) override;

 private:
  /// `audience`: the parameter that names the organisation, "scope" of version 2.0 and "resource" of version 1.
  http::Response token(Call& call, std::string_view audience);
  /// Where tokens are had, as sign-in libraries look it up.
  http::Response openid_configuration(Call& call);
  http::Response instance_discovery(Call& call);
  /// The endpoints that people sign in at.
  http::Response other_sign_in(Call& call);
  http::Response signing_keys(Call& call);
  std::optional<http::Response> check_client(Call& call, const OAuthClient& client);
  /// `code`, `message`: of the body, where there is one.
  http::Response unauthorized(const Call& call, std::string_view code, std::string_view message);
  /// As errors were told years ago, beside what they tell now.
  static void add_inner_error(http::Response& response);
  /// Whether the organisation is there for anybody, and the request not too large for it.
  Outcome<void> check_organisation(const Call& call) const;
  http::Response api(Call& call);
  http::Response answer_api(Call& call);
  /// A write of a table with synchronous steps; kNotYet until they have answered.
  http::Response write_with_steps(Call& call);
  Outcome<http::Response> route(ApiCall& api, std::string_view path);
  Outcome<http::Response> route_table(ApiCall& api, std::string_view path);
  Outcome<http::Response> route_collection(ApiCall& api, const Resource& resource);
  Outcome<http::Response> route_row(ApiCall& api, const Resource& resource);
  Outcome<http::Response> batch(ApiCall& api);
  // searching.cc
  http::Response search(Call& call);
  Outcome<http::Response> answer_search(ApiCall& api);
  Outcome<std::string> apply_edit(const Edit& edit, const TableSpec& table, const Writer& writer);
  Outcome<void> update_as_person(const TableSpec& table, RowNumber row, Payload payload, const Writer& writer);
  Outcome<RowNumber> edited_row(const TableSpec& table, const std::string& id) const;

  http::Response keys(const http::ServerRequest& request);
  void add_switches();
  bool change_duplicate_rules(const json::value& sent, bool apply);
  bool change_client_keys(const json::value& sent, bool apply);
  bool change_denied(const json::value& sent, bool apply);
  bool change_transitions(const json::value& sent, bool apply);
  /// A switch that is a list of tables, which lack what others have.
  void add_lack(const char* name, bool TableSpec::*has);
  http::Response steps(const http::ServerRequest& request);
  /// A transaction begins at each second that somebody calls in: others may be done before it.
  void begin_transaction(WallTime now);
  /// Stamps and numbers an edit as one that began a while ago.
  void date_back(const Edit& edit, const TableSpec& table, Writer& writer);
  Result<std::size_t> add_steps(const json::object& sent);

  Dynamics365Options options_;
  Organisation organisation_;
  AsyncJobs jobs_;
  BulkDeletes bulk_deletes_;
  WaitingWrites waiting_;
  std::uint64_t waited_ = 0;
  bool in_batch_ = false;
  /// The web server that answers: the one of the cookie, or the next one.
  std::int64_t server_of(const Call& call);
  std::int64_t servers_ = 1;  // each with counters of its own
  std::int64_t next_server_ = 0;
  std::string counted_;                             // of the call being answered: whose counters, on which server
  ProtectionSettings limits_;                       // as the switches have them; the counters start anew when they change
  std::map<std::string, std::string> client_keys_;  // PEM by client id: what signs its assertions
  bool organisation_disabled_ = false;
  struct Begun {
    WallTime at;
    Database::Numbers numbers;
  };
  std::deque<Begun> begun_;      // the first of them long enough ago for an edit that is done now, where there is one
  Duration transaction_{2'000};  // between the stamp of an edit and when it is to be seen
  std::int64_t url_bytes_ = 32 * 1024, batched_url_bytes_ = 64 * 1024;
  std::int64_t request_bytes_ = 128LL << 20;
  std::map<std::string, RollingLimit> searches_;  // by user
  Switches switches_;
};

/// 429 with Retry-After.
http::Response too_many(const Throttled& throttled);

}  // namespace lockstep::emulators::dynamics365

#pragma once

#include <deque>
#include <map>
#include <set>

#include "emulators/core/limits.h"
#include "emulators/core/stand_in.h"
#include "emulators/salesforce/bulk1.h"
#include "emulators/salesforce/cometd.h"
#include "emulators/salesforce/jwt.h"
#include "emulators/salesforce/org.h"
#include "emulators/salesforce/outbound.h"
#include "emulators/salesforce/salesforce.h"
#include "emulators/salesforce/settings.h"
#include "emulators/salesforce/soap_answers.h"
#include "emulators/salesforce/soql.h"

namespace lockstep::emulators {
struct XmlElement;
}

namespace lockstep::emulators::salesforce {

inline constexpr Duration kOneDay{24LL * 3'600'000};
inline constexpr int kOldestVersion = 31, kNewestVersion = 67;
inline constexpr std::string_view kWebToken = "eyJ";                // how a session begins that is one
inline constexpr std::string_view kShortPage = "short_page";        // faults: a short page though more were asked for
inline constexpr std::string_view kQueryTimeout = "query_timeout";  // a query takes longer than it may
inline constexpr std::string_view kUpsertRace = "upsert_race";      // another writer creates the same key a moment before
inline constexpr std::string_view kBulkBatch = "bulk_batch";        // a batch of a load fails and is tried again
inline constexpr std::size_t kBulkBatchRows = 10'000;
inline constexpr Duration kLongestCall{600'000};
inline constexpr std::string_view kTooLong = "Your request was running for too long, and has been stopped.";

using Form = std::vector<std::pair<std::string, std::string>>;
/// The first value of that name, or empty.
std::string form_value(const Form& form, std::string_view name);

struct Search;  // search.cc

/// The dialect: one method per resource, spread over files by topic.
class Salesforce final : public StandIn {
 public:
  Salesforce(const EmulatorClock& clock, Rng rng, SalesforceOptions options);
  std::string name() const override { return "salesforce"; }
  void outgoing_answered_with(std::uint64_t id, int status, std::string_view body) override {
    outgoing_answered(id, OutboundMessages::acknowledged(status, body) ? 200 : 0);
  }

 protected:
  std::optional<http::ServerRequest> rewritten(const http::ServerRequest& request) const override;
  std::optional<http::Response> admit(Call& call, const Route* route) override;
  void finish(Call& call, http::Response& response) override;
  http::Response not_found(Call& call) override;
  http::Response method_not_allowed(Call& call, const std::vector<std::string>& allowed) override;
  http::Response fault_answer(Call& call, const Fault& fault) override;
  std::vector<std::string_view> own_faults() const override { return {kShortPage, kQueryTimeout, kUpsertRace, kBulkBatch}; }
  Result<std::string> apply(const Edit& edit) override;
  Result<void> change_schema(const SchemaChange& change) override { return org_.change_schema(change); }
  std::optional<http::Response> control(const http::ServerRequest& request, std::string_view path) override;

 private:
  using Handler = http::Response (Salesforce::*)(Call&);
  /// `since`: the first API version that serves it.
  void add(std::string method, const std::string& path, Handler handler, int since = kOldestVersion);
  void add_routes();
  void add_record_routes(const std::string& base);
  void add_bulk_routes(const std::string& base);

  /// What a session was granted with.
  struct Consent {
    std::string scope;
    std::string refresh_token;  // it came from, or with; empty: none
    bool show_refresh_token = false;
    std::string nonce;  // of an authorization, handed back in its id token
    bool holds(std::string_view wanted) const;
  };
  // admission.cc
  std::optional<http::Response> admit_data(Call& call);
  std::optional<http::Response> admit_bulk1(Call& call);
  /// Whether one more call that runs for long fits beside those that do.
  bool long_call_fits(const Call& call);
  enum class Entry { open, no_session, over_limit };
  RollingLimit& app_quota(const std::string& app) { return app_requests_.try_emplace(app, settings_.daily_app_requests, kOneDay).first->second; }
  /// Checks the session, counts the call and sets its caller.
  Entry enter(Call& call, const std::string& access);
  /// What keeps a session that is open from being used; `door`: of which API. Nothing: it is fit.
  std::optional<ApiError> unfit_session(const std::string& access, std::string_view door) const;

  // oauth.cc
  http::Response token(Call& call);
  http::Response revoke(Call& call);
  http::Response refresh_grant(Call& call, const OAuthClient& client, const Form& form);
  http::Response code_grant(Call& call, const OAuthClient& client, const Form& form);
  http::Response jwt_grant(Call& call, const Form& form);
  http::Response grant(Call& call, const OAuthClient& client, const Consent& consent);
  std::string new_session(WallTime now, const OAuthClient& client, const Consent& consent);
  std::string new_refresh_token(const OAuthClient& client, const std::string& scope);
  std::string id_token(const Call& call, const OAuthClient& client, const Consent& consent, const std::string& user);
  void revoke_refresh_token(const std::string& refresh_token);
  bool knows(const std::string& username, const std::string& password) const;
  bool is_active(const OAuthClient& client, WallTime now);
  Duration session_life() const { return Duration(settings_.session_minutes * 60'000); }
  /// Where the org is, as tokens tell.
  const std::string& instance_of(const Call& call) const { return settings_.instance_url.empty() ? call.base_url : settings_.instance_url; }
  // identity.cc
  http::Response authorize(Call& call);
  http::Response introspect(Call& call);
  http::Response identity(Call& call);
  http::Response userinfo(Call& call);
  http::Response openid_configuration(Call& call);
  http::Response signing_keys(Call& call);
  /// GET: whether it has expired; POST sets it, DELETE makes one up.
  http::Response user_password(Call& call);
  /// One's own, or whoever manages users.
  Outcome<void> may_set_password(const Call& call, RowNumber user);
  Outcome<void> set_password(RowNumber user, std::string password);
  std::string make_up_password(RowNumber user);
  json::object identity_of(const Call& call, const std::string& user) const;
  // soap.cc
  http::Response soap(Call& call);
  /// A refusal as an answer: a call without its header, or of another API than the address is of.
  std::optional<http::Response> misplaced_soap(const Call& call, const XmlElement& request, std::string_view api) const;
  /// Checks the session, counts the call; a refusal as an answer.
  std::optional<http::Response> enter_soap(Call& call, const XmlElement* header, const XmlElement& request);
  http::Response soap_login(Call& call, const XmlElement& request);
  json::object soap_user_info(const Call& call, const std::string& user) const;
  http::Response soap_password(Call& call, const XmlElement& request);
  std::string soap_write(Call& call, const XmlElement& request, const XmlElement* header);
  SoapAnswer soap_item(const XmlElement& request, const XmlElement& item, const Writer& writer);
  SoapAnswer soap_merge(const XmlElement& item, const Writer& writer);
  // beyond.cc
  static bool is_beyond(std::string_view path);
  http::Response soap_beyond(Call& call);
  // soap_metadata.cc
  http::Response soap_metadata(Call& call);
  std::string metadata_listed(const XmlElement& query, std::string_view founder) const;
  std::string metadata_read(std::string_view type, const std::string& full_name) const;
  // soap_reads.cc
  /// Nothing: the request is no call that reads.
  std::optional<http::Response> soap_read(const Call& call, const XmlElement& request, const XmlElement* header);
  http::Response soap_describe(const Call& call, const XmlElement& request);
  http::Response soap_answer(const Call& call, const XmlElement& request, const std::string& results);
  // discovery.cc
  http::Response versions(Call& call);
  http::Response resources(Call& call);
  http::Response limits(Call& call);
  http::Response record_count(Call& call);
  http::Response describe_all(Call& call);
  http::Response describe(Call& call);
  std::optional<http::Response> unchanged_schema(Call& call) const;
  void add_schema_headers(http::Response& response) const;
  http::Response basic_info(Call& call);
  http::Response recent(Call& call);
  json::array recent_items(Call& call, const ObjectType* object, std::size_t most);
  /// The caller has used a record, unless the call says that it is not to be remembered.
  void note_used(const Call& call, const ObjectType& object, RowNumber row);
  http::Response tabs(Call& call);
  http::Response theme(Call& call);
  http::Response stream(Call& call);
  http::Response event_schema_call(Call& call);
  // layouts.cc
  http::Response layouts(Call& call);
  http::Response compact_layouts(Call& call);
  http::Response approval_layouts(Call& call);
  http::Response list_views(Call& call);
  http::Response list_view(Call& call);
  http::Response list_view_results(Call& call, const Query& query, json::object body);
  json::object list_view_of(const Call& call, const ObjectType& object) const;
  std::string list_view_query(const ObjectType& object) const;
  const ObjectType* object_of_list_view(std::string_view id) const;
  // quick_actions.cc
  struct QuickAction {
    const ObjectType* on = nullptr;
    const ObjectType* makes = nullptr;  // null: there is no such action
    const Field* parent = nullptr;      // of what is made: the record it hangs on
  };
  QuickAction quick_action_of(const ObjectType* on, std::string_view name) const;
  http::Response quick_actions(Call& call);
  http::Response quick_action(Call& call);
  http::Response run_quick_action(Call& call, const QuickAction& action);
  // search.cc
  http::Response search(Call& call);
  http::Response parameterized_search(Call& call);
  http::Response found(Call& call, Outcome<Search> search);
  // replication.cc
  http::Response updated(Call& call);
  http::Response deleted(Call& call);
  // rows.cc
  http::Response create_row(Call& call);
  http::Response read_row(Call& call);
  http::Response update_row(Call& call);
  http::Response delete_row(Call& call);
  http::Response read_by_key(Call& call);
  /// /sobjects/Contact/003…/Account, /sobjects/Account/001…/Contacts. Nothing: the path names a key, not a record.
  std::optional<http::Response> read_related(Call& call, const ObjectType& object);
  http::Response upsert_row(Call& call);
  http::Response delete_by_key(Call& call);
  http::Response render_row(Call& call, const ObjectType& object, RowNumber row);
  Outcome<RowNumber> row_of_path(const ObjectType& object, const std::string& id, const std::string& missing_code = "NOT_FOUND") const;
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
  // composite.cc, tree.cc
  http::Response composite(Call& call);
  http::Response composite_graph(Call& call);
  http::Response composite_batch(Call& call);
  http::Response composite_tree(Call& call);
  // bulk2.cc, bulk2_run.cc
  std::optional<http::Response> start_job(Call& call, const json::object& body, BulkJob& job);
  http::Response create_ingest_job(Call& call);
  http::Response create_query_job(Call& call);
  http::Response list_jobs(Call& call);
  http::Response job_state(Call& call);
  http::Response upload_job(Call& call);
  http::Response close_job(Call& call);
  http::Response delete_job(Call& call);
  http::Response query_results(Call& call);
  http::Response ingest_results(Call& call);
  http::Response job_page(Call& call, const std::string& header, const std::vector<std::string>& rows);
  BulkJob* job_of(Call& call, bool is_query);
  bool asks_for_queries(const Call& call) const;
  void settle_jobs(WallTime now);
  void run_query_job(BulkJob& job);
  void run_ingest_job(BulkJob& job);
  /// Rows before the first batch that fails as often as it is tried.
  std::size_t rows_that_run(BulkJob& job, std::size_t rows);
  /// All its rows as they came: nothing was done with them.
  void leave_unprocessed(BulkJob& job);
  void fail_job(BulkJob& job, std::string why);
  // query.cc
  /// A refusal as an answer: a page smaller than there is.
  std::optional<http::Response> page_refused(const Call& call) const;
  std::size_t page_size(const Call& call);
  /// Refuses a query of activities that would name more people and things than one may.
  Outcome<void> check_activity_names(const Query& query, const std::vector<RowNumber>& rows) const;
  http::Response query(Call& call);
  http::Response query_all(Call& call);
  /// The same of what tells of the org itself, and of nothing else.
  http::Response tooling_query(Call& call);
  http::Response query_more(Call& call);
  http::Response run_query(Call& call, bool all);
  http::Response answer_query(Call& call, const std::string& text, bool all);
  http::Response explain(Call& call, const std::string& text);
  http::Response aggregate_answer(Call& call, Query& query, bool all);
  Duration cursor_life() const { return Duration(settings_.cursor_minutes * 60'000); }
  struct Cursor;
  http::Response page(Call& call, const std::string& id, const Cursor& cursor, std::size_t from, std::size_t size);
  std::string new_cursor(Cursor cursor);
  void forget_cursors(WallTime now);

  // control.cc
  http::Response open_transaction(const json::object& given);
  http::Response inject_event(const json::object& given);
  http::Response lock_record(const json::object& given);
  // control_rules.cc
  /// Nothing: there is no such rule.
  std::optional<http::Response> change_rule(const json::object& given, std::string_view path);
  http::Response set_assignment_rule(const ObjectType& object, const json::object& given);
  http::Response set_duplicate_rule(const ObjectType& object, const json::object& given);
  http::Response add_outbound_message(const ObjectType& object, const json::object& given);
  http::Response add_workflow_rule(const ObjectType& object, const json::object& given);
  http::Response set_kept_field(const ObjectType& object, const json::object& given);
  http::Response add_validation_rule(const ObjectType& object, const json::object& given);
  http::Response add_trigger(const ObjectType& object, const json::object& given);
  http::Response add_lookup_filter(const ObjectType& object, const json::object& given);
  http::Response set_record_access(const ObjectType& object, const json::object& given);
  http::Response set_owner_access(const ObjectType& object, const json::object& given);
  http::Response refuse_writes(const ObjectType& object, const json::object& given);
  http::Response set_field_access(const ObjectType& object, const json::object& given);
  Result<std::vector<const Field*>> fields_named(const ObjectType& object, const json::object& given) const;
  Result<std::string> write(const Edit& edit);
  /// What follows from settings that were changed.
  void take_settings();
  /// Works off jobs and transactions that are due.
  void settle(WallTime now);
  void archive_activities(WallTime now);
  /// Makes events of the writes so far, under the origin they had; what comes is of `next`.
  void note_changes(ChangeOrigin next);
  ChangeOrigin origin_of(const Call& call) const;
  /// `end`, held back to the start of the oldest open transaction.
  WallTime covered_until(WallTime end) const;

  Writer writer(const Call& call) const;
  /// Reads a JSON body of the wanted kind; a refusal as an answer: 415, 400 JSON_PARSER_ERROR.
  std::optional<http::Response> read_json(const Call& call, JsonDocument& document, json::kind wanted) const;
  const ObjectType* object_of(const Call& call) const;

  struct Cursor {
    Query query;
    bool all = false;  // queryAll
    std::vector<RowNumber> rows;
    WallTime used;
    bool of_children = false;  // the rest of a child set: counts to nobody's open cursors
  };
  struct AuthorizationCode {
    std::string client_id;
    std::string redirect_uri;
    std::string scope;
    std::string challenge;  // PKCE; empty: none
    std::string nonce;
    WallTime expires;
  };
  SalesforceOptions options_;
  Settings settings_;
  Switches switches_;
  Org org_;
  std::map<std::string, Consent> sessions_;            // by access token
  std::map<std::string, std::string> refresh_scopes_;  // by refresh token, where it is not what all are granted
  WebTokenSigner signer_;
  std::map<std::string, std::string> passwords_;      // that were set, by username in lower case
  std::set<std::string> crippled_;                    // access tokens of users whose password has expired
  std::map<std::string, AuthorizationCode> codes_;    // by code
  std::map<std::string, RollingLimit> logins_;        // by client, whose user it is
  std::map<std::string, RollingLimit> app_requests_;  // by the application's name
  std::pair<WallTime, json::object> told_limits_;     // when, and what
  RollingLimit daily_;
  RollingLimit bulk_batches_;  // of both bulk APIs
  RollingLimit bulk_queries_;
  std::string organization_id_;
  std::map<std::string, Cursor> cursors_;  // by locator without offset
  std::uint64_t last_cursor_ = 0;
  struct OpenTransaction {
    WallTime start;
    WallTime due;
    json::value edits;
  };
  std::vector<OpenTransaction> transactions_;
  Date archived_on_;
  std::optional<WallTime> stamp_;  // of writes, while a transaction commits
  ChangeOrigin origin_;
  ChangeEvents events_;
  CometD cometd_;
  OutboundMessages outbound_;
  Bulk1 bulk1_;
  std::uint64_t call_number_ = 0;
  std::map<Actor, std::deque<std::pair<const ObjectType*, std::string>>> used_;  // by id, the last one first; some were undone since
  std::vector<WallTime> long_calls_;                                             // when those that take 20 s and longer end
  std::map<std::string, BulkJob> jobs_;
  std::uint64_t last_job_ = 0;
};

http::Response no_content();
http::Response html_response(int status, std::string_view reason);

}  // namespace lockstep::emulators::salesforce

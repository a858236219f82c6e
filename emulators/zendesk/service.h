#pragma once

#include <functional>
#include <set>

#include "emulators/core/limits.h"
#include "emulators/core/stand_in.h"
#include "emulators/core/switches.h"
#include "emulators/zendesk/account.h"
#include "emulators/zendesk/invocations.h"
#include "emulators/zendesk/jobs.h"
#include "emulators/zendesk/paging.h"
#include "emulators/zendesk/rendering.h"
#include "emulators/zendesk/views.h"
#include "emulators/zendesk/zendesk.h"

namespace lockstep::emulators::zendesk {

inline constexpr std::int64_t kMostExported = 1'000;  // rows of a page of an export

struct ApiToken {
  std::int64_t id = 0;
  std::string description, secret;
  WallTime created, used;
};

/// The dialect: one method per resource, spread over files by topic.
class Zendesk final : public StandIn {
 public:
  Zendesk(const EmulatorClock& clock, Rng rng, ZendeskOptions options);
  std::string name() const override { return "zendesk"; }
  std::vector<OutgoingRequest> take_outgoing() override;
  void outgoing_answered(std::uint64_t id, int status) override { outgoing_answered_with(id, status, ""); }
  void outgoing_answered_with(std::uint64_t id, int status, std::string_view body) override;
  void outgoing_answered_by(std::uint64_t id, const http::Response& response) override;

 protected:
  // door.cc
  std::optional<http::Response> admit(Call& call, const Route* route) override;
  void finish(Call& call, http::Response& response) override;
  http::Response not_found(Call& call) override;
  http::Response method_not_allowed(Call& call, const std::vector<std::string>& allowed) override;
  http::Response fault_answer(Call& call, const Fault& fault) override;
  bool delivered(int status) const override;
  // control.cc
  Result<std::string> apply(const Edit& edit) override;
  Result<void> change_schema(const SchemaChange& change) override;
  std::optional<http::Response> control(const http::ServerRequest& request, std::string_view path) override;

 private:
  void add_switches();
  void add_readings();
  void set_retries();
  /// What falls due by itself: jobs, solved tickets that close.
  void settle(WallTime now);
  using Answer = Outcome<http::Response>;
  using Handler = std::function<Answer(Call&)>;
  using OfType = Answer (Zendesk::*)(Call&, ObjectType&);
  void add(const std::string& method, const std::string& path, Handler handler);
  void add(const std::string& method, const std::string& path, Answer (Zendesk::*handler)(Call&));
  void add(const std::string& method, const std::string& path, OfType handler, ObjectType& type);
  void add_routes();
  void add_type_routes(ObjectType& type);
  void add_membership_routes();
  void add_group_routes();
  void add_webhook_routes();
  void add_view_routes();
  void add_trigger_routes();

  // door.cc
  Outcome<void> authenticate(Call& call);
  const std::string& password_of(std::int64_t user) const;
  Outcome<void> sign_in_basic(Call& call, std::string_view credentials);
  Answer change_password(Call& call);
  Outcome<void> check_scope(const Call& call) const;
  Outcome<void> check_limits(Call& call);
  // oauth.cc
  /// The scope that opens calls of `resource` alone, as their path names it; empty: only `verb` of everything does.
  static std::string scope_of(std::string_view resource, std::string_view verb);
  Answer authorize(Call& call);
  Answer token(Call& call);
  Answer current_token(Call& call);
  Answer revoke_token(Call& call);
  // token_calls.cc
  /// Null: there is none like that, or it is dead.
  ApiToken* usable_token(std::string_view secret, WallTime now);
  Answer api_tokens(Call& call);
  Answer api_token_create(Call& call);
  Answer api_token(Call& call);
  // reading.cc, listing.cc
  Answer me(Call& call);
  Answer read(Call& call, ObjectType& type);
  Answer show_many(Call& call, ObjectType& type);
  Answer count(Call& call, ObjectType& type);
  Answer list(Call& call, ObjectType& type);
  Answer deleted_tickets(Call& call);
  Answer recent_tickets(Call& call);
  Answer comments(Call& call);
  Answer comment_count(Call& call);
  Answer tags(Call& call, ObjectType& type);
  Answer identities(Call& call);
  Answer related(Call& call);
  Answer people_of(Call& call);
  /// Rows of `type` whose `property` holds the id that the path names.
  Answer list_by(Call& call, ObjectType& type, std::string_view property);
  Answer count_by(Call& call, ObjectType& type, std::string_view property);
  struct Owner {
    ObjectType* type;
    RowNumber row;
  };
  /// The user, organization or ticket that the path begins with.
  Outcome<Owner> owner_of(const Call& call);
  std::vector<RowNumber> rows_by(const Owner& owner, ObjectType& type, std::string_view property);
  /// Whether a user has a role that the call asks for.
  bool has_role(const Call& call, const ObjectType& type, RowNumber row) const;
  // parameters.cc
  static Outcome<void> check_parameters(const Call& call, const Route& route);
  Answer problems(Call& call);
  Answer ticket_related(Call& call);
  Answer count_of_user(Call& call);
  Answer listing(Call& call, ObjectType& type, std::vector<Place> places, bool descending = false);
  json::object shown(const Call& call, const ObjectType& type, RowNumber row);
  // side_loads.cc
  Outcome<void> check_side_loads(const Call& call, const Route& route) const;
  void link(const ObjectType& type, RowNumber row, Linked& linked);
  /// Of a group or a membership, as it is shown.
  void link(std::string_view plural, const json::object& row, Linked& linked);
  void link_user(std::int64_t id, Linked& linked);
  /// Those of `linked` that `include` names.
  void side_load(const std::string& include, const Linked& linked, const std::string& base_url, json::object& body);
  /// What the call's `include` names for these rows.
  void side_load(const Call& call, const ObjectType& type, const std::vector<RowNumber>& rows, json::object& body);
  void side_load_words(const std::string& include, const Call& call, const ObjectType& type, const std::vector<RowNumber>& rows, json::object& body);
  /// Of a search: the rows by their type.
  void side_load_found(const Call& call, const std::map<std::string, std::vector<RowNumber>>& rows, json::object& body);
  /// What stands in the ticket itself when `include` names it.
  void add_to_ticket(const Call& call, RowNumber row, json::object& ticket);
  // writing.cc
  Answer create(Call& call, ObjectType& type);
  /// A ticket for each Idempotency-Key of a caller's: asked again, the first answer comes again.
  Answer create_once(Call& call);
  Answer update(Call& call, ObjectType& type);
  Answer remove(Call& call, ObjectType& type);
  Answer create_or_update(Call& call, ObjectType& type);
  Answer change_tags(Call& call, ObjectType& type);
  Answer merge_user(Call& call);
  Answer merge_ticket(Call& call);
  Answer restore_tickets(Call& call);
  Answer create_identity(Call& call);
  Answer change_identity(Call& call, std::string_view how);
  Answer make_comment_private(Call& call);
  Answer redact_comment(Call& call);
  http::Response hide_comment(const Call& call, RowNumber row);
  /// The comment of the path's ticket that its {comment} names.
  Outcome<RowNumber> comment_of(const Call& call);
  // catalogue_calls.cc
  Answer catalogue(Call& call, const std::string& plural, const std::string& name);
  Answer tag_list(Call& call);
  // membership_calls.cc
  Answer membership_list(Call& call);
  json::object organization_membership(RowNumber user, const std::string& base_url);
  /// The user whose membership of an organization the path names.
  Outcome<RowNumber> member_of(const Call& call);
  Answer membership_read(Call& call);
  Answer membership_create(Call& call);
  Answer membership_remove(Call& call);
  Answer membership_create_many(Call& call);
  Answer membership_remove_many(Call& call);
  Outcome<RowNumber> make_member(std::int64_t user, std::int64_t organization, const Writer& by);
  Outcome<void> unmake_member(RowNumber user, const Writer& by);
  /// Jobs over memberships "Organization" or "Group": what is made has an id.
  using MakeMembership = std::function<Outcome<std::int64_t>(const json::object&, const Writer&)>;
  using RemoveMembership = std::function<Outcome<void>(std::int64_t, const Writer&)>;
  Answer make_memberships(Call& call, const std::string& of, MakeMembership make);
  Answer remove_memberships(Call& call, const std::string& of, RemoveMembership remove);
  Answer user_related(Call& call);
  Answer deleted_users(Call& call);
  Answer deleted_user(Call& call);
  // group_calls.cc
  Answer group_list(Call& call, bool assignable);
  Answer group_count(Call& call);
  Answer group_create(Call& call);
  Answer group_one(Call& call);
  Answer groups_of_user(Call& call, bool counts);
  Answer users_of_group(Call& call);
  Answer group_memberships(Call& call);
  Answer group_membership(Call& call);
  Answer group_membership_create(Call& call);
  Answer group_membership_create_many(Call& call);
  Answer group_membership_remove_many(Call& call);
  /// `user`: whose it has to be; empty: anybody's.
  Outcome<GroupMembership> group_membership_of(std::int64_t id, std::string_view user) const;
  /// A page of groups or memberships, all of them made; one of them.
  Answer rows_page(const Call& call, const std::string& name, json::array all);
  http::Response row_answer(const Call& call, int status, const std::string& name, json::object row);
  // attachment_calls.cc
  Answer upload(Call& call);
  Answer forget_upload(Call& call);
  Answer attachment(Call& call);
  Answer attached_file(Call& call);
  Answer redact_attachment(Call& call);
  // bulk.cc
  Answer create_many(Call& call, ObjectType& type);
  Answer create_or_update_many(Call& call, ObjectType& type);
  Answer update_many(Call& call, ObjectType& type);
  Answer destroy_many(Call& call, ObjectType& type);
  Answer purge_tickets(Call& call);
  /// The deleted tickets that the path or the ids name, all of them there still.
  Outcome<std::vector<RowNumber>> deleted_of(const Call& call);
  Answer job(Call& call);
  Answer jobs(Call& call);
  Answer start(Call& call, std::string type, std::size_t total, Jobs::Row row);
  std::optional<json::object> briefly_unable(std::size_t index);
  // incremental.cc
  Answer export_by_cursor(Call& call, ObjectType& type);
  Answer export_by_time(Call& call, ObjectType& type);
  json::object exported(const Call& call, const ObjectType& type, RowNumber row);
  Outcome<std::int64_t> start_time(const Call& call) const;
  /// What changed from here on is not told yet.
  static WallTime settled_until(WallTime now);
  // audit_calls.cc
  Answer audits(Call& call);
  Answer audits_by_limit(Call& call);
  /// The audits at these places, with what is side-loaded, beside what stands around them.
  json::object audits_page(const Call& call, const std::vector<RowNumber>& places, json::object around);
  Answer audit(Call& call);
  Answer make_audit_private(Call& call);
  Answer export_ticket_events(Call& call);
  static http::Response export_page(const Call& call, const std::string& name, json::array rows, std::int64_t end_time, bool end, json::object beside = {});
  // searching.cc
  Answer search(Call& call);
  Answer search_count(Call& call);
  Answer search_export(Call& call);
  Answer search_type(Call& call, ObjectType& type);
  struct Found {
    ObjectType* type;
    RowNumber row;
  };
  std::vector<std::string> named_by(std::string_view property, const std::string& word);
  Outcome<std::vector<Found>> look_for(const std::string& query, std::string_view only_type, WallTime now);
  Answer found_page(Call& call, const std::vector<Found>& found, bool cursor);
  // field_calls.cc
  Answer field_list(Call& call, ObjectType& type);
  Answer field_read(Call& call, ObjectType& type);
  Answer field_options(Call& call, ObjectType& type);
  Answer field_create(Call& call, ObjectType& type);
  Answer field_update(Call& call, ObjectType& type);
  Answer field_reorder(Call& call, ObjectType& type);
  Answer field_remove(Call& call, ObjectType& type);
  /// One option: read, made or changed (POST), deleted.
  Answer field_option(Call& call, ObjectType& type);
  // webhook_calls.cc
  Answer webhook_list(Call& call);
  Answer webhook_create(Call& call);
  Answer webhook_read(Call& call);
  Answer webhook_update(Call& call);
  Answer webhook_remove(Call& call);
  Answer webhook_secret(Call& call);
  Answer webhook_invocations(Call& call);
  Answer webhook_attempts(Call& call);
  /// Calls the receiver at once and answers with what it said.
  Answer webhook_test(Call& call);
  Outcome<http::Request> test_request(Call& call);
  // view_calls.cc
  Answer view_list(Call& call, bool active_alone, bool compact);
  Outcome<View*> view_of(const Call& call);
  Answer view_create(Call& call);
  Answer view_one(Call& call);
  Answer view_rows(Call& call, const View& view);
  Answer view_execute(Call& call);
  Answer view_tickets(Call& call);
  Answer view_count(Call& call);
  Answer view_counts(Call& call);
  Answer view_preview(Call& call, bool count_alone);
  // trigger_calls.cc
  Answer trigger_list(Call& call, bool active_alone);
  Outcome<std::vector<std::int64_t>> triggers_named(const std::vector<std::string>& ids);
  Answer trigger_remove_many(Call& call);
  Answer trigger_update_many(Call& call);
  Answer trigger_reorder(Call& call);
  Answer trigger_create(Call& call);
  Answer trigger_one(Call& call);
  std::string placeholder(RowNumber ticket, std::string_view name);
  // metric_calls.cc
  Answer ticket_metric(Call& call);
  Answer ticket_metrics(Call& call);
  Answer export_metric_events(Call& call);

  // members.cc
  /// The body's member `name` as an object. Refused: no JSON, it is not there, or it has a member that no such thing has.
  Outcome<const json::object*> read_member(const Call& call, JsonDocument& document, std::string_view name);

  Writer writer(const Call& call) const;
  /// The live record that the path's {id} names.
  Outcome<RowNumber> row_of(const Call& call, const ObjectType& type) const;
  std::string id_in(const Call& call, std::string_view parameter = "id") const;  // without ".json"
  Outcome<void> admit_update(const ObjectType& type, RowNumber row, WallTime now);
  /// With what was noted of a ticket's history since `audits_before`: a write is answered with its audit.
  http::Response one(const Call& call, const ObjectType& type, RowNumber row, int status, std::optional<std::size_t> audits_before = std::nullopt);

  ZendeskOptions options_;
  Account account_;
  Jobs jobs_;
  Views views_;
  Invocations invocations_;
  std::map<std::string, std::string> tests_;  // of webhooks: by the call that asked, the invocation under way
  bool limits_, api_tokens_ = true, passwords_ = false, trial_ = false;
  bool told_when_ = false;  // of the answer to a webhook that is looked at: it says when to come again
  std::int64_t webhook_retries_ = 3, webhook_retry_ms_ = 5'000, webhook_timeout_ms_ = 10'000, api_token_unused_days_ = 30;
  std::vector<ApiToken> token_list_;
  std::int64_t next_token_ = 360'000'000'401;
  bool api_tokens_made_ = false;
  std::int64_t close_solved_days_ = 28, refresh_token_life_ms_ = 30LL * 24 * 3'600'000;
  WallTime solved_looked_at_;                         // when solved tickets were last gone through
  std::map<std::string, WallTime> refresh_ends_;      // by refresh token
  std::map<std::int64_t, std::string> passwords_of_;  // of agents who have changed theirs
  std::int64_t next_field_ = 360'000'001'001;
  struct Kept {
    std::string asked;
    http::Response answer;
    WallTime until;
  };
  std::map<std::pair<std::int64_t, std::string>, Kept> kept_answers_;  // by user and idempotency key
  std::string scope_;                                                  // of the call being answered; "*" without OAuth
  std::int64_t caller_user_ = 0;                                       // of the call being answered; 0: anonymous
  RollingLimit per_minute_, exports_, export_searches_, deep_lists_;
  std::map<std::pair<std::int64_t, std::string>, RollingLimit> ticket_updates_;  // by user and ticket
  std::map<std::int64_t, std::vector<std::string>> recent_;                      // ids of tickets that a user looked at, the last one first
  std::map<std::string, RollingLimit> user_updates_;                             // by user row
  RollingLimit all_ticket_updates_;
  Switches switches_;
};

inline constexpr std::size_t kMostInBulk = 100;

/// The list under that name, copied: a job outlives its request. Refused: no JSON, no list of objects, more than kMostInBulk.
Outcome<std::vector<json::object>> read_rows(const Call& call, const std::string& plural);
http::Response json_answer(int status, const json::value& body);
http::Response counted(const Call& call, std::size_t count);
/// The number in a member; 0 when it is none.
std::int64_t id_member(const json::object& given, const char* name);
/// An id of a path; 0, which no record has, for what is none.
std::int64_t number_in(std::string_view id);

}  // namespace lockstep::emulators::zendesk

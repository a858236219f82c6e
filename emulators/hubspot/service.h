#pragma once

#include <functional>
#include <set>

#include "emulators/core/limits.h"
#include "emulators/core/stand_in.h"
#include "emulators/core/switches.h"
#include "emulators/hubspot/calls.h"
#include "emulators/hubspot/hubspot.h"
#include "emulators/hubspot/imports.h"
#include "emulators/hubspot/list_folders.h"
#include "emulators/hubspot/lists.h"
#include "emulators/hubspot/older_api.h"
#include "emulators/hubspot/portal.h"
#include "emulators/hubspot/rendering.h"

namespace lockstep::emulators::hubspot {

struct TieStyle;  // association_calls.h

/// The two types of an association call.
struct TypePair {
  ObjectType* from = nullptr;
  ObjectType* to = nullptr;
};

/// The dialect: one method per resource, spread over files by topic.
class HubSpot final : public StandIn {
 public:
  HubSpot(const EmulatorClock& clock, Rng rng, HubSpotOptions options);
  std::string name() const override { return "hubspot"; }

 protected:
  std::optional<http::Response> admit(Call& call, const Route* route) override;
  void finish(Call& call, http::Response& response) override;
  http::Response not_found(Call& call) override;
  http::Response method_not_allowed(Call& call, const std::vector<std::string>& allowed) override;
  http::Response fault_answer(Call& call, const Fault& fault) override;
  Result<std::string> apply(const Edit& edit) override;
  Result<void> change_schema(const SchemaChange& change) override;
  std::optional<http::Response> control(const http::ServerRequest& request, std::string_view path) override;
  std::size_t outgoing_at_once() const override;

 private:
  using Answer = Outcome<http::Response>;
  using Handler = Answer (HubSpot::*)(Call&);
  using StyledHandler = Answer (HubSpot::*)(Call&, const TieStyle&);
  void add(std::string method, const std::string& path, Handler handler);
  void add(std::string method, const std::string& path, StyledHandler handler, const TieStyle& style);
  http::Response answered(Call& call, const std::function<Answer(Call&)>& handler);
  // routes.cc
  void add_routes();
  void add_account_routes();
  void add_object_routes();
  void add_schema_routes();
  void add_association_routes();
  void add_journal_routes();
  void add_list_routes();
  void add_older_routes();
  http::Response told(const ApiError& error) { return error_response(error, uuid()); }
  std::string uuid();

  // admission.cc
  struct App {  // who calls: a public app through OAuth, or a service key
    std::string id;
    bool oauth = false;
    RollingLimit burst;
    RollingLimit ties;  // calls about associations
  };
  std::optional<ApiError> authenticate(Call& call);
  std::vector<std::string> scopes_for(const Call& call);
  std::optional<ApiError> check_scope(const Call& call);
  bool has_scope(std::string_view scope) const;
  std::optional<http::Response> check_limits(const Call& call);
  http::Response rate_limited(std::string_view policy);
  static bool is_search(const Call& call);
  bool by_developer(const Call& call) const;

  // oauth.cc
  Answer authorize(Call& call);
  Answer token(Call& call);
  Answer token_details(Call& call);
  Answer refresh_token_details(Call& call);
  Answer revoke_refresh_token(Call& call);
  Answer introspect(Call& call);
  Answer revoke(Call& call);
  Answer private_app_details(Call& call);
  std::optional<json::object> token_facts(const std::string& token, bool refresh, WallTime at);
  static Outcome<std::pair<std::string, bool>> hinted_token(const Call& call);
  json::object signed_access_token(const std::string& token, WallTime at);
  // objects.cc
  Answer list(Call& call);
  Answer create(Call& call);
  Answer read(Call& call);
  Answer update(Call& call);
  Answer archive(Call& call);
  Answer merge(Call& call);
  Answer erase(Call& call);
  // batches.cc
  Answer batch_read(Call& call);
  Answer batch_create(Call& call);
  Answer batch_update(Call& call);
  Answer batch_upsert(Call& call);
  Answer batch_archive(Call& call);
  // searching.cc
  Answer search(Call& call);
  // property_calls.cc
  Answer property_list(Call& call);
  Answer property_read(Call& call);
  Answer property_create(Call& call);
  Answer property_update(Call& call);
  Answer property_archive(Call& call);
  Answer properties_batch_read(Call& call);
  Answer properties_batch_create(Call& call);
  Answer properties_batch_archive(Call& call);
  Outcome<Property*> definition_of(ObjectType& type, std::string_view name, bool archived);
  Outcome<void> check_property_room(const ObjectType& type, std::size_t more) const;
  Outcome<const Property*> define(ObjectType& type, Property property, WallTime at);
  Answer group_list(Call& call);
  Answer group_read(Call& call);
  Answer group_create(Call& call);
  Answer group_update(Call& call);
  Answer group_archive(Call& call);
  // account_calls.cc
  Answer account_details(Call& call);
  Answer daily_usage(Call& call);
  Answer older_daily_usage(Call& call);
  Answer owner_list(Call& call);
  Answer owner_read(Call& call);
  // limit_calls.cc
  Answer property_limits(Call& call);
  Answer record_limits(Call& call);
  Answer pipeline_limits(Call& call);
  Answer label_limits(Call& call);
  Answer property_rules(Call& call);
  // schema_calls.cc
  json::object render_schema(const ObjectType& type, bool whole) const;
  json::array render_ties_of(const ObjectType& type) const;
  Answer schema_list(Call& call);
  Answer schema_read(Call& call);
  Answer schemas_batch_read(Call& call);
  Answer schema_create(Call& call);
  Answer schema_update(Call& call);
  Answer schema_archive(Call& call);
  Answer schema_tie(Call& call);
  Answer schema_untie(Call& call);
  // older_definitions.cc
  Answer older_property_definitions(Call& call);
  Answer older_property_write(Call& call);
  Answer older_property_groups(Call& call);
  // secondary_addresses.cc
  Answer secondary_addresses(Call& call);
  Answer change_secondary_address(Call& call);
  // pipeline_calls.cc
  Outcome<Pipeline*> pipeline_of(Call& call, bool archived_too);
  Outcome<Stage*> stage_of(Call& call, bool archived_too);
  Outcome<void> check_unused(const Call& call, const std::vector<std::string>& stages);
  http::Response pipeline_changed(const Call& call, int status, const std::string& identifier, const std::string& action, json::object after);
  json::object audit(const std::string& identifier);
  Answer pipeline_list(Call& call);
  Answer pipeline_read(Call& call);
  Answer pipeline_create(Call& call);
  Answer pipeline_update(Call& call);
  Answer pipeline_replace(Call& call);
  Answer pipeline_archive(Call& call);
  Answer pipeline_audit(Call& call);
  Answer stage_list(Call& call);
  Answer stage_read(Call& call);
  Answer stage_create(Call& call);
  Answer change_stage(Call& call, bool all);
  Answer stage_update(Call& call);
  Answer stage_replace(Call& call);
  Answer stage_archive(Call& call);
  Answer stage_audit(Call& call);
  // association_calls.cc, association_batches.cc
  struct TiePath {
    TypePair pair;
    RowNumber row = kNoRow;  // where the path names a record
    RowNumber to_row = kNoRow;
  };
  /// The types of an association call, refused when they are never tied, and the records that its path names.
  Outcome<TiePath> tie_path(Call& call);
  Answer ties_read(Call& call, const TieStyle& style);
  Answer tie_default(Call& call);
  Answer tie_labelled(Call& call);
  Answer tie_delete(Call& call);
  Answer tie_named(Call& call);
  Answer untie_named(Call& call);
  Answer ties_batch_read(Call& call, const TieStyle& style);
  Answer ties_batch_create(Call& call, const TieStyle& style);
  Answer ties_batch_archive(Call& call);
  Answer types_batch_archive(Call& call, const TieStyle& style);
  // association_schema_calls.cc
  Answer labels(Call& call);
  Answer label_create(Call& call);
  Answer label_update(Call& call);
  Answer label_delete(Call& call);
  Answer rules_all(Call& call);
  Answer rules_between(Call& call);
  Answer set_rules(Call& call, int status);
  Answer rules_create(Call& call);
  Answer rules_update(Call& call);
  Answer rules_purge(Call& call);
  Answer usage_report(Call& call);
  Answer type_names(Call& call);
  // import_calls.cc
  struct Export {
    std::string id, name, type, kind, file, key;  // key: of the link
    std::vector<std::string> properties;
    std::size_t rows = 0;
    WallTime created, begins, done, linked;
    std::string_view state(WallTime now) const { return now < begins ? "PENDING" : now < done ? "PROCESSING" : "COMPLETE"; }
  };
  Outcome<Import*> import_of(const Call& call);
  Outcome<Export*> export_of(const Call& call);
  Outcome<std::vector<RecordView>> exported_records(const json::object& body, ObjectType& type, WallTime at);
  Outcome<std::string> export_file(const json::object& body, ObjectType& type, WallTime at, std::size_t& count);
  Answer import_create(Call& call);
  Answer import_list(Call& call);
  Answer import_read(Call& call);
  Answer import_cancel(Call& call);
  Answer import_errors(Call& call);
  Answer export_start(Call& call);
  Answer export_status(Call& call);
  Answer export_read(Call& call);
  Answer exported_file(Call& call);
  // journal_calls.cc
  json::object journal_link(const Call& call, const ChangeJournal::File& file);
  Answer journal_page(const Call& call, std::size_t first, std::size_t count, bool many);
  Answer journal_earliest(Call& call);
  Answer journal_latest(Call& call);
  Answer journal_next(Call& call);
  Answer journal_batch_earliest(Call& call);
  Answer journal_batch_latest(Call& call);
  Answer journal_batch_next(Call& call);
  Answer journal_batch_read(Call& call);
  Answer journal_file(Call& call);
  Answer journal_subscriptions(Call& call);
  Answer journal_subscribe(Call& call);
  Answer journal_subscription(Call& call);
  Answer journal_forget_account(Call& call);
  Answer journal_filter_create(Call& call);
  Answer journal_filter(Call& call);
  Answer journal_filters(Call& call);
  Answer journal_snapshots(Call& call);
  Answer journal_snapshot_status(Call& call);
  // list_calls.cc
  Outcome<RecordList*> list_of(const Call& call, std::string_view parameter, bool removed_too);
  Outcome<void> check_list_name(std::string_view name);
  Outcome<void> set_filter(RecordList& list, const json::value& branch, WallTime now);
  json::object shown_list(const Call& call, const RecordList& list) const;
  Answer list_create(Call& call);
  Answer list_read(Call& call);
  Answer list_read_named(Call& call);
  Answer lists_read(Call& call);
  Answer list_rename(Call& call);
  Answer list_filter(Call& call);
  Answer list_remove(Call& call);
  Answer list_restore(Call& call);
  Answer list_search(Call& call);
  // list_folder_calls.cc
  json::object shown_folder(const ListFolder& folder);
  Outcome<ListFolder*> folder_named(std::string_view id);
  Answer folder_create(Call& call);
  Answer folder_read(Call& call);
  Answer folder_rename(Call& call);
  Answer folder_move(Call& call);
  Answer folder_remove(Call& call);
  Answer folder_take_list(Call& call);
  // list_member_calls.cc
  Answer members_page(Call& call, bool by_time);
  Answer members_read(Call& call);
  Answer members_in_order(Call& call);
  http::Response change_members(const Call& call, RecordList& list, const std::vector<std::string>& in, const std::vector<std::string>& out);
  Answer members_add(Call& call);
  Answer members_remove(Call& call);
  Answer members_change(Call& call);
  Answer members_add_from(Call& call);
  Answer members_clear(Call& call);
  json::array memberships_of(const ObjectType& type, RowNumber row);
  Answer memberships_read(Call& call);
  Answer memberships_batch_read(Call& call);
  // webhook_calls.cc
  Outcome<void> check_app(const Call& call) const;
  Outcome<Subscription*> subscription_of(const Call& call);
  Answer webhook_settings(Call& call);
  Answer webhook_configure(Call& call);
  Answer webhook_clear(Call& call);
  Answer subscription_list(Call& call);
  Answer subscription_create(Call& call);
  Answer subscription_read(Call& call);
  Answer subscription_update(Call& call);
  Answer subscription_delete(Call& call);
  Answer subscriptions_batch_update(Call& call);
  // control.cc
  Result<std::string> apply_to(const Edit& edit, ObjectType& type, const Writer& writer);
  http::Response webhooks(const http::ServerRequest& request);
  http::Response test_webhook(const http::ServerRequest& request);
  void add_switches();
  Result<void> change_webhooks(const json::object& sent);
  Result<std::vector<Subscription>> read_subscriptions(const json::object& sent) const;

  /// kFaultBatchItem, asked for each row.
  bool batch_item_fails(const Call& call);

  Outcome<ObjectType*> type_of(const Call& call, const TypeNames& names = kPathName);
  Writer writer(const Call& call) const;
  /// The record a path names, by id or, where the call takes it, by idProperty; `merged_too`: merged ids lead on.
  Outcome<RowNumber> row_of(const Call& call, const ObjectType& type, bool merged_too, bool by_key);

  HubSpotOptions options_;
  Portal portal_;
  Rng ids_;
  std::map<std::string, App, std::less<>> apps_;  // by id
  App* caller_ = nullptr;                         // of the call being answered
  OlderApi older_;
  RollingLimit search_limit_;
  RollingLimit export_limit_;
  RollingLimit journal_limit_, journal_subscription_limit_, snapshot_limit_;
  DailyLimit daily_, daily_ties_;
  bool limits_;
  std::set<std::string, std::less<>> app_tokens_;  // client_credentials: they act for the app, not for an account
  Imports imports_;
  RecordLists lists_{portal_};
  ListFolders folders_;
  std::vector<Export> exports_;
  struct JournalLink {
    std::string text;
    WallTime expires;
  };
  std::map<std::string, JournalLink, std::less<>> journal_links_;  // by the key in its address
  struct Snapshot {
    WallTime asked;
    bool found = false;
  };
  std::map<std::string, Snapshot, std::less<>> snapshots_;  // by the id of their status
  std::set<std::string, std::less<>> denied_scopes_;
  std::map<std::string, std::string, std::less<>> refresh_scopes_;  // what was consented to; empty: everything
  std::string consented_;                                           // of the call being answered
  bool banned_ = false;                                             // the account has shut the app out
  bool missing_scopes_in_context_ = false;                          // where the 403 names them
  bool email_contents_by_either_ = false;                           // what emails say is read without sales-email-read, too
  bool rotate_refresh_tokens_ = true;
  std::set<std::string, std::less<>> redirect_uris_;  // that the app registered
  bool subscriptions_by_put_ = false;                 // of webhooks, beside PATCH
  bool newest_multi_status_ = false;                  // paths of 2026-09 answer 207, too, which they do not declare
  bool admin_rules_everywhere_ = false;               // false: the newest version alone enforces what an administrator requires
  Switches switches_;
  std::map<std::string, std::size_t> users_;  // people who edit, with their user ids
};

json::object render_subscription(const Subscription& subscription);
Result<Subscription> read_subscription(const json::object& given, const Catalogue& catalogue);

}  // namespace lockstep::emulators::hubspot

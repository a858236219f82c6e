#include "engine/configuration.h"
#include "grammar/build.h"

namespace lockstep {

namespace {

using grammar::any_of;
using grammar::boolean;
using grammar::choice;
using grammar::duration;
using grammar::integer;
using grammar::list_of;
using grammar::map_of;
using grammar::Member;
using grammar::record;
using grammar::SchemaRef;
using grammar::text;

/// A secret is never written into the file: it names where it is.
SchemaRef secret() {
  return any_of({record("secret_env", {{"env", text(), true, "Name of the environment variable that holds it."}}),
                 record("secret_file", {{"file", text(), true, "File that holds it (its last line break is cut)."}})});
}

std::vector<std::string> strategies() { return {"last_write_wins", "manual_review", "owner", "prefer", "union", "max", "min", "longest", "newest_nonblank"}; }

std::vector<Member> policy_members() {
  return {{"strategy", choice(strategies()), false, "How a conflict is decided. All but the first two are rules of field_level_merge."},
          {"order", list_of(text()), false, "Connections, best first: whose value counts (owner: the first only; prefer)."},
          {"blank", choice({"value", "never_overwrites"}), false, "Whether a blank may overwrite a value."},
          {"close_calls", choice({"decide", "review"}), false, "What to do when the clocks cannot tell which edit was later."},
          {"direction", choice({"both", "in", "out", "out_leave"}), false,
           "in: taken, never sent. out: sent, edits there are undone. out_leave: sent, edits there stay."}};
}

SchemaRef type_settings() {
  const Duration minute{60'000}, day{24 * 3'600'000};
  const std::vector<std::string> deletes = {"propagate", "archive", "ignore", "review"};
  return record("type_settings",
                {{"enabled", boolean(), false, "false: this connection does not take part for this type."},
                 {"mode", choice({"real_time", "batch"}), false, "real_time: webhooks and polls, delivered at once. batch: read and delivered each `every`."},
                 {"every", duration(minute, day), false, "batch: interval from 1m to 24h."},
                 {"poll", duration(Duration{100}, day), false, "real_time: how often the change feed is read beside webhooks."},
                 {"full_refresh", duration(minute, Duration{30 * day.count()}), false, "Interval of complete listings."},
                 {"creates", boolean(), false, "Whether records are created there."},
                 {"writable", boolean(), false, "Whether records are written there at all."},
                 {"delete", choice(deletes), false, "What a delete seen there means for the others."},
                 {"incoming_delete", choice(deletes), false, "What a delete elsewhere means there."},
                 {"delete_vs_edit", choice({"edit_wins", "delete_wins", "review"}), false, "A delete there against an edit elsewhere."},
                 {"read_before_write", duration(Duration{0}, day), false,
                  "Without an optimistic lock: a record not seen for longer (1m) is read before it is written or deleted."}});
}

SchemaRef connection() {
  return record(
      "connection",
      {{"hosted", boolean(), false, "true: the support system without an API of its own; it uses the built-in one."},
       {"connector", text(), false, "Name of a connector file."},
       {"base_url", text(), false, "Another address than the connector's, for sandboxes."},
       {"params", map_of(text()), false, "The connector's parameters."},
       {"auth", text(), false, "Which of the connector's ways to sign in."},
       {"grant", text(), false, "oauth2: which grant."},
       {"secrets", map_of(secret()), false, "Credentials, each by env or file."},
       {"concurrency", integer(1, 64), false, "Write requests in flight at once."},
       {"attempts", integer(1, 50), false, "Attempts before a record becomes a dead letter."},
       {"backoff",
        record("backoff",
               {{"base", duration(Duration{100}, Duration{3'600'000}), false, "The longest pause after the first failure (1s); it doubles with each."},
                {"cap", duration(Duration{1'000}, Duration{86'400'000}), false, "The longest pause of all (5m)."}}),
        false, "Pauses between attempts of one record: exponential with full jitter."},
       {"limits",
        map_of(record("account_limit", {{"max", integer(1, 1'000'000'000), false, "Requests in the limit's window (or at once), as this account has them."},
                                        {"keep_percent", integer(0, 95), false, "Share left to people and other programs."}})),
        false, "By the connector's name of the limit."},
       {"types", map_of(type_settings()), false, "Settings by entity type."}});
}

}  // namespace

grammar::SchemaRef configuration_schema() {
  const Duration minute{60'000};
  std::vector<Member> type_policy = policy_members();
  type_policy.push_back({"fields", map_of(record("field_policy", policy_members())), false, "By field."});
  type_policy.push_back({"connections", map_of(record("connection_policy", policy_members())), false, "By connection."});
  type_policy.push_back({"initial_order", list_of(text()), false, "First link of two records: order of systems instead of the later write."});
  const SchemaRef api_key = record("api_key", {{"name", text(), true, "Who uses it, for the audit."},
                                               {"key", secret(), true, "The key."},
                                               {"connection", text(), true, "The hosted connection it acts as."}});
  return record(
      "configuration",
      {{"lockstep", integer(1, 1), true, "Version of this file's format."},
       {"store", text(), false, "Path of the SQLite file; relative to this file."},
       {"seal_key", record("seal_key", {{"file", text(), true, "Key file made by `lockstep init`."}}), false,
        "Seals tokens in the store; default: environment LOCKSTEP_SEAL_KEY."},
       {"listen", text(), false, "host:port of API and webhooks."},
       {"public_url", text(), false, "Where webhook senders reach this program."},
       {"operator_key", secret(), false, "Key of the operations API; without one only loopback is served."},
       {"models", list_of(text()), false, "More model files."},
       {"connectors", list_of(text()), false, "More connector files."},
       {"mappings", list_of(text()), false, "More mapping files; they override the shipped ones field by field."},
       {"api_keys", list_of(api_key), false, "Keys of the built-in API."},
       {"connections", map_of(connection()), true, "The systems to keep in step."},
       {"default_policy", record("default_policy", policy_members()), false, "For every type and field."},
       {"policies", map_of(record("type_policy", std::move(type_policy))), false, "By entity type."},
       {"backup",
        record("backup", {{"to", text(), true, "Folder for the backups; relative to this file. On another disk than the store, better on another machine."},
                          {"every", duration(minute, Duration{24 * 60 * minute.count()}), false,
                           "How often; default 5m. What was learnt since the last one is read again after a restore."},
                          {"keep", integer(1, 100'000), false, "How many of the newest stay; default 12."}}),
        false, "Backups while it runs, checked for integrity; see `lockstep restore`."},
       {"request_life", duration(Duration{1'000}, Duration{3'600'000}), false,
        "How long a request without an answer may still be carried out; default 10m. A create that no lookup can tell of waits so long before it is sent "
        "again."},
       {"delete_guard",
        record("delete_guard", {{"count", integer(0, 1'000'000'000), false, "At most this many deletes in a run…"},
                                {"share_percent", integer(0, 100), false, "… or this share of the type's records."}}),
        false, "More than both wait for approval."}});
}

}  // namespace lockstep

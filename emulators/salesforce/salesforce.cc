#include "emulators/salesforce/salesforce.h"

#include <fmt/format.h>

#include "base/text.h"
#include "emulators/salesforce/dialect.h"
#include "emulators/salesforce/ids.h"

namespace lockstep::emulators::salesforce {

std::optional<http::Response> Salesforce::read_json(const Call& call, JsonDocument& document, json::kind wanted) const {
  auto type = call.header("Content-Type");
  if (!type || !to_lower_ascii(*type).starts_with("application/json")) {
    return error_response("UNSUPPORTED_MEDIA_TYPE", fmt::format("Content-Type {} is not supported. Supported: application/json", type.value_or("(none)")));
  }
  if (auto parsed = document.parse(call.request.body); !parsed) {
    return error_response("JSON_PARSER_ERROR", parsed.error().message);
  }
  if (auto name = settings_.repeated_members_fail ? repeated_member(call.request.body) : std::nullopt)
    return error_response("JSON_PARSER_ERROR", fmt::format("Duplicate field '{}'", *name));
  if (document.root().kind() != wanted) {
    return error_response("JSON_PARSER_ERROR", "The HTTP entity body is not of the expected form");
  }
  return std::nullopt;
}

http::Response no_content() { return http::Response(204, ""); }

http::Response html_response(int status, std::string_view reason) {
  http::Response response(status, fmt::format("<h1>Bad Message {}</h1><pre>reason: {}</pre>", status, reason));
  response.headers.add("Content-Type", "text/html;charset=iso-8859-1");
  return response;
}

Salesforce::Salesforce(const EmulatorClock& clock, Rng rng, SalesforceOptions options)
    : StandIn(clock, rng),
      options_(std::move(options)),
      org_(
          database(), [this] { return now(); }, settings_),
      daily_(options_.daily_api_requests, kOneDay),
      bulk_batches_(settings_.daily_bulk_batches, kOneDay),
      bulk_queries_(settings_.daily_bulk_query_jobs, kOneDay),
      organization_id_(make_id("00D", 1 + rng.split("organization").below(1'000'000))),
      events_(org_, settings_),
      cometd_(org_, events_, tokens(), settings_),
      outbound_(org_, outgoing(), organization_id_),
      bulk1_(org_, faults(), settings_, bulk_batches_) {
  org_.found(organization_id_);
  archived_on_ = date_of(now());
  cometd_.keep_alive = [this](const std::string& access, WallTime now) { tokens().extend(access, now, session_life()); };
  settings_.daily_api_requests = options_.daily_api_requests;
  add_switches(switches_, settings_);
  switches_.when_changed([this] { take_settings(); });
  org_.set_username({ActorKind::integration, options_.clients.front().name}, options_.username);
  for (const OAuthClient& client : options_.clients) tokens().register_client(client);
  for (const auto& [refresh_token, client] : options_.refresh_tokens) tokens().issue_refresh(refresh_token, client);
  add_routes();
}

void Salesforce::take_settings() {
  told_limits_.second.clear();  // what was set is told at once
  org_.set_audit_fields_writable(settings_.set_audit_fields);
  for (auto& [app, quota] : app_requests_) quota.set_limit(settings_.daily_app_requests);
  daily_.set_limit(settings_.daily_api_requests);
  bulk_batches_.set_limit(settings_.daily_bulk_batches);
  bulk_queries_.set_limit(settings_.daily_bulk_query_jobs);
  cometd_.deliveries().set_limit(settings_.daily_event_deliveries);
}

const ObjectType* Salesforce::object_of(const Call& call) const { return org_.schema().find(call.parameter("object")); }

Result<std::string> Salesforce::apply(const Edit& edit) {
  settle(now());
  note_changes({});
  Result<std::string> written = write(edit);
  note_changes({});
  return written;
}

Result<std::string> Salesforce::write(const Edit& edit) {
  const ObjectType* object = org_.schema().find(edit.object);
  if (!object) return fail(ErrorCode::invalid_input, fmt::format("no object {}", edit.object));
  auto told = [](const ApiErrors& errors) { return fail(ErrorCode::invalid_input, errors.front().code + ": " + errors.front().message); };
  Writer writer;
  writer.call = ++call_number_;
  writer.at = stamp_.value_or(whole_seconds(now()));
  writer.actor = edit.actor;
  writer.journaled = edit.kind != EditKind::load;
  writer.text_values = edit.text_values;
  org_.act_as(edit.actor, writer.at);
  if (edit.kind == EditKind::load || edit.kind == EditKind::create) {
    auto row = org_.create(*object, *edit.fields, writer);
    if (!row) return told(row.error());
    return object->table->record(*row).id;
  }
  auto id = normalise_id(edit.id);
  RowNumber row = id ? object->table->find(*id) : kNoRow;
  if (row == kNoRow || org_.is_gone(object->table->record(row))) return fail(ErrorCode::not_found, fmt::format("no {} {}", object->name, edit.id));
  bool deleted = object->table->record(row).deleted;
  if (deleted != (edit.kind == EditKind::restore)) {
    return fail(ErrorCode::conflict, fmt::format("{} {} is {}", object->name, *id, deleted ? "deleted" : "not deleted"));
  }
  Outcome<void> done;
  if (edit.kind == EditKind::update) done = org_.update(*object, row, *edit.fields, writer);
  if (edit.kind == EditKind::remove) done = org_.remove(*object, row, writer);
  if (edit.kind == EditKind::restore) done = org_.restore(*object, row, writer);
  if (edit.kind == EditKind::merge) {
    auto winner = org_.find_live(*object, edit.into);
    if (!winner) return told(winner.error());
    auto merged = org_.merge(*object, *winner, row, *edit.fields, writer);
    if (!merged) return told(merged.error());
  }
  if (!done) return told(done.error());
  return *id;
}

std::unique_ptr<Emulator> make_salesforce(const EmulatorClock& clock, Rng rng, SalesforceOptions options) {
  return std::make_unique<Salesforce>(clock, rng, std::move(options));
}

}  // namespace lockstep::emulators::salesforce

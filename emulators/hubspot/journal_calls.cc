// §3.5: the webhooks journal, which an app reads with a token of its own.
#include <charconv>

#include "emulators/hubspot/service.h"
#include "emulators/hubspot/values.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::size_t kMaxFiles = 100;  // of one answer
constexpr Duration kLinkLife{300'000};

Outcome<std::size_t> count_of(const Call& call) {
  const std::string& text = call.parameter("count");
  std::size_t count = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count < 1 || count > kMaxFiles) return invalid("count must be between 1 and 100");
  return count;
}

}  // namespace

json::object HubSpot::journal_link(const Call& call, const ChangeJournal::File& file) {
  std::string key = uuid();
  journal_links_.insert_or_assign(key, JournalLink{file.text, call.now + kLinkLife});
  return json::object{{"url", call.base_url + "/journaled/" + key}, {"expiresAt", format_instant(call.now + kLinkLife)}, {"currentOffset", file.offset}};
}

/// Files [first, first + count); 204, or what is set, when there are none.
HubSpot::Answer HubSpot::journal_page(const Call& call, std::size_t first, std::size_t count, bool many) {
  const auto& files = portal_.events().journal().files(call.now);
  auto end = static_cast<int>(portal_.settings().journal_end_status);
  if (first >= files.size()) return end == 204 ? http::Response(204, "") : Answer(refuse(end, "OBJECT_NOT_FOUND", "There is nothing newer"));
  if (!many) return json_answer(200, journal_link(call, files[first]));
  json::array results;
  for (std::size_t i = first; i < std::min(files.size(), first + count); ++i) results.push_back(journal_link(call, files[i]));
  return batch_answer(200, std::move(results), {}, call.now);
}

HubSpot::Answer HubSpot::journal_earliest(Call& call) { return journal_page(call, 0, 1, false); }

HubSpot::Answer HubSpot::journal_latest(Call& call) {
  std::size_t held = portal_.events().journal().files(call.now).size();
  return journal_page(call, held == 0 ? 0 : held - 1, 1, false);
}

HubSpot::Answer HubSpot::journal_next(Call& call) {
  auto behind = portal_.events().journal().behind(call.parameter("offset"), call.now);
  if (!behind) return hubspot::not_found();
  return journal_page(call, *behind, 1, false);
}

HubSpot::Answer HubSpot::journal_batch_earliest(Call& call) {
  TRY(std::size_t count, count_of(call));
  return journal_page(call, 0, count, true);
}

HubSpot::Answer HubSpot::journal_batch_latest(Call& call) {
  TRY(std::size_t count, count_of(call));
  std::size_t held = portal_.events().journal().files(call.now).size();
  return journal_page(call, held - std::min(held, count), count, true);
}

HubSpot::Answer HubSpot::journal_batch_next(Call& call) {
  TRY(std::size_t count, count_of(call));
  auto behind = portal_.events().journal().behind(call.parameter("offset"), call.now);
  if (!behind) return hubspot::not_found();
  return journal_page(call, *behind, count, true);
}

HubSpot::Answer HubSpot::journal_batch_read(Call& call) {
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  json::array results;
  ChangeJournal& journal = portal_.events().journal();
  TRY_VOID(check_text_list(*body, "inputs"));
  for (const std::string& offset : text_list(*body, "inputs")) {
    if (auto behind = journal.behind(offset, call.now)) results.push_back(journal_link(call, journal.files(call.now)[*behind - 1]));
  }
  return batch_answer(200, std::move(results), {}, call.now);
}

/// Whoever has the link reads the file, for a while.
HubSpot::Answer HubSpot::journal_file(Call& call) {
  auto known = journal_links_.find(call.parameter("key"));
  if (known == journal_links_.end() || known->second.expires <= call.now) return refuse(403, "", "The link has expired");
  http::Response response(200, known->second.text);
  response.headers.add("Content-Type", "application/json;charset=utf-8");
  return response;
}

HubSpot::Answer HubSpot::journal_subscriptions(Call&) {
  json::array results;
  for (const JournalSubscription& each : portal_.events().journal().subscriptions()) results.push_back(portal_.events().journal().render(each));
  return json_answer(200, json::object{{"results", std::move(results)}});
}

HubSpot::Answer HubSpot::journal_subscribe(Call& call) {
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  ChangeJournal& journal = portal_.events().journal();
  auto read = journal.read(*body, portal_.catalogue());
  if (!read) return invalid(read.error().message);
  read->created = call.now;
  return json_answer(201, journal.render(journal.subscribe(std::move(*read))));
}

HubSpot::Answer HubSpot::journal_subscription(Call& call) {
  ChangeJournal& journal = portal_.events().journal();
  JournalSubscription* known = journal.find(call.parameter("id"));
  if (!known) return hubspot::not_found();
  if (call.request.method == "GET") return json_answer(200, journal.render(*known));
  journal.unsubscribe(call.parameter("id"));
  return http::Response(204, "");
}

HubSpot::Answer HubSpot::journal_filter_create(Call& call) {
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  const json::value* id = body->if_contains("subscriptionId");
  JournalSubscription* of = id ? portal_.events().journal().find(scalar_text(*id)) : nullptr;
  if (!of) return hubspot::not_found();
  auto read = ChangeJournal::read_filter(*body, *of, portal_.catalogue());
  if (!read) return invalid(read.error().message);
  read->created = call.now;
  return json_answer(201, render_journal_filter(*of, portal_.events().journal().add_filter(*of, std::move(*read))));
}

HubSpot::Answer HubSpot::journal_filter(Call& call) {
  for (JournalSubscription& subscription : portal_.events().journal().subscriptions()) {
    for (const JournalFilter& filter : subscription.filters) {
      if (std::to_string(filter.id) != call.parameter("id")) continue;
      if (call.request.method == "GET") return json_answer(200, render_journal_filter(subscription, filter));
      std::erase_if(subscription.filters, [id = filter.id](const JournalFilter& each) { return each.id == id; });
      return http::Response(204, "");
    }
  }
  return hubspot::not_found();
}

HubSpot::Answer HubSpot::journal_filters(Call& call) {
  const JournalSubscription* of = portal_.events().journal().find(call.parameter("id"));
  if (!of) return hubspot::not_found();
  json::array filters;
  for (const JournalFilter& each : of->filters) filters.push_back(render_journal_filter(*of, each));
  return json_answer(200, filters);
}

/// What records hold now becomes a file of the journal; each is told about under an id of its own.
HubSpot::Answer HubSpot::journal_snapshots(Call& call) {
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  const json::value* asked = body->if_contains("snapshotRequests");
  if (!asked || !asked->is_array() || asked->get_array().empty()) return bad_json("line 1, column 1: snapshotRequests is missing or not an array");
  json::array made;
  for (const json::value& item : asked->get_array()) {
    const json::object* one = item.if_object();
    ObjectType* type = one ? portal_.catalogue().find(text_member(*one, "objectTypeId"), kIdAlone) : nullptr;
    if (!type) return invalid("objectTypeId is not known");
    ChangeJournal& journal = portal_.events().journal();
    std::string id = journal.read_id(one->if_contains("objectId"));
    if (id.empty() || !journal.names_account(*one)) return invalid("a snapshot needs objectId and portalId, which are numbers");
    TRY_VOID(check_text_list(*one, "properties"));
    RowNumber row = portal_.find_live(*type, id);
    if (row != kNoRow) {
      json::object record = Renderer(portal_, {}).record(view_of(*type, row), properties_named(*type, text_list(*one, "properties")));
      journal.snapshot(*type, id, std::move(record["properties"].get_object()), call.now);
    }
    std::string status_id = uuid();
    snapshots_[status_id] = {call.now, row != kNoRow};
    made.push_back(
        json::object{{"portalId", options_.portal_id}, {"objectId", journal.told_id(id)}, {"objectTypeId", type->type_id}, {"snapshotStatusId", status_id}});
  }
  return json_answer(200, json::object{{"snapshotResponses", std::move(made)}});
}

HubSpot::Answer HubSpot::journal_snapshot_status(Call& call) {
  auto known = snapshots_.find(call.parameter("id"));
  if (known == snapshots_.end()) return hubspot::not_found();
  constexpr Duration kTaken{1'000}, kShown{3LL * 24 * 3'600'000};
  Duration age = call.now - known->second.asked;
  const char* status = age < kTaken ? "IN_PROGRESS" : age >= kShown ? "EXPIRED" : known->second.found ? "SUCCESS" : "FAILED";
  json::object body{{"id", known->first}, {"status", status}, {"initiatedAt", format_instant(known->second.asked)}};
  if (age >= kTaken) body["completedAt"] = format_instant(known->second.asked + kTaken);
  return json_answer(200, body);
}

HubSpot::Answer HubSpot::journal_forget_account(Call& call) {
  if (call.parameter("portal") != std::to_string(options_.portal_id)) return hubspot::not_found();
  portal_.events().journal().clear();
  return http::Response(204, "");
}

}  // namespace lockstep::emulators::hubspot

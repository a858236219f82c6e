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

/// Files [first, first + count); 204 when there are none.
HubSpot::Answer HubSpot::journal_page(const Call& call, std::size_t first, std::size_t count, bool many) {
  const auto& files = portal_.events().journal().files(call.now);
  if (first >= files.size()) return http::Response(204, "");
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
  for (const JournalSubscription& each : portal_.events().journal().subscriptions()) results.push_back(render_journal_subscription(each));
  return json_answer(200, json::object{{"results", std::move(results)}});
}

HubSpot::Answer HubSpot::journal_subscribe(Call& call) {
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  auto read = ChangeJournal::read(*body, portal_.catalogue());
  if (!read) return invalid(read.error().message);
  read->created = call.now;
  return json_answer(201, render_journal_subscription(portal_.events().journal().subscribe(std::move(*read))));
}

HubSpot::Answer HubSpot::journal_subscription(Call& call) {
  ChangeJournal& journal = portal_.events().journal();
  if (call.request.method == "DELETE") {
    if (!journal.unsubscribe(call.parameter("id"))) return hubspot::not_found();
    return http::Response(204, "");
  }
  for (const JournalSubscription& each : journal.subscriptions()) {
    if (std::to_string(each.id) == call.parameter("id")) return json_answer(200, render_journal_subscription(each));
  }
  return hubspot::not_found();
}

HubSpot::Answer HubSpot::journal_forget_account(Call& call) {
  if (call.parameter("portal") != std::to_string(options_.portal_id)) return hubspot::not_found();
  portal_.events().journal().clear();
  return http::Response(204, "");
}

}  // namespace lockstep::emulators::hubspot

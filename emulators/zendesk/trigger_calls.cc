// Triggers as records of their own, and what they write into the bodies of webhooks (contract A9).
#include "base/text.h"
#include "emulators/zendesk/rendering.h"
#include "emulators/zendesk/service.h"

namespace lockstep::emulators::zendesk {
namespace {

/// The text stands within a JSON text of the administrator's.
std::string in_json(std::string_view text) {
  std::string quoted = json::serialize(json::value(json::string(text)));
  return quoted.substr(1, quoted.size() - 2);
}

std::string person(const ObjectType& users, RowNumber row, std::string_view what) {
  if (row == kNoRow) return "";
  return what == "id" ? users.table->record(row).id : what == "name" || what == "email" ? std::string(text_of(users.get(row, what))) : "";
}

}  // namespace

/// "ticket.requester.email" of one ticket; empty when there is no such thing.
std::string Zendesk::placeholder(RowNumber ticket, std::string_view name) {
  const ObjectType& tickets = account_.tickets();
  if (!name.starts_with("ticket.")) return "";
  name.remove_prefix(std::string_view("ticket.").size());
  for (const char* who : {"requester", "assignee", "submitter"}) {
    if (!name.starts_with(std::string(who) + ".")) continue;
    ValueView held = tickets.get(ticket, std::string(who) + "_id");
    RowNumber row = is_null(held) ? kNoRow : account_.find_live(account_.users(), std::get<std::int64_t>(held));
    return in_json(person(account_.users(), row, name.substr(name.find('.') + 1)));
  }
  if (name == "organization.name") {
    ValueView held = tickets.get(ticket, "organization_id");
    RowNumber row = is_null(held) ? kNoRow : account_.find_live(account_.organizations(), std::get<std::int64_t>(held));
    return row == kNoRow ? "" : in_json(text_of(account_.organizations().get(row, "name")));
  }
  if (name == "id" || name == "url") return (name == "id" ? "" : "lockstep.zendesk.com/agent/tickets/") + tickets.table->record(ticket).id;
  if (name == "created_at") return format_time(tickets.table->record(ticket).created);
  if (name == "latest_comment") {
    Table& comments = account_.comments();
    auto rows = comments.find_equal(*comments.find_field(comment::kTicket), account_.id_of(tickets, ticket));
    return rows.empty() ? "" : in_json(text_of(comments.get(rows.back(), *comments.find_field(comment::kBody))));
  }
  if (name == "title") name = "subject";
  if (name == "ticket_type") name = "type";
  if (name.starts_with("ticket_field_")) name.remove_prefix(std::string_view("ticket_field_").size());
  const Property* property = tickets.find(name);
  if (!property) return "";
  if (property->name == "tags") return in_json(text_of(tickets.get(ticket, "tags")));
  return in_json(scalar_text(render_value(*property, tickets.table->get(ticket, property->field))));
}

Zendesk::Answer Zendesk::trigger_list(Call& call, bool active_alone) {
  std::vector<Place> places;
  std::vector<const Trigger*> rows;
  for (const auto& [id, trigger] : account_.events().triggers().rows()) {
    if (active_alone && !trigger.active) continue;
    places.push_back({0, static_cast<RowNumber>(rows.size())});
    rows.push_back(&trigger);
  }
  auto page = page_of(call, places);
  if (!page) return tl::unexpected(std::move(page.error()));
  json::object body = std::move(page->around);
  json::array shown;
  for (RowNumber place : page->rows) shown.push_back(render_trigger(*rows[place], call.base_url));
  body["triggers"] = std::move(shown);
  return json_answer(200, body);
}

Zendesk::Answer Zendesk::trigger_create(Call& call) {
  JsonDocument document;
  auto given = read_member(call, document, "trigger");
  if (!given) return tl::unexpected(std::move(given.error()));
  Trigger trigger;
  if (auto read = read_trigger(account_.tickets(), **given, trigger); !read) return tl::unexpected(std::move(read.error()));
  trigger.created = trigger.updated = call.now;
  const Trigger& made = account_.events().triggers().add(std::move(trigger));
  return json_answer(201, json::object{{"trigger", render_trigger(made, call.base_url)}});
}

/// Reads, changes or removes the one that the path names.
Zendesk::Answer Zendesk::trigger_one(Call& call) {
  auto& rows = account_.events().triggers().rows();
  auto known = rows.find(number_in(id_in(call)));
  if (known == rows.end()) return record_not_found();
  if (call.request.method == "DELETE") {
    rows.erase(known);
    return http::Response(204, "");
  }
  if (call.request.method == "PUT") {
    JsonDocument document;
    auto given = read_member(call, document, "trigger");
    if (!given) return tl::unexpected(std::move(given.error()));
    Trigger next = known->second;
    if (auto read = read_trigger(account_.tickets(), **given, next); !read) return tl::unexpected(std::move(read.error()));
    next.updated = call.now;
    known->second = std::move(next);
  }
  return json_answer(200, json::object{{"trigger", render_trigger(known->second, call.base_url)}});
}

}  // namespace lockstep::emulators::zendesk

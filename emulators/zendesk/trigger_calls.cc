// Triggers as records of their own, and what they write into the bodies of webhooks (contract A9).
#include <algorithm>

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

/// Of a user or an organization; empty when there is no such thing.
std::string text_of_one(const ObjectType& type, RowNumber row, std::string_view what) {
  if (row == kNoRow) return "";
  if (what == "id") return type.table->record(row).id;
  std::string_view name = text_of(type.get(row, "name"));
  std::size_t blank = std::min(name.find(' '), name.size());
  if (what == "first_name") return std::string(name.substr(0, blank));
  if (what == "last_name") return std::string(trim(name.substr(blank)));
  const Property* property = type.find(what);
  return property && property->kind == Kind::text ? std::string(text_of(type.table->get(row, property->field))) : "";
}

}  // namespace

/// "ticket.requester.email" of one ticket; empty when there is no such thing.
std::string Zendesk::placeholder(RowNumber ticket, std::string_view name) {
  const ObjectType& tickets = account_.tickets();
  ObjectType &users = account_.users(), &organizations = account_.organizations();
  auto linked = [&](const ObjectType& from, RowNumber row, const std::string& property, const ObjectType& to) {
    ValueView held = row == kNoRow ? ValueView{} : from.get(row, property);
    return is_null(held) ? kNoRow : account_.find_live(to, std::get<std::int64_t>(held));
  };
  auto behind = [&](std::string_view prefix) { return name.starts_with(prefix) ? std::optional(name.substr(prefix.size())) : std::nullopt; };
  if (auto what = behind("current_user.organization."))
    return in_json(text_of_one(organizations, linked(users, account_.find_live(users, caller_user_), "organization_id", organizations), *what));
  if (auto what = behind("current_user.")) return in_json(text_of_one(users, account_.find_live(users, caller_user_), *what));
  if (!name.starts_with("ticket.")) return "";
  name.remove_prefix(std::string_view("ticket.").size());
  for (const char* who : {"requester", "assignee", "submitter"}) {
    if (auto what = behind(std::string(who) + ".")) return in_json(text_of_one(users, linked(tickets, ticket, std::string(who) + "_id", users), *what));
  }
  if (auto what = behind("organization.")) return in_json(text_of_one(organizations, linked(tickets, ticket, "organization_id", organizations), *what));
  if (name == "group.name") {
    ValueView held = tickets.get(ticket, "group_id");
    const Group* group = is_null(held) ? nullptr : account_.groups().find(std::get<std::int64_t>(held));
    return group ? in_json(group->name) : "";
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

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

/// All, the active ones, or those with a part of a title; in the order in which they run, or as the call has it.
Zendesk::Answer Zendesk::trigger_list(Call& call, bool active_alone) {
  std::string active = active_alone ? "true" : call.query_value("active").value_or(""), sort = call.query_value("sort_by").value_or("position");
  std::string title = to_lower_ascii(call.query_value("query").value_or(""));
  std::vector<const Trigger*> rows = account_.events().triggers().in_order();
  std::erase_if(rows, [&](const Trigger* each) {
    return (!active.empty() && each->active != (active == "true")) || to_lower_ascii(each->title).find(title) == std::string::npos;
  });
  auto by = [&](auto key) { std::stable_sort(rows.begin(), rows.end(), [&](const Trigger* a, const Trigger* b) { return key(*a) < key(*b); }); };
  if (sort == "alphabetical") by([](const Trigger& each) { return each.title; });
  else if (sort == "created_at") by([](const Trigger& each) { return each.created.ms; });
  else if (sort == "updated_at") by([](const Trigger& each) { return each.updated.ms; });
  else if (sort != "position") return refuse(501, "NotImplemented", "Triggers in order of " + sort + " are not served by this stand-in");
  if (call.query_value("sort_order") == "desc") std::reverse(rows.begin(), rows.end());
  std::vector<Place> places;
  for (std::size_t i = 0; i < rows.size(); ++i) places.push_back({0, static_cast<RowNumber>(i)});
  auto page = page_of(call, places);
  if (!page) return tl::unexpected(std::move(page.error()));
  json::object body = std::move(page->around);
  json::array shown;
  for (RowNumber place : page->rows) shown.push_back(render_trigger(*rows[place], call.base_url));
  body["triggers"] = std::move(shown);
  return json_answer(200, body);
}

/// Those that `ids` names, all of them there.
Outcome<std::vector<std::int64_t>> Zendesk::triggers_named(const std::vector<std::string>& ids) {
  std::vector<std::int64_t> found;
  for (const std::string& id : ids) {
    found.push_back(number_in(id));
    if (!account_.events().triggers().rows().contains(found.back())) return record_not_found();
  }
  if (found.empty()) return refuse_titled(400, "Invalid attribute", "You passed an invalid value for the ids attribute. Invalid parameter: ids is required");
  return found;
}

Zendesk::Answer Zendesk::trigger_remove_many(Call& call) {
  std::vector<std::string> ids;
  const std::string given = call.query_value("ids").value_or("");
  for (std::string_view id : split(given, ',')) {
    if (!trim(id).empty()) ids.emplace_back(trim(id));
  }
  auto found = triggers_named(ids);
  if (!found) return tl::unexpected(std::move(found.error()));
  for (std::int64_t id : *found) account_.events().triggers().rows().erase(id);
  return http::Response(204, "");
}

/// Whether they are active, and where they run; all of them or none.
Zendesk::Answer Zendesk::trigger_update_many(Call& call) {
  auto given = read_rows(call, "triggers");
  if (!given) return tl::unexpected(std::move(given.error()));
  auto& rows = account_.events().triggers().rows();
  std::map<std::int64_t, Trigger> next;
  for (const json::object& each : *given) {
    auto known = rows.find(id_member(each, "id"));
    if (known == rows.end()) return record_not_found();
    for (const auto& member : each) {
      if (member.key() != "id" && member.key() != "active" && member.key() != "position" && member.key() != "category_id")
        return refuse(422, "RecordInvalid", "Of many triggers, active, position and category_id alone are changed");
    }
    Trigger changed = known->second;
    if (auto read = read_trigger(account_.tickets(), each, changed); !read) return tl::unexpected(std::move(read.error()));
    changed.updated = call.now;
    next[changed.id] = std::move(changed);
  }
  for (auto& [id, trigger] : next) rows[id] = std::move(trigger);
  return trigger_list(call, false);
}

/// All of them, in the order in which they are to run.
Zendesk::Answer Zendesk::trigger_reorder(Call& call) {
  JsonDocument document;
  const json::object* body = document.parse(call.request.body) ? document.root().if_object() : nullptr;
  const json::value* ids = body ? body->if_contains("trigger_ids") : nullptr;
  std::vector<std::string> named;
  for (const json::value& id : ids && ids->is_array() ? ids->get_array() : json::array()) named.push_back(scalar_text(id));
  auto order = triggers_named(named);
  if (!order) return tl::unexpected(std::move(order.error()));
  auto& rows = account_.events().triggers().rows();
  if (std::set<std::int64_t>(order->begin(), order->end()).size() != rows.size() || order->size() != rows.size())
    return refuse(422, "RecordInvalid", "Trigger ids: each trigger has to be named once");
  for (std::size_t i = 0; i < order->size(); ++i) rows[(*order)[i]].position = static_cast<std::int64_t>(i) + 1;
  return trigger_list(call, false);
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

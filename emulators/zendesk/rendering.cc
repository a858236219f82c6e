#include "emulators/zendesk/rendering.h"

#include <algorithm>

#include "base/text.h"

namespace lockstep::emulators::zendesk {
namespace {

std::int64_t id_number(const Table& table, RowNumber row) { return std::stoll(table.record(row).id); }

void render_custom(const ObjectType& type, RowNumber row, json::object& body) {
  if (type.name == "ticket") {
    json::array fields;
    for (const Property& property : type.properties) {
      if (property.custom()) fields.push_back(json::object{{"id", property.id}, {"value", render_value(property, type.table->get(row, property.field))}});
    }
    body["fields"] = fields;
    body[type.custom_group] = std::move(fields);
    return;
  }
  json::object fields;
  for (const Property& property : type.properties) {
    if (property.custom()) fields[property.key()] = render_value(property, type.table->get(row, property.field));
  }
  body[type.custom_group] = std::move(fields);
}

json::object render_metadata(const Audit* audit) { return {{"system", json::object()}, {"custom", audit ? audit->custom : json::object()}}; }

}  // namespace

json::object render_via() { return {{"channel", "api"}, {"source", json::object{{"from", json::object()}, {"to", json::object()}, {"rel", nullptr}}}}; }

json::object render_via(Account& account, RowNumber ticket) {
  json::object via = render_via();
  ValueView source = account.tickets().get(ticket, "followup_source_id");
  if (is_null(source)) return via;
  std::int64_t id = std::get<std::int64_t>(source);
  RowNumber row = account.tickets().table->find(std::to_string(id));
  via["source"] = json::object{
      {"from", json::object{{"ticket_id", id}, {"subject", to_json(account.tickets().get(row, "subject"))}}}, {"to", json::object()}, {"rel", "follow_up"}};
  return via;
}

json::object unrated() { return {{"score", "unoffered"}}; }

json::object render_record(Account& account, const ObjectType& type, RowNumber row, const std::string& base_url) {
  const Record& record = type.table->record(row);
  json::object body{
      {"url", base_url + "/api/v2/" + type.plural + "/" + record.id + ".json"}, {"id", account.id_of(type, row)}, {"created_at", format_time(record.created)}};
  for (const Property& property : type.properties) {
    if (!property.custom()) body[property.name] = render_value(property, record.fields.get(property.field));
  }
  render_custom(type, row, body);
  if (type.name == "ticket") {
    body["raw_subject"] = body["subject"];
    body["custom_status_id"] = custom_status_of(text_member(body, "status"));
    body["generated_timestamp"] = record.modified.ms / 1000;
    body["brand_id"] = kBrand;
    body["ticket_form_id"] = kTicketForm;
    body["via"] = render_via(account, row);
    body["satisfaction_rating"] = unrated();
    json::array followups;
    for (RowNumber each : account.find_by(type, "followup_source_id", account.id_of(type, row))) followups.push_back(account.id_of(type, each));
    body["followup_ids"] = std::move(followups);
    body["sharing_agreement_ids"] = json::array();
    body["forum_topic_id"] = nullptr;
    body["allow_attachments"] = true;
    body["allow_channelback"] = body["from_messaging_channel"] = false;
    body["has_incidents"] = !account.find_by(type, "problem_id", account.id_of(type, row)).empty();
    body.erase("followup_source_id");
  }
  if (type.name == "user") {
    body["shared"] = body["shared_agent"] = body["chat_only"] = false;
    for (const char* name : {"photo", "last_login_at", "role_type", "shared_phone_number", "two_factor_auth_enabled"}) body[name] = nullptr;
    body["locale"] = json::string(kLocaleTag.data(), kLocaleTag.size());
    body["locale_id"] = kLocale;
    body["custom_role_id"] = nullptr;
    body["default_group_id"] = nullptr;
    for (const GroupMembership& each : account.memberships_of(row)) {
      if (each.is_default) body["default_group_id"] = each.group;
    }
  }
  return body;
}

json::object render_exported(Account& account, const ObjectType& type, RowNumber row, const std::string& base_url) {
  json::object body = render_record(account, type, row, base_url);
  const Record& record = type.table->record(row);
  if (record.deleted && type.name == "ticket") body["status"] = "deleted";
  if (type.name == "organization") body["deleted_at"] = record.deleted ? json::value(format_time(record.modified)) : json::value(nullptr);
  return body;
}

json::object render_comment(Account& account, RowNumber row, const std::string& base_url) {
  const Table& table = account.comments();
  auto get = [&](std::string_view name) { return to_json(table.get(row, *table.find_field(name))); };
  const Audit* audit = is_null(table.get(row, *table.find_field(comment::kAudit))) ? nullptr : account.audits().find(get(comment::kAudit).as_int64());
  json::array files;
  for (const std::string& id : parts_of(table.get(row, account.comments().field(comment::kAttachments))))
    files.push_back(render_attachment(*account.attachments().find(std::stoll(id)), base_url));
  return json::object{{"id", id_number(table, row)},        {"type", "Comment"},
                      {"author_id", get(comment::kAuthor)}, {"body", get(comment::kBody)},
                      {"plain_body", get(comment::kBody)},  {"html_body", get(comment::kHtml)},
                      {"public", get(comment::kPublic)},    {"attachments", std::move(files)},
                      {"audit_id", get(comment::kAudit)},   {"via", render_via()},
                      {"metadata", render_metadata(audit)}, {"created_at", format_time(table.record(row).created)}};
}

json::object render_identity(Account& account, RowNumber row, const std::string& base_url) {
  const Table& table = account.identities();
  auto get = [&](std::string_view name) { return to_json(table.get(row, *table.find_field(name))); };
  std::string user = scalar_text(get(identity::kUser));
  return json::object{{"url", base_url + "/api/v2/users/" + user + "/identities/" + table.record(row).id + ".json"},
                      {"id", id_number(table, row)},
                      {"user_id", get(identity::kUser)},
                      {"type", "email"},
                      {"value", get(identity::kValue)},
                      {"primary", get(identity::kPrimary)},
                      {"verified", get(identity::kVerified)},
                      {"created_at", format_time(table.record(row).created)},
                      {"updated_at", format_time(table.record(row).modified)}};
}

json::object render_group(const Groups& groups, const Group& group, const std::string& base_url) {
  return json::object{{"url", base_url + "/api/v2/groups/" + std::to_string(group.id) + ".json"},
                      {"id", group.id},
                      {"name", group.name},
                      {"description", group.description},
                      {"is_public", group.is_public},
                      {"deleted", group.deleted},
                      {"default", groups.is_default(group)},
                      {"created_at", format_time(group.created)},
                      {"updated_at", format_time(group.updated)}};
}

}  // namespace lockstep::emulators::zendesk

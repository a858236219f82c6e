// Contacts as version 1 has them (§0.1), by id ("vid") or address.
#include <algorithm>

#include "base/text.h"
#include "emulators/hubspot/older_api.h"

namespace lockstep::emulators::hubspot {
namespace {

tl::unexpected<ApiError> no_contact() { return refuse(404, "", "contact does not exist"); }

}  // namespace

json::object OlderApi::older_contact(RowNumber row, const std::vector<std::string>& names) {
  const ObjectType& type = *portal_.catalogue().find("contacts");
  const Record& record = type.table->record(row);
  std::int64_t vid = older_number(record.id);
  json::array identities;
  if (auto email = value_of(portal_, view_of(type, row), type.property("email")))
    identities.push_back(json::object{{"type", "EMAIL"}, {"value", *email}, {"timestamp", record.created.ms}, {"is-primary", true}});
  json::array merged;
  std::string absorbed = value_of(portal_, view_of(type, row), type.property("hs_merged_object_ids")).value_or("");
  for (std::string_view id : split(absorbed, ';')) {
    if (!id.empty()) merged.push_back(older_number(id));
  }
  json::object profile{{"vid", vid}, {"saved-at-timestamp", record.created.ms}, {"deleted-changed-timestamp", 0}, {"identities", std::move(identities)}};
  return json::object{{"vid", vid},
                      {"canonical-vid", vid},
                      {"merged-vids", std::move(merged)},
                      {"portal-id", host_.portal_id},
                      {"is-contact", true},
                      {"properties", older_properties(portal_, type, row, names, true)},
                      {"form-submissions", json::array()},
                      {"list-memberships", json::array()},
                      {"identity-profiles", json::array{std::move(profile)}},
                      {"merge-audits", json::array()}};
}

/// By the path's {vid} or {email}.
Outcome<RowNumber> OlderApi::older_contact_of(const Call& call) {
  const ObjectType& type = *portal_.catalogue().find("contacts");
  RowNumber row = kNoRow;
  for (const auto& [name, value] : call.parameters) {
    if (name == "vid") row = portal_.resolve(type, value);
    if (name == "email") row = portal_.find_by_key(type, type.property("email"), value);
  }
  if (row == kNoRow) return no_contact();
  return row;
}

OlderApi::Answer OlderApi::older_contact_create(Call& call) {
  ObjectType& type = *portal_.catalogue().find("contacts");
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(json::object properties, older_input(body->if_contains("properties")));
  std::string email = properties.contains("email") ? scalar_text(properties.at("email")) : "";
  RowNumber taken = email.empty() ? kNoRow : portal_.find_by_key(type, type.property("email"), email);
  if (taken != kNoRow) {
    json::object identity{{"value", email}, {"type", "EMAIL"}, {"timestamp", type.table->record(taken).created.ms}};
    return json_answer(409, json::object{{"status", "error"},
                                         {"message", "Contact already exists"},
                                         {"correlationId", host_.uuid()},
                                         {"identityProfile",
                                          json::object{{"vid", older_number(type.table->record(taken).id)}, {"identity", json::array{std::move(identity)}}}},
                                         {"error", "CONTACT_EXISTS"}});
  }
  TRY(RowNumber row, portal_.create(type, properties, nullptr, writer(call)));
  return json_answer(200, older_contact(row, {}));
}

OlderApi::Answer OlderApi::older_contact_read(Call& call) {
  TRY(RowNumber row, older_contact_of(call));
  return json_answer(200, older_contact(row, query_list(call, "property")));
}

OlderApi::Answer OlderApi::older_contacts_read(Call& call) {
  const ObjectType& type = *portal_.catalogue().find("contacts");
  json::object found;
  for (const auto& [name, value] : call.query) {
    RowNumber row = name == "vid" ? portal_.resolve(type, value) : name == "email" ? portal_.find_by_key(type, type.property("email"), value) : kNoRow;
    if (row != kNoRow) found[type.table->record(row).id] = older_contact(row, query_list(call, "property"));
  }
  return json_answer(200, found);
}

OlderApi::Answer OlderApi::older_contact_update(Call& call) {
  TRY(RowNumber row, older_contact_of(call));
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(json::object properties, older_input(body->if_contains("properties")));
  TRY_VOID(portal_.update(*portal_.catalogue().find("contacts"), row, properties, writer(call)));
  return http::Response(204, "");
}

OlderApi::Answer OlderApi::older_contact_upsert(Call& call) {
  ObjectType& type = *portal_.catalogue().find("contacts");
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  TRY(json::object properties, older_input(body->if_contains("properties")));
  RowNumber row = portal_.find_by_key(type, type.property("email"), call.parameter("email"));
  bool fresh = row == kNoRow;
  if (fresh) {
    properties["email"] = call.parameter("email");
    TRY(row, portal_.create(type, properties, nullptr, writer(call)));
  } else {
    TRY_VOID(portal_.update(type, row, properties, writer(call)));
  }
  return json_answer(200, json::object{{"vid", older_number(type.table->record(row).id)}, {"isNew", fresh}});
}

/// Each by its id or address, made where there is none; nothing is told of them.
OlderApi::Answer OlderApi::older_contacts_write(Call& call) {
  constexpr std::size_t kMost = 1'000;
  ObjectType& type = *portal_.catalogue().find("contacts");
  JsonDocument document;
  if (!document.parse(call.request.body) || !document.root().is_array() || document.root().get_array().size() > kMost)
    return bad_json("line 1, column 1: a list of contacts is needed");
  UnitOfWork unit(portal_);
  for (const json::value& each : document.root().get_array()) {
    const json::object* given = each.if_object();
    if (!given) return bad_json("line 1, column 1: a contact is an object");
    TRY(json::object properties, older_input(given->if_contains("properties")));
    std::string vid = given->contains("vid") ? scalar_text(given->at("vid")) : "", email(text_member(*given, "email"));
    RowNumber row = !vid.empty() ? portal_.resolve(type, vid) : portal_.find_by_key(type, type.property("email"), email);
    if (row != kNoRow) {
      TRY_VOID(portal_.update(type, row, properties, writer(call)));
    } else if (vid.empty()) {
      if (!properties.contains("email")) properties["email"] = email;
      TRY_VOID(portal_.create(type, properties, nullptr, writer(call)));
    } else {
      return no_contact();
    }
  }
  unit.commit();
  return http::Response(202, "");
}

OlderApi::Answer OlderApi::older_contact_merge(Call& call) {
  TRY(RowNumber row, older_contact_of(call));
  ObjectType& type = *portal_.catalogue().find("contacts");
  JsonDocument document;
  TRY(const json::object* body, read_body(call, document));
  RowNumber other = body->contains("vidToMerge") ? portal_.find_live(type, scalar_text(body->at("vidToMerge"))) : kNoRow;
  if (other == kNoRow || other == row) return no_contact();
  TRY_VOID(portal_.merge(type, row, other, writer(call)));
  http::Response response(200, "SUCCESS");
  response.headers.add("Content-Type", "text/plain;charset=utf-8");
  return response;
}

OlderApi::Answer OlderApi::older_contact_remove(Call& call) {
  TRY(RowNumber row, older_contact_of(call));
  ObjectType& type = *portal_.catalogue().find("contacts");
  if (!portal_.settings().merged_ids_writable && type.table->record(row).id != call.parameter("vid")) return no_contact();
  portal_.archive(type, row, writer(call));
  return json_answer(200, json::object{{"vid", older_number(type.table->record(row).id)}, {"deleted", true}, {"reason", "OK"}});
}

/// All by id, or the last changed or made first, from an offset on.
OlderApi::Answer OlderApi::older_contact_pages(Call& call) {
  const ObjectType& type = *portal_.catalogue().find("contacts");
  std::string_view target = call.request.target;
  bool recent = target.find("/contacts/recent") != std::string_view::npos, made = target.find("/lists/all/contacts/recent") != std::string_view::npos;
  TRY(std::int64_t count, older_query(call, "count", 20, 1, 100, portal_.settings().older_limits_cut));
  TRY(std::int64_t after, older_offset(call, "vidOffset"));
  TRY(std::int64_t until, older_offset(call, "timeOffset"));
  std::int64_t offset = after, time = 0;
  std::vector<std::string> names = query_list(call, "property");
  if (names.empty()) names = {"firstname", "lastname", "company", "lastmodifieddate"};
  std::vector<RowNumber> rows = recent ? newest_first(type, made) : std::vector<RowNumber>();
  if (!recent) {
    for (const auto& [id, row] : type.table->by_id()) {
      if (!type.table->record(row).deleted) rows.push_back(row);
    }
  }
  auto stamp = [&](RowNumber row) { return made ? type.table->record(row).created.ms : type.table->record(row).modified.ms; };
  json::array contacts;
  bool more = false;
  for (RowNumber row : rows) {
    std::int64_t vid = older_number(type.table->record(row).id);
    bool passed = recent ? until != 0 && (stamp(row) > until || (stamp(row) == until && vid >= after)) : vid <= after;
    if (passed) continue;
    more = static_cast<std::int64_t>(contacts.size()) == count;
    if (more) break;
    json::object contact = older_contact(row, names);
    contact["addedAt"] = type.table->record(row).created.ms;
    contacts.push_back(std::move(contact));
    offset = vid;
    time = stamp(row);
  }
  json::object body{{"contacts", std::move(contacts)}, {"has-more", more}, {"vid-offset", more ? offset : 0}};
  if (recent) body["time-offset"] = more ? time : 0;
  return json_answer(200, body);
}

OlderApi::Answer OlderApi::older_contact_search(Call& call) {
  const ObjectType& type = *portal_.catalogue().find("contacts");
  std::string words = to_lower_ascii(call.query_value("q").value_or(""));
  TRY(std::int64_t offset, older_offset(call, "offset"));
  TRY(std::int64_t count, older_query(call, "count", 20, 1, 100, portal_.settings().older_limits_cut));
  std::int64_t total = 0;
  json::array contacts;
  for (const auto& [id, row] : type.table->by_id()) {
    if (type.table->record(row).deleted) continue;
    bool fits = false;
    for (const char* name : {"email", "firstname", "lastname", "company", "phone"}) {
      auto value = value_of(portal_, view_of(type, row), type.property(name));
      fits = fits || (value && to_lower_ascii(*value).find(words) != std::string::npos);
    }
    if (!fits) continue;
    if (total >= offset && total < offset + count) contacts.push_back(older_contact(row, query_list(call, "property")));
    ++total;
  }
  std::int64_t end = offset + static_cast<std::int64_t>(contacts.size());
  return json_answer(200, json::object{{"query", words}, {"offset", end}, {"has-more", end < total}, {"total", total}, {"contacts", std::move(contacts)}});
}

}  // namespace lockstep::emulators::hubspot

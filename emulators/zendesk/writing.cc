// Single writes (contract A2, A4).
#include "base/text.h"
#include "emulators/zendesk/rendering.h"
#include "emulators/zendesk/service.h"

namespace lockstep::emulators::zendesk {

Zendesk::Answer Zendesk::create(Call& call, ObjectType& type) {
  JsonDocument document;
  auto given = read_member(call, document, type.name);
  if (!given) return tl::unexpected(std::move(given.error()));
  Writer by = writer(call);
  if (call.query_value("async") == "true" && type.name == "ticket") {
    json::object kept(**given, json::storage_ptr());
    return start(call, "Create Ticket", 1, [this, &type, by, kept](std::size_t index, WallTime now) mutable {
      by.at = now;
      auto row = account_.create(type, kept, by);
      if (!row) return json::object{{"index", index}, {"error", "TicketCreateFailed"}, {"details", sentence(row.error())}};
      return json::object{{"index", index}, {"id", account_.id_of(type, *row)}};
    });
  }
  by.import = call.request.target.starts_with("/api/v2/imports/");
  if (by.import && call.query_value("archive_immediately") == "true")
    return refuse(501, "NotImplemented", "archive_immediately is not served by this stand-in");
  std::size_t audits = account_.audits().noted();
  auto row = account_.create(type, **given, by);
  if (!row) return tl::unexpected(std::move(row.error()));
  http::Response response = one(call, type, *row, 201, audits);
  response.headers.add("Location", call.base_url + "/api/v2/" + type.plural + "/" + type.table->record(*row).id + ".json");
  return response;
}

Zendesk::Answer Zendesk::create_once(Call& call) {
  std::string key = call.header("Idempotency-Key").value_or(""), asked = call.request.target + "\n" + call.request.body;
  if (key.empty()) return create(call, account_.tickets());
  std::erase_if(kept_answers_, [&](const auto& each) { return each.second.until <= call.now; });
  auto kept = kept_answers_.find({caller_user_, key});
  if (kept != kept_answers_.end()) {
    if (kept->second.asked != asked)
      return refuse(400, "IdempotentRequestError", "Request parameters are different from the ones that were used with this idempotency key first");
    http::Response again = kept->second.answer;
    again.headers.add("x-idempotency-lookup", "hit");
    return again;
  }
  auto answer = create(call, account_.tickets());
  if (!answer) return answer;
  kept_answers_[{caller_user_, key}] = {std::move(asked), *answer, call.now + account_.readings().idempotency_key_life};
  answer->headers.add("x-idempotency-lookup", "miss");
  return answer;
}

Zendesk::Answer Zendesk::update(Call& call, ObjectType& type) {
  auto row = row_of(call, type);
  if (!row) return tl::unexpected(std::move(row.error()));
  if (auto within = admit_update(type, *row, call.now); !within) return tl::unexpected(std::move(within.error()));
  JsonDocument document;
  auto given = read_member(call, document, type.name);
  if (!given) return tl::unexpected(std::move(given.error()));
  std::size_t audits = account_.audits().noted();
  if (auto done = account_.update(type, *row, **given, writer(call)); !done) return tl::unexpected(std::move(done.error()));
  return one(call, type, *row, 200, audits);
}

Zendesk::Answer Zendesk::remove(Call& call, ObjectType& type) {
  auto row = row_of(call, type);
  if (!row) return tl::unexpected(std::move(row.error()));
  if (auto done = account_.remove(type, *row, writer(call)); !done) return tl::unexpected(std::move(done.error()));
  if (type.name == "user") return one(call, type, *row, 200);  // with a body, unlike the others
  return http::Response(204, "");
}

Zendesk::Answer Zendesk::create_or_update(Call& call, ObjectType& type) {
  JsonDocument document;
  auto given = read_member(call, document, type.name);
  if (!given) return tl::unexpected(std::move(given.error()));
  if (RowNumber known = account_.find_known(type, **given); known != kNoRow && !account_.readings().puts_counted_alone) {
    if (auto within = admit_update(type, known, call.now); !within) return tl::unexpected(std::move(within.error()));
  }
  auto done = account_.create_or_update(type, **given, writer(call));
  if (!done) return tl::unexpected(std::move(done.error()));
  http::Response response = one(call, type, done->first, done->second ? 201 : 200);
  if (done->second) response.headers.add("Location", call.base_url + "/api/v2/" + type.plural + "/" + type.table->record(done->first).id + ".json");
  return response;
}

/// POST sets, PUT adds, DELETE takes away.
Zendesk::Answer Zendesk::change_tags(Call& call, ObjectType& type) {
  auto row = row_of(call, type);
  if (!row) return tl::unexpected(std::move(row.error()));
  bool counted = type.name != "user" || !account_.readings().puts_counted_alone;
  if (auto within = counted ? admit_update(type, *row, call.now) : Outcome<void>(); !within) return tl::unexpected(std::move(within.error()));
  JsonDocument document;
  auto parsed = document.parse(call.request.body);
  const json::object* object = parsed ? document.root().if_object() : nullptr;
  const json::value* list = object ? object->if_contains("tags") : nullptr;
  if (!list || !list->is_array())
    return refuse_titled(400, "Invalid attribute", "You passed an invalid value for the tags attribute. Invalid parameter: tags is required");
  std::vector<std::string> tags;
  if (call.request.method != "POST") tags = parts_of(type.get(*row, "tags"));
  for (const json::value& each : list->get_array()) {
    std::string tag = to_lower_ascii(scalar_text(each));
    std::erase(tags, tag);
    if (call.request.method != "DELETE") tags.push_back(tag);
  }
  json::array held;
  for (const std::string& tag : tags) held.emplace_back(tag);
  json::object change{{"tags", std::move(held)}};
  for (const char* name : {"safe_update", "updated_stamp"}) {
    if (const json::value* stamped = object->if_contains(name)) change[name] = *stamped;
  }
  if (auto done = account_.update(type, *row, change, writer(call)); !done) return tl::unexpected(std::move(done.error()));
  http::Response response = *this->tags(call, type);
  if (call.request.method == "POST") response.status = 201;
  return response;
}

Zendesk::Answer Zendesk::merge_user(Call& call) {
  auto loser = row_of(call, account_.users());  // the one of the path goes into the one of the body
  if (!loser) return tl::unexpected(std::move(loser.error()));
  JsonDocument document;
  auto given = read_member(call, document, "user");
  if (!given) return tl::unexpected(std::move(given.error()));
  const json::value* id = (*given)->if_contains("id");
  RowNumber winner = id ? account_.find_live(account_.users(), scalar_text(*id)) : kNoRow;
  if (winner == kNoRow) return record_not_found();
  if (auto done = account_.merge_users(winner, *loser, writer(call)); !done) return tl::unexpected(std::move(done.error()));
  return one(call, account_.users(), winner, 200);
}

Zendesk::Answer Zendesk::merge_ticket(Call& call) {
  auto target = row_of(call, account_.tickets());
  if (!target) return tl::unexpected(std::move(target.error()));
  JsonDocument document;
  auto parsed = document.parse(call.request.body);
  const json::object* how = parsed ? document.root().if_object() : nullptr;
  const json::value* ids = how ? how->if_contains("ids") : nullptr;
  if (!ids || !ids->is_array() || ids->get_array().empty() || ids->get_array().size() > 5)
    return refuse_titled(400, "Invalid attribute", "You passed an invalid value for the ids attribute. Invalid parameter: ids must be a list of 1 to 5 ids");
  std::vector<RowNumber> sources;
  for (const json::value& id : ids->get_array()) {
    sources.push_back(account_.find_live(account_.tickets(), scalar_text(id)));
    if (sources.back() == kNoRow) return record_not_found();
  }
  json::object kept(*how, json::storage_ptr());
  Writer by = writer(call);
  return start(call, "Merge Tickets", 1, [this, target = *target, sources, kept, by](std::size_t, WallTime now) mutable {
    by.at = now;
    auto done = account_.merge_tickets(target, sources, kept, by);
    json::object result{{"id", account_.id_of(account_.tickets(), target)}, {"action", "merge"}, {"success", done.has_value()}};
    result["status"] = done ? "Updated" : "Failed";
    if (!done) result["errors"] = sentence(done.error());
    return result;
  });
}

Outcome<std::vector<RowNumber>> Zendesk::deleted_of(const Call& call) {
  const Table& table = *account_.tickets().table;
  const std::string ids = call.parameters.empty() ? call.query_value("ids").value_or("") : id_in(call);
  std::vector<RowNumber> rows;
  for (std::string_view id : split(ids, ',')) {
    RowNumber row = table.find(trim(id));
    if (row == kNoRow || !table.record(row).deleted || table.record(row).fields.empty()) return record_not_found();
    rows.push_back(row);
  }
  return rows;
}

Zendesk::Answer Zendesk::restore_tickets(Call& call) {
  auto rows = deleted_of(call);
  if (!rows) return tl::unexpected(std::move(rows.error()));
  for (RowNumber row : *rows) {
    if (auto done = account_.restore(account_.tickets(), row, writer(call)); !done) return tl::unexpected(std::move(done.error()));
  }
  return json_answer(200, json::object());
}

Zendesk::Answer Zendesk::create_identity(Call& call) {
  auto user = row_of(call, account_.users());
  if (!user) return tl::unexpected(std::move(user.error()));
  JsonDocument document;
  auto given = read_member(call, document, "identity");
  if (!given) return tl::unexpected(std::move(given.error()));
  std::string_view type = text_member(**given, "type");
  if (type != "email") return refuse(501, "NotImplemented", "Identities of type " + std::string(type) + " are not served by this stand-in");
  auto row = account_.add_identity(*user, text_member(**given, "value"), false, writer(call));
  if (!row) return tl::unexpected(std::move(row.error()));
  Writer by = writer(call);
  auto said = [&](const char* name) { return (*given)->contains(name) && scalar_text((*given)->at(name)) == "true"; };
  if (said("verified"))
    database().update(account_.identities(), *row, {{*account_.identities().find_field(identity::kVerified), true}},
                      {whole_seconds(by.at), by.actor, "", false});
  if (said("primary")) account_.make_primary(*user, *row, by);
  return json_answer(201, json::object{{"identity", render_identity(account_, *row, call.base_url)}});
}

Zendesk::Answer Zendesk::change_identity(Call& call, std::string_view how) {
  auto user = row_of(call, account_.users());
  if (!user) return tl::unexpected(std::move(user.error()));
  Table& table = account_.identities();
  RowNumber row = table.find(id_in(call, "identity"));
  bool theirs =
      row != kNoRow && !table.record(row).deleted && table.get(row, *table.find_field(identity::kUser)) == ValueView(account_.id_of(account_.users(), *user));
  if (!theirs) return record_not_found();
  Writer by = writer(call);
  WriteContext context{whole_seconds(by.at), by.actor, "", false};
  if (how == "delete") {
    if (table.get(row, *table.find_field(identity::kPrimary)) == ValueView(true)) return refuse(422, "RecordInvalid", "The primary identity cannot be deleted");
    database().remove(table, row, context);
    return http::Response(204, "");
  }
  if (how == "request_verification") return json_answer(200, json::object());  // a mail goes out, which nobody here reads
  if (how == "update") {
    JsonDocument document;
    auto given = read_member(call, document, "identity");
    if (!given) return tl::unexpected(std::move(given.error()));
    const json::value* verified = (*given)->if_contains("verified");
    if ((*given)->size() != 1 || !verified || !verified->is_bool()) return refuse(422, "RecordInvalid", "Of an identity, verified alone is changed here");
    database().update(table, row, {{*table.find_field(identity::kVerified), verified->get_bool()}}, context);
  }
  if (how == "verify") database().update(table, row, {{*table.find_field(identity::kVerified), true}}, context);
  if (how == "make_primary") {
    account_.make_primary(*user, row, by);
    return identities(call);
  }
  return json_answer(200, json::object{{"identity", render_identity(account_, row, call.base_url)}});
}

Outcome<RowNumber> Zendesk::comment_of(const Call& call) {
  auto ticket = row_of(call, account_.tickets());
  if (!ticket) return tl::unexpected(std::move(ticket.error()));
  Table& table = account_.comments();
  RowNumber row = table.find(call.parameter("comment"));
  if (row == kNoRow || table.get(row, *table.find_field(comment::kTicket)) != ValueView(account_.id_of(account_.tickets(), *ticket))) return record_not_found();
  return row;
}

Zendesk::Answer Zendesk::make_comment_private(Call& call) {
  auto row = comment_of(call);
  if (!row) return tl::unexpected(std::move(row.error()));
  return hide_comment(call, *row);
}

/// Every place of the text is blocked out, for good.
Zendesk::Answer Zendesk::redact_comment(Call& call) {
  auto row = comment_of(call);
  if (!row) return tl::unexpected(std::move(row.error()));
  JsonDocument document;
  const json::object* given = document.parse(call.request.body) ? document.root().if_object() : nullptr;
  std::string_view text = given ? text_member(*given, "text") : "";
  Table& table = account_.comments();
  if (text.empty() || text_of(table.get(*row, *table.find_field(comment::kBody))).find(text) == std::string_view::npos)
    return refuse(422, "RecordInvalid", "Text: is not in the comment");
  std::string block;
  for (std::size_t i = 0; i < text.size(); ++i) block += "▇";
  FieldChanges changes;
  for (std::string_view name : {comment::kBody, comment::kHtml}) {
    std::string held(text_of(table.get(*row, *table.find_field(name))));
    for (std::size_t at = held.find(text); at != std::string::npos; at = held.find(text, at + block.size())) held.replace(at, text.size(), block);
    changes.emplace_back(*table.find_field(name), std::move(held));
  }
  Writer by = writer(call);
  database().update(table, *row, changes, {whole_seconds(by.at), by.actor, "", true});
  return json_answer(200, json::object{{"comment", render_comment(account_, *row, call.base_url)}});
}

http::Response Zendesk::hide_comment(const Call& call, RowNumber row) {
  Table& table = account_.comments();
  Writer by = writer(call);
  database().update(table, row, {{*table.find_field(comment::kPublic), false}}, {whole_seconds(by.at), by.actor, "", true});
  return http::Response(204, "");
}

}  // namespace lockstep::emulators::zendesk

// Tickets and their comments (contract A2, A4).
#include <algorithm>

#include "base/text.h"
#include "emulators/zendesk/account.h"

namespace lockstep::emulators::zendesk {
namespace {

std::string html_of(std::string_view body) {
  std::string html = "<div class=\"zd-comment\" dir=\"auto\">";
  for (char c : body) {
    if (c == '<') html += "&lt;";
    else if (c == '>') html += "&gt;";
    else if (c == '&') html += "&amp;";
    else if (c == '\n') html += "<br>";
    else html += c;
  }
  return html + "</div>";
}

std::string without_tags(std::string_view html) {
  std::string text;
  bool inside = false;
  for (char c : html) {
    if (c == '<') inside = true;
    else if (c == '>') inside = false;
    else if (!inside) text += c;
  }
  return text;
}

}  // namespace

Outcome<std::int64_t> Account::requester_of(const json::object& given, const Writer& writer) {
  const json::value* inline_one = given.if_contains("requester");
  if (!inline_one || !inline_one->is_object()) return writer.user;
  const json::object& person = inline_one->get_object();
  RowNumber known = user_with_email(text_member(person, "email"));
  if (known != kNoRow) return id_of(users_, known);
  auto created = create_user(person, writer);
  if (!created) return tl::unexpected(std::move(created.error()));
  return id_of(users_, *created);
}

void Account::take_custom_status(const json::object& given, Draft& draft) {
  const json::value* custom = given.if_contains("custom_status_id");
  if (!custom || custom->is_null()) return;
  std::string status = custom->is_int64() ? status_of_custom(custom->get_int64()) : "";
  if (status.empty()) draft.problems.add("custom_status_id", "InvalidValue", "Custom status: " + json::serialize(*custom) + " is invalid");
  else draft.set(tickets_.field("status"), std::move(status));
}

void Account::check_catalogue(const json::object& given, Draft& draft) {
  for (auto [name, only] : {std::pair("brand_id", kBrand), std::pair("ticket_form_id", kTicketForm)}) {
    const json::value* id = given.if_contains(name);
    if (id && !id->is_null() && scalar_text(*id) != std::to_string(only))
      draft.problems.add(name, "InvalidValue", capitalised(name) + ": " + json::serialize(*id) + " is invalid");
  }
  refuse_unserved(given, {"attribute_value_ids", "macro_id", "macro_ids", "sharing_agreement_ids", "via_id", "voice_comment"}, draft);
  if (!given.contains("subject")) refuse_unserved(given, {"raw_subject"}, draft);
  refuse_other_than_lists(given, {"collaborators", "additional_collaborators", "email_ccs", "followers"}, draft);
  const json::value* requester = given.if_contains("requester");
  if (requester && !requester->is_null() && !requester->is_object())
    draft.problems.add("requester", "InvalidValue", "Requester: " + json::serialize(*requester) + " is invalid");
}

void Account::check_metadata(const json::object& given, Draft& draft) {
  const json::value* metadata = given.if_contains("metadata");
  if (!metadata || metadata->is_null()) return;
  const json::object* object = metadata->if_object();
  bool known = object && (object->empty() || (object->size() == 1 && object->contains("custom") && object->at("custom").is_object()));
  if (!known) draft.problems.add("metadata", "InvalidValue", "Metadata: " + json::serialize(*metadata) + " is invalid");
}

void Account::keep_metadata(RowNumber ticket, const json::object& given) {
  const json::value* metadata = given.if_contains("metadata");
  if (metadata && metadata->is_object() && !metadata->get_object().empty())
    audits_.describe(id_of(tickets_, ticket), metadata->get_object().at("custom").get_object());
}

void Account::check_people(Draft& draft) {
  const Value* assignee = draft.find(tickets_.field("assignee_id"));
  const std::int64_t* id = assignee ? std::get_if<std::int64_t>(assignee) : nullptr;
  RowNumber row = id ? find_live(users_, *id) : kNoRow;
  if (row != kNoRow && !is_agent(row)) draft.problems.add("assignee", "InvalidValue", "Assignee: " + std::to_string(*id) + " is not an agent");
}

std::optional<Account::NewComment> Account::read_comment(const json::object& given, const Writer& writer, Draft& draft) {
  const json::value* member = given.if_contains("comment");
  NewComment comment;
  comment.author = writer.user;
  if (member && member->is_string()) {
    comment.body = std::string(member->get_string());
  } else if (member && member->is_object()) {
    const json::object& object = member->get_object();
    comment.body = std::string(text_member(object, "body"));
    comment.html = std::string(text_member(object, "html_body"));
    if (const json::value* shown = object.if_contains("public"); shown && !scalar_text(*shown).empty()) comment.is_public = scalar_text(*shown) != "false";
    const json::value* author = object.if_contains("author_id");
    std::string who = author && !author->is_null() ? scalar_text(*author) : std::to_string(writer.user);
    if (RowNumber row = find_live(users_, who); row != kNoRow) comment.author = id_of(users_, row);
    else draft.problems.add("base", "InvalidValue", "Comment author: " + who + " is invalid");
    refuse_other_than_lists(object, {"uploads"}, draft);
    check_comment_members(object, writer, draft);
  } else if (member && !member->is_null()) {
    draft.problems.add("comment", "InvalidValue", "Comment: " + json::serialize(*member) + " is invalid");
  } else if (!member && given.contains("description")) {
    comment.body = std::string(text_member(given, "description"));
  }
  const json::value* uploads = member && member->is_object() ? member->get_object().if_contains("uploads") : nullptr;
  for (const json::value& token : uploads && uploads->is_array() ? uploads->get_array() : json::array()) {
    std::string text = scalar_text(token);
    if (std::find(comment.uploads.begin(), comment.uploads.end(), text) != comment.uploads.end()) continue;
    if (!attachments_.uploaded(text, writer.at)) draft.problems.add("base", "InvalidValue", "Upload: " + text + " is not valid");
    comment.uploads.push_back(std::move(text));
  }
  if (comment.body.empty() && comment.html.empty()) {
    if (comment.uploads.empty()) return std::nullopt;
    if (!readings_.comments_without_text) {
      draft.problems.add("comment", "BlankValue", "Comment: cannot be blank");
      return std::nullopt;
    }
  }
  if (comment.html.empty()) comment.html = html_of(comment.body);
  if (comment.body.empty()) comment.body = without_tags(comment.html);
  return comment;
}

std::vector<Account::OldComment> Account::read_history(const json::object& given, const Writer& writer, Draft& draft) {
  std::vector<OldComment> history;
  const json::value* list = writer.import ? given.if_contains("comments") : nullptr;
  for (const json::value& each : list && list->is_array() ? list->get_array() : json::array()) {
    if (!each.is_object()) continue;
    json::object one = each.get_object();
    if (one.contains("value")) one["body"] = one["value"];
    auto at = parse_iso_time(text_member(one, "created_at"));
    if (auto comment = read_comment(json::object{{"comment", one}}, writer, draft))
      history.push_back({std::move(*comment), at ? whole_seconds(*at) : whole_seconds(writer.at)});
  }
  return history;
}

void Account::import_history(RowNumber ticket, const json::object& given, const std::vector<OldComment>& comments, const Writer& writer) {
  Writer unjournaled = writer;
  unjournaled.journaled = false;
  for (const OldComment& old : comments) database_.set_created(comments_, add_comment(ticket, old.comment, unjournaled), old.at, context(unjournaled));
  if (auto created = parse_iso_time(text_member(given, "created_at")))
    database_.set_created(*tickets_.table, ticket, whole_seconds(*created), context(unjournaled));
  if (auto updated = parse_iso_time(text_member(given, "updated_at")))
    database_.update(*tickets_.table, ticket, {{tickets_.field("updated_at"), whole_seconds(*updated).ms}}, context(unjournaled));
}

bool Account::first_is_public(RowNumber ticket) {
  auto rows = comments_.find_equal(comments_.field(comment::kTicket), id_of(tickets_, ticket));
  return rows.empty() || comments_.get(rows.front(), comments_.field(comment::kPublic)) == ValueView(true);
}

RowNumber Account::add_comment(RowNumber ticket, const NewComment& given, const Writer& writer) {
  bool shown = given.is_public.value_or(first_is_public(ticket));
  std::vector<std::string> files;
  for (const std::string& token : given.uploads) {
    for (std::int64_t id : *attachments_.uploaded(token, writer.at)) files.push_back(std::to_string(id));
    if (!readings_.uploads_used_again) attachments_.forget_upload(token);  // its files belong to this comment now
  }
  FieldChanges fields{{comments_.field(comment::kTicket), id_of(tickets_, ticket)},
                      {comments_.field(comment::kAuthor), given.author},
                      {comments_.field(comment::kBody), given.body},
                      {comments_.field(comment::kHtml), given.html},
                      {comments_.field(comment::kPublic), shown}};
  if (!files.empty()) fields.emplace_back(comments_.field(comment::kAttachments), join(files, " "));
  std::int64_t id = next_comment_++;
  if (writer.journaled) {
    json::object event{{"type", "Comment"}, {"comment_id", id}};
    fields.emplace_back(comments_.field(comment::kAudit), audits_.note(id_of(tickets_, ticket), given.author, std::move(event), whole_seconds(writer.at)));
  }
  RowNumber row = database_.create(comments_, std::to_string(id), fields, context(writer));
  if (!writer.import && writer.journaled) events_.commented(tickets_, ticket, comments_.record(row).id, given.body, shown, writer.at);
  return row;
}

Outcome<RowNumber> Account::create_ticket(const json::object& given, const Writer& writer) {
  Draft draft;
  read(tickets_, given, writer, draft);
  take_custom_status(given, draft);
  check_catalogue(given, draft);
  check_fields(given, draft);
  check_shown_alone(kNoRow, given, draft);
  check_metadata(given, draft);
  auto requester = requester_of(given, writer);
  if (!requester) return tl::unexpected(std::move(requester.error()));
  auto otherwise = [&](std::string_view property, Value value) {
    if (!draft.find(tickets_.field(property))) draft.set(tickets_.field(property), std::move(value));
  };
  take_assignee_address(given, draft);
  if (auto taken = take_copied(kNoRow, given, writer, draft); !taken) return tl::unexpected(std::move(taken.error()));
  otherwise("requester_id", *requester);
  otherwise("submitter_id", writer.user);
  const Value* held = draft.find(tickets_.field("requester_id"));
  const std::int64_t* requester_id = std::get_if<std::int64_t>(held);
  RowNumber person = requester_id ? find_live(users_, *requester_id) : kNoRow;
  if (person != kNoRow) otherwise("organization_id", own(users_.get(person, "organization_id")));
  const Value* assignee = draft.find(tickets_.field("assignee_id"));
  otherwise("status", std::string(assignee && !is_null(view(*assignee)) ? "open" : "new"));
  for (const Property& property : tickets_.properties) {
    const Value* value = draft.find(property.field);
    if (property.required && (!value || is_null(view(*value))))
      draft.problems.add("base", "BlankValue", (property.title.empty() ? capitalised(property.name) : property.title) + ": cannot be blank");
  }
  auto first = read_comment(given, writer, draft);
  std::vector<OldComment> history = read_history(given, writer, draft);
  if (!first && !writer.import) draft.problems.add("base", "BlankValue", "Description: cannot be blank");
  const json::value* source = given.if_contains("via_followup_source_id");
  if (source && !source->is_null()) {
    RowNumber closed = find_live(tickets_, scalar_text(*source));
    if (closed == kNoRow || text_of(tickets_.get(closed, "status")) != "closed")
      draft.problems.add("via_followup_source_id", "InvalidValue", "Via followup source: is not a closed ticket");
    if (closed != kNoRow) {
      draft.set(tickets_.field("followup_source_id"), id_of(tickets_, closed));
      otherwise("tags", own(tickets_.get(closed, "tags")));
    }
  }
  check_people(draft);
  settle_group(kNoRow, draft);
  if (!draft.problems.empty()) return draft.problems.refusal();
  if (first && given.contains("requester_id") && writer.import) first->author = *requester_id;
  const NewComment* opening = first ? &*first : history.empty() ? nullptr : &history.front().comment;
  if (opening) draft.set(tickets_.field("description"), opening->body);
  draft.set(tickets_.field("is_public"), !opening || opening->is_public.value_or(true));
  RowNumber row = insert(tickets_, draft, writer);
  if (first) add_comment(row, *first, writer);
  keep_metadata(row, given);
  if (writer.import) import_history(row, given, history, writer);
  return row;
}

Outcome<void> Account::update_ticket(RowNumber row, const json::object& given, const Writer& writer) {
  const json::value* safe = given.if_contains("safe_update");
  if (safe && scalar_text(*safe) == "true") {
    auto stamp = parse_iso_time(text_member(given, "updated_stamp"));
    if (!stamp || ValueView(whole_seconds(*stamp).ms) != tickets_.get(row, "updated_at"))
      return refuse(409, "UpdateConflict", "Safe Update prevented the update due to outdated ticket data.");
  }
  if (text_of(tickets_.get(row, "status")) == "closed") return closed_ticket();
  Draft draft;
  read(tickets_, given, writer, draft);
  take_custom_status(given, draft);
  check_catalogue(given, draft);
  check_fields(given, draft);
  check_shown_alone(row, given, draft);
  check_metadata(given, draft);
  take_assignee_address(given, draft);
  if (auto taken = take_copied(row, given, writer, draft); !taken) return taken;
  if (const json::value* inline_one = given.if_contains("requester"); inline_one && inline_one->is_object()) {
    auto requester = requester_of(given, writer);
    if (!requester) return tl::unexpected(std::move(requester.error()));
    draft.set(tickets_.field("requester_id"), *requester);
  }
  std::vector<std::string> tags = parts_of(tickets_.get(row, "tags"));
  bool retagged = false;
  for (const char* how : {"additional_tags", "remove_tags"}) {
    const json::value* list = writer.many || readings_.tags_added_to_one ? given.if_contains(how) : nullptr;
    if (!list || !list->is_array()) continue;
    retagged = true;
    for (const json::value& each : list->get_array()) {
      std::string tag = to_lower_ascii(scalar_text(each));
      std::erase(tags, tag);
      if (std::string_view(how) == "additional_tags") tags.push_back(tag);
    }
  }
  std::sort(tags.begin(), tags.end());
  if (retagged) draft.set(tickets_.field("tags"), tags.empty() ? Value{} : Value(join(tags, " ")));
  const Value* status = draft.find(tickets_.field("status"));
  if (status && is_null(view(*status))) draft.problems.add("status", "BlankValue", "Status: cannot be blank");
  if (status && *status == Value(std::string("new")) && text_of(tickets_.get(row, "status")) != "new")
    draft.problems.add("status", "InvalidValue", "Status: cannot be changed back to new");
  const Value* requester = draft.find(tickets_.field("requester_id"));
  if (requester && is_null(view(*requester))) draft.problems.add("requester", "BlankValue", "Requester: cannot be blank");
  check_people(draft);
  settle_group(row, draft);
  auto comment = given.contains("comment") ? read_comment(given, writer, draft) : std::nullopt;
  if (!draft.problems.empty()) return draft.problems.refusal();
  const Value* assignee = draft.find(tickets_.field("assignee_id"));
  if (!status && assignee && !is_null(view(*assignee)) && text_of(tickets_.get(row, "status")) == "new")
    draft.set(tickets_.field("status"), std::string("open"));
  change(tickets_, row, draft, writer);
  if (comment) add_comment(row, *comment, writer);
  keep_metadata(row, given);
  return {};
}

void Account::close_solved(WallTime before, WallTime at) {
  Writer system{at, {ActorKind::automation, "Zendesk"}, 0, "", true, false, false};
  for (RowNumber row = 0; row < tickets_.table->row_count(); ++row) {
    const Record& record = tickets_.table->record(row);
    if (record.deleted || record.modified > before || text_of(tickets_.get(row, "status")) != "solved") continue;
    PackedFields old = record.fields;
    database_.update(*tickets_.table, row, {{tickets_.field("status"), std::string("closed")}}, context(system));
    events_.changed(tickets_, row, old, at);
    audits_.changed(tickets_, row, old, -1, whole_seconds(at));
  }
}

}  // namespace lockstep::emulators::zendesk

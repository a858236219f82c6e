// The words for objects, associations, doors and sign-in.
#include "connector/words.h"
#include "grammar/build.h"

namespace lockstep::connector {

using namespace grammar;

namespace {

SchemaRef page_words() {
  return record("page",
                {{"link", record("page_link", {{"next", expression_text(), true, "URL of the next page."}}), false, "Followed with the request's headers."},
                 {"cursor", record("page_cursor", {{"next", expression_text(), true, "Placed as page.cursor."}}), false, ""}});
}

SchemaRef result_words() {
  const SchemaRef match =
      any_of({choice({"index"}), record("match", {{"item", expression_text(), true, "Of the answer."}, {"row", expression_text(), true, "Of the row sent."}})});
  return record("result", {{"at", expression_text(), false, "Where the items stand."},
                           {"match", match, false, "Which row an item speaks of."},
                           {"ok", expression_text(), false, "Whether it was written; true without it."},
                           {"id", expression_text(), false, ""},
                           {"version", expression_text(), false, ""},
                           {"created", expression_text(), false, ""},
                           {"record", expression_text(), false, "The record as it is now."},
                           {"errors", expression_text(), false, "What error_shapes look at."}});
}

SchemaRef shape_words() {
  return record("shape", {{"request", request_words(), true, ""},
                          {"max", integer(1, 100'000), false, "Rows in a request."},
                          {"max_bytes", integer(1, 1'000'000'000), false, "Bytes of its body."},
                          {"distinct_by", expression_text(), false, "Rows that share it go into different requests."},
                          {"use_when", expression_text(), false, "When this shape may be used; row.guarded tells whether a lock is wanted."},
                          {"results", any_of({choice({"none"}), list_of(result_words())}), false, "none: the call's status is each row's."},
                          {"result", result_words(), false, "one: over the call's answer."},
                          {"loses", list_of(choice({"guard"})), false, "What this shape cannot carry."},
                          {"guard", record("guard", {{"headers", map_of(of_kind(Schema::Kind::template_text)), true, ""}}), false, "The optimistic lock."}});
}

SchemaRef operation_words() {
  const SchemaRef by = any_of({choice({"lookup"}), map_of(anything())});
  return any_of({choice({"none"}), record("operation", {{"by", by, false, "create: {key: field}, {client_id: uuid}, or lookup."},
                                                        {"array", shape_words(), false, "One request for many rows."},
                                                        {"one", shape_words(), false, "One request a row."},
                                                        {"bundle", text(), false, "The envelope that carries requests of 'one'."}})});
}

SchemaRef changes_words() {
  const Duration day{86'400'000};
  return record(
      "changes",
      {{"kind", choice({"hint", "watermark", "token", "rescan"}), true, ""},
       {"door", text(), false, "hint: the door whose events name records."},
       {"every", duration(Duration{1000}, day), false, "How often it is read."},
       {"then", choice({"apply", "refetch"}), false, "refetch: only ids are trusted."},
       {"select_max", integer(1, 1'000'000), false,
        "refetch: `select` names all fields where that is no longer text than this, else the system fields. A row that shows them in the version "
        "of our own write is not read by id."},
       {"request", request_words(), false, "watermark: a page between feed.from and feed.to, behind feed.after."},
       {"rows", expression_text(), false, ""},
       {"page", page_words(), false, ""},
       {"stamp", expression_text(), false, "When a row changed."},
       {"tie", expression_text(), false, "Orders rows of one stamp."},
       {"order", choice({"stamp_tie", "tie_in_window"}), false, ""},
       {"settle", duration(Duration{0}, day), false, "How long a stamp may precede its visibility."},
       {"overlap", duration(Duration{0}, day), false, "How far each walk goes back."},
       {"start", request_words(), false, "token: starts the feed."},
       {"next", expression_text(), false, "token: the link for the next time."},
       {"deleted", record("deleted", {{"when", expression_text(), true, ""}, {"id", expression_text(), true, ""}}), false, "token: rows that tell a deletion."},
       {"start_is", choice({"scan"}), false, "token: the first walk is a complete listing."}});
}

SchemaRef form_words() {
  const SchemaRef pairs = map_of(of_kind(Schema::Kind::template_text));
  const SchemaRef read = any_of(
      {expression_text(), record("read_reference", {{"id", expression_text(), true, ""}, {"object", expression_text(), false, "The object it points to."}})});
  return record("form", {{"args", map_of(anything()), true, "What a mapping says; the first names the form."},
                         {"select", of_kind(Schema::Kind::template_text), false, "How it is asked for."},
                         {"read", read, false, "Where it stands in a row."},
                         {"write", pairs, false, "Name and value in a body."},
                         {"clear", map_of(anything()), false, "The same for null."},
                         {"association", of_kind(Schema::Kind::template_text), false, "The association it stands for."}});
}

SchemaRef row_words() {
  return record(
      "row",
      {{"id", record("row_id", {{"read", expression_text(), true, ""}, {"compare", choice({"exact", "no_case"}), false, ""}}), true, ""},
       {"version",
        record("row_version", {{"read", expression_text(), true, ""},
                               {"kind", choice({"instant", "int", "opaque"}), true, "opaque: not ordered."},
                               {"exact", boolean(), false, "No two states of a record share one: what a feed shows in a known version is not read again."}}),
        false, ""},
       {"modified", expression_text(), false, "When it last changed, by the system's clock."},
       {"deleted", expression_text(), false, "Softly deleted."},
       {"archived", expression_text(), false, "There, and out of use."},
       {"merged_into", expression_text(), false, "The winner's id."},
       {"absorbed", expression_text(), false, "Ids it swallowed."}});
}

}  // namespace

SchemaRef object_words() {
  static const SchemaRef schema = [] {
    const SchemaRef wire = record("wire", {{"bool", choice({"json", "text"}), false, ""},
                                           {"number", choice({"json", "text"}), false, ""},
                                           {"instant", text(), false, "Pattern."},
                                           {"date", text(), false, "Pattern."},
                                           {"set", record("wire_set", {{"join", text(), true, ""}}), false, ""},
                                           {"clear", text(), false, "Text written for null; null without it."},
                                           {"null_reads", list_of(text()), false, "Texts that are read as null."}});
    const SchemaRef match = any_of({choice({"index"}), record("read_match", {{"item", expression_text(), true, ""}})});
    const SchemaRef transition = record("transition", {{"name", text(), true, ""},
                                                       {"when", expression_text(), true, "Over row.from and row.to."},
                                                       {"takes", list_of(text()), true, "Fields it writes instead."},
                                                       {"order", choice({"before", "after"}), false, "Relative to the field write."},
                                                       {"steps", list_of(request_words()), true, ""}});
    return record("object",
                  {{"vars", map_of(anything()), false, "Constants, as object.name."},
                   {"system_fields", list_of(text()), false, "Selected always."},
                   {"row", row_words(), false, "What a row says of itself."},
                   {"key",
                    record("key", {{"field", of_kind(Schema::Kind::template_text), true, "Holds our id."},
                                   {"unique", boolean(), false, "Enforced there."},
                                   {"exists", request_words(), false, "Whether the field is there."},
                                   {"ensure", request_words(), false, "Makes the field."}}),
                    false, "The external id."},
                   {"wire", wire, false, "How values travel."},
                   {"field_forms", map_of(form_words()), false, "How fields are named, read, written."},
                   {"read_many",
                    record("read_many", {{"request", request_words(), true, ""},
                                         {"max", integer(1, 100'000), true, "Ids in a request."},
                                         {"rows", expression_text(), true, ""},
                                         {"page", page_words(), false, ""},
                                         {"match", match, true, ""},
                                         {"missing", choice({"gone", "maybe_gone"}), false, ""}}),
                    false, "Reads by id."},
                   {"read_gone",
                    list_of(record("read_gone", {{"request", request_words(), true, ""},
                                                 {"max", integer(1, 100'000), false, ""},
                                                 {"rows", expression_text(), true, ""},
                                                 {"merged_into", expression_text(), false, ""}})),
                    false, "Asked in order where a read found nothing."},
                   {"scan",
                    record("scan", {{"request", request_words(), true, ""},
                                    {"rows", expression_text(), true, ""},
                                    {"tie", expression_text(), false, "The listing goes on behind it as feed.after."},
                                    {"total", expression_text(), false, "Rows in all."},
                                    {"page", page_words(), false, ""}}),
                    false, "A complete listing."},
                   {"changes", list_of(changes_words()), false, "Feeds, best first."},
                   {"feed_lists_deletes", boolean(), false, "The feed tells deletions."},
                   {"visible_after", duration(Duration{0}, Duration{86'400'000}), false, "How late a lookup may see a record."},
                   {"find",
                    list_of(record("find", {{"when", expression_text(), false, "Over field and by_key."},
                                            {"request", request_words(), true, "Over field and values."},
                                            {"max", integer(1, 100'000), false, "Values in a request."},
                                            {"rows", expression_text(), true, ""},
                                            {"page", page_words(), false, ""}})),
                    false, "Looks records up by key."},
                   {"write",
                    record("write", {{"shadow", choice({"response", "read_back", "feed"}), false, "How the truth after a write is learnt."},
                                     {"headers", map_of(of_kind(Schema::Kind::template_text)), false, "Of every write."},
                                     {"query", map_of(of_kind(Schema::Kind::template_text)), false, "Of every write."},
                                     {"create", operation_words(), false, ""},
                                     {"update", operation_words(), false, ""},
                                     {"delete", operation_words(), false, ""},
                                     {"delete_can_be_undone", boolean(), false, "What is deleted can be brought back there: policy `archive` deletes it."},
                                     {"archive", operation_words(), false, "Takes a record out of use, for policy `archive`."},
                                     {"restore", operation_words(), false, "Takes an archived record back into use."},
                                     {"transitions", list_of(transition), false, ""},
                                     {"lock_group", expression_text(), false,
                                      "What a write locks beside the record (its parent, over row.to): rows with equal values are never written in parallel."},
                                     {"not_on_create", list_of(text()), false, "Fields sent in a second write."}}),
                    false, "Writing."}});
  }();
  return schema;
}

SchemaRef association_words() {
  return record("association", {{"from", text(), true, "Object whose record holds the reference."},
                                {"to", text(), true, "Object it points to."},
                                {"cardinality", choice({"one", "many"}), false, ""},
                                {"at_create", boolean(), false, "The create carries it, as row.links."},
                                {"vars", map_of(text()), false, "For bodies, as link.name."},
                                {"inline_read", expression_text(), false, "Over a row of a listing: the id."},
                                {"read",
                                 record("association_read", {{"request", request_words(), true, "Over ids."},
                                                             {"max", integer(1, 100'000), false, ""},
                                                             {"rows", expression_text(), true, ""},
                                                             {"from", expression_text(), true, ""},
                                                             {"to", expression_text(), true, ""}}),
                                 true, ""},
                                {"add", shape_words(), true, "Over rows with from_id and to_id."},
                                {"remove", shape_words(), false, ""}});
}

SchemaRef door_words() {
  const SchemaRef hmac = record(
      "hmac",
      {{"hash", choice({"sha1", "sha256", "sha512"}), true, ""},
       {"key", expression_text(), true, ""},
       {"over", list_of(expression_text()), true, "Joined without anything between."},
       {"signature", record("signature", {{"header", text(), true, ""}, {"encoding", choice({"hex", "base64"}), false, ""}, {"prefix", text(), false, ""}}),
        true, ""},
       {"timestamp",
        record("timestamp", {{"of", expression_text(), true, ""},
                             {"unit", choice({"s", "ms"}), false, ""},
                             {"window", duration(Duration{1000}, Duration{86'400'000}), false, ""}}),
        false, "Older or newer ones are refused."},
       {"uri", record("signed_uri", {{"decode", text(), true, "Escapes that the sender undoes in the query before signing."}}), false, ""}});
  const SchemaRef shared = record("shared", {{"header", text(), false, ""}, {"query", text(), false, ""}, {"equals", expression_text(), true, ""}});
  const SchemaRef kind =
      any_of({text(), record("event_kind", {{"of", expression_text(), true, ""}, {"map", map_of(text()), false, ""}, {"else", text(), false, ""}})});
  const SchemaRef event =
      record("event", {{"object", expression_text(), true, ""},
                       {"id", expression_text(), true, ""},
                       {"occurred", expression_text(), false, ""},
                       {"kind", kind, false, "upsert deleted undeleted merged erased association reread"},
                       {"merged", record("event_merged", {{"into", expression_text(), false, ""}, {"from", expression_text(), false, ""}}), false, ""},
                       {"dedupe", list_of(expression_text()), false, "Equal events are one."}});
  return record("door", {{"max_body", integer(1, 100'000'000), false, "Bytes."},
                         {"max_events", integer(1, 100'000), false, ""},
                         {"account", record("account", {{"at", expression_text(), true, ""}, {"equals", expression_text(), true, ""}}), false,
                          "Events of other accounts are passed over; a request with no others is refused."},
                         {"verify", list_of(record("verify", {{"hmac", hmac, false, ""}, {"shared", shared, false, ""}})), true, "All must hold."},
                         {"let", map_of(expression_text()), false, "Names for parts of an event."},
                         {"events", expression_text(), true, "Where they stand in the body."},
                         {"ignore", expression_text(), false, ""},
                         {"event", event, true, ""},
                         {"ack", record("ack", {{"status", integer(200, 299), true, ""}}), false, ""},
                         {"refuse", record("refuse", {{"status", integer(400, 599), true, ""}}), false, ""}});
}

SchemaRef auth_words() {
  const SchemaRef take = record("take", {{"access", expression_text(), true, ""},
                                         {"refresh", expression_text(), false, ""},
                                         {"expires_in", expression_text(), false, "Seconds."},
                                         {"base_url", expression_text(), false, ""},
                                         {"facts", map_of(expression_text()), false, ""}});
  const SchemaRef life =
      any_of({choice({"unknown"}), record("life", {{"default", duration(Duration{1000}, Duration{7 * 86'400'000}), true, ""},
                                                   {"early", duration(Duration{0}, Duration{86'400'000}), false, "Renewed so long before."}})});
  return record("auth", {{"kind", choice({"oauth2", "api_key", "basic", "bearer"}), false, "Its own name without it."},
                         {"token", any_of({of_kind(Schema::Kind::template_text), request_words()}), false, "oauth2: the request. bearer: the text."},
                         {"grants", map_of(anything()), false, "client_credentials, refresh_token."},
                         {"client_auth", choice({"post", "basic"}), false, ""},
                         {"form", map_of(of_kind(Schema::Kind::template_text)), false, "More form fields."},
                         {"take", take, false, ""},
                         {"life", life, false, ""},
                         {"in", choice({"header", "query"}), false, "api_key"},
                         {"name", text(), false, "api_key: header or parameter."},
                         {"format", of_kind(Schema::Kind::template_text), false, "api_key: what is sent."},
                         {"user", of_kind(Schema::Kind::template_text), false, "basic"},
                         {"password", of_kind(Schema::Kind::template_text), false, "basic"}});
}

}  // namespace lockstep::connector

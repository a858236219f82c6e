// What a connector file may say: parser, JSON Schema and reference page all come from here.
#include "connector/connector.h"
#include "connector/words.h"
#include "grammar/build.h"

namespace lockstep::connector {

using namespace grammar;

SchemaRef request_words() {
  static const SchemaRef schema = [] {
    const SchemaRef url = of_kind(Schema::Kind::template_text);
    const SchemaRef status = list_of(integer(100, 599));
    const SchemaRef templates = map_of(any_of({of_kind(Schema::Kind::template_text), map_of(of_kind(Schema::Kind::template_text))}));
    return record(
        "request",
        {{"GET", url, false, "URL: /x is base URL + prefix + x, ~/x is base URL + x."},
         {"POST", url, false, ""},
         {"PUT", url, false, ""},
         {"PATCH", url, false, ""},
         {"DELETE", url, false, ""},
         {"query", templates, false, "Query parameters; one whose value is absent is left out. {$dialect: text} writes literals of a query dialect."},
         {"headers", templates, false, "Header fields."},
         {"json", of_kind(Schema::Kind::json_body), false, "JSON body with templates and the words $each, $fields, $merge, $if, $json, $node and dialects."},
         {"form", templates, false, "Form body."},
         {"expect", status, false, "Statuses that are a success; 2xx without it."},
         {"empty", status, false, "Statuses that mean that there is nothing."},
         {"ok", expression_text(), false, "Must hold too, for systems that fail with 200."},
         {"charge", list_of(text()), false,
          "Limits it counts against; 'default' stands for those marked so. Without it: the default ones, and for a sign-in none."},
         {"timeout", duration(Duration{100}, Duration{3'600'000}), false, "From sending to the last byte of the answer."}});
  }();
  return schema;
}

namespace {

SchemaRef limit_words() {
  return record(
      "limit",
      {{"default", boolean(), false, "Counts every request that names no other limits."},
       {"max", any_of({integer(1, 1'000'000'000), duration(Duration{1}, Duration{86'400'000})}), false, "Requests (or time) in the window."},
       {"window", duration(Duration{100}, Duration{7 * 86'400'000}), false, "Length of the window."},
       {"rolling", duration(Duration{100}, Duration{7 * 86'400'000}), false, "The same word for windows of a day or more."},
       {"resets", record("resets", {{"daily", text(), true, "Time of day, as 00:00."}, {"zone", expression_text(), false, "Time zone, as facts.zone (UTC)."}}),
        false, "A budget that starts anew each day."},
       {"concurrent", integer(1, 10'000), false, "Requests in flight at once."},
       {"charge", choice({"elapsed"}), false, "Counts time instead of requests."},
       {"keep", record("keep", {{"people", text(), true, "Share, as in 20%."}}), false, "Left to people and other programs."},
       {"learn",
        record("learn", {{"left", expression_text(), false, "What is left."},
                         {"used", expression_text(), false, "What is used."},
                         {"max", expression_text(), false, "The limit itself."}}),
        false, "Read from each answer."}});
}

SchemaRef error_rule_words() {
  // A rule may also name what the file's own error shapes define, so its keys are open; the compiler checks them.
  return map_of(anything());
}

SchemaRef bundle_words() {
  return record(
      "bundle",
      {{"framing", choice({"multipart_http", "json"}), true, "How requests travel inside one."},
       {"request", request_words(), true, "The envelope."},
       {"max", integer(1, 10'000), true, "Requests in an envelope."},
       {"part_headers", map_of(text()), false, "Header fields of each part."},
       {"parts", expression_text(), false, "json: the answers, in order."},
       {"part",
        record("part",
               {{"status", expression_text(), true, "Of one answer."}, {"body", expression_text(), true, ""}, {"headers", expression_text(), false, ""}}),
        false, "json: where an answer's parts stand."}});
}

SchemaRef dialect_words() {
  return record("dialect",
                {{"text", record("dialect_text", {{"around", text(), true, "Quote."}, {"escape", map_of(text()), false, "What is replaced inside."}}), true,
                  "Text literals."},
                 {"instant", text(), true, "Pattern of instants."},
                 {"list", record("dialect_list", {{"around", text(), true, "Opening and closing sign."}, {"between", text(), true, ""}}), false, "Lists."},
                 {"null", text(), false, "The word for null."}});
}

SchemaRef param_words() {
  return record("param", {{"type", choice({"text", "url", "name"}), true, "What it takes."},
                          {"default", of_kind(Schema::Kind::template_text), false, "Used when a connection does not set it."},
                          {"optional", boolean(), false, "May be missing."},
                          {"enum", list_of(text()), false, "Allowed values."}});
}

}  // namespace

SchemaRef connector_schema() {
  static const SchemaRef schema =
      record("connector",
             {{"connector", text(), true, "Name, as connections and mappings use it."},
              {"grammar", integer(1, 1), true, "Version of this grammar."},
              {"api", record("api", {{"version", text(), true, "The API version spoken."}, {"sunset", text(), false, "When the vendor ends it."}}), false,
               "For people and doctor."},
              {"params", map_of(param_words()), false, "What a connection sets."},
              {"hosts", list_of(of_kind(Schema::Kind::template_text)), true, "Hosts that credentials may go to; *.example.com takes subdomains."},
              {"base_url", of_kind(Schema::Kind::template_text), false, "Where requests go; learnt at sign-in when it is missing."},
              {"prefix", of_kind(Schema::Kind::template_text), false, "In front of every /path."},
              {"tables", map_of(anything()), false, "Constant maps."},
              {"dialects", map_of(dialect_words()), false, "Query languages as data."},
              {"auth", map_of(auth_words()), true, "Ways to sign in."},
              {"whoami",
               record("whoami", {{"request", request_words(), true, "Sent after sign-in."},
                                 {"facts", map_of(expression_text()), false, "Learnt from its answer."},
                                 {"account", list_of(text()), false, "The facts by which one account is told from another (all): the others may change."}}),
               true, "Proves that sign-in works, and for which account."},
              {"limits", map_of(limit_words()), false, "The vendor's budgets."},
              {"error_shapes", list_of(map_of(expression_text())), true, "How answers tell errors."},
              {"errors", list_of(error_rule_words()), true, "First match wins: what an error means."},
              {"bundles", map_of(bundle_words()), false, "Envelopes for many requests."},
              {"object_defaults", object_words(), false, "Merged into every object."},
              {"objects", map_of(object_words()), true, "What the system holds."},
              {"associations", map_of(association_words()), false, "Links that are kept apart from records."},
              {"doors", map_of(door_words()), false, "Webhooks."},
              {"samples", list_of(anything()), false, "Answers and the class they must end in: run by check, without network."}});
  return schema;
}

}  // namespace lockstep::connector

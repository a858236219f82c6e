#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connector/body.h"
#include "connector/connector.h"
#include "connector/roots.h"
#include "expression/date_pattern.h"
#include "expression/expression.h"

namespace re2 {
class RE2;
}

/// A connector file after compilation: plain data over compiled expressions and templates. What each word means to users
/// stands in words.cc; here is what the code needs to know.
namespace lockstep::connector {

using expression::ProgramRef;
using expression::TemplateRef;

struct RequestSpec {
  std::string method;  // empty: no such request
  TemplateRef url;     // "/x": base + prefix + x; "~/x": base + x; else absolute
  std::vector<std::pair<std::string, TemplateRef>> query;
  std::vector<std::pair<std::string, TemplateRef>> headers;
  BodyRef json;
  std::vector<std::pair<std::string, TemplateRef>> form;
  std::vector<int> expect;          // empty: 2xx
  std::vector<int> empty;           // statuses that mean "nothing there"
  ProgramRef ok;                    // must hold too
  std::vector<std::string> charge;  // limits; empty: the default ones
  Duration timeout{30'000};
  explicit operator bool() const { return !method.empty(); }
};

/// How a next page is found.
struct PageSpec {
  ProgramRef next_link;    // a URL in the answer
  ProgramRef next_cursor;  // placed as page.cursor
};

struct RowSpec {
  ProgramRef id, version, modified, deleted, archived, merged_into, absorbed;
  bool version_is_ordered = false, version_is_exact = false;
  bool id_without_case = false;
};

/// How values travel in this system's JSON.
struct WireSpec {
  bool boolean_as_text = false, number_as_text = false;
  std::string instant_pattern = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'";
  std::string date_pattern = "yyyy-MM-dd";
  std::string set_join = ";";
  std::string clear;                    // JSON text written for Null: "null" or "\"\""
  std::vector<std::string> null_reads;  // texts that are read as Null
};

struct FormSpec {
  std::string name;
  std::vector<std::string> arguments;  // the first is the one named in mappings
  std::vector<std::size_t> argument_roots;
  TemplateRef select;                                      // null: nothing to select (associations)
  ProgramRef read;                                         // over row and the arguments
  ProgramRef read_object;                                  // a reference's object, where the row tells
  std::vector<std::pair<TemplateRef, TemplateRef>> write;  // name, value
  std::vector<std::pair<TemplateRef, TemplateRef>> clear;  // for Null; empty: `write` with the wire's clear
  TemplateRef association;                                 // name of the association it stands for
};

struct ResultSpec {
  ProgramRef at;  // null: the whole body is one item
  bool by_index = false;
  ProgramRef match_item, match_row;
  ProgramRef ok;  // null: true
  ProgramRef id, version, created, record, errors;
};

enum class ResultsKind : std::uint8_t { listed, none };  // none: the call's status is each row's

/// One way to write: a request per row, or one for many.
struct ShapeSpec {
  enum class Kind : std::uint8_t { one, array } kind = Kind::one;
  RequestSpec request;
  std::size_t max = 1;
  std::size_t max_bytes = 0;  // of a request's body; 0: no limit
  ProgramRef distinct_by;     // rows that share it go into different requests
  ProgramRef use_when;
  ResultsKind results_kind = ResultsKind::listed;
  std::vector<ResultSpec> results;  // one: exactly one, over the call's answer
  bool loses_guard = false;
  std::vector<std::pair<std::string, TemplateRef>> guard_headers;
  std::string bundle;  // one: sent inside this envelope
};

enum class CreateBy : std::uint8_t { nothing, key, client_id, lookup };

struct OperationSpec {
  CreateBy by = CreateBy::nothing;
  std::vector<ShapeSpec> shapes;  // tried in order; the first whose use_when holds
  bool has() const { return !shapes.empty(); }
};

/// Values reached by an operation, not by a field write.
struct TransitionSpec {
  std::string name;
  ProgramRef when;
  std::vector<std::string> takes;  // wire fields left out of the field write
  bool before = false;
  std::vector<RequestSpec> steps;
};

struct FindSpec {
  ProgramRef when;
  RequestSpec request;
  std::size_t max = 100;
  ProgramRef rows;
  PageSpec page;
};

struct GoneSpec {
  RequestSpec request;
  std::size_t max = 1;  // ids in a request
  ProgramRef rows, merged_into;
};

struct ChangesSpec {
  enum class Kind : std::uint8_t { watermark, token } kind = Kind::watermark;
  Duration every{60'000};
  bool refetch = false;        // rows carry only ids worth trusting
  std::size_t select_max = 0;  // refetch: so much text of field names may be asked for; 0: none
  RequestSpec request;         // watermark: a page; token: the start
  ProgramRef rows;
  PageSpec page;
  // watermark
  ProgramRef stamp, tie;
  bool tie_in_window = false;
  Duration settle{0}, overlap{0};
  // token
  ProgramRef next, deleted_when, deleted_id;
  bool start_is_scan = false;
};

struct ScanSpec {
  RequestSpec request;
  ProgramRef rows, tie, total;
  PageSpec page;
};

struct ReadManySpec {
  RequestSpec request;
  std::size_t max = 1;
  ProgramRef rows;
  PageSpec page;
  bool by_index = false;
  ProgramRef match_item;
  bool maybe_gone = false;  // what is missing is asked of `read_gone`
};

struct WriteSpec {
  ShadowSource shadow = ShadowSource::response;
  std::vector<std::pair<std::string, TemplateRef>> headers, query;
  OperationSpec create, update, remove, archive, restore;
  bool delete_can_be_undone = false;
  std::vector<TransitionSpec> transitions;
  std::vector<std::string> not_on_create;  // wire fields that follow in a second write
  ProgramRef lock_group;                   // rows with equal values are never written in parallel; no value: with nobody
};

struct AssociationSpec {
  std::string name, from, to;
  bool one = true;         // cardinality
  bool at_create = false;  // carried by the create request itself
  ProgramRef inline_read;  // over a row of a listing: an id, null (none) or absent (not told)
  RequestSpec read;
  std::size_t read_max = 100;
  ProgramRef rows, row_from, row_to;
  ShapeSpec add, remove;
  std::map<std::string, std::string> vars;  // for the bodies: link.type
};

struct ObjectSpec {
  std::string name;
  Map value;  // root `object`: name, system_fields, vars
  RowSpec row;
  TemplateRef key_field;  // null: none
  bool key_unique = false;
  RequestSpec key_exists, key_ensure;  // makes the field where `key_exists` does not find it
  WireSpec wire;
  std::vector<FormSpec> forms;
  std::vector<std::string> system_fields;
  ReadManySpec read_many;
  std::vector<GoneSpec> read_gone;
  ScanSpec scan;
  std::optional<ChangesSpec> changes;      // the best rung that can be pulled
  std::vector<ChangesSpec> lower_changes;  // watermarks below it, the better first: they can begin at any time
  bool has_webhook = false;
  bool lists_deletes = false;
  Duration visible_after{0};
  std::vector<FindSpec> find;
  WriteSpec write;
  const FormSpec* find_form(std::string_view form) const;
};

struct ErrorShape {
  ProgramRef when, at;
  std::vector<std::pair<std::string, ProgramRef>> names;
};

struct ErrorRule {
  std::vector<int> status;
  std::vector<std::pair<std::string, std::vector<std::string>>> equals;  // name of the shape → texts allowed
  std::shared_ptr<const re2::RE2> message;
  std::vector<std::string> transports, operations, wheres;
  ProgramRef condition;
  FailureClass failure_class = FailureClass::unclassified;
  std::optional<FailureScope> scope;
  std::string act;
  struct Wait {
    ProgramRef header;  // Retry-After: seconds or an HTTP date
    std::optional<std::pair<Duration, Duration>> jitter;
    std::string reset;  // of a limit
  };
  std::vector<Wait> wait;
  ProgramRef take_id, take_ids, take_fields;
  std::optional<int> tries;
  grammar::Mark mark;
};

struct LimitSpec {
  std::string name;
  bool by_default = false;
  std::int64_t max = 0;  // in a window; 0: only `concurrent`
  Duration window{0};
  bool resets = false;  // it starts anew each day at `reset_at` in `reset_zone` (an expression; none: UTC)
  Duration reset_at{0};
  ProgramRef reset_zone;
  std::size_t concurrent = 0;
  bool charge_elapsed_ms = false;  // `max` is then in milliseconds
  double keep_share = 0;           // left to people and other programs
  ProgramRef learn_left, learn_used, learn_max;
};

struct AuthSpec {
  enum class Kind : std::uint8_t { oauth2, api_key, basic, bearer } kind = Kind::bearer;
  std::string name;
  RequestSpec token;  // oauth2
  std::vector<std::string> grants;
  std::vector<std::pair<std::string, TemplateRef>> form;
  bool client_in_header = false;  // client_auth: basic
  ProgramRef access, refresh, expires_in, base_url;
  std::vector<std::pair<std::string, ProgramRef>> facts;
  std::optional<Duration> life_default;  // none: unknown, a 401 is the only signal
  Duration early{60'000};
  bool key_in_query = false;  // api_key
  std::string key_name;
  TemplateRef token_text;            // bearer, api_key: what is sent
  TemplateRef user, password;        // basic
  std::vector<std::string> secrets;  // names of those that it cannot do without
};

struct VerifySpec {
  enum class Kind : std::uint8_t { hmac, shared } kind = Kind::shared;
  std::string hash;
  ProgramRef key;
  std::vector<ProgramRef> over;
  std::string signature_header, signature_encoding, signature_prefix;
  ProgramRef timestamp;
  bool timestamp_in_ms = true;
  Duration window{300'000};
  std::string uri_decode;  // escapes that the sender decodes before signing, in the query
  std::string shared_header, shared_query;
  ProgramRef equals;
};

struct DoorSpec {
  std::string name;
  std::vector<std::string> secrets;  // names of those that it verifies with
  std::size_t body_max = 1u << 20;
  std::size_t events_max = 1000;
  ProgramRef account_at, account_equals;
  std::vector<VerifySpec> verify;
  std::vector<std::pair<std::size_t, ProgramRef>> let;
  ProgramRef events, ignore, object, id, occurred, kind_of, merged_into, merged_from;
  std::vector<ProgramRef> dedupe;
  std::vector<std::pair<std::string, std::string>> kinds;
  std::string kind_else;
  int ack_status = 204, refuse_status = 401;
};

struct BundleSpec {
  std::string name;
  bool multipart = false;  // else one JSON envelope
  RequestSpec request;
  std::size_t max = 1;
  std::vector<std::pair<std::string, std::string>> part_headers;
  ProgramRef parts, part_status, part_body, part_headers_of;
};

struct Sample {
  grammar::Node node;
};

struct ParamSpec {
  std::string name, type;
  std::optional<TemplateRef> fallback;
  std::vector<std::string> options;
  bool optional = false;
};

/// A compiled connector file: immutable, shared by its connections.
class Definition {
 public:
  std::string name;
  std::string version;  // hash of the file: part of every stream id
  expression::Roots roots;
  std::map<std::string, expression::Dialect> dialects;
  std::vector<ParamSpec> params;
  std::vector<TemplateRef> hosts;
  TemplateRef base_url;  // null: learnt from the token answer
  TemplateRef prefix;
  Value api, tables;
  std::vector<AuthSpec> auth;
  RequestSpec whoami;
  std::vector<std::pair<std::string, ProgramRef>> whoami_facts;
  std::vector<std::string> account_facts;  // those that tell the account; empty: all
  std::vector<LimitSpec> limits;
  std::vector<ErrorShape> shapes;
  std::vector<ErrorRule> rules;
  std::vector<BundleSpec> bundles;
  std::vector<ObjectSpec> objects;
  std::vector<AssociationSpec> associations;
  std::vector<DoorSpec> doors;
  std::vector<Sample> samples;

  const ObjectSpec* find_object(std::string_view object) const;
  const AssociationSpec* find_association(std::string_view association) const;
  const BundleSpec* find_bundle(std::string_view bundle) const;
};

}  // namespace lockstep::connector

// The functions of docs/expressions.md. Every one answers for every input: absent stays absent, text functions map over
// lists, and what cannot be is an error of class shape.
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <re2/re2.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "base/text.h"
#include "expression/tree.h"

namespace lockstep::expression {

namespace {

using Arguments = std::vector<Operand>;
constexpr std::size_t kTextMax = 16u << 20;

tl::unexpected<Error> wrong(const Node& call, const std::string& message) { return fail(ErrorCode::invalid_input, call.word + ": " + message); }

/// Applies a text function to a text, or to each element of a list.
template <class Change>
Result<Operand> each_text(Arguments& arguments, Change change) {
  if (arguments[0].is_absent() || arguments[0].is_null()) return arguments[0];
  const bool is_list = (arguments[0].json() && arguments[0].json()->is_array()) || (arguments[0].value() && arguments[0].value()->get<List>());
  if (!is_list) {
    TRY(const std::string text, arguments[0].text());
    TRY(Value changed, change(text));
    return Operand(std::move(changed));
  }
  TRY(const Value value, arguments[0].to_value());
  List list;
  for (const Value& element : *value.get<List>()) {
    TRY(const std::string text, Operand(element).text());
    TRY(Value changed, change(text));
    list.push_back(std::move(changed));
  }
  return Operand(Value(std::move(list)));
}

Result<List> list_of(const Operand& operand, const Node& call) {
  if (operand.is_absent() || operand.is_null()) return List{};
  TRY(Value value, operand.to_value());
  List* list = value.get<List>();
  if (!list) return wrong(call, "expected a list, found " + to_display(value));
  return std::move(*list);
}

std::string digest(const EVP_MD* kind, std::string_view bytes) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), out, &size, kind, nullptr);
  return std::string(reinterpret_cast<char*>(out), size);
}

const EVP_MD* hash_named(std::string_view name) {
  if (name == "sha256") return EVP_sha256();
  if (name == "sha1") return EVP_sha1();
  if (name == "md5") return EVP_md5();
  return nullptr;
}

template <std::string (*Change)(std::string_view)>
Result<Operand> plain(Arguments& arguments, const Node&) {
  return each_text(arguments, [](const std::string& text) -> Result<Value> { return Value(Change(text)); });
}

std::string trimmed(std::string_view text) { return std::string(trim(text)); }
std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}
std::string sha256_of(std::string_view bytes) { return digest(EVP_sha256(), bytes); }
std::string sha1_of(std::string_view bytes) { return digest(EVP_sha1(), bytes); }
std::string md5_of(std::string_view bytes) { return digest(EVP_md5(), bytes); }
std::string bytes_of_base64(std::string_view text) {
  std::string bytes;
  return from_base64(text, bytes) ? bytes : "";
}
std::string bytes_of_hex(std::string_view text) {
  std::string bytes;
  return from_hex(text, bytes) ? bytes : "";
}

template <bool From, bool Behind>
Result<Operand> cut(Arguments& arguments, const Node&) {
  TRY(const std::string mark, arguments[1].text());
  return each_text(arguments, [&](const std::string& text) -> Result<Value> {
    const std::size_t at = text.find(mark);
    if (at == std::string::npos) return Value(Behind ? std::string{} : text);
    return Value(Behind ? text.substr(at + mark.size()) : text.substr(0, at));
  });
}

template <bool Left>
Result<Operand> side(Arguments& arguments, const Node& call) {
  TRY(const std::int64_t count, arguments[1].integer());
  if (count < 0) return wrong(call, "a length is not negative");
  return each_text(arguments, [&](const std::string& text) -> Result<Value> {
    const auto length = std::min(static_cast<std::size_t>(count), text.size());
    return Value(Left ? text.substr(0, length) : text.substr(text.size() - length));
  });
}

Result<Operand> replace(Arguments& arguments, const Node& call) {
  TRY(const std::string from, arguments[1].text());
  TRY(const std::string to, arguments[2].text());
  if (from.empty()) return wrong(call, "nothing to look for");
  return each_text(arguments, [&](const std::string& text) -> Result<Value> {
    std::string out;
    std::size_t at = 0;
    for (std::size_t found; (found = text.find(from, at)) != std::string::npos && out.size() < kTextMax; at = found + from.size()) out += text.substr(at, found - at) + to;
    return Value(out + text.substr(at));
  });
}

Result<Operand> split_text(Arguments& arguments, const Node& call) {
  if (arguments[0].is_absent() || arguments[0].is_null()) return Operand(Value(List{}));
  TRY(const std::string text, arguments[0].text());
  TRY(const std::string mark, arguments[1].text());
  if (mark.size() != 1) return wrong(call, "the separator is one character");
  List list;
  for (const std::string_view part : split(text, mark[0]))
    if (!part.empty()) list.emplace_back(part);
  return Operand(Value(std::move(list)));
}

Result<Operand> join_texts(Arguments& arguments, const Node& call) {
  if (arguments[0].is_absent()) return Operand(Absent{});
  TRY(const List list, list_of(arguments[0], call));
  TRY(const std::string mark, arguments[1].text());
  std::string out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    TRY(const std::string one, Operand(list[i]).text());
    out += (i > 0 ? mark : "") + one;
  }
  return Operand(Value(std::move(out)));
}

Result<Operand> length(Arguments& arguments, const Node&) {
  if (arguments[0].is_absent()) return Operand(Absent{});
  TRY(const Value value, arguments[0].to_value());
  if (const auto* list = value.get<List>()) return Operand(Value(static_cast<std::int64_t>(list->size())));
  if (const auto* text = value.get<std::string>()) return Operand(Value(static_cast<std::int64_t>(text->size())));
  return Operand(Value(std::int64_t{0}));
}

Result<Operand> to_text(Arguments& arguments, const Node&) {
  return each_text(arguments, [](const std::string& text) -> Result<Value> { return Value(text); });
}

Result<Operand> matches(Arguments& arguments, const Node& call) {
  if (arguments[0].is_absent() || arguments[0].is_null()) return Operand(Value(false));
  TRY(const std::string text, arguments[0].text());
  return Operand(Value(re2::RE2::PartialMatch(text, *call.regex)));
}

Result<Operand> capture(Arguments& arguments, const Node& call) {
  if (arguments[0].is_absent() || arguments[0].is_null()) return Operand(Absent{});
  TRY(const std::string text, arguments[0].text());
  TRY(const std::int64_t group, arguments[2].integer());
  constexpr int kGroupsMax = 10;
  if (group < 0 || group > call.regex->NumberOfCapturingGroups() || group >= kGroupsMax) return wrong(call, "the pattern has no group " + std::to_string(group));
  re2::StringPiece groups[kGroupsMax];
  if (!call.regex->Match(text, 0, text.size(), re2::RE2::UNANCHORED, groups, static_cast<int>(group) + 1)) return Operand(Absent{});
  const re2::StringPiece& found = groups[group];
  return Operand(Value(std::string(found.data() ? found.data() : "", found.size())));
}

Result<Operand> to_integer(Arguments& arguments, const Node& call) {
  if (arguments[0].is_absent() || arguments[0].is_null()) return arguments[0];
  TRY(const std::string text, arguments[0].text());
  const auto decimal = parse_decimal(text);
  if (!decimal || decimal->text.find('.') != std::string::npos || decimal->text.size() > 18) return wrong(call, "'" + text + "' is no whole number");
  return Operand(Value(std::int64_t{std::stoll(decimal->text)}));
}

Result<Operand> to_decimal(Arguments& arguments, const Node&) {
  if (arguments[0].is_absent() || arguments[0].is_null()) return arguments[0];
  TRY(const std::string text, arguments[0].text());
  TRY(Decimal decimal, parse_decimal(text));
  return Operand(Value(std::move(decimal)));
}

Result<WallTime> time_of(const Operand& operand) {
  if (operand.value())
    if (const WallTime* time = operand.value()->get<WallTime>()) return *time;
  TRY(const std::string text, operand.text());
  return parse_iso_time(text);
}

Result<Operand> to_instant(Arguments& arguments, const Node&) {
  if (arguments[0].is_absent() || arguments[0].is_null()) return arguments[0];
  if (arguments.size() > 1) {
    TRY(const std::string text, arguments[0].text());
    TRY(const std::string pattern, arguments[1].text());
    TRY(const WallTime time, parse_instant(text, pattern));
    return Operand(Value(time));
  }
  TRY(const WallTime time, time_of(arguments[0]));
  return Operand(Value(time));
}

/// A number to the instant, or an instant to its number.
template <std::int64_t UnitMs>
Result<Operand> epoch(Arguments& arguments, const Node&) {
  if (arguments[0].is_absent() || arguments[0].is_null()) return arguments[0];
  TRY(const Value value, arguments[0].to_value());
  if (const auto* number = value.get<std::int64_t>()) return Operand(Value(WallTime{*number * UnitMs}));
  if (const std::string* text = value.get<std::string>())
    if (const auto number = parse_decimal(*text); number && number->text.find('.') == std::string::npos && number->text.size() < 17)
      return Operand(Value(WallTime{std::stoll(number->text) * UnitMs}));
  TRY(const WallTime time, time_of(arguments[0]));
  return Operand(Value(std::int64_t{time.ms / UnitMs}));
}

Result<Operand> format_time(Arguments& arguments, const Node&) {
  if (arguments[0].is_absent() || arguments[0].is_null()) return arguments[0];
  TRY(const WallTime time, time_of(arguments[0]));
  TRY(const std::string pattern, arguments[1].text());
  return Operand(Value(format_instant(time, pattern)));
}

Result<Operand> plus_time(Arguments& arguments, const Node&) {
  if (arguments[0].is_absent() || arguments[0].is_null()) return arguments[0];
  TRY(const WallTime time, time_of(arguments[0]));
  TRY(const std::int64_t ms, arguments[1].integer());
  return Operand(Value(time + Duration{ms}));
}

Result<Operand> parse_json(Arguments& arguments, const Node& call) {
  if (arguments[0].is_absent() || arguments[0].is_null()) return Operand(Absent{});
  TRY(const std::string text, arguments[0].text());
  boost::json::error_code error;
  boost::json::parse_options options;
  options.max_depth = 32;
  const boost::json::value parsed = boost::json::parse(text, error, {}, options);
  if (error) return wrong(call, "not JSON: " + error.message());
  TRY(Value value, Operand(&parsed).to_value());
  return Operand(std::move(value));
}

Result<Operand> write_json(Arguments& arguments, const Node&) {
  if (arguments[0].is_absent()) return Operand(Absent{});
  TRY(const Value value, arguments[0].to_value());
  return Operand(Value(to_json(value)));
}

std::string host_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return "";
  url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  return to_lower_ascii(url.substr(0, url.rfind(':') == std::string_view::npos ? url.size() : url.rfind(':')));
}

Result<Operand> hmac(Arguments& arguments, const Node& call) {
  TRY(const std::string bytes, arguments[0].text());
  TRY(const std::string hash, arguments[1].text());
  TRY(const std::string key, arguments[2].text());
  const EVP_MD* kind = hash_named(hash);
  if (!kind) return wrong(call, "'" + hash + "' is none of sha256, sha1, md5");
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(kind, key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), out, &size);
  return Operand(Value(std::string(reinterpret_cast<char*>(out), size)));
}

Result<Operand> count(Arguments& arguments, const Node& call) {
  TRY(const List list, list_of(arguments[0], call));
  return Operand(Value(static_cast<std::int64_t>(list.size())));
}

template <bool Last>
Result<Operand> end_of(Arguments& arguments, const Node& call) {
  TRY(List list, list_of(arguments[0], call));
  if (list.empty()) return Operand(Absent{});
  return Operand(std::move(Last ? list.back() : list.front()));
}

Result<Operand> unique(Arguments& arguments, const Node& call) {
  TRY(List list, list_of(arguments[0], call));
  make_set(list);
  return Operand(Value(std::move(list)));
}

template <bool Most>
Result<Operand> extreme(Arguments& arguments, const Node& call) {
  TRY(List list, list_of(arguments[0], call));
  if (list.empty()) return Operand(Absent{});
  const auto less = [](const Value& a, const Value& b) { return compare(a, b) < 0; };
  return Operand(Most ? *std::ranges::max_element(list, less) : *std::ranges::min_element(list, less));
}

Result<Operand> contains(Arguments& arguments, const Node&) {
  if (arguments[0].is_absent() || arguments[0].is_null() || arguments[1].is_absent()) return Operand(Value(false));
  TRY(const Value value, arguments[0].to_value());
  TRY(const Value wanted, arguments[1].to_value());
  if (const List* list = value.get<List>()) {
    for (const Value& item : *list) {
      const Operand one(item), other(wanted);
      const auto a = one.text(), b = other.text();
      if (item == wanted || (a && b && *a == *b)) return Operand(Value(true));
    }
    return Operand(Value(false));
  }
  const std::string* text = value.get<std::string>();
  TRY(const std::string part, Operand(wanted).text());
  return Operand(Value(text && text->find(part) != std::string::npos));
}

template <bool All>
Result<Operand> truths(Arguments& arguments, const Node& call) {
  TRY(const List list, list_of(arguments[0], call));
  for (const Value& item : list) {
    TRY(const bool truth, Operand(item).truth());
    if (truth != All) return Operand(Value(!All));
  }
  return Operand(Value(All));
}

/// Pairs as a map: keyed([{key: a, value: 1}], "key", "value") is {a: 1}.
Result<Operand> keyed(Arguments& arguments, const Node& call) {
  TRY(const List list, list_of(arguments[0], call));
  TRY(const std::string key_name, arguments[1].text());
  TRY(const std::string value_name, arguments[2].text());
  std::map<std::string, Value> pairs;
  for (const Value& item : list) {
    const Value *key = item.member(key_name), *value = item.member(value_name);
    if (!key) continue;
    TRY(const std::string text, Operand(*key).text());
    pairs[text] = value ? *value : Value{};
  }
  return Operand(Value(Map(pairs.begin(), pairs.end())));
}

/// For the bare places of a dialect: names only, never what a record holds.
Result<Operand> as_name(Arguments& arguments, const Node& call) {
  if (arguments[0].is_absent()) return Operand(Absent{});
  static const re2::RE2 kName("[A-Za-z_][A-Za-z0-9_.]*(, ?[A-Za-z_][A-Za-z0-9_.]*)*");
  const bool is_list = arguments[0].value() && arguments[0].value()->get<List>();
  std::string text;
  if (is_list) {
    for (const Value& item : *arguments[0].value()->get<List>()) {
      TRY(const std::string one, Operand(item).text());
      text += (text.empty() ? "" : ", ") + one;
    }
  } else {
    TRY(text, arguments[0].text());
  }
  if (!re2::RE2::FullMatch(text, kName)) return wrong(call, "'" + text + "' is no name");
  return Operand(make_name(std::move(text)));
}

constexpr Signature kSignatures[] = {
    {"lower", 1, 1, plain<to_lower_ascii>, -1}, {"upper", 1, 1, plain<upper>, -1}, {"trim", 1, 1, plain<trimmed>, -1},
    {"left", 2, 2, side<true>, -1}, {"right", 2, 2, side<false>, -1}, {"before", 2, 2, cut<true, false>, -1}, {"after", 2, 2, cut<true, true>, -1},
    {"replace", 3, 3, replace, -1}, {"split", 2, 2, split_text, -1}, {"join", 2, 2, join_texts, -1}, {"length", 1, 1, length, -1}, {"text", 1, 1, to_text, -1},
    {"matches", 2, 2, matches, 1}, {"capture", 3, 3, capture, 1}, {"int", 1, 1, to_integer, -1}, {"decimal", 1, 1, to_decimal, -1},
    {"instant", 1, 2, to_instant, -1}, {"format", 2, 2, format_time, -1}, {"epoch_s", 1, 1, epoch<1000>, -1}, {"epoch_ms", 1, 1, epoch<1>, -1}, {"plus", 2, 2, plus_time, -1},
    {"pct", 1, 1, plain<percent_encode>, -1}, {"base64", 1, 1, plain<to_base64>, -1}, {"base64url", 1, 1, plain<to_base64url>, -1}, {"unbase64", 1, 1, plain<bytes_of_base64>, -1},
    {"hex", 1, 1, plain<to_hex>, -1}, {"unhex", 1, 1, plain<bytes_of_hex>, -1}, {"json", 1, 1, write_json, -1}, {"unjson", 1, 1, parse_json, -1}, {"host", 1, 1, plain<host_of>, -1},
    {"sha256", 1, 1, plain<sha256_of>, -1}, {"sha1", 1, 1, plain<sha1_of>, -1}, {"md5", 1, 1, plain<md5_of>, -1}, {"hmac", 3, 3, hmac, -1},
    {"count", 1, 1, count, -1}, {"first", 1, 1, end_of<false>, -1}, {"last", 1, 1, end_of<true>, -1}, {"sort", 1, 1, unique, -1}, {"unique", 1, 1, unique, -1},
    {"min", 1, 1, extreme<false>, -1}, {"max", 1, 1, extreme<true>, -1}, {"contains", 2, 2, contains, -1}, {"any", 1, 1, truths<false>, -1}, {"all", 1, 1, truths<true>, -1},
    {"keyed", 3, 3, keyed, -1}, {"name", 1, 1, as_name, -1}};

constexpr std::string_view kNameMark = "$name";

}  // namespace

const Signature* find_function(std::string_view name) {
  for (const Signature& signature : kSignatures)
    if (signature.name == name) return &signature;
  return nullptr;
}

std::vector<std::string> function_names() {
  std::vector<std::string> names{"if"};
  for (const Signature& signature : kSignatures) names.emplace_back(signature.name);
  return names;
}

Value make_name(std::string text) { return Value(Map{{std::string(kNameMark), Value(std::move(text))}}); }

const std::string* name_of(const Value& value) {
  const Map* map = value.get<Map>();
  return map && map->size() == 1 && map->front().first == kNameMark ? map->front().second.get<std::string>() : nullptr;
}

}  // namespace lockstep::expression

// The lens primitives of docs/mappings.md, one small class each.
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>

#include "base/text.h"
#include "mapping/lens.h"
#include "mapping/phone.h"
#include "mapping/unicode.h"

namespace lockstep::mapping {

namespace {

tl::unexpected<Error> wrong(std::string_view wanted, const Value& found) {
  return fail(ErrorCode::invalid_input, "expected " + std::string(wanted) + ", found " + to_display(found));
}

/// Most steps change text: both ways as functions.
class TextStep final : public Lens {
 public:
  using Change = std::function<std::string(std::string_view)>;
  TextStep(Change get, Change put, Change normal, LensClass of, std::string loss)
      : get_(std::move(get)), put_(std::move(put)), normal_(std::move(normal)), class_(of), loss_(std::move(loss)) {}
  Result<Value> get(Value wire) const override { return change(std::move(wire), get_); }
  Result<Value> put(Value canonical) const override { return change(std::move(canonical), put_); }
  Value normal(Value canonical) const override {
    const std::string* text = canonical.get<std::string>();
    return text && normal_ ? Value(normal_(*text)) : canonical;
  }
  LensClass lens_class() const override { return class_; }
  std::string loss() const override { return loss_; }

 private:
  static Result<Value> change(Value value, const Change& change) {
    if (!change) return value;
    const std::string* text = value.get<std::string>();
    if (!text) return wrong("text", value);
    return Value(change(*text));
  }
  Change get_, put_, normal_;
  LensClass class_;
  std::string loss_;
};

class BooleanStep final : public Lens {
 public:
  BooleanStep(std::string yes, std::string no) : yes_(std::move(yes)), no_(std::move(no)) {}
  Result<Value> get(Value wire) const override {
    const std::string* text = wire.get<std::string>();
    if (text && equal_no_case(*text, yes_)) return Value(true);
    if (text && equal_no_case(*text, no_)) return Value(false);
    return wrong("'" + yes_ + "' or '" + no_ + "'", wire);
  }
  Result<Value> put(Value canonical) const override {
    const bool* flag = canonical.get<bool>();
    if (!flag) return wrong("a boolean", canonical);
    return Value(*flag ? yes_ : no_);
  }
  std::optional<WireType> wire_type() const override { return WireType::text; }

 private:
  std::string yes_, no_;
};

/// A boolean there, two words here: Incoming ↔ inbound, outbound.
class BooleanWordStep final : public Lens {
 public:
  BooleanWordStep(std::string yes, std::string no) : words_(std::move(yes), std::move(no)) {}
  Result<Value> get(Value wire) const override {
    const bool* flag = wire.get<bool>();
    if (!flag) return wrong("a boolean", wire);
    return Value(*flag ? words_.first : words_.second);
  }
  Result<Value> put(Value canonical) const override {
    const std::string* word = canonical.get<std::string>();
    if (word && *word == words_.first) return Value(true);
    if (word && *word == words_.second) return Value(false);
    return wrong("'" + words_.first + "' or '" + words_.second + "'", canonical);
  }
  std::optional<WireType> wire_type() const override { return WireType::boolean; }

 private:
  std::pair<std::string, std::string> words_;
};

/// An instant here, its day in UTC there.
class DayOfInstantStep final : public Lens {
 public:
  Result<Value> get(Value wire) const override {
    const Date* date = wire.get<Date>();
    if (!date) return wrong("a date", wire);
    return Value(start_of(*date));
  }
  Result<Value> put(Value canonical) const override {
    const WallTime* time = canonical.get<WallTime>();
    if (!time) return wrong("an instant", canonical);
    return Value(date_of(*time));
  }
  std::optional<WireType> wire_type() const override { return WireType::date; }
  LensClass lens_class() const override { return LensClass::lens; }
  std::string loss() const override { return "the time of day stays in the hub only"; }
};

class NegateStep final : public Lens {
 public:
  Result<Value> get(Value wire) const override {
    const bool* flag = wire.get<bool>();
    if (!flag) return wrong("a boolean", wire);
    return Value(!*flag);
  }
  Result<Value> put(Value canonical) const override { return get(std::move(canonical)); }
};

/// Decimal point moved by `places`: exact, unlike a multiplication by floats.
Result<Value> shift_decimal(const Value& value, int places) {
  std::string text;
  if (const auto* decimal = value.get<Decimal>()) text = decimal->text;
  else if (const auto* integer = value.get<std::int64_t>()) text = std::to_string(*integer);
  else return wrong("a number", value);
  const bool negative = text[0] == '-';
  if (negative) text.erase(0, 1);
  std::size_t point = text.find('.');
  if (point == std::string::npos) point = text.size();
  else text.erase(point, 1);
  std::int64_t at = static_cast<std::int64_t>(point) + places;
  while (at <= 0) {
    text.insert(0, 1, '0');
    ++at;
  }
  while (at > static_cast<std::int64_t>(text.size())) text += '0';
  text.insert(static_cast<std::size_t>(at), ".");
  if (text.back() == '.') text.pop_back();
  auto parsed = parse_decimal((negative ? "-" : "") + text);
  if (!parsed) return tl::unexpected(parsed.error());
  return Value(std::move(*parsed));
}

class ShiftStep final : public Lens {
 public:
  explicit ShiftStep(int places) : places_(places) {}
  Result<Value> get(Value wire) const override { return shift_decimal(wire, -places_); }
  Result<Value> put(Value canonical) const override { return shift_decimal(canonical, places_); }

 private:
  int places_;
};

/// Rounds half away from zero to `places` digits, as CRM number fields do.
class RoundStep final : public Lens {
 public:
  explicit RoundStep(int places) : places_(places) {}
  Result<Value> get(Value wire) const override { return wire; }
  Result<Value> put(Value canonical) const override {
    std::string text;
    if (const auto* decimal = canonical.get<Decimal>()) text = decimal->text;
    else if (canonical.get<std::int64_t>()) return canonical;
    else return wrong("a number", canonical);
    const std::size_t point = text.find('.');
    if (point == std::string::npos || text.size() - point - 1 <= static_cast<std::size_t>(places_)) return canonical;
    const bool up = text[point + 1 + static_cast<std::size_t>(places_)] >= '5';
    std::string kept = text.substr(0, point + 1 + static_cast<std::size_t>(places_));
    if (up) {
      std::size_t i = kept.size();
      bool carry = true;
      while (carry && i > 0) {
        --i;
        if (kept[i] == '.') continue;
        if (kept[i] == '-') break;
        carry = kept[i] == '9';
        kept[i] = carry ? '0' : static_cast<char>(kept[i] + 1);
      }
      if (carry) kept.insert(kept[0] == '-' ? 1 : 0, "1");
    }
    if (kept.back() == '.') kept.pop_back();
    auto parsed = parse_decimal(kept);
    if (!parsed) return tl::unexpected(parsed.error());
    return Value(std::move(*parsed));
  }
  LensClass lens_class() const override { return LensClass::lens; }
  std::string loss() const override { return "digits behind the " + std::to_string(places_) + "th stay in the hub only"; }

 private:
  int places_;
};

/// Instants cut to whole units, as systems that store seconds or minutes do.
class PrecisionStep final : public Lens {
 public:
  explicit PrecisionStep(Duration unit) : unit_(unit) {}
  Result<Value> get(Value wire) const override { return wire; }
  Result<Value> put(Value canonical) const override {
    const WallTime* time = canonical.get<WallTime>();
    if (!time) return wrong("an instant", canonical);
    std::int64_t rest = time->ms % unit_.count();
    if (rest < 0) rest += unit_.count();
    return Value(WallTime{time->ms - rest});
  }
  LensClass lens_class() const override { return LensClass::lens; }
  std::string loss() const override { return "parts of " + format_duration(unit_) + " stay in the hub only"; }

 private:
  Duration unit_;
};

/// Canonical date ↔ wire instant at the start of that day in a zone of fixed offset.
class DayStep final : public Lens {
 public:
  explicit DayStep(Duration offset) : offset_(offset) {}
  Result<Value> get(Value wire) const override {
    if (wire.get<Date>()) return wire;
    const WallTime* time = wire.get<WallTime>();
    if (!time) return wrong("an instant", wire);
    return Value(date_of(*time + offset_));
  }
  Result<Value> put(Value canonical) const override {
    const Date* date = canonical.get<Date>();
    if (!date) return wrong("a date", canonical);
    return Value(start_of(*date) - offset_);
  }
  std::optional<WireType> wire_type() const override { return WireType::instant; }
  LensClass lens_class() const override { return LensClass::lens; }
  std::string loss() const override { return "the time of day in that system is not read"; }

 private:
  Duration offset_;
};

class DelimitedStep final : public Lens {
 public:
  explicit DelimitedStep(std::string delimiter) : delimiter_(std::move(delimiter)) {}
  Result<Value> get(Value wire) const override {
    const std::string* text = wire.get<std::string>();
    if (!text) return wrong("text", wire);
    List list;
    for (const std::string_view part : split(*text, delimiter_[0]))
      if (!trim(part).empty()) list.emplace_back(trim(part));
    make_set(list);
    return Value(std::move(list));
  }
  Result<Value> put(Value canonical) const override {
    const List* list = canonical.get<List>();
    if (!list) return wrong("a set", canonical);
    std::string text;
    for (const Value& element : *list) {
      const std::string* word = element.get<std::string>();
      if (!word) return wrong("a set of texts", canonical);
      if (word->find(delimiter_[0]) != std::string::npos)
        return fail(ErrorCode::invalid_input, "'" + *word + "' holds the delimiter '" + delimiter_ + "'");
      text += (text.empty() ? "" : delimiter_) + *word;
    }
    return Value(std::move(text));
  }
  std::optional<WireType> wire_type() const override { return WireType::text; }

 private:
  std::string delimiter_;
};

/// A group in one text: "street, city". Reading splits at the separator; what is missing is blank, what is too much stays
/// in the last member.
class JoinStep final : public Lens {
 public:
  JoinStep(std::string separator, std::vector<std::string> members) : separator_(std::move(separator)), members_(std::move(members)) {}
  Result<Value> get(Value wire) const override {
    const std::string* text = wire.get<std::string>();
    if (!text) return wrong("text", wire);
    Map map;
    std::string_view rest = *text;
    for (std::size_t i = 0; i < members_.size(); ++i) {
      const std::size_t at = i + 1 < members_.size() ? rest.find(separator_) : std::string_view::npos;
      const std::string_view part = trim(rest.substr(0, at));
      map.emplace_back(members_[i], part.empty() ? Value{} : Value(part));
      rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + separator_.size());
    }
    make_map(map);
    return Value(std::move(map));
  }
  Result<Value> put(Value canonical) const override {
    if (!canonical.get<Map>()) return wrong("a group", canonical);
    std::string text;
    for (std::size_t i = 0; i < members_.size(); ++i) {
      const Value* member = canonical.member(members_[i]);
      const std::string* word = member ? member->get<std::string>() : nullptr;
      text += (i > 0 ? separator_ : "") + (word ? *word : "");
    }
    while (text.size() >= separator_.size() && text.ends_with(separator_)) text.resize(text.size() - separator_.size());
    return Value(std::move(text));
  }
  std::optional<WireType> wire_type() const override { return WireType::text; }
  LensClass lens_class() const override { return LensClass::lossy; }
  std::string loss() const override { return "a part that holds '" + separator_ + "' is split elsewhere when it is read back"; }

 private:
  std::string separator_;
  std::vector<std::string> members_;
};

/// A value inside a JSON object, or each row's value of a list of objects.
class MemberStep final : public Lens {
 public:
  MemberStep(std::string key, bool rows) : key_(std::move(key)), rows_(rows) {}
  Result<Value> get(Value wire) const override {
    if (!rows_) {
      const Value* member = wire.member(key_);
      return member ? *member : Value{};
    }
    const List* list = wire.get<List>();
    if (!list) return wrong("a list", wire);
    List values;
    for (const Value& row : *list)
      if (const Value* member = row.member(key_); member && !member->is_blank()) values.push_back(*member);
    make_set(values);
    return Value(std::move(values));
  }
  Result<Value> put(Value canonical) const override {
    if (!rows_) return Value(Map{{key_, std::move(canonical)}});
    const List* list = canonical.get<List>();
    if (!list) return wrong("a set", canonical);
    List rows;
    for (const Value& value : *list) rows.push_back(Value(Map{{key_, value}}));
    return Value(std::move(rows));
  }
  std::optional<WireType> wire_type() const override { return WireType::json; }

 private:
  std::string key_;
  bool rows_;
};

class PhoneStep final : public Lens {
 public:
  PhoneStep(std::string region, bool national) : region_(std::move(region)), national_(national) {}
  Result<Value> get(Value wire) const override {
    const std::string* text = wire.get<std::string>();
    if (!text) return wrong("text", wire);
    return Value(to_e164(*text, region_).value_or(std::string(trim(*text))));
  }
  Result<Value> put(Value canonical) const override {
    const std::string* text = canonical.get<std::string>();
    if (!text) return wrong("text", canonical);
    return national_ ? Value(to_national(*text, region_)) : canonical;
  }

 private:
  std::string region_;
  bool national_;
};

using Make = std::function<Result<LensRef>(const std::vector<std::string>&, const FieldDefinition&)>;

TextStep::Change identity() { return nullptr; }

Result<LensRef> text_step(TextStep::Change get, TextStep::Change put, TextStep::Change normal, LensClass of, std::string loss = "") {
  return LensRef(std::make_shared<TextStep>(std::move(get), std::move(put), std::move(normal), of, std::move(loss)));
}

Result<int> number_argument(const std::vector<std::string>& arguments, int fallback) {
  if (arguments.empty()) return fallback;
  char* end = nullptr;
  const long number = std::strtol(arguments[0].c_str(), &end, 10);
  if (end == arguments[0].c_str() || number < -1'000'000 || number > 1'000'000)
    return fail(ErrorCode::invalid_input, "'" + arguments[0] + "' is no number");
  return static_cast<int>(number);
}

Result<LensRef> make_truncate(const std::vector<std::string>& arguments, const FieldDefinition&) {
  TRY(const int count, number_argument(arguments, 255));
  if (count < 1) return fail(ErrorCode::invalid_input, "truncate needs a length of at least 1");
  const bool bytes = !arguments.empty() && arguments[0].find("bytes") != std::string::npos;
  const auto cut = [count, bytes](std::string_view text) {
    const auto length = static_cast<std::size_t>(count);
    return bytes ? truncate_bytes(text, length) : truncate_characters(text, length);
  };
  return text_step(identity(), cut, identity(), LensClass::lens,
                   "the rest behind " + std::to_string(count) + (bytes ? " bytes" : " characters") + " stays in the hub until someone edits the field there");
}

Result<LensRef> make_day(const std::vector<std::string>& arguments, const FieldDefinition&) {
  Duration offset{0};
  if (!arguments.empty()) {
    const std::string text = arguments[0].substr(arguments[0].find_first_not_of("+-") == std::string::npos ? 0 : arguments[0].find_first_not_of("+-"));
    TRY(offset, parse_duration(text));
    if (arguments[0][0] == '-') offset = -offset;
  }
  return LensRef(std::make_shared<DayStep>(offset));
}

const std::map<std::string, Make>& makers() {
  static const std::map<std::string, Make> table = {
      {"trim", [](auto&, auto&) { return text_step(identity(), identity(), [](std::string_view t) { return std::string(trim(t)); }, LensClass::lens); }},
      {"lower", [](auto&, auto&) { return text_step(identity(), identity(), to_lower, LensClass::lens, "that system keeps lower case only"); }},
      {"upper", [](auto&, auto&) { return text_step(identity(), identity(), to_upper, LensClass::lens, "that system keeps upper case only"); }},
      {"collapse", [](auto&, auto&) { return text_step(identity(), identity(), collapse, LensClass::lens); }},
      {"html_text", [](auto&, auto&) { return text_step(text_to_html, html_to_text, identity(), LensClass::lossy, "markup does not travel there"); }},
      {"text_html", [](auto&, auto&) { return text_step(html_to_text, text_to_html, identity(), LensClass::lens, "markup made there is read as plain text"); }},
      {"country_name", [](auto&, auto&) {
         return text_step([](std::string_view t) { const auto c = country_code(t); return c.empty() ? std::string(t) : c; },
                          [](std::string_view t) { const auto n = country_name(t); return n.empty() ? std::string(t) : n; }, identity(), LensClass::iso);
       }},
      {"truncate", make_truncate},
      {"phone", [](const auto& a, auto&) { return Result<LensRef>(std::make_shared<PhoneStep>(a.empty() ? "" : a[0], a.size() > 1 && a[1] == "national")); }},
      {"boolean", [](const auto& a, auto&) -> Result<LensRef> {
         if (a.size() != 2) return fail(ErrorCode::invalid_input, "boolean needs the words for true and false: boolean(yes, no)");
         return LensRef(std::make_shared<BooleanStep>(a[0], a[1]));
       }},
      {"boolean_word", [](const auto& a, auto&) -> Result<LensRef> {
         if (a.size() != 2) return fail(ErrorCode::invalid_input, "boolean_word needs the words for true and false: boolean_word(inbound, outbound)");
         return LensRef(std::make_shared<BooleanWordStep>(a[0], a[1]));
       }},
      {"day_of_instant", [](auto&, auto&) { return Result<LensRef>(std::make_shared<DayOfInstantStep>()); }},
      {"negate", [](auto&, auto&) { return Result<LensRef>(std::make_shared<NegateStep>()); }},
      {"scale", [](const auto& a, auto&) -> Result<LensRef> {
         TRY(const int factor, number_argument(a, 100));
         int places = 0, rest = factor;
         while (rest > 1 && rest % 10 == 0) { rest /= 10; ++places; }
         if (rest != 1) return fail(ErrorCode::invalid_input, "scale needs a power of ten");
         return LensRef(std::make_shared<ShiftStep>(places));
       }},
      {"round", [](const auto& a, auto&) -> Result<LensRef> {
         TRY(const int places, number_argument(a, 2));
         if (places < 0 || places > 20) return fail(ErrorCode::invalid_input, "round needs 0 to 20 digits");
         return LensRef(std::make_shared<RoundStep>(places));
       }},
      {"precision", [](const auto& a, auto&) -> Result<LensRef> {
         TRY(const Duration unit, parse_duration(a.empty() ? "1s" : a[0]));
         if (unit.count() < 1) return fail(ErrorCode::invalid_input, "precision needs at least 1ms");
         return LensRef(std::make_shared<PrecisionStep>(unit));
       }},
      {"day", make_day},
      {"delimited", [](const auto& a, auto&) -> Result<LensRef> {
         if (!a.empty() && a[0].size() != 1) return fail(ErrorCode::invalid_input, "delimited needs one character");
         return LensRef(std::make_shared<DelimitedStep>(a.empty() ? ";" : a[0]));
       }},
      {"join", [](const auto& a, const FieldDefinition& field) -> Result<LensRef> {
         if (field.type != FieldType::group) return fail(ErrorCode::invalid_input, "join is for groups");
         std::vector<std::string> members;
         for (const auto& member : field.members) members.push_back(member.name);
         return LensRef(std::make_shared<JoinStep>(a.empty() ? ", " : a[0], std::move(members)));
       }},
      {"nest", [](const auto& a, auto&) -> Result<LensRef> {
         if (a.size() != 1) return fail(ErrorCode::invalid_input, "nest needs a key: nest(value)");
         return LensRef(std::make_shared<MemberStep>(a[0], false));
       }},
      {"rows", [](const auto& a, auto&) -> Result<LensRef> {
         if (a.size() != 1) return fail(ErrorCode::invalid_input, "rows needs a key: rows(value)");
         return LensRef(std::make_shared<MemberStep>(a[0], true));
       }}};
  return table;
}

}  // namespace

std::vector<std::string> step_names() {
  std::vector<std::string> names;
  for (const auto& [name, make] : makers()) names.push_back(name);
  return names;
}

Result<StepText> parse_step(std::string_view text) {
  StepText step;
  const std::size_t open = text.find('(');
  step.name = std::string(trim(text.substr(0, open)));
  if (open == std::string_view::npos) return step;
  if (text.back() != ')') return fail(ErrorCode::invalid_input, "'" + std::string(text) + "' lacks its closing bracket");
  std::string argument;
  char quote = 0;
  bool was_quoted = false;
  const auto finish = [&] {
    step.arguments.push_back(was_quoted ? argument : std::string(trim(argument)));
    argument.clear();
    was_quoted = false;
  };
  for (const char c : text.substr(open + 1, text.size() - open - 2)) {
    if (quote) {
      if (c == quote) quote = 0;
      else argument += c;
    } else if (c == '"' || c == '\'') {
      quote = c;
      was_quoted = true;
      argument.clear();
    } else if (c == ',') {
      finish();
    } else if (!was_quoted) {
      argument += c;
    }
  }
  finish();
  return step;
}

Result<LensRef> make_step(const StepText& step, const FieldDefinition& field) {
  const auto found = makers().find(step.name);
  if (found == makers().end()) {
    const std::string nearest = nearest_name(step.name, step_names());
    return fail(ErrorCode::invalid_input, "unknown lens '" + step.name + "'" + (nearest.empty() ? "; known: " + join(step_names(), ", ") : ", did you mean '" + nearest + "'?"));
  }
  return found->second(step.arguments, field);
}

}  // namespace lockstep::mapping

// Steps over booleans and numbers.
#include <algorithm>

#include "base/text.h"
#include "mapping/decimal_text.h"
#include "mapping/steps.h"

namespace lockstep::mapping {

namespace {

/// A boolean here, two words there.
class BooleanStep final : public Lens {
 public:
  BooleanStep(std::string yes, std::string no) : yes_(std::move(yes)), no_(std::move(no)) {}
  Result<void> get(Value& value) const override {
    const std::string* text = value.get<std::string>();
    const bool yes = text && equal_no_case(*text, yes_);
    if (!yes && !(text && equal_no_case(*text, no_))) return unexpected_value("'" + yes_ + "' or '" + no_ + "'", value);
    value = Value(yes);
    return {};
  }
  Result<void> put(Value& value) const override {
    const bool* flag = value.get<bool>();
    if (!flag) return unexpected_value("a boolean", value);
    value = Value(*flag ? yes_ : no_);
    return {};
  }

 private:
  std::string yes_, no_;
};

/// Two words here, a boolean there: inbound, outbound ↔ Incoming.
class BooleanWordStep final : public Lens {
 public:
  BooleanWordStep(std::string yes, std::string no) : yes_(std::move(yes)), no_(std::move(no)) {}
  Result<void> get(Value& value) const override {
    const bool* flag = value.get<bool>();
    if (!flag) return unexpected_value("a boolean", value);
    value = Value(*flag ? yes_ : no_);
    return {};
  }
  Result<void> put(Value& value) const override {
    const std::string* word = value.get<std::string>();
    const bool yes = word && *word == yes_;
    if (!yes && !(word && *word == no_)) return unexpected_value("'" + yes_ + "' or '" + no_ + "'", value);
    value = Value(yes);
    return {};
  }

 private:
  std::string yes_, no_;
};

class NegateStep final : public Lens {
 public:
  Result<void> get(Value& value) const override {
    const bool* flag = value.get<bool>();
    if (!flag) return unexpected_value("a boolean", value);
    value = Value(!*flag);
    return {};
  }
  Result<void> put(Value& value) const override { return get(value); }
};

class ShiftStep final : public Lens {
 public:
  explicit ShiftStep(int places) : places_(places) {}
  Result<void> get(Value& value) const override { return shifted(value, -places_); }
  Result<void> put(Value& value) const override { return shifted(value, places_); }

 private:
  static Result<void> shifted(Value& value, int places) {
    TRY(const Decimal number, decimal_of(value));
    TRY(Decimal moved, shift_point(number, places));
    value = Value(std::move(moved));
    return {};
  }
  int places_;
};

/// Rounds half away from zero, as CRM number fields do.
class RoundStep final : public Lens {
 public:
  explicit RoundStep(int places) : places_(places) {}
  bool reads_as_is() const override { return true; }
  Result<void> put(Value& value) const override {
    TRY(const Decimal number, decimal_of(value));
    value = Value(rounded(number, places_));
    return {};
  }
  LensClass lens_class() const override { return LensClass::lens; }
  std::string loss() const override {
    return places_ == 0 ? "the fraction stays in the hub only" : "more than " + std::to_string(places_) + " digits behind the point stay in the hub only";
  }

 private:
  int places_;
};

/// Counted there in whole units of so many of ours: seconds here, minutes there.
class WholeUnitsStep final : public Lens {
 public:
  explicit WholeUnitsStep(int size) : size_(size) {}
  Result<void> get(Value& value) const override {
    TRY(const Decimal number, decimal_of(value));
    TRY(const std::int64_t count, whole(number));
    std::int64_t product = 0;
    if (__builtin_mul_overflow(count, std::int64_t{size_}, &product)) return unexpected_value("a smaller number", value);
    value = Value(Decimal{std::to_string(product)});
    return {};
  }
  Result<void> put(Value& value) const override {
    TRY(const Decimal number, decimal_of(value));
    TRY(const std::int64_t count, whole(rounded(number, 0)));
    const std::int64_t half = count < 0 ? -size_ / 2 : size_ / 2;
    value = Value(Decimal{std::to_string((count + half) / size_)});
    return {};
  }
  LensClass lens_class() const override { return LensClass::lens; }
  std::string loss() const override { return "parts of " + std::to_string(size_) + " stay in the hub only"; }

 private:
  static Result<std::int64_t> whole(const Decimal& number) {
    constexpr std::size_t kDigitsMax = 17;  // room for the half that is added
    if (number.text.size() > kDigitsMax || number.text.find('.') != std::string::npos)
      return unexpected_value("a whole number of at most 16 digits", Value(number));
    return std::stoll(number.text);
  }
  int size_;
};

/// For numbers and dates that a system refuses beyond its bounds.
class BetweenStep final : public Lens {
 public:
  BetweenStep(Value least, Value greatest) : least_(std::move(least)), greatest_(std::move(greatest)) {}
  bool reads_as_is() const override { return true; }
  Result<void> put(Value& value) const override {
    const bool fits = least_.get<Decimal>() ? in_bounds<Decimal>(value) : in_bounds<Date>(value) || in_bounds_of_time(value);
    if (fits) return {};
    return fail(ErrorCode::invalid_input, to_display(value) + " is not from " + to_display(least_) + " to " + to_display(greatest_));
  }
  LensClass lens_class() const override { return LensClass::lens; }
  std::string loss() const override { return "what is not from " + to_display(least_) + " to " + to_display(greatest_) + " is not sent"; }

 private:
  template <class T>
  bool in_bounds(const Value& value) const {
    return value.get<T>() && compare(least_, value) <= 0 && compare(value, greatest_) <= 0;
  }
  bool in_bounds_of_time(const Value& value) const {
    const WallTime* time = value.get<WallTime>();
    return time && least_.get<Date>() && in_bounds<Date>(Value(date_of(*time)));
  }
  Value least_, greatest_;
};

StepEntry two_words(std::string name, ValueKind takes, ValueKind gives, StepEntry::Make make) {
  return {name + "(yes, no)", 2, 2, {takes}, gives, [make = std::move(make)](const auto& arguments, const FieldDefinition& field) -> Result<LensRef> {
            if (arguments[0].empty() || arguments[1].empty()) return fail(ErrorCode::invalid_input, "a word is empty");
            if (equal_no_case(arguments[0], arguments[1])) return fail(ErrorCode::invalid_input, "both words are '" + arguments[0] + "'");
            return make(arguments, field);
          }};
}

Result<LensRef> make_boolean_word(const std::vector<std::string>& arguments, const FieldDefinition& field) {
  for (const std::string& word : arguments)
    if (!field.options.empty() && std::find(field.options.begin(), field.options.end(), word) == field.options.end())
      return fail(ErrorCode::invalid_input, "'" + word + "' is no option of field '" + field.name + "': " + join(field.options, ", "));
  return LensRef(std::make_shared<BooleanWordStep>(arguments[0], arguments[1]));
}

/// The bound of a number, or of a day for dates and instants.
template <class Parse>
Result<LensRef> make_between(const std::vector<std::string>& arguments, Parse parse) {
  TRY(auto least, parse(arguments[0]));
  TRY(auto greatest, parse(arguments[1]));
  Value from(std::move(least)), to(std::move(greatest));
  if (compare(from, to) > 0) return fail(ErrorCode::invalid_input, "the first bound is the greater one");
  return LensRef(std::make_shared<BetweenStep>(std::move(from), std::move(to)));
}

}  // namespace

void add_value_steps(StepTable& table) {
  constexpr auto number = ValueKind::number;
  table["boolean"] = two_words("boolean", ValueKind::boolean, ValueKind::text,
                               [](const auto& a, auto&) { return Result<LensRef>(std::make_shared<BooleanStep>(a[0], a[1])); });
  table["boolean_word"] = two_words("boolean_word", ValueKind::text, ValueKind::boolean, make_boolean_word);
  table["negate"] = {"negate", 0, 0, {ValueKind::boolean}, std::nullopt, [](auto&, auto&) { return Result<LensRef>(std::make_shared<NegateStep>()); }};
  table["scale"] = {"scale(1000)", 1, 1, {number}, std::nullopt, [](const auto& arguments, auto&) -> Result<LensRef> {
                      TRY(const int factor, number_argument(arguments[0], 10, 1'000'000'000));
                      int places = 0, rest = factor;
                      for (; rest % 10 == 0; rest /= 10) ++places;
                      if (rest != 1) return fail(ErrorCode::invalid_input, "'" + arguments[0] + "' is no power of ten");
                      return LensRef(std::make_shared<ShiftStep>(places));
                    }};
  table["round"] = {"round(2)", 1, 1, {number}, std::nullopt, [](const auto& arguments, auto&) -> Result<LensRef> {
                      TRY(const int places, number_argument(arguments[0], 0, 20));
                      return LensRef(std::make_shared<RoundStep>(places));
                    }};
  table["whole_units"] = {"whole_units(60)", 1, 1, {number}, std::nullopt, [](const auto& arguments, auto&) -> Result<LensRef> {
                            TRY(const int size, number_argument(arguments[0], 2, 1'000'000));
                            return LensRef(std::make_shared<WholeUnitsStep>(size));
                          }};
  table["between"] = {"between(0, 1000000) or between(1753-01-01, 9999-12-31)",
                      2,
                      2,
                      {number, ValueKind::date, ValueKind::instant},
                      std::nullopt,
                      [](const auto& arguments, const FieldDefinition& field) {
                        return kind_of(field.type) == number ? make_between(arguments, [](const std::string& text) { return parse_decimal(text); })
                                                             : make_between(arguments, [](const std::string& text) { return parse_iso_date(text); });
                      }};
}

}  // namespace lockstep::mapping

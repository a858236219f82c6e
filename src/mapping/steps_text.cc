// Steps from text to text: case and trim as normal forms, cutting, countries, phones, HTML.
#include "base/text.h"
#include "mapping/phone.h"
#include "mapping/steps.h"
#include "mapping/unicode.h"

namespace lockstep::mapping {

namespace {

/// Most steps change text: both ways and the normal form as functions; null leaves the text as it is.
class TextStep final : public Lens {
 public:
  using Change = std::function<std::string(std::string_view)>;
  TextStep(Change get, Change put, Change normal, LensClass of, std::string loss)
      : get_(std::move(get)), put_(std::move(put)), normal_(std::move(normal)), class_(of), loss_(std::move(loss)) {}
  Result<void> get(Value& value) const override { return change(value, get_); }
  Result<void> put(Value& value) const override { return change(value, put_); }
  Value normal(Value canonical) const override {
    const std::string* text = canonical.get<std::string>();
    return text && normal_ ? Value(normal_(*text)) : canonical;
  }
  bool rewrites() const override { return get_ || put_; }
  LensClass lens_class() const override { return class_; }
  std::string loss() const override { return loss_; }

 private:
  static Result<void> change(Value& value, const Change& change) {
    if (!change) return {};
    std::string* text = value.get<std::string>();
    if (!text) return unexpected_value("text", value);
    *text = change(*text);
    return {};
  }
  Change get_, put_, normal_;
  LensClass class_;
  std::string loss_;
};

/// A length as an argument: "255" UTF-16 units, which is what CRMs count, or "4000 bytes".
struct Length {
  int count = 0;
  bool bytes = false;
  std::string text() const { return std::to_string(count) + (bytes ? " bytes" : " characters"); }
};

Result<Length> length_argument(const std::string& argument) {
  Length length;
  std::string_view number = argument;
  if (number.ends_with("bytes")) {
    length.bytes = true;
    number = trim(number.substr(0, number.size() - 5));
  }
  TRY(length.count, number_argument(std::string(number), 1, 100'000'000));
  return length;
}

/// Cuts what is too long; the hub keeps the whole text, and the trip through the system is what counts as equal.
class TruncateStep final : public Lens {
 public:
  TruncateStep(Length length, bool html) : length_(length), html_(html) {}
  bool reads_as_is() const override { return true; }
  Result<void> put(Value& value) const override {
    std::string* text = value.get<std::string>();
    if (!text) return unexpected_value("text", value);
    const auto count = static_cast<std::size_t>(length_.count);
    if (text->size() <= count) return {};  // neither unit is shorter than a byte
    const std::size_t whole = text->size();
    *text = length_.bytes ? truncate_bytes(*text, count) : truncate_utf16(*text, count);
    if (html_ && text->size() < whole) *text = whole_markup(*text);
    return {};
  }
  LensClass lens_class() const override { return LensClass::lens; }
  std::string loss() const override { return "cut to " + length_.text() + "; the rest stays in the hub until someone edits the field there"; }

 private:
  Length length_;
  bool html_;
};

/// For what would be wrong when it is cut: addresses, numbers, keys.
class AtMostStep final : public Lens {
 public:
  explicit AtMostStep(Length length) : length_(length) {}
  bool reads_as_is() const override { return true; }
  Result<void> put(Value& value) const override {
    const std::string* text = value.get<std::string>();
    if (!text) return unexpected_value("text", value);
    const auto count = static_cast<std::size_t>(length_.count);
    if (text->size() <= count || (!length_.bytes && utf16_length(*text) <= count)) return {};  // no UTF-16 unit is shorter than a byte
    return fail(ErrorCode::invalid_input, "longer than the " + length_.text() + " that fit there");
  }
  bool rewrites() const override { return false; }
  LensClass lens_class() const override { return LensClass::lens; }
  std::string loss() const override { return "longer than " + length_.text() + " is not sent"; }

 private:
  Length length_;
};

class EmailStep final : public Lens {
 public:
  bool reads_as_is() const override { return true; }
  Result<void> put(Value& value) const override {
    const std::string* text = value.get<std::string>();
    if (!text) return unexpected_value("text", value);
    if (is_email(trim(*text))) return {};
    return fail(ErrorCode::invalid_input, "no e-mail address that is accepted there");
  }
  bool rewrites() const override { return false; }
  LensClass lens_class() const override { return LensClass::lens; }
  std::string loss() const override { return "what is no e-mail address is not sent"; }
};

class PhoneStep final : public Lens {
 public:
  PhoneStep(std::string region, bool national) : region_(std::move(region)), national_(national) {}
  Result<void> get(Value& value) const override {
    const std::string* text = value.get<std::string>();
    if (!text) return unexpected_value("text", value);
    value = Value(to_e164(*text, region_).value_or(std::string(trim(*text))));
    return {};
  }
  Result<void> put(Value& value) const override {
    const std::string* text = value.get<std::string>();
    if (!text) return unexpected_value("text", value);
    if (national_) value = Value(to_national(*text, region_));
    return {};
  }
  /// A number without country means the same as the one read back.
  Value normal(Value canonical) const override {
    const std::string* text = canonical.get<std::string>();
    if (!text) return canonical;
    auto number = to_e164(*text, region_);
    return number ? Value(std::move(*number)) : canonical;
  }
  LensClass lens_class() const override { return LensClass::lens; }
  std::string loss() const override { return "how the number was written there is not kept"; }

 private:
  std::string region_;
  bool national_;
};

Result<LensRef> text_step(TextStep::Change get, TextStep::Change put, TextStep::Change normal, LensClass of, std::string loss = "") {
  return LensRef(std::make_shared<TextStep>(std::move(get), std::move(put), std::move(normal), of, std::move(loss)));
}

/// One that only says what counts as equal.
StepEntry normal_step(std::string usage, std::function<std::string(std::string_view)> normal) {
  return {std::move(usage), 0, 0, {ValueKind::text}, std::nullopt, [normal](auto&, auto&) {
            return text_step(nullptr, nullptr, normal, LensClass::lens, "what differs in case or blanks alone counts as equal there");
          }};
}

std::string other_or(std::string other, std::string_view text) { return other.empty() ? std::string(text) : other; }

}  // namespace

void add_text_steps(StepTable& table) {
  constexpr auto text = ValueKind::text;
  table["trim"] = normal_step("trim", [](std::string_view t) { return std::string(trim(t)); });
  table["lower"] = normal_step("lower", to_lower);
  table["upper"] = normal_step("upper", to_upper);
  table["collapse"] = normal_step("collapse", collapse);
  table["truncate"] = {
      "truncate(255) or truncate(4000 bytes)", 1, 1, {text}, std::nullopt, [](const auto& arguments, const FieldDefinition& field) -> Result<LensRef> {
        TRY(const Length length, length_argument(arguments[0]));
        return LensRef(std::make_shared<TruncateStep>(length, field.type == FieldType::html));
      }};
  table["at_most"] = {"at_most(80) or at_most(80 bytes)", 1, 1, {text}, std::nullopt, [](const auto& arguments, auto&) -> Result<LensRef> {
                        TRY(const Length length, length_argument(arguments[0]));
                        return LensRef(std::make_shared<AtMostStep>(length));
                      }};
  table["valid_email"] = {"valid_email", 0, 0, {text}, std::nullopt, [](auto&, auto&) { return Result<LensRef>(std::make_shared<EmailStep>()); }};
  table["html_text"] = {"html_text", 0, 0, {text}, std::nullopt, [](auto&, auto&) {
                          return text_step(text_to_html, html_to_text, nullptr, LensClass::lossy, "markup does not travel there");
                        }};
  table["text_html"] = {"text_html", 0, 0, {text}, std::nullopt, [](auto&, auto&) {
                          return text_step(html_to_text, text_to_html, nullptr, LensClass::lens, "markup made there is read as plain text");
                        }};
  table["country_name"] = {"country_name", 0, 0, {text}, std::nullopt, [](auto&, auto&) {
                             return text_step([](std::string_view t) { return other_or(country_code(t), t); },
                                              [](std::string_view t) { return other_or(country_name(t), t); }, nullptr, LensClass::iso);
                           }};
  table["phone"] = {"phone(DE) or phone(DE, national)", 1, 2, {text}, std::nullopt, [](const auto& arguments, auto&) -> Result<LensRef> {
                      if (!is_phone_region(arguments[0]))
                        return fail(ErrorCode::invalid_input, "'" + arguments[0] + "' is no region with phone numbers (two letters, as DE or US)");
                      if (arguments.size() > 1 && arguments[1] != "national")
                        return fail(ErrorCode::invalid_input, "the second argument can only be 'national'");
                      return LensRef(std::make_shared<PhoneStep>(arguments[0], arguments.size() > 1));
                    }};
}

}  // namespace lockstep::mapping

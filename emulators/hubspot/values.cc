// §2.4: what a property takes, and how it keeps it.
#include "emulators/hubspot/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr std::size_t kMaxCharacters = 65'536;
constexpr std::int64_t kDay = 86'400'000;

using Read = tl::expected<Value, PropertyProblem>;

tl::unexpected<PropertyProblem> problem(const Property& property, std::string code, std::string message) {
  return tl::unexpected(PropertyProblem{property.name, std::move(code), std::move(message)});
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_email(std::string_view text) {
  std::size_t at = text.find('@');
  if (at == 0 || at == std::string_view::npos || text.find('@', at + 1) != std::string_view::npos) return false;
  std::string_view host = text.substr(at + 1);
  std::size_t dot = host.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 2 > host.size() - 1) return false;
  if (host.find("..") != std::string_view::npos || text.front() == '.' || text[at - 1] == '.') return false;
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) <= ' ' || std::string_view("()<>,;:\\\"[]").find(c) != std::string_view::npos; });
}

/// Scripts and styles do not survive; the rest is kept (the exact cleaning is not published).
std::string clean_html(std::string text) {
  for (std::string_view element : {"script", "style"}) {
    std::string open = fmt::format("<{}", element), close = fmt::format("</{}>", element);
    for (std::string lower = to_lower_ascii(text); lower.find(open) != std::string::npos; lower = to_lower_ascii(text)) {
      std::size_t from = lower.find(open), end = lower.find(close, from);
      text.erase(from, end == std::string::npos ? std::string::npos : end + close.size() - from);
    }
  }
  return text;
}

/// Headers of an email (§6): {"from": {…}, "sender": {…}, "to": [{…}], "cc": […], "bcc": […]}.
bool names_people(const json::object& headers) {
  auto person = [](const json::value& each) { return each.is_object(); };
  auto fits = [&](const char* name, bool several) {
    const json::value* given = headers.if_contains(name);
    if (!given) return true;
    if (!several) return person(*given);
    return given->is_array() && std::all_of(given->get_array().begin(), given->get_array().end(), person);
  };
  return fits("from", false) && fits("sender", false) && fits("to", true) && fits("cc", true) && fits("bcc", true);
}

/// "+49 (30) 123-456" to "+4930123456"; what holds letters, as an extension does, stays.
std::string reformatted_phone(const std::string& number) {
  if (number.find_first_not_of("+0123456789 ()-./") != std::string::npos) return number;
  std::string kept = number.starts_with('+') ? "+" : "";
  std::copy_if(number.begin(), number.end(), std::back_inserter(kept), [](char c) { return c >= '0' && c <= '9'; });
  return kept;
}

Read read_text(const Property& property, const std::string& text, const ValueContext& context) {
  if (characters(text) > kMaxCharacters) {
    return problem(property, "STRING_TOO_LONG", fmt::format("{} is longer than {} characters", property.name, kMaxCharacters));
  }
  switch (property.form) {
    case TextForm::email:
      if (!is_email(text)) return problem(property, "INVALID_EMAIL", fmt::format("Email address {} is invalid", text));
      return context.addresses_keep_case ? text : to_lower_ascii(text);
    case TextForm::https_url:
      if (!text.starts_with("https://")) return problem(property, "INVALID_URL", fmt::format("{} is not an https URL", text));
      return text;
    case TextForm::html: return clean_html(text);
    case TextForm::json: {
      JsonDocument document;
      if (!document.parse(text) || !document.root().is_object())
        return problem(property, "INVALID_JSON", fmt::format("{} is not a JSON object", property.name));
      if (!names_people(document.root().get_object()))
        return problem(property, "INVALID_JSON", fmt::format("{} names people as objects, and to, cc and bcc as lists of them", property.name));
      return text;
    }
    case TextForm::milliseconds:
      if (!parse_integer(text)) return problem(property, "INVALID_LONG", fmt::format("{} was not a valid long.", text));
      return text;
    case TextForm::any: break;
  }
  if (context.phones_reformatted && property.field_type == "phonenumber") return reformatted_phone(text);
  return text;
}

Read read_date(const Property& property, const std::string& text) {
  if (auto ms = parse_integer(text)) {
    std::int64_t rest = ((*ms % kDay) + kDay) % kDay;
    if (rest != 0) {
      return problem(property, "INVALID_DATE",
                     fmt::format("{} is at {}:{}:{}.{} UTC, not midnight!", *ms, rest / 3'600'000, rest / 60'000 % 60, rest / 1000 % 60, rest % 1000));
    }
    if (*ms < -kDay * 366 * 3000 || *ms > kDay * 366 * 7000) return problem(property, "INVALID_DATE", text + " is out of range");
    return format_iso(date_of(WallTime{*ms}));
  }
  Result<Date> date = parse_iso_date(text);
  if (!date) return problem(property, "INVALID_DATE", fmt::format("{} was not a valid date.", text));
  return format_iso(*date);
}

Read read_choice(const Property& property, const std::string& text, const ValueContext& context) {
  auto known = [&](std::string_view option) {
    if (property.owner) {
      return std::any_of(context.owners.begin(), context.owners.end(),
                         [&](const Owner& owner) { return owner.id == option && (!owner.archived || context.allow_archived_owners); });
    }
    return property.open_options || property.find_option(option) != nullptr;
  };
  std::vector<std::string> chosen;
  if (property.multiple() && text.starts_with(';')) {
    for (std::string_view part : split(context.stored, ';')) chosen.emplace_back(part);
  }
  if (property.multiple()) {
    for (std::string_view part : split(text, ';')) {
      if (part.empty()) continue;
      if (std::find(chosen.begin(), chosen.end(), part) == chosen.end()) chosen.emplace_back(part);
    }
  } else {
    chosen.push_back(text);
  }
  std::erase(chosen, "");
  for (const std::string& option : chosen) {
    if (known(option)) continue;
    return problem(property, "INVALID_OPTION", fmt::format("{} was not one of the allowed options: [{}]", option, property.option_list()));
  }
  return join(chosen, ";");
}

}  // namespace

std::optional<WallTime> parse_instant(std::string_view text) {
  constexpr std::int64_t kFar = 253'402'300'800'000;  // the year 10000
  if (auto ms = parse_integer(text)) {
    return *ms > -kFar && *ms < kFar ? std::optional(WallTime{*ms}) : std::nullopt;
  }
  Result<WallTime> time = parse_iso_time(text);
  return time && text[10] == 'T' ? std::optional(*time) : std::nullopt;
}

std::optional<double> parse_number(std::string_view text) {
  std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  std::size_t dots = static_cast<std::size_t>(std::count(digits.begin(), digits.end(), '.'));
  bool plain = digits.find_first_not_of("0123456789.") == std::string_view::npos;
  if (!plain || dots > 1 || digits.size() == dots || digits.size() > 300) return std::nullopt;
  double number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

tl::expected<Value, PropertyProblem> read_value(const Property& property, const std::string& text, const ValueContext& context) {
  switch (property.type) {
    case PropertyType::text: return read_text(property, text, context);
    case PropertyType::number:
      if (!parse_number(text)) return problem(property, "INVALID_NUMBER", fmt::format("{} was not a valid number.", text));
      return text;
    case PropertyType::boolean:
      if (text != "true" && text != "false") {
        return problem(property, "INVALID_OPTION", fmt::format("{} was not one of the allowed options: [true, false]", text));
      }
      return text;
    case PropertyType::date: return read_date(property, text);
    case PropertyType::date_time: {
      auto time = parse_instant(text);
      if (!time || !(context.zoned_instants || text.ends_with('Z') || text.find('T') == std::string::npos))
        return problem(property, "INVALID_DATE", fmt::format("{} was not a valid date time.", text));
      return time->ms;
    }
    case PropertyType::enumeration: return read_choice(property, text, context);
  }
  return Value{};
}

std::string phone_digits(std::string_view number) {
  constexpr std::size_t kNational = 10;  // digits
  std::string digits;
  std::copy_if(number.begin(), number.end(), std::back_inserter(digits), [](char c) { return c >= '0' && c <= '9'; });
  return digits.size() > kNational ? digits.substr(digits.size() - kNational) : digits;
}

std::string plain_text(std::string_view html) {
  static constexpr std::pair<std::string_view, char> kEntities[] = {{"&lt;", '<'},   {"&gt;", '>'},   {"&quot;", '"'},
                                                                    {"&#39;", '\''}, {"&nbsp;", ' '}, {"&amp;", '&'}};
  std::string text;
  auto put = [&](char c) {
    bool space = std::isspace(static_cast<unsigned char>(c)) != 0;
    if (!space) text.push_back(c);
    else if (!text.empty() && text.back() != ' ') text.push_back(' ');
  };
  for (std::size_t i = 0; i < html.size(); ++i) {
    std::size_t end = html[i] == '<' ? html.find('>', i) : std::string_view::npos;
    auto entity = std::find_if(std::begin(kEntities), std::end(kEntities), [&](const auto& each) { return html.substr(i).starts_with(each.first); });
    if (end != std::string_view::npos) {
      put(' ');
      i = end;
    } else if (entity != std::end(kEntities)) {
      put(entity->second);
      i += entity->first.size() - 1;
    } else {
      put(html[i]);
    }
  }
  if (text.ends_with(' ')) text.pop_back();
  return text;
}

std::string format_instant(WallTime time) {
  std::string text = format_iso(time);
  if (std::size_t zeros = text.rfind(".000Z"); zeros != std::string::npos) text.erase(zeros, 4);
  return text;
}

std::string text_of_value(ValueView value) {
  if (const std::int64_t* ms = std::get_if<std::int64_t>(&value)) return format_instant(WallTime{*ms});
  return std::string(text_of(value));
}

}  // namespace lockstep::emulators::hubspot

#include <re2/re2.h>
#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "base/text.h"
#include "expression/functions.h"

namespace lockstep::expression {

namespace {

using Type = Parameter::Type;

bool is_ascii(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

std::size_t characters(std::string_view text) { return static_cast<std::size_t>(std::ranges::count_if(text, starts_character)); }

/// The byte at which character `index` starts; the size when there are fewer.
std::size_t byte_of(std::string_view text, std::size_t index) {
  std::size_t at = 0;
  for (; at < text.size(); ++at)
    if (starts_character(text[at]) && index-- == 0) break;
  return at;
}

std::size_t amount(std::int64_t number) { return number < 0 ? 0 : static_cast<std::size_t>(number); }

Result<Operand> lower(const Call& call) {
  TRY(std::string text, call[0].text());
  if (is_ascii(text)) return text_operand(to_lower_ascii(text));
  std::string out;
  icu::UnicodeString::fromUTF8(text).toLower(icu::Locale::getRoot()).toUTF8String(out);
  return text_operand(std::move(out));
}

Result<Operand> upper(const Call& call) {
  TRY(std::string text, call[0].text());
  if (is_ascii(text)) {
    for (char& c : text)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return text_operand(std::move(text));
  }
  std::string out;
  icu::UnicodeString::fromUTF8(text).toUpper(icu::Locale::getRoot()).toUTF8String(out);
  return text_operand(std::move(out));
}

Result<Operand> trim_text(const Call& call) {
  TRY(const std::string text, call[0].text());
  return text_operand(std::string(trim(text)));
}

Result<Operand> left(const Call& call) {
  TRY(const std::string text, call[0].text());
  TRY(const std::int64_t count, call[1].integer());
  return text_operand(text.substr(0, byte_of(text, amount(count))));
}

Result<Operand> right(const Call& call) {
  TRY(const std::string text, call[0].text());
  TRY(const std::int64_t count, call[1].integer());
  const std::size_t length = characters(text);
  return text_operand(text.substr(byte_of(text, length - std::min(amount(count), length))));
}

Result<Operand> before(const Call& call) {
  TRY(const std::string text, call[0].text());
  TRY(const std::string separator, call[1].text());
  return text_operand(text.substr(0, text.find(separator)));
}

Result<Operand> after(const Call& call) {
  TRY(std::string text, call[0].text());
  TRY(const std::string separator, call[1].text());
  const std::size_t at = text.find(separator);
  return text_operand(at == std::string::npos ? std::move(text) : text.substr(at + separator.size()));
}

Result<Operand> replace(const Call& call) {
  TRY(std::string text, call[0].text());
  TRY(const std::string from, call[1].text());
  TRY(const std::string to, call[2].text());
  if (from.empty()) return text_operand(std::move(text));
  std::string out;
  std::size_t start = 0;
  for (std::size_t at; (at = text.find(from, start)) != std::string::npos; start = at + from.size()) {
    if (out.size() + (at - start) + to.size() > kTextBytesMax) return too_large();
    out.append(text, start, at - start).append(to);
  }
  return text_operand(std::move(out.append(text, start)));
}

Result<Operand> split_text(const Call& call) {
  TRY(const std::string text, call[0].text());
  TRY(const std::string separator, call[1].text());
  std::vector<Operand> parts;
  std::size_t start = 0;
  if (!separator.empty())
    for (std::size_t at; (at = text.find(separator, start)) != std::string::npos && parts.size() < kElementsMax; start = at + separator.size())
      parts.push_back(text_operand(text.substr(start, at - start)));
  if (parts.size() >= kElementsMax) return too_large();
  if (!text.empty()) parts.push_back(text_operand(text.substr(start)));
  return Operand::list(std::move(parts));
}

Result<Operand> pad(const Call& call) {
  constexpr std::size_t kWidthMax = 1000;
  TRY(std::string text, call[0].text());
  TRY(const std::int64_t width, call[1].integer());
  std::string fill = " ";
  if (call.count() > 2) {
    TRY(fill, call[2].text());
  }
  if (characters(fill) != 1) return fail(ErrorCode::invalid_input, "pad takes one character to fill with");
  const std::size_t length = characters(text), wanted = std::min(amount(width), kWidthMax);
  std::string out;
  for (std::size_t i = length; i < wanted; ++i) out += fill;
  return text_operand(out + text);
}

Result<Operand> length(const Call& call) {
  if (call[0].kind() == Operand::Kind::map) return integer_operand(static_cast<std::int64_t>(call[0].members().size()));
  TRY(const std::string text, call[0].text());
  return integer_operand(static_cast<std::int64_t>(characters(text)));
}

Result<Operand> to_text(const Call& call) {
  TRY(std::string text, call[0].text());
  return text_operand(std::move(text));
}

Result<Operand> as_name(const Call& call) {
  TRY(std::string text, call[0].text());
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto inner = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '.'; };
  if (text.empty() || !letter(text[0]) || !std::ranges::all_of(text, inner))
    return fail(ErrorCode::invalid_input, "expected a name (letters, digits, _ and ., not starting with a digit), found another text");
  return text_operand(std::move(text));
}

Result<Operand> matches(const Call& call) {
  TRY(const std::string text, call[0].text());
  return truth_operand(RE2::PartialMatch(text, *call.regex));
}

/// The text of `group` in the first match behind `start`; moves `start` behind the match.
std::optional<std::string> next_match(const std::string& text, std::size_t& start, const RE2& regex, int group) {
  constexpr int kGroupsMax = 32;
  re2::StringPiece groups[kGroupsMax];
  if (group >= kGroupsMax || start > text.size() || !regex.Match(text, start, text.size(), RE2::UNANCHORED, groups, group + 1)) {
    start = text.size() + 1;
    return std::nullopt;
  }
  const auto end = static_cast<std::size_t>(groups[0].data() - text.data()) + groups[0].size();
  start = groups[0].empty() ? end + 1 : end;
  const re2::StringPiece found = groups[group];
  return found.data() ? std::optional(std::string(found.data(), found.size())) : std::nullopt;
}

Result<Operand> capture(const Call& call) {
  TRY(const std::string text, call[0].text());
  std::int64_t group = std::min(1, call.regex->NumberOfCapturingGroups());
  if (call.count() > 2) {
    TRY(group, call[2].integer());
  }
  if (group < 0 || group > call.regex->NumberOfCapturingGroups()) return fail(ErrorCode::invalid_input, "the regular expression has no such group");
  std::size_t start = 0;
  auto found = next_match(text, start, *call.regex, static_cast<int>(group));
  return found ? text_operand(std::move(*found)) : Operand();
}

Result<Operand> find_all(const Call& call) {
  TRY(const std::string text, call[0].text());
  std::vector<Operand> all;
  for (std::size_t start = 0; start <= text.size() && all.size() < kElementsMax;)
    if (auto found = next_match(text, start, *call.regex, std::min(1, call.regex->NumberOfCapturingGroups()))) all.push_back(text_operand(std::move(*found)));
  return Operand::list(std::move(all));
}

Result<Operand> html_text(const Call& call) {
  TRY(const std::string text, call[0].text());
  return text_operand(html_to_text(text));
}

}  // namespace

FunctionGroup text_functions() {
  return {"Text",
          {{"lower", {{"text"}}, lower, "In lower case.", true},
           {"upper", {{"text"}}, upper, "In upper case.", true},
           {"trim", {{"text"}}, trim_text, "Without blanks at both ends.", true},
           {"left", {{"text"}, {"count", Type::integer}}, left, "The first characters.", true},
           {"right", {{"text"}, {"count", Type::integer}}, right, "The last characters.", true},
           {"before", {{"text"}, {"mark", Type::text}}, before, "What stands before the first `mark`; all of it without one.", true},
           {"after", {{"text"}, {"mark", Type::text}}, after, "What stands behind the first `mark`; all of it without one.", true},
           {"replace", {{"text"}, {"from", Type::text}, {"to", Type::text}}, replace, "Each `from` replaced.", true},
           {"split", {{"text"}, {"mark", Type::text}}, split_text, "The parts between the marks, a list; of an empty text no parts."},
           {"pad", {{"text"}, {"width", Type::integer}, {"fill", Type::text, true}}, pad, "Filled up on the left, with blanks unless told otherwise.", true},
           {"length", {{"text"}}, length, "Number of characters (members of a map).", true},
           {"text", {{"value"}}, to_text, "A number, truth value or time as text. In a query dialect: quoted, even where it is a name.", true},
           {"name",
            {{"text"}},
            as_name,
            "The same text if it is a name (`[A-Za-z_][A-Za-z0-9_.]*`), else an error. In a query dialect: "
            "written bare.",
            true},
           {"matches", {{"text"}, {"regex", Type::regex}}, matches, "Whether the regex (RE2) is found in it.", true},
           {"capture",
            {{"text"}, {"regex", Type::regex}, {"group", Type::integer, true}},
            capture,
            "A group (the first, else the match) of the first match; absent without one.",
            true},
           {"find_all", {{"text"}, {"regex", Type::regex}}, find_all, "The first group, else the match, of each match: a list."},
           {"html_text", {{"html"}}, html_text, "HTML as plain text.", true}}};
}

}  // namespace lockstep::expression

#include "expression/escape.h"

#include <algorithm>

#include "base/text.h"
#include "expression/functions.h"

namespace lockstep::expression {

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

std::string escape_json(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (byte >= 0x20) {
          out += c;
        } else {
          out += "\\u00";
          out += kHexDigits[byte >> 4];
          out += kHexDigits[byte & 15];
        }
    }
  }
  return out;
}

/// Control characters that XML 1.0 cannot hold at all are left out.
std::string escape_xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&apos;"; break;
      case '\r': out += "&#13;"; break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n') out += c;
    }
  }
  return out;
}

}  // namespace

Result<std::string> escape(std::string_view text, Place place) {
  switch (place) {
    case Place::path_segment: return escape_segment(text);
    case Place::query_value:
    case Place::form_value: return percent_encode(text);
    case Place::header:
      if (text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
        return fail(ErrorCode::invalid_input, "a header cannot hold a line break");
      return std::string(text);
    case Place::json_text: return escape_json(text);
    case Place::xml_text: return escape_xml(text);
    case Place::plain:
    case Place::dialect: break;
  }
  return std::string(text);
}

Result<std::string> escape_segment(std::string_view text) {
  if (text.empty()) return fail(ErrorCode::invalid_input, "an empty text in a path would name another resource");
  if (text == "." || text == "..") return fail(ErrorCode::invalid_input, "'" + std::string(text) + "' in a path would name another resource");
  return percent_encode(text);
}

bool is_url(std::string_view text) { return text.starts_with("https://") || text.starts_with("http://"); }

std::string escape_url(std::string_view text) {
  constexpr std::string_view kUnsafe = " \"<>\\^`{|}";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte <= 0x20 || byte >= 0x7f || kUnsafe.find(text[i]) != std::string_view::npos) out += percent_encode(text.substr(i, 1));
    else out += text[i];
  }
  return out;
}

Result<DialectWriter> DialectWriter::make(const Dialect& dialect) {
  DialectWriter writer;
  writer.dialect_ = dialect;
  TRY(writer.instant_, DatePattern::compile(dialect.instant_pattern));
  return writer;
}

void DialectWriter::append_text(std::string_view text, std::string& out) const {
  out += dialect_.text_around;
  while (!text.empty()) {
    const auto escape = std::ranges::find_if(dialect_.text_escapes, [&](const auto& pair) { return !pair.first.empty() && text.starts_with(pair.first); });
    if (escape != dialect_.text_escapes.end()) {
      out += escape->second;
      text.remove_prefix(escape->first.size());
    } else {
      out += text[0];
      text.remove_prefix(1);
    }
  }
  out += dialect_.text_around;
}

Result<void> DialectWriter::append(const Operand& operand, std::string& out) const {
  switch (operand.kind()) {
    case Operand::Kind::absent: return {};
    case Operand::Kind::null: out += dialect_.null_word; return {};
    case Operand::Kind::instant:
      TRY_VOID(instant_operand(*operand.value()->get<WallTime>()));
      instant_.append(*operand.value()->get<WallTime>(), out);
      return {};
    case Operand::Kind::list: {
      TRY(const auto elements, operand.elements());
      out += dialect_.list_open;
      for (std::size_t i = 0; i < elements.size(); ++i) {
        if (i > 0) out += dialect_.list_between;
        if (elements[i].kind() == Operand::Kind::list) return fail(ErrorCode::invalid_input, "a list inside a list has no literal in a query");
        TRY_VOID(append(elements[i], out));
      }
      out += dialect_.list_close;
      return {};
    }
    case Operand::Kind::text:
    case Operand::Kind::entity:
    case Operand::Kind::remote: {
      TRY(const std::string text, operand.text());
      append_text(text, out);
      return {};
    }
    case Operand::Kind::map: return fail(ErrorCode::invalid_input, "a map has no literal in a query");
    default: {
      TRY(const std::string text, operand.text());
      out += text;
      return {};
    }
  }
}

Result<void> DialectWriter::append_names(const Operand& operand, std::string& out) const {
  if (operand.kind() == Operand::Kind::list) {
    TRY(const auto elements, operand.elements());
    for (std::size_t i = 0; i < elements.size(); ++i) {
      if (i > 0) out += dialect_.list_between;
      if (elements[i].kind() == Operand::Kind::list) return fail(ErrorCode::invalid_input, "a list inside a list has no literal in a query");
      TRY_VOID(append_names(elements[i], out));
    }
    return {};
  }
  // Truth values and numbers among an object's constants are literals of their own.
  if (operand.kind() != Operand::Kind::text) return append(operand, out);
  static const Function* const check = find_function("name");
  TRY(const Operand checked, check->run(Call{std::span(&operand, 1)}));
  out += *checked.text_view();
  return {};
}

}  // namespace lockstep::expression

#include <boost/json.hpp>

#include "base/text.h"
#include "expression/tree.h"

namespace lockstep::expression {

class Template {
 public:
  struct Piece {
    std::string literal;
    ProgramRef hole;            // null: literal
    bool optional = false;      // inside [[ ]]
    std::size_t group = 0;      // which [[ ]]
  };
  std::vector<Piece> pieces;
  Place place = Place::plain;
  std::optional<Dialect> dialect;
};

namespace {

/// The end of a hole that starts behind "${": quotes and nested braces are skipped.
std::size_t end_of_hole(std::string_view text, std::size_t at) {
  char quote = 0;
  int depth = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quote) {
      if (c == '\\') ++at;
      else if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && depth-- == 0) {
      return at;
    }
  }
  return std::string_view::npos;
}

std::string escape_xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '&') out += "&amp;";
    else if (c == '"') out += "&quot;";
    else if (c == '\'') out += "&apos;";
    else out += c;
  }
  return out;
}

Result<std::string> dialect_literal(const Value& value, const Dialect& dialect) {
  if (const std::string* name = name_of(value)) return *name;
  switch (value.kind()) {
    case Value::Kind::null: return dialect.null_word;
    case Value::Kind::boolean:
    case Value::Kind::integer:
    case Value::Kind::decimal:
    case Value::Kind::date: return to_display(value);
    case Value::Kind::instant: return format_instant(*value.get<WallTime>(), dialect.instant_pattern);
    case Value::Kind::text: {
      std::string out = dialect.text_around;
      for (const char c : *value.get<std::string>()) {
        std::string one(1, c);
        for (const auto& [from, to] : dialect.text_escapes)
          if (from == one) one = to;
        out += one;
      }
      return out + dialect.text_around;
    }
    case Value::Kind::list: {
      std::string out = dialect.list_open;
      bool first = true;
      for (const Value& element : *value.get<List>()) {
        TRY(const std::string one, dialect_literal(element, dialect));
        out += (first ? "" : dialect.list_between) + one;
        first = false;
      }
      return out + dialect.list_close;
    }
    default: return fail(ErrorCode::invalid_input, to_display(value) + " has no literal in this query language");
  }
}

Result<std::string> escaped(const Operand& operand, const Template& in) {
  if (in.place == Place::dialect) {
    TRY(const Value value, operand.to_value());
    return dialect_literal(value, *in.dialect);
  }
  TRY(std::string text, operand.text());
  switch (in.place) {
    case Place::path_segment:
    case Place::query_value:
    case Place::form_value: return percent_encode(text);
    case Place::header:
      if (text.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) return fail(ErrorCode::invalid_input, "a header value holds a line break");
      return text;
    case Place::xml_text: return escape_xml(text);
    default: return text;
  }
}

}  // namespace

Result<TemplateRef> compile_template(std::string_view text, const Roots& roots, Place place, const Dialect* dialect, CompileOptions options) {
  auto made = std::make_shared<Template>();
  made->place = place;
  if (dialect) made->dialect = *dialect;
  std::string literal;
  bool optional = false;
  std::size_t group = 0;
  const auto flush = [&] {
    if (literal.empty()) return;
    made->pieces.push_back(Template::Piece{std::move(literal), nullptr, optional, group});
    literal.clear();
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("[[")) {
      flush();
      optional = true;
      ++group;
      at += 2;
    } else if (optional && rest.starts_with("]]")) {
      flush();
      optional = false;
      at += 2;
    } else if (rest.starts_with("${")) {
      flush();
      const std::size_t end = end_of_hole(text, at + 2);
      if (end == std::string_view::npos) return fail(ErrorCode::invalid_input, "'" + std::string(text) + "': a ${ is not closed");
      TRY(ProgramRef hole, compile(text.substr(at + 2, end - at - 2), roots, options));
      made->pieces.push_back(Template::Piece{"", std::move(hole), optional, group});
      at = end + 1;
    } else {
      literal += text[at++];
    }
  }
  if (optional) return fail(ErrorCode::invalid_input, "'" + std::string(text) + "': a [[ is not closed");
  flush();
  return TemplateRef(std::move(made));
}

Result<std::optional<std::string>> render(const Template& text, Scope scope) {
  std::string out, part;
  std::size_t group = 0;
  bool dropped = false;
  const auto close_group = [&] {
    if (!dropped) out += part;
    part.clear();
    dropped = false;
  };
  for (const Template::Piece& piece : text.pieces) {
    if (piece.group != group || !piece.optional) close_group();
    group = piece.group;
    std::string one = piece.literal;
    if (piece.hole) {
      TRY(const Operand value, evaluate(*piece.hole, scope));
      if (value.is_absent()) {
        if (!piece.optional) return std::optional<std::string>{};
        dropped = true;
        continue;
      }
      TRY(one, escaped(value, text));
    }
    (piece.optional ? part : out) += one;
  }
  close_group();
  return std::optional(std::move(out));
}

Result<Operand> render_operand(const Template& text, Scope scope) {
  if (text.pieces.size() == 1 && text.pieces[0].hole && !text.dialect) return evaluate(*text.pieces[0].hole, scope);
  TRY(auto rendered, render(text, scope));
  if (!rendered) return Operand(Absent{});
  return Operand(Value(std::move(*rendered)));
}

}  // namespace lockstep::expression

#include <algorithm>

#include "base/text.h"
#include "expression/escape.h"
#include "expression/evaluator.h"
#include "expression/program.h"

namespace lockstep::expression {

/// Pieces in order. Optional parts do not nest; the pieces of one carry the same number.
class Template {
 public:
  struct Piece {
    std::string literal;  // escaped, when there is no hole
    std::shared_ptr<const Program> hole;
    std::uint32_t optional = 0;  // number of the "[[ ]]" around it; 0: none
    bool raw = false, names = false, at_start = false;
  };
  std::vector<Piece> pieces;
  Place place = Place::plain;
  std::optional<DialectWriter> dialect;
};

namespace {

constexpr std::size_t kTemplateBytesMax = 65'536;

/// Whether an expression's text is a name by itself: a plain path under a marked one, or "| name".
bool is_name(const Program& program, const Roots& roots) {
  const ProgramNode& start = program.nodes[program.start];
  if (start.operation == Operation::call) return start.function == find_function("name");
  const ProgramNode* base = &start;
  std::string path;
  if (start.operation == Operation::path) {
    base = &program.child(start, 0);
    for (std::uint32_t i = 0; i < start.extra; ++i) {
      const Step& step = program.steps[start.index + i];
      if (step.kind == Step::Kind::member) path += "." + step.name;
      else if (step.kind != Step::Kind::each) path += ".*";
    }
  }
  if (base->operation != Operation::root) return false;
  path = roots.all()[base->index].name + path;
  return std::ranges::any_of(roots.name_paths(), [&](const std::string& marked) { return path == marked || path.starts_with(marked + "."); });
}

class TemplateCompiler {
 public:
  TemplateCompiler(std::string_view source, const Roots& roots, CompileOptions options, Template& out)
      : source_(source), roots_(roots), options_(options), template_(out) {}

  Result<void> run() {
    while (at_ < source_.size()) {
      const std::string_view rest = source_.substr(at_);
      if (rest.starts_with("$${")) literal("${", 3);
      else if (rest.starts_with("${")) TRY_VOID(hole());
      else if (rest.starts_with("[[")) TRY_VOID(open());
      else if (rest.starts_with("]]") && optional_ > 0) TRY_VOID(close());
      else literal(rest.substr(0, 1), 1);
    }
    TRY_VOID(flush());
    if (optional_ > 0) return fail_at(source_, opened_at_, "'[[' is not closed with ']]'");
    return {};
  }

 private:
  void literal(std::string_view text, std::size_t length) {
    literal_ += text;
    at_ += length;
  }

  Result<void> flush() {
    if (literal_.empty()) return {};
    Template::Piece piece;
    piece.optional = optional_;
    if (template_.place == Place::path_segment) {
      piece.literal = escape_url(literal_);
    } else if (template_.place == Place::query_value || template_.place == Place::form_value || template_.place == Place::header) {
      auto escaped = escape(literal_, template_.place);
      if (!escaped) return fail_at(source_, 0, escaped.error().message);
      piece.literal = std::move(*escaped);
    } else {
      piece.literal = literal_;  // JSON, XML and queries are written by the author
    }
    template_.pieces.push_back(std::move(piece));
    literal_.clear();
    return {};
  }

  Result<void> hole() {
    TRY_VOID(flush());
    TRY(CompiledHole compiled, compile_hole(source_, at_ + 2, roots_, options_));
    Template::Piece piece;
    piece.optional = optional_;
    piece.raw = compiled.program->raw;
    piece.names = template_.place == Place::dialect && !piece.raw && is_name(*compiled.program, roots_);
    piece.at_start = at_ == 0;
    piece.hole = std::move(compiled.program);
    template_.pieces.push_back(std::move(piece));
    at_ = compiled.end + 1;
    if (optional_ > 0) has_hole_ = true;
    return {};
  }

  Result<void> open() {
    if (optional_ > 0) return fail_at(source_, at_, "'[[' inside '[[': optional parts do not nest; a literal one is written ${\"[[\" | raw}");
    TRY_VOID(flush());
    optional_ = ++optionals_;
    opened_at_ = at_;
    has_hole_ = false;
    at_ += 2;
    return {};
  }

  Result<void> close() {
    TRY_VOID(flush());
    if (!has_hole_) return fail_at(source_, opened_at_, "'[[ ]]' without a hole would never be dropped; a literal one is written ${\"[[\" | raw}");
    optional_ = 0;
    at_ += 2;
    return {};
  }

  std::string_view source_;
  const Roots& roots_;
  CompileOptions options_;
  Template& template_;
  std::string literal_;
  std::size_t at_ = 0, opened_at_ = 0;
  std::uint32_t optional_ = 0, optionals_ = 0;
  bool has_hole_ = false;
};

/// Texts of lists are joined with commas: "a,b".
Result<std::string> escaped_text(const Operand& operand, Place place, bool raw) {
  if (operand.kind() == Operand::Kind::list && place != Place::path_segment) {
    TRY(const auto elements, operand.elements());
    std::string out;
    for (std::size_t i = 0; i < elements.size(); ++i) {
      if (elements[i].kind() == Operand::Kind::list) return fail(ErrorCode::invalid_input, "expected a text, found a list inside a list");
      TRY(const std::string text, escaped_text(elements[i], place, raw));
      if (out.size() + text.size() > kTextBytesMax) return too_large();
      out += (i > 0 ? "," : "") + text;
    }
    return out;
  }
  TRY(std::string text, operand.text());
  return raw ? Result<std::string>(std::move(text)) : escape(text, place);
}

Result<void> append_hole(const Template& of, const Template::Piece& piece, const Operand& operand, std::string& out) {
  if (of.dialect && !piece.raw) return piece.names ? of.dialect->append_names(operand, out) : of.dialect->append(operand, out);
  if (of.place == Place::path_segment && piece.at_start && !piece.raw)
    if (const auto text = operand.text_view(); text && is_url(*text)) {
      out += escape_url(*text);
      return {};
    }
  TRY(const std::string text, escaped_text(operand, of.place, piece.raw));
  if (of.place == Place::header && piece.raw) TRY_VOID(escape(text, Place::header));
  out += text;
  return {};
}

}  // namespace

Result<TemplateRef> compile_template(std::string_view text, const Roots& roots, Place place, const Dialect* dialect, CompileOptions options) {
  if (text.size() > kTemplateBytesMax) return fail(ErrorCode::invalid_input, "a template of more than 65536 bytes");
  auto out = std::make_shared<Template>();
  out->place = place;
  if (place == Place::dialect) {
    TRY(out->dialect, DialectWriter::make(dialect ? *dialect : Dialect{}));
  }
  TRY_VOID(TemplateCompiler(text, roots, options, *out).run());
  return TemplateRef(std::move(out));
}

Result<std::optional<std::string>> render(const Template& of, Scope scope) {
  std::string out;
  std::size_t kept = 0;  // where the optional part at hand starts
  std::uint32_t optional = 0, dropped = 0;
  for (const Template::Piece& piece : of.pieces) {
    if (piece.optional != optional) {
      optional = piece.optional;
      kept = out.size();
    }
    if (optional > 0 && optional == dropped) continue;
    if (!piece.hole) {
      out += piece.literal;
      continue;
    }
    TRY(const Operand operand, evaluate(*piece.hole, scope));
    if (operand.is_absent()) {
      if (optional == 0) return std::optional<std::string>();
      out.resize(kept);
      dropped = optional;
      continue;
    }
    if (const auto appended = append_hole(of, piece, operand, out); !appended) {
      Error error = appended.error();
      error.message += " in `" + piece.hole->source + "`";
      return tl::unexpected<Error>(std::move(error));
    }
    if (out.size() > kTextBytesMax) return too_large();
  }
  return std::optional<std::string>(std::move(out));
}

Result<Operand> render_operand(const Template& of, Scope scope) {
  if (of.pieces.size() == 1 && of.pieces[0].hole) return evaluate(*of.pieces[0].hole, scope);
  TRY(auto text, render(of, scope));
  return text ? text_operand(std::move(*text)) : Operand();
}

std::vector<std::size_t> roots_used(const Template& of) {
  std::vector<std::size_t> used;
  for (const Template::Piece& piece : of.pieces)
    if (piece.hole) used.insert(used.end(), piece.hole->roots.begin(), piece.hole->roots.end());
  std::ranges::sort(used);
  used.erase(std::unique(used.begin(), used.end()), used.end());
  return used;
}

std::vector<std::string> raw_holes(const Template& of) {
  std::vector<std::string> sources;
  for (const Template::Piece& piece : of.pieces)
    if (piece.raw) sources.push_back(std::string(trim(piece.hole->source)));
  return sources;
}

bool is_constant(const Template& of) { return roots_used(of).empty(); }

}  // namespace lockstep::expression

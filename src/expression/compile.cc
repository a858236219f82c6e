#include <algorithm>

#include "expression/parser.h"
#include "expression/program.h"

namespace lockstep::expression {

namespace {

constexpr std::size_t kSourceBytesMax = 16'384;

}  // namespace

Roots::Roots(std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) add(std::string(name));
}

std::size_t Roots::add(std::string name, bool secret) {
  if (const auto slot = find(name)) {
    roots_[*slot].secret = roots_[*slot].secret || secret;
    return *slot;
  }
  roots_.push_back(Root{std::move(name), secret});
  return roots_.size() - 1;
}

void Roots::mark_names(std::string path) { name_paths_.push_back(std::move(path)); }

std::optional<std::size_t> Roots::find(std::string_view name) const {
  const auto at = std::ranges::find(roots_, name, &Root::name);
  return at == roots_.end() ? std::nullopt : std::optional(static_cast<std::size_t>(at - roots_.begin()));
}

tl::unexpected<Error> fail_at(std::string_view source, std::size_t byte, const std::string& message, const std::string& nearest) {
  constexpr std::size_t kShownMax = 200;
  const auto starts = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  const auto character = std::ranges::count_if(source.substr(0, byte), starts) + 1;
  std::string shown(source.substr(0, kShownMax));
  while (source.size() > shown.size() && !shown.empty() && !starts(source[shown.size()])) shown.pop_back();
  if (shown.size() < source.size()) shown += "…";
  std::string text = message + " at character " + std::to_string(character) + " of `" + shown + "`";
  if (!nearest.empty()) text += "; did you mean '" + nearest + "'?";
  return fail(ErrorCode::invalid_input, std::move(text));
}

namespace {

Result<CompiledHole> compile_part(std::string_view source, std::size_t start, bool in_hole, const Roots& roots, CompileOptions options) {
  if (source.size() > kSourceBytesMax) return fail(ErrorCode::invalid_input, "an expression of more than 16384 bytes");
  TRY(auto tokens, tokenize(source, start, in_hole));
  auto program = std::make_shared<Program>();
  Parser parser(source, std::move(tokens), roots, options, in_hole, *program);
  TRY_VOID(parser.run());
  std::ranges::sort(program->roots);
  const std::size_t end = parser.end();
  if (in_hole && end >= source.size()) return fail_at(source, start < 2 ? 0 : start - 2, "a hole is not closed with '}'");
  program->source = std::string(source.substr(start, end - start));
  return CompiledHole{std::move(program), end};
}

}  // namespace

Result<CompiledHole> compile_hole(std::string_view whole, std::size_t start, const Roots& roots, CompileOptions options) {
  return compile_part(whole, start, true, roots, options);
}

Result<ProgramRef> compile(std::string_view text, const Roots& roots, CompileOptions options) {
  TRY(CompiledHole compiled, compile_part(text, 0, false, roots, options));
  return ProgramRef(std::move(compiled.program));
}

const std::vector<std::size_t>& roots_used(const Program& program) { return program.roots; }
bool is_constant(const Program& program) { return program.roots.empty(); }
const std::string& source_of(const Program& program) { return program.source; }

}  // namespace lockstep::expression

#include "connector/roots.h"

#include "base/check.h"

namespace lockstep::connector {

expression::Roots fixed_roots() {
  expression::Roots roots{"params", "facts", "api",  "tables", "object",  "select", "now",   "secrets",   "ids",   "id",     "field", "values",  "by_key",
                          "feed",   "page",  "last", "rows",   "row",     "key",    "link",  "parts",     "value", "target", "held",  "status",  "header",
                          "body",   "item",  "e",    "code",   "message", "op",     "where", "transport", "event", "method", "uri",   "raw_body"};
  CHECK(roots.all().size() == kRootCount, "the list of roots and their enumeration differ");
  roots.add("secrets", true);
  roots.mark_names("select");
  roots.mark_names("object");
  roots.mark_names("key.field");
  roots.mark_names("field");
  return roots;
}

std::vector<std::string> texts_of(const expression::ProgramRef& program, const Scope& scope) {
  std::vector<std::string> texts;
  if (!program) return texts;
  const auto operand = expression::evaluate(*program, scope);
  if (!operand || operand->is_absent() || operand->is_null()) return texts;
  const auto elements = operand->elements();
  if (!elements) return texts;
  for (const expression::Operand& element : *elements)
    if (auto text = element.text()) texts.push_back(std::move(*text));
  return texts;
}

std::string text_of(const expression::ProgramRef& program, const Scope& scope) {
  auto texts = texts_of(program, scope);
  return texts.empty() ? std::string() : std::move(texts.front());
}

}  // namespace lockstep::connector

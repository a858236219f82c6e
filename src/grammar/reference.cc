#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "grammar/schema.h"
#include "grammar/schema_text.h"

namespace lockstep::grammar {

namespace {

/// A '|' would end the table's cell.
std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, "\\");
  return text;
}

class Reference {
 public:
  std::string out;

  void add(const Schema& schema, const std::string& title, int level) {
    out += fmt::format("{} {}\n\n", std::string(static_cast<std::size_t>(level), '#'), title);
    if (!schema.doc.empty()) out += schema.doc + "\n\n";
    if (schema.kind != Schema::Kind::record) {
      out += "Takes " + takes(schema) + ".\n\n";
    } else {
      out += "| word | takes | meaning |\n| --- | --- | --- |\n";
      for (const Member& member : schema.members)
        out += fmt::format("| `{}`{} | {} | {} |\n", member.name, member.required ? " (required)" : "",
                           member.schema ? cell(takes(*resolve(member.schema))) : "anything", cell(member.doc));
      for (const auto& names : schema.exactly_one) out += fmt::format("\nExactly one of {} must be there.\n", quoted_list(names));
      out += "\n";
    }
  }

  /// Records named inside others get sections of their own, in the order in which they are met.
  void add_pending() {
    while (!pending_.empty()) {
      const SchemaRef next = pending_.front();
      pending_.erase(pending_.begin());
      add(*next, next->name, 2);
    }
  }

 private:
  std::string takes(const Schema& schema) {
    switch (schema.kind) {
      case Schema::Kind::record: return link(schema);
      case Schema::Kind::list: return (schema.single_ok ? "one or a list of: " : "a list of: ") + element(schema);
      case Schema::Kind::map: return "a map to: " + element(schema);
      case Schema::Kind::alternatives: {
        std::string text;
        for (const SchemaRef& alternative : schema.alternatives) text += (text.empty() ? "" : " or ") + takes(*resolve(alternative));
        return text;
      }
      case Schema::Kind::choice: {
        std::string text;
        for (const std::string& option : schema.options) text += (text.empty() ? "`" : ", `") + option + "`";
        return text;
      }
      default: return describe(schema);
    }
  }
  std::string element(const Schema& schema) { return schema.element ? takes(*resolve(schema.element)) : "anything"; }

  std::string link(const Schema& schema) {
    if (schema.name.empty()) return "a map";
    if (seen_.insert(schema.name).second) pending_.push_back(std::make_shared<Schema>(schema));
    return fmt::format("[{0}](#{0})", schema.name);
  }

  std::set<std::string> seen_;
  std::vector<SchemaRef> pending_;
};

}  // namespace

std::string to_reference(const Schema& schema, const std::string& title) {
  Reference reference;
  const SchemaRef lazy = schema.lazy ? resolve(schema.lazy()) : nullptr;
  reference.add(lazy ? *lazy : schema, title, 1);
  reference.add_pending();
  return reference.out;
}

}  // namespace lockstep::grammar

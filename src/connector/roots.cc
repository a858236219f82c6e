#include "connector/roots.h"

#include "base/check.h"

namespace lockstep::connector {

expression::Roots fixed_roots() {
  expression::Roots roots{"params", "facts",  "api",    "tables", "object", "select",    "now",     "secrets",   "ids",
                          "id",     "field",  "values", "by_key", "feed",   "page",      "last",    "rows",      "row",
                          "key",    "link",   "parts",  "value",  "target", "held",      "settled", "status",    "header",
                          "body",   "item",   "e",      "code",   "message", "op",       "where",   "transport", "request",
                          "event",  "method", "uri",    "raw_body"};
  CHECK(roots.all().size() == kRootCount, "the list of roots and their enumeration differ");
  roots.add("secrets", true);
  roots.mark_names("select");
  roots.mark_names("object");
  roots.mark_names("key.field");
  roots.mark_names("field");
  return roots;
}

}  // namespace lockstep::connector

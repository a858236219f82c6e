// §2.2: what a record refers to, and what hangs on it, by the names of the relationships.
#include <fmt/format.h>

#include "base/text.h"
#include "emulators/salesforce/dialect.h"
#include "emulators/salesforce/ids.h"

namespace lockstep::emulators::salesforce {

std::optional<http::Response> Salesforce::read_related(Call& call, const ObjectType& object) {
  const std::string &id = call.parameter("field"), &name = call.parameter("value");
  if (object.reified || object.find(id) || !normalise_id(id)) return std::nullopt;
  auto row = row_of_path(object, id);
  if (!row) return error_response(row.error());
  if (const Field* reference = object.find_relationship(name)) {
    std::string parent(text_of(org_.value_of(object, *row, *reference)));
    const ObjectType* target = org_.schema().target_of(*reference, parent);
    auto found = target ? org_.find_live(*target, parent, "NOT_FOUND") : Outcome<RowNumber>(refuse("NOT_FOUND", "The requested resource does not exist"));
    return found ? render_row(call, *target, *found) : error_response(found.error());
  }
  const ChildRelation* relation = find_child_relation(object.name, name);
  const ObjectType* child = relation ? org_.schema().find(relation->child) : nullptr;
  if (!child) return error_response("NOT_FOUND", "The requested resource does not exist");
  std::string fields = call.query_value("fields").value_or("");
  if (fields.empty()) {
    for (const Field* field : child->visible()) fields += (fields.empty() ? "" : ",") + field->name;
  }
  return answer_query(call, fmt::format("SELECT {} FROM {} WHERE {} = '{}'", fields, child->name, relation->field, *normalise_id(id)), false);
}

}  // namespace lockstep::emulators::salesforce

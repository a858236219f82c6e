#include "emulators/hubspot/list_filters.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "emulators/hubspot/values.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr int kDeepest = 10;

struct Operation {
  std::string_view type;
  std::vector<std::string_view> operators;
};

const std::vector<Operation>& operations() {
  static const std::vector<std::string_view> kTexts{"IS_EQUAL_TO", "IS_NOT_EQUAL_TO", "CONTAINS", "DOES_NOT_CONTAIN", "STARTS_WITH", "ENDS_WITH"};
  static const std::vector<Operation> kOperations{
      {"MULTISTRING", kTexts},
      {"STRING", kTexts},
      {"ENUMERATION", {"IS_ANY_OF", "IS_NONE_OF"}},
      {"NUMBER", {"IS_EQUAL_TO", "IS_NOT_EQUAL_TO", "IS_GREATER_THAN", "IS_GREATER_THAN_OR_EQUAL_TO", "IS_LESS_THAN", "IS_LESS_THAN_OR_EQUAL_TO"}},
      {"BOOL", {"IS_EQUAL_TO", "IS_NOT_EQUAL_TO"}},
      {"ALL_PROPERTY", {"IS_KNOWN", "IS_UNKNOWN"}}};
  return kOperations;
}

double number_of(const std::string& text) {
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Outcome<ListFilter> read_condition(const ObjectType& type, const json::object& given) {
  if (text_member(given, "filterType") != "PROPERTY") return not_served(fmt::format("filters of the type {}", text_member(given, "filterType")));
  ListFilter filter;
  filter.kind = ListFilter::Kind::condition;
  filter.property = type.find(text_member(given, "property"));
  if (!filter.property) return invalid(fmt::format("Property \"{}\" does not exist", text_member(given, "property")));
  const json::value* member = given.if_contains("operation");
  const json::object* operation = member ? member->if_object() : nullptr;
  if (!operation) return bad_json("line 1, column 1: operation is missing");
  std::string_view kind = text_member(*operation, "operationType");
  auto known = std::find_if(operations().begin(), operations().end(), [&](const Operation& each) { return each.type == kind; });
  if (known == operations().end()) return not_served(fmt::format("operations of the type {}", kind));
  filter.op = std::string(text_member(*operation, "operator"));
  if (std::find(known->operators.begin(), known->operators.end(), filter.op) == known->operators.end())
    return invalid(fmt::format("{} is no operator of {}", filter.op, kind));
  const json::value *one = operation->if_contains("value"), *many = operation->if_contains("values"),
                    *empty = operation->if_contains("includeObjectsWithNoValueSet");
  if (one) filter.values.push_back(scalar_text(*one));
  for (const json::value& each : many && many->is_array() ? many->get_array() : json::array()) filter.values.push_back(scalar_text(each));
  if (filter.values.empty() != (kind == "ALL_PROPERTY")) return invalid(fmt::format("{} takes {}", filter.op, kind == "ALL_PROPERTY" ? "no value" : "a value"));
  filter.with_empty = empty && empty->is_bool() && empty->get_bool();
  return filter;
}

Outcome<ListFilter> read_branch(const ObjectType& type, const json::object& branch, int depth) {
  if (depth > kDeepest) return invalid("filterBranch is nested too deeply");
  std::string_view kind = text_member(branch, "filterBranchType");
  if (kind != "OR" && kind != "AND") return not_served(fmt::format("filter branches of the type {}", kind));
  ListFilter filter;
  filter.kind = kind == "OR" ? ListFilter::Kind::any_of : ListFilter::Kind::all_of;
  for (const char* list : {"filterBranches", "filters"}) {
    const json::value* member = branch.if_contains(list);
    for (const json::value& each : member && member->is_array() ? member->get_array() : json::array()) {
      if (!each.is_object()) return bad_json(fmt::format("line 1, column 1: an item of {} is not an object", list));
      TRY(ListFilter part, std::string_view(list) == "filters" ? read_condition(type, each.get_object()) : read_branch(type, each.get_object(), depth + 1));
      filter.parts.push_back(std::move(part));
    }
  }
  return filter;
}

}  // namespace

bool ListFilter::fits(const ObjectType& type, RowNumber row) const {
  auto part_fits = [&](const ListFilter& part) { return part.fits(type, row); };
  if (kind == Kind::any_of) return std::any_of(parts.begin(), parts.end(), part_fits);
  if (kind == Kind::all_of) return std::all_of(parts.begin(), parts.end(), part_fits);
  std::string held = property->source == Source::object_id ? type.table->record(row).id : text_of_value(type.table->get(row, property->column));
  if (op == "IS_KNOWN" || op == "IS_UNKNOWN") return held.empty() == (op == "IS_UNKNOWN");
  if (held.empty()) return with_empty;
  std::string lower = to_lower_ascii(held);
  bool numeric = op.find("_THAN") != std::string::npos;
  auto agrees = [&](const std::string& given) {
    std::string wanted = to_lower_ascii(given);
    if (op.ends_with("CONTAIN") || op == "CONTAINS") return lower.find(wanted) != std::string::npos;
    if (op == "STARTS_WITH") return lower.starts_with(wanted);
    if (op == "ENDS_WITH") return lower.ends_with(wanted);
    if (!numeric) return lower == wanted;
    double left = number_of(held), right = number_of(given);
    return op.starts_with("IS_GREATER") ? left > right || (left == right && op.ends_with("OR_EQUAL_TO"))
                                        : left < right || (left == right && op.ends_with("OR_EQUAL_TO"));
  };
  bool any = std::any_of(values.begin(), values.end(), agrees);
  bool negated = op == "IS_NOT_EQUAL_TO" || op == "DOES_NOT_CONTAIN" || op == "IS_NONE_OF";
  return any != negated;
}

Outcome<ListFilter> read_list_filter(const ObjectType& type, const json::object& branch) { return read_branch(type, branch, 0); }

}  // namespace lockstep::emulators::hubspot

#include "connector/results.h"

#include <unordered_map>

#include "expression/operand.h"

namespace lockstep::connector {

using expression::Operand;

WriteResult failed(Failure failure) {
  WriteResult result;
  result.failure = std::move(failure);
  return result;
}

bool may_have_landed(const Failure& failure) {
  if (failure.unsent) return false;
  if (failure.status == 0) return failure.failure_class == FailureClass::transient;
  return failure.failure_class == FailureClass::transient && failure.status >= 500;
}

Failure as_unknown(Failure failure) {
  failure.failure_class = FailureClass::outcome_unknown;
  failure.scope = FailureScope::record;
  return failure;
}

namespace {

/// Reads one good item. A record that cannot be read is no reason to doubt the write: it is read by id later.
WriteResult good(const Context& context, const SelectedObject* object, const ResultSpec& spec, Scope& scope) {
  WriteResult result;
  result.ok = true;
  result.id = RemoteId{object ? object->spec().name : "", text_of(spec.id, scope)};
  result.version = text_of(spec.version, scope);
  if (spec.created) result.created = expression::evaluate_truth(*spec.created, scope).value_or(false);
  if (!spec.record || !object) return result;
  const auto record = expression::evaluate(*spec.record, scope);
  if (!record || record->is_absent() || record->is_null()) return result;
  Scope row_scope = context.scope();
  object->enter(row_scope);
  auto row = object->read_row(*record, row_scope);
  if (!row) return result;
  if (result.id.empty()) result.id = row->id;
  if (result.version.empty()) result.version = row->version;
  result.record = std::move(*row);
  return result;
}

}  // namespace

WriteResult read_result(const Context& context, const SelectedObject& object, const ShapeSpec& shape, const Answer& answer) {
  Scope scope = context.scope();
  object.enter(scope);
  answer.enter(scope);
  if (shape.results.empty()) {
    WriteResult result;
    result.ok = true;
    return result;
  }
  return good(context, &object, shape.results.front(), scope);
}

namespace {

/// Says which rows an item of the answer speaks of.
class ItemMatch {
 public:
  ItemMatch(const ResultSpec& spec, const RowSource& rows, Scope& scope) : spec_(spec), count_(rows.count()) {
    if (spec.by_index) return;
    for (std::size_t i = 0; i < count_; ++i) {
      rows.enter(i, scope);
      for (std::string& text : texts_of(spec.match_row, scope)) by_text_[std::move(text)].push_back(i);
    }
  }
  /// Rows of the item that stands in `scope`, the answer's `position`-th.
  std::vector<std::size_t> rows_of(std::size_t position, const Scope& scope) const {
    std::vector<std::size_t> matched;
    if (spec_.by_index) {
      if (position < count_) matched.push_back(position);
      return matched;
    }
    for (const std::string& text : texts_of(spec_.match_item, scope)) {
      const auto found = by_text_.find(text);
      if (found != by_text_.end()) matched.insert(matched.end(), found->second.begin(), found->second.end());
    }
    return matched;
  }

 private:
  const ResultSpec& spec_;
  std::size_t count_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_text_;
};

/// What the item in `scope` tells of the row in `scope`.
WriteResult read_item(const AnsweredWrite& write, const ResultSpec& spec, Scope& scope) {
  const bool ok = !spec.ok || expression::evaluate_truth(*spec.ok, scope).value_or(false);
  if (ok) return good(write.context, write.object, spec, scope);
  Scope item_scope = scope;
  if (spec.errors) {
    auto errors = expression::evaluate(*spec.errors, scope);
    if (errors) item_scope.set(kItem, *errors);
  }
  item_scope.clear(kBody);
  const Classifier::Question question{write.operation, "item"};
  return failed(write.classifier.classify(item_scope, question, write.answer.status(), write.context.now()));
}

WriteResult untold(const Answer& answer) {
  Failure unknown = make_failure(FailureClass::outcome_unknown, FailureScope::record, "the answer does not speak of this record");
  unknown.status = answer.status();
  return failed(std::move(unknown));
}

}  // namespace

std::vector<WriteResult> read_results(const AnsweredWrite& write, const ShapeSpec& shape) {
  const RowSource& rows = write.rows;
  std::vector<WriteResult> results(rows.count());
  if (shape.results_kind == ResultsKind::none) {
    for (WriteResult& result : results) result.ok = true;
    return results;
  }
  Scope scope = write.context.scope();
  if (write.object) write.object->enter(scope);
  write.answer.enter(scope);
  std::vector<bool> told(rows.count());
  for (const ResultSpec& spec : shape.results) {
    if (!spec.at) continue;
    const auto items = expression::evaluate_list(*spec.at, scope);
    if (!items) continue;
    const ItemMatch match(spec, rows, scope);
    for (std::size_t position = 0; position < items->size(); ++position) {
      scope.set(kItem, (*items)[position]);
      for (const std::size_t index : match.rows_of(position, scope)) {
        rows.enter(index, scope);
        // A row named as bad stays bad, whatever a second list says.
        if (told[index] && !results[index].ok) continue;
        told[index] = true;
        results[index] = read_item(write, spec, scope);
      }
    }
    scope.clear(kItem);
  }
  for (std::size_t i = 0; i < rows.count(); ++i)
    if (!told[i]) results[i] = untold(write.answer);
  return results;
}

}  // namespace lockstep::connector

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

std::vector<WriteResult> read_results(const Context& context, Classifier& classifier, const SelectedObject* object, const ShapeSpec& shape, const Answer& answer,
                                      const RowSource& rows, std::string_view operation) {
  std::vector<WriteResult> results(rows.count());
  if (shape.results_kind == ResultsKind::none) {
    for (WriteResult& result : results) result.ok = true;
    return results;
  }
  Scope scope = context.scope();
  if (object) object->enter(scope);
  answer.enter(scope);
  std::vector<bool> told(rows.count());
  for (const ResultSpec& spec : shape.results) {
    if (!spec.at) continue;
    const auto items = expression::evaluate_list(*spec.at, scope);
    if (!items) continue;
    std::unordered_map<std::string, std::vector<std::size_t>> by_text;
    if (!spec.by_index)
      for (std::size_t i = 0; i < rows.count(); ++i) {
        rows.enter(i, scope);
        for (std::string& text : texts_of(spec.match_row, scope)) by_text[std::move(text)].push_back(i);
      }
    for (std::size_t position = 0; position < items->size(); ++position) {
      scope.set(kItem, (*items)[position]);
      std::vector<std::size_t> matched;
      if (spec.by_index) {
        if (position < rows.count()) matched.push_back(position);
      } else {
        for (const std::string& text : texts_of(spec.match_item, scope)) {
          const auto found = by_text.find(text);
          if (found != by_text.end()) matched.insert(matched.end(), found->second.begin(), found->second.end());
        }
      }
      for (const std::size_t index : matched) {
        rows.enter(index, scope);
        const bool ok = !spec.ok || expression::evaluate_truth(*spec.ok, scope).value_or(false);
        // A row named as bad stays bad, whatever a second list says.
        if (told[index] && !results[index].ok) continue;
        told[index] = true;
        if (ok) {
          results[index] = good(context, object, spec, scope);
          continue;
        }
        Scope item_scope = scope;
        if (spec.errors) {
          auto errors = expression::evaluate(*spec.errors, scope);
          if (errors) item_scope.set(kItem, *errors);
        }
        item_scope.clear(kBody);
        const Classifier::Question question{operation, "item"};
        results[index] = failed(classifier.classify(item_scope, question, answer.status(), context.now()));
      }
    }
    scope.clear(kItem);
  }
  for (std::size_t i = 0; i < rows.count(); ++i) {
    if (told[i]) continue;
    Failure unknown;
    unknown.failure_class = FailureClass::outcome_unknown;
    unknown.status = answer.status();
    unknown.message = "the answer does not speak of this record";
    results[i] = failed(std::move(unknown));
  }
  return results;
}

}  // namespace lockstep::connector

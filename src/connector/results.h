#pragma once

#include "connector/client.h"
#include "connector/write_rows.h"

namespace lockstep::connector {

/// An answered write of many rows.
struct AnsweredWrite {
  const Context& context;
  Classifier& classifier;
  const SelectedObject* object;  // null: links are written, not records
  const Answer& answer;
  const RowSource& rows;
  std::string_view operation;
};
/// One result per row, in order. Rows that no item of the answer speaks of have an unknown outcome.
std::vector<WriteResult> read_results(const AnsweredWrite& write, const ShapeSpec& shape);
/// The result of one row from an answer of its own.
WriteResult read_result(const Context& context, const SelectedObject& object, const ShapeSpec& shape, const Answer& answer);
WriteResult failed(Failure failure);
/// Whether a failed write may have been carried out all the same.
bool may_have_landed(const Failure& failure);
Failure as_unknown(Failure failure);

}  // namespace lockstep::connector

// One request for many rows, one row a request, many requests in an envelope.
#include <algorithm>

#include "base/text.h"
#include "connector/bundle.h"
#include "connector/writer.h"

namespace lockstep::connector {

namespace {

/// A whole call failed for a reason that may lie in one of its rows.
bool worth_splitting(const Failure& failure) {
  switch (failure.failure_class) {
    case FailureClass::too_large:
    case FailureClass::collateral: return true;
    case FailureClass::outcome_unknown: return false;
    default: return failure.scope == FailureScope::record;
  }
}

}  // namespace

Extra Writer::extra(const Job& job) const {
  Extra extra;
  extra.headers = &job.object->spec().write.headers;
  extra.query = &job.object->spec().write.query;
  return extra;
}

void Writer::learn_clock(Job& job, const Answer& answer) const {
  if (answer.clock) job.batch.clock = answer.clock;
}

void Writer::settle(Job& job, const WriteRows::Part& part, WriteResult result) const {
  if (result.ok && result.id.id.empty()) result.id.id = part.row->id.empty() ? part.row->new_id : part.row->id;
  if (result.ok && result.id.object.empty()) result.id.object = job.object->spec().name;
  if (result.ok && job.operation == Operation::update && result.record && !job.object->same_id(result.record->id.id, part.row->id)) {
    // Written to another record than asked for: it was merged away. The read by id follows the merge.
    result = failed(make_failure(FailureClass::gone, FailureScope::record, "the record is now " + result.record->id.id));
  }
  if (!result.ok) job.settled[part.index] = true;
  job.batch.results[part.index] = std::move(result);
}

void Writer::show_exchange(const Answer& answer, std::vector<WriteResult>& results) const {
  std::shared_ptr<const Exchange> exchange;
  for (WriteResult& result : results) {
    if (result.ok || !result.failure || !answer.asked) continue;
    if (!exchange) exchange = client_.sender().exchange(*answer.asked, &answer);
    result.failure->exchange = exchange;
  }
}

void Writer::fail_all(Job& job, const Parts& parts, const Failure& failure) const {
  for (const WriteRows::Part& part : parts) settle(job, part, failed(may_have_landed(failure) ? as_unknown(failure) : failure));
}

Task<void> Writer::send_array(Job& job, const ShapeSpec& shape, Parts parts) {
  const WriteRows rows(context_, *job.object, parts);
  Scope scope = context_.scope();
  job.object->enter(scope);
  scope.set(kRows, rows.all());
  auto request = build_request(context_, shape.request, scope, &rows, extra(job));
  if (!request) {
    if (parts.size() == 1) {
      fail_all(job, parts, own_failure(request.error(), FailureClass::validation));
      co_return;
    }
    for (WriteRows::Part& part : parts) {
      Parts one{part};
      co_await send_array(job, shape, std::move(one));
    }
    co_return;
  }
  const std::string_view operation = to_string(job.operation);
  const bool too_long = shape.max_bytes > 0 && request->body.size() > shape.max_bytes && parts.size() > 1;
  Failure failure;
  if (!too_long) {
    const Classifier::Question question{operation, "call"};
    ++job.batch.calls;
    auto answer = co_await client_.send(std::move(*request), shape.request, question, priority_);
    if (answer) {
      learn_clock(job, **answer);
      auto results = read_results({context_, client_.sender().classifier(), job.object, **answer, rows, operation}, shape);
      show_exchange(**answer, results);
      Parts again;
      for (std::size_t i = 0; i < parts.size(); ++i) {
        const bool collateral = results[i].failure && results[i].failure->failure_class == FailureClass::collateral;
        if (collateral && parts.size() > 1) again.push_back(parts[i]);
        else settle(job, parts[i], std::move(results[i]));
      }
      // Undone by another row: alone it may pass.
      for (WriteRows::Part& part : again) {
        Parts one{part};
        co_await send_array(job, shape, std::move(one));
      }
      co_return;
    }
    failure = std::move(answer.error());
  }
  if (parts.size() > 1 && (too_long || (worth_splitting(failure) && !may_have_landed(failure)))) {
    const auto middle = parts.begin() + static_cast<std::ptrdiff_t>(parts.size() / 2);
    Parts left(parts.begin(), middle), right(middle, parts.end());
    co_await send_array(job, shape, std::move(left));
    co_await send_array(job, shape, std::move(right));
    co_return;
  }
  fail_all(job, parts, failure);
}

Result<http::Request> Writer::build_one(const Job& job, const ShapeSpec& shape, const WriteRows& rows, std::size_t index, Scope& scope) const {
  job.object->enter(scope);
  rows.enter(index, scope);
  Extra more = extra(job);
  if (rows.part(index).guarded || job.operation != Operation::update) more.guard = &shape.guard_headers;
  return build_request(context_, shape.request, scope, &rows, more);
}

Task<void> Writer::send_one(Job& job, const ShapeSpec& shape, WriteRows::Part part) {
  const Parts parts{part};
  const WriteRows rows(context_, *job.object, parts);
  Scope scope = context_.scope();
  auto request = build_one(job, shape, rows, 0, scope);
  if (!request) {
    fail_all(job, parts, own_failure(request.error(), FailureClass::validation));
    co_return;
  }
  const Classifier::Question question{to_string(job.operation), "call", &scope.at(kRow)};
  ++job.batch.calls;
  auto answer = co_await client_.send(std::move(*request), shape.request, question, priority_);
  if (!answer) {
    fail_all(job, parts, answer.error());
    co_return;
  }
  learn_clock(job, **answer);
  settle(job, part, read_result(context_, *job.object, shape, **answer));
}

Task<void> Writer::send_bundle(Job& job, const ShapeSpec& shape, Parts parts) {
  const BundleSpec& bundle = *context_.definition->find_bundle(shape.bundle);
  const WriteRows rows(context_, *job.object, parts);
  std::vector<http::Request> requests;
  Parts sent;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Scope scope = context_.scope();
    auto request = build_one(job, shape, rows, i, scope);
    if (request) {
      requests.push_back(std::move(*request));
      sent.push_back(parts[i]);
    } else {
      settle(job, parts[i], failed(own_failure(request.error(), FailureClass::validation)));
    }
  }
  if (sent.empty()) co_return;
  const std::string boundary = "batch_" + to_hex(std::to_string(rng_.next())).substr(0, 24);
  auto envelope = pack(context_, bundle, requests, boundary);
  if (!envelope) {
    fail_all(job, sent, own_failure(envelope.error()));
    co_return;
  }
  const std::string_view operation = to_string(job.operation);
  const Classifier::Question question{operation, "call"};
  ++job.batch.calls;
  auto answer = co_await client_.send(std::move(*envelope), bundle.request, question, priority_);
  if (!answer) {
    fail_all(job, sent, answer.error());
    co_return;
  }
  learn_clock(job, **answer);
  const std::vector<AnswerRef> answers = unpack(context_, bundle, **answer, sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    if (!answers[i]) {
      Failure unknown;
      unknown.failure_class = FailureClass::outcome_unknown;
      unknown.message = "the envelope holds no answer for this record";
      settle(job, sent[i], failed(std::move(unknown)));
      continue;
    }
    Scope row_scope = context_.scope();
    rows.enter(i, row_scope);
    Classifier::Question about_row = question;
    about_row.row = &row_scope.at(kRow);
    auto failure = client_.sender().judge(*answers[i], shape.request, about_row);
    if (failure) {
      client_.sender().count(*failure);
      failure->exchange = client_.sender().exchange(requests[i], answers[i].get());
      settle(job, sent[i], failed(may_have_landed(*failure) ? as_unknown(*failure) : *failure));
    } else {
      settle(job, sent[i], read_result(context_, *job.object, shape, *answers[i]));
    }
  }
}

}  // namespace lockstep::connector

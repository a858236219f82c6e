#include "connector/writer.h"

#include <algorithm>
#include <map>

#include "expression/operand.h"

namespace lockstep::connector {

using expression::Operand;

std::string_view to_string(Operation operation) {
  switch (operation) {
    case Operation::create: return "create";
    case Operation::update: return "update";
    case Operation::remove: return "delete";
    case Operation::archive: return "archive";
    case Operation::restore: break;
  }
  return "restore";
}

namespace {

bool taken(const std::vector<const TransitionSpec*>& transitions, const std::string& name) {
  return std::ranges::any_of(transitions, [&](const TransitionSpec* one) { return std::ranges::find(one->takes, name) != one->takes.end(); });
}

const OperationSpec& operation_of(const WriteSpec& write, Operation operation) {
  switch (operation) {
    case Operation::create: return write.create;
    case Operation::remove: return write.remove;
    case Operation::archive: return write.archive;
    case Operation::restore: return write.restore;
    default: return write.update;
  }
}

}  // namespace

Task<WriteBatch> Writer::write(std::string object_name, Operation operation, std::vector<WriteRow> rows) {
  Job job;
  job.operation = operation;
  job.rows = std::move(rows);
  job.batch.results.resize(job.rows.size());
  job.settled.resize(job.rows.size());
  job.late.resize(job.rows.size());
  const auto found = objects_.find(object_name);
  Failure problem = unknown_object(object_name);
  if (found != objects_.end()) job.object = &found->second;
  const OperationSpec* spec = job.object ? &operation_of(job.object->spec().write, operation) : nullptr;
  if (spec && !spec->has()) problem.message = object_name + " has no way to " + std::string(to_string(operation));
  if (!spec || !spec->has()) {
    for (WriteResult& result : job.batch.results) result = failed(problem);
    co_return std::move(job.batch);
  }
  for (std::size_t i = 0; i < job.rows.size(); ++i) {
    WriteResult& result = job.batch.results[i];
    result.ok = true;  // nothing to send is done
    result.id = RemoteId{object_name, job.rows[i].id};
  }
  const std::set<std::string> groups = lock_groups(job);
  co_await client_.lock_groups().acquire(groups);
  if (operation == Operation::update) co_await run_transitions(job, true);
  co_await write_fields(job, *spec, field_parts(job));
  if (operation == Operation::create) co_await write_late_fields(job);
  if (operation == Operation::create || operation == Operation::update) {
    co_await run_transitions(job, false);
    co_await write_links(job);
  }
  client_.lock_groups().release(groups);
  co_return std::move(job.batch);
}

std::set<std::string> Writer::lock_groups(const Job& job) const {
  std::set<std::string> groups;
  const ProgramRef& group = job.object->spec().write.lock_group;
  if (!group) return groups;
  for (const WriteRow& row : job.rows) {
    Parts parts(1);
    parts.front().row = &row;
    const WriteRows rows(context_, *job.object, std::move(parts));
    Scope scope = context_.scope();
    rows.enter(0, scope);
    if (std::string value = text_of(group, scope); !value.empty()) groups.insert(std::move(value));
  }
  return groups;
}

std::vector<const TransitionSpec*> Writer::transitions_of(const Job& job, std::size_t index) const {
  std::vector<const TransitionSpec*> out;
  const auto& all = job.object->spec().write.transitions;
  if (all.empty() || (job.operation != Operation::create && job.operation != Operation::update)) return out;
  Parts parts(1);
  parts.front().row = &job.rows[index];
  const WriteRows rows(context_, *job.object, std::move(parts));
  Scope scope = context_.scope();
  rows.enter(0, scope);
  for (const TransitionSpec& one : all)
    if (expression::evaluate_truth(*one.when, scope).value_or(false)) out.push_back(&one);
  return out;
}

Writer::Parts Writer::field_parts(Job& job) const {
  Parts parts;
  const ObjectSpec& spec = job.object->spec();
  const bool writes_fields = job.operation == Operation::create || job.operation == Operation::update;
  for (std::size_t i = 0; i < job.rows.size(); ++i) {
    if (job.settled[i]) continue;
    const WriteRow& row = job.rows[i];
    WriteRows::Part part;
    part.row = &row;
    part.index = i;
    if (writes_fields) {
      const auto transitions = transitions_of(job, i);
      for (std::size_t slot = 0; slot < row.set.size() && slot < job.object->slots().size(); ++slot) {
        const SlotPlan& plan = job.object->slots()[slot];
        if (!row.set[slot] || plan.association || taken(transitions, plan.name)) continue;
        const bool late = job.operation == Operation::create && std::ranges::find(spec.write.not_on_create, plan.name) != spec.write.not_on_create.end();
        if (late) job.late[i].push_back(slot);
        else if (job.operation == Operation::update || !row.set[slot]->is_null()) part.slots.push_back(slot);
      }
      // A create by key names its key itself.
      part.send_key = row.send_key && !(job.operation == Operation::create && spec.write.create.by == CreateBy::key);
      part.guarded = job.operation == Operation::update && !row.version.empty() && !part.slots.empty();
      if (job.operation == Operation::update && part.slots.empty() && !part.send_key) continue;
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

const ShapeSpec* Writer::choose(const OperationSpec& spec, const WriteRows& rows, std::size_t index, Scope& scope) const {
  rows.enter(index, scope);
  for (const ShapeSpec& shape : spec.shapes) {
    if (shape.loses_guard && rows.part(index).guarded) continue;
    if (!shape.use_when || expression::evaluate_truth(*shape.use_when, scope).value_or(false)) return &shape;
  }
  return &spec.shapes.back();
}

std::vector<Writer::Parts> Writer::chunks(const Job& job, const ShapeSpec& shape, Parts parts) const {
  std::vector<Parts> out;
  std::vector<std::set<std::string>> seen;
  const WriteRows rows(context_, *job.object, std::move(parts));
  Scope scope = context_.scope();
  for (std::size_t i = 0; i < rows.count(); ++i) {
    const WriteRows::Part& part = rows.part(i);
    rows.enter(i, scope);
    std::string distinct = text_of(shape.distinct_by, scope);
    std::size_t at = 0;
    while (at < out.size() && (out[at].size() >= std::max<std::size_t>(1, shape.max) || (!distinct.empty() && seen[at].contains(distinct)))) ++at;
    if (at == out.size()) {
      out.emplace_back();
      seen.emplace_back();
    }
    out[at].push_back(part);
    if (!distinct.empty()) seen[at].insert(std::move(distinct));
  }
  return out;
}

Task<void> Writer::write_fields(Job& job, const OperationSpec& spec, Parts parts) {
  std::map<const ShapeSpec*, Parts> by_shape;
  const WriteRows rows(context_, *job.object, std::move(parts));
  Scope scope = context_.scope();
  job.object->enter(scope);
  for (std::size_t i = 0; i < rows.count(); ++i) by_shape[choose(spec, rows, i, scope)].push_back(rows.part(i));
  for (const ShapeSpec& shape : spec.shapes) {
    const auto found = by_shape.find(&shape);
    if (found == by_shape.end()) continue;
    for (Parts& chunk : chunks(job, shape, std::move(found->second))) {
      if (shape.kind == ShapeSpec::Kind::array) {
        co_await send_array(job, shape, std::move(chunk));
      } else if (!shape.bundle.empty() && chunk.size() > 1) {
        co_await send_bundle(job, shape, std::move(chunk));
      } else {
        for (const WriteRows::Part& part : chunk) co_await send_one(job, shape, part);
      }
    }
  }
}

Task<void> Writer::write_late_fields(Job& job) {
  Parts parts;
  for (std::size_t i = 0; i < job.rows.size(); ++i) {
    if (job.settled[i] || job.late[i].empty() || job.batch.results[i].id.empty()) continue;
    const auto transitions = transitions_of(job, i);
    job.rows[i].id = job.batch.results[i].id.id;
    WriteRows::Part part;
    part.row = &job.rows[i];
    part.index = i;
    for (const std::size_t slot : job.late[i])
      if (!taken(transitions, job.object->slots()[slot].name)) part.slots.push_back(slot);
    if (!part.slots.empty()) parts.push_back(std::move(part));
  }
  if (parts.empty()) co_return;
  // The record stands: whatever comes of its late fields, the create is not reported as failed.
  const std::vector<WriteResult> created = job.batch.results;
  const std::vector<bool> settled = job.settled;
  co_await write_fields(job, job.object->spec().write.update, std::move(parts));
  for (std::size_t i = 0; i < job.rows.size(); ++i) {
    if (job.batch.results[i].ok || !created[i].ok) continue;
    job.batch.results[i] = created[i];
    job.settled[i] = true;
    if (job.batch.results[i].record)
      for (const std::size_t slot : job.late[i]) job.batch.results[i].record->slots[slot] = std::nullopt;
  }
}

Task<void> Writer::run_transitions(Job& job, bool before) {
  for (std::size_t i = 0; i < job.rows.size(); ++i) {
    if (job.settled[i] || (before && job.rows[i].id.empty())) continue;
    for (const TransitionSpec* transition : transitions_of(job, i)) {
      if (transition->before != before || job.settled[i]) continue;
      if (job.rows[i].id.empty()) job.rows[i].id = job.batch.results[i].id.id;
      if (!before && !job.batch.results[i].version.empty()) job.rows[i].version = job.batch.results[i].version;
      Parts parts(1);
      parts.front().row = &job.rows[i];
      const WriteRows rows(context_, *job.object, std::move(parts));
      for (const RequestSpec& step : transition->steps) {
        Scope scope = context_.scope();
        job.object->enter(scope);
        rows.enter(0, scope);
        auto request = build_request(context_, step, scope, &rows, extra(job));
        Outcome<AnswerRef> answer = tl::unexpected(Failure{});
        if (request) {
          const Classifier::Question question{transition->name, "call"};
          ++job.batch.calls;
          answer = co_await client_.send(std::move(*request), step, question, priority_);
        } else {
          answer = tl::unexpected(own_failure(request.error()));
        }
        WriteResult& result = job.batch.results[i];
        result.version.clear();  // it moved on; unknown is better than old
        job.rows[i].version.clear();
        if (result.record) result.record->version.clear();
        if (answer || answer.error().failure_class == FailureClass::already_done) {
          // What the answer to the field write said of these fields is out of date.
          for (std::size_t slot = 0; result.record && slot < job.object->slots().size(); ++slot)
            if (std::ranges::find(transition->takes, job.object->slots()[slot].name) != transition->takes.end()) result.record->slots[slot] = std::nullopt;
          continue;
        }
        const bool created = job.operation == Operation::create && result.ok;
        job.settled[i] = true;
        if (!created) result = failed(may_have_landed(answer.error()) ? as_unknown(answer.error()) : answer.error());
        break;
      }
    }
  }
}

bool Writer::sends_fields(const Job& job, std::size_t index) {
  const WriteRow& row = job.rows[index];
  for (std::size_t slot = 0; slot < row.set.size(); ++slot)
    if (row.set[slot] && !job.object->slots()[slot].association) return true;
  return row.send_key;
}

Task<void> Writer::write_links(Job& job) {
  for (std::size_t slot = 0; slot < job.object->slots().size(); ++slot) {
    const AssociationSpec* spec = job.object->slots()[slot].association;
    if (!spec) continue;
    std::vector<Link> removed, added;
    for (std::size_t i = 0; i < job.rows.size(); ++i) {
      const WriteRow& row = job.rows[i];
      WriteResult& result = job.batch.results[i];
      if (job.settled[i] || !result.ok || slot >= row.set.size() || !row.set[slot]) continue;
      const RemoteId* target = row.set[slot]->get<RemoteId>();
      const Value* before = slot < row.from.size() && row.from[slot] ? &*row.from[slot] : nullptr;
      const RemoteId* held = before && job.operation == Operation::update ? before->get<RemoteId>() : nullptr;
      if (result.record) result.record->slots[slot] = *row.set[slot];
      if (job.operation == Operation::create && spec->at_create) continue;
      if (held && (!target || target->id != held->id)) removed.push_back(Link{result.id.id, held->id, i});
      if (target && (!held || target->id != held->id)) added.push_back(Link{result.id.id, target->id, i});
    }
    // The new one first: refused, it leaves the old one standing, not a blank that would pass for an edit.
    co_await change_links(job, *spec, spec->add, std::move(added), slot);
    std::erase_if(removed, [&](const Link& link) { return !job.batch.results[link.index].ok; });
    if (spec->remove.request) co_await change_links(job, *spec, spec->remove, std::move(removed), slot);
  }
}

Task<void> Writer::change_links(Job& job, const AssociationSpec& spec, const ShapeSpec& shape, std::vector<Link> links, std::size_t slot) {
  for (std::size_t from = 0; from < links.size(); from += std::max<std::size_t>(1, shape.max)) {
    const std::vector<Link> part(links.begin() + static_cast<std::ptrdiff_t>(from),
                                 links.begin() + static_cast<std::ptrdiff_t>(std::min(links.size(), from + std::max<std::size_t>(1, shape.max))));
    const LinkRows rows(spec, part);
    const Value about = link_about(spec);
    Scope scope = context_.scope();
    scope.set(kLink, Operand::borrow(about));
    auto request = build_request(context_, shape.request, scope, &rows);
    Outcome<AnswerRef> answer = tl::unexpected(Failure{});
    if (request) {
      ++job.batch.calls;
      const Classifier::Question question{"associate", "call"};
      // Adding or removing a link twice changes nothing, so it is repeated like a read.
      answer = co_await client_.read(std::move(*request), shape.request, question, priority_);
    } else {
      answer = tl::unexpected(own_failure(request.error()));
    }
    std::vector<WriteResult> results(part.size(), failed(answer ? Failure{} : answer.error()));
    if (answer) {
      results.assign(part.size(), WriteResult{});
      for (WriteResult& result : results) result.ok = true;
      auto told = read_results({context_, client_.sender().classifier(), nullptr, **answer, rows, "associate"}, shape);
      show_exchange(**answer, told);
      for (std::size_t i = 0; i < told.size(); ++i)
        if (!told[i].ok && told[i].failure->failure_class != FailureClass::outcome_unknown) results[i] = told[i];
    }
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (results[i].ok || results[i].failure->failure_class == FailureClass::already_done || results[i].failure->failure_class == FailureClass::nothing)
        continue;
      WriteResult& row = job.batch.results[part[i].index];
      if (job.operation == Operation::create) {
        // The record stands without this link: shown as not set, so that it is owed.
        if (!row.record) {
          row.record.emplace();
          row.record->id = row.id;
          row.record->slots.resize(job.object->slots().size());
        }
        row.record->slots[slot] = Value{};
      } else {
        // Its fields may stand there already: what was done of this write shows in a read, and the rest is owed then.
        Failure failure = std::move(*results[i].failure);
        if (sends_fields(job, part[i].index)) failure.failure_class = FailureClass::outcome_unknown;
        row = failed(std::move(failure));
        job.settled[part[i].index] = true;
      }
    }
  }
}

}  // namespace lockstep::connector

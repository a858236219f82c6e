// Reads by id and by key, and the links that are kept apart from records.
#include <algorithm>
#include <unordered_map>

#include "base/text.h"
#include "connector/reader.h"
#include "expression/operand.h"

namespace lockstep::connector {

using expression::Operand;

namespace {

Value list_of_texts(const std::vector<std::string>& texts) {
  List list;
  for (const std::string& text : texts) list.emplace_back(text);
  return Value(std::move(list));
}

}  // namespace

Task<Outcome<void>> Reader::fill_associations(const SelectedObject& object, std::vector<Row*> rows, bool inline_links, std::uint32_t& calls) {
  if (rows.empty() || !object.has_associations()) co_return Outcome<void>{};
  for (std::size_t slot = 0; slot < object.slots().size(); ++slot) {
    const SlotPlan& plan = object.slots()[slot];
    if (!plan.association || !plan.readable) continue;
    std::vector<Row*> asked;
    for (Row* row : rows)
      if (!inline_links || !plan.association->inline_read || !row->slots[slot]) asked.push_back(row);
    auto filled = co_await fill_association(*plan.association, slot, std::move(asked), calls);
    if (!filled) co_return filled;
  }
  co_return Outcome<void>{};
}

Task<Outcome<void>> Reader::fill_association(const AssociationSpec& spec, std::size_t slot, std::vector<Row*> rows, std::uint32_t& calls) {
  const Value about = link_about(spec);
  std::unordered_map<std::string, std::vector<Row*>> by_id;  // a page may show a record twice
  std::vector<std::string> ids;
  for (Row* row : rows) {
    row->slots[slot] = Value{};
    auto& same = by_id[row->id.id];
    if (same.empty()) ids.push_back(row->id.id);
    same.push_back(row);
  }
  for (std::size_t from = 0; from < ids.size(); from += spec.read_max) {
    const Value list =
        list_of_texts({ids.begin() + static_cast<std::ptrdiff_t>(from), ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), from + spec.read_max))});
    Scope scope = context_.scope();
    scope.set(kIds, Operand::borrow(list));
    scope.set(kLink, Operand::borrow(about));
    Listing listing{"read", spec.read, spec.rows};
    ++calls;
    auto fetched = co_await fetch(listing, scope);
    if (!fetched) co_return tl::unexpected(std::move(fetched.error()));
    for (const Operand& json : fetched->rows) {
      scope.set(kRow, json);
      const auto found = by_id.find(text_of(spec.row_from, scope));
      const std::string to = text_of(spec.row_to, scope);
      if (found == by_id.end() || to.empty()) continue;
      for (Row* row : found->second) row->slots[slot] = Value(RemoteId{spec.to, to});
    }
  }
  co_return Outcome<void>{};
}

Task<Outcome<ReadBatch>> Reader::read_many(std::string object_name, std::vector<std::string> ids) {
  const SelectedObject* object = find(object_name);
  if (!object) co_return tl::unexpected(unknown_object(object_name));
  ReadBatch batch;
  batch.sent = context_.now();
  const std::size_t max = std::max<std::size_t>(1, object->spec().read_many.max);
  for (std::size_t from = 0; from < ids.size(); from += max) {
    std::vector<std::string> part(ids.begin() + static_cast<std::ptrdiff_t>(from), ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), from + max)));
    auto done = co_await read_part(*object, std::move(part), batch);
    if (!done) co_return tl::unexpected(std::move(done.error()));
  }
  std::vector<std::size_t> missing;
  for (std::size_t i = 0; i < batch.results.size(); ++i) {
    ReadResult& result = batch.results[i];
    // Softly deleted and merged rows: the row itself tells.
    if (result.kind == ReadResult::Kind::found && result.row.merged_into) result.kind = ReadResult::Kind::merged;
    else if (result.kind == ReadResult::Kind::found && result.row.deleted) result.kind = ReadResult::Kind::gone;
    if (result.kind == ReadResult::Kind::gone && object->spec().read_many.maybe_gone) missing.push_back(i);
  }
  auto asked = co_await read_gone(*object, std::move(missing), batch);
  if (!asked) co_return tl::unexpected(std::move(asked.error()));
  std::vector<Row*> rows;
  for (ReadResult& result : batch.results)
    if (result.kind == ReadResult::Kind::found || (result.kind == ReadResult::Kind::merged && !result.row.slots.empty() && !result.row.merged_into))
      rows.push_back(&result.row);
  auto filled = co_await fill_associations(*object, std::move(rows), false, batch.calls);
  if (!filled) co_return tl::unexpected(std::move(filled.error()));
  co_return batch;
}

Task<Outcome<void>> Reader::read_part(const SelectedObject& object, std::vector<std::string> ids, ReadBatch& into) {
  const ReadManySpec& spec = object.spec().read_many;
  const std::size_t first = into.results.size();
  for (const std::string& id : ids) {
    ReadResult result;
    result.asked = id;
    into.results.push_back(std::move(result));
  }
  const Value list = list_of_texts(ids);
  Scope scope = context_.scope();
  object.enter(scope);
  scope.set(kIds, Operand::borrow(list));
  if (!ids.empty()) scope.set(kId, Operand(Value(ids.front())));
  Listing listing{"read", spec.request, spec.rows, &spec.page};
  for (;;) {
    ++into.calls;
    auto fetched = co_await fetch(listing, scope);
    if (!fetched && fetched.error().failure_class == FailureClass::gone && ids.size() == 1) co_return Outcome<void>{};
    if (!fetched) co_return tl::unexpected(std::move(fetched.error()));
    into.clock = fetched->answer->clock;
    for (std::size_t position = 0; position < fetched->rows.size(); ++position) {
      const Operand& json = fetched->rows[position];
      if (json.is_null()) continue;
      std::size_t index = position;
      if (!spec.by_index) {
        scope.set(kItem, json);
        const std::string id = text_of(spec.match_item, scope);
        const auto asked = std::ranges::find_if(ids, [&](const std::string& one) { return object.same_id(one, id); });
        if (asked == ids.end()) continue;
        index = static_cast<std::size_t>(asked - ids.begin());
      }
      if (index >= ids.size()) continue;
      auto row = row_of(object, json, scope, false);
      if (!row) co_return tl::unexpected(std::move(row.error()));
      ReadResult& result = into.results[first + index];
      result.kind = object.same_id(row->id.id, ids[index]) ? ReadResult::Kind::found : ReadResult::Kind::merged;
      result.row = std::move(*row);
    }
    if (fetched->next.empty() || !fetched->next_is_link) co_return Outcome<void>{};
    listing.link = fetched->next;
  }
}

Task<Outcome<void>> Reader::read_gone(const SelectedObject& object, std::vector<std::size_t> missing, ReadBatch& into) {
  for (const GoneSpec& step : object.spec().read_gone) {
    for (std::size_t from = 0; from < missing.size(); from += step.max) {
      std::vector<std::size_t> part(missing.begin() + static_cast<std::ptrdiff_t>(from),
                                    missing.begin() + static_cast<std::ptrdiff_t>(std::min(missing.size(), from + step.max)));
      auto done = co_await read_gone_step(object, step, std::move(part), into);
      if (!done) co_return done;
    }
    std::erase_if(missing, [&](std::size_t index) {
      const ReadResult& result = into.results[index];
      return result.kind != ReadResult::Kind::gone || !result.row.id.empty();
    });
  }
  co_return Outcome<void>{};
}

Task<Outcome<void>> Reader::read_gone_step(const SelectedObject& object, const GoneSpec& step, std::vector<std::size_t> missing, ReadBatch& into) {
  std::vector<std::string> ids;
  for (const std::size_t index : missing) ids.push_back(into.results[index].asked);
  const Value list = list_of_texts(ids);
  Scope scope = context_.scope();
  object.enter(scope);
  scope.set(kIds, Operand::borrow(list));
  const Value first(ids.front());
  scope.set(kId, Operand::borrow(first));
  Listing listing{"read", step.request, step.rows};
  ++into.calls;
  auto fetched = co_await fetch(listing, scope);
  if (!fetched && fetched.error().failure_class == FailureClass::gone) co_return Outcome<void>{};
  if (!fetched) co_return tl::unexpected(std::move(fetched.error()));
  for (const Operand& json : fetched->rows) {
    auto row = row_of(object, json, scope, false);
    if (!row) co_return tl::unexpected(std::move(row.error()));
    const std::string winner = text_of(step.merged_into, scope);
    if (!winner.empty()) row->merged_into = RemoteId{object.spec().name, winner};
    for (const std::size_t index : missing) {
      ReadResult& result = into.results[index];
      const bool same = object.same_id(row->id.id, result.asked);
      if (!same && step.max > 1) continue;
      result.row = *row;
      result.kind = !same || row->merged_into ? ReadResult::Kind::merged : row->deleted ? ReadResult::Kind::gone : ReadResult::Kind::found;
    }
  }
  co_return Outcome<void>{};
}

Task<Outcome<void>> Reader::find_part(const SelectedObject& object, const FindSpec& source, std::vector<std::string> values, Scope scope, ReadBatch& into) {
  const Value list = list_of_texts(values);
  scope.set(kValues, Operand::borrow(list));
  Value page_value(Map{});
  scope.set(kPage, Operand::borrow(page_value));
  Listing listing{"find", source.request, source.rows, &source.page};
  std::string cursor;
  for (;;) {
    ++into.calls;
    auto fetched = co_await fetch(listing, scope);
    if (!fetched) co_return tl::unexpected(std::move(fetched.error()));
    into.clock = fetched->answer->clock;
    auto rows = co_await rows_of(object, *fetched, false);
    if (!rows) co_return tl::unexpected(std::move(rows.error()));
    for (Row& row : *rows) {
      if (row.deleted || row.merged_into) continue;
      ReadResult result;
      result.kind = ReadResult::Kind::found;
      result.asked = row.id.id;
      result.row = std::move(row);
      into.results.push_back(std::move(result));
    }
    if (fetched->next.empty()) co_return Outcome<void>{};
    if (fetched->next_is_link) {
      listing.link = fetched->next;
      continue;
    }
    if (fetched->next == cursor) co_return tl::unexpected(own_failure(Error{ErrorCode::invalid_input, "the listing does not move on"}, FailureClass::shape));
    cursor = fetched->next;
    page_value = Value(Map{{"cursor", Value(cursor)}});
    scope.set(kPage, Operand::borrow(page_value));
  }
}

Task<Outcome<ReadBatch>> Reader::find_by(std::string object_name, std::size_t slot, std::vector<std::string> values) {
  const SelectedObject* object = find(object_name);
  if (!object) co_return tl::unexpected(unknown_object(object_name));
  const bool by_key = slot == kExternalKey;
  const Value field(by_key ? object->key_field() : object->slots()[slot].name);
  const Value is_key(by_key);
  Scope scope = context_.scope();
  object->enter(scope);
  scope.set(kField, Operand::borrow(field));
  scope.set(kByKey, Operand::borrow(is_key));
  const FindSpec* source = nullptr;
  for (const FindSpec& candidate : object->spec().find) {
    const auto holds = candidate.when ? expression::evaluate_truth(*candidate.when, scope) : Result<bool>(true);
    if (!source && holds && *holds) source = &candidate;
  }
  if (!source || (by_key && object->key_field().empty()))
    co_return tl::unexpected(make_failure(FailureClass::config, FailureScope::object, object_name + " cannot be looked up by that field"));
  ReadBatch batch;
  batch.sent = context_.now();
  for (std::size_t from = 0; from < values.size(); from += source->max) {
    std::vector<std::string> part(values.begin() + static_cast<std::ptrdiff_t>(from),
                                  values.begin() + static_cast<std::ptrdiff_t>(std::min(values.size(), from + source->max)));
    auto done = co_await find_part(*object, *source, std::move(part), scope, batch);
    if (!done) co_return tl::unexpected(std::move(done.error()));
  }
  std::vector<Row*> pointers;
  for (ReadResult& result : batch.results) pointers.push_back(&result.row);
  auto filled = co_await fill_associations(*object, std::move(pointers), false, batch.calls);
  if (!filled) co_return tl::unexpected(std::move(filled.error()));
  co_return batch;
}

}  // namespace lockstep::connector

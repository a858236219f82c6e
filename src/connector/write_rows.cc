#include "connector/write_rows.h"

#include <algorithm>

#include "expression/operand.h"

namespace lockstep::connector {

using expression::Operand;

WriteRows::WriteRows(const Context& context, const SelectedObject& object, std::vector<Part> parts)
    : context_(context), object_(object), parts_(std::move(parts)), field_scope_(context.scope()) {
  object_.enter(field_scope_);
  for (Part& part : parts_)
    if (!part.root) part.root = std::make_shared<const Value>(describe(part));
}

namespace {

/// Slots by wire name, for conditions on what was and what shall be.
Value by_name(const SelectedObject& object, const mapping::Slots& slots) {
  Map map;
  for (const std::size_t i : object.slots_by_name()) {
    if (i >= slots.size() || !slots[i]) continue;
    const SlotPlan& plan = object.slots()[i];
    if (!map.empty() && map.back().first == plan.name) continue;
    map.emplace_back(plan.name, slots[i]->is_null() ? Value{} : object.wire().write(*slots[i], plan.type));
  }
  return Value(std::move(map));
}

}  // namespace

Value WriteRows::describe(const Part& part) const {
  const WriteRow& row = *part.row;
  Map map{{"correlation", Value(row.correlation)}, {"guarded", Value(part.guarded)}, {"key", Value(row.key)}};
  if (!row.id.empty()) map.emplace_back("id", Value(row.id));
  if (!row.new_id.empty()) map.emplace_back("new_id", Value(row.new_id));
  if (!row.version.empty()) map.emplace_back("version", Value(row.version));
  List links;
  for (std::size_t i = 0; i < row.set.size(); ++i) {
    const AssociationSpec* association = object_.slots()[i].association;
    const RemoteId* target = row.set[i] ? row.set[i]->get<RemoteId>() : nullptr;
    if (!association || !association->at_create || !target) continue;
    Map link{{"association", Value(association->name)}, {"object", Value(association->to)}, {"id", Value(target->id)}};
    for (const auto& [name, value] : association->vars) link.emplace_back(name, Value(value));
    make_map(link);
    links.emplace_back(std::move(link));
  }
  map.emplace_back("links", Value(std::move(links)));
  if (!object_.spec().write.transitions.empty() || object_.spec().write.lock_group) {
    map.emplace_back("from", by_name(object_, row.from));
    map.emplace_back("to", by_name(object_, row.to));
  }
  make_map(map);
  return Value(std::move(map));
}

Operand WriteRows::all() const {
  std::vector<Operand> rows;
  rows.reserve(parts_.size());
  for (const Part& part : parts_) rows.push_back(Operand::borrow(*part.root));
  return Operand::list(std::move(rows));
}

void WriteRows::enter(std::size_t index, Scope& scope) const {
  current_ = index;
  scope.set(kRow, Operand::borrow(*parts_[index].root));
}

Result<void> WriteRows::write_fields(const std::vector<std::string>& except, const std::function<void()>& comma, std::string& out) const {
  const Part& part = parts_[current_];
  const auto left_out = [&](const std::string& name) { return std::ranges::find(except, name) != except.end(); };
  for (const std::size_t slot : part.slots) {
    if (left_out(object_.slots()[slot].name)) continue;
    const auto& from = slot < part.row->from.size() ? part.row->from[slot] : std::nullopt;
    TRY_VOID(object_.write_slot(slot, *part.row->set[slot], from ? &*from : nullptr, comma, field_scope_, *context_.definition, out));
  }
  if (part.send_key && !object_.key_field().empty() && !left_out(object_.key_field())) {
    comma();
    append_quoted(object_.key_field(), out);
    out += ':';
    append_quoted(part.row->key, out);
  }
  return {};
}

LinkRows::LinkRows(const AssociationSpec& spec, const std::vector<Link>& links) {
  for (const Link& link : links) {
    Map map{{"from_id", Value(link.from_id)}, {"to_id", Value(link.to_id)}};
    for (const auto& [name, value] : spec.vars) map.emplace_back(name, Value(value));
    make_map(map);
    roots_.emplace_back(std::move(map));
  }
}

void LinkRows::enter(std::size_t index, Scope& scope) const {
  scope.set(kRow, Operand::borrow(roots_[index]));
  scope.set(kLink, Operand::borrow(roots_[index]));
}

}  // namespace lockstep::connector

#include "connector/selected.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "expression/operand.h"

namespace lockstep::connector {

using expression::Operand;

Result<SelectedObject> SelectedObject::make(const Definition& definition, const ObjectSpec& spec, const mapping::Selection& selection, Scope scope) {
  SelectedObject object;
  object.spec_ = &spec;
  object.about_ = Value(spec.value);
  object.plain_ = spec.find_form("plain");
  TRY(object.wire_, Wire::make(spec.wire));
  scope.set(kObject, Operand::borrow(object.about_));
  if (spec.key_field) {
    TRY(auto field, expression::render(*spec.key_field, scope));
    object.key_field_ = field.value_or("");
  }
  const auto want = [&](const std::string& field) {
    if (!field.empty() && std::ranges::find(object.select_, field) == object.select_.end()) object.select_.push_back(field);
  };
  for (const std::string& field : spec.system_fields) want(field);
  want(object.key_field_);
  for (const mapping::SlotSpec& slot : selection.slots) {
    SlotPlan plan;
    plan.form = spec.find_form(slot.form);
    if (!plan.form) return fail(ErrorCode::invalid_input, spec.name + " has no form '" + slot.form + "'");
    plan.type = slot.type;
    plan.readable = slot.readable;
    for (const std::string& argument : plan.form->arguments) {
      const auto given = std::ranges::find(slot.arguments, argument, &std::pair<std::string, Value>::first);
      plan.arguments.push_back(given == slot.arguments.end() ? Value{} : given->second);
    }
    if (const auto* name = plan.arguments.front().get<std::string>()) plan.name = *name;
    object.enter_arguments(plan, scope);
    if (plan.form->association) {
      TRY(const auto name, expression::render(*plan.form->association, scope));
      plan.association = definition.find_association(name.value_or(""));
      if (!plan.association) return fail(ErrorCode::invalid_input, "connector " + definition.name + " has no association '" + name.value_or("") + "'");
      object.has_associations_ = true;
    } else if (plan.form->select && slot.readable) {
      TRY(auto field, expression::render(*plan.form->select, scope));
      plan.select = field.value_or("");
      want(plan.select);
    }
    object.slots_.push_back(std::move(plan));
  }
  for (std::size_t i = 0; i < object.slots_.size(); ++i)
    if (!object.slots_[i].name.empty()) object.slots_by_name_.push_back(i);
  std::ranges::stable_sort(object.slots_by_name_, {}, [&](std::size_t slot) { return std::string_view(object.slots_[slot].name); });
  List select;
  for (const std::string& field : object.select_) select.emplace_back(field);
  object.select_value_ = Value(std::move(select));
  object.key_value_ = Value(Map{{"field", Value(object.key_field_)}});
  return object;
}

const Value& SelectedObject::system_fields_value() const {
  const auto found = std::ranges::find(spec_->value, "system_fields", &Map::value_type::first);
  CHECK(found != spec_->value.end(), "an object that tells nothing of its system fields");
  return found->second;
}

std::size_t SelectedObject::select_size() const {
  std::size_t size = 0;
  for (const std::string& field : select_) size += field.size() + std::string_view("\"\",").size();
  return size;
}

void SelectedObject::enter(Scope& scope) const {
  scope.set(kObject, Operand::borrow(about_));
  scope.set(kSelect, Operand::borrow(select_value_));
  scope.set(kKey, Operand::borrow(key_value_));
}

void SelectedObject::enter_arguments(const SlotPlan& slot, Scope& scope) const {
  for (std::size_t i = 0; i < slot.arguments.size(); ++i) {
    if (slot.arguments[i].is_null()) scope.clear(slot.form->argument_roots[i]);
    else scope.set(slot.form->argument_roots[i], Operand::borrow(slot.arguments[i]));
  }
}

bool SelectedObject::same_id(std::string_view a, std::string_view b) const { return spec_->row.id_without_case ? equal_no_case(a, b) : a == b; }

Result<std::string> SelectedObject::read_id(const Operand& json, Scope& scope) const {
  scope.set(kRow, json);
  return expression::evaluate_text(*spec_->row.id, scope);
}

namespace {

Result<std::string> text_or_empty(const ProgramRef& program, Scope& scope) {
  if (!program) return std::string();
  TRY(const Operand operand, expression::evaluate(*program, scope));
  if (operand.is_absent() || operand.is_null()) return std::string();
  return operand.text();
}

}  // namespace

Result<std::string> SelectedObject::read_version(const Operand& json, Scope& scope) const {
  scope.set(kRow, json);
  return text_or_empty(spec_->row.version, scope);
}

Result<Row> SelectedObject::read_row(const Operand& json, Scope& scope) const {
  Row row;
  TRY(row.id.id, read_id(json, scope));
  row.id.object = spec_->name;
  TRY(row.version, read_version(json, scope));
  if (spec_->row.modified) {
    TRY(const Operand stamp, expression::evaluate(*spec_->row.modified, scope));
    TRY(const auto time, wire_.read(stamp, mapping::WireType::instant));
    if (time)
      if (const auto* at = time->get<WallTime>()) row.modified = *at;
  }
  if (spec_->row.deleted) {
    TRY(row.deleted, expression::evaluate_truth(*spec_->row.deleted, scope));
  }
  if (spec_->row.archived) {
    TRY(row.archived, expression::evaluate_truth(*spec_->row.archived, scope));
  }
  TRY(std::string winner, text_or_empty(spec_->row.merged_into, scope));
  if (!winner.empty() && !same_id(winner, row.id.id)) row.merged_into = RemoteId{spec_->name, std::move(winner)};
  if (spec_->row.absorbed) {
    TRY(const Operand absorbed, expression::evaluate(*spec_->row.absorbed, scope));
    if (!absorbed.is_absent() && !absorbed.is_null()) {
      TRY(const auto ids, absorbed.elements());
      for (const Operand& id : ids) {
        TRY(std::string text, id.text());
        if (!text.empty()) row.absorbed.push_back(std::move(text));
      }
    }
  }
  if (!key_field_.empty()) {
    const Value name(key_field_);
    scope.set(plain_->argument_roots.front(), Operand::borrow(name));
    TRY(const Operand key, expression::evaluate(*plain_->read, scope));
    if (!key.is_absent() && !key.is_null()) {
      TRY(row.external_key, key.text());
    }
    scope.clear(plain_->argument_roots.front());
  }
  row.slots.resize(slots_.size());
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const SlotPlan& slot = slots_[i];
    if (slot.association || !slot.form->read || !slot.readable) continue;
    enter_arguments(slot, scope);
    auto found = expression::evaluate(*slot.form->read, scope);
    if (!found) return fail(std::move(found.error()), spec_->name + "." + slot.name);
    auto value = wire_.read(*found, slot.type);
    if (!value) return fail(std::move(value.error()), spec_->name + "." + slot.name);
    if (*value && slot.form->read_object)
      if (auto* remote = (*value)->get<RemoteId>()) {
        TRY(remote->object, text_or_empty(slot.form->read_object, scope));
      }
    row.slots[i] = std::move(*value);
  }
  return row;
}

Result<void> SelectedObject::write_slot(std::size_t index, const Value& value, const Value* held, const std::function<void()>& comma, Scope& scope,
                                        const Definition& definition, std::string& out) const {
  const SlotPlan& slot = slots_[index];
  enter_arguments(slot, scope);
  const auto about = [&](const Value& reference, std::size_t root, Value& into) {
    const auto* remote = reference.get<RemoteId>();
    if (!remote) return;
    Map map{{"id", Value(remote->id)}, {"object", Value(remote->object)}};
    if (const ObjectSpec* target = definition.find_object(remote->object))
      for (const auto& [name, var] : target->value)
        if (name != "name" && name != "system_fields") map.emplace_back(name, var);
    make_map(map);
    into = Value(std::move(map));
    scope.set(root, Operand::borrow(into));
  };
  Value target, held_map;
  scope.clear(kTarget);
  scope.clear(kHeld);
  about(value, kTarget, target);
  if (held) about(*held, kHeld, held_map);
  const bool clears = value.is_null();
  const auto& pairs = clears && !slot.form->clear.empty() ? slot.form->clear : slot.form->write;
  Result<void> done;
  for (const auto& [name, text] : pairs) {
    auto member = expression::render(*name, scope);
    if (!member) return tl::unexpected(std::move(member.error()));
    if (!*member) continue;  // nothing is held there: nothing to clear
    if (clears) {
      comma();
      append_quoted(**member, out);
      out += ':';
      out += slot.form->clear.empty() ? wire_.clear() : "null";
      continue;
    }
    const Value written = wire_.write(value, slot.type);
    scope.set(kValue, Operand::borrow(written));
    auto operand = expression::render_operand(*text, scope);
    if (operand && operand->is_absent()) continue;
    comma();
    append_quoted(**member, out);
    out += ':';
    done = operand ? append_json(*operand, out) : Result<void>(tl::unexpected(std::move(operand.error())));
    scope.clear(kValue);
    if (!done) return fail(std::move(done.error()), spec_->name + "." + slot.name);
  }
  scope.clear(kTarget);
  scope.clear(kHeld);
  return {};
}

}  // namespace lockstep::connector

#include <boost/json.hpp>

#include "expression/evaluator.h"

/// Paths: where almost all evaluations end up. A path of names into parsed JSON must not allocate.
namespace lockstep::expression {

namespace json = boost::json;

namespace {

/// Counts from the end when negative.
std::optional<std::size_t> place_of(std::int64_t position, std::size_t size) {
  if (position < 0) position += static_cast<std::int64_t>(size);
  if (position < 0 || position >= static_cast<std::int64_t>(size)) return std::nullopt;
  return static_cast<std::size_t>(position);
}

Operand at_position(const Operand& base, std::int64_t position) {
  if (const auto* place = base.json()) {
    const auto* array = place->if_array();
    const auto at = place_of(position, array ? array->size() : 0);
    return at ? Operand(&(*array)[*at]) : Operand();
  }
  if (const auto* items = base.items()) {
    const auto at = place_of(position, items->size());
    return at ? (*items)[*at] : Operand();
  }
  const auto* held = base.value();
  const auto* list = held ? held->get<List>() : nullptr;
  const auto at = place_of(position, list ? list->size() : 0);
  if (!at) return {};
  return Internals::owns(base) ? Operand((*list)[*at]) : Internals::part(base, (*list)[*at]);
}

/// "from.email" under a base without such a member: the path of its parts.
Operand member_by_path(const Operand& base, std::string_view name) {
  const Operand whole = base.member(name);
  if (!whole.is_absent() || name.find('.') == std::string_view::npos) return whole;
  Operand at = base;
  for (;;) {
    const std::size_t dot = name.find('.');
    at = at.member(name.substr(0, dot));
    if (dot == std::string_view::npos || at.is_absent()) return at;
    name.remove_prefix(dot + 1);
  }
}

bool spreads(const Step* step, const Step* end) {
  for (; step != end; ++step) {
    if (step->kind == Step::Kind::each) return true;
    if (step->kind != Step::Kind::filter) continue;
    // The first hit alone is one value: list[?…][0].
    if (step + 1 == end || step[1].kind != Step::Kind::at) return true;
    ++step;
  }
  return false;
}

/// The name a step asks for; nothing where it takes more than a look at the scope to know.
std::optional<std::string_view> plain_name(const Program& program, const Step& step, Scope scope) {
  if (step.kind == Step::Kind::member) return step.name;
  if (step.kind != Step::Kind::dynamic) return std::nullopt;
  const ProgramNode& key = program.nodes[step.expression];
  if (key.operation != Operation::root || key.index >= scope.size()) return std::nullopt;
  const auto name = scope[key.index].text_view();
  return name && name->find('.') == std::string_view::npos ? name : std::nullopt;
}

}  // namespace

std::optional<Operand> plain_path(const Program& program, Scope scope) {
  const ProgramNode& node = program.nodes[program.start];
  if (node.operation != Operation::path) return std::nullopt;
  const ProgramNode& start = program.child(node, 0);
  if (start.operation != Operation::root || start.index >= scope.size()) return std::nullopt;
  const json::value* at = scope[start.index].json();
  const Step* step = program.steps.data() + node.index;
  for (const Step* end = step + node.extra; at && step != end; ++step) {
    const auto name = plain_name(program, *step, scope);
    const auto* object = at->if_object();
    if (!name || !object) return std::nullopt;
    at = object->if_contains(*name);
    if (!at) return Operand();
  }
  return at ? std::optional(Operand(at)) : std::nullopt;
}

Result<Operand> Evaluator::path(const ProgramNode& node) {
  const Step* first = program_.steps.data() + node.index;
  const Step* end = first + node.extra;
  const ProgramNode& start = program_.child(node, 0);
  if (start.operation == Operation::root || start.operation == Operation::current) {
    return walk(start.operation == Operation::root ? root(start.index) : show(*current_), first, end);
  }
  TRY(const Operand base, run(start));
  // The base is a temporary: whatever the path shows of it must be copied before it goes.
  TRY(Operand result, walk(show(base), first, end));
  return Internals::owns(base) ? detach(std::move(result)) : result;
}

Result<Operand> Evaluator::walk(Operand base, const Step* step, const Step* end) {
  while (step != end && step->kind != Step::Kind::each && step->kind != Step::Kind::filter) {
    TRY(base, take_step(base, *step));
    if (base.is_absent()) return base;
    ++step;
  }
  if (step == end || base.is_absent() || base.is_null()) return step == end ? base : Operand();
  const bool whole_list = step->kind == Step::Kind::each && step + 1 == end && base.kind() == Operand::Kind::list;
  if (whole_list) return base;
  std::vector<Operand> out;
  TRY_VOID(spread(base, step, end, out));
  if (spreads(step, end)) return Operand::list(std::move(out));
  return out.empty() ? Operand() : std::move(out.front());
}

/// Appends what the steps lead to, for each element where they fan out.
Result<void> Evaluator::spread(const Operand& base, const Step* step, const Step* end, std::vector<Operand>& out) {
  if (base.is_absent()) return {};
  if (step == end) {
    if (out.size() >= kElementsMax) return too_large();
    out.push_back(base);
    return {};
  }
  if (budget_-- == 0) return fail(ErrorCode::invalid_input, "more than ten million steps");
  if (step->kind == Step::Kind::filter) {
    TRY(const auto kept, filtered(base, *step));
    const bool picks = step + 1 != end && step[1].kind == Step::Kind::at;
    if (picks) {
      const auto at = place_of(step[1].position, kept.size());
      return at ? spread(kept[*at], step + 2, end, out) : Result<void>();
    }
    for (const Operand& element : kept) TRY_VOID(spread(element, step + 1, end, out));
    return {};
  }
  if (step->kind == Step::Kind::each) {
    if (base.is_null()) return {};
    TRY(const auto elements, base.elements());
    for (const Operand& element : elements) TRY_VOID(spread(element, step + 1, end, out));
    return {};
  }
  TRY(const Operand next, take_step(base, *step));
  return spread(next, step + 1, end, out);
}

Result<std::vector<Operand>> Evaluator::filtered(const Operand& base, const Step& step) {
  std::vector<Operand> kept;
  if (base.is_null()) return kept;
  TRY(const auto elements, base.elements());
  const Operand* outer = current_;
  for (const Operand& element : elements) {
    current_ = &element;
    const auto holds = truth(program_.nodes[step.expression]);
    current_ = outer;
    if (!holds) return tl::unexpected<Error>(holds.error());
    if (*holds) kept.push_back(element);
  }
  return kept;
}

Result<Operand> Evaluator::take_step(const Operand& base, const Step& step) {
  if (step.kind == Step::Kind::member) return base.member(step.name);
  if (step.kind == Step::Kind::at) return at_position(base, step.position);
  const ProgramNode& node = program_.nodes[step.expression];
  if (node.operation == Operation::root) return at_key(base, node.index < scope_.size() ? scope_[node.index] : Operand());
  TRY(const Operand key, run(node));
  return at_key(base, key);
}

Result<Operand> Evaluator::at_key(const Operand& base, const Operand& key) const {
  if (const auto name = key.text_view()) return member_by_path(base, *name);
  if (key.is_absent() || key.is_null()) return Operand();
  if (base.kind() == Operand::Kind::list) {
    TRY(const std::int64_t position, key.integer());
    return at_position(base, position);
  }
  TRY(const std::string name, key.text());
  return base.member(name);
}

}  // namespace lockstep::expression

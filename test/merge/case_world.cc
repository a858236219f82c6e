#include "case_world.h"

#include <algorithm>
#include <stdexcept>

#include "base/text.h"

namespace lockstep::merge {

namespace {

template <class T>
T word(const std::string& text, std::initializer_list<std::pair<const char*, T>> words) {
  std::string allowed;
  for (const auto& [name, meaning] : words) {
    if (text == name) return meaning;
    allowed += std::string(allowed.empty() ? "" : ", ") + name;
  }
  throw std::runtime_error("'" + text + "' is none of: " + allowed);
}

Strategy strategy_of(const std::string& text) {
  return word<Strategy>(text, {{"last_write_wins", Strategy::last_write_wins},
                               {"manual_review", Strategy::manual_review},
                               {"owner", Strategy::owner},
                               {"prefer", Strategy::prefer},
                               {"union", Strategy::union_of},
                               {"max", Strategy::maximum},
                               {"min", Strategy::minimum},
                               {"longest", Strategy::longest},
                               {"newest_nonblank", Strategy::newest_nonblank}});
}

DeletePolicy delete_policy_of(const std::string& text) {
  return word<DeletePolicy>(
      text, {{"propagate", DeletePolicy::propagate}, {"archive", DeletePolicy::archive}, {"ignore", DeletePolicy::ignore}, {"review", DeletePolicy::review}});
}

std::string normal(const std::string& form, std::string text) {
  if (form == "upper") return to_lower_ascii(text);
  if (form == "trim") return std::string(trim(text));
  if (form == "digits") std::erase_if(text, [](char c) { return c < '0' || c > '9'; });
  return text;
}

}  // namespace

CaseWorld::CaseWorld(const YAML::Node& file) {
  type.name = "contact";
  type.append_only = policy.append_only = file["append_only"].as<bool>(false);
  for (const auto& one : file["systems"]) systems_.push_back(one.first.as<std::string>());
  for (const auto& one : file["fields"]) type.fields.push_back(FieldDefinition{one.first.as<std::string>()});
  for (const auto& one : file["systems"]) add_system(one.first.as<std::string>(), one.second);
  for (const auto& one : file["fields"]) add_field(one.first.as<std::string>(), one.second);
  for (const auto& one : file["initial_order"]) policy.initial_order.push_back(system(one.as<std::string>()));
  state.golden.id = EntityId{make_ulid(now, 1, 1)};
  state.golden.fields.resize(type.fields.size());
  const Fields golden = fields(file["golden"]);
  for (std::size_t i = 0; i < golden.size(); ++i) {
    if (!golden[i]) continue;
    state.golden.fields[i].value = *golden[i];
    state.golden.fields[i].stamp.lifted_us = state.golden.fields[i].stamp.own_us = (now.ms - 3'600'000) * 1000;
  }
  for (const std::string& name : systems_) {
    const YAML::Node& node = file["systems"][name];
    if (node["linked"].as<bool>(true)) put_in_step(name, node["holds"]);
  }
}

void CaseWorld::add_system(const std::string& name, const YAML::Node& node) {
  LinkPolicy link;
  link.connection = system(name);
  link.writable = node["writable"].as<bool>(true);
  link.creates = node["creates"].as<bool>(true);
  link.has_lock = node["lock"].as<bool>(false);
  link.delete_has_lock = node["delete_lock"].as<bool>(link.has_lock);
  link.version_is_ordered = node["ordered_versions"].as<bool>(false);
  link.read_before_write_ms = 0;
  if (node["read_before_write"]) link.read_before_write_ms = parse_duration(node["read_before_write"].as<std::string>())->count();
  link.deletes = delete_policy_of(node["deletes"].as<std::string>("propagate"));
  link.incoming_deletes = delete_policy_of(node["incoming_deletes"].as<std::string>("propagate"));
  link.archives_in_place = node["archives_in_place"].as<bool>(false);
  link.delete_versus_edit = word<DeleteVersusEdit>(
      node["delete_vs_edit"].as<std::string>("edit_wins"),
      {{"edit_wins", DeleteVersusEdit::edit_wins}, {"delete_wins", DeleteVersusEdit::delete_wins}, {"review", DeleteVersusEdit::review}});
  link.fields.resize(type.fields.size());
  for (FieldPolicy& field : link.fields) field.mapped = true;
  policy.links.push_back(std::move(link));
  for (const auto& one : node["normalises"]) normal_forms_[{system(name), field(one.first.as<std::string>())}] = one.second.as<std::string>();
}

void CaseWorld::add_field(const std::string& name, const YAML::Node& node) {
  FieldDefinition& definition = type.fields[field(name).value()];
  const YAML::Node given = node.IsMap() ? node : YAML::Node(YAML::NodeType::Map);
  definition.type = *parse_field_type(given["type"].as<std::string>("text"));
  for (LinkPolicy& link : policy.links) {
    FieldPolicy& field_policy = link.fields[field(name).value()];
    field_policy.strategy = strategy_of(given["strategy"].as<std::string>("last_write_wins"));
    for (const auto& one : given["order"]) field_policy.order.push_back(system(one.as<std::string>()));
    field_policy.blank_never_overwrites = given["blank"].as<std::string>("") == "never_overwrites";
    field_policy.review_close_calls = given["close_calls"].as<std::string>("") == "review";
    std::string direction = "both";
    if (given["direction"]) direction = given["direction"][name_of(link.connection)].as<std::string>(direction);
    field_policy.direction =
        word<Direction>(direction, {{"both", Direction::both}, {"in", Direction::in}, {"out", Direction::out}, {"out_leave", Direction::out_leave}});
  }
}

void CaseWorld::put_in_step(const std::string& name, const YAML::Node& holds) {
  Link& link = add_link(state, system(name), remote(name), context());
  link.external_id_confirmed = true;
  link.seen = now;
  link.modified = WallTime{now.ms - 3'600'000};
  link.version = "1";
  const Fields different = fields(holds);
  for (std::size_t i = 0; i < link.fields.size(); ++i) {
    link.fields[i].acked = state.golden.fields[i].value;
    link.fields[i].shadow = different[i] ? *different[i] : state.golden.fields[i].value;
    link.fields[i].acked_stamp = state.golden.fields[i].stamp;
  }
}

bool CaseWorld::equivalent(ConnectionId system, FieldIndex index, const Value& a, const Value& b) const {
  if (a == b || (a.is_blank() && b.is_blank())) return true;
  const auto form = normal_forms_.find({system, index});
  const std::string *left = a.get<std::string>(), *right = b.get<std::string>();
  return form != normal_forms_.end() && left && right && normal(form->second, *left) == normal(form->second, *right);
}

std::string CaseWorld::name_of(ConnectionId id) const { return systems_[id.value() - 1u]; }

Context CaseWorld::context() { return Context{type, policy, *this, now, RunId{}, ++fence}; }

ConnectionId CaseWorld::system(const std::string& name) const {
  const auto found = std::ranges::find(systems_, name);
  if (found == systems_.end()) throw std::runtime_error("there is no system '" + name + "' in this case");
  return ConnectionId{static_cast<std::uint16_t>(found - systems_.begin() + 1)};
}

FieldIndex CaseWorld::field(const std::string& name) const {
  const auto found = type.find(name);
  if (!found) throw std::runtime_error("there is no field '" + name + "' in this case");
  return *found;
}

Value CaseWorld::value(FieldIndex index, const YAML::Node& node) const {
  if (node.IsNull()) return Value{};
  if (node.IsSequence()) {
    List list;
    for (const auto& one : node) list.push_back(Value(one.as<std::string>()));
    make_set(list);
    return Value(std::move(list));
  }
  if (node.IsMap()) {
    Map map;
    for (const auto& one : node) map.emplace_back(one.first.as<std::string>(), Value(one.second.as<std::string>()));
    make_map(map);
    return Value(std::move(map));
  }
  const std::string text = node.as<std::string>();
  switch (type.fields[index.value()].type) {
    case FieldType::decimal: return Value(*parse_decimal(text));
    case FieldType::reference: return Value(EntityRef{make_ulid(start_, 7, static_cast<std::uint64_t>(std::stoi(text)))});
    default: return Value(text);
  }
}

Fields CaseWorld::fields(const YAML::Node& node) const {
  Fields result(type.fields.size());
  if (!node || node.IsNull()) return result;
  for (const auto& one : node) {
    const FieldIndex index = field(one.first.as<std::string>());
    result[index.value()] = value(index, one.second);
  }
  return result;
}

WallTime CaseWorld::time(const std::string& text) const {
  const bool before = text.starts_with('-');
  const auto duration = parse_duration(before ? text.substr(1) : text);
  if (!duration) throw std::runtime_error(duration.error().message);
  return before ? start_ - *duration : start_ + *duration;
}

}  // namespace lockstep::merge

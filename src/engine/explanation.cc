#include "engine/explanation.h"

#include <fmt/format.h>

#include <algorithm>

namespace lockstep {

namespace {

using Names = std::map<std::string, ConnectionId>;

std::string name_of(ConnectionId id, const Names& numbers) {
  for (const auto& [name, number] : numbers)
    if (number == id) return name;
  return "";
}

/// Who may set the field, seen from one connection.
std::string set_by(const FieldPolicy& policy, Direction possible, ConnectionId self, const Names& numbers) {
  if (possible == Direction::in || policy.direction == Direction::in) return "taken, never sent";
  if (policy.direction == Direction::out_leave) return "sent; edits there stay";
  if (possible == Direction::out || policy.direction == Direction::out) return "sent; edits there are undone";
  if (policy.strategy == Strategy::owner && !policy.order.empty()) {
    const std::string owner = name_of(policy.order.front(), numbers);
    return policy.order.front() == self ? "owner" : "owner: " + owner + "; edits here are undone";
  }
  return "both ways";
}

/// One connection's, or one unused connector's, view of a type.
struct View {
  const ConnectionSettings* connection = nullptr;  // null: not configured
  const mapping::EntityMapping* mapping;
  std::string name() const { return connection ? connection->name : mapping->system(); }
};

std::vector<View> views_of(const Configuration& configuration, const mapping::Mapping& of_type) {
  std::vector<View> views;
  for (const ConnectionSettings& connection : configuration.connections)
    if (const auto found = of_type.systems.find(connection.connector); found != of_type.systems.end()) views.push_back({&connection, found->second.get()});
  for (const auto& [system, mapping] : of_type.systems)
    if (std::ranges::none_of(views, [&](const View& view) { return view.mapping == mapping.get(); })) views.push_back({nullptr, mapping.get()});
  return views;
}

ExplainedField explain_one(const Configuration& configuration, const mapping::Mapping& of_type, const View& view, const Names& numbers, FieldIndex field,
                           mapping::FieldExplanation how) {
  const EntityType& type = configuration.model.at(of_type.type);
  ExplainedField row;
  row.type = type.name;
  row.how = std::move(how);
  FieldPolicy policy = view.mapping->policy(field);
  ConnectionId self = kHub;
  if (view.connection) {
    row.connection = view.connection->name;
    self = numbers.at(view.connection->name);
    policy = field_policy(configuration, *view.connection, view.mapping, of_type, type, field, numbers);
  }
  row.set_by = set_by(policy, row.how.direction, self, numbers);
  const bool owned = policy.strategy == Strategy::owner && !policy.order.empty();
  row.flips = !row.how.fixed_point && row.set_by == "both ways" && !owned;
  return row;
}

std::string place_of(const ExplainedField& row) {
  return (row.connection.empty() ? row.how.system + " (no connection)" : row.connection) + (row.how.variant.empty() ? "" : " " + row.how.variant);
}

/// A field's own name and those of its members: what an explanation may be about.
std::vector<std::string> places_within(const FieldDefinition& field) {
  std::vector<std::string> names{field.name};
  for (const FieldDefinition& member : field.members) names.push_back(field.name + "." + member.name);
  return names;
}

constexpr const char* kLegend =
    "iso: nothing is lost either way. lens: what does not travel is kept by the hub. one-way: only read or only written there.\n"
    "lossy: may come back as something else. fixed: what is written reads back as the same, so that nothing flips.\n";

}  // namespace

std::vector<ExplainedField> explain_fields(const Configuration& configuration) {
  Names numbers;
  for (const ConnectionSettings& connection : configuration.connections)
    numbers.emplace(connection.name, ConnectionId{static_cast<std::uint16_t>(numbers.size() + 1)});
  std::vector<ExplainedField> rows;
  for (const mapping::Mapping& of_type : configuration.mappings) {
    const EntityType& type = configuration.model.at(of_type.type);
    const std::vector<View> views = views_of(configuration, of_type);
    std::vector<std::vector<mapping::FieldExplanation>> explained;
    for (const View& view : views) explained.push_back(view.mapping->explain());
    for (std::size_t i = 0; i < type.fields.size(); ++i)
      for (const std::string& name : places_within(type.fields[i]))
        for (std::size_t v = 0; v < views.size(); ++v)
          for (const mapping::FieldExplanation& how : explained[v])
            if (how.field == name) rows.push_back(explain_one(configuration, of_type, views[v], numbers, FieldIndex{static_cast<std::uint16_t>(i)}, how));
  }
  return rows;
}

std::string explanation_as_text(const std::vector<ExplainedField>& fields) {
  std::size_t place_width = 0, there_width = 0, set_width = 0;
  for (const ExplainedField& row : fields) {
    place_width = std::max(place_width, place_of(row).size());
    there_width = std::max(there_width, row.how.wire.size());
    set_width = std::max(set_width, row.set_by.size());
  }
  std::string text = kLegend, type, field;
  std::map<mapping::LensClass, std::size_t> counts;
  for (const ExplainedField& row : fields) {
    if (row.type != type) {
      text += "\n" + row.type + "\n";
      field.clear();
    }
    if (row.how.field != field) text += "  " + row.how.field + "\n";
    type = row.type;
    field = row.how.field;
    std::string line = fmt::format("    {:<{}}  {:<{}}  {:<7}  {:<{}}  {:<9}  {}", place_of(row), place_width, row.how.wire, there_width,
                                   mapping::to_string(row.how.lens_class), row.set_by, set_width, row.how.fixed_point ? "fixed" : "NOT FIXED", row.how.loss);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
    ++counts[row.how.lens_class];
  }
  text += fmt::format("\n{} places of fields:", fields.size());
  for (const auto& [lens_class, count] : counts) text += fmt::format(" {} {}", count, mapping::to_string(lens_class));
  const auto flips = std::ranges::count_if(fields, &ExplainedField::flips);
  return text + (flips == 0 ? "; none flips.\n" : fmt::format("; {} would flip for ever.\n", flips));
}

std::string explanation_as_json(const std::vector<ExplainedField>& fields) {
  const auto quoted = [](std::string_view text) { return to_json(Value(text)); };
  std::string out = "[";
  for (const ExplainedField& row : fields)
    out += fmt::format(
        R"({}{{"type": {}, "field": {}, "connection": {}, "connector": {}, "variant": {}, "there": {}, "class": {}, "set_by": {}, "fixed_point": {}, "loss": {}}})",
        out.size() == 1 ? "\n" : ",\n", quoted(row.type), quoted(row.how.field), row.connection.empty() ? "null" : quoted(row.connection),
        quoted(row.how.system), row.how.variant.empty() ? "null" : quoted(row.how.variant), quoted(row.how.wire),
        quoted(mapping::to_string(row.how.lens_class)), quoted(row.set_by), row.how.fixed_point, quoted(row.how.loss));
  return out + "\n]\n";
}

grammar::Findings flip_findings(const std::vector<ExplainedField>& fields) {
  grammar::Findings findings;
  for (const ExplainedField& row : fields) {
    if (!row.flips) continue;
    grammar::Finding finding;
    finding.message =
        fmt::format("{}.{} in {}: a value that is written is read back as another one and would flip for ever", row.type, row.how.field, place_of(row));
    finding.suggestion = "give it an owner (merge: {owner: …}) or the direction in or out";
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace lockstep

#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::sim {

/// How the simulated company's records are called in each system. Written by hand, apart from the shipped mappings: who
/// checks must not share the mistakes of what is checked.
inline constexpr std::array<std::string_view, 3> kCrms = {"salesforce", "hubspot", "dynamics365"};
inline constexpr std::string_view kSupport = "support";
std::size_t crm_index(std::string_view system);  // precondition: one of kCrms

struct FieldNames {
  std::string_view field;                   // in the model
  std::array<std::string_view, 3> columns;  // in each of kCrms
};
struct ReferenceNames {
  std::string_view field, to;
  std::array<std::string_view, 3> columns;  // as rows hold it; empty: held apart from the row
};
struct TypeNames {
  std::string_view type;
  std::array<std::string_view, 3> objects;      // as the systems call them
  std::array<std::string_view, 3> hub_objects;  // as the connectors do
  std::string_view marker;                      // the field that tells which customer record it is, wherever it stands
  std::string_view marker_before, marker_after;
  std::vector<FieldNames> fields;        // those that are compared
  std::vector<std::string_view> edited;  // those that people edit
  std::vector<ReferenceNames> references;
  const FieldNames* find(std::string_view field) const;
};
/// Parents first: account, contact, case, interaction.
const std::vector<TypeNames>& type_names();
const TypeNames& names_of(std::string_view type);  // precondition: one of them

std::string marker_of(const TypeNames& type, std::int64_t number);
/// The support system's own id of it.
std::string support_id_of(std::string_view type, std::int64_t number);
/// The number in a marker, also after somebody changed the case of it.
std::optional<std::int64_t> number_of(const TypeNames& type, std::string_view marker);
/// What all systems agree to be the same text: white space, and the country code's plus, do not count.
std::string plain(std::string_view text);

}  // namespace lockstep::sim

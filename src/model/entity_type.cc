#include "model/entity_type.h"

#include <algorithm>
#include <array>

namespace lockstep {

namespace {
constexpr std::array<std::string_view, 14> kNames = {"text",    "email",   "phone", "url", "country",   "date", "instant",
                                                     "decimal", "boolean", "enum",  "set", "reference", "html", "group"};
}

std::string_view to_string(FieldType type) { return kNames[static_cast<std::size_t>(type)]; }

std::optional<FieldType> parse_field_type(std::string_view name) {
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<FieldType>(found - kNames.begin());
}

std::optional<FieldIndex> EntityType::find(std::string_view field) const {
  const auto found = std::ranges::find(fields, field, &FieldDefinition::name);
  if (found == fields.end()) return std::nullopt;
  return FieldIndex{static_cast<std::uint16_t>(found - fields.begin())};
}

std::optional<TypeIndex> Model::find(std::string_view type) const {
  const auto found = std::ranges::find(types, type, &EntityType::name);
  if (found == types.end()) return std::nullopt;
  return TypeIndex{static_cast<std::uint16_t>(found - types.begin())};
}

}  // namespace lockstep

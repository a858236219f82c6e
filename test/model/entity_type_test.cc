#include "model/entity_type.h"

#include <gtest/gtest.h>

namespace lockstep {
namespace {

TEST(FieldType, NamesAreReadBackAsWritten) {
  for (int number = 0; number <= static_cast<int>(FieldType::group); ++number) {
    const auto type = static_cast<FieldType>(number);
    EXPECT_EQ(parse_field_type(to_string(type)), type) << to_string(type);
  }
  EXPECT_FALSE(parse_field_type("Text"));
  EXPECT_FALSE(parse_field_type(""));
}

TEST(Model, FindsTypesAndFieldsByName) {
  Model model;
  for (const char* name : {"account", "contact"}) {
    EntityType type;
    type.name = name;
    for (const char* field : {"name", "email"}) {
      FieldDefinition definition;
      definition.name = field;
      type.fields.push_back(definition);
    }
    model.types.push_back(type);
  }
  const auto contact = model.find("contact");
  ASSERT_TRUE(contact);
  EXPECT_EQ(model.at(*contact).name, "contact");
  EXPECT_EQ(model.at(*contact).find("email"), FieldIndex{std::uint16_t{1}});
  EXPECT_FALSE(model.at(*contact).find("phone"));
  EXPECT_FALSE(model.find("case"));
}

}  // namespace
}  // namespace lockstep

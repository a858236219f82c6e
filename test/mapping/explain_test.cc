// What `check --explain` says is found out by sending values through the lens, so it is tested against lenses that lie.
#include <gtest/gtest.h>

#include "test/mapping/shipped.h"

namespace lockstep::mapping {
namespace {

std::vector<ConnectorInfo> explained_crm() {
  ConnectorInfo info;
  info.name = "crm";
  info.objects = {"Firm", "Human"};
  for (const std::string& object : info.objects) info.forms[object] = {{"plain", {"name"}}, {"lookup", {"name", "nav"}}};
  return {info};
}

/// "class direction fixed: there; loss" of the first row of field x.
std::string said(const std::string& type, const std::string& binding, const std::string& more = "") {
  const Loaded loaded = load("types: {thing: {fields: {x: " + type + ", y: text, up: {type: reference, to: thing}, out: {type: reference, to: thing}}}}",
                             "mapping: thing\nparents: [up, out]\nsystems: {crm: {object: Human}}\nfields: {x: {" + more + "in: {crm: " + binding +
                                 "}}, up: {in: {crm: {one_of: Ref}}}, out: {in: {crm: {one_of: Ref}}}}\n",
                             explained_crm());
  EXPECT_EQ(loaded.findings, "") << binding;
  const FieldExplanation row = loaded.at("thing", "crm").explain().front();
  static constexpr const char* kDirections[] = {"both", "in", "out", "out_leave"};
  return std::string(to_string(row.lens_class)) + " " + kDirections[static_cast<int>(row.direction)] + (row.fixed_point ? " fixed: " : " not fixed: ") +
         row.wire + "; " + row.loss;
}

TEST(Explain, SaysClassDirectionPlaceAndLoss) {
  EXPECT_EQ(said("text", "Name"), "iso both fixed: Human.Name; ");
  EXPECT_EQ(said("text", "{field: Name, lens: truncate(5)}"),
            "lens both fixed: Human.Name; cut to 5 characters; the rest stays in the hub until someone edits the field there");
  EXPECT_EQ(said("text", "{field: Name, lens: lower}"), "lens both fixed: Human.Name; what differs in case or blanks alone counts as equal there");
  EXPECT_EQ(said("html", "{field: Name, lens: html_text}"), "lossy both fixed: Human.Name; markup does not travel there");
  EXPECT_EQ(said("text", "{field: Name, direction: in}"), "one-way in fixed: Human.Name; ");
  EXPECT_EQ(said("text", "{field: Name, direction: out}"), "one-way out fixed: Human.Name; ");
  EXPECT_EQ(said("text", "Name", "direction: {crm: out}, "), "one-way out fixed: Human.Name; ");
  EXPECT_EQ(said("text", "{constant: a}"), "one-way in fixed: Human: always \"a\"; ");
  EXPECT_EQ(said("{type: enum, options: [a, b, c]}", "{field: E, enum: {map: {a: A, b: B, c: B}, read: {B: b}}}"),
            "lens both fixed: Human.E; c reads back as b (the hub keeps the finer one)");
  EXPECT_EQ(said("{type: enum, options: [a, b, c]}", "{field: E, enum: {a: A, b: B}}"), "lens both fixed: Human.E; no word there for c: not sent");
  EXPECT_EQ(said("boolean", "{field: B, blank: false}"), "lens both fixed: Human.B; blank stands there as false");
  EXPECT_EQ(said("text", "{field: Name, when: y is not null}"), "lens both fixed: Human.Name; written only when y is not null");
}

TEST(Explain, ReferencesThatShareAPlaceAreLossy) {
  const Loaded loaded = load("types: {thing: {fields: {up: {type: reference, to: thing}}}}",
                             "mapping: thing\nsystems: {crm: {object: Human}}\nfields: {up: {in: {crm: {one_of: Ref}}}}\n", explained_crm());
  const FieldExplanation row = loaded.at("thing", "crm").explain().front();
  EXPECT_EQ(row.lens_class, LensClass::lossy);
  EXPECT_TRUE(row.fixed_point);
  EXPECT_EQ(row.loss, "one place for several references: the others stay in the hub");
}

TEST(Explain, FindsOutWhatAStepDoesNotAdmit) {
  // Two canonical words with one wire word each way round: written a, read b, written b, read a, for ever.
  EXPECT_EQ(said("{type: enum, options: [a, b]}", "{field: E, enum: {map: {a: A, b: B}, read: {A: b, B: a}}}").substr(0, 20), "lossy both not fixed");
  // Declared iso; but not every text is one of the table's words.
  EXPECT_EQ(said("text", "{field: E, enum: {map: {a: A, b: A}, read: {A: a}}}").substr(0, 16), "lens both fixed:");
  // A set whose words hold the delimiter is not sent.
  EXPECT_EQ(said("set", "{field: S, lens: delimited(;)}"), "lens both fixed: Human.S; a set with ';' in a word is not sent");
}

TEST(Explain, CoversEveryShippedFieldOfEveryVariant) {
  for (const ShippedMapping& one : shipped_mappings()) {
    const auto rows = one.mapping->explain();
    for (std::size_t variant = 0; variant < one.mapping->variant_count(); ++variant)
      for (std::size_t i = 0; i < one.type->fields.size(); ++i) {
        const FieldIndex field{static_cast<std::uint16_t>(i)};
        if (!one.mapping->reads(variant, field) && !one.mapping->writes(variant, field)) continue;
        const std::string& name = one.type->fields[i].name;
        const bool told = std::any_of(rows.begin(), rows.end(), [&](const FieldExplanation& row) {
          return (row.field == name || row.field.starts_with(name + ".")) && (row.variant.empty() || row.variant == one.mapping->variant_name(variant));
        });
        EXPECT_TRUE(told) << one.name() << " " << name;
      }
  }
}

}  // namespace
}  // namespace lockstep::mapping

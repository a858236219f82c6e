// What a compiled mapping does beyond single lenses: variants, references, groups, defaults, blank, absent.
#include <gtest/gtest.h>

#include <algorithm>

#include "test/mapping/shipped.h"

namespace lockstep::mapping {
namespace {

constexpr const char* kPeople = R"(
types:
  company:
    fields: {name: text}
  person:
    fields:
      name: {type: text, required: true}
      nick: text
      mail: email
      active: boolean
      level: {type: enum, options: [low, middle, high]}
      score: decimal
      tags: set
      note: text
      born: date
      home: {type: group, members: {street: text, city: text}}
      employer: {type: reference, to: company}
      friend: {type: reference, to: person}
)";

std::vector<ConnectorInfo> people_crm() {
  ConnectorInfo info;
  info.name = "crm";
  info.objects = {"Firm", "Human", "Robot"};
  for (const std::string& object : info.objects) info.forms[object] = {{"plain", {"name"}}, {"lookup", {"name", "nav"}}};
  return {info};
}

const std::string kCompanies = "mapping: company\nsystems: {crm: {object: Firm}}\nfields: {name: {in: {crm: Name}}}\n";

/// A mapping of person with these fields, and one of company beside it.
Loaded person(const std::string& fields, const std::string& system = "object: Human") {
  Loaded loaded;
  grammar::Findings findings;
  loaded.model = load_model({*grammar::parse_text(kPeople, "model.yaml")}, findings);
  const auto file = grammar::parse_text("mapping: person\nsystems: {crm: {" + system + "}}\nparents: [employer, friend]\nfields:\n" + fields, "mapping.yaml");
  EXPECT_TRUE(file) << file.error().message;
  loaded.mappings = load_mappings({*grammar::parse_text(kCompanies, "company.yaml"), *file}, loaded.model, people_crm(), findings);
  for (const auto& finding : findings) loaded.findings += finding.text() + "\n";
  return loaded;
}

struct Person {
  explicit Person(const std::string& fields, const std::string& system = "object: Human")
      : loaded(person(fields, system)), mapping(loaded.at("person", "crm")) {}

  FieldIndex index(const std::string& field) const { return *loaded.model.at(mapping.type()).find(field); }
  Fields fields(const std::vector<std::pair<std::string, Value>>& values) const {
    Fields all(loaded.model.at(mapping.type()).fields.size());
    for (const auto& [name, value] : values) all[index(name).value()] = value;
    return all;
  }
  /// "Name=Ada Level=2", problems behind a bar.
  std::string put(const std::vector<std::pair<std::string, Value>>& values, bool creating = false, std::size_t variant = 0) const {
    std::vector<FieldIndex> which;
    for (const auto& [name, value] : values) which.push_back(index(name));
    std::vector<GetProblem> problems;
    return show(mapping.put(variant, fields(values), which, creating, problems), problems, variant);
  }
  std::string show(const Slots& slots, const std::vector<GetProblem>& problems, std::size_t variant = 0) const {
    std::string text;
    const auto& specs = mapping.selection(variant).slots;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      if (!slots[i]) continue;
      std::string name;
      for (const auto& [key, value] : specs[i].arguments)
        if (key == "name") name = *value.get<std::string>();
      const RemoteId* remote = slots[i]->get<RemoteId>();
      text += (text.empty() ? "" : " ") + name + "=" + (remote ? remote->object + ":" + remote->id : to_json(*slots[i]));
    }
    for (const GetProblem& problem : problems) text += " | " + problem.message;
    return text;
  }
  std::size_t slot(const std::string& name, std::size_t variant = 0) const {
    const auto& specs = mapping.selection(variant).slots;
    for (std::size_t i = 0; i < specs.size(); ++i)
      for (const auto& [key, value] : specs[i].arguments)
        if (key == "name" && *value.get<std::string>() == name) return i;
    ADD_FAILURE() << name;
    return 0;
  }
  Slots row(const std::vector<std::pair<std::string, Value>>& values, std::size_t variant = 0) const {
    Slots slots(mapping.selection(variant).slots.size());
    for (const auto& [name, value] : values) slots[slot(name, variant)] = value;
    return slots;
  }
  /// One field as JSON, "absent", or its problem.
  std::string get(const std::string& field, const std::vector<std::pair<std::string, Value>>& values, std::size_t variant = 0) const {
    std::vector<GetProblem> problems;
    const Fields got = mapping.get(variant, row(values, variant), problems);
    for (const GetProblem& problem : problems)
      if (problem.field == index(field)) return "problem: " + problem.message;
    const auto& value = got[index(field).value()];
    const RemoteId* remote = value ? value->get<RemoteId>() : nullptr;
    return !value ? "absent" : remote ? remote->object + ":" + remote->id : to_json(*value);
  }
  bool same(const std::string& field, const Value& a, const Value& b) const { return mapping.equivalent(index(field), a, b); }

  Loaded loaded;
  const EntityMapping& mapping;
};

Value group(const char* street, const char* city) {
  const auto part = [](const char* text) { return *text ? Value(text) : Value{}; };
  return Value(Map{{"city", part(city)}, {"street", part(street)}});
}

TEST(CompiledMapping, TellsAbsentNullAndEmptyApart) {
  const Person p("  name: {in: {crm: Name}}\n  score: {in: {crm: Score}}\n  tags: {in: {crm: Tags}}\n");
  EXPECT_EQ(p.put({{"name", Value{}}}), "Name=null");
  EXPECT_EQ(p.put({{"name", Value("")}}), "Name=\"\"");
  EXPECT_EQ(p.put({{"score", Value{}}}), "Score=null");
  std::vector<GetProblem> problems;
  EXPECT_EQ(p.show(p.mapping.put(0, p.fields({}), {p.index("name")}, false, problems), problems), "");
  EXPECT_EQ(p.get("name", {}), "absent");
  EXPECT_EQ(p.get("name", {{"Name", Value{}}}), "null");
  EXPECT_EQ(p.get("name", {{"Name", Value("")}}), "\"\"");
  EXPECT_TRUE(p.same("name", Value{}, Value("")));
  EXPECT_TRUE(p.same("tags", Value{}, Value(List{})));
}

TEST(CompiledMapping, PutTouchesOnlyTheFieldsAskedFor) {
  const Person p("  name: {in: {crm: Name}}\n  nick: {in: {crm: Nick}}\n");
  std::vector<GetProblem> problems;
  const Fields all = p.fields({{"name", Value("Ada")}, {"nick", Value("A")}});
  EXPECT_EQ(p.show(p.mapping.put(0, all, {p.index("nick")}, false, problems), problems), "Nick=\"A\"");
}

TEST(CompiledMapping, AGroupIsNeverHalfWrittenNorHalfRead) {
  const Person p("  home: {in: {crm: {street: {field: Street, lens: at_most(5)}, city: City}}}\n");
  EXPECT_EQ(p.put({{"home", group("Main", "Bonn")}}), "Street=\"Main\" City=\"Bonn\"");
  EXPECT_EQ(p.put({{"home", group("Main Street", "Bonn")}}), " | longer than the 5 characters that fit there");
  EXPECT_EQ(p.put({{"home", Value{}}}), "Street=null City=null");
  EXPECT_EQ(p.get("home", {{"Street", Value("Main")}, {"City", Value{}}}), "{\"city\": null, \"street\": \"Main\"}");
  EXPECT_EQ(p.get("home", {{"Street", Value("Main")}}), "absent");
  EXPECT_EQ(p.get("home", {{"Street", Value{}}, {"City", Value("")}}), "null");
}

TEST(CompiledMapping, AFieldOfTwoSlotsIsWrittenToBothOrNeither) {
  const Person p(
      "  level:\n    in:\n      crm:\n        - {field: Level, enum: {low: L, middle: M, high: H}}\n        - {field: Rank, type: number, direction: out, "
      "enum: {low: 1, middle: 2}}\n");
  EXPECT_EQ(p.put({{"level", Value("low")}}), "Level=\"L\" Rank=1");
  EXPECT_EQ(p.put({{"level", Value("high")}}).substr(0, 30), " | no entry for 'high' in the ");
  EXPECT_EQ(p.get("level", {{"Level", Value("M")}, {"Rank", Value(Decimal{"1"})}}), "\"middle\"");
}

TEST(CompiledMapping, OfSeveralPlacesTheFirstThatIsNotBlankIsRead) {
  const Person p("  note: {in: {crm: [{field: Long}, {field: Short, direction: in}]}}\n");
  EXPECT_EQ(p.get("note", {{"Long", Value("a")}, {"Short", Value("b")}}), "\"a\"");
  EXPECT_EQ(p.get("note", {{"Long", Value{}}, {"Short", Value("b")}}), "\"b\"");
  EXPECT_EQ(p.get("note", {{"Long", Value{}}, {"Short", Value{}}}), "null");
  EXPECT_EQ(p.put({{"note", Value("c")}}), "Long=\"c\"");
}

TEST(CompiledMapping, BlankHasAStandInWhereBlankIsNotAllowed) {
  const Person p(
      "  name: {in: {crm: {field: Name, blank: (no name)}}}\n  active: {in: {crm: {field: Active, blank: false}}}\n"
      "  level: {in: {crm: {field: Level, blank: middle, enum: {low: L, middle: M, high: H}}}}\n");
  EXPECT_EQ(p.put({{"name", Value{}}}), "Name=\"(no name)\"");
  EXPECT_EQ(p.put({{"name", Value("")}}), "Name=\"(no name)\"");
  EXPECT_EQ(p.get("name", {{"Name", Value("(no name)")}}), "null");
  EXPECT_TRUE(p.same("name", Value{}, Value("(no name)")));
  EXPECT_TRUE(p.same("name", Value{}, Value("(no name)\t")));  // which a system that trims gives back as the stand-in
  EXPECT_FALSE(p.same("name", Value{}, Value("Ada (no name)")));
  EXPECT_EQ(p.put({{"active", Value{}}}), "Active=false");
  EXPECT_EQ(p.get("active", {{"Active", Value(false)}}), "false");
  EXPECT_TRUE(p.same("active", Value{}, Value(false)));
  EXPECT_FALSE(p.same("active", Value{}, Value(true)));
  EXPECT_EQ(p.put({{"level", Value{}}}), "Level=\"M\"");
  EXPECT_EQ(p.get("level", {{"Level", Value("M")}}), "\"middle\"");
  EXPECT_TRUE(p.same("level", Value("middle"), Value{}));
  EXPECT_EQ(p.put({}, true), "Name=\"(no name)\" Active=false Level=\"M\"");
}

TEST(CompiledMapping, ConstantsAndDefaultsAreForNewRecordsOnly) {
  const Person p("  name: {in: {crm: Name}}\n  level: {in: {crm: {field: Level, default: low, enum: {low: L, middle: M, high: H}}}}\n",
                 "object: Human, create: {Kind: person, Version: 3, Live: true}");
  EXPECT_EQ(p.put({{"name", Value("Ada")}}, true), "Kind=\"person\" Version=3 Live=true Name=\"Ada\" Level=\"L\"");
  EXPECT_EQ(p.put({{"name", Value("Ada")}, {"level", Value("high")}}, true), "Kind=\"person\" Version=3 Live=true Name=\"Ada\" Level=\"H\"");
  EXPECT_EQ(p.put({{"level", Value{}}}, true), "Kind=\"person\" Version=3 Live=true Level=\"L\"");
  EXPECT_EQ(p.put({{"level", Value{}}}), "Level=null");
  EXPECT_EQ(p.put({{"name", Value{}}}, true), "Kind=\"person\" Version=3 Live=true Level=\"L\"");  // nothing to clear in a new record
}

TEST(CompiledMapping, AConditionDecidesWhetherAFieldIsWritten) {
  const Person p("  name: {in: {crm: Name}}\n  note: {in: {crm: {field: Note, when: active and name is not null}}}\n  active: {in: {crm: Active}}\n");
  EXPECT_EQ(p.put({{"note", Value("n")}, {"active", Value(true)}, {"name", Value("Ada")}}), "Name=\"Ada\" Note=\"n\" Active=true");
  EXPECT_EQ(p.put({{"note", Value("n")}, {"active", Value(false)}, {"name", Value("Ada")}}), "Name=\"Ada\" Active=false");
  EXPECT_EQ(p.put({{"note", Value("n")}}), "");
  EXPECT_EQ(p.get("note", {{"Note", Value("n")}}), "\"n\"");
}

TEST(CompiledMapping, WhatALensCannotExpressIsLeftOutAndReported) {
  const Person p("  name: {in: {crm: Name}}\n  mail: {in: {crm: {field: Mail, lens: [valid_email, at_most(20)]}}}\n");
  EXPECT_EQ(p.put({{"name", Value("Ada")}, {"mail", Value("nowhere")}}), "Name=\"Ada\" | no e-mail address that is accepted there");
  EXPECT_EQ(p.get("mail", {{"Mail", Value(true)}}), "\"true\"");
  EXPECT_EQ(p.get("mail", {{"Mail", Value(Map{})}}), "problem: field 'mail' takes text, found {}");
}

TEST(CompiledMapping, WhatCannotBeReadIsAbsentAndReported) {
  const Person p("  level: {in: {crm: {field: Level, enum: {low: L}}}}\n  born: {in: {crm: Born}}\n");
  EXPECT_EQ(p.get("level", {{"Level", Value("X")}}), "problem: no entry for 'X' in the enum table; known: L");
  EXPECT_EQ(p.get("born", {{"Born", Value("soon")}}).substr(0, 8), "problem:");
}

TEST(CompiledMapping, DirectionsStopReadingOrWriting) {
  const Person p(
      "  name: {direction: {crm: in}, in: {crm: Name}}\n  nick: {in: {crm: {field: Nick, direction: out}}}\n  note: {in: {crm: {field: Note, direction: "
      "in}}}\n");
  EXPECT_FALSE(p.mapping.writes(0, p.index("name")));
  EXPECT_TRUE(p.mapping.reads(0, p.index("name")));
  EXPECT_FALSE(p.mapping.reads(0, p.index("nick")));
  EXPECT_TRUE(p.mapping.writes(0, p.index("nick")));
  EXPECT_FALSE(p.mapping.writes(0, p.index("note")));
  EXPECT_FALSE(p.mapping.writes(0, p.index("mail")));
  EXPECT_EQ(p.put({{"name", Value("a")}, {"nick", Value("b")}, {"note", Value("c")}}), "Nick=\"b\"");
  EXPECT_EQ(p.get("nick", {{"Nick", Value("b")}}), "absent");
}

TEST(CompiledMapping, ReferencesKnowTheirObjects) {
  const Person p("  employer: {in: {crm: {lookup: FirmId, nav: {Firm: FirmId}}}}\n  friend: {in: {crm: FriendId}}\n");
  EXPECT_EQ(p.put({{"employer", Value(RemoteId{"Firm", "1"})}, {"friend", Value{}}}), "FirmId=Firm:1 FriendId=null");
  EXPECT_EQ(p.get("employer", {{"FirmId", Value(RemoteId{"", "1"})}}), "Firm:1");
  EXPECT_EQ(p.get("employer", {{"FirmId", Value(RemoteId{"Human", "1"})}}), "null");
  EXPECT_EQ(p.get("employer", {{"FirmId", Value{}}}), "null");
  EXPECT_EQ(p.get("employer", {{"FirmId", Value(RemoteId{"Firm", ""})}}), "null");
  EXPECT_FALSE(p.same("employer", Value(RemoteId{"Firm", "1"}), Value(RemoteId{"Firm", "2"})));
}

TEST(CompiledMapping, ASharedSlotHoldsTheFirstParentThatIsSet) {
  const char* shared = "{one_of: {lookup: AboutId, nav: {Firm: about_firm, Human: about_human}}}";
  const Person p(std::string("  employer: {in: {crm: ") + shared + "}}\n  friend: {in: {crm: " + shared + "}}\n");
  ASSERT_EQ(p.mapping.selection(0).slots.size(), 1u);
  const Value firm(RemoteId{"Firm", "1"}), human(RemoteId{"Human", "2"});
  EXPECT_EQ(p.put({{"employer", firm}, {"friend", human}}), "AboutId=Firm:1");
  EXPECT_EQ(p.put({{"friend", human}, {"employer", Value{}}}), "AboutId=Human:2");
  EXPECT_EQ(p.put({{"employer", Value{}}, {"friend", Value{}}}), "AboutId=null");
  // The other parent stands in the slot: of this one nothing is known.
  EXPECT_EQ(p.get("friend", {{"AboutId", firm}}), "absent");
  EXPECT_EQ(p.get("employer", {{"AboutId", firm}}), "Firm:1");
  // Who comes after it stands there, so the first one does not.
  EXPECT_EQ(p.get("employer", {{"AboutId", human}}), "null");
  EXPECT_EQ(p.get("employer", {{"AboutId", Value{}}}), "null");
  // A change of the one that is not shown there touches nothing.
  std::vector<GetProblem> problems;
  EXPECT_EQ(p.show(p.mapping.put(0, p.fields({{"employer", firm}, {"friend", human}}), {p.index("friend")}, false, problems), problems), "");
  // Where the first one goes, the next takes its place at once: the slot is never empty in between.
  EXPECT_EQ(p.show(p.mapping.put(0, p.fields({{"employer", Value{}}, {"friend", human}}), {p.index("employer")}, false, problems), problems),
            "AboutId=Human:2");
}

TEST(CompiledMapping, AFieldWhoseConditionDoesNotHoldIsNotExpressed) {
  const char* shared = "{one_of: {lookup: AboutId, nav: {Firm: about_firm, Human: about_human}, when: employer is not null or friend is not null}}";
  const Person p(std::string("  employer: {in: {crm: ") + shared + "}}\n  friend: {in: {crm: " + shared + "}}\n");
  const Value human(RemoteId{"Human", "2"});
  EXPECT_TRUE(p.mapping.expresses(0, p.fields({{"employer", Value{}}, {"friend", human}}), p.index("employer")));
  EXPECT_FALSE(p.mapping.expresses(0, p.fields({{"employer", Value{}}, {"friend", Value{}}}), p.index("employer")));
  EXPECT_EQ(p.put({{"employer", Value{}}, {"friend", Value{}}}), "");
}

constexpr const char* kVariants =
    "variants: {robot: {object: Robot, when: 'level == \"low\"'}, "
    "boss: {object: Human, when: 'level == \"high\"', is: 'Rank == \"1\"', create: {Rank: \"1\"}}, "
    "human: {object: Human, when: 'level == \"middle\"', is: 'not (Rank in [\"1\", \"2\"])'}}";
constexpr const char* kVariantFields =
    "  name: {in: {crm: {robot: Serial, else: Name}}}\n  note: {in: {crm: {boss: {field: Note, lens: truncate(3)}, else: null}}}\n"
    "  level: {in: {crm: {robot: {constant: low}, boss: {constant: high}, human: {constant: middle}}}}\n";

TEST(CompiledMapping, EachRecordIsExactlyOneObject) {
  const Person p(kVariantFields, kVariants);
  ASSERT_EQ(p.mapping.variant_count(), 3u);
  EXPECT_EQ(p.mapping.variant_for(p.fields({{"level", Value("low")}})), 0u);
  EXPECT_EQ(p.mapping.variant_for(p.fields({{"level", Value("high")}})), 1u);
  EXPECT_EQ(p.mapping.variant_for(p.fields({{"level", Value("middle")}})), 2u);
  EXPECT_EQ(p.mapping.variant_for(p.fields({{"level", Value{}}})), std::nullopt);
  EXPECT_EQ(p.mapping.variant_for(p.fields({})), std::nullopt);
}

TEST(CompiledMapping, ARowBelongsToTheVariantWhoseConditionHolds) {
  const Person p(kVariantFields, kVariants);
  EXPECT_EQ(p.mapping.variant_of("Robot", p.row({}, 0)), 0u);
  EXPECT_EQ(p.mapping.variant_of("Human", p.row({{"Rank", Value("1")}}, 1)), 1u);
  EXPECT_EQ(p.mapping.variant_of("Human", p.row({{"Rank", Value("2")}}, 1)), std::nullopt);
  EXPECT_EQ(p.mapping.variant_of("Human", p.row({{"Rank", Value{}}}, 1)), 2u);
  EXPECT_EQ(p.mapping.variant_of("Human", p.row({}, 1)), 2u);
  EXPECT_EQ(p.mapping.variant_of("Firm", {}), std::nullopt);
  EXPECT_EQ(p.mapping.variant_of_link("Human", p.fields({{"level", Value("middle")}})), 2u);
  EXPECT_EQ(p.mapping.variant_of_link("Human", p.fields({{"level", Value("low")}})), 1u);
  EXPECT_EQ(p.mapping.variant_of_link("Firm", p.fields({})), std::nullopt);
}

TEST(CompiledMapping, VariantsOfOneObjectShareItsSelection) {
  const Person p(kVariantFields, kVariants);
  EXPECT_EQ(&p.mapping.selection(1), &p.mapping.selection(2));
  EXPECT_EQ(p.put({{"name", Value("R2")}}, true, 0), "Serial=\"R2\"");
  EXPECT_EQ(p.put({{"name", Value("Ada")}, {"note", Value("abcd")}}, true, 1), "Rank=\"1\" Name=\"Ada\" Note=\"abc\"");
  EXPECT_EQ(p.put({{"name", Value("Ada")}, {"note", Value("abcd")}}, true, 2), "Name=\"Ada\"");
  EXPECT_EQ(p.get("level", {}, 2), "\"middle\"");
  EXPECT_EQ(p.get("note", {{"Note", Value("x")}}, 2), "absent");
}

TEST(CompiledMapping, AConstantStandsForEverythingThatHasNoVariantOfItsOwn) {
  const Person p("  level: {in: {crm: {robot: {constant: low}, human: {constant: middle}}}}\n",
                 "variants: {robot: {object: Robot, when: 'level == \"low\"'}, human: {object: Human, when: 'level in [\"middle\", \"high\"]'}}");
  EXPECT_TRUE(p.same("level", Value("high"), Value("middle")));  // stands there as middle
  EXPECT_FALSE(p.same("level", Value("low"), Value("middle")));  // would be a robot
  EXPECT_TRUE(p.same("level", Value("low"), Value("low")));
}

TEST(CompiledMapping, EqualityIsWhatSurvivesTheTrip) {
  const Person p(
      "  name: {in: {crm: {field: Name, lens: truncate(4)}}}\n  nick: {in: {crm: {field: Nick, lens: lower}}}\n  score: {in: {crm: {field: Score, lens: "
      "round(1)}}}\n");
  EXPECT_TRUE(p.same("name", Value("abcdef"), Value("abcd")));
  EXPECT_FALSE(p.same("name", Value("abcdef"), Value("abce")));
  EXPECT_TRUE(p.same("nick", Value("ADA"), Value("ada")));
  EXPECT_TRUE(p.same("score", Value(Decimal{"1.26"}), Value(Decimal{"1.3"})));
  EXPECT_FALSE(p.same("score", Value(Decimal{"1.26"}), Value(Decimal{"1.2"})));
  EXPECT_TRUE(p.same("mail", Value("ADA@example.com"), Value("ada@example.com")));  // not mapped: by normal form
}

TEST(CompiledMapping, KeysAreLookedForWhereTheyStandAsTheyAre) {
  const Person p(
      "  mail: {in: {crm: {field: Mail, lens: [lower, valid_email, at_most(80)]}}}\n  name: {in: {crm: {field: Name, lens: truncate(4)}}}\n  nick: {in: {crm: "
      "Nick}}\n");
  EXPECT_EQ(p.mapping.key_slot(0, p.index("mail")), p.slot("Mail"));
  EXPECT_EQ(p.mapping.key_slot(0, p.index("nick")), p.slot("Nick"));
  EXPECT_EQ(p.mapping.key_slot(0, p.index("name")), std::nullopt);  // may be cut there
  EXPECT_EQ(p.mapping.key_slot(0, p.index("note")), std::nullopt);
}

TEST(CompiledMapping, TheVersionChangesWithTheMeaningOnly) {
  const auto version = [](const std::string& fields) { return Person(fields).mapping.version(); };
  const std::string base = version("  name: {in: {crm: Name}}\n");
  EXPECT_EQ(base.size(), 16u);
  EXPECT_EQ(version("  name: {in: {crm: Name}}\n"), base);
  EXPECT_EQ(version("  name: {merge: longest, in: {crm: Name}}\n"), base);
  EXPECT_NE(version("  name: {in: {crm: FullName}}\n"), base);
  EXPECT_NE(version("  name: {in: {crm: {field: Name, lens: truncate(5)}}}\n"), base);
}

TEST(CompiledMapping, PoliciesAreAsWritten) {
  const Person p(
      "  name: {merge: {owner: crm}, blank: never_overwrites, in: {crm: Name}}\n  nick: {merge: {prefer: [crm, hub]}, in: {crm: Nick}}\n"
      "  note: {merge: longest, direction: {crm: out}, in: {crm: Note}}\n");
  EXPECT_EQ(p.mapping.policy(p.index("name")).strategy, Strategy::owner);
  EXPECT_TRUE(p.mapping.policy(p.index("name")).blank_never_overwrites);
  EXPECT_EQ(p.mapping.policy(p.index("nick")).strategy, Strategy::prefer);
  EXPECT_EQ(p.mapping.policy(p.index("note")).strategy, Strategy::longest);
  EXPECT_EQ(p.mapping.policy(p.index("note")).direction, Direction::out);
  EXPECT_EQ(p.loaded.mappings[p.mapping.type().value()].orders.at("nick"), (std::vector<std::string>{"crm", "hub"}));
}

}  // namespace
}  // namespace lockstep::mapping

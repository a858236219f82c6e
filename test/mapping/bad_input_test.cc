// What a wrong model or mapping is answered with: place, what was found, what is allowed, the nearest name.
#include <gtest/gtest.h>

#include "test/mapping/shipped.h"

namespace lockstep::mapping {
namespace {

constexpr const char* kModel = R"(types:
  company: {fields: {name: text}}
  person:
    fields:
      name: text
      born: date
      active: boolean
      level: {type: enum, options: [low, middle, high]}
      home: {type: group, members: {street: text, city: text}}
      employer: {type: reference, to: company}
      boss: {type: reference, to: person}
)";

std::vector<ConnectorInfo> crm() {
  ConnectorInfo info;
  info.name = "crm";
  info.objects = {"Firm", "Human"};
  for (const std::string& object : info.objects) info.forms[object] = {{"plain", {"name"}}, {"lookup", {"name", "nav"}}};
  ConnectorInfo other = info;
  other.name = "helpdesk";
  return {info, other};
}

std::string said_of_model(const std::string& text) { return load(text, "mapping: x\nsystems: {}\nfields: {}\n", crm()).findings; }
std::string said_of(const std::string& mapping) { return load(kModel, mapping, crm()).findings; }
std::string said_of_field(const std::string& line, const std::string& system = "object: Human") {
  return said_of("mapping: person\nsystems: {crm: {" + system + "}}\nfields:\n  " + line + "\n");
}

struct Bad {
  std::string text;
  const char* said;
};

void expect_said(const std::vector<Bad>& cases, std::string (*of)(const std::string&)) {
  for (const Bad& bad : cases) {
    const std::string said = of(bad.text);
    EXPECT_NE(said.find(bad.said), std::string::npos) << bad.text << "\n--- said:\n" << said << "--- expected:\n" << bad.said;
  }
}

TEST(BadModel, EveryMistakeHasItsPlaceAndAWayOut) {
  expect_said({{"types:\n  a: {fields: {x: txet}}\n", "model.yaml:2:19: error: expected one of text, email, phone"},
               {"types:\n  a: {fields: {x: {type: enmu}}}\n", "model.yaml:2:26: error: expected one of"},
               {"types:\n  a: {fields: {x: {type: enmu}}}\n", "did you mean 'enum'?"},
               {"types:\n  a: {feilds: {x: text}}\n",
                "model.yaml:2:7: error: unknown key 'feilds' in entity_type; allowed: label, append_only, fields; did you mean 'fields'?"},
               {"types:\n  a: {fields: {x: {type: text, requird: true}}}\n", "did you mean 'required'?"},
               {"types:\n  a: {fields: {x: {type: text, required: maybe}}}\n", "expected true or false, found 'maybe'"},
               {"types:\n  a: {fields: {x: {type: decimal, scale: 99}}}\n", "expected a whole number from 0 to 20, found '99'"},
               {"types:\n  a: {fields: {x: {type: group}}}\n", "model.yaml:2:19: error: group 'x' has no members"},
               {"types:\n  a: {fields: {x: {type: group, members: {y: {type: group, members: {z: text}}}}}}\n",
                "member 'y' of a group can be neither group nor reference"},
               {"types:\n  a: {fields: {x: {type: reference}}}\n", "reference 'x' needs 'to: <entity type>'"},
               {"types:\n  a: {fields: {x: {type: reference, to: b}}}\n", "reference 'a.x' points to unknown type 'b'"},
               {"types:\n  acount: {fields: {x: text}}\n  a: {fields: {x: {type: reference, to: account}}}\n", "did you mean 'acount'?"},
               {"types:\n  a: {fields: {x: {type: enum}}}\n", "model.yaml:2:19: error: enum 'x' has no options"},
               {"types:\n  a: {fields: {x: {type: enum, options: [u, v, u]}}}\n", "option 'u' of 'x' is there twice"},
               {"types:\n  a: {fields: {x: {type: text, options: [u]}}}\n", "'options' are for enum and set; 'x' is text"},
               {"types:\n  a: {fields: {x: {type: text, scale: 2}}}\n", "'scale' is for decimal; 'x' is text"},
               {"types:\n  a: {fields: {x: {type: text, to: a}}}\n", "'to' is for reference; 'x' is text"},
               {"types:\n  a: {fields: {x: {type: text, members: {y: text}}}}\n", "'members' are for group; 'x' is text"},
               {"types: [a]\n", "model.yaml:1:8: error: expected a map"},
               {"typs: {}\n", "did you mean 'types'?"},
               {"types: {a: {fields: {x: text, x: date}}}\n", "model.yaml:1:"},
               {"types: {a: {fields: {x: text}\n", "model.yaml:"},
               {"types: {a: &a {fields: *a}}\n", "model.yaml:"},
               {"\x01", "model.yaml:"}},
              said_of_model);
}

TEST(BadMapping, OfTheFile) {
  expect_said({{"maping: person\nsystems: {}\nfields: {}\n", "mapping.yaml:1:1: error: unknown key 'maping' in mapping"},
               {"mapping: persn\nsystems: {}\nfields: {}\n",
                "mapping.yaml:1:10: error: mapping for unknown entity type 'persn'; the model has company, person; did you mean 'person'?"},
               {"mapping: person\nsystems: {crmm: {object: Human}}\nfields: {}\n",
                "mapping.yaml:2:11: error: unknown connector 'crmm'; known: crm, helpdesk; did you mean 'crm'?"},
               {"mapping: person\nsystems: {crm: {object: Humen}}\nfields: {}\n",
                "mapping.yaml:2:25: error: connector 'crm' has no object 'Humen'; it has Firm, Human; did you mean 'Human'?"},
               {"mapping: person\nsystems: {crm: {objct: Human}}\nfields: {}\n", "did you mean 'object'?"},
               {"mapping: person\nsystems: {crm: {when: 'true'}}\nfields: {}\n", "crm needs 'object' or 'variants'"},
               {"mapping: person\nsystems: {crm: {object: Human, otherwise: drop}}\nfields: {}\n", "expected 'skip', found 'drop'"},
               {"mapping: person\nsystems: {crm: {object: Human}}\nfields:\n  nmae: {in: {crm: Name}}\n",
                "mapping.yaml:4:3: error: entity type 'person' has no field 'nmae'; did you mean 'name'?"},
               {"mapping: person\nsystems: {crm: {object: Human}}\nfields:\n  name: {in: {helpdesk: Name}}\n",
                "mapping.yaml:4:15: error: 'helpdesk' is not among this mapping's systems"},
               {"mapping: person\nsystems: {crm: {object: Human}}\nfields:\n  name: {direction: {crn: in}, in: {crm: Name}}\n",
                "'crn' is not among this mapping's systems; did you mean 'crm'?"},
               {"mapping: person\nmatch: [name, [born, nam]]\nsystems: {crm: {object: Human}}\nfields: {}\n",
                "mapping.yaml:2:22: error: match key names unknown field 'nam'; did you mean 'name'?"},
               {"mapping: person\nparents: [employr]\nsystems: {crm: {object: Human}}\nfields: {}\n",
                "mapping.yaml:2:11: error: 'parents' names unknown field 'employr'; did you mean 'employer'?"},
               {"mapping: person\nsystems: {crm: {object: Human, when: 'nme == \"x\"'}}\nfields: {}\n", "mapping.yaml:2:38: error: when: "},
               {"mapping: person\nsystems: {crm: {object: Human, when: 'name =='}}\nfields: {}\n", "error: when: "},
               {"mapping: person\nsystems: {crm: {variants: {a: {when: 'true'}}}}\nfields: {}\n", "'object' is missing in variant"},
               {"mapping: person\nsystems: {crm: {variants: {a: {object: Human, is: 'Rank =='}}}}\nfields: {}\n", "error: is: "},
               {"mapping: person\nsystems: {crm: {object: Human}}\nfields: {name: {in: {crm: Name}}, name: {in: {crm: Name}}}\n", "mapping.yaml:3:"},
               {"mapping: person\nsystems: {crm: {object: Human}\n", "mapping.yaml:"},
               {"mapping: [person]\n", "mapping.yaml:1:10: error: expected text, found a list"},
               {"- mapping\n", "mapping.yaml:1:1: error: expected a map (mapping), found a list"},
               {"", "mapping.yaml"}},
              said_of);
}

TEST(BadMapping, OfTheFieldsPolicy) {
  const auto of = [](const std::string& line) { return said_of_field(line); };
  expect_said({{"name: {merge: last_write_win, in: {crm: Name}}", "did you mean 'last_write_wins'?"},
               {"name: {merge: {owners: crm}, in: {crm: Name}}", "did you mean 'owner'?"},
               {"name: {blank: never, in: {crm: Name}}", "expected one of value, never_overwrites, found 'never'"},
               {"name: {direction: {crm: inn}, in: {crm: Name}}", "expected one of both, in, out, out_leave, found 'inn'; did you mean 'in'?"},
               {"name: {inn: {crm: Name}}", "mapping.yaml:4:10: error: unknown key 'inn' in mapped_field"}},
              +of);
}

TEST(BadMapping, OfABinding) {
  const auto of = [](const std::string& line) { return said_of_field(line); };
  expect_said(
      {{"name: {in: {crm: {feild: Name}}}",
        "mapping.yaml:4:20: error: a binding of Human needs a field name, or one of field, constant, plain, lookup; found feild; did you mean 'field'?"},
       {"name: {in: {crm: {field: Name, lense: trim}}}",
        "mapping.yaml:4:34: error: unknown key 'lense' in a binding; allowed: lens, enum, type, default, blank, when, direction, field; did you mean 'lens'?"},
       {"name: {in: {crm: {field: [a]}}}", "'field' takes the name of a field there"},
       {"name: {in: {crm: {field: Name, lens: truncat(5)}}}", "mapping.yaml:4:40: error: unknown lens 'truncat'; known: at_most"},
       {"name: {in: {crm: {field: Name, lens: [trim, lwer]}}}", "mapping.yaml:4:47: error: unknown lens 'lwer'"},
       {"name: {in: {crm: {field: Name, lens: {trim: 1}}}}", "'lens' takes a step or a list of steps"},
       {"name: {in: {crm: {field: Name, lens: [[trim]]}}}", "a step is a text as truncate(255)"},
       {"born: {in: {crm: {field: Born, lens: truncate(5)}}}", "mapping.yaml:4:40: error: lens 'truncate': takes text, but field 'born' is a date here"},
       {"born: {in: {crm: {field: Born, lens: [day, truncate(5)]}}}", "takes text, but field 'born' is an instant here"},
       {"name: {in: {crm: {field: Name, type: nubmer}}}",
        "mapping.yaml:4:40: error: type is one of text, boolean, number, instant, date, set, reference, json, found 'nubmer'; did you mean 'number'?"},
       {"active: {in: {crm: {field: Active, type: text}}}", "field 'active' is a boolean here and cannot travel as text"},
       {"name: {in: {crm: {field: Name, direction: sideways}}}", "direction is one of both, in, out, found 'sideways'"},
       {"name: {in: {crm: {field: Name, when: 'nmae == 1'}}}", "mapping.yaml:4:40: error: when: "},
       {"active: {in: {crm: {field: Active, default: perhaps}}}", "mapping.yaml:4:47: error: field 'active' takes true or false, found \"perhaps\""},
       {"level: {in: {crm: {field: Level, blank: lwo, enum: {low: L, middle: M, high: H}}}}",
        "field 'level' takes one of low, middle, high, found 'lwo', did you mean 'low'?"},
       {"level: {in: {crm: {field: Level, blank: high, enum: {low: L}}}}", "no entry for 'high' in the enum table; known: low"},
       {"name: {in: {crm: {field: Name, blank: a, default: b}}}", "'blank' already says what stands there instead of blank"},
       {"name: {in: {crm: {field: Name, blank: \"\"}}}", "blank cannot stand for blank"},
       {"level: {in: {crm: {constant: middel}}}", "found 'middel', did you mean 'middle'?"},
       {"level: {in: {crm: {constant: low, lens: trim}}}", "unknown key 'lens' in a binding; allowed: constant"},
       {"name: {in: {crm: {one_of: {field: Name}}}}", "one_of is for references; field 'name' is none"}},
      +of);
}

TEST(BadMapping, OfAnEnum) {
  const auto of = [](const std::string& line) { return said_of_field(line); };
  expect_said({{"level: {in: {crm: {field: L, enum: {lwo: L}}}}",
                "mapping.yaml:4:39: error: 'lwo' is no option of field 'level': low, middle, high; did you mean 'low'?"},
               {"level: {in: {crm: {field: L, enum: {map: {low: L}, red: {L: low}}}}}",
                "unknown key 'red' in enum; allowed: map, read, otherwise, unknown; did you mean 'read'?"},
               {"level: {in: {crm: {field: L, enum: {map: {low: L}, read: {X: lowe}}}}}", "'lowe' is no option of field 'level'"},
               {"level: {in: {crm: {field: L, enum: {map: {low: L}, otherwise: none}}}}", "'none' is no option of field 'level'"},
               {"level: {in: {crm: {field: L, enum: {map: {low: L}, unknown: drop}}}}", "unknown is one of park, keep, found 'drop'"},
               {"level: {in: {crm: {field: L, enum: {low: A, middle: A, high: B}}}}",
                "mapping.yaml:4:55: error: 'A' stands for both 'low' and 'middle'; name the one it is read as: {map: {…}, read: {\"A\": low}}"},
               {"level: {in: {crm: {field: L, enum: {low: [A]}}}}", "'low' needs a word that stands for it there"},
               {"level: {in: {crm: {field: L, enum: [low]}}}", "enum takes a map"},
               {"born: {in: {crm: {field: L, enum: {low: A}}}}", "enum is for options, texts and sets; field 'born' is a date"}},
              +of);
}

TEST(BadMapping, TwoFieldsThatWriteOnePlaceAreWarnedOf) {
  EXPECT_NE(said_of_field("name: {in: {crm: Name}}\n  level: {in: {crm: {field: Name}}}")
                .find("mapping.yaml:5:21: warning: 'level' is written to the same place in crm as 'name'; give one of them 'direction: in'"),
            std::string::npos)
      << said_of_field("name: {in: {crm: Name}}\n  level: {in: {crm: {field: Name}}}");
  EXPECT_EQ(said_of_field("name: {in: {crm: Name}}\n  level: {in: {crm: {field: Name, direction: in}}}"), "");
  EXPECT_EQ(said_of_field("name: {in: {crm: {field: Name, when: active}}}\n  level: {in: {crm: {field: Name, when: not active}}}"), "");
}

TEST(BadMapping, OfGroupsReferencesAndVariants) {
  const auto of = [](const std::string& line) { return said_of_field(line); };
  expect_said({{"home: {in: {crm: {street: Street}}}", "mapping.yaml:4:20: error: group 'home' lacks member 'city': a group is mapped whole or not at all"},
               {"home: {in: {crm: {street: Street, city: City, town: Town}}}", "group 'home' has no member 'town'; members: street, city"},
               {"home: {in: {crm: {street: {field: S, when: active}, city: City}}}", "'when' cannot stand at a member"},
               {"home: {in: {crm: {street: {field: S, direction: in}, city: City}}}", "its direction stands at the field, not at a member"},
               {"employer: {in: {crm: FirmId}}", "field 'employer' points to a type that is not mapped to crm"},
               {"boss: {in: {crm: {lookup: BossId}}}", "form 'lookup' of Human needs 'nav'"},
               {"boss: {in: {crm: {lookup: BossId, nav: {Humna: boss}}}}", "connector 'crm' has no object 'Humna'; it has Firm, Human; did you mean 'Human'?"},
               {"boss: {in: {crm: {lookup: BossId, nav: {Firm: boss}}}}", "field 'boss' may point to Human, which is not named here"}},
              +of);
  const std::string variants = "variants: {worker: {object: Human}, firm: {object: Firm}}";
  EXPECT_NE(said_of_field("name: {in: {crm: {wroker: Name, else: Title}}}", variants)
                .find("mapping.yaml:4:21: error: 'wroker' is no variant of crm; allowed: else, worker, firm; did you mean 'worker'?"),
            std::string::npos)
      << said_of_field("name: {in: {crm: {wroker: Name, else: Title}}}", variants);
  EXPECT_EQ(said_of_field("name: {in: {crm: {worker: Name, else: Title}}}", variants), "");
}

TEST(BadMapping, EveryMistakeOfAFileIsToldAtOnce) {
  const std::string said = said_of(
      "mapping: person\nsystems: {crm: {object: Human}}\nfields:\n  nmae: {in: {crm: N}}\n  born: {in: {crm: {field: B, lens: trm}}}\n  level: {in: {crm: "
      "{feild: L}}}\n");
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 3) << said;
}

TEST(ModelFiles, ALaterFileAddsFieldsAndTypes) {
  grammar::Findings findings;
  const Model model =
      load_model({*grammar::parse_text("types: {a: {label: A, fields: {x: text, y: text}}}", "1"),
                  *grammar::parse_text(
                      "types: {a: {append_only: true, fields: {y: {type: date, label: Day}, z: text}}, b: {fields: {to_a: {type: reference, to: a}}}}", "2")},
                 findings);
  EXPECT_TRUE(findings.empty());
  ASSERT_EQ(model.types.size(), 2u);
  const EntityType& a = model.types[0];
  EXPECT_EQ(a.label, "A");
  EXPECT_TRUE(a.append_only);
  ASSERT_EQ(a.fields.size(), 3u);
  EXPECT_EQ(a.fields[1].type, FieldType::date);
  EXPECT_EQ(a.fields[1].label, "Day");
  EXPECT_EQ(model.types[1].fields[0].targets, std::vector<std::string>{"a"});
}

TEST(MappingFiles, ALaterFileOverridesFieldByField) {
  grammar::Findings findings;
  const Model model = load_model({*grammar::parse_text(kModel, "m")}, findings);
  const auto mappings =
      load_mappings({*grammar::parse_text("mapping: person\nsystems: {crm: {object: Human}}\nfields: {name: {in: {crm: Name}}, born: {in: {crm: Born}}}", "1"),
                     *grammar::parse_text("mapping: person\nsystems: {helpdesk: {object: Human}}\nfields: {name: {in: {crm: FullName, helpdesk: N}}}", "2")},
                    model, crm(), findings);
  for (const auto& finding : findings) ADD_FAILURE() << finding.text();
  const Mapping& person = mappings[model.find("person")->value()];
  ASSERT_EQ(person.systems.size(), 2u);
  const auto& slots = person.systems.at("crm")->selection(0).slots;
  ASSERT_EQ(slots.size(), 2u);
  EXPECT_EQ(*slots[0].arguments[0].second.get<std::string>(), "FullName");
}

}  // namespace
}  // namespace lockstep::mapping

// The lens laws, for every shipped mapping, variant, field and system, with generated values. Between put and get stands
// each system's own behaviour (server_model.h): what a lens makes must be taken by it, and what it makes of that must
// come back as the same value.
#include <algorithm>

#include "test/mapping/generated.h"
#include "test/mapping/server_model.h"
#include "test/mapping/shipped.h"

namespace lockstep::mapping {
namespace {

using namespace property;

constexpr int kRuns = 40;  // of each claim about each place: there are hundreds of them

const ServerModel& server_of(const std::string& system) {
  static std::map<std::string, std::unique_ptr<ServerModel>> servers;
  auto& server = servers[system];
  if (!server) server = make_server_model(system);
  return *server;
}

/// One field of one variant.
struct Place {
  const EntityType* type;
  const EntityMapping* mapping;
  std::size_t variant;
  FieldIndex field;
  const FieldDefinition& definition() const { return type->fields[field.value()]; }
  const Selection& selection() const { return mapping->selection(variant); }
  std::string name() const {
    return type->name + "." + definition().name + " as " + selection().object + " (" + mapping->variant_name(variant) + ") in " + mapping->system();
  }
};

template <class Use>
void for_each_place(Use use) {
  for (const ShippedMapping& one : shipped_mappings())
    for (std::size_t variant = 0; variant < one.mapping->variant_count(); ++variant)
      for (std::size_t i = 0; i < one.type->fields.size(); ++i) use(Place{one.type, one.mapping, variant, FieldIndex{static_cast<std::uint16_t>(i)}});
}

/// Places that are written and hold no reference.
template <class Use>
void for_each_value_place(Use use) {
  for_each_place([&](const Place& place) {
    if (place.definition().type != FieldType::reference && place.mapping->writes(place.variant, place.field)) use(place);
  });
}

Slots put_one(const Place& place, const Value& value, bool creating, std::vector<GetProblem>& problems) {
  Fields fields(place.type->fields.size(), Value{});  // a golden record knows every field
  fields[place.field.value()] = value;
  return place.mapping->put(place.variant, fields, {place.field}, creating, problems);
}

bool nothing_in(const Slots& slots) {
  return std::ranges::none_of(slots, [](const auto& slot) { return slot.has_value(); });
}

/// The row that the system shows after the slots were written.
Slots stored(const Place& place, const Slots& sent) {
  const ServerModel& server = server_of(place.mapping->system());
  const auto& specs = place.selection().slots;
  Slots row(specs.size());
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (!sent[i]) continue;
    const auto held = server.store(place.selection().object, specs[i], *sent[i]);
    if (!held) RC_FAIL("refused " + field_name(specs[i]) + " = " + to_display(*sent[i]).substr(0, 200) + ": " + held.error().message.substr(0, 300));
    if (specs[i].readable) row[i] = *held;
    for (std::size_t other = 0; other < specs.size(); ++other)
      if (server.shows(field_name(specs[other])) == field_name(specs[i])) row[other] = *held;
  }
  return row;
}

std::optional<Value> got(const Place& place, const Slots& row) {
  std::vector<GetProblem> problems;
  const Fields fields = place.mapping->get(place.variant, row, problems);
  if (!problems.empty()) RC_FAIL("cannot be read: " + problems.front().message);
  return fields[place.field.value()];
}

/// put, store, read, get; nothing when the lens cannot express the value, which then touches no slot.
std::optional<Value> trip(const Place& place, const Value& value) {
  std::vector<GetProblem> problems;
  const Slots sent = put_one(place, value, false, problems);
  if (!problems.empty()) {
    RC_ASSERT(nothing_in(sent));
    return std::nullopt;
  }
  const auto back = got(place, stored(place, sent));
  RC_ASSERT(back.has_value());
  return back;
}

TEST(Laws, EveryMappedFieldIsThereAndMayBeWritten) {
  for (const ShippedMapping& one : shipped_mappings())
    for (std::size_t variant = 0; variant < one.mapping->variant_count(); ++variant) {
      const Selection& selection = one.mapping->selection(variant);
      for (const SlotSpec& slot : selection.slots)
        EXPECT_EQ(server_of(one.mapping->system()).objection(selection.object, slot, one.type->append_only), "") << one.name() << ": " << field_name(slot);
    }
}

TEST(Laws, WhatIsPutIsTakenAndComesBackAsTheSame) {
  for_each_value_place([](const Place& place) {
    expect_holds(
        "get(put(x)) is x: " + place.name(),
        [&] {
          const Value value = any_canonical(place.definition());
          const auto back = trip(place, value);
          if (back) RC_ASSERT(place.mapping->equivalent(place.field, value, *back));
        },
        kRuns);
  });
}

TEST(Laws, WhatCameBackIsAFixedPoint) {
  for_each_value_place([](const Place& place) {
    expect_holds(
        "a second trip changes nothing: " + place.name(),
        [&] {
          const auto back = trip(place, any_canonical(place.definition()));
          if (!back) return;
          const auto again = trip(place, *back);
          RC_ASSERT(again.has_value());
          RC_ASSERT(*again == *back);
        },
        kRuns);
  });
}

/// A row in which the fields that the place is read from hold something.
Slots any_row(const Place& place) {
  const ServerModel& server = server_of(place.mapping->system());
  const auto& specs = place.selection().slots;
  std::vector<GetProblem> ignored;
  const Slots touched = put_one(place, Value{}, false, ignored);
  Slots row(specs.size());
  for (std::size_t i = 0; i < specs.size(); ++i)
    for (std::size_t read = 0; touched[i] && read < specs.size(); ++read)
      if (specs[read].readable && (read == i || server.shows(field_name(specs[read])) == field_name(specs[i])))
        row[read] = server.held(place.selection().object, specs[read]);
  return row;
}

bool same_to_people(const FieldDefinition& field, const Value& a, const Value& b) {
  return normal_form(field, a) == normal_form(field, b) || (a.is_blank() && b.is_blank());
}

TEST(Laws, AValueThatTheSystemHoldsSurvivesBeingWrittenBack) {
  for_each_value_place([](const Place& place) {
    if (!place.mapping->reads(place.variant, place.field)) return;
    expect_holds(
        "get(put(get(r))) is get(r): " + place.name(),
        [&] {
          const auto value = got(place, any_row(place));
          RC_ASSERT(value.has_value());
          const auto back = trip(place, *value);
          if (!back) {  // an option there beyond ours was read as one that we have no word for there
            RC_ASSERT(!place.definition().options.empty());
            return;
          }
          RC_ASSERT(place.mapping->equivalent(place.field, *value, *back));
          RC_ASSERT(same_to_people(place.definition(), *value, *back));
        },
        kRuns);
  });
}

TEST(Laws, EveryOptionOfTheSystemCanBeRead) {
  for_each_place([](const Place& place) {
    if (!place.mapping->reads(place.variant, place.field) || place.definition().type == FieldType::reference) return;
    const auto& specs = place.selection().slots;
    std::vector<GetProblem> ignored;
    const Slots touched = put_one(place, Value{}, false, ignored);
    for (std::size_t i = 0; i < specs.size(); ++i) {
      if (!touched[i] || !specs[i].readable) continue;
      for (const Value& option : server_of(place.mapping->system()).options(place.selection().object, specs[i])) {
        Slots row(specs.size());
        row[i] = option;
        std::vector<GetProblem> problems;
        const Fields fields = place.mapping->get(place.variant, row, problems);
        EXPECT_TRUE(problems.empty()) << place.name() << ": " << to_display(option) << ": " << problems.front().message;
        EXPECT_TRUE(fields[place.field.value()].has_value()) << place.name() << ": " << to_display(option);
      }
    }
  });
}

TEST(Laws, EquivalenceIsReflexiveSymmetricAndTransitive) {
  for_each_value_place([](const Place& place) {
    expect_holds(
        "equivalence: " + place.name(),
        [&] {
          const auto same = [&](const Value& a, const Value& b) { return place.mapping->equivalent(place.field, a, b); };
          std::vector<Value> values{any_canonical(place.definition()), any_canonical(place.definition()), Value{}};
          if (const auto back = trip(place, values[0])) values.push_back(*back);
          values.push_back(normal_form(place.definition(), values[1]));
          const std::size_t count = values.size();
          std::vector<std::vector<bool>> equal(count, std::vector<bool>(count));
          for (std::size_t a = 0; a < count; ++a)
            for (std::size_t b = 0; b < count; ++b) equal[a][b] = same(values[a], values[b]);
          for (std::size_t a = 0; a < count; ++a) {
            RC_ASSERT(equal[a][a]);
            for (std::size_t b = 0; b < count; ++b) {
              RC_ASSERT(equal[a][b] == equal[b][a]);
              for (std::size_t c = 0; c < count; ++c) RC_ASSERT(!equal[a][b] || !equal[b][c] || equal[a][c]);
            }
          }
        },
        25);
  });
}

TEST(Laws, AbsentTouchesNothingAndBlankClearsOrStandsForBlank) {
  for_each_value_place([](const Place& place) {
    if (place.type->append_only && place.definition().required) return;  // never blank, never cleared
    std::vector<GetProblem> problems;
    const Fields absent(place.type->fields.size());
    EXPECT_TRUE(nothing_in(place.mapping->put(place.variant, absent, {place.field}, false, problems))) << place.name();
    std::vector<Value> blanks{Value{}};
    if (place.definition().type == FieldType::text || place.definition().type == FieldType::html) blanks.emplace_back("");
    if (place.definition().type == FieldType::set) blanks.emplace_back(List{});
    expect_holds(
        "blank: " + place.name(),
        [&] {
          for (const Value& blank : blanks) {
            const auto back = trip(place, blank);
            RC_ASSERT(back.has_value());
            RC_ASSERT(place.mapping->equivalent(place.field, blank, *back));
            RC_ASSERT(place.mapping->equivalent(place.field, Value{}, *back));
          }
        },
        1);
    EXPECT_TRUE(problems.empty()) << place.name();
  });
}

TEST(Laws, AGroupIsWrittenWholeOrNotAtAllAndReadTheSameWay) {
  for_each_value_place([](const Place& place) {
    if (place.definition().type != FieldType::group) return;
    expect_holds(
        "whole groups: " + place.name(),
        [&] {
          std::vector<GetProblem> problems;
          const Slots sent = put_one(place, any_canonical(place.definition()), false, problems);
          const auto count = std::ranges::count_if(sent, [](const auto& slot) { return slot.has_value(); });
          RC_ASSERT(count == 0 || static_cast<std::size_t>(count) == place.definition().members.size());
          Slots row = stored(place, sent);
          std::vector<std::size_t> filled;
          for (std::size_t i = 0; i < row.size(); ++i)
            if (row[i]) filled.push_back(i);
          RC_PRE(!filled.empty());
          row[any_of(filled)].reset();
          RC_ASSERT(!got(place, row).has_value());
        },
        kRuns);
  });
}

TEST(Laws, IsoFieldsLoseNothing) {
  for (const ShippedMapping& one : shipped_mappings())
    for (const FieldExplanation& row : one.mapping->explain()) {
      if (row.lens_class != LensClass::iso || row.field.find('.') != std::string::npos) continue;
      for (std::size_t variant = 0; variant < one.mapping->variant_count(); ++variant) {
        if (!row.variant.empty() && one.mapping->variant_name(variant) != row.variant) continue;
        const Place place{one.type, one.mapping, variant, *one.type->find(row.field)};
        if (place.definition().type == FieldType::reference) continue;
        expect_holds(
            "iso: " + place.name(),
            [&] {
              const Value value = any_canonical(place.definition());
              const auto back = trip(place, value);
              RC_ASSERT(back.has_value());
              RC_ASSERT(same_to_people(place.definition(), *back, value));
            },
            kRuns);
      }
    }
}

/// Golden values for a new record of this variant: the parents its system insists on are set.
Fields with_parents(const Place& place, Fields fields) {
  for (const char* parent : {"account", "case", "contact"})
    if (const auto index = place.type->find(parent); index && place.mapping->system() == "dynamics365") {
      static const std::map<std::string, std::string> kObjects = {{"account", "account"}, {"case", "incident"}, {"contact", "contact"}};
      fields[index->value()] = Value(RemoteId{kObjects.at(parent), "00000000-0000-4000-8000-000000000001"});
      break;
    }
  return fields;
}

void expect_created(const Place& place, const Fields& fields) {
  const ServerModel& server = server_of(place.mapping->system());
  std::vector<FieldIndex> all;
  for (std::size_t i = 0; i < fields.size(); ++i) all.push_back(FieldIndex{static_cast<std::uint16_t>(i)});
  std::vector<GetProblem> problems;
  const Slots sent = place.mapping->put(place.variant, fields, all, true, problems);
  const Slots row = stored(place, sent);
  const auto& specs = place.selection().slots;
  for (const std::string& name : server.required(place.selection().object)) {
    bool given = false;
    for (std::size_t i = 0; i < specs.size(); ++i) given = given || (field_name(specs[i]) == name && sent[i] && !sent[i]->is_blank());
    if (!given) RC_FAIL("required field " + name + " is not given");
  }
  // What is not sent to a new record is not cleared there either.
  for (std::size_t i = 0; i < specs.size(); ++i)
    if (sent[i] && sent[i]->is_null()) RC_FAIL("sends null in " + field_name(specs[i]));
}

template <class Use>
void for_each_variant(Use use) {
  for_each_place([&](const Place& place) {
    if (place.field == FieldIndex{std::uint16_t{0}}) use(place);
  });
}

TEST(Laws, ABlankRecordCanBeCreatedWhereverItsKindGoes) {
  for_each_variant([](const Place& place) {
    expect_holds(
        "blank " + place.name(),
        [&] {
          Fields fields(place.type->fields.size(), Value{});
          for (std::size_t i = 0; i < fields.size(); ++i)
            if (place.type->append_only && place.type->fields[i].required) fields[i] = any_canonical(place.type->fields[i]);
          if (const auto time = place.type->find("occurred_at")) fields[time->value()] = Value(WallTime{1'795'000'000'000});
          expect_created(place, with_parents(place, fields));
        },
        5);
  });
}

TEST(Laws, AnyRecordCanBeCreatedWhereverItsKindGoes) {
  for_each_variant([](const Place& place) {
    expect_holds(
        "any " + place.name(),
        [&] {
          Fields fields(place.type->fields.size());
          for (std::size_t i = 0; i < fields.size(); ++i) {
            const FieldDefinition& field = place.type->fields[i];
            if (field.type == FieldType::reference) fields[i] = Value{};
            else fields[i] = one_in(6) ? Value{} : any_canonical(field);
          }
          if (const auto time = place.type->find("occurred_at")) fields[time->value()] = Value(WallTime{1'795'000'000'000});
          expect_created(place, with_parents(place, fields));
        },
        kRuns);
  });
}

TEST(Laws, ReferencesComeBackAsTheyWerePut) {
  for_each_place([](const Place& place) {
    if (place.definition().type != FieldType::reference || !place.mapping->writes(place.variant, place.field)) return;
    // The objects that records of the target type are in this system.
    const Mapping& target = shipped().mappings[shipped().model.find(place.definition().targets.front())->value()];
    const EntityMapping& there = *target.systems.at(place.mapping->system());
    for (std::size_t variant = 0; variant < there.variant_count(); ++variant) {
      const Value reference(RemoteId{there.selection(variant).object, "00000000-0000-4000-8000-000000000001"});
      expect_holds(
          "reference " + place.name(),
          [&] {
            const auto back = trip(place, reference);
            RC_ASSERT(back == std::optional(reference));
            // Cleared, or left alone where it may not be cleared.
            std::vector<GetProblem> problems;
            const Slots cleared = put_one(place, Value{}, false, problems);
            RC_ASSERT(nothing_in(cleared) || got(place, stored(place, cleared)) == std::optional(Value{}));
          },
          1);
    }
  });
}

TEST(Laws, EveryShippedFieldIsAFixedPointAndSaysWhatItLoses) {
  for (const ShippedMapping& one : shipped_mappings())
    for (const FieldExplanation& row : one.mapping->explain()) {
      EXPECT_TRUE(row.fixed_point) << one.name() << " " << row.variant << " " << row.field;
      EXPECT_TRUE(row.lens_class == LensClass::iso || row.lens_class == LensClass::one_way || !row.loss.empty())
          << one.name() << " " << row.variant << " " << row.field;
    }
}

TEST(Laws, EachTypeMapsTheUsefulFieldsWhereTheSystemHasThem) {
  for (const ShippedMapping& one : shipped_mappings()) {
    std::size_t most = 0;
    for (std::size_t variant = 0; variant < one.mapping->variant_count(); ++variant) most = std::max(most, one.mapping->selection(variant).slots.size());
    const bool small_object = one.type->name == "interaction" || (one.type->name == "case" && one.mapping->system() == "hubspot");
    EXPECT_GE(most, small_object ? 8u : 12u) << one.name();
  }
}

}  // namespace
}  // namespace lockstep::mapping

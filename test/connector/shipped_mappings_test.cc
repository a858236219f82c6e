// Every shipped mapping through its connector and stand-in: a record with every field set is created, read back, and is the
// same by the mapping's own measure; every object is listed and fed with the fields that the mapping selects.
#include <map>

#include "base/text.h"
#include "emulators/dynamics365/dynamics365.h"
#include "emulators/hubspot/hubspot.h"
#include "emulators/salesforce/salesforce.h"
#include "load_support.h"
#include "mapping/mapping.h"
#include "support/world.h"

namespace lockstep::connector {
namespace {

struct System {
  const char* name;
  const char* origin;
  std::unique_ptr<emulators::Emulator> (*make)(const emulators::EmulatorClock&);
  std::map<std::string, std::string> params;
  const char* auth;
};

std::vector<System> systems() {
  return {{"salesforce",
           "https://acme.my.salesforce.com",
           [](const emulators::EmulatorClock& clock) { return emulators::salesforce::make_salesforce(clock, Rng(1)); },
           {{"login_url", "https://acme.my.salesforce.com"}},
           "oauth2"},
          {"hubspot",
           "https://api.hubapi.com",
           [](const emulators::EmulatorClock& clock) { return emulators::hubspot::make_hubspot(clock, Rng(1)); },
           {},
           "bearer"},
          {"dynamics365",
           "https://acme.crm.dynamics.com",
           [](const emulators::EmulatorClock& clock) { return emulators::make_dynamics365(clock, Rng(1)); },
           {{"org_url", "https://acme.crm.dynamics.com"}, {"login_url", "https://acme.crm.dynamics.com"}, {"tenant", "contoso.onmicrosoft.com"}},
           "oauth2"}};
}

class ShippedMappings : public testing::TestWithParam<std::size_t> {
 protected:
  void SetUp() override {
    const System system = systems()[GetParam()];
    world = std::make_unique<World>(system.name);
    emulator = system.make(world->remote_clock);
    world->network.add(system.origin, *emulator);
    ConnectionConfig config;
    config.name = "crm";
    config.params = system.params;
    config.auth = system.auth;
    config.secrets = {{"client_id", "lockstep-client"}, {"client_secret", "lockstep-secret"}, {"service_key", "pat-na1-00000000-0000-4000-8000-000000000001"}};
    if (std::string_view(system.auth) == "oauth2") config.grant = "client_credentials";
    world->connect(config);
    load_mappings(system.name);
    for (const auto& mapping : mappings)
      for (std::size_t variant = 0; variant < mapping->variant_count(); ++variant) {
        const auto selected = world->connector().select(mapping->selection(variant));
        ASSERT_TRUE(selected) << selected.error().message;
      }
    const auto opened = world->open();
    ASSERT_TRUE(opened) << show(opened.error());
  }

  void load_mappings(const std::string& system) {
    grammar::Findings findings;
    model = mapping::load_model({*grammar::parse_file(source_path("models/customer_support.yaml"))}, findings);
    mapping::ConnectorInfo info{system, objects_of(*world->definition), {}};
    for (const std::string& object : info.objects)
      for (const FormInfo& form : forms_of(*world->definition, object)) info.forms[object].push_back({form.name, form.arguments});
    std::vector<grammar::Node> files;
    for (const char* type : {"account", "contact", "case", "interaction"})
      files.push_back(*grammar::parse_file(source_path(std::string("mappings/") + type + ".yaml")));
    auto all = mapping::load_mappings(files, model, {info}, findings);
    for (auto& one : all) {
      ASSERT_TRUE(one.systems.contains(system));
      mappings.push_back(one.systems.at(system));
    }
  }

  Value sample(const FieldDefinition& field, int number) {
    switch (field.type) {
      case FieldType::email: return Value("lee" + std::to_string(number) + "@example.com");
      case FieldType::phone: return Value("+1202555" + std::to_string(1000 + number));
      case FieldType::url: return Value("https://www.example.com/");
      case FieldType::country: return Value("DE");
      case FieldType::date: return Value(*parse_iso_date("1980-02-29"));
      case FieldType::instant: return Value(*parse_iso_time("2026-05-01T09:00:00Z"));
      case FieldType::decimal: return Value(Decimal{"12"});
      case FieldType::boolean: return Value(false);
      case FieldType::enumeration: return Value(field.options.front());
      case FieldType::set: return Value(List{});
      case FieldType::html: return Value("<p>Hello</p>");
      case FieldType::group: {
        Map map;
        for (const FieldDefinition& member : field.members) map.emplace_back(member.name, sample(member, number));
        make_map(map);
        return Value(std::move(map));
      }
      case FieldType::reference: {
        const auto made = records.find(field.targets.front());
        return made == records.end() ? Value{} : Value(made->second);
      }
      case FieldType::text: break;
    }
    return Value(field.name.substr(0, 7) + std::to_string(number));  // short: some columns hold ten characters
  }

  Fields golden(const EntityType& type, const std::string& kind) {
    Fields fields;
    ++count;
    for (const FieldDefinition& field : type.fields) fields.push_back(sample(field, count));
    if (const auto index = type.find("kind")) fields[index->value()] = Value(kind);
    if (const auto index = type.find("parent")) fields[index->value()] = Value{};
    if (const auto index = type.find("domain")) fields[index->value()] = Value("example.com");
    return fields;
  }

  void create_and_compare(const mapping::EntityMapping& mapping, const EntityType& type, const std::string& kind) {
    SCOPED_TRACE(type.name + " " + kind);
    const Fields fields = golden(type, kind);
    const auto variant = mapping.variant_for(fields);
    ASSERT_TRUE(variant);
    const std::string object = mapping.selection(*variant).object;
    std::vector<FieldIndex> all;
    for (std::size_t i = 0; i < fields.size(); ++i) all.push_back(FieldIndex{static_cast<std::uint16_t>(i)});
    std::vector<mapping::GetProblem> problems;
    WriteRow row;
    row.set = mapping.put(*variant, fields, all, true, problems);
    row.to = row.set;
    row.from.resize(row.set.size());
    row.key = "01K" + std::to_string(count);
    row.send_key = true;
    row.new_id = "10000000-0000-4000-8000-00000000000" + std::to_string(count);
    row.correlation = row.key;
    std::vector<WriteRow> rows{row};
    const WriteBatch batch = world->write(object, Operation::create, std::move(rows));
    ASSERT_TRUE(batch.results[0].ok) << show(*batch.results[0].failure);
    if (!records.contains(type.name)) records[type.name] = batch.results[0].id;
    const auto read = world->read(object, {batch.results[0].id.id});
    ASSERT_EQ(read.at(0).kind, ReadResult::Kind::found);
    EXPECT_EQ(read[0].row.external_key, row.key);
    EXPECT_TRUE(read[0].row.modified);
    EXPECT_FALSE(read[0].row.version.empty());
    ASSERT_EQ(mapping.variant_of(object, read[0].row.slots), variant);
    const Fields back = mapping.get(*variant, read[0].row.slots, problems);
    for (const auto& problem : problems) ADD_FAILURE() << problem.message;
    for (const FieldIndex field : all) {
      const std::string& name = type.fields[field.value()].name;
      if (!mapping.reads(*variant, field) || !mapping.writes(*variant, field) || fields[field.value()]->is_null()) continue;
      const auto& got = back[field.value()];
      if (type.fields[field.value()].type == FieldType::reference) {
        // A slot that several references share holds the first of them.
        if (!got || got->is_null()) continue;
        EXPECT_EQ(got->get<RemoteId>()->id, fields[field.value()]->get<RemoteId>()->id) << name;
        continue;
      }
      ASSERT_TRUE(got) << name << " did not come back";
      EXPECT_TRUE(mapping.equivalent(field, *fields[field.value()], *got)) << name << ": " << show(fields[field.value()]) << " came back as " << show(got);
    }
  }

  std::unique_ptr<World> world;
  std::unique_ptr<emulators::Emulator> emulator;
  Model model;
  std::vector<std::shared_ptr<const mapping::EntityMapping>> mappings;
  std::map<std::string, RemoteId> records;
  int count = 0;
};

TEST_P(ShippedMappings, ARecordWithEveryFieldComesBackAsItWas) {
  for (std::size_t i = 0; i < mappings.size(); ++i) {
    const EntityType& type = model.types[i];
    if (type.find("kind"))
      for (const char* kind : {"email", "call", "note"}) create_and_compare(*mappings[i], type, kind);
    else create_and_compare(*mappings[i], type, "");
  }
}

TEST_P(ShippedMappings, EveryObjectIsListedAndFed) {
  for (const auto& mapping : mappings)
    for (std::size_t variant = 0; variant < mapping->variant_count(); ++variant) {
      const std::string object = mapping->selection(variant).object;
      SCOPED_TRACE(object);
      EXPECT_TRUE(world->scan(object).empty());
      std::string position;
      world->changes(object, position);
      world->executor.clock().advance(Duration{300'000});
      EXPECT_TRUE(world->changes(object, position).empty());
    }
}

INSTANTIATE_TEST_SUITE_P(Systems, ShippedMappings, testing::Values(0, 1, 2), [](const auto& system) { return std::string(systems()[system.param].name); });

}  // namespace
}  // namespace lockstep::connector

#include "bench/records.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "base/check.h"

namespace lockstep::bench {

namespace json = boost::json;

namespace {

std::string words(const FieldDefinition& field, std::size_t number) {
  static constexpr std::array kWords = {"Lovelace", "Hopper", "Zoë Müller", "O'Neil", "Head of Support", "García", "Kowalski", "Chen"};
  for (const char* ending : {"code", "symbol", "number"})
    if (field.name.ends_with(ending)) return "A" + std::to_string(number % 100'000);
  if (field.name == "description") return "Prefers to be called in the morning; spoke with us about order " + std::to_string(number) + ".";
  return kWords[(number + field.name.size()) % kWords.size()] + (" " + std::to_string(number));
}

Value filled(const FieldDefinition& field, std::size_t number) {
  const std::string text = std::to_string(number);
  switch (field.type) {
    case FieldType::text: return Value(words(field, number));
    case FieldType::email: return Value("person." + text + "@example.com");
    case FieldType::phone:
      return Value(number % 2 == 0 ? "+4915112" + std::to_string(100'000 + number % 800'000) : "+1 (312) 555-" + std::to_string(1'000 + number % 9'000));
    case FieldType::url: return Value("https://www.example.com/people/" + text);
    case FieldType::country: return Value(number % 2 == 0 ? "DE" : "US");
    case FieldType::date: return Value(Date{static_cast<std::int32_t>(10'000 + number % 5'000)});
    case FieldType::instant: return Value(WallTime{1'795'000'000'000 + static_cast<std::int64_t>(number) * 1'000});
    case FieldType::decimal: return Value(Decimal{std::to_string(100 + number)});
    case FieldType::boolean: return Value(number % 2 == 0);
    case FieldType::enumeration: return Value(field.options.at(number % field.options.size()));
    case FieldType::set: return Value(List{Value("gold"), Value("press")});
    case FieldType::reference: return Value(RemoteId{"", std::to_string(7'000 + number % 50)});
    case FieldType::html: return Value("<p>Prefers to be called in the morning; spoke with us about order <b>" + text + "</b>.</p>");
    case FieldType::group: {
      Map members;
      for (const FieldDefinition& member : field.members) members.emplace_back(member.name, filled(member, number));
      make_map(members);
      return Value(std::move(members));
    }
  }
  return Value{};
}

/// What the system calls the slot.
std::string wire_name(const mapping::SlotSpec& slot) {
  for (const auto& [argument, value] : slot.arguments)
    if (const std::string* name = value.get<std::string>()) return *name;
  return slot.form;
}

/// The object that a row names beside a reference that may point to several.
std::string target_of(const mapping::SlotSpec& slot) {
  for (const auto& [argument, value] : slot.arguments)
    if (const Map* objects = value.get<Map>(); objects && !objects->empty()) return objects->front().first;
  return "";
}

void add(json::object& record, const std::string& name, const Value& value) {
  const RemoteId* remote = value.get<RemoteId>();
  record[name] = remote ? json::value(remote->id) : json::parse(to_json(value));
  if (remote && !remote->object.empty()) record[name + ".object"] = remote->object;
}

}  // namespace

const Configuration& example() {
  static const std::shared_ptr<const Configuration> configuration = [] {
    grammar::Findings findings;
    auto loaded = load_configuration(LOCKSTEP_SOURCE_DIR "/examples/lockstep.yaml", LoadOptions{.resolve_secrets = false}, findings);
    CHECK(loaded, findings.front().text());
    return loaded;
  }();
  return *configuration;
}

std::string Place::name() const {
  const std::string plain = example().model.at(type).name + "." + mapping->system();
  return mapping->variant_count() == 1 ? plain : plain + "." + mapping->variant_name(variant);
}

std::vector<Place> places() {
  std::vector<Place> all;
  for (const mapping::Mapping& of_type : example().mappings)
    for (const auto& [system, mapping] : of_type.systems)
      for (std::size_t variant = 0; variant < mapping->variant_count(); ++variant) all.push_back(Place{of_type.type, mapping.get(), variant});
  return all;
}

mapping::Slots row(const Place& place, std::size_t number) {
  Fields fields;
  std::vector<FieldIndex> all;
  for (const FieldDefinition& field : example().model.at(place.type).fields) {
    all.push_back(FieldIndex{static_cast<std::uint16_t>(fields.size())});
    fields.emplace_back(filled(field, number));
  }
  std::vector<mapping::GetProblem> problems;  // of options that have no word there
  mapping::Slots slots = place.mapping->put(place.variant, fields, all, false, problems);
  const auto& specs = place.mapping->selection(place.variant).slots;
  for (std::size_t i = 0; i < slots.size(); ++i)
    if (RemoteId* remote = slots[i] ? slots[i]->get<RemoteId>() : nullptr) remote->object = target_of(specs[i]);
  return slots;
}

std::string page(const Place& place, const std::vector<mapping::Slots>& rows) {
  const auto& specs = place.mapping->selection(place.variant).slots;
  json::array records;
  for (const mapping::Slots& slots : rows) {
    json::object record{{"id", std::to_string(100'000 + records.size())}, {"updated", "2026-01-05T10:00:00.120Z"}};
    for (std::size_t i = 0; i < slots.size(); ++i)
      if (slots[i]) add(record, wire_name(specs[i]), *slots[i]);
    records.push_back(std::move(record));
  }
  return json::serialize(json::object{{"records", std::move(records)}});
}

}  // namespace lockstep::bench

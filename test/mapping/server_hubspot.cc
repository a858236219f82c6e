#include <algorithm>

#include "emulators/hubspot/values.h"
#include "mapping/unicode.h"
#include "test/mapping/server_model.h"
#include "test/mapping/server_values.h"
#include "test/property/draw.h"

namespace lockstep::mapping {

using namespace property;

namespace {

using emulators::hubspot::ObjectType;
using emulators::hubspot::Option;
using emulators::hubspot::Property;
using emulators::hubspot::PropertyType;
using emulators::hubspot::TextForm;

constexpr std::size_t kTextMax = 65'536;

std::vector<Option> choices(const std::vector<std::string>& values) {
  std::vector<Option> options;
  for (const std::string& value : values) options.push_back(Option{value, value, "", 0, false});
  return options;
}

class HubspotModel final : public ServerModel {
 public:
  HubspotModel() {
    // Pipelines are the account's: the default one has four stages.
    ObjectType& tickets = catalogue_.object("tickets");
    tickets.properties.find("hs_pipeline")->second.options = choices({"0"});
    tickets.properties.find("hs_pipeline_stage")->second.options = choices({"1", "2", "3", "4"});
  }

  Result<Value> store(const std::string& object, const SlotSpec& slot, const Value& sent) const override {
    if (slot.form == "association") return sent;
    const Property& property = find(object, slot);
    const std::string text = as_text(sent);
    if (text.empty()) return property.required ? Result<Value>(fail(ErrorCode::refused, property.name + " is required")) : Value{};
    const auto held = emulators::hubspot::read_value(property, text, {owners_, "", false});
    if (!held) return fail(ErrorCode::refused, property.name + ": " + held.error().message);
    return read_back(*held, slot.type);
  }

  std::string objection(const std::string& object, const SlotSpec& slot, bool) const override {
    const ObjectType* type = catalogue_.find(object, emulators::hubspot::kTieName);
    if (!type) return "no object " + object;
    if (slot.form == "association") return catalogue_.find(field_name(slot), emulators::hubspot::kTieName) ? "" : "no object " + field_name(slot);
    const Property* property = type->find(field_name(slot));
    if (!property) return "no property " + object + "." + field_name(slot);
    return slot.writable && property->read_only ? "is read-only" : "";
  }

  Value held(const std::string& object, const SlotSpec& slot) const override {
    const Property& property = find(object, slot);
    switch (property.type) {
      case PropertyType::number: return Value(parse_decimal(std::to_string(any_integer(0, 999'999'999'999)) + "e-3").value());
      case PropertyType::date_time: return Value(WallTime{any_integer(0, 3'999'999'999'999)});
      case PropertyType::enumeration: return any_of(options(object, slot));
      default: break;
    }
    if (property.form == TextForm::email) return Value(to_lower(typed_email(80)));
    const std::string text = typed_text(kTextMax);
    return text.empty() ? Value{} : Value(text);
  }

  std::vector<Value> options(const std::string& object, const SlotSpec& slot) const override {
    std::vector<Value> values;
    if (slot.form != "association")
      for (const Option& option : find(object, slot).options) values.emplace_back(option.value);
    return values;
  }

  std::vector<std::string> required(const std::string& object) const override {
    std::vector<std::string> names;
    for (const auto& [name, property] : catalogue_.find(object, emulators::hubspot::kTieName)->properties)
      if (property.required) names.push_back(name);
    return names;
  }

 private:
  const Property& find(const std::string& object, const SlotSpec& slot) const {
    return catalogue_.find(object, emulators::hubspot::kTieName)->property(field_name(slot));
  }
  static std::string as_text(const Value& sent) {
    if (const auto* decimal = sent.get<Decimal>()) return decimal->text;
    const boost::json::value value = wire_json(sent);
    return value.is_null() ? "" : value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
  }

  emulators::Database database_;
  mutable emulators::hubspot::Catalogue catalogue_{database_};
  std::vector<emulators::hubspot::Owner> owners_;
};

}  // namespace

std::unique_ptr<ServerModel> make_hubspot_model() { return std::make_unique<HubspotModel>(); }

}  // namespace lockstep::mapping

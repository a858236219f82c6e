#include "base/text.h"
#include "emulators/salesforce/input.h"
#include "emulators/salesforce/schema.h"
#include "test/mapping/server_model.h"
#include "test/mapping/server_values.h"
#include "test/property/draw.h"

namespace lockstep::mapping {

using namespace property;

namespace {

using emulators::salesforce::Field;
using emulators::salesforce::FieldType;
using emulators::salesforce::Source;

class SalesforceModel final : public ServerModel {
 public:
  Result<Value> store(const std::string& object, const SlotSpec& slot, const Value& sent) const override {
    const Field& field = schema_.object(object).field(field_name(slot));
    if (const RemoteId* remote = sent.get<RemoteId>()) {
      if (std::find(field.references.begin(), field.references.end(), remote->object) != field.references.end()) return sent;
      return fail(ErrorCode::refused, field.name + " does not refer to " + remote->object);
    }
    auto held = emulators::salesforce::read_value(field, wire_json(sent), {});
    if (!held) return fail(ErrorCode::refused, held.error().front().message);
    if (emulators::is_null(emulators::view(*held)) && !field.nillable) return fail(ErrorCode::refused, field.name + " may not be blank");
    return read_back(*held, slot.type);
  }

  std::string objection(const std::string& object, const SlotSpec& slot, bool append_only) const override {
    const auto* type = schema_.find(object);
    const Field* field = type ? type->find(field_name(slot)) : nullptr;
    if (!field) return "no field " + object + "." + field_name(slot);
    if (field->name != field_name(slot)) return "is written " + field->name;
    if (slot.writable && !field->createable) return "cannot be created";
    if (slot.writable && !append_only && !field->updateable) return "cannot be updated";
    return "";
  }

  Value held(const std::string& object, const SlotSpec& slot) const override {
    const Field& field = schema_.object(object).field(field_name(slot));
    const auto length = static_cast<std::size_t>(field.length);
    switch (field.type) {
      case FieldType::boolean: return Value(any_boolean());
      case FieldType::integer: return Value(Decimal{std::to_string(any_integer(0, 99'999'998))});
      case FieldType::currency: return Value(Decimal{std::to_string(any_integer(-1'000'000'000'000, 999'999'999'999))});
      case FieldType::date: return Value(Date{static_cast<std::int32_t>(any_integer(-90'000, 699'999))});
      case FieldType::datetime: return Value(WallTime{any_integer(-2'000'000'000, 3'999'999'999) * 1000});
      case FieldType::email: return Value(typed_email(length));
      case FieldType::picklist: {
        std::vector<std::string> words = field.values;
        if (!field.restricted) words.push_back("Added by an administrator");
        return Value(any_of(words));
      }
      default: break;
    }
    const std::string text = typed_text(length);
    const std::string_view stored = trim(text);
    return stored.empty() ? Value{} : Value(stored);
  }

  std::vector<Value> options(const std::string& object, const SlotSpec& slot) const override {
    std::vector<Value> values;
    const Field& field = schema_.object(object).field(field_name(slot));
    if (field.type == FieldType::picklist)
      for (const std::string& value : field.values) values.emplace_back(value);
    return values;
  }

  std::vector<std::string> required(const std::string& object) const override {
    std::vector<std::string> names;
    for (const Field& field : schema_.object(object).fields)
      if (field.createable && !field.nillable && !field.defaulted && field.type != FieldType::boolean) names.push_back(field.name);
    return names;
  }

 private:
  emulators::Database database_;
  emulators::salesforce::Schema schema_{database_};
};

}  // namespace

std::unique_ptr<ServerModel> make_salesforce_model() { return std::make_unique<SalesforceModel>(); }

}  // namespace lockstep::mapping

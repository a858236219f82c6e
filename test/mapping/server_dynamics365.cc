#include "base/text.h"
#include "emulators/dynamics365/convert.h"
#include "emulators/dynamics365/metadata.h"
#include "mapping/decimal_text.h"
#include "test/mapping/server_model.h"
#include "test/mapping/server_values.h"
#include "test/property/draw.h"

namespace lockstep::mapping {

using namespace property;

namespace {

using emulators::dynamics365::Column;
using emulators::dynamics365::ColumnType;
using emulators::dynamics365::Navigation;
using emulators::dynamics365::TableSpec;

class DynamicsModel final : public ServerModel {
 public:
  Result<Value> store(const std::string& object, const SlotSpec& slot, const Value& sent) const override {
    const TableSpec& table = metadata_.require(object);
    const Column& column = *table.logical(field_name(slot));
    if (const RemoteId* remote = sent.get<RemoteId>()) {
      const Navigation* navigation = table.navigation(navigation_name(slot, remote->object));
      if (!navigation || navigation->column != &column) return fail(ErrorCode::refused, "undeclared property " + navigation_name(slot, remote->object));
      if (std::ranges::find(navigation->targets, remote->object) == navigation->targets.end()) return fail(ErrorCode::refused, "not to " + remote->object);
      return sent;
    }
    // The platform's money is decimal. The stand-in reads bodies through a binary number and refuses what that cannot tell
    // apart; as text it takes every cent.
    const bool money = column.type == ColumnType::money && !sent.is_null();
    auto held = money ? emulators::dynamics365::convert_text(table, column, decimal_of(sent).value().text)
                      : emulators::dynamics365::convert(table, column, wire_json(sent));
    if (!held) return fail(ErrorCode::refused, held.error().message);
    if (emulators::is_null(emulators::view(*held)) && column.required) return fail(ErrorCode::refused, column.name + " may not be blank");
    if (money) return Value(rounded(decimal_of(sent).value(), 2));
    return read_back(*held, slot.type);
  }

  std::string objection(const std::string& object, const SlotSpec& slot, bool append_only) const override {
    const TableSpec* table = metadata_.by_name(object);
    const Column* column = table ? table->logical(field_name(slot)) : nullptr;
    if (!column) return "no column " + object + "." + field_name(slot);
    if ((column->type == ColumnType::lookup) != (slot.form == "lookup")) return "lookups need the form 'lookup', and only they";
    if (slot.writable && !column->creatable) return "cannot be created";
    if (slot.writable && !append_only && !column->updatable) return "cannot be updated";
    if (column->type != ColumnType::lookup) return "";
    const Value* named = nullptr;
    for (const auto& [key, value] : slot.arguments)
      if (key == "nav") named = &value;
    if (!named) return "no navigation named";
    for (const auto& [target, name] : *named->get<Map>()) {
      const Navigation* navigation = table->navigation(*name.get<std::string>());
      if (!navigation || navigation->column != column) return "no navigation " + *name.get<std::string>();
      if (std::ranges::find(navigation->targets, target) == navigation->targets.end()) return *name.get<std::string>() + " does not reach " + target;
    }
    return "";
  }

  Value held(const std::string& object, const SlotSpec& slot) const override {
    const Column& column = *metadata_.require(object).logical(field_name(slot));
    switch (column.type) {
      case ColumnType::boolean: return Value(any_boolean());
      case ColumnType::integer: return Value(Decimal{std::to_string(any_integer(column.minimum, column.maximum))});
      case ColumnType::money: return Value(parse_decimal(std::to_string(any_integer(0, 999'999'999'999)) + "e-2").value());
      case ColumnType::option:
      case ColumnType::state:
      case ColumnType::status: return any_of(options(object, slot));
      case ColumnType::date_only: return Value(Date{static_cast<std::int32_t>(any_integer(-79'000, 2'899'999))});
      case ColumnType::date_time: return Value(WallTime{any_integer(-6'000'000'000, 3'999'999'999) * 1000});
      default: break;
    }
    const std::string text = typed_text(std::min<std::size_t>(static_cast<std::size_t>(column.maximum), 120'000));
    return text.empty() ? Value{} : Value(text);
  }

  std::vector<Value> options(const std::string& object, const SlotSpec& slot) const override {
    std::vector<Value> values;
    for (const auto& option : metadata_.require(object).logical(field_name(slot))->options) values.emplace_back(Decimal{std::to_string(option.value)});
    return values;
  }

  std::string shows(const std::string& field) const override { return field == "createdon" ? "overriddencreatedon" : ""; }

  std::vector<std::string> required(const std::string& object) const override {
    std::vector<std::string> names;
    for (const Column& column : metadata_.require(object).columns)
      if (column.required && !column.default_value) names.push_back(column.logical_name);
    return names;
  }

 private:
  static std::string navigation_name(const SlotSpec& slot, const std::string& object) {
    for (const auto& [key, value] : slot.arguments)
      if (const Value* name = key == "nav" ? value.member(object) : nullptr) return *name->get<std::string>();
    return "(none for " + object + ")";
  }
  emulators::Database database_;
  emulators::dynamics365::Metadata metadata_{database_};
};

}  // namespace

std::unique_ptr<ServerModel> make_dynamics365_model() { return std::make_unique<DynamicsModel>(); }

}  // namespace lockstep::mapping

// Steps over days and instants.
#include "mapping/steps.h"
#include "mapping/zone.h"

namespace lockstep::mapping {

namespace {

Result<Date> date_in(const Value& value) {
  if (const Date* date = value.get<Date>()) return *date;
  return unexpected_value("a date", value);
}

Result<WallTime> time_in(const Value& value) {
  if (const WallTime* time = value.get<WallTime>()) return *time;
  return unexpected_value("an instant", value);
}

/// Instants cut to whole units, as systems that store seconds or minutes do.
class PrecisionStep final : public Lens {
 public:
  explicit PrecisionStep(Duration unit) : unit_(unit) {}
  bool reads_as_is() const override { return true; }
  Result<void> put(Value& value) const override {
    TRY(const WallTime time, time_in(value));
    const std::int64_t rest = time.ms % unit_.count();
    value = Value(WallTime{time.ms - (rest < 0 ? rest + unit_.count() : rest)});
    return {};
  }
  LensClass lens_class() const override { return LensClass::lens; }
  std::string loss() const override { return "parts of " + format_duration(unit_) + " stay in the hub only"; }

 private:
  Duration unit_;
};

/// A day here, an instant there: the start of that day in a zone.
class DayStep final : public Lens {
 public:
  explicit DayStep(Zone zone) : zone_(std::move(zone)) {}
  Result<void> get(Value& value) const override {
    TRY(const WallTime time, time_in(value));
    value = Value(zone_.day_of(time));
    return {};
  }
  Result<void> put(Value& value) const override {
    TRY(const Date date, date_in(value));
    value = Value(zone_.start_of_day(date));
    return {};
  }
  LensClass lens_class() const override { return LensClass::lens; }
  std::string loss() const override { return "the time of day entered there is not read"; }

 private:
  Zone zone_;
};

/// An instant here, its day in a zone there.
class DayOfInstantStep final : public Lens {
 public:
  explicit DayOfInstantStep(Zone zone) : zone_(std::move(zone)) {}
  Result<void> get(Value& value) const override {
    TRY(const Date date, date_in(value));
    value = Value(zone_.start_of_day(date));
    return {};
  }
  Result<void> put(Value& value) const override {
    TRY(const WallTime time, time_in(value));
    value = Value(zone_.day_of(time));
    return {};
  }
  LensClass lens_class() const override { return LensClass::lens; }
  std::string loss() const override { return "the time of day stays in the hub only"; }

 private:
  Zone zone_;
};

template <class Step>
StepEntry::Make in_zone() {
  return [](const std::vector<std::string>& arguments, const FieldDefinition&) -> Result<LensRef> {
    TRY(Zone zone, Zone::parse(arguments.empty() ? "UTC" : arguments[0]));
    return LensRef(std::make_shared<Step>(std::move(zone)));
  };
}

}  // namespace

void add_time_steps(StepTable& table) {
  table["precision"] = {"precision(1s)", 1, 1, {ValueKind::instant}, std::nullopt, [](const auto& arguments, auto&) -> Result<LensRef> {
                          TRY(const Duration unit, parse_duration(arguments[0]));
                          if (unit.count() < 1) return fail(ErrorCode::invalid_input, "the unit is at least 1ms");
                          return LensRef(std::make_shared<PrecisionStep>(unit));
                        }};
  table["day"] = {"day, day(+02:00) or day(Europe/Berlin)", 0, 1, {ValueKind::date}, ValueKind::instant, in_zone<DayStep>()};
  table["day_of_instant"] = {"day_of_instant or day_of_instant(Europe/Berlin)", 0, 1, {ValueKind::instant}, ValueKind::date, in_zone<DayOfInstantStep>()};
}

}  // namespace lockstep::mapping

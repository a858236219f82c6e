// Steps that change the shape of a value: sets in one text, groups in one text, members of objects, rows.
#include "base/text.h"
#include "mapping/steps.h"

namespace lockstep::mapping {

namespace {

/// A set here, its words in one text there.
class DelimitedStep final : public Lens {
 public:
  explicit DelimitedStep(char delimiter) : delimiter_(delimiter) {}
  Result<void> get(Value& value) const override {
    const std::string* text = value.get<std::string>();
    if (!text) return unexpected_value("text", value);
    List list;
    for (const std::string_view part : split(*text, delimiter_))
      if (!trim(part).empty()) list.emplace_back(trim(part));
    make_set(list);
    value = Value(std::move(list));
    return {};
  }
  Result<void> put(Value& value) const override {
    const List* list = value.get<List>();
    if (!list) return unexpected_value("a set", value);
    std::string text;
    for (const Value& element : *list) {
      const std::string* word = element.get<std::string>();
      if (!word) return unexpected_value("a set of texts", value);
      if (word->find(delimiter_) != std::string::npos) return fail(ErrorCode::invalid_input, "'" + *word + "' holds the delimiter '" + delimiter_ + "'");
      if (!text.empty()) text += delimiter_;
      text += *word;
    }
    value = Value(std::move(text));
    return {};
  }
  LensClass lens_class() const override { return LensClass::lens; }
  std::string loss() const override { return std::string("a set with '") + delimiter_ + "' in a word is not sent"; }

 private:
  char delimiter_;
};

/// A group here, one text there: "street, city". Reading splits at the separator; what is missing is blank, what is too
/// much stays in the last member.
class JoinStep final : public Lens {
 public:
  JoinStep(std::string separator, std::vector<std::string> members) : separator_(std::move(separator)), members_(std::move(members)) {}
  Result<void> get(Value& value) const override {
    const std::string* text = value.get<std::string>();
    if (!text) return unexpected_value("text", value);
    Map map;
    std::string_view rest = *text;
    for (std::size_t i = 0; i < members_.size(); ++i) {
      const std::size_t at = i + 1 < members_.size() ? rest.find(separator_) : std::string_view::npos;
      const std::string_view part = trim(rest.substr(0, at));
      map.emplace_back(members_[i], part.empty() ? Value{} : Value(part));
      rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + separator_.size());
    }
    make_map(map);
    value = Value(std::move(map));
    return {};
  }
  Result<void> put(Value& value) const override {
    if (!value.get<Map>()) return unexpected_value("a group", value);
    std::string text;
    for (std::size_t i = 0; i < members_.size(); ++i) {
      const Value* member = value.member(members_[i]);
      const std::string* word = member ? member->get<std::string>() : nullptr;
      if (i > 0) text += separator_;
      if (word) text += *word;
    }
    while (text.ends_with(separator_)) text.resize(text.size() - separator_.size());
    value = Value(std::move(text));
    return {};
  }
  LensClass lens_class() const override { return LensClass::lossy; }
  std::string loss() const override { return "a part that holds '" + separator_ + "' is split elsewhere when it is read back"; }

 private:
  std::string separator_;
  std::vector<std::string> members_;
};

/// A value inside an object there.
class NestStep final : public Lens {
 public:
  explicit NestStep(std::string key) : key_(std::move(key)) {}
  Result<void> get(Value& value) const override {
    if (!value.get<Map>()) return unexpected_value("an object", value);
    const Value* member = value.member(key_);
    Value inner = member ? *member : Value{};
    value = std::move(inner);
    return {};
  }
  Result<void> put(Value& value) const override {
    value = Value(Map{{key_, std::move(value)}});
    return {};
  }

 private:
  std::string key_;
};

/// A set here, rows of their own there, each with one of its values.
class RowsStep final : public Lens {
 public:
  explicit RowsStep(std::string key) : key_(std::move(key)) {}
  Result<void> get(Value& value) const override {
    const List* list = value.get<List>();
    if (!list) return unexpected_value("a list", value);
    List values;
    for (const Value& row : *list)
      if (const Value* member = row.member(key_); member && !member->is_blank()) values.push_back(*member);
    make_set(values);
    value = Value(std::move(values));
    return {};
  }
  Result<void> put(Value& value) const override {
    const List* list = value.get<List>();
    if (!list) return unexpected_value("a set", value);
    List rows;
    for (const Value& element : *list) rows.push_back(Value(Map{{key_, element}}));
    value = Value(std::move(rows));
    return {};
  }
  LensClass lens_class() const override { return LensClass::lens; }
  std::string loss() const override { return "what else stands in a row there is not read, and lost when the set changes here"; }

 private:
  std::string key_;
};

Result<LensRef> make_join(const std::vector<std::string>& arguments, const FieldDefinition& field) {
  const std::string separator = arguments.empty() ? ", " : arguments[0];
  if (separator.empty()) return fail(ErrorCode::invalid_input, "the separator is empty");
  std::vector<std::string> members;
  for (const FieldDefinition& member : field.members) {
    if (kind_of(member.type) != ValueKind::text) return fail(ErrorCode::invalid_input, "member '" + member.name + "' is no text");
    members.push_back(member.name);
  }
  return LensRef(std::make_shared<JoinStep>(separator, std::move(members)));
}

}  // namespace

void add_shape_steps(StepTable& table) {
  using enum ValueKind;
  table["delimited"] = {"delimited(;)", 1, 1, {set}, text, [](const auto& arguments, auto&) -> Result<LensRef> {
                          if (arguments[0].size() != 1) return fail(ErrorCode::invalid_input, "the delimiter is one character");
                          return LensRef(std::make_shared<DelimitedStep>(arguments[0][0]));
                        }};
  table["join"] = {"join(\", \")", 0, 1, {group}, text, make_join};
  table["nest"] = {"nest(value)", 1, 1, {text, boolean, number}, json, [](const auto& arguments, auto&) -> Result<LensRef> {
                     if (arguments[0].empty()) return fail(ErrorCode::invalid_input, "the key is empty");
                     return LensRef(std::make_shared<NestStep>(arguments[0]));
                   }};
  table["rows"] = {"rows(value)", 1, 1, {set}, json, [](const auto& arguments, auto&) -> Result<LensRef> {
                     if (arguments[0].empty()) return fail(ErrorCode::invalid_input, "the key is empty");
                     return LensRef(std::make_shared<RowsStep>(arguments[0]));
                   }};
}

}  // namespace lockstep::mapping

// Tables of words: canonical options ↔ what a system calls them, and option codes.
#include <algorithm>

#include "base/text.h"
#include "mapping/lens.h"

namespace lockstep::mapping {

namespace {

class EnumLens final : public Lens {
 public:
  EnumLens(EnumTable table, bool elements) : table_(std::move(table)), elements_(elements) {}

  Result<void> get(Value& value) const override {
    return each(value, [&](std::string& word) -> Result<void> {
      for (const auto& [of, canonical] : table_.representatives)
        if (of == word) return become(word, canonical);
      for (const auto& [canonical, of] : table_.pairs)
        if (of == word) return become(word, canonical);
      if (table_.otherwise && !table_.keep_unknown) return become(word, *table_.otherwise);
      return unknown(word, true);
    });
  }
  Result<void> put(Value& value) const override {
    return each(value, [&](std::string& word) -> Result<void> {
      for (const auto& [name, wire] : table_.pairs)
        if (name == word) return become(word, wire);
      return unknown(word, false);
    });
  }
  LensClass lens_class() const override {
    return table_.representatives.empty() && !table_.otherwise && !table_.keep_unknown ? LensClass::iso : LensClass::lens;
  }
  std::string loss() const override {
    std::string shared, aliases;
    for (const auto& [wire, canonical] : table_.representatives) {
      std::string names;
      for (const auto& [name, of] : table_.pairs)
        if (of == wire && name != canonical) names += (names.empty() ? "" : ", ") + name;
      if (!names.empty()) shared += (shared.empty() ? "" : "; ") + names + " reads back as " + canonical;
      const bool written = std::ranges::any_of(table_.pairs, [&](const auto& pair) { return pair.second == wire; });
      if (!written) aliases += (aliases.empty() ? "" : ", ") + wire + " as " + canonical;
    }
    if (!shared.empty()) shared += " (the hub keeps the finer one)";
    if (table_.otherwise) aliases += (aliases.empty() ? "" : ", ") + ("any other as " + *table_.otherwise);
    if (!aliases.empty()) aliases = "read there only: " + aliases;
    return shared + (shared.empty() || aliases.empty() ? "" : "; ") + aliases;
  }

 private:
  template <class Change>
  Result<void> each(Value& value, Change change) const {
    if (const auto* number = value.get<std::int64_t>()) value = Value(std::to_string(*number));
    else if (auto* decimal = value.get<Decimal>()) value = Value(std::string(std::move(decimal->text)));
    if (std::string* word = value.get<std::string>(); word && !elements_) return change(*word);
    List* list = value.get<List>();
    if (!list || !elements_)
      return fail(ErrorCode::invalid_input, std::string("expected ") + (elements_ ? "a set" : "a word") + ", found " + to_display(value));
    for (Value& element : *list) {
      std::string* word = element.get<std::string>();
      if (!word) return fail(ErrorCode::invalid_input, "expected a set of texts, found " + to_display(value));
      TRY_VOID(change(*word));
    }
    make_set(*list);
    return {};
  }
  static Result<void> become(std::string& word, const std::string& other) {
    word = other;
    return {};
  }
  Result<void> unknown(const std::string& word, bool reading) const {
    if (table_.keep_unknown) return {};
    std::vector<std::string> known;
    for (const auto& [canonical, wire] : table_.pairs) known.push_back(reading ? wire : canonical);
    return fail(ErrorCode::invalid_input, "no entry for '" + word + "' in the enum table; known: " + join(known, ", "));
  }
  EnumTable table_;
  bool elements_;
};

class NumberTextLens final : public Lens {
 public:
  Result<void> get(Value& value) const override {
    if (const auto* integer = value.get<std::int64_t>()) value = Value(std::to_string(*integer));
    else if (auto* decimal = value.get<Decimal>()) value = Value(std::string(std::move(decimal->text)));
    return {};
  }
  Result<void> put(Value& value) const override {
    const std::string* text = value.get<std::string>();
    if (!text) return {};
    TRY(Decimal number, parse_decimal(*text));
    value = Value(std::move(number));
    return {};
  }
};

}  // namespace

LensRef make_number_text_lens() { return std::make_shared<NumberTextLens>(); }
LensRef make_enum_lens(EnumTable table) { return std::make_shared<EnumLens>(std::move(table), false); }
LensRef make_element_enum_lens(EnumTable table) { return std::make_shared<EnumLens>(std::move(table), true); }

}  // namespace lockstep::mapping

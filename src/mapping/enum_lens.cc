// Tables of words: canonical options ↔ what a system calls them, and option codes.
#include <algorithm>

#include "base/text.h"
#include "mapping/lens.h"

namespace lockstep::mapping {

namespace {

class EnumLens final : public Lens {
 public:
  EnumLens(EnumTable table, bool elements) : table_(std::move(table)), elements_(elements) {}

  Result<Value> get(Value wire) const override {
    return each(std::move(wire), [&](const std::string& word) -> Result<std::string> {
      for (const auto& [of, canonical] : table_.representatives)
        if (of == word) return canonical;
      for (const auto& [canonical, of] : table_.pairs)
        if (of == word) return canonical;
      return unknown(word, true);
    });
  }
  Result<Value> put(Value canonical) const override {
    return each(std::move(canonical), [&](const std::string& word) -> Result<std::string> {
      for (const auto& [name, wire] : table_.pairs)
        if (name == word) return wire;
      return unknown(word, false);
    });
  }
  LensClass lens_class() const override { return table_.representatives.empty() && !table_.otherwise && !table_.keep_unknown ? LensClass::iso : LensClass::lens; }
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
  Result<Value> each(Value value, Change change) const {
    if (const std::string* word = value.get<std::string>(); word && !elements_) {
      TRY(std::string changed, change(*word));
      return Value(std::move(changed));
    }
    if (const auto* number = value.get<std::int64_t>()) return each(Value(std::to_string(*number)), change);
    if (const auto* number = value.get<Decimal>()) return each(Value(number->text), change);
    if (const List* list = value.get<List>(); list && elements_) {
      List changed;
      for (const Value& element : *list) {
        const std::string* word = element.get<std::string>();
        if (!word) return fail(ErrorCode::invalid_input, "expected a set of texts, found " + to_display(value));
        TRY(std::string one, change(*word));
        changed.emplace_back(std::move(one));
      }
      make_set(changed);
      return Value(std::move(changed));
    }
    return fail(ErrorCode::invalid_input, std::string("expected ") + (elements_ ? "a set" : "a word") + ", found " + to_display(value));
  }
  Result<std::string> unknown(const std::string& word, bool reading) const {
    if (table_.keep_unknown) return word;
    if (reading && table_.otherwise) return *table_.otherwise;
    std::vector<std::string> known;
    for (const auto& [canonical, wire] : table_.pairs) known.push_back(reading ? wire : canonical);
    return fail(ErrorCode::invalid_input, "no entry for '" + word + "' in the enum table; known: " + join(known, ", "));
  }
  EnumTable table_;
  bool elements_;
};

class NumberTextLens final : public Lens {
 public:
  Result<Value> get(Value wire) const override {
    if (const auto* integer = wire.get<std::int64_t>()) return Value(std::to_string(*integer));
    if (const auto* decimal = wire.get<Decimal>()) return Value(decimal->text);
    return wire;
  }
  Result<Value> put(Value canonical) const override {
    const std::string* text = canonical.get<std::string>();
    if (!text) return canonical;
    TRY(Decimal number, parse_decimal(*text));
    return Value(std::move(number));
  }
};

}  // namespace

LensRef make_number_text_lens() { return std::make_shared<NumberTextLens>(); }
LensRef make_enum_lens(EnumTable table) { return std::make_shared<EnumLens>(std::move(table), false); }
LensRef make_element_enum_lens(EnumTable table) { return std::make_shared<EnumLens>(std::move(table), true); }

}  // namespace lockstep::mapping

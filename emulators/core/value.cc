#include "emulators/core/value.h"

#include <cstring>

namespace lockstep::emulators {
namespace {

// Layout of an entry: field (2 bytes), tag (1 byte), payload. Integers in machine order: the bytes never
// leave memory.
enum Tag : char { kFalse, kTrue, kInteger, kReal, kShortText, kLongText };
constexpr std::size_t kHeadBytes = sizeof(FieldId) + 1;

template <class T>
T load(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <class T>
void append(std::string& to, T value) {
  to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void append_value(std::string& to, ValueView value) {
  if (const bool* boolean = std::get_if<bool>(&value)) {
    to.push_back(*boolean ? kTrue : kFalse);
  } else if (const std::int64_t* integer = std::get_if<std::int64_t>(&value)) {
    to.push_back(kInteger);
    append(to, *integer);
  } else if (const double* real = std::get_if<double>(&value)) {
    to.push_back(kReal);
    append(to, *real);
  } else if (const std::string_view* text = std::get_if<std::string_view>(&value)) {
    if (text->size() < 256) {
      to.push_back(kShortText);
      append(to, static_cast<std::uint8_t>(text->size()));
    } else {
      to.push_back(kLongText);
      append(to, static_cast<std::uint32_t>(text->size()));
    }
    to.append(*text);
  }
}

}  // namespace

ValueView view(const Value& value) {
  return std::visit([](const auto& held) -> ValueView { return held; }, value);
}

Value own(ValueView value) {
  if (const std::string_view* text = std::get_if<std::string_view>(&value)) return std::string(*text);
  if (const bool* boolean = std::get_if<bool>(&value)) return *boolean;
  if (const std::int64_t* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const double* real = std::get_if<double>(&value)) return *real;
  return std::monostate{};
}

std::string_view text_of(ValueView value) {
  const std::string_view* text = std::get_if<std::string_view>(&value);
  return text ? *text : std::string_view{};
}

PackedFields::Entry PackedFields::entry_at(std::size_t offset) const {
  const char* at = bytes_.data() + offset;
  FieldId field = load<FieldId>(at);
  char tag = at[sizeof(FieldId)];
  const char* payload = at + kHeadBytes;
  std::size_t behind_head = offset + kHeadBytes;
  switch (tag) {
    case kFalse: return {field, false, behind_head};
    case kTrue: return {field, true, behind_head};
    case kInteger: return {field, load<std::int64_t>(payload), behind_head + 8};
    case kReal: return {field, load<double>(payload), behind_head + 8};
    case kShortText: {
      std::size_t size = load<std::uint8_t>(payload);
      return {field, std::string_view(payload + 1, size), behind_head + 1 + size};
    }
    default: {
      std::size_t size = load<std::uint32_t>(payload);
      return {field, std::string_view(payload + 4, size), behind_head + 4 + size};
    }
  }
}

ValueView PackedFields::get(FieldId field) const {
  for (std::size_t offset = 0; offset < bytes_.size();) {
    Entry entry = entry_at(offset);
    if (entry.field == field) return entry.value;
    if (entry.field > field) break;
    offset = entry.end;
  }
  return std::monostate{};
}

void PackedFields::set(FieldId field, ValueView value) {
  std::string packed;
  if (!is_null(value)) {
    append(packed, field);
    append_value(packed, value);
  }
  std::size_t offset = 0;
  while (offset < bytes_.size()) {
    Entry entry = entry_at(offset);
    if (entry.field == field) {
      bytes_.replace(offset, entry.end - offset, packed);
      return;
    }
    if (entry.field > field) break;
    offset = entry.end;
  }
  bytes_.insert(offset, packed);
}

void PackedFields::set_all(const FieldChanges& changes) {
  for (const auto& [field, value] : changes) set(field, view(value));
}

}  // namespace lockstep::emulators

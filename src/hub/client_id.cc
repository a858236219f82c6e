#include "hub/client_id.h"

#include <algorithm>

#include "base/text.h"

namespace lockstep {

std::string client_id(EntityId entity, std::string_view replaced) {
  Ulid id = entity.value();
  if (!replaced.empty()) {
    const std::string text = id.text();
    const std::uint64_t mixed = stable_hash(replaced, stable_hash(std::string_view(text)));
    for (std::size_t i = 8; i < 16; ++i) id.bytes[i] = static_cast<std::uint8_t>(mixed >> ((i - 8) * 8));
  }
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x40);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
  const std::string hex = to_hex(std::string_view(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()));
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" + hex.substr(20);
}

std::vector<EntityId> entities_of_client_id(std::string_view guid) {
  std::string hex(guid), bytes;
  std::erase(hex, '-');
  if (hex.size() != 32 || !from_hex(hex, bytes)) return {};
  Ulid id;
  std::ranges::copy(bytes, reinterpret_cast<char*>(id.bytes.data()));
  if ((id.bytes[6] & 0xf0) != 0x40 || (id.bytes[8] & 0xc0) != 0x80) return {};
  std::vector<EntityId> entities;
  for (unsigned hidden = 0; hidden < 64; ++hidden) {
    id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | (hidden >> 2) << 4);
    id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | (hidden & 3) << 6);
    entities.emplace_back(id);
  }
  return entities;
}

}  // namespace lockstep

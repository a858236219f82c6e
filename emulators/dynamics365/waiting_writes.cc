#include "emulators/dynamics365/waiting_writes.h"

namespace lockstep::emulators::dynamics365 {

std::string operation_of(std::string_view body) {
  JsonDocument document;
  if (!document.parse(body) || !document.root().is_object()) return "";
  return std::string(text_member(document.root().get_object(), "OperationId"));
}

WaitingWrite* WaitingWrites::find(const std::string& key) {
  auto known = writes_.find(key);
  return known == writes_.end() ? nullptr : &known->second;
}

WaitingWrite WaitingWrites::take(const std::string& key) {
  WaitingWrite write = std::move(writes_.at(key));
  writes_.erase(key);
  return write;
}

bool WaitingWrites::answered(std::string_view body, bool well) {
  if (writes_.empty()) return false;
  std::string operation = operation_of(body);
  for (auto& [key, write] : writes_) {
    if (write.open.erase(operation) == 0) continue;
    write.failed |= !well;
    return true;
  }
  return false;
}

}  // namespace lockstep::emulators::dynamics365

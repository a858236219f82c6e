#include "connector/answer.h"

#include <algorithm>

#include "base/text.h"
#include "expression/operand.h"

namespace lockstep::connector {

namespace {

/// Parsed, an answer takes about the room of its text: from there on the blocks double.
constexpr std::size_t kMemoryLeast = 1024;

}  // namespace

Answer::Answer(int status, http::Headers headers, std::string text)
    : status_(status),
      headers_(std::move(headers)),
      memory_(std::max(kMemoryLeast, text.size())),
      json_(nullptr, &memory_),
      status_value_(static_cast<std::int64_t>(status)) {
  const std::string_view trimmed = trim(text);
  if (trimmed.starts_with('{') || trimmed.starts_with('[')) {
    boost::system::error_code error;
    boost::json::value parsed = boost::json::parse(trimmed, error, &memory_);
    parsed_ = !error;
    if (parsed_) json_ = std::move(parsed);
  }
  if (!parsed_) text_ = std::move(text);
  Map map;
  for (const auto& [name, value] : headers_.all()) {
    std::string lower = to_lower_ascii(name);
    const bool known = std::ranges::find(map, lower, &std::pair<std::string, Value>::first) != map.end();
    if (!known) map.emplace_back(std::move(lower), Value(value));
  }
  make_map(map);
  header_map_ = Value(std::move(map));
}

void Answer::enter(Scope& scope) const {
  scope.set(kStatus, expression::Operand::borrow(status_value_));
  scope.set(kHeader, expression::Operand::borrow(header_map_));
  if (parsed_) scope.set(kBody, expression::Operand(&json_));
  else scope.clear(kBody);
}

}  // namespace lockstep::connector

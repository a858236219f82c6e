#include "emulators/core/fault_switch.h"

#include <fmt/format.h>

#include "base/text.h"

namespace lockstep::emulators {
namespace {

constexpr std::int64_t kMost = 1'000'000'000'000;

const std::vector<std::string>& member_names() {
  static const std::vector<std::string> kNames = {"name", "rate", "calls", "count", "for", "match", "status", "code", "html", "retry_after_ms", "delay_ms"};
  return kNames;
}

/// As a gateway before the system words it.
std::string gateway_page(int status) {
  std::string_view words = status == 429   ? " Too Many Requests"
                           : status == 500 ? " Internal Server Error"
                           : status == 502 ? " Bad Gateway"
                           : status == 503 ? " Service Temporarily Unavailable"
                           : status == 504 ? " Gateway Time-out"
                                           : "";
  return fmt::format("<html>\r\n<head><title>{0}{1}</title></head>\r\n<body>\r\n<center><h1>{0}{1}</h1></center>\r\n</body>\r\n</html>\r\n", status, words);
}

tl::unexpected<Error> wrong(std::string_view name, std::string_view expected) {
  return fail(ErrorCode::invalid_input, fmt::format("{} must be {}", name, expected));
}

Result<void> check_known(std::string_view problem, const std::string& name, const std::vector<std::string>& names) {
  if (std::find(names.begin(), names.end(), name) != names.end()) return {};
  std::string near = nearest_name(name, names);
  return fail(ErrorCode::invalid_input, fmt::format("{} '{}'{}", problem, name, near.empty() ? "" : fmt::format(" (did you mean {}?)", near)));
}

Result<std::int64_t> whole(std::string_view name, const json::value& value, std::int64_t least) {
  if (!value.is_int64() || value.get_int64() < least || value.get_int64() > kMost) return wrong(name, fmt::format("a whole number, {} or more", least));
  return value.get_int64();
}

Result<void> read_calls(const json::value& value, Fault& fault) {
  const json::array* list = value.if_array();
  if (!list || list->empty()) return wrong("calls", "a list such as [1, 3, 4]");
  for (const json::value& each : *list) {
    TRY(std::int64_t call, whole("calls", each, 1));
    fault.calls.insert(static_cast<std::uint64_t>(call));
  }
  return {};
}

Result<void> read_number(std::string_view name, const json::value& value, Fault& fault) {
  TRY(std::int64_t number, whole(name, value, name == "status" ? 400 : 0));
  if (name == "count") fault.remaining = number;
  if (name == "retry_after_ms") fault.retry_after = Duration(number);
  if (name == "delay_ms") fault.delay = Duration(number);
  if (name == "status" && number > 599) return wrong(name, "from 400 to 599");
  if (name == "status") fault.status = static_cast<int>(number);
  return {};
}

Result<void> read_member(std::string_view name, const json::value& value, WallTime now, Fault& fault) {
  if (name == "rate") {
    if (!value.is_number()) return wrong(name, "a number");
    fault.rate = value.to_number<double>();
    return fault.rate > 1 ? wrong(name, "from 0 to 1") : Result<void>{};
  }
  if (name == "calls") return read_calls(value, fault);
  if (name == "html" && value.is_bool()) return {};  // the page depends on the status
  if (name != "name" && name != "match" && name != "for" && name != "html" && name != "code") return read_number(name, value, fault);
  if (!value.is_string()) return wrong(name, "a text");
  std::string text(value.get_string());
  if (name == "for") {
    TRY(Duration burst, parse_duration(text));
    fault.until = now + burst;
  } else {
    if (name == "html") fault.html = std::move(text);
    else (name == "name" ? fault.name : name == "code" ? fault.code : fault.match) = std::move(text);
  }
  return {};
}

}  // namespace

Result<Fault> read_fault(const json::value& told, WallTime now, const std::vector<std::string>& names,
                         const std::function<bool(std::string_view)>& knows_code) {
  const json::object* object = told.if_object();
  Fault fault;
  if (object) fault.name = std::string(text_member(*object, "name"));
  if (fault.name.empty()) return fail(ErrorCode::invalid_input, "expected {\"name\": \"server_error\", \"rate\": 0.1, \"count\": 5}");
  TRY_VOID(check_known("there is no fault", fault.name, names));
  for (const auto& member : *object) {
    std::string name(member.key());
    TRY_VOID(check_known("a fault has no", name, member_names()));
    TRY_VOID(read_member(name, member.value(), now, fault));
  }
  if (!fault.code.empty() && !knows_code(fault.code))
    return fail(ErrorCode::invalid_input, fmt::format("this system has no error '{}' that a fault raises", fault.code));
  const json::value* html = object->if_contains("html");
  if (html && html->is_bool() && html->get_bool())
    fault.html = gateway_page(fault.status != 0 ? fault.status : fault.name == kFaultRateLimit ? kRateLimitStatus : kFaultStatus);
  return fault;
}

json::object fault_row(const Fault& fault) {
  json::object row{{"name", fault.name},
                   {"rate", fault.rate},
                   {"remaining", fault.remaining},
                   {"match", fault.match},
                   {"status", fault.status},
                   {"retry_after_ms", fault.retry_after.count()},
                   {"delay_ms", fault.delay.count()},
                   {"fitted", fault.fitted},
                   {"fired", fault.fired}};
  if (!fault.calls.empty()) row["calls"] = json::value_from(fault.calls);
  if (fault.until) row["until"] = format_iso(*fault.until);
  if (!fault.code.empty()) row["code"] = fault.code;
  if (fault.html) row["html"] = *fault.html;
  return row;
}

}  // namespace lockstep::emulators

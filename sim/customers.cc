#include "sim/customers.h"

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "base/text.h"

namespace lockstep::sim {

std::size_t crm_index(std::string_view system) {
  const auto found = std::ranges::find(kCrms, system);
  CHECK(found != kCrms.end(), std::string(system));
  return static_cast<std::size_t>(found - kCrms.begin());
}

const FieldNames* TypeNames::find(std::string_view field) const {
  const auto found = std::ranges::find(fields, field, &FieldNames::field);
  return found == fields.end() ? nullptr : &*found;
}

const std::vector<TypeNames>& type_names() {
  static const std::vector<TypeNames> kTypes = {
      {"account",
       {"Account", "companies", "account"},
       {"Account", "company", "account"},
       "name",
       "Account ",
       "",
       {{"name", {"Name", "name", "name"}}, {"phone", {"Phone", "phone", "telephone1"}}, {"description", {"Description", "description", "description"}}},
       {"description", "phone"},
       {}},
      {"contact",
       {"Contact", "contacts", "contact"},
       {"Contact", "contact", "contact"},
       "email",
       "p",
       "@example.com",
       {{"first_name", {"FirstName", "firstname", "firstname"}},
        {"last_name", {"LastName", "lastname", "lastname"}},
        {"email", {"Email", "email", "emailaddress1"}},
        {"phone", {"Phone", "phone", "telephone1"}},
        {"job_title", {"Title", "jobtitle", "jobtitle"}},
        {"description", {"Description", "message", "description"}}},
       {"job_title", "last_name", "description", "phone"},
       {{"account", "account", {"AccountId", "", "_parentcustomerid_value"}}}},
      {"case",
       {"Case", "tickets", "incident"},
       {"Case", "ticket", "incident"},
       "subject",
       "Case ",
       "",
       {{"subject", {"Subject", "subject", "title"}}, {"description", {"Description", "content", "description"}}},
       {"description"},
       {{"contact", "contact", {"ContactId", "", "_customerid_value"}}}},
      {"interaction",
       {"Task", "calls", "phonecall"},
       {"Task", "call", "phonecall"},
       "subject",
       "Call ",
       "",
       {{"subject", {"Subject", "hs_call_title", "subject"}}},
       {},
       {}}};
  return kTypes;
}

const TypeNames& names_of(std::string_view type) {
  const auto found = std::ranges::find(type_names(), type, &TypeNames::type);
  CHECK(found != type_names().end(), std::string(type));
  return *found;
}

std::string support_id_of(std::string_view type, std::int64_t number) { return std::string(type.substr(0, 2)) + std::to_string(number); }

std::string marker_of(const TypeNames& type, std::int64_t number) {
  return std::string(type.marker_before) + std::to_string(number) + std::string(type.marker_after);
}

std::optional<std::int64_t> number_of(const TypeNames& type, std::string_view marker) {
  if (marker.size() <= type.marker_before.size()) return std::nullopt;
  std::int64_t number = 0;
  const char* begin = marker.data() + type.marker_before.size();
  const auto [end, error] = std::from_chars(begin, marker.data() + marker.size(), number);
  if (error != std::errc() || to_lower_ascii(marker) != to_lower_ascii(marker_of(type, number))) return std::nullopt;
  return number;
}

std::string plain(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!space) result += c;
    else if (!result.empty() && result.back() != ' ') result += ' ';
  }
  if (!result.empty() && result.back() == ' ') result.pop_back();
  return result;
}

}  // namespace lockstep::sim

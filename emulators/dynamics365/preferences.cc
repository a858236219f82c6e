#include "emulators/dynamics365/preferences.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/text.h"

namespace lockstep::emulators::dynamics365 {
namespace {

/// Splits at commas outside quotes.
std::vector<std::string> split_values(std::string_view text) {
  std::vector<std::string> values(1);
  bool quoted = false;
  for (char c : text) {
    if (c == '"') quoted = !quoted;
    if (c == ',' && !quoted) {
      values.emplace_back();
    } else {
      values.back().push_back(c);
    }
  }
  return values;
}

bool fits(std::string_view pattern, std::string_view name) {
  if (pattern.ends_with('*')) return name.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == name;
}

Annotations wanted_annotations(std::string_view list) {
  Annotations annotations;
  for (std::string_view pattern : split(list, ',')) {
    pattern = trim(pattern);
    annotations.formatted_value |= fits(pattern, "OData.Community.Display.V1.FormattedValue");
    annotations.lookup_name |= fits(pattern, "Microsoft.Dynamics.CRM.lookuplogicalname");
    annotations.navigation |= fits(pattern, "Microsoft.Dynamics.CRM.associatednavigationproperty");
  }
  return annotations;
}

void read_value(std::string_view text, Preferences& preferences) {
  std::size_t equals = text.find('=');
  std::string name = to_lower_ascii(trim(text.substr(0, equals)));
  std::string_view value = equals == std::string_view::npos ? std::string_view{} : trim(text.substr(equals + 1));
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  if (name == "return") preferences.representation = value == "representation";
  if (name == "odata.track-changes") preferences.track_changes = true;
  if (name == "respond-async") preferences.respond_async = true;
  if (name == "odata.continue-on-error") preferences.continue_on_error = value != "false";
  if (name == "odata.include-annotations") {
    preferences.annotation_list = std::string(value);
    preferences.annotations = wanted_annotations(value);
  }
  if (name == "odata.maxpagesize") {
    std::size_t size = 0;
    std::from_chars(value.data(), value.data() + value.size(), size);
    if (size > 0) preferences.page_size = std::min(size, kMaxPage);
  }
}

}  // namespace

Preferences read_preferences(const http::Headers& headers) {
  Preferences preferences;
  for (const auto& [name, value] : headers.all()) {
    if (!equal_no_case(name, "Prefer")) continue;
    for (const std::string& each : split_values(value)) read_value(each, preferences);
  }
  return preferences;
}

}  // namespace lockstep::emulators::dynamics365

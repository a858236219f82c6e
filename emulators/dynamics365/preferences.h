#pragma once

#include <optional>
#include <string>

#include "http/message.h"

namespace lockstep::emulators::dynamics365 {

inline constexpr std::size_t kMaxPage = 5000;  // rows, and what a request gets that names no size

struct Annotations {
  bool formatted_value = false;
  bool lookup_name = false;
  bool navigation = false;
  bool any() const { return formatted_value || lookup_name || navigation; }
};

/// The Prefer header fields of a request.
struct Preferences {
  bool representation = false;
  bool track_changes = false;
  bool continue_on_error = false;
  bool respond_async = false;
  std::optional<std::size_t> page_size;  // within 1…5000
  std::optional<std::string> annotation_list;
  Annotations annotations;
  /// "*": errors come with details, too.
  bool all_annotations() const { return annotation_list && *annotation_list == "*"; }
};
Preferences read_preferences(const http::Headers& headers);

}  // namespace lockstep::emulators::dynamics365

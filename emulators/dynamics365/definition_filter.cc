#include "emulators/dynamics365/definition_filter.h"

#include <fmt/format.h>

#include "base/text.h"
#include "emulators/dynamics365/query.h"

namespace lockstep::emulators::dynamics365 {
namespace {

const json::value* member_of(const json::object& object, std::string_view path) {
  std::size_t slash = path.find('/');
  const json::value* found = object.if_contains(json::string_view(path.data(), std::min(slash, path.size())));
  if (!found || slash == std::string_view::npos) return found;
  return found->is_object() ? member_of(found->get_object(), path.substr(slash + 1)) : nullptr;
}

class Reader {
 public:
  Reader(const json::object& definition, std::string_view text) : definition_(definition), whole_(text), rest_(trim(text)) {}

  Outcome<bool> read() {
    TRY(bool fits, any_of());
    if (!rest_.empty()) return unsupported();
    return fits;
  }

 private:
  tl::unexpected<ApiError> unsupported() const { return refuse(400, code::kBadRequestUrl, fmt::format("Unsupported metadata filter '{}'.", whole_)); }

  bool take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_ = trim_start(rest_.substr(word.size()));
    return true;
  }
  static std::string_view trim_start(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    return text;
  }

  Outcome<bool> any_of() {
    TRY(bool fits, all_of());
    while (take("or ")) {
      TRY(bool right, all_of());
      fits = fits || right;
    }
    return fits;
  }
  Outcome<bool> all_of() {
    TRY(bool fits, one());
    while (take("and ")) {
      TRY(bool right, one());
      fits = fits && right;
    }
    return fits;
  }
  Outcome<bool> one() {
    if (++depth_ > 50) return unsupported();
    if (take("not ")) {
      TRY(bool fits, one());
      return !fits;
    }
    if (take("(")) {
      TRY(bool fits, any_of());
      if (!take(")")) return unsupported();
      return fits;
    }
    for (std::string_view function : {"startswith(", "endswith(", "contains("}) {
      if (take(function)) return text_function(function);
    }
    return comparison();
  }

  Outcome<bool> text_function(std::string_view function) {
    TRY(const json::value* held, member());
    if (!take(",")) return unsupported();
    TRY(std::string wanted, literal());
    if (!take(")")) return unsupported();
    std::string text = to_lower_ascii(scalar_text(*held));
    wanted = to_lower_ascii(wanted);
    return function == "startswith(" ? text.starts_with(wanted) : function == "endswith(" ? text.ends_with(wanted) : text.find(wanted) != std::string::npos;
  }

  Outcome<bool> comparison() {
    TRY(const json::value* held, member());
    for (std::string_view word : {"eq ", "ne ", "gt ", "ge ", "lt ", "le "}) {
      if (!take(word)) continue;
      TRY(std::string wanted, literal());
      std::string text = held->is_null() ? "null" : scalar_text(*held);
      if (word == "eq ") return text == wanted;
      if (word == "ne ") return text != wanted;
      if (!held->is_number()) return unsupported();
      double a = std::strtod(text.c_str(), nullptr), b = std::strtod(wanted.c_str(), nullptr);
      return word == "gt " ? a > b : word == "ge " ? a >= b : word == "lt " ? a < b : a <= b;
    }
    return unsupported();
  }

  Outcome<const json::value*> member() {
    std::size_t end = std::min(rest_.find_first_of(" ,()"), rest_.size());
    std::string_view path = rest_.substr(0, end);
    const json::value* held = member_of(definition_, path);
    if (!held) return tl::unexpected<ApiError>(property_missing("EntityMetadata", path));
    rest_ = trim_start(rest_.substr(end));
    return held;
  }

  /// 'text', 12, true, null, Microsoft.Dynamics.CRM.AttributeTypeCode'Picklist'.
  Outcome<std::string> literal() {
    std::size_t quote = rest_.find('\''), end = std::min(rest_.find_first_of(" ,()"), rest_.size());
    if (quote >= end) {
      std::string plain(rest_.substr(0, end));
      rest_ = trim_start(rest_.substr(end));
      return plain;
    }
    std::string text;
    std::size_t at = quote + 1;
    for (; at < rest_.size(); ++at) {
      bool doubled = rest_.substr(at).starts_with("''");
      if (rest_[at] == '\'' && !doubled) break;
      text += rest_[at];
      if (doubled) ++at;
    }
    if (at >= rest_.size()) return unsupported();
    rest_ = trim_start(rest_.substr(at + 1));
    return text;
  }

  const json::object& definition_;
  std::string_view whole_, rest_;
  int depth_ = 0;
};

}  // namespace

Outcome<bool> definition_fits(const json::object& definition, std::string_view filter) { return Reader(definition, filter).read(); }

}  // namespace lockstep::emulators::dynamics365

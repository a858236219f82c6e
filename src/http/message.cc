#include "http/message.h"

#include <algorithm>

#include "base/text.h"

namespace lockstep::http {

void Headers::set(std::string_view name, std::string value) {
  remove(name);
  fields_.emplace_back(std::string(name), std::move(value));
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const auto& field) { return equal_no_case(field.first, name); });
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const auto& [key, value] : fields_)
    if (equal_no_case(key, name)) return value;
  return std::nullopt;
}

std::string Url::text() const {
  const bool usual = (scheme == "http" && port == 80) || (scheme == "https" && port == 443);
  return scheme + "://" + host + (usual ? "" : ":" + std::to_string(port)) + target;
}
std::string Url::path() const { return target.substr(0, target.find('?')); }
std::string Url::query() const {
  const std::size_t at = target.find('?');
  return at == std::string::npos ? "" : target.substr(at + 1);
}

std::optional<Url> parse_url(std::string_view text) {
  Url url;
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  url.scheme = to_lower_ascii(text.substr(0, scheme_end));
  if (url.scheme != "http" && url.scheme != "https") return std::nullopt;
  text.remove_prefix(scheme_end + 3);
  const std::size_t authority_end = std::min(text.find_first_of("/?#"), text.size());
  std::string_view authority = text.substr(0, authority_end);
  text.remove_prefix(authority_end);
  // User names in URLs are how credentials leak into logs, and how hosts are faked.
  if (authority.find('@') != std::string_view::npos) return std::nullopt;
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    port = authority.substr(close + 1);
    authority = authority.substr(0, close + 1);
  } else if (const std::size_t colon = authority.find(':'); colon != std::string_view::npos) {
    port = authority.substr(colon);
    authority = authority.substr(0, colon);
  }
  url.port = url.scheme == "https" ? 443 : 80;
  if (!port.empty()) {
    port.remove_prefix(1);
    unsigned number = 0;
    if (port.empty() || port.size() > 5) return std::nullopt;
    for (const char c : port) {
      if (c < '0' || c > '9') return std::nullopt;
      number = number * 10 + static_cast<unsigned>(c - '0');
    }
    if (number == 0 || number > 65'535) return std::nullopt;
    url.port = static_cast<std::uint16_t>(number);
  }
  if (authority.empty()) return std::nullopt;
  for (const char c : authority)
    if (static_cast<unsigned char>(c) <= ' ' || c == '\\' || static_cast<unsigned char>(c) >= 0x7f) return std::nullopt;
  url.host = to_lower_ascii(authority);
  text = text.substr(0, text.find('#'));
  url.target = text.starts_with('/') ? std::string(text) : "/" + std::string(text);
  return url;
}

std::optional<Url> resolve(const Url& base, std::string_view reference) {
  if (reference.find("://") != std::string_view::npos && reference.find("://") < reference.find_first_of("/?#")) return parse_url(reference);
  Url url = base;
  if (reference.starts_with("//")) return parse_url(base.scheme + ":" + std::string(reference));
  reference = reference.substr(0, reference.find('#'));
  if (reference.empty()) return url;
  if (reference.starts_with('/')) {
    url.target = std::string(reference);
  } else if (reference.starts_with('?')) {
    url.target = base.path() + std::string(reference);
  } else {
    const std::string path = base.path();
    url.target = path.substr(0, path.rfind('/') + 1) + std::string(reference);
  }
  return url;
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string_view part : split(query, '&')) {
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    const std::string_view value = equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1);
    pairs.emplace_back(percent_decode(part.substr(0, equals), true), percent_decode(value, true));
  }
  return pairs;
}

std::string encode_query(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string out;
  for (const auto& [key, value] : pairs) out += (out.empty() ? "" : "&") + percent_encode(key) + "=" + percent_encode(value);
  return out;
}

std::string ServerRequest::path() const { return percent_decode(std::string_view(target).substr(0, target.find('?')), false); }
std::string ServerRequest::query() const {
  const std::size_t at = target.find('?');
  return at == std::string::npos ? "" : target.substr(at + 1);
}

}  // namespace lockstep::http

#include "emulators/dynamics365/resource.h"

#include <fmt/format.h>

#include "base/text.h"
#include "emulators/dynamics365/guid.h"

namespace lockstep::emulators::dynamics365 {
namespace {

// Microsoft's page on alternate keys: GET and PATCH fail for values that hold one of these, encoded or not.
constexpr std::string_view kForbiddenInKeys = "/<>*%&:\\?+#";

tl::unexpected<ApiError> bad_syntax() { return refuse(400, code::kBadRequestUrl, "Error in query syntax."); }

tl::unexpected<ApiError> bad_key(const TableSpec& table) {
  return refuse(
      400, code::kBadRequestUrl,
      fmt::format("The key in the request URI is not valid for resource 'Microsoft.Dynamics.CRM.{}'. Ensure "
                  "that the names and number of key properties match the declared or alternate key "
                  "properties for the resource 'Microsoft.Dynamics.CRM.{}'.",
                  table.name, table.name));
}

/// 'it''s' to it's.
std::optional<std::string> unquote(std::string_view text) {
  if (text.size() < 2 || text.front() != '\'' || text.back() != '\'') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\'' && (++i >= text.size() || text[i] != '\'')) return std::nullopt;
    plain.push_back(text[i]);
  }
  return plain;
}

Outcome<void> read_key(std::string_view key, Resource& resource) {
  const TableSpec& table = *resource.table;
  if (auto id = parse_guid(key)) {
    resource.id = *id;
    return {};
  }
  std::size_t equals = key.find('=');
  if (equals == std::string_view::npos) return bad_syntax();
  std::string_view name = trim(key.substr(0, equals)), value = trim(key.substr(equals + 1));
  if (name == table.key && table.name != "systemuser" && table.name != "team") {
    auto id = parse_guid(value);
    if (!id) return bad_syntax();
    resource.id = *id;
    return {};
  }
  if (!table.external_key() || table.external_key()->name != name) return bad_key(table);
  auto text = unquote(value);
  if (!text) return bad_syntax();
  if (text->empty() || text->find_first_of(kForbiddenInKeys) != std::string::npos) return bad_syntax();
  resource.alternate_key = table.external_key();
  resource.key_value = std::move(*text);
  return {};
}

}  // namespace

std::string Resource::row_path() const {
  if (!id.empty()) return fmt::format("{}({})", table->set, id);
  std::string quoted;
  for (char c : key_value) quoted += c == '\'' ? "''" : std::string(1, c);
  return fmt::format("{}({}='{}')", table->set, alternate_key->name, quoted);
}

Outcome<Resource> parse_resource(const Metadata& metadata, std::string_view path) {
  Resource resource;
  std::vector<std::string_view> segments = split(path, '/');
  std::string first = percent_decode(segments.front(), false);
  std::size_t open = first.find('(');
  std::string set = first.substr(0, open);
  resource.table = metadata.by_set(set);
  if (!resource.table) return tl::unexpected<ApiError>(segment_missing(set));
  if (open != std::string::npos) {
    if (first.back() != ')') return bad_syntax();
    TRY_VOID(read_key(std::string_view(first).substr(open + 1, first.size() - open - 2), resource));
  }
  for (std::size_t i = 1; i < segments.size(); ++i)
    resource.rest.push_back(percent_decode(segments[i], false));
  return resource;
}

}  // namespace lockstep::emulators::dynamics365

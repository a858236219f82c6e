#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/entity_type.h"

/// Normal forms of single key members. Stable: they are stored as an index.
namespace lockstep::identity {

struct KeyPart {
  std::string text;
  bool weak = false;
};

/// The normal form of one field for matching, by its type: email, phone (E.164 from the mapping), url and `domain` (host
/// without www.), otherwise text. Nothing when the value is blank or cannot tell two records apart.
std::optional<KeyPart> key_part(const FieldDefinition& field, const Value& value);

std::optional<KeyPart> email_key(std::string_view text);
std::optional<KeyPart> phone_key(std::string_view text);
/// The registered host of a domain, a URL or an e-mail address, lower case, without "www." and port.
std::optional<KeyPart> domain_key(std::string_view text);
std::optional<KeyPart> text_key(std::string_view text);

}  // namespace lockstep::identity

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "base/text.h"
#include "expression/functions.h"
#include "expression/json_value.h"

namespace lockstep::expression {

namespace {

using Type = Parameter::Type;

/// Text functions over one text.
template <std::string (*convert)(std::string_view)>
Result<Operand> convert_text(const Call& call) {
  TRY(const std::string text, call[0].text());
  return text_operand(convert(text));
}

Result<Operand> unbase64(const Call& call) {
  TRY(const std::string text, call[0].text());
  std::string bytes;
  if (!from_base64(text, bytes)) return fail(ErrorCode::invalid_input, "expected base64, found another text");
  return text_operand(std::move(bytes));
}

Result<Operand> unhex(const Call& call) {
  TRY(const std::string text, call[0].text());
  std::string bytes;
  if (!from_hex(text, bytes)) return fail(ErrorCode::invalid_input, "expected hexadecimal digits, found another text");
  return text_operand(std::move(bytes));
}

Result<Operand> json_text(const Call& call) {
  TRY(const Value value, call[0].to_value());
  std::string text = to_json(value);
  if (text.size() > kTextBytesMax) return too_large();
  return text_operand(std::move(text));
}

Result<Operand> unjson(const Call& call) {
  TRY(const std::string text, call[0].text());
  TRY(Value value, parse_json(text));
  return Operand(std::move(value));
}

Result<Operand> form(const Call& call) {
  if (call[0].kind() != Operand::Kind::map) return fail(ErrorCode::invalid_input, "expected a map, found " + std::string(article_of(call[0].kind())));
  std::string out;
  for (const auto& [name, member] : call[0].members()) {
    if (member.is_absent()) continue;
    TRY(const std::string text, member.text());
    out += (out.empty() ? "" : "&") + percent_encode(name) + "=" + percent_encode(text);
  }
  return text_operand(std::move(out));
}

Result<Operand> host(const Call& call) {
  TRY(const std::string text, call[0].text());
  std::string_view rest = text;
  const std::size_t scheme = rest.find("://");
  if (scheme == std::string_view::npos) return Operand();
  rest = rest.substr(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("/?#\\"));
  if (const std::size_t user = rest.rfind('@'); user != std::string_view::npos) rest = rest.substr(user + 1);
  if (rest.starts_with('[')) rest = rest.substr(0, rest.find(']') + 1);
  else rest = rest.substr(0, rest.find(':'));
  return rest.empty() ? Operand() : text_operand(to_lower_ascii(rest));
}

Result<std::string> digest(const EVP_MD* algorithm, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned int size = 0;
  if (!algorithm || EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, algorithm, nullptr) != 1)
    return fail(ErrorCode::internal, "the digest is not available");
  return std::string(out.begin(), out.begin() + size);
}

template <const EVP_MD* (*algorithm)()>
Result<Operand> digest_of(const Call& call) {
  TRY(const std::string text, call[0].text());
  TRY(std::string bytes, digest(algorithm(), text));
  return text_operand(std::move(bytes));
}

Result<Operand> hmac(const Call& call) {
  TRY(const std::string text, call[0].text());
  TRY(const std::string name, call[1].text());
  TRY(const std::string key, call[2].text());
  const EVP_MD* algorithm = name == "sha256"   ? EVP_sha256()
                            : name == "sha1"   ? EVP_sha1()
                            : name == "sha512" ? EVP_sha512()
                            : name == "md5"    ? EVP_md5()
                                               : nullptr;
  if (!algorithm) return fail(ErrorCode::invalid_input, "hmac knows sha256, sha512, sha1 and md5");
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned int size = 0;
  if (!HMAC(algorithm, key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data(), &size))
    return fail(ErrorCode::internal, "the digest is not available");
  return text_operand(std::string(out.begin(), out.begin() + size));
}

/// RFC 4122, 4.3; the four namespaces of its appendix C by name.
Result<Operand> uuid5(const Call& call) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kNamespaces = {
      {{"dns", "6ba7b810"}, {"url", "6ba7b811"}, {"oid", "6ba7b812"}, {"x500", "6ba7b814"}}};
  TRY(std::string space, call[0].text());
  TRY(const std::string name, call[1].text());
  for (const auto& [word, prefix] : kNamespaces)
    if (space == word) space = std::string(prefix) + "9dad11d180b400c04fd430c8";
  std::erase(space, '-');
  std::string bytes;
  if (space.size() != 32 || !from_hex(space, bytes)) return fail(ErrorCode::invalid_input, "uuid5 takes a UUID, dns, url, oid or x500 as namespace");
  TRY(std::string hash, digest(EVP_sha1(), bytes + name));
  hash.resize(16);
  hash[6] = static_cast<char>((hash[6] & 0x0f) | 0x50);
  hash[8] = static_cast<char>((hash[8] & 0x3f) | 0x80);
  const std::string hex = to_hex(hash);
  return text_operand(hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" + hex.substr(20));
}

}  // namespace

FunctionGroup encoding_functions() {
  return {"Encodings and digests",
          {{"pct", {{"text"}}, convert_text<percent_encode>, "Percent-encoded; a blank is `%20`.", true},
           {"base64", {{"bytes"}}, convert_text<to_base64>, "Base64 with padding.", true},
           {"base64url", {{"bytes"}}, convert_text<to_base64url>, "Base64 in the URL alphabet, without padding.", true},
           {"unbase64", {{"text"}}, unbase64, "The bytes; either alphabet.", true},
           {"hex", {{"bytes"}}, convert_text<to_hex>, "Hexadecimal, in lower case.", true},
           {"unhex", {{"text"}}, unhex, "The bytes.", true},
           {"json", {{"value"}}, json_text, "As JSON text.", false, true},
           {"unjson", {{"text"}}, unjson, "The value that a JSON text holds."},
           {"form", {{"map"}}, form, "A map as `a=b&c=d`, percent-encoded."},
           {"host", {{"url"}}, host, "The host of a URL, in lower case; absent without one.", true},
           {"sha256", {{"bytes"}}, digest_of<EVP_sha256>, "The digest's bytes; pipe them to `hex` or `base64`.", true},
           {"sha1", {{"bytes"}}, digest_of<EVP_sha1>, "The same with SHA-1.", true},
           {"md5", {{"bytes"}}, digest_of<EVP_md5>, "The same with MD5.", true},
           {"hmac", {{"bytes"}, {"hash", Type::text}, {"key", Type::text}}, hmac, "Keyed digest; `hash`: sha256, sha512, sha1 or md5.", true},
           {"uuid5", {{"namespace"}, {"name", Type::text}}, uuid5, "The UUID made from a name; `namespace`: a UUID, dns, url, oid or x500."}}};
}

}  // namespace lockstep::expression

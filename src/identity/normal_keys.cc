#include "identity/normal_keys.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "mapping/unicode.h"

namespace lockstep::identity {

namespace {

/// Mailboxes of a role: several people read them (RFC 2142 and common use).
constexpr auto kRoleMailboxes = std::to_array<std::string_view>(
    {"abuse",     "accounting", "accounts", "admin",   "administrator", "billing",  "bookings",   "careers",    "contact",  "customerservice",
     "enquiries", "feedback",   "finance",  "hallo",   "hello",         "help",     "helpdesk",   "hostmaster", "hr",       "info",
     "inquiries", "invoice",    "invoices", "it",      "jobs",          "kontakt",  "mail",       "marketing",  "no-reply", "noreply",
     "office",    "orders",     "payments", "post",    "postmaster",    "press",    "purchasing", "reception",  "root",     "sales",
     "security",  "service",    "shop",     "support", "team",          "webmaster"});

/// Domains where anybody may have a mailbox.
constexpr auto kPublicMailDomains = std::to_array<std::string_view>(
    {"126.com",        "163.com",     "aol.com",     "bluewin.ch", "btinternet.com", "comcast.net", "fastmail.com", "free.fr",
     "freenet.de",     "gmail.com",   "gmx.at",      "gmx.ch",     "gmx.com",        "gmx.de",      "gmx.net",      "googlemail.com",
     "hotmail.co.uk",  "hotmail.com", "hotmail.de",  "hotmail.fr", "icloud.com",     "laposte.net", "libero.it",    "live.com",
     "mac.com",        "mail.com",    "mail.ru",     "me.com",     "msn.com",        "orange.fr",   "outlook.com",  "proton.me",
     "protonmail.com", "qq.com",      "t-online.de", "web.de",     "yahoo.com",      "yandex.ru"});

template <std::size_t N>
bool is_in(const std::array<std::string_view, N>& list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

constexpr std::size_t kPhoneDigitsMin = 7;

}  // namespace

std::optional<KeyPart> email_key(std::string_view text) {
  const std::string email = mapping::fold_case(trim(text));
  const std::size_t at = email.rfind('@');
  if (at == std::string::npos || at == 0 || at + 1 == email.size()) return std::nullopt;
  if (email.find_first_of(" \t\r\n") != std::string::npos) return std::nullopt;
  const std::string_view mailbox = std::string_view(email).substr(0, std::min(email.find('+'), at));
  return KeyPart{email, is_in(kRoleMailboxes, mailbox)};
}

std::optional<KeyPart> phone_key(std::string_view text) {
  const std::string_view number = trim(text);
  std::string key;
  for (const char c : number.substr(0, number.find(';'))) {
    if (c >= '0' && c <= '9') key += c;
    else if (c == '+' && key.empty()) key += c;
  }
  const std::string_view digits = std::string_view(key).substr(key.starts_with('+') ? 1 : 0);
  if (digits.empty()) return std::nullopt;
  const std::string_view last = digits.substr(digits.size() - std::min(digits.size(), kPhoneDigitsMin));
  const bool all_equal = last.find_first_not_of(last[0]) == std::string_view::npos;
  // An extension tells people at one switchboard apart; a number without country may be anybody's.
  const std::size_t extension = number.find(";ext=");
  if (extension != std::string_view::npos) key += std::string(number.substr(extension));
  return KeyPart{key, digits.size() < kPhoneDigitsMin || all_equal};
}

std::optional<KeyPart> domain_key(std::string_view text) {
  std::string host = to_lower_ascii(trim(text));
  if (const std::size_t scheme = host.find("://"); scheme != std::string::npos) host.erase(0, scheme + 3);
  host.resize(std::min(host.find_first_of("/?#"), host.size()));
  if (const std::size_t at = host.rfind('@'); at != std::string::npos) host.erase(0, at + 1);
  host.resize(std::min(host.find(':'), host.size()));
  if (host.starts_with("www.")) host.erase(0, 4);
  while (host.ends_with('.')) host.pop_back();
  if (host.find('.') == std::string::npos || host.find_first_of(" \t") != std::string::npos) return std::nullopt;
  const bool weak = is_in(kPublicMailDomains, host);
  return KeyPart{std::move(host), weak};
}

std::optional<KeyPart> text_key(std::string_view text) {
  std::string key = mapping::fold_case(mapping::collapse(text));
  if (key.empty()) return std::nullopt;
  return KeyPart{std::move(key), false};
}

std::optional<KeyPart> key_part(const FieldDefinition& field, const Value& value) {
  if (value.is_blank()) return std::nullopt;
  if (const std::string* text = value.get<std::string>()) {
    switch (field.type) {
      case FieldType::email: return email_key(*text);
      case FieldType::phone: return phone_key(*text);
      case FieldType::url: return domain_key(*text);
      default: return field.name == "domain" || field.name.ends_with("_domain") ? domain_key(*text) : text_key(*text);
    }
  }
  if (const Map* group = value.get<Map>()) {
    std::string key;
    for (const auto& [name, member] : *group) {
      const std::string* text = member.get<std::string>();
      key += (text ? mapping::fold_case(mapping::collapse(*text)) : member.is_null() ? "" : to_display(member)) + "/";
    }
    return KeyPart{std::move(key), false};
  }
  if (const EntityRef* reference = value.get<EntityRef>()) return KeyPart{reference->entity.text(), false};
  return KeyPart{to_display(value), false};
}

}  // namespace lockstep::identity

// §6: an account can tie contacts to companies by the domain of their address, and make the company when
// there is none.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "emulators/hubspot/portal.h"
#include "emulators/hubspot/values.h"

namespace lockstep::emulators::hubspot {
namespace {

constexpr Duration kPause{3'000};  // it happens seconds later, so it races whoever creates both

bool is_freemail(std::string_view domain) {
  static constexpr std::array<std::string_view, 8> kDomains = {"gmail.com",   "googlemail.com", "hotmail.com", "icloud.com",
                                                               "outlook.com", "yahoo.com",      "gmx.de",      "web.de"};
  return std::find(kDomains.begin(), kDomains.end(), domain) != kDomains.end();
}

/// "https://www.acme.test/shop" -> "acme.test"
std::string host_of(std::string_view website) {
  if (std::size_t scheme = website.find("://"); scheme != std::string_view::npos) website.remove_prefix(scheme + 3);
  website = website.substr(0, website.find_first_of("/?#:"));
  if (website.starts_with("www.")) website.remove_prefix(4);
  return to_lower_ascii(website);
}

}  // namespace

void Portal::associate_activity(const ObjectType& type, RowNumber row, const std::vector<NewTie>& ties, const Writer& writer) {
  if (!settings_.activity_auto_associate || !type.engagement || !writer.journaled) return;
  const ObjectType &contacts = catalogue_.object("contacts"), &companies = catalogue_.object("companies");
  Writer by_itself = writer;
  by_itself.actor = {ActorKind::automation, "association of activities"};
  by_itself.change_source = by_itself.source_id = "ACTIVITY_AUTO_ASSOCIATE";
  for (const NewTie& each : ties) {
    if (each.to_type != &contacts) continue;
    RowNumber company = associations_.primary(contacts, each.to, companies);
    if (company != kNoRow && !companies.table->record(company).deleted)
      tie(type, row, companies, company, associations_.types(type, companies).front(), by_itself);
  }
}

void Portal::expect_domain(const ObjectType& type, RowNumber row, const Writer& writer) {
  if (!settings_.auto_associate || !writer.journaled || type.name != "contacts") return;
  to_associate_.emplace_back(writer.at + kPause, row);
}

void Portal::associate_by_domain(WallTime now) {
  ObjectType &contacts = catalogue_.object("contacts"), &companies = catalogue_.object("companies");
  while (!to_associate_.empty() && to_associate_.front().first <= now) {
    RowNumber row = to_associate_.front().second;
    to_associate_.pop_front();
    // the contact may be gone, or never have come to be
    if (row >= contacts.table->row_count() || contacts.table->record(row).deleted) continue;
    if (associations_.primary(contacts, row, companies) != kNoRow) continue;
    std::string email = text_of_value(contacts.table->get(row, contacts.property("email").column));
    std::string domain = to_lower_ascii(email.substr(email.find('@') + 1));
    if (is_freemail(domain)) domain = host_of(text_of_value(contacts.table->get(row, contacts.property("website").column)));
    if (email.empty() || domain.empty()) continue;
    Writer writer;
    writer.at = now;
    writer.actor = {ActorKind::automation, "association by domain"};
    writer.change_source = writer.source_id = "AUTO_ASSOCIATE_BY_DOMAIN";
    RowNumber company = kNoRow;
    for (RowNumber each : companies.table->find_equal(companies.property("domain").column, std::string_view(domain))) {
      if (company == kNoRow && !companies.table->record(each).deleted) company = each;
    }
    if (company == kNoRow) {
      auto made = create(companies, json::object{{"name", domain}, {"domain", domain}}, nullptr, writer);
      if (!made) continue;
      company = *made;
    }
    tie(contacts, row, companies, company, associations_.types(contacts, companies)[1], writer);
  }
}

}  // namespace lockstep::emulators::hubspot

// §6: secondary addresses of contacts, which the older API alone edits.
#include "base/text.h"
#include "emulators/hubspot/service.h"
#include "emulators/hubspot/values.h"

namespace lockstep::emulators::hubspot {

std::vector<std::string> secondary_addresses_of(const ObjectType& type, RowNumber row) {
  std::vector<std::string> addresses;
  const Property* property = type.find("hs_additional_emails");
  for (std::string_view each : split(property ? text_of(type.table->record(row).fields.get(property->column)) : "", ';')) {
    if (!each.empty()) addresses.emplace_back(each);
  }
  return addresses;
}

Outcome<void> Portal::set_secondary(RowNumber row, const std::string& address, bool there, const Writer& writer) {
  ObjectType& contacts = catalogue_.object("contacts");
  const Property& property = contacts.property("hs_additional_emails");
  std::vector<std::string> addresses = secondary_addresses_of(contacts, row);
  std::erase(addresses, address);
  if (there) {
    TRY_VOID(check_not_blocked(address));
    const Property& email = contacts.property("email");
    RowNumber holder = find_by_key(contacts, email, address);
    if (holder != kNoRow && holder != row) return refuse(409, "CONFLICT", "Contact already exists. Existing ID: " + contacts.table->record(holder).id);
    if (text_of(contacts.table->get(row, email.column)) == address) return invalid(address + " is the primary address of this contact");
    addresses.push_back(address);
  }
  UnitOfWork unit(*this);
  Changes changes{{&property, addresses.empty() ? Value() : Value(join(addresses, ";"))}};
  write(contacts, row, changes, writer);
  unit.commit();
  return {};
}

HubSpot::Answer HubSpot::secondary_addresses(Call& call) {
  const ObjectType& contacts = portal_.catalogue().object("contacts");
  RowNumber row = portal_.find_live(contacts, call.parameter("id"));
  if (row == kNoRow) return hubspot::not_found();
  json::array rows;
  for (const std::string& each : secondary_addresses_of(contacts, row)) rows.emplace_back(each);
  return json_answer(200, json::object{{"vid", std::stoll(call.parameter("id"))}, {"secondaryEmails", std::move(rows)}});
}

HubSpot::Answer HubSpot::change_secondary_address(Call& call) {
  ObjectType& contacts = portal_.catalogue().object("contacts");
  RowNumber row = portal_.find_live(contacts, call.parameter("id"));
  if (row == kNoRow) return hubspot::not_found();
  auto address = read_value(contacts.property("email"), call.parameter("address"), {portal_.owners(), ""});
  if (!address) return invalid(std::vector<PropertyProblem>{address.error()});
  TRY_VOID(portal_.set_secondary(row, std::string(text_of(view(*address))), call.request.method == "PUT", writer(call)));
  if (call.request.method == "DELETE") return http::Response(204, "");
  return secondary_addresses(call);
}

}  // namespace lockstep::emulators::hubspot

// Companies as version 2 has them, deals and tickets as version 1 does (§0.1).
#include <algorithm>

#include "base/text.h"
#include "emulators/hubspot/older_api.h"

namespace lockstep::emulators::hubspot {

Outcome<json::object> older_sent(const json::value& body) { return older_input(body.is_object() ? body.get_object().if_contains("properties") : &body); }

/// The ids of what a record is tied to.
json::array OlderApi::older_ties(const ObjectType& from, RowNumber row, std::string_view to_name) {
  const ObjectType& to = *portal_.catalogue().find(to_name);
  json::array ids;
  for (const auto& tie : portal_.live_ties(from, row, to)) ids.push_back(older_number(to.table->record(tie.to).id));
  return ids;
}

json::object OlderApi::older_record(const OlderKind& kind, RowNumber row, const std::vector<std::string>& names) {
  const ObjectType& type = *portal_.catalogue().find(kind.type);
  const Record& record = type.table->record(row);
  json::object shown{{"portalId", host_.portal_id},
                     {json::string_view(kind.id.data(), kind.id.size()), older_number(record.id)},
                     {"isDeleted", record.deleted},
                     {"properties", older_properties(portal_, type, row, names, false)}};
  if (kind.type == "companies") shown["additionalDomains"] = shown["stateChanges"] = shown["mergeAudits"] = json::array();
  if (kind.type == "tickets") shown["objectType"] = "TICKET", shown["version"] = record.version;
  if (kind.type == "deals")
    shown["associations"] = json::object{{"associatedVids", older_ties(type, row, "contacts")},
                                         {"associatedCompanyIds", older_ties(type, row, "companies")},
                                         {"associatedDealIds", json::array()},
                                         {"associatedTicketIds", older_ties(type, row, "tickets")}};
  return shown;
}

Outcome<RowNumber> OlderApi::older_row(const Call& call, const OlderKind& kind) {
  RowNumber row = portal_.resolve(*portal_.catalogue().find(kind.type), call.parameter("id"));
  if (row == kNoRow) return refuse(404, "", "resource not found");
  return row;
}

/// Ties a record to those that a list of ids names, without a label.
Outcome<void> OlderApi::older_tie(const ObjectType& from, RowNumber row, std::string_view to_name, const json::value* ids, const Writer& writer) {
  const ObjectType& to = *portal_.catalogue().find(to_name);
  for (const json::value& each : ids && ids->is_array() ? ids->get_array() : json::array()) {
    RowNumber other = portal_.find_live(to, scalar_text(each));
    if (other == kNoRow) return invalid("Unknown associated record: " + scalar_text(each));
    portal_.tie(from, row, to, other, portal_.associations().types(from, to).front(), writer);
  }
  return {};
}

OlderApi::Answer OlderApi::older_create(Call& call, const OlderKind& kind) {
  ObjectType& type = *portal_.catalogue().find(kind.type);
  JsonDocument document;
  if (!document.parse(call.request.body)) return bad_json("line 1, column 1");
  TRY(json::object sent, older_sent(document.root()));
  UnitOfWork unit(portal_);
  TRY(RowNumber row, portal_.create(type, sent, nullptr, writer(call)));
  const json::value* ties = document.root().is_object() ? document.root().get_object().if_contains("associations") : nullptr;
  if (ties && ties->is_object()) {
    TRY_VOID(older_tie(type, row, "contacts", ties->get_object().if_contains("associatedVids"), writer(call)));
    TRY_VOID(older_tie(type, row, "companies", ties->get_object().if_contains("associatedCompanyIds"), writer(call)));
  }
  unit.commit();
  return json_answer(200, older_record(kind, row, {}));
}

OlderApi::Answer OlderApi::older_read(Call& call, const OlderKind& kind) {
  TRY(RowNumber row, older_row(call, kind));
  return json_answer(200, older_record(kind, row, query_list(call, "properties")));
}

OlderApi::Answer OlderApi::older_update(Call& call, const OlderKind& kind) {
  TRY(RowNumber row, older_row(call, kind));
  JsonDocument document;
  if (!document.parse(call.request.body)) return bad_json("line 1, column 1");
  TRY(json::object sent, older_sent(document.root()));
  TRY_VOID(portal_.update(*portal_.catalogue().find(kind.type), row, sent, writer(call)));
  return json_answer(200, older_record(kind, row, {}));
}

OlderApi::Answer OlderApi::older_remove(Call& call, const OlderKind& kind) {
  TRY(RowNumber row, older_row(call, kind));
  ObjectType& type = *portal_.catalogue().find(kind.type);
  portal_.archive(type, row, writer(call));
  if (kind.type != "companies") return http::Response(204, "");
  return json_answer(200, json::object{{"companyId", older_number(type.table->record(row).id)}, {"deleted", true}});
}

/// By id, behind the id that `offset` names.
OlderApi::Answer OlderApi::older_pages(Call& call, const OlderKind& kind) {
  const ObjectType& type = *portal_.catalogue().find(kind.type);
  TRY(std::int64_t limit, older_query(call, "limit", 100, 1, 250, portal_.settings().older_limits_cut));
  TRY(std::int64_t after, older_offset(call, "offset"));
  std::int64_t offset = after;
  std::vector<std::string> names = query_list(call, "properties");
  if (names.empty()) names = {"hs_object_id"};
  json::array rows;
  bool more = false;
  for (const auto& [id, row] : type.table->by_id()) {
    if (type.table->record(row).deleted || older_number(id) <= after) continue;
    more = static_cast<std::int64_t>(rows.size()) == limit;
    if (more) break;
    rows.push_back(older_record(kind, row, names));
    offset = older_number(id);
  }
  return json_answer(200, json::object{{json::string_view(kind.list.data(), kind.list.size()), std::move(rows)},
                                       {json::string_view(kind.more.data(), kind.more.size()), more},
                                       {"offset", offset}});
}

OlderApi::Answer OlderApi::older_recent(Call& call, const OlderKind& kind) {
  const ObjectType& type = *portal_.catalogue().find(kind.type);
  std::vector<RowNumber> rows = newest_first(type, call.request.path().ends_with("/created"));
  TRY(std::int64_t since, older_offset(call, "since"));
  TRY(std::int64_t first, older_offset(call, "offset"));
  TRY(std::int64_t count, older_query(call, "count", 100, 1, 250, portal_.settings().older_limits_cut));
  std::erase_if(rows, [&](RowNumber row) { return type.table->record(row).modified.ms < since; });
  std::size_t offset = std::min(rows.size(), static_cast<std::size_t>(first));
  std::size_t end = std::min(rows.size(), offset + static_cast<std::size_t>(count));
  json::array results;
  for (std::size_t i = offset; i < end; ++i) results.push_back(older_record(kind, rows[i], {}));
  return json_answer(200, json::object{{"results", std::move(results)}, {"hasMore", end < rows.size()}, {"offset", end}, {"total", rows.size()}});
}

OlderApi::Answer OlderApi::older_companies_of_domain(Call& call) {
  const ObjectType& type = *portal_.catalogue().find("companies");
  const Property& domain = type.property("domain");
  json::array results;
  std::int64_t last = 0;
  for (const auto& [id, row] : type.table->by_id()) {
    if (type.table->record(row).deleted || value_of(portal_, view_of(type, row), domain) != std::optional(call.parameter("domain"))) continue;
    results.push_back(older_record(kOlderCompanies, row, {}));
    last = older_number(id);
  }
  return json_answer(200,
                     json::object{{"results", std::move(results)}, {"hasMore", false}, {"offset", json::object{{"companyId", last}, {"isPrimary", true}}}});
}

OlderApi::Answer OlderApi::older_people_of_company(Call& call) {
  TRY(RowNumber row, older_row(call, kOlderCompanies));
  json::array ids = older_ties(*portal_.catalogue().find("companies"), row, "contacts"), contacts;
  json::value last = ids.empty() ? json::value(0) : ids.back();
  if (call.request.path().ends_with("/vids")) return json_answer(200, json::object{{"vids", std::move(ids)}, {"vidOffset", last}, {"hasMore", false}});
  const ObjectType& people = *portal_.catalogue().find("contacts");
  for (const json::value& id : ids) contacts.push_back(older_contact(portal_.find_live(people, scalar_text(id)), {}));
  return json_answer(200, json::object{{"contacts", std::move(contacts)}, {"vidOffset", last}, {"hasMore", false}});
}

/// Ties a deal to the records that the query names, or takes the ties away.
OlderApi::Answer OlderApi::older_join_deal(Call& call) {
  TRY(RowNumber row, older_row(call, kOlderDeals));
  const ObjectType &deals = *portal_.catalogue().find("deals"), *to = portal_.catalogue().find(call.parameter("kind"), kOlderName);
  if (!to || portal_.associations().types(deals, *to).empty()) return invalid("Deals are not tied to " + call.parameter("kind"));
  const AssociationType& kind = portal_.associations().types(deals, *to).front();
  for (const std::string& id : query_list(call, "id")) {
    RowNumber other = portal_.find_live(*to, id);
    if (other == kNoRow) return refuse(404, "", "resource not found");
    if (call.request.method == "DELETE") portal_.untie(deals, row, *to, other, kind, writer(call));
    else portal_.tie(deals, row, *to, other, kind, writer(call));
  }
  return http::Response(204, "");
}

OlderApi::Answer OlderApi::older_deals_of(Call& call) {
  const ObjectType &deals = *portal_.catalogue().find("deals"), *from = portal_.catalogue().find(call.parameter("kind"), kOlderName);
  RowNumber row = from ? portal_.find_live(*from, call.parameter("record")) : kNoRow;
  if (row == kNoRow) return refuse(404, "", "resource not found");
  json::array rows;
  for (const auto& tie : portal_.live_ties(*from, row, deals)) rows.push_back(older_record(kOlderDeals, tie.to, query_list(call, "properties")));
  std::size_t end = rows.size();
  return json_answer(200, json::object{{"deals", std::move(rows)}, {"hasMore", false}, {"offset", end}});
}

OlderApi::Answer OlderApi::older_join_company(Call& call) {
  TRY(RowNumber row, older_row(call, kOlderCompanies));
  const ObjectType &companies = *portal_.catalogue().find("companies"), &people = *portal_.catalogue().find("contacts");
  RowNumber person = portal_.find_live(people, call.parameter("vid"));
  if (person == kNoRow) return refuse(404, "", "contact does not exist");
  const AssociationType& kind = portal_.associations().types(companies, people).front();
  if (call.request.method == "DELETE") portal_.untie(companies, row, people, person, kind, writer(call));
  else portal_.tie(companies, row, people, person, kind, writer(call));
  return json_answer(200, older_record(kOlderCompanies, row, {}));
}

}  // namespace lockstep::emulators::hubspot

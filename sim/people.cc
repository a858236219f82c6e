#include "sim/people.h"

#include <boost/json.hpp>

#include <algorithm>

namespace lockstep::sim {

namespace json = boost::json;

namespace {

constexpr const char* kOccurred = "2026-03-01T10:00:00Z";

/// How a CRM names what a record refers to, in a write.
void refer(json::object& fields, std::string_view crm, std::string_view type, std::string_view to, const std::string& id) {
  if (crm == "salesforce") {
    fields[type == "interaction" ? "WhoId" : to == "account" ? "AccountId" : "ContactId"] = id;
  } else if (crm == "hubspot") {
    fields[to == "account" ? "associations.companies" : "associations.contacts"] = id;
  } else {
    const std::string set = to == "account" ? "/accounts(" : "/contacts(";
    const char* name = type == "contact"       ? "parentcustomerid_account@odata.bind"
                       : type == "interaction" ? "regardingobjectid_contact_phonecall@odata.bind"
                                               : "customerid_contact@odata.bind";
    fields[name] = set + id + ")";
  }
}

std::string_view referred_type(std::string_view type) { return type == "contact" ? "account" : "contact"; }

}  // namespace

std::map<std::string, std::string> People::values_of_new(const Event& event) {
  const TypeNames& type = names_of(event.type);
  std::map<std::string, std::string> values;
  values[std::string(type.marker)] = marker_of(type, event.number);
  const std::string digits = std::to_string(10'000 + event.number % 90'000);
  if (event.type == "account") values["phone"] = "+13125" + digits + "0";
  if (event.type == "contact") {
    values["first_name"] = "Ada";
    values["last_name"] = "Person " + std::to_string(event.number);
  }
  if (!event.field.empty()) values[event.field] = event.value;
  return values;
}

std::optional<json::object> People::new_record(const Event& event) {
  json::object fields;
  if (event.system != kSupport) return new_record_of_crm(event, fields);
  for (const auto& [field, value] : values_of_new(event)) fields[field] = value;
  if (event.type == "interaction") {
    fields["kind"] = "call";
    fields["direction"] = "inbound";
    fields["occurred_at"] = kOccurred;
  }
  if (event.other >= 0) {
    const auto id = support_id(referred_type(event.type), event.other);
    if (!id) return std::nullopt;
    fields[std::string(referred_type(event.type))] = *id;
  }
  return fields;
}

std::optional<json::object> People::new_record_of_crm(const Event& event, json::object& fields) {
  const std::size_t crm = crm_index(event.system);
  const TypeNames& type = names_of(event.type);
  for (const auto& [field, value] : values_of_new(event)) fields[type.find(field)->columns[crm]] = value;
  if (event.type == "case" && event.system == "hubspot") {
    fields["hs_pipeline"] = "0";
    fields["hs_pipeline_stage"] = "1";
  }
  if (event.type == "interaction") {
    if (event.system == "salesforce") {
      fields["TaskSubtype"] = "Call";
      fields["Status"] = "Completed";
    }
    if (event.system == "hubspot") fields["hs_timestamp"] = kOccurred;
  }
  if (event.other >= 0) {
    const auto ids = directory_.live_ids(event.system, referred_type(event.type), event.other);
    if (ids.empty()) return std::nullopt;
    refer(fields, event.system, event.type, referred_type(event.type), ids.front());
  }
  return fields;
}

std::optional<std::string> People::write(const Event& event, json::object fields, const std::string& id, const std::string& into) {
  json::object body{{"as", event.who.empty() ? "Ann" : event.who},
                    {"operation", event.what == "edit" ? "update" : event.what},
                    {"object", names_of(event.type).objects[crm_index(event.system)]}};
  if (!id.empty()) body["id"] = id;
  if (!into.empty()) body["into"] = into;
  if (!fields.empty()) body["fields"] = std::move(fields);
  const http::Response answer = world_.control(event.system, "POST", "edit", json::serialize(body));
  if (answer.status != 200) return std::nullopt;
  return std::string(json::parse(answer.body).at("id").as_string());
}

std::optional<std::string> People::support_id(std::string_view type, std::int64_t number) {
  const auto known = support_ids_.find({std::string(type), number});
  if (known != support_ids_.end()) return known->second;
  if (!world_.engine) return std::nullopt;
  // The support system sees records of other origin in its feed; here they are found by a record of theirs.
  std::optional<std::string> found;
  for (const std::string_view crm : kCrms) {
    const auto ids = directory_.live_ids(crm, type, number);
    if (ids.empty() || found) continue;
    const System* system = world_.hub->find_system(crm);
    const System* support = world_.hub->find_system(kSupport);
    const RemoteId remote{std::string(names_of(type).hub_objects[crm_index(crm)]), ids.front()};
    const auto read = world_.transact([&](Transaction& transaction) -> Result<void> {
      TRY(const auto link, transaction.find_link(system->id, remote));
      if (!link) return {};
      TRY(const auto links, transaction.find_links(link->entity));
      for (const Link& one : links)
        if (one.connection == support->id && one.presence == LinkPresence::present) found = one.remote.id;
      return {};
    });
    if (!read) return std::nullopt;
  }
  return found;
}

void People::note(const Event& event, const std::string& id) {
  Written written;
  written.at = world_.executor.clock().wall();
  written.system = event.system;
  written.what = event.what;
  written.type = event.type;
  written.number = event.number;
  written.other = event.other;
  written.id = id;
  if (event.what == "create" || event.what == "import") {
    for (const auto& [field, value] : values_of_new(event)) {
      written.field = field;
      written.value = value;
      ledger_.push_back(written);
    }
    return;
  }
  written.field = event.field;
  written.value = event.value;
  ledger_.push_back(written);
}

bool People::create(const Event& event) {
  auto fields = new_record(event);
  if (!fields) return false;
  if (event.system == kSupport) {
    if (!world_.engine) return false;
    const std::string id = support_id_of(event.type, event.number);
    const auto answer = world_.support("PUT", event.type + "s/" + id, json::serialize(*fields));
    if (answer.status / 100 != 2) return false;  // 202: a person is asked whom it is
    support_ids_[{event.type, event.number}] = id;
    note(event, id);
    return true;
  }
  const auto id = write(event, std::move(*fields), "");
  if (id) note(event, *id);
  return id.has_value();
}

bool People::edit(const Event& event) {
  if (event.system == kSupport) {
    const auto id = support_id(event.type, event.number);
    if (!id || !world_.engine) return false;
    const auto answer = world_.support("PATCH", event.type + "s/" + *id, json::serialize(json::object{{event.field, event.value}}));
    if (answer.status / 100 == 2) note(event, *id);
    return answer.status / 100 == 2;
  }
  const auto ids = directory_.live_ids(event.system, event.type, event.number);
  const FieldNames* field = names_of(event.type).find(event.field);
  if (ids.empty() || !field) return false;
  const auto done = write(event, json::object{{field->columns[crm_index(event.system)], event.value}}, ids.front());
  if (done) note(event, ids.front());
  return done.has_value();
}

bool People::remove(const Event& event) {
  if (event.system == kSupport) {
    const auto id = support_id(event.type, event.number);
    if (!id || !world_.engine) return false;
    const auto answer = world_.support("DELETE", event.type + "s/" + *id);
    if (answer.status / 100 == 2) note(event, *id);
    return answer.status / 100 == 2;
  }
  const auto ids = directory_.live_ids(event.system, event.type, event.number);
  if (ids.empty()) return false;
  const auto done = write(event, {}, ids.front());
  if (done) note(event, ids.front());
  return done.has_value();
}

bool People::merge(const Event& event) {
  if (event.system == kSupport) return false;
  const auto losers = directory_.live_ids(event.system, event.type, event.number);
  const auto winners = directory_.live_ids(event.system, event.type, event.other);
  if (losers.empty() || winners.empty()) return false;
  const auto done = write(event, {}, losers.front(), winners.front());
  if (!done) return false;
  directory_.add(event.system, event.type, event.other, *done);
  note(event, losers.front());
  return true;
}

bool People::import(const Event& event) {
  if (event.system == kSupport) return false;
  json::array rows;
  std::vector<Event> each;
  for (std::int64_t i = 0; i < event.count; ++i) {
    Event one = event;
    one.number = event.number + i;
    auto fields = new_record(one);
    if (!fields) return false;
    rows.push_back(std::move(*fields));
    each.push_back(std::move(one));
  }
  const std::string object(names_of(event.type).objects[crm_index(event.system)]);
  const auto answer = world_.control(event.system, "POST", "records/" + object, json::serialize(rows));
  if (answer.status != 200 && answer.status != 422) return false;
  const json::value body = json::parse(answer.body);
  for (std::size_t i = 0; i < each.size(); ++i) {
    const json::value& id = body.at("ids").at(i);
    if (!id.is_string()) continue;
    directory_.add(event.system, event.type, each[i].number, std::string(id.get_string()));
    note(each[i], std::string(id.get_string()));
  }
  return true;
}

bool People::perform(const Event& event) {
  const bool done = event.what == "create"   ? create(event)
                    : event.what == "edit"   ? edit(event)
                    : event.what == "delete" ? remove(event)
                    : event.what == "merge"  ? merge(event)
                                             : event.what == "import" && import(event);
  if (!done) ++refused_;
  return done;
}

}  // namespace lockstep::sim

#include "emulators/salesforce/outbound.h"

#include <fmt/format.h>

#include "emulators/core/xml.h"
#include "emulators/salesforce/ids.h"

namespace lockstep::emulators::salesforce {
namespace {

constexpr std::size_t kMostNotifications = 100;
constexpr std::string_view kIdTag = "<Notification><Id>";

/// Doubling from a minute to two hours, for a day.
std::vector<Duration> retry_schedule() {
  constexpr Duration kLongest{2LL * 3'600'000}, kDay{24LL * 3'600'000};
  std::vector<Duration> delays;
  Duration next{60'000}, sum{0};
  while (sum + next <= kDay) {
    delays.push_back(next);
    sum += next;
    next = std::min(next * 2, kLongest);
  }
  return delays;
}

}  // namespace

OutboundMessages::OutboundMessages(Org& org, OutgoingQueue& queue, const std::string& organization_id)
    : org_(org), queue_(queue), organization_id_(organization_id) {
  queue_.set_schedule(retry_schedule());
  queue_.set_prepare([this](http::Request& request, std::size_t, WallTime) { refresh(request); });
  queue_.set_finished([this](const http::Request& request) {
    if (auto known = find(request); known != messages_.end()) messages_.erase(known);
  });
}

void OutboundMessages::note(WallTime now) {
  const auto& journal = org_.database().journal();
  std::map<const OutboundRule*, std::vector<Notification>> found;
  for (; seen_ < journal.size(); ++seen_) {
    const JournalEntry& entry = journal[seen_];
    bool told = entry.operation == Operation::create || entry.operation == Operation::update;
    for (const OutboundRule& rule : rules_) {
      if (told && rule.object->table == entry.table) found[&rule].push_back({make_id("04l", ++last_notification_), entry.row});
    }
  }
  for (auto& [rule, notifications] : found) send(*rule, std::move(notifications), now);
}

void OutboundMessages::send(const OutboundRule& rule, std::vector<Notification> notifications, WallTime now) {
  for (std::size_t from = 0; from < notifications.size(); from += kMostNotifications) {
    std::size_t to = std::min(from + kMostNotifications, notifications.size());
    Message message{&rule, {notifications.begin() + static_cast<std::ptrdiff_t>(from), notifications.begin() + static_cast<std::ptrdiff_t>(to)}};
    http::Request request("POST", rule.url);
    request.headers.add("Content-Type", "text/xml; charset=utf-8");
    request.headers.add("SOAPAction", "\"\"");
    request.body = envelope(message);
    messages_[message.notifications.front().id] = std::move(message);
    queue_.push(now, std::move(request));
  }
}

std::string OutboundMessages::envelope(const Message& message) const {
  const OutboundRule& rule = *message.rule;
  std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" "
      "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body><notifications xmlns=\"http://soap.sforce.com/2005/09/outbound\">" +
      xml_tag("OrganizationId", organization_id_) + xml_tag("ActionId", make_id("04k", 1)) + "<SessionId xsi:nil=\"true\"/>";
  for (const Notification& notification : message.notifications) {
    const Record& record = rule.object->table->record(notification.row);
    text +=
        fmt::format("{}{}</Id><sObject xsi:type=\"sf:{}\" xmlns:sf=\"urn:sobject.enterprise.soap.sforce.com\">", kIdTag, notification.id, rule.object->name) +
        xml_tag("sf:Id", record.id);
    for (const Field* field : rule.fields) {
      ValueView value = org_.value_of(*rule.object, notification.row, *field);
      if (is_null(value) || field->source == Source::id) continue;  // null fields are left out
      const std::int64_t* instant = field->type == FieldType::datetime ? std::get_if<std::int64_t>(&value) : nullptr;
      text += xml_tag("sf:" + field->name, instant ? format_iso(WallTime{*instant}) : scalar_text(to_json(value)));
    }
    text += "</sObject></Notification>";
  }
  return text + "</notifications></soapenv:Body></soapenv:Envelope>";
}

std::map<std::string, OutboundMessages::Message>::const_iterator OutboundMessages::find(const http::Request& request) const {
  std::size_t at = request.body.find(kIdTag);
  return at == std::string::npos ? messages_.end() : messages_.find(request.body.substr(at + kIdTag.size(), 18));
}

void OutboundMessages::refresh(http::Request& request) const {
  if (auto known = find(request); known != messages_.end()) request.body = envelope(known->second);
}

bool OutboundMessages::acknowledged(int status, std::string_view body) {
  auto root = parse_xml(body);
  const XmlElement* answer = root ? root->find("Body") : nullptr;
  const XmlElement* response = answer ? answer->find("notificationsResponse") : nullptr;
  return status == 200 && response && response->text_of("Ack") == "true";
}

}  // namespace lockstep::emulators::salesforce

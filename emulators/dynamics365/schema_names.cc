// Schema names: words of logical names with capitals. The platform has them as they were once typed, so some stand on their own.
#include "emulators/dynamics365/schema_names.h"

#include <algorithm>

namespace lockstep::emulators::dynamics365 {
namespace {

constexpr std::pair<std::string_view, std::string_view> kAsTyped[] = {{"emailaddress1", "EMailAddress1"},
                                                                      {"emailaddress2", "EMailAddress2"},
                                                                      {"emailaddress3", "EMailAddress3"},
                                                                      {"donotemail", "DoNotEMail"},
                                                                      {"donotbulkemail", "DoNotBulkEMail"},
                                                                      {"donotphone", "DoNotPhone"},
                                                                      {"donotfax", "DoNotFax"},
                                                                      {"donotpostalmail", "DoNotPostalMail"},
                                                                      {"websiteurl", "WebSiteURL"},
                                                                      {"ftpsiteurl", "FtpSiteURL"},
                                                                      {"sic", "SIC"},
                                                                      {"marketcap", "MarketCap"},
                                                                      {"familystatuscode", "FamilyStatusCode"},
                                                                      {"jobtitle", "JobTitle"},
                                                                      {"torecipients", "ToRecipients"},
                                                                      {"sdkmessage", "SdkMessage"},
                                                                      {"sdkmessageid", "SdkMessageId"},
                                                                      {"sdkmessagefilter", "SdkMessageFilter"},
                                                                      {"sdkmessagefilterid", "SdkMessageFilterId"},
                                                                      {"sdkmessageprocessingstep", "SdkMessageProcessingStep"},
                                                                      {"sdkmessageprocessingstepid", "SdkMessageProcessingStepId"},
                                                                      {"sdkmessageprocessingstepimage", "SdkMessageProcessingStepImage"},
                                                                      {"incident", "Incident"},
                                                                      {"incidentid", "IncidentId"},
                                                                      {"incidentresolution", "IncidentResolution"},
                                                                      {"annotation", "Annotation"},
                                                                      {"annotationid", "AnnotationId"},
                                                                      {"leftvoicemail", "LeftVoiceMail"},
                                                                      {"importsequencenumber", "ImportSequenceNumber"}};

/// In the order of the alphabet.
constexpr std::string_view kWords[] = {
    "account",     "accounting", "active",     "activity",   "actual",       "added",     "address",     "alias",      "and",       "anniversary",
    "application", "assign",     "async",      "attribute",  "auth",         "auto",      "based",       "begin",      "billed",    "birth",
    "body",        "bound",      "box",        "business",   "by",           "call",      "caller",      "category",   "children",  "city",
    "class",       "close",      "closed",     "code",       "color",        "comments",  "company",     "compose",    "condition", "config",
    "connection",  "contact",    "context",    "contract",   "converted",    "copy",      "correlation", "count",      "country",   "county",
    "cost",        "created",    "credit",     "currency",   "customer",     "date",      "day",         "days",       "default",   "delay",
    "delete",      "delivery",   "department", "deployment", "description",  "direction", "directory",   "display",    "do",        "document",
    "domain",      "due",        "duration",   "email",      "employee",     "employees", "enabled",     "end",        "entity",    "entitlement",
    "error",       "escalated",  "event",      "exchange",   "expand",       "extension", "external",    "family",     "fax",       "fetch",
    "file",        "filter",     "filtering",  "first",      "follow",       "for",       "format",      "freight",    "from",      "full",
    "gender",      "government", "group",      "handler",    "hold",         "home",      "id",          "identifier", "image",     "import",
    "in",          "industry",   "index",      "info",       "installation", "internal",  "interval",    "is",         "job",       "key",
    "language",    "last",       "lead",       "left",       "line",         "link",      "logical",     "lookup",     "mail",      "manager",
    "market",      "marital",    "master",     "memo",       "merge",        "merged",    "message",     "method",     "mime",      "mobile",
    "mode",        "modified",   "month",      "name",       "namespace",    "nick",      "node",        "note",       "number",    "object",
    "of",          "off",        "on",         "only",       "open",         "operation", "or",          "option",     "order",     "origin",
    "output",      "overridden", "owned",      "owner",      "owning",       "package",   "pager",       "parent",     "part",      "party",
    "path",        "payment",    "percent",    "phone",      "plugin",       "postal",    "post",        "preferred",  "price",     "primary",
    "priority",    "private",    "process",    "processing", "product",      "profile",   "property",    "province",   "query",     "rank",
    "rate",        "reason",     "received",   "recipient",  "ref",          "region",    "regarding",   "related",    "reply",     "required",
    "resolution",  "resolve",    "respond",    "response",   "returned",     "revenue",   "role",        "route",      "routing",   "salutation",
    "scheduled",   "schedule",   "secondary",  "sent",       "sender",       "sequence",  "service",     "set",        "severity",  "shipping",
    "size",        "smtp",       "solution",   "source",     "spouse",       "stage",     "start",       "started",    "state",     "status",
    "step",        "stock",      "sub",        "subject",    "subcategory",  "suffix",    "supported",   "symbol",     "system",    "task",
    "team",        "telephone",  "template",   "term",       "terms",        "text",      "ticker",      "ticket",     "time",      "title",
    "to",          "token",      "total",      "tracking",   "transaction",  "type",      "uid",         "unit",       "up",        "update",
    "url",         "user",       "value",      "version",    "voice",        "web",       "website",     "weight",     "with",      "work",
    "year",        "zone",
};

/// How much of the text the longest known word at its start takes; 0: there is none. Within an unknown word, short ones are chance.
std::size_t word_at(std::string_view text, bool within) {
  constexpr std::size_t kShort = 3;
  std::size_t longest = 0;
  for (std::string_view word : kWords) {
    if (text.starts_with(word) && !(within && word.size() <= kShort)) longest = std::max(longest, word.size());
  }
  return longest;
}

}  // namespace

std::string schema_name_of(std::string_view logical_name) {
  for (const auto& [logical, typed] : kAsTyped) {
    if (logical == logical_name) return std::string(typed);
  }
  std::string name(logical_name);
  bool starts = true;  // a word does
  for (std::size_t at = 0; at < name.size();) {
    std::size_t length = word_at(std::string_view(name).substr(at), !starts);
    if (starts || length > 0) {
      if (name[at] >= 'a' && name[at] <= 'z') name[at] = static_cast<char>(name[at] - 'a' + 'A');
    }
    starts = length > 0;
    at += std::max<std::size_t>(length, 1);
    if (at < name.size() && name[at] == '_') starts = true, ++at;
  }
  return name;
}

}  // namespace lockstep::emulators::dynamics365

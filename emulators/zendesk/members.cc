// Which members a write may have (contract A2): those that are read, and those that are only shown, which the API passes over. Others are refused: whether
// the API passes over them too is not certain.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "emulators/zendesk/rendering.h"
#include "emulators/zendesk/service.h"

namespace lockstep::emulators::zendesk {
namespace {

using Names = std::set<std::string_view>;

const Names& read_of(std::string_view type) {
  static const Names ticket{"comment",          "requester",      "metadata",       "safe_update",
                            "updated_stamp",    "custom_fields",  "fields",         "brand_id",
                            "email_ccs",        "followers",      "collaborators",  "additional_collaborators",
                            "custom_status_id", "ticket_form_id", "assignee_email", "via_followup_source_id"};
  static const Names user{"user_fields", "identities", "organization", "locale", "locale_id", "custom_role_id", "default_group_id", "skip_verify_email"};
  static const Names organization{"organization_fields"};
  return type == "ticket" ? ticket : type == "user" ? user : organization;
}

/// Shown alone, or refused by its own name where it is more than empty.
const Names& shown_of(std::string_view type) {
  static const Names ticket{"id",
                            "url",
                            "created_at",
                            "description",
                            "generated_timestamp",
                            "has_incidents",
                            "followup_ids",
                            "forum_topic_id",
                            "encoded_id",
                            "allow_attachments",
                            "allow_channelback",
                            "from_messaging_channel",
                            "via",
                            "satisfaction_rating",
                            "raw_subject",
                            "macro_id",
                            "macro_ids",
                            "via_id",
                            "voice_comment",
                            "attribute_value_ids",
                            "sharing_agreement_ids"};
  static const Names user{"id",
                          "url",
                          "created_at",
                          "last_login_at",
                          "shared",
                          "shared_agent",
                          "role_type",
                          "chat_only",
                          "iana_time_zone",
                          "two_factor_auth_enabled",
                          "photo",
                          "remote_photo_url",
                          "password",
                          "agent_brand_ids",
                          "organization_ids",
                          "shared_phone_number"};
  static const Names organization{"id", "url", "created_at", "deleted_at"};
  return type == "ticket" ? ticket : type == "user" ? user : organization;
}

bool is_empty_metadata(const json::value& given) {
  const json::object* metadata = given.if_object();
  return metadata &&
         std::all_of(metadata->begin(), metadata->end(), [](const auto& each) { return each.value().is_object() && each.value().get_object().empty(); });
}

bool is_of_the_api(const json::value& via) { return via == json::value(render_via()) || via == json::value(json::object{{"channel", "api"}}); }

/// Of what is no ticket, user or organization. What is shown alone stands behind.
const std::map<std::string_view, Names>& names_by_kind() {
  static const Names field{"type",
                           "title",
                           "key",
                           "description",
                           "active",
                           "required",
                           "custom_field_options",
                           "agent_description",
                           "collapsed_for_agents",
                           "editable_in_portal",
                           "position",
                           "raw_description",
                           "raw_title",
                           "raw_title_in_portal",
                           "required_in_portal",
                           "title_in_portal",
                           "visible_in_portal",
                           "id",
                           "url",
                           "created_at",
                           "updated_at",
                           "removable",
                           "system",
                           "system_field_options"};
  static const std::map<std::string_view, Names> names{
      {"api_token", {"description"}},
      {"group", {"name", "description", "is_public", "id", "url", "default", "deleted", "created_at", "updated_at"}},
      {"group_membership", {"user_id", "group_id", "default", "id", "url", "created_at", "updated_at"}},
      {"organization_membership", {"user_id", "organization_id", "default", "view_tickets", "organization_name", "id", "url", "created_at", "updated_at"}},
      {"identity", {"type", "value", "verified", "primary", "skip_verify_email", "id", "url", "user_id", "deliverable_state", "created_at", "updated_at"}},
      {"webhook",
       {"name", "description", "status", "endpoint", "http_method", "request_format", "subscriptions", "authentication", "custom_headers", "id", "created_at",
        "created_by", "updated_at", "updated_by"}},
      {"trigger",
       {"title", "description", "active", "conditions", "actions", "position", "category_id", "id", "url", "raw_title", "default", "created_at", "updated_at"}},
      {"view",
       {"title", "description", "active", "all", "any", "conditions", "output", "id", "url", "raw_title", "default", "execution", "created_at", "updated_at"}},
      {"ticket_field", field},
      {"user_field", field},
      {"organization_field", field},
      {"custom_field_option", {"id", "name", "value", "raw_name", "position", "url", "default"}}};
  return names;
}

}  // namespace

Outcome<const json::object*> Zendesk::read_member(const Call& call, JsonDocument& document, std::string_view name) {
  if (!document.parse(call.request.body)) return refuse_titled(422, "Unprocessable Entity", "Server could not parse JSON");
  const json::object* object = document.root().if_object();
  const json::value* member = object ? object->if_contains(json::string_view(name.data(), name.size())) : nullptr;
  if (!member || !member->is_object())
    return refuse_titled(400, "Invalid attribute",
                         fmt::format("You passed an invalid value for the {} attribute. Invalid parameter: {} is required", name, name));
  auto known = names_by_kind().find(name);
  if (known == names_by_kind().end() || account_.readings().unknown_members) return &member->get_object();
  Problems problems;
  for (const auto& each : member->get_object()) {
    std::string_view said(each.key());
    if (!known->second.contains(said) && !each.value().is_null())
      problems.add(said, "InvalidValue", fmt::format("{}: is not served by this stand-in of a {}", capitalised(said), name));
  }
  if (!problems.empty()) return problems.refusal();
  return &member->get_object();
}

void Account::check_members(const ObjectType& type, const json::object& given, const Writer& writer, Draft& draft) {
  if (readings_.unknown_members) return;
  for (const auto& member : given) {
    std::string_view name(member.key());
    const Property* property = type.find(name);
    bool known = (property && property->name == name) || read_of(type.name).contains(name) || shown_of(type.name).contains(name);
    if (type.name == "ticket" && (writer.many || readings_.tags_added_to_one)) known = known || name == "additional_tags" || name == "remove_tags";
    if (type.name == "ticket" && writer.import) known = known || name == "comments";
    if (!known) draft.problems.add(name, "InvalidValue", capitalised(name) + ": is no member of a " + type.name);
  }
}

void Account::check_fields(const json::object& given, Draft& draft) {
  const json::value *fields = given.if_contains("fields"), *custom = given.if_contains("custom_fields");
  bool two = fields && custom && !fields->is_null() && !custom->is_null() && *fields != *custom;
  if (two && !readings_.fields_give_way) draft.problems.add("fields", "InvalidValue", "Fields: are said in two ways");
}

void Account::check_shown_alone(RowNumber ticket, const json::object& given, Draft& draft) {
  auto said = [&](const char* name) {
    const json::value* value = given.if_contains(name);
    return value && !value->is_null() ? value : nullptr;
  };
  const json::value* via = said("via");
  bool as_it_is = !via || is_of_the_api(*via) || (ticket != kNoRow && *via == json::value(render_via(*this, ticket)));
  if (!as_it_is) draft.problems.add("via", "InvalidValue", "Via: other channels than the API are not served by this stand-in");
  const json::value* rating = said("satisfaction_rating");
  if (rating && *rating != json::value(unrated()))
    draft.problems.add("satisfaction_rating", "InvalidValue", "Satisfaction rating: is not served by this stand-in");
}

void Account::check_comment_members(const json::object& comment, const Writer& writer, Draft& draft) {
  static const Names kRead{"body", "html_body", "public", "author_id", "uploads"};
  static const Names kShown{"id", "plain_body", "attachments", "audit_id", "created_at"};
  auto refuse = [&](std::string_view name, const std::string& why) {
    draft.problems.add("comment", "InvalidValue", "Comment: " + std::string(name) + " " + why);
  };
  for (const auto& member : comment) {
    std::string_view name(member.key());
    const json::value& value = member.value();
    if (name == "type") {
      if (value != json::value("Comment")) refuse(name, "other than Comment is not served by this stand-in");
    } else if (name == "via") {
      if (!value.is_null() && !is_of_the_api(value)) refuse(name, "of other channels than the API is not served by this stand-in");
    } else if (name == "metadata") {
      if (!value.is_null() && !is_empty_metadata(value)) refuse(name, "is told of the ticket's save, not of its comment");
    } else if (!readings_.unknown_members && !kRead.contains(name) && !kShown.contains(name) && !(writer.import && name == "value")) {
      refuse(name, "is no member of a comment");
    }
  }
}

}  // namespace lockstep::emulators::zendesk

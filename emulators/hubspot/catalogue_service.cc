// §8: tickets and engagements.
#include "emulators/hubspot/properties.h"

namespace lockstep::emulators::hubspot {
namespace {

std::vector<Property> engagement_properties() {
  return {date_time("hs_timestamp").needed(),
          owner_choice(),
          choice("hs_attachment_ids", {}, "checkbox").open(),
          number("hs_created_by").locked(),
          number("hs_created_by_user_id").locked(),
          number("hs_updated_by_user_id").locked(),
          text("hs_object_source").locked(),
          text("hs_object_source_id").locked(),
          text("hs_object_source_label").from(Source::source_label),
          text("hs_object_source_detail_1").locked(),
          text("hs_body_preview_html").from(Source::body_preview).not_filterable(),
          date_time("hs_createdate").from(Source::created),
          date_time("hs_lastmodifieddate").from(Source::modified),
          number("hs_object_id").from(Source::object_id)};
}

/// What records say of themselves. `created`: the name of the property that tells when.
std::vector<Property> with_record(std::vector<Property> properties, const char* created) {
  properties.push_back(owner_choice());
  properties.push_back(choice("hs_merged_object_ids", {}, "checkbox").open().locked());
  properties.push_back(text("hs_object_source").locked());
  properties.push_back(text("hs_object_source_id").locked());
  properties.push_back(text("hs_object_source_label").from(Source::source_label));
  properties.push_back(text("hs_object_source_detail_1").locked());
  properties.push_back(date_time(created).from(Source::created));
  properties.push_back(date_time("hs_lastmodifieddate").from(Source::modified));
  properties.push_back(number("hs_object_id").from(Source::object_id));
  return properties;
}

/// What a call comes to, by the ids that are the same in every account (§6).
Property dispositions() {
  Property property =
      choice("hs_call_disposition", {"9d9162e7-6cf3-4944-bf63-4dff82258764", "f240bbac-87c9-4f6e-bf70-924b57d47db7", "a4c4c377-d246-4b32-a13b-75a56a4cd0ff",
                                     "b2cf5968-551e-4856-9783-52b3da59a7d0", "73a0d17f-1163-4015-bdd5-ec830791da20", "17b47fee-58de-441e-a44c-c6300d46f273"});
  const char* labels[] = {"Busy", "Connected", "Left live message", "Left voicemail", "No answer", "Wrong number"};
  for (std::size_t i = 0; i < property.options.size(); ++i) property.options[i].label = labels[i];
  return property;
}

std::vector<Property> with_engagement(std::vector<Property> properties) {
  for (Property& property : engagement_properties()) properties.push_back(std::move(property));
  return properties;
}

}  // namespace

std::vector<Property> ticket_properties() {
  return with_record({text("subject"), text("content", "textarea"), choice("hs_pipeline", {}).open(),  // checked together with its stage
                      choice("hs_pipeline_stage", {}).open().needed(), choice("hs_ticket_priority", {"LOW", "MEDIUM", "HIGH"}),
                      choice("hs_ticket_category", {"PRODUCT_ISSUE", "BILLING_ISSUE", "FEATURE_REQUEST", "GENERAL_INQUIRY"}),
                      choice("source_type", {"CHAT", "EMAIL", "FORM", "PHONE"}), choice("hs_resolution", {}, "radio"), choice("hs_tag_ids", {}, "checkbox"),
                      number("hs_pinned_engagement_id"), date_time("closed_date").locked(), number("hs_ticket_id").from(Source::object_id).computed(),
                      number("hs_primary_company_id").from(Source::primary_company).computed(), number("time_to_close").from(Source::time_to_close).computed()},
                     "createdate");
}

std::vector<Property> deal_properties() {
  return with_record({text("dealname"), number("amount"), choice("pipeline", {}).open(),  // checked together with its stage
                      choice("dealstage", {}, "radio").open().needed(), choice("dealtype", {"newbusiness", "existingbusiness"}, "radio"),
                      choice("hs_priority", {"low", "medium", "high"}), text("description", "textarea"), text("closed_lost_reason", "textarea"),
                      text("closed_won_reason", "textarea"), date_time("closedate"), number("hs_pinned_engagement_id"),
                      number("hs_primary_associated_company").from(Source::primary_company).computed()},
                     "createdate");
}

std::vector<Property> product_properties() {
  return with_record({text("name"), text("description", "textarea"), number("price"), number("tax"), number("hs_cost_of_goods_sold"), text("hs_sku"),
                      text("hs_url"), text("hs_recurring_billing_period")},
                     "createdate");
}

std::vector<Property> line_item_properties() {
  return with_record({text("name"), text("description", "textarea"), number("price"), number("quantity"), number("amount"), number("discount"),
                      number("hs_product_id"), text("hs_sku")},
                     "createdate");
}

std::vector<Property> custom_properties() { return with_record({number("hs_pinned_engagement_id")}, "hs_createdate"); }

std::vector<Property> communication_properties() {
  return with_engagement({choice("hs_communication_channel_type", {"WHATS_APP", "LINKEDIN_MESSAGE", "SMS"}), choice("hs_communication_logged_from", {"CRM"}),
                          text("hs_communication_body", "html").of_form(TextForm::html), text("hs_body_preview").from(Source::body_preview)});
}

std::vector<Property> note_properties() {
  return with_engagement({text("hs_note_body", "html").of_form(TextForm::html), text("hs_body_preview").from(Source::body_preview)});
}

std::vector<Property> call_properties() {
  return with_engagement(
      {text("hs_call_title"), text("hs_call_body", "html").of_form(TextForm::html), choice("hs_call_direction", {"INBOUND", "OUTBOUND"}), dispositions(),
       choice("hs_call_status", {"BUSY", "CALLING_CRM_USER", "CANCELED", "COMPLETED", "CONNECTING", "FAILED", "IN_PROGRESS", "NO_ANSWER", "QUEUED", "RINGING"}),
       number("hs_call_duration"), text("hs_call_from_number"), text("hs_call_to_number"), text("hs_call_recording_url").of_form(TextForm::https_url),
       choice("hs_call_source", {"INTEGRATIONS_PLATFORM"}), text("hs_call_callee_object_id"), text("hs_call_callee_object_type"),
       boolean("hs_call_has_voicemail").locked(), choice("hs_activity_type", {}), text("hs_body_preview").from(Source::body_preview)});
}

std::vector<Property> email_properties() {
  return with_engagement({choice("hs_email_direction", {"EMAIL", "INCOMING_EMAIL", "FORWARDED_EMAIL"}).needed(),
                          choice("hs_email_status", {"BOUNCED", "FAILED", "SCHEDULED", "SENDING", "SENT"}), text("hs_email_subject"),
                          text("hs_email_text", "textarea"), text("hs_email_html", "html").of_form(TextForm::html).not_filterable(),
                          text("hs_email_headers").of_form(TextForm::json), text("hs_email_from_email").locked(), text("hs_email_from_firstname").locked(),
                          text("hs_email_from_lastname").locked(), text("hs_email_to_email").locked(), text("hs_email_to_firstname").locked(),
                          text("hs_email_to_lastname").locked(), text("hs_body_preview").from(Source::body_preview).not_filterable()});
}

std::vector<Property> meeting_properties() {
  return with_engagement({text("hs_meeting_title"), text("hs_meeting_body", "html").of_form(TextForm::html),
                          text("hs_internal_meeting_notes", "html").of_form(TextForm::html), text("hs_meeting_location"), text("hs_meeting_external_url"),
                          date_time("hs_meeting_start_time"), date_time("hs_meeting_end_time"),
                          choice("hs_meeting_outcome", {"SCHEDULED", "COMPLETED", "RESCHEDULED", "NO_SHOW", "CANCELED"}), choice("hs_activity_type", {}),
                          text("hs_body_preview").from(Source::body_preview)});
}

std::vector<Property> task_properties() {
  return with_engagement({text("hs_task_subject"), text("hs_task_body", "html").of_form(TextForm::html),
                          choice("hs_task_status", {"NOT_STARTED", "IN_PROGRESS", "WAITING", "DEFERRED", "COMPLETED"}),
                          choice("hs_task_priority", {"LOW", "MEDIUM", "HIGH", "NONE"}),
                          choice("hs_task_type", {"TO"
                                                  "DO",
                                                  "CALL", "EMAIL"}),
                          text("hs_task_reminders").of_form(TextForm::milliseconds), date_time("hs_task_completion_date").locked(),
                          choice("hs_queue_membership_ids", {}, "checkbox").open(), text("hs_body_preview").from(Source::body_preview)});
}

}  // namespace lockstep::emulators::hubspot

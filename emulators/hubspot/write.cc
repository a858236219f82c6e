// Create and update: what is required, unique and derived.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/hubspot/portal.h"
#include "emulators/hubspot/values.h"

namespace lockstep::emulators::hubspot {
namespace {

using Changes = std::vector<std::pair<const Property*, Value>>;

const Value* changed(const Changes& changes, std::string_view property) {
  for (const auto& [known, value] : changes) {
    if (known->name == property) return &value;
  }
  return nullptr;
}

bool is_set(const Changes& changes, std::string_view property) {
  const Value* value = changed(changes, property);
  return value && !is_null(view(*value));
}

void set(const ObjectType& type, Changes& changes, std::string_view name, Value value) {
  const Property& property = type.property(name);
  std::erase_if(changes, [&](const auto& change) { return change.first == &property; });
  changes.emplace_back(&property, std::move(value));
}

/// Which person of the account wrote an engagement; of what programs write nobody.
void note_user(const ObjectType& type, Changes& changes, std::initializer_list<const char*> names, const Writer& writer) {
  constexpr std::string_view kUser = "userId:";
  if (!writer.source_id.starts_with(kUser) || !writer.journaled) return;
  for (const char* name : names) set(type, changes, name, writer.source_id.substr(kUser.size()));
}

/// The value after the write; empty for null.
std::string effective(const ObjectType& type, RowNumber row, const Changes& changes, std::string_view name) {
  if (const Value* value = changed(changes, name)) return text_of_value(view(*value));
  return row == kNoRow ? "" : text_of_value(type.table->get(row, type.property(name).column));
}

/// Stages of a lifecycle go forward in their order.
std::ptrdiff_t stage_rank(const ObjectType& type, std::string_view stage) {
  const std::vector<Option>& order = type.property("lifecyclestage").options;
  return std::find_if(order.begin(), order.end(), [&](const Option& option) { return option.value == stage; }) - order.begin();
}

std::string or_blank(const json::object* object, const char* name) { return object ? std::string(text_member(*object, name)) : ""; }

/// hs_email_headers is the only way to sender and receivers (§6).
void derive_addresses(const ObjectType& type, Changes& changes) {
  const Value* headers = changed(changes, "hs_email_headers");
  if (!headers) return;
  JsonDocument document;
  std::string text(text_of(view(*headers)));
  bool parsed = !text.empty() && document.parse(text).has_value();
  const json::object* root = parsed ? document.root().if_object() : nullptr;
  const json::value* from = root ? root->if_contains("from") : nullptr;
  const json::value* to = root ? root->if_contains("to") : nullptr;
  std::vector<std::string> mails, first_names, last_names;
  if (to && to->is_array()) {
    for (const json::value& each : to->get_array()) {
      const json::object* person = each.if_object();
      mails.push_back(or_blank(person, "email"));
      first_names.push_back(or_blank(person, "firstName"));
      last_names.push_back(or_blank(person, "lastName"));
    }
  }
  auto put = [&](std::string_view name, std::string value) { set(type, changes, name, value.empty() ? Value{} : Value(std::move(value))); };
  const json::object* sender = from ? from->if_object() : nullptr;
  put("hs_email_from_email", or_blank(sender, "email"));
  put("hs_email_from_firstname", or_blank(sender, "firstName"));
  put("hs_email_from_lastname", or_blank(sender, "lastName"));
  put("hs_email_to_email", join(mails, ";"));
  put("hs_email_to_firstname", join(first_names, ";"));
  put("hs_email_to_lastname", join(last_names, ";"));
}

}  // namespace

Outcome<void> Portal::check_required(const ObjectType& type, const Changes& changes, const Writer& writer) const {
  std::vector<PropertyProblem> missing;
  for (const auto& [name, property] : type.properties) {
    bool required = property.required || (writer.admin_rules && property.required_by_admin);
    if (!required || is_set(changes, name)) continue;
    missing.push_back({name, "MISSING_REQUIRED_PROPERTY", fmt::format("Required property \"{}\" is missing", name)});
  }
  if (!missing.empty()) return invalid(std::move(missing));
  if (type.name == "contacts" && !is_set(changes, "email") && !is_set(changes, "firstname") && !is_set(changes, "lastname"))
    return invalid("A contact needs at least one of email, firstname and lastname");
  if (type.name == "companies" && !is_set(changes, "name") && !is_set(changes, "domain")) return invalid("A company needs a name or a domain");
  return {};
}

bool Portal::is_blocked(std::string_view address) const {
  return std::find(blocked_addresses_.begin(), blocked_addresses_.end(), to_lower_ascii(address)) != blocked_addresses_.end();
}

Outcome<void> Portal::check_not_blocked(const std::string& address) const {
  if (!is_blocked(address)) return {};
  return invalid(fmt::format("The address {} was deleted for privacy and cannot be used again", address));
}

/// `self`: kNoRow for a create.
Outcome<void> Portal::check_unique(const ObjectType& type, RowNumber self, const std::string& self_id, const Changes& changes) const {
  for (const auto& [property, value] : changes) {
    if (!is_key(type, *property) || is_null(view(value))) continue;
    std::string text = text_of_value(view(value));
    if (property->form == TextForm::email) TRY_VOID(check_not_blocked(text));
    RowNumber other = find_by_key(type, *property, text);
    if (other == kNoRow || other == self) continue;
    const std::string& other_id = type.table->record(other).id;
    if (property->form == TextForm::email && self == kNoRow && !settings_.taken_address_is_invalid) {
      return refuse(409, "CONFLICT", fmt::format("Contact already exists. Existing ID: {}", other_id));
    }
    auto refused =
        invalid(fmt::format("Cannot set PropertyValueCoordinates{{portalId={}, objectTypeId={}, objectId={}, "
                            "propertyName={}, value={}}} on {}. {} already has that value.",
                            portal_id_, type.type_id, self_id, property->name, text, self_id, other_id));
    refused.value().status = static_cast<int>(settings_.unique_collision_status);
    return refused;
  }
  return {};
}

/// A stage belongs to its pipeline; a new pipeline needs a stage in the same write (§2.9, §6).
Outcome<void> Portal::check_stage(const ObjectType& type, RowNumber row, const Changes& changes) const {
  if (type.stage.empty() || !(changed(changes, type.stage) || changed(changes, type.pipeline))) return {};
  std::string id = effective(type, row, changes, type.pipeline), stage = effective(type, row, changes, type.stage);
  if (pipelines_.find_stage(type, id, stage)) return {};
  std::vector<std::string> valid;
  for (const Pipeline& pipeline : pipelines_.all()) {
    if (pipeline.type != type.name || pipeline.id != id || pipeline.archived.ms != 0) continue;
    for (const Stage& each : pipeline.stages) {
      if (each.archived.ms == 0) valid.push_back(each.id);
    }
  }
  std::vector<PropertyProblem> problems;
  if (valid.empty()) {
    problems.push_back({type.pipeline, "INVALID_OPTION", fmt::format("{} is not a pipeline", id)});
  } else {
    problems.push_back({type.stage, "INVALID_OPTION", fmt::format("{} is not a valid stage of pipeline {}. Valid stages: [{}]", stage, id, join(valid, ", "))});
  }
  return invalid(std::move(problems));
}

Outcome<void> Portal::check_pin(const ObjectType& type, RowNumber row, const Changes& changes, const std::vector<NewTie>& ties) const {
  if (!is_set(changes, "hs_pinned_engagement_id")) return {};
  std::string id = text_of_value(view(*changed(changes, "hs_pinned_engagement_id")));
  for (const ObjectType& activity : catalogue_.objects()) {
    RowNumber pinned = activity.engagement ? find_live(activity, id) : kNoRow;
    if (pinned == kNoRow) continue;
    auto is_it = [&](const auto& tie) { return tie.to == pinned; };
    auto is_new = [&](const NewTie& tie) { return tie.to_type == &activity && is_it(tie); };
    std::vector<Associations::Tie> held = row == kNoRow ? std::vector<Associations::Tie>() : live_ties(type, row, activity);
    if (std::any_of(ties.begin(), ties.end(), is_new) || std::any_of(held.begin(), held.end(), is_it)) return {};
  }
  return invalid(fmt::format("The activity {} is not associated with the record that it would be pinned on", id));
}

void Portal::derive(const ObjectType& type, RowNumber row, Changes& changes, const Writer& writer) const {
  bool creating = row == kNoRow;
  if (creating && type.name == "contacts" && settings_.default_lifecycle_stage && !is_set(changes, "lifecyclestage"))
    set(type, changes, "lifecyclestage", std::string("lead"));
  if (type.name == "emails") derive_addresses(type, changes);
  if (type.name == "tasks" && changed(changes, "hs_task_status")) {
    bool done = effective(type, row, changes, "hs_task_status") == "COMPLETED";
    bool was = effective(type, row, {}, "hs_task_status") == "COMPLETED";
    if (done != was) set(type, changes, "hs_task_completion_date", done ? Value(writer.at.ms) : Value{});
  }
  bool by_person = writer.actor.kind == ActorKind::person;  // people may put it back
  if (!creating && !by_person && is_set(changes, "lifecyclestage")) {
    std::string before = effective(type, row, {}, "lifecyclestage"), wanted = effective(type, row, changes, "lifecyclestage");
    if (!before.empty() && stage_rank(type, wanted) < stage_rank(type, before))  // silently ignored
      std::erase_if(changes, [](const auto& change) { return change.first->name == "lifecyclestage"; });
  }
  if (type.name != "tickets" || !changed(changes, type.stage)) return;
  auto closed = [&](const Changes& with) {
    const Stage* stage = pipelines_.find_stage(type, effective(type, row, with, type.pipeline), effective(type, row, with, type.stage));
    return stage && stage->closed;
  };
  bool was = closed({}), is = closed(changes);
  if (is && !was && !is_set(changes, "closed_date")) set(type, changes, "closed_date", writer.at.ms);
  if (!is && was) set(type, changes, "closed_date", Value{});
}

void Portal::tell_properties(const ObjectType& type, RowNumber row, const Changes& changes, const PackedFields& before, const Writer& writer) {
  if (!writer.journaled) return;
  const Record& record = type.table->record(row);
  for (const auto& [property, value] : changes) {
    std::string text = text_of_value(view(value));
    events_.property(type, record.id, property->name, text, writer);
    history_.note(type, row, *property, std::move(text), writer, text_of_value(before.get(property->column)), record.created);
  }
}

Outcome<void> Portal::check_room(const ObjectType& type) const {
  if (static_cast<std::int64_t>(type.table->live_count()) < settings_.record_limit) return {};
  return refuse(400, "LIMIT_EXCEEDED", fmt::format("The account has reached its limit of {} {}", settings_.record_limit, type.name));
}

Outcome<RowNumber> Portal::create(ObjectType& type, const json::object& properties, const json::value* associations, const Writer& writer) {
  TRY(Changes changes, read_properties(type, kNoRow, properties, writer));
  std::erase_if(changes, [](const auto& change) { return is_null(view(change.second)); });
  std::vector<NewTie> ties;
  if (associations) {
    TRY(ties, read_ties(type, *associations));
  }
  if (type.name == "meetings" && !is_set(changes, "hs_timestamp") && is_set(changes, "hs_meeting_start_time"))
    set(type, changes, "hs_timestamp", *changed(changes, "hs_meeting_start_time"));
  if (!type.pipeline.empty() && !is_set(changes, type.pipeline)) set(type, changes, type.pipeline, pipelines_.first_id(type));
  TRY_VOID(check_required(type, changes, writer));
  TRY_VOID(check_stage(type, kNoRow, changes));
  if (writer.by_api) TRY_VOID(check_pin(type, kNoRow, changes, ties));
  TRY_VOID(check_room(type));
  std::string id = next_id(type);  // used up even when the value is taken, as the message of a collision shows
  TRY_VOID(check_unique(type, kNoRow, id, changes));
  derive(type, kNoRow, changes, writer);
  set(type, changes, "hs_object_source", writer.change_source);
  set(type, changes, "hs_object_source_id", writer.source_id);
  if (type.engagement) note_user(type, changes, {"hs_created_by", "hs_created_by_user_id"}, writer);
  if (writer.change_source == "INTEGRATION") set(type, changes, "hs_object_source_detail_1", writer.actor.name);
  UnitOfWork unit(*this);
  before_write(type, type.table->row_count(), writer);
  FieldChanges fields;
  for (auto& [property, value] : changes) fields.emplace_back(property->column, value);
  RowNumber row = database_.create(*type.table, id, fields, writer.context());
  events_.record(type, id, "creation", json::object{{"changeFlag", "CREATED"}}, writer);
  tell_properties(type, row, changes, {}, writer);
  expect_domain(type, row, writer);
  std::vector<TieChange> tied;
  for (const NewTie& tie : ties) {
    TRY_VOID(check_room(type, row, *tie.to_type, tie.to, *tie.type));
    associations_.add(type, row, *tie.to_type, tie.to, *tie.type, tied);
  }
  note_ties(tied, writer);
  associate_activity(type, row, ties, writer);
  sync_stage(type, row, writer);
  unit.commit();
  return row;
}

Outcome<void> Portal::update(ObjectType& type, RowNumber row, const json::object& properties, const Writer& writer) {
  const Record& record = type.table->record(row);
  TRY(Changes changes, read_properties(type, row, properties, writer));
  TRY_VOID(check_stage(type, row, changes));
  if (writer.by_api) TRY_VOID(check_pin(type, row, changes, {}));
  TRY_VOID(check_unique(type, row, record.id, changes));
  for (const auto& [property, value] : changes) {
    bool required = property->required || (writer.admin_rules && property->required_by_admin);
    if (required && is_null(view(value)))
      return invalid(std::vector<PropertyProblem>{{property->name, "MISSING_REQUIRED_PROPERTY", fmt::format("\"{}\" cannot be empty", property->name)}});
  }
  derive(type, row, changes, writer);
  if (type.engagement) note_user(type, changes, {"hs_updated_by_user_id"}, writer);
  UnitOfWork unit(*this);
  write(type, row, changes, writer);
  if (changed(changes, "email")) expect_domain(type, row, writer);
  if (changed(changes, "lifecyclestage")) sync_stage(type, row, writer);
  unit.commit();
  return {};
}

void Portal::sync_stage(const ObjectType& type, RowNumber row, const Writer& writer) {
  if (!settings_.lifecycle_sync || !writer.journaled || type.name != "companies") return;
  ObjectType& contacts = catalogue_.object("contacts");
  const Property& of_contacts = contacts.property("lifecyclestage");
  std::string stage = effective(type, row, {}, "lifecyclestage");
  Writer by_itself = writer;
  by_itself.actor = {ActorKind::automation, "lifecycle of companies"};
  by_itself.change_source = by_itself.source_id = "AUTOMATION_PLATFORM";
  for (const Associations::Tie& tie : live_ties(type, row, contacts)) {
    bool behind = stage_rank(contacts, effective(contacts, tie.to, {}, "lifecyclestage")) < stage_rank(contacts, stage);
    bool unset = is_null(contacts.table->get(tie.to, of_contacts.column));
    if (stage.empty() || !(behind || unset) || associations_.primary(contacts, tie.to, type) != row) continue;
    write(contacts, tie.to, {{&of_contacts, Value(stage)}}, by_itself);
  }
}

void Portal::write(ObjectType& type, RowNumber row, const Changes& changes, const Writer& writer) {
  const Record& record = type.table->record(row);
  before_write(type, row, writer);
  FieldChanges fields;
  Changes different;
  for (const auto& [property, value] : changes) {
    if (record.fields.get(property->column) != view(value)) different.emplace_back(property, value);
    fields.emplace_back(property->column, value);
  }
  WriteContext context = writer.context();
  context.at = stamp_for(record, writer.at);
  PackedFields before = record.fields;
  database_.update(*type.table, row, fields, context);
  tell_properties(type, row, different, before, writer);
}

}  // namespace lockstep::emulators::hubspot

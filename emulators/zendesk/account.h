#pragma once

#include <functional>
#include <map>
#include <string>

#include "emulators/core/database.h"
#include "emulators/zendesk/attachments.h"
#include "emulators/zendesk/audits.h"
#include "emulators/zendesk/errors.h"
#include "emulators/zendesk/events.h"
#include "emulators/zendesk/groups.h"
#include "emulators/zendesk/readings.h"
#include "emulators/zendesk/schema.h"

namespace lockstep::emulators::zendesk {

struct Writer {
  WallTime at;
  Actor actor;
  std::int64_t user = 0;  // whose comment, whose ticket
  std::string key;        // idempotency key
  bool journaled = true;
  bool text_values = false;  // from CSV
  bool import = false;       // created_at as given, no events
  bool many = false;         // one of many records in a job
};

/// The records of one account under its rules. What is refused has changed nothing. `modified` of a record is its generated
/// timestamp: the last change by anyone, the system included; updated_at is a property and moves with users' changes alone (A5).
class Account {
 public:
  Account(Database& database, Rng rng, WallTime founded);

  ObjectType& tickets() { return tickets_; }
  ObjectType& users() { return users_; }
  ObjectType& organizations() { return organizations_; }
  /// By singular or plural; null when there is none.
  ObjectType* type(std::string_view name);
  Table& comments() { return comments_; }
  Table& identities() { return identities_; }
  Events& events() { return events_; }
  Attachments& attachments() { return attachments_; }
  Audits& audits() { return audits_; }
  Groups& groups() { return groups_; }
  Readings& readings() { return readings_; }
  const Readings& readings() const { return readings_; }
  const Groups& groups() const { return groups_; }

  /// Not deleted; kNoRow for what is no id of a record.
  RowNumber find_live(const ObjectType& type, std::string_view id) const;
  RowNumber find_live(const ObjectType& type, std::int64_t id) const { return find_live(type, std::to_string(id)); }
  std::int64_t id_of(const ObjectType& type, RowNumber row) const;
  /// Live rows whose indexed property holds `value`.
  std::vector<RowNumber> find_by(const ObjectType& type, std::string_view property, ValueView value) const;

  Outcome<RowNumber> create(ObjectType& type, const json::object& given, const Writer& writer);
  Outcome<void> update(ObjectType& type, RowNumber row, const json::object& given, const Writer& writer);
  Outcome<void> remove(ObjectType& type, RowNumber row, const Writer& writer);
  Outcome<void> restore(ObjectType& type, RowNumber row, const Writer& writer);
  /// Users by email or external_id, organizations by id or external_id (A3); kNoRow: there is none.
  RowNumber find_known(const ObjectType& type, const json::object& given) const;
  /// The row, and whether it is new.
  Outcome<std::pair<RowNumber, bool>> create_or_update(ObjectType& type, const json::object& given, const Writer& writer);
  Outcome<void> merge_users(RowNumber winner, RowNumber loser, const Writer& writer);
  Outcome<void> merge_tickets(RowNumber target, const std::vector<RowNumber>& sources, const json::object& how, const Writer& writer);

  /// What the system does with tickets that nobody touched since `before`.
  void close_solved(WallTime before, WallTime at);
  /// The agent behind an actor who is no user yet: a person who edits, an integration.
  std::int64_t user_of(const Actor& actor, WallTime at);
  /// By any of the user's addresses.
  RowNumber user_with_email(std::string_view email) const;
  Outcome<RowNumber> add_identity(RowNumber user, std::string_view value, bool primary, const Writer& writer);
  void make_primary(RowNumber user, RowNumber identity, const Writer& writer);

  // groups.cc
  bool is_agent(RowNumber user) const;
  /// None of whoever is no agent.
  std::vector<GroupMembership> memberships_of(RowNumber user) const;
  std::vector<GroupMembership> memberships() const;
  Outcome<GroupMembership> join_group(std::int64_t user, std::int64_t group, const Writer& writer);
  Outcome<void> leave_group(const GroupMembership& membership, const Writer& writer);
  Outcome<void> remove_group(Group& group, const Writer& writer);

 private:
  struct Draft {  // what a write will change
    FieldChanges changes;
    Problems problems;
    const Value* find(FieldId field) const;
    void set(FieldId field, Value value);
  };
  WriteContext context(const Writer& writer) const;
  void read(ObjectType& type, const json::object& given, const Writer& writer, Draft& draft);
  /// The fields of one's own under `member`: a list of ids with values, one of these, or values by their key or id.
  void read_custom(ObjectType& type, std::string_view member, const json::object& given, const Writer& writer, Draft& draft);
  void read_one(ObjectType& type, std::string_view name, const json::value& value, const Writer& writer, Draft& draft);
  // members.cc
  void check_members(const ObjectType& type, const json::object& given, const Writer& writer, Draft& draft);
  /// Of a ticket, whose own fields have two names.
  void check_fields(const json::object& given, Draft& draft);
  /// Of a ticket, what is shown and not set here: refused unless it is as it is shown. `ticket` may be none yet.
  void check_shown_alone(RowNumber ticket, const json::object& given, Draft& draft);
  void check_comment_members(const json::object& comment, const Writer& writer, Draft& draft);
  /// Members that the API takes and that are not served here: refused unless they are empty.
  void refuse_unserved(const json::object& given, std::initializer_list<const char*> names, Draft& draft);
  void refuse_other_than_lists(const json::object& given, std::initializer_list<const char*> names, Draft& draft);
  void check_reference(const Property& property, const Value& value, Draft& draft);
  void check_unique(const ObjectType& type, std::string_view property, RowNumber self, std::string_view told, Draft& draft);
  void forget_after(std::size_t told, std::size_t audited);
  RowNumber insert(ObjectType& type, Draft& draft, const Writer& writer);
  void change(ObjectType& type, RowNumber row, Draft& draft, const Writer& writer);
  /// A change by the system itself: generated timestamp moves, updated_at does not. To nothing: as far as deletes do that.
  void repoint(ObjectType& type, std::string_view property, std::int64_t from, Value to, const Writer& writer);

  /// Those `of` which `property` holds `held`.
  std::vector<RowNumber> open_tickets(std::string_view property, std::int64_t held, const std::function<bool(RowNumber)>& of) const;
  /// `property` of these holds nothing any more, where deletes do that: a change by the system itself.
  void let_go(const std::vector<RowNumber>& tickets, std::string_view property, const Writer& writer);
  /// Of what refers to a record that is to be deleted: it stands in the way where deletes are blocked.
  Outcome<void> check_unreferenced(const std::vector<RowNumber>& rows) const;
  /// Who is copied on tickets and is a user no more.
  void forget_copied(std::int64_t user, const Writer& writer);
  /// Who is assigned is in the ticket's group: either one follows from the other, or both are refused. `ticket` may be none yet.
  void settle_group(RowNumber ticket, Draft& draft);
  // tickets.cc
  Outcome<RowNumber> create_ticket(const json::object& given, const Writer& writer);
  Outcome<void> update_ticket(RowNumber row, const json::object& given, const Writer& writer);
  Outcome<std::int64_t> requester_of(const json::object& given, const Writer& writer);
  void check_people(Draft& draft);
  /// A custom status says which status as well.
  void take_custom_status(const json::object& given, Draft& draft);
  /// An account has one brand and one form: a ticket has no other. What else a ticket is not written with here.
  void check_catalogue(const json::object& given, Draft& draft);
  /// What a save is said to be about: it stands in its audit.
  void check_metadata(const json::object& given, Draft& draft);
  void keep_metadata(RowNumber ticket, const json::object& given);
  struct NewComment {
    std::string body;
    std::string html;
    std::optional<bool> is_public;
    std::int64_t author = 0;
    std::vector<std::string> uploads = {};  // tokens
  };
  std::optional<NewComment> read_comment(const json::object& given, const Writer& writer, Draft& draft);
  RowNumber add_comment(RowNumber ticket, const NewComment& comment, const Writer& writer);
  bool first_is_public(RowNumber ticket);
  struct OldComment {
    NewComment comment;
    WallTime at;
  };
  /// The comments of an imported ticket, each with its date.
  std::vector<OldComment> read_history(const json::object& given, const Writer& writer, Draft& draft);
  /// An imported ticket was made, changed and commented on when it is said to have been.
  void import_history(RowNumber ticket, const json::object& given, const std::vector<OldComment>& comments, const Writer& writer);
  // copied.cc
  Outcome<std::string> person_of(const json::value& said, const Writer& writer);
  void take_assignee_address(const json::object& given, Draft& draft);
  /// `ticket` may be none yet.
  Outcome<void> take_copied(RowNumber ticket, const json::object& given, const Writer& writer, Draft& draft);
  // users.cc
  Outcome<RowNumber> create_user(const json::object& given, const Writer& writer);
  Outcome<void> update_user(RowNumber row, const json::object& given, const Writer& writer);
  Outcome<void> remove_user(RowNumber row, const Writer& writer);
  /// The account has one locale and no custom roles; an organization may be named.
  void take_user_members(const json::object& given, const Writer& writer, Draft& draft);
  /// The last step of a write: groups are not undone.
  Outcome<void> take_default_group(RowNumber row, const json::object& given, const Writer& writer);
  void check_email(RowNumber self, std::string_view email, Draft& draft);
  /// The organization that a new user belongs to by the domain of an address; nothing: there is none.
  Value organization_of(std::string_view email) const;
  // organizations.cc
  Outcome<RowNumber> create_organization(const json::object& given, const Writer& writer);
  Outcome<void> update_organization(RowNumber row, const json::object& given, const Writer& writer);
  Outcome<void> remove_organization(RowNumber row, const Writer& writer);

  Database& database_;
  Readings readings_;
  ObjectType tickets_, users_, organizations_;
  Table& comments_;
  Table& identities_;
  std::int64_t next_comment_ = 2'000'000'000'001;
  std::int64_t next_identity_ = 2'300'000'000'001;
  Groups groups_;
  std::map<Actor, std::int64_t> users_of_actors_;
  Events events_;
  Attachments attachments_;
  Audits audits_;
};

/// Fields of the tables that are no ObjectType.
namespace comment {
inline constexpr std::string_view kTicket = "ticket_id", kAuthor = "author_id", kBody = "body", kHtml = "html_body", kPublic = "public",
                                  kAttachments = "attachment_ids", kAudit = "audit_id";
}
namespace identity {
inline constexpr std::string_view kUser = "user_id", kValue = "value", kPrimary = "primary", kVerified = "verified";
}

}  // namespace lockstep::emulators::zendesk

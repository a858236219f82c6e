// Dead letters on the workbench: tried again, given up, mended. Every change takes the way that edits and decisions take.
#include <algorithm>

#include "base/text.h"
#include "engine/workbench.h"
#include "hub/entities.h"
#include "hub/reread.h"

namespace lockstep {

namespace {

using Values = std::vector<std::pair<FieldIndex, Value>>;

constexpr std::size_t kInOneCommit = 100;

/// Text from a command line as the canonical value of a field. References are checked by the caller.
Result<Value> value_of(const FieldDefinition& field, const std::string& text) {
  if (text.empty()) {
    if (field.required) return fail(ErrorCode::invalid_input, "'" + field.name + "' must not be blank");
    return Value{};
  }
  Value value{std::string_view(text)};
  if (field.type == FieldType::boolean) {
    if (text != "true" && text != "false") return fail(ErrorCode::invalid_input, "'" + field.name + "' is true or false");
    value = Value(text == "true");
  } else if (field.type == FieldType::set) {
    List words;
    for (const std::string_view word : split(text, ',')) words.emplace_back(trim(word));
    value = Value(std::move(words));
  } else if (field.type == FieldType::reference) {
    TRY(const Ulid id, parse_ulid(text));
    return Value(EntityRef{id});
  } else if (field.type == FieldType::group) {
    std::vector<std::string> names;
    for (const FieldDefinition& member : field.members) names.push_back(field.name + "." + member.name);
    return fail(ErrorCode::invalid_input, "'" + field.name + "' is a group: set its members, " + join(names, ", "));
  }
  return mapping::canonical(field, std::move(value));
}

Result<FieldIndex> find_field(const EntityType& type, const std::string& name) {
  if (const auto index = type.find(name)) return *index;
  std::vector<std::string> names;
  for (const FieldDefinition& field : type.fields) names.push_back(field.name);
  const std::string nearest = nearest_name(name, names);
  return fail(ErrorCode::invalid_input, "a " + type.name + " has no field '" + name + "'" + (nearest.empty() ? "" : ", did you mean '" + nearest + "'?"));
}

/// "address.city": the group as it is, but for one member.
Result<Value> with_member(const FieldDefinition& group, const Value& held, const std::string& member_name, const std::string& text) {
  std::vector<std::string> names;
  for (const FieldDefinition& member : group.members) names.push_back(member.name);
  const auto at = std::ranges::find(names, member_name);
  if (at == names.end())
    return fail(ErrorCode::invalid_input, "'" + group.name + "' has no member '" + member_name + "'" + (names.empty() ? "" : "; it has " + join(names, ", ")));
  TRY(Value value, value_of(group.members[static_cast<std::size_t>(at - names.begin())], text));
  Map map = held.get<Map>() ? *held.get<Map>() : Map{};
  std::erase_if(map, [&](const auto& member) { return member.first == member_name; });
  map.emplace_back(member_name, std::move(value));
  make_map(map);
  return mapping::canonical(group, Value(std::move(map)));
}

Result<void> check_reference(Transaction& transaction, const Model& model, const FieldDefinition& field, const Value& value) {
  const EntityRef* reference = value.get<EntityRef>();
  if (!reference) return {};
  TRY(const auto entity, transaction.resolve(EntityId{reference->entity}));
  TRY(const auto golden, entity ? transaction.find_golden(*entity) : Result<std::optional<Golden>>{});
  if (golden && std::ranges::find(field.targets, model.at(golden->type).name) != field.targets.end()) return {};
  return fail(ErrorCode::invalid_input,
              "'" + field.name + "' refers to a record of type " + join(field.targets, " or ") + ", and " + reference->entity.text() + " is none");
}

/// What `values` make of the record, by field.
Result<Values> wanted_values(Transaction& transaction, const Model& model, const Golden& golden,
                             const std::vector<std::pair<std::string, std::string>>& values) {
  const EntityType& type = model.at(golden.type);
  Values wanted;
  for (const auto& [name, text] : values) {
    const std::size_t dot = name.find('.');
    TRY(const FieldIndex index, find_field(type, name.substr(0, dot)));
    const FieldDefinition& field = type.fields[index.value()];
    const auto same = std::ranges::find(wanted, index, &std::pair<FieldIndex, Value>::first);
    const Value& held = same == wanted.end() ? golden.fields[index.value()].value : same->second;
    TRY(Value value, dot == std::string::npos ? value_of(field, text) : with_member(field, held, name.substr(dot + 1), text));
    TRY_VOID(check_reference(transaction, model, field, value));
    if (same == wanted.end()) wanted.emplace_back(index, std::move(value));
    else same->second = std::move(value);
  }
  return wanted;
}

}  // namespace

Result<DeadLetter> Workbench::open_letter(Transaction& transaction, Ulid id) const {
  TRY(auto letter, transaction.find_dead_letter(id));
  if (!letter) return fail(ErrorCode::not_found, "there is no dead letter " + id.text());
  if (letter->state != DeadLetterState::open) return fail(ErrorCode::conflict, "the dead letter is closed already");
  return std::move(*letter);
}

Result<void> Workbench::audit_letter(Transaction& transaction, const DeadLetter& letter, RunId run, std::string operation, std::string note) {
  AuditRow row;
  row.at = hub_.now();
  row.run = run;
  row.connection = letter.connection;
  row.entity = letter.entity;
  row.type = hub_.model.at(letter.type).name;
  row.remote = letter.remote;
  row.operation = std::move(operation);
  row.changes.push_back(AuditChange{"", std::nullopt, std::nullopt, std::move(note)});
  return transaction.append(row);
}

Result<void> Workbench::close_letter(Transaction& transaction, DeadLetter& letter, DeadLetterState state, RunId run, const std::string& by) {
  letter.state = state;
  letter.closed = hub_.now();
  TRY_VOID(transaction.put(letter));
  return audit_letter(transaction, letter, run, state == DeadLetterState::replayed ? "replay" : "discard", "by " + by);
}

Result<void> Workbench::try_again(Transaction& transaction, const DeadLetter& letter) {
  const WallTime now = hub_.now();
  if (letter.from_inbox) return ask_for_read(transaction, letter.connection, letter.remote, now, "replay/" + letter.id.text() + "/" + std::to_string(now.ms));
  TRY(auto obligation, transaction.find_obligation(letter.entity, letter.connection));
  if (!obligation || obligation->state == ObligationState::in_flight) return {};
  obligation->state = ObligationState::ready;
  obligation->attempts = 0;
  obligation->golden_version = 0;
  obligation->reason.clear();
  obligation->due = now;
  // Many at once are no reason for today's edits to wait.
  obligation->priority = std::max(obligation->priority, Priority::incremental);
  return transaction.put(*obligation);
}

/// Parents first, then in the order in which they failed: what a record waits for goes before it.
Task<Result<std::size_t>> Workbench::for_each(std::vector<Ulid> ids, LetterWork each) {
  const RunId run{hub_.ids.next(hub_.now())};
  std::vector<DeadLetter> letters;
  Store::Work look = [&](Transaction& transaction) -> Result<void> {
    letters.clear();
    for (const Ulid id : ids) {
      TRY(auto letter, transaction.find_dead_letter(id));
      if (ids.size() == 1) TRY_VOID(open_letter(transaction, id));
      if (letter && letter->state == DeadLetterState::open) letters.push_back(std::move(*letter));
    }
    return {};
  };
  const Result<void> found = co_await hub_.store.read(std::move(look));
  if (!found) co_return tl::unexpected(found.error());
  const auto place = [&](const DeadLetter& letter) {
    const auto type = std::ranges::find(hub_.type_order, letter.type) - hub_.type_order.begin();
    return std::tuple(type, letter.first_failed, letter.id);
  };
  std::ranges::sort(letters, {}, place);
  std::size_t done_with = 0;
  for (std::size_t from = 0; from < letters.size(); from += kInOneCommit) {
    const std::size_t to = std::min(letters.size(), from + kInOneCommit);
    std::size_t in_this_one = 0;
    Store::Work work = [&](Transaction& transaction) -> Result<void> {
      in_this_one = 0;
      for (std::size_t i = from; i < to; ++i) {
        TRY(auto letter, transaction.find_dead_letter(letters[i].id));
        if (!letter || letter->state != DeadLetterState::open) continue;  // closed by itself, or by somebody else
        const Result<void> one = each(transaction, *letter, run);
        if (!one && letters.size() > 1) return fail(one.error().code, one.error().message + " (dead letter " + letter->id.text() + ")");
        if (!one) return one;
        ++in_this_one;
      }
      return {};
    };
    const Result<void> done = co_await hub_.store.transact(std::move(work));
    if (!done) co_return tl::unexpected(done.error());
    done_with += in_this_one;
    hub_.on_change();
  }
  co_return done_with;
}

Task<Result<std::size_t>> Workbench::replay(std::vector<Ulid> letters, std::string by) {
  LetterWork work = [this, by](Transaction& transaction, DeadLetter& letter, RunId run) -> Result<void> {
    TRY_VOID(try_again(transaction, letter));
    return close_letter(transaction, letter, DeadLetterState::replayed, run, by);
  };
  co_return co_await for_each(std::move(letters), std::move(work));
}

Task<Result<std::size_t>> Workbench::discard(std::vector<Ulid> letters, std::string by) {
  LetterWork work = [this, by](Transaction& transaction, DeadLetter& letter, RunId run) {
    return close_letter(transaction, letter, DeadLetterState::discarded, run, by);
  };
  co_return co_await for_each(std::move(letters), std::move(work));
}

Task<Result<std::size_t>> Workbench::edit(std::vector<Ulid> letters, std::vector<std::pair<std::string, std::string>> values, std::string by) {
  LetterWork work = [this, values = std::move(values), by](Transaction& transaction, DeadLetter& letter, RunId run) {
    return edit_one(transaction, letter, values, run, by);
  };
  co_return co_await for_each(std::move(letters), std::move(work));
}

Result<void> Workbench::edit_one(Transaction& transaction, const DeadLetter& letter, const std::vector<std::pair<std::string, std::string>>& values, RunId run,
                                 const std::string& by) {
  if (letter.from_inbox) return fail(ErrorCode::invalid_input, "what could not be read has no values to edit; settle the cause in the system, then replay");
  Entities entities(hub_, transaction, run);
  TRY(auto state, entities.load(letter.entity));
  if (!state) return fail(ErrorCode::not_found, "the letter's record is not there any more");
  TRY(const Values wanted, wanted_values(transaction, hub_.model, state->golden, values));
  TRY(merge::Effects effects, entities.with_context(*state, [&](const merge::Context& context) { return merge::edit_fields(*state, wanted, by, context); }));
  if (!effects.golden_changed) {
    TRY_VOID(audit_letter(transaction, letter, run, "mend", "holds these values already, tried again by " + by));
    return try_again(transaction, letter);
  }
  return entities.save(*state, std::move(effects), Cause{run, kHub, RemoteId{}, "mend"}, kHub);
}

Task<Result<void>> Workbench::choose_link(Ulid id, std::string remote_id, std::string by) {
  Store::Work work = [&](Transaction& transaction) -> Result<void> {
    TRY(const DeadLetter letter, open_letter(transaction, id));
    if (letter.from_inbox)
      return fail(ErrorCode::invalid_input, "the letter is about a record of " + hub_.system_name(letter.connection) + " alone; there is nothing to link");
    const RemoteId remote{letter.remote.object, remote_id};
    TRY(const auto taken, transaction.find_link(letter.connection, remote));
    TRY(const auto entity, transaction.resolve(letter.entity));
    if (!entity) return fail(ErrorCode::not_found, "the letter's record is not there any more");
    if (taken && taken->entity != *entity)
      return fail(ErrorCode::conflict,
                  remote_id + " belongs to " + taken->entity.value().text() + " already; if both are the same, merge them in one of the systems");
    if (taken && taken->presence == LinkPresence::present) return fail(ErrorCode::conflict, "it is linked to " + remote_id + " already");
    ReviewItem item;
    item.connection = letter.connection;
    item.type = letter.type;
    item.remote = remote;
    item.opened = hub_.now();
    TRY_VOID(try_again(transaction, letter));
    TRY_VOID(link_to(transaction, item, *entity));
    return audit_letter(transaction, letter, RunId{hub_.ids.next(hub_.now())}, "mend", "is " + remote_id + ", chosen by " + by);
  };
  const Result<void> done = co_await hub_.store.transact(std::move(work));
  if (done) hub_.on_change();
  co_return done;
}

}  // namespace lockstep

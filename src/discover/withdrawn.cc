// What a hosted system says to be gone. Very many deletes at once wait for a person here as well: a script that went wrong looks just like
// one that did not. They wait in the inbox, since nobody could be asked again.
#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "discover/intake.h"
#include "discover/mass_delete.h"
#include "hub/entities.h"
#include "identity/match_keys.h"

namespace lockstep::discover {

namespace {

/// The deletes of the present wave that went by themselves.
struct Wave {
  WallTime began;
  std::size_t count = 0;
};

std::string wave_name(const Hub& hub, ConnectionId connection, TypeIndex type) {
  return "told_deletes/" + std::to_string(connection.value()) + "/" + hub.model.at(type).name;
}

Result<Wave> present_wave(const Hub& hub, Transaction& transaction, ConnectionId connection, TypeIndex type) {
  TRY(const auto text, transaction.find_setting(wave_name(hub, connection, type)));
  Wave wave;
  if (text) {
    const std::size_t space = std::min(text->find(' '), text->size());
    std::from_chars(text->data(), text->data() + space, wave.began.ms);
    if (space < text->size()) std::from_chars(text->data() + space + 1, text->data() + text->size(), wave.count);
  }
  const bool is_over = wave.began > hub.now() || wave.began + kOneWave < hub.now();
  return is_over ? Wave{hub.now(), 0} : wave;
}

/// One that tells people apart.
bool shares_a_key(const Hub& hub, const Golden& golden, const Fields& sent) {
  const EntityType& type = hub.model.at(golden.type);
  const auto& keys = hub.mappings[golden.type.value()].match.keys;
  const auto known = identity::match_keys(type, keys, fields_of(golden));
  return std::ranges::any_of(identity::match_keys(type, keys, sent),
                             [&](const auto& key) { return !key.weak && std::ranges::any_of(known, [&](const auto& one) { return one.text == key.text; }); });
}

}  // namespace

Result<void> Intake::absorb_withdrawn(Transaction& transaction, ConnectionId connection, TypeIndex type, const RemoteId& remote, RunId run,
                                      IntakeCount& count) {
  TRY(const auto held, transaction.find_held(connection, remote));
  if (held) {
    TRY_VOID(transaction.erase_held(connection, remote));
    TRY(const auto waits, transaction.take_reference_waits(connection, remote));
    Entities entities(hub_, transaction, run, Priority::real_time);
    for (const ReferenceWait& wait : waits) TRY_VOID(entities.ask_by_id(connection, wait.waiting, "what it refers to was taken back"));
  }
  return absorb_gone(transaction, told_by(connection, type, run), remote, count);
}

Result<void> Intake::let_go_of_name(Transaction& transaction, Link link, const Fields& sent) {
  if (hub_.is_offered(link)) return {};  // our own id for it, which stands for nobody else: it may be offered under it again
  TRY(const auto golden, transaction.find_golden(link.entity));
  const bool ended_here = golden && (golden->presence == EntityPresence::present || golden->deleted_stamp.system == link.connection);
  if (!ended_here || shares_a_key(hub_, *golden, sent)) return {};
  TRY_VOID(forget_match_decision(transaction, link.connection, link.remote));
  if (link.secondary) return transaction.erase_link(link.entity, link.connection, link.remote);
  link.remote.id.clear();  // that it is gone there stays known
  return transaction.put(link);
}

Result<bool> Intake::waits_for_approval(Transaction& transaction, ConnectionId connection, TypeIndex type, const RemoteId& remote, std::size_t together) {
  TRY(const bool waits, transaction.is_told_gone(connection, remote));
  if (waits) return true;
  TRY(Wave wave, present_wave(hub_, transaction, connection, type));
  TRY(const auto before, find_withheld_deletes(transaction, hub_.model, connection, type));
  WithheldDeletes withheld = before.value_or(WithheldDeletes{});
  const std::size_t count = wave.count + withheld.count + together;
  std::int64_t all = 0;
  if (count > hub_.delete_guard.count) {  // to count the links of a type takes time, and few deletes need it
    TRY(const auto links, transaction.count_links(connection, type));
    all = links + static_cast<std::int64_t>(wave.count);
  }
  if (!is_beyond_guard(hub_.delete_guard, count, all)) {
    ++wave.count;
    TRY_VOID(transaction.put_setting(wave_name(hub_, connection, type), std::to_string(wave.began.ms) + " " + std::to_string(wave.count)));
    return false;
  }
  InboxEvent event;
  event.connection = connection;
  event.remote = remote;
  event.kind = EventKind::deleted;
  event.received = event.occurred = hub_.now();
  event.due = kUntilDecided;
  event.dedupe = "withdrawn/" + remote.object + "/" + remote.id + "/" + hub_.ids.next(hub_.now()).text();
  TRY([[maybe_unused]] const bool fresh, transaction.put(event));
  ++withheld.count;
  TRY_VOID(withhold_deletes(hub_, transaction, connection, type, remote.object, withheld, all));
  return true;
}

Result<void> Intake::absorb_approved(Transaction& transaction, const InboxEvent& event, RunId run, IntakeCount& count) {
  TRY(const auto link, transaction.find_link(event.connection, event.remote));
  if (link && link->presence == LinkPresence::present) TRY_VOID(absorb_withdrawn(transaction, event.connection, link->type, event.remote, run, count));
  return transaction.finish_inbox(event.id, InboxState::done);
}

}  // namespace lockstep::discover

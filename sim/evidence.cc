#include "sim/evidence.h"

namespace lockstep::sim {

bool is_hub(const emulators::StandIn& stand_in, const emulators::JournalEntry& entry) {
  return const_cast<emulators::StandIn&>(stand_in).database().actor(entry.actor).kind == emulators::ActorKind::integration;
}

std::size_t hub_writes(CrmWorld& world) {
  std::size_t count = 0;
  for (const std::string_view crm : kCrms) {
    emulators::StandIn& stand_in = Directory::stand_in(world, crm);
    for (const emulators::JournalEntry& entry : stand_in.database().journal()) count += is_hub(stand_in, entry) ? 1 : 0;
  }
  return count;
}

const std::vector<const Written*>& Evidence::history_of(std::string_view type, std::int64_t number) const {
  static const std::vector<const Written*> kNothing;
  const auto found = history_.find({std::string(type), number});
  return found == history_.end() ? kNothing : found->second;
}

const std::vector<const GoldenRecord*>& Evidence::golden_of(std::string_view type, std::int64_t number) const {
  static const std::vector<const GoldenRecord*> kNothing;
  const auto found = golden_by_number_.find({std::string(type), number});
  return found == golden_by_number_.end() ? kNothing : found->second;
}

const GoldenRecord* Evidence::find(EntityId entity) const {
  const auto found = golden_by_entity_.find(entity);
  return found == golden_by_entity_.end() ? nullptr : found->second.second;
}

bool Evidence::tells_of(EntityId entity, const Written& written, std::string_view value) const {
  const auto rows = audit.find(entity);
  if (rows == audit.end()) return false;
  const ConnectionId source = world.hub->find_system(written.system)->id;
  for (const AuditRow& row : rows->second)
    for (const AuditChange& change : row.changes) {
      if (row.source != source || change.field != written.field) continue;
      for (const std::optional<Value>& one : {change.before, change.after})
        if (const std::string* text = one ? one->get<std::string>() : nullptr; text && plain(*text) == value) return true;
    }
  return false;
}

std::set<std::int64_t> Evidence::numbers(std::string_view type) {
  std::set<std::int64_t> all = directory.numbers(type);
  for (const auto& [number, entities] : present[std::string(type)]) all.insert(number);
  for (const Written& written : ledger)
    if (written.type == type && (written.what == "create" || written.what == "import")) all.insert(written.number);
  return all;
}

bool Evidence::waits_for_a_person(EntityId awaited) const {
  const auto found = golden_by_entity_.find(awaited);
  if (found == golden_by_entity_.end()) return false;
  const auto& [type, record] = found->second;
  return is_explained(type, record->number) || is_merged(type, record->number);
}

void Evidence::explain(EntityId entity) {
  const auto found = golden_by_entity_.find(entity);
  if (found != golden_by_entity_.end() && found->second.second->number >= 0) explained.insert({found->second.first, found->second.second->number});
}

void Evidence::explain(ConnectionId connection, const RemoteId& remote) {
  const System* system = world.hub->find_system(connection);
  if (!system || remote.empty()) return;
  for (const TypeNames& type : type_names())
    if (system->hosted) {
      for (const Written& written : ledger)
        if (written.type == type.type && remote.object == type.type && remote.id == support_id_of(type.type, written.number))
          explained.insert({written.type, written.number});
    } else if (type.hub_objects[crm_index(system->name)] == remote.object)
      if (const auto number = directory.number_at(system->name, type, remote.id)) explained.insert({std::string(type.type), *number});
}

Result<void> Evidence::read_golden(Transaction& transaction) {
  const Model& model = world.hub->model;
  std::map<EntityId, std::pair<std::string, std::int64_t>> numbers;
  std::set<EntityId> deleted;
  std::vector<std::pair<GoldenRecord*, Golden>> rows;
  for (const TypeNames& type : type_names()) {
    const auto index = model.find(type.type);
    if (!index) continue;
    const EntityType& entity_type = model.at(*index);
    std::vector<Golden> all;
    for (EntityId after;;) {
      TRY(auto page, transaction.list_golden(*index, after, 500));
      if (page.empty()) break;
      after = page.back().id;
      all.insert(all.end(), page.begin(), page.end());
    }
    auto& records = golden[std::string(type.type)];
    records.reserve(all.size());
    for (Golden& one : all) {
      GoldenRecord& record = records.emplace_back();
      record.entity = one.id;
      record.presence = one.presence;
      for (const FieldNames& field : type.fields)
        for (std::size_t i = 0; i < entity_type.fields.size() && i < one.fields.size(); ++i)
          if (entity_type.fields[i].name == field.field)
            if (const auto* text = one.fields[i].value.get<std::string>(); text && !plain(*text).empty())
              record.fields[std::string(field.field)] = plain(*text);
      if (const auto marker = record.fields.find(std::string(type.marker)); marker != record.fields.end())
        if (const auto number = number_of(type, marker->second)) record.number = *number;
      numbers[one.id] = {std::string(type.type), record.number};
      if (record.presence == EntityPresence::deleted) deleted.insert(one.id);
      if (record.presence == EntityPresence::present && record.number >= 0) present[std::string(type.type)][record.number].push_back(one.id);
      rows.emplace_back(&record, std::move(one));
    }
  }
  for (const TypeNames& type : type_names())
    for (auto& [record, row] : rows) {
      if (model.at(row.type).name != type.type) continue;
      for (const ReferenceNames& reference : type.references)
        for (std::size_t i = 0; i < row.fields.size(); ++i)
          if (model.at(row.type).fields[i].name == reference.field)
            if (const EntityRef* to = row.fields[i].value.get<EntityRef>()) {
              TRY(const auto target, transaction.resolve(EntityId{to->entity}));
              const EntityId names = target.value_or(EntityId{to->entity});
              const auto found = numbers.find(names);
              // A reference to what is deleted is blank everywhere (rule 14).
              auto& references = deleted.contains(names) ? record->references_to_deleted : record->references;
              references[std::string(reference.field)] = found == numbers.end() ? -1 : found->second.second;
            }
    }
  return {};
}

Result<void> Evidence::read_open_items(Transaction& transaction) {
  ReviewFilter open_reviews;
  open_reviews.state = ReviewState::open;
  open_reviews.limit = 100'000;
  TRY(reviews, transaction.list_reviews(open_reviews));
  DeadLetterFilter open_letters;
  open_letters.state = DeadLetterState::open;
  open_letters.limit = 100'000;
  TRY(letters, transaction.list_dead_letters(open_letters));
  for (const ReviewItem& item : reviews) {
    explain(item.entity);
    explain(item.connection, item.remote);
    for (const ReviewCandidate& candidate : item.candidates) {
      explain(candidate.entity);
      explain(candidate.system, candidate.remote);
    }
  }
  for (const DeadLetter& letter : letters) {
    explain(letter.entity);
    explain(letter.connection, letter.remote);
  }
  return {};
}

void Evidence::read_left_alone() {
  const double policy = plan.setting("deletes", -1);
  for (const std::string_view crm : kCrms) {
    if (policy == kIncomingDeletesIgnored)
      for (const auto& [type, records] : golden)
        for (const GoldenRecord& record : records)
          if (record.presence == EntityPresence::deleted) left_alone.emplace(crm, type, record.number);
    if (policy != kDeletesIgnored) continue;
    emulators::StandIn& stand_in = Directory::stand_in(world, crm);
    for (const emulators::JournalEntry& entry : stand_in.database().journal()) {
      // A delete of ours that a restored backup knows nothing of looks like somebody's.
      if (entry.operation != emulators::Operation::remove || (is_hub(stand_in, entry) && !is_forgotten(entry.at))) continue;
      for (const TypeNames& type : type_names())
        if (entry.table->name() == type.objects[crm_index(crm)])
          if (const auto number = directory.number_at(crm, type, entry.table->record(entry.row).id)) left_alone.emplace(crm, type.type, *number);
    }
  }
}

Result<void> Evidence::read_audit(Transaction& transaction) {
  AuditFilter all;
  all.limit = 1'000;
  for (;;) {
    TRY(auto page, transaction.list_audit(all));
    if (page.empty()) return {};
    all.before_id = page.back().id;
    for (AuditRow& row : page) audit[row.entity].push_back(std::move(row));
  }
}

std::string Evidence::trail(const std::string& type, std::int64_t number) const {
  std::string text;
  for (const GoldenRecord& record : golden.at(type)) {
    const auto rows = audit.find(record.entity);
    if (record.number != number) continue;
    text += "entity " + record.entity.value().text() + (record.presence == EntityPresence::present ? "" : ", deleted") + "\n";
    for (const auto& [field, target] : record.references) text += "refers by " + field + " to " + std::to_string(target) + "\n";
    if (const auto owed = obligations.find(record.entity); owed != obligations.end())
      for (const Obligation& one : owed->second)
        text += "owed to " + world.hub->system_name(one.connection) + (one.state == ObligationState::parked ? ", parked: " : ": ") + one.reason + " " +
                one.last_error + "\n";
    if (rows == audit.end()) continue;
    for (auto row = rows->second.rbegin(); row != rows->second.rend(); ++row) {
      text += format_iso(row->at) + " " + row->operation + " in " + world.hub->system_name(row->connection) + " by " + world.hub->system_name(row->source) +
              " " + row->remote.id + (row->success ? "" : " failed: " + row->failure_class + " " + row->error) + "\n";
      for (const AuditChange& change : row->changes)
        text += "    " + change.field + ": " + (change.before ? to_display(*change.before) : "?") + " -> " + (change.after ? to_display(*change.after) : "?") +
                " " + change.note + "\n";
    }
  }
  return text;
}

Result<void> Evidence::read() {
  TRY_VOID(world.transact([&](Transaction& transaction) -> Result<void> {
    TRY_VOID(read_golden(transaction));
    for (const auto& [type, records] : golden)
      for (const GoldenRecord& record : records) {
        golden_by_number_[{type, record.number}].push_back(&record);
        golden_by_entity_[record.entity] = {type, &record};
      }
    TRY_VOID(read_open_items(transaction));
    for (const auto& [type, records] : golden)
      for (const GoldenRecord& record : records) {
        TRY(auto owed, transaction.list_obligations(record.entity));
        if (!owed.empty()) obligations[record.entity] = std::move(owed);
      }
    read_left_alone();
    return read_audit(transaction);
  }));
  for (const Written& written : ledger) {
    history_[{written.type, written.number}].push_back(&written);
    if (written.what != "merge") continue;
    merged.insert({written.type, written.number});
    merged.insert({written.type, written.other});
  }
  return {};
}

}  // namespace lockstep::sim

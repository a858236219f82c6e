// The schedule: who does what when, and the quiet end in which everything must settle.
#include "world.h"

#include "mapping.h"

namespace lockstep::merge::schedule {

namespace {

constexpr std::int64_t kBusyMs = 90'000;
constexpr std::int64_t kRoundsMax = 40, kQuietRounds = 6;

FieldDefinition field(std::string name, FieldType type) {
  FieldDefinition definition;
  definition.name = std::move(name);
  definition.type = type;
  return definition;
}

EntityType entity_type() {
  EntityType type;
  type.name = "contact";
  type.fields = {field("name", FieldType::text), field("address", FieldType::group), field("tags", FieldType::set), field("memo", FieldType::text)};
  return type;
}

TypePolicy type_policy(const std::vector<Server>& servers, Random& random, const Options& options) {
  TypePolicy policy;
  std::vector<ConnectionId> order;
  for (const Server& server : servers) order.push_back(server.id());
  Strategy name = random.pick({Strategy::last_write_wins, Strategy::last_write_wins, Strategy::manual_review, Strategy::prefer});
  if ((name == Strategy::manual_review && !options.review) || (name == Strategy::prefer && !options.prefer)) name = Strategy::last_write_wins;
  const Strategy tags = random.chance(.7) ? Strategy::union_of : Strategy::last_write_wins;
  const DeleteVersusEdit versus = random.chance(.8) ? DeleteVersusEdit::edit_wins : DeleteVersusEdit::delete_wins;
  for (const Server& server : servers) {
    LinkPolicy link;
    link.connection = server.id();
    link.delete_versus_edit = versus;
    link.has_lock = server.has_lock;
    link.delete_has_lock = server.delete_has_lock;
    link.version_is_ordered = server.version_kind == VersionKind::row_number || server.version_kind == VersionKind::modified;
    link.read_before_write_ms = 45'000;
    link.fields.resize(kFields);
    for (FieldPolicy& one : link.fields) one.mapped = true;
    link.fields[kName].strategy = name;
    link.fields[kName].order = order;
    link.fields[kTags].strategy = tags;
    if (server.memo_is_outward) link.fields[kMemo].direction = Direction::out;
    policy.links.push_back(std::move(link));
  }
  return policy;
}

}  // namespace

void Statistics::add(const Statistics& other) {
  schedules += other.schedules, edits += other.edits, writes += other.writes, reads += other.reads, reviews += other.reviews;
  parked += other.parked, superseded += other.superseded, window += other.window, recreated += other.recreated, revived += other.revived;
}

World::~World() = default;

World::World(std::uint64_t seed, const Options& options, bool traced) : random_(seed), options_(options), type_(entity_type()), traced_(traced) {
  std::vector<VersionKind> kinds = {VersionKind::etag, VersionKind::none, VersionKind::modified};
  if (random_.chance(.5)) kinds.push_back(VersionKind::row_number);
  for (std::size_t i = kinds.size(); i > 1; --i) std::swap(kinds[i - 1], kinds[random_.below(i)]);
  for (std::size_t i = 0; i < kinds.size(); ++i) servers_.emplace_back(i, kinds[i], random_, options);
  lanes_.resize(servers_.size());
  policy_ = type_policy(servers_, random_, options);
  mapping_ = std::make_unique<Mapping>(servers_);
  edits_.emplace_back();
  known_values_.assign(kFields, {Value{}});
  state_.golden.fields.resize(kFields);
  const bool in_step = random_.chance(.6);
  std::vector<Value> common(kFields);
  for (std::size_t f = 0; f < kFields; ++f) {
    int edit = new_edit(0, f, false, {});
    common[f] = edited_value(servers_[0], f, edit);
    edits_[static_cast<std::size_t>(edit)].value = common[f];
  }
  Stamp stamp;
  stamp.lifted_us = stamp.own_us = (random_.chance(.33) ? kEpochMs + 30'000 : 1'000) * 1000;  // sometimes from the future
  stamp.system = servers_[0].id();
  for (Server& server : servers_) {
    std::map<std::size_t, Value> first;
    for (std::size_t f = 0; f < kFields; ++f) {
      int edit = new_edit(server.number, f, false, {});
      const Value own = in_step ? common[f] : edited_value(server, f, edit);
      first[f] = server.clean(f, own);
    }
    server.write(0, first);
    server.log.clear();
    Link& link = add_link(state_, server.id(), RemoteId{"contact", "r" + std::to_string(server.number)}, context());
    link.external_id_confirmed = true;
    if (!in_step) continue;
    link.version = server.version();
    link.seen = WallTime{kEpochMs};
    lanes_[server.number].cursor = server.revision;
    for (std::size_t f = 0; f < kFields; ++f) {
      LinkField& field = link.fields[f];
      field.shadow = server.fields[f];
      field.acked = common[f];
      field.acked_stamp = stamp;
      if (!server.same(f, server.fields[f], common[f])) field.frozen = true;
      state_.golden.fields[f].value = common[f];
      state_.golden.fields[f].stamp = stamp;
    }
  }
}

void World::at(std::int64_t delay_ms, std::function<void()> what) { queue_.push(Event{now_ms_ + delay_ms, order_++, std::move(what)}); }

void World::run_until(std::int64_t until_ms) {
  while (!queue_.empty() && queue_.top().at_ms <= until_ms) {
    const Event event = queue_.top();
    queue_.pop();
    now_ms_ = event.at_ms;
    event.what();
  }
}

std::int64_t World::delay() { return random_.chance(.7) ? random_.ms(.05, 1.5) : random_.ms(1, 15); }

void World::fail(std::string what) {
  log([&] { return "!! " + what; });
  wrong_.push_back(std::move(what));
}

void World::plan_schedule() {
  const int edits = random_.between(2, 9);
  for (int i = 0; i < edits; ++i) {
    const std::int64_t when = random_.ms(1, 90);
    const std::size_t server = random_.below(servers_.size());
    at(when, [this, server] { user(server); });
    if (random_.chance(.3)) at(when + random_.ms(.1, 1.5), [this, server] { user(server); });
  }
  for (std::size_t server = 0; server < servers_.size(); ++server) {
    for (int i = 0; i < 4; ++i) at(random_.ms(0, 90), [this, server] { poll(server); });
    for (int i = 0; i < 3; ++i) at(random_.ms(0, 90), [this, server] { read(server, random_.chance(.5)); });
    for (int i = 0; i < 8; ++i) at(random_.ms(2, 90), [this, server] { deliver(server); });
  }
  if (random_.chance(.3)) at(random_.ms(5, 90), [this] { crash(); });
  if (options_.new_mappings && random_.chance(.15)) at(random_.ms(5, 90), [this] { new_mapping(); });
}

void World::settle() {
  quiet_ = true;
  run_until(INT64_MAX);
  std::int64_t last_round = 0, round = 0;
  for (; round < kRoundsMax && round - last_round < kQuietRounds; ++round) {
    const int writes = statistics.writes;
    if (round == 3) decide_reviews();
    for (std::size_t server = 0; server < servers_.size(); ++server) poll(server);
    run_until(INT64_MAX);
    want_reads();
    run_until(INT64_MAX);
    for (std::size_t server = 0; server < servers_.size(); ++server) deliver(server);
    run_until(INT64_MAX);
    if (statistics.writes != writes) last_round = round;
  }
  if (round >= kRoundsMax) return fail("ping-pong: still writing after " + std::to_string(round) + " rounds");
  check_converged();
  const int writes = statistics.writes;
  for (int i = 0; i < 3; ++i)
    for (std::size_t server = 0; server < servers_.size(); ++server) {
      read(server, false);
      run_until(INT64_MAX);
      deliver(server);
      run_until(INT64_MAX);
    }
  check_converged();
  if (statistics.writes != writes) fail("no rest: writes after everything had converged");
}

std::vector<std::string> World::run() {
  plan_schedule();
  run_until(kBusyMs + 60'000);
  settle();
  check_nothing_lost();
  statistics.schedules = 1;
  for (const Edit& edit : edits_) statistics.edits += edit.by_user;
  for (const Link& link : state_.links)
    for (const LinkField& field : link.fields) statistics.parked += field.frozen;
  return wrong_;
}

}  // namespace lockstep::merge::schedule

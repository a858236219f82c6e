// The parts of a connector put together.
#include "connector/connector.h"

#include <algorithm>

#include "base/text.h"
#include "connector/door.h"
#include "connector/writer.h"

namespace lockstep::connector {

namespace {

std::size_t batch_max(const OperationSpec& spec) {
  std::size_t max = 1;
  for (const ShapeSpec& shape : spec.shapes) max = std::max(max, shape.max);
  return max;
}

bool is_guarded(const ShapeSpec& shape) { return !shape.guard_headers.empty(); }

ObjectTraits traits_of(const ObjectSpec& spec) {
  ObjectTraits traits;
  traits.name = spec.name;
  traits.has_scan = static_cast<bool>(spec.scan.request);
  traits.has_changes = spec.changes.has_value();
  traits.has_read_many = static_cast<bool>(spec.read_many.request);
  traits.has_webhook = spec.has_webhook;
  traits.feed_lists_deletes = spec.lists_deletes || (spec.changes && spec.changes->deleted_when);
  traits.feed_starts_with_listing = spec.changes && spec.changes->kind == ChangesSpec::Kind::token && spec.changes->start_is_scan;
  traits.can_create = spec.write.create.has();
  traits.can_update = spec.write.update.has();
  traits.can_delete = spec.write.remove.has();
  traits.create_is_idempotent = spec.write.create.by == CreateBy::key || spec.write.create.by == CreateBy::client_id;
  traits.client_chosen_id = spec.write.create.by == CreateBy::client_id;
  // An update that must be guarded takes a shape that is; a delete takes whichever shape fits.
  traits.has_lock = std::ranges::any_of(spec.write.update.shapes, is_guarded);
  traits.delete_has_lock =
      spec.write.remove.has() && std::ranges::all_of(spec.write.remove.shapes, is_guarded) && std::ranges::all_of(spec.write.archive.shapes, is_guarded);
  traits.delete_can_be_undone = spec.write.delete_can_be_undone;
  traits.archives_in_place = spec.write.archive.has();
  traits.version_is_ordered = spec.row.version_is_ordered;
  traits.probe_by_key = !spec.find.empty();
  traits.shadow = spec.write.shadow;
  traits.create_batch_max = batch_max(spec.write.create);
  traits.update_batch_max = batch_max(spec.write.update);
  traits.delete_batch_max = batch_max(spec.write.remove);
  traits.archive_batch_max = std::min(batch_max(spec.write.archive), batch_max(spec.write.restore));
  traits.read_batch_max = std::max<std::size_t>(1, spec.read_many.max);
  if (spec.changes) traits.poll_every = spec.changes->every;
  traits.visible_after = spec.visible_after;
  return traits;
}

/// Makes the field that holds our id where the system lets us.
Task<Outcome<void>> ensure_key(Client& client, const SelectedObject& object) {
  Context& context = client.context();
  const ObjectSpec& spec = object.spec();
  if (!spec.key_ensure) co_return Outcome<void>{};
  Scope scope = context.scope();
  object.enter(scope);
  if (spec.key_exists) {
    auto request = build_request(context, spec.key_exists, scope);
    if (!request) co_return tl::unexpected(own_failure(request.error()));
    const Classifier::Question question{"read", "call"};
    auto answer = co_await client.read(std::move(*request), spec.key_exists, question, Priority::real_time);
    if (answer) co_return Outcome<void>{};
    const FailureClass failure = answer.error().failure_class;
    if (failure != FailureClass::gone && failure != FailureClass::config) co_return tl::unexpected(std::move(answer.error()));
  }
  auto request = build_request(context, spec.key_ensure, scope);
  if (!request) co_return tl::unexpected(own_failure(request.error()));
  const Classifier::Question question{"ensure", "call"};
  auto answer = co_await client.read(std::move(*request), spec.key_ensure, question, Priority::real_time);
  if (answer) co_return Outcome<void>{};
  const FailureClass failure = answer.error().failure_class;
  if (failure == FailureClass::already_done || failure == FailureClass::duplicate) co_return Outcome<void>{};
  co_return tl::unexpected(std::move(answer.error()));
}

class DeclaredConnector final : public Connector {
 public:
  explicit DeclaredConnector(std::unique_ptr<Context> context) : context_(std::move(context)), client_(*context_) {
    for (std::size_t i = 0; i < kPriorities; ++i) {
      readers_.emplace_back(client_, objects_, static_cast<Priority>(i));
      writers_.emplace_back(client_, objects_, static_cast<Priority>(i));
    }
    for (const ObjectSpec& spec : context_->definition->objects) traits_.push_back(traits_of(spec));
  }

  const std::string& kind() const override { return context_->definition->name; }
  std::vector<ObjectTraits> objects() const override { return traits_; }
  const ObjectTraits* find_object(std::string_view name) const override {
    const auto found = std::ranges::find(traits_, name, &ObjectTraits::name);
    return found == traits_.end() ? nullptr : &*found;
  }

  Result<void> select(const mapping::Selection& selection) override {
    const ObjectSpec* spec = context_->definition->find_object(selection.object);
    if (!spec) return fail(ErrorCode::invalid_input, "connector " + kind() + " has no object '" + selection.object + "'");
    // Variants of one object share one selection; it is declared once.
    if (objects_.contains(selection.object)) return {};
    TRY(SelectedObject selected, SelectedObject::make(*context_->definition, *spec, selection, context_->scope()));
    for (ObjectTraits& traits : traits_)
      if (traits.name == selection.object) traits.external_key_slot = selected.key_field();
    objects_.emplace(selection.object, std::move(selected));
    return {};
  }

  Task<Outcome<void>> open() override {
    auto opened = co_await client_.open();
    if (!opened) co_return opened;
    for (const auto& [name, object] : objects_) {
      auto ensured = co_await ensure_key(client_, object);
      if (!ensured) co_return ensured;
    }
    co_return Outcome<void>{};
  }

  Task<Outcome<Page>> scan(std::string object, std::string position) override {
    return reader(Priority::full_refresh).scan(std::move(object), std::move(position));
  }
  Task<Outcome<void>> decode(std::string object, Page& page) override { return reader(Priority::full_refresh).decode(std::move(object), page); }
  Task<Outcome<Page>> changes(std::string object, std::string position) override {
    return reader(Priority::incremental).changes(std::move(object), std::move(position));
  }
  std::string step_down(std::string_view object, std::string_view position, WallTime since) const override {
    return readers_.front().step_down(object, position, since);
  }
  std::size_t rung_of(std::string_view position) const override { return Reader::rung_of(position); }
  Task<Outcome<ReadBatch>> read_many(std::string object, std::vector<std::string> ids, Priority priority) override {
    return reader(priority).read_many(std::move(object), std::move(ids));
  }
  Task<Outcome<ReadBatch>> find_by(std::string object, std::size_t slot, std::vector<std::string> values, Priority priority) override {
    return reader(priority).find_by(std::move(object), slot, std::move(values));
  }
  Task<WriteBatch> write(std::string object, Operation operation, std::vector<WriteRow> rows, Priority priority) override {
    return writers_[static_cast<std::size_t>(priority)].write(std::move(object), operation, std::move(rows));
  }

  std::string stream_id(std::string_view object) const override {
    std::string text = context_->definition->version + "|" + std::string(object) + "|" + context_->base_url;
    const auto found = objects_.find(object);
    if (found != objects_.end()) text += "|" + join(found->second.select(), ",");
    return to_hex(std::to_string(stable_hash(std::string_view(text))));
  }

  std::vector<std::string> doors() const override {
    std::vector<std::string> names;
    for (const DoorSpec& door : context_->definition->doors) names.push_back(door.name);
    return names;
  }
  DoorAnswer knock(std::string_view door, const http::ServerRequest& request, WallTime now) override {
    const DoorContext door_context{*context_->definition, context_->config.public_url, context_->params, context_->facts, context_->secrets};
    for (const DoorSpec& spec : context_->definition->doors)
      if (spec.name == door) return Doorkeeper(door_context).knock(spec, request, now);
    DoorAnswer answer;
    answer.refused = true;
    answer.response = http::Response(404, "");
    answer.reason = "no such door";
    return answer;
  }

  Usage usage() const override { return client_.sender().usage(); }
  void stop() override { client_.sender().budgets().stop(); }

 private:
  Reader& reader(Priority priority) { return readers_[static_cast<std::size_t>(priority)]; }

  std::unique_ptr<Context> context_;
  Objects objects_;
  std::vector<ObjectTraits> traits_;
  Client client_;
  std::vector<Reader> readers_;  // by priority
  std::vector<Writer> writers_;
};

}  // namespace

Result<std::unique_ptr<Connector>> make_connector(DefinitionRef definition, ConnectionConfig config, Environment environment) {
  TRY(auto context, make_context(std::move(definition), std::move(config), environment));
  return std::unique_ptr<Connector>(std::make_unique<DeclaredConnector>(std::move(context)));
}

}  // namespace lockstep::connector

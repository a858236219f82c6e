// The control plane: edits, fixtures, fields, switches.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/zendesk/service.h"

namespace lockstep::emulators::zendesk {

Result<std::string> Zendesk::apply(const Edit& edit) {
  ObjectType* type = account_.type(edit.object);
  if (!type) return fail(ErrorCode::not_found, fmt::format("no object '{}'; there are tickets, users and organizations", edit.object));
  bool loading = edit.kind == EditKind::load;
  Writer by{now(), edit.actor, 0, "", !loading, edit.text_values, false};
  by.user = account_.user_of(edit.actor, by.at);
  RowNumber row = kNoRow;
  Outcome<void> done;
  if (edit.kind == EditKind::create || loading) {
    auto created = account_.create(*type, *edit.fields, by);
    if (!created) return fail(ErrorCode::invalid_input, sentence(created.error()));
    row = *created;
  } else {
    bool restoring = edit.kind == EditKind::restore;
    row = type->table->find(edit.id);
    if (row == kNoRow || type->table->record(row).deleted != restoring || type->table->record(row).fields.empty())
      return fail(ErrorCode::not_found, fmt::format("no {}{} {}", restoring ? "deleted " : "", type->name, edit.id));
  }
  if (edit.kind == EditKind::update) done = account_.update(*type, row, *edit.fields, by);
  if (edit.kind == EditKind::remove) done = account_.remove(*type, row, by);
  if (edit.kind == EditKind::restore) done = account_.restore(*type, row, by);
  if (edit.kind == EditKind::merge) {
    RowNumber winner = account_.find_live(*type, edit.into);
    if (winner == kNoRow) return fail(ErrorCode::not_found, fmt::format("no {} {}", type->name, edit.into));
    if (type->name == "organization") return fail(ErrorCode::invalid_input, "organizations are not merged");
    done = type->name == "user" ? account_.merge_users(winner, row, by) : account_.merge_tickets(winner, {row}, {}, by);
  }
  account_.events().flush(outgoing(), now());
  if (!done) return fail(ErrorCode::invalid_input, sentence(done.error()));
  return type->table->record(row).id;
}

Result<void> Zendesk::change_schema(const SchemaChange& change) {
  ObjectType* type = account_.type(change.object);
  Property* property = type ? type->find(change.field) : nullptr;
  if (!property) return fail(ErrorCode::not_found, fmt::format("no field {} of {}", change.field, change.object));
  bool options = !change.add_option.empty() || !change.remove_option.empty();
  if (options && property->kind != Kind::choice) return fail(ErrorCode::invalid_input, fmt::format("{} has no options", change.field));
  if (change.required) property->required = *change.required;
  if (!change.add_option.empty() && std::find(property->options.begin(), property->options.end(), change.add_option) == property->options.end())
    property->options.push_back(change.add_option);
  if (!change.remove_option.empty()) std::erase(property->options, change.remove_option);
  return {};
}

std::optional<http::Response> Zendesk::control(const http::ServerRequest& request, std::string_view path) {
  if (path != "settings") return std::nullopt;
  const std::pair<const char*, bool*> switches[] = {{"limits", &limits_}, {"api_tokens", &api_tokens_}, {"passwords", &passwords_}};
  if (request.method == "POST") {
    JsonDocument document;
    auto parsed = document.parse(request.body);
    const json::object* given = parsed ? document.root().if_object() : nullptr;
    if (!given) return json_answer(400, json::object{{"error", "expected a JSON object"}});
    for (bool apply : {false, true}) {  // all of them or none
      for (const auto& member : *given) {
        std::string_view name(member.key());
        auto known = std::find_if(std::begin(switches), std::end(switches), [&](const auto& each) { return each.first == name; });
        bool number = name == "requests_per_minute" && member.value().is_int64() && member.value().get_int64() >= 0;
        if (!number && (known == std::end(switches) || !member.value().is_bool()))
          return json_answer(400, json::object{{"error", fmt::format("no setting '{}' with such a value", name)}});
        if (apply && number) per_minute_.set_limit(member.value().get_int64());
        if (apply && !number) *known->second = member.value().get_bool();
      }
    }
  }
  json::object body{{"requests_per_minute", per_minute_.limit()}};
  for (const auto& [name, on] : switches) body[name] = *on;
  return json_answer(200, body);
}

}  // namespace lockstep::emulators::zendesk

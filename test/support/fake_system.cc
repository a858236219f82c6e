#include "test/support/fake_system.h"

#include <algorithm>

#include "base/check.h"

namespace lockstep::support {

FakeRecord& FakeSystem::record(const std::string& object, const std::string& id) {
  const auto found = objects_[object].find(id);
  CHECK(found != objects_[object].end(), "a test names a record that never was");
  return found->second;
}

void FakeSystem::changed(const std::string& object, FakeRecord& record) {
  record.version = ++last_version_;
  record.modified = clock_.wall();
  changes_.emplace_back(object, record.id);
}

std::string FakeSystem::add(const std::string& object, FieldValues fields) {
  FakeRecord record;
  record.id = name_ + "-" + std::to_string(++last_id_);
  record.fields = std::move(fields);
  if (normalise) normalise(object, record.fields);
  FakeRecord& stored = objects_[object][record.id] = record;
  changed(object, stored);
  return stored.id;
}

void FakeSystem::edit(const std::string& object, const std::string& id, FieldValues fields) {
  FakeRecord& one = record(object, id);
  CHECK(!one.deleted, "a person cannot edit what is deleted");
  if (normalise) normalise(object, fields);
  for (auto& [name, value] : fields) one.fields[name] = value;
  changed(object, one);
}

void FakeSystem::remove(const std::string& object, const std::string& id) {
  FakeRecord& one = record(object, id);
  one.deleted = true;
  changed(object, one);
}

void FakeSystem::use_again(const std::string& object, const std::string& id) {
  FakeRecord& one = record(object, id);
  CHECK(one.archived, "it is in use");
  one.archived = false;
  changed(object, one);
}

void FakeSystem::restore(const std::string& object, const std::string& id) {
  FakeRecord& one = record(object, id);
  one.deleted = false;
  changed(object, one);
}

void FakeSystem::merge(const std::string& object, const std::string& loser, const std::string& survivor) {
  FakeRecord& gone = record(object, loser);
  gone.deleted = true;
  gone.merged_into = survivor;
  FakeRecord& kept = record(object, survivor);
  if (traits_.merges_vanish) kept.absorbed.push_back(loser);
  else changed(object, gone);
  changed(object, kept);
}

const FakeRecord& FakeSystem::at(const std::string& object, const std::string& id) const { return const_cast<FakeSystem*>(this)->record(object, id); }

std::vector<const FakeRecord*> FakeSystem::live(const std::string& object) const {
  std::vector<const FakeRecord*> records;
  const auto found = objects_.find(object);
  if (found == objects_.end()) return records;
  for (const auto& [id, record] : found->second)
    if (!record.deleted) records.push_back(&record);
  return records;
}

const FakeRecord* FakeSystem::find(const std::string& object, const std::string& field, const std::string& text) const {
  const FakeRecord* only = nullptr;
  for (const FakeRecord* record : live(object)) {
    const auto value = record->fields.find(field);
    if (value == record->fields.end() || !(value->second == Value(text))) continue;
    if (only) return nullptr;
    only = record;
  }
  return only;
}

std::string FakeSystem::text(const std::string& object, const std::string& id, const std::string& field) const {
  const FakeRecord& one = at(object, id);
  const auto value = one.fields.find(field);
  if (value == one.fields.end() || value->second.is_null()) return "";
  return plain_text(value->second);
}

std::string plain_text(const Value& value) {
  const std::string* text = value.get<std::string>();
  return text ? *text : value.is_null() ? "" : to_display(value);
}

connector::Failure failure_of(connector::FailureClass failure_class, std::string message) {
  connector::Failure failure;
  failure.failure_class = failure_class;
  failure.scope = connector::default_scope(failure_class);
  failure.status = 400;
  failure.message = std::move(message);
  return failure;
}

}  // namespace lockstep::support

#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "store/sqlite/sqlite_store.h"

namespace lockstep {

inline Model small_model() {
  Model model;
  EntityType contact;
  contact.name = "contact";
  for (const char* name : {"name", "email"}) {
    FieldDefinition field;
    field.name = name;
    contact.fields.push_back(field);
  }
  model.types.push_back(contact);
  return model;
}

inline Result<void> transact_on(RealExecutor& executor, Store& store, Store::Work work) {
  Result<void> outcome;
  const auto task = [](Store& on, Store::Work wanted, Result<void>& into) -> Task<void> { into = co_await on.transact(std::move(wanted)); };
  run_until_complete(executor, task(store, std::move(work), outcome));
  return outcome;
}

class StoreTest : public testing::Test {
 protected:
  StoreTest() : path_(testing::TempDir() + "store_test_" + std::to_string(::getpid()) + ".db") { remove(); }
  ~StoreTest() override { remove(); }
  void remove() {
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + suffix);
  }
  void open() {
    store_.reset();
    SqliteOptions options;
    options.path = path_;
    auto opened = open_sqlite(*executor_, model_, options);
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
  }
  Result<void> transact(Store::Work work) { return transact_on(*executor_, *store_, std::move(work)); }
  Golden golden(std::uint64_t n, std::string name) {
    Golden one;
    one.id = EntityId{make_ulid(WallTime{1000}, 0, n)};
    one.fields.resize(2);
    one.fields[0].value = Value(std::move(name));
    one.fields[0].stamp.own_us = 5;
    one.fields[0].stamp.lifted_us = 7;
    return one;
  }
  Model model_ = small_model();
  std::unique_ptr<RealExecutor> executor_ = make_real_executor();
  std::unique_ptr<Store> store_;
  std::string path_;
};

}  // namespace lockstep

// Backups are whole, and a restore is whole or not at all.
#include "store/sqlite/backup.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>

#include "store/sqlite/sqlite_store.h"
#include "test/store/store_fixture.h"

namespace lockstep {
namespace {

namespace files = std::filesystem;

class Backup : public testing::Test {
 protected:
  Backup() : folder_(testing::TempDir() + "backup_test_" + std::to_string(::getpid())) {
    files::remove_all(folder_);
    files::create_directories(folder_);
    EntityType contact;
    contact.name = "contact";
    FieldDefinition field;
    field.name = "name";
    contact.fields.push_back(field);
    model_.types.push_back(contact);
  }
  ~Backup() override {
    store_.reset();
    files::remove_all(folder_);
  }
  void open() {
    SqliteOptions options;
    options.path = store_path();
    auto opened = open_sqlite(*executor_, model_, options);
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
  }
  Result<void> transact(Store::Work work) { return transact_on(*executor_, *store_, std::move(work)); }
  void add(std::uint64_t number) {
    const auto put = transact([&](Transaction& transaction) {
      Golden one;
      one.id = EntityId{make_ulid(WallTime{1000}, 0, number)};
      one.version = 3;
      one.fields.resize(1);
      one.fields[0].value = Value("Ada " + std::to_string(number));
      return transaction.put(one);
    });
    ASSERT_TRUE(put) << put.error().message;
  }
  std::int64_t entities() {
    StoreCounts counts;
    const auto read = transact([&](Transaction& transaction) -> Result<void> {
      TRY(counts, transaction.counts());
      return {};
    });
    EXPECT_TRUE(read);
    return counts.entities;
  }
  std::string store_path() const { return folder_ + "/lockstep.db"; }
  std::string backups() const { return folder_ + "/backups"; }
  static WallTime minute(int number) { return WallTime{1'790'000'000'000 + number * 60'000}; }

  std::string folder_;
  Model model_;
  std::unique_ptr<RealExecutor> executor_ = make_real_executor();
  std::unique_ptr<Store> store_;
};

TEST_F(Backup, IsMadeBesideAStoreInUseAndHoldsWhatWasCommitted) {
  open();
  add(1);
  const auto made = backup_sqlite(store_path(), backups(), 3, minute(1));
  ASSERT_TRUE(made) << made.error().message;
  add(2);
  EXPECT_EQ(entities(), 2);
  store_.reset();
  const auto restored = restore_sqlite(made->path, store_path(), minute(2));
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(restored->entities, 1);
  EXPECT_EQ(restored->epoch.number, 1u);
  EXPECT_EQ(restored->epoch.backup_taken, minute(1));
  EXPECT_TRUE(files::exists(restored->kept_as));
  open();
  EXPECT_EQ(entities(), 1);
}

TEST_F(Backup, KeepsTheNewest) {
  open();
  for (int i = 1; i <= 5; ++i) ASSERT_TRUE(backup_sqlite(store_path(), backups(), 3, minute(i)));
  const auto all = list_backups(backups(), minute(6));
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all.front().taken, minute(5));
  EXPECT_EQ(all.back().taken, minute(3));
  EXPECT_EQ(std::distance(files::directory_iterator(backups()), files::directory_iterator{}), 3);
}

TEST_F(Backup, WhatAKilledOneLeftIsTakenAwayAndWhatIsBeingMadeIsNot) {
  open();
  const auto half_of = [&](int number) {
    const auto made = backup_sqlite(store_path(), backups(), 9, minute(number));
    EXPECT_TRUE(made);
    files::rename(made->path, made->path + ".part");
    return made->path + ".part";
  };
  const std::string left = half_of(1), under_way = half_of(55);
  std::ofstream(backups() + "/notes.part") << "not ours";
  ASSERT_TRUE(backup_sqlite(store_path(), backups(), 9, minute(62)));
  EXPECT_FALSE(files::exists(left));
  EXPECT_TRUE(files::exists(under_way));
  EXPECT_TRUE(files::exists(backups() + "/notes.part"));
}

TEST_F(Backup, MadeAfterTheClockWasSetBackIsTheNewest) {
  open();
  for (int i = 101; i <= 103; ++i) ASSERT_TRUE(backup_sqlite(store_path(), backups(), 3, minute(i)));
  for (int i = 1; i <= 2; ++i) {
    const auto made = backup_sqlite(store_path(), backups(), 3, minute(i));
    ASSERT_TRUE(made);
    EXPECT_TRUE(files::exists(made->path));
  }
  const auto all = list_backups(backups(), minute(3));
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all.at(0).taken, minute(2));
  EXPECT_EQ(all.at(1).taken, minute(1));
  EXPECT_EQ(all.at(2).taken, minute(103));
}

TEST_F(Backup, WhatTwoRestoresTookTheirPlacesFromIsKept) {
  open();
  const auto made = backup_sqlite(store_path(), backups(), 3, minute(1));
  ASSERT_TRUE(made);
  add(1);
  store_.reset();
  const auto first = restore_sqlite(made->path, store_path(), minute(2)), second = restore_sqlite(made->path, store_path(), minute(2));
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->kept_as, second->kept_as);
  files::copy_file(first->kept_as, store_path(), files::copy_options::overwrite_existing);
  open();
  EXPECT_EQ(entities(), 1) << "the store as it was before the first";
}

TEST_F(Backup, NumbersOfTheLostTimeAreNotGivenOutAgain) {
  open();
  add(1);
  const auto made = backup_sqlite(store_path(), backups(), 3, minute(1));
  ASSERT_TRUE(made);
  for (std::uint64_t i = 2; i < 50; ++i) add(i);
  store_.reset();
  for (int twice = 0; twice < 2; ++twice) {
    ASSERT_TRUE(restore_sqlite(made->path, store_path(), minute(5 + twice)));
    open();
    const auto read = transact([&](Transaction& transaction) -> Result<void> {
      TRY(const auto changes, transaction.golden_changes(48, 100));
      EXPECT_EQ(changes.size(), 1u) << "a reader that had come to 48 sees the record again";
      EXPECT_LT(changes.at(0).first, 1ull << 53) << "JSON numbers stay exact";
      EXPECT_GT(changes.at(0).second.version, 1'000'000u);
      TRY(const auto text, transaction.find_setting("epoch"));
      EXPECT_EQ(parse_epoch(text.value_or("")).number, 1u);
      EXPECT_EQ(parse_epoch(text.value_or("")).restored_at, minute(5 + twice));
      return {};
    });
    EXPECT_TRUE(read);
    store_.reset();
  }
}

TEST_F(Backup, ADamagedOneIsRefusedAndTheStoreStays) {
  open();
  for (std::uint64_t i = 1; i < 300; ++i) add(i);
  const auto made = backup_sqlite(store_path(), backups(), 3, minute(1));
  ASSERT_TRUE(made);
  store_.reset();
  {
    std::fstream file(made->path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(3 * 4096 + 100);
    file << std::string(12'000, 'x');
  }
  const auto restored = restore_sqlite(made->path, store_path(), minute(2));
  ASSERT_FALSE(restored);
  EXPECT_NE(restored.error().message.find("damaged"), std::string::npos) << restored.error().message;
  open();
  EXPECT_EQ(entities(), 299);
}

TEST_F(Backup, OtherFilesAreRefused) {
  open();
  std::ofstream(folder_ + "/poem.db") << "Tyger Tyger, burning bright";
  EXPECT_FALSE(restore_sqlite(folder_ + "/poem.db", store_path(), minute(1)));
  EXPECT_EQ(restore_sqlite(folder_ + "/none.db", store_path(), minute(1)).error().code, ErrorCode::not_found);
  sqlite3* other = nullptr;
  sqlite3_open((folder_ + "/other.db").c_str(), &other);
  sqlite3_exec(other, "CREATE TABLE poem(line)", nullptr, nullptr, nullptr);
  sqlite3_close(other);
  const auto of_another = restore_sqlite(folder_ + "/other.db", store_path(), minute(1));
  ASSERT_FALSE(of_another);
  EXPECT_NE(of_another.error().message.find("another program"), std::string::npos) << of_another.error().message;
  const auto made = backup_sqlite(store_path(), backups(), 3, minute(1));
  ASSERT_TRUE(made);
  sqlite3_open(made->path.c_str(), &other);
  sqlite3_exec(other, "PRAGMA user_version=999", nullptr, nullptr, nullptr);
  sqlite3_close(other);
  const auto newer = restore_sqlite(made->path, store_path(), minute(2));
  ASSERT_FALSE(newer);
  EXPECT_NE(newer.error().message.find("newer lockstep"), std::string::npos) << newer.error().message;
  EXPECT_EQ(backup_sqlite(folder_ + "/none.db", backups(), 3, minute(1)).error().code, ErrorCode::not_found);
}

TEST_F(Backup, AStoreThatIsGoneIsReplaced) {
  open();
  add(1);
  const auto made = backup_sqlite(store_path(), backups(), 3, minute(1));
  store_.reset();
  for (const char* suffix : {"", "-wal", "-shm"}) files::remove(store_path() + suffix);
  std::ofstream(store_path() + "-wal") << "a log that belongs to the dead file";
  const auto restored = restore_sqlite(made->path, store_path(), minute(2));
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(restored->kept_as, "");
  open();
  EXPECT_EQ(entities(), 1);
}

TEST_F(Backup, TheLockHoldsOneAtATime) {
  open();
  auto first = StoreLock::take(store_path());
  ASSERT_TRUE(first);
  const auto second = StoreLock::take(store_path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::conflict);
  files::create_symlink(store_path(), folder_ + "/other.db");
  EXPECT_FALSE(StoreLock::take(folder_ + "/other.db")) << "the same store by another name";
  { const StoreLock released = std::move(*first); }
  EXPECT_TRUE(StoreLock::take(store_path()));
}

}  // namespace
}  // namespace lockstep

// The embedded store: what was committed is there, what failed never happened.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include <chrono>
#include <filesystem>
#include <csignal>
#include <fstream>
#include <thread>

#include "store/row_codec.h"
#include "store/seal.h"
#include "test/store/store_fixture.h"

namespace lockstep {
namespace {

/// No file may grow beyond what it is, for so long.
class FullDisk {
 public:
  explicit FullDisk(std::uint64_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);  // writes fail instead
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit full = before_;
    full.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &full);
  }
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST_F(StoreTest, OfAGroupThatTheDatabaseUndoesNothingIsThereThatIsToldToHaveFailed) {
  SqliteOptions options;
  options.path = path_;
  options.cache_kib = 64;  // so that a large work reaches the disk before its commit
  auto opened = open_sqlite(*executor_, model_, options);
  ASSERT_TRUE(opened) << opened.error().message;
  store_ = std::move(*opened);
  const auto put = [&](std::uint64_t number, std::string name) -> Store::Work {
    return [this, number, name = std::move(name)](Transaction& tx) { return tx.put(golden(number, name)); };
  };
  // The first one keeps the store busy until the others stand in its queue, as one group.
  const Store::Work slow = [](Transaction&) -> Result<void> {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    return {};
  };
  const Store::Work large = [&](Transaction& tx) -> Result<void> {
    for (std::uint64_t number = 100; number < 400; ++number) TRY_VOID(tx.put(golden(number, std::string(40'000, 'x'))));
    return {};
  };
  std::vector<Store::Work> works{slow, put(1, "before"), large, put(2, "after"), put(3, "last")};
  std::vector<Result<void>> outcomes(works.size());
  {
    const FullDisk full(2'000'000);
    const auto all = [](Executor& executor, Store& store, std::vector<Store::Work>& wanted, std::vector<Result<void>>& into) -> Task<void> {
      const auto one = [](Store& of, Store::Work work, Result<void>& outcome) -> Task<void> { outcome = co_await of.transact(std::move(work)); };
      TaskGroup group(executor);
      for (std::size_t i = 0; i < wanted.size(); ++i) group.spawn(one(store, std::move(wanted[i]), into[i]));
      co_await group.join();
    };
    run_until_complete(*executor_, all(*executor_, *store_, works, outcomes));
  }
  EXPECT_FALSE(outcomes[2]) << "the disk was not full: this test shows nothing";
  open();
  for (const auto& [at, number] : {std::pair<std::size_t, std::uint64_t>{1, 1}, {3, 2}, {4, 3}}) {
    bool there = false;
    ASSERT_TRUE(transact([&](Transaction& tx) -> Result<void> {
      TRY(const auto found, tx.find_golden(golden(number, "").id));
      there = found.has_value();
      return {};
    }));
    EXPECT_EQ(there, outcomes[at].has_value()) << "work " << at;
  }
}

TEST_F(StoreTest, KeepsGoldenRecordsOverARestart) {
  open();
  const Golden ada = golden(1, "Ada");
  ASSERT_TRUE(transact([&](Transaction& tx) { return tx.put(ada); }));
  open();
  ASSERT_TRUE(transact([&](Transaction& tx) -> Result<void> {
    TRY(const auto found, tx.find_golden(ada.id));
    EXPECT_TRUE(found);
    EXPECT_EQ(found->fields[0].value, Value("Ada"));
    EXPECT_EQ(found->fields[0].stamp.lifted_us, 7);
    return {};
  }));
}

TEST_F(StoreTest, AFileWithTablesOfAnotherProgramIsRefusedAndLeftAsItIs) {
  const auto tables = [this](const char* sql) {
    sqlite3* other = nullptr;
    sqlite3_open(path_.c_str(), &other);
    std::string names;
    const auto collect = [](void* into, int, char** values, char**) {
      *static_cast<std::string*>(into) += std::string(values[0]) + " ";
      return 0;
    };
    sqlite3_exec(other, sql, collect, &names, nullptr);
    sqlite3_close(other);
    return names;
  };
  tables("CREATE TABLE poem(line)");
  SqliteOptions options;
  options.path = path_;
  const auto opened = open_sqlite(*executor_, model_, options);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("another program"), std::string::npos) << opened.error().message;
  EXPECT_EQ(tables("SELECT name FROM sqlite_master"), "poem ");
  EXPECT_EQ(tables("PRAGMA journal_mode"), "delete ") << "how the other program keeps it";
}

TEST_F(StoreTest, WorkThatFailsLeavesNothing) {
  open();
  const Golden ada = golden(1, "Ada");
  const auto failed = transact([&](Transaction& tx) -> Result<void> {
    TRY_VOID(tx.put(ada));
    TRY([[maybe_unused]] const auto number, tx.connection_number("crm"));
    return fail(ErrorCode::conflict, "on purpose");
  });
  EXPECT_EQ(failed.error().message, "on purpose");
  ASSERT_TRUE(transact([&](Transaction& tx) -> Result<void> {
    TRY(const auto found, tx.find_golden(ada.id));
    EXPECT_FALSE(found);
    TRY(const auto names, tx.connections());
    EXPECT_TRUE(names.empty());
    return {};
  }));
}

TEST_F(StoreTest, OneLinkPerEntityAndConnection) {
  open();
  Link link;
  link.entity = golden(1, "").id;
  link.connection = ConnectionId{1};
  link.remote = RemoteId{"Contact", "003"};
  link.presence = LinkPresence::present;
  link.fields.resize(2);
  link.fields[0].shadow = Value("Ada");
  ASSERT_TRUE(transact([&](Transaction& tx) { return tx.put(link); }));
  link.remote.id = "004";
  ASSERT_TRUE(transact([&](Transaction& tx) -> Result<void> {
    TRY_VOID(tx.put(link));
    TRY(const auto links, tx.find_links(link.entity));
    EXPECT_EQ(links.size(), 1u);
    EXPECT_EQ(links[0].remote.id, "004");
    EXPECT_EQ(links[0].fields[0].shadow, Value("Ada"));
    TRY(const auto old, tx.find_link(link.connection, RemoteId{"Contact", "003"}));
    EXPECT_FALSE(old);
    return {};
  }));
}

TEST_F(StoreTest, ASightingIsNewerThanItsLinkAndGoesWhenThatIsWrittenOrErased) {
  open();
  Link link;
  link.entity = golden(1, "").id;
  link.connection = ConnectionId{1};
  link.remote = RemoteId{"Contact", "003"};
  link.presence = LinkPresence::present;
  link.seen = WallTime{100};
  link.fence = 4;
  const auto held = [&](Transaction& tx) -> Result<Link> {
    TRY(const auto by_remote, tx.find_link(link.connection, link.remote));
    TRY(const auto by_entity, tx.find_links(link.entity));
    EXPECT_EQ(by_entity.at(0).seen, by_remote->seen);
    EXPECT_EQ(by_entity.at(0).fence, by_remote->fence);
    return *by_remote;
  };
  ASSERT_TRUE(transact([&](Transaction& tx) -> Result<void> {
    TRY_VOID(tx.put(link));
    TRY(Link stored, held(tx));
    TRY_VOID(tx.put_sighting(stored.number, WallTime{200}, 7));
    TRY(stored, held(tx));
    EXPECT_EQ(stored.seen, WallTime{200});
    EXPECT_EQ(stored.fence, 7u);
    TRY(auto unseen, tx.links_unseen(link.connection, TypeIndex{0}, WallTime{150}, 10));
    EXPECT_TRUE(unseen.empty()) << "it was seen at 200";
    stored.seen = WallTime{};  // as after a write: what it holds beside is not known
    stored.fence = 0;
    TRY_VOID(tx.put(stored));
    TRY(stored, held(tx));
    EXPECT_EQ(stored.seen, WallTime{});
    EXPECT_EQ(stored.fence, 0u);
    TRY(unseen, tx.links_unseen(link.connection, TypeIndex{0}, WallTime{150}, 10));
    EXPECT_EQ(unseen.size(), 1u);
    TRY_VOID(tx.put_sighting(stored.number, WallTime{300}, 9));
    TRY_VOID(tx.erase_link(link.entity, link.connection, link.remote));
    TRY_VOID(tx.put(link));  // may get the number that was freed
    TRY(stored, held(tx));
    EXPECT_EQ(stored.seen, WallTime{100});
    EXPECT_EQ(stored.fence, 4u);
    return {};
  }));
}

TEST_F(StoreTest, AWebhookEventIsTakenOnce) {
  open();
  InboxEvent event;
  event.connection = ConnectionId{1};
  event.dedupe = "e1";
  event.remote = RemoteId{"Contact", "003"};
  ASSERT_TRUE(transact([&](Transaction& tx) -> Result<void> {
    TRY(const bool first, tx.put(event));
    TRY(const bool second, tx.put(event));
    EXPECT_TRUE(first);
    EXPECT_FALSE(second);
    TRY(const auto waiting, tx.take_inbox(event.connection, "Contact", WallTime{1}, 10));
    EXPECT_EQ(waiting.size(), 1u);
    TRY_VOID(tx.finish_inbox(waiting[0].id, InboxState::done));
    TRY(const auto rest, tx.take_inbox(event.connection, "Contact", WallTime{1}, 10));
    EXPECT_TRUE(rest.empty());
    return {};
  }));
}

TEST_F(StoreTest, OldEventsThatAreFinishedAreForgottenAndWaitingOnesStay) {
  open();
  ASSERT_TRUE(transact([&](Transaction& tx) -> Result<void> {
    std::int64_t received = 0;
    for (const char* dedupe : {"old and done", "old and waiting", "new and done"}) {
      InboxEvent event;
      event.connection = ConnectionId{1};
      event.dedupe = dedupe;
      event.remote = RemoteId{"Contact", dedupe};
      event.received = WallTime{++received};
      TRY([[maybe_unused]] const bool fresh, tx.put(event));
    }
    TRY(const auto all, tx.take_inbox(ConnectionId{1}, "Contact", WallTime{1}, 10));
    for (const InboxEvent& event : all)
      if (event.dedupe.ends_with("done")) TRY_VOID(tx.finish_inbox(event.id, InboxState::done));
    TRY_VOID(tx.prune_inbox(WallTime{3}));
    for (const InboxEvent& event : all) {
      TRY(const bool fresh, tx.put(event));
      EXPECT_EQ(fresh, event.dedupe == "old and done") << event.dedupe;
    }
    return {};
  }));
}

TEST_F(StoreTest, TheInboxTellsWhatIsUnreadOfARecord) {
  open();
  const ConnectionId north{1}, east{2};
  const auto remote = [](const char* id) { return RemoteId{"contact", id}; };
  const auto outcome = transact([&](Transaction& tx) -> Result<void> {
    const auto put = [&](const char* dedupe, const char* id, std::int64_t received, std::vector<std::string> losers) -> Result<void> {
      InboxEvent event;
      event.connection = north;
      event.dedupe = dedupe;
      event.remote = remote(id);
      event.received = WallTime{received};
      if (!losers.empty()) event.kind = EventKind::merged;
      event.merged_from = std::move(losers);
      TRY([[maybe_unused]] const bool fresh, tx.put(event));
      return {};
    };
    TRY_VOID(put("1", "ada", 10, {}));
    TRY_VOID(put("2", "ada", 20, {}));
    TRY_VOID(put("3", "winner", 10, {"loser", "another"}));
    const auto expect = [&](ConnectionId connection, const char* id, Unread wanted) -> Result<void> {
      TRY(const Unread found, tx.find_unread(connection, remote(id)));
      EXPECT_EQ(found, wanted) << id;
      return {};
    };
    TRY_VOID(expect(north, "ada", Unread::news));
    TRY_VOID(expect(east, "ada", Unread::nothing));
    TRY_VOID(expect(north, "bea", Unread::nothing));
    for (const char* one : {"winner", "loser", "another"}) TRY_VOID(expect(north, one, Unread::merge));
    TRY_VOID(expect(north, "lose", Unread::nothing));
    TRY_VOID(tx.finish_inbox_of(north, remote("ada"), WallTime{10}));
    TRY_VOID(expect(north, "ada", Unread::news));
    TRY_VOID(tx.finish_inbox_of(north, remote("ada"), WallTime{20}));
    TRY_VOID(expect(north, "ada", Unread::nothing));
    TRY_VOID(tx.finish_inbox_of(north, remote("winner"), WallTime{30}));
    TRY_VOID(expect(north, "winner", Unread::merge));
    TRY(const auto waiting, tx.take_inbox(north, "contact", WallTime{1'000}, 10));
    EXPECT_EQ(waiting.size(), 1u);
    TRY(const bool any, tx.has_unread(north));
    EXPECT_TRUE(any);
    TRY(const bool other, tx.has_unread(east));
    EXPECT_FALSE(other);
    return {};
  });
  ASSERT_TRUE(outcome) << outcome.error().message;
}

TEST_F(StoreTest, WhatWasInFlightAtACrashIsReadAgain) {
  open();
  Obligation owed;
  owed.entity = golden(1, "").id;
  owed.connection = ConnectionId{1};
  owed.state = ObligationState::in_flight;
  Link link;
  link.entity = owed.entity;
  link.connection = owed.connection;
  link.remote = RemoteId{"Contact", "003"};
  link.presence = LinkPresence::present;
  link.fields.resize(2);
  ASSERT_TRUE(transact([&](Transaction& tx) -> Result<void> {
    TRY_VOID(tx.put(link));
    return tx.put(owed);
  }));
  open();
  ASSERT_TRUE(transact([&](Transaction& tx) -> Result<void> {
    TRY(const auto recovered, tx.recover_in_flight(WallTime{9}));
    EXPECT_EQ(recovered.size(), 1u);
    TRY(const auto wanted, tx.links_to_read(ConnectionId{1}, TypeIndex{0}, "Contact", 10));
    EXPECT_EQ(wanted.size(), 1u);
    return {};
  }));
}

TEST_F(StoreTest, ASecondRecordThatBecomesTheFirstIsOneLink) {
  open();
  Link first;
  first.entity = golden(1, "").id;
  first.connection = ConnectionId{1};
  first.remote = RemoteId{"Contact", "003"};
  first.presence = LinkPresence::present;
  Link second = first;
  second.remote.id = "004";
  second.secondary = second.needs_read = true;
  Link promoted = second;
  promoted.secondary = promoted.needs_read = false;
  for (const bool first_is_erased : {true, false}) {
    ASSERT_TRUE(transact([&](Transaction& tx) -> Result<void> {
      TRY_VOID(tx.put(first));
      TRY_VOID(tx.put(second));
      if (first_is_erased) TRY_VOID(tx.erase_link(first.entity, first.connection, first.remote));
      TRY_VOID(tx.put(promoted));
      TRY(const auto links, tx.find_links(first.entity));
      EXPECT_EQ(links.size(), 1u) << "and whoever was the first before is none any more";
      TRY(const auto wanted, tx.links_to_read(ConnectionId{1}, TypeIndex{0}, "Contact", 10));
      EXPECT_TRUE(wanted.empty());
      TRY(const auto found, tx.find_link(ConnectionId{1}, promoted.remote));
      EXPECT_TRUE(found && !found->secondary);
      return tx.erase_link(first.entity, first.connection, promoted.remote);
    }));
  }
}

TEST_F(StoreTest, WakingWhoWaitsLooksAtNobodyElse) {
  open();
  const auto owe = [&](std::uint64_t from, std::uint64_t to) {
    return transact([=](Transaction& transaction) -> Result<void> {
      for (std::uint64_t n = from; n < to; ++n) {
        Obligation owed;
        owed.connection = ConnectionId{1};
        owed.entity = EntityId{make_ulid(WallTime{1000}, 0, n)};
        TRY_VOID(transaction.put(owed));
      }
      return {};
    });
  };
  const auto time_of_waking = [&] {
    const auto start = std::chrono::steady_clock::now();
    const auto woken = transact([](Transaction& transaction) -> Result<void> {
      for (std::uint64_t n = 0; n < 100; ++n)
        TRY_VOID(transaction.wake_obligations(ConnectionId{1}, EntityId{make_ulid(WallTime{2000}, 0, n)}, WallTime{3000}));
      return {};
    });
    EXPECT_TRUE(woken);
    return std::chrono::steady_clock::now() - start;
  };
  ASSERT_TRUE(owe(0, 10));
  const auto few = time_of_waking();
  ASSERT_TRUE(owe(10, 20'000));
  EXPECT_LT(time_of_waking(), 20 * few + std::chrono::milliseconds(20));  // a walk over all would take hundreds of times as long
}

TEST_F(StoreTest, TheAuditTrailIsAppendOnly) {
  open();
  AuditRow row;
  row.operation = "update";
  row.changes.push_back(AuditChange{"name", Value("A"), Value("B"), "because"});
  ASSERT_TRUE(transact([&](Transaction& tx) -> Result<void> {
    TRY_VOID(tx.append(row));
    TRY(const auto rows, tx.list_audit(AuditFilter{}));
    EXPECT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].changes[0].after, Value("B"));
    return {};
  }));
}

TEST_F(StoreTest, OfAnOlderVersionIsNotMigratedUnderTheProgramThatIsAtWorkOnIt) {
  open();
  store_.reset();
  sqlite3* file = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &file), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(file, "DROP TRIGGER link_written; DROP TRIGGER link_erased; DROP TABLE sighting; PRAGMA user_version=5", nullptr, nullptr, nullptr),
            SQLITE_OK);
  SqliteOptions options;
  options.path = path_;
  options.beside_another = true;
  const auto opened = open_sqlite(*executor_, model_, options);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::conflict);
  sqlite3_stmt* version = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(file, "PRAGMA user_version", -1, &version, nullptr), SQLITE_OK);
  ASSERT_EQ(sqlite3_step(version), SQLITE_ROW);
  EXPECT_EQ(sqlite3_column_int(version, 0), 5);
  sqlite3_finalize(version);
  sqlite3_close(file);
  open();  // whoever is alone goes on
}

TEST_F(StoreTest, AFileOfAnotherKindIsRefusedWithAWayOut) {
  std::ofstream(path_) << std::string(5000, 'x');
  SqliteOptions options;
  options.path = path_;
  const auto opened = open_sqlite(*executor_, model_, options);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("no Lockstep store"), std::string::npos) << opened.error().message;
}

TEST(SealTest, OpensOnlyWhatItClosedUnderThatName) {
  const auto seal = Seal::from_base64("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
  ASSERT_TRUE(seal);
  std::string sealed = seal->close("crm/token", "secret");
  EXPECT_EQ(sealed.find("secret"), std::string::npos);
  EXPECT_EQ(seal->open("crm/token", sealed).value(), "secret");
  EXPECT_FALSE(seal->open("other/token", sealed));
  sealed[sealed.size() / 2] = sealed[sealed.size() / 2] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(seal->open("crm/token", sealed));
}

TEST_F(StoreTest, ABodyWhoseTimesAddUpToNoTimeIsDamaged) {
  const codec::FieldNumbers numbers{{0, 1}, {0, 1}};
  std::string body = codec::encode_golden(golden(1, "Ada"), numbers);
  const std::string times = "\x0a\x04";  // own 5, lifted two later
  ASSERT_NE(body.find(times), std::string::npos);
  body.replace(body.find(times), times.size(), "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x04");
  Golden read;
  EXPECT_FALSE(codec::decode_golden(body, numbers, read));
}

}  // namespace
}  // namespace lockstep

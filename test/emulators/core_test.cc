// The parts that all stand-ins share.
#include <gtest/gtest.h>

#include "base/text.h"
#include "emulators/core/csv.h"
#include "emulators/core/database.h"
#include "emulators/core/digest.h"
#include "emulators/core/faults.h"
#include "emulators/core/json.h"
#include "emulators/core/limits.h"
#include "emulators/core/outgoing.h"
#include "emulators/core/router.h"

namespace lockstep::emulators {
namespace {

const WriteContext kAnn{WallTime{1'000}, {ActorKind::person, "Ann"}, "", true};

TEST(PackedFields, KeepsEveryKindAndReplacesInPlace) {
  PackedFields fields;
  std::string long_text(300, 'x');
  fields.set(5, std::string_view("five"));
  fields.set(1, true);
  fields.set(3, std::int64_t{-7});
  fields.set(2, 1.5);
  fields.set(4, std::string_view(long_text));
  EXPECT_EQ(fields.get(1), ValueView(true));
  EXPECT_EQ(fields.get(2), ValueView(1.5));
  EXPECT_EQ(fields.get(3), ValueView(std::int64_t{-7}));
  EXPECT_EQ(fields.get(4), ValueView(std::string_view(long_text)));
  fields.set(4, std::string_view("short"));
  fields.set(1, std::monostate{});
  EXPECT_TRUE(is_null(fields.get(1)));
  std::string order;
  fields.for_each([&](FieldId field, ValueView) { order += std::to_string(field); });
  EXPECT_EQ(order, "2345");
}

TEST(Database, JournalsOnlyWhatChanged) {
  Database database;
  Table& table = database.table("contact");
  FieldId name = table.field("name"), city = table.field("city");
  RowNumber row = database.create(table, "1", {{name, std::string("A")}, {city, std::string("X")}}, kAnn);
  database.update(table, row, {{name, std::string("A")}, {city, Value{}}}, kAnn);
  ASSERT_EQ(database.journal().size(), 2u);
  const JournalEntry& entry = database.journal().back();
  EXPECT_TRUE(is_null(entry.before.get(name)));
  EXPECT_EQ(entry.before.get(city), ValueView(std::string_view("X")));
  EXPECT_TRUE(is_null(entry.after.get(city)));
  EXPECT_FALSE(database.update(table, row, {{name, std::string("A")}}, kAnn, true));
  EXPECT_EQ(database.journal().size(), 2u);
}

TEST(Database, TransactionsUndoEverythingAndNest) {
  Database database;
  Table& table = database.table("contact");
  FieldId name = table.field("name");
  table.add_index(name, true);
  RowNumber kept = database.create(table, "1", {{name, std::string("A")}}, kAnn);
  {
    Transaction outer(database);
    database.update(table, kept, {{name, std::string("B")}}, kAnn);
    {
      Transaction inner(database);
      database.create(table, "2", {{name, std::string("C")}}, kAnn);
      database.remove(table, kept, kAnn);
    }
    EXPECT_EQ(table.find("2"), kNoRow);
    EXPECT_FALSE(table.record(kept).deleted);
    EXPECT_EQ(table.get(kept, name), ValueView(std::string_view("B")));
    Transaction committed(database);
    database.create(table, "3", {{name, std::string("D")}}, kAnn);
    committed.commit();
  }
  EXPECT_EQ(table.row_count(), 1u);
  EXPECT_EQ(table.find_equal(name, std::string_view("a")).size(), 1u);
  EXPECT_TRUE(table.find_equal(name, std::string_view("D")).empty());
  EXPECT_EQ(table.by_modified().size(), 1u);
  EXPECT_EQ(table.by_version().size(), 1u);
  EXPECT_EQ(database.journal().size(), 1u);
  EXPECT_EQ(table.live_count(), 1u);
}

TEST(Database, DeletedRowsStayAsTombstonesInTheChangeLog) {
  Database database;
  Table& table = database.table("contact");
  RowNumber first = database.create(table, "1", {}, kAnn), second = database.create(table, "2", {}, kAnn);
  std::uint64_t read_to = database.version();
  database.remove(table, first, kAnn);
  auto changed = table.by_version().upper_bound(read_to);
  ASSERT_NE(changed, table.by_version().end());
  EXPECT_EQ(changed->second, first);
  EXPECT_EQ(std::next(changed), table.by_version().end());
  database.merge(table, first, second, kAnn);
  EXPECT_EQ(table.record(second).merged_into, first);
  EXPECT_EQ(table.live_count(), 0u);
}

TEST(Database, FindsEachValueOfAList) {
  Database database;
  Table& table = database.table("contact");
  FieldId mails = table.field("mails");
  RowNumber early = database.create(table, "1", {{mails, std::string("a;B;a")}}, kAnn);
  table.add_index(mails, true, ';');
  RowNumber late = database.create(table, "2", {{mails, std::string("b;c")}}, kAnn);
  EXPECT_EQ(table.find_equal(mails, std::string_view("b")), (std::vector<RowNumber>{early, late}));
  EXPECT_TRUE(table.find_equal(mails, std::string_view("b;c")).empty());
  database.update(table, early, {{mails, Value{}}}, kAnn);
  EXPECT_EQ(table.find_equal(mails, std::string_view("B")), std::vector<RowNumber>{late});
  EXPECT_TRUE(table.find_equal(mails, std::string_view("a")).empty());
}

TEST(Database, KeepsDeletedRowsApart) {
  Database database;
  Table& table = database.table("contact");
  RowNumber first = database.create(table, "1", {}, kAnn);
  database.create(table, "2", {}, kAnn);
  EXPECT_TRUE(table.deleted_by_id().empty());
  {
    Transaction undone(database);
    database.remove(table, first, kAnn);
    EXPECT_EQ(table.deleted_by_id().size(), 1u);
  }
  EXPECT_TRUE(table.deleted_by_id().empty());
  database.remove(table, first, kAnn);
  EXPECT_EQ(table.deleted_by_id().begin()->first, "1");
  database.restore(table, first, kAnn);
  EXPECT_TRUE(table.deleted_by_id().empty());
}

TEST(Database, NotesLinksWithoutChangingTheRecord) {
  Database database;
  Table& table = database.table("contact");
  RowNumber row = database.create(table, "1", {}, kAnn);
  std::uint64_t version = database.version();
  PackedFields after;
  after.set(table.field("links"), std::string_view("7"));
  database.note_update(table, row, {}, after, kAnn);
  EXPECT_EQ(database.version(), version);
  EXPECT_TRUE(table.record(row).fields.empty());
  EXPECT_EQ(database.journal().back().after.get(table.field("links")), ValueView(std::string_view("7")));
}

TEST(Router, DecodesSegmentsAfterSplitting) {
  Router router;
  auto handler = [](Call&) { return http::Response(); };
  router.add("GET", "/a/{id}", handler);
  router.add("POST", "/a/literal", handler);
  router.add("GET", "/tail/{rest...}", handler);
  Router::Match match = router.match("GET", "/a/x%2Fy");
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.parameters[0].second, "x/y");
  EXPECT_NE(router.match("GET", "//a/x/").route, nullptr) << "doubled and trailing slashes";
  EXPECT_EQ(router.match("GET", "/a/x/y").route, nullptr);
  EXPECT_EQ(router.match("DELETE", "/a/x").allowed, std::vector<std::string>{"GET"});
  EXPECT_EQ(router.match("GET", "/tail/one%20/two").parameters[0].second, "one%20/two");
}

TEST(Csv, QuotesLinesAndMistakes) {
  auto table = parse_csv(
      "\xEF\xBB\xBF"
      "a,b\r\n\"x, \"\"y\"\"\nz\",2\n\nlast,\n");
  ASSERT_TRUE(table.has_value()) << table.error().message;
  ASSERT_EQ(table->rows.size(), 2u);
  EXPECT_EQ(table->header[0], "a");
  EXPECT_EQ(table->rows[0][0], "x, \"y\"\nz");
  EXPECT_EQ(table->rows[1][1], "");
  EXPECT_EQ(parse_csv("a,b\n1\n").error().message, "CSV line 2: 1 cells, but the header has 2");
  EXPECT_EQ(parse_csv("a\n\"open").error().message, "CSV line 2: a quote that is never closed");
  EXPECT_EQ(parse_csv("a\n\"x\"y").error().message, "CSV line 2: text after a closing quote");
  EXPECT_FALSE(parse_csv("").has_value());
}

TEST(Limits, RollingWindowForgetsOldCalls) {
  RollingLimit limit(2, Duration{1'000});
  EXPECT_TRUE(limit.admit(WallTime{0}));
  EXPECT_TRUE(limit.admit(WallTime{600}));
  EXPECT_FALSE(limit.admit(WallTime{999}));
  EXPECT_EQ(limit.until_next_free(WallTime{999}), Duration{1});
  EXPECT_TRUE(limit.admit(WallTime{1'000}));
  EXPECT_EQ(limit.used(WallTime{1'000}), 2);
}

TEST(Limits, DailyLimitFollowsTheLocalMidnight) {
  DailyLimit limit(1, Duration{3'600'000});
  WallTime evening{82'800'000 - 1};  // 22:59:59.999 UTC, a moment before midnight there
  EXPECT_TRUE(limit.admit(evening));
  EXPECT_FALSE(limit.admit(evening));
  EXPECT_EQ(limit.until_midnight(evening), Duration{1});
  EXPECT_TRUE(limit.admit(evening + Duration{1}));
}

TEST(Faults, CountRateAndMatch) {
  Faults faults(Rng(3));
  Fault fault;
  fault.name = "x";
  fault.remaining = 2;
  fault.match = "POST /a";
  faults.set(fault);
  EXPECT_FALSE(faults.fires("x", "GET /a"));
  EXPECT_TRUE(faults.fires("x", "POST /a/b"));
  EXPECT_TRUE(faults.fires("x", "POST /a/b"));
  EXPECT_FALSE(faults.fires("x", "POST /a/b"));
  fault = Fault{};
  fault.name = "x";
  fault.rate = 0.25;
  faults.set(fault);
  int fired = 0;
  for (int i = 0; i < 10'000; ++i) fired += faults.fires("x", "GET /") ? 1 : 0;
  EXPECT_NEAR(fired, 2'500, 200);
}

TEST(Outgoing, RetriesByScheduleAndGivesUp) {
  OutgoingQueue queue;
  queue.set_schedule({Duration{10}, Duration{20}});
  std::uint64_t id = queue.push(WallTime{5}, http::Request("POST", "http://x/"));
  EXPECT_TRUE(queue.take(WallTime{4}).empty());
  EXPECT_EQ(queue.take(WallTime{5}).size(), 1u);
  EXPECT_TRUE(queue.take(WallTime{5}).empty()) << "handed out once";
  queue.answered(id, false, WallTime{5});
  EXPECT_TRUE(queue.take(WallTime{14}).empty());
  EXPECT_EQ(queue.take(WallTime{15}).size(), 1u);
  queue.answered(id, false, WallTime{15});
  EXPECT_EQ(queue.take(WallTime{35}).size(), 1u);
  queue.answered(id, false, WallTime{35});
  EXPECT_EQ(queue.waiting(), 0u);
  EXPECT_EQ(queue.given_up(), 1u);
}

TEST(Outgoing, PreparesEachAttemptForItsMoment) {
  OutgoingQueue queue;
  queue.set_schedule({Duration{10}});
  queue.set_prepare([](http::Request& request, std::size_t attempt, WallTime now) {
    request.headers.set("Sent", std::to_string(attempt) + " at " + std::to_string(now.ms));
  });
  std::uint64_t id = queue.push(WallTime{5}, http::Request("POST", "http://x/"));
  EXPECT_EQ(queue.take(WallTime{5}).at(0).request.headers.find("Sent"), "0 at 5");
  queue.answered(id, false, WallTime{6});
  EXPECT_EQ(queue.take(WallTime{16}).at(0).request.headers.find("Sent"), "1 at 16");
}

TEST(Digest, KnownAnswers) {  // FIPS 180-2 and RFC 4231, case 2
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(JsonDocument, SaysWhereItBreaks) {
  JsonDocument document;
  EXPECT_TRUE(document.parse(" {\"a\": [1, 2.5, \"x\"]} \n").has_value());
  EXPECT_EQ(scalar_text(document.root().at("a").at(1)), "2.5");
  EXPECT_FALSE(JsonDocument().parse("{\"a\":1} x").has_value());
  EXPECT_FALSE(JsonDocument().parse("{\"a\":").has_value());
  EXPECT_FALSE(JsonDocument().parse(std::string(100, '[')).has_value()) << "depth is bounded";
  EXPECT_FALSE(JsonDocument().parse("{\"a\":\"\xFF\"}").has_value()) << "UTF-8 only";
}

}  // namespace
}  // namespace lockstep::emulators

// Records, their journal and their indexes.
#include <gtest/gtest.h>

#include "emulators/core/database.h"

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

TEST(Database, WhatIsWrittenUnderEarlierNumbersIsInTheChangeLogWhenItIsDone) {
  Database database;
  Table& table = database.table("contact");
  Database::Numbers early = database.draw(2);
  RowNumber between = database.create(table, "1", {}, kAnn);
  EXPECT_FALSE(table.out_of_order());
  database.write_under(early);
  RowNumber late = database.create(table, "2", {}, kAnn);
  database.update(table, late, {{table.field("name"), std::string("A")}}, kAnn);
  EXPECT_EQ(table.record(late).number(), early.first + 1);
  EXPECT_LT(table.record(late).number(), table.record(between).number());
  EXPECT_GT(table.record(late).version, table.record(between).version);
  EXPECT_TRUE(table.out_of_order());
  EXPECT_EQ(table.by_version().rbegin()->second, late);
  database.update(table, late, {}, kAnn);
  EXPECT_EQ(table.record(late).number(), table.record(late).version) << "the numbers are used up";
  Database::Numbers left = database.write_under({});
  EXPECT_EQ(left.first, left.end);
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

TEST(Database, FindsWithoutAnIndexTooIfMoreSlowly) {
  Database database;
  Table& table = database.table("contact");
  FieldId name = table.field("name"), city = table.field("city");
  for (const char* id : {"1", "2", "3"}) database.create(table, id, {{name, std::string(id[0] == '2' ? "B" : "A")}}, kAnn);
  EXPECT_EQ(table.find_equal(name, std::string_view("A")), (std::vector<RowNumber>{0, 2}));
  EXPECT_TRUE(table.find_equal(name, std::string_view("a")).empty());
  EXPECT_TRUE(table.find_equal(city, ValueView{}).empty()) << "null equals nothing";
}

TEST(Database, FindsManyRowsOfOneValueInOrder) {
  Database database;
  Table& table = database.table("contact");
  FieldId city = table.field("city");
  table.add_index(city);
  std::vector<RowNumber> there;
  for (int i = 0; i < 50; ++i) there.push_back(database.create(table, std::to_string(i), {{city, std::string("Berlin")}}, kAnn));
  for (RowNumber moved : {RowNumber{0}, RowNumber{20}, RowNumber{49}}) {
    database.update(table, moved, {{city, std::string("Bonn")}}, kAnn);
    std::erase(there, moved);
  }
  EXPECT_EQ(table.find_equal(city, std::string_view("Berlin")), there);
  EXPECT_EQ(table.find_equal(city, std::string_view("Bonn")), (std::vector<RowNumber>{0, 20, 49}));
  database.update(table, 20, {{city, std::string("Berlin")}}, kAnn);
  there.insert(there.begin() + 19, 20);
  EXPECT_EQ(table.find_equal(city, std::string_view("Berlin")), there);
  for (RowNumber row : {RowNumber{0}, RowNumber{49}}) database.update(table, row, {{city, Value{}}}, kAnn);
  EXPECT_TRUE(table.find_equal(city, std::string_view("Bonn")).empty());
}

TEST(Database, TheOrderByIdFollowsWhatIsWrittenLater) {
  Database database;
  Table& table = database.table("contact");
  for (const char* id : {"b", "d", "a"}) database.create(table, id, {}, kAnn);
  auto ids = [&] {
    std::string all;
    for (const auto& [id, row] : table.by_id()) all += id;
    return all;
  };
  EXPECT_EQ(ids(), "abd");
  database.create(table, "c", {}, kAnn);
  EXPECT_EQ(ids(), "abcd");
  {
    Transaction undone(database);
    database.create(table, "e", {}, kAnn);
    EXPECT_EQ(ids(), "abcde");
  }
  EXPECT_EQ(ids(), "abcd");
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

}  // namespace
}  // namespace lockstep::emulators

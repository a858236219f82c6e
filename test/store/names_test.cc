// Numbers stand for names in rows: they mean the same under another model, and to another process.
#include "test/store/store_fixture.h"

namespace lockstep {
namespace {

TEST_F(StoreTest, FieldsKeepTheirMeaningWhenTheModelIsReordered) {
  open();
  const Golden ada = golden(1, "Ada");
  ASSERT_TRUE(transact([&](Transaction& tx) { return tx.put(ada); }));
  store_.reset();
  std::swap(model_.types[0].fields[0], model_.types[0].fields[1]);
  open();
  ASSERT_TRUE(transact([&](Transaction& tx) -> Result<void> {
    TRY(const auto found, tx.find_golden(ada.id));
    EXPECT_EQ(found->fields[1].value, Value("Ada"));
    EXPECT_TRUE(found->fields[0].value.is_null());
    return {};
  }));
}

TEST_F(StoreTest, QuestionsAndLettersKeepTheirMeaningWhenTheModelChanges) {
  EntityType site;
  site.name = "site";
  model_.types.insert(model_.types.begin(), site);
  open();
  ReviewItem item;
  item.id = make_ulid(WallTime{1000}, 0, 1);
  item.type = TypeIndex{1};
  item.field = FieldIndex{1};
  DeadLetter letter;
  letter.id = make_ulid(WallTime{1000}, 0, 2);
  letter.type = TypeIndex{1};
  ASSERT_TRUE(transact([&](Transaction& tx) -> Result<void> {
    TRY_VOID(tx.put(item));
    return tx.put(letter);
  }));
  // Another version of the model: a type less in front, a field more in front.
  model_.types.erase(model_.types.begin());
  model_.types[0].fields.insert(model_.types[0].fields.begin(), FieldDefinition{});
  model_.types[0].fields[0].name = "salutation";
  open();
  ASSERT_TRUE(transact([&](Transaction& tx) -> Result<void> {
    TRY(const auto asked, tx.find_review(item.id));
    EXPECT_EQ(asked->type, TypeIndex{0});
    EXPECT_EQ(asked->field, FieldIndex{2}) << "a question about the e-mail address";
    TRY(const auto given_up, tx.find_dead_letter(letter.id));
    EXPECT_EQ(given_up->type, TypeIndex{0});
    return {};
  }));
  // The field itself is gone: nobody can answer, nothing is lost.
  const FieldDefinition email = model_.types[0].fields.back();
  model_.types[0].fields.pop_back();
  open();
  ASSERT_TRUE(transact([&](Transaction& tx) -> Result<void> {
    TRY(const auto asked, tx.find_review(item.id));
    EXPECT_FALSE(asked);
    TRY(const auto all, tx.list_reviews(ReviewFilter{}));
    EXPECT_TRUE(all.empty());
    TRY(const auto letters, tx.list_dead_letters(DeadLetterFilter{}));
    EXPECT_EQ(letters.size(), 1u);
    return {};
  }));
  model_.types[0].fields.push_back(email);
  open();
  ASSERT_TRUE(transact([&](Transaction& tx) -> Result<void> {
    TRY(const auto asked, tx.find_review(item.id));
    EXPECT_TRUE(asked && asked->field == FieldIndex{2});
    return {};
  }));
}

TEST_F(StoreTest, NamesThatAnotherProcessBringsAreKnown) {
  open();
  const auto daemon = std::move(store_);
  open();  // a command beside it
  const auto command = std::move(store_);
  const auto in = [&](const std::unique_ptr<Store>& store, Store::Work work) {
    Result<void> outcome;
    const auto task = [](Store& of, Store::Work wanted, Result<void>& into) -> Task<void> { into = co_await of.transact(std::move(wanted)); };
    run_until_complete(*executor_, task(*store, std::move(work), outcome));
    ASSERT_TRUE(outcome) << outcome.error().message;
  };
  const auto link_to = [](std::uint64_t n, const char* object) {
    Link link;
    link.entity = EntityId{make_ulid(WallTime{1000}, 0, n)};
    link.connection = ConnectionId{1};
    link.remote = RemoteId{object, "r"};
    link.presence = LinkPresence::present;
    return link;
  };
  in(command, [&](Transaction& tx) { return tx.put(link_to(1, "Account")); });
  in(daemon, [&](Transaction& tx) { return tx.put(link_to(2, "Contact")); });
  in(command, [&](Transaction& tx) { return tx.put(link_to(3, "Contact")); });
  for (const auto* store : {&daemon, &command})
    in(*store, [&](Transaction& tx) -> Result<void> {
      for (const auto& [n, object] : {std::pair<std::uint64_t, std::string>{1, "Account"}, {2, "Contact"}, {3, "Contact"}}) {
        TRY(const auto links, tx.find_links(EntityId{make_ulid(WallTime{1000}, 0, n)}));
        EXPECT_EQ(links.size(), 1u);
        EXPECT_EQ(links.front().remote.object, object);
      }
      return {};
    });
}

}  // namespace
}  // namespace lockstep

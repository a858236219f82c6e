// Whatever is delivered more than once, in whatever order, changes nothing: webhooks, pages, reads by id, API calls.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include <algorithm>

#include "sim/crm_world.h"

namespace lockstep::sim {
namespace {

namespace json = boost::json;

/// What came in from one system, with the fence it was asked for with.
struct Delivery {
  ConnectionId system;
  std::string object;
  std::uint64_t fence = 0;
  std::optional<connector::Page> page;
  std::optional<connector::ReadBatch> batch;
  std::optional<http::ServerRequest> webhook;
};

/// Passes everything on, notes what comes in, and repeats each row of a page in shuffled order.
class Recorder final : public connector::Connector {
 public:
  Recorder(std::unique_ptr<Connector> inner, Hub& hub, ConnectionId system, std::vector<Delivery>& into, int repeats)
      : inner_(std::move(inner)), hub_(hub), system_(system), into_(into), repeats_(repeats), rng_(Rng(3).split(hub.system_name(system))) {}

  const std::string& kind() const override { return inner_->kind(); }
  std::vector<connector::ObjectTraits> objects() const override { return inner_->objects(); }
  const connector::ObjectTraits* find_object(std::string_view name) const override { return inner_->find_object(name); }
  Result<void> select(const mapping::Selection& selection) override { return inner_->select(selection); }
  Task<connector::Outcome<void>> open() override { return inner_->open(); }
  Task<connector::Outcome<connector::Page>> scan(std::string object, std::string position) override {
    const std::uint64_t fence = hub_.current_fence();
    auto page = co_await inner_->scan(object, std::move(position));
    if (page) {
      auto decoded = co_await inner_->decode(object, *page);
      if (!decoded) co_return tl::unexpected(std::move(decoded.error()));
    }
    note(object, fence, page);
    co_return page;
  }
  Task<connector::Outcome<connector::Page>> changes(std::string object, std::string position) override {
    const std::uint64_t fence = hub_.current_fence();
    auto page = co_await inner_->changes(object, std::move(position));
    note(object, fence, page);
    co_return page;
  }
  std::string stream_id(std::string_view object) const override { return inner_->stream_id(object); }
  Task<connector::Outcome<connector::ReadBatch>> read_many(std::string object, std::vector<std::string> ids, Priority priority) override {
    const std::uint64_t fence = hub_.current_fence();
    auto batch = co_await inner_->read_many(object, std::move(ids), priority);
    if (batch) {
      Delivery delivery = begin(object, fence);
      delivery.batch = *batch;
      into_.push_back(std::move(delivery));
    }
    co_return batch;
  }
  Task<connector::Outcome<connector::ReadBatch>> find_by(std::string object, std::size_t slot, std::vector<std::string> values, Priority priority) override {
    return inner_->find_by(std::move(object), slot, std::move(values), priority);
  }
  Task<connector::WriteBatch> write(std::string object, connector::Operation operation, std::vector<connector::WriteRow> rows, Priority priority) override {
    return inner_->write(std::move(object), operation, std::move(rows), priority);
  }
  std::vector<std::string> doors() const override { return inner_->doors(); }
  DoorAnswer knock(std::string_view door, const http::ServerRequest& request, WallTime now) override {
    Delivery delivery = begin("", 0);
    delivery.webhook = request;
    into_.push_back(std::move(delivery));
    return inner_->knock(door, request, now);
  }
  void stop() override { inner_->stop(); }
  Usage usage() const override { return inner_->usage(); }

 private:
  Delivery begin(const std::string& object, std::uint64_t fence) const {
    Delivery delivery;
    delivery.system = system_;
    delivery.object = object;
    delivery.fence = fence;
    return delivery;
  }
  void note(const std::string& object, std::uint64_t fence, connector::Outcome<connector::Page>& page) {
    if (!page || page->rows.empty()) return;
    Delivery delivery = begin(object, fence);
    delivery.page = *page;
    into_.push_back(std::move(delivery));
    const std::vector<connector::Row> rows = page->rows;
    for (int i = 1; i < repeats_; ++i) page->rows.insert(page->rows.end(), rows.begin(), rows.end());
    for (std::size_t i = page->rows.size(); repeats_ > 1 && i > 1; --i) std::swap(page->rows[i - 1], page->rows[rng_.below(i)]);
  }

  std::unique_ptr<Connector> inner_;
  Hub& hub_;
  ConnectionId system_;
  std::vector<Delivery>& into_;
  int repeats_;
  Rng rng_;
};

class Replay : public testing::TestWithParam<int> {
 protected:
  void start() {
    world.subscribe();
    world.start();
    for (System& system : world.hub->systems)
      if (system.connector)
        system.connector = std::make_unique<Recorder>(std::move(system.connector), *world.hub, system.id, deliveries, std::min(GetParam(), 3));
  }
  void call(const std::string& path, const std::string& body) {
    calls.emplace_back(path, body);
    EXPECT_LT(world.support("PUT", path, body).status, 300);
  }
  std::string made(const std::string& system, const std::string& object, const std::string& fields) {
    const auto answer =
        world.control(system, "POST", "edit", R"({"as": "Ann", "operation": "create", "object": ")" + object + R"(", "fields": )" + fields + "}");
    EXPECT_EQ(answer.status, 200) << answer.body;
    return std::string(json::parse(answer.body).at("id").as_string());
  }
  void edit(const std::string& system, const std::string& object, const std::string& id, const std::string& operation, const std::string& fields) {
    const auto answer =
        world.control(system, "POST", "edit",
                      R"({"as": "Ann", "operation": ")" + operation + R"(", "object": ")" + object + R"(", "id": ")" + id + R"(", "fields": )" + fields + "}");
    EXPECT_EQ(answer.status, 200) << answer.body;
  }
  /// A day at work: records of all systems, edits on both sides, a delete.
  void work() {
    const std::string ada = made("salesforce", "Contact", R"({"FirstName": "Ada", "LastName": "Byron", "Email": "ada@example.com"})");
    made("hubspot", "contacts", R"({"firstname": "Ada", "lastname": "Byron", "email": "ada@example.com", "city": "London"})");
    const std::string grace = made("dynamics365", "contact", R"({"firstname": "Grace", "lastname": "Hopper", "emailaddress1": "grace@example.com"})");
    const std::string gone = made("salesforce", "Contact", R"({"FirstName": "Nobody", "LastName": "Long", "Email": "nobody@example.com"})");
    call("accounts/a1", R"({"name": "Analytical Engines", "website": "https://engines.example"})");
    call("contacts/c1", R"({"first_name": "Charles", "last_name": "Babbage", "email": "charles@example.com", "account": "a1"})");
    call("cases/k1", R"({"subject": "Wheels are stuck", "status": "new", "priority": "high", "contact": "c1", "account": "a1"})");
    ASSERT_TRUE(world.settle(Duration{2 * 3'600'000}));
    edit("salesforce", "Contact", ada, "update", R"({"Title": "Countess"})");
    edit("dynamics365", "contact", grace, "update", R"({"jobtitle": "Rear admiral"})");
    ASSERT_TRUE(world.settle(Duration{2 * 3'600'000}));
    edit("salesforce", "Contact", ada, "update", R"({"Title": "Countess of Lovelace"})");
    edit("salesforce", "Contact", gone, "delete", "{}");
    ASSERT_TRUE(world.settle(Duration{2 * 3'600'000}));
  }
  /// Golden records, by id, with their values and presence.
  std::string golden() {
    std::string text;
    const auto read = world.transact([&](Transaction& transaction) -> Result<void> {
      for (std::size_t type = 0; type < world.hub->model.types.size(); ++type) {
        TRY(const auto all, transaction.list_golden(TypeIndex{static_cast<std::uint16_t>(type)}, EntityId{}, 1000));
        for (const Golden& one : all) {
          text += one.id.value().text() + (one.presence == EntityPresence::present ? "" : " deleted");
          for (const GoldenField& field : one.fields) text += "|" + to_json(field.value);
          text += "\n";
        }
      }
      return {};
    });
    EXPECT_TRUE(read);
    return text;
  }
  /// What each stand-in was ever told to write: the same list means the same state and no write beside.
  std::string remote() {
    std::string text;
    for (const char* system : {"salesforce", "hubspot", "dynamics365"}) text += world.control(system, "GET", "writes?limit=1000&after=0").body;
    return text;
  }
  Task<void> deliver(Delivery delivery) {
    if (delivery.webhook) {
      co_await world.gateway->handle(std::move(*delivery.webhook));
      co_return;
    }
    const System* system = world.hub->find_system(delivery.system);
    discover::Source source;
    source.connection = delivery.system;
    source.fence = delivery.fence;
    for (const SystemType& type : system->types)
      for (std::size_t variant = 0; variant < type.mapping->variant_count(); ++variant)
        if (type.mapping->selection(variant).object == delivery.object) source.type = type.type;
    if (delivery.batch) {
      source.sent = delivery.batch->sent;
      const auto taken = co_await world.engine->intake().absorb_reads(std::move(source), std::move(*delivery.batch), delivery.object);
      EXPECT_TRUE(taken);
      co_return;
    }
    // Rows that carry ids alone are read by id by whoever takes the page: those reads are deliveries of their own.
    if (!delivery.page->complete_rows) co_return;
    source.sent = delivery.page->sent;
    auto seen = co_await world.engine->intake().map_rows(*system, source.type, std::move(delivery.page->rows));
    const auto taken = co_await world.engine->intake().absorb(std::move(source), std::move(seen));
    EXPECT_TRUE(taken);
  }

  CrmWorld world{11};
  std::vector<Delivery> deliveries;
  std::vector<std::pair<std::string, std::string>> calls;
};

TEST_P(Replay, ChangesNothing) {
  start();
  work();
  const std::string golden_before = golden(), remote_before = remote();
  ASSERT_NE(golden_before.find("Countess of Lovelace"), std::string::npos);
  ASSERT_GT(std::ranges::count_if(deliveries, [](const Delivery& one) { return one.webhook.has_value(); }), 3);
  ASSERT_GT(std::ranges::count_if(deliveries, [](const Delivery& one) { return one.page.has_value(); }), 10);
  std::vector<std::size_t> order;
  const std::vector<Delivery> all = deliveries;
  for (int copy = 0; copy < GetParam(); ++copy)
    for (std::size_t i = 0; i < all.size() + calls.size(); ++i) order.push_back(i);
  Rng rng = Rng(5).split("order");
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[rng.below(i)]);
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (order[i] < all.size()) world.executor.complete(deliver(all[order[i]]));
    else EXPECT_LT(world.support("PUT", calls[order[i] - all.size()].first, calls[order[i] - all.size()].second).status, 300);
    if (i % 50 == 0) world.run_for(Duration{1'000});
  }
  ASSERT_TRUE(world.settle(Duration{4 * 3'600'000}));
  EXPECT_EQ(golden(), golden_before);
  EXPECT_EQ(remote(), remote_before);
  EXPECT_EQ(world.counts().open_reviews, 0);
  EXPECT_EQ(world.counts().open_dead_letters, 0);
}
INSTANTIATE_TEST_SUITE_P(Times, Replay, testing::Values(1, 2, 100));

}  // namespace
}  // namespace lockstep::sim

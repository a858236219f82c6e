// What others change is to be seen later than it is stamped and numbered (§3.2): a watermark needs an overlap, a delta link none.
#include "test/emulators/dynamics365_fixture.h"

namespace lockstep::emulators::dynamics365 {
namespace {

class Lateness : public Dynamics365Test {
 protected:
  std::string ann_creates(const std::string& name) { return person("create", "account", "", R"({"name":")" + name + "\"}").at("/id"); }
  std::string names(const std::string& filter) {
    std::string all;
    Answer page = get("accounts?$select=name&$orderby=name&$filter=" + percent_encode(filter));
    for (const json::value& each : page.body.at("value").as_array()) all += (all.empty() ? "" : " ") + json::value_to<std::string>(each.at("name"));
    return all;
  }
  std::string value(const std::string& id, const std::string& column) { return get("accounts(" + id + ")?$select=" + column).at("/" + column); }
  std::int64_t number(const std::string& id) { return std::stoll(value(id, "versionnumber")); }
};

// fact: §3.2 [K] switch: transaction_ms
TEST_F(Lateness, AChangeIsSeenLaterThanItsStamp) {
  std::string ours = account("Ours"), seen = value(ours, "modifiedon");
  EXPECT_EQ(seen, "2026-11-18T11:06:40Z");
  advance(std::chrono::seconds(1));
  std::string anns = ann_creates("Anns");
  EXPECT_EQ(value(anns, "modifiedon") + value(anns, "createdon"), "2026-11-18T11:06:39Z2026-11-18T11:06:39Z");
  EXPECT_EQ(names("modifiedon ge " + seen), "Ours") << "who looks from there on misses it";
  EXPECT_EQ(names("modifiedon ge 2026-11-18T11:04:40Z"), "Anns Ours");
  control("POST", "settings", R"({"transaction_ms":60000})");
  EXPECT_EQ(value(ann_creates("Slow"), "modifiedon"), "2026-11-18T11:05:41Z");
  control("POST", "settings", R"({"transaction_ms":0})");
  EXPECT_EQ(value(ann_creates("Quick"), "modifiedon"), "2026-11-18T11:06:41Z");
}

// fact: §3.2 [K] switch: transaction_ms
TEST_F(Lateness, TransactionsEndInAnotherOrderThanTheirNumbers) {
  std::string link = get("accounts?$select=name", prefer("odata.track-changes")).at("/@odata.deltaLink");
  advance(std::chrono::seconds(3));
  std::string ours = account("Ours");
  std::int64_t seen = number(ours);
  link = follow(link).at("/@odata.deltaLink");
  std::string anns = ann_creates("Anns");
  EXPECT_LT(number(anns), seen);
  EXPECT_EQ(names("versionnumber gt " + std::to_string(seen)), "") << "a watermark of ones own misses it";
  EXPECT_EQ(get("accounts?$select=name&$orderby=versionnumber").at("/value/0/name"), "Anns") << "the order is that of the numbers";
  Answer delta = follow(link);
  EXPECT_EQ(delta.rows(), 1u);
  EXPECT_EQ(delta.at("/value/0/name"), "Anns") << "a delta link does not";
  EXPECT_EQ(follow(delta.at("/@odata.deltaLink")).rows(), 0u);
  std::string etag = delta.at("/value/0/@odata.etag");
  EXPECT_EQ(etag, "W/\"" + std::to_string(number(anns)) + "\"");
  EXPECT_EQ(patch("accounts(" + anns + ")", R"({"name":"Again"})", {{"If-Match", etag}}).status, 204);
  EXPECT_GT(number(anns), seen);
  control("POST", "settings", R"({"transaction_ms":0})");
  advance(std::chrono::seconds(3));
  seen = number(account("Later"));
  EXPECT_GT(number(ann_creates("Quick")), seen);
}

// fact: §3.2 [K]
TEST_F(Lateness, NoTransactionIsFromBeforeTheLastWriteOfItsRow) {
  std::string id = account("Ours"), stamp = value(id, "modifiedon");
  for (int i = 0; i < 3; ++i) {
    std::int64_t before = number(id);
    EXPECT_EQ(person("update", "account", id, R"({"name":"Anns )" + std::to_string(i) + "\"}").status, 200);
    EXPECT_EQ(value(id, "modifiedon"), stamp) << "one second has several";
    EXPECT_GT(number(id), before);
  }
  advance(std::chrono::seconds(30));
  EXPECT_EQ(person("update", "account", id, R"({"name":"Late"})").status, 200);
  EXPECT_EQ(value(id, "modifiedon"), "2026-11-18T11:07:08Z");
  EXPECT_EQ(person("delete", "account", id).status, 200);
}

}  // namespace
}  // namespace lockstep::emulators::dynamics365

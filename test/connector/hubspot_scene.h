// connectors/hubspot.yaml against the stand-in.
#pragma once

#include "emulators/hubspot/hubspot.h"
#include "support/world.h"

namespace lockstep::connector {

inline constexpr const char* kPortal = "https://api.hubapi.com";
inline constexpr const char* kServiceKey = "pat-na1-00000000-0000-4000-8000-000000000001";

class HubSpot : public testing::Test {
 protected:
  HubSpot()
      : world("hubspot"),
        portal(emulators::hubspot::make_hubspot(world.remote_clock, Rng(7))),
        contact("contact", "name", {text("firstname"), text("lastname"), text("email"), text("phone"), link("company")}),
        company("company", "name", {text("name"), text("domain"), number("numberofemployees")}),
        ticket("ticket", "name", {text("subject"), text("hs_pipeline_stage"), text("hs_pipeline"), link("contact"), link("company")}),
        note("note", "name", {text("hs_note_body"), instant("hs_timestamp"), link("contact"), link("company"), link("ticket")}) {
    world.network.add(kPortal, *portal);
    connect("bearer");
  }

  static Field link(const std::string& to) { return reference(to, "association"); }
  void connect(const std::string& auth) {
    ConnectionConfig config;
    config.name = "crm_b";
    config.auth = auth;
    config.secrets = {
        {"service_key", kServiceKey}, {"client_id", "lockstep-client"}, {"client_secret", "lockstep-secret"}, {"refresh_token", "lockstep-refresh-token"}};
    config.public_url = "https://hooks.example.test";
    world.connect(config);
    for (const Layout* layout : {&contact, &company, &ticket, &note}) world.select(*layout);
    const auto opened = world.open();
    ASSERT_TRUE(opened) << show(opened.error());
  }
  std::string load(const std::string& type, const boost::json::object& fields) {
    return std::string(control(*portal, "POST", "records/" + type, boost::json::array{fields}).at("ids").at(0).as_string());
  }
  void load_contacts(int count) {
    boost::json::array records;
    for (int i = 0; i < count; ++i) records.push_back(boost::json::object{{"lastname", "Person " + std::to_string(i)}});
    control(*portal, "POST", "records/contact", records);
  }
  Row row_of(const std::string& object, const std::string& id) {
    auto results = world.read(object, {id});
    EXPECT_EQ(results.at(0).kind, ReadResult::Kind::found);
    return results.at(0).row;
  }
  void advance(std::int64_t seconds) { world.executor.clock().advance(Duration{seconds * 1000}); }
  static Value at(const std::string& text) { return Value(*parse_iso_time(text)); }

  World world;
  std::unique_ptr<emulators::Emulator> portal;
  Layout contact, company, ticket, note;
};

}  // namespace lockstep::connector

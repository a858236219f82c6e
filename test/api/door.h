#pragma once

#include <gtest/gtest.h>

#include <string>

#include "api/gateway.h"
#include "test/support/scenes.h"

namespace lockstep::support {

/// The built-in API in process: "support" and "shop" are hosted, "north" is a system with an API of its own.
class ApiTest : public testing::Test {
 protected:
  ApiTest() {
    world.add_hosted("support");
    world.add_hosted("shop");
    north = &world.add_system("north");
    configuration.api_keys = {{"desk", "support-key-0123456789", "support"}, {"web", "shop-key-0123456789", "shop"}};
    configuration.operator_key = "operator-key-0123456789";
    world.start();
    open_gateway();
  }
  ~ApiTest() override { gateway.reset(); }
  void open_gateway() { gateway = std::make_unique<api::Gateway>(*world.hub, *world.engine, configuration); }

  http::Response send(http::ServerRequest request) {
    http::Response response;
    world.executor.complete([](api::Gateway& door, http::ServerRequest asked, http::Response& into) -> Task<void> {
      into = co_await door.handle(std::move(asked));
    }(*gateway, std::move(request), response));
    return response;
  }
  http::Response call(const std::string& method, const std::string& target, const std::string& body = "", const std::string& key = "support-key-0123456789",
                      http::Headers headers = {}) {
    http::ServerRequest request;
    request.method = method;
    request.target = target;
    request.body = body;
    request.headers = std::move(headers);
    request.peer = "192.0.2.7:4711";
    if (!key.empty()) request.headers.set("Authorization", "Bearer " + key);
    return send(std::move(request));
  }
  std::size_t entities(const std::string& type = "contact") { return world.golden(type).size(); }

  World world;
  FakeSystem* north = nullptr;
  Configuration configuration;
  std::unique_ptr<api::Gateway> gateway;
};

inline bool holds(const http::Response& response, std::string_view words) { return response.body.find(words) != std::string::npos; }

}  // namespace lockstep::support

#pragma once

#include <boost/json.hpp>
#include <memory>
#include <string>

#include "emulators/core/emulator.h"

namespace lockstep::emulators {

namespace json = boost::json;

class ManualClock : public EmulatorClock {
 public:
  WallTime now() const override { return time; }
  void advance(Duration by) { time = time + by; }
  WallTime time{1'795'004'800'000};  // 2026-11-18T12:26:40Z
};

/// A JSON answer, parsed; null when the body is empty or no JSON.
struct Answer {
  int status = 0;
  json::value body;
  std::string text;
  http::Headers headers;
};

/// Sends requests to a stand-in without sockets.
class Caller {
 public:
  explicit Caller(Emulator& emulator) : emulator_(emulator) {}
  http::Headers headers;  // sent with every request

  Answer send(const std::string& method, const std::string& target, const std::string& body = "", const http::Headers& more = {}) {
    http::ServerRequest request;
    request.method = method;
    request.target = target;
    request.body = body;
    request.headers = headers;
    for (const auto& [name, value] : more.all()) request.headers.set(name, value);
    http::Response response = emulator_.handle(request, "http://127.0.0.1:8101");
    Answer answer{response.status, nullptr, response.body, response.headers};
    boost::system::error_code error;
    json::value parsed = json::parse(response.body, error);
    if (!error) answer.body = std::move(parsed);
    return answer;
  }
  Answer get(const std::string& target) { return send("GET", target); }
  Answer send_json(const std::string& method, const std::string& target, const json::value& body, http::Headers more = {}) {
    more.set("Content-Type", "application/json");
    return send(method, target, json::serialize(body), more);
  }

 private:
  Emulator& emulator_;
};

inline std::string text_at(const json::value& value, const std::string& pointer) {
  boost::system::error_code error;
  const json::value* found = value.find_pointer(pointer, error);
  if (!found) return "(nothing at " + pointer + " of " + json::serialize(value) + ")";
  return found->is_string() ? std::string(found->get_string()) : json::serialize(*found);
}

}  // namespace lockstep::emulators

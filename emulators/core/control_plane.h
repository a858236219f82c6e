#pragma once

#include "emulators/core/stand_in.h"

namespace lockstep::emulators {

/// What tests, the demo and a person use to arrange and inspect a stand-in, under /__emulator/ (docs:
/// README.md of this folder). No authentication: stand-ins listen on loopback alone.
class ControlPlane {
 public:
  explicit ControlPlane(StandIn& stand_in) : stand_in_(stand_in) {}
  http::Response handle(const http::ServerRequest& request);

 private:
  http::Response load(const http::ServerRequest& request, std::string_view object);
  http::Response edit(const http::ServerRequest& request);
  http::Response writes(const http::ServerRequest& request);
  http::Response counts();
  http::Response advance_clock(const http::ServerRequest& request);
  http::Response change_schema(const http::ServerRequest& request);
  http::Response faults(const http::ServerRequest& request);
  Result<std::string> edit_one(const json::value& item);
  struct Loaded {
    std::size_t count = 0;
    json::array ids;  // in the order of the input, null where a record was refused
    json::array errors;
  };
  Result<Loaded> load_json(std::string_view body, Edit& edit);
  Result<Loaded> load_csv(std::string_view body, Edit& edit);
  void load_one(Edit& edit, const json::object& fields, Loaded& loaded);
  json::object write_row(const JournalEntry& entry);

  StandIn& stand_in_;
};

}  // namespace lockstep::emulators

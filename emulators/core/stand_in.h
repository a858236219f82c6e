#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "emulators/core/database.h"
#include "emulators/core/emulator.h"
#include "emulators/core/faults.h"
#include "emulators/core/json.h"
#include "emulators/core/outgoing.h"
#include "emulators/core/router.h"
#include "emulators/core/tokens.h"

namespace lockstep::emulators {

inline constexpr std::string_view kControlPrefix = "/__emulator/";

enum class EditKind { load, create, update, remove, restore, merge };

/// What the control plane asks of a dialect: a write by a person or another integration, or a fixture to load.
struct Edit {
  EditKind kind = EditKind::create;
  std::string object;
  std::string id;                        // of the record; for load and create optional, where a dialect lets one choose
  std::string into;                      // merge: the winner; `id` is the loser
  const json::object* fields = nullptr;  // load and create and update; by the API's names
  Actor actor;
  bool text_values = false;  // from CSV: every value is text, and empty means null
};

/// What the control plane changes in what a system knows of an object's field; nothing: leave as it is.
struct SchemaChange {
  std::string object;
  std::string field;  // by the API's name
  std::optional<bool> required;
  std::string add_option;
  std::string remove_option;  // records that hold it keep it, as in the real systems
};

/// What all stand-ins share. A stand-in is this plus its dialect: routes, admission, error bodies and
/// validation.
class StandIn : public Emulator {
 public:
  StandIn(const EmulatorClock& clock, Rng rng);

  Reply reply(const http::ServerRequest& request, const std::string& base_url, Duration held) final;
  std::vector<OutgoingRequest> take_outgoing() override;
  void outgoing_answered(std::uint64_t id, int status) override;

  WallTime now() const { return clock_.now() + advanced_; }
  Database& database() { return database_; }
  Faults& faults() { return faults_; }
  TokenRegistry& tokens() { return tokens_; }
  /// Webhooks on their way, those among them that are tried again later.
  std::size_t webhooks_waiting() const { return outgoing_.waiting(); }
  void hurry_webhooks() { outgoing_.hurry(now()); }

 protected:
  Router& router() { return router_; }
  OutgoingQueue& outgoing() { return outgoing_; }
  /// An independent stream of random numbers.
  Rng random(std::string_view stream) const { return rng_.split(stream); }

  /// The request as the dialect means it (unpacked, or with another verb than it came with); nothing: as it came. A HEAD
  /// that is meant as another verb is answered without a body.
  virtual std::optional<http::ServerRequest> rewritten(const http::ServerRequest&) const { return std::nullopt; }
  /// Before the handler: authentication, limits. Sets call.caller. A response ends the call. `route` is null
  /// when the path is not known.
  virtual std::optional<http::Response> admit(Call& call, const Route* route) = 0;
  /// After the handler: headers that every answer carries.
  virtual void finish(Call&, http::Response&) {}
  virtual http::Response not_found(Call& call) = 0;
  virtual http::Response method_not_allowed(Call& call, const std::vector<std::string>& allowed) = 0;
  /// Names of faults beside the common ones.
  virtual std::vector<std::string_view> own_faults() const { return {}; }
  /// Whether a fault may raise that error of the vendor's (Fault::code).
  virtual bool knows_fault_code(std::string_view) const { return false; }
  /// The bodies of kFaultRateLimit (default status 429) and kFaultServerError, kFaultErrorAfterCommit (503).
  virtual http::Response fault_answer(Call& call, const Fault& fault) = 0;
  /// Validates and normalises as the API does; returns the record's id. Errors: a sentence for the control
  /// plane's user.
  virtual Result<std::string> apply(const Edit& edit) = 0;
  /// Errors: a sentence for the control plane's user.
  virtual Result<void> change_schema(const SchemaChange& change);
  /// The dialect's own calls of the control plane; `path` is what follows kControlPrefix. Nothing: not known.
  virtual std::optional<http::Response> control(const http::ServerRequest&, std::string_view /*path*/) { return std::nullopt; }
  /// Webhooks that may be under way at a time.
  virtual std::size_t outgoing_at_once() const { return static_cast<std::size_t>(-1); }
  /// Whether the receiver took the webhook. Default: any 2xx.
  virtual bool delivered(int status) const { return status >= 200 && status < 300; }

  /// Routes one request without faults or admission: for parts of batches. `outer` gives caller, time and
  /// origin.
  http::Response dispatch(const http::ServerRequest& request, const Call& outer);

 private:
  friend class ControlPlane;
  Reply route(const http::ServerRequest& request, const std::string& base_url, Duration held);
  http::Response answer(Call& call, const Route* route, const Router::Match& match);
  http::Response answer_fault(Call& call, const Fault& fault);

  const EmulatorClock& clock_;
  Rng rng_;
  Duration advanced_{0};
  Database database_;
  Router router_;
  Faults faults_;
  TokenRegistry tokens_;
  OutgoingQueue outgoing_;
  std::map<std::string, std::uint64_t> calls_;  // by "METHOD route"
  std::map<int, std::uint64_t> statuses_;       // of answers; 0: none was given
  std::uint64_t call_count_ = 0;
};

}  // namespace lockstep::emulators

#pragma once

#include <boost/json.hpp>
#include <memory>
#include <string>

#include "connector/connector.h"
#include "connector/roots.h"

namespace lockstep::connector {

/// A complete answer, parsed once. Operands point into it, so it outlives what is read from it.
class Answer {
 public:
  /// Parses the body where it looks like JSON; one that does not stays a text, and its status decides alone.
  Answer(int status, http::Headers headers, std::string text);
  Answer(const Answer&) = delete;

  /// Sets the roots `status`, `header` and `body`.
  void enter(Scope& scope) const;
  int status() const { return status_; }
  const http::Headers& headers() const { return headers_; }
  /// The body as it came, when it is no JSON.
  const std::string& text() const { return text_; }
  /// The body for people to read: JSON is printed again.
  std::string body() const { return parsed_ ? boost::json::serialize(json_) : text_; }
  bool has_json() const { return parsed_; }
  const boost::json::value& json() const { return json_; }

  std::shared_ptr<const http::Request> asked;  // before it was signed; none for sign-ins
  WallTime sent;
  Duration elapsed{0};
  std::optional<ClockSample> clock;

 private:
  int status_;
  http::Headers headers_;
  std::string text_;  // blank when it was parsed: a page of thousands of rows is not kept twice
  boost::json::monotonic_resource memory_;
  boost::json::value json_;
  bool parsed_ = false;
  Value status_value_, header_map_;
};
using AnswerRef = std::shared_ptr<const Answer>;

}  // namespace lockstep::connector

#pragma once

#include "connector/client.h"

namespace lockstep::connector {

/// Many requests in one envelope (RFC 2046 multipart of application/http, or a JSON list), answered in order.
Result<http::Request> pack(const Context& context, const BundleSpec& spec, const std::vector<http::Request>& parts, std::string_view boundary);
/// One answer per part; null where the envelope holds none: its outcome is unknown.
std::vector<AnswerRef> unpack(const Context& context, const BundleSpec& spec, const Answer& envelope, std::size_t count);

}  // namespace lockstep::connector

#pragma once

#include "http/message.h"

namespace lockstep::emulators::salesforce {

/// A JSON answer as `X-PrettyPrint: 1` asks for it: a member a line, `"id" : "…"`.
void indent(http::Response& response);

}  // namespace lockstep::emulators::salesforce

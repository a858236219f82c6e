#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emulators/core/json.h"
#include "emulators/core/router.h"
#include "emulators/hubspot/errors.h"

namespace lockstep::emulators::hubspot {

// What calls of all versions read of a request, and how they answer.

/// The body as JSON. Refusals: 415, 400.
Outcome<void> read_json(const Call& call, JsonDocument& document);
/// A JSON object as the body. Refusals: as above.
Outcome<const json::object*> read_body(const Call& call, JsonDocument& document);
/// The `inputs` of a batch, each an object, no more than `most`.
Outcome<std::vector<const json::object*>> read_inputs(const json::object& body, std::size_t most);
/// Whether a parameter of the query says true; HubSpot's client for Python writes "True".
bool query_flag(const Call& call, std::string_view name);
/// Refuses what is neither true nor false where that is asked for.
Outcome<void> check_query_flags(const Call& call);
/// An id of a body: a text, or a number where `numbers` may be. Empty: there is none.
std::string id_text(const json::value* id, bool numbers);
/// The same of a whole list, which may be missing.
Outcome<std::vector<std::string>> id_texts(const json::value* list, bool numbers);
/// `properties=a&properties=b` and `properties=a,b`.
std::vector<std::string> query_list(const Call& call, std::string_view name);
Outcome<std::size_t> query_limit(const Call& call, std::size_t otherwise, std::size_t most);
std::vector<std::string> text_list(const json::object& body, std::string_view name);
/// Refuses what is there and no list of texts.
Outcome<void> check_text_list(const json::object& body, std::string_view name);
http::Response json_answer(int status, const json::value& body);
/// {"status":"COMPLETE","results",…} with 207 and `errors` when there are any.
http::Response batch_answer(int status, json::array results, json::array errors, WallTime now);

}  // namespace lockstep::emulators::hubspot

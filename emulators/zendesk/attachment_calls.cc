// Uploads, and the files of comments (contract A2).
#include <algorithm>

#include "base/text.h"
#include "emulators/zendesk/rendering.h"
#include "emulators/zendesk/service.h"

namespace lockstep::emulators::zendesk {
namespace {

constexpr std::size_t kMaxFile = 50 * 1024 * 1024;

}  // namespace

Zendesk::Answer Zendesk::upload(Call& call) {
  std::string name = call.query_value("filename").value_or("");
  if (name.empty())
    return refuse_titled(400, "Invalid attribute", "You passed an invalid value for the filename attribute. Invalid parameter: filename is required");
  if (call.request.body.empty()) return refuse(422, "AttachmentUnprocessable", "The file is empty");
  if (call.request.body.size() > kMaxFile) return refuse(413, "AttachmentTooLarge", "The file is larger than 50 MB");
  std::string type = call.header("Content-Type").value_or("application/octet-stream");
  auto token = account_.attachments().upload(call.query_value("token").value_or(""), name, type, call.request.body, call.now);
  if (!token) return record_not_found();
  json::array files;
  for (std::int64_t id : *account_.attachments().uploaded(*token, call.now))
    files.push_back(render_attachment(*account_.attachments().find(id), call.base_url));
  json::value latest = files.back();
  return json_answer(201, json::object{{"upload", json::object{{"token", *token},
                                                               {"expires_at", format_time(account_.attachments().expires(*token))},
                                                               {"attachments", std::move(files)},
                                                               {"attachment", std::move(latest)}}}});
}

Zendesk::Answer Zendesk::forget_upload(Call& call) {
  std::string token = id_in(call);
  if (!account_.attachments().uploaded(token, call.now)) return record_not_found();
  account_.attachments().forget_upload(token);
  return http::Response(204, "");
}

/// PUT says whether it may be read whatever its scan found.
Zendesk::Answer Zendesk::attachment(Call& call) {
  std::int64_t id = number_in(id_in(call));
  const Attachment* file = account_.attachments().find(id);
  if (!file) return record_not_found();
  if (call.request.method == "PUT") {
    JsonDocument document;
    auto given = read_member(call, document, "attachment");
    if (!given) return tl::unexpected(std::move(given.error()));
    const json::value* allowed = (*given)->if_contains("malware_access_override");
    if (!allowed || !allowed->is_bool()) return refuse(422, "RecordInvalid", "Malware access override: is not valid");
    account_.attachments().let_through(id, allowed->get_bool());
  }
  return json_answer(200, json::object{{"attachment", render_attachment(*file, call.base_url)}});
}

/// The address in content_url: whoever knows it reads the file.
Zendesk::Answer Zendesk::attached_file(Call& call) {
  const Attachment* file = account_.attachments().find_by_key(call.parameter("key"));
  if (!file) return record_not_found();
  http::Response response(200, file->content);
  response.headers.add("Content-Type", file->type);
  response.headers.add("Content-Disposition", "attachment; filename=\"" + percent_encode(file->name) + "\"");
  return response;
}

Zendesk::Answer Zendesk::redact_attachment(Call& call) {
  auto row = comment_of(call);
  if (!row) return tl::unexpected(std::move(row.error()));
  std::string id = id_in(call, "attachment");
  std::vector<std::string> held = parts_of(account_.comments().get(*row, account_.comments().field(comment::kAttachments)));
  if (std::find(held.begin(), held.end(), id) == held.end()) return record_not_found();
  account_.attachments().redact(number_in(id));
  return json_answer(200, json::object{{"attachment", render_attachment(*account_.attachments().find(number_in(id)), call.base_url)}});
}

}  // namespace lockstep::emulators::zendesk

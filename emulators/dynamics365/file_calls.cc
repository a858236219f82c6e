// Files of notes, attachments and file columns (§6.1, §6.8): in blocks by actions, and by ranges at the column's own address.
#include <fmt/format.h>

#include <charconv>

#include "base/text.h"
#include "emulators/dynamics365/api_call.h"
#include "emulators/dynamics365/values.h"

namespace lockstep::emulators::dynamics365 {
namespace {

tl::unexpected<ApiError> no_file() { return refuse(404, code::kObjectDoesNotExist, "The file does not exist."); }
tl::unexpected<ApiError> no_parameter(std::string_view name) {
  return refuse(400, code::kInvalidArgument, fmt::format("Required parameter '{}' is missing or not valid.", name));
}

/// The columns that hold the text of a file, for tables that keep it so; null for others.
const Column* content_of(const TableSpec& table) {
  return table.name == "annotation" ? table.column("documentbody") : table.name == "activitymimeattachment" ? table.column("body") : nullptr;
}

Outcome<FilePlace> place_of(const ApiCall& api, const json::object& body) {
  const json::value* sent = body.if_contains("Target");
  const json::object* target = sent ? sent->if_object() : nullptr;
  if (!target) return no_parameter("Target");
  TRY(RowReference row, typed_row(api.organisation, body, "Target"));
  FilePlace place{row, nullptr};
  std::string_view name = text_member(body, "FileAttributeName");
  if (!name.empty()) {
    place.column = row.table->column(name);
    if (!place.column || !place.column->file) return no_parameter("FileAttributeName");
  } else if (!content_of(*row.table)) {
    return no_parameter("FileAttributeName");
  }
  return place;
}

Outcome<FileStore::File> file_at(const ApiCall& api, const FilePlace& place) {
  const TableSpec& table = *place.row.table;
  auto text = [&](const Column& column) { return std::string(text_of(value_of(table, api.organisation.users, place.row.row, column))); };
  if (place.column) {
    const FileStore::File* file = api.organisation.files.file(text(*place.column));
    if (!file) return no_file();
    return *file;
  }
  FileStore::File file{text(table.require("filename")), text(table.require("mimetype")), ""};
  std::string encoded = text(*content_of(table));
  if (encoded.empty() || !from_base64(encoded, file.bytes)) return no_file();
  return file;
}

/// The file's id; empty for the text of a note.
Outcome<std::string> store(ApiCall& api, const FilePlace& place, FileStore::File file) {
  const TableSpec& table = *place.row.table;
  TRY_VOID(api.allowed(table, "Write"));
  api.organisation.work_ms += 40;
  Payload payload;
  auto set = [&](const Column& column, Value value) { payload.changes.push_back({&column, std::move(value), ""}); };
  if (!place.column) {
    if (!file.name.empty()) set(table.require("filename"), file.name);
    if (!file.mime_type.empty()) set(table.require("mimetype"), file.mime_type);
    if (const Column* is_document = table.column("isdocument")) set(*is_document, true);
    set(*content_of(table), to_base64(file.bytes));
    TRY_VOID(api.organisation.records.update(table, place.row.row, payload, api.writer));
    return std::string();
  }
  if (file.bytes.size() > kMaxColumnFile) return refuse(400, code::kInvalidArgument, "The file is larger than the column may hold.");
  std::string before(text_of(value_of(table, api.organisation.users, place.row.row, *place.column)));
  set(table.require(place.column->name + "_name"), file.name);
  std::string id = api.organisation.files.keep(std::move(file));
  set(*place.column, id);
  if (auto done = api.organisation.records.update(table, place.row.row, payload, api.writer); !done) {
    api.organisation.files.forget(id);
    return tl::unexpected(std::move(done.error()));
  }
  api.organisation.files.forget(before);
  return id;
}

Outcome<void> remove_file(ApiCall& api, const FilePlace& place) {
  const TableSpec& table = *place.row.table;
  TRY_VOID(api.allowed(table, "Write"));
  std::string id(text_of(value_of(table, api.organisation.users, place.row.row, *place.column)));
  if (!api.organisation.files.file(id)) return no_file();
  Payload payload;
  payload.changes.push_back({place.column, Value(), ""});
  payload.changes.push_back({&table.require(place.column->name + "_name"), Value(), ""});
  TRY_VOID(api.organisation.records.update(table, place.row.row, payload, api.writer));
  api.organisation.files.forget(id);
  return {};
}

http::Response action_answer(const ApiCall& api, std::string_view action, json::object body) {
  json::object answer{{"@odata.context", fmt::format("{}/$metadata#Microsoft.Dynamics.CRM.{}Response", api.base, action)}};
  for (auto& member : body) answer[member.key()] = std::move(member.value());
  return api_json(200, json::serialize(answer));
}

Outcome<http::Response> begin_transfer(ApiCall& api, std::string_view action, const json::object& body, bool upload) {
  FileTransfer transfer;
  TRY(transfer.place, place_of(api, body));
  transfer.upload = upload;
  TRY_VOID(api.allowed(*transfer.place.row.table, upload ? "Write" : "Read"));
  if (upload) {
    transfer.name = std::string(text_member(body, "FileName"));
    const json::object& target = body.at("Target").get_object();
    if (transfer.name.empty()) transfer.name = std::string(text_member(target, "filename"));
    transfer.mime_type = std::string(text_member(target, "mimetype"));
    if (transfer.name.empty() && transfer.place.column) return no_parameter("FileName");
    return action_answer(api, action, {{"FileContinuationToken", api.organisation.files.begin(std::move(transfer))}});
  }
  TRY(FileStore::File file, file_at(api, transfer.place));
  std::size_t size = file.bytes.size();
  transfer.bytes = std::move(file.bytes);
  json::object answer{{"FileSizeInBytes", size}, {"FileName", file.name}, {"IsChunkingSupported", true}};
  answer["FileContinuationToken"] = api.organisation.files.begin(std::move(transfer));
  return action_answer(api, action, std::move(answer));
}

Outcome<http::Response> take_block(FileTransfer& transfer, const json::object& body) {
  std::string_view id = text_member(body, "BlockId");
  std::string bytes;
  if (id.empty()) return no_parameter("BlockId");
  if (!from_base64(text_member(body, "BlockData"), bytes) || bytes.empty()) return no_parameter("BlockData");
  if (bytes.size() > kMaxBlock) return refuse(400, code::kInvalidArgument, "A block may have no more than 4 MB.");
  transfer.blocks[std::string(id)] = std::move(bytes);
  return no_content();
}

Outcome<http::Response> give_block(const ApiCall& api, const FileTransfer& transfer, const json::object& body) {
  const json::value *offset = body.if_contains("Offset"), *length = body.if_contains("BlockLength");
  bool fits = offset && length && offset->is_int64() && length->is_int64() && offset->get_int64() >= 0 && length->get_int64() > 0 &&
              static_cast<std::size_t>(length->get_int64()) <= kMaxBlock && static_cast<std::size_t>(offset->get_int64()) <= transfer.bytes.size();
  if (!fits) return no_parameter("Offset");
  std::string part = transfer.bytes.substr(static_cast<std::size_t>(offset->get_int64()), static_cast<std::size_t>(length->get_int64()));
  return action_answer(api, "DownloadBlock", {{"Data", to_base64(part)}});
}

/// The blocks in the order that the list names them.
Outcome<http::Response> commit_transfer(ApiCall& api, std::string_view action, const std::string& token, FileTransfer& transfer, const json::object& body) {
  const json::value* list = body.if_contains("BlockList");
  if (!list || !list->is_array()) return no_parameter("BlockList");
  FileStore::File file{transfer.name, transfer.mime_type, ""};
  for (const json::value& each : list->get_array()) {
    auto block = transfer.blocks.find(scalar_text(each));
    if (block == transfer.blocks.end()) return refuse(400, code::kInvalidArgument, fmt::format("The block '{}' was not uploaded.", scalar_text(each)));
    file.bytes += block->second;
  }
  if (!text_member(body, "FileName").empty()) file.name = std::string(text_member(body, "FileName"));
  if (!text_member(body, "MimeType").empty()) file.mime_type = std::string(text_member(body, "MimeType"));
  FilePlace place = transfer.place;
  std::size_t size = file.bytes.size();
  TRY(std::string id, store(api, place, std::move(file)));
  api.organisation.files.end(token);
  json::object answer{{"FileSizeInBytes", size}};
  const std::string& row = place.row.table->rows->record(place.row.row).id;
  answer[place.column ? "FileId" : place.row.table->name == "annotation" ? "AnnotationId" : "ActivityMimeAttachmentId"] = place.column ? id : row;
  return action_answer(api, action, std::move(answer));
}

/// "bytes 0-9/25" or "bytes=0-9": first and last; nothing when it is neither.
std::optional<std::pair<std::size_t, std::size_t>> range_of(std::string_view text) {
  if (!text.starts_with("bytes")) return std::nullopt;
  text.remove_prefix(std::min<std::size_t>(text.size(), 6));
  std::size_t first = 0, last = 0;
  auto [dash, bad] = std::from_chars(text.data(), text.data() + text.size(), first);
  if (bad != std::errc() || dash == text.data() + text.size() || *dash != '-') return std::nullopt;
  auto [end, worse] = std::from_chars(dash + 1, text.data() + text.size(), last);
  if (worse != std::errc() || last + 1 < first) return std::nullopt;
  return std::pair(first, last);
}

/// One part of a file that comes at its column's address, or the whole.
Outcome<http::Response> take_range(ApiCall& api, const FilePlace& place, const std::string& url) {
  const http::ServerRequest& request = api.call.request;
  std::string name = api.call.query_value("x-ms-file-name").value_or(api.call.header("x-ms-file-name").value_or(""));
  auto token = api.call.query_value("sessiontoken");
  if (!token && api.call.header("x-ms-transfer-mode") == "chunked") {
    if (name.empty()) return no_parameter("x-ms-file-name");
    http::Response response = no_content();
    FileTransfer transfer{place, name, "", true, {}, ""};
    response.headers.add("Location", fmt::format("{}?sessiontoken={}", url, api.organisation.files.begin(std::move(transfer))));
    response.headers.add("x-ms-chunk-size", std::to_string(kMaxBlock));
    response.headers.add("Accept-Ranges", "bytes");
    return response;
  }
  if (!token) {
    if (name.empty()) return no_parameter("x-ms-file-name");
    TRY_VOID(store(api, place, {name, "", request.body}));
    return no_content();
  }
  FileTransfer* transfer = api.organisation.files.find(*token);
  std::string given = api.call.header("Content-Range").value_or("");
  auto range = range_of(given);
  std::size_t total = 0, slash = given.find('/');
  if (slash != std::string::npos) std::from_chars(given.data() + slash + 1, given.data() + given.size(), total);
  if (!transfer || transfer->place.column != place.column) return refuse(400, code::kInvalidArgument, "The session of the upload is not known.");
  bool fits = range && range->first == transfer->bytes.size() && range->second + 1 - range->first == request.body.size() &&
              range->second < std::max<std::size_t>(total, 1);
  if (!fits) return refuse(416, code::kInvalidArgument, fmt::format("The range '{}' does not follow what was uploaded.", given));
  transfer->bytes += request.body;
  if (transfer->bytes.size() < total) return http::Response(206, "");
  TRY_VOID(store(api, place, {transfer->name, "", transfer->bytes}));
  api.organisation.files.end(*token);
  return no_content();
}

Outcome<http::Response> give_range(const ApiCall& api, const FilePlace& place, const std::string& url, bool raw) {
  TRY_VOID(api.allowed(*place.row.table, "Read"));
  TRY(FileStore::File file, file_at(api, place));
  auto range = range_of(api.call.header("Range").value_or(""));
  std::size_t first = range ? range->first : 0, last = range ? range->second : file.bytes.size();
  if (range && first > 0 && first >= file.bytes.size()) return refuse(416, code::kInvalidArgument, "The range begins behind the end of the file.");
  std::string part = file.bytes.substr(first, std::min(last - first + 1, kMaxBlock));
  http::Response response(range ? 206 : 200, part);
  if (!raw) {
    std::string text = "{\"@odata.context\":";
    append_json_text(
        text, fmt::format("{}/$metadata#{}({})/{}", api.base, place.row.table->set, place.row.table->rows->record(place.row.row).id, place.column->name));
    response = api_json(range ? 206 : 200, text + ",\"value\":\"" + to_base64(part) + "\"}");
  } else {
    response.headers.add("Content-Type", "application/octet-stream");
  }
  response.headers.add("Content-Disposition", fmt::format("attachment; filename=\"{}\"", file.name));
  response.headers.add("x-ms-file-name", file.name);
  response.headers.add("x-ms-file-size", std::to_string(file.bytes.size()));
  if (range) response.headers.add("Content-Range", fmt::format("bytes {}-{}/{}", first, first + part.size() - (part.empty() ? 0 : 1), file.bytes.size()));
  if (range) response.headers.add("Location", url);
  return response;
}

}  // namespace

bool is_file_action(std::string_view name) {
  for (std::string_view kind : {"Annotation", "Attachment", "File"}) {
    for (std::string_view step : {"Initialize{}BlocksUpload", "Commit{}BlocksUpload", "Initialize{}BlocksDownload"}) {
      if (name == fmt::format(fmt::runtime(step), kind)) return true;
    }
  }
  return name == "UploadBlock" || name == "DownloadBlock" || name == "DeleteFile";
}

Outcome<http::Response> file_action(ApiCall& api, std::string_view action) {
  JsonDocument document;
  TRY_VOID(api.parse_body(document));
  const json::object& body = document.root().get_object();
  if (action.starts_with("Initialize")) return begin_transfer(api, action, body, action.ends_with("Upload"));
  if (action == "DeleteFile") {
    for (const TableSpec& table : api.organisation.metadata.tables()) {
      for (const Column& column : table.columns) {
        if (!column.file) continue;
        for (RowNumber row : table.rows->find_equal(column.field, text_member(body, "FileId"))) {
          TRY_VOID(remove_file(api, {{&table, row}, &column}));
          return no_content();
        }
      }
    }
    return no_file();
  }
  std::string token(text_member(body, "FileContinuationToken"));
  FileTransfer* transfer = api.organisation.files.find(token);
  if (!transfer || transfer->upload != (action != "DownloadBlock")) return no_parameter("FileContinuationToken");
  if (action == "UploadBlock") return take_block(*transfer, body);
  if (action == "DownloadBlock") return give_block(api, *transfer, body);
  return commit_transfer(api, action, token, *transfer, body);
}

Outcome<http::Response> file_column(ApiCall& api, const Resource& resource, const Column& column) {
  RowNumber row = api.organisation.find(resource);
  if (row == kNoRow) return tl::unexpected<ApiError>(api.organisation.missing(resource));
  FilePlace place{{resource.table, row}, &column};
  std::string url = fmt::format("{}/{}/{}", api.base, resource.row_path(), column.name);
  const std::string& method = api.call.request.method;
  bool raw = resource.rest.size() > 1 && resource.rest[1] == "$value";
  if (method == "GET") return give_range(api, place, url, raw);
  if (method == "PATCH" || method == "PUT") return take_range(api, place, url);
  if (method != "DELETE") return refuse(405, code::kBadRequestUrl, fmt::format("The requested resource does not support http method '{}'.", method));
  TRY_VOID(remove_file(api, place));
  return no_content();
}

}  // namespace lockstep::emulators::dynamics365

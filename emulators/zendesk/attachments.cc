#include "emulators/zendesk/attachments.h"

#include <algorithm>

#include "base/text.h"

namespace lockstep::emulators::zendesk {
std::string Attachments::random_text() {
  static constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::string text;
  for (int i = 0; i < 25; ++i) text.push_back(kAlphabet[rng_.below(kAlphabet.size())]);
  return text;
}

std::optional<std::string> Attachments::upload(const std::string& token, std::string name, std::string type, std::string content, WallTime now) {
  if (!token.empty() && !uploaded(token, now)) return std::nullopt;
  std::string taken = token.empty() ? random_text() : token;
  std::int64_t id = next_id_++;
  files_.emplace(id, Attachment{id, std::move(name), std::move(type), std::move(content), random_text()});
  Upload& upload = uploads_[taken];
  if (token.empty()) upload.expires = now + readings_.upload_life;
  upload.files.push_back(id);
  return taken;
}

const std::vector<std::int64_t>* Attachments::uploaded(const std::string& token, WallTime now) const {
  auto known = uploads_.find(token);
  return known == uploads_.end() || known->second.expires <= now ? nullptr : &known->second.files;
}

WallTime Attachments::expires(const std::string& token) const { return uploads_.at(token).expires; }

const Attachment* Attachments::find(std::int64_t id) const {
  auto known = files_.find(id);
  return known == files_.end() ? nullptr : &known->second;
}

const Attachment* Attachments::find_by_key(std::string_view key) const {
  auto known = std::find_if(files_.begin(), files_.end(), [&](const auto& each) { return each.second.key == key; });
  return known == files_.end() ? nullptr : &known->second;
}

void Attachments::redact(std::int64_t id) {
  Attachment& file = files_.at(id);
  file.name = "redacted.txt";
  file.type = "text/plain";
  file.content.clear();
}

json::object render_attachment(const Attachment& attachment, const std::string& base_url) {
  return json::object{{"url", base_url + "/api/v2/attachments/" + std::to_string(attachment.id) + ".json"},
                      {"id", attachment.id},
                      {"file_name", attachment.name},
                      {"content_url", base_url + "/attachments/token/" + attachment.key + "/?name=" + percent_encode(attachment.name)},
                      {"mapped_content_url", base_url + "/attachments/token/" + attachment.key + "/?name=" + percent_encode(attachment.name)},
                      {"content_type", attachment.type},
                      {"size", attachment.content.size()},
                      {"width", nullptr},
                      {"height", nullptr},
                      {"inline", false},
                      {"deleted", false},
                      {"malware_access_override", attachment.let_through},
                      {"malware_scan_result", "malware_not_found"},
                      {"thumbnails", json::array()}};
}

}  // namespace lockstep::emulators::zendesk

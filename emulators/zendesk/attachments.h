#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "emulators/core/json.h"
#include "emulators/zendesk/readings.h"
#include "runtime/rng.h"

namespace lockstep::emulators::zendesk {

struct Attachment {
  std::int64_t id = 0;
  std::string name;
  std::string type;  // media type
  std::string content;
  std::string key;  // of its address, which needs no sign-in
  bool let_through = false;
};

/// Files: uploaded first, then named by their token in a comment (contract A2).
class Attachments {
 public:
  Attachments(Rng rng, const Readings& readings) : rng_(rng), readings_(readings) {}
  /// Adds a file to the upload of that token, or to a new one when it is empty; the token. Nothing: there is no such upload.
  std::optional<std::string> upload(const std::string& token, std::string name, std::string type, std::string content, WallTime now);
  /// Its files; nothing when there is none, or none any more: an hour old, deleted, used.
  const std::vector<std::int64_t>* uploaded(const std::string& token, WallTime now) const;
  WallTime expires(const std::string& token) const;  // precondition: uploaded
  bool forget_upload(const std::string& token) { return uploads_.erase(token) > 0; }
  const Attachment* find(std::int64_t id) const;
  const Attachment* find_by_key(std::string_view key) const;
  /// The file goes, its id stays.
  void redact(std::int64_t id);
  /// Precondition: it is there.
  void let_through(std::int64_t id, bool whatever_it_holds) { files_.at(id).let_through = whatever_it_holds; }

 private:
  struct Upload {
    WallTime expires;
    std::vector<std::int64_t> files;
  };
  std::string random_text();
  Rng rng_;
  const Readings& readings_;
  std::int64_t next_id_ = 2'600'000'000'001;
  std::map<std::string, Upload, std::less<>> uploads_;
  std::map<std::int64_t, Attachment> files_;
};

json::object render_attachment(const Attachment& attachment, const std::string& base_url);

}  // namespace lockstep::emulators::zendesk

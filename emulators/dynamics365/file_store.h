#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/dynamics365/payload.h"
#include "runtime/rng.h"

namespace lockstep::emulators::dynamics365 {

inline constexpr std::size_t kMaxBlock = 4 * 1024 * 1024;        // of one upload or download
inline constexpr std::size_t kMaxColumnFile = 32 * 1024 * 1024;  // of a file column, unless it says otherwise

/// Where a file lies: in a file column, or (a null column) in the text of a note or an attachment.
struct FilePlace {
  RowReference row;
  const Column* column = nullptr;
};

/// A transfer in blocks that was begun and not committed yet.
struct FileTransfer {
  FilePlace place;
  std::string name;
  std::string mime_type;
  bool upload = true;
  std::map<std::string, std::string> blocks;  // by block id
  std::string bytes;                          // of a download; of an upload by ranges: what has come so far
};

/// Files in file columns, by id, and transfers on their way, by continuation token.
class FileStore {
 public:
  struct File {
    std::string name, mime_type, bytes;
  };
  explicit FileStore(Rng rng) : rng_(rng) {}
  std::string begin(FileTransfer transfer);
  /// Null: there is no such transfer.
  FileTransfer* find(std::string_view token);
  void end(std::string_view token) { transfers_.erase(std::string(token)); }
  /// The new file's id.
  std::string keep(File file);
  const File* file(std::string_view id) const;
  void forget(std::string_view id) { files_.erase(std::string(id)); }

 private:
  Rng rng_;
  std::map<std::string, FileTransfer> transfers_;
  std::map<std::string, File> files_;
};

}  // namespace lockstep::emulators::dynamics365

#include "emulators/dynamics365/file_store.h"

#include "emulators/dynamics365/guid.h"

namespace lockstep::emulators::dynamics365 {

std::string FileStore::begin(FileTransfer transfer) {
  std::string token = make_guid(rng_);
  transfers_.insert_or_assign(token, std::move(transfer));
  return token;
}

FileTransfer* FileStore::find(std::string_view token) {
  auto known = transfers_.find(std::string(token));
  return known == transfers_.end() ? nullptr : &known->second;
}

std::string FileStore::keep(File file) {
  std::string id = make_guid(rng_);
  files_.insert_or_assign(id, std::move(file));
  return id;
}

const FileStore::File* FileStore::file(std::string_view id) const {
  auto known = files_.find(std::string(id));
  return known == files_.end() ? nullptr : &known->second;
}

}  // namespace lockstep::emulators::dynamics365

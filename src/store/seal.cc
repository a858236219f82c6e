#include "store/seal.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <cstdlib>
#include <fstream>
#include <memory>

#include "base/check.h"
#include "base/text.h"

namespace lockstep {

namespace {

constexpr std::size_t kKeySize = 32, kNonceSize = 12, kTagSize = 16;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

}  // namespace

Result<Seal> Seal::from_base64(std::string_view text) {
  std::string key;
  if (!lockstep::from_base64(trim(text), key) || key.size() != kKeySize)
    return fail(ErrorCode::invalid_input, "a seal key is 32 bytes in base64 (make one with: head -c 32 /dev/urandom | base64)");
  return Seal(std::move(key));
}

Result<Seal> Seal::load(const std::string& key_file) {
  if (const char* key = std::getenv("LOCKSTEP_SEAL_KEY")) return from_base64(key);
  if (key_file.empty()) return fail(ErrorCode::invalid_input, "no seal key: set LOCKSTEP_SEAL_KEY or 'seal_key: {file: …}' (lockstep init makes one)");
  std::ifstream in(key_file);
  std::string line;
  if (!in || !std::getline(in, line)) return fail(ErrorCode::invalid_input, "the seal key file '" + key_file + "' cannot be read (lockstep init makes one)");
  auto seal = from_base64(line);
  if (!seal) return fail(seal.error(), key_file);
  return seal;
}

std::string Seal::close(std::string_view name, std::string_view secret) const {
  std::string nonce(kNonceSize, '\0'), sealed(secret.size(), '\0'), tag(kTagSize, '\0');
  CHECK(RAND_bytes(bytes(nonce), static_cast<int>(nonce.size())) == 1, "no randomness for a nonce");
  Context context(EVP_CIPHER_CTX_new());
  int length = 0;
  bool good = EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes(std::string_view(key_)), bytes(std::string_view(nonce))) == 1;
  good = good && EVP_EncryptUpdate(context.get(), nullptr, &length, bytes(name), static_cast<int>(name.size())) == 1;
  good = good && EVP_EncryptUpdate(context.get(), bytes(sealed), &length, bytes(secret), static_cast<int>(secret.size())) == 1;
  good = good && EVP_EncryptFinal_ex(context.get(), bytes(sealed) + length, &length) == 1;
  good = good && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(kTagSize), tag.data()) == 1;
  CHECK(good, "AES-256-GCM failed");
  return to_base64(nonce + tag + sealed);
}

Result<std::string> Seal::open(std::string_view name, std::string_view text) const {
  const auto wrong = [] {
    return fail(ErrorCode::unauthorized, "a sealed secret cannot be opened: it was sealed with another key, or it was changed; sign in again");
  };
  std::string raw;
  if (!lockstep::from_base64(text, raw) || raw.size() < kNonceSize + kTagSize) return wrong();
  const std::string nonce = raw.substr(0, kNonceSize), sealed = raw.substr(kNonceSize + kTagSize);
  std::string tag = raw.substr(kNonceSize, kTagSize), secret(sealed.size(), '\0');
  Context context(EVP_CIPHER_CTX_new());
  int length = 0;
  bool good = EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes(std::string_view(key_)), bytes(std::string_view(nonce))) == 1;
  good = good && EVP_DecryptUpdate(context.get(), nullptr, &length, bytes(name), static_cast<int>(name.size())) == 1;
  good = good && EVP_DecryptUpdate(context.get(), bytes(secret), &length, bytes(std::string_view(sealed)), static_cast<int>(sealed.size())) == 1;
  good = good && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(kTagSize), tag.data()) == 1;
  good = good && EVP_DecryptFinal_ex(context.get(), bytes(secret) + length, &length) == 1;
  if (!good) return wrong();
  return secret;
}

}  // namespace lockstep

#include "emulators/core/gzip.h"

#include <zlib.h>

#include <memory>

#include "base/check.h"

namespace lockstep::emulators {

std::optional<std::string> gunzip(std::string_view packed, std::size_t most_bytes) {
  constexpr int kGzipAlone = 16 + MAX_WBITS;
  z_stream stream{};
  if (packed.size() > (std::size_t{1} << 30) || inflateInit2(&stream, kGzipAlone) != Z_OK) return std::nullopt;
  std::unique_ptr<z_stream, decltype(&inflateEnd)> ended(&stream, &inflateEnd);
  std::string input(packed), output;  // zlib wants to be able to write to its input
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  int state = Z_OK;
  while (state == Z_OK && output.size() <= most_bytes) {
    char block[64 << 10];
    stream.next_out = reinterpret_cast<Bytef*>(block);
    stream.avail_out = sizeof block;
    state = inflate(&stream, Z_NO_FLUSH);
    output.append(block, sizeof block - stream.avail_out);
  }
  if (state != Z_STREAM_END || stream.avail_in != 0 || output.size() > most_bytes) return std::nullopt;
  return output;
}

std::string gzip(std::string_view plain) {
  constexpr int kGzipFrame = 16 + MAX_WBITS, kMemoryLevel = 8;
  z_stream stream{};
  CHECK(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipFrame, kMemoryLevel, Z_DEFAULT_STRATEGY) == Z_OK, "zlib has no memory");
  std::unique_ptr<z_stream, decltype(&deflateEnd)> ended(&stream, &deflateEnd);
  std::string input(plain), output(deflateBound(&stream, static_cast<uLong>(plain.size())), '\0');  // zlib wants to be able to write to its input
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(output.data());
  stream.avail_out = static_cast<uInt>(output.size());
  CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END, "the bound of zlib holds");
  output.resize(stream.total_out);
  return output;
}

}  // namespace lockstep::emulators

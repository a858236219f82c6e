
#include <algorithm>
#include <cctype>

#include "expression/tree.h"

namespace lockstep::expression {

namespace {

/// The next run of equal letters, a quoted text, or one other character.
struct Piece {
  char letter = 0;  // 0: literal
  std::size_t count = 0;
  std::string literal;
};

std::vector<Piece> pieces_of(std::string_view pattern) {
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < pattern.size();) {
    Piece piece;
    if (pattern[i] == '\'') {
      const std::size_t end = std::min(pattern.find('\'', i + 1), pattern.size());
      piece.literal = end == i + 1 ? "'" : std::string(pattern.substr(i + 1, end - i - 1));
      i = end + 1;
    } else if (std::isalpha(static_cast<unsigned char>(pattern[i]))) {
      piece.letter = pattern[i];
      while (i < pattern.size() && pattern[i] == piece.letter) ++piece.count, ++i;
    } else {
      piece.literal = std::string(1, pattern[i++]);
    }
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

}  // namespace

std::string format_instant(WallTime time, std::string_view pattern) {
  if (pattern == "RFC1123") return format_http_date(time);
  const std::string iso = format_iso(time);  // yyyy-MM-ddTHH:mm:ss.SSSZ
  std::string out;
  for (const Piece& piece : pieces_of(pattern)) {
    switch (piece.letter) {
      case 0: out += piece.literal; break;
      case 'y': out += iso.substr(0, 4); break;
      case 'M': out += iso.substr(5, 2); break;
      case 'd': out += iso.substr(8, 2); break;
      case 'H': out += iso.substr(11, 2); break;
      case 'm': out += iso.substr(14, 2); break;
      case 's': out += iso.substr(17, 2); break;
      case 'S': out += iso.substr(20, std::min<std::size_t>(piece.count, 3)); break;
      case 'X': out += 'Z'; break;
      case 'Z': out += "+0000"; break;
      default: out += std::string(piece.count, piece.letter);
    }
  }
  return out;
}

Result<WallTime> parse_instant(std::string_view text, std::string_view pattern) {
  if (pattern == "RFC1123") return parse_http_date(text);
  const auto wrong = [&] { return fail(ErrorCode::invalid_input, "'" + std::string(text) + "' is no instant of the form " + std::string(pattern)); };
  std::string year = "1970", month = "01", day = "01", hour = "00", minute = "00", second = "00", fraction = "000", zone = "Z";
  std::string_view rest = text;
  for (const Piece& piece : pieces_of(pattern)) {
    if (piece.letter == 0) {
      if (!rest.starts_with(piece.literal)) return wrong();
      rest.remove_prefix(piece.literal.size());
      continue;
    }
    if (piece.letter == 'X' || piece.letter == 'Z') {
      zone = std::string(rest);
      rest = {};
      continue;
    }
    if (rest.size() < piece.count) return wrong();
    const std::string part(rest.substr(0, piece.count));
    rest.remove_prefix(piece.count);
    switch (piece.letter) {
      case 'y': year = part; break;
      case 'M': month = part; break;
      case 'd': day = part; break;
      case 'H': hour = part; break;
      case 'm': minute = part; break;
      case 's': second = part; break;
      case 'S': fraction = part; break;
      default: return wrong();
    }
  }
  if (!rest.empty()) return wrong();
  const auto time = parse_iso_time(year + "-" + month + "-" + day + "T" + hour + ":" + minute + ":" + second + "." + fraction + zone);
  if (!time) return wrong();
  return *time;
}

}  // namespace lockstep::expression

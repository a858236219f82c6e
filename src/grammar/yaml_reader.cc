#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "grammar/yaml_builder.h"

namespace lockstep::grammar {

namespace {

/// yaml-cpp's words, and what most often lies behind them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kHints = {{
    {"illegal map value", "a ':' stands where no key can be; quote a text that holds ': '"},
    {"illegal map key", "a key stands where none can be; check the indentation"},
    {"end of map not found", "the indentation does not match any map above"},
    {"end of map flow not found", "a '{' is not closed, or a ',' is missing"},
    {"end of sequence not found", "the indentation does not match any list above"},
    {"end of sequence flow not found", "a '[' is not closed, or a ',' is missing"},
    {"illegal flow end", "a ']' or '}' without its opening"},
    {"illegal EOF in scalar", "a quote is not closed"},
    {"unknown token", "a text cannot start with this character; quote it"},
}};

struct Refused {
  Mark mark;
  std::string message;
  ErrorCode code = ErrorCode::invalid_input;
  Error error() const { return Error{code, mark.text() + ": " + message}; }
};

tl::unexpected<Refused> refuse(Mark mark, std::string message) { return tl::unexpected(Refused{std::move(mark), std::move(message)}); }

std::string_view line_at(std::string_view text, int line) {
  for (; line > 0 && !text.empty(); --line) {
    const std::size_t end = text.find('\n');
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return text.substr(0, text.find('\n'));
}

std::string explain(std::string_view text, const YAML::Exception& error) {
  const std::string_view line = line_at(text, error.mark.line);
  const std::size_t indentation = line.find_first_not_of(" \t");
  if (line.substr(0, std::min(indentation, line.size())).find('\t') != std::string_view::npos) return "a tab in the indentation: YAML allows blanks only";
  for (const auto& [said, hint] : kHints)
    if (error.msg == said) return error.msg + ": " + std::string(hint);
  return error.msg;
}

/// yaml-cpp takes some control characters for the end of the file and replaces broken UTF-8: both would drop
/// text silently.
tl::expected<void, Refused> check_bytes(std::string_view text, const std::shared_ptr<const std::string>& file) {
  Mark mark{file, 1, 1};
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') return refuse(mark, "control character " + std::to_string(c) + " in a text file");
    if (c == '\n') {
      ++mark.line;
      mark.column = 1;
    } else if ((c & 0xc0) != 0x80) {
      ++mark.column;
    }
  }
  if (!is_utf8(text)) return refuse(Mark{file, 0, 0}, "not UTF-8");
  return {};
}

tl::expected<Node, Refused> parse(std::string_view text, const std::shared_ptr<const std::string>& file) {
  if (text.size() > kFileBytesMax) return refuse(Mark{file, 0, 0}, "larger than " + std::to_string(kFileBytesMax >> 20) + " MiB");
  TRY_VOID(check_bytes(text, file));
  YamlBuilder builder(text, file);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    Node document;
    document.mark = Mark{file, 1, 1};
    if (parser.HandleNextDocument(builder)) {
      document = builder.take();
      YamlBuilder rest(text, file);
      if (parser.HandleNextDocument(rest)) return refuse(rest.take().mark, "a second document ('---'): one file is one document");
    }
    return document;
  } catch (const RefusedYaml& refused) {
    return refuse(builder.place(refused.mark), refused.what());
  } catch (const YAML::Exception& error) {
    return refuse(builder.place(error.mark), explain(text, error));
  } catch (const std::exception& error) {
    return refuse(Mark{file, 0, 0}, std::string("cannot be read: ") + error.what());
  }
}

tl::expected<Node, Refused> read(const std::string& path) {
  const auto file = std::make_shared<const std::string>(path);
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return tl::unexpected(Refused{Mark{file, 0, 0}, std::string("cannot be opened: ") + std::strerror(errno), ErrorCode::not_found});
  std::string text(kFileBytesMax + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad() || (stream.gcount() == 0 && !stream.eof())) return refuse(Mark{file, 0, 0}, "cannot be read; is it a file?");
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return parse(text, file);
}

}  // namespace

Result<Node> parse_text(std::string_view text, std::string name) {
  auto node = parse(text, std::make_shared<const std::string>(std::move(name)));
  if (!node) return tl::unexpected(node.error().error());
  return std::move(*node);
}

Result<Node> parse_file(const std::string& path) {
  auto node = read(path);
  if (!node) return tl::unexpected(node.error().error());
  return std::move(*node);
}

std::optional<Node> parse_file(const std::string& path, Findings& findings) {
  auto node = read(path);
  if (node) return std::move(*node);
  findings.push_back(Finding{Finding::Severity::error, node.error().mark, node.error().message, ""});
  return std::nullopt;
}

}  // namespace lockstep::grammar

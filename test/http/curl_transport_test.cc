// The client over libcurl against a server that keeps connections open and drops them when it likes.
#include "http/curl_transport.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "runtime/executor.h"

namespace lockstep::http {
namespace {

/// Answers the first request of each connection, and closes it without an answer once it has read the second one.
class DroppingServer {
 public:
  DroppingServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 8), 0);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    url_ = "http://127.0.0.1:" + std::to_string(::ntohs(address.sin_port)) + "/records";
    thread_ = std::thread([this] { serve(); });
  }
  ~DroppingServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  const std::string& url() const { return url_; }
  int requests() const { return requests_; }

 private:
  /// One request with its body; false: there came none.
  static bool read_request(int connection) {
    std::string text;
    char part[4096];
    for (;;) {
      const std::size_t head = text.find("\r\n\r\n"), length = text.find("Content-Length: ");
      if (head != std::string::npos && text.size() >= head + 4 + (length < head ? std::stoul(text.substr(length + 16)) : 0)) return true;
      const ssize_t read = ::recv(connection, part, sizeof part, 0);
      if (read <= 0) return false;
      text.append(part, static_cast<std::size_t>(read));
    }
  }
  void serve() {
    for (int connection; (connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0; ::close(connection)) {
      if (!read_request(connection)) continue;
      ++requests_;
      const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
      ::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
      if (read_request(connection)) ++requests_;
    }
  }

  int listener_;
  std::string url_;
  std::atomic<int> requests_{0};
  std::thread thread_;
};

Request request(const DroppingServer& server, const std::string& method) {
  Request one(method, server.url());
  one.timeout = Duration{5'000};
  if (method != "GET") one.body = R"({"name": "Blue Bakery"})";
  return one;
}

/// What became of two requests, one after the other.
std::vector<bool> answered(const DroppingServer& server, const std::string& method) {
  const auto executor = make_real_executor();
  const auto transport = make_curl_transport(*executor, CurlOptions{});
  std::vector<bool> all;
  const auto send_two = [](Transport& over, Request first, Request second, std::vector<bool>& into) -> Task<void> {
    const auto one = co_await over.send(std::move(first));
    into.push_back(one.has_value());
    const auto other = co_await over.send(std::move(second));
    into.push_back(other.has_value());
  };
  run_until_complete(*executor, send_two(*transport, request(server, method), request(server, method), all));
  return all;
}

TEST(CurlTransport, AWriteThatWasDroppedWithoutAnAnswerIsNotSentAgainByItself) {
  for (const char* method : {"POST", "PATCH", "PUT"}) {
    DroppingServer server;
    EXPECT_EQ(answered(server, method), (std::vector<bool>{true, false})) << method;
    EXPECT_EQ(server.requests(), 2) << method << ": nobody knows whether the second one was carried out";
  }
}

TEST(CurlTransport, AReadThatWasDroppedIsSentOnceMore) {
  DroppingServer server;
  EXPECT_EQ(answered(server, "GET"), (std::vector<bool>{true, true}));
  EXPECT_EQ(server.requests(), 3);
}

}  // namespace
}  // namespace lockstep::http

// The heavy unit: Beast is compiled here and nowhere else.
#include "http/server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <set>

#include "base/time.h"

namespace lockstep::http {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using tcp = asio::ip::tcp;
using Stream = beast::tcp_stream;

auto into(boost::system::error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

/// What all connections share; connections hold it, so it outlives the server.
struct Shared {
  Shared(Executor& executor_, ServerOptions options_, Handler handler_)
      : executor(executor_), options(std::move(options_)), handler(std::move(handler_)), acceptor(executor_.asio()), ended(executor_) {}
  Executor& executor;
  ServerOptions options;
  Handler handler;
  tcp::acceptor acceptor;
  Signal ended;
  std::set<Stream*> open;
  std::size_t answering = 0;
  bool stopping = false;
};

ServerRequest to_request(bhttp::request<bhttp::string_body>& message, const std::string& peer) {
  ServerRequest request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  for (const auto& field : message) request.headers.add(std::string(field.name_string()), std::string(field.value()));
  request.body = std::move(message.body());
  request.peer = peer;
  return request;
}

bhttp::response<bhttp::string_body> to_message(Response response, unsigned version, bool keep_alive, WallTime now) {
  bhttp::response<bhttp::string_body> message;
  message.version(version);
  message.result(static_cast<unsigned>(response.status));
  for (const auto& [name, value] : response.headers.all()) message.insert(name, value);
  if (!response.headers.contains("Date")) message.set(bhttp::field::date, format_http_date(now));
  message.body() = std::move(response.body);
  message.keep_alive(keep_alive);
  message.prepare_payload();
  return message;
}

Task<Response> answer(Shared& shared, ServerRequest request) {
  // A handler that throws must not take the connection's bookkeeping with it.
  bool threw = false;
  Response response;
  try {
    response = co_await shared.handler(std::move(request));
  } catch (const std::exception&) {
    threw = true;
  }
  if (threw) response = Response(500, "internal error\n");
  co_return response;
}

int status_of(const boost::system::error_code& error) {
  if (error == bhttp::error::body_limit) return 413;
  if (error == bhttp::error::header_limit) return 431;
  return 400;
}

using Parser = bhttp::request_parser<bhttp::string_body>;

/// One kind of read and one of write: each that Beast is asked for takes seconds to compile.
Task<void> read_until(bool (Parser::*is_over)() const, Stream& stream, beast::flat_buffer& buffer, Parser& parser, boost::system::error_code& error) {
  while (!error && !(parser.*is_over)()) co_await bhttp::async_read_some(stream, buffer, parser, into(error));
}

/// True when the connection can be used again.
Task<bool> serve_one(Shared& shared, Stream& stream, beast::flat_buffer& buffer, std::string peer) {
  Parser parser;
  parser.body_limit(shared.options.body_limit);
  parser.header_limit(static_cast<std::uint32_t>(shared.options.header_limit));
  boost::system::error_code error;
  stream.expires_after(shared.options.idle_timeout);
  co_await read_until(&Parser::is_header_done, stream, buffer, parser, error);
  if (!error && beast::iequals(parser.get()[bhttp::field::expect], "100-continue")) {
    bhttp::response<bhttp::string_body> go_on(bhttp::status::continue_, parser.get().version());
    co_await bhttp::async_write(stream, go_on, into(error));
  }
  parser.eager(true);
  co_await read_until(&Parser::is_done, stream, buffer, parser, error);
  if (error) {
    const bool closed = error == bhttp::error::end_of_stream || error == beast::error::timeout || error == asio::error::operation_aborted ||
                        error == asio::error::connection_reset || error == asio::error::eof;
    if (closed) co_return false;
    Response told = shared.options.refuse ? shared.options.refuse(status_of(error), error.message()) : Response(status_of(error), error.message() + "\n");
    auto refusal = to_message(std::move(told), 11, false, shared.executor.clock().wall());
    co_await bhttp::async_write(stream, refusal, into(error));
    co_return false;
  }
  const bool keep_alive = parser.get().keep_alive() && !shared.stopping;
  const unsigned version = parser.get().version();
  const bool is_head = parser.get().method() == bhttp::verb::head;
  ServerRequest request = to_request(parser.get(), peer);
  stream.expires_never();
  ++shared.answering;
  Response response = co_await answer(shared, std::move(request));
  --shared.answering;
  shared.ended.notify();
  // Status 0: the handler wants the connection cut without an answer.
  if (response.status == 0) co_return false;
  auto message = to_message(std::move(response), version, keep_alive, shared.executor.clock().wall());
  stream.expires_after(shared.options.idle_timeout);
  if (is_head) message.body().clear();  // its length stays told
  co_await bhttp::async_write(stream, message, into(error));
  co_return !error && message.keep_alive();
}

Task<void> serve(std::shared_ptr<Shared> shared, tcp::socket socket) {
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  const auto remote = socket.remote_endpoint(ignored);
  const std::string peer = ignored ? "" : remote.address().to_string() + ":" + std::to_string(remote.port());
  Stream stream(std::move(socket));
  shared->open.insert(&stream);
  beast::flat_buffer buffer;
  buffer.reserve(128u << 10);  // bodies of 70 kB are six times faster for it
  bool again = true;
  while (again) again = co_await serve_one(*shared, stream, buffer, peer);
  shared->open.erase(&stream);
  stream.socket().shutdown(tcp::socket::shutdown_both, ignored);
  stream.close();
  shared->ended.notify();
}

Task<void> accept(std::shared_ptr<Shared> shared) {
  while (!shared->stopping) {
    boost::system::error_code error;
    tcp::socket socket = co_await shared->acceptor.async_accept(into(error));
    if (error) {
      if (shared->stopping || error == asio::error::operation_aborted) co_return;
      constexpr Duration kRest{50};
      co_await shared->executor.clock().sleep(kRest);  // out of descriptors: let some close
      continue;
    }
    if (shared->open.size() >= shared->options.connection_limit) continue;
    asio::co_spawn(shared->executor.asio(), serve(shared, std::move(socket)), [](std::exception_ptr) {});
  }
}

class BeastServer final : public Server {
 public:
  explicit BeastServer(std::shared_ptr<Shared> shared) : shared_(std::move(shared)), port_(shared_->acceptor.local_endpoint().port()) {}
  ~BeastServer() override { close(); }
  std::uint16_t port() const override { return port_; }
  Task<void> stop(Duration grace) override {
    close();
    std::shared_ptr<Shared> shared = shared_;
    const Instant deadline = shared->executor.clock().now() + grace;
    while (shared->answering > 0 && shared->executor.clock().now() < deadline) co_await shared->ended.wait_until(deadline);
    for (Stream* stream : shared->open) stream->cancel();
    const Instant last = shared->executor.clock().now() + Duration{200};
    while (!shared->open.empty() && shared->executor.clock().now() < last) co_await shared->ended.wait_until(last);
  }

 private:
  void close() {
    shared_->stopping = true;
    boost::system::error_code ignored;
    shared_->acceptor.close(ignored);
  }
  std::shared_ptr<Shared> shared_;
  std::uint16_t port_;
};

}  // namespace

Result<std::unique_ptr<Server>> listen(Executor& executor, ServerOptions options, Handler handler) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(options.address == "localhost" ? "127.0.0.1" : options.address, error);
  if (error) return fail(ErrorCode::invalid_input, "'" + options.address + "' is no IP address to listen on");
  const std::string where = options.address + ":" + std::to_string(options.port);
  auto shared = std::make_shared<Shared>(executor, std::move(options), std::move(handler));
  const tcp::endpoint endpoint(address, shared->options.port);
  shared->acceptor.open(endpoint.protocol(), error);
  if (!error) shared->acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) shared->acceptor.bind(endpoint, error);
  if (!error) shared->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return fail(ErrorCode::unavailable, "cannot listen on " + where + ": " + error.message());
  asio::co_spawn(executor.asio(), accept(shared), [](std::exception_ptr) {});
  return std::unique_ptr<Server>(std::make_unique<BeastServer>(std::move(shared)));
}

}  // namespace lockstep::http

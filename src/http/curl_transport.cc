#include "http/curl_transport.h"

#include <curl/curl.h>

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "base/text.h"

namespace lockstep::http {

namespace {

namespace asio = boost::asio;
using Answer = std::function<void(Result<Response>)>;

/// One request on the curl thread; dies when its answer has been posted.
struct Transfer {
  Request request;
  Answer answer;
  Response response;
  std::size_t sent = 0;  // bytes of the body
  bool too_large = false;
  curl_slist* headers = nullptr;
  char error[CURL_ERROR_SIZE] = {};
  ~Transfer() { curl_slist_free_all(headers); }
};

/// libcurl sends a request again by itself when a connection that was open already is closed before any answer, whatever the method: a create
/// that was carried out would be made twice. It does not where it would need the body once more and cannot go back in it.
std::size_t give_body(char* into, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::size_t part = transfer.request.body.copy(into, size * count, transfer.sent);
  transfer.sent += part;
  return part;
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (transfer.response.body.size() + size * count > transfer.request.body_limit) {
    transfer.too_large = true;
    return 0;
  }
  transfer.response.body.append(data, size * count);
  return size * count;
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::string_view line(data, size * count);
  // A new status line (100 Continue, then the answer) starts the headers anew.
  if (line.starts_with("HTTP/")) transfer.response.headers = Headers{};
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos) transfer.response.headers.add(std::string(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1))));
  return size * count;
}

std::string describe(CURLcode code, const Transfer& transfer) {
  const std::string detail = transfer.error[0] ? transfer.error : curl_easy_strerror(code);
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return "no complete answer in time: " + detail;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION: return "not connected: " + detail;
    case CURLE_SEND_FAIL_REWIND: return "the answer was cut: the connection was closed before it began";
    default: return "the answer was cut: " + detail;
  }
}

class CurlTransport final : public Transport {
 public:
  CurlTransport(Executor& executor, CurlOptions options) : executor_(executor), options_(options) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    multi_ = curl_multi_init();
    curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(options.connections_per_host));
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options.connections_per_host * 8));
    thread_ = std::thread([this] { work(); });
  }

  ~CurlTransport() override {
    {
      std::scoped_lock lock(mutex_);
      stopping_ = true;
    }
    curl_multi_wakeup(multi_);
    thread_.join();
    for (auto& [handle, transfer] : running_) {
      curl_multi_remove_handle(multi_, handle);
      curl_easy_cleanup(handle);
    }
    curl_multi_cleanup(multi_);
  }

  Task<Result<Response>> send(Request request) override {
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Result<Response>)>(
        [this](auto handler, Request wanted) {
          auto shared = std::make_shared<decltype(handler)>(std::move(handler));
          auto transfer = std::make_unique<Transfer>();
          transfer->request = std::move(wanted);
          transfer->answer = [this, shared](Result<Response> result) {
            auto box = std::make_shared<Result<Response>>(std::move(result));
            executor_.post([shared, box] { std::move (*shared)(std::move(*box)); });
          };
          {
            std::scoped_lock lock(mutex_);
            queue_.push_back(std::move(transfer));
          }
          curl_multi_wakeup(multi_);
        },
        asio::use_awaitable, std::move(request));
  }

 private:
  void work() {
    for (;;) {
      std::deque<std::unique_ptr<Transfer>> fresh;
      {
        std::scoped_lock lock(mutex_);
        if (stopping_) return;
        fresh.swap(queue_);
      }
      for (auto& transfer : fresh) start(std::move(transfer));
      int still_running = 0;
      curl_multi_perform(multi_, &still_running);
      collect();
      curl_multi_poll(multi_, nullptr, 0, 1000, nullptr);
    }
  }

  void start(std::unique_ptr<Transfer> transfer) {
    CURL* handle = curl_easy_init();
    const Request& request = transfer->request;
    const auto set = [&](CURLoption option, auto value) { curl_easy_setopt(handle, option, value); };
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_TCP_NODELAY, 1L);
    set(CURLOPT_ACCEPT_ENCODING, "");
    set(CURLOPT_PATH_AS_IS, 1L);
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min<std::int64_t>(request.timeout.count(), 10'000)));
    set(CURLOPT_ERRORBUFFER, transfer->error);
    set(CURLOPT_WRITEFUNCTION, on_body);
    set(CURLOPT_WRITEDATA, transfer.get());
    set(CURLOPT_HEADERFUNCTION, on_header);
    set(CURLOPT_HEADERDATA, transfer.get());
    if (!options_.verify_tls) {
      set(CURLOPT_SSL_VERIFYPEER, 0L);
      set(CURLOPT_SSL_VERIFYHOST, 0L);
    }
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    if (request.method == "HEAD") set(CURLOPT_NOBODY, 1L);
    if (!request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH") {
      set(CURLOPT_POST, 1L);
      set(CURLOPT_READFUNCTION, give_body);
      set(CURLOPT_READDATA, transfer.get());
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    }
    // No "Expect: 100-continue" round trip, and no form type for what is none.
    transfer->headers = curl_slist_append(nullptr, "Expect:");
    if (!request.headers.contains("Content-Type")) transfer->headers = curl_slist_append(transfer->headers, "Content-Type:");
    for (const auto& [name, value] : request.headers.all())
      transfer->headers = curl_slist_append(transfer->headers, (value.empty() ? name + ";" : name + ": " + value).c_str());
    set(CURLOPT_HTTPHEADER, transfer->headers);
    curl_multi_add_handle(multi_, handle);
    running_[handle] = std::move(transfer);
  }

  void collect() {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* handle = message->easy_handle;
      const CURLcode code = message->data.result;
      auto found = running_.find(handle);
      std::unique_ptr<Transfer> transfer = std::move(found->second);
      running_.erase(found);
      long status = 0;
      curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
      curl_multi_remove_handle(multi_, handle);
      curl_easy_cleanup(handle);
      if (code == CURLE_OK) {
        transfer->response.status = static_cast<int>(status);
        transfer->answer(std::move(transfer->response));
      } else if (transfer->too_large) {
        transfer->answer(fail(ErrorCode::unavailable, "the answer is larger than " + std::to_string(transfer->request.body_limit) + " bytes"));
      } else {
        transfer->answer(fail(ErrorCode::unavailable, describe(code, *transfer)));
      }
    }
  }

  Executor& executor_;
  CurlOptions options_;
  CURLM* multi_ = nullptr;
  std::mutex mutex_;
  std::deque<std::unique_ptr<Transfer>> queue_;
  bool stopping_ = false;
  std::map<CURL*, std::unique_ptr<Transfer>> running_;  // curl thread only
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Transport> make_curl_transport(Executor& executor, CurlOptions options) { return std::make_unique<CurlTransport>(executor, options); }

}  // namespace lockstep::http

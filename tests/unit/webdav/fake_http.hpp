// A server in memory that answers what it is told to, and remembers what it was asked.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "net/http.hpp"

namespace sm::test {

class FakeHttp final : public net::HttpClient {
 public:
  struct Asked {
    net::Method method;
    std::string url;
    std::vector<net::Field> fields;
    std::string body;
    bool credentials;
    bool named;
  };
  // `answer` gives the answer to a request, whose body goes where a client would put it.
  explicit FakeHttp(std::function<Result<net::Response>(const Asked&)> answer) : answer_(std::move(answer)) {}

  std::vector<Asked> asked;

  void start(net::Request request, net::HttpCallback done) override {
    open_.emplace_back(std::move(request), std::move(done));
  }
  std::size_t open() const override { return open_.size(); }
  void add_descriptors(std::vector<pollfd>&) override {}
  int timeout() const override { return open_.empty() ? -1 : 0; }
  void process(std::span<const pollfd>) override {
    for (std::size_t count = open_.size(); count > 0; --count) {
      auto [request, done] = std::move(open_.front());
      open_.pop_front();
      asked.push_back({request.method, request.url.text(), request.fields, std::string(request.body),
                       request.credentials != nullptr, request.named});
      auto response = answer_(asked.back());
      if (response) {
        response->url = request.url;
        if (response->succeeded() && response->body.size() > request.max_body) {
          response = fail(ErrorKind::data, "net.too-long", "too long");
        } else if (response->succeeded() && request.to) {
          if (auto written = request.to->write(response->body); !written)
            response = Unexpected{std::move(written).error()};
          else
            response->body.clear();
        }
      }
      done(std::move(response));
    }
  }

 private:
  std::function<Result<net::Response>(const Asked&)> answer_;
  std::deque<std::pair<net::Request, net::HttpCallback>> open_;
};

inline net::Response answer(int status, std::string body = {}) {
  return {.status = status, .fields = {}, .body = std::move(body), .url = {}};
}

}  // namespace sm::test

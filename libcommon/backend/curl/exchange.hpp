// One exchange on libcurl: its options, what the library calls while it works, and what came of it.
#pragma once

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "backend/curl/client.hpp"
#include "base/handle.hpp"
#include "net/address.hpp"

namespace sm::curl {

using List = Handle<curl_slist, curl_slist_free_all>;

class Exchange {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Exchange(net::Request what, net::HttpCallback callback) : request(std::move(what)), done(std::move(callback)) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // The next hop, to be called before the look-up: what must be known of the URL alone. Errors: net.bad-url,
  // net.private-address.
  Result<void> check(const Settings& settings);
  // Whether our own resolver has to be asked for the host.
  bool needs_look_up(const Settings& settings) const;
  // Makes the handle, which the caller gives to the library. `addresses` of the look-up, if there was one.
  void begin(const Settings& settings, const std::vector<net::Address>& addresses);
  CURL* handle() const { return easy_.get(); }
  // What came of it, once the library is done with the handle. Throws what was thrown meanwhile.
  Result<net::Response> end(CURLcode code);

  net::Request request;
  net::HttpCallback done;
  Time deadline;
  int redirects = 0;

 private:
  bool is_proxied(const Settings& settings) const;
  void set_method();
  void set_fields();
  void set_trust(const Settings& settings);
  void set_way(const Settings& settings, const std::vector<net::Address>& addresses);
  void set_credentials();
  void set_callbacks();
  void take_certificates();
  Unexpected failure(CURLcode code) const;
  Unexpected private_address() const;

  // What libcurl calls. 0 stops it; `error_` says why.
  std::size_t take_field(std::string_view line);
  std::size_t take_body(std::string_view bytes);
  std::size_t stop(Unexpected failure);
  template <std::size_t (Exchange::*Take)(std::string_view)>
  static std::size_t take(char* bytes, std::size_t size, std::size_t count, void* self);
  static CURLcode narrow(CURL*, void* context, void* self);
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);

  net::Response response_;
  std::size_t field_bytes_ = 0;
  std::size_t body_bytes_ = 0;
  bool in_body_ = false;
  bool enough_ = false;  // of the body of an error
  CertificateRule rule_ = nullptr;
  bool may_be_private_ = false;
  bool was_private_ = false;  // an address was refused
  std::optional<Error> error_;
  std::exception_ptr thrown_;
  std::array<char, CURL_ERROR_SIZE> words_{};
  List fields_;
  List resolved_;
  Handle<CURL, curl_easy_cleanup> easy_;  // last: it points to all of the above
};

}  // namespace sm::curl

// HTTP (RFC 9110) as our programs need it: the port through which servers are asked.
//
// A program with one thread drives many exchanges, and other things, in one loop (base/pollable.hpp):
//
//   client.start({.url = *url}, [&](Result<Response> response) { … });  // may start() further exchanges
//
// One that has nothing else to do calls run(), or fetch() for a single exchange.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/pollable.hpp"
#include "base/result.hpp"
#include "io/stream.hpp"
#include "net/netrc.hpp"
#include "net/url.hpp"

namespace sm::net {

enum class Method { get, head, post, put, remove, propfind };  // remove is DELETE; PROPFIND is RFC 4918's
std::string_view name_of(Method method);                       // "GET"

struct Field {
  std::string name;
  std::string value;
};

struct Request {
  Method method = Method::get;
  Url url;                    // https; its user does nothing
  std::vector<Field> fields;  // besides Host, User-Agent, Content-Length, Authorization
  std::string_view body;      // of POST, PUT and PROPFIND; must live until the exchange has ended
  // Sent with the request, by Basic (RFC 7617), once the server's certificate has verified; never on to where a
  // redirect leads. Must live until the exchange has ended.
  const Credentials* credentials = nullptr;
  Sink* to = nullptr;              // gets the body of a 2xx, and must live as long; nullptr: Response::body does
  std::size_t max_body = 1 << 20;  // bytes of it
  std::chrono::milliseconds timeout{60'000};  // for all of it: look-up, redirects, the last byte
  std::chrono::seconds stall{20};             // in which no byte has come or gone
  // The user named this host: it may be on a private or loopback address. Not so where a redirect leads.
  bool named = false;
  bool certificates = false;  // Response::certificates is wanted
  // Whether a GET or HEAD that is answered by a redirect goes on to `to`; at most redirect_limit times. Empty: never,
  // and the redirect is the answer.
  std::function<bool(const Url& from, const Url& to)> may_follow;
};
inline constexpr int redirect_limit = 2;

struct Response {
  int status = 0;             // 200 to 599
  std::vector<Field> fields;  // in their order; values without white space around them
  // Of a 2xx that goes to no Sink; of any other status what it begins with, at most error_body_limit bytes.
  std::string body;
  Url url;  // that answered
  // DER, as the server sent them, its own first; if Request::certificates asked, and the connection is a new one.
  std::vector<std::string> certificates;
  std::chrono::milliseconds elapsed{};  // from its turn to the last byte, without the look-up by our own resolver

  bool succeeded() const { return status >= 200 && status < 300; }
  // The first field of this name, in any case of letters; empty if there is none.
  std::string_view field(std::string_view name) const;
  // One line of the header section (RFC 9112 §2.1, §5), with or without its end. A status line begins a new section:
  // what was there is of an interim answer. Lines that are no field, and those folded (§5.2), are dropped.
  void take_line(std::string_view line);
  // The type in the first Content-Type field, in small letters and without its parameters; empty if there is none.
  std::string media_type() const;
  // Where a redirect leads; nullopt if this is none that says so.
  std::optional<Url> redirect() const;
};
inline constexpr std::size_t error_body_limit = 64 * 1024;
inline constexpr std::size_t fields_limit = 64 * 1024;  // bytes of all header sections of an exchange together

// Errors of an exchange: net.resolve, net.unreachable, net.broken, net.timeout, net.certificate, net.tls, net.proxy,
// net.protocol (temporary: what is in between may be gone later); net.private-address (unavailable); net.too-long,
// net.encoding (data: a body, or header, over its limit; one with a Content-Encoding, for none is ever asked for);
// those of the Sink.
using HttpCallback = std::function<void(Result<Response> response)>;

// TLS of version 1.2 at least, certificates always verified, no cookies, no cache, a User-Agent that says nothing of
// the user. Not for several threads.
class HttpClient : public Pollable {
 public:
  virtual ~HttpClient() = default;  // exchanges still open are dropped, without a call back

  // Takes the request; so many are sent at a time (a setting of the backend), others wait. `done` is called once, from
  // process(), never from start().
  virtual void start(Request request, HttpCallback done) = 0;
};

// One exchange, waited for. Other open ones are driven meanwhile.
Result<Response> fetch(HttpClient& client, Request request);

// What a status that is not 2xx means to a program: unavailable (the server says no for good) or temporary (408, 423,
// 425, 429, 5xx but 501 and 505). Code net.refused, or for some net.unauthorized (401, 407), net.forbidden (403),
// net.absent (404, 410), net.redirect (3xx), net.unsupported (405, 501). Names the URL and what the server says of when
// to try again.
Unexpected refusal(const Response& response);

}  // namespace sm::net

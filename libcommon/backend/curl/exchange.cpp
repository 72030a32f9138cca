#include "backend/curl/exchange.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <stdexcept>

#include "text/ascii.hpp"
#include "text/base64.hpp"

namespace sm::curl {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds connect_timeout{15'000};
constexpr const char* user_agent = "smtools";
constexpr long hostname_mismatch = 62;  // X509_V_ERR_HOSTNAME_MISMATCH, which libcurl hands on

void append(List& list, const std::string& text) {
  curl_slist* const longer = curl_slist_append(list.get(), text.c_str());
  if (!longer) throw std::bad_alloc();
  static_cast<void>(list.release());
  list.reset(longer);
}

template <class Value>
void set(const Handle<CURL, curl_easy_cleanup>& easy, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(easy.get(), option, value);
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  // What this libcurl was built without: nothing may go on as if it were set.
  if (code != CURLE_OK) throw std::runtime_error(std::string("libcurl: ") + curl_easy_strerror(code));
}

bool has_body(net::Method method) {
  return method == net::Method::post || method == net::Method::put || method == net::Method::propfind;
}

std::optional<net::Address> address_of(const curl_sockaddr& from) {
  net::Address address;
  if (from.family == AF_INET && from.addrlen >= sizeof(sockaddr_in)) {
    sockaddr_in v4;
    std::memcpy(&v4, &from.addr, sizeof v4);
    std::memcpy(address.octets.data(), &v4.sin_addr, sizeof v4.sin_addr);
    return address;
  }
  if (from.family == AF_INET6 && from.addrlen >= sizeof(sockaddr_in6)) {
    // Longer than the member it stands in: libcurl allots what it needs.
    sockaddr_in6 v6;
    std::memcpy(&v6, static_cast<const void*>(&from.addr), sizeof v6);
    address.family = net::Address::Family::v6;
    std::memcpy(address.octets.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
    return address;
  }
  return std::nullopt;
}

// Names that lead to this machine whatever the DNS says (RFC 6761 §6.3).
bool is_localhost(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost");
}

struct Meaning {
  CURLcode code;
  std::string_view name;
  std::string_view words;
};

constexpr Meaning meanings[] = {
    {CURLE_COULDNT_RESOLVE_HOST, "net.resolve", "its host can't be looked up"},
    {CURLE_COULDNT_CONNECT, "net.unreachable", "no connection"},
    {CURLE_OPERATION_TIMEDOUT, "net.timeout", "not done in time"},
    {CURLE_PEER_FAILED_VERIFICATION, "net.certificate", "the server's certificate does not verify"},
    {CURLE_SSL_ISSUER_ERROR, "net.certificate", "the server's certificate does not verify"},
    {CURLE_SSL_CONNECT_ERROR, "net.tls", "TLS fails"},
    {CURLE_SSL_CIPHER, "net.tls", "TLS fails"},
    {CURLE_SSL_CERTPROBLEM, "net.tls", "TLS fails"},
    {CURLE_COULDNT_RESOLVE_PROXY, "net.proxy", "the proxy can't be looked up"},
    {CURLE_PROXY, "net.proxy", "the proxy refuses"},
    {CURLE_SEND_ERROR, "net.broken", "the connection broke"},
    {CURLE_RECV_ERROR, "net.broken", "the connection broke"},
    {CURLE_GOT_NOTHING, "net.broken", "the connection was closed without an answer"},
    {CURLE_PARTIAL_FILE, "net.broken", "the connection broke"},
    {CURLE_HTTP2, "net.broken", "the connection broke"},
    {CURLE_HTTP2_STREAM, "net.broken", "the connection broke"},
};

}  // namespace

bool Exchange::is_proxied(const Settings& settings) const {
  return settings.proxy && settings.proxy->serves(request.url.host);
}

Unexpected Exchange::private_address() const {
  return fail(ErrorKind::unavailable, "net.private-address",
              request.url.text() + ": its host is on a private, loopback or link-local address",
              "--allow-private asks it all the same");
}

Result<void> Exchange::check(const Settings& settings) {
  if (request.url.scheme != "https")
    return fail(ErrorKind::usage, "net.bad-url", request.url.text() + " is not https, and not asked for");
  may_be_private_ = request.named || settings.allow_private;
  if (may_be_private_) return {};
  const auto literal = net::parse_address(request.url.host);
  if (literal ? !net::is_public(*literal) : is_localhost(request.url.host)) return private_address();
  return {};
}

bool Exchange::needs_look_up(const Settings& settings) const {
  return settings.resolver && !is_proxied(settings) && !net::parse_address(request.url.host) &&
         !is_localhost(request.url.host);
}

// ---- before

void Exchange::begin(const Settings& settings, const std::vector<net::Address>& addresses) {
  response_ = {};
  response_.url = request.url;
  in_body_ = false;
  fields_.reset();
  resolved_.reset();
  easy_.reset(curl_easy_init());
  if (!easy_) throw std::bad_alloc();
  set(easy_, CURLOPT_PRIVATE, this);
  set(easy_, CURLOPT_ERRORBUFFER, words_.data());
  set(easy_, CURLOPT_NOSIGNAL, 1L);
  set(easy_, CURLOPT_PROTOCOLS_STR, "https");
  set(easy_, CURLOPT_URL, request.url.text().c_str());
  set(easy_, CURLOPT_PATH_AS_IS, 1L);
  set(easy_, CURLOPT_USERAGENT, user_agent);
  const auto rest =
      std::max(milliseconds(1), std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now()));
  set(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(rest.count()));
  set(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(rest, connect_timeout).count()));
  set(easy_, CURLOPT_LOW_SPEED_LIMIT, 1L);  // bytes a second
  set(easy_, CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.stall.count()));
  set_method();
  set_fields();
  set_trust(settings);
  set_way(settings, addresses);
  set_credentials();
  set_callbacks();
}

void Exchange::set_method() {
  if (has_body(request.method)) {
    // Not copied. CUSTOMREQUEST turns what is otherwise a POST into the others.
    set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(easy_, CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
  } else if (request.method == net::Method::head) {
    set(easy_, CURLOPT_NOBODY, 1L);
  } else {
    set(easy_, CURLOPT_HTTPGET, 1L);
  }
  if (request.method == net::Method::put || request.method == net::Method::propfind ||
      request.method == net::Method::remove) {
    set(easy_, CURLOPT_CUSTOMREQUEST, std::string(name_of(request.method)).c_str());
  }
}

void Exchange::set_fields() {
  bool typed = false;
  for (const net::Field& field : request.fields) {
    if ((field.name + field.value).find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
      throw std::logic_error("a line end in a header field");
    append(fields_, field.name + ": " + field.value);
    typed = typed || equal_ignoring_case(field.name, "Content-Type");
  }
  append(fields_, "Expect:");  // no waiting for 100
  if (has_body(request.method) && !typed) append(fields_, "Content-Type:");
  set(easy_, CURLOPT_HTTPHEADER, fields_.get());
}

void Exchange::set_trust(const Settings& settings) {
  set(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(easy_, CURLOPT_PROXY_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (request.certificates) set(easy_, CURLOPT_CERTINFO, 1L);
  rule_ = settings.rule;
  if (rule_) {
    set(easy_, CURLOPT_SSL_CTX_FUNCTION, &Exchange::narrow);
    set(easy_, CURLOPT_SSL_CTX_DATA, this);
  }
  if (settings.ca_file.empty()) return;
  // The directories are reset, or the system's would be trusted besides.
  set(easy_, CURLOPT_CAINFO, settings.ca_file.c_str());
  set(easy_, CURLOPT_CAPATH, static_cast<char*>(nullptr));
  set(easy_, CURLOPT_PROXY_CAINFO, settings.ca_file.c_str());
  set(easy_, CURLOPT_PROXY_CAPATH, static_cast<char*>(nullptr));
}

void Exchange::set_way(const Settings& settings, const std::vector<net::Address>& addresses) {
  const bool proxied = is_proxied(settings);
  // Both are set in any case: the environment is not asked then.
  set(easy_, CURLOPT_PROXY, proxied ? settings.proxy->text().c_str() : "");
  set(easy_, CURLOPT_NOPROXY, "");
  set(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  // The user named the proxy; where it goes from there can't be seen from here.
  may_be_private_ = may_be_private_ || proxied;
  const long version = settings.version == Settings::Version::v4   ? CURL_IPRESOLVE_V4
                       : settings.version == Settings::Version::v6 ? CURL_IPRESOLVE_V6
                                                                   : CURL_IPRESOLVE_WHATEVER;
  set(easy_, CURLOPT_IPRESOLVE, version);
  set(easy_, CURLOPT_OPENSOCKETFUNCTION, &Exchange::open_socket);
  set(easy_, CURLOPT_OPENSOCKETDATA, this);
  if (addresses.empty()) return;
  std::string list = request.url.host + ':' + std::to_string(request.url.port);
  for (const net::Address& address : addresses) {
    const bool v6 = address.family == net::Address::Family::v6;
    list += (&address == &addresses.front() ? ':' : ',') + (v6 ? '[' + text_of(address) + ']' : text_of(address));
  }
  append(resolved_, list);
  set(easy_, CURLOPT_RESOLVE, resolved_.get());
}

void Exchange::set_credentials() {
  if (!request.credentials) return;
  set(easy_, CURLOPT_HTTPAUTH, static_cast<unsigned long>(CURLAUTH_BASIC));
  set(easy_, CURLOPT_USERNAME, request.credentials->user.c_str());
  const std::string_view password = request.credentials->password.view();
  Secret text(password.size() + 1);  // zeroed: it ends the string
  password.copy(text.data(), password.size());
  set(easy_, CURLOPT_PASSWORD, text.data());
}

void Exchange::set_callbacks() {
  set(easy_, CURLOPT_HEADERFUNCTION, &Exchange::take<&Exchange::take_field>);
  set(easy_, CURLOPT_HEADERDATA, this);
  set(easy_, CURLOPT_WRITEFUNCTION, &Exchange::take<&Exchange::take_body>);
  set(easy_, CURLOPT_WRITEDATA, this);
}

// ---- while

std::size_t Exchange::stop(Unexpected failure) {
  if (!error_) error_ = std::move(failure.error);
  return 0;
}

template <std::size_t (Exchange::*Take)(std::string_view)>
std::size_t Exchange::take(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto* const exchange = static_cast<Exchange*>(self);
  try {
    return (exchange->*Take)({bytes, size * count});
  } catch (...) {
    exchange->thrown_ = std::current_exception();
    return 0;
  }
}

std::size_t Exchange::take_field(std::string_view line) {
  if (in_body_) return line.size();  // a trailer
  field_bytes_ += line.size();
  if (field_bytes_ > net::fields_limit)
    return stop(fail(ErrorKind::data, "net.too-long", request.url.text() + ": the header of the answer is too long"));
  response_.take_line(line);
  return line.size();
}

std::size_t Exchange::take_body(std::string_view bytes) {
  if (!in_body_) {
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<int>(status);
    in_body_ = true;
  }
  if (!response_.succeeded()) {
    response_.body.append(bytes.substr(0, net::error_body_limit - response_.body.size()));
    enough_ = response_.body.size() == net::error_body_limit;
    return enough_ ? 0 : bytes.size();
  }
  const std::string_view encoding = response_.field("Content-Encoding");
  if (!encoding.empty() && !equal_ignoring_case(encoding, "identity")) {
    return stop(fail(
        ErrorKind::data, "net.encoding",
        request.url.text() + ": the answer is in the encoding " + std::string(encoding) + ", which was not asked for"));
  }
  body_bytes_ += bytes.size();
  // What is announced need not be waited for.
  curl_off_t announced = -1;
  curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
  if (body_bytes_ > request.max_body || announced > static_cast<curl_off_t>(request.max_body)) {
    return stop(fail(ErrorKind::data, "net.too-long",
                     request.url.text() + ": an answer of more than " + std::to_string(request.max_body) + " bytes"));
  }
  if (!request.to) {
    response_.body.append(bytes);
  } else if (auto written = request.to->write(bytes); !written) {
    return stop(Unexpected{std::move(written).error()});
  }
  return bytes.size();
}

CURLcode Exchange::narrow(CURL*, void* context, void* self) {
  const auto* const exchange = static_cast<Exchange*>(self);
  return exchange->rule_(context, exchange->request.url.host) ? CURLE_OK : CURLE_ABORTED_BY_CALLBACK;
}

curl_socket_t Exchange::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto* const exchange = static_cast<Exchange*>(self);
  if (!exchange->may_be_private_) {
    const auto to = address_of(*address);
    if (!to || !is_public(*to)) {
      exchange->was_private_ = true;
      return CURL_SOCKET_BAD;
    }
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// ---- after

Unexpected Exchange::failure(CURLcode code) const {
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (error_) return Unexpected{*error_};
  if (code == CURLE_COULDNT_CONNECT && was_private_) return private_address();
  if (code == CURLE_SSL_CACERT_BADFILE)
    return fail(ErrorKind::no_input, "net.cafile", "the file of certificate authorities can't be used");
  long verified = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_SSL_VERIFYRESULT, &verified);
  if (rule_ && code == CURLE_PEER_FAILED_VERIFICATION && verified == hostname_mismatch)
    return fail(ErrorKind::temporary, "net.certificate",
                request.url.origin() + ": none of the DNS names in the server's certificate is " + request.url.host,
                "the name has to stand in its subjectAltName; a common name does not count");
  long connected = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_CONNECTCODE, &connected);
  const auto* meaning = std::ranges::find(meanings, code, &Meaning::code);
  if (connected >= 300) meaning = std::ranges::find(meanings, CURLE_PROXY, &Meaning::code);
  const bool known = meaning != std::end(meanings);
  const std::string_view name = known ? meaning->name : "net.protocol";
  const std::string_view words = known ? meaning->words : "the answer is no HTTP that can be read";
  std::string message = request.url.origin() + ": " + std::string(words);
  const std::string_view detail = words_.data();
  if (!detail.empty()) message.append(" (").append(detail).append(")");
  return fail(ErrorKind::temporary, name, std::move(message),
              name == "net.certificate" ? "--cafile names the authorities to trust, if it is your own server" : "");
}

// The library gives them as text, field by field, and each whole in PEM.
void Exchange::take_certificates() {
  constexpr std::string_view name = "Cert:";
  constexpr std::string_view begin = "-----BEGIN CERTIFICATE-----";
  constexpr std::string_view end = "-----END CERTIFICATE-----";
  const curl_certinfo* all = nullptr;
  if (curl_easy_getinfo(easy_.get(), CURLINFO_CERTINFO, &all) != CURLE_OK || !all) return;
  for (int i = 0; i < all->num_of_certs; ++i) {
    for (const curl_slist* at = all->certinfo[i]; at; at = at->next) {
      std::string_view text = at->data;
      if (!text.starts_with(name)) continue;
      const std::size_t from = text.find(begin);
      const std::size_t to = text.find(end);
      if (from == std::string_view::npos || to == std::string_view::npos || to < from) continue;
      std::string& der = response_.certificates.emplace_back();
      Base64Decoder decoder;
      decoder.put(text.substr(from + begin.size(), to - from - begin.size()), der);
      decoder.finish(der);
    }
  }
}

Result<net::Response> Exchange::end(CURLcode code) {
  if (thrown_) std::rethrow_exception(thrown_);
  if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && enough_)) return failure(code);
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  // A connection that was kept may have been made for a request that allowed more.
  const char* peer = nullptr;
  curl_easy_getinfo(easy_.get(), CURLINFO_PRIMARY_IP, &peer);
  const auto address = peer ? net::parse_address(peer) : std::nullopt;
  if (!may_be_private_ && address && !is_public(*address)) return private_address();
  if (status < 200 || status > 599) {
    return fail(ErrorKind::temporary, "net.protocol",
                request.url.origin() + ": the server answered with the status " + std::to_string(status));
  }
  if (request.certificates) take_certificates();
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_TOTAL_TIME_T, &microseconds);
  response_.elapsed = milliseconds(microseconds / 1000);
  return std::move(response_);
}

}  // namespace sm::curl

#include "wkd/check.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "text/ascii.hpp"
#include "wkd/certificates.hpp"
#include "wkd/discovery.hpp"
#include "wkd/lower_case.hpp"
#include "wkd/policy.hpp"

namespace sm::wkd {
namespace {

using net::Response;
using net::Url;
using report::Finding;
using report::Severity;

// Of draft-koch-openpgp-webkey-service.
constexpr std::string_view discovery_clause = "WKD §3.1";
constexpr std::string_view policy_clause = "WKD §4.5";

constexpr std::string_view server_advice = "as examples/nginx/wkd.conf and examples/apache/wkd.conf do";

bool is_absent(const Response& response) {
  return response.status == 404 || response.status == 410;
}

class Check {
 public:
  Check(const CheckPorts& ports, const Address& address, const CheckOptions& options)
      : ports_(ports),
        address_(address),
        options_(options),
        subject_(address.local.empty() ? address.domain : address.text()) {}

  CheckReport run() {
    if (choose_method()) ask();
    report_.verdict = verdict();
    return std::move(report_);
  }

 private:
  Finding& add(Severity severity, std::string_view code, std::string_view clause, std::string message,
               std::string_view advice = {}) {
    report_.findings.push_back({.severity = severity,
                                .code = std::string(code),
                                .clause = std::string(clause),
                                .subject = subject_,
                                .message = std::move(message),
                                .advice = std::string(severity == Severity::ok ? std::string_view() : advice),
                                .detail = {}});
    faulty_ = faulty_ || severity == Severity::error;
    return report_.findings.back();
  }
  // One rule, which holds or does not.
  void rule(bool holds, Severity severity, std::string_view code, std::string_view clause, std::string_view good,
            std::string_view bad, std::string_view advice) {
    add(holds ? Severity::ok : severity, code, clause, std::string(holds ? good : bad), advice);
  }
  // Nothing is proven by it.
  void not_tested(std::string_view code, std::string message, std::string_view advice, std::string detail) {
    const bool before = std::exchange(faulty_, false);
    Finding& finding = add(Severity::error, code, discovery_clause, std::move(message), advice);
    finding.detail = std::move(detail);
    faulty_ = before;
    untested_ = true;
  }

  Verdict verdict() const {
    if (faulty_) return Verdict::faulty;
    if (untested_) return Verdict::not_tested;
    return absent_ ? Verdict::absent : Verdict::good;
  }

  std::string host() const { return host_of(report_.method, address_.domain); }

  // ---- the DNS

  bool choose_method() {
    std::vector<net::Address> addresses;
    if (options_.method) {
      report_.method = *options_.method;
    } else if (options_.ask_dns) {
      auto found = discover(ports_.resolver, address_.domain, options_.timeout);
      if (!found) {
        not_tested("wkd.dns", "whether the host openpgpkey exists can't be found out",
                   "mend the name servers of the domain: nobody can choose a method", found.error().message);
        return false;
      }
      report_.method = found->method;
      addresses = std::move(found->addresses);
      add(Severity::ok, "wkd.method", discovery_clause,
          std::string(name_of(report_.method)) + " method: " + host_of(Method::advanced, address_.domain) +
              (report_.method == Method::advanced ? " exists" : " does not exist"));
      if (!found->is_there) {
        absent_ = true;
        add(Severity::info, "wkd.absent", discovery_clause, "the domain has no web server, and so no directory");
        return false;
      }
    }
    const bool is_private =
        std::ranges::any_of(addresses, [](const net::Address& address) { return !net::is_public(address); });
    if (is_private && !options_.allow_private) {
      add(Severity::error, "wkd.private-address", discovery_clause,
          host() + " is on a private, loopback or link-local address",
          "give it a public address: from elsewhere it can't be asked, and programs refuse to");
    }
    return true;
  }

  // ---- the server

  struct Exchange {
    std::optional<Response> response;  // none: told already
    bool redirected = false;
  };

  Exchange exchange(net::Method method, const Url& url, std::size_t max_body) {
    Exchange result;
    net::Request request{.method = method, .url = url};
    request.max_body = max_body;
    request.timeout = options_.timeout;
    request.named = true;
    request.may_follow = [&result](const Url& from, const Url& to) {
      const bool follows = may_follow(from, to);
      result.redirected = result.redirected || follows;
      return follows;
    };
    auto response = net::fetch(ports_.client, std::move(request));
    if (!response) {
      transport(response.error(), url, max_body);
      return result;
    }
    const bool redirect = response->status >= 300 && response->status < 400;
    if (redirect && !told_redirect_) bad_redirect(*response, result.redirected);
    if (result.redirected && !redirect && !told_redirect_) {
      told_redirect_ = true;
      add(Severity::warning, "wkd.redirect", discovery_clause, "it is redirected, and not all programs follow",
          "answer at the URL itself")
          .detail = "to " + response->url.text();
    }
    if (!redirect) result.response = *std::move(response);
    return result;
  }

  void bad_redirect(const Response& response, bool followed) {
    told_redirect_ = true;
    const std::string location(response.field("Location"));
    const auto to = response.redirect();
    const bool too_many = followed && to && may_follow(response.url, *to);
    const std::string message = location.empty() ? "a redirect that leads nowhere"
                                : too_many       ? "more than two redirects, one after the other"
                                : !to || to->scheme != "https"
                                    ? "a redirect to something else than https"
                                    : "a redirect to another host, where the domain has no say";
    add(Severity::error, too_many ? "wkd.redirect-limit" : "wkd.redirect-elsewhere", discovery_clause, message,
        "answer at the URL itself; a host may redirect to itself, to its openpgpkey sub-domain and back")
        .detail = "to " + location;
  }

  // The exchange came to no answer.
  void transport(const Error& error, const Url& url, std::size_t max_body) {
    broken_ = true;
    const bool advanced = report_.method == Method::advanced;
    const std::string_view fallback =
        advanced ? "make it work, or take its name out of the DNS: while it exists nobody tries the direct method"
                 : "make the web server of the domain answer by https";
    const auto seen = [&](std::string_view code, std::string message, std::string_view advice) {
      Finding& finding = add(Severity::error, code, discovery_clause, std::move(message), advice);
      finding.detail = error.message;
    };
    if (error.code == "net.certificate") {
      seen("wkd.tls-certificate",
           "the certificate of the web server does not verify: it is expired, or of another name, or of an unknown "
           "authority",
           "get one for " + host());
    } else if (error.code == "net.tls") {
      seen("wkd.tls", "no TLS from version 1.2 on at " + host(), fallback);
    } else if (error.code == "net.too-long") {
      broken_ = false;
      seen(
          "wkd.too-long",
          "an answer of more than " + std::to_string(max_body / 1024) + " KiB, or a header without an end: " + url.path,
          "leave out what nobody needs: other user IDs, certifications by others");
    } else if (error.code == "net.encoding") {
      broken_ = false;
      seen("wkd.encoding", "a Content-Encoding that was not asked for", server_advice);
    } else if (error.code == "net.timeout") {
      not_tested("wkd.slow", host() + " does not answer in time", fallback, error.message);
    } else {
      not_tested(advanced ? "wkd.broken" : "wkd.unreachable",
                 advanced ? host() + " exists, and can't be asked" : host() + " can't be asked", fallback,
                 error.message);
    }
  }

  void bad_status(const Response& response, std::string_view what) {
    add(Severity::error, "wkd.status", discovery_clause,
        "the server answers " + std::to_string(response.status) + " where the " + std::string(what) + " should be",
        "it is 200 where there is something, and 404 where there is nothing");
  }

  void ask() {
    const bool has_policy = policy();
    if (broken_) return;
    const bool has_key = !address_.local.empty() && key();
    if (broken_) return;
    if (has_policy) {
      absent_ = !address_.local.empty() && !has_key;
      return;
    }
    if (no_policy_ && (has_key || report_.method == Method::advanced)) {
      add(Severity::error, "wkd.no-policy", policy_clause, "there is no policy file",
          "put an empty file named policy beside the folder hu");
    } else if (no_policy_) {
      absent_ = true;
      add(Severity::info, "wkd.absent", discovery_clause, "the domain has no directory");
    }
  }

  // Whether there is one.
  bool policy() {
    const Exchange got = exchange(net::Method::get, policy_url(report_.method, address_.domain), max_policy);
    if (!got.response) return false;
    no_policy_ = is_absent(*got.response);
    if (no_policy_) return false;
    if (got.response->status != 200) {
      bad_status(*got.response, "policy file");
      return false;
    }
    const Policy policy = parse_policy(got.response->body);
    add(Severity::ok, "wkd.no-policy", policy_clause, "there is a policy file");
    for (const Policy::Remark& remark : policy.remarks) {
      add(Severity::warning, "wkd.policy-syntax", policy_clause,
          "line " + std::to_string(remark.line) + " of the policy file: " + remark.text, "an empty file will do");
    }
    return true;
  }

  // Whether the directory has something at the address's place.
  bool key() {
    const Url url = key_url(report_.method, address_);
    const Exchange got = exchange(net::Method::get, url, limits::network_certificate);
    if (!got.response) return false;
    if (is_absent(*got.response)) {
      misplaced(url);
      return false;
    }
    if (got.response->status != 200) {
      bad_status(*got.response, "certificate");
      return false;
    }
    fields(*got.response);
    content(got.response->body);
    head(url);
    return true;
  }

  void fields(const Response& response) {
    rule(trim(response.field("Access-Control-Allow-Origin")) == "*", Severity::warning, "wkd.cors", discovery_clause,
         "programs in browsers may read it",
         "no field Access-Control-Allow-Origin: *, so that programs in browsers can't read it", server_advice);
    rule(response.media_type() == "application/octet-stream", Severity::warning, "wkd.content-type", discovery_clause,
         "its type is application/octet-stream", "its type is not application/octet-stream", server_advice);
  }

  void content(std::string_view body) {
    const auto reading = read_answer(ports_.reader, body, address_, ports_.to_ascii, options_.now);
    if (!reading) {
      const bool armored = reading.error().code == "wkd.armored";
      add(Severity::error, reading.error().code, discovery_clause, reading.error().message,
          armored ? "publish what gpg --export writes without --armor"
                  : "publish the certificate as it comes from gpg --export, unchanged");
      return;
    }
    add(Severity::ok, "wkd.armored", discovery_clause, "it is binary");
    rule(reading->whole && reading->damaged == 0, Severity::error, "wkd.damaged", discovery_clause,
         "all of it can be read", "not all of it can be read as certificates", "publish it anew");
    if (reading->passed_over > 0) {
      add(Severity::error, "wkd.too-many", discovery_clause,
          "more certificates, or packets in them, than anybody reads", "publish what the address has in use");
    }
    rule(!reading->certificates.empty() && reading->without_address == 0, Severity::error, "wkd.no-user-id",
         discovery_clause, "each certificate has a valid user ID of the address",
         "a certificate without a valid user ID of the address", "add the user ID to the key, and publish it again");
    if (reading->certificates.empty()) return;
    rule(reading->other_user_ids == 0, Severity::warning, "wkd.other-user-ids", discovery_clause,
         "no other user ID is in it", "other user IDs are in it, which tells more than was asked",
         "publish each address with its own user ID alone; smwkd publish does");
    usable(reading->certificates);
  }

  void usable(const std::vector<Found>& certificates) {
    const bool good = certificates.front().usable;
    if (good) {
      add(Severity::ok, "wkd.unusable", discovery_clause, "one can be encrypted to");
      return;
    }
    const Unusable why = encryption_key(certificates.front().info, options_.now).why;
    const bool expired = why == Unusable::expired;
    const bool revoked = why == Unusable::revoked;
    add(Severity::error,
        expired   ? "wkd.key-expired"
        : revoked ? "wkd.key-revoked"
                  : "wkd.unusable",
        discovery_clause,
        expired   ? "the certificate is expired"
        : revoked ? "the certificate is revoked, and none that can be used is beside it"
                  : "the certificate has no key to encrypt to",
        expired ? "extend it, and publish it again" : "publish one that can be encrypted to");
  }

  void head(const Url& url) {
    const Exchange got = exchange(net::Method::head, url, 0);
    if (!got.response) return;
    rule(got.response->status == 200, Severity::error, "wkd.head", discovery_clause, "HEAD is answered",
         "HEAD is refused, by which programs ask whether there is something", server_advice);
  }

  // Where others put it who misread how the hash is made.
  void misplaced(const Url& url) {
    const std::string right = hash(address_.local);
    const std::string unicode = hash_as_it_stands(unicode_lower(address_.local));
    struct Place {
      std::string name;
      std::string_view code;
      std::string_view what;
    };
    const std::vector<Place> places = {
        {hash_as_it_stands(address_.local), "wkd.hash-case",
         "it is published under the hash of the local part as it stands"},
        {unicode, "wkd.hash-unicode", "it is published under the hash of the local part in Unicode's lower case"},
        {upper(right), "wkd.hash-upper", "it is published under the hash in upper case"},
    };
    for (const Place& place : places) {
      if (place.name == right) continue;
      Url other = url;
      other.path.replace(other.path.rfind('/') + 1, std::string::npos, place.name);
      const Exchange got = exchange(net::Method::get, other, limits::network_certificate);
      if (broken_) return;
      if (!got.response || got.response->status != 200) continue;
      add(Severity::error, place.code, discovery_clause, std::string(place.what) + ", where nobody looks",
          "A to Z of the local part are turned into lower case, and nothing else: smwkd hash prints it");
      return;
    }
    add(Severity::info, "wkd.no-certificate", discovery_clause, "there is nothing for the address");
  }

  const CheckPorts& ports_;
  const Address& address_;
  const CheckOptions& options_;
  const std::string subject_;
  CheckReport report_;
  bool faulty_ = false;
  bool untested_ = false;
  bool absent_ = false;
  bool broken_ = false;  // nothing further is asked of the server
  bool no_policy_ = false;
  bool told_redirect_ = false;
};

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::good:
      return "good";
    case Verdict::faulty:
      return "faulty";
    case Verdict::absent:
      return "absent";
    case Verdict::not_tested:
      return "not-tested";
  }
  return "";
}

CheckReport check(const CheckPorts& ports, const Address& address, const CheckOptions& options) {
  return Check(ports, address, options).run();
}

}  // namespace sm::wkd

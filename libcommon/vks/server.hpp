// A validating key server to be asked, on the port HttpClient.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "net/http.hpp"
#include "vks/certificate.hpp"
#include "vks/exchange.hpp"
#include "vks/query.hpp"

namespace sm::vks {

class Server {
 public:
  // `named`: the user named it, so that it may be on a private address. The client must outlive it.
  Server(net::HttpClient& client, net::Url url, bool named, net::ToAscii to_ascii)
      : client_(client), url_(std::move(url)), named_(named), to_ascii_(to_ascii) {}

  const net::Url& url() const { return url_; }

  // Redirects are never followed. Errors of all three, besides those of the client, of read_answer() and of
  // read_receipt(): vks.rate-limit (429) and vks.maintenance (503), both temporary, with what the server says of when
  // to try again; any other answer that is no success as net::refusal() has it, with what the server says of why.

  // What read_answer() makes of the answer; nullopt: the server has none (404).
  Result<std::optional<std::string>> get(const Query& query);
  Result<Receipt> upload(const Upload& upload);
  // `addresses` as they are written in the receipt of the upload, whose `token` it is.
  Result<Receipt> request_verify(const Receipt& receipt, const std::vector<std::string>& addresses);

 private:
  Result<Receipt> post(std::string_view what, const std::string& body, const Fingerprint& fingerprint);

  net::HttpClient& client_;
  net::Url url_;
  bool named_;
  net::ToAscii to_ascii_;
};

}  // namespace sm::vks

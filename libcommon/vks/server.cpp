#include "vks/server.hpp"

namespace sm::vks {
namespace {

constexpr int not_found = 404;
constexpr int too_many_requests = 429;
constexpr int unavailable = 503;

Unexpected no_success(const net::Response& response) {
  Unexpected failure = net::refusal(response);
  if (response.status == too_many_requests) {
    failure.error.code = "vks.rate-limit";
    failure.error.hint = "it answers only so many questions a minute";
  }
  if (response.status == unavailable) failure.error.code = "vks.maintenance";
  if (const std::string why = read_complaint(response.body); !why.empty())
    failure.error.message.append(": ").append(why);
  return failure;
}

}  // namespace

Result<std::optional<std::string>> Server::get(const Query& query) {
  const net::Response response =
      SM_TRY(net::fetch(client_, {.url = url_of(url_, query), .max_body = max_answer, .named = named_}));
  if (response.status == not_found) return std::optional<std::string>();
  if (!response.succeeded()) return no_success(response);
  auto certificates = SM_TRY(read_answer(response.body, query, to_ascii_));
  return std::optional(std::move(certificates));
}

Result<Receipt> Server::upload(const Upload& upload) {
  return post("upload", upload_request(upload.keytext), upload.fingerprint);
}

Result<Receipt> Server::request_verify(const Receipt& receipt, const std::vector<std::string>& addresses) {
  return post("request-verify", verify_request(receipt.token, addresses), receipt.fingerprint);
}

Result<Receipt> Server::post(std::string_view what, const std::string& body, const Fingerprint& fingerprint) {
  const net::Response response = SM_TRY(net::fetch(client_, {.method = net::Method::post,
                                                             .url = url_.child("vks").child("v1").child(what),
                                                             .fields = {{"Content-Type", "application/json"}},
                                                             .body = body,
                                                             .max_body = max_receipt,
                                                             .named = named_}));
  if (!response.succeeded()) return no_success(response);
  return read_receipt(response.body, fingerprint);
}

}  // namespace sm::vks

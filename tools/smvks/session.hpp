// What the commands share: the server of --server, or the usual one.
#pragma once

#include "cli/context.hpp"
#include "vks/server.hpp"
#include "web/web.hpp"

namespace sm::smvks {

struct Session {
  // Errors: smvks.server (usage): a URL that is not https, or has a user or query; net.bad-url; those of web::open().
  static Result<Session> open(const cli::Context& context);

  web::Web web;
  vks::Server server;
};

// The one certificate in the file that is the argument `index`; absent, or "-": in stdin. Errors: io.open, io.read,
// io.too-long, and those of vks::read_upload().
Result<vks::Upload> read_certificate(const cli::Context& context, std::size_t index);

// What the server says of the addresses: a line each, or with --json a document that begins with `schema`.
Result<void> report(cli::Context& context, std::string_view schema, const vks::Receipt& receipt);

}  // namespace sm::smvks

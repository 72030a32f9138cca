#include "files.hpp"

#include "backend/tls/material.hpp"
#include "base/secret.hpp"
#include "io/descriptor.hpp"

namespace sm::smdane {
namespace {

constexpr std::size_t max_file = 1024 * 1024;  // octets

template <class T>
Result<T> named(Result<T> read, const std::string& path) {
  if (!read) read.error().message.insert(0, path + ": ");
  return read;
}

bool holds(std::string_view text, std::string_view what) {
  return text.find(what) != std::string_view::npos;
}

}  // namespace

Result<std::vector<dane::Material>> read_chain_file(const std::string& path) {
  const Secret bytes = SM_TRY(read_file_secret(path, max_file));
  return named(tls::read_chain(bytes.view()), path);
}

Result<dane::Material> read_key_file(const std::string& path) {
  const Secret bytes = SM_TRY(read_file_secret(path, max_file));
  return named(tls::read_key(bytes.view()), path);
}

Result<dane::Material> read_request_file(const std::string& path) {
  const Secret bytes = SM_TRY(read_file_secret(path, max_file));
  return named(tls::read_request(bytes.view()), path);
}

Result<std::vector<dane::Material>> read_any_file(const std::string& path) {
  const Secret bytes = SM_TRY(read_file_secret(path, max_file));
  if (holds(bytes.view(), "-----BEGIN CERTIFICATE-----")) return named(tls::read_chain(bytes.view()), path);
  if (holds(bytes.view(), " CERTIFICATE REQUEST-----"))
    return std::vector<dane::Material>{SM_TRY(named(tls::read_request(bytes.view()), path))};
  // DER does not say what it is.
  if (!holds(bytes.view(), "-----BEGIN ")) {
    if (auto chain = tls::read_chain(bytes.view())) return *std::move(chain);
    if (auto request = tls::read_request(bytes.view())) return std::vector<dane::Material>{*std::move(request)};
  }
  return std::vector<dane::Material>{SM_TRY(named(tls::read_key(bytes.view()), path))};
}

}  // namespace sm::smdane

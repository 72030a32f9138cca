#include "webdav/multistatus.hpp"

#include <charconv>

#include "text/ascii.hpp"
#include "text/time.hpp"

namespace sm::webdav {
namespace {

Unexpected refuse(std::string_view why) {
  return fail(ErrorKind::data, "webdav.listing", "the listing can't be read: " + std::string(why));
}

// "HTTP/1.1 200 OK" (RFC 4918 §14.28).
bool is_success(std::string_view status) {
  const std::size_t blank = status.find(' ');
  return blank != std::string_view::npos && status.size() >= blank + 4 && status[blank + 1] == '2' &&
         (status.size() == blank + 4 || status[blank + 4] == ' ');
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

MultistatusBuilder::Place MultistatusBuilder::place_of(Place parent, std::string_view name) {
  struct Step {
    Place parent;
    std::string_view name;
    Place place;
  };
  constexpr Step steps[] = {
      {Place::multistatus, "response", Place::response},   {Place::response, "href", Place::href},
      {Place::response, "status", Place::status},          {Place::response, "propstat", Place::propstat},
      {Place::propstat, "status", Place::propstat_status}, {Place::propstat, "prop", Place::prop},
      {Place::prop, "getcontentlength", Place::length},    {Place::prop, "getlastmodified", Place::modified},
      {Place::prop, "resourcetype", Place::type},          {Place::type, "collection", Place::collection},
  };
  for (const Step& step : steps)
    if (step.parent == parent && step.name == name) return step.place;
  return Place::other;
}

Result<void> MultistatusBuilder::start(std::string_view space, std::string_view name) {
  Place place = Place::other;
  if (open_.empty()) {
    if (complete_ || space != "DAV:" || name != "multistatus") return refuse("it is no DAV:multistatus");
    place = Place::multistatus;
  } else if (open_.size() == max_element_depth) {
    return refuse("elements are nested too deep");
  } else if (space == "DAV:") {
    place = place_of(open_.back(), name);
  }
  open_.push_back(place);
  if (place != Place::other) text_.clear();
  if (place == Place::response) {
    if (resources_.size() == max_resources) return refuse("more than " + std::to_string(max_resources) + " resources");
    resource_ = {};
    resource_good_ = true;
  } else if (place == Place::propstat) {
    pending_ = {};
    pending_good_ = true;
  }
  return {};
}

Result<void> MultistatusBuilder::text(std::string_view text) {
  if (open_.empty()) return {};
  switch (open_.back()) {
    case Place::href:
    case Place::status:
    case Place::propstat_status:
    case Place::length:
    case Place::modified:
      if (text.size() > max_element_text - text_.size()) return refuse("a value is too long");
      text_ += text;
      return {};
    default:
      return {};
  }
}

void MultistatusBuilder::end() {
  const Place place = open_.back();
  open_.pop_back();
  const std::string_view value = trim(text_);
  switch (place) {
    case Place::href:
      // Of several (§14.24) only a status could be told.
      if (resource_.href.empty()) resource_.href = value;
      break;
    case Place::status:
      resource_good_ = is_success(value);
      break;
    case Place::propstat_status:
      pending_good_ = is_success(value);
      break;
    case Place::length:
      pending_.size = number(value);
      break;
    case Place::modified:
      pending_.modified = parse_http_date(value);
      break;
    case Place::collection:
      pending_.collection = true;
      break;
    case Place::propstat:
      if (!pending_good_) break;
      resource_.collection = resource_.collection || pending_.collection;
      if (pending_.size) resource_.size = pending_.size;
      if (pending_.modified) resource_.modified = pending_.modified;
      break;
    case Place::response:
      if (resource_good_ && !resource_.href.empty()) resources_.push_back(std::move(resource_));
      break;
    case Place::multistatus:
      complete_ = true;
      break;
    default:
      break;
  }
}

Result<std::vector<Resource>> MultistatusBuilder::finish() {
  if (!complete_) return refuse("it is no DAV:multistatus");
  return std::move(resources_);
}

}  // namespace sm::webdav

// The answer to a PROPFIND (RFC 4918 §9.1, §13): a document in XML that tells of each resource where it is (href) and,
// in one propstat for each status, what properties it has:
//
//   <D:multistatus xmlns:D="DAV:">
//     <D:response>
//       <D:href>/dav/file</D:href>
//       <D:propstat>
//         <D:prop><D:getcontentlength>42</D:getcontentlength></D:prop>
//         <D:status>HTTP/1.1 200 OK</D:status>
//       </D:propstat>
//     </D:response>
//   </D:multistatus>
//
// Here it is put together from the events of a parser; backend/expat is one. What is not known is passed over, with all
// that is in it (§17).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sm::webdav {

inline constexpr std::size_t max_listing = 16 << 20;       // bytes of a listing, in XML or JSON
inline constexpr std::size_t max_resources = 20'000;       // of one listing
inline constexpr std::size_t max_element_depth = 32;       // elements in one another
inline constexpr std::size_t max_element_text = 8 * 1024;  // bytes of a value

struct Resource {
  std::string href;  // as it stands there, without white space around it
  bool collection = false;
  std::optional<std::uint64_t> size;     // bytes
  std::optional<std::int64_t> modified;  // seconds since the epoch
};

// Errors of both: webdav.listing (data).
class MultistatusBuilder {
 public:
  // An element begins: its namespace and its name in it.
  Result<void> start(std::string_view space, std::string_view name);
  Result<void> text(std::string_view text);
  void end();
  // After the last event. Resources of a status that is not 2xx are left out.
  Result<std::vector<Resource>> finish();

 private:
  enum class Place {
    multistatus,
    response,
    href,
    status,
    propstat,
    propstat_status,
    prop,
    length,
    modified,
    type,
    collection,
    other
  };
  static Place place_of(Place parent, std::string_view name);

  struct Properties {
    bool collection = false;
    std::optional<std::uint64_t> size;
    std::optional<std::int64_t> modified;
  };
  std::vector<Place> open_;
  std::string text_;    // of the innermost element that has a value
  Properties pending_;  // of the propstat, whose status may come last
  bool pending_good_ = true;
  Resource resource_;
  bool resource_good_ = true;
  std::vector<Resource> resources_;
  bool complete_ = false;
};

}  // namespace sm::webdav

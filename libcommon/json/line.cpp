#include "json/line.hpp"

namespace sm {

std::string json_line(std::string_view schema, const json::Value& members) {
  json::Value document = json::object({{"schema", schema}});
  if (const json::Object* object = members.object())
    for (const json::Member& member : *object) document.add(member.first, member.second);
  return json::write(document) + "\n";
}

}  // namespace sm

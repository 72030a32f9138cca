#include "backend/idn/idn.hpp"
#include "commands.hpp"
#include "json/line.hpp"
#include "wkd/address.hpp"

namespace sm::smwkd {

Result<int> url(cli::Context& context) {
  const wkd::Address address = SM_TRY(wkd::parse_address(context.arguments().front(), idn::to_ascii));
  const std::string which = context.value("method").value_or("both");
  for (const wkd::Method method : {wkd::Method::advanced, wkd::Method::direct}) {
    if (which != "both" && which != name_of(method)) continue;
    const std::string text = wkd::key_url(method, address).text();
    SM_TRY(context.print(context.json() ? json_line("smwkd.url/1", json::Object{{"address", address.text()},
                                                                                {"method", name_of(method)},
                                                                                {"url", text}})
                                        : text + '\n'));
  }
  return 0;
}

}  // namespace sm::smwkd

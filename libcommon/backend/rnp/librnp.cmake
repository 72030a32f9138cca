# sm::librnp, the OpenPGP library: Debian's shared one, or the same source built static by ourselves (SM_RNP=static).
pkg_check_modules(rnp REQUIRED IMPORTED_TARGET librnp)
add_library(sm-librnp INTERFACE)
target_link_libraries(sm-librnp INTERFACE PkgConfig::rnp)
add_library(sm::librnp ALIAS sm-librnp)

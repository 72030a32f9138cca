# The vocabulary of CMakeLists.txt: components and tools, the compiler's flags, and where libraries come from.

option(SM_TESTS "build the tests" ON)
set(SM_RNP system CACHE STRING "where RNP comes from: system (the shared librnp) or static (Debian's source, built here)")
set_property(CACHE SM_RNP PROPERTY STRINGS system static)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()
find_program(SM_CCACHE ccache)
if(SM_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${SM_CCACHE})
endif()

add_compile_options(-Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wno-missing-field-initializers -Wnon-virtual-dtor -Wimplicit-fallthrough -Wzero-as-null-pointer-constant -Wsuggest-override
                    -ffunction-sections -fdata-sections -fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # g++ 12 suspects the short strings that SM_TRY yields, wrongly; clang's analyzer and the sanitizers look for the real ones.
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict)
endif()
add_compile_definitions(SM_VERSION="${PROJECT_VERSION}" "$<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2>" _FILE_OFFSET_BITS=64)
add_link_options(LINKER:--as-needed LINKER:--gc-sections LINKER:-z,relro LINKER:-z,now)

include(GNUInstallDirs)
include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)
find_package(PkgConfig REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
pkg_check_modules(botan REQUIRED IMPORTED_TARGET botan-2)
pkg_check_modules(libcurl REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(expat REQUIRED IMPORTED_TARGET expat)
pkg_check_modules(libcrypto REQUIRED IMPORTED_TARGET libcrypto)
pkg_check_modules(libssl REQUIRED IMPORTED_TARGET libssl libcrypto)
pkg_check_modules(cares REQUIRED IMPORTED_TARGET libcares)
pkg_check_modules(idn2 REQUIRED IMPORTED_TARGET libidn2)
pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET sqlite3)
find_library(SM_LIB_unbound unbound REQUIRED) # Debian's libunbound.pc wants that of libevent, which is not ours to link
include(libcommon/backend/rnp/librnp.cmake) # defines sm::librnp and sm::botan

# The headers of the standard library that most files take, compiled once. Only where nobody looks whether a file names all it
# includes: the build for the sanitizers, which takes a third less time by it.
option(SM_PRECOMPILED "compile common headers of the standard library once" OFF)
if(SM_PRECOMPILED)
  file(WRITE ${PROJECT_BINARY_DIR}/precompiled.cpp "int main() {}\n")
  add_library(sm-precompiled-STATIC_LIBRARY OBJECT ${PROJECT_BINARY_DIR}/precompiled.cpp)
  add_executable(sm-precompiled-EXECUTABLE ${PROJECT_BINARY_DIR}/precompiled.cpp) # compiled otherwise: -fPIE
  foreach(type STATIC_LIBRARY EXECUTABLE)
    target_precompile_headers(sm-precompiled-${type} PRIVATE <algorithm> <array> <charconv> <chrono> <functional> <map> <memory>
                              <optional> <set> <span> <string> <string_view> <utility> <variant> <vector>)
  endforeach()
endif()
function(sm_precompiled target)
  if(SM_PRECOMPILED)
    get_target_property(type ${target} TYPE)
    target_precompile_headers(${target} REUSE_FROM sm-precompiled-${type})
  endif()
endfunction()

# sm_component(backend/rnp USES base io crypto LINKS sm::librnp): one folder of libcommon as a static library. Its headers are
# seen, by their path from libcommon, only by those who say USES: each component has an include root of its own that holds one
# link to its folder. A folder of headers only is an interface library.
function(sm_component path)
  cmake_parse_arguments(PARSE_ARGV 1 A "" "" "USES;LINKS")
  string(REPLACE / - id sm/${path})
  list(TRANSFORM A_USES PREPEND sm/)
  list(TRANSFORM A_USES REPLACE / -)
  set(root ${PROJECT_BINARY_DIR}/include/${id})
  cmake_path(GET path PARENT_PATH parent)
  file(MAKE_DIRECTORY ${root}/${parent})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/libcommon/${path} ${root}/${path} SYMBOLIC)
  file(GLOB sources CONFIGURE_DEPENDS libcommon/${path}/*.cpp)
  file(GLOB headers CONFIGURE_DEPENDS ${root}/${path}/*.hpp)
  set_property(GLOBAL APPEND PROPERTY SM_COMPONENTS ${path})
  if(sources)
    add_library(${id} STATIC ${sources})
    sm_precompiled(${id})
    target_sources(${id} PUBLIC FILE_SET HEADERS BASE_DIRS ${root} FILES ${headers})
    target_link_libraries(${id} PUBLIC ${A_USES} PRIVATE ${A_LINKS})
  else()
    add_library(${id} INTERFACE)
    target_sources(${id} INTERFACE FILE_SET HEADERS BASE_DIRS ${root} FILES ${headers})
    target_link_libraries(${id} INTERFACE ${A_USES})
  endif()
  set_target_properties(${id} PROPERTIES LINKER_LANGUAGE CXX VERIFY_INTERFACE_HEADER_SETS ON)
endfunction()

# sm_link(target components…): what a program links. base/primitives.hpp is defined by whichever backend the program chose, which
# base and io can't name: that archive goes in whole, so that its place on the command line does not matter.
function(sm_link target)
  foreach(path ${ARGN})
    string(REPLACE / - id sm/${path})
    if(path MATCHES "^backend/(botan|openssl)$")
      set(id "$<LINK_LIBRARY:WHOLE_ARCHIVE,${id}>")
    endif()
    target_link_libraries(${target} PRIVATE ${id})
  endforeach()
endfunction()

# sm_tool(smsign USES cli pgpmime backend/rnp): a program from tools/<name>/*.cpp. needed.txt there lists the shared libraries
# that it may load.
function(sm_tool name)
  cmake_parse_arguments(PARSE_ARGV 1 A "" "" "USES")
  file(GLOB sources CONFIGURE_DEPENDS tools/${name}/*.cpp)
  if(NOT sources)
    message(STATUS "tools/${name}: no sources")
    return()
  endif()
  set_property(GLOBAL APPEND PROPERTY SM_TOOLS ${name})
  add_executable(${name} ${sources})
  sm_precompiled(${name})
  sm_link(${name} ${A_USES})
  if(SM_RNP STREQUAL static)
    # Also of programs without RNP: what starts fast carries the C++ run time.
    target_link_options(${name} PRIVATE -static-libstdc++ -static-libgcc)
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  install(TARGETS ${name})
  install(FILES completions/${name}.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME ${name} OPTIONAL)
endfunction()

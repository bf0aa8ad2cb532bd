# The built-in probes are a program of their own, so that the libraries that they call are not in concadvise; and the
# program that bundles are made of, which is linked statically, as it must run where nothing is installed.

concadvise_package(CURL libcurl libcurl4-openssl-dev)
concadvise_package(SQLITE3 sqlite3 libsqlite3-dev)
concadvise_package(ZLIB zlib zlib1g-dev)
find_library(ZLIB_STATIC libz.a)
if(NOT ZLIB_STATIC)
    message(FATAL_ERROR "libz.a is missing; run scripts/setup, or: apt-get install zlib1g-dev")
endif()

set(CONCADVISE_LIBEXECDIR ${CMAKE_INSTALL_LIBEXECDIR}/concadvise)
set(built_libexec ${CMAKE_BINARY_DIR}/${CMAKE_INSTALL_LIBEXECDIR}/concadvise) # seen from bin/ as after installation

file(GLOB probe_sources CONFIGURE_DEPENDS probes/*.c probes/servers/*.c)
add_executable(concprobe-builtin ${probe_sources})
target_include_directories(concprobe-builtin PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(concprobe-builtin PRIVATE concprobe PkgConfig::CURL PkgConfig::SQLITE3 PkgConfig::ZLIB
                      PkgConfig::JSON_C pthread)
set_target_properties(concprobe-builtin PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${built_libexec}
                      INSTALL_RPATH "$ORIGIN/../../${CMAKE_INSTALL_LIBDIR}")

file(GLOB bundle_sources CONFIGURE_DEPENDS probes/bundle/*.c)
add_executable(concprobe-bundle ${bundle_sources})
target_include_directories(concprobe-bundle PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(concprobe-bundle PRIVATE ${ZLIB_STATIC})
get_target_property(bundle_options concprobe-bundle COMPILE_OPTIONS)
list(FILTER bundle_options EXCLUDE REGEX "sanitize") # sanitizers' libraries are shared
set_target_properties(concprobe-bundle PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${built_libexec}
                      COMPILE_OPTIONS "${bundle_options}" LINK_OPTIONS -static)

install(TARGETS concprobe-builtin concprobe-bundle RUNTIME DESTINATION ${CONCADVISE_LIBEXECDIR})

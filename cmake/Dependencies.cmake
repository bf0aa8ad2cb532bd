# What must be on the machine. Each message names the Debian package that is missing.

function(concadvise_package prefix module package)
    pkg_check_modules(${prefix} QUIET IMPORTED_TARGET ${module})
    if(NOT ${prefix}_FOUND)
        message(FATAL_ERROR "${module} is missing; run scripts/setup, or: apt-get install ${package}")
    endif()
endfunction()

find_program(PKG_CONFIG_EXECUTABLE NAMES pkg-config pkgconf)
if(NOT PKG_CONFIG_EXECUTABLE)
    message(FATAL_ERROR "pkg-config is missing; run scripts/setup, or: apt-get install pkg-config")
endif()
find_package(PkgConfig REQUIRED)
concadvise_package(JSON_C json-c libjson-c-dev)
concadvise_package(YAML yaml-0.1 libyaml-dev)
concadvise_package(XXHASH libxxhash libxxhash-dev)
concadvise_package(LIBDW libdw libdw-dev)

find_path(UTHASH_INCLUDE_DIR uthash.h)
if(NOT UTHASH_INCLUDE_DIR)
    message(FATAL_ERROR "uthash.h is missing; run scripts/setup, or: apt-get install uthash-dev")
endif()

# libclang 19 where it is installed, else the oldest newer one; -D LIBCLANG_ROOT=DIR names another.
set(LIBCLANG_ROOT "" CACHE PATH "Where include/clang-c/Index.h and lib/libclang.so are")
file(GLOB llvm_roots /usr/lib/llvm-*)
list(FILTER llvm_roots INCLUDE REGEX "llvm-(19|[2-9][0-9])$")
list(SORT llvm_roots COMPARE NATURAL)
find_path(LIBCLANG_INCLUDE_DIR clang-c/Index.h HINTS ${LIBCLANG_ROOT} ${llvm_roots} PATH_SUFFIXES include
          NO_DEFAULT_PATH)
if(LIBCLANG_INCLUDE_DIR)
    cmake_path(GET LIBCLANG_INCLUDE_DIR PARENT_PATH libclang_root)
    find_library(LIBCLANG_LIBRARY NAMES clang clang-19 HINTS ${libclang_root}/lib NO_DEFAULT_PATH)
endif()
if(NOT LIBCLANG_INCLUDE_DIR OR NOT LIBCLANG_LIBRARY)
    message(FATAL_ERROR "libclang 19 or newer is missing; run scripts/setup, or: apt-get install libclang-19-dev")
endif()
add_library(libclang SHARED IMPORTED)
set_target_properties(libclang PROPERTIES IMPORTED_LOCATION ${LIBCLANG_LIBRARY}
                                          INTERFACE_INCLUDE_DIRECTORIES ${LIBCLANG_INCLUDE_DIR})

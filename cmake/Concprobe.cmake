# runtime/ becomes the house's own library `runtime`, and libconcprobe, static and shared, which is installable on its
# own: the pieces of base/ that it uses are inside it, and it needs nothing else than libc and liburing.

concadvise_package(URING liburing liburing-dev)

file(GLOB runtime_sources CONFIGURE_DEPENDS runtime/*.c runtime/models/*.c runtime/async/*.c)
list(FILTER runtime_sources EXCLUDE REGEX "/runtime/(recorder|calibrate)[^/]*\\.c$") # libraries of their own
file(GLOB concprobe_base CONFIGURE_DEPENDS base/*.c)
list(FILTER concprobe_base EXCLUDE REGEX "/base/yaml[^/]*\\.c$")
add_library(concprobe_objects OBJECT ${runtime_sources})
add_library(concprobe_base OBJECT ${concprobe_base})
foreach(objects concprobe_objects concprobe_base)
    set_target_properties(${objects} PROPERTIES POSITION_INDEPENDENT_CODE ON C_VISIBILITY_PRESET hidden)
    target_include_directories(${objects} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(${objects} PRIVATE PkgConfig::URING PkgConfig::XXHASH)
    target_compile_definitions(${objects} PRIVATE XXH_INLINE_ALL) # headers only, no library
endforeach()

add_library(runtime STATIC $<TARGET_OBJECTS:concprobe_objects>)
target_include_directories(runtime PUBLIC ${PROJECT_SOURCE_DIR})
target_link_libraries(runtime PUBLIC base PkgConfig::URING m dl pthread)

add_library(concprobe SHARED $<TARGET_OBJECTS:concprobe_objects> $<TARGET_OBJECTS:concprobe_base>)
add_library(concprobe_static STATIC $<TARGET_OBJECTS:concprobe_objects> $<TARGET_OBJECTS:concprobe_base>)
target_link_libraries(concprobe PRIVATE PkgConfig::URING m dl pthread)
set_target_properties(concprobe PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION 0)
set_target_properties(concprobe concprobe_static PROPERTIES
                      OUTPUT_NAME concprobe LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)

# ---- installation: cmake --install … --component concprobe ----

include(CMakePackageConfigHelpers)
target_include_directories(concprobe INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_include_directories(concprobe_static INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(concprobe_static INTERFACE uring m dl pthread)

set(concprobe_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/concprobe)
set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX}/${pkgconfig_dir}
           OUTPUT_VARIABLE prefix_from_pkgconfig) # so that the installed tree may be moved
configure_file(cmake/concprobe.pc.in concprobe.pc @ONLY)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/concprobe-config-version.cmake COMPATIBILITY SameMinorVersion)

install(TARGETS concprobe concprobe_static EXPORT concprobe
        LIBRARY COMPONENT concprobe NAMELINK_COMPONENT concprobe
        ARCHIVE COMPONENT concprobe)
install(FILES runtime/concprobe.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT concprobe)
install(FILES ${CMAKE_BINARY_DIR}/concprobe.pc DESTINATION ${pkgconfig_dir} COMPONENT concprobe)
install(EXPORT concprobe NAMESPACE concprobe:: DESTINATION ${concprobe_package_dir} FILE concprobe-config.cmake
        COMPONENT concprobe)
install(FILES ${CMAKE_BINARY_DIR}/concprobe-config-version.cmake DESTINATION ${concprobe_package_dir}
        COMPONENT concprobe)
install(FILES docs/concprobe.3 DESTINATION ${CMAKE_INSTALL_MANDIR}/man3 COMPONENT concprobe)

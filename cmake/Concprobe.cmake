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
list(APPEND CONCADVISE_LIBRARIES runtime)

add_library(concprobe SHARED $<TARGET_OBJECTS:concprobe_objects> $<TARGET_OBJECTS:concprobe_base>)
add_library(concprobe_static STATIC $<TARGET_OBJECTS:concprobe_objects> $<TARGET_OBJECTS:concprobe_base>)
target_link_libraries(concprobe PRIVATE PkgConfig::URING m dl pthread)
set_target_properties(concprobe PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION 0)
set_target_properties(concprobe concprobe_static PROPERTIES
                      OUTPUT_NAME concprobe LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)

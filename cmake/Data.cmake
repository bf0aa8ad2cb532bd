# Data lies at ../share/concadvise seen from the binary, in the build tree (as links) as after installation.

set(data_dir ${CMAKE_INSTALL_DATADIR}/concadvise)
file(GLOB schemas CONFIGURE_DEPENDS schema/*.json */schema/*.json)

set(linked_dir ${CMAKE_BINARY_DIR}/share/concadvise)
file(MAKE_DIRECTORY ${linked_dir}/schema)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/knowledge ${linked_dir}/knowledge SYMBOLIC)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/rules/data ${linked_dir}/rules SYMBOLIC)
foreach(schema IN LISTS schemas)
    cmake_path(GET schema FILENAME name)
    file(CREATE_LINK ${schema} ${linked_dir}/schema/${name} SYMBOLIC)
endforeach()

foreach(folder apis derived costs)
    install(DIRECTORY knowledge/${folder} DESTINATION ${data_dir}/knowledge FILES_MATCHING PATTERN "*.yaml" PATTERN "*.tsv")
endforeach()
file(GLOB tables CONFIGURE_DEPENDS knowledge/*.yaml)
install(FILES ${tables} DESTINATION ${data_dir}/knowledge)
install(DIRECTORY rules/data/ DESTINATION ${data_dir}/rules FILES_MATCHING PATTERN "*.yaml")
install(FILES ${schemas} DESTINATION ${data_dir}/schema)
install(FILES docs/concadvise.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 OPTIONAL)

# One function a kind of thing that the root CMakeLists.txt declares: a room, the program, a test binary.

add_library(push_flags INTERFACE)
target_compile_features(push_flags INTERFACE cxx_std_20)
target_compile_options(push_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wconversion
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
  # g++ 12 at -O2 reports these four inside its own library and Boost's, where there are none.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-array-bounds;-Wno-maybe-uninitialized;-Wno-stringop-overflow;-Wno-stringop-overread>
  $<$<BOOL:${PUSH_WERROR}>:-Werror>)
target_compile_definitions(push_flags INTERFACE BOOST_ASIO_NO_DEPRECATED PUSH_VERSION="${PROJECT_VERSION}")
if(PUSH_SANITIZE)
  target_compile_options(push_flags INTERFACE -fsanitize=${PUSH_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(push_flags INTERFACE -fsanitize=${PUSH_SANITIZE})
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # The sloppiness and the flag are what ccache asks for where there are precompiled headers.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
  target_compile_options(push_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endif()

# push_precompile(TARGET HEADER [LINK lib...]): scripts/cmake/HEADER.hpp, precompiled once for all targets that ask. LINK: what
# the header includes. A macro that only some targets define must not appear in it, or g++ leaves it unused (-Winvalid-pch).
function(push_precompile target header)
  cmake_parse_arguments(arg "" "" "LINK" ${ARGN})
  if(NOT TARGET push_${header})
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/${header}.cpp CONTENT "")
    add_library(push_${header} OBJECT ${CMAKE_BINARY_DIR}/generated/${header}.cpp)
    target_link_libraries(push_${header} PRIVATE ${arg_LINK})
    target_precompile_headers(push_${header} PRIVATE ${CMAKE_SOURCE_DIR}/scripts/cmake/${header}.hpp)
  endif()
  target_precompile_headers(${target} REUSE_FROM push_${header})
endfunction()

# push_embed(NAME FOLDER OUT): the files of src/NAME/FOLDER as a source of the room; OUT gets its path.
function(push_embed name folder out)
  set(from ${CMAKE_SOURCE_DIR}/src/${name}/${folder})
  set(to ${CMAKE_BINARY_DIR}/generated/${name}/assets.cpp)
  set(script ${CMAKE_SOURCE_DIR}/scripts/cmake/embed.cmake)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${from}/*)
  add_custom_command(OUTPUT ${to} DEPENDS ${files} ${script} VERBATIM
    COMMAND ${CMAKE_COMMAND} -DROOM=${name} -DFOLDER=${from} -DOUTPUT=${to} -P ${script})
  set_source_files_properties(${to} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)  # not there before the build
  set(${out} ${to} PARENT_SCOPE)
endfunction()

# push_room(NAME [USES room...] [LINK lib...] [LINK_PRIVATE lib...] [EMBED folder] [PRECOMPILE header])
# src/NAME/**.cpp -> static library push::NAME with include/push/NAME/*.hpp as its interface.
function(push_room name)
  cmake_parse_arguments(arg "" "EMBED;PRECOMPILE" "USES;LINK;LINK_PRIVATE" ${ARGN})
  if(NOT arg_PRECOMPILE)
    set(arg_PRECOMPILE pch_room)
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
  if(arg_EMBED)
    push_embed(${name} ${arg_EMBED} embedded)
    list(APPEND sources ${embedded})
  endif()
  file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/include/push/${name}/*.hpp)
  set(uses ${arg_USES})
  if(NOT name STREQUAL core)
    list(PREPEND uses core)
  endif()
  list(TRANSFORM uses PREPEND push_ OUTPUT_VARIABLE libraries)

  set(scope PUBLIC)
  set(kind STATIC)
  if(NOT sources)
    set(scope INTERFACE)
    set(kind INTERFACE)
  endif()
  add_library(push_${name} ${kind} ${sources})
  add_library(push::${name} ALIAS push_${name})
  target_sources(push_${name} ${scope} FILE_SET HEADERS BASE_DIRS ${CMAKE_SOURCE_DIR}/include FILES ${headers})
  set_target_properties(push_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  target_link_libraries(push_${name} ${scope} push_flags ${libraries} ${arg_LINK})
  if(sources)
    target_include_directories(push_${name} PRIVATE ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(push_${name} PRIVATE ${arg_LINK_PRIVATE})
    push_precompile(push_${name} ${arg_PRECOMPILE} LINK push_flags spdlog::spdlog Boost::headers)
  endif()
  list(JOIN uses " " words)
  set_property(GLOBAL APPEND_STRING PROPERTY PUSH_ROOMS "${name}: ${words}\n")
endfunction()

# push_program(NAME): src/main/**.cpp, which may use every room.
function(push_program name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/main/*.cpp)
  add_executable(${name} ${sources})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${name} PRIVATE push::api CLI11::CLI11)
  push_build_information()
endfunction()

# What `version` and GET /version say; in two files, so that nothing else is compiled anew. -DPUSH_COMMIT=... where there is no .git.
function(push_build_information)
  set(commit "${PUSH_COMMIT}")
  if(NOT commit)
    execute_process(COMMAND git -C ${CMAKE_SOURCE_DIR} rev-parse HEAD --git-path logs/HEAD
                    OUTPUT_VARIABLE answer ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
    set(commit unknown)
    if(failed EQUAL 0)
      string(REPLACE "\n" ";" answer "${answer}")
      list(GET answer 0 commit)
      list(GET answer 1 log)
      # Written by every commit and checkout.
      cmake_path(ABSOLUTE_PATH log BASE_DIRECTORY ${CMAKE_SOURCE_DIR})
      if(EXISTS ${log})
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${log})
      endif()
    endif()
  endif()
  string(TIMESTAMP date "%Y-%m-%dT%H:%M:%SZ" UTC)
  set_property(SOURCE ${CMAKE_SOURCE_DIR}/src/main/build.cpp ${CMAKE_SOURCE_DIR}/src/api/info_routes.cpp APPEND PROPERTY COMPILE_DEFINITIONS
               PUSH_COMMIT="${commit}" PUSH_BUILD_DATE="${date}")
endfunction()

# What every target of test code has. Not optimised: that would cost half of the suite's build, and the program and the
# rooms under test keep their own flags.
add_library(push_test_flags INTERFACE)
target_include_directories(push_test_flags INTERFACE ${CMAKE_SOURCE_DIR}/tests ${CMAKE_SOURCE_DIR}/src)
target_link_libraries(push_test_flags INTERFACE push_flags)
target_compile_options(push_test_flags INTERFACE $<$<CONFIG:Release>:-O0>)

# push_test(NAME [LINK lib...] [PRECOMPILE header] [POSTGRES]): tests/NAME/*_test.cpp -> NAME_test. POSTGRES: its tests are
# there a second time, as Postgres/..., with servers on PostgreSQL; under a sanitizer, store_test alone has the store.
function(push_test name)
  cmake_parse_arguments(arg "POSTGRES" "PRECOMPILE" "LINK" ${ARGN})
  if(NOT arg_PRECOMPILE)
    set(arg_PRECOMPILE pch_test)
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${name}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name}_test ${sources})
  target_link_libraries(${name}_test PRIVATE push_test_flags ${arg_LINK} GTest::gmock GTest::gtest_main)
  push_precompile(${name}_test ${arg_PRECOMPILE} LINK push_test_flags GTest::gmock nlohmann_json::nlohmann_json)
  # Two properties, because of a list in one of them only the first entry arrives.
  set(properties TIMEOUT 300 LABELS ${name} ENVIRONMENT PUSH_PROGRAM=$<TARGET_FILE:sharded-gotify> ENVIRONMENT_MODIFICATION)
  gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    PROPERTIES ${properties} PUSH_ROOMS_FILE=set:${CMAKE_BINARY_DIR}/rooms.txt)
  if(arg_POSTGRES AND NOT PUSH_SANITIZE)
    gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} TEST_PREFIX Postgres/
      PROPERTIES ${properties} PUSH_TEST_DIALECT=set:postgres)
  endif()
endfunction()

# The arrows as text, one "room: may use" a line, for tests/house.
function(push_house_file)
  get_property(rooms GLOBAL PROPERTY PUSH_ROOMS)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/rooms.txt CONTENT "${rooms}" @ONLY)
endfunction()

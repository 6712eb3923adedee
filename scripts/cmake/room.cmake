# One function a kind of thing that the root CMakeLists.txt declares: a room, the program, a test binary.

add_library(push_flags INTERFACE)
target_compile_features(push_flags INTERFACE cxx_std_20)
target_compile_options(push_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wconversion
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety> $<$<BOOL:${PUSH_WERROR}>:-Werror>)
target_compile_definitions(push_flags INTERFACE BOOST_ASIO_NO_DEPRECATED PUSH_VERSION="${PROJECT_VERSION}")
if(PUSH_SANITIZE)
  target_compile_options(push_flags INTERFACE -fsanitize=${PUSH_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(push_flags INTERFACE -fsanitize=${PUSH_SANITIZE})
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
endif()

set(PUSH_ROOMS "" CACHE INTERNAL "")

# push_room(NAME [USES room...] [LINK lib...] [LINK_PRIVATE lib...])
# src/NAME/*.cpp -> static library push::NAME with include/push/NAME/*.hpp as its interface.
function(push_room name)
  cmake_parse_arguments(arg "" "" "USES;LINK;LINK_PRIVATE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
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
  endif()
  list(JOIN uses " " words)
  set(PUSH_ROOMS "${PUSH_ROOMS}${name}: ${words}\n" CACHE INTERNAL "")
endfunction()

# push_program(NAME): src/main/*.cpp, which may use every room.
function(push_program name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/main/*.cpp)
  add_executable(${name} ${sources})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${name} PRIVATE push::api)
endfunction()

# push_test(NAME [LINK lib...]): tests/NAME/*_test.cpp -> NAME_test.
function(push_test name)
  cmake_parse_arguments(arg "" "" "LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${name}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name}_test ${sources})
  target_include_directories(${name}_test PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(${name}_test PRIVATE push_flags ${arg_LINK} GTest::gmock GTest::gtest_main)
  gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    PROPERTIES TIMEOUT 300 LABELS ${name} ENVIRONMENT "PUSH_PROGRAM=$<TARGET_FILE:sharded-gotify>;PUSH_ROOMS_FILE=${CMAKE_BINARY_DIR}/rooms.txt")
endfunction()

# The arrows as text, one "room: may use" a line, for tests/house.
function(push_house_file)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/rooms.txt CONTENT "${PUSH_ROOMS}" @ONLY)
endfunction()

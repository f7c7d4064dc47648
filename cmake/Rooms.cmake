# A room is a folder of sources. Rooms are OBJECT libraries, so that the objects that register themselves survive linking;
# programs therefore link every room directly (concord_link_core).
function(concord_room name folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp ${folder}/*.h)
  add_library(${name} OBJECT ${sources})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARGN})
  set_property(TARGET ${name} PROPERTY LINKER_LANGUAGE CXX)
endfunction()

set(CONCORD_CORE_ROOMS base graph tensor store data objective model balance schedule probe train exporter session
    CACHE INTERNAL "core's rooms; each may include those before it")

# Links a program with core's rooms up to and including `last`.
function(concord_link_core target last)
  foreach(room ${CONCORD_CORE_ROOMS})
    target_link_libraries(${target} PRIVATE concord_${room})
    if(room STREQUAL last)
      return()
    endif()
  endforeach()
endfunction()

# concord_test(<room> <last core room needed>): one executable from tests/<room>/**/*_test.cpp, Qt Test.
function(concord_test name folder last)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp ${folder}/*.h)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources} ${CMAKE_SOURCE_DIR}/tests/support/main.cpp)
  set_target_properties(${name} PROPERTIES AUTOMOC ON)
  target_compile_definitions(${name} PRIVATE QT_NO_KEYWORDS CONCORD_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  concord_link_core(${name} ${last})
  target_link_libraries(${name} PRIVATE Qt6::Test Qt6::Core ${ARGN})
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 1200
    ENVIRONMENT "OMP_WAIT_POLICY=passive;QT_QPA_PLATFORM=offscreen")
endfunction()

# Examples and icons inside a program: every file below resources/, no list to keep.
function(concord_resources target)
  file(GLOB examples CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/resources/examples/*.json ${CMAKE_SOURCE_DIR}/resources/icons/*.svg)
  qt_add_resources(${target} concord_resources PREFIX "/" BASE ${CMAKE_SOURCE_DIR}/resources FILES ${examples})
endfunction()

# Helpers that keep the CMakeLists of the modules to a few lines each.

add_library(lockstep_warnings INTERFACE)
target_compile_options(lockstep_warnings INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor
                       -Woverloaded-virtual -Wno-missing-field-initializers)
if(CMAKE_UNITY_BUILD)  # a type of one .cc file may hold what is local to it: that several are compiled as one does not make it a header
  target_compile_options(lockstep_warnings INTERFACE -Wno-subobject-linkage)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # What GCC 12 concludes from its optimiser is often wrong (GCC bugs 105329, 105562, 105651): not asked where it optimises, else no error.
  foreach(doubtful maybe-uninitialized restrict array-bounds stringop-overflow stringop-overread dangling-pointer free-nonheap-object null-dereference
                   use-after-free mismatched-new-delete)
    target_compile_options(lockstep_warnings INTERFACE $<IF:$<CONFIG:Release>,-Wno-${doubtful},-Wno-error=${doubtful}>)
  endforeach()
endif()
if(DEFINED ENV{CI})
  target_compile_options(lockstep_warnings INTERFACE -Werror)
endif()

# Records are many small texts: glibc's allocator takes a tenth of the processor more. Sanitizers bring their own.
add_library(lockstep_allocator INTERFACE)
add_library(lockstep::allocator ALIAS lockstep_allocator)
target_link_libraries(lockstep_allocator INTERFACE $<$<CONFIG:Release>:PkgConfig::JEMALLOC>)

# lockstep_waits(): the targets of this folder wait for others, or are no part of the product; what optimising them costs in building
# buys nothing. They share a precompiled header of their own, with Asio in it: GCC wants the options that it was made with.
macro(lockstep_waits)
  add_compile_options($<$<CONFIG:Release>:-O1>)
  # Passes of -O1 that take a tenth of a unit's time and that no benchmark can tell from their absence.
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_BUILD_TYPE STREQUAL Release)
    add_compile_options(-fno-tree-pta -fno-tree-dominator-opts -fno-ivopts -fno-tree-loop-optimize -fno-forward-propagate -fno-dse)
  endif()
  set(lockstep_precompiled_by lockstep_runtime)
  set(lockstep_precompiled_headers <boost/asio/awaitable.hpp> <boost/asio/use_awaitable.hpp>)
endmacro()

# lockstep_precompile(TARGET): all targets of a folder tree share the precompiled header of the one its CMakeLists.txt names in
# lockstep_precompiled_by, since they have the same compile options.
function(lockstep_precompile target)
  if(target STREQUAL lockstep_precompiled_by)
    target_precompile_headers(${target} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/precompiled.h ${lockstep_precompiled_headers})
  else()
    target_precompile_headers(${target} REUSE_FROM ${lockstep_precompiled_by})
  endif()
endfunction()

# lockstep_library(NAME SRCS a.cc b.cc DEPS lockstep::x fmt::fmt PRIVATE_DEPS y)
# Declares the static library lockstep_NAME with the alias lockstep::NAME; without SRCS it is header-only.
function(lockstep_library name)
  cmake_parse_arguments(arg "" "" "SRCS;DEPS;PRIVATE_DEPS" ${ARGN})
  if(arg_SRCS)
    add_library(lockstep_${name} STATIC ${arg_SRCS})
    target_include_directories(lockstep_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR})
    target_link_libraries(lockstep_${name} PUBLIC ${arg_DEPS} PRIVATE lockstep_warnings ${arg_PRIVATE_DEPS})
    lockstep_precompile(lockstep_${name})
  else()
    add_library(lockstep_${name} INTERFACE)
    target_include_directories(lockstep_${name} INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR})
    target_link_libraries(lockstep_${name} INTERFACE ${arg_DEPS})
  endif()
  add_library(lockstep::${name} ALIAS lockstep_${name})
endfunction()

# lockstep_test(NAME SRCS a_test.cc DEPS lockstep::x [LABEL unit]): one GoogleTest binary per module.
function(lockstep_test name)
  cmake_parse_arguments(arg "" "LABEL" "SRCS;DEPS" ${ARGN})
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  add_executable(${name} ${arg_SRCS})
  target_link_libraries(${name} PRIVATE lockstep_warnings ${arg_DEPS} GTest::gtest_main)
  lockstep_precompile(${name})
  target_compile_definitions(${name} PRIVATE LOCKSTEP_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS ${arg_LABEL} TIMEOUT 600)
endfunction()

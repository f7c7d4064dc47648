# Faster builds where the tools are there, and the warnings we keep clean.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
# gold links in a fifth of GNU ld's time. Not lld: version 14 (Debian 12) writes tables by which exceptions do not find their handlers in
# some programs of ours, and the program ends instead of saying its sentence.
find_program(GOLD ld.gold)
if(GOLD)
  add_link_options(-fuse-ld=gold)
endif()
add_compile_options(-Wall -Wextra)
# Line numbers without locals: objects are six times smaller and the build a third cheaper than with -g.
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2")

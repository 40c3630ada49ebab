# A network as a target, compiled when the project is built.
#
#   sinter_add_network(<target> <network>
#                      [SHARED]              a .so to load or link; the default is a .a
#                      [WEIGHTS <file>|random:<seed>]
#                      [NAME <symbol>]       the prefix of its C names; default: the network's name
#                      [OPTIONS <option>...] more options of `sinter compile`
#                      [DEPENDS <file>...])  files the network imports
#
# A program that links <target> finds the generated header on its include path as
# "<target>.h". `$<TARGET_FILE:<target>>` is the artifact itself. Paths are relative to the
# current source folder.

function(sinter_add_network target network)
  cmake_parse_arguments(PARSE_ARGV 2 ARG "SHARED" "WEIGHTS;NAME" "OPTIONS;DEPENDS")
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "sinter_add_network(${target}): expects SHARED, WEIGHTS, NAME, OPTIONS or "
                        "DEPENDS, got ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT TARGET Sinter::sinter)
    message(FATAL_ERROR "sinter_add_network(${target}): this Sinter was installed without its compiler")
  endif()

  set(directory "${CMAKE_CURRENT_BINARY_DIR}/networks")
  set(kind STATIC)
  set(artifact "${directory}/${target}.a")
  if(ARG_SHARED)
    set(kind SHARED)
    set(artifact "${directory}/${target}.so")
  endif()
  set(header "${directory}/${target}.h")
  file(MAKE_DIRECTORY "${directory}")

  cmake_path(ABSOLUTE_PATH network NORMALIZE)
  set(arguments "${network}" -o "${artifact}")
  set(inputs "${network}")
  if(ARG_WEIGHTS MATCHES "^random:")
    list(APPEND arguments --weights "${ARG_WEIGHTS}")
  elseif(ARG_WEIGHTS)
    cmake_path(ABSOLUTE_PATH ARG_WEIGHTS NORMALIZE)
    list(APPEND arguments --weights "${ARG_WEIGHTS}")
    list(APPEND inputs "${ARG_WEIGHTS}")
  endif()
  if(ARG_NAME)
    list(APPEND arguments --name "${ARG_NAME}")
  endif()

  add_custom_command(
    OUTPUT "${artifact}" "${header}"
    COMMAND Sinter::sinter compile ${arguments} ${ARG_OPTIONS}
    DEPENDS ${inputs} ${ARG_DEPENDS} Sinter::sinter
    WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
    COMMENT "Compiling the network ${target}"
    VERBATIM)
  add_custom_target(${target}-compile ALL DEPENDS "${artifact}" "${header}")

  add_library(${target} ${kind} IMPORTED GLOBAL)
  add_dependencies(${target} ${target}-compile)
  set_target_properties(${target} PROPERTIES IMPORTED_LOCATION "${artifact}"
                                             INTERFACE_INCLUDE_DIRECTORIES "${directory}")
  if(ARG_SHARED)
    set_target_properties(${target} PROPERTIES IMPORTED_NO_SONAME TRUE)
  endif()
endfunction()

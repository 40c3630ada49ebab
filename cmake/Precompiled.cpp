// The target that holds the precompiled header needs one source file.

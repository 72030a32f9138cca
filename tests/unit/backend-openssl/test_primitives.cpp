// The same plain functions on another library: the same tests.
#include "base/test_primitives.cpp"

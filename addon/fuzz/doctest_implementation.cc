// What the tests' builder needs of doctest, in programs that are no tests.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

// What nearly every C++ test includes, for the compiler to read once (binding.gyp). No file
// includes it, and each includes what it uses.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "addon/io/engine.h"
#include "addon/test/forwarder_harness.h"

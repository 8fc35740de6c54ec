#include "options.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace bench {
namespace {

[[noreturn]] void Usage(const char* problem, std::string_view argument) {
  fprintf(stderr,
          "%s: %.*s\n"
          "usage: ptp-load --source NS:IF --sink NS:IF [--sink ...] [--background NS:IF]\n"
          "  [--transport l2|udp4] [--pairs RATE] [--exchanges RATE] [--requests RATE]\n"
          "  [--clients RATE]\n"
          "  [--identities N] [--samples RATE] [--milliseconds N] [--cpu N|any]\n"
          "  [--scheduling normal|idle|sleep]                    rates are per second\n",
          problem, static_cast<int>(argument.size()), argument.data());
  exit(2);
}

uint32_t Number(std::string_view name, const char* text) {
  char* end = nullptr;
  const unsigned long value = strtoul(text, &end, 10);
  if (*text == '\0' || *end != '\0' || value > UINT32_MAX) Usage("not a number", name);
  return static_cast<uint32_t>(value);
}

}  // namespace

Options ParseOptions(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    if (i + 1 == argc) Usage("no value for", name);
    const char* value = argv[i + 1];
    if (name == "--source") {
      options.source = value;
    } else if (name == "--sink") {
      options.sinks.emplace_back(value);
    } else if (name == "--background") {
      options.background = value;
    } else if (name == "--transport") {
      options.transport = std::string_view(value) == "udp4" ? Transport::kUdp4 : Transport::kL2;
    } else if (name == "--pairs") {
      options.pairs_per_second = Number(name, value);
    } else if (name == "--exchanges") {
      options.exchanges_per_second = Number(name, value);
    } else if (name == "--requests") {
      options.background_per_second = Number(name, value);
    } else if (name == "--clients") {
      options.clients_per_second = Number(name, value);
    } else if (name == "--identities") {
      options.identities = Number(name, value);
    } else if (name == "--samples") {
      options.samples_per_second = Number(name, value);
    } else if (name == "--milliseconds") {
      options.milliseconds = Number(name, value);
    } else if (name == "--cpu") {
      options.cpu = std::string_view(value) == "any" ? -1 : static_cast<int>(Number(name, value));
    } else if (name == "--scheduling") {
      options.yielding = std::string_view(value) == "idle";
      options.sleeping = std::string_view(value) == "sleep";
    } else {
      Usage("unknown option", name);
    }
  }
  if (options.source.empty() || options.sinks.empty()) Usage("missing", "--source or --sink");
  if (options.background_per_second > 0 && options.background.empty()) {
    Usage("missing", "--background");
  }
  if (options.identities == 0) Usage("must not be zero", "--identities");
  return options;
}

}  // namespace bench

// How AddressSanitizer watches the fuzz targets: each script makes a forwarder of its own, and
// memory that is kept for long after it was freed would have to be fetched anew each time.
extern "C" const char* __asan_default_options();

extern "C" const char* __asan_default_options() {
  return "quarantine_size_mb=8:malloc_context_size=8:detect_leaks=0";
}

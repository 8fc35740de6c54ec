{
  'variables': {
    # C++ tests are built by `npm run build:cpp-test` only, so that an installation needs no test library.
    'build_tests%': 'false',
    # Of `npm run test:sanitizers`.
    'sanitize_addon%': 'false',
    # In each target, because Node's own settings are merged after target_defaults.
    'node_flags': ['-std=gnu++17', '-std=gnu++20', '-fno-exceptions', '-fno-rtti', '-O3'],
    'our_flags': ['-std=c++20', '-O2', '-g', '-Wall', '-Wextra', '-Werror', '-Wno-missing-field-initializers'],
    # Test code is run once and compiled often: at -O0 its assertions take a third of the compiler's time. Lines are enough
    # for the reports of the sanitizers: variables take as long again.
    'test_flags': ['<@(our_flags)', '-O0', '-g1', '<@(sanitizer_flags)'],
    # The compiler does not list what was read once among the inputs of what it compiles. So the command names the content of
    # all headers: with another command make compiles anew.
    'read_once': ['-include', '<(PRODUCT_DIR)/test_headers.h', '-DHEADERS_READ_ONCE=<!(cat addon/*/*.h | cksum | cut -d" " -f1)'],
    'test_define': 'DOCTEST_CONFIG_SUPER_FAST_ASSERTS',
    # The files of the data plane call one another for every message: compiled as one program they take a quarter fewer
    # instructions. What others could put functions of their own in the place of is called the long way all the same, so
    # nothing is visible from outside. Clang is left out, because not every linker that it is used with can do that.
    'one_program_flags': [
      '-fvisibility=hidden',
      '<!@(${CXX:-g++} -dM -E -x c++ /dev/null | grep -q __clang__ || echo -flto=auto -ffat-lto-objects)',
    ],
    'sanitizer_flags': ['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-fno-omit-frame-pointer'],
    'io_sources': [
      'addon/io/clock_adjustment.cc',
      'addon/io/clock_keeper.cc',
      'addon/io/driver_calls.cc',
      'addon/io/engine.cc',
      'addon/io/engine_commands.cc',
      'addon/io/error.cc',
      'addon/io/hardware_clock.cc',
      'addon/io/hardware_timestamping.cc',
      'addon/io/interface_probe.cc',
      'addon/io/kernel_clock.cc',
      'addon/io/link_monitor.cc',
      'addon/io/network.cc',
      'addon/io/offload_features.cc',
      'addon/io/packet_socket.cc',
      'addon/io/port_lifecycle.cc',
      'addon/io/scheduling.cc',
      'addon/io/ptp_filter.cc',
      'addon/io/receive_socket.cc',
      'addon/io/record_batch.cc',
      'addon/io/record_encoder.cc',
      'addon/io/service_manager.cc',
      'addon/io/system_clock.cc',
      'addon/io/timestamp_limits.cc',
      'addon/io/timestamping_choice.cc',
      'addon/io/timestamping_netlink.cc',
      'addon/io/transmit_socket.cc',
    ],
    'pure_sources': [
      'addon/wire/checksum.cc',
      'addon/wire/frame_edit.cc',
      'addon/wire/frame_view.cc',
      'addon/wire/vlan_edit.cc',
      'addon/dataplane/address_table.cc',
      'addon/dataplane/clock_tracker.cc',
      'addon/dataplane/correction_values.cc',
      'addon/dataplane/corrections.cc',
      'addon/dataplane/counters.cc',
      'addon/dataplane/exchange_keys.cc',
      'addon/dataplane/exchange_table.cc',
      'addon/dataplane/forwarder.cc',
      'addon/dataplane/reception.cc',
      'addon/dataplane/sync_observer.cc',
      'addon/dataplane/transmission.cc',
      'addon/dataplane/transmit_port.cc',
      'addon/dataplane/group_pruning.cc',
      'addon/dataplane/held_messages.cc',
      'addon/dataplane/loop_guard.cc',
      'addon/dataplane/loop_isolation.cc',
      'addon/dataplane/notices.cc',
      'addon/dataplane/request_matching.cc',
      'addon/dataplane/source_ports.cc',
      'addon/dataplane/system_timebase.cc',
      'addon/dataplane/transmit_ledger.cc',
      'addon/dataplane/unserved.cc',
      'addon/dataplane/vlan_filter.cc',
    ],
  },
  'target_defaults': {
    'include_dirs': ['.'],
  },
  'targets': [
    {
      'target_name': 'dataplane',
      'type': 'static_library',
      'cflags': ['-fPIC'],
      'cflags_cc!': ['<@(node_flags)'],
      'cflags_cc': ['<@(our_flags)'],
      'conditions': [
        ['sanitize_addon=="true"', {'cflags_cc': ['<@(sanitizer_flags)']}, {'cflags_cc': ['<@(one_program_flags)']}],
      ],
      'sources': ['<@(pure_sources)'],
    },
    {
      'target_name': 'ptp_switch',
      'dependencies': ['dataplane'],
      'cflags_cc!': ['<@(node_flags)'],
      'cflags_cc': ['<@(our_flags)'],
      'conditions': [
        ['sanitize_addon=="true"', {
          'cflags_cc': ['<@(sanitizer_flags)'],
          'ldflags': ['-fsanitize=address,undefined'],
        }, {
          'cflags_cc': ['<@(one_program_flags)'],
          'ldflags': ['<@(one_program_flags)', '-O2'],
        }],
      ],
      # Whatever is thrown in here becomes an error of JavaScript; and nothing where there is no JavaScript any more, in a
      # Worker that is being ended.
      'defines': ['NAPI_VERSION=9', 'NODE_ADDON_API_CPP_EXCEPTIONS', 'NODE_ADDON_API_CPP_EXCEPTIONS_ALL', 'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS'],
      'include_dirs': ["<!(node -p \"require('node-addon-api').include_dir\")"],
      'sources': [
        '<@(io_sources)',
        'addon/node/clock_options.cc',
        'addon/node/counters_object.cc',
        'addon/node/engine_object.cc',
        'addon/node/forwarder_object.cc',
        'addon/node/forwarder_options.cc',
        'addon/node/kernel_clock_functions.cc',
        'addon/node/module.cc',
        'addon/node/options.cc',
        'addon/node/policy_options.cc',
      ],
    },
  ],
  'conditions': [
    ['build_tests=="true"', {
      'targets': [
        {
          'target_name': 'dataplane_under_test',
          'type': 'static_library',
          'cflags_cc!': ['<@(node_flags)'],
          # The sanitizers look into more at -O1 than at -O2, and the tests of it take little longer.
          'cflags_cc': ['<@(our_flags)', '-O1', '-g1', '<@(sanitizer_flags)'],
          'sources': [
            '<@(pure_sources)',
            '<@(io_sources)',
          ],
        },
        {
          # Reading the headers is a third of what a test takes to compile. Where the flags are not those of the tests, the
          # compiler reads the plain header instead.
          'target_name': 'test_headers',
          'type': 'none',
          'copies': [{'destination': '<(PRODUCT_DIR)', 'files': ['addon/test/test_headers.h']}],
          'actions': [
            {
              'action_name': 'precompile',
              'inputs': ['<!@(ls addon/*/*.h)'],
              'outputs': ['<(PRODUCT_DIR)/test_headers.h.gch'],
              'action': [
                'g++', '-fPIC', '-pthread', '-D_GLIBCXX_USE_CXX11_ABI=1', '-D_FILE_OFFSET_BITS=64', '-D_LARGEFILE_SOURCE',
                '-D__STDC_FORMAT_MACROS', '<@(test_flags)', '-D<(test_define)', '-I.', '-x', 'c++-header',
                'addon/test/test_headers.h', '-o', '<@(_outputs)',
              ],
            },
          ],
        },
        {
          'target_name': 'test_support',
          'type': 'static_library',
          'dependencies': ['test_headers'],
          'cflags_cc!': ['<@(node_flags)'],
          'cflags_cc': ['<@(read_once)', '<@(test_flags)'],
          'defines': ['<(test_define)'],
          'sources': ['addon/test/encapsulations.cc', 'addon/test/main.cc', 'addon/test/packet_builder.cc'],
        },
        {
          'target_name': 'dataplane_test',
          'type': 'executable',
          'dependencies': ['test_headers', 'test_support', 'dataplane_under_test'],
          'cflags_cc!': ['<@(node_flags)'],
          'cflags_cc': ['<@(read_once)', '<@(test_flags)'],
          'defines': ['<(test_define)'],
          'ldflags': ['-fsanitize=address,undefined'],
          'sources': ['<!@(ls addon/test/*_test.cc)'],
        },
        {
          'target_name': 'engine_test',
          'type': 'executable',
          'dependencies': ['test_headers', 'test_support', 'dataplane_under_test'],
          'cflags_cc!': ['<@(node_flags)'],
          'cflags_cc': ['<@(read_once)', '<@(test_flags)'],
          'defines': ['<(test_define)'],
          'ldflags': ['-fsanitize=address,undefined', '-pthread'],
          'sources': ['<!@(ls addon/test/engine/*.cc)'],
        },
        {
          # The same under ThreadSanitizer, which does not go together with the others: `npm run test:sanitizers`.
          'target_name': 'engine_thread_test',
          'type': 'executable',
          'cflags_cc!': ['<@(node_flags)'],
          'cflags_cc': ['<@(our_flags)', '-O1', '-fsanitize=thread', '-fno-omit-frame-pointer'],
          'defines': ['<(test_define)'],
          'ldflags': ['-fsanitize=thread', '-pthread'],
          'sources': [
            '<@(pure_sources)',
            '<@(io_sources)',
            '<!@(ls addon/test/engine/*.cc)',
            'addon/test/encapsulations.cc',
            'addon/test/main.cc',
            'addon/test/packet_builder.cc',
          ],
        },
      ],
    }],
  ],
}

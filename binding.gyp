{
  'variables': {
    # C++ tests are built by `npm run build:cpp-test` only, so that an installation needs no test library.
    'build_tests%': 'false',
    # In each target, because Node's own settings are merged after target_defaults.
    'node_flags': ['-std=gnu++17', '-std=gnu++20', '-fno-exceptions', '-fno-rtti', '-O3'],
    'our_flags': ['-std=c++20', '-O2', '-g', '-Wall', '-Wextra', '-Werror', '-Wno-missing-field-initializers'],
    'pure_sources': [
      'addon/wire/checksum.cc',
      'addon/wire/frame_edit.cc',
      'addon/wire/frame_view.cc',
      'addon/dataplane/address_table.cc',
      'addon/dataplane/clock_tracker.cc',
      'addon/dataplane/counters.cc',
      'addon/dataplane/exchange_keys.cc',
      'addon/dataplane/exchange_table.cc',
      'addon/dataplane/forwarder.cc',
      'addon/dataplane/held_messages.cc',
      'addon/dataplane/transmit_ledger.cc',
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
      'sources': ['<@(pure_sources)'],
    },
    {
      'target_name': 'ptp_switch',
      'dependencies': ['dataplane'],
      'cflags_cc!': ['<@(node_flags)'],
      'cflags_cc': ['<@(our_flags)'],
      'defines': ['NAPI_VERSION=9', 'NODE_ADDON_API_CPP_EXCEPTIONS'],
      'include_dirs': ["<!(node -p \"require('node-addon-api').include_dir\")"],
      'sources': [
        'addon/io/driver_calls.cc',
        'addon/io/engine.cc',
        'addon/io/error.cc',
        'addon/io/hardware_clock.cc',
        'addon/io/hardware_timestamping.cc',
        'addon/io/interface_probe.cc',
        'addon/io/link_monitor.cc',
        'addon/io/packet_socket.cc',
        'addon/io/ptp_filter.cc',
        'addon/io/receive_socket.cc',
        'addon/io/record_ring.cc',
        'addon/io/system_clock_watch.cc',
        'addon/io/timestamp_limits.cc',
        'addon/io/transmit_socket.cc',
        'addon/node/counters_object.cc',
        'addon/node/engine_object.cc',
        'addon/node/forwarder_object.cc',
        'addon/node/forwarder_options.cc',
        'addon/node/module.cc',
        'addon/node/options.cc',
      ],
    },
  ],
  'conditions': [
    ['build_tests=="true"', {
      'targets': [
        {
          'target_name': 'dataplane_test',
          'type': 'executable',
          'cflags_cc!': ['<@(node_flags)'],
          'cflags_cc': ['<@(our_flags)', '-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-fno-omit-frame-pointer'],
          'ldflags': ['-fsanitize=address,undefined'],
          'sources': [
            '<@(pure_sources)',
            'addon/io/ptp_filter.cc',
            '<!@(ls addon/test/*.cc)',
          ],
        },
      ],
    }],
  ],
}

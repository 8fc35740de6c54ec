{
  'variables': {'build_tests%': 'false'},
  'target_defaults': {
    'cflags_cc': ['-std=c++20', '-O2', '-g', '-Wall', '-Wextra', '-Werror', '-fno-exceptions', '-fno-rtti'],
    'cflags_cc!': ['-std=gnu++17', '-std=gnu++20'],
    'include_dirs': ['.'],
  },
  'targets': [
    {
      'target_name': 'dataplane',
      'type': 'static_library',
      'sources': ['addon/wire/frame_view.cc'],
    },
  ],
}

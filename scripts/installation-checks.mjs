// Which versions of Node the installation is tried on, and what must be true of a package: the part of
// test-installation.mjs that decides and runs nothing.

/** The lowest and the newest of each that `engines` of package.json lists. */
export const defaultVersions = ['20.19', '20', '22.12', '22', '24', '26'];

/** The version of npm that people probably have with a version of Node: an old one with an old one. */
export function npmFor(version) {
  const major = Number.parseInt(version, 10);
  return major >= 26 ? '12' : major >= 24 ? '11' : '10';
}

// raw-socket asks for a version of nan that Node 24 and later do not compile; npm heeds our `overrides` in a checkout
// only, so the package brings both. Its own installation compiles raw-socket, for npm 12 runs no script of what is
// bundled.
const bundled = /^node_modules\/(raw-socket|nan)\//;
const wanted = [
  ...['dist/cli/main.js', 'binding.gyp', 'addon/node/module.cc', 'config/minimal.yaml'],
  ...['node_modules/raw-socket/src/raw.cc', 'node_modules/nan/nan.h'],
];
const unwanted = /(^|\/)(tests?|bench|scripts|src|node_modules|build)\/|[._-]test\.|\.node$/;
const unwantedOfBundled = /\/build\/|\.node$/;

/**
 * @param {readonly string[]} paths of the files in the package
 * @returns {readonly string[]} what is missing, and what is of no use to who installs it
 */
export function packageFaults(paths) {
  return [
    ...wanted.filter((path) => !paths.includes(path)).map((path) => `${path} is missing`),
    ...paths
      .filter((path) => (bundled.test(path) ? unwantedOfBundled : unwanted).test(path))
      .map((path) => `${path} does not belong there`),
  ];
}

/** Node's own warnings, deprecations among them, in what a program wrote to its standard error. */
export function warningsIn(text) {
  return text.split('\n').filter((line) => /^\(node:\d+\) /.test(line));
}
